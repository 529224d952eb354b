"""Tables that are not rows under headings: turned on their side, cards, records over two lines, cross-tabs.

Each is brought into rows and columns by ``Rearranged``, so that mapping and reading need not know of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from workbench.findings import Finding
from workbench.sheets.model import Box, Cell, CellKind, Sheet
from workbench.sheets.months import Month, month_of, with_years, year_and_month
from workbench.sheets.rearranged import Rearranged, around, as_text, turned
from workbench.sheets.rows import Column, Role, Table, label_strength, may_be_heading
from workbench.sheets.words import column_fields, plain, row_word, squeezed

__all__ = ["cards", "cross_tabs", "forms", "lies_on_its_side", "strongest_heading", "texts_outside", "two_lines"]

_STRONG = 0.6
_MOST_CELLS = 40_000
"""A sheet with more cells than this is no set of cards and no cross-tab."""
_LEAST_MONTHS = 3
_MOST_HEADING_ROWS = 60


# ---- cross-tabs ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _CrossTab:
    """Parties down, months across: the row of months, the columns before them, the rows below."""

    sheet: Sheet
    row: int
    months: dict[int, Month]
    parties: list[int] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)


def cross_tabs(sheet: Sheet) -> list[Table]:
    """Tables of amounts by party and month, whichever of them goes down."""
    if len(sheet) > _MOST_CELLS:
        return []
    for view in (sheet, turned(sheet)):
        found = _find_cross_tab(view)
        if found is not None:
            return [_as_rows(found)]
    return []


def _find_cross_tab(sheet: Sheet) -> _CrossTab | None:
    for row in list(sheet.rows)[:_MOST_HEADING_ROWS]:
        months = {
            cell.column: month for cell in sheet.row(row) if (month := month_of(cell, epoch_1904=sheet.epoch_1904))
        }
        if len(months) < _LEAST_MONTHS or not _one_after_another(list(months.values())):
            continue
        found = _CrossTab(sheet, row, with_years(sheet, row, months))
        _gather_rows(found)
        if len(found.rows) >= 2 and found.parties:
            return found
    return None


def _one_after_another(months: Sequence[Month]) -> bool:
    places = [12 * month.year + month.month for month in months]
    steps = [(later - earlier) % (12 if months[0].year == 0 else 10**6) for earlier, later in pairwise(places)]
    return all(step == 1 for step in steps)


def _crosses_new_year(months: Mapping[int, Month]) -> bool:
    """Whether months without a year run from one year into the next: the year of a title is that of some of them."""
    without = [month.month for month in months.values() if not month.year]
    return any(later < earlier for earlier, later in pairwise(without))


def _gather_rows(found: _CrossTab) -> None:
    """Rows under the months with a party before them; a row of totals is none."""
    sheet, first = found.sheet, min(found.months)
    used: set[int] = set()
    previous = found.row
    for row in sheet.rows:
        if row <= found.row:
            continue
        cells = sheet.row(row)
        before = [cell for cell in cells if cell.column < first and cell.kind is CellKind.TEXT]
        inside = [cell for cell in cells if cell.column in found.months]
        if row - previous > 2 or not all(
            cell.kind in (CellKind.NUMBER, CellKind.ERROR) or _blank(cell) for cell in inside
        ):
            break
        if not before or not inside:
            continue
        previous = row
        if any(row_word(cell.text) in ("total", "subtotal") for cell in before):
            found.totals.append(row)
            continue
        used.update(cell.column for cell in before)
        found.rows.append(row)
    found.parties = sorted(used)


def _blank(cell: Cell) -> bool:
    return cell.kind is CellKind.TEXT and plain(cell.text) in ("", "-", "–", "—", "0")


def _as_rows(found: _CrossTab) -> Table:
    """One row per amount: the parties before it, its month, the amount."""
    sheet = found.sheet
    within = (*found.months, *found.parties)
    area = around(
        sheet.origin(row, cell.column)
        for row in (found.row, *found.rows)
        for cell in sheet.row(row)
        if cell.column in within
    )
    texts = texts_outside(sheet.original, area)
    year = 0 if _crosses_new_year(found.months) else year_and_month([sheet.name, *texts])[0]
    heads = {cell.column: cell for cell in sheet.row(found.row)}
    width = len(found.parties)
    placed: dict[tuple[int, int], Cell] = {}
    line = 0
    for row in found.rows:
        cells = {cell.column: cell for cell in sheet.row(row)}
        for column, month in found.months.items():
            amount = cells.get(column)
            if amount is None or amount.kind is not CellKind.NUMBER or amount.number == 0:
                continue
            line += 1
            placed.update({(line, at): cells[party] for at, party in enumerate(found.parties, 1) if party in cells})
            if month.year or year:
                first_day = f"{month.year or year}-{month.month:02d}-01"
                placed[line, width + 1] = heads[column]._replace(kind=CellKind.DATE, text=first_day, formula="")
            placed[line, width + 2] = amount
    labels = [
        plain(heads[party].text) if party in heads and heads[party].kind is CellKind.TEXT else ""
        for party in found.parties
    ]
    columns = [Column(at, (label,)) for at, label in enumerate(labels, 1)]
    columns += [Column(width + 1, ("Date",)), Column(width + 2, ("Amount",))]
    view = Rearranged(sheet, placed)
    table = Table(
        view, (), tuple(columns), dict.fromkeys(view.rows, Role.RECORD), titles=texts, notes=texts, orientation="matrix",
        heads=(sheet.origin(found.row, min(found.months))[0],), area=area,
        head_cells=tuple(sheet.origin(found.row, at) for at in heads if at in found.months or at in found.parties),
    )  # fmt: skip
    table.other_cells = {
        sheet.origin(row, cell.column): Role.TOTAL for row in found.totals for cell in sheet.row(row)
    } | {
        sheet.origin(row, cell.column): Role.TOTAL
        if cell.column not in (*found.months, *found.parties)
        else Role.RECORD
        for row in found.rows
        for cell in sheet.row(row)
    }
    table.amount_columns = tuple(sheet.origin(found.row, at)[1] for at in found.months)
    place = sheet.place(found.row, min(found.months))
    table.findings.append(Finding("table.month-only", place, sheet.name))
    return table


def _texts_outside(sheet: Sheet, rows: set[int]) -> tuple[str, ...]:
    """Titles and notes: texts of the rows that belong to no table (the first of them)."""
    return tuple(
        plain(cell.text)
        for row in list(sheet.rows)[:200]
        if row not in rows
        for cell in sheet.row(row)
        if cell.kind is CellKind.TEXT
    )[:40]


def texts_outside(sheet: Sheet, area: Box) -> tuple[str, ...]:
    """Titles and notes: texts beside an area of a sheet (the first of them)."""
    return tuple(
        plain(cell.text)
        for row in list(sheet.rows)[:200]
        for cell in sheet.row(row)
        if cell.kind is CellKind.TEXT and not area.covers(row, cell.column)
    )[:40]


# ---- cards -----------------------------------------------------------------------------------------------------------

_INLINE = re.compile(r"\s*([^:：]{1,40})[:：]\s*(\S.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Label:
    """A label on a card and where its value stands (the same cell where both are in one)."""

    row: int
    column: int
    word: str
    text: str
    value: Cell | None


def cards(sheet: Sheet) -> list[Table]:
    """Records as cards: the same labels again and again, each beside its value."""
    if not 6 <= len(sheet) <= _MOST_CELLS:
        return []
    labels = _repeated_labels(sheet)
    words = list(dict.fromkeys(label.word for label in labels))
    if len(words) < 3 or len({best for word in words if (best := _best_field(word))}) < 3:
        return []
    anchor = words[0]
    corners = sorted((label.row, label.column) for label in labels if label.word == anchor)
    if len(corners) < 2 or not _steady(labels, corners, words) or _has_more_beside(sheet, labels):
        return []
    return [_cards_as_rows(sheet, labels, words, corners)]


_MOST_WITH_MORE = 0.5


def _has_more_beside(sheet: Sheet, labels: Sequence[_Label]) -> bool:
    """Whether most values have another right beside them: then each column is a record, and no card is all of it."""
    places = {(label.row, label.column) for label in labels}
    values = [label.value for label in labels if label.value is not None]
    beside = [
        (value.row, value.column + 1) not in places and sheet.cell(value.row, value.column + 1) is not None
        for value in values
    ]
    return sum(beside) > _MOST_WITH_MORE * len(values)


def _best_field(word: str) -> str:
    fields = column_fields(word)
    return max(fields, key=fields.__getitem__, default="")


def _repeated_labels(sheet: Sheet) -> list[_Label]:
    """Texts that name a field, occur at least twice in one column, and are not a row of headings."""
    found: list[_Label] = []
    for row in sheet.rows:
        line = list(_labels_of(sheet.row(row)))
        apart = all(later.column - earlier.column > 1 or earlier.value is None for earlier, later in pairwise(line))
        if line and apart:
            found.extend(line)
    counts: dict[tuple[int, str], int] = {}
    for label in found:
        counts[label.column, label.word] = counts.get((label.column, label.word), 0) + 1
    repeated = [label for label in found if counts[label.column, label.word] >= 2]
    kinds: dict[int, set[str]] = {}
    for label in repeated:
        kinds.setdefault(label.column, set()).add(label.word)
    return [label for label in repeated if len(kinds[label.column]) >= 2]


def _labels_of(cells: Sequence[Cell]) -> Iterator[_Label]:
    number = 0
    while number < len(cells):
        cell = cells[number]
        number += 1
        if cell.kind is not CellKind.TEXT or len(cell.text) > 200:
            continue
        inline = _INLINE.fullmatch(cell.text)
        if inline and label_strength(inline.group(1)) >= _STRONG:
            value = as_text(cell, inline.group(2))
            yield _Label(cell.row, cell.column, squeezed(inline.group(1)), plain(inline.group(1)), value)
            continue
        text = plain(cell.text).rstrip(":： ")
        if label_strength(text) < _STRONG or not may_be_heading(cell):
            continue
        following = cells[number] if number < len(cells) else None
        if following is not None and not _is_value_of(cell, following):
            following = None
        number += following is not None
        yield _Label(cell.row, cell.column, squeezed(text), text, following)


def _is_value_of(label: Cell, following: Cell) -> bool:
    """The cell right beside a label is its value; one farther off only where it is no label itself."""
    if plain(following.text).endswith((":", "：")):
        return False
    away = following.column - label.column
    return away == 1 or (
        away <= 3 and (following.kind is not CellKind.TEXT or label_strength(following.text) < _STRONG)
    )


def _steady(labels: Sequence[_Label], corners: Sequence[tuple[int, int]], words: Sequence[str]) -> bool:
    """Whether most cards show most labels once, in the same order."""
    good = 0
    for row, column in corners:
        lower, right = _reach((row, column), corners)
        own = [words.index(one.word) for one in labels if row <= one.row < lower and column <= one.column < right]
        good += own == sorted(set(own)) and len(own) >= 0.5 * len(words)
    return good >= 0.8 * len(corners)


def _reach(corner: tuple[int, int], corners: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Row and column where the next card begins."""
    row, column = corner
    lower = min((other for other, _at in corners if other > row), default=10**9)
    right = min((at for other, at in corners if other == row and at > column), default=10**9)
    return lower, right


