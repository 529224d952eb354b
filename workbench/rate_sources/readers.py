"""Reading answers that may be damaged or meant to do harm: JSON, XML, CSV, zip, digits, days, codes."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NoReturn
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser
from xml.parsers.expat import errors as expat_errors

from workbench.i18n import _
from workbench.money import CURRENCIES, RETIRED
from workbench.rate_sources.errors import (
    RateRefused,
    SourceEmpty,
    SourceHostile,
    SourceNotData,
    SourceTooLarge,
    SourceTruncated,
    SourceUnexpected,
)
from workbench.rate_sources.model import Context
from workbench.rates.errors import ObservationRefused
from workbench.rates.observation import Observation

__all__ = [
    "as_list",
    "as_object",
    "as_text",
    "decoded",
    "is_money",
    "iso_day",
    "observed",
    "read_csv",
    "read_json",
    "read_xml",
    "unexpected",
    "unzipped",
    "written_day",
]

_DIGITS = re.compile(r"[0-9]{1,18}(?:\.[0-9]{1,18})?", re.ASCII)
_LONGEST_NUMBER = 40
_LONGEST_TABLE = 64 << 20
_DEEPEST = 32
_XML_BROKEN_OFF = frozenset(
    expat_errors.codes[text]
    for text in (
        expat_errors.XML_ERROR_NO_ELEMENTS,
        expat_errors.XML_ERROR_UNCLOSED_TOKEN,
        expat_errors.XML_ERROR_PARTIAL_CHAR,
        expat_errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_WORDS = re.compile(r"([0-9]{1,2})[ /-]([A-Za-z]{3,9})[ /-]([0-9]{4})", re.ASCII)
_WORDS_DAY = re.compile(r"([A-Za-z]{3,9})\.? ([0-9]{1,2}), ?([0-9]{4})", re.ASCII)


def unexpected(context: Context, what: str) -> SourceUnexpected:
    """The error for an answer in another form than known; ``what`` says which part."""
    return SourceUnexpected(
        _("The answer is not in the known form: {what}").format(what=what),
        where=context.where or None,
        remedy=_("Nothing was stored. If it stays so, the source has changed and Workbench needs an update."),
    )


def _hostile(context: Context, what: str) -> SourceHostile:
    return SourceHostile(
        _("The answer holds what no rate table needs: {what}").format(what=what),
        where=context.where or None,
        remedy=_("Nothing was stored. Do not trust this answer; check the network and the address."),
    )


def _cut(context: Context) -> SourceTruncated:
    return SourceTruncated(
        _("The answer breaks off before its end."),
        where=context.where or None,
        remedy=_("Try again; nothing of it was used."),
    )


def decoded(body: bytes, context: Context) -> str:
    """The answer as text, which must be UTF-8 (with or without a byte order mark)."""
    if not body.strip(b"\xef\xbb\xbf \t\r\n"):
        raise SourceEmpty(
            _("The source answers, but with nothing."),
            where=context.where or None,
            remedy=_("Ask for a longer period: on holidays nothing is published."),
        )
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceNotData(
            _("The answer is no text."),
            where=context.where or None,
            remedy=_("Try again later; if this persists, the source has changed and Workbench needs an update."),
        ) from None


def read_json(body: bytes, context: Context) -> object:
    """The JSON value, with every number kept in its written digits (Decimal, or int up to 18 digits)."""

    def number(text: str) -> Decimal:
        if len(text) > _LONGEST_NUMBER:
            raise _hostile(context, _("a number of {size} digits").format(size=len(text)))
        return Decimal(text)

    def integer(text: str) -> int | Decimal:
        return int(text) if len(text) <= 18 else number(text)

    def constant(text: str) -> NoReturn:
        raise RateRefused(
            _("The answer holds {value} in place of a number.").format(value=text),
            where=context.where or None,
            remedy=_("Nothing was stored. Try again later."),
        )

    def unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) < len(pairs):
            raise _hostile(context, _("the same name twice in one object"))
        return result

    text = decoded(body, context)
    try:
        return json.loads(
            text, parse_float=number, parse_int=integer, parse_constant=constant, object_pairs_hook=unrepeated
        )
    except RecursionError:
        raise _hostile(context, _("endless nesting")) from None
    except json.JSONDecodeError as error:
        # An unclosed string is reported at its start.
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
            raise _cut(context) from None
        raise unexpected(context, _("no JSON at character {place}").format(place=error.pos)) from None


def as_object(value: object, context: Context, what: str) -> Mapping[str, Any]:
    """The value, which must be a JSON object."""
    if not isinstance(value, dict):
        raise unexpected(context, what)
    return value


def as_list(value: object, context: Context, what: str) -> Sequence[Any]:
    """The value, which must be a JSON array."""
    if not isinstance(value, list):
        raise unexpected(context, what)
    return value


def as_text(value: object, context: Context, what: str) -> str:
    """The value, which must be a JSON string."""
    if not isinstance(value, str):
        raise unexpected(context, what)
    return value


class _Sober(TreeBuilder):
    """Builds elements, and breaks off at a document type (the door to entities) and at endless nesting."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._depth = 0

    def doctype(self, *_words: object) -> None:
        raise _hostile(self._context, _("a document type"))

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _hostile(self._context, _("endless nesting"))
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def read_xml(body: bytes, context: Context) -> Element:
    """The root element; a document type, and with it every entity, is refused, and nothing is loaded from elsewhere."""
    text = decoded(body, context)
    # An encoding that the answer claims for itself is not looked up: it was just read as UTF-8.
    parser = XMLParser(target=_Sober(context), encoding="utf-8")  # noqa: S314 - the builder breaks off at a document type
    try:
        parser.feed(body)
        root: Element = parser.close()
    except ParseError as error:
        if not text.rstrip().endswith(">") or error.code in _XML_BROKEN_OFF:
            raise _cut(context) from None
        raise unexpected(context, _("no XML at line {line}").format(line=error.position[0])) from None
    return root


