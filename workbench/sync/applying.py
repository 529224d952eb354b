"""Bringing what a merge found into the register: everything in one changeset, or nothing and every reason why not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from workbench.findings import Finding
from workbench.rate_store import converted_fields
from workbench.rates import RateBook
from workbench.register import Changeset, InvalidRows, Register
from workbench.settlement.typed import apply_answers
from workbench.sync.merging import MergedRow, MergedTable
from workbench.sync.rules import ORDER, defaults_of_new, guard
from workbench.sync.values import nested

__all__ = ["Applied", "apply_tables"]

_BATCH_ROW = re.compile(r"#(\d+)\.(.+)$")
_DAY_OF = {"orders": "order_date", "receipts": "value_date", "invoices": "invoice_date"}
_DECIDED = {"match_decisions"}
_EVIDENCE = (
    "base_currency", "base_amount", "rate_value", "rate_date", "rate_source", "rate_kind", "rate_policy", "rate_legs",
)  # fmt: skip


@dataclass(slots=True)
class Applied:
    """What was written: ids of new rows by their key, new versions by table and id, and what is to be told."""

    born: dict[str, str] = field(default_factory=dict)
    versions: dict[tuple[str, str], int] = field(default_factory=dict)
    updated: int = 0
    deleted: int = 0
    edits: int = 0
    refused: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)


def apply_tables(
    cs: Changeset,
    register: Register,
    book: RateBook,
    tables: Sequence[MergedTable],
    name: str,
    *,
    author: str,
    deletions: Mapping[str, Sequence[str]],
) -> Applied:
    """Write new, changed and deleted rows of all tables; the caller gives up the changeset where ``refused`` is not empty.

    Args:
        cs: the changeset; it holds the write lock already.
        register: the register, for reading.
        book: rates for converted figures.
        tables: the merged tables.
        name: the file's name, for places.
        author: who pushes.
        deletions: ids to delete by table.
    """
    applied = Applied()
    writers = [
        _TableWriter(cs, register, book, table, name, author, applied)
        for table in sorted(
            (one for one in tables if one.found.binding.table in ORDER),
            key=lambda one: ORDER.index(one.found.binding.table),
        )
    ]
    for writer in writers:
        writer.insert()
        writer.update()
    for writer in reversed(writers):
        for row_id in deletions.get(writer.name, ()):
            writer.delete(row_id)
    return applied


@dataclass(slots=True)
class _TableWriter:
    """Writes one table; what the register refuses is placed at the cell that brought it."""

    cs: Changeset
    register: Register
    book: RateBook
    table: MergedTable
    file: str
    author: str
    applied: Applied

    @property
    def name(self) -> str:
        return self.table.found.binding.table

    def insert(self) -> None:
        """Add the rows that are new, and remember the keys that they have in the sheet."""
        table, binding = self.table, self.table.found.binding
        if not table.new:
            return
        rows = []
        for one in table.new:
            values = self._resolved(one.values)
            values = {**defaults_of_new(self.register, self.name, values, one.key), **values}
            rows.append(nested({**values, **self._converted(values, one.row.number)}))
        _number_instalments(self.name, rows)
        try:
            ids = self.cs.insert(self.name, rows)
        except InvalidRows as problem:
            for finding in _causes(problem.findings):
                found = _BATCH_ROW.search(finding.where)
                at = table.new[int(found.group(1)) - 1].row.number if found else table.found.head_row
                self._refuse(at, found.group(2) if found else "", finding)
            return
        for one, row_id in zip(table.new, ids, strict=True):
            self.applied.born[one.key] = row_id
            self.applied.versions[(self.name, row_id)] = 1
        births = [
            {"binding_id": binding.id, "sheet_key": one.key, "table_name": self.name, "row_id": row_id}
            for one, row_id in zip(table.new, ids, strict=True)
        ]
        self.cs.insert("sheet_births", births)
        from workbench.duplicates.entrance import tell_new  # it brings pandas

        places = {row_id: self._place(one.row.number, "")[0] for one, row_id in zip(table.new, ids, strict=True)}
        self.applied.notes += tell_new(self.cs, self.name, places)

    def update(self) -> None:
        """Change the rows whose cells were edited."""
        edited = [merged for merged in self.table.rows if merged.edits]
        if self.name == "duplicate_pairs":
            self._decide(edited)
            return
        answered = [merged for merged in edited if self.name == "match_decisions" and merged.edits.get("answer")]
        self._answer(answered)
        for merged in edited:
            if merged not in answered:
                self._update(merged)

    def _answer(self, answered: Sequence[MergedRow]) -> None:
        """What people answered about receipts: posted, ruled out or taught in this changeset, or told at the cell."""
        if not answered:
            return
        current = self.table.state.current
        typed = [(current[one.id], str(one.edits["answer"])) for one in answered]
        refused = apply_answers(self.cs, self.book, typed, self.author)
        for number, finding in refused:
            self._refuse(answered[number].row.number, "answer", finding)
        if refused:
            return
        for merged in answered:
            version = self.cs.update(self.name, merged.id, {"answer": merged.edits["answer"]})
            self.applied.versions[(self.name, merged.id)] = version
            self.applied.updated += 1
            self.applied.edits += len(merged.edits)

    def _decide(self, edited: Sequence[MergedRow]) -> None:
        """Decisions about customers, which merge and unmerge records; what speaks against one is told at its cell."""
        if not edited:
            return
        from workbench.duplicates.decisions import Decision, apply_decisions  # they bring pandas

        decisions = []
        for merged in edited:
            row = {**self.table.state.current[merged.id], **merged.edits}
            told = {name: str(row[name] or "") for name in ("decision", "survivor", "take", "why")}
            decisions.append(Decision(row["customer_a"], row["customer_b"], **told, pair=merged.id))
        outcome = apply_decisions(self.cs, self.register, decisions, author=self.author)
        for number, field_name, finding in outcome.refused:
            self._refuse(edited[number].row.number, field_name, finding)
        if outcome.refused:
            return
        versions = {
            row["id"]: row["version"] for row in self.cs.rows("duplicate_pairs", {"id": [one.id for one in edited]})
        }
        for merged in edited:
            self.applied.versions[(self.name, merged.id)] = versions[merged.id]
            self.applied.updated += 1
            self.applied.edits += len(merged.edits)

    def delete(self, row_id: str) -> None:
        """Take a row away that was taken out of the sheet."""
        try:
            self.cs.delete(self.name, row_id, expected_version=self.table.state.current[row_id]["version"])
        except InvalidRows as problem:
            where = f"{self.file}!{self.table.found.sheet}"
            self.applied.refused += [replace(finding, where=where) for finding in problem.findings]
            return
        self.applied.deleted += 1

    def _update(self, merged: MergedRow) -> None:
        current = self.table.state.current[merged.id]
        edits = self._resolved(merged.edits)
        broken = list(guard(self.register, self.name, current, edits))
        for field_name, code, value, details in broken:
            self._refuse(merged.row.number, field_name, Finding(code, "", value, details=details))
        if broken:
            return
        values = {**edits, **self._reconverted(current, edits, merged.row.number)}
        if self.name in _DECIDED and "decision" in edits:
            values["decided_by"] = self.author
        try:
            version = self.cs.update(self.name, merged.id, nested(values), expected_version=current["version"])
        except InvalidRows as problem:
            for finding in _causes(problem.findings):
                self._refuse(merged.row.number, finding.where.rpartition(f"{merged.id}.")[2], finding)
            return
        self.applied.versions[(self.name, merged.id)] = version
        self.applied.updated += 1
        self.applied.edits += len(merged.edits)

    def _resolved(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values with the ids of rows that this very push has added."""
        born = self.applied.born
        return {name: born.get(value, value) if isinstance(value, str) else value for name, value in values.items()}

    def _reconverted(self, current: Mapping[str, Any], edits: Mapping[str, Any], row: int) -> Mapping[str, Any]:
        """The figure in base currency anew, where what it follows from was changed."""
        if self.name not in _DAY_OF or not {"amount", "currency", _DAY_OF[self.name]} & edits.keys():
            return {}
        return self._converted({**current, **edits}, row)

    def _converted(self, values: Mapping[str, Any], row: int) -> Mapping[str, Any]:
        """The converted figure with its evidence; all of it empty, and a note, where no rate can be stood behind."""
        if self.name not in _DAY_OF:
            return {}
        amount, code, day = values.get("amount"), values.get("currency"), values.get(_DAY_OF[self.name])
        if not isinstance(amount, Decimal) or not code or day is None:
            return {}
        converted, finding = converted_fields(
            self.book,
            amount,
            code,
            self.register.base_currency,
            day,
            self._place(row, "amount")[0],
            document=str(values.get("number") or "") if self.name == "orders" else "",
            customer=self._customer_code(values.get("customer_id")),
        )
        if finding is None:
            return converted
        self.applied.notes.append(finding)
        return dict.fromkeys(_EVIDENCE)

    def _customer_code(self, customer_id: object) -> str:
        found = self.register.rows("customers", {"id": customer_id}) if isinstance(customer_id, str) else []
        return str(found[0]["code"] or "") if found else ""

    def _index(self, field_name: str) -> int | None:
        bound = self.table.found.binding.columns.bound
        editable = (index for index, one in enumerate(bound) if one.field == field_name and one.editable)
        return next(editable, None)

    def _place(self, row: int, field_name: str) -> tuple[str, int]:
        found, index = self.table.found, self._index(field_name)
        column = found.key if index is None else found.columns.get(index, found.key)
        return found.place(self.file, row, column), column

    def _refuse(self, row: int, field_name: str, finding: Finding) -> None:
        if field_name in _EVIDENCE:
            field_name = "amount"  # nobody typed the converted figure
        where, column = self._place(row, field_name)
        index = self._index(field_name)
        heading = field_name if index is None else self.table.found.binding.columns.bound[index].heading
        placed = replace(finding, where=where, details={**finding.details, "field": heading})
        self.applied.refused.append(placed)
        self.table.red[(row, column)] = f"{placed.message} {placed.remedy}"


def _number_instalments(table: str, rows: Sequence[dict[str, Any]]) -> None:
    """Several new instalments of one order get numbers one after another."""
    if table != "instalments":
        return
    taken: set[tuple[str, int]] = set()
    for row in rows:
        while (key := (str(row.get("order_id")), row.get("sequence") or 0)) in taken:
            row["sequence"] = key[1] + 1
        taken.add(key)


def _causes(findings: Sequence[Finding]) -> list[Finding]:
    """Without what only follows: where the currency is wrong, its amounts are not wrong as well."""
    wrong = {one.where.rpartition(".")[0] for one in findings if one.code == "row.currency"}
    return [
        one for one in findings if one.code != "row.money-without-currency" or one.where.rpartition(".")[0] not in wrong
    ]
