"""Colours, fonts and cell formats of the register's workbook: one calm palette, each format made once."""

from __future__ import annotations

from collections.abc import Mapping

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from workbench.reports.texts import Language

__all__ = ["ATTENTION", "FONTS", "Palette", "Styles"]

# Microsoft YaHei sets Chinese and tabular Latin figures well and ships with every Chinese Windows and Office.
FONTS: Mapping[Language, str] = {"zh": "Microsoft YaHei", "en": "Calibri"}


class Palette:
    """Every colour used, by what it says."""

    INK = "#1F2933"
    MUTED = "#6B7785"
    FAINT = "#9AA5B1"
    LINE = "#E1E6EB"
    PAPER = "#F6F8FA"
    HEAD = "#243B53"  # headings of columns that people fill in
    HEAD_COMPUTED = "#D9E2EC"  # headings of computed columns
    HEAD_COMPUTED_INK = "#334E68"
    ACCENT = "#2B6CB0"
    LINK = "#1F5FA8"
    RED = "#B42318"
    RED_PAPER = "#FDECEA"
    AMBER = "#9A5B00"
    AMBER_PAPER = "#FFF3DC"
    GREEN = "#1B7F4B"
    GREEN_PAPER = "#E8F5EE"
    NOTE = "#FFFBE6"
    SERIES = ("#2B6CB0", "#5A9BD5", "#8FB8DE", "#D9A441", "#C8553D", "#8A94A0")


ATTENTION: Mapping[str, tuple[str, str]] = {
    "RED": (Palette.RED, Palette.RED_PAPER),
    "AMBER": (Palette.AMBER, Palette.AMBER_PAPER),
    "GREEN": (Palette.GREEN, Palette.GREEN_PAPER),
}


class Styles:
    """Cell formats of one workbook, made on first use and shared after that."""

    def __init__(self, workbook: Workbook, language: Language) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, object], ...], Format] = {}
        self.font = FONTS[language]

    def get(self, **properties: object) -> Format:
        """The format with these XlsxWriter properties, on top of the workbook's font, ink and centre line."""
        key = tuple(sorted(properties.items()))
        made = self._made.get(key)
        if made is None:
            base = {"font_name": self.font, "font_size": 10, "font_color": Palette.INK, "valign": "vcenter"}
            made = self._made[key] = self._workbook.add_format({**base, **properties})
        return made

    def cell(self, **properties: object) -> Format:
        """A data cell: a faint line below it, so that rows read across without a grid."""
        return self.get(bottom=1, bottom_color=Palette.LINE, **properties)

    def heading(self, *, computed: bool, numeric: bool) -> Format:
        """A table heading: dark where people fill the column in, light where the column is computed."""
        colours: dict[str, object] = (
            {"bg_color": Palette.HEAD_COMPUTED, "font_color": Palette.HEAD_COMPUTED_INK}
            if computed
            else {"bg_color": Palette.HEAD, "font_color": "#FFFFFF"}
        )
        # Indented from the right, so that the filter's arrow does not cover the words.
        side: dict[str, object] = {"align": "right", "indent": 2} if numeric else {"align": "left", "indent": 1}
        return self.get(bold=True, text_wrap=True, **side, **colours)

    def second_heading(self, *, numeric: bool) -> Format:
        """The other language's heading, small above the first."""
        side: dict[str, object] = {"align": "right", "indent": 2} if numeric else {"align": "left", "indent": 1}
        return self.get(font_size=8, font_color=Palette.FAINT, valign="bottom", **side)

    def attention(self, colour: str) -> Format:
        """A conditional format in ``RED``, ``AMBER`` or ``GREEN``: only ink and paper, on top of the cell's format."""
        ink, paper = ATTENTION[colour]
        return self._workbook.add_format({"font_color": ink, "bg_color": paper})
