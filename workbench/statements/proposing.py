"""A profile is proposed for a statement whose layout nobody has described yet.

The sheet reader finds the table; its headings and what its columns hold say what they are; then the statement is read
with the proposal, so that it is known whether it works.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.statements.entries import Statement, StatementUnreadable
from workbench.statements.layouts import Profile, built_in_profiles, heading_key, profile_from
from workbench.statements.tabular import amount_by, begins_with, day_by

if TYPE_CHECKING:
    from workbench.sheets import Cell, Sheet, Table

__all__ = ["Proposal", "propose"]

_FORMS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y",
    "%m-%d-%Y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%d%m%Y",
)  # fmt: skip
_SAMPLE = 400
_FIGURES = ("amount", "credit", "debit", "balance", "fee", "instructed_amount")
_MOSTLY = 0.9


@dataclass(frozen=True, slots=True)
class Proposal:
    """A profile that nobody has confirmed yet.

    ``toml`` is the file to keep; ``unused`` are headings it takes nothing from; ``statements`` is what it reads of the
    file, empty where it cannot, and then ``problem`` says why.
    """

    profile: Profile
    toml: str
    unused: tuple[str, ...]
    statements: tuple[Statement, ...]
    problem: WorkbenchError | None = None


@dataclass(frozen=True, slots=True)
class _Columns:
    """The table's headings with the texts of each column, in the order of its records."""

    headings: Mapping[int, str]
    texts: Mapping[int, Sequence[str]]


def propose(path: Path, name: str) -> Proposal:
    """A profile for a CSV file or workbook.

    Raises:
        FileRefused: the file cannot be read as a sheet.
        StatementUnreadable: no table with dates and amounts is in it.
    """
    from workbench import sheets

    book = sheets.read(path)
    tables = [table for sheet in book.sheets for table in sheets.find_tables(sheet).tables]
    tables = [one for one in tables if one.orientation == "rows" and one.header_rows and one.records]
    if not tables:
        raise _unreadable(path.name, _("there is no table with headings in it"))
    table = max(tables, key=lambda one: len(one.records) * len(one.columns))
    columns = _columns_of(table)
    found = _fields(columns)
    mark = _decimal_mark(columns, found)
    _by_content(columns, found, mark)
    forms = _date_forms(columns, found)
    if not forms or not {"amount", "credit", "debit"} & found.keys():
        raise _unreadable(path.name, _("no columns with dates and amounts are in its table"))
    text = _toml(path.name, columns, found, forms, mark) + _labels(table)
    profile = profile_from(text, name)
    used = {at for ats in found.values() for at in ats}
    unused = tuple(heading for at, heading in columns.headings.items() if at not in used)
    return _tried(path, profile, text, unused)


def _tried(path: Path, profile: Profile, text: str, unused: tuple[str, ...]) -> Proposal:
    from workbench.statements import read_statements

    try:
        return Proposal(profile, text, unused, tuple(read_statements(path, [profile])))
    except WorkbenchError as error:
        return Proposal(profile, text, unused, (), error)


def _columns_of(table: Table) -> _Columns:
    sheet: Sheet = table.sheet
    last = table.header_rows[-1]
    headings = {cell.column: " ".join(cell.text.split()) for cell in sheet.row(last)}
    texts: dict[int, list[str]] = {at: [] for at in headings}
    for row in table.records[:_SAMPLE]:
        cells = {cell.column: _text(cell, epoch_1904=sheet.epoch_1904) for cell in table.cells(row)}
        for at, column in texts.items():
            column.append(cells.get(at, ""))
    return _Columns(headings, texts)


def _text(cell: Cell, *, epoch_1904: bool) -> str:
    from workbench.statements.delimited import text_of

    return text_of(cell, ".", epoch_1904=epoch_1904).strip().strip("`")


@cache
def _vocabulary() -> dict[str, str]:
    """Field by heading: of every profile, then of other languages."""
    told = tomllib.loads((resources.files("workbench.statements") / "headings.toml").read_text(encoding="utf-8"))
    every = [(name, alias) for name, aliases in told.items() for alias in aliases]
    every += [
        (name, alias) for one in built_in_profiles() for name, aliases in one.columns.items() for alias in aliases
    ]
    words: dict[str, str] = {}
    for name, alias in every:
        if name not in {"group", "total", "status", "mark"}:
            words.setdefault(heading_key(alias), name)
    return words


def _fields(columns: _Columns) -> dict[str, list[int]]:
    """Columns by field, told by their headings; a figure or a date is one column, texts may be several."""
    found: dict[str, list[int]] = {}
    for at, heading in columns.headings.items():
        name = _field_of(heading)
        if name and (name == "text" or name not in found) and _holds(name, columns.texts[at]):
            found.setdefault(name, []).append(at)
    if "value_date" not in found and "booking_date" in found:
        found["value_date"] = list(found["booking_date"])
    return found


def _field_of(heading: str) -> str:
    key, words = heading_key(heading), _vocabulary()
    if key in words:
        return words[key]
    inside = [word for word in words if len(word) >= 4 and (word in key)]
    return words[max(inside, key=len)] if inside else ""


