"""Tables whose figures prove what their columns and rows are, whatever the headings say.

Payments to the right of their order with what is still open; accounts with a running balance; accounts in the shape of a T. What looks like one of these without the proof is left for a person to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from workbench.money import parse
from workbench.sheets.model import Cell, CellKind
from workbench.sheets.number_formats import meaning_of
from workbench.sheets.profiles import date_like
from workbench.sheets.rows import Column, Role, Table
from workbench.sheets.words import entry_side, plain, squeezed

__all__ = ["proven_tables"]

_SAMPLE = 300
_LEAST = 3
_NEARLY_ALL = 0.95
_MOST_COLUMNS = 40
_CENT = Decimal("0.011")

Cells = Mapping[int, Cell]


def proven_tables(tables: Sequence[Table]) -> list[Table]:
    """The tables, each that its figures explain brought into tables of one kind with what its columns are."""
    return [one for table in tables for one in _proven(table)]


def _proven(table: Table) -> list[Table]:
    if table.orientation != "rows" or not table.header_rows or not 3 <= len(table.columns) <= _MOST_COLUMNS:
        return [table]
    seen = _Seen(table)
    for way in (_two_sides, _with_balance, _payments_beside):
        found = way(seen)
        if found:
            return found
    return [table]


class _Seen:
    """The first rows of a table, and what its columns hold in them."""

    def __init__(self, table: Table) -> None:
        self.table = table
        own = [row for row, role in table.rows.items() if role is not Role.REPEATED_HEADER]
        self.sample = {row: _by_column(table, row) for row in own[: _SAMPLE + 1]}
        self.whole = len(own) <= _SAMPLE + 1
        self.own = own

    @cached_property
    def records(self) -> list[Cells]:
        """The records among them."""
        return [cells for row, cells in self.sample.items() if self.table.rows[row] is Role.RECORD]

    @cached_property
    def dated(self) -> list[int]:
        """Columns of days."""
        return [one.at for one in self.table.columns if self._share(one.at, _is_day) >= _NEARLY_ALL]

    @cached_property
    def numeric(self) -> list[int]:
        """Columns of numbers that are no days."""
        return [
            one.at
            for one in self.table.columns
            if one.at not in self.dated and self._share(one.at, _is_amount) >= _NEARLY_ALL
        ]

    def _share(self, at: int, test: Callable[[Cell], bool]) -> float:
        held = [cells[at] for cells in self.records if at in cells]
        return sum(map(test, held)) / len(held) if held else 0.0


def _by_column(table: Table, row: int) -> dict[int, Cell]:
    return {cell.column: cell for cell in table.cells(row)}


def _is_day(cell: Cell) -> bool:
    if cell.kind is CellKind.DATE:
        return True
    if cell.kind is CellKind.NUMBER:
        return meaning_of(cell.number_format).is_date
    return date_like(plain(cell.text))


def _amount(cell: Cell | None) -> Decimal | None:
    if cell is None or _is_day(cell):
        return None
    if cell.number is not None:
        return cell.number
    return parse(plain(cell.text)).amount if cell.kind is CellKind.TEXT and any(map(str.isdigit, cell.text)) else None


def _is_amount(cell: Cell) -> bool:
    return _amount(cell) is not None


def _is_code(cell: Cell) -> bool:
    return any(map(str.isdigit, cell.text)) and len(plain(cell.text)) <= 30 and not _is_day(cell)


def _same(one: Decimal, other: Decimal, terms: int = 1) -> bool:
    return abs(one - other) < _CENT * terms


# ---- two sides: what was ordered left, what was paid right -----------------------------------------------------------


def _two_sides(seen: _Seen) -> list[Table]:
    table = seen.table
    begins = _side_begins(table)
    if begins is None or len(seen.dated) < 2:
        return []
    sides = [[one for one in table.columns if (one.at >= begins) == right] for right in (False, True)]
    if any(not {one.at for one in side} & set(kind) for side in sides for kind in (seen.dated, seen.numeric)):
        return []
    left, right = ([one.at for one in side] for side in sides)
    refers = _referring(seen, left, right)
    words = [entry_side(text) for text in _side_words(table, begins)]
    if words != ["debit", "credit"] and not (refers and not refers.on_its_row):
        return []
    orders = _side(table, sides[0], "orders", {refers.key: "order.number"} if refers else {})
    receipts = _side(table, sides[1], "receipts", {refers.at: "receipt.order_number"} if refers else {})
    for one, name in ((orders, "order"), (receipts, "receipt")):
        days = [at for at in seen.dated if one.left <= at <= one.right]
        amounts = [at for at in seen.numeric if one.left <= at <= one.right and at not in one.proven]
        money = [at for at in amounts if _with_cents(seen, at)] or amounts
        if len(days) != 1 or len(money) != 1:
            table.unsettled = True
            return [table]
        one.proven.update({days[0]: f"{name}.date", money[0]: f"{name}.amount"})
    return [orders, receipts]


def _with_cents(seen: _Seen, at: int) -> bool:
    amounts = [amount for cells in seen.records if (amount := _amount(cells.get(at))) is not None]
    return any(amount != amount.to_integral_value() for amount in amounts)


def _side_row(table: Table) -> list[Cell]:
    """Two texts over a table's headings, the first over its first column."""
    for row in (table.header_rows[0], table.header_rows[0] - 1):
        cells = table.cells(row)
        if len(cells) == 2 and cells[0].column == table.left and all(cell.kind is CellKind.TEXT for cell in cells):
            return cells
    return []


