"""What needs attention this morning: counts, amounts per currency and the place to go to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from workbench.reports.figures import Amounts, Figures, Row

__all__ = ["BUCKETS", "Need", "ageing", "collect_needs", "open_by_currency"]

ZERO = Decimal(0)
BUCKETS = ("age-none", "age-30", "age-60", "age-90", "age-more", "age-undated")


@dataclass(frozen=True, slots=True)
class Need:
    """One line of Today.

    Attributes:
        key: what it is, ``need-overdue`` and so on.
        count: how many rows, or currencies, need it.
        amounts: in document currency, one a currency.
        sheet: where to deal with it; ``first`` is the register id of the first row there.
        colour: RED, AMBER or ACCENT of the palette, when count is not 0.
    """

    key: str
    count: int
    sheet: str
    colour: str
    amounts: Amounts = field(default_factory=dict)
    first: str = ""
    words: str = ""


def collect_needs(figures: Figures) -> list[Need]:
    """Every line of Today in its order; a line with nothing to do is there too, so that its absence is never a doubt."""
    tables = figures.tables
    unpaid = [row for row in tables["instalments"] if row["open_amount"]]
    waiting = [row for row in tables["receipts"] if row["state"] in {"unmatched", "part_matched"}]
    review = {row["receipt_id"]: row for row in tables["match_decisions"] if row["decision"] == "review"}
    bare = [row for row in tables["orders"] if row["currency"] != figures.base and row.get("base_amount") is None]
    missing = sorted(code for code, latest in figures.rates.items() if latest.problem)
    pairs = [row for row in tables["duplicate_pairs"] if row["decision"] == "review"]
    questions = [row for row in tables["open_findings"] if row["state"] == "open"]
    return [
        _of("need-overdue", "instalments", "RED", [row for row in unpaid if row["state"] == "overdue"], "open_amount"),
        _of("need-due-7", "instalments", "AMBER", _due(figures, unpaid, 0, 7), "open_amount"),
        _of("need-due-30", "instalments", "ACCENT", _due(figures, unpaid, 8, 30), "open_amount"),
        _of("need-no-date", "instalments", "ACCENT", [row for row in unpaid if not row.get("due_date")], "open_amount"),
        _of("need-unmatched", "receipts", "AMBER", waiting, "unmatched_amount"),
        _of("need-review", "matches", "AMBER", _reviewed(figures, review), "unmatched_amount", list(review.values())),
        _of("need-duplicates", "duplicates", "AMBER", pairs),
        _of("need-questions", "questions", "AMBER", questions),
        Need("need-rates", len(missing), "rates", "RED", words=" · ".join(missing)),
        _of("need-evidence", "orders", "RED", bare, "amount"),
    ]


def open_by_currency(figures: Figures) -> list[Row]:
    """Per currency with open receivables: open and overdue in that currency, open in base currency, the rate."""
    unpaid: dict[str, Row] = {}
    for row in figures.tables["instalments"]:
        if row["open_amount"]:
            line = unpaid.setdefault(row["currency"], {"open": ZERO, "overdue": ZERO, "base": ZERO})
            line["open"] += row["open_amount"]
            line["overdue"] += row["open_amount"] if row["state"] == "overdue" else ZERO
            line["base"] = None if row["open_base"] is None or line["base"] is None else line["base"] + row["open_base"]
    lines = [{"currency": code, "latest": figures.rates[code], **line} for code, line in unpaid.items()]
    return sorted(lines, key=lambda line: (line["base"] is None, -(line["base"] or ZERO), line["currency"]))


def ageing(figures: Figures) -> list[tuple[str, Decimal]]:
    """Open receivables in base currency by days overdue; what has no rate is in none of them."""
    sums: dict[str, Decimal] = dict.fromkeys(BUCKETS, ZERO)
    for row in figures.tables["instalments"]:
        if row["open_amount"] and row["open_base"] is not None:
            sums[_bucket(row)] += row["open_base"]
    return list(sums.items())


def _bucket(row: Row) -> str:
    if not row.get("due_date"):
        return "age-undated"
    days = row["days_overdue"] or 0
    limits = ((0, "age-none"), (30, "age-30"), (60, "age-60"), (90, "age-90"))
    return next((bucket for limit, bucket in limits if days <= limit), "age-more")


def _of(
    key: str, sheet: str, colour: str, rows: list[Row], amount: str = "", shown: Iterable[Row] | None = None
) -> Need:
    """A line over these rows; ``shown`` are the rows of the sheet to go to, where they are other ones."""
    listed = list(rows if shown is None else shown)
    amounts = _sum(rows, lambda row: row[amount]) if amount else {}
    return Need(key, len(listed), sheet, colour, amounts, listed[0]["id"] if listed else "")


def _sum(rows: Iterable[Row], of: Callable[[Row], Decimal]) -> Amounts:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[row["currency"]] += of(row)
    return {code: amount for code, amount in sorted(sums.items()) if amount}


def _due(figures: Figures, unpaid: list[Row], start: int, end: int) -> list[Row]:
    return [row for row in unpaid if row.get("due_date") and start <= (row["due_date"] - figures.as_of).days <= end]


def _reviewed(figures: Figures, review: dict[str, Row]) -> list[Row]:
    return [figures.receipts[receipt_id] for receipt_id in review]
