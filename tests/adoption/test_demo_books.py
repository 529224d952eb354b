"""The sample firm's old workbooks are adopted completely: every order right or asked about, and nothing else told."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from workbench import adoption
from workbench.adoption import Decision, Plan
from workbench.rates import RateBook

FOLDER = Path(__file__).parents[2] / "workbooks" / "demo"


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FOLDER.with_name("demo_truth.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def plan() -> Plan:
    return adoption.plan(sorted(FOLDER.glob("*.xlsx")), RateBook.embedded())


def test_every_order_is_found_once_and_right(plan: Plan, truth: dict[str, Any]) -> None:
    expected = {one["number"]: (one["date"], one["currency"], Decimal(one["amount"])) for one in truth["orders"]}
    assert Counter(item.value("number") for item in plan.of("orders")) == Counter(list(expected))
    imported = plan.of("orders", Decision.IMPORTED)
    found = {
        item.value("number"): (str(item.value("date")), item.value("currency"), item.value("amount"))
        for item in imported
    }
    assert {number: values for number, values in found.items() if values != expected[str(number)]} == {}
    trapped = {trap["order"] for trap in truth["traps"] if trap["kind"] not in ("formula_text", "lost_digits")}
    assert set(expected) - set(found) == trapped


def test_exactly_the_damaged_cells_are_told(plan: Plan, truth: dict[str, Any]) -> None:
    told = {finding.where for finding in plan.findings if not finding.code.startswith("record.")}
    assert told == {f"{trap['file']}!{trap['sheet']}!{trap['cell']}" for trap in truth["traps"]}


def test_totals_with_the_answers_are_the_firms(plan: Plan, truth: dict[str, Any]) -> None:
    meant = {f"{trap['file']}!{trap['sheet']}!{trap['cell']}": trap["meant"] for trap in truth["traps"]}
    given = {(one.where, one.code): meant[one.where] for one in plan.asked}
    answered = adoption.plan(sorted(FOLDER.glob("*.xlsx")), RateBook.embedded(), answers=adoption.Answers(given))
    left_out = {str(item.value("number")) for item in answered.of("orders") if item.decision is not Decision.IMPORTED}
    due: dict[str, Decimal] = {}
    for one in truth["orders"]:
        if one["number"] not in left_out:
            due[one["currency"]] = due.get(one["currency"], Decimal(0)) + Decimal(one["amount"])
    totals: dict[str, Decimal] = {}
    for total in answered.control_totals():
        if total.kind == "orders" and total.imported:
            totals[total.currency] = totals.get(total.currency, Decimal(0)) + total.imported
    assert totals == due
    damaged = {trap["order"] for trap in truth["traps"] if trap["kind"] == "broken_formula"}
    assert left_out == damaged


def test_every_cell_is_accounted_for(plan: Plan) -> None:
    for account in plan.accounts():
        assert sum(account.by_role.values()) == account.cells
        assert "unrecognised" not in account.by_role
