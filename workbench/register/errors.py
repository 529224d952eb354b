"""What the register refuses, each with its own stable code."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.errors import ConflictError, DataRefused, RegisterError
from workbench.findings import Finding
from workbench.i18n import _

__all__ = [
    "BackupFailed",
    "ChangesetBroken",
    "InvalidRows",
    "NotARegister",
    "NotPermitted",
    "RegisterBusy",
    "RegisterExists",
    "RegisterMissing",
    "RegisterReadOnly",
    "RowChanged",
    "RowMissing",
    "SchemaMismatch",
    "StorageFailed",
    "UndoRefused",
    "UnsafeLocation",
]


class RegisterMissing(RegisterError, FileNotFoundError):
    """There is no register at the location."""

    code = "register.missing"


class RegisterExists(RegisterError, FileExistsError):
    """There is a register at the location already."""

    code = "register.exists"


class NotARegister(RegisterError):
    """The file or database is something else, or damaged beyond opening."""

    code = "register.not-a-register"


class SchemaMismatch(RegisterError):
    """The register was made by a newer version, or an older one that has to be upgraded first."""

    code = "register.schema"


class UnsafeLocation(RegisterError):
    """SQLite's write-ahead log does not work on a network share; a shared register belongs in PostgreSQL."""

    code = "register.unsafe-location"


class RegisterBusy(RegisterError, TimeoutError):
    """Somebody else has been writing for longer than we wait; nothing was written."""

    code = "register.busy"


class RegisterReadOnly(RegisterError, PermissionError):
    """The register was opened for reading only, or its file or database does not allow writing."""

    code = "register.read-only"


class StorageFailed(RegisterError, OSError):
    """The disk or the database server gave way (full, gone, unreadable); the changeset at hand is not stored."""

    code = "register.storage"


class NotPermitted(RegisterError, PermissionError):
    """The person's role does not allow it."""

    code = "register.not-permitted"


class RowMissing(RegisterError, KeyError):
    """There is no row with that id."""

    code = "register.row-missing"

    __str__ = RegisterError.__str__  # KeyError would show the repr


class ChangesetBroken(RegisterError):
    """A changeset whose batch was refused cannot go on; it is rolled back as a whole."""

    code = "register.changeset-broken"


class UndoRefused(RegisterError):
    """Later work depends on the changeset; ``extra["blocking"]`` names the changesets to undo first."""

    code = "register.undo-refused"


class BackupFailed(RegisterError):
    """The backup could not be written, or does not read back whole."""

    code = "register.backup"


class RowChanged(ConflictError):
    """The row was changed or deleted since it was read.

    ``theirs`` has the fields that changed with their present values (empty for a deleted row); ``extra`` has
    ``author``, ``at`` (UTC) and ``changeset`` of the newest change.
    """

    def __init__(
        self, message: str, *, theirs: dict[str, object], where: str, remedy: str, author: str, at: str, changeset: int
    ) -> None:
        super().__init__(message, where=where, remedy=remedy, author=author, at=at, changeset=str(changeset))
        self.theirs = theirs


class InvalidRows(DataRefused):
    """A batch with problems; nothing of it was written. ``findings`` has all of them, each with its row."""

    def __init__(self, table: str, findings: Sequence[Finding]) -> None:
        shown = "; ".join(f"{one.where}: {one.message}" for one in findings[:5])
        more = len(findings) - 5
        super().__init__(
            _("{count} problems in the rows for {table}: {shown}").format(
                count=len(findings), table=table, shown=shown + (f" … +{more}" if more > 0 else "")
            ),
            where=findings[0].where if findings else table,
            remedy=_("Correct these rows; nothing of the batch was written."),
        )
        self.findings = tuple(findings)
