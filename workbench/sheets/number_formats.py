"""What a number format says about a number: that it is a date, a percentage, padded with zeros, or of which currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["BUILTIN_FORMATS", "FormatMeaning", "meaning_of"]

BUILTIN_FORMATS: dict[int, str] = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: "#,##0", 6: "#,##0", 7: "#,##0.00", 8: "#,##0.00", 9: "0%",
    10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: "mm-dd-yy", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
    18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "m/d/yy h:mm", 37: "#,##0", 38: "#,##0",
    39: "#,##0.00", 40: "#,##0.00", 41: "#,##0", 42: "#,##0", 43: "#,##0.00", 44: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss",
    47: "mmss.0", 48: "##0.0E+0", 49: "@", **dict.fromkeys((*range(27, 37), *range(50, 59)), "yyyy/m/d"),
}  # fmt: skip
"""Formats without a code in the file; the currency formats among them follow the reader's locale, so they tell nothing."""

_LCID_CURRENCY = {
    0x804: "CNY", 0x411: "JPY", 0x409: "USD", 0xC04: "HKD", 0x404: "TWD", 0x412: "KRW", 0x809: "GBP", 0xC09: "AUD",
    0x1009: "CAD", 0xC0C: "CAD", 0x1004: "SGD", 0x4809: "SGD", 0x1409: "NZD", 0x80A: "MXN", 0x2C0A: "ARS", 0x340A: "CLP",
    0x240A: "COP", 0x416: "BRL", 0x41E: "THB", 0x439: "INR", 0x4009: "INR", 0x41D: "SEK", 0x414: "NOK", 0x406: "DKK",
    0x807: "CHF", 0x100C: "CHF", 0x419: "RUB", 0x41F: "TRY", 0x40D: "ILS", 0x415: "PLN", 0x405: "CZK", 0x40E: "HUF",
    0x418: "RON", 0x422: "UAH", 0x421: "IDR", 0x43E: "MYR", 0x42A: "VND", 0x464: "PHP", 0x1404: "MOP",
}  # fmt: skip
"""Currency of a locale identifier, for signs that several currencies share."""

_SYMBOL = re.compile(r"\[\$([^\]-]*)(?:-([0-9A-Fa-f]+))?[^\]]*\]")
_QUOTED = re.compile(r'"([^"]*)"|\\(.)')
_DATE_LETTERS = re.compile(r"[ymdh]|AM/PM|上午|gg|ee", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FormatMeaning:
    """What a number format tells.

    ``symbol`` is the currency sign or code as written, ``lcid_currency`` what its locale makes of an ambiguous sign;
    ``padding`` is the width of a code padded with zeros.
    """

    is_date: bool = False
    is_percent: bool = False
    symbol: str = ""
    lcid_currency: str = ""
    padding: int = 0


@lru_cache(maxsize=4096)
def meaning_of(number_format: str) -> FormatMeaning:
    """What the first section of a number format tells.

    >>> meaning_of("[$¥-804]#,##0.00").lcid_currency
    'CNY'
    >>> meaning_of("yyyy-mm-dd").is_date
    True
    """
    section = number_format.split(";", maxsplit=1)[0]
    if section in ("General", "@", ""):
        return FormatMeaning()
    symbol, currency = "", ""
    tagged = _SYMBOL.search(section)
    if tagged:
        symbol = tagged.group(1).strip()
        currency = _LCID_CURRENCY.get(int(tagged.group(2), 16) & 0xFFFF, "") if symbol and tagged.group(2) else ""
    bare = _SYMBOL.sub("", section)
    quoted = "".join(first or second for first, second in _QUOTED.findall(bare)).strip()
    bare = _QUOTED.sub("", bare)
    if not symbol:
        signs = re.sub(r"[0#?.,\s%*_()\-+/@;:EeA-Za-z\[\]]", "", bare)
        symbol = quoted or signs
    bare = re.sub(r"\[[^\]]*\]|General|[_*].", "", bare)
    is_date = bool(_DATE_LETTERS.search(bare)) and not re.search(r"[0#?]", bare.replace("ss.0", "").replace(".0", ""))
    padding = len(bare) if re.fullmatch(r"0{2,}", bare) else 0
    return FormatMeaning(
        is_date=is_date,
        is_percent="%" in bare,
        symbol="" if is_date else symbol,
        lcid_currency="" if is_date else currency,
        padding=padding,
    )
