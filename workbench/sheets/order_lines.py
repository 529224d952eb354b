"""Orders that are told over several lines: the order's facts on the first, goods on each, a sum under them.

A line of goods taken for an order would be an order with a part of its value. So where sums prove that lines belong
together, each order is brought onto one line, with the amount of its sum row; no word has to be known for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from workbench.findings import Finding, Kind, Severity, add_kinds
from workbench.sheets.model import Cell, CellKind
from workbench.sheets.profiles import is_day
from workbench.sheets.rearranged import Rearranged, around
from workbench.sheets.relations import number_in
from workbench.sheets.rows import Role, Table
from workbench.sheets.words import plain

__all__ = ["with_lines_joined"]

_LOOKED_AT = 60
_LEAST_ORDERS = 3
_NEARLY_ALL = 0.8
_MEMBERS = (Role.RECORD, Role.SUBTOTAL, Role.TOTAL)

add_kinds({
    "table.lines-joined": Kind(
        Severity.REPORT,
        "{value} orders are told over several lines; each is taken once, with its sum",
        "有 {value} 笔订单分多行书写；每笔只导入一次，取其合计",
        "Nothing to do; look at some of them in the plan.",
        "无需处理；可在计划中抽查几笔。",
    ),
    "record.lines-differ": Kind(
        Severity.REPORT,
        "the lines of this order add up to {value}, but its sum row says {said}; neither is taken",
        "该订单各行合计为 {value}，但合计行写的是 {said}；两者均不采用",
        "Correct the sheet and adopt it again.",
        "请更正表格后重新导入。",
    ),
})  # fmt: skip


class _Order(NamedTuple):
    """The lines of one order; ``total`` is its sum row, the line itself where there is only one."""

    lines: tuple[int, ...]
    total: int
    agrees: bool


def with_lines_joined(table: Table) -> Table:
    """The table with a row for each order, or the table itself where its rows stand for themselves."""
    rows = [row for row, role in table.rows.items() if role in _MEMBERS]
    if table.orientation != "rows" or not table.header_rows or not _is_ragged(table, rows[:_LOOKED_AT]):
        return table
    cells = {row: {cell.column: cell for cell in table.cells(row)} for row in rows}
    filled = {column.at: [row for row in rows if column.at in cells[row]] for column in table.columns}
    for key, starts in filled.items():
        if not _may_number_orders(starts, rows, [plain(cells[row][key].text) for row in starts]):
            continue
        for column in reversed(table.columns):
            orders = _orders(starts, rows, cells, column.at)
            if orders is not None and not _lines_are_orders(orders, cells, key):
                return _joined(table, orders, cells, key, column.at)
    return table


def _is_ragged(table: Table, rows: Sequence[int]) -> bool:
    """Whether some rows have much fewer cells than others."""
    widths = [len(table.sheet.columns_of(row)) for row in rows]
    return bool(widths) and sum(width <= 0.7 * max(widths) for width in widths) >= _LEAST_ORDERS


def _may_number_orders(starts: Sequence[int], rows: Sequence[int], texts: Sequence[str]) -> bool:
    """Whether a column could hold the orders' numbers: none twice, digits in each, and other lines between them."""
    return (
        len(starts) >= _LEAST_ORDERS
        and starts[0] == rows[0]
        and len(starts) <= 0.7 * len(rows)
        and len(set(texts)) == len(texts)
        and all(any(map(str.isdigit, text)) for text in texts)
    )


def _orders(
    starts: Sequence[int], rows: Sequence[int], cells: Mapping[int, Mapping[int, Cell]], amount: int
) -> list[_Order] | None:
    """The lines of each order, where nearly all sum rows are the sums of the lines above them; else None."""
    places = {row: index for index, row in enumerate(rows)}
    ends = [*(places[row] for row in starts[1:]), len(rows)]
    orders = []
    for start, end in zip(starts, ends, strict=True):
        lines = rows[places[start] : end]
        found = _order(lines, cells, amount)
        if found is None and end == len(rows):  # the sum of all orders stands under the last
            found = _order(lines[:-1], cells, amount)
        if found is None:
            return None
        orders.append(found)
    summed = [order for order in orders if len(order.lines) > 1 or order.total != order.lines[0]]
    longer = [order for order in orders if len(order.lines) > 1]
    agreeing = sum(order.agrees for order in summed)
    if len(summed) < _LEAST_ORDERS or not longer or agreeing < _NEARLY_ALL * len(summed):
        return None
    return orders


