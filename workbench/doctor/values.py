"""Values that are not what they look like: numbers and dates that are text, days of another date system, formulas."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from statistics import median

from workbench.doctor.book import Book
from workbench.doctor.functions import DANGEROUS, bare, functions_in
from workbench.doctor.notes import Notes
from workbench.doctor.references import areas_in
from workbench.doctor.regions import Region
from workbench.doctor.scan import NUMBER, SHARED, TEXT, Column
from workbench.places import a1
from workbench.sheets.words import plain

__all__ = ["AMOUNTS", "check_headings", "check_live_formulas", "check_shifted_dates", "check_texts"]

AMOUNTS = (
    "amount", "balance", "paid_total", "deposit_amount", "balance_amount", "bank_fee", "purchase", "freight", "cost",
)  # fmt: skip
"""Last words of the fields that hold money in a currency named elsewhere."""
_DAYS = ("date", "due_date")
_CODES = ("code", "number", "order_number", "customer_code", "customer_po", "phone", "tax_id", "reference", "account")
_SIGN = r"(?:[$€£¥￥₩]|[A-Z]{3}|US\$|HK\$)?"
_PLAIN_NUMBER = re.compile(r"[+-]?(?:0|[1-9]\d{0,14})(?:[.,]\d{1,6})?|[+-]?\.\d{1,6}")
_WRITTEN_NUMBER = re.compile(
    rf"{_SIGN}\s*[(+-]?\s*{_SIGN}\s*(?:\d{{1,3}}(?:[,.' ]\d{{3}})+(?:[.,]\d{{1,4}})?|\d{{1,15}}[.,]\d{{2}})\)?-?\s*{_SIGN}"
)
_RUNS = re.compile(r"\s*(?:[=@]\s*\S|[+\-].*[^\W\d_])|[\t\r\n]\s*[=+\-@]")
_NO_FORMULA = re.compile(r"[+\-][\d\s().,/-]+(?:\s*[A-Za-z]{3}|\s*[€$£¥])?|[-+@]\s?[^\W\d_][^(|!]*")
_DAY = re.compile(r"(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{2}|\d{4})")
_DATED = re.compile(
    r"\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"
    r"|\d{1,2}\s?([-/.])\s?\d{1,2}\s?\1\s?(?:\d{2}|\d{4})"
    r"|\d{1,2}\.?[- ](?:[^\W\d]{3,9})\.?,?[- ]\d{2,4}|[^\W\d]{3,9}\.? \d{1,2}, \d{4}"
)
_DDE = re.compile(r"[\w.]+\|[^!]*!")
_ARITHMETIC = re.compile(r"[\d\s+\-*/().,%]+")
_LEAK = re.compile(r'HYPERLINK\(\s*"https?://[^"]*"\s*&', re.IGNORECASE)
SYSTEMS_APART = 1_462
"""Days between the two date systems."""
NEAR = 550
FEWEST_DAYS = 8
LONGEST_LOOKED_AT = 4_000
SAMPLE = 200
_ENDS_A_DAY = frozenset("0123456789日 \u3000")


def check_texts(book: Book, lists: list[Region], notes: Notes) -> None:
    """Numbers and dates that are text, and texts that would run as formulas where a CSV file of the sheet is opened."""
    numbers, days, runs = _shared_texts(book)
    for region in lists:
        for number in region.headings:
            column = region.sheet.columns.get(number)
            if column is not None:
                rows = column.between(region.row + 1, region.bottom)
                _check_numbers(
                    book, region, column, rows, _texts(book, column, rows, numbers, _looks_like_number), notes
                )
                _check_days(book, region, column, rows, _texts(book, column, rows, days, _looks_like_day), notes)
    for sheet in book.sheets:
        for number, column in sheet.columns.items():
            found = _texts(book, column, range(len(column.rows)), runs, _runs_as_formula)
            found = [at for at in found if (column.rows[at], number) not in sheet.formulas]
            if found:
                rows_found = [column.rows[at] for at in found]
                notes.cells("doctor.text-formula", sheet.name, number, rows_found, book.text(column, found[0]))


def _shared_texts(book: Book) -> tuple[set[bytes], set[bytes], set[bytes]]:
    """Numbers (as cells store them) of the shared strings that look like numbers, like dates, and like formulas."""
    numbers, days, runs = set(), set(), set()
    for index, text in enumerate(book.strings):
        if not text or len(text) > LONGEST_LOOKED_AT:
            continue
        key = str(index).encode()
        if _looks_like_number(text):
            numbers.add(key)
        elif _looks_like_day(text):
            days.add(key)
        if _runs_as_formula(text):
            runs.add(key)
    return numbers, days, runs


def _looks_like_number(text: str) -> bool:
    if len(text) > 40 or not any(letter.isdigit() for letter in text):
        return False
    text = plain(text)
    return bool(_PLAIN_NUMBER.fullmatch(text) or _WRITTEN_NUMBER.fullmatch(text))


def _looks_like_day(text: str) -> bool:
    return 6 <= len(text) <= 30 and text[-1:] in _ENDS_A_DAY and bool(_DATED.fullmatch(plain(text)))


def _runs_as_formula(text: str) -> bool:
    if text[:1] not in "=+-@\t\r\n " or not _RUNS.match(text):
        return False
    return not _NO_FORMULA.fullmatch(text.strip())


def _texts(
    book: Book, column: Column, places: Iterable[int], shared: set[bytes], test: Callable[[str], bool]
) -> list[int]:
    """Where in a column's lists the texts are that pass a test (``shared``: the shared strings known to pass it)."""
    kinds, values = column.kinds, column.values
    if not shared and TEXT not in kinds:
        return []
    return [
        at
        for at in places
        if (kinds[at] == SHARED and values[at] in shared) or (kinds[at] == TEXT and test(book.text(column, at)))
    ]


