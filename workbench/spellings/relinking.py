"""A workbook with the names of our functions spelled for another host; every other byte of it stays."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.parsers import expat

from workbench.archives import Refused
from workbench.errors import FileRefused
from workbench.i18n import _
from workbench.spellings.formulas import Call, respelled
from workbench.spellings.names import HOSTS, spelled
from workbench.splicing.book import is_signed
from workbench.splicing.markup import check_well_formed
from workbench.splicing.parts import Parts
from workbench.splicing.refusals import SignedWorkbook
from workbench.splicing.refusals import refused as refused_edit
from workbench.splicing.saving import replace_file

__all__ = ["CannotRelink", "Left", "Relinked", "relink"]

_FORMULA: Final = re.compile(
    r"(?P<skip><!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>)"
    r"|(?P<open><(?P<tag>(?:[\w.-]+:)?(?:f|definedName|formula|formula1|formula2|calculatedColumnFormula|totalsRowFormula))"
    r"(?=[\s>])(?:\"[^\"]*\"|'[^']*'|[^\"'>])*(?<!/)>)(?P<text>.*?)</(?P=tag)\s*>",
    re.DOTALL,
)
_ROOTS: Final = frozenset({"worksheet", "workbook", "table", "macrosheet", "dialogsheet"})
_SUFFIXES: Final = frozenset({".xlsx", ".xlsm", ".xltx", ".xltm", ".xlam"})
_KEPT_VERSIONS: Final = 5
_CHUNK: Final = 4096
_ADD_INS: Final = (".xlam", ".xla", ".xll", ".xlsm")


class CannotRelink(FileRefused):
    """The file is no workbook whose formulas can be respelled without touching the rest."""

    code = "relink.refused"


@dataclass(frozen=True, slots=True)
class Left:
    """Calls that were left as they are, because nobody can tell what they mean."""

    spelling: str
    count: int


@dataclass(frozen=True, slots=True)
class Relinked:
    """What was respelled.

    Attributes:
        formulas: formulas in which a name was changed.
        calls: names that were changed.
        before: calls of our functions by the host whose spelling was found, changed or not.
        parts: parts of the package that were rewritten.
        left: calls that could not be told.
        backup: the version before, where the file itself was changed.
    """

    formulas: int
    calls: int
    before: dict[str, int]
    parts: tuple[str, ...]
    left: tuple[Left, ...]
    backup: Path | None = None


@dataclass(slots=True)
class _Tally:
    host: str
    links: dict[str, str]
    formulas: int = 0
    calls: int = 0
    before: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)

    def change(self, call: Call) -> str | None:
        """The new spelling; None where the call stays as it is."""
        self.before[call.host] += 1
        if call.text.upper() == spelled(call.name, self.host).upper() and not call.link:
            return None
        if call.link.isdigit() and not self.links.get(call.link, "").lower().endswith(_ADD_INS):
            self.left[f"[{call.link}]!{call.name}"] += 1
            return None
        self.calls += 1
        return spelled(call.name, self.host)

    def formula(self, found: re.Match[str]) -> str:
        """One element of the part."""
        if found["skip"] is not None:
            return found.group()
        text = respelled(found["text"], self.change)
        if text == found["text"]:
            return found.group()
        self.formulas += 1
        return f"{found['open']}{text}{found.group()[len(found['open']) + len(found['text']) :]}"


def relink(source: Path, host: str, target: Path | None = None) -> Relinked:
    """Spell our functions in a workbook's formulas, names, conditional formats, validations and tables for a host.

    Nothing else changes: texts stay texts, other parts stay byte for byte as they are packed, and cached results stay
    until the host computes them. Where nothing has to change the file is left alone (or copied to the target).

    Args:
        source: an .xlsx, .xlsm, .xltx, .xltm or .xlam file.
        host: one of ``HOSTS``.
        target: file to write; the source itself if None, with its version before kept beside it.

    Raises:
        CannotRelink: no such workbook, or one built to do harm.
        EditRefused: the target is open, read-only, or was changed meanwhile.
        KeyError: no such host.
    """
    HOSTS[host]  # an unknown one is told before anything is read
    target = target or source
    if source.suffix.lower() not in _SUFFIXES:
        raise _refusal(source, _("it is no .xlsx, .xlsm, .xltx, .xltm or .xlam file"))
    data = source.read_bytes()
    try:
        parts = Parts(data)
        tally = _Tally(host, _links(parts))
        for name in parts.names:
            if name.lower().endswith(".xml"):
                _respell_part(parts, name, tally)
        if parts.touched and is_signed(parts):
            raise refused_edit(SignedWorkbook, _("the workbook is digitally signed"), source.name)
    except Refused as refused:
        raise _refusal(source, refused.message) from refused
    backup = None
    if parts.touched or target != source:
        backup = replace_file(parts, {}, source, target, hashlib.sha256(data).hexdigest(), _KEPT_VERSIONS)[1]
    left = tuple(Left(spelling, count) for spelling, count in sorted(tally.left.items()))
    return Relinked(
        tally.formulas, tally.calls, dict(sorted(tally.before.items())), tuple(sorted(parts.changed)), left, backup
    )


def _respell_part(parts: Parts, name: str, tally: _Tally) -> None:
    content = parts.read(name)
    if _root(content, name) not in _ROOTS:
        return
    check_well_formed(content, name)  # from here on, the expressions read it in linear time
    text = content.decode("utf-8")
    changed = _FORMULA.sub(tally.formula, text)
    if changed != text:
        parts.write(name, changed.encode("utf-8"))


def _root(content: bytes, name: str) -> str:
    """The first element's name without its prefix."""
    found: list[str] = []

    def opened(tag: str, _attributes: object) -> None:
        found.append(tag.rpartition(":")[2])
        parser.StartElementHandler = None

    parser = expat.ParserCreate()
    parser.StartElementHandler = opened
    try:
        for at in range(0, len(content), _CHUNK):
            parser.Parse(content[at : at + _CHUNK], False)
            if found:
                return found[0]
    except expat.ExpatError as error:
        if not found:
            raise Refused("file.corrupt", _("the part {name} is damaged").format(name=name)) from error
    return found[0] if found else ""


def _links(parts: Parts) -> dict[str, str]:
    """The files that ``[1]``, ``[2]`` … stand for."""
    books = parts.linked("", "officeDocument")
    if not books:
        return {}
    content = parts.read(books[0]).decode("utf-8")
    by_id = {link.id: link.target for link in parts.links(books[0])}
    found: dict[str, str] = {}
    for number, one in enumerate(
        re.findall(r"<(?:\w+:)?externalReference\s[^>]*?\w*:?id\s*=\s*[\"']([^\"']+)", content), 1
    ):
        part = by_id.get(one, "")
        targets = [link.target for link in parts.links(part) if link.external] if part in parts else []
        found[str(number)] = targets[0] if targets else ""
    return found


def _refusal(source: Path, why: str) -> CannotRelink:
    return CannotRelink(
        _("It cannot be respelled: {reason}.").format(reason=why),
        where=str(source),
        remedy=_("Open it in the program that wrote it and save it as .xlsx."),
    )
