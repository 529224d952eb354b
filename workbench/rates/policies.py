"""Which day's rate a purpose takes: named policies, and the dated table of the policies a firm has chosen."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal, NamedTuple

from workbench.i18n import _
from workbench.rates.errors import PolicyRefused

__all__ = ["POLICIES", "Policy", "PolicyChoice", "PolicyTable", "policy_named"]

Pick = Literal["last", "exact", "next", "period", "average"]


class Policy(NamedTuple):
    """How a day becomes a rate date.

    ``wanted`` turns the day of the transaction into the day whose rate is wanted, never a later one. ``pick`` then says
    which publication stands for it: the last on or before it, only the one of that very day, the next one (but none
    after the transaction), the rate whose period holds the day, or the average of the month that ends on it.
    ``daily`` tells that the wanted day moves with every day, else it is the same for a whole month.
    """

    name: str
    wanted: Callable[[date], int]
    pick: Pick
    daily: bool
    meaning: str


# The calendar's very first days, which a slip in a cell can bring, have no day before them: they stand for themselves.
def _day_before(day: date) -> int:
    return max(day.toordinal() - 1, 1)


def _first_of_month(day: date) -> int:
    return day.replace(day=1).toordinal()


def _end_of_closed_month(day: date) -> int:
    # The month that the day closes, else the month before: its closing rate is known on that day.
    if day.day == monthrange(day.year, day.month)[1]:
        return day.toordinal()
    return _day_before(day.replace(day=1))


def _customs_day(day: date) -> int:
    from workbench.dates import is_working_day, third_wednesday

    before = date.fromordinal(_day_before(day.replace(day=1)))
    wednesday = third_wednesday(before.year, before.month)
    if not is_working_day(wednesday, "CN"):
        wednesday += timedelta(weeks=1)
    return wednesday.toordinal()


POLICIES: Mapping[str, Policy] = MappingProxyType(
    {
        policy.name: policy
        for policy in (
            Policy("on_or_before", date.toordinal, "last", True, "last publication on or before the day"),
            Policy("strictly_before", _day_before, "last", True, "last publication before the day"),
            Policy("exact", date.toordinal, "exact", True, "publication of that very day"),
            Policy("period", date.toordinal, "period", True, "rate whose period of validity holds the day"),
            Policy("month_first", _first_of_month, "last", False, "in force on the first of the month"),
            Policy("month_first_next", _first_of_month, "next", False, "first publication of the month"),
            Policy("month_end", _end_of_closed_month, "last", False, "closing rate of the last closed month"),
            Policy("month_average", _end_of_closed_month, "average", False, "average of the last closed month"),
            Policy("customs_cn", _customs_day, "last", False, "third Wednesday of the month before (China)"),
        )
    }
)
"""Policies by name. Their meaning is frozen: a change of meaning gets a new name, for stored documents cite them."""


def policy_named(name: str) -> Policy:
    """The policy, or PolicyRefused."""
    policy = POLICIES.get(name)
    if policy is None:
        raise PolicyRefused(
            _("There is no rate policy {name}.").format(name=repr(name)),
            remedy=_("Use one of {names}.").format(names=", ".join(POLICIES)),
        )
    return policy


class PolicyChoice(NamedTuple):
    """That a purpose uses a policy from a day on; ``version`` counts the choices of that purpose from 1."""

    purpose: str
    policy: str
    valid_from: date
    person: str
    reason: str
    version: int = 1


FROZEN_MONTHS: Mapping[str, int] = MappingProxyType({"vat": 12})


class PolicyTable:
    """Which policy a firm uses for which purpose since when. Choices are added, never changed.

    For ``vat`` the law freezes a choice for twelve months; a change inside them is refused. Confirming a choice is a
    choice too, from which they count anew.
    """

    def __init__(self, choices: Iterable[PolicyChoice] = ()) -> None:
        self.choices = tuple(choices)

    @classmethod
    def standard(cls) -> PolicyTable:
        """The choices that the rules themselves fix; ``vat`` is the firm's own and is not among them."""
        day = date(1999, 1, 1)
        fixed = {
            "quote": "on_or_before",
            "lock": "on_or_before",
            "revenue": "on_or_before",
            "receipt": "on_or_before",
            "closing": "month_end",
            "customs": "customs_cn",
        }
        return cls(PolicyChoice(purpose, policy, day, "", "as delivered") for purpose, policy in fixed.items())

    def choose(self, purpose: str, policy: str, valid_from: date, *, person: str, reason: str) -> PolicyTable:
        """A new table with one more choice.

        Raises:
            PolicyRefused: no such policy, no person or reason, a day not after the purpose's newest choice, or a change
                inside the months for which the purpose's choice is frozen.
        """
        policy_named(policy)
        if not person.strip() or not reason.strip():
            raise PolicyRefused(
                _("A policy is chosen by a person, for a reason."), remedy=_("Give the person and the reason.")
            )
        newest = max((one for one in self.choices if one.purpose == purpose), key=_by_version, default=None)
        if newest is not None:
            _check_change(newest, policy, valid_from)
        version = newest.version + 1 if newest else 1
        return PolicyTable((*self.choices, PolicyChoice(purpose, policy, valid_from, person, reason, version)))

    def chosen(self, purpose: str, on: date) -> PolicyChoice:
        """The choice in force for the purpose on that day.

        Raises:
            PolicyRefused: nothing is chosen for it by then.
        """
        valid = [one for one in self.choices if one.purpose == purpose and one.valid_from <= on]
        if not valid:
            raise PolicyRefused(
                _("No rate policy is chosen for {purpose} on {on}.").format(purpose=purpose, on=on),
                remedy=_("Choose one and say from which day it holds."),
            )
        return max(valid, key=_by_version)


def _by_version(choice: PolicyChoice) -> int:
    return choice.version


def _check_change(newest: PolicyChoice, policy: str, valid_from: date) -> None:
    if valid_from <= newest.valid_from:
        raise PolicyRefused(
            _("The policy of {purpose} was already chosen from {day} on.").format(
                purpose=newest.purpose, day=newest.valid_from
            ),
            remedy=_("Let the new choice start later."),
        )
    months = FROZEN_MONTHS.get(newest.purpose, 0)
    free_from = _months_later(newest.valid_from, months)
    if policy != newest.policy and valid_from < free_from:
        raise PolicyRefused(
            _("The policy of {purpose} chosen on {day} may not change for {months} months.").format(
                purpose=newest.purpose, day=newest.valid_from, months=months
            ),
            remedy=_("It can change from {day} on.").format(day=free_from),
        )


def _months_later(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    following = date(year + month // 11, (month + 1) % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
