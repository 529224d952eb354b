"""The pane's questions to the register: who wrote what, one after another, and only what that person may."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server.test_guard import ORIGIN, Server
from workbench.register import Register

PEOPLE = ("li.na", "wang", "müller")


@pytest.fixture
def desk(tmp_path: Path) -> Server:
    """A register with a dozen pairs to decide."""
    with (
        Register.create(tmp_path / "r.sqlite") as register,
        register.changeset(origin="test", reason="customers", author="test") as cs,
    ):
        ids = cs.insert("customers", [{"code": f"C{n}", "legal_name": f"Firm {n // 2} Ltd"} for n in range(24)])
        cs.insert(
            "duplicate_pairs",
            [
                {
                    "customer_a": ids[n],
                    "customer_b": ids[n + 1],
                    "score": Decimal("0.9"),
                    "reasons": [],
                    "decision": "review",
                }
                for n in range(0, 24, 2)
            ],
        )
    return Server(tmp_path, register=str(tmp_path / "r.sqlite"))


def pairs(server: Server) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = server.ask("duplicates", {}).json()["pairs"]
    return told


def test_decisions_of_several_people_at_once_are_kept_each_under_its_name(desk: Server, tmp_path: Path) -> None:
    tokens = {person: desk.tokens.renew(person) for person in PEOPLE}
    desk.token = tokens["li.na"]
    waiting = pairs(desk)
    assert len(waiting) == 12

    async def all_at_once() -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(desk.app), base_url=ORIGIN) as client:
            return await asyncio.gather(
                *(
                    client.post(
                        "/api/duplicates/decide",
                        content=json.dumps({"id": one["id"], "version": one["version"], "decision": "apart"}),
                        headers={
                            "authorization": f"Bearer {tokens[PEOPLE[number % 3]]}",
                            "content-type": "application/json",
                        },
                    )
                    for number, one in enumerate(waiting)
                )
            )

    told = asyncio.run(all_at_once())
    assert [one.status_code for one in told] == [200] * 12
    numbers = [one.json()["changeset"] for one in told]
    assert len(set(numbers)) == 12
    with Register.open(tmp_path / "r.sqlite") as register:
        authors = {entry.number: entry.author for entry in register.log(12)}
        assert [authors[number] for number in numbers] == [PEOPLE[number % 3] for number in range(12)]
        decided = {row["id"]: row["decided_by"] for row in register.rows("duplicate_pairs")}
        assert [decided[one["id"]] for one in waiting] == [PEOPLE[number % 3] for number in range(12)]
        assert register.verify().ok
    assert desk.ask("overview", {}).json()["waiting"]["duplicates"] == 0


def test_a_pair_that_somebody_changed_meanwhile_is_not_decided(desk: Server) -> None:
    one = pairs(desk)[0]
    question = {"id": one["id"], "version": one["version"], "decision": "apart"}
    assert desk.ask("duplicates/decide", question).status_code == 200
    told = desk.ask("duplicates/decide", {**question, "decision": "merge"})
    assert told.status_code == 409
    assert told.json()["error"]["code"] == "server.overtaken"


def test_same_customer_merges_and_undo_brings_both_back(desk: Server, tmp_path: Path) -> None:
    one = pairs(desk)[0]
    told = desk.ask("duplicates/decide", {"id": one["id"], "version": one["version"], "decision": "merge"}).json()
    ids = {side["id"] for side in one["sides"]}
    with Register.open(tmp_path / "r.sqlite") as register:
        merged = [row for row in register.rows("customers") if row["merged_into"]]
        assert {merged[0]["id"], merged[0]["merged_into"]} == ids
    assert desk.ask("undo", {"changeset": told["changeset"]}).json()["waiting"]["duplicates"] == 12
    with Register.open(tmp_path / "r.sqlite") as register:
        assert not any(row["merged_into"] for row in register.rows("customers"))


def test_a_viewer_may_look_and_not_decide(desk: Server, tmp_path: Path) -> None:
    with (
        Register.open(tmp_path / "r.sqlite") as register,
        register.changeset(origin="test", reason="roles", author="test") as cs,
    ):
        cs.insert("users", [{"name": "boss", "role": "administrator"}, {"name": "li.na", "role": "viewer"}])
    one = pairs(desk)[0]
    told = desk.ask("duplicates/decide", {"id": one["id"], "version": one["version"], "decision": "apart"})
    assert told.status_code == 403
    assert len(pairs(desk)) == 12


@pytest.mark.parametrize("amount", ["1,234.50", "1234.5", "1 234,50"])
def test_amounts_are_read_as_people_type_them(desk: Server, amount: str) -> None:
    told = desk.ask("rates", {"base": "EUR", "quote": "USD", "day": "2024-01-02", "amount": amount}).json()
    assert float(told["amount"]) == 1234.5
    assert set(told["words"]) == {"source", "kind", "policy"}


def test_an_amount_that_can_be_read_in_two_ways_is_asked_back(desk: Server) -> None:
    told = desk.ask("rates", {"base": "EUR", "quote": "USD", "day": "2024-01-02", "amount": "1,234"})
    assert told.status_code == 400
    assert "1.234" in told.json()["error"]["message"]


def test_news_tell_the_newest_changeset_and_the_queues_only_where_it_is_another(desk: Server) -> None:
    told = desk.ask("news", {}).json()
    assert told["head"] > 0
    assert told["waiting"] == desk.ask("overview", {}).json()["waiting"]
    assert desk.ask("news", {"since": told["head"]}).json() == {"head": told["head"], "waiting": None}
    assert desk.ask("news", {"since": "x"}).status_code == 400
