"""The add-in's server: spreadsheet cells and the task pane, answered on this computer over TLS.

It serves one person (or a few, by token) on loopback. What the add-in consists of and what its functions are it does
not know: a host's ``AddIn`` brings both.
"""

from workbench.server.app import create_app
from workbench.server.certificates import Certificates, CertificateTrouble, trust_command
from workbench.server.limits import Limits
from workbench.server.ports import AddIn
from workbench.server.running import serve
from workbench.server.tokens import Tokens

__all__ = [
    "AddIn",
    "CertificateTrouble",
    "Certificates",
    "Limits",
    "Tokens",
    "create_app",
    "serve",
    "trust_command",
]
