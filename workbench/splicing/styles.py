"""Cell styles: what a style shows, and new ones derived from those that are there."""

from __future__ import annotations

import re
from typing import Final

from workbench.i18n import _
from workbench.splicing.markup import (
    Element,
    Markup,
    Patch,
    appended,
    attribute_text,
    insertion_after,
    set_attribute,
)
from workbench.splicing.parts import Parts, folder_of
from workbench.splicing.refusals import StyleRefused, refused
from workbench.splicing.values import is_date_format

__all__ = ["Styles"]

MOST_STYLES: Final = 64_000
STYLES_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_ORDER: Final = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "tableStyles", "colors",
    "extLst",
)  # fmt: skip
_DATE_IDS: Final = frozenset((14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 59)))
_BUILTIN_IDS: Final = {
    "General": 0, "0": 1, "0.00": 2, "#,##0": 3, "#,##0.00": 4, "0%": 9, "0.00%": 10, "@": 49,
}  # fmt: skip
_FIRST_OWN: Final = 164
_DEFAULTS: Final = {
    "fonts": '<{p}fonts count="1"><{p}font><{p}sz val="11"/><{p}name val="Calibri"/></{p}font></{p}fonts>',
    "fills": '<{p}fills count="2"><{p}fill><{p}patternFill patternType="none"/></{p}fill>'
    '<{p}fill><{p}patternFill patternType="gray125"/></{p}fill></{p}fills>',
    "borders": '<{p}borders count="1"><{p}border><{p}left/><{p}right/><{p}top/><{p}bottom/><{p}diagonal/></{p}border></{p}borders>',
    "cellStyleXfs": '<{p}cellStyleXfs count="1"><{p}xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></{p}cellStyleXfs>',
    "cellXfs": '<{p}cellXfs count="1"><{p}xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></{p}cellXfs>',
}
_COLOUR = re.compile(r"(?:[0-9A-Fa-f]{2})?[0-9A-Fa-f]{6}")


