"""XML as bytes with places: what stands where, so that a change touches only its own bytes.

Nothing here writes a document anew. A part is looked at through ``Markup``: the bytes as they are, and beside them a
copy of the same length in which comments, CDATA sections and processing instructions are blanks, so that looking for
tags never stumbles over them. ``Element`` says where an element and its attributes begin and end.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape as _escape_markup
from typing import Final, NamedTuple
from xml.parsers import expat

from workbench.archives import Refused
from workbench.i18n import _

__all__ = [
    "MAIN", "RELATIONSHIPS", "Element", "Markup", "Patch", "appended", "attribute_text", "check_well_formed", "insertion_after", "patched", "plain_text",
    "set_attribute", "text_markup", "unescaped", "utf8",
]  # fmt: skip

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONSHIPS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT: Final = {
    "http://purl.oclc.org/ooxml/spreadsheetml/main": MAIN,
    "http://purl.oclc.org/ooxml/officeDocument/relationships": RELATIONSHIPS,
}
_DEEPEST: Final = 200
_CHUNK: Final = 2**20

_HIDDEN = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>", re.DOTALL)
_INSIDE_TAG = rb"""[^<>"']*(?:"[^"]*"[^<>"']*|'[^']*'[^<>"']*)*"""
_TAG = re.compile(rb"<(/?)([^\s/><!?=\"']+)(" + _INSIDE_TAG + rb")>")
_ATTRIBUTE = re.compile(rb"""([^\s=/"'<>]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_DECLARATION = re.compile(rb"^\s*<\?xml\s[^>]*?\?>")
_ENCODING = re.compile(rb"""(\sencoding\s*=\s*)(["'])([A-Za-z0-9._\-]+)\2""")
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|(lt|gt|amp|quot|apos));")
_NAMED: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_UNDERSCORED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


class Patch(NamedTuple):
    """New bytes for the bytes from start up to end; an insertion where both are one."""

    start: int
    end: int
    new: bytes


def patched(data: bytes, patches: Iterable[Patch]) -> bytes:
    """The bytes with the patches made; of several insertions in one place the first given comes first.

    Raises:
        ValueError: two patches overlap.
    """
    pieces: list[bytes | memoryview] = []
    view, at = memoryview(data), 0
    for patch in sorted(patches, key=lambda one: (one.start, one.end)):
        if patch.start < at:
            raise ValueError(patch.start)
        pieces += (view[at : patch.start], patch.new)
        at = patch.end
    pieces.append(view[at:])
    return b"".join(pieces)


def utf8(data: bytes, part: str) -> bytes:
    """The part in UTF-8 without a byte order mark that says otherwise; the same bytes where it is UTF-8 already.

    Raises:
        Refused: the encoding is unknown or the bytes are not in it.
    """
    declared = _declared_encoding(data)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        name = "utf-16"
    elif data.startswith((b"<\0", b"\0<")):
        name = "utf-16-le" if data[:1] == b"<" else "utf-16-be"
    elif data.startswith(codecs.BOM_UTF8) or declared.startswith(("utf-16", "utf16")):
        name = "utf-8"  # the bytes say what the declaration gets wrong
    else:
        name = declared
    try:
        if name in ("utf-8", "utf8", "us-ascii", "ascii"):  # whether the bytes are valid, the parser tells
            return data if declared in ("utf-8", "utf8", "us-ascii", "ascii") else _declared_anew(data)
        if not _is_of_text(name):
            raise LookupError(name)
        return _declared_anew(data.decode(name).lstrip("\ufeff").encode("utf-8"))
    except LookupError as error:
        raise Refused("file.corrupt", _("the part {name} has an unknown encoding").format(name=part)) from error
    except UnicodeError as error:
        raise Refused("file.corrupt", _("the part {name} is damaged").format(name=part)) from error


def _is_of_text(name: str) -> bool:
    """Whether the codec keeps ASCII as it is, as XML needs it to find its own declaration."""
    probe = "<?xml version='1.0'?>"
    return name.startswith("utf-16") or ("utf-7" not in name and probe.encode(name) == probe.encode("ascii"))


def _declared_encoding(data: bytes) -> str:
    head = data[:400].replace(b"\0", b"").removeprefix(codecs.BOM_UTF8)
    head = head.removeprefix(codecs.BOM_UTF16_LE).removeprefix(codecs.BOM_UTF16_BE)
    declaration = _DECLARATION.match(head)
    found = _ENCODING.search(declaration.group()) if declaration else None
    return found.group(3).decode("ascii").lower() if found else "utf-8"


def _declared_anew(data: bytes) -> bytes:
    declaration = _DECLARATION.match(data.removeprefix(codecs.BOM_UTF8))
    if declaration is None:
        return data
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    renamed = _ENCODING.sub(rb"\1\2UTF-8\2", declaration.group())
    return mark + renamed + data[len(mark) + declaration.end() :]


def check_well_formed(data: bytes, part: str) -> None:
    """Let a real parser read the part; what it accepts, the expressions of this module can read in linear time.

    Raises:
        Refused: it does not accept it.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    view = memoryview(data)
    try:
        for at in range(0, len(data), _CHUNK):
            parser.Parse(view[at : at + _CHUNK], False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Refused("file.corrupt", _("the part {name} is damaged").format(name=part)) from error


@dataclass(slots=True)
class Element:
    """Where an element stands: ``start`` of its tag, ``open_end`` after it, ``close`` of its end tag, ``end`` after all.

    An element that closes itself has ``close == open_end == end``.
    """

    qname: bytes
    local: str
    namespace: str
    start: int
    open_end: int
    close: int = 0
    end: int = 0
    parent: Element | None = field(default=None, repr=False)
    children: list[Element] = field(default_factory=list, repr=False)
    scopes: Mapping[bytes, str] = field(default_factory=dict, repr=False)

    @property
    def prefix(self) -> bytes:
        """The name's prefix with its colon, or nothing."""
        return self.qname[: self.qname.rfind(b":") + 1]

    @property
    def self_closed(self) -> bool:
        """Whether it is written as ``<name/>``."""
        return self.end == self.open_end

    def child(self, local: str) -> Element | None:
        """The first child of that name."""
        return next((one for one in self.children if one.local == local), None)

    def all(self, local: str) -> list[Element]:
        """Every child of that name."""
        return [one for one in self.children if one.local == local]

    def walk(self) -> Iterator[Element]:
        """The element and everything in it, in the order of the document."""
        yield self
        for child in self.children:
            yield from child.walk()


class Markup:
    """A part's UTF-8 bytes and what stands where in them.

    ``opaque`` names children of the root whose contents are left unread (the rows of a sheet).

    Raises:
        Refused: the part is no well-formed XML.
    """

    def __init__(self, data: bytes, part: str, opaque: str = "") -> None:
        self.data, self.part = data, part
        check_well_formed(data, part)
        self.hides = any(data.find(mark, 5) >= 0 for mark in (b"<!--", b"<![CDATA[", b"<?"))
        self.scan = _HIDDEN.sub(lambda found: b" " * len(found.group()), data) if self.hides else data
        self._opaque = opaque
        self.root = self._tree()

    def attributes(self, element: Element) -> dict[str, str]:
        """Attributes by name as written (with prefix), unescaped."""
        return {
            name.decode("utf-8"): unescaped((first or second).decode("utf-8"))
            for name, first, second in _ATTRIBUTE.findall(self._inside(element))
        }

    def get(self, element: Element, name: str, default: str = "") -> str:
        """One attribute, unescaped."""
        return self.attributes(element).get(name, default)

    def linked(self, element: Element, local: str = "id") -> str:
        """The relationship that the element names (``r:id`` under whatever prefix)."""
        for name, value in self.attributes(element).items():
            prefix, colon, rest = name.rpartition(":")
            if colon and rest == local and element.scopes.get(prefix.encode()) == RELATIONSHIPS:
                return value
        return ""

    def raw(self, element: Element) -> bytes:
        """The element's own bytes."""
        return self.data[element.start : element.end]

    def declarations(self, element: Element) -> bytes:
        """Every prefix that holds inside an element, as attributes of an element to wrap a piece of it in."""
        return b"".join(
            b" xmlns" + (b":" + prefix if prefix else b"") + b'="' + attribute_text(uri) + b'"'
            for prefix, uri in element.scopes.items()
            if prefix != b"xml"
        )

    @property
    def written_scopes(self) -> dict[bytes, str]:
        """The prefixes that the root declares, with their namespaces as written."""
        found = self.attributes(self.root).items()
        return {name[6:].encode(): uri for name, uri in found if name.startswith("xmlns")}

    def link_attribute(self, element: Element, link: str) -> bytes:
        """An attribute that names a relationship, for a new child of an element."""
        for prefix, uri in element.scopes.items():
            if prefix and uri == RELATIONSHIPS:
                return b" " + prefix + b':id="' + link.encode() + b'"'
        strict = "purl.oclc.org" in self.own_namespace
        uri = next(one for one in _STRICT if one.endswith("relationships")) if strict else RELATIONSHIPS
        return f' xmlns:r="{uri}" r:id="{link}"'.encode()

    def altered(self, element: Element, values: Mapping[str, str]) -> bytes:
        """The element's own bytes with some attributes set."""
        patches = [set_attribute(self, element, name, value) for name, value in values.items()]
        moved = [Patch(one.start - element.start, one.end - element.start, one.new) for one in patches]
        return patched(self.raw(element), moved)

    @property
    def own_namespace(self) -> str:
        """The root's namespace as written, be it transitional or strict."""
        prefix = self.root.prefix.decode().rstrip(":")
        return self.get(self.root, f"xmlns:{prefix}" if prefix else "xmlns")

    def text(self, element: Element) -> str:
        """Text directly within an element that has no children."""
        return plain_text(self.data[element.open_end : element.close])

    def attribute_spans(self, element: Element) -> dict[str, tuple[int, int]]:
        """Where each attribute's value stands, quotes included."""
        base = element.start + 1 + len(element.qname)
        spans = {}
        for found in _ATTRIBUTE.finditer(self._inside(element)):
            end = base + found.end()
            begin = base + found.start() + found.group().index(b"=") + 1
            while self.data[begin : begin + 1].isspace():
                begin += 1
            spans[found.group(1).decode("utf-8")] = (begin, end)
        return spans

    def _inside(self, element: Element) -> bytes:
        return self.data[element.start + 1 + len(element.qname) : element.open_end - 1]

    def _tree(self) -> Element:
        """All elements, found in one pass over the tags."""
        root: Element | None = None
        open_one: Element | None = None
        depth, at = 0, 0
        while found := _TAG.search(self.scan, at):
            closes, qname, inside = found.groups()
            at = found.end()
            if closes:
                if open_one is None or open_one.qname != qname:
                    raise self._damaged()
                open_one.close, open_one.end = found.start(), at
                open_one, depth = open_one.parent, depth - 1
                continue
            element = self._element(qname, inside, found.start(), at, open_one)
            if open_one is not None:
                open_one.children.append(element)
            elif root is None:
                root = element
            else:
                raise self._damaged()
            if inside.endswith(b"/"):
                element.close = element.end = at
            elif element.local == self._opaque and depth == 1:
                at = self._past(element)
            else:
                open_one, depth = element, depth + 1
            if depth > _DEEPEST:
                raise self._damaged()
        if root is None or open_one is not None:
            raise self._damaged()
        return root

    def _element(self, qname: bytes, inside: bytes, start: int, end: int, parent: Element | None) -> Element:
        scopes: Mapping[bytes, str] = parent.scopes if parent is not None else {}
        if b"xmlns" in inside:
            scopes = {**scopes, **_declared(inside)}
        prefix, _colon, local = qname.rpartition(b":")
        return Element(
            qname, local.decode("utf-8", "replace"), scopes.get(prefix, ""), start, end, 0, 0, parent, [], scopes
        )

    def _past(self, element: Element) -> int:
        """Close an element without looking into it; the place behind it."""
        closing = re.compile(rb"</" + re.escape(element.qname) + rb"\s*>").search(self.scan, element.open_end)
        if closing is None:
            raise self._damaged()
        element.close, element.end = closing.start(), closing.end()
        return closing.end()

    def _damaged(self) -> Refused:
        return Refused("file.corrupt", _("the part {name} is damaged").format(name=self.part))


def _declared(inside: bytes) -> dict[bytes, str]:
    found = {}
    for name, first, second in _ATTRIBUTE.findall(inside):
        if name == b"xmlns" or name.startswith(b"xmlns:"):
            uri = unescaped((first or second).decode("utf-8", "replace"))
            found[name[6:]] = _STRICT.get(uri, uri)
    return found


def set_attribute(markup: Markup, element: Element, name: str, value: str) -> Patch:
    """The patch that gives an attribute a value; a new one goes behind those that are there."""
    span = markup.attribute_spans(element).get(name)
    new = b'"' + attribute_text(value) + b'"'
    if span is not None:
        return Patch(*span, new)
    at = element.open_end - (2 if element.self_closed else 1)
    while markup.data[at - 1 : at].isspace():
        at -= 1
    return Patch(at, at, b" " + name.encode() + b"=" + new)


def insertion_after(markup: Markup, parent: Element, local: str, order: tuple[str, ...], new: bytes) -> Patch:
    """The patch that puts a new child where the schema's order wants it; opens a parent that closes itself."""
    if parent.self_closed:
        return appended(markup, parent, new)
    before = set(order[: order.index(local) + 1])
    earlier = [one.end for one in parent.children if one.local in before]
    at = max(earlier, default=parent.open_end)
    return Patch(at, at, new)


def appended(markup: Markup, parent: Element, new: bytes) -> Patch:
    """The patch that puts a new child behind all others; opens a parent that closes itself."""
    if parent.self_closed:
        slash = markup.data.rindex(b"/", parent.start, parent.open_end)
        return Patch(slash, parent.open_end, b">" + new + b"</" + parent.qname + b">")
    at = parent.children[-1].end if parent.children else parent.open_end
    return Patch(at, at, new)


def unescaped(text: str) -> str:
    """Text with XML's entities resolved."""
    return _ENTITY.sub(_entity, text) if "&" in text else text


def _entity(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name:
        return _NAMED[name]
    number = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(number) if number < 0x110000 else "\ufffd"


def plain_text(data: bytes) -> str:
    """The text that a stretch of XML stands for: entities resolved, CDATA taken out of its wrapping."""
    pieces = re.split(rb"<!\[CDATA\[(.*?)\]\]>", data, flags=re.DOTALL)
    text = "".join(
        piece.decode("utf-8") if number % 2 else unescaped(re.sub(rb"<[^>]*>", b"", piece).decode("utf-8"))
        for number, piece in enumerate(pieces)
    )
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def attribute_text(text: str) -> bytes:
    """Text as it stands between double quotes."""
    safe = _escape_markup(text, quote=True).replace("&#x27;", "'")
    return safe.replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;").encode("utf-8")


def text_markup(text: str) -> bytes:
    """Text of a cell as element content: what XML cannot hold is written as spreadsheets do, ``_x000D_``."""
    held = _NOT_IN_XML.sub(lambda found: f"_x{ord(found.group()):04X}_", text)
    return _escape_markup(held, quote=False).encode("utf-8")