def _cards_as_rows(
    sheet: Sheet, labels: Sequence[_Label], words: Sequence[str], corners: Sequence[tuple[int, int]]
) -> Table:
    placed: dict[tuple[int, int], Cell] = {}
    heads: list[tuple[int, int]] = []
    for line, corner in enumerate(corners, 1):
        lower, right = _reach(corner, corners)
        for label in labels:
            if not (corner[0] <= label.row < lower and corner[1] <= label.column < right):
                continue
            if label.value is None or (label.value.row, label.value.column) != (label.row, label.column):
                heads.append((label.row, label.column))
            if label.value is not None and label.value.column < right:
                placed.setdefault((line, words.index(label.word) + 1), label.value)
    texts = {label.word: label.text for label in reversed(labels)}
    columns = tuple(Column(at, (texts[word],)) for at, word in enumerate(words, 1))
    view = Rearranged(sheet, placed)
    rows = {label.row for label in labels} | {label.value.row for label in labels if label.value is not None}
    outside = _texts_outside(sheet, rows)
    area = around([*heads, *(view.origin(*place) for place in placed)])
    return Table(
        view, (), columns, dict.fromkeys(view.rows, Role.RECORD), titles=outside, notes=outside, orientation="cards",
        area=area, head_cells=tuple(heads),
    )  # fmt: skip