def _check_numbers(book: Book, region: Region, column: Column, rows: range, found: list[int], notes: Notes) -> None:
    """Texts count as numbers where the column is one of numbers: by its other cells, its heading, or their own look.

    A column in which every text names its currency is meant to be read, not added.
    """
    number = column.number
    found = [at for at in found if (column.rows[at], number) not in region.sheet.formulas]
    if not found or region.means(number, *_CODES):
        return
    numeric = sum(column.kinds[at] == NUMBER for at in rows)
    texts = [plain(book.text(column, at)) for at in found[:SAMPLE]]
    written = sum(bool(_WRITTEN_NUMBER.fullmatch(text)) and text[:1].isdigit() for text in texts)
    share = (numeric + len(found)) / len(rows)
    most_are_numbers = share >= (0.5 if numeric else 0.8)
    meant = numeric or 2 * written >= len(texts) or region.means(number, *AMOUNTS, "rate", "amount_base")
    named = not numeric and all(re.search(r"[^\W\d]|[$€£¥￥₩]", text) for text in texts)
    if most_are_numbers and meant and not named:
        cells = [column.rows[at] for at in found]
        heading = region.headings[number]
        notes.cells(
            "doctor.number-text", region.sheet.name, number, cells, book.text(column, found[0]), heading=heading
        )


def _check_days(book: Book, region: Region, column: Column, rows: range, found: list[int], notes: Notes) -> None:
    number = column.number
    found = [at for at in found if (column.rows[at], number) not in region.sheet.formulas]
    if not found or region.means(number, *_CODES):
        return
    dated = sum(column.kinds[at] == NUMBER and book.meaning(column.styles[at]).is_date for at in rows)
    if not (dated and 2 * (dated + len(found)) >= len(rows)) and not region.means(number, *_DAYS):
        return
    texts = [book.text(column, at) for at in found]
    unclear = next((text for text in texts if _is_unclear(text)), "")
    code = "doctor.date-text-unclear" if unclear else "doctor.date-text"
    cells = [column.rows[at] for at in found]
    notes.cells(code, region.sheet.name, number, cells, unclear or texts[0], heading=region.headings[number])


def _is_unclear(text: str) -> bool:
    """Whether day and month can be taken for each other."""
    found = _DAY.fullmatch(plain(text))
    return bool(found) and found[1] != found[2] and int(found[1]) <= 12 and int(found[2]) <= 12 if found else False


