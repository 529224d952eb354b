"""Tables and pivot tables of a sheet: which cells are theirs."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.places import Box, box_of
from workbench.splicing.parts import Parts
from workbench.splicing.values import held_text

__all__ = ["TableRef", "pivot_boxes", "read_tables"]


@dataclass(frozen=True, slots=True)
class TableRef:
    """A table of a sheet; rows and columns are 1-based and inclusive.

    ``ref`` is all of it, ``header_row`` 0 where it has none; ``first_row`` to ``last_row`` are its data, without the
    totals row, which stands below where ``totals`` says so.
    """

    name: str
    sheet: str
    ref: Box
    header_row: int
    first_row: int
    last_row: int
    first_column: int
    columns: tuple[str, ...]
    totals: bool
    part: str


def read_tables(parts: Parts, sheet: str, sheet_part: str) -> tuple[TableRef, ...]:
    """The tables of a worksheet."""
    found = []
    for part in parts.linked(sheet_part, "table"):
        if part not in parts:
            continue
        markup = parts.markup(part)
        values = markup.attributes(markup.root)
        try:
            box = box_of(values.get("ref", ""))
        except ValueError:
            continue
        header = 0 if values.get("headerRowCount", "1") == "0" else 1
        totals = 0 if values.get("totalsRowCount", "0") == "0" else 1
        columns = markup.root.child("tableColumns")
        names = () if columns is None else tuple(held_text(markup.get(one, "name")) for one in columns.children)
        found.append(
            TableRef(
                name=values.get("displayName", "") or values.get("name", ""),
                sheet=sheet,
                ref=box,
                header_row=box.top if header else 0,
                first_row=box.top + header,
                last_row=box.bottom - totals,
                first_column=box.left,
                columns=names,
                totals=bool(totals),
                part=part,
            )
        )
    return tuple(found)


def pivot_boxes(parts: Parts, sheet_part: str) -> tuple[Box, ...]:
    """The cells that pivot tables of a worksheet write to."""
    found = []
    for part in parts.linked(sheet_part, "pivotTable"):
        markup = parts.markup(part)
        location = markup.root.child("location")
        try:
            found.append(box_of(markup.get(location, "ref") if location is not None else ""))
        except ValueError:
            continue
    return tuple(found)
