"""Scan rows for customers that may be one, and group what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workbench.duplicates.blocking import candidate_pairs
from workbench.duplicates.normalise import Record, record_of
from workbench.duplicates.reasons import DuplicateReason
from workbench.duplicates.scoring import REVIEW_FROM, Corpus, judge
from workbench.errors import ConfigurationError
from workbench.i18n import _

__all__ = ["DuplicatePair", "clusters", "scan"]

_ID_COLUMNS = ("id", "row_id")


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two customers that may be one: ``id_a`` < ``id_b``.

    ``score`` is 0 to 1 in four places: how sure the evidence makes it, not a promised share. ``decision`` is
    ``duplicate`` (one customer), ``group`` (two companies that belong together), ``review`` (a person should look) or
    ``apart``.
    """

    id_a: str
    id_b: str
    score: Decimal
    decision: str
    reasons: tuple[DuplicateReason, ...]


def scan(
    rows: Iterable[Mapping[str, Any]],
    *,
    id_column: str | None = None,
    columns: Mapping[str, str] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> list[DuplicatePair]:
    """Pairs of rows that may be one customer, surest first; the same for any order of the rows.

    Args:
        rows: customer rows of the register or of any sheet.
        id_column: column of the row's id; by default ``id`` or ``row_id``.
        columns: the sheet's column for each field it names otherwise (see ``normalise.COLUMNS``).
        progress: called with a stage's name, the steps done and the steps in all.

    Raises:
        ConfigurationError: a row has no id, or two rows have the same.
    """
    records = sorted(_records(rows, id_column, columns), key=lambda record: record.id)
    corpus = Corpus.of(records)
    candidates = candidate_pairs(records)
    found = []
    for number, (i, j) in enumerate(candidates):
        verdict = judge(records[i], records[j], corpus)
        if verdict.score >= REVIEW_FROM or verdict.decision == "group":
            found.append(DuplicatePair(records[i].id, records[j].id, verdict.score, verdict.decision, verdict.reasons))
        if progress and number % 5000 == 0:
            progress(_("comparing customers"), number, len(candidates))
    if progress:
        progress(_("comparing customers"), len(candidates), len(candidates))
    return sorted(found, key=lambda pair: (-pair.score, pair.id_a, pair.id_b))


def clusters(pairs: Iterable[DuplicatePair]) -> dict[str, str]:
    """Id to the smallest id of its cluster, for every id that a ``duplicate`` pair joins to another.

    Surest pairs first; two clusters are not joined where the scan says of any two of their members that they are
    apart or two companies of a group.
    """
    every = list(pairs)
    forbidden = {frozenset((pair.id_a, pair.id_b)) for pair in every if pair.decision in {"apart", "group"}}
    members: dict[str, set[str]] = {}
    for pair in sorted(every, key=lambda pair: (-pair.score, pair.id_a, pair.id_b)):
        if pair.decision != "duplicate":
            continue
        one = members.get(pair.id_a, {pair.id_a})
        other = members.get(pair.id_b, {pair.id_b})
        if one is other or any(frozenset((a, b)) in forbidden for a in one for b in other):
            continue
        joined = one | other
        members.update(dict.fromkeys(joined, joined))
    return {id_: min(group) for id_, group in sorted(members.items())}


def _records(
    rows: Iterable[Mapping[str, Any]], id_column: str | None, columns: Mapping[str, str] | None
) -> Sequence[Record]:
    records: dict[str, Record] = {}
    for number, row in enumerate(rows, start=1):
        id_ = _id_of(row, id_column)
        where = _("row {number}").format(number=number)
        if not id_:
            raise ConfigurationError(
                _("the row has no id"), where=where, remedy=_("Name the column with the row's id: --id COLUMN.")
            )
        if id_ in records:
            raise ConfigurationError(
                _("two rows have the id {id}").format(id=id_),
                where=where,
                remedy=_("Give every row an id of its own, or name another column: --id COLUMN."),
            )
        records[id_] = record_of(row, id_, columns)
    return list(records.values())


def _id_of(row: Mapping[str, Any], id_column: str | None) -> str:
    names = (id_column,) if id_column else _ID_COLUMNS
    return next((str(row[name]).strip() for name in names if row.get(name) not in (None, "")), "")
