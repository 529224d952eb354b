"""A seal on computed cells, by which an edit to one of them is noticed when the sheet is read back."""

from __future__ import annotations

from zlib import crc32

from workbench.sheets import Cell, CellKind

__all__ = ["SEAL_LENGTH", "seal", "seal_of_cell"]

SEAL_LENGTH = 4


def seal(kind: str, text: str) -> str:
    """Four characters that stand for what a cell holds: ``n`` and digits, or ``s`` and text; an empty text is empty."""
    if not text:
        return "----"
    if kind == "n":
        text = f"{float(text):.15g}"
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # programs differ in how they keep line ends
    return f"{crc32(f'{kind}{text}'.encode()) & 0xFFFF:04x}"


def seal_of_cell(cell: Cell | None) -> str:
    """The seal of a cell as it is now."""
    if cell is None:
        return seal("s", "")
    return seal("n" if cell.kind is CellKind.NUMBER else "s", cell.text)
