"""Reasons: why a guess came out as it did, as a code with its facts, told in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from workbench.i18n import _

__all__ = ["DuplicateReason", "Reason", "told"]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason; ``facts`` are the names and figures its sentence tells.

    Kept as code and facts, so that a stored reason can be told in either language later.
    """

    code: str
    facts: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, code: str, **facts: object) -> Self:
        """A reason with its facts as text."""
        return cls(code, tuple((name, str(value)) for name, value in facts.items()))

    @classmethod
    def from_dict(cls, stored: Mapping[str, object]) -> Self:
        """The reason as ``as_dict`` stored it."""
        facts = tuple((name, str(value)) for name, value in stored.items() if name not in {"code", "text"})
        return cls(str(stored["code"]), facts)

    def as_dict(self) -> dict[str, str]:
        """Plain values for the register: the code, its facts, and the sentence as first told."""
        return {"code": self.code, **dict(self.facts), "text": self.text}

    @classmethod
    def sentences(cls) -> Mapping[str, str]:
        """The sentence of every code in the current language."""
        return {}

    @property
    def text(self) -> str:
        """The sentence with its facts, in the current language."""
        return self.sentences()[self.code].format(**dict(self.facts))

    def __str__(self) -> str:
        return self.text


def told(reasons: Iterable[Reason]) -> str:
    """All the reasons in one line of text."""
    return "; ".join(reason.text for reason in reasons)


class DuplicateReason(Reason):
    """Why two customer records are, or are not, one customer."""

    __slots__ = ()

    @classmethod
    def sentences(cls) -> Mapping[str, str]:
        """The sentence of every code in the current language."""
        return {
            "name.same": _("same name: {name}"),
            "name.close": _("names are alike: {a} / {b}"),
            "name.part": _("one name is part of the other: {a} / {b}"),
            "name.other": _("names differ: {a} / {b}"),
            "name.initials": _("one name is the initials of the other: {a} / {b}"),
            "name.domain": _("one's name is the other's mail or web domain: {domain}"),
            "tax.same": _("same tax number {value}"),
            "tax.other": _("different tax numbers: {a} / {b}"),
            "email.same": _("same mail address {value}"),
            "domain.same": _("same mail or web domain {value}"),
            "domain.shared": _("same domain {value}, which {count} records use"),
            "domain.other": _("different domains: {a} / {b}"),
            "phone.same": _("same telephone number, ending in {value}"),
            "country.same": _("same country {value}"),
            "country.other": _("different countries: {a} / {b}"),
            "city.same": _("same city {value}"),
            "postcode.same": _("same postcode {value}"),
            "address.same": _("addresses are alike: {a} / {b}"),
            "contact.same": _("same contact person {value}"),
            "group.country": _("the same name in two countries may be two companies of one group"),
            "group.tax": _("two tax numbers under one name may be two companies of one group"),
        }
