"""What a cell holds, as the bytes of its element: exact when written, exact when read back."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final, NamedTuple

from lxml import etree

from workbench.i18n import _
from workbench.splicing.markup import text_markup
from workbench.splicing.refusals import ValueRefused, refused

__all__ = [
    "CellWrite",
    "Content",
    "Value",
    "cell_markup",
    "content_of",
    "content_of_node",
    "is_date_format",
    "parsed",
    "read_cell",
    "same_content",
]

Value = str | Decimal | int | bool | date | datetime | None

MOST_CHARACTERS: Final = 32_767
_UNDERSCORED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_FORMAT_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
_FIRST_1904: Final = date(1904, 1, 1)
_FIRST_1900: Final = date(1900, 1, 1)
_MARCH_1900: Final = date(1900, 3, 1)


@dataclass(frozen=True, slots=True)
class CellWrite:
    """What a cell is to hold.

    Text is always text, whatever it begins with; numbers are written with their own digits; a date becomes a serial in
    the workbook's date system; None empties the cell and keeps its look. ``style`` is a cell style's number (see
    ``WorkbookEditor.style``), None for the one the cell has; ``number_format`` a format code laid over it.
    """

    value: Value
    style: int | None = None
    number_format: str | None = None


class Content(NamedTuple):
    """A cell's content: kind ``n``, ``s``, ``b``, ``e`` or empty, the stored text, and its formula if any."""

    kind: str
    text: str
    formula: str = ""


def content_of(value: object, *, epoch_1904: bool, where: str) -> Content:
    """The content that holds the value exactly.

    Raises:
        ValueRefused: a spreadsheet cannot hold it: more digits than it keeps, a day before its calendar, a time zone,
            a text that is too long.
    """
    if value is None or value == "":
        return Content("", "")
    if isinstance(value, bool):
        return Content("b", "1" if value else "0")
    if isinstance(value, str):
        return Content("s", _checked_text(value, where))
    if isinstance(value, int | Decimal):
        return Content("n", _digits(Decimal(value), where))
    if isinstance(value, date):
        return Content("n", _serial(value, epoch_1904=epoch_1904, where=where))
    message = _("a cell cannot hold a value of the kind {kind}").format(kind=type(value).__name__)
    raise refused(ValueRefused, message, where)


def cell_markup(prefix: bytes, attributes: bytes, content: Content, rest: bytes = b"") -> bytes:
    """A cell element: ``attributes`` as they are to stand but for ``t``, ``rest`` what follows its value."""
    tag = b"<" + prefix + b"c" + attributes
    if content.kind == "s":
        tag += b' t="inlineStr"'
        body = _inline_text(prefix, content.text)
    elif content.kind:
        tag += b"" if content.kind == "n" else b' t="' + content.kind.encode() + b'"'
        body = b"<" + prefix + b"v>" + content.text.encode() + b"</" + prefix + b"v>"
    else:
        body = b""
    if not body and not rest:
        return tag + b"/>"
    return tag + b">" + body + rest + b"</" + prefix + b"c>"


def read_cell(data: bytes, scopes: bytes, strings: Sequence[str]) -> Content:
    """A cell's content, read by an XML parser from the bytes of its element.

    ``scopes`` declares the prefixes that the bytes use; ``strings`` are the workbook's shared strings.
    """
    return content_of_node(parsed(data, scopes), strings)


def parsed(data: bytes, scopes: bytes) -> etree._Element:
    """The one element that the bytes hold, parsed by itself."""
    return etree.fromstring(b"<w" + scopes + b">" + data + b"</w>", _PARSER)[0]


