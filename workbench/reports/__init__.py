"""What the register gives back: the workbook for every morning."""

from workbench.reports.register_workbook import TableView, WorkbookInUse, WorkbookReport, write_register_workbook

__all__ = ["TableView", "WorkbookInUse", "WorkbookReport", "write_register_workbook"]
