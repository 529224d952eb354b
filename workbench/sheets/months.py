"""Months as people write them over columns: ``2025-03``, ``Mar 25``, ``3月``, ``marzo``, a first day shown as a month."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from workbench.sheets.model import Cell, CellKind, Sheet
from workbench.sheets.number_formats import meaning_of
from workbench.sheets.words import plain, squeezed

__all__ = ["Month", "month_of", "with_years", "year_and_month"]


class Month(NamedTuple):
    """A month; ``year`` is 0 where it is not written."""

    year: int
    month: int


_NAMES = (
    ("jan", "january", "januar", "janvier", "enero", "ene", "janeiro", "gennaio", "gen", "январь", "янв", "januari", "styczeń", "janv", "jän", "jänner", "一月", "leden", "ledna", "stycznia", "tammikuu", "tammi", "ocak", "oca", "มกราคม", "يناير", "ינואר", "ιανουάριος", "ιαν", "január", "ianuarie", "ian", "січень", "січ", "січня", "जनवरी", "sty"),
    ("feb", "february", "februar", "février", "febrero", "fevereiro", "fev", "febbraio", "февраль", "фев", "févr", "luty", "二月", "únor", "února", "lutego", "helmikuu", "helmi", "şubat", "şub", "กุมภาพันธ์", "فبراير", "פברואר", "φεβρουάριος", "φεβ", "február", "februarie", "лютий", "лют", "лютого", "फरवरी", "lut", "úno", "februari", "pebruari"),
    ("mar", "march", "märz", "mars", "marzo", "março", "март", "мар", "mrz", "mär", "marzec", "maart", "三月", "březen", "března", "marca", "maaliskuu", "maalis", "มีนาคม", "مارس", "מרץ", "μάρτιος", "μαρ", "március", "martie", "березень", "бер", "березня", "मार्च", "maret", "bře"),
    ("apr", "april", "avril", "abril", "abr", "aprile", "апрель", "апр", "avr", "kwiecień", "四月", "duben", "dubna", "kwietnia", "huhtikuu", "huhti", "nisan", "nis", "เมษายน", "أبريل", "ابريل", "אפריל", "απρίλιος", "απρ", "április", "aprilie", "квітень", "квіт", "квітня", "अप्रैल", "kwi"),
    ("may", "mai", "mayo", "maio", "maggio", "mag", "май", "maj", "mei", "五月", "květen", "května", "maja", "toukokuu", "touko", "mayıs", "พฤษภาคม", "مايو", "מאי", "μάιος", "μαϊ", "május", "травень", "трав", "травня", "मई", "kvě"),
    ("jun", "june", "juni", "juin", "junio", "junho", "giugno", "giu", "июнь", "июн", "czerwiec", "六月", "červen", "června", "czerwca", "kesäkuu", "kesä", "haziran", "haz", "มิถุนายน", "يونيو", "יוני", "ιούνιος", "ιουν", "június", "iunie", "iun", "червень", "черв", "червня", "जून"),
    ("jul", "july", "juli", "juillet", "julio", "julho", "luglio", "lug", "июль", "июл", "juil", "lipiec", "七月", "červenec", "července", "lipca", "heinäkuu", "heinä", "temmuz", "tem", "กรกฎาคม", "يوليو", "יולי", "ιούλιος", "ιουλ", "július", "iulie", "iul", "липень", "лип", "липня", "जुलाई", "julai"),
    ("aug", "august", "août", "aout", "agosto", "ago", "август", "авг", "sierpień", "augustus", "八月", "srpen", "srpna", "sierpnia", "elokuu", "elo", "ağustos", "ağu", "สิงหาคม", "أغسطس", "אוגוסט", "αύγουστος", "αυγ", "augusztus", "серпень", "серп", "серпня", "अगस्त", "srp", "agustus", "ogos", "augusti"),
    ("sep", "sept", "september", "septembre", "septiembre", "setembro", "set", "settembre", "сентябрь", "сен", "wrzesień", "九月", "září", "września", "syyskuu", "syys", "eylül", "eyl", "กันยายน", "سبتمبر", "ספטמבר", "σεπτέμβριος", "σεπ", "szeptember", "szept", "septembrie", "вересень", "вер", "вересня", "सितंबर", "सितम्बर", "wrz"),
    ("oct", "october", "oktober", "okt", "octobre", "octubre", "outubro", "out", "ottobre", "ott", "октябрь", "окт", "październik", "十月", "říjen", "října", "października", "lokakuu", "loka", "ekim", "eki", "ตุลาคม", "أكتوبر", "אוקטובר", "οκτώβριος", "οκτ", "október", "octombrie", "жовтень", "жовт", "жовтня", "अक्टूबर", "paź", "říj"),
    ("nov", "november", "novembre", "noviembre", "novembro", "ноябрь", "ноя", "listopad", "十一月", "listopadu", "listopada", "marraskuu", "marras", "kasım", "kas", "พฤศจิกายน", "نوفمبر", "נובמבר", "νοέμβριος", "νοε", "noiembrie", "листопад", "лист", "листопада", "नवंबर", "नवम्बर"),
    ("dec", "december", "dezember", "dez", "décembre", "diciembre", "dic", "dezembro", "dicembre", "декабрь", "дек", "déc", "grudzień", "十二月", "prosinec", "prosince", "grudnia", "joulukuu", "joulu", "aralık", "ara", "ธันวาคม", "ديسمبر", "דצמבר", "δεκέμβριος", "δεκ", "decembrie", "грудень", "груд", "грудня", "दिसंबर", "दिसम्बर", "gru", "desember", "disember"),
)  # fmt: skip

_ISO = re.compile(r"((?:19|20)\d{2}) ?[-/.年년] ?(\d{1,2}) ?[月월]?(?:份)?")
_OTHER_WAY = re.compile(r"(\d{1,2}) ?[-/.] ?((?:19|20)\d{2})")
_ALONE = re.compile(r"(\d{1,2}) ?(?:月份?|월)|(?:th[áa]ng|เดือน) ?(\d{1,2})", re.IGNORECASE)


@cache
def _by_name() -> dict[str, int]:
    return {squeezed(name): month for month, names in enumerate(_NAMES, 1) for name in names}


def month_of(cell: Cell, *, epoch_1904: bool = False) -> Month | None:
    """The month that a heading cell names, or None. A date counts only where it is a month's first or last day."""
    if cell.kind is CellKind.NUMBER:
        number = cell.number
        if number is None or not meaning_of(cell.number_format).is_date or not 20_000 < number < 80_000:
            return None
        start = date(1904, 1, 1) if epoch_1904 else date(1899, 12, 30)
        return _of_day(start + timedelta(days=int(number)))
    if cell.kind is CellKind.DATE:
        try:
            return _of_day(date.fromisoformat(cell.text[:10]))
        except ValueError:
            return None
    return _of_text(plain(cell.text)) if cell.kind is CellKind.TEXT and len(cell.text) <= 24 else None