def read_csv(body: bytes, context: Context, delimiter: str = ",") -> Iterator[list[str]]:
    """The rows that hold anything, each cell without outer blanks."""
    reader = csv.reader(io.StringIO(decoded(body, context), newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield cells
    except csv.Error:
        raise unexpected(context, _("no table at line {line}").format(line=reader.line_num)) from None


def unzipped(body: bytes, context: Context) -> bytes:
    """The only file in a zip archive, unpacked within bounds and checked against its checksum."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            if len(members) != 1 or members[0].flag_bits & 1:
                raise unexpected(context, _("the archive does not hold exactly one open file"))
            with archive.open(members[0]) as stream:
                content = stream.read(_LONGEST_TABLE + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
        raise _cut(context) from None
    if len(content) > _LONGEST_TABLE:
        raise SourceTooLarge(
            _("The archive unpacks to more than {limit} bytes.").format(limit=_LONGEST_TABLE),
            where=context.where or None,
            remedy=_("Do not trust this answer; check the network and the address."),
        )
    return content


def iso_day(text: object, context: Context) -> date:
    """A day written 2026-03-31."""
    try:
        if isinstance(text, str) and len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise unexpected(context, _("{value} is no day").format(value=repr(text)[:40]))


def written_day(text: str, context: Context) -> date:
    """A day with an English month: ``30 October 2026``, ``01/Mar/2025`` or ``March 02, 2026``."""
    if found := _DAY_WORDS.fullmatch(text.strip()):
        day, month, year = found.groups()
    elif found := _WORDS_DAY.fullmatch(text.strip()):
        month, day, year = found.groups()
    else:
        raise unexpected(context, _("{value} is no day").format(value=repr(text)[:40]))
    try:
        return date(int(year), _MONTHS.index(month[:3].lower()) + 1, int(day))
    except ValueError:
        raise unexpected(context, _("{value} is no day").format(value=repr(text)[:40])) from None


def is_money(code: str, context: Context) -> bool:
    """Whether the code is a currency, circulating or retired; other codes are noted in ``context.left_out``."""
    if code in CURRENCIES or code in RETIRED:
        return True
    context.left_out.add(code[:40])
    return False


def observed(
    context: Context,
    *,
    source: str,
    kind: str,
    base: str,
    quote: str,
    value: object,
    rate_date: date,
    unit: int = 1,
    valid_to: date | None = None,
    published_at: datetime | None = None,
) -> Observation:
    """One observation: ``unit`` ``base`` = ``value`` ``quote``, the digits kept as published.

    Raises:
        RateRefused: the value is zero, negative, not a number, or out of all range.
    """
    if isinstance(value, Decimal) and value.is_finite() and abs(value.adjusted()) < _LONGEST_NUMBER:
        text = format(value, "f")
    else:
        text = str(value) if isinstance(value, str | int | Decimal) and not isinstance(value, bool) else repr(value)
    if not _DIGITS.fullmatch(text) or not text.strip("0."):
        raise RateRefused(
            _("{value} is no rate for {base}/{quote} on {day}.").format(
                value=text[:40], base=base, quote=quote, day=rate_date
            ),
            where=context.where or None,
            remedy=_("Nothing of this answer was stored. Try again later, and tell the source if this persists."),
        )
    try:
        return Observation(
            source=source,
            kind=kind,
            base=base,
            quote=quote,
            unit=unit,
            value=text,
            rate_date=rate_date,
            fetched_at=context.fetched_at,
            payload_sha256=context.payload_sha256,
            valid_to=valid_to,
            published_at=published_at,
        )
    except ObservationRefused as error:
        raise unexpected(context, error.message) from error
