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
from workbench.adoption.cover import cover, decision_words, field_heading, kind_words, role_word, state_of
from workbench.adoption.plan import Decision, Item, Plan, is_asked
from workbench.errors import FileRefused
from workbench.files import written_whole
from workbench.findings import Finding
from workbench.i18n import _
from workbench.money import CURRENCIES, RETIRED, number_format
from workbench.sheets.cells import finer_than_currency
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
    pages.cover(_("Summary"), _("Adoption plan"), state_of(plan), cover(plan))
    questions = _questions(plan)
    pages.page(
        _("Questions"), _question_headings(), [row for row, _offered in questions], [one for _row, one in questions]
    )
    pages.page(_("Columns"), _column_headings(), *_columns(plan))
    pages.page(_("Control totals"), _total_headings(), _totals(plan), currency_at=3)
    for kind, title in kind_words().items():
        items = plan.of(kind)
        names = sorted({name.split(".", 1)[1] for item in items for name in item.record.values})
        if items:
            rows = ([_decision(item), item.record.place, *(item.value(name) for name in names)] for item in items)
            pages.page(
                title,
                (_("Decision"), _("Place"), *map(field_heading, names)),
                rows,
                currency_at=_index(names, "currency"),
            )
    pages.page(_("Not imported"), (_("Decision"), _("Place"), _("Kind"), _("Why"), _("As typed")), _not_imported(plan))
    pages.page(_("Told"), (_("Place"), _("Code"), _("Value"), _("What it is"), _("What to do")), _told(plan))
    pages.page(_("Cells"), (_("File"), _("Sheet"), _("Cells"), _("What they are")), _cells(plan))
    pages.page(_("Files refused"), (_("File"), _("Code"), _("Why"), _("What to do")), _refused(plan))
    pages.close()


def _decision(item: Item) -> str:
    return decision_words()[item.decision]


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
    return _width_whole("" if value is None else str(value)[:_WIDEST]) + 2


_LINE, _MOST_LINES = 15, 20
"""Points of a line of text, and the lines that a row shows at most."""
_COVER_COLUMNS = 8
_COVER_WIDTH = 140
"""Characters of a sentence that fit beside each other on the first sheet."""


