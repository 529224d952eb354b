"""What Excel demands of a workbook, part by part: ``problems(path)`` lists every rule that one of our files breaks.

Excel repairs, or refuses, a file over things that no reader in Python or LibreOffice minds: a heading that differs from
its table's column, a validation list of 256 characters, a comment without its shape. No schema says these either. The
rules are written against the parts alone and share no code with the writers or with ``workbench.doctor``.
"""

from __future__ import annotations

from pathlib import Path

from tests.workbook_rules import drawings, formulas, package, sheets, styles, tables, workbook
from tests.workbook_rules.package import Book

__all__ = ["Book", "problems"]

_INNER = [rule for module in (workbook, styles, sheets, formulas, tables, drawings) for rule in module.RULES]


def problems(path: Path) -> list[str]:
    """Every broken rule as ``part: what is wrong``; empty for a workbook that Excel opens as it is."""
    book = Book(path)
    damage = [problem for rule in package.RULES for problem in rule(book)]
    # The other rules follow the package's relations, and have nothing to say where those lead nowhere.
    return damage or [problem for rule in _INNER for problem in rule(book)]
