"""Status, pull and push: a workbook and its register brought to agree, without harm to either.

A push takes the register's write lock, merges, and applies everything in one changeset or nothing. Rows that are new
get their keys in the workbook before the register takes them; so a power cut between the two stores nothing twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.errors import WorkbenchError
from workbench.findings import Finding
from workbench.i18n import _
from workbench.rate_store import load_book
from workbench.rates import RateBook
from workbench.register import Register
from workbench.sync.applying import Applied, apply_tables
from workbench.sync.carried import HIDDEN_SHEET, Unbound, check_stamp, own_sheet, read_stamp, stamped
from workbench.sync.images import BookEdits, BookImage, BookPort
from workbench.sync.locating import BIRTH, find_table
from workbench.sync.marking import conflict_sheet, mark_tables, read_choices, sheet_keys
from workbench.sync.merging import MergedTable, merge
from workbench.sync.model import Binding, Stamp, SyncReport
from workbench.sync.refreshing import refresh
from workbench.sync.rules import LABELS, ORDER
from workbench.sync.state import Names, load_state

__all__ = ["Fresh", "Progress", "pull", "push", "status"]

Progress = Callable[[str, int, int], None]
Fresh = Callable[[str, Mapping[str, Mapping[str, Any]]], BookImage]
"""Makes a register workbook in a language, with views by table, and reads it."""
_ATTEMPTS = 5  # at merging while others write
_FEW = 20  # rows that may be deleted in one push …
_FEW_SHARE = 20  # … or one row in so many, whichever is more


class _Abandoned(Exception):
    """Ends a changeset without storing it."""


@dataclass(slots=True)
class _Opened:
    """A workbook as it was read, and what binds it."""

    image: BookImage
    stamp: Stamp
    bindings: Sequence[Binding]
    copy_of: str = ""


@dataclass(slots=True)
class _Merged:
    """What the merge made of all bound tables, as of a changeset."""

    tables: list[MergedTable]
    notes: list[Finding]
    head: int


def status(
    register: Register, port: BookPort, *, take_results: bool = False, progress: Progress | None = None
) -> SyncReport:
    """What a push and a pull would do; nothing is changed.

    Raises:
        WorkbookMismatch: the workbook does not belong to this register, or cannot be merged safely.
        FileRefused: it cannot be read.
    """
    step = progress or _silent
    opened = _open(register, port, step)
    merged = _merge_now(register, port, opened, step, take_results=take_results)
    if _is_copy(port, opened.stamp):
        opened.copy_of = _path_of(opened.stamp.origin)
    return _report(port, opened, merged)


def pull(
    register: Register,
    port: BookPort,
    *,
    author: str,
    restore: bool = False,
    fresh: Fresh | None = None,
    progress: Progress | None = None,
) -> SyncReport:
    """Bring the register's newer values, new rows and deletions into the workbook; what was typed there stays.

    Args:
        register: the register.
        port: the workbook.
        author: who pulls.
        restore: bring rows back that were taken out of the sheet.
        fresh: makes a register workbook as it would be written now, from which computed cells are taken.
        progress: called with stage, steps done and steps in all.

    Raises:
        WorkbookMismatch, FileRefused: as for ``status``.
    """
    step = progress or _silent
    opened = _on_its_own(register, port, _open(register, port, step), author)
    merged = _merge_now(register, port, opened, step, take_results=False)
    for table in merged.tables:
        if restore:
            table.arrivals += table.missing
            table.missing = []
    report = _report(port, opened, merged)
    image = None
    if fresh and any(one.columns.check for one in opened.bindings):
        step(_("Computing"), 0, 1)
        image = fresh(opened.stamp.language, {one.table: _own_view(one) for one in opened.bindings})
    _write_back(register, port, opened, merged, None, report, step, fresh=image)
    return report


def push(
    register: Register,
    port: BookPort,
    *,
    author: str,
    book: RateBook | None = None,
    delete: bool = False,
    delete_at_most: int = 0,
    take_results: bool = False,
    progress: Progress | None = None,
) -> SyncReport:
    """Bring what was typed into the register, all of it in one changeset or nothing, and the register's news back.

    Args:
        register: the register.
        port: the workbook.
        author: who pushes, for the log.
        book: rates for converted figures; the register's own by default.
        delete: delete rows in the register that were taken out of the sheet.
        delete_at_most: how many, where it is more than is usually let through.
        take_results: take the results of formulas that were typed over values.
        progress: called with stage, steps done and steps in all.

    Where the register took the changes and the workbook could not be written afterwards, the report says so in
    ``unwritten``; another pull or push mends it.

    Raises:
        WorkbookMismatch, FileRefused: as for ``status``.
        NotPermitted, RegisterBusy: the register cannot be written to.
    """
    step = progress or _silent
    opened = _on_its_own(register, port, _open(register, port, step), author)
    rates = book or load_book(register)
    applied = Applied()
    merged: _Merged | None = None
    cs = register.changeset(origin="push", reason=_("push of {file}").format(file=port.name), author=author)
    try:
        with cs:
            head = cs.begin() - 1
            merged = _merge(register, port, opened, head, step, take_results=take_results)
            deletions = _deletions(merged.tables, port.name, wanted=delete, most=delete_at_most)
            if keys := sheet_keys(merged.tables):
                port.write(keys)
            step(_("Storing the changes"), 0, 1)
            applied = apply_tables(cs, register, rates, merged.tables, port.name, author=author, deletions=deletions)
            if applied.refused or any(table.refused for table in merged.tables):
                raise _Abandoned
    except _Abandoned:
        applied = Applied(refused=applied.refused)
    if merged is None:
        raise RuntimeError("the changeset ended before the merge")
    report = _report(port, opened, merged)
    report.refused += applied.refused
    report.notes += applied.notes
    if not report.refused:
        report.changeset = cs.number or None
        merged.head = cs.number or merged.head
        report.deleted = applied.deleted
        report.asked = [one for one in report.asked if one.code != "sync.deleted"] if applied.deleted else report.asked
    try:
        _write_back(register, port, opened, merged, None if report.refused else applied, report, step)
    except WorkbenchError as error:
        if report.changeset is None:
            raise
        report.unwritten = error
    return report


# reading


def _open(register: Register, port: BookPort, step: Progress) -> _Opened:
    """Read the workbook and make sure that it belongs to this register."""
    step(_("Reading the workbook"), 0, 1)
    image = port.read()
    step(_("Reading the workbook"), 1, 1)
    stamp = read_stamp(image, port.name)
    check_stamp(register, stamp, port.name)
    bindings = [Binding.from_row(row) for row in register.rows("bindings", {"workbook_id": stamp.workbook})]
    bindings.sort(key=lambda one: ORDER.index(one.table) if one.table in ORDER else len(ORDER))
    if not bindings:
        raise Unbound(
            _("The register knows nothing of the workbook {file} any more.").format(file=port.name),
            where=port.name,
            remedy=_("Pull into a new file, and copy what you have typed since into it."),
        )
    return _Opened(image, stamp, bindings)


def _merge_now(register: Register, port: BookPort, opened: _Opened, step: Progress, *, take_results: bool) -> _Merged:
    """The merge as of one moment: done again where somebody has written to the register meanwhile."""
    for _attempt in range(_ATTEMPTS):
        head = _head(register)
        merged = _merge(register, port, opened, head, step, take_results=take_results)
        if _head(register) == head:
            break
    return merged


def _merge(
    register: Register, port: BookPort, opened: _Opened, head: int, step: Progress, *, take_results: bool
) -> _Merged:
    names = Names(register, opened.stamp.changeset)
    choices = read_choices(opened.image, opened.stamp.conflicts)
    tables: list[MergedTable] = []
    notes: list[Finding] = []
    for done, binding in enumerate(opened.bindings):
        step(_("Comparing"), done, len(opened.bindings))
        found = find_table(opened.image, binding, port.name)
        if found is None:
            notes.append(Finding("sync.sheet-gone", port.name, binding.sheet))
            continue
        state = load_state(register, found, names, opened.stamp, epoch_1904=opened.image.epoch_1904)
        table = merge(register, state, found, port.name, choices, take_results=take_results)
        for one in table.new:
            one.key = one.key or f"{BIRTH}{uuid.uuid4()}"
            names.add(binding.table, one.key, one.values)
        tables.append(table)
    step(_("Comparing"), len(opened.bindings), len(opened.bindings))
    return _Merged(tables, notes, head)


def _head(register: Register) -> int:
    newest = register.log(1)
    return newest[0].number if newest else 0


# copies


def _is_copy(port: BookPort, stamp: Stamp) -> bool:
    return bool(stamp.origin) and stamp.origin != port.origin and port.exists_at(stamp.origin)


def _on_its_own(register: Register, port: BookPort, opened: _Opened, author: str) -> _Opened:
    """A copy of a workbook that is still there gets an identity and bindings of its own."""
    if not _is_copy(port, opened.stamp):
        return opened
    identity = str(uuid.uuid4())
    rows = [
        {**_without_id(register.get("bindings", one.id)), "workbook_id": identity, "file": port.name, "owner": author,
         "copied_from": opened.stamp.workbook}
        for one in opened.bindings
    ]  # fmt: skip
    reason = _("{file} is a copy of {original}").format(file=port.name, original=_path_of(opened.stamp.origin))
    with register.changeset(origin="bind", reason=reason, author=author) as cs:
        ids = cs.insert("bindings", rows)
    new = {old.id: made for old, made in zip(opened.bindings, ids, strict=True)}
    stamp = replace(
        opened.stamp,
        workbook=identity,
        origin=port.origin,
        bindings={new.get(binding, binding): sheet for binding, sheet in opened.stamp.bindings.items()},
        noted=tuple((new.get(binding, binding), key, name) for binding, key, name in opened.stamp.noted),
        fresh=tuple(new.get(one, one) for one in opened.stamp.fresh),
        held={(new.get(of, of), key, name): version for (of, key, name), version in opened.stamp.held.items()},
    )
    port.write(BookEdits(own={HIDDEN_SHEET: own_sheet(stamp)}))
    bindings = [replace(one, id=new[one.id], workbook=identity) for one in opened.bindings]
    return _Opened(opened.image, stamp, bindings, copy_of=_path_of(opened.stamp.origin))


def _without_id(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("id", "version", "custom")}


def _path_of(origin: str) -> str:
    return origin.partition(":")[2] or origin


# deletions


def _deletions(tables: Sequence[MergedTable], name: str, *, wanted: bool, most: int) -> dict[str, list[str]]:
    """Ids to delete by table; a table that lost too many rows gets a refusal instead."""
    if not (wanted or most):
        return {}
    chosen: dict[str, list[str]] = {}
    for table in tables:
        shown = len(table.state.was_shown)
        limit = max(_FEW, shown // _FEW_SHARE, most)
        if len(table.missing) > limit or (not table.rows and shown > 1 and len(table.missing) > most):
            finding = Finding(
                "sync.many-deleted",
                f"{name}!{table.found.sheet}",
                str(len(table.missing)),
                details={"total": str(shown)},
            )
            table.refused.append(finding)
        else:
            chosen[table.found.binding.table] = list(table.missing)
    return chosen


# telling and writing


def _report(port: BookPort, opened: _Opened, merged: _Merged) -> SyncReport:
    report = SyncReport(port.name, notes=list(merged.notes), copy_of=opened.copy_of)
    for table in merged.tables:
        report.created += len(table.new)
        report.updated += sum(bool(one.edits) for one in table.rows)
        report.edits += sum(len(one.edits) for one in table.rows)
        report.refreshed += sum(len(one.theirs) for one in table.rows)
        report.gone += sum(one.gone for one in table.rows)
        report.added += len(table.arrivals)
        report.same += table.same
        report.conflicts += table.conflicts
        report.refused += table.refused
        report.notes += table.notes
        report.asked += _asked(table, port.name)
    return report


def _asked(table: MergedTable, name: str) -> Iterable[Finding]:
    binding = table.found.binding
    label = LABELS.get(binding.table, "id")
    for row_id in table.missing:
        row = table.state.current[row_id]
        yield Finding(
            "sync.deleted", f"{name}!{table.found.sheet}", row_id, details={"label": str(row.get(label) or row_id)}
        )


def _write_back(
    register: Register,
    port: BookPort,
    opened: _Opened,
    merged: _Merged,
    applied: Applied | None,
    report: SyncReport,
    step: Progress,
    *,
    fresh: BookImage | None = None,
) -> None:
    """Write the news, the marks and the stamp into the workbook; nothing at all where nothing is new."""
    step(_("Writing the workbook"), 0, 1)
    edits = BookEdits()
    written = mark_tables(edits, merged.tables, applied, _rows_now(register, applied), opened.stamp.noted)
    report.refreshed = written.refreshed
    if fresh is not None:
        own = [opened.stamp.conflicts] if opened.stamp.conflicts else []
        count, told = refresh(edits, opened.image, fresh, merged.tables, own, port.name)
        report.refreshed += count
        report.notes += told
    conflicts = _conflict_name(opened)
    waiting = [] if applied else [one for table in merged.tables for one in table.decided]
    if report.conflicts or waiting:
        edits.own[conflicts] = conflict_sheet(report.conflicts, waiting)
    elif opened.stamp.conflicts:
        edits.own[conflicts] = None
    stamp = stamped(
        opened.stamp,
        register,
        changeset=merged.head,
        origin=port.origin,
        bindings={table.found.binding.id: table.found.sheet for table in merged.tables},
        conflicts=conflicts if report.conflicts or waiting else "",
        noted=written.noted,
        held=written.held,
    )
    if edits or _differs(stamp, opened.stamp):
        edits.own[HIDDEN_SHEET] = own_sheet(stamp)
        report.backup = port.write(edits)
    step(_("Writing the workbook"), 1, 1)


def _own_view(binding: Binding) -> dict[str, Any]:
    """What the view asks of the table itself; what it asks of others is theirs."""
    return {name: value for name, value in binding.view.items() if not isinstance(value, Mapping)}


def _differs(stamp: Stamp, before: Stamp) -> bool:
    """Whether the stamp says something new beside the time."""
    return replace(stamp, synced_at=before.synced_at) != before


def _conflict_name(opened: _Opened) -> str:
    return opened.stamp.conflicts or ("冲突" if opened.stamp.language == "zh" else "Conflicts")


def _rows_now(register: Register, applied: Applied | None) -> dict[str, dict[str, dict[str, Any]]]:
    """Rows that a push has changed or added, as they are now, by table and id."""
    by_table: dict[str, list[str]] = {}
    for table, row_id in applied.versions if applied else ():
        by_table.setdefault(table, []).append(row_id)
    return {table: register.rows_by_id(table, ids) for table, ids in by_table.items()}


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Progress that nobody asked for."""
