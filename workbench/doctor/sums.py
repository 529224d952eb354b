"""Sums that add amounts of several currencies as if they were one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from workbench.doctor.book import Book
from workbench.doctor.functions import Shape, bare
from workbench.doctor.notes import Notes
from workbench.doctor.references import Area, area_of
from workbench.doctor.regions import Region
from workbench.doctor.scan import NUMBER, SheetScan
from workbench.doctor.values import AMOUNTS
from workbench.places import a1
from workbench.sheets.words import currency_in, currency_of

__all__ = ["check_sums"]

MOST_SUMS = 5_000
LONGEST_CODE = 24
_SUM = re.compile(r"(?<![\w.])(SUM|SUBTOTAL)\(([^()]*)\)", re.IGNORECASE)


def check_sums(book: Book, found: list[Shape], lists: list[Region], notes: Notes) -> None:
    """Look at every plain SUM and SUBTOTAL: by the formats of what it adds, then by the currency column beside it."""
    known: dict[tuple[str, object, bool], tuple[str, ...]] = {}
    looked_at = 0
    for shape in found:
        if "SUM" not in shape.text.upper() and "SUBTOTAL" not in shape.text.upper():
            continue
        for sheet, row, column in shape.cells:
            looked_at += 1
            if looked_at > MOST_SUMS:
                return
            formula = sheet.formulas[row, column]
            for area, visible in _added(book, sheet, formula):
                key = (area.sheet.name, area.box, visible)
                if key not in known:
                    known[key] = _currencies(book, area, lists, visible_only=visible)
                if len(known[key]) > 1:
                    place = f"{sheet.name}!{a1(row, column)}"
                    notes.add("doctor.sum-mixed", place, f"={formula}", known[key], area=str(area.box))


def _added(book: Book, sheet: SheetScan, formula: str) -> Iterator[tuple[Area, bool]]:
    """Areas that plain sums of a formula add, and whether only visible rows count."""
    for name, inside in _SUM.findall(bare(formula)):
        arguments = inside.split(",")
        is_subtotal = name.upper() == "SUBTOTAL"
        if is_subtotal and arguments[0].strip() not in ("9", "109"):
            continue
        for argument in arguments[1:] if is_subtotal else arguments:
            area = area_of(book, sheet, argument)
            if area is not None:
                yield area, is_subtotal


def _currencies(book: Book, area: Area, lists: list[Region], *, visible_only: bool) -> tuple[str, ...]:
    """Currencies among the numbers of an area; fewer than two where nothing speaks of several."""
    hidden = set(area.sheet.hidden_rows) if visible_only else set()
    shown: Counter[str] = Counter()
    rows: dict[int, list[int]] = {}
    for number, column in area.sheet.columns.items():
        if not area.box.left <= number <= area.box.right:
            continue
        for at in column.between(area.box.top, area.box.bottom):
            if column.kinds[at] == NUMBER and column.rows[at] not in hidden:
                shown[_shown_currency(book, column.styles[at])] += 1
                rows.setdefault(number, []).append(column.rows[at])
    signs = tuple(sorted(sign for sign in shown if sign))
    if signs:
        return signs
    for number, filled in rows.items():
        named = _named_beside(book, area.sheet, number, filled, lists)
        if len(named) > 1:
            return named
    return ()


def _shown_currency(book: Book, style: int) -> str:
    """The currency that a number format shows: its code where that is settled, else its sign."""
    meaning = book.meaning(style)
    if not meaning.symbol:
        return ""
    codes, _unknown = currency_of(meaning.symbol)
    if meaning.lcid_currency in codes:
        return meaning.lcid_currency
    return codes[0] if len(codes) == 1 else meaning.symbol if codes else ""


def _named_beside(book: Book, sheet: SheetScan, number: int, rows: list[int], lists: list[Region]) -> tuple[str, ...]:
    """Codes in the currency column of the list, for the rows that hold an amount."""
    region = next((one for one in lists if one.sheet is sheet and one.box.covers(rows[0], number)), None)
    if region is None or not region.means(number, *AMOUNTS) or currency_in(region.headings[number])[0]:
        return ()
    beside = [one for one in region.headings if one != number and region.means(one, "currency")]
    column = sheet.columns.get(beside[0]) if len(beside) == 1 else None
    if column is None:
        return ()
    texts = Counter(
        book.text(column, at).strip()
        for row in rows
        if row <= region.bottom and (at := column.index(row)) >= 0 and book.is_text(column, at)
    )
    if column.number == min(region.headings) and max(texts.values(), default=0) == 1:
        return ()  # a summary by currency, a row for each: its figures may well be in one currency
    codes = {found[0] for text in texts if 0 < len(text) <= LONGEST_CODE and len(found := currency_of(text)[0]) == 1}
    return tuple(sorted(codes))
