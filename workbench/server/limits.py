"""How much one request may ask."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes and counts, times in seconds."""

    body: int = 16 << 20
    calls: int = 20_000
    cells: int = 1_000_000
    waiting: int = 200_000
    reading: float = 15
    answering: float = 30
    slow_call: float = 120
