"""Editing other people's workbooks in place: only what changes is rewritten, everything else stays byte for byte.

``WorkbookEditor.open`` reads an .xlsx or .xlsm file, its methods change cells, rows, notes, names and our own sheets in
memory, and ``save`` puts the checked result in the file's place. What cannot be done safely raises an ``EditRefused``
with a code ``edit.*`` and leaves the file as it was.
"""

from __future__ import annotations

from workbench.splicing.book import SheetRef
from workbench.splicing.editor import EditReport, WorkbookEditor
from workbench.splicing.refusals import EditRefused
from workbench.splicing.tables import TableRef
from workbench.splicing.values import CellWrite, Value

__all__ = ["CellWrite", "EditRefused", "EditReport", "SheetRef", "TableRef", "Value", "WorkbookEditor"]