def check_shifted_dates(book: Book, notes: Notes) -> None:
    """Days that lie four years and a day from all others of their column: pasted from a book of the other date system."""
    for sheet in book.sheets:
        for number, column in sheet.columns.items():
            date_styles = {style for style in set(column.styles) if book.meaning(style).is_date}
            if not date_styles:
                continue
            days = [
                (row, float(value))
                for row, kind, style, value in zip(column.rows, column.kinds, column.styles, column.values, strict=True)
                if kind == NUMBER and style in date_styles and _is_number(value)
            ]
            shifted = _shifted(days)
            if shifted:
                off = "-" if shifted[0][1] < median(day for _row, day in days) else "+"
                rows = [row for row, _day in shifted]
                notes.cells("doctor.dates-shifted", sheet.name, number, rows, f"{off}{SYSTEMS_APART}")


def _is_number(value: bytes) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _shifted(days: list[tuple[int, float]]) -> list[tuple[int, float]]:
    if len(days) < FEWEST_DAYS:
        return []
    middle = median(day for _row, day in days)
    near = [day for _row, day in days if abs(day - middle) <= NEAR]
    if 4 * len(near) < 3 * len(days):
        return []
    low, high = min(near), max(near)
    return [
        (row, day)
        for row, day in days
        if abs(day - middle) > NEAR and (low <= day + SYSTEMS_APART <= high or low <= day - SYSTEMS_APART <= high)
    ]


def check_headings(lists: list[Region], notes: Notes) -> None:
    """Columns of one list under the same heading; one note per heading."""
    for region in lists:
        columns: dict[str, list[int]] = {}
        for number, heading in region.headings.items():
            columns.setdefault(plain(heading).casefold(), []).append(number)
        for first, *others in columns.values():
            if others:
                place = f"{region.sheet.name}!{a1(region.row, others[0])}"
                told = ", ".join(a1(region.row, one) for one in (first, *others[1:]))
                notes.add("doctor.heading-twice", place, region.headings[first], count=len(others) + 1, others=told)


def check_live_formulas(book: Book, lists: list[Region], notes: Notes) -> None:
    """Formulas that came with data: among texts, about nothing in the workbook, or reaching out of it."""
    for sheet in book.sheets:
        for (row, column), formula in sheet.formulas.items():
            if "|" in formula and _DDE.search(bare(formula)):
                notes.add("doctor.dde", f"{sheet.name}!{a1(row, column)}", f"={formula}")
            elif "http" in formula and _LEAK.search(formula):
                notes.add("doctor.link-leaks", f"{sheet.name}!{a1(row, column)}", f"={formula}")
    for region in lists:
        for number in region.headings:
            cells = region.sheet.columns.get(number)
            if cells is not None:
                _check_among_texts(book, region, cells, notes)


def _check_among_texts(book: Book, region: Region, column: Column, notes: Notes) -> None:
    rows = column.between(region.row + 1, region.bottom)
    formulas = region.sheet.formulas
    live = [column.rows[at] for at in rows if (column.rows[at], column.number) in formulas]
    texts = sum(column.kinds[at] in (SHARED, TEXT) for at in rows) - len(live)
    if not live or texts < 3 or 10 * len(live) > len(rows):
        return
    for row in live:
        formula = formulas[row, column.number]
        if _came_with_data(book, region, formula):
            heading = region.headings[column.number]
            place = f"{region.sheet.name}!{a1(row, column.number)}"
            notes.add("doctor.formula-live", place, f"={formula}", heading=heading)


def _came_with_data(book: Book, region: Region, formula: str) -> bool:
    """Whether a formula among texts reaches out of the workbook, or is about nothing in it."""
    if any(name.upper() in DANGEROUS | {"HYPERLINK"} for name, _source in functions_in(formula)):
        return True
    if _ARITHMETIC.fullmatch(formula):
        return formula[0] in "+-"  # a telephone number that was taken for a sum; =80+16 somebody has typed
    return not any(True for _area in areas_in(book, region.sheet, formula))
