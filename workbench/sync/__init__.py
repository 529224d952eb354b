"""Workbooks as views of the register: bound ranges, three-way merge, pull, push and status.

A bound sheet shows rows of one table. ``status`` tells what was typed and what is new, ``pull`` brings the register's
news into the sheet, ``push`` brings what was typed into the register in one changeset; neither overwrites in silence.
The workbook may be closed (``ClosedFile``) or open in a spreadsheet program: whatever gives a ``BookPort``.
"""

from __future__ import annotations

import workbench.sync.kinds  # noqa: F401  # its codes join the catalogue
from workbench.sync.binding import bind_views, new_stamp
from workbench.sync.carried import HIDDEN_SHEET, carried_rows
from workbench.sync.engine import pull, push, status
from workbench.sync.images import BookEdits, BookImage, BookPort, OwnSheet, SheetImage, Write
from workbench.sync.model import (
    Binding,
    BoundColumn,
    Conflict,
    KeysApart,
    SheetColumns,
    Stamp,
    SyncReport,
    WorkbookMismatch,
)

__all__ = [
    "HIDDEN_SHEET",
    "Binding",
    "BookEdits",
    "BookImage",
    "BookPort",
    "BoundColumn",
    "Conflict",
    "KeysApart",
    "OwnSheet",
    "SheetColumns",
    "SheetImage",
    "Stamp",
    "SyncReport",
    "WorkbookMismatch",
    "Write",
    "bind_views",
    "carried_rows",
    "new_stamp",
    "pull",
    "push",
    "status",
]
