"""The register: one place for customers, orders and receipts that forgets nothing.

``tables`` is the one definition of what it holds; ``Register`` opens and reads it; every write is a ``Changeset``.
"""

from __future__ import annotations

from workbench.register.changesets import Changeset, LogEntry
from workbench.register.errors import (
    BackupFailed,
    ChangesetBroken,
    InvalidRows,
    NotARegister,
    NotPermitted,
    RegisterBusy,
    RegisterExists,
    RegisterMissing,
    RegisterReadOnly,
    RowChanged,
    RowMissing,
    SchemaMismatch,
    StorageFailed,
    UndoRefused,
    UnsafeLocation,
)
from workbench.register.history import LastChange, Verification
from workbench.register.store import Register
from workbench.register.tables import TABLES, Field, FieldKind, Table

__all__ = [
    "TABLES",
    "BackupFailed",
    "Changeset",
    "ChangesetBroken",
    "Field",
    "FieldKind",
    "InvalidRows",
    "LastChange",
    "LogEntry",
    "NotARegister",
    "NotPermitted",
    "Register",
    "RegisterBusy",
    "RegisterExists",
    "RegisterMissing",
    "RegisterReadOnly",
    "RowChanged",
    "RowMissing",
    "SchemaMismatch",
    "StorageFailed",
    "Table",
    "UndoRefused",
    "UnsafeLocation",
    "Verification",
]
