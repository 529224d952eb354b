"""Register.xlsx: the register as a workbook that people open every morning, and type into."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from workbench.errors import FileRefused
from workbench.files import written_whole
from workbench.findings import Finding
from workbench.i18n import _
from workbench.rates import RateBook
from workbench.register import Register
from workbench.reports.columns import Group, Sheet
from workbench.reports.figures import Figures
from workbench.reports.layout import FIRST_ROW, HEAD_ROW, SheetWriter
from workbench.reports.reference import write_rates, write_settings
from workbench.reports.sheets import build_sheets
from workbench.reports.styles import FONTS, Palette, Styles
from workbench.reports.texts import Texts
from workbench.reports.today import TodaySheet
from workbench.reports.views import HIDDEN_SHEET, HiddenRows, TableView, Where, view_of

__all__ = ["WorkbookInUse", "WorkbookReport", "write_register_workbook"]

Progress = Callable[[str, int, int], None]
_TAB_COLOURS = {"today": Palette.ACCENT, "rates": Palette.FAINT, "settings": Palette.FAINT}


class WorkbookInUse(FileRefused):
    """The workbook is open in a spreadsheet program, or another program holds it; nothing was written."""

    code = "file.in-use"


@dataclass(frozen=True, slots=True)
class WorkbookReport:
    """What was written: rows per sheet by the sheet's name, the views, and what a cell could not show whole."""

    path: Path
    rows: Mapping[str, int]
    views: tuple[TableView, ...]
    findings: tuple[Finding, ...]


def write_register_workbook(
    register: Register,
    book: RateBook,
    path: str | Path,
    *,
    language: str = "zh",
    as_of: date | None = None,
    progress: Progress | None = None,
    hidden: HiddenRows | None = None,
    where: Where | None = None,
) -> WorkbookReport:
    """Write the register as a workbook; the file appears whole or not at all.

    Args:
        register: read only.
        book: gives base currency per 1 unit of each currency on ``as_of``, to value what is open. Figures stored in
            the register keep the rates that are stored with them.
        path: ``.xlsx`` to write; a file that is there is replaced.
        language: ``zh`` or ``en``, of headings, labels and sheet names; the other language stands small above.
        as_of: the day on which the workbook is read, today by default: decides what is due and overdue.
        progress: called with stage, steps done and steps in all.
        hidden: given the views, the rows of text for the very hidden sheet ``HIDDEN_SHEET``; without it there is none.
        where: which customers, orders and instalments their sheets show; all of them by default.

    Raises:
        WorkbookInUse: the workbook is open in Excel or LibreOffice, or may not be written.
        ConfigurationError: another language, or a table with more rows than a sheet holds.
    """
    target = Path(path)
    texts = Texts(language)
    _refuse_open(target)
    day = as_of or datetime.now().astimezone().date()
    step = progress or _silent
    stage = _("Writing the workbook")
    figures = Figures.read(register, book, day)
    sheets = build_sheets(figures, texts, where)
    entries = register.log(1)
    changeset = (entries[0].number, entries[0].hash) if entries else (0, "")
    with _written_beside(target) as beside:
        workbook = _workbook(beside, texts, day)
        styles = Styles(workbook, texts.language)
        writer = SheetWriter(texts, styles, figures.base)
        writer.cells.targets = {sheet.key: _targets(sheet, texts.sheet(sheet.key)) for sheet in sheets}
        total = len(sheets) + 3
        names = ("today", *(sheet.key for sheet in sheets), "rates", "settings")
        pages = {key: workbook.add_worksheet(texts.sheet(key)) for key in names}
        for key, page in pages.items():
            page.set_tab_color(_TAB_COLOURS.get(key, Palette.HEAD))
        rows: dict[str, int] = {}
        for done, sheet in enumerate(sheets):
            step(stage, done, total)
            writer.sheet(pages[sheet.key], sheet)
            rows[texts.sheet(sheet.key)] = len(sheet.table.rows)
        rows[texts.sheet("rates")] = write_rates(pages["rates"], writer, figures)
        rows[texts.sheet("settings")] = write_settings(
            workbook, pages["settings"], writer, figures, sheets=sheets, changeset=changeset
        )
        state = texts.say("state-line", number=changeset[0], hash=changeset[1][:12]) if changeset[0] else ""
        today = TodaySheet(workbook, pages["today"], writer, figures, state)
        today.write(next(sheet.table for sheet in sheets if sheet.key == "instalments"))
        rows[texts.sheet("today")] = len(today.needs)
        pages["today"].activate()
        views = tuple(
            view_of(
                texts.sheet(sheet.key),
                sheet.table,
                writer.headings(sheet.table),
                texts,
                head=HEAD_ROW + 1,
                where=(where or {}).get(sheet.table.source, {}),
            )
            for sheet in sheets
            if sheet.table.source
        )
        if hidden:
            _write_hidden(workbook.add_worksheet(HIDDEN_SHEET), hidden(views))
        step(stage, total - 1, total)
        workbook.close()
    step(stage, total, total)
    return WorkbookReport(target, rows, views, tuple(writer.cells.findings))


def _workbook(path: Path, texts: Texts, day: date) -> xlsxwriter.Workbook:
    workbook = xlsxwriter.Workbook(
        str(path),
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": {"font_name": FONTS[texts.language], "font_size": 10},
        },
    )
    # The as-of day and not the clock: the same register on the same day gives the same bytes.
    created = datetime.combine(day, datetime.min.time())
    workbook.set_properties({"title": texts.say("title"), "created": created})
    return workbook


def _write_hidden(worksheet: Worksheet, rows: Sequence[Sequence[str]]) -> None:
    """Rows of text in a sheet that no menu of Excel brings to light."""
    for position, row in enumerate(rows):
        for col, text in enumerate(row):
            worksheet.write_string(position, col, text)
    worksheet.very_hidden()


def _targets(sheet: Sheet, name: str) -> dict[str, str]:
    first = next(i for i, column in enumerate(sheet.table.columns) if column.group is not Group.KEY)
    return {
        row["id"]: f"internal:'{name}'!{xl_rowcol_to_cell(position, first)}"
        for position, row in enumerate(sheet.table.rows, FIRST_ROW)
    }


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Progress that nobody asked for."""


def _refuse_open(target: Path) -> None:
    """Refuse where a spreadsheet program has left its mark beside the workbook that it has open."""
    marks = (target.with_name(f".~lock.{target.name}#"), target.with_name(f"~${target.name}"))
    for mark in marks:
        if mark.exists():
            raise WorkbookInUse(
                _("{file} is open in a spreadsheet program.").format(file=target.name),
                where=str(target),
                remedy=_("Save and close it there, then try again; if nobody has it open, delete {mark}.").format(
                    mark=mark.name
                ),
            )


@contextmanager
def _written_beside(target: Path) -> Iterator[Path]:
    """As ``written_whole``, but never over a workbook that has been opened meanwhile."""
    try:
        with written_whole(target) as beside:
            yield beside
            _refuse_open(target)
    except OSError as error:
        raise _unwritable(target, error) from error


def _unwritable(target: Path, error: OSError) -> WorkbookInUse:
    return WorkbookInUse(
        _("{file} cannot be written: {reason}.").format(file=target.name, reason=error.strerror or str(error)),
        where=str(target),
        remedy=_("Close the workbook if it is open, and check that you may write in {folder}.").format(
            folder=target.parent
        ),
    )
