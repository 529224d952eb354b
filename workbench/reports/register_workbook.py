"""Register.xlsx: the register as a workbook that people open every morning, and type into."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from workbench.files import written_whole
from workbench.findings import Finding
from workbench.i18n import _
from workbench.rates import RateBook
from workbench.register import Register
from workbench.reports.columns import Sheet, Table
from workbench.reports.exposure import ExposureSheet
from workbench.reports.figures import Figures, read_figures
from workbench.reports.guide import write_help
from workbench.reports.layout import HEAD_ROW, SheetWriter, first_in_sight, headings_of
from workbench.reports.package import Streamed, fill
from workbench.reports.queries import Queries, Where
from workbench.reports.reading import snapshot_of
from workbench.reports.reference import used_rates, write_rates, write_settings
from workbench.reports.rows import RowStream
from workbench.reports.sheets import build_sheets
from workbench.reports.styles import FONTS, Palette, Styles
from workbench.reports.tables import TableBuilder
from workbench.reports.texts import SHEETS, Texts
from workbench.reports.today import TodaySheet
from workbench.reports.views import HIDDEN_SHEET, HiddenRows, TableView, view_of
from workbench.sync.closed import WorkbookInUse, refuse_open

__all__ = ["WorkbookReport", "write_register_workbook"]

Progress = Callable[[str, int, int], None]
_TAB_COLOURS = {
    "today": Palette.ACCENT,
    "exposure": Palette.ACCENT,
    "chase": Palette.ACCENT,
    "rates": Palette.FAINT,
    "settings": Palette.FAINT,
    "help": Palette.FAINT,
}
_CALCULATED_BY = 191029  # of the Excel of today; an older number makes it compute everything when it opens the file


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
    refuse_open(target)
    day = as_of or datetime.now().astimezone().date()
    step = _Steps(progress or _silent)
    with snapshot_of(register) as snapshot:
        step()
        wanted = where or {}
        figures = read_figures(snapshot, book, day, wanted)
        builder = TableBuilder(snapshot, Queries(day, snapshot.sqlite, wanted), figures, texts)
        step()
        sheets = build_sheets(builder)
        views = _views(sheets, texts, figures.changeset[0], wanted)
        carried = hidden(views) if hidden else None
        made = _Frame(texts, figures).write(sheets, used_rates(builder), carried)
        with _written_beside(target) as beside:
            fill(made.package, beside, made.streams, step)
    step.end()
    return WorkbookReport(target, made.rows, views, tuple(made.findings))


class _Steps:
    """Tells how far the writing is: two steps of reading, then one a sheet whose rows are streamed."""

    _TOTAL = 16

    def __init__(self, progress: Progress) -> None:
        self._progress, self._done, self._stage = progress, -1, _("Writing the workbook")

    def __call__(self) -> None:
        self._done += 1
        self._progress(self._stage, self._done, self._TOTAL)

    def end(self) -> None:
        self._progress(self._stage, self._TOTAL, self._TOTAL)


@dataclass(slots=True)
class _Made:
    """A workbook without its rows, where they go, and what was found that a cell cannot show (filled while they go)."""

    package: BytesIO
    streams: dict[str, Streamed]
    rows: dict[str, int]
    findings: list[Finding]


class _Frame:
    """Makes everything of the workbook but the bulk of its rows."""

    def __init__(self, texts: Texts, figures: Figures) -> None:
        self._texts, self._figures = texts, figures
        self._package = BytesIO()
        self._book = _workbook(self._package, texts, figures.as_of)
        self._writer = SheetWriter(texts, Styles(self._book, texts.language), figures.base, figures.as_of)
        self._streams: dict[str, Streamed] = {}
        self._rows: dict[str, int] = {}
        self._targets: dict[str, tuple[str, str]] = {}

    def write(self, sheets: list[Sheet], rates: Table, hidden: Sequence[Sequence[str]] | None) -> _Made:
        """Write all sheets in their order."""
        texts, book, writer, figures = self._texts, self._book, self._writer, self._figures
        keyed = {sheet.key: sheet for sheet in sheets}
        pages = {key: book.add_worksheet(texts.sheet(key)) for key in SHEETS}
        for key, page in pages.items():
            page.set_tab_color(_TAB_COLOURS.get(key, Palette.HEAD))
        for key, sheet in keyed.items():
            letters = xl_col_to_name(first_in_sight(sheet.table.columns))
            self._targets[key] = (texts.sheet(key), letters)
        for key, sheet in keyed.items():
            writer.frame(pages[key], sheet)
            self._stream(pages[key], sheet.table, HEAD_ROW)
            self._rows[texts.sheet(key)] = sheet.table.count
        head = write_rates(pages["rates"], writer, figures, rates)
        self._stream(pages["rates"], rates, head)
        self._rows[texts.sheet("rates")] = rates.count
        instalments = keyed["instalments"].table
        exposure = ExposureSheet(book, pages["exposure"], writer, figures, instalments)
        self._rows[texts.sheet("exposure")] = exposure.write()
        self._rows[texts.sheet("settings")] = write_settings(book, pages["settings"], writer, figures, sheets)
        write_help(pages["help"], writer)
        empty = not keyed["customers"].table.count and not keyed["orders"].table.count
        today = TodaySheet(book, pages["today"], writer, figures, empty=empty)
        today.write(instalments, self._targets)
        self._rows[texts.sheet("today")] = len(today.needs)
        pages["today"].activate()
        if hidden is not None:
            _write_hidden(book.add_worksheet(HIDDEN_SHEET), hidden)
        book.close()
        return _Made(self._package, self._streams, self._rows, writer.cells.findings)

    def _stream(self, worksheet: Worksheet, table: Table, head: int) -> None:
        rows = RowStream(table, self._writer.cells, worksheet.name, self._targets)
        part = f"xl/worksheets/sheet{worksheet.index + 1}.xml"
        self._streams[part] = Streamed(table.name, head + 2, table.count, len(table.columns), rows)


def _views(sheets: Sequence[Sheet], texts: Texts, changeset: int, where: Where) -> tuple[TableView, ...]:
    return tuple(
        view_of(
            texts.sheet(sheet.key),
            sheet.table,
            headings_of(sheet.table, texts),
            texts,
            head=HEAD_ROW + 1,
            changeset=changeset,
            where=where.get(sheet.table.source, {}),
        )
        for sheet in sheets
        if sheet.table.source
    )


def _workbook(package: BytesIO, texts: Texts, day: date) -> xlsxwriter.Workbook:
    workbook = xlsxwriter.Workbook(
        package,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": {"font_name": FONTS[texts.language], "font_size": 10},
        },
    )
    # The as-of day and not the clock: the same register on the same day gives the same bytes.
    created = datetime.combine(day, datetime.min.time())
    workbook.set_properties({"title": texts.say("title"), "created": created})
    # Every formula comes with its value; a large workbook need not be computed again to be opened.
    workbook.set_calc_mode("auto", _CALCULATED_BY)
    workbook.calc_on_load = False
    return workbook


def _write_hidden(worksheet: Worksheet, rows: Sequence[Sequence[str]]) -> None:
    """Rows of text in a sheet that no menu of Excel brings to light."""
    for position, row in enumerate(rows):
        for col, text in enumerate(row):
            worksheet.write_string(position, col, text)
    worksheet.very_hidden()


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Progress that nobody asked for."""


@contextmanager
def _written_beside(target: Path) -> Iterator[Path]:
    """As ``written_whole``, but never over a workbook that has been opened meanwhile."""
    try:
        with written_whole(target) as beside:
            yield beside
            refuse_open(target)
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
