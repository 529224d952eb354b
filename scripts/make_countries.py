"""Write workbench/register/countries.py: ISO 3166-1 alpha-2 codes with names in English and Chinese, from babel."""

from __future__ import annotations

from pathlib import Path

from babel import Locale
from generated import write_or_check

TARGET = Path(__file__).resolve().parent.parent / "workbench" / "register" / "countries.py"
# CLDR's territories that are no ISO 3166-1 country; XK (Kosovo) is kept because firms and banks use it.
NO_COUNTRY = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}

HEAD = '''"""ISO 3166-1 alpha-2 codes with names: written by scripts/make_countries.py, never by hand."""

from __future__ import annotations

__all__ = ["COUNTRIES"]

# code: (English name, Chinese name)
COUNTRIES: dict[str, tuple[str, str]] = {
'''


def text() -> str:
    """The file's text."""
    english, chinese = Locale("en").territories, Locale.parse("zh_Hans_CN").territories
    codes = sorted(code for code in english if len(code) == 2 and code.isalpha() and code not in NO_COUNTRY)
    return HEAD + "".join(f'    "{code}": ("{english[code]}", "{chinese[code]}"),\n' for code in codes) + "}\n"


if __name__ == "__main__":
    write_or_check(TARGET, text())
