"""Lists of goods sold: the order's number, day and customer stand on every line, and the order is the sum of its lines."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from workbench.findings import Finding
from workbench.i18n import _
from workbench.sheets import Record, TableMap
from workbench.sheets.model import Box

__all__ = ["lines_added"]

_SHARED = ("order.date", "order.customer", "order.customer_code", "order.currency")
_OF_A_LINE = ("order.amount", "order.amount_base", "order.product")


def lines_added(mapped: TableMap, records: Sequence[Record]) -> tuple[list[Record], list[Finding]]:
    """The orders of a table, those of several lines added up, and what is to be told of it.

    Only where the table names goods, and where the lines of a number agree in day, customer and currency and leave nothing
    to be asked; otherwise one number on several rows is told as such, and not added up. Rows that are alike in every cell
    count once.
    """
    goods = mapped.kind == "orders" and mapped.having("order.product")
    groups: dict[str, list[Record]] = {}
    for record in records if goods else ():
        if record.kind == "orders" and (number := record.values.get("order.number")):
            groups.setdefault(str(number), []).append(record)
    several = [lines for lines in groups.values() if len(lines) > 1 and _are_lines(lines)]
    if not several:
        return list(records), []
    findings = []
    gone: set[int] = set()
    for lines in several:
        own: dict[tuple[tuple[str, str], ...], Record] = {}
        for line in lines:
            if own.setdefault(tuple(line.raw.items()), line) is not line:
                number = str(line.values["order.number"])
                findings.append(Finding("record.written-twice", line.place, number))
        _add_up(lines[0], list(own.values()))
        lines[0].box = _extent(lines)
        gone.update(id(line) for line in lines[1:])
    place = mapped.table.sheet.place(min(mapped.table.header_rows, default=mapped.table.box.top), mapped.table.left)
    findings.append(Finding("table.lines-joined", place, str(len(several))))
    return [record for record in records if id(record) not in gone], findings


def _are_lines(lines: Sequence[Record]) -> bool:
    first = lines[0].values
    return all(
        not line.findings
        and isinstance(line.values.get("order.amount"), Decimal)
        and all(line.values.get(name) == first.get(name) for name in _SHARED)
        for line in lines
    )


def _add_up(order: Record, lines: Sequence[Record]) -> None:
    """Put the sums of the lines into the first of them; what the lines say otherwise is that of one line, and left out."""
    for name in ("order.amount", "order.amount_base"):
        parts = [part for line in lines if isinstance(part := line.values.get(name), Decimal)]
        if len(parts) == len(lines):
            order.values[name] = sum(parts, Decimal(0))
            told = _("the sum of {count} lines").format(count=len(lines))
            order.evidence = order.evidence | {name: (*order.evidence.get(name, ()), told)}
        else:
            order.values.pop(name, None)
    for name in order.values.keys() - set(_OF_A_LINE) - {"order.number"}:
        if any(line.values.get(name) != order.values[name] for line in lines):
            del order.values[name]
    if any(line.values.get("order.product") != order.values.get("order.product") for line in lines):
        order.values.pop("order.product", None)


def _extent(lines: Sequence[Record]) -> Box:
    """From the first line to the last where they stand under each other, else the first alone."""
    boxes = [line.box for line in lines]
    first, rows = boxes[0], sorted(box.top for box in boxes)
    together = rows == list(range(rows[0], rows[0] + len(rows))) and all(box.top == box.bottom for box in boxes)
    return Box(rows[0], first.left, rows[-1], first.right) if together else first