def _order(lines: Sequence[int], cells: Mapping[int, Mapping[int, Cell]], amount: int) -> _Order | None:
    numbers = [number_in(cells[row].get(amount)) for row in lines]
    if not lines or any(number is None for number in numbers):
        return None
    if len(lines) == 1:
        return _Order(tuple(lines), lines[0], agrees=True)
    total, goods = lines[-1], lines[:-1]
    if len(cells[total]) >= min(len(cells[row]) for row in goods):
        return None  # a sum row says less than a line of goods
    summed = sum((number for number in numbers[:-1] if number is not None), Decimal(0))
    return _Order(tuple(goods), total, agrees=summed == numbers[-1])


def _lines_are_orders(orders: Sequence[_Order], cells: Mapping[int, Mapping[int, Cell]], key: int) -> bool:
    """Whether each line has a day and a number of its own: then the sums are those of customers or months."""
    lines = [cells[row] for order in orders for row in order.lines]
    columns = set.intersection(*map(set, lines)) - {key}
    dated = any(all(is_day(line[at]) for line in lines) for at in columns)
    return dated and any(_all_numbered([line[at] for line in lines]) for at in columns)


def _all_numbered(held: Sequence[Cell]) -> bool:
    texts = [plain(cell.text) for cell in held if cell.kind is CellKind.TEXT and not is_day(cell)]
    return len(texts) == len(set(texts)) == len(held) and all(any(map(str.isdigit, text)) for text in texts)


def _joined(
    table: Table, orders: Sequence[_Order], cells: Mapping[int, Mapping[int, Cell]], key: int, amount: int
) -> Table:
    first = {order.lines[0] for order in orders}
    others = {row for order in orders for row in (*order.lines, order.total)} - first
    of_goods = {column for row in others for column in cells[row]} - {key}
    shared = [column for column in table.columns if column.at not in of_goods or column.at == amount]
    placed: dict[tuple[int, int], Cell] = {}
    findings = [*table.findings]
    for line, order in enumerate(orders, 1):
        own = cells[order.lines[0]]
        placed.update({(line, one.at): own[one.at] for one in shared if one.at in own and one.at != amount})
        if order.agrees:
            placed[line, amount] = cells[order.total][amount]
            continue
        summed = sum((number_in(cells[row][amount]) or Decimal(0) for row in order.lines), Decimal(0))
        said = plain(cells[order.total][amount].text)
        where = table.sheet.place(order.total, amount)
        findings.append(Finding("record.lines-differ", where, f"{summed:f}", details={"said": said}))
    joined = sum(len(order.lines) > 1 for order in orders)
    findings.append(Finding("table.lines-joined", table.sheet.place(min(table.header_rows), key), str(joined)))
    view = Rearranged(table.sheet, placed)
    heads = tuple((row, column) for row in table.header_rows for column in table.sheet.columns_of(row))
    rest = {
        (row, column): Role.SUBTOTAL if row == order.total and len(order.lines) > 1 else Role.RECORD
        for order in orders
        for row in (*order.lines, order.total)
        for column in cells[row]
    }
    rest |= {
        (row, cell.column): role
        for row, role in table.rows.items()
        if row not in first | others
        for cell in table.cells(row)
    }
    made = Table(
        view, (), tuple(shared), dict.fromkeys(view.rows, Role.RECORD), titles=table.titles, notes=table.notes,
        orientation="two_line", heads=table.header_rows,
        area=around([*heads, *((row, column) for row, column in rest if row in first | others)]), head_cells=heads,
        findings=findings,
    )  # fmt: skip
    made.other_cells = rest
    return made
