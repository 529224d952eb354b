"""What the register gives back: the workbook for every morning."""

from workbench.reports.queries import Where
from workbench.reports.register_workbook import WorkbookReport, write_register_workbook
from workbench.reports.views import HIDDEN_SHEET, ColumnView, HiddenRows, TableView
from workbench.sync.closed import WorkbookInUse

__all__ = [
    "HIDDEN_SHEET",
    "ColumnView",
    "HiddenRows",
    "TableView",
    "Where",
    "WorkbookInUse",
    "WorkbookReport",
    "write_register_workbook",
]
