"""Excel on the web, on a Mac and on Windows through Office.js: the add-in's files and the answers to its cells.

    from udfs.officejs import AddIn
    from workbench.server import create_app

    app = create_app(AddIn("register.sqlite"), …)

Everything that names a function is made from ``udfs.registry.FUNCTIONS``, so a function declared there appears here.
"""

from udfs.officejs.addin import AddIn
from udfs.officejs.metadata import NAMESPACE

__all__ = ["NAMESPACE", "AddIn"]
