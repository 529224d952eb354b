"""What ties a sheet to a table of the register, and what a synchronisation tells."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.errors import FileRefused, WorkbenchError
from workbench.findings import Finding

__all__ = [
    "LISTED",
    "Binding",
    "BoundColumn",
    "Conflict",
    "KeysApart",
    "SheetColumns",
    "Stamp",
    "SyncReport",
    "WorkbookMismatch",
]


LISTED = "listed"
"""In place of a view: the sheet shows the rows that its owner put there."""


class WorkbookMismatch(FileRefused):
    """The workbook and the register do not belong together, or what binds them is gone; nothing was changed."""

    code = "sync.mismatch"


class KeysApart(WorkbookMismatch):
    """The column with the rows' ids was sorted or pasted apart from the rows; nothing was changed."""

    code = "sync.keys-apart"


@dataclass(frozen=True, slots=True)
class BoundColumn:
    """One column of a bound sheet.

    Attributes:
        heading: as it stood in the sheet when it was bound.
        field: the register's field (``custom.NAME`` for one of the firm's own); empty for a computed column.
        editable: whether typing into it changes the register.
        labels: shown label to stored code, for fields that are shown by labels.
        lookup: ``table.field`` where the cell shows that field of the row referred to (a customer's name for its id).
    """

    heading: str
    field: str
    editable: bool = True
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    lookup: str = ""


