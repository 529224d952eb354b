"""What `workbench demo` claims about the sample firm is true, held against what really happened there."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from workbench.register import Register

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return json.loads((ROOT / "workbooks" / "demo_truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def outcome(demo_dir: Path) -> dict[str, Any]:
    return json.loads((demo_dir.parent / "demo.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def register(demo_dir: Path) -> Register:
    return Register.open(demo_dir / "register.sqlite")


def test_every_order_is_imported_right_or_held_for_its_reason(truth: dict[str, Any], register: Register) -> None:
    stored = {row["number"]: row for row in register.rows("orders")}
    trapped = {one["order"] for one in truth["traps"] if one["kind"] != "formula_text"}
    for meant in truth["orders"]:
        row = stored.pop(meant["number"], None)
        if row is None:
            assert meant["number"] in trapped
            continue
        assert (row["order_date"].isoformat(), row["currency"], row["amount"]) == (
            meant["date"], meant["currency"], Decimal(meant["amount"]),
        )  # fmt: skip
    assert not stored  # nothing was made up


def test_instalments_are_those_of_the_terms(truth: dict[str, Any], register: Register) -> None:
    stored = {row["id"]: row["number"] for row in register.rows("orders") if row["status"] != "cancelled"}
    parts: dict[str, list[Decimal]] = {}
    for row in sorted(register.rows("instalments"), key=lambda one: one["sequence"]):
        if row["order_id"] in stored:
            parts.setdefault(stored[row["order_id"]], []).append(row["amount"])
            assert row["due_date"] is not None
    meant = {one["number"]: [Decimal(part) for part in one["instalments"]] for one in truth["orders"]}
    assert {number: amounts for number, amounts in parts.items() if amounts != meant[number]} == {}


def test_every_damaged_or_ambiguous_cell_is_told_at_its_place(truth: dict[str, Any], register: Register) -> None:
    places = {row["place"] for row in register.rows("open_findings")}
    for trap in truth["traps"]:
        assert f"{trap['file']}!{trap['sheet']}!{trap['cell']}" in places, trap


def test_every_converted_figure_says_where_it_came_from(register: Register) -> None:
    for table, day in (("orders", "order_date"), ("receipts", "value_date")):
        for row in register.rows(table):
            assert row["base_amount"] is not None
            assert row["rate_source"]
            assert row["rate_date"] <= row[day]


def test_every_row_knows_its_source(register: Register) -> None:
    known = Counter((row["table_name"], row["row_id"]) for row in register.rows("source_records"))
    for table in ("orders", "receipts", "costs"):
        for row in register.rows(table):
            assert known[table, row["id"]] >= 1
    assert "!" in register.rows("source_records", {"table_name": "orders"})[0]["place"]


def test_control_totals_agree_before_and_after(outcome: dict[str, Any]) -> None:
    assert outcome["ok"]
    assert all(one["agrees"] for one in outcome["control_totals"]["orders"])
    assert all(one["agrees"] for one in outcome["control_totals"]["receipts"])
    assert all(one["adds_up"] and not one["refused"] for one in outcome["statements"])


def test_posted_receipts_belong_to_the_orders_they_are_posted_to(truth: dict[str, Any], register: Register) -> None:
    orders = {row["id"]: row["number"] for row in register.rows("orders")}
    instalments = {row["id"]: orders[row["order_id"]] for row in register.rows("instalments")}
    references = {row["id"]: row["bank_reference"] for row in register.rows("receipts")}
    posted: dict[str, set[str]] = {}
    for row in register.rows("allocations"):
        posted.setdefault(references[row["receipt_id"]], set()).add(instalments[row["instalment_id"]])
    meant = {one["reference"]: {part[0] for part in one["parts"]} for one in truth["payments"]}
    wrong = [reference for reference, numbers in posted.items() if numbers != meant[reference]]
    assert len(posted) > 1500
    assert len(wrong) <= len(posted) * 0.005


def test_nothing_is_settled_beyond_what_is_owed(register: Register) -> None:
    settled: Counter[str] = Counter()
    for row in register.rows("allocations"):
        settled[row["instalment_id"]] += row["document_amount"]
    owed = {row["id"]: row["amount"] for row in register.rows("instalments")}
    assert [one for one, amount in settled.items() if amount > owed[one]] == []


def test_true_duplicates_are_flagged(truth: dict[str, Any], register: Register) -> None:
    names = {row["id"]: row["legal_name"] for row in register.rows("customers")}
    flagged = {
        frozenset((names[row["customer_a"]], names[row["customer_b"]])) for row in register.rows("duplicate_pairs")
    }
    pairs = [frozenset(one["spellings"].values()) for one in truth["customers"]]
    twice = [pair for pair in pairs if len(pair) > 1 and pair <= set(names.values())]
    assert len(twice) >= 10
    assert sum(pair in flagged for pair in twice) >= 0.8 * len(twice)


def test_the_demo_can_be_taken_back_to_an_empty_register(demo_dir: Path, tmp_path: Path) -> None:
    with Register.open(demo_dir / "register.sqlite") as made:
        made.backup(tmp_path / "copy")
    with Register.restore(tmp_path / "copy", tmp_path / "copy.sqlite") as register:
        for entry in register.log():
            if entry.origin != "create":
                register.undo(entry.number, author="test", reason="back to the start")
        assert register.count("orders") == register.count("receipts") == register.count("customers") == 0
        assert register.verify().ok


def test_matching_again_changes_nothing(demo_dir: Path, tmp_path: Path) -> None:
    from workbench.matching import run
    from workbench.rate_store import load_book

    with Register.open(demo_dir / "register.sqlite") as made:
        made.backup(tmp_path / "copy")
    with Register.restore(tmp_path / "copy", tmp_path / "copy.sqlite") as register:
        report = run(register, load_book(register), "li.na")
        assert (report.allocations, report.changeset) == (0, None)


@pytest.mark.parametrize(
    ("files", "stored", "ok", "agrees"),
    [
        ({"USD": Decimal("5.00")}, {"USD": Decimal("5.00")}, True, True),
        ({"USD": Decimal("5.00")}, {"USD": Decimal("4.99")}, True, False),
        ({"USD": Decimal("5.00")}, {}, True, False),
        ({}, {"USD": Decimal("5.00")}, True, False),
        ({"USD": Decimal("5.00")}, {"USD": Decimal("5.00")}, False, False),
    ],
)
def test_a_receipt_lost_or_doubled_is_no_success(
    files: dict[str, Decimal], stored: dict[str, Decimal], ok: bool, agrees: bool
) -> None:
    from workbench.demo import DemoOutcome
    from workbench.receipts import ReceiptsImport

    outcome = DemoOutcome(
        register=Path(), workbook=Path(), plan=Path(), records={}, rows={}, orders=(),
        statements=ReceiptsImport((), (), files, None), receipts_before=files, receipts_after=stored, findings={},
        matched={}, duplicate_pairs=0, changesets=1, head="", ok=ok,
    )  # fmt: skip
    assert outcome.agrees is agrees
