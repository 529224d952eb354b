"""Putting an edited workbook in the place of the old one: checked first, at once, with the old one kept."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from lxml import etree

from workbench.archives import Package, Refused
from workbench.files import written_whole
from workbench.i18n import _
from workbench.places import a1
from workbench.splicing.container import Container
from workbench.splicing.markup import check_well_formed
from workbench.splicing.parts import Parts
from workbench.splicing.refusals import FileChanged, FileInUse, NotWritable, ReadBackFailed, refused
from workbench.splicing.rows import SheetMarkup
from workbench.splicing.values import Content, content_of_node, parsed, same_content

__all__ = ["BACKUPS", "replace_file"]

BACKUPS: Final = ".{name}.backups"
"""The folder beside a workbook that keeps its earlier versions."""

Expected = Mapping[str, Mapping[tuple[int, int], Content]]
"""Cells written, by sheet part and place."""


def replace_file(
    parts: Parts, expected: Expected, source: Path, target: Path, sha256: str, keep: int
) -> tuple[bytes, Path | None]:
    """Write the edited package to the target; its bytes, and where the version before is kept.

    Raises:
        FileChanged, FileInUse, NotWritable: the target must not or cannot be written.
        ReadBackFailed: what was written is not what was meant; the target is as it was.
    """
    _refuse_if_open(target)
    if target == source:
        _refuse_if_changed(target, sha256)
    before = target.read_bytes() if target.exists() else None
    try:
        with written_whole(target) as beside:
            with beside.open("wb") as out:
                parts.container.write(out, parts.changed, parts.added, parts.removed)
            data = beside.read_bytes()
            _verify(data, parts, expected, target.name)
            _refuse_if_open(target)
            if target == source:
                _refuse_if_changed(target, sha256)
            backup = _keep(target, before, keep) if before is not None and keep else None
    except OSError as error:
        message = _("it cannot be written: {reason}").format(reason=error.strerror or str(error))
        raise refused(NotWritable, message, target.name) from error
    return data, backup


def _refuse_if_open(target: Path) -> None:
    for mark in (f"~${target.name}", f".~lock.{target.name}#", f".~{target.name}"):
        if (target.parent / mark).exists():
            raise refused(FileInUse, _("the mark {mark} says that it is open").format(mark=mark), target.name)
    if target.exists() and not os.access(target, os.W_OK):
        raise refused(NotWritable, _("the file is read-only"), target.name)


def _refuse_if_changed(target: Path, sha256: str) -> None:
    try:
        same = hashlib.sha256(target.read_bytes()).hexdigest() == sha256
    except OSError:
        same = False
    if not same:
        raise refused(FileChanged, _("the file is not the one that was opened"), target.name)


def _keep(target: Path, before: bytes, keep: int) -> Path:
    """Put the version that is about to be replaced beside the others, and let the oldest go."""
    folder = target.parent / BACKUPS.format(name=target.name)
    folder.mkdir(exist_ok=True)
    stamp = datetime.fromtimestamp(target.stat().st_mtime).astimezone()
    name = f"{target.stem}.{datetime.now(stamp.tzinfo):%Y%m%d-%H%M%S}"
    same = sorted(one.stem for one in folder.glob(f"*{target.suffix}") if one.stem.startswith(name))
    if same:  # several within one second are counted, and a number is not used again
        name = f"{name}-{int(same[-1][len(name) + 1 :] or 1) + 1:02}"
    backup = folder / f"{name}{target.suffix}"
    with written_whole(backup) as beside:
        beside.write_bytes(before)
    os.utime(backup, (stamp.timestamp(), stamp.timestamp()))
    kept = sorted(folder.glob(f"*{target.suffix}"), key=lambda one: one.stem)
    for old in kept[: max(0, len(kept) - keep)]:
        old.unlink()
    return backup


def _verify(data: bytes, parts: Parts, expected: Expected, where: str) -> None:
    """Open what was written as if it came from somebody else, and compare it with what was meant."""
    try:
        written = Container(data, Package(data))
        for part in _differing(written, parts):
            raise refused(ReadBackFailed, _("the part {name} is not what was meant").format(name=part), where)
        for name, content in parts.final().items():  # from here on these are the bytes in the file
            if name in expected:
                for place in _wrong_cells(SheetMarkup(content, name, where), expected[name]):
                    message = _("{cell} does not read back as written").format(cell=a1(*place))
                    raise refused(ReadBackFailed, message, where)
            elif name.endswith((".xml", ".rels", ".vml")):
                check_well_formed(content, name)
    except (Refused, etree.XMLSyntaxError) as error:
        raise refused(
            ReadBackFailed, _("what was written cannot be read: {why}").format(why=str(error)), where
        ) from error


def _differing(written: Container, parts: Parts) -> Iterator[str]:
    """Parts that are not what they should be: those left alone byte for byte as packed, the others as given."""
    names = [name for name in parts.container.names if name not in parts.removed] + list(parts.added)
    if written.names != names:
        yield "[Content_Types].xml"
        return
    final = parts.final()
    for name in names:
        if name in final:
            if not written.holds(name, final[name]):
                yield name
        elif written.packed(name) != parts.container.packed(name):
            yield name


def _wrong_cells(sheet: SheetMarkup, cells: Mapping[tuple[int, int], Content]) -> Iterator[tuple[int, int]]:
    """Places whose content, read anew by an XML parser, is not the one expected."""
    by_row: dict[int, dict[int, Content]] = {}
    for (number, column), content in cells.items():
        by_row.setdefault(number, {})[column] = content
    for row in sheet.rows():
        wanted = by_row.pop(row.number, None)
        if wanted is None:
            continue
        nodes = parsed(sheet.data[row.start : row.end], sheet.scopes).findall("{*}c")
        spans = sheet.cells(row)
        found = dict(zip((span.column for span in spans), nodes, strict=True))
        yield from ((row.number, column) for column in _differ(found, wanted))
    for number, missing in by_row.items():
        yield from ((number, column) for column, content in missing.items() if content.kind)


def _differ(found: Mapping[int, etree._Element], wanted: Mapping[int, Content]) -> Iterator[int]:
    for column, content in wanted.items():
        node = found.get(column)
        strings: Sequence[str] = ()
        if node is not None and node.get("t") == "s":
            continue  # the cell held the value already and was left as it was
        actual = Content("", "") if node is None else content_of_node(node, strings)
        if not same_content(actual, content):
            yield column