def _width_whole(text: str) -> int:
    """The same of a whole text, without room beside it."""
    return len(text) + sum(letter > "\u2e80" for letter in text)


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
            lines = max((-(-_width_whole(value) // _WIDEST) for value in row if isinstance(value, str)), default=1)
            if lines > 1:  # not every program makes a row as high as its wrapped text
                sheet.set_row(number, _LINE * min(lines, _MOST_LINES))
            if choices is not None:
                sheet.write_string(number, _ANSWER, str(row[_ANSWER] or ""), self._answer)
        if choices is not None:
            self._drop_downs(sheet, choices)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        if number:
            sheet.autofilter(0, 0, number, len(headings) - 1)

    def cover(
        self,
        title: str,
        heading: str,
        sentences: Sequence[str],
        tables: Iterable[tuple[str, Sequence[str], Sequence[Sequence[object]], int | None]],
    ) -> None:
        """The first sheet: a title, some sentences, and small tables below each other."""
        sheet = self._book.add_worksheet(title)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.write_string(0, 0, heading, self._book.add_format({"bold": True, "font_size": 16}))
        row = 1
        for sentence in sentences:
            sheet.merge_range(row, 0, row, _COVER_COLUMNS - 1, "", self._wrapped)
            sheet.write_string(row, 0, sentence, self._wrapped)
            sheet.set_row(row, _LINE * (1 + _width_whole(sentence) // _COVER_WIDTH))
            row += 1
        section = self._book.add_format({"bold": True, "font_size": 12})
        for name, headings, rows, currency_at in tables:
            if not rows:
                continue
            sheet.write_string(row + 1, 0, name, section)
            for column, word in enumerate(headings):
                sheet.write_string(row + 2, column, word, self._heading)
            row += 3
            for values in rows:
                currency = str(values[currency_at]) if currency_at is not None else ""
                for column, value in enumerate(values):
                    if isinstance(value, str):
                        sheet.write_string(row, column, value[:_LONGEST])
                    else:
                        self._write(sheet, row, column, value, currency)
                row += 1
        sheet.set_column(0, _COVER_COLUMNS - 1, 18)
        sheet.set_column(0, 0, 30)

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
                sheet.write_number(row, column, float(value), self._money_format(currency, value))
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, self._day)
        elif isinstance(value, int):
            sheet.write_number(row, column, value)
        elif value is not None:
            text = str(value)[:_LONGEST]
            sheet.write_string(row, column, text, self._wrapped if len(text) > _WIDEST else None)

    def _money_format(self, currency: str, amount: Decimal) -> Any:
        """As the currency is written; an amount with more decimals shows them, for that is what is wrong with it."""
        if (currency not in CURRENCIES and currency not in RETIRED) or finer_than_currency(amount, currency):
            return None
        if currency not in self._money:
            self._money[currency] = self._book.add_format({"num_format": number_format(currency)})
        return self._money[currency]


_ANSWER = 2
"""Where answers stand on the sheets that take them."""


def _question_headings() -> tuple[str, ...]:
    return ("place", "code", "answer", _("Value"), _("Candidates"), _("Question"), _("What to do"))


def _questions(plan: Plan) -> list[tuple[list[object], Sequence[str]]]:
    """What is still asked, then what was answered, each with what may be chosen: all that the next plan needs.

    Where several cells of one column ask the same, one answer for the column comes first.
    """
    columns: dict[tuple[str, str], list[Finding]] = {}
    for one in plan.asked:
        if (column := _column_of(one)) is not None:
            columns.setdefault((column, one.code), []).append(one)
    asked: list[tuple[list[object], Sequence[str]]] = []
    for one in plan.asked:
        column = _column_of(one)
        alike = columns.pop((column, one.code), []) if column is not None else []
        if len(alike) > 1:
            what = _("the same for all {count} cells of this column that ask it").format(count=len(alike))
            remedy = _("One answer here is enough; leave it empty to answer the cells below one by one.")
            choices = _choices_for_all(alike)
            shown = ", ".join(choices) if len(choices) < _MANY else ""
            for_all: list[object] = [column, one.code, "", "", shown, what, remedy]
            asked.append((for_all, choices))
        words: list[object] = [one.where, one.code, "", one.value, ", ".join(one.candidates), one.message, one.remedy]
        asked.append((words, one.candidates or _currencies_for(one)))
    listed = {one.where for one in plan.answered}
    for (place, code), answer in plan.given.items():
        if code not in COLUMN_CODES and code != "table.kind":
            what = _("answered before") if place in listed else _("answered before, for all of it")
            asked.append(([place, code, answer, "", "", what, ""], ()))
    return asked


_FOR_A_COLUMN = ("cell.date-ambiguous", "cell.currency-ambiguous", "cell.currency-missing")
_MANY = 12
"""More candidates than this are offered in the cell's list alone."""


def _column_of(finding: Finding) -> str | None:
    """The place of the column whose cells may all be answered at once."""
    parts = finding.where.split("!")
    if finding.code not in _FOR_A_COLUMN or len(parts) < 3 or not parts[-1].isalnum():
        return None
    return "!".join((*parts[:-1], parts[-1].rstrip("0123456789")))


def _choices_for_all(findings: Sequence[Finding]) -> Sequence[str]:
    if findings[0].code == "cell.date-ambiguous":
        return ORDERS_OF_DAYS
    common = [one for one in findings[0].candidates if all(one in other.candidates for other in findings)]
    return common or sorted(CURRENCIES)


def _currencies_for(finding: Finding) -> Sequence[str]:
    return sorted(CURRENCIES) if finding.code.startswith("cell.currency") else ()


def _told(plan: Plan) -> list[list[object]]:
    told = (one for one in plan.findings if not is_asked(one))
    return [[one.where, one.code, one.value, one.message, one.remedy] for one in told]


def _total_headings() -> tuple[str, ...]:
    return (
        _("File"), _("Sheet"), _("Kind"), _("Currency"), _("Records"), _("On the sheet"), _("Imported"), _("Held"),
        _("Refused"), _("Known"), _("Unaccounted for"),
    )  # fmt: skip


def _totals(plan: Plan) -> list[list[object]]:
    return [
        [
            one.file, one.sheet_name, kind_words()[one.kind], one.currency, one.records, one.sheet, one.imported, one.held, one.refused,
            one.known, one.sheet - one.imported - one.held - one.refused - one.known,
        ]
        for one in plan.control_totals()
    ]  # fmt: skip


def _not_imported(plan: Plan) -> list[list[object]]:
    """Every record that is held or refused, with all of its reasons and the row as it was typed."""
    titles = kind_words()
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
        [one.file, one.sheet, one.cells, ", ".join(f"{role_word(role)} {count}" for role, count in one.by_role.items())]
        for one in plan.accounts()
    ]


def _refused(plan: Plan) -> list[list[object]]:
    return [[error.where, error.code, error.message, error.remedy] for error in plan.refused]
