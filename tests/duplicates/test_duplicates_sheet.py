"""Decisions in the sheet Duplicates: pushed as one changeset, refused at the cell, taken back by another choice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from workbench.duplicates import record_pairs
from workbench.duplicates.decisions import Decision, decide
from workbench.rate_store import load_book
from workbench.register import Register
from workbench.reports.bound_workbook import write_bound_workbook
from workbench.sync import SyncReport, push
from workbench.sync.closed import ClosedFile

A, B, C = "C-000001", "C-000002", "C-000003"
SHEETS = {"en": ("Duplicates", "Decision"), "zh": ("重复客户", "决定")}


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def workbook(firm: Register, tmp_path: Path, language: str) -> Path:
    record_pairs(firm, "li.na")
    path = tmp_path / "Register.xlsx"
    write_bound_workbook(firm, load_book(firm), path, language=language, author="li.na", as_of=date(2026, 4, 1))
    return path


class Pairs:
    """The sheet by pairs of customers and by the fields behind its columns."""

    def __init__(self, path: Path, register: Register) -> None:
        self.path, self.book = path, openpyxl.load_workbook(path)
        (binding,) = (row for row in register.rows("bindings") if row["table_name"] == "duplicate_pairs")
        self.sheet = self.book[binding["sheet"]]
        columns = binding["columns"]
        self.head = next(n for n in range(1, 12) if any(cell.value == columns["key"] for cell in self.sheet[n]))
        at = {cell.value: cell.column for cell in self.sheet[self.head] if cell.value}
        self.columns = {one["field"]: at[one["heading"]] for one in columns["columns"] if one["field"]}
        self.labels = {
            one["field"]: {code: label for label, code in one["labels"].items()}
            for one in columns["columns"]
            if one.get("labels")
        }
        pairs = {
            row["id"]: frozenset((row["customer_a"], row["customer_b"])) for row in register.rows("duplicate_pairs")
        }
        self.rows = {
            pairs[str(self.sheet.cell(row, at[columns["key"]]).value)]: row
            for row in range(self.head + 1, self.sheet.max_row + 1)
            if self.sheet.cell(row, at[columns["key"]]).value in pairs
        }

    def set(self, one: str, other: str, values: Mapping[str, str]) -> None:
        row = self.rows[frozenset((one, other))]
        for field, value in values.items():
            self.sheet.cell(row, self.columns[field]).value = self.labels.get(field, {}).get(value, value)

    def place(self, one: str, other: str, field: str) -> str:
        cell = self.sheet.cell(self.rows[frozenset((one, other))], self.columns[field])
        return f"{self.path.name}!{self.sheet.title}!{cell.coordinate}"

    def text(self, one: str, other: str, heading: str) -> str:
        at = {cell.value: cell.column for cell in self.sheet[self.head]}
        return str(self.sheet.cell(self.rows[frozenset((one, other))], at[heading]).value)

    def pushed(self, register: Register, **options: Any) -> SyncReport:
        self.book.save(self.path)
        return push(register, ClosedFile(self.path), author="wang.fang", **options)


def test_a_push_merges_in_one_changeset(firm: Register, workbook: Path) -> None:
    before = firm.log(1)[0].number
    sheet = Pairs(workbook, firm)
    sheet.set(A, B, {"decision": "merge", "survivor": "b", "take": "email=a", "why": "same tax office"})
    report = sheet.pushed(firm)
    assert report.refused == []
    assert report.changeset == before + 1
    kept = firm.get("customers", B)
    assert firm.get("customers", A)["merged_into"] == B
    assert kept["email"] == "a@falkonwerke.de"
    assert {row["customer_id"] for row in firm.rows("orders")} == {B}
    (merge,) = firm.rows("merges")
    assert (merge["person"], merge["reason"]) == ("wang.fang", "same tax office")
    (pair,) = (row for row in firm.rows("duplicate_pairs") if row["decision"] == "merge")
    assert pair["decided_by"] == "wang.fang"


def test_another_choice_takes_a_merge_back(firm: Register, workbook: Path) -> None:
    names = ("customers", "orders", "contacts", "tasks", "activities", "merges", "duplicate_pairs")
    before = {name: [{**row, "version": 0} for row in firm.rows(name)] for name in names}
    sheet = Pairs(workbook, firm)
    sheet.set(A, B, {"decision": "merge"})
    assert sheet.pushed(firm).refused == []
    assert firm.rows("merges")
    again = Pairs(workbook, firm)
    again.set(A, B, {"decision": "review"})
    assert again.pushed(firm).refused == []
    assert {name: [{**row, "version": 0} for row in firm.rows(name)] for name in names} == before


def test_what_cannot_be_is_told_at_its_cell(firm: Register, workbook: Path, language: str) -> None:
    """And nothing of the push is stored, not even the decisions that could be."""
    decide(firm, [Decision(B, C, "apart")], author="boss")
    before = firm.state_hash()
    sheet = Pairs(workbook, firm)
    sheet.set(A, B, {"decision": "merge"})
    sheet.set(A, C, {"decision": "merge", "take": "shoe=a"})
    report = sheet.pushed(firm)
    assert {(one.code, one.where) for one in report.refused} >= {("duplicate.take", sheet.place(A, C, "take"))}
    assert firm.state_hash() == before
    sheet = Pairs(workbook, firm)
    sheet.set(A, B, {"decision": "merge"})
    sheet.set(A, C, {"decision": "merge", "take": None})  # type: ignore[dict-item]
    report = sheet.pushed(firm)
    assert [(one.code, one.where) for one in report.refused] == [
        ("duplicate.kept-apart", sheet.place(A, C, "decision"))
    ]
    assert firm.state_hash() == before


def test_the_sheet_shows_what_a_merge_would_keep(firm: Register, workbook: Path, language: str) -> None:
    told = Pairs(workbook, firm).text(A, B, {"en": "A merge would keep", "zh": "合并后保留"}[language])
    assert "DE136695976 (B)" in told
    assert "a@falkonwerke.de (A)" in told
    assert "vip, fair (A+B)" in told


def test_a_customer_edited_in_the_same_push_is_merged_as_edited(firm: Register, workbook: Path) -> None:
    sheet = Pairs(workbook, firm)
    (binding,) = (row for row in firm.rows("bindings") if row["table_name"] == "customers")
    customers = sheet.book[binding["sheet"]]
    head = {cell.value: cell.column for cell in customers[sheet.head]}
    email = next(one["heading"] for one in binding["columns"]["columns"] if one["field"] == "email")
    row = next(
        n for n in range(sheet.head + 1, customers.max_row + 1)
        if customers.cell(n, head[binding["columns"]["key"]]).value == B
    )  # fmt: skip
    customers.cell(row, head[email]).value = "newest@falkonwerke.de"
    sheet.set(A, B, {"decision": "merge"})
    assert sheet.pushed(firm).refused == []
    assert firm.get("customers", A)["email"] == "newest@falkonwerke.de"
