"""The plan as a workbook: what becomes a record, what is asked with its candidates, what is refused, and the totals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from workbench.adoption.plan import Plan
from workbench.errors import FileRefused
from workbench.files import written_whole
from workbench.findings import Severity
from workbench.i18n import _
from workbench.money import CURRENCIES, number_format
from workbench.sheets.model import a1

__all__ = ["write_plan_workbook"]

_EXACT_DIGITS = 15


def write_plan_workbook(plan: Plan, path: Path) -> Path:
    """Write the plan; the file appears whole or not at all. Returns the path.

    Raises:
        FileRefused: the place cannot be written to, or the workbook is open elsewhere.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as part:
            _write(plan, part)
    except (OSError, FileCreateError) as error:
        raise FileRefused(
            _("The plan cannot be written: {why}").format(why=error),
            where=str(path),
            remedy=_("Close the workbook where it is open, or choose another place."),
        ) from error
    return path


def _write(plan: Plan, path: Path) -> None:
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": _("Adoption plan")})
    pages = _Pages(book)
    pages.page(_("Summary"), (_("Kind"), _("Imported"), _("Held"), _("Refused"), _("Known")), _summary(plan))
    pages.page(_("Questions"), _question_headings(), _questions(plan))
    pages.page(_("Told"), (_("Place"), _("Code"), _("Value"), _("What it is"), _("What to do")), _told(plan))
    pages.page(
        _("Control totals"),
        (
            _("File"),
            _("Sheet"),
            _("Kind"),
            _("Currency"),
            _("Records"),
            _("On the sheet"),
            _("Imported"),
            _("Held"),
            _("Refused"),
            _("Known"),
        ),
        _totals(plan),
    )
    for kind, title in (
        ("customers", _("Customers")),
        ("orders", _("Orders")),
        ("receipts", _("Receipts")),
        ("costs", _("Costs")),
    ):
        items = plan.of(kind)
        names = sorted({name.split(".", 1)[1] for item in items for name in item.record.values})
        if items:
            rows = ([item.decision.value, item.record.place, *(item.value(name) for name in names)] for item in items)
            pages.page(title, (_("Decision"), _("Place"), *names), rows, currency_at=_index(names, "currency"))
    pages.page(
        _("Columns"), (_("Sheet"), _("Column"), _("Heading"), _("Field"), _("Score"), _("Reasons")), _columns(plan)
    )
    pages.page(_("Cells"), (_("File"), _("Sheet"), _("Cells"), _("What they are")), _cells(plan))
    pages.page(_("Files refused"), (_("File"), _("Code"), _("Why"), _("What to do")), _refused(plan))
    book.close()


def _index(names: Sequence[str], name: str) -> int | None:
    return names.index(name) + 2 if name in names else None


class _Pages:
    """Sheets of headings and rows; texts are always written as texts."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._heading = book.add_format({"bold": True, "bg_color": "#D9E1F2", "text_wrap": True, "valign": "top"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._money: dict[str, Any] = {}

    def page(
        self, title: str, headings: Sequence[str], rows: Iterable[Sequence[object]], *, currency_at: int | None = None
    ) -> None:
        sheet = self._book.add_worksheet(title[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(headings) - 1, 18)
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, self._heading)
        for number, row in enumerate(rows, start=1):
            currency = str(row[currency_at] or "") if currency_at is not None else ""
            for column, value in enumerate(row):
                self._write(sheet, number, column, value, currency)

    def _write(self, sheet: Any, row: int, column: int, value: object, currency: str) -> None:
        if isinstance(value, Decimal):
            if len(value.normalize().as_tuple().digits) > _EXACT_DIGITS:
                sheet.write_string(row, column, f"{value:f}")
            else:
                sheet.write_number(row, column, float(value), self._money_format(currency))
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, self._day)
        elif isinstance(value, int):
            sheet.write_number(row, column, value)
        elif value is not None:
            sheet.write_string(row, column, str(value)[:32_000])

    def _money_format(self, currency: str) -> Any:
        if currency not in CURRENCIES:
            return None
        if currency not in self._money:
            self._money[currency] = self._book.add_format({"num_format": number_format(currency)})
        return self._money[currency]


def _summary(plan: Plan) -> list[list[object]]:
    decisions = ("imported", "held", "refused", "known")
    return [[kind, *(counts.get(name, 0) for name in decisions)] for kind, counts in plan.counts().items()]


def _question_headings() -> tuple[str, ...]:
    return ("place", "code", "answer", _("Value"), _("Candidates"), _("Question"), _("What to do"))


def _questions(plan: Plan) -> list[list[object]]:
    return [
        [one.where, one.code, "", one.value, ", ".join(one.candidates), one.message, one.remedy] for one in plan.asked
    ]


def _told(plan: Plan) -> list[list[object]]:
    told = (one for one in plan.findings if one.severity is not Severity.ASK)
    return [[one.where, one.code, one.value, one.message, one.remedy] for one in told]


def _totals(plan: Plan) -> list[list[object]]:
    return [
        [
            one.file,
            one.sheet_name,
            one.kind,
            one.currency,
            one.records,
            one.sheet,
            one.imported,
            one.held,
            one.refused,
            one.known,
        ]
        for one in plan.control_totals()
    ]


def _columns(plan: Plan) -> list[list[object]]:
    rows: list[list[object]] = []
    for source in plan.sources:
        for mapped in source.tables:
            place = f"{source.book.file}!{mapped.table.sheet.name}"
            for one in mapped.columns:
                at = a1(1, one.column.at)[:-1]
                field_name = (
                    one.field + (f"#{one.slot}" if one.slot else "") + (f" {one.currency}" if one.currency else "")
                )
                rows.append(
                    [
                        place,
                        at,
                        one.column.label,
                        field_name or _("kept as typed"),
                        f"{100 * one.score:.0f} %",
                        "; ".join(one.reasons),
                    ]
                )
    return rows


def _cells(plan: Plan) -> list[list[object]]:
    return [
        [one.file, one.sheet, one.cells, ", ".join(f"{role} {count}" for role, count in one.by_role.items())]
        for one in plan.accounts()
    ]


def _refused(plan: Plan) -> list[list[object]]:
    return [[error.where, error.code, error.message, error.remedy] for error in plan.refused]
