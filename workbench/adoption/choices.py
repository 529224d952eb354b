"""What the firm itself decided about its sheets: what a table lists, what a column holds, which row is a total.

A choice is an answer (see ``answers``) whose place is a table (``Book.xlsx!Orders!A1:H90``, or its sheet), a column
(``Book.xlsx!Orders!D``) or a row (``Book.xlsx!Orders!17``). Choices on tables and columns hold for every table with the
same headings: the register keeps them, so that next month's workbook asks nothing again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from workbench.adoption.answers import ORDERS_OF_DAYS, Answers
from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.money import CURRENCIES
from workbench.sheets import ColumnMap, Role, Table, TableMap, map_tables
from workbench.sheets.mapping import FIELD_KINDS, KINDS
from workbench.sheets.model import column_letters
from workbench.sheets.words import spelt

if TYPE_CHECKING:
    from workbench.register import Changeset

__all__ = [
    "COLUMN_CODES",
    "IGNORE",
    "SETTING",
    "Settled",
    "choosable_fields",
    "keep_choices",
    "merged",
    "settle_tables",
]

SETTING = "adoption.choices"
"""The register's setting that keeps the choices by family of headings."""
IGNORE = "ignore"
COLUMN_CODES = ("column.field", "column.currency", "column.unit", "column.days")
_ROLES = {role.value: role for role in (Role.RECORD, Role.TOTAL, Role.SUBTOTAL, Role.NOTE)}
_LARGEST_UNIT = 10**9

Learned = dict[str, dict[str, dict[str, str]]]
"""By family, then by heading (empty: the table itself), then by code: the answer."""


@dataclass(slots=True)
class Settled:
    """Tables with what each lists (None: nothing, or ignored), answers with those kept before, and what is new to keep."""

    tables: list[TableMap | None]
    answers: Answers
    learned: Learned = field(default_factory=dict)
    ignored: list[Table] = field(default_factory=list)


def choosable_fields(kind: str) -> list[str]:
    """What a column of a table of that kind may be said to hold."""
    own = [name for name in FIELD_KINDS if name.startswith(f"{kind[:-1]}.")]
    beside = [f"{name}#1" for name in FIELD_KINDS if name.startswith("receipt.")] if kind == "orders" else []
    return [IGNORE, *own, *beside]


def merged(kept: Mapping[str, Mapping[str, Mapping[str, str]]], learned: Learned) -> Learned:
    """What was kept before with what is new; the new wins."""
    whole: Learned = {family: {label: dict(one) for label, one in columns.items()} for family, columns in kept.items()}
    for family, columns in learned.items():
        for label, one in columns.items():
            whole.setdefault(family, {}).setdefault(label, {}).update(one)
    return whole


def keep_choices(changes: Changeset, learned: Learned) -> None:
    """Keep new choices in the register, in the changeset of the import, so that undoing it forgets them, too."""
    if learned:
        rows = changes.rows("settings", {"name": SETTING})
        changes.set_setting(SETTING, merged(rows[0]["value"] if rows else {}, learned))


def settle_tables(tables: Sequence[Table], answers: Answers, kept: Mapping[str, object]) -> Settled:
    """Map the tables of a workbook, as the firm chose where it chose.

    Args:
        tables: all tables of one workbook.
        answers: given now.
        kept: the register's setting ``adoption.choices``.

    Raises:
        ConfigurationError: an answer names a field, currency, unit or role that there is not.
    """
    chosen = {id(table): _Chosen.of(table, answers, kept) for table in tables}
    for table in tables:
        _set_roles(table, answers)
    kinds = {id(table): kind for table in tables if (kind := chosen[id(table)].kind) in KINDS}
    settled = Settled([], answers)
    given = dict(answers.given)
    for table, one in zip(tables, map_tables(tables, kinds), strict=True):
        choice = chosen[id(table)]
        if choice.kind == IGNORE:
            settled.ignored.append(table)
            one = None  # noqa: PLW2901 - what the firm does not want is nothing
        settled.tables.append(choice.applied(one) if one else None)
        if choice.new:
            settled.learned.setdefault(_family(table), {}).update(choice.new)
        for place, code, answer in choice.cell_answers():
            given.setdefault((place, code), answer)
    settled.answers = Answers(given)
    return settled


def _family(table: Table) -> str:
    """Tables with the same headings in the same order are of one family, whatever the file is called."""
    words = "\x1f".join(spelt(column.label) for column in table.columns)
    return hashlib.sha256(words.encode()).hexdigest()[:24]


def _place(table: Table, part: object = "") -> str:
    where = f"{table.sheet.book}!{table.sheet.name}"
    return f"{where}!{part}" if part else where