def content_of_node(cell: etree._Element, strings: Sequence[str]) -> Content:
    """A cell's content from its parsed element."""
    kind = cell.get("t", "n")
    formula_node, value_node = cell.find("{*}f"), cell.find("{*}v")
    formula = "" if formula_node is None else formula_node.text or "?"
    if kind == "inlineStr":
        inline = cell.find("{*}is")
        return Content("s", "" if inline is None else rich_text(inline), formula)
    text = "" if value_node is None else "".join(value_node.itertext())
    if kind == "s":
        number = int(text) if text.strip().isdigit() else -1
        return Content("s", strings[number] if 0 <= number < len(strings) else "", formula)
    if kind == "str":
        return Content("s", held_text(text), formula)
    if value_node is None:
        return Content("", "", formula)
    return Content(kind, text.strip(), formula)


def rich_text(node: etree._Element) -> str:
    """The text of a string item, its runs joined, readings left out."""
    return "".join(
        held_text(piece.text or "") for piece in node.iter("{*}t") if etree.QName(piece.getparent()).localname != "rPh"
    )


def held_text(text: str) -> str:
    """Text as spreadsheets mean it: ``_x000D_`` is the character it names."""
    return _UNDERSCORED.sub(lambda found: chr(int(found.group(1), 16)), text) if "_x" in text else text


def same_content(one: Content, other: Content) -> bool:
    """Whether two contents are the same value (numbers by what they are worth, formulas counting as different)."""
    if one == other:
        return True
    if one.formula or other.formula or one.kind != other.kind or one.kind != "n":
        return False
    try:
        return Decimal(one.text) == Decimal(other.text)
    except ArithmeticError:
        return False


def is_date_format(code: str) -> bool:
    """Whether a number format shows the day of a date (a time of day alone does not count)."""
    plain = _FORMAT_LITERAL.sub("", code.partition(";")[0]).lower()
    if "general" in plain or "#" in plain or "0" in plain.replace("ss.0", ""):
        return False
    return "y" in plain or "d" in plain or ("m" in plain and not set("hs") & set(plain))


def _checked_text(text: str, where: str) -> str:
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 > MOST_CHARACTERS:
        message = _("a cell holds {most} characters, this text has {count}").format(
            most=MOST_CHARACTERS, count=len(text)
        )
        raise refused(ValueRefused, message, where)
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise refused(ValueRefused, _("the text holds half a character"), where)
    return text


def _digits(number: Decimal, where: str) -> str:
    """The number's own digits, where a spreadsheet's binary number shows just these."""
    if not number.is_finite() or math.isinf(float(number)):
        raise refused(ValueRefused, _("a cell cannot hold {number}").format(number=number), where)
    if Decimal(repr(float(number))) != number:
        message = _("a spreadsheet would not keep every digit of {number}").format(number=number)
        raise refused(ValueRefused, message, where)
    if number == 0:
        return "0"
    exponent = number.adjusted()
    return f"{number.normalize():f}" if -10 < exponent < 21 else f"{number.normalize():E}"


def _serial(day: date, *, epoch_1904: bool, where: str) -> str:
    moment = day if isinstance(day, datetime) else datetime.combine(day, time())
    if moment.tzinfo is not None:
        raise refused(ValueRefused, _("a cell cannot hold a time zone"), where)
    plain = moment.date()
    first = _FIRST_1904 if epoch_1904 else _FIRST_1900
    if plain < first:
        message = _("the workbook's calendar begins on {first}").format(first=first.isoformat())
        raise refused(ValueRefused, message, where)
    if epoch_1904:
        days = plain.toordinal() - _FIRST_1904.toordinal()
    else:  # this calendar counts a 29 February 1900 that never was
        days = plain.toordinal() - _FIRST_1900.toordinal() + (1 if plain < _MARCH_1900 else 2)
    seconds = (moment - datetime.combine(plain, time())).total_seconds()
    return f"{days}" if not seconds else repr(days + seconds / 86_400)


def _inline_text(prefix: bytes, text: str) -> bytes:
    keeps = b' xml:space="preserve"' if text != text.strip() or "\n" in text or "\t" in text or "  " in text else b""
    inner = b"<" + prefix + b"t" + keeps + b">" + text_markup(text) + b"</" + prefix + b"t>"
    return b"<" + prefix + b"is>" + inner + b"</" + prefix + b"is>"
