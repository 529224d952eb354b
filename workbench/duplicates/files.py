"""Customer rows from files, and pairs and clusters into files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from workbench.archives import Refused
from workbench.duplicates.pairs import DuplicatePair
from workbench.errors import FileRefused
from workbench.guards import CsvWriter, unguarded
from workbench.i18n import _
from workbench.reasons import told
from workbench.refusals import refusal
from workbench.sheets import Cell
from workbench.sheets import read as read_workbook
from workbench.sheets.text_files import decoded, separator

__all__ = ["read_rows", "write_clusters", "write_pairs"]

# Letters of one encoding read as those of another: long runs of Western ones with symbols among them, Cyrillic ones
# within Latin words.
_MISREAD = {
    "cp1252": re.compile("(?=[\u0080-\u00ff]{4})[\u00c0-\u00ff]*[\u00a1-\u00bf\u00d7\u00f7]"),
    "cp1251": re.compile("[A-Za-z][\u0400-\u045f][a-z]"),
}


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a .csv (of any usual encoding and separator), .xlsx or .parquet file by its column headings, every value as text.

    Raises:
        FileRefused: the file is missing, of another kind, holds no rows, or cannot be read.
    """
    if not path.is_file():
        raise FileRefused(
            _("there is no file of that name"), where=path.name, remedy=_("Check the file's name and folder.")
        )
    readers = {".csv": _csv_rows, ".xlsx": _workbook_rows, ".parquet": _parquet_rows}
    reader = readers.get(path.suffix.casefold())
    if reader is None:
        raise FileRefused(
            _("{file} is no .csv, .xlsx or .parquet file").format(file=path.name),
            where=path.name,
            remedy=_("Save the customer list in one of these formats."),
        )
    try:
        rows = reader(path)
    except FileRefused:  # a ValueError too, but one that has told its reason already
        raise
    except (OSError, ValueError, csv.Error, ImportError) as error:
        raise FileRefused(
            _("{file} cannot be read: {problem}").format(file=path.name, problem=error),
            where=path.name,
            remedy=_("Check that the file is whole and open it in a spreadsheet program to save it again."),
        ) from error
    if not rows:
        raise FileRefused(
            _("the file holds no rows below its headings"),
            where=path.name,
            remedy=_("Name a list with headings in its first row and a customer in each further one."),
        )
    return rows


def write_pairs(pairs: Iterable[DuplicatePair], path: Path) -> None:
    """PAIRS: id_a, id_b, score, decision, reasons (in the current language)."""
    rows = ((pair.id_a, pair.id_b, f"{pair.score:f}", pair.decision, told(pair.reasons)) for pair in pairs)
    _write(path, ("id_a", "id_b", "score", "decision", "reasons"), rows)


def write_clusters(groups: Mapping[str, str], path: Path) -> None:
    """CLUSTERS: id, cluster; ids that are alone are not listed."""
    _write(path, ("id", "cluster"), groups.items())


def _write(path: Path, heading: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = CsvWriter(out)
        writer.writerow(heading)
        writer.writerows(rows)


def _csv_rows(path: Path) -> list[dict[str, Any]]:
    try:
        text, encoding = decoded(path.read_bytes())
    except Refused as error:
        raise refusal(error.code, error.message, path.name) from error
    misread = _MISREAD.get(encoding)
    if "\ufffd" in text or (misread and misread.search(text)):
        raise FileRefused(
            _("{file} mixes encodings: some of its letters cannot be read").format(file=path.name),
            where=path.name,
            remedy=_("Save the customer list as UTF-8."),
        )
    rows = csv.DictReader(io.StringIO(text, newline=""), restkey="", delimiter=separator(text))
    return [{unguarded(name): _unguarded(value) for name, value in row.items()} for row in rows]


def _unguarded(value: Any) -> Any:
    """A cell as it was; what stands beyond the headings is a list, and left alone."""
    return unguarded(value) if isinstance(value, str) else value


def _workbook_rows(path: Path) -> list[dict[str, Any]]:
    """Rows of the first visible sheet; its first row with content holds the headings."""
    sheet = next((one for one in read_workbook(path).sheets if one.rows and not one.hidden), None)
    if sheet is None:
        return []
    heading = {cell.column: cell.text.strip() for cell in sheet.row(sheet.rows[0])}
    empty = dict.fromkeys(heading.values(), "")
    return [
        empty | {heading[cell.column]: _text(cell) for cell in sheet.row(number) if cell.column in heading}
        for number in sheet.rows[1:]
    ]


def _text(cell: Cell) -> str:
    return cell.text if cell.number is None else f"{cell.number:f}"


def _parquet_rows(path: Path) -> list[dict[str, Any]]:
    import pandas as pd

    frame = pd.read_parquet(path)
    frame = frame.astype(object).where(frame.notna(), "").astype(str)
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