def _side_begins(table: Table) -> int | None:
    cells = _side_row(table)
    return cells[1].column if cells and cells[1].column - cells[0].column >= 2 else None


def _side_words(table: Table, begins: int) -> list[str]:
    return [cell.text for cell in _side_row(table) if cell.column in (table.left, begins)]


@dataclass(frozen=True, slots=True)
class _Reference:
    """A column of codes that another one gives out; ``on_its_row``: always in the same row."""

    at: int
    key: int
    on_its_row: bool


def _referring(seen: _Seen, left: Sequence[int], right: Sequence[int]) -> _Reference | None:
    for key in left:
        given = _codes(seen, key)
        values = set(given.values())
        if len(given) < 2 or len(values) < len(given):
            continue
        for at in right:
            said = _codes(seen, at)
            inside = [row for row, code in said.items() if code in values]
            if len(said) >= 2 and len(inside) >= 0.9 * len(said):
                return _Reference(at, key, all(given.get(row) == said[row] for row in inside))
    return None


def _codes(seen: _Seen, at: int) -> dict[int, str]:
    return {
        row: squeezed(cells[at].text)
        for row, cells in seen.sample.items()
        if seen.table.rows[row] is Role.RECORD and at in cells and _is_code(cells[at]) and not _fraction(cells[at])
    }


def _fraction(cell: Cell) -> bool:
    return cell.kind is CellKind.NUMBER and cell.number != (cell.number or Decimal(0)).to_integral_value()


def _side(table: Table, columns: Sequence[Column], kind: str, proven: dict[int, str]) -> Table:
    alone = tuple(replace(one, labels=one.labels[-1:], group=0) for one in columns)
    side = replace(table, columns=alone, rows={}, listed=kind, proven=proven, group_lines={}, findings=[], _labels={})
    for row, role in table.rows.items():
        if any(columns[0].at <= at <= columns[-1].at for at in table.sheet.columns_of(row)):
            side.rows[row] = role
    return side


# ---- accounts with a running balance ---------------------------------------------------------------------------------


def _with_balance(seen: _Seen) -> list[Table]:
    for balance in reversed(seen.numeric):
        others = [at for at in seen.numeric if at != balance]
        for plus in others:
            for minus in others:
                if plus != minus and _holds_in_pairs(seen, balance, plus, minus):
                    return _account(seen, balance, plus, minus)
        for amount in others:
            turns = _turns(seen, balance, amount)
            if turns is not None:
                return _bank_list(seen, balance, amount, newest_first=turns)
    return []


def _entries(seen: _Seen, amounts: Sequence[int]) -> list[Cells]:
    """Rows with just one of the amounts: neither a balance brought forward nor a row of sums."""
    return [cells for cells in seen.sample.values() if sum(bool(_amount(cells.get(at))) for at in amounts) == 1]


def _holds_in_pairs(seen: _Seen, balance: int, plus: int, minus: int) -> bool:
    entries = _entries(seen, (plus, minus))
    if len(entries) < _LEAST or len(entries) < 0.8 * len(seen.records):
        return False
    if not all(any(at in cells for cells in entries) for at in (plus, minus)):
        return False
    for order in (entries, entries[::-1]):
        steps = list(_steps(order, balance))
        told = [
            _same(step, (_amount(cells.get(plus)) or Decimal(0)) - (_amount(cells.get(minus)) or Decimal(0)), 2)
            for step, cells in steps
        ]
        if len(told) >= _LEAST - 1 and sum(told) >= _NEARLY_ALL * len(told):
            return True
    return False


def _steps(order: Sequence[Cells], balance: int) -> Iterator[tuple[Decimal, Cells]]:
    """How far the balance moves with each entry."""
    for before, cells in pairwise(order):
        one, other = _amount(before.get(balance)), _amount(cells.get(balance))
        if one is not None and other is not None:
            yield other - one, cells