def _of_day(day: date) -> Month | None:
    return Month(day.year, day.month) if day.day == 1 or (day + timedelta(days=1)).day == 1 else None


def _of_text(text: str) -> Month | None:
    for pattern, year, month in ((_ISO, 1, 2), (_OTHER_WAY, 2, 1)):
        found = pattern.fullmatch(text)
        if found:
            number = int(found.group(month))
            return Month(int(found.group(year)), number) if 1 <= number <= 12 else None
    alone = _ALONE.fullmatch(text)
    if alone:
        number = int(alone.group(1) or alone.group(2))
        return Month(0, number) if 1 <= number <= 12 else None
    words = squeezed(text).split()
    if not 1 <= len(words) <= 3:
        return None
    months = [_by_name()[word] for word in words if word in _by_name()]
    rest = [word for word in words if word not in _by_name() and word not in ("de", "di")]
    if len(months) != 1 or len(rest) > 1:
        return None
    if not rest:
        return Month(0, months[0])
    if re.fullmatch(r"(?:19|20)\d{2}", rest[0]):
        return Month(int(rest[0]), months[0])
    return Month(2000 + int(rest[0]), months[0]) if re.fullmatch(r"\d{2}", rest[0]) else None


_YEAR = re.compile(r"\D{0,6}((?:19|20)\d{2})\D{0,6}")


def with_years(sheet: Sheet, row: int, months: Mapping[int, Month]) -> dict[int, Month]:
    """The months of a row of headings, those without a year with the one that stands over them, or over months before them."""
    years: dict[int, int] = {}
    for above in (row - 1, row - 2):
        years = {
            cell.column: int(found.group(1))
            for cell in sheet.row(above)
            if cell.column <= max(months) and (found := _YEAR.fullmatch(plain(cell.text)))
        }
        if years:
            break
    if not years or min(years) > min(months):
        return dict(months)
    dated = {
        column: month if month.year else Month(years[max(at for at in years if at <= column)], month.month)
        for column, month in months.items()
    }
    in_order = list(dated.values()) == sorted(dated.values())
    return dated if in_order else dict(months)  # one year over months that run into the next tells of none of them


def year_and_month(texts: Sequence[str]) -> tuple[int, int]:
    """The year (and month) that a sheet's name, else its titles, speak of; 0 where they name none or several."""
    for text in texts:
        years = set(re.findall(r"(?<!\d)((?:19|20)\d{2})(?!\d)", text))
        if len(years) == 1:
            months = re.findall(r"(?:19|20)\d{2}\s?[年./-]\s?(\d{1,2})(?!\d)", text)
            month = int(months[0]) if len(set(months)) == 1 and 1 <= int(months[0]) <= 12 else 0
            return int(years.pop()), month
    return 0, 0
