"""Reasons: why a guess came out as it did, as a code with its facts, told in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

__all__ = ["Reason", "told"]


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