def _account(seen: _Seen, balance: int, plus: int, minus: int) -> list[Table]:
    """A customer's account where payments name orders or the columns say debit and credit; a bank's where these are turned."""
    table = seen.table
    words = tuple(entry_side(_label(table, at)) for at in (plus, minus))
    key = _shared_code(seen, plus, minus)
    days = seen.dated
    if len(days) != 1 or (key is None and words != ("debit", "credit")):
        if words == ("credit", "debit") and len(days) == 1:
            receipts = _part(seen, plus, "receipts", {days[0]: "receipt.date", plus: "receipt.amount"}, (plus, minus))
            receipts.proven.update({balance: "", minus: ""})
            return [_with_rest(seen, receipts)]
        table.unsettled = True
        return [table]
    orders = _part(seen, plus, "orders", {days[0]: "order.date", plus: "order.amount"}, (plus, minus))
    receipts = _part(seen, minus, "receipts", {days[0]: "receipt.date", minus: "receipt.amount"}, (plus, minus))
    orders.proven.update({balance: "", minus: ""})
    receipts.proven.update({balance: "", plus: ""})
    if key is not None:
        orders.proven[key] = "order.number"
        receipts.proven[key] = "receipt.order_number"
    return [_with_rest(seen, orders, receipts), receipts]


def _label(table: Table, at: int) -> str:
    return next(one.label for one in table.columns if one.at == at)


def _shared_code(seen: _Seen, plus: int, minus: int) -> int | None:
    """The column in which entries of one side name those of the other."""
    entries = _entries(seen, (plus, minus))
    for column in seen.table.columns:
        at = column.at
        if at in (*seen.dated, plus, minus):
            continue
        sides = [
            [squeezed(cells[at].text) for cells in entries if _amount(cells.get(side)) and _coded(cells.get(at))]
            for side in (plus, minus)
        ]
        given, said = sides
        if (
            len(given) >= 2
            and len(set(given)) == len(given)
            and said
            and len(set(said) & set(given)) >= 0.8 * len(set(said))
        ):
            return at
    return None


def _coded(cell: Cell | None) -> bool:
    return cell is not None and _is_code(cell) and not _fraction(cell)


def _part(seen: _Seen, amount: int, kind: str, proven: dict[int, str], amounts: Sequence[int]) -> Table:
    """The entries of one side as a table of their own, over the same columns."""
    table = seen.table
    part = replace(table, rows={}, listed=kind, proven=proven, group_lines={}, findings=[], _labels={})
    other = next(at for at in amounts if at != amount)
    for row in seen.own:
        cells = seen.sample.get(row) or _by_column(table, row)
        if _amount(cells.get(amount)) and not _amount(cells.get(other)):
            part.rows[row] = Role.RECORD
    return part


def _with_rest(seen: _Seen, first: Table, *others: Table) -> Table:
    """The first of some parts, with the rows that are in none of them as what they are."""
    taken = {row for one in (first, *others) for row in one.rows}
    rest = {row: _rest_role(seen.table, row) for row in seen.table.rows if row not in taken}
    first.rows = dict(sorted({**first.rows, **rest}.items()))
    return first


def _rest_role(table: Table, row: int) -> Role:
    """What a row without an entry is: a balance brought forward, or sums, or what was told before."""
    role = table.rows[row]
    return role if role is not Role.RECORD else Role.CARRIED_FORWARD


def _turns(seen: _Seen, balance: int, amount: int) -> bool | None:
    """Whether the list begins with its newest entry; None where the balance does not move by the amount."""
    entries = _entries(seen, (amount,))
    if len(entries) < _LEAST + 1 or len(entries) < 0.8 * len(seen.records):
        return None
    for newest_first in (False, True):
        steps = list(_steps(entries[::-1] if newest_first else entries, balance))
        held = [_same(abs(step), abs(_amount(cells.get(amount)) or Decimal(0))) for step, cells in steps]
        if len(held) >= _LEAST and sum(held) >= _NEARLY_ALL * len(held):
            return newest_first
    return None


