"""The part that runs inside LibreOffice, under whatever Python LibreOffice brings along (3.8 or later).

It imports nothing of the project and nothing that is not in the standard library or in LibreOffice itself, because
the project's packages are not there. ``bridge.py`` is the process between the two Pythons; ``component.py`` is what
LibreOffice loads; the other modules carry out operations on documents, in the same process as the documents, where a
call into LibreOffice costs microseconds.
"""

from __future__ import annotations

import importlib

_OPERATIONS = ("cells", "documents", "drawing", "editing", "extensions", "layout", "objects", "rules", "tables")


def load_operations() -> None:
    """Imports every module that declares operations."""
    for module in _OPERATIONS:
        importlib.import_module(f"{__name__}.{module}")
