"""Write workbench/money/_unit_names.py from babel: how other languages than Chinese call each currency's units.

    python scripts/make_unit_names.py           # writes the file
    python scripts/make_unit_names.py --check   # exit status 1 when the file is out of date

The names are CLDR's (Unicode licence). They stand before the words of an amount, so they need not agree with its number:
the plural, or in Slavic languages, whose plurals hang on the number before them, the currency's own name as a label.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from babel.numbers import get_currency_name
from generated import write_or_check

from workbench.money import CURRENCIES
from workbench.money.words import LANGUAGES

TARGET = Path(__file__).resolve().parent.parent / "workbench" / "money" / "_unit_names.py"
LABELLED = {"pl", "ru"}
HEAD = '''"""How languages call the units of each currency, from CLDR: written by scripts/make_unit_names.py, never by hand."""

from __future__ import annotations

# fmt: off
# language: {code: name as it stands before the words of an amount}
UNIT_NAMES: dict[str, dict[str, str]] = {
'''


def text() -> str:
    """The module."""
    parts = [HEAD]
    for language in sorted(set(LANGUAGES) - {"zh"}):
        parts.append(f'    "{language}": {{\n')
        entries = [f'"{code}": "{name}",' for code in CURRENCIES if (name := _name(code, language))]
        parts += [f"        {' '.join(line)}\n" for line in batched(entries, 4)]
        parts.append("    },\n")
    return "".join([*parts, "}\n"])


def batched(entries: Sequence[str], size: int) -> Iterator[list[str]]:
    """The entries, some to a line."""
    left = iter(entries)
    while line := list(islice(left, size)):
        yield line


def _name(code: str, language: str) -> str:
    """Empty where CLDR only repeats the code."""
    count = None if language in LABELLED else 1000
    name = get_currency_name(code, count=count, locale=language)
    if name == code:
        return ""
    return f"{name}:" if language in LABELLED else name


if __name__ == "__main__":
    write_or_check(TARGET, text())