@dataclass(frozen=True, slots=True)
class SheetColumns:
    """The columns of a bound sheet: those that show fields, and the service columns by their headings.

    ``key`` and ``version`` say which row of the register stands there, and at which version; ``state`` takes words on
    what became of the row, ``marks`` the fields to be shown in red; ``check`` has the seals of the computed columns
    ``sealed``. All but the first two may be empty: then there are none.
    """

    bound: tuple[BoundColumn, ...]
    key: str
    version: str
    state: str = ""
    marks: str = ""
    check: str = ""
    sealed: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For the register and for the workbook's own copy."""
        return {
            "key": self.key,
            "version": self.version,
            "state": self.state,
            "marks": self.marks,
            "check": self.check,
            "sealed": list(self.sealed),
            "columns": [
                {"heading": one.heading, "field": one.field, "editable": one.editable}
                | ({"labels": dict(one.labels)} if one.labels else {})
                | ({"lookup": one.lookup} if one.lookup else {})
                for one in self.bound
            ],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> SheetColumns:
        """What ``as_json`` gave."""
        bound = tuple(
            BoundColumn(
                one["heading"], one["field"], one.get("editable", True), one.get("labels", {}), one.get("lookup", "")
            )
            for one in stored["columns"]
        )
        return cls(
            bound,
            stored["key"],
            stored["version"],
            stored.get("state", ""),
            stored.get("marks", ""),
            stored.get("check", ""),
            tuple(stored.get("sealed", ())),
        )


@dataclass(frozen=True, slots=True)
class Binding:
    """A sheet of a workbook as a view of a table.

    ``view`` chooses the rows that it shows, as ``Register.rows`` does; a view in place of a value is one of the table
    referred to (instalments of open orders). A sheet that is ``listed`` shows the rows that its
    owner put there and no others: none arrive by themselves, and one taken out is only no longer listed.
    """

    id: str
    workbook: str
    sheet: str
    range_name: str
    table: str
    columns: SheetColumns
    view: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    listed: bool = False

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Binding:
        """From a row of the register's table ``bindings``."""
        return cls(
            row["id"],
            row["workbook_id"],
            row["sheet"],
            row["range_name"],
            row["table_name"],
            SheetColumns.from_json(row["columns"]),
            {} if row["view"] == LISTED else json.loads(row["view"] or "{}"),
            row["view"] == LISTED,
        )


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a workbook knows about itself: who it is, which register it shows, and as of which changeset.

    Attributes:
        workbook: its identity.
        register: the register's identity; ``changeset`` and ``head`` the newest changeset it has seen, and its hash.
        origin: where the file was when it was last written, by which a copy is told from a file that was moved.
        synced_at: when that was (UTC); ``language`` that of its headings.
        conflicts: name of the sheet with the conflicts, where there is one.
        bindings: id of each binding, and the name of its sheet.
        noted: cells that carry a note of ours, by binding, key of the row and field.
        fresh: bindings that have not been synchronised yet, so that none of their rows was ever shown.
        held: cells that go on being compared with an older version of their row than the row shows, because what was
            typed there is not settled: by binding, id of the row and field, the version.
    """

    workbook: str
    register: str
    changeset: int
    head: str
    origin: str
    synced_at: str
    language: str
    conflicts: str
    bindings: Mapping[str, str]
    noted: tuple[tuple[str, str, str], ...] = ()
    held: Mapping[tuple[str, str, str], int] = dataclasses.field(default_factory=dict)
    fresh: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """One cell that both sides changed: the values as the sheet shows them, and who changed it in the register."""

    table: str
    row: str
    field: str
    heading: str
    place: str
    label: str
    base: str
    mine: str
    theirs: str
    version: int
    author: str
    at: str

    def as_dict(self) -> dict[str, object]:
        """For ``--json``."""
        return {
            "table": self.table,
            "row": self.row,
            "field": self.field,
            "cell": self.place,
            "base": self.base,
            "mine": self.mine,
            "theirs": self.theirs,
            "by": self.author,
            "at": self.at,
        }


@dataclass(slots=True)
class SyncReport:
    """What a pull, push or status found or did.

    Attributes:
        created: rows of the sheet that are new; ``updated`` rows with edited cells, ``deleted`` rows taken away.
        edits: cells of the sheet that differ from what was last pulled and are (or would be) taken over.
        refreshed: cells of the sheet that got (or would get) newer values of the register.
        added: rows that the sheet got (or would get); ``gone`` rows that the register no longer has.
        conflicts: cells that both sides changed; the sheet keeps its own value, the register its own.
        refused: what cannot be taken over, with its cell and what to do; then nothing at all was applied.
        asked: deletions that wait for consent, and whatever else only a person can answer.
        notes: what was noticed and does no harm.
        changeset: number of the changeset, None where nothing was changed.
        backup: where the workbook as it was before is kept.
        copy_of: the workbook that this one is a copy of, where that was noticed now.
        unwritten: why the workbook could not be written after the register had taken the changes.
    """

    file: str
    created: int = 0
    updated: int = 0
    deleted: int = 0
    edits: int = 0
    refreshed: int = 0
    added: int = 0
    gone: int = 0
    same: int = 0
    conflicts: list[Conflict] = dataclasses.field(default_factory=list)
    refused: list[Finding] = dataclasses.field(default_factory=list)
    asked: list[Finding] = dataclasses.field(default_factory=list)
    notes: list[Finding] = dataclasses.field(default_factory=list)
    changeset: int | None = None
    backup: str = ""
    copy_of: str = ""
    unwritten: WorkbenchError | None = None

    def as_dict(self) -> dict[str, object]:
        """For ``--json``: ``applied`` is the number of the sheet's edited cells that the register took."""
        return {
            "file": self.file,
            "applied": self.edits if self.changeset is not None else 0,
            "pending": 0 if self.changeset is not None else self.edits,
            "created": self.created,
            "updated": self.updated,
            "deleted": self.deleted,
            "same": self.same,
            "refreshed": self.refreshed,
            "added": self.added,
            "gone": self.gone,
            "conflicts": [one.as_dict() for one in self.conflicts],
            "refused": [one.as_dict() for one in self.refused],
            "asked": [one.as_dict() for one in self.asked],
            "notes": [one.as_dict() for one in self.notes],
            "changeset": self.changeset,
            "backup": self.backup,
            "copy_of": self.copy_of or None,
        }