# ---- forms -----------------------------------------------------------------------------------------------------------

_LEAST_FORMS = 3
_MOST_OF_A_SHEET = 0.6


def forms(sheet: Sheet) -> list[Table]:
    """Records as forms: the same rows of labels again and again, each over a row of values; no word has to be known."""
    if not 12 <= len(sheet) <= _MOST_CELLS:
        return []
    rows = list(sheet.rows)
    by_labels: dict[tuple[tuple[int, str], ...], list[int]] = {}
    for row in rows:
        cells = sheet.row(row)
        if len(cells) >= 2 and all(map(may_be_heading, cells)):
            by_labels.setdefault(tuple((cell.column, squeezed(cell.text)) for cell in cells), []).append(row)
    repeated = {labels: found for labels, found in by_labels.items() if len(found) >= _LEAST_FORMS}
    words = [word for labels in repeated for _column, word in labels]
    label_rows = sorted(row for found in repeated.values() for row in found)
    first = next(iter(repeated.values()), [])
    if len(repeated) < 2 or len(set(words)) < len(words) or len(label_rows) != len(repeated) * len(first):
        return []
    if any(len({row - one for row, one in zip(found, first, strict=False)}) > 1 for found in repeated.values()):
        return []  # the lines of a form always stand in the same order and distance
    if any(later - earlier < 2 for earlier, later in pairwise(label_rows)):
        return []
    labels = list(_labels_over_values(sheet, label_rows))
    claimed = sum(1 + (label.value is not None) for label in labels)
    if claimed < _MOST_OF_A_SHEET * len(sheet) or not any(label.value is not None for label in labels):
        return []
    corners = [(row, min(cell.column for cell in sheet.row(row))) for row in first]
    return [_cards_as_rows(sheet, labels, words, corners)]


