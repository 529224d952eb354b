"""The parts of a package: read, changed, added and removed by name, with their types and their relationships."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from workbench.archives import Package, Refused, refuse_entities
from workbench.i18n import _
from workbench.splicing.container import Container
from workbench.splicing.markup import (
    Element,
    Markup,
    Patch,
    appended,
    attribute_text,
    insertion_after,
    patched,
    utf8,
)

__all__ = ["TRANSITIONAL", "Link", "Parts", "folder_of"]

TRANSITIONAL: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/"
_TYPES: Final = "[Content_Types].xml"
_NO_LINKS: Final = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="{_PACKAGE}relationships"/>'
)
_LINKS_TYPE: Final = "application/vnd.openxmlformats-package.relationships+xml"


@dataclass(frozen=True, slots=True)
class Link:
    """A relationship of a part: its id, the last word of its type, and the part or address it leads to."""

    id: str
    kind: str
    target: str
    external: bool


class Parts:
    """The parts as they will be saved: those of the file, with the changes made so far.

    Names are compared without regard to case and direction of slashes, as packages are read by spreadsheet programs.
    """

    def __init__(self, data: bytes) -> None:
        self._package = Package(data)
        self.container = Container(data, self._package)
        self._real = {_plain(name): name for name in self._package.names}
        if len(self._real) != len(self._package.names):
            raise Refused("file.hostile", _("two of its parts have one name"))
        self.changed: dict[str, bytes] = {}
        self.added: dict[str, bytes] = {}
        self.removed: set[str] = set()
        self._links: dict[str, tuple[Link, ...]] = {}

    @property
    def touched(self) -> bool:
        """Whether anything would be saved differently."""
        return bool(self.changed or self.added or self.removed)

    def __contains__(self, name: str) -> bool:
        return self._find(name) is not None

    @property
    def names(self) -> list[str]:
        """Names of all parts, as written in the package."""
        return [name for name in self._package.names if name not in self.removed] + list(self.added)

    def read(self, name: str) -> bytes:
        """The part as it stands now, in UTF-8."""
        real = self._find(name)
        if real is None:
            raise Refused("file.corrupt", _("the part {name} is missing").format(name=name))
        if real in self.added:
            return self.added[real]
        if real in self.changed:
            return self.changed[real]
        data = self.container.unpacked(real)
        refuse_entities(data, real)
        return utf8(data, real)

    def markup(self, name: str, opaque: str = "") -> Markup:
        """The part with its elements' places."""
        return Markup(self.read(name), name, opaque)

    def write(self, name: str, data: bytes) -> None:
        """Give a part new contents."""
        real = self._find(name)
        if real is None:
            raise Refused("file.corrupt", _("the part {name} is missing").format(name=name))
        if real in self.added:
            self.added[real] = data
        elif self.container.can_change(real):
            self.changed[real] = data
        else:
            raise Refused("file.corrupt", _("the part {name} is packed in an unusual way").format(name=real))

    def patch(self, name: str, *patches: Patch) -> None:
        """Make patches in a part."""
        if patches:
            self.write(name, patched(self.read(name), patches))

    def add(self, name: str, data: bytes, content_type: str) -> None:
        """Add a part with its content type (none for parts whose extension has one)."""
        if content_type:
            self._declare(name, content_type)
        self.added[name] = data

    def remove(self, name: str) -> None:
        """Leave a part out, with its relationships and its content type."""
        for one in (name, _links_name(name)):
            real = self._find(one)
            if real is None:
                continue
            if self.added.pop(real, None) is None:
                self.removed.add(real)
                self.changed.pop(real, None)
            self._links.pop(_plain(name), None)
        markup = self.markup(_TYPES)
        wanted = "/" + _plain(name)
        self.patch(
            _TYPES,
            *(
                Patch(one.start, one.end, b"")
                for one in markup.root.all("Override")
                if _plain_slash(markup.get(one, "PartName")) == wanted
            ),
        )

    def unused_name(self, pattern: str, *, first: int | None = 1) -> str:
        """The first name that no part has: ``xl/comments{number}.xml``; ``first=None`` tries it without a number."""
        name, number = pattern.format(number="" if first is None else first), first or 1
        while self._taken(name):
            number += 1
            name = pattern.format(number=number)
        return name

    def content_type(self, name: str) -> str:
        """The part's content type, or nothing."""
        markup = self.markup(_TYPES)
        for one in markup.root.all("Override"):
            if _plain_slash(markup.get(one, "PartName")) == "/" + _plain(name):
                return markup.get(one, "ContentType")
        extension = name.rpartition(".")[2].lower()
        for one in markup.root.all("Default"):
            if markup.get(one, "Extension").lower() == extension:
                return markup.get(one, "ContentType")
        return ""

    def default_type(self, extension: str, content_type: str) -> None:
        """Declare a content type for an extension where there is none."""
        if not self.content_type(f"x.{extension}"):
            markup = self.markup(_TYPES)
            tag = self._tag(markup.root, "Default", {"Extension": extension, "ContentType": content_type})
            self.patch(_TYPES, insertion_after(markup, markup.root, "Default", ("Default",), tag))

    def links(self, part: str) -> tuple[Link, ...]:
        """Relationships of a part; of the package itself for an empty name."""
        key = _plain(part)
        if key not in self._links:
            self._links[key] = self._read_links(part)
        return self._links[key]

    def linked(self, part: str, kind: str) -> list[str]:
        """Parts within the package that a part leads to by relationships of one kind."""
        return [link.target for link in self.links(part) if link.kind == kind and not link.external]

    def link(self, part: str, kind: str, target: str, *, prefix: str = TRANSITIONAL) -> str:
        """Add a relationship to a part of the package; its id."""
        name = _links_name(part)
        if name not in self:
            self.add(name, _NO_LINKS.encode(), "")
            self.default_type("rels", _LINKS_TYPE)
        markup = self.markup(name)
        taken = {link.id for link in self.links(part)}
        number = len(taken) + 1
        while f"rId{number}" in taken:
            number += 1
        prefix = self.link_prefix(part) or prefix
        relative = posixpath.relpath(target, folder_of(part) or ".")
        values = {"Id": f"rId{number}", "Type": prefix + kind, "Target": relative}
        tag = self._tag(markup.root, "Relationship", values)
        self.patch(name, appended(markup, markup.root, tag))
        self._links.pop(_plain(part), None)
        return f"rId{number}"

    def unlink(self, part: str, target: str) -> None:
        """Take the relationships away that lead to a part."""
        name = _links_name(part)
        gone = {link.id for link in self.links(part) if _plain(link.target) == _plain(target) and not link.external}
        markup = self.markup(name)
        self.patch(
            name,
            *(
                Patch(one.start, one.end, b"")
                for one in markup.root.all("Relationship")
                if markup.get(one, "Id") in gone
            ),
        )
        self._links.pop(_plain(part), None)

    def forget_links(self) -> None:
        """Read relationships anew when they are next asked for."""
        self._links.clear()

    def final(self) -> Mapping[str, bytes]:
        """Contents of every part that is changed or added."""
        return {**self.changed, **self.added}

    def link_prefix(self, part: str) -> str:
        """How types of a part's relationships begin, transitional or strict; nothing where it has none."""
        name = _links_name(part)
        markup = self.markup(name) if name in self else None
        for one in () if markup is None else markup.root.all("Relationship"):
            kind = markup.get(one, "Type") if markup is not None else ""
            if kind.startswith(TRANSITIONAL) or "purl.oclc.org" in kind:
                return kind[: kind.rfind("/") + 1]
        return ""

    def _read_links(self, part: str) -> tuple[Link, ...]:
        name = _links_name(part)
        if name not in self:
            return ()
        markup, folder = self.markup(name), folder_of(part)
        found = []
        for one in markup.root.all("Relationship"):
            values = markup.attributes(one)
            target, external = values.get("Target", ""), values.get("TargetMode") == "External"
            if not external:
                target = target.replace("\\", "/").partition("#")[0]
                target = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
                target = posixpath.normpath(target)
                target = self._find(target) or self._find(unquote(target)) or target
            found.append(Link(values.get("Id", ""), values.get("Type", "").rpartition("/")[2], target, external))
        return tuple(found)

    def _declare(self, name: str, content_type: str) -> None:
        markup = self.markup(_TYPES)
        tag = self._tag(markup.root, "Override", {"PartName": f"/{name}", "ContentType": content_type})
        self.patch(_TYPES, appended(markup, markup.root, tag))

    @staticmethod
    def _tag(root: Element, local: str, values: Mapping[str, str]) -> bytes:
        written = b"".join(b" " + name.encode() + b'="' + attribute_text(text) + b'"' for name, text in values.items())
        return b"<" + root.prefix + local.encode() + written + b"/>"

    def _find(self, name: str) -> str | None:
        if name in self.added:
            return name
        real = self._real.get(_plain(name))
        return None if real is None or real in self.removed else real

    def _taken(self, name: str) -> bool:
        """Whether the name is or was used; a removed part's name stays taken until the file is saved."""
        return name in self.added or _plain(name) in self._real


def folder_of(part: str) -> str:
    """The folder that a part lies in; nothing for one that lies in none."""
    return posixpath.dirname(part.replace("\\", "/"))


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _plain_slash(name: str) -> str:
    return "/" + _plain(name)


def _links_name(part: str) -> str:
    folder, name = posixpath.split(part.replace("\\", "/"))
    return posixpath.join(folder, "_rels", f"{name}.rels")
