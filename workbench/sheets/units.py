"""Units of amounts: a heading such as ``金额(万元)`` or a line such as ``Angaben in Tsd. EUR`` over a table."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["factor_of_heading", "factor_of_notes"]

_POWERS = {
    "千": 3, "仟": 3, "万": 4, "萬": 4, "十万": 5, "百万": 6, "百萬": 6, "亿": 8, "億": 8, "천": 3, "만": 4, "백만": 6, "억": 8,
    "k": 3, "t": 3, "tsd": 3, "tausend": 3, "thousand": 3, "thousands": 3, "thsd": 3, "000": 3, "'000": 3, "000s": 3,
    "milliers": 3, "millier": 3, "miles": 3, "mil": 3, "milhares": 3, "migliaia": 3, "mgl": 3, "тыс": 3, "тысяч": 3, "тысячах": 3,
    "tys": 3, "tysiącach": 3, "tis": 3, "tisících": 3, "bin": 3, "nghìn": 3, "ngàn": 3, "duizend": 3, "duizenden": 3, "ezer": 3, "tusen": 3,
    "tusind": 3, "ribu": 3, "mii": 3, "x1000": 3, "x 1000": 3, "triệu": 6, "milyon": 6, "miljoen": 6, "juta": 6, "mln": 6,
    "พัน": 3, "ล้าน": 6, "ألف": 3, "مليون": 6, "אלף": 3, "אלפי": 3, "מיליון": 6, "χιλ": 3, "χιλιάδες": 3, "χιλιάδων": 3, "εκατ": 6, "εκατομμύρια": 6,
    "тис": 3, "тисяч": 3, "हजार": 3, "हज़ार": 3, "लाख": 5, "करोड़": 7, "lakh": 5, "lakhs": 5, "lac": 5, "crore": 7, "crores": 7, "tuhat": 3, "tuhatta": 3,
    "tusinde": 3, "tisíc": 3, "tisíce": 3, "tysiące": 3, "tysięcy": 3, "ezrek": 3, "millió": 6, "milionů": 6, "milj": 6, "miljoonaa": 6, "miljoner": 6,
    "millioner": 6, "miliony": 6, "milionów": 6, "milioane": 6, "milhão": 6, "мільйонів": 6, "mill": 6,
    "mio": 6, "mn": 6, "million": 6, "millions": 6, "millionen": 6, "millones": 6, "milhões": 6, "milioni": 6, "млн": 6, "миллионах": 6,
}  # fmt: skip
_ASIAN = "百万|百萬|十万|千|仟|万|萬|亿|億|백만|천|만|억"
_WORDS = "|".join(
    sorted((re.escape(word) for word in _POWERS if word.isascii() or word.isalpha()), key=len, reverse=True)
)
_MONEY = "元|円|圆|圓|원|불|엔|위안|美元|美金|欧元|歐元|人民币|人民幣|日元|日圓|港币|港幣|달러|유로"

_HEADING = re.compile(
    rf"[(（\[/,]\s*(?:in |en |em |w |v |в |i |у |σε |dalam |trong |na |în |ve )?({_WORDS})\.?\s*(?:of |de |d'|di )?[A-Za-zА-я$€£¥元円圆圓美人民币幣欧歐日港원불달러엔위안유로화]*\.?\s*[)）\]]?\s*$"
    rf"|({_ASIAN})(?:{_MONEY})\s*[)）]?\s*$|\b(T)(?=EUR|€|USD)|(?:^|\s)(тыс|млн)\.",
    re.IGNORECASE,
)
_NOTE = re.compile(
    rf"(?:单位|單位|単位|단위|\bunits?|\beinheit|\bunité|\bunidad|\bunidade|\beenheid|\benhet|\benhed|\byksikkö|\bjednostka|\bjednotka|\bbirim|đơn vị(?: tính)?|หน่วย|\bsatuan|\bunitate|\bодиниця|الوحدة|μονάδα|इकाई|\bin|\ben|\bem|\bв|\bw|\bv|\bi|\bσε|\bdalam|\bу)\s*[:：]?\s*(?:人民币|人民幣|[A-Z]{{3}} )?({_WORDS})(?![A-Za-zа-я])",
    re.IGNORECASE,
)


def _power(word: str) -> int:
    return int(10 ** _POWERS[word.lower().rstrip(".")])


def factor_of_heading(label: str) -> int:
    """The unit in a heading: 金额(万元) counts in ten thousands. 0 where none is named."""
    found = _HEADING.search(label)
    return _power(next(group for group in found.groups() if group)) if found else 0


def factor_of_notes(texts: Sequence[str]) -> int:
    """The unit that a line gives for the whole table; 1 where none does."""
    for text in texts:
        found = _NOTE.search(text)
        if found:
            return _power(found.group(1))
    return 1