def _set_roles(table: Table, answers: Answers) -> None:
    if table.orientation != "rows":
        return
    for row in table.rows:
        said = answers.at(_place(table, row), "row.role")
        if said is None:
            continue
        if said not in _ROLES:
            raise _wrong(said, _place(table, row), _ROLES)
        table.rows[row] = _ROLES[said]


@dataclass(slots=True)
class _Chosen:
    """The choices that hold for one table."""

    table: Table
    kind: str = ""
    columns: dict[int, dict[str, str]] = field(default_factory=dict)
    new: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, table: Table, answers: Answers, kept: Mapping[str, object]) -> _Chosen:
        made = cls(table)
        before = kept.get(_family(table))
        known = before if isinstance(before, Mapping) else {}
        said = answers.at(_place(table, table.box), "table.kind") or answers.at(_place(table), "table.kind")
        if said is not None and said not in (*KINDS, IGNORE):
            raise _wrong(said, _place(table, table.box), (*KINDS, IGNORE))
        made.kind = said or dict(known.get("", {})).get("table.kind", "")
        if said:
            made.new[""] = {"table.kind": said}
        if table.orientation == "rows":
            made._look_at_columns(answers, known)
        return made

    def _look_at_columns(self, answers: Answers, known: Mapping[str, Mapping[str, str]]) -> None:
        for column in self.table.columns:
            place = _place(self.table, column_letters(column.at))
            fresh = {code: answer for code, answer in answers.of(place).items() if code}
            if fresh and column.label:
                self.new[column.label] = fresh
            choices = {**(known.get(column.label, {}) if column.label else {}), **fresh}
            if choices:
                self.columns[column.at] = choices

    def applied(self, mapped: TableMap) -> TableMap:
        """The table with the chosen columns; no other column keeps a field that was given to one."""
        columns = [self._column(one, mapped.kind) for one in mapped.columns]
        taken = {
            (one.field, one.slot): one.column.at
            for one in columns
            if one.field and "column.field" in self.columns.get(one.column.at, {})
        }
        free = [self._without_rivals(one, taken) for one in columns]
        return replace(mapped, columns=tuple(free))

    def _without_rivals(self, one: ColumnMap, taken: Mapping[tuple[str, int], int]) -> ColumnMap:
        """An amount stays beside a chosen one only where both name their currencies."""
        owner = taken.get((one.field, one.slot), one.column.at)
        if owner == one.column.at or one.currency:
            return one
        return replace(one, field="", slot=0, currency="", score=0.0)

    def _column(self, one: ColumnMap, kind: str) -> ColumnMap:
        choices = self.columns.get(one.column.at, {})
        place = _place(self.table, column_letters(one.column.at))
        if said := choices.get("column.field", ""):
            name, _mark, slot = said.partition("#")
            if said not in choosable_fields(kind) and not (said.startswith("receipt.") and slot.isdecimal()):
                raise _wrong(said, place, choosable_fields(kind))
            ignored = said == IGNORE
            one = replace(
                one, field="" if ignored else name, slot=int(slot or 0), score=1.0, reasons=(_("the firm chose so"),),
                currency="" if ignored else one.currency, named=True,
            )  # fmt: skip
        if said := choices.get("column.currency", ""):
            if said.upper() not in CURRENCIES:
                raise _wrong(said, place, one.currency and (one.currency,))
            one = replace(one, currency=said.upper(), reasons=(*one.reasons, _("the firm chose so")))
        if said := choices.get("column.unit", ""):
            one = replace(one, factor=_unit(said, place), reasons=(*one.reasons, _("the firm chose so")))
        return one

    def cell_answers(self) -> Iterator[tuple[str, str, str]]:
        """Choices that answer what cells of a column ask."""
        for at, choices in self.columns.items():
            place = _place(self.table, column_letters(at))
            for code, answer in choices.items():
                if code == "column.days":
                    if answer not in ORDERS_OF_DAYS:
                        raise _wrong(answer, place, ORDERS_OF_DAYS)
                    yield place, "cell.date-ambiguous", answer
                elif code.startswith("cell."):
                    yield place, code, answer


def _unit(text: str, place: str) -> int:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal(0)
    if number != number.to_integral_value() or not 1 <= number <= _LARGEST_UNIT:
        raise _wrong(text, place, ("1", "1000", "10000"))
    return int(number)


def _wrong(said: str, place: str, candidates: Sequence[str] | Mapping[str, object] | str) -> ConfigurationError:
    return ConfigurationError(
        _("{answer} cannot be chosen here.").format(answer=said),
        where=place,
        remedy=_("Give one of {candidates}.").format(candidates=", ".join(candidates) or _("the usual values")),
    )
