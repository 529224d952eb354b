"""The plan as a workbook: what becomes a record, what is asked with its candidates, what is refused, and the totals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from workbench.adoption.answers import ORDERS_OF_DAYS
from workbench.adoption.choices import COLUMN_CODES, IGNORE, choosable_fields
from workbench.adoption.plan import Decision, Item, Plan
from workbench.errors import FileRefused
from workbench.files import written_whole
from workbench.findings import Severity
from workbench.i18n import _
from workbench.money import CURRENCIES, number_format
from workbench.sheets.mapping import FIELD_KINDS, KINDS
from workbench.sheets.model import column_letters

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
    pages.page(_("Questions"), _question_headings(), _questions(plan), choices=_answers_to(plan))
    pages.page(_("Columns"), _column_headings(), *_columns(plan))
    pages.page(_("Control totals"), _total_headings(), _totals(plan), currency_at=3)
    for kind, title in _titles().items():
        items = plan.of(kind)
        names = sorted({name.split(".", 1)[1] for item in items for name in item.record.values})
        if items:
            rows = ([_decision(item), item.record.place, *(item.value(name) for name in names)] for item in items)
            pages.page(title, (_("Decision"), _("Place"), *names), rows, currency_at=_index(names, "currency"))
    pages.page(_("Not imported"), (_("Decision"), _("Place"), _("Kind"), _("Why"), _("As typed")), _not_imported(plan))
    pages.page(_("Told"), (_("Place"), _("Code"), _("Value"), _("What it is"), _("What to do")), _told(plan))
    pages.page(_("Cells"), (_("File"), _("Sheet"), _("Cells"), _("What they are")), _cells(plan))
    pages.page(_("Files refused"), (_("File"), _("Code"), _("Why"), _("What to do")), _refused(plan))
    pages.close()


def _titles() -> dict[str, str]:
    return {"customers": _("Customers"), "orders": _("Orders"), "receipts": _("Receipts"), "costs": _("Costs")}


def _decision(item: Item) -> str:
    words = {
        Decision.IMPORTED: _("imported"),
        Decision.HELD: _("held"),
        Decision.REFUSED: _("refused"),
        Decision.KNOWN: _("known"),
    }
    return words[item.decision]


def _index(names: Sequence[str], name: str) -> int | None:
    return names.index(name) + 2 if name in names else None


_WIDTHS = {"place": 32, "code": 22, "answer": 20}
_WIDEST = 48
_LONGEST = 32_000
_LISTS = "Lists"
_SHORT = 250
"""Characters that a drop-down may hold in itself; longer ones stand on the hidden sheet of lists."""


def _width_of(value: object) -> int:
    """About how wide a value is; Chinese characters count twice."""
    text = "" if value is None else str(value)[:_WIDEST]
    return len(text) + sum(letter > "\u2e80" for letter in text) + 2


class _Pages:
    """Sheets of headings and rows; texts are always written as texts."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._heading = book.add_format({"bold": True, "bg_color": "#D9E1F2", "text_wrap": True, "valign": "top"})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._answer = book.add_format({"bg_color": "#FFF2CC", "border": 1, "border_color": "#BFBFBF"})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._money: dict[str, Any] = {}
        self._lists: dict[tuple[str, ...], str] = {}
        self._list_sheet: Any = None

    def page(
        self,
        title: str,
        headings: Sequence[str],
        rows: Iterable[Sequence[object]],
        choices: Sequence[Sequence[str]] | None = None,
        *,
        currency_at: int | None = None,
    ) -> None:
        """One sheet; ``choices`` are what the answer of each row may be, and the answers stand in the third column."""
        sheet = self._book.add_worksheet(title[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, self._heading)
        number = 0
        widths = [_WIDTHS.get(heading, 0) or min(_WIDEST, len(heading) + 2) for heading in headings]
        for number, row in enumerate(rows, start=1):
            currency = str(row[currency_at] or "") if currency_at is not None else ""
            for column, value in enumerate(row):
                self._write(sheet, number, column, value, currency)
                widths[column] = max(widths[column], min(_WIDEST, _width_of(value)))
            if choices is not None:
                sheet.write_string(number, _ANSWER, str(row[_ANSWER] or ""), self._answer)
        if choices is not None:
            self._drop_downs(sheet, choices)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        if number:
            sheet.autofilter(0, 0, number, len(headings) - 1)

    def close(self) -> None:
        """Finish the workbook."""
        self._book.close()

    def _drop_downs(self, sheet: Any, choices: Sequence[Sequence[str]]) -> None:
        """One rule for each list, over all runs of rows that it serves."""
        runs: dict[tuple[str, ...], list[list[int]]] = {}
        for row, offered in enumerate(choices, start=1):
            if offered:
                served = runs.setdefault(tuple(offered), [])
                if served and served[-1][2] == row - 1:
                    served[-1][2] = row
                else:
                    served.append([row, _ANSWER, row, _ANSWER])
        for offered, served in runs.items():
            sheet.data_validation(*served[0], {
                "validate": "list", "source": self._source(offered), "error_type": "warning",
                "error_title": _("Not one of the candidates"), "error_message": _("Is that really the answer?"),
                "other_cells": served[1:],
            })  # fmt: skip

    def _source(self, choices: tuple[str, ...]) -> list[str] | str:
        if len(",".join(choices)) <= _SHORT and not any("," in one or '"' in one for one in choices):
            return list(choices)
        if choices not in self._lists:
            if self._list_sheet is None:
                self._list_sheet = self._book.add_worksheet(_LISTS)
                self._list_sheet.hide()
            column = len(self._lists)
            for row, one in enumerate(choices):
                self._list_sheet.write_string(row, column, one)
            letters = column_letters(column + 1)
            self._lists[choices] = f"={_LISTS}!${letters}$1:${letters}${len(choices)}"
        return self._lists[choices]

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
            text = str(value)[:_LONGEST]
            sheet.write_string(row, column, text, self._wrapped if len(text) > _WIDEST else None)

    def _money_format(self, currency: str) -> Any:
        if currency not in CURRENCIES:
            return None
        if currency not in self._money:
            self._money[currency] = self._book.add_format({"num_format": number_format(currency)})
        return self._money[currency]


def _summary(plan: Plan) -> list[list[object]]:
    decisions = ("imported", "held", "refused", "known")
    return [[kind, *(counts.get(name, 0) for name in decisions)] for kind, counts in plan.counts().items()]


_ANSWER = 2
"""Where answers stand on the sheets that take them."""


def _question_headings() -> tuple[str, ...]:
    return ("place", "code", "answer", _("Value"), _("Candidates"), _("Question"), _("What to do"))


def _questions(plan: Plan) -> list[list[object]]:
    """What is still asked, then what was answered, with the answers: the workbook is all that the next plan needs."""
    asked: list[list[object]] = [
        [one.where, one.code, "", one.value, ", ".join(one.candidates), one.message, one.remedy] for one in plan.asked
    ]
    listed = {one.where for one in plan.answered}
    for (place, code), answer in plan.given.items():
        if code not in COLUMN_CODES and code != "table.kind":
            what = _("answered before") if place in listed else _("answered before, for all of it")
            asked.append([place, code, answer, "", "", what, ""])
    return asked


def _answers_to(plan: Plan) -> list[Sequence[str]]:
    """What each question may be answered with; nothing to choose for those that were answered before."""
    currencies = sorted(CURRENCIES)
    asked: list[Sequence[str]] = [
        one.candidates or (currencies if one.code.startswith("cell.currency") else ()) for one in plan.asked
    ]
    return asked + [()] * len(plan.given)


def _told(plan: Plan) -> list[list[object]]:
    told = (one for one in plan.findings if one.severity is not Severity.ASK)
    return [[one.where, one.code, one.value, one.message, one.remedy] for one in told]


def _total_headings() -> tuple[str, ...]:
    return (
        _("File"), _("Sheet"), _("Kind"), _("Currency"), _("Records"), _("On the sheet"), _("Imported"), _("Held"),
        _("Refused"), _("Known"), _("Unaccounted for"),
    )  # fmt: skip


def _totals(plan: Plan) -> list[list[object]]:
    return [
        [
            one.file, one.sheet_name, one.kind, one.currency, one.records, one.sheet, one.imported, one.held, one.refused,
            one.known, one.sheet - one.imported - one.held - one.refused - one.known,
        ]
        for one in plan.control_totals()
    ]  # fmt: skip


def _not_imported(plan: Plan) -> list[list[object]]:
    """Every record that is held or refused, with all of its reasons and the row as it was typed."""
    titles = _titles()
    reasons: dict[str, list[str]] = {}
    for one in plan.findings:
        reasons.setdefault(one.where, []).append(one.message)
    return [
        [
            _decision(item), item.record.place, titles[item.record.kind],
            "; ".join(dict.fromkeys(
                [*(one.message for _name, one in item.record.findings), *reasons.get(item.record.place, ())]
            )),
            " | ".join(f"{label}: {text}" for label, text in item.record.raw.items()),
        ]
        for item in plan.items
        if item.decision in (Decision.HELD, Decision.REFUSED)
    ]  # fmt: skip


def _column_headings() -> tuple[str, ...]:
    return ("place", "code", "answer", _("Heading"), _("Taken as"), _("Score"), _("Reasons"))


def _columns(plan: Plan) -> tuple[list[list[object]], list[Sequence[str]]]:
    """Each table and column as it was understood, and what may be said instead."""
    rows: list[list[object]] = []
    choices: list[Sequence[str]] = []

    def add(place: str, code: str, heading: str, taken: str, score: str, reasons: str, options: Sequence[str]) -> None:
        rows.append([place, code, plan.given.get((place, code), ""), heading, taken, score, reasons])
        choices.append(options)

    for source in plan.sources:
        for mapped in source.tables:
            where = f"{source.book.file}!{mapped.table.sheet.name}"
            rival = _("or perhaps {kind}").format(kind=mapped.rival) if mapped.rival else ""
            add(f"{where}!{mapped.table.box}", "table.kind", "", mapped.kind, "", rival, (*KINDS, IGNORE))
            options = choosable_fields(mapped.kind)
            for one in mapped.columns:
                place = f"{where}!{column_letters(one.column.at)}"
                taken = one.field + (f"#{one.slot}" if one.slot else "")
                label, reasons = one.column.label, "; ".join(one.reasons)
                add(
                    place,
                    "column.field",
                    label,
                    taken or _("kept as typed"),
                    f"{100 * one.score:.0f} %",
                    reasons,
                    options,
                )
                kind = FIELD_KINDS.get(one.field, "")
                if kind == "amount":
                    add(
                        place,
                        "column.currency",
                        label,
                        one.currency or _("as in the cells"),
                        "",
                        "",
                        sorted(CURRENCIES),
                    )
                    add(place, "column.unit", label, str(one.factor or _("as the headings say")), "", "", _UNITS)
                elif kind == "date":
                    add(place, "column.days", label, _("as the column proves"), "", "", ORDERS_OF_DAYS)
    for finding in plan.findings:
        if finding.code == "table.unrecognised":
            add(finding.where, "table.kind", finding.value, _("not taken"), "", finding.message, (*KINDS, IGNORE))
    return rows, choices


_UNITS = ("1", "1000", "10000", "1000000")


def _cells(plan: Plan) -> list[list[object]]:
    return [
        [one.file, one.sheet, one.cells, ", ".join(f"{role} {count}" for role, count in one.by_role.items())]
        for one in plan.accounts()
    ]


def _refused(plan: Plan) -> list[list[object]]:
    return [[error.where, error.code, error.message, error.remedy] for error in plan.refused]
