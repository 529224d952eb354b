"""What a bound workbook carries in its very hidden sheet: who it is, and which changeset of which register it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from workbench.i18n import _
from workbench.register import Register
from workbench.sync.images import BookImage, OwnSheet, SheetImage
from workbench.sync.model import Stamp, WorkbookMismatch

__all__ = ["HIDDEN_SHEET", "carried_rows", "check_stamp", "identity_of", "own_sheet", "read_stamp"]

HIDDEN_SHEET = "_workbench"
_FORMAT = "1"


def identity_of(register: Register) -> str:
    """What tells this register from any other: the hash of its first changeset."""
    first = register.entry(1)
    return first.hash if first else ""


def carried_rows(stamp: Stamp) -> list[list[str]]:
    """The rows of the hidden sheet."""
    return [
        ["workbench", _FORMAT],
        ["workbook", stamp.workbook],
        ["register", stamp.register],
        ["changeset", str(stamp.changeset)],
        ["head", stamp.head],
        ["origin", stamp.origin],
        ["synced", stamp.synced_at],
        ["language", stamp.language],
        ["conflicts", stamp.conflicts],
        *(["binding", binding, sheet] for binding, sheet in stamp.bindings.items()),
        *(["noted", *noted] for noted in stamp.noted),
        *(["fresh", binding] for binding in stamp.fresh),
        *(["held", *place, str(version)] for place, version in stamp.held.items()),
    ]


def own_sheet(stamp: Stamp) -> OwnSheet:
    """The hidden sheet as it is to be written."""
    return OwnSheet(carried_rows(stamp), hidden=True)


def read_stamp(image: BookImage, name: str) -> Stamp:
    """What the workbook says about itself.

    Raises:
        WorkbookMismatch: it says nothing (code ``sync.unbound``), or was written by a newer version.
    """
    sheet = next((one for one in image.sheets.values() if _text(one, 1, 1) == "workbench"), None)
    if sheet is None:
        raise Unbound(
            _("{file} is not bound to a register, or the hidden sheet that binds it was deleted.").format(file=name),
            where=name,
            remedy=_("Pull into a new file, or bind its sheets with: workbench bind {file} SHEET").format(file=name),
        )
    if _text(sheet, 1, 2) != _FORMAT:
        raise WorkbookMismatch(
            _("{file} was written by another version of Workbench.").format(file=name),
            where=name,
            remedy=_("Update Workbench, or pull into a new file."),
        )
    single: dict[str, str] = {}
    bindings: dict[str, str] = {}
    noted: list[tuple[str, str, str]] = []
    held: dict[tuple[str, str, str], int] = {}
    fresh: list[str] = []
    for row in sorted(sheet.rows):
        what = _text(sheet, row, 1)
        if what == "binding":
            bindings[_text(sheet, row, 2)] = _text(sheet, row, 3)
        elif what == "noted":
            noted.append((_text(sheet, row, 2), _text(sheet, row, 3), _text(sheet, row, 4)))
        elif what == "fresh":
            fresh.append(_text(sheet, row, 2))
        elif what == "held" and (version := _text(sheet, row, 5)).isdigit():
            held[_text(sheet, row, 2), _text(sheet, row, 3), _text(sheet, row, 4)] = int(version)
        else:
            single[what] = _text(sheet, row, 2)
    number = single.get("changeset", "")
    return Stamp(
        workbook=single.get("workbook", ""),
        register=single.get("register", ""),
        changeset=int(number) if number.isdigit() else 0,
        head=single.get("head", ""),
        origin=single.get("origin", ""),
        synced_at=single.get("synced", ""),
        language=single.get("language", ""),
        conflicts=single.get("conflicts", ""),
        bindings=bindings,
        noted=tuple(noted),
        held=held,
        fresh=tuple(fresh),
    )


def check_stamp(register: Register, stamp: Stamp, name: str) -> None:
    """Refuse a workbook of another register, or of a past that this register does not have.

    Raises:
        OtherRegister: with the code ``sync.other-register``.
    """
    if stamp.register != identity_of(register):
        raise OtherRegister(
            _("{file} shows another register than this one.").format(file=name),
            where=name,
            remedy=_("Name the register it belongs to with --register, or pull this one into a new file."),
        )
    entry = register.entry(stamp.changeset)
    if entry is None or entry.hash != stamp.head:
        raise OtherRegister(
            _(
                "{file} has seen changeset {number}, which this register does not have: it was restored to an earlier day."
            ).format(file=name, number=stamp.changeset),
            where=name,
            remedy=_("Pull into a new file, and copy what you have typed since into it."),
        )


class Unbound(WorkbookMismatch):
    """Nothing in the workbook says which register it shows."""

    code = "sync.unbound"


class OtherRegister(WorkbookMismatch):
    """The workbook belongs to another register, or to a past that this one does not have."""

    code = "sync.other-register"


def stamped(
    stamp: Stamp,
    register: Register,
    *,
    changeset: int,
    origin: str,
    bindings: Mapping[str, str],
    conflicts: str,
    noted: Sequence[tuple[str, str, str]],
    held: Mapping[tuple[str, str, str], int],
) -> Stamp:
    """The stamp after the workbook was written as of a changeset."""
    entry = register.entry(changeset)
    return Stamp(
        workbook=stamp.workbook,
        register=stamp.register,
        changeset=changeset,
        head=entry.hash if entry else "",
        origin=origin,
        synced_at=datetime.now(UTC).isoformat(timespec="seconds"),
        language=stamp.language,
        conflicts=conflicts,
        bindings=dict(bindings),
        noted=tuple(noted),
        held=dict(held),
    )


def _text(sheet: SheetImage, row: int, column: int) -> str:
    cell = sheet.rows.get(row, {}).get(column)
    return cell.text if cell else ""
