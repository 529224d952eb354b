"""What old sheets get wrong by themselves: sums over several currencies, totals that miss rows, figures nobody can explain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from workbench.findings import Finding
from workbench.i18n import _
from workbench.sheets import Record, TableMap
from workbench.sheets.formulas import summed_ranges
from workbench.sheets.model import Cell, Difference, Sheet, a1, column_letters
from workbench.sheets.rows import Role

__all__ = ["lint_table", "reader_findings"]

_LEAST_ROWS = 5
_NEAR = Decimal("0.005")
"""Half a unit of the last usual decimal; a converted amount was rounded."""
_RELATIVE = Decimal("0.0005")


def lint_table(mapped: TableMap, records: Sequence[Record]) -> list[Finding]:
    """Findings about the formulas and converted columns of a table whose records were read."""
    own = {record.line: record for record in records if record.parent is None and record.kind == mapped.kind}
    if mapped.table.orientation != "rows" or not own:
        return []
    return [*_sums(mapped, own), *_unexplained(mapped, list(own.values()))]


def _sums(mapped: TableMap, own: Mapping[int, Record]) -> Iterator[Finding]:
    """Sums over an amount column: of several currencies, or not of all the rows above them."""
    prefix = mapped.kind[:-1]
    fixed = {one.column.at: one.currency for one in mapped.having(f"{prefix}.amount")}
    sheet = mapped.table.sheet
    mixed: dict[int, list[tuple[Cell, set[str]]]] = {}
    for row, role in mapped.table.rows.items():
        if role not in (Role.TOTAL, Role.SUBTOTAL):
            continue
        for cell in sheet.row(row):
            if cell.column not in fixed or not cell.formula:
                continue
            summed = _rows_summed(cell, sheet)
            currencies = {str(own[line].values.get(f"{prefix}.currency", "")) for line in summed if line in own} - {""}
            if len(currencies) > 1 and not fixed[cell.column]:
                mixed.setdefault(cell.column, []).append((cell, currencies))
            yield from _missed(cell, sheet, summed, own)
    for cells in mixed.values():
        cell = cells[0][0]
        names = tuple(sorted(set().union(*(currencies for _cell, currencies in cells))))
        formula = f"={cell.formula[:80]}"
        more = _("{formula} and {count} more like it").format(formula=formula, count=len(cells) - 1)
        yield Finding("sheet.mixed-sum", sheet.place(cell.row, cell.column), more if len(cells) > 1 else formula, names)


def _rows_summed(cell: Cell, sheet: Sheet) -> set[int]:
    """Rows of its own column that a formula adds up, through the totals that it adds."""
    found: set[int] = set()
    for top, left, bottom, right in summed_ranges(cell.formula):
        if left <= cell.column <= right:
            found.update(range(top, min(bottom, cell.row - 1) + 1))
    through = set(found)
    for row in found:
        other = sheet.cell(row, cell.column)
        if other is not None and other.formula:
            for top, _left, bottom, _right in summed_ranges(other.formula):
                through.update(range(top, bottom + 1))
    return through


def _missed(cell: Cell, sheet: Sheet, summed: set[int], own: Mapping[int, Record]) -> Iterator[Finding]:
    """Rows with an amount that a sum leaves out: between the rows it adds, up to itself, or joining them from above."""
    counted = summed & own.keys()
    if not counted:
        return
    first = min(counted)
    while first - 1 in own:
        first -= 1
    left_out = [
        row for row in own if first <= row < cell.row and row not in summed and _has_number(sheet, row, cell.column)
    ]
    if left_out and len(left_out) <= len(counted):
        places = tuple(f"{column_letters(cell.column)}{row}" for row in left_out[:6])
        yield Finding("sheet.total-misses-rows", sheet.place(cell.row, cell.column), f"={cell.formula[:80]}", places)


def _has_number(sheet: Sheet, row: int, column: int) -> bool:
    cell = sheet.cell(row, column)
    return cell is not None and bool(cell.number)


def _unexplained(mapped: TableMap, records: Sequence[Record]) -> Iterator[Finding]:
    """A column of converted amounts that follows neither the rate beside it nor one rate for each currency."""
    base = mapped.having("order.amount_base")
    if len(base) != 1:
        return
    rates: dict[str, list[Decimal]] = {}
    unlike = 0
    for record in records:
        amount, converted = record.values.get("order.amount"), record.values.get("order.amount_base")
        rate, currency = record.values.get("order.rate"), record.values.get("order.currency")
        if not (isinstance(amount, Decimal) and isinstance(converted, Decimal) and amount):
            continue
        if isinstance(rate, Decimal):
            unlike += abs(amount * rate - converted) > max(_NEAR, abs(converted) * _RELATIVE)
        else:
            rates.setdefault(str(currency), []).append(converted / amount)
    without_rate = sum(map(len, rates.values()))
    scattered = sum(len(found) for found in rates.values() if max(found) - min(found) > max(found) * _RELATIVE)
    if unlike >= _LEAST_ROWS or (without_rate >= _LEAST_ROWS and scattered > 0.5 * without_rate):
        column = base[0].column
        where = mapped.table.sheet.place(max(mapped.table.header_rows, default=mapped.table.box.top), column.at)
        yield Finding("sheet.rate-unexplained", where, column.label or column_letters(column.at))


def reader_findings(book: str, differences: Iterable[Difference]) -> list[Finding]:
    """Cells that a second reader of the file sees otherwise."""
    return [
        Finding(
            "cell.readers-differ",
            f"{book}!{one.sheet}!{a1(one.row, one.column)}",
            one.ours[:80] or "—",
            details={"other": one.theirs[:80] or "—"},
        )
        for one in differences
    ]