def _labels_over_values(sheet: Sheet, label_rows: Sequence[int]) -> Iterator[_Label]:
    for row in label_rows:
        for cell in sheet.row(row):
            text = plain(cell.text).rstrip(":： ")
            yield _Label(row, cell.column, squeezed(text), text, sheet.cell(row + 1, cell.column))


# ---- records over two lines ------------------------------------------------------------------------------------------


def two_lines(sheet: Sheet) -> list[Table]:
    """Two rows of different headings, and under them records that fill two rows each."""
    rows = list(sheet.rows)
    for number, row in enumerate(rows[:_MOST_HEADING_ROWS]):
        if number + 5 >= len(rows) or rows[number + 1] != row + 1:
            continue
        stacked = _stacked(sheet.row(row))
        if stacked is not None and _alternates(sheet, rows[number + 1 :][:80]):
            return [_pairs_as_rows(sheet, (row,), stacked, rows[number + 1 :])]
        upper, lower = sheet.row(row), sheet.row(row + 1)
        if not all(
            len(line) >= 2 and all(map(may_be_heading, line)) and _strong(line) >= 0.6 * len(line)
            for line in (upper, lower)
        ):
            continue
        if {squeezed(cell.text) for cell in upper} & {squeezed(cell.text) for cell in lower}:
            continue
        body = rows[number + 2 :]
        if _alternates(sheet, body[:80]):
            return [_pairs_as_rows(sheet, (row, row + 1), (upper, lower), body)]
    return []


_TWO_LINES = re.compile(r"\n|\s/\s")
"""What parts the two lines of a heading in one cell."""


def _stacked(cells: Sequence[Cell]) -> tuple[list[Cell], list[Cell]] | None:
    """Headings of two lines in one cell, for the upper and the lower line of each record; None where they are not."""
    if len(cells) < 2 or not all(map(may_be_heading, cells)):
        return None
    parts = [(cell, [part for part in _TWO_LINES.split(cell.text) if plain(part)]) for cell in cells]
    if sum(len(words) == 2 for _cell, words in parts) < max(2, 0.6 * len(cells)):
        return None
    upper = [as_text(cell, words[0]) for cell, words in parts if words]
    return upper, [as_text(cell, words[1]) for cell, words in parts if len(words) == 2]


def _strong(cells: Sequence[Cell]) -> int:
    return sum(label_strength(cell.text) >= _STRONG for cell in cells)


def _alternates(sheet: Sheet, rows: Sequence[int]) -> bool:
    """Whether every second row is more like this one than the next is."""
    kinds = [_signature(sheet, row) for row in rows if len(sheet.columns_of(row)) > 1]
    if len(kinds) < 4:
        return False
    next_to = [_likeness(one, other) for one, other in pairwise(kinds)]
    second = [_likeness(one, other) for one, other in zip(kinds, kinds[2:], strict=False)]
    return sum(second) / len(second) > sum(next_to) / len(next_to) + 0.15


def _signature(sheet: Sheet, row: int) -> dict[int, str]:
    return {cell.column: _class_of(cell) for cell in sheet.row(row)}