def _holds(name: str, texts: Sequence[str]) -> bool:
    """Whether the column can be what its heading says."""
    filled = [text for text in texts if text]
    if not filled:
        return True
    if name in {"value_date", "booking_date"}:
        return any(all(day_by(text, form) for text in filled) for form in _FORMS)
    if name in _FIGURES:
        return any(_share(filled, mark) >= _MOSTLY for mark in (".", ","))
    return True


def _share(texts: Sequence[str], mark: str) -> float:
    return sum(amount_by(text, mark) is not None for text in texts) / len(texts)


def _decimal_mark(columns: _Columns, found: Mapping[str, list[int]]) -> str:
    """The mark by which most amounts can be read; a point where both will do."""
    ats = [at for name in _FIGURES for at in found.get(name, ())] or list(columns.texts)
    texts = [text for at in ats for text in columns.texts[at] if text]
    return "," if texts and _share(texts, ",") > _share(texts, ".") else "."


def _by_content(columns: _Columns, found: dict[str, list[int]], mark: str) -> None:
    """Dates and amounts that no heading names: a column of days; an amount that leads from one balance to the next."""
    used = {at for ats in found.values() for at in ats}
    left = [at for at in columns.headings if at not in used and any(columns.texts[at])]
    if "value_date" not in found:
        dates = [at for at in left if any(all(day_by(one, form) for one in columns.texts[at]) for form in _FORMS)]
        if dates:
            found["value_date"] = dates[:1]
    if {"amount", "credit", "debit"} & found.keys():
        return
    figures = {at: [amount_by(text, mark) for text in columns.texts[at]] for at in left}
    whole = {at: [one for one in some if one is not None] for at, some in figures.items() if None not in some}
    for amount, amounts in whole.items():
        for balance, balances in whole.items():
            if amount != balance and _leads(amounts, balances):
                found["amount"], found["balance"] = [amount], [balance]
                return


def _leads(amounts: Sequence[Decimal], balances: Sequence[Decimal]) -> bool:
    steps = [(before, after) for before, after in pairwise(balances)]
    down = all(before + amount == after for (before, after), amount in zip(steps, amounts[1:], strict=True))
    up = all(after + amount == before for (before, after), amount in zip(steps, amounts, strict=False))
    return len(steps) > 1 and (down or up)


def _date_forms(columns: _Columns, found: Mapping[str, list[int]]) -> list[str]:
    """Every form that all dates of the file fit; of two that fit the whole file, reading will ask."""
    ats = [at for name in ("value_date", "booking_date") for at in found.get(name, ())]
    texts = {text for at in ats for text in columns.texts[at] if text}
    return [form for form in _FORMS if texts and all(day_by(text, form) for text in texts)]


def _toml(file: str, columns: _Columns, found: Mapping[str, list[int]], forms: Sequence[str], mark: str) -> str:
    def listed(words: Sequence[str]) -> str:
        return json.dumps(list(words), ensure_ascii=False)

    lines = [f"# Proposed from {json.dumps(file, ensure_ascii=False)}; check what each column was taken for.", ""]
    lines += [f"title = {json.dumps(Path(file).stem, ensure_ascii=False)}", "", "[columns]"]
    lines += [f"{name} = {listed([columns.headings[at] for at in ats])}" for name, ats in found.items()]
    needed = ["value_date", *(name for name in ("amount", "credit", "debit", "balance") if name in found)]
    lines += ["", "[read]", f"required = {listed(needed)}", f"dates = {listed(forms)}", f'decimal_mark = "{mark}"']
    if "direction" in found:
        words = sorted({text for at in found["direction"] for text in columns.texts[at] if text})
        incoming = [word for word in words if heading_key(word) in _INCOMING]
        outgoing = [word for word in words if word not in incoming]
        lines += [f"incoming = {listed(incoming)}", f"outgoing = {listed(outgoing)}"] if incoming and outgoing else []
    return "\n".join(lines) + "\n"


def _labels(table: Table) -> str:
    """The account and currency that stand above the table."""
    top = table.header_rows[0]
    texts = [cell.text.strip() for row in table.sheet.rows if row < top for cell in table.sheet.row(row)]
    lines = []
    for name, words in _LABELS.items():
        word = next((word for word in words if any(begins_with(one, word) for one in texts)), None)
        lines += [f"{name} = {json.dumps([word], ensure_ascii=False)}"] if word else []
    return "\n".join(["", "[labels]", *lines, ""]) if lines else ""


_LABELS = {
    "account": (
        "Account number",
        "Account no",
        "Account",
        "IBAN",
        "Kontonummer",
        "Konto",
        "Compte",
        "Cuenta",
        "账号",
        "账户",
    ),
    "currency": ("Currency", "Währung", "Devise", "Moneda", "币种"),
    "opening": ("Opening balance", "Anfangssaldo", "期初余额"),
    "closing": ("Closing balance", "Endsaldo", "期末余额"),
}
_INCOMING = {"c", "cr", "credit", "h", "haben", "in", "贷", "贷方", "收入", "收", "入", "+"}


def _unreadable(file: str, why: str) -> StatementUnreadable:
    return StatementUnreadable(
        _("No profile can be proposed: {why}.").format(why=why),
        where=file,
        remedy=_("Write one by hand; docs/statements.md tells how."),
    )
