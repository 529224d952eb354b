"""What needs attention this morning: counts, amounts per currency and the place to go to."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.reports.figures import Figures, Tally

__all__ = ["Need", "collect_needs"]


@dataclass(frozen=True, slots=True)
class Need:
    """One line of Today.

    Attributes:
        key: what it is, ``need-overdue`` and so on.
        sheet: where to deal with it.
        colour: RED, AMBER or ACCENT of the palette, when there is anything.
        tally: how many rows need it, what they come to, and the first of them.
        currencies: those that lack a usable rate.
    """

    key: str
    sheet: str
    colour: str
    tally: Tally = field(default_factory=Tally)
    currencies: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many rows, or currencies."""
        return self.tally.count or len(self.currencies)


def collect_needs(figures: Figures) -> list[Need]:
    """Every line of Today in its order; a line with nothing to do is there too, so that its absence is never a doubt."""
    missing = tuple(sorted(code for code, latest in figures.rates.items() if latest.problem))
    return [
        Need("need-overdue", "instalments", "RED", figures.overdue),
        Need("need-due-7", "instalments", "AMBER", figures.due_7),
        Need("need-due-30", "instalments", "ACCENT", figures.due_30),
        Need("need-no-date", "instalments", "ACCENT", figures.undated),
        Need("need-unmatched", "receipts", "AMBER", figures.waiting),
        Need("need-review", "matches", "AMBER", figures.review),
        Need("need-duplicates", "duplicates", "AMBER", figures.pairs),
        Need("need-questions", "questions", "AMBER", figures.questions),
        Need("need-followups", "followups", "AMBER", figures.tasks),
        Need("need-rates", "rates", "RED", currencies=missing),
        Need("need-evidence", "orders", "RED", figures.bare),
    ]
