"""Merges are links that can be taken back to the last byte; decisions are kept, checked and obeyed."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import pytest

from tests.duplicates.conftest import order
from workbench.duplicates import record_pairs
from workbench.duplicates.decisions import Decision, DecisionsRefused, decide, unmerge
from workbench.duplicates.history import history, read_decisions, write_decisions
from workbench.duplicates.links import standing
from workbench.duplicates.merging import MergeUnknown
from workbench.duplicates.queue import queue, sure
from workbench.register import NotPermitted, Register, UndoRefused

A, B, C, D = (f"C-00000{number}" for number in range(1, 5))


def merge(register: Register, one: str, other: str, **choice: str) -> None:
    decide(register, [Decision(one, other, "merge", **choice)], author="li.na")


def codes(refused: pytest.ExceptionInfo[DecisionsRefused]) -> list[str]:
    return [one.code for one in refused.value.findings]


def test_everything_follows_a_merge_and_goes_back(firm: Register) -> None:
    record_pairs(firm, "li.na")
    before = firm.state_hash()
    outcome = decide(firm, [Decision(A, B, "merge", why="one firm")], author="wang.fang")
    (done,) = outcome.merged
    assert (done.kept, done.merged) == (A, B), "the record with more orders stands"
    for table in ("orders", "contacts", "tasks", "activities"):
        assert {row["customer_id"] for row in firm.rows(table)} == {A}, table
    kept, gone = firm.get("customers", A), firm.get("customers", B)
    assert gone["merged_into"] == A
    assert gone["email"] == "b@falkonwerke.de", "the merged record stays as it was"
    assert (kept["tax_id"], kept["address"]) == ("DE136695976", "Hofweg 1, 80331 München"), "what was empty is filled"
    assert (kept["legal_name"], kept["email"]) == ("Falkon Werke GmbH", "a@falkonwerke.de")
    assert kept["tags"] == ["vip", "fair"]
    assert kept["note"] == "pays late\nasks for samples"
    assert kept["screening_state"] == "blocked", "a merge never lifts a block"
    (row,) = firm.rows("merges")
    assert (row["person"], row["reason"], row["undone"]) == ("wang.fang", "one firm", False)
    assert row["survivorship"]["fields"]["tax_id"] == {"from": B, "rule": "complete"}
    assert firm.state_hash() != before
    back = unmerge(firm, B, author="li.na")
    assert back.unmerged[0].stayed == ()
    assert firm.state_hash() == before
    assert firm.verify().ok
    assert [(one.decision, one.by) for one in history(firm)] == [("merge", "wang.fang"), ("review", "li.na")]


def test_undo_of_the_changeset_goes_back_as_well(firm: Register) -> None:
    record_pairs(firm, "li.na")
    before = firm.state_hash()
    number = decide(firm, [Decision(A, B, "merge")], author="li.na").changeset
    assert number
    firm.undo(number, author="li.na", reason="test")
    assert firm.state_hash() == before


def test_a_merge_by_hand_needs_no_pair(firm: Register) -> None:
    before = firm.state_hash()
    merge(firm, A, D)
    (pair,) = firm.rows("duplicate_pairs")
    assert pair["reasons"][0]["code"] == "decision.hand"
    unmerge(firm, D, author="li.na")
    assert firm.state_hash() == before


def test_a_person_chooses_survivor_and_fields(firm: Register) -> None:
    merge(firm, A, B, survivor="b", take=f"email={A}; 电话=b")
    kept = firm.get("customers", B)
    assert firm.get("customers", A)["merged_into"] == B
    assert (kept["email"], kept["phone"]) == ("a@falkonwerke.de", None)
    fields = firm.rows("merges")[0]["survivorship"]["fields"]
    assert fields["email"] == {"from": A, "rule": "hand"}


def test_the_firm_sets_rules(firm: Register) -> None:
    with firm.changeset(origin="test", reason="newer", author="li.na") as cs:
        cs.set_setting("survivorship", {"legal_name": "complete", "email": "kept", "phone": "no such rule"})
        cs.update("customers", B, {"email": "new@falkonwerke.de"})
    merge(firm, B, A, survivor=A)
    assert firm.get("customers", A)["email"] == "a@falkonwerke.de"


def test_what_was_typed_last_wins_where_the_rule_says_so(firm: Register) -> None:
    with firm.changeset(origin="test", reason="newer", author="li.na") as cs:
        cs.update("customers", B, {"email": "new@falkonwerke.de"})
    merge(firm, A, B)
    assert firm.get("customers", A)["email"] == "new@falkonwerke.de"


def test_work_done_since_stays(firm: Register) -> None:
    """Whole undo is refused then; unmerge takes back what it can and tells what it left."""
    number = decide(firm, [Decision(A, B, "merge")], author="li.na").changeset
    assert number
    with firm.changeset(origin="test", reason="work", author="li.na") as cs:
        cs.update("customers", A, {"tax_id": "DE999999999", "phone": "+49 89 1"})
        cs.insert("orders", [order(A, "S-9")])
    with pytest.raises(UndoRefused):
        firm.undo(number, author="li.na", reason="test")
    back = unmerge(firm, B, author="li.na").unmerged[0]
    assert back.stayed == (f"customers {A}.tax_id",)
    kept = firm.get("customers", A)
    assert (kept["tax_id"], kept["address"], kept["phone"]) == ("DE999999999", None, "+49 89 1")
    assert {row["number"]: row["customer_id"] for row in firm.rows("orders")} == {
        "S-1": A,
        "S-2": A,
        "S-3": B,
        "S-9": A,
    }
    assert firm.rows("merges")[0]["undone"] is True
    with pytest.raises(MergeUnknown):
        unmerge(firm, B, author="li.na")


@pytest.mark.parametrize("back", [(B, A), (A, B)])
def test_chains_come_apart_in_any_order(firm: Register, back: tuple[str, str]) -> None:
    """B into A, then A into C: orders of B stand with C and find their way home."""
    before = {table: firm.rows(table) for table in ("customers", "orders", "contacts")}
    merge(firm, A, B)
    merge(firm, A, C, survivor=C)
    assert {row["customer_id"] for row in firm.rows("orders")} == {C}
    assert set(standing(firm.rows("customers")).values()) == {C, D}
    for one in back:
        unmerge(firm, one, author="li.na")
    for table, rows in before.items():
        for then, now in zip(rows, firm.rows(table), strict=True):
            assert {**then, "version": 0} == {**now, "version": 0}


def test_merges_of_one_record_come_apart_in_any_order(firm: Register) -> None:
    before = firm.get("customers", A)
    with firm.changeset(origin="test", reason="address", author="li.na") as cs:
        cs.update("customers", C, {"address": "Ringstrasse 2, 1010 Wien, Österreich"})
    merge(firm, A, B)
    merge(firm, A, C)
    unmerge(firm, B, author="li.na")
    unmerge(firm, C, author="li.na")
    after = firm.get("customers", A)
    assert {**before, "version": 0} == {**after, "version": 0}


def test_a_merged_record_stands_for_its_survivor(firm: Register) -> None:
    merge(firm, A, B)
    merge(firm, B, C)
    assert standing(firm.rows("customers"))[C] == A
    merge(firm, A, C)
    assert len([row for row in firm.rows("merges") if not row["undone"]]) == 2, "they are one already"


def test_decisions_to_keep_apart_hold(firm: Register) -> None:
    decide(firm, [Decision(B, C, "apart", why="two firms")], author="wang.fang")
    merge(firm, A, B)
    state = firm.state_hash()
    with pytest.raises(DecisionsRefused) as refused:
        merge(firm, A, C)
    assert codes(refused) == ["duplicate.kept-apart"]
    assert "C-000002 / C-000003" in str(refused.value)
    assert firm.state_hash() == state
    found = {
        frozenset((one.id_a, one.id_b)) for one in record_pairs(firm, "li.na").pairs if one.decision == "duplicate"
    }
    assert frozenset((A, C)) not in found, "what was decided about a merged record holds for the one that stands"
    assert all({one.a["id"], one.b["id"]} != {A, C} for one in queue(firm))


def test_a_merge_is_changed_into_apart(firm: Register) -> None:
    merge(firm, A, B)
    decide(firm, [Decision(A, B, "apart")], author="li.na")
    assert firm.get("customers", B)["merged_into"] is None
    assert firm.rows("duplicate_pairs")[0]["decision"] == "apart"
    assert {row["customer_id"] for row in firm.rows("contacts")} == {B}


def test_what_is_one_over_others_cannot_be_kept_apart(firm: Register) -> None:
    merge(firm, A, B)
    merge(firm, A, C)
    merge(firm, B, C)
    with pytest.raises(DecisionsRefused) as refused:
        decide(firm, [Decision(B, C, "apart")], author="li.na")
    assert codes(refused) == ["duplicate.merged"]


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        (Decision(A, "C-000099", "merge"), "duplicate.customer-missing"),
        (Decision(A, A, "merge"), "duplicate.customer-missing"),
        (Decision(A, B, "maybe"), "duplicate.decision"),
        (Decision(A, B, "merge", survivor=C), "duplicate.survivor"),
        (Decision(A, B, "merge", take="shoe=a"), "duplicate.take"),
        (Decision(A, B, "merge", take=f"email={C}"), "duplicate.take"),
        (Decision(A, B, "merge", take="email"), "duplicate.take"),
    ],
)
def test_bad_decisions_are_refused_whole(firm: Register, decision: Decision, code: str) -> None:
    before = firm.state_hash()
    with pytest.raises(DecisionsRefused) as refused:
        decide(firm, [Decision(C, D, "apart"), decision], author="li.na")
    assert codes(refused) == [code]
    assert firm.state_hash() == before


def test_a_role_may_be_needed_to_merge(firm: Register) -> None:
    with firm.changeset(origin="test", reason="roles", author="li.na") as cs:
        cs.insert("users", [{"name": "li.na", "role": "editor"}, {"name": "boss", "role": "supervisor"}])
        cs.set_setting("field_roles", {"customers.merged_into": "supervisor"})
    location = firm.location
    with Register.open(location, actor="li.na") as mine:
        with pytest.raises(DecisionsRefused) as refused:
            merge(mine, A, B)
        assert codes(refused) == ["duplicate.role"]
        decide(mine, [Decision(A, C, "apart")], author="li.na")
    with Register.open(location, actor="boss") as theirs:
        merge(theirs, A, B)
    with Register.open(location, actor="li.na") as mine, pytest.raises(NotPermitted):
        unmerge(mine, B, author="li.na")


def test_parents_and_sisters_are_links_of_their_own(firm: Register) -> None:
    decide(firm, [Decision(A, C, "parent_a"), Decision(A, D, "sister")], author="li.na")
    assert {row["decision"] for row in firm.rows("duplicate_pairs")} == {"parent_a", "sister"}
    merge(firm, A, B)
    with pytest.raises(DecisionsRefused) as refused:
        merge(firm, B, C)
    assert codes(refused) == ["duplicate.kept-apart"]


def test_decisions_are_exported_and_taken_in_again(firm: Register, tmp_path: Path) -> None:
    decide(firm, [Decision(A, B, "merge", take="email=b", why="=cmd()"), Decision(A, C, "sister")], author="wang.fang")
    assert write_decisions(firm, tmp_path / "decisions.csv") == 2
    assert read_decisions(tmp_path / "decisions.csv", firm) == [], "the register holds them already"
    merged = {row["id"]: row["merged_into"] for row in firm.rows("customers")}
    number = firm.log(1)[0].number
    firm.undo(number, author="li.na", reason="test")
    again = read_decisions(tmp_path / "decisions.csv", firm)
    assert {(one.decision, one.why) for one in again} == {("merge", "=cmd()"), ("sister", "")}
    decide(firm, again, author="li.na")
    assert {row["id"]: row["merged_into"] for row in firm.rows("customers")} == merged


def test_many_merges_and_unmerges_leave_the_register_as_it_was(firm: Register) -> None:
    """Random merges, taken back newest first: hash-identical, whatever was merged into what."""
    draw = random.Random(7)
    with firm.changeset(origin="test", reason="more", author="li.na") as cs:
        more = cs.insert(
            "customers",
            [{"legal_name": f"Firm {n}", "email": f"{n}@x.de" if n % 2 else None, "note": f"n{n}"} for n in range(12)],
        )
        cs.insert("orders", [order(one, f"N-{number}") for number, one in enumerate(more)])
    before = firm.state_hash()
    merged = []
    for _step in range(10):
        one, other = draw.sample(more, 2)
        merged += [done.merged for done in decide(firm, [Decision(one, other, "merge")], author="li.na").merged]
    assert len(merged) > 5
    pairs = {row["id"]: row for row in firm.rows("duplicate_pairs")}
    for one in reversed(merged):
        unmerge(firm, one, author="li.na")
    left = {row["id"] for row in firm.rows("duplicate_pairs")}
    with firm.changeset(origin="test", reason="pairs that were one already", author="li.na") as cs:
        for id_ in left & pairs.keys():
            cs.delete("duplicate_pairs", id_)
    assert firm.state_hash() == before
    assert firm.verify().ok


def test_the_queue_shows_the_best_evidence_first(firm: Register) -> None:
    record_pairs(firm, "li.na")
    waiting = queue(firm)
    assert [one.score for one in waiting] == sorted((one.score for one in waiting), reverse=True)
    put_off = waiting[0]
    decide(firm, [Decision("", "", "later", pair=put_off.pair)], author="li.na")
    assert queue(firm)[-1].pair == put_off.pair
    assert all(one.pair != put_off.pair for one in sure(firm, Decimal("0.5")))
