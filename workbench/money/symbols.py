"""What people write for a currency: signs, abbreviations and words, and how each country writes numbers.

A token that can mean several currencies lists all of them, the most widely traded first; nothing here decides between
them. ISO codes and the ISO names in English and Chinese are added from the currency table.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from workbench.money.currencies import CURRENCIES, RETIRED

__all__ = ["COUNTRY_CURRENCY", "DECIMAL_COMMA", "ENGLISH_WORDS", "HOME", "YUAN", "currency_tokens"]

_DOLLARS = (
    "USD", "HKD", "AUD", "CAD", "SGD", "NZD", "TWD", "MXN", "ARS", "CLP", "COP", "BSD", "BBD", "BMD", "BND", "BZD", "FJD",
    "GYD", "JMD", "KYD", "LRD", "NAD", "SBD", "SRD", "TTD", "XCD",
)  # fmt: skip
_CROWNS = ("SEK", "NOK", "DKK", "ISK")
_RUPEES = ("INR", "PKR", "LKR", "NPR", "MUR", "SCR")

# Written as in practice; matching ignores case where the token has no upper-case-only meaning.
_WRITTEN: Mapping[str, tuple[str, ...]] = {
    # signs
    "$": _DOLLARS, "¥": ("CNY", "JPY"), "€": ("EUR",), "£": ("GBP",), "₩": ("KRW",), "₽": ("RUB",), "₺": ("TRY",),
    "₹": ("INR",), "₨": _RUPEES, "฿": ("THB",), "₫": ("VND",), "₴": ("UAH",), "₦": ("NGN",), "₱": ("PHP",), "₪": ("ILS",),
    "₸": ("KZT",), "₼": ("AZN",), "₾": ("GEL",), "₲": ("PYG",), "₡": ("CRC",), "₵": ("GHS",), "₮": ("MNT",), "₭": ("LAK",),
    "៛": ("KHR",), "৳": ("BDT",),
    # signs with a country
    "US$": ("USD",), "U.S.$": ("USD",), "$US": ("USD",), "HK$": ("HKD",), "A$": ("AUD",), "AU$": ("AUD",), "C$": ("CAD",),
    "CA$": ("CAD",), "Can$": ("CAD",), "S$": ("SGD",), "SG$": ("SGD",), "NZ$": ("NZD",), "NT$": ("TWD",), "MX$": ("MXN",),
    "Mex$": ("MXN",), "R$": ("BRL",), "CN¥": ("CNY",), "JP¥": ("JPY",), "E£": ("EGP",), "CL$": ("CLP",), "AR$": ("ARS",),
    # abbreviations
    "RMB": ("CNY",), "CNH": ("CNY",), "NTD": ("TWD",), "STG": ("GBP",), "kr": _CROWNS, "kr.": ("DKK", *_CROWNS[:2], "ISK"),
    "SKr": ("SEK",), "NKr": ("NOK",), "DKr": ("DKK",), "Fr.": ("CHF",), "SFr": ("CHF",), "SFr.": ("CHF",), "Fr": ("CHF",),
    "zł": ("PLN",), "zl": ("PLN",), "Kč": ("CZK",), "Ft": ("HUF",), "lei": ("RON", "MDL"), "TL": ("TRY",), "Rp": ("IDR",),
    "Rp.": ("IDR",), "RM": ("MYR",), "Rs": _RUPEES, "Rs.": _RUPEES, "R": ("ZAR",), "Dhs": ("AED", "MAD"), "Dh": ("AED", "MAD"),
    "SR": ("SAR",), "QR": ("QAR",), "KD": ("KWD",), "BD": ("BHD",), "руб": ("RUB",), "руб.": ("RUB",), "р.": ("RUB",),
    "грн": ("UAH",), "บาท": ("THB",), "원": ("KRW",), "円": ("JPY",),
    "د.إ": ("AED",), "ر.س": ("SAR",),
    # words
    "人民币": ("CNY",), "人民幣": ("CNY",), "人民币元": ("CNY",), "yuan": ("CNY",),
    "renminbi": ("CNY",), "美元": ("USD",), "美金": ("USD",), "刀": ("USD",), "港币": ("HKD",), "港元": ("HKD",), "港幣": ("HKD",),
    "港纸": ("HKD",), "欧元": ("EUR",), "歐元": ("EUR",), "英镑": ("GBP",), "英鎊": ("GBP",), "日元": ("JPY",), "日圆": ("JPY",),
    "日圓": ("JPY",), "日币": ("JPY",), "日幣": ("JPY",), "韩元": ("KRW",), "韓元": ("KRW",), "韩币": ("KRW",), "韩圆": ("KRW",),
    "澳元": ("AUD",), "澳币": ("AUD",), "澳大利亚元": ("AUD",), "加元": ("CAD",), "加币": ("CAD",), "加拿大元": ("CAD",),
    "新加坡元": ("SGD",), "新币": ("SGD",), "坡币": ("SGD",), "纽元": ("NZD",), "新西兰元": ("NZD",), "新台币": ("TWD",),
    "新台幣": ("TWD",), "台币": ("TWD",), "台幣": ("TWD",), "瑞郎": ("CHF",), "瑞士法郎": ("CHF",), "泰铢": ("THB",),
    "卢布": ("RUB",), "卢比": _RUPEES, "印度卢比": ("INR",), "马币": ("MYR",), "林吉特": ("MYR",), "印尼盾": ("IDR",),
    "越南盾": ("VND",), "兰特": ("ZAR",), "兹罗提": ("PLN",), "里拉": ("TRY",), "迪拉姆": ("AED", "MAD"), "克朗": (*_CROWNS, "CZK"),
    "比索": ("MXN", "PHP", "ARS", "CLP", "COP", "UYU", "DOP"), "雷亚尔": ("BRL",), "澳门元": ("MOP",), "澳门币": ("MOP",),
    "euro": ("EUR",), "euros": ("EUR",), "dollar": _DOLLARS, "dollars": _DOLLARS, "pounds": ("GBP",), "pound": ("GBP",),
    "sterling": ("GBP",), "yen": ("JPY",), "won": ("KRW",), "baht": ("THB",), "rupees": _RUPEES, "rand": ("ZAR",),
    "zloty": ("PLN",), "ringgit": ("MYR",), "rubles": ("RUB",), "roubles": ("RUB",), "lira": ("TRY",),
    "francs": ("CHF", "XOF", "XAF", "XPF"), "pesos": ("MXN", "PHP", "ARS", "CLP", "COP", "UYU", "DOP"), "kronor": ("SEK",),
    "kroner": ("NOK", "DKK"), "dirhams": ("AED", "MAD"), "riyals": ("SAR", "QAR", "OMR", "YER", "IRR"),
}  # fmt: skip


YUAN: Mapping[str, tuple[str, ...]] = {
    "元": ("CNY",), "圆": ("CNY",), "块": ("CNY",), "圓": ("HKD", "TWD", "CNY", "JPY"), "塊": ("TWD", "HKD", "CNY"),
}  # fmt: skip
"""Words for the unit of whichever currency is spoken of (港币 100 元), with what they mean where none is named."""

ENGLISH_WORDS = frozenset(["all", "bam", "bob", "cop", "cup", "gel", "mad", "mop", "pen", "ron", "sos", "top", "try"])
"""Codes that are English words or names in small letters; only capitals make them a currency."""


@cache
def currency_tokens() -> Mapping[str, tuple[str, ...]]:
    """Every token in lower case, with the currencies it may mean; a retired code maps to itself."""
    tokens: dict[str, tuple[str, ...]] = {code.lower(): (code,) for code in [*CURRENCIES, *RETIRED]}
    for one in CURRENCIES.values():
        tokens.setdefault(one.name_en.lower(), (one.code,))
        tokens.setdefault(one.name_zh.lower(), (one.code,))
    tokens.update({written.lower(): codes for written, codes in _WRITTEN.items() if codes})
    return tokens


# The currency that a sign such as "$" means for a writer in that country.
COUNTRY_CURRENCY: Mapping[str, str] = {
    "US": "USD", "EC": "USD", "PA": "USD", "PR": "USD", "SV": "USD", "HK": "HKD", "AU": "AUD", "CA": "CAD", "SG": "SGD",
    "NZ": "NZD", "TW": "TWD", "MX": "MXN", "AR": "ARS", "CL": "CLP", "CO": "COP", "CN": "CNY", "JP": "JPY", "SE": "SEK",
    "NO": "NOK", "DK": "DKK", "IS": "ISK", "IN": "INR", "PK": "PKR", "LK": "LKR", "NP": "NPR", "MU": "MUR", "AE": "AED",
    "MA": "MAD", "RO": "RON", "MD": "MDL", "CH": "CHF", "CZ": "CZK", "PH": "PHP", "UY": "UYU", "DO": "DOP", "SA": "SAR",
    "QA": "QAR", "OM": "OMR", "FJ": "FJD", "JM": "JMD", "TT": "TTD", "BS": "BSD", "BB": "BBD", "NA": "NAD", "BN": "BND",
}  # fmt: skip

DECIMAL_COMMA = frozenset([
    "AL", "AR", "AT", "BE", "BG", "BO", "BR", "BY", "CL", "CO", "CR", "CY", "CZ", "DE", "DK", "EC", "EE",
    "ES", "FI", "FR", "GR", "HR", "HU", "ID", "IS", "IT", "KZ", "LT", "LU", "LV", "MA", "MD", "NL", "NO",
    "PL", "PT", "PY", "RO", "RS", "RU", "SE", "SI", "SK", "TR", "UA", "UY", "VE", "VN", "ZA",
])  # fmt: skip
"""Countries (ISO 3166) that write 1.234,56 or 1 234,56."""

HOME: Mapping[str, str] = {
    "EUR": "DE", "PLN": "PL", "CZK": "CZ", "HUF": "HU", "RON": "RO", "BGN": "BG", "SEK": "SE", "NOK": "NO", "DKK": "DK",
    "ISK": "IS", "RUB": "RU", "UAH": "UA", "TRY": "TR", "BRL": "BR", "IDR": "ID", "VND": "VN", "ARS": "AR", "CLP": "CL",
    "COP": "CO", "RSD": "RS", "MAD": "MA", "ZAR": "ZA", "UYU": "UY", "KZT": "KZ", "BYN": "BY", "PYG": "PY", "BOB": "BO",
}  # fmt: skip
"""A country whose way of writing numbers goes with the currency; where none is named the decimal point is usual."""
