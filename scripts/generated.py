"""What the scripts that generate a file have in common: write it, or with ``--check`` compare it."""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["write_or_check"]


def write_or_check(target: Path, text: str) -> None:
    """Write the text; with ``--check`` only leave with status 1 where the file holds another."""
    if "--check" in sys.argv:
        sys.exit(0 if target.read_text(encoding="utf-8") == text else 1)
    target.write_text(text, encoding="utf-8")
