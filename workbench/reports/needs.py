"""What needs attention this morning: counts, amounts per currency and the place to go to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from workbench.reports.figures import Amounts, Figures, Row

__all__ = ["Need", "Worth", "ageing", "collect_needs", "open_by_currency", "worth"]

ZERO = Decimal(0)
BUCKETS = ("age-none", "age-30", "age-60", "age-90", "age-more", "age-undated")


@dataclass(frozen=True, slots=True)
class Worth:
    """Amounts per currency, worth most first; their value in base currency without the currencies in ``missing``."""

    amounts: Amounts = field(default_factory=dict)
    base: Decimal = ZERO
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """One line of Today.

    Attributes:
        key: what it is, ``need-overdue`` and so on.
        count: how many rows, or currencies, need it.
        sheet: where to deal with it; ``first`` is the register id of the first row there.
        colour: RED, AMBER or ACCENT of the palette, when count is not 0.
        currencies: those that lack a usable rate.
    """

    key: str
    count: int
    sheet: str
    colour: str
    worth: Worth = field(default_factory=Worth)
    first: str = ""
    currencies: tuple[str, ...] = ()


def collect_needs(figures: Figures) -> list[Need]:
    """Every line of Today in its order; a line with nothing to do is there too, so that its absence is never a doubt."""
    tables = figures.tables
    unpaid = [row for row in tables["instalments"] if row["open_amount"]]
    waiting = [row for row in tables["receipts"] if row["state"] in {"unmatched", "part_matched"}]
    review = [row for row in tables["match_decisions"] if row["decision"] == "review"]
    bare = [row for row in tables["orders"] if row["currency"] != figures.base and row.get("base_amount") is None]
    missing = sorted(code for code, latest in figures.rates.items() if latest.problem)
    pairs = [row for row in tables["duplicate_pairs"] if row["decision"] == "review"]
    questions = [row for row in tables["open_findings"] if row["state"] == "open"]
    overdue = [row for row in unpaid if row["state"] == "overdue"]
    undated = [row for row in unpaid if not row.get("due_date") and row["state"] != "paid"]
    lines = (
        ("need-overdue", "instalments", "RED", overdue, "open_amount"),
        ("need-due-7", "instalments", "AMBER", _due(figures, unpaid, 0, 7), "open_amount"),
        ("need-due-30", "instalments", "ACCENT", _due(figures, unpaid, 8, 30), "open_amount"),
        ("need-no-date", "instalments", "ACCENT", undated, "open_amount"),
        ("need-unmatched", "receipts", "AMBER", waiting, "unmatched_amount"),
        ("need-review", "matches", "AMBER", review, "amount"),
        ("need-duplicates", "duplicates", "AMBER", pairs, ""),
        ("need-questions", "questions", "AMBER", questions, ""),
        ("need-evidence", "orders", "RED", bare, "amount"),
    )
    needs = [_need(figures, line) for line in lines]
    return [*needs[:-1], Need("need-rates", len(missing), "rates", "RED", currencies=tuple(missing)), needs[-1]]


def worth(figures: Figures, rows: Iterable[Row], amount: str) -> Worth:
    """What the rows are worth together; ``amount`` is the key of their amounts, ``currency`` that of its currency.

    The base figure is the sum of each row's, as in the columns of the sheets, so that both add up to the same.
    """
    sums: dict[str, Decimal] = defaultdict(Decimal)
    values: dict[str, Decimal] = defaultdict(Decimal)
    missing = set()
    for row in rows:
        sums[row["currency"]] += row[amount]
        valued = figures.value(row[amount], row["currency"])
        if valued is None:
            missing.add(row["currency"])
        else:
            values[row["currency"]] += valued
    codes = sorted((code for code, sum_ in sums.items() if sum_), key=lambda code: (-values[code], code))
    return Worth({code: sums[code] for code in codes}, sum(values.values(), ZERO), tuple(sorted(missing)))


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


def _need(figures: Figures, line: tuple[str, str, str, list[Row], str]) -> Need:
    key, sheet, colour, rows, amount = line
    value = worth(figures, rows, amount) if amount else Worth()
    return Need(key, len(rows), sheet, colour, value, rows[0]["id"] if rows else "")


def _due(figures: Figures, unpaid: list[Row], start: int, end: int) -> list[Row]:
    waiting = [row for row in unpaid if row.get("due_date") and row["state"] != "paid"]
    return [row for row in waiting if start <= (row["due_date"] - figures.as_of).days <= end]
