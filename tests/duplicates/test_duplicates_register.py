"""Pairs in the register: a scan adds what is new and never overwrites a decision."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.duplicates import DuplicateReason, record_pairs
from workbench.register import Register

CUSTOMERS = [
    {"legal_name": "Falkon Werke GmbH", "country": "DE", "email": "a@falkonwerke.de"},
    {"legal_name": "FALKON WERKE", "country": "DE", "email": "b@falkonwerke.de"},
    {"legal_name": "Zubrowka Foods", "country": "PL"},
    {"legal_name": "Kontiki Marine", "country": "NZ"},
]


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with Register.create(tmp_path / "firm.sqlite") as made:
        with made.changeset(origin="test", reason="customers", author="li.na") as cs:
            cs.insert("customers", CUSTOMERS)
        yield made


def test_pairs_are_recorded_once(register: Register) -> None:
    first = record_pairs(register, "li.na")
    assert (first.new, first.known) == (1, 0)
    (row,) = register.rows("duplicate_pairs")
    customers = [one["id"] for one in register.rows("customers")]
    assert (row["customer_a"], row["customer_b"]) == (customers[0], customers[1])
    assert row["decision"] == "review", "what becomes of it is a person's decision"
    assert row["score"] == first.pairs[0].score
    assert [DuplicateReason.from_dict(one) for one in row["reasons"]] == list(first.pairs[0].reasons)
    again = record_pairs(register, "li.na")
    assert (again.new, again.known, again.changeset) == (0, 1, None)
    assert register.count("duplicate_pairs") == 1


def test_a_decision_is_kept(register: Register) -> None:
    record_pairs(register, "li.na")
    (row,) = register.rows("duplicate_pairs")
    with register.changeset(origin="test", reason="two firms", author="wang.fang") as cs:
        cs.update("duplicate_pairs", row["id"], {"decision": "apart", "decided_by": "wang.fang"})
        cs.insert("customers", [{"legal_name": "Zubrówka Foods", "country": "PL"}])
    outcome = record_pairs(register, "li.na")
    assert (outcome.new, outcome.known) == (1, 1)
    kept = register.get("duplicate_pairs", row["id"])
    assert (kept["decision"], kept["decided_by"]) == ("apart", "wang.fang")


def test_merged_customers_are_left_out(register: Register) -> None:
    one, other = (row["id"] for row in register.rows("customers")[:2])
    with register.changeset(origin="test", reason="merge", author="li.na") as cs:
        cs.update("customers", other, {"merged_into": one})
    assert record_pairs(register, "li.na").pairs == ()


def test_the_scan_can_be_undone(register: Register) -> None:
    changeset = record_pairs(register, "li.na").changeset
    assert changeset is not None
    register.undo(changeset, author="li.na", reason="test")
    assert register.count("duplicate_pairs") == 0
    assert register.verify().ok