def _class_of(cell: Cell) -> str:
    from workbench.sheets.profiles import date_like

    if cell.kind is not CellKind.TEXT:
        return f"{cell.kind.value}{cell.number_format}"
    text = plain(cell.text)
    if date_like(text):
        return "date"
    return "code" if re.search(r"\d", text) and " " not in text else "word"


def _likeness(one: dict[int, str], other: dict[int, str]) -> float:
    joint = one.keys() | other.keys()
    return sum(one.get(at) == other.get(at) for at in joint) / len(joint) if joint else 0.0


def _pairs_as_rows(
    sheet: Sheet, heads: tuple[int, ...], labels: tuple[Sequence[Cell], Sequence[Cell]], body: Sequence[int]
) -> Table:
    upper, lower = labels
    width = max(cell.column for cell in (*upper, *lower))
    columns = [Column(cell.column, (plain(cell.text),)) for cell in upper]
    columns += [Column(width + cell.column, (plain(cell.text),)) for cell in lower]
    placed: dict[tuple[int, int], Cell] = {}
    others: dict[tuple[int, int], Role] = {}
    first, line = 0, 0
    for row in body:
        cells = sheet.row(row)
        named = next((word for cell in cells[:2] if cell.kind is CellKind.TEXT and (word := row_word(cell.text))), "")
        if named and len(cells) <= 3:
            others.update({(row, cell.column): Role(named) for cell in cells})
        elif first and row == first + 1:
            placed.update({(line, width + cell.column): cell for cell in cells})
            first = 0
        else:
            line += 1
            first = row
            placed.update({(line, cell.column): cell for cell in cells})
    view = Rearranged(sheet, placed)
    used = {view.origin(*place)[0] for place in placed}
    texts = _texts_outside(sheet, {*heads, *used})
    head_cells = tuple(dict.fromkeys((cell.row, cell.column) for cell in (*upper, *lower)))
    table = Table(
        view, (), tuple(columns), dict.fromkeys(view.rows, Role.RECORD), titles=texts, notes=texts, orientation="two_line",
        heads=heads, area=around([*head_cells, *(view.origin(*place) for place in placed)]), head_cells=head_cells,
    )  # fmt: skip
    table.other_cells = others
    return table


# ---- turned ----------------------------------------------------------------------------------------------------------


def strongest_heading(sheet: Sheet) -> int:
    """The number of distinct fields that the best row names; a heading of a usual table has most of its fields in one."""
    best = 0
    for row in list(sheet.rows)[:_MOST_HEADING_ROWS]:
        labels = [
            squeezed(cell.text)
            for cell in sheet.row(row)[:60]
            if cell.kind is CellKind.TEXT and may_be_heading(cell) and label_strength(cell.text) >= _STRONG
        ]
        if len(set(labels)) >= 0.8 * len(labels):  # words that come again and again are states, not headings
            best = max(best, len({_best_field(label) for label in labels}))
    return best


_LOOKED_AT = 60
_OF_ONE_KIND, _OF_ALL_KINDS = 0.9, 0.75


def lies_on_its_side(sheet: Sheet) -> bool:
    """Whether the rows hold one kind of thing each and the columns do not, with texts that differ at the left end."""
    lines = [sheet.row(row)[:_LOOKED_AT] for row in list(sheet.rows)[:_LOOKED_AT]]
    width = max((len(cells) for cells in lines), default=0)
    lines = [cells for cells in lines if len(cells) > 0.5 * width]
    if len(lines) < 3 or width < 5:
        return False
    heads = [cells[0] for cells in lines]
    if not all(map(may_be_heading, heads)) or len({(cell.column, squeezed(cell.text)) for cell in heads}) < len(heads):
        return False
    if len({cell.column for cell in heads}) > 1 or any(any(map(str.isdigit, cell.text)) for cell in heads):
        return False
    by_column: dict[int, list[str]] = {}
    for cells in lines:
        for cell in cells[1:]:
            by_column.setdefault(cell.column, []).append(_class_of(cell))
    across = [_purity([_class_of(cell) for cell in cells[1:]]) for cells in lines]
    down = [_purity(classes) for classes in by_column.values() if len(classes) > 1]
    return bool(down) and min(across) >= _OF_ONE_KIND and sum(down) / len(down) <= _OF_ALL_KINDS


def _purity(classes: Sequence[str]) -> float:
    """The share of the commonest."""
    return max(map(classes.count, set(classes))) / len(classes)
