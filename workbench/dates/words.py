"""Names of months and eras, in the languages that trade documents bring."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["CHINESE_FIGURES", "ERAS", "MONTHS", "THAI_MONTHS"]

_NAMES = (
    "january jan januar jänner janvier janv enero ene gennaio gen janeiro januari stycznia",
    "february feb februar février févr fév febrero febbraio fevereiro fev februari lutego",
    "march mar mrz märz mär mars marzo março maart mrt marca",
    "april apr avril avr abril abr aprile kwietnia",
    "may mai mayo maggio mag maio mei maja",
    "june jun juni juin junio giugno giu junho czerwca",
    "july jul juli juillet juil julio luglio lug julho lipca",
    "august aug août aou aout agosto ago augustus sierpnia",
    "september sep sept septembre septiembre settembre set setembro września",
    "october oct oktober okt octobre octubre ottobre ott outubro out października",
    "november nov novembre noviembre novembro listopada",
    "december dec dezember dez décembre déc diciembre dic dicembre dezembro grudnia",
)

MONTHS: Mapping[str, int] = {name: number for number, names in enumerate(_NAMES, start=1) for name in names.split()}
"""English, German, French, Spanish, Italian, Portuguese, Dutch and Polish names and short forms, case-folded."""

ERAS: Mapping[str, int] = {
    "令和": 2019, "平成": 1989, "昭和": 1926, "令": 2019, "平": 1989, "昭": 1926, "R": 2019, "H": 1989, "S": 1926,
    "民国": 1912, "民國": 1912, "中华民国": 1912, "中華民國": 1912, "公元": 1, "西暦": 1,
}  # fmt: skip
"""Eras with the year that they count as their first."""

CHINESE_FIGURES = ("〇零○", "一", "二", "三", "四", "五", "六", "七", "八", "九")
"""The signs of each figure from 0 to 9."""

_THAI_NAMES = (
    "มกราคม ม.ค", "กุมภาพันธ์ ก.พ", "มีนาคม มี.ค", "เมษายน เม.ย", "พฤษภาคม พ.ค", "มิถุนายน มิ.ย",
    "กรกฎาคม ก.ค", "สิงหาคม ส.ค", "กันยายน ก.ย", "ตุลาคม ต.ค", "พฤศจิกายน พ.ย", "ธันวาคม ธ.ค",
)  # fmt: skip

THAI_MONTHS: Mapping[str, int] = {
    written: number
    for number, names in enumerate(_THAI_NAMES, start=1)
    for name in names.split()
    for written in (name, name.replace(".", ""))
}
"""Thai names and short forms without the last full stop."""
