"""Putting rows into the sheets of a finished workbook.

XlsxWriter has made the whole workbook but for the rows. Its parts are copied; where a sheet has rows coming, they are
streamed into its part behind the rows that are there, and its table and dimension grow with them.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from workbench.reports.rows import RowStream

__all__ = ["Streamed", "fill"]

_LEVEL = 2  # of 1 (fast) to 9 (small): rows become 8 % smaller at 6, and take three times as long
_LARGE = 2**30  # bytes; such a part may need ZIP64
_ROW_BYTES = 100  # of a cell in a row, at most, for the text that there usually is
_END = b"</sheetData>"
_DIMENSION = re.compile(rb'(<dimension ref="[A-Z]+[0-9]+:[A-Z]+)[0-9]+"')
_ROW = re.compile(rb'<row r="([0-9]+)"')
_TABLE_REF = re.compile(rb' ref="([A-Z]+)([0-9]+):([A-Z]+)[0-9]+"')


@dataclass(frozen=True, slots=True)
class Streamed:
    """Rows for a sheet: the name of its table, the first row (from 1), how many rows and columns, and their source."""

    table: str
    first: int
    count: int
    width: int
    rows: RowStream

    @property
    def last(self) -> int:
        """The last row of the table; one without rows has a blank one."""
        return self.first + max(self.count, 1) - 1


def fill(frame: BytesIO, target: Path, streams: Mapping[str, Streamed], step: Callable[[], None]) -> None:
    """Write the workbook to ``target``.

    Args:
        frame: the workbook without its rows.
        target: where it goes.
        streams: name of a sheet's part → its rows.
        step: called before each sheet.
    """
    by_table = {streamed.table: streamed for streamed in streams.values()}
    with (
        zipfile.ZipFile(frame) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as new,
    ):
        for info in old.infolist():
            body = old.read(info)
            streamed = streams.get(info.filename)
            if streamed:
                step()
                _stream(new, info.filename, body, streamed)
            else:
                if info.filename.startswith("xl/tables/"):
                    body = _grown(body, by_table)
                # By name: such a member has a fixed date, so that the same workbook has the same bytes.
                with new.open(info.filename, "w") as part:
                    part.write(body)


def _stream(new: zipfile.ZipFile, name: str, body: bytes, streamed: Streamed) -> None:
    before, _, after = body.partition(_END)
    before = _above(before, streamed.first)
    before = _DIMENSION.sub(rb'\g<1>%d"' % streamed.last, before, count=1)
    large = streamed.count * streamed.width * _ROW_BYTES > _LARGE
    with new.open(name, "w", force_zip64=large) as part:
        part.write(before)
        for rows in streamed.rows.xml(streamed.first):
            part.write(rows)
        part.write(_END)
        part.write(after)


def _above(part: bytes, first: int) -> bytes:
    """The part up to its row ``first``: XlsxWriter makes empty rows where cells have notes."""
    for row in _ROW.finditer(part):
        if int(row[1]) >= first:
            return part[: row.start()]
    return part


def _grown(body: bytes, by_table: Mapping[str, Streamed]) -> bytes:
    name = re.search(rb' name="([^"]+)"', body)
    streamed = by_table.get(name[1].decode()) if name else None
    if streamed is None:
        return body
    return _TABLE_REF.sub(rb' ref="\1\2:\g<3>%d"' % streamed.last, body)