class Styles:
    """The styles part of a workbook; a derived style is appended, never one that is there changed."""

    def __init__(self, parts: Parts, workbook: str) -> None:
        self._parts, self._workbook = parts, workbook
        self._known: dict[tuple[object, ...], int] = {}
        self._markup: Markup | None = None
        self._formats: list[str] | None = None

    def number_format(self, style: int) -> str:
        """The number format code of a cell style; ``date`` for a built-in date format."""
        if self._formats is None:
            self._formats = self._read_formats()
        return self._formats[style] if 0 <= style < len(self._formats) else "General"

    def shows_dates(self, style: int) -> bool:
        """Whether cells of the style show a number as a day."""
        code = self.number_format(style)
        return code == "date" or is_date_format(code)

    def derive(
        self,
        base: int,
        *,
        fill: str | None = None,
        font_colour: str | None = None,
        bold: bool | None = None,
        number_format: str | None = None,
        where: str = "",
    ) -> int:
        """The number of a style that looks like ``base`` but for what is given; one that is there is used again.

        Raises:
            StyleRefused: the workbook holds as many styles as Excel allows, or a colour is none.
        """
        key = (base, fill, font_colour, bold, number_format)
        if all(one is None for one in key[1:]):
            return base
        if key not in self._known:
            self._known[key] = self._derive(base, fill, font_colour, number_format, bold=bold, where=where)
        return self._known[key]

    def _derive(
        self,
        base: int,
        fill: str | None,
        colour: str | None,
        number_format: str | None,
        *,
        bold: bool | None,
        where: str,
    ) -> int:
        for one in (fill, colour):
            if one is not None and not _COLOUR.fullmatch(one):
                raise refused(StyleRefused, _("{colour} is no colour").format(colour=one), where)
        self._complete()
        values: dict[str, str] = {}
        if number_format is not None:
            values |= {"numFmtId": str(self._format_id(number_format)), "applyNumberFormat": "1"}
        if fill is not None:
            values |= {"fillId": str(self._append("fills", self._fill(fill), where)), "applyFill": "1"}
        if colour is not None or bold is not None:
            font = self._font(self._base_number(base, "fontId"), colour, bold=bold)
            values |= {"fontId": str(self._append("fonts", font, where)), "applyFont": "1"}
        return self._append("cellXfs", self._xf(base, values), where)

    def _xf(self, base: int, values: dict[str, str]) -> bytes:
        """The base style's element with some attributes set."""
        styles = self._items("cellXfs")
        markup = self._now()
        element = styles[base if 0 <= base < len(styles) else 0]
        return markup.altered(element, values)

    def _font(self, number: int, colour: str | None, *, bold: bool | None) -> bytes:
        markup = self._now()
        fonts = self._items("fonts")
        font = fonts[number if 0 <= number < len(fonts) else 0]
        p = font.prefix
        kept = [markup.raw(one) for one in font.children]
        names = [one.local for one in font.children]
        if bold is not None:
            kept = [raw for raw, name in zip(kept, names, strict=True) if name != "b"]
            names = [name for name in names if name != "b"]
            if bold:
                kept, names = [b"<" + p + b"b/>", *kept], ["b", *names]
        if colour is not None:
            tag = b"<" + p + b'color rgb="' + _argb(colour) + b'"/>'
            if "color" in names:
                kept[names.index("color")] = tag
            else:
                later = ("name", "family", "charset", "scheme")
                at = next((index for index, name in enumerate(names) if name in later), len(kept))
                kept.insert(at, tag)
        return b"<" + font.qname + b">" + b"".join(kept) + b"</" + font.qname + b">"

    def _fill(self, colour: str) -> bytes:
        p = self._now().root.prefix.decode()
        inner = f'<{p}fgColor rgb="{_argb(colour).decode()}"/><{p}bgColor indexed="64"/>'
        return f'<{p}fill><{p}patternFill patternType="solid">{inner}</{p}patternFill></{p}fill>'.encode()

    def _format_id(self, code: str) -> int:
        if code in _BUILTIN_IDS:
            return _BUILTIN_IDS[code]
        markup = self._now()
        own = {markup.get(one, "formatCode"): _number(markup.get(one, "numFmtId")) for one in self._items("numFmts")}
        if code in own:
            return own[code]
        number = max([_FIRST_OWN - 1, *own.values()]) + 1
        p = markup.root.prefix
        tag = b"<" + p + b'numFmt numFmtId="%d" formatCode="' % number + attribute_text(code) + b'"/>'
        if markup.root.child("numFmts") is None:
            whole = b"<" + p + b'numFmts count="1">' + tag + b"</" + p + b"numFmts>"
            self._patch(insertion_after(markup, markup.root, "numFmts", _ORDER, whole))
        else:
            self._append("numFmts", tag, "")
        return number

    def _append(self, container: str, tag: bytes, where: str) -> int:
        """The number of an item: that of an equal one, or of a new one at the end."""
        markup, items = self._now(), self._items(container)
        for number, one in enumerate(items):
            if markup.raw(one) == tag:
                return number
        if len(items) >= MOST_STYLES:
            raise refused(StyleRefused, _("the workbook holds as many styles as a workbook can"), where)
        parent = self._now().root.child(container)
        if parent is None:
            raise refused(StyleRefused, _("the workbook's styles are incomplete"), where)
        patches = [appended(markup, parent, tag)]
        if "count" in markup.attributes(parent):
            patches.append(set_attribute(markup, parent, "count", str(len(items) + 1)))
        self._patch(*patches)
        return len(items)

    def _complete(self) -> None:
        """Add what a derived style needs where a sparse writer left it out."""
        if not self._parts.linked(self._workbook, "styles"):
            folder = folder_of(self._workbook)
            name = self._parts.unused_name(f"{folder}/styles{{number}}.xml".lstrip("/"), first=None)
            namespace = self._parts.markup(self._workbook).own_namespace
            empty = f'<?xml version="1.0" encoding="UTF-8"?>\n<styleSheet xmlns="{namespace}"/>'
            self._parts.add(name, empty.encode(), STYLES_TYPE)
            self._parts.link(self._workbook, "styles", name)
        for container, default in _DEFAULTS.items():
            markup = self._now()
            if markup.root.child(container) is None:
                tag = default.replace("{p}", markup.root.prefix.decode()).encode()
                self._patch(insertion_after(markup, markup.root, container, _ORDER, tag))

    def _base_number(self, base: int, name: str) -> int:
        styles = self._items("cellXfs")
        return _number(self._now().get(styles[base if 0 <= base < len(styles) else 0], name))

    def _items(self, container: str) -> list[Element]:
        parent = self._now().root.child(container)
        return [] if parent is None else parent.children

    def _read_formats(self) -> list[str]:
        if not self._parts.linked(self._workbook, "styles"):
            return []
        markup = self._now()
        own = {_number(markup.get(one, "numFmtId")): markup.get(one, "formatCode") for one in self._items("numFmts")}
        built_in = {number: code for code, number in _BUILTIN_IDS.items()}
        found = []
        for one in self._items("cellXfs"):
            number = _number(markup.get(one, "numFmtId"))
            found.append(own.get(number) or ("date" if number in _DATE_IDS else built_in.get(number, "General")))
        return found

    def _part(self) -> str:
        return self._parts.linked(self._workbook, "styles")[0]

    def _now(self) -> Markup:
        if self._markup is None:
            self._markup = self._parts.markup(self._part())
        return self._markup

    def _patch(self, *patches: Patch) -> None:
        self._parts.patch(self._part(), *patches)
        self._markup, self._formats = None, None


def _argb(colour: str) -> bytes:
    return (colour if len(colour) == 8 else f"FF{colour}").upper().encode()


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