def _bank_list(seen: _Seen, balance: int, amount: int, *, newest_first: bool) -> list[Table]:
    """Entries without a sign: those by which the balance falls are none that were received."""
    table = seen.table
    rows = [row for row in seen.own if _amount((seen.sample.get(row) or _by_column(table, row)).get(amount))]
    all_rows = [
        row for row in seen.own if _amount((seen.sample.get(row) or _by_column(table, row)).get(balance)) is not None
    ]
    cells = {row: seen.sample.get(row) or _by_column(table, row) for row in {*rows, *all_rows}}
    rising = _rising(all_rows[::-1] if newest_first else all_rows, cells, balance, amount)
    marks = _mark_column(seen, rising, rows)
    falling = [row for row in rows if rising.get(row) is False]
    if any((_amount(cells[row].get(amount)) or Decimal(0)) < 0 for row in rows):
        return []  # the amounts have signs of their own
    side = {entry_side(cells[row][marks].text) for row in rows if rising.get(row)} if marks is not None else set()
    if side == {"debit"} or (marks is None and falling and 2 * len(falling) > len(rows)):
        table.unsettled = True
        return [table]
    if not falling and not side:
        return []
    out = set(falling)
    if marks is not None:
        up = next((squeezed(cells[row][marks].text) for row in rows if rising.get(row)), "")
        out |= {row for row in rows if row not in rising and squeezed(cells[row][marks].text) != up}
    for row in table.rows:
        if row in out or (row not in rows and table.rows[row] is Role.RECORD):
            table.rows[row] = Role.CARRIED_FORWARD if row not in out else Role.NOTE
    table.proven = {amount: "receipt.amount", balance: "", **({marks: ""} if marks is not None else {})}
    if side == {"credit"} and len(seen.dated) == 1:
        table.listed = "receipts"
        table.proven[seen.dated[0]] = "receipt.date"
    else:
        table.never = "orders"
    return [table]


def _rising(order: Sequence[int], cells: Mapping[int, Cells], balance: int, amount: int) -> dict[int, bool]:
    """For each entry whether the balance rises by it, where the row before tells."""
    found = {}
    for before, row in pairwise(order):
        step = (_amount(cells[row].get(balance)) or Decimal(0)) - (_amount(cells[before].get(balance)) or Decimal(0))
        own = _amount(cells[row].get(amount))
        if own and _same(abs(step), abs(own)):
            found[row] = step > 0
    return found


def _mark_column(seen: _Seen, rising: Mapping[int, bool], rows: Sequence[int]) -> int | None:
    """The column whose two texts say on which side an entry stands."""
    lines = {row: seen.sample[row] for row in rows if row in seen.sample}
    for column in seen.table.columns:
        marks = {row: squeezed(cells[column.at].text) for row, cells in lines.items() if column.at in cells}
        if len(marks) < len(lines) or len(set(marks.values())) > 2:
            continue
        ways = {(mark, rising[row]) for row, mark in marks.items() if row in rising}
        if len(ways) == len(set(marks.values())) == len({way for _mark, way in ways}) and all(
            entry_side(mark) for mark in set(marks.values())
        ):
            return column.at
    return None


# ---- payments to the right of their order ----------------------------------------------------------------------------


def _payments_beside(seen: _Seen) -> list[Table]:
    numeric = seen.numeric
    for balance in reversed(numeric[2:]):
        for place in range(numeric.index(balance) - 1):
            amount, parts = numeric[place], numeric[place + 1 : numeric.index(balance)]
            beside = _days_beside(seen, parts, balance)
            if beside and _is_what_is_open(seen, balance, amount, parts):
                proven = {amount: "order.amount", balance: "order.balance"}
                for slot, (part, day) in enumerate(zip(parts, beside, strict=True), 1):
                    proven.update({part: f"receipt.amount#{slot}", day: f"receipt.date#{slot}"})
                seen.table.proven, seen.table.listed = proven, "orders"
                return [seen.table]
    return []


def _days_beside(seen: _Seen, parts: Sequence[int], balance: int) -> list[int]:
    """The day of each payment, on the same side of it every time, and only where something was paid.

    Nothing where all is always paid (it may as well be a plan), or where the balance has a day as well: then it is the last
    of the payments.
    """
    dated = set(seen.dated)
    for way in (1, -1):
        days = [part + way for part in parts]
        if set(days) <= dated and balance + way not in dated:
            filled = [
                (part in cells, day in cells) for cells in seen.records for part, day in zip(parts, days, strict=True)
            ]
            if all(one == other for one, other in filled) and not all(one for one, _other in filled):
                return days
    return []


def _is_what_is_open(seen: _Seen, balance: int, amount: int, parts: Sequence[int]) -> bool:
    checks, paid = [], 0
    for cells in seen.records:
        whole, left = _amount(cells.get(amount)), _amount(cells.get(balance))
        if whole is None or left is None:
            continue
        payments = [_amount(cells.get(part)) or Decimal(0) for part in parts]
        paid += any(payments)
        checks.append(_same(whole - sum(payments, Decimal(0)), left))
    return len(checks) >= _LEAST and paid >= _LEAST and sum(checks) >= _NEARLY_ALL * len(checks)
