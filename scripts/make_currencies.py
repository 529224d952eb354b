"""Write workbench/money/_iso4217.py from the maintained packages iso4217 (codes, minor units) and babel (names).

    python scripts/make_currencies.py           # writes the file
    python scripts/make_currencies.py --check   # exit status 1 when the file is out of date

Babel's own digits are not used: CLDR differs from ISO 4217 for 13 codes. Retired codes are facts listed here, each with
the legal ratio (old units per 1 new unit), the day the successor took over, and where the fact is from; a ratio whose
source is "unverified" is not used for converting. Their minor units are those with which amounts were written, from
common knowledge: the list of circulating codes no longer gives them.
"""

from __future__ import annotations

from pathlib import Path

import iso4217
from babel import Locale
from generated import write_or_check

TARGET = Path(__file__).resolve().parent.parent / "workbench" / "money" / "_iso4217.py"

# Units of account that ISO lists with minor units but in which nobody pays: funds codes, indexed units, and the Arab
# Monetary Fund's dinar.
UNITS_OF_ACCOUNT = {"BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW", "XAD"}

EURO = "Council Regulations (EC) 2866/98 and its amendments"
LISTED = "redenomination, ratio and day as a public registry of retired currencies lists them"
COMMON = "redenomination, common knowledge, not checked against the law's text"
# code: (successor, old units per 1 new unit, first day of the successor, minor units, source)
RETIRED = {
    "ATS": ("EUR", "13.7603", "1999-01-01", 2, EURO),
    "BEF": ("EUR", "40.3399", "1999-01-01", 2, EURO),
    "DEM": ("EUR", "1.95583", "1999-01-01", 2, EURO),
    "ESP": ("EUR", "166.386", "1999-01-01", 0, EURO),
    "FIM": ("EUR", "5.94573", "1999-01-01", 2, EURO),
    "FRF": ("EUR", "6.55957", "1999-01-01", 2, EURO),
    "IEP": ("EUR", "0.787564", "1999-01-01", 2, EURO),
    "ITL": ("EUR", "1936.27", "1999-01-01", 0, EURO),
    "LUF": ("EUR", "40.3399", "1999-01-01", 2, EURO),
    "NLG": ("EUR", "2.20371", "1999-01-01", 2, EURO),
    "PTE": ("EUR", "200.482", "1999-01-01", 2, EURO),
    "GRD": ("EUR", "340.750", "2001-01-01", 2, EURO),
    "SIT": ("EUR", "239.640", "2007-01-01", 2, EURO),
    "CYP": ("EUR", "0.585274", "2008-01-01", 2, EURO),
    "MTL": ("EUR", "0.429300", "2008-01-01", 2, EURO),
    "SKK": ("EUR", "30.1260", "2009-01-01", 2, EURO),
    "EEK": ("EUR", "15.6466", "2011-01-01", 2, EURO),
    "LVL": ("EUR", "0.702804", "2014-01-01", 2, EURO),
    "LTL": ("EUR", "3.45280", "2015-01-01", 2, EURO),
    "HRK": ("EUR", "7.53450", "2023-01-01", 2, EURO),
    "BGN": ("EUR", "1.95583", "2026-01-01", 2, EURO),
    "TRL": ("TRY", "1000000", "2005-01-01", 0, COMMON),
    "ROL": ("RON", "10000", "2005-07-01", 2, COMMON),
    "ZMK": ("ZMW", "1000", "2013-01-01", 2, LISTED),
    "BYR": ("BYN", "10000", "2016-07-01", 0, LISTED),
    "MRO": ("MRU", "10", "2018-01-01", 1, COMMON),
    "STD": ("STN", "1000", "2018-01-01", 2, LISTED),
    "VEF": ("VES", "100000", "2018-08-20", 2, LISTED),
    "CUC": (
        "CUP",
        "0.0416666666666666666666666667",
        "2021-01-01",
        2,
        "withdrawn at CUP 24 per CUC, not checked against the law's text",
    ),
    "SLL": ("SLE", "1000", "2022-07-01", 2, LISTED),
    "ANG": ("XCG", "1", "2025-03-31", 2, "renamed at par, not checked against the law's text"),
    "ZWL": ("ZWG", "2498.7242", "2024-04-08", 2, "unverified"),
}

HEAD = '''"""ISO 4217, list of {published}: written by scripts/make_currencies.py, never by hand."""

from __future__ import annotations

# fmt: off
PUBLISHED = "{published}"

# code: (numeric code, minor units, circulates as money, English name, Chinese name)
ACTIVE: dict[str, tuple[int, int, bool, str, str]] = {{
'''


def text() -> str:
    """The file's text."""
    english, chinese = Locale("en").currencies, Locale.parse("zh_Hans_CN").currencies
    published = iso4217.__published__.isoformat()
    lines = [HEAD.format(published=published)]
    without = []
    for one in sorted(iso4217.Currency, key=lambda entry: entry.code):
        if one.code in RETIRED:
            continue
        if one.exponent is None:
            without.append(one.code)
            continue
        name = english.get(one.code, one.currency_name)
        row = (one.number, one.exponent, one.code not in UNITS_OF_ACCOUNT, name, chinese.get(one.code, name))
        lines.append(f'    "{one.code}": {quoted(row)},\n')
    lines.append(
        "}\n\n# Metals, funds and test codes: ISO gives them no minor units, so nothing can be owed in them.\n"
    )
    lines.append("WITHOUT_MINOR_UNITS: dict[str, str] = {\n")
    lines += [f'    "{code}": {quoted(english.get(code, code))},\n' for code in without]
    lines.append(
        "}\n\n# code: (successor, old units per 1 new unit, first day of the successor, minor units, source,\n"
    )
    lines.append("# English name, Chinese name)\n")
    lines.append("RETIRED: dict[str, tuple[str, str, str, int, str, str, str]] = {\n")
    for code, row in sorted(RETIRED.items()):
        lines.append(f'    "{code}": {quoted((*row, english.get(code, code), chinese.get(code, code)))},\n')
    lines.append("}\n")
    return "".join(lines)


def quoted(value: object) -> str:
    """A literal with double quotes, as the formatter writes it."""
    if isinstance(value, tuple):
        return "(" + ", ".join(quoted(one) for one in value) + ")"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)


if __name__ == "__main__":
    write_or_check(TARGET, text())
