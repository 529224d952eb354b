"""The review queues of the task pane: customers that may be one, receipts that may pay an order; and what is decided."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from workbench.duplicates.decisions import Decision, decide
from workbench.errors import ConflictError
from workbench.i18n import _, current_language
from workbench.rate_store import load_book
from workbench.register import Changeset, Register
from workbench.reports.plain import decimal, shown_amount
from workbench.reports.queries import Queries
from workbench.reports.reading import snapshot_of
from workbench.reports.reasons import Teller
from workbench.reports.texts import Texts
from workbench.server.errors import BadRequest
from workbench.settlement import answers

__all__ = ["ORIGIN", "Overtaken", "counts", "decide_match", "decide_pair", "matches", "pairs"]

ORIGIN = "taskpane"
"""Where changesets of the pane say that they come from."""
_PAIR_FIELDS = ("country", "email", "phone", "tax", "orders")
_PAIR_DECISIONS = frozenset({"merge", "apart", "later"})
_MATCH_DECISIONS = frozenset({"post", "reject", "none"})
_SHOWN_ALTERNATIVES = 4


class Overtaken(ConflictError):
    """What the person decided about has been changed by somebody else since it was shown."""

    code = "server.overtaken"


def counts(register: Register) -> dict[str, int]:
    """How much waits in each queue."""
    with snapshot_of(register) as snapshot:
        queries = _queries(snapshot.sqlite)
        receipts = {row["receipt_id"] for row in snapshot.rows(queries.undecided("match_decisions"))}
        return {"duplicates": snapshot.count(queries.undecided("duplicate_pairs")), "matches": len(receipts)}


def _queries(sqlite: bool) -> Queries:  # noqa: FBT001 - as the queries take it
    return Queries(date.today(), sqlite, {})  # noqa: DTZ011 - nothing here depends on the day


def _texts() -> Texts:
    return Texts("zh" if current_language() == "zh_CN" else "en")


def pairs(register: Register, offset: int, limit: int) -> list[dict[str, Any]]:
    """Pairs of customers to be decided, the likeliest first."""
    teller = Teller(_texts())
    with snapshot_of(register) as snapshot:
        query = _queries(snapshot.sqlite).undecided("duplicate_pairs").offset(offset).limit(limit)
        return [_pair(row, teller) for row in snapshot.rows(query)]


def _pair(row: Mapping[str, Any], teller: Teller) -> dict[str, Any]:
    sides = [
        {
            "id": row[f"customer_{side}"],
            "name": row[f"{side}_name"],
            **{name: row[f"{side}_{name}"] for name in _PAIR_FIELDS},
        }
        for side in ("a", "b")
    ]
    reasons = [teller.reason(one) for one in _read(row["reasons"]) or []]
    return {"id": row["id"], "version": row["version"], "score": str(row["score"]), "sides": sides, "reasons": reasons}


def decide_pair(register: Register, row_id: str, version: int, decision: str, user: str) -> int:
    """Keep what a person says of a pair, and merge where they are one; returns the changeset.

    Raises:
        BadRequest: there is no such decision.
        RowMissing: there is no such pair.
        Overtaken: the pair is not what the person saw.
        DecisionsRefused: it contradicts what was decided before.
    """
    if decision not in _PAIR_DECISIONS:
        raise BadRequest(_("There is no decision {name}.").format(name=decision))
    if register.get("duplicate_pairs", row_id)["version"] != version:
        raise Overtaken(
            _("Somebody else has changed this pair meanwhile."),
            where=f"duplicate_pairs {row_id}",
            remedy=_("Load the list again."),
        )
    reason = _("decision on the pair {pair}").format(pair=row_id)
    outcome = decide(register, [Decision("", "", decision, pair=row_id)], author=user, reason=reason)
    return outcome.changeset or 0


def matches(register: Register, offset: int, limit: int) -> list[dict[str, Any]]:
    """Receipts to be decided, with what each may pay and why; the surest first."""
    texts = _texts()
    teller = Teller(texts)
    found: dict[str, dict[str, Any]] = {}
    with snapshot_of(register) as snapshot:
        queries = _queries(snapshot.sqlite)
        for row in snapshot.rows(queries.undecided("match_decisions")):
            if row["receipt_id"] not in found and len(found) == offset + limit:
                break
            told = found.setdefault(row["receipt_id"], _receipt(row, teller))
            if row["instalment_id"]:
                told["parts"].append(row["instalment_id"])
        chosen = list(found.values())[offset:]
        wanted = {one for told in chosen for one in (*told["parts"], *told["others"])}
        named = {row["id"]: row for row in snapshot.rows(queries.instalments_named(wanted))} if wanted else {}
    for told in chosen:
        told["parts"] = [_instalment(one, named, texts) for one in told["parts"]]
        told["others"] = [_instalment(one, named, texts) for one in told["others"] if one in named]
    return chosen


def _receipt(row: Mapping[str, Any], teller: Teller) -> dict[str, Any]:
    others = [one.get("instalment_id") for one in _read(row["alternatives"]) or [] if isinstance(one, dict)]
    return {
        "receipt": row["receipt_id"],
        "amount": shown_amount(decimal(row["amount"], row["currency"]), row["currency"]),
        "day": str(row["value_date"]),
        "payer": row["payer"] or "",
        "reference": row["reference"] or "",
        "customer": row["customer_name"] or "",
        "confidence": None if row["confidence"] is None else str(row["confidence"]),
        "reasons": [teller.reason(one) for one in _read(row["reasons"]) or []],
        "parts": [],
        "others": list(dict.fromkeys(filter(None, others)))[:_SHOWN_ALTERNATIVES],
    }


def _instalment(row_id: str, named: Mapping[str, Mapping[str, Any]], texts: Texts) -> dict[str, Any]:
    row = named.get(row_id)
    if row is None:
        return {"id": row_id, "text": row_id, "open": False}
    amount = decimal(row["amount"], row["currency"])
    settled = decimal(row["settled_amount"] or 0, row["currency"])
    kind = texts.label(row["kind"], "instalments.kind")
    return {
        "id": row_id,
        "text": f"{row['number']} {kind} {shown_amount(amount, row['currency'])}",
        "open": row["status"] != "cancelled" and amount != settled,
    }


def decide_match(register: Register, receipt_id: str, decision: str, instalments: list[str], user: str) -> int:
    """Post a receipt to instalments, rule them out for it, or say that it is no customer's payment.

    Returns the changeset.

    Raises:
        BadRequest: there is no such decision.
        AllocationRefused: the receipt does not fit what it is to pay.
        DataRefused: there is no such receipt or instalment.
    """
    if decision not in _MATCH_DECISIONS or (decision != "none" and not instalments):
        raise BadRequest(_("There is no decision {name}.").format(name=decision))
    book = load_book(register)
    reason = _("decision on receipt {receipt}").format(receipt=receipt_id)
    with register.changeset(origin=ORIGIN, reason=reason, author=user) as cs:
        cs.begin()  # from here on nobody else writes
        if decision != "post":
            answers.reject(cs, receipt_id, user, instalments if decision == "reject" else ())
        elif set(instalments) == _proposed(cs, receipt_id):
            answers.accept(cs, book, receipt_id, user)
        else:
            answers.pay(cs, book, receipt_id, [answers.Chosen(one) for one in instalments], user)
    return cs.number


def _proposed(cs: Changeset, receipt_id: str) -> set[str]:
    rows = cs.rows("match_decisions", {"receipt_id": receipt_id})
    return {row["instalment_id"] for row in rows if row.get("instalment_id") and not row.get("decided_by")}


def _read(stored: Any) -> Any:
    return json.loads(stored) if isinstance(stored, str) else stored
