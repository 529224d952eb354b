"""What the rate book must know of a source: its pivot, when it publishes, and how old its rates may become."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import NamedTuple

__all__ = ["RULES", "SourceRule", "rule_of"]


class SourceRule(NamedTuple):
    """How to read one source.

    ``pivot`` is the currency that its pairs have in common, through which two of its rates may be crossed; empty: the
    currency found in all of its pairs. ``kinds`` are asked in this order where no kind is named. ``max_age`` counts
    calendar days between the wanted day and the rate date, or with ``calendar`` the working days of that country after
    the rate date. ``publishes_at`` is in UTC.
    """

    name: str
    pivot: str = ""
    max_age: int = 5
    kinds: tuple[str, ...] = ("mid", "parity", "reference", "monthly", "quarterly")
    calendar: str = ""
    publishes_at: time = time(0)

    def counted_age(self, rate_date: int, wanted: int) -> int:
        """Age in the rule's own count; both days are ordinals."""
        if not self.calendar:
            return wanted - rate_date
        first = date.fromordinal(rate_date)
        days = (first + timedelta(days=number) for number in range(1, wanted - rate_date + 1))
        return sum(self.is_publication_day(day) for day in days)

    def is_publication_day(self, day: date) -> bool:
        """Whether the rule's country works on that day; every day where the rule counts calendar days."""
        from workbench.dates import is_working_day

        return not self.calendar or is_working_day(day, self.calendar)


RULES: dict[str, SourceRule] = {
    rule.name: rule
    for rule in (
        # The longest gap between two publications since 1999 is five days.
        SourceRule("ecb", pivot="EUR", max_age=5, publishes_at=time(15)),
        # The National Day week leaves up to nine days between two fixings.
        SourceRule("cfets", pivot="CNY", max_age=10, publishes_at=time(1, 15)),
        SourceRule("boc", pivot="CNY", max_age=10),
        # Daily rates, but released once a week.
        SourceRule("fred", pivot="USD", max_age=10),
        SourceRule("hmrc", pivot="GBP", max_age=31),
        SourceRule("treasury", pivot="USD", max_age=92),
    )
}


def rule_of(source: str) -> SourceRule:
    """The rule of a known source, else the cautious one: five days, crossing only through a currency in all pairs."""
    return RULES.get(source) or SourceRule(source)
