"""What a database's own faults mean: busy, not writable, or the storage gave way; said in our words.

Other faults of the database are mistakes in the code and stay what they are.
"""

from __future__ import annotations

import sqlite3

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import ExceptionContext

from workbench.errors import RegisterError
from workbench.i18n import _
from workbench.register.errors import RegisterBusy, RegisterReadOnly, StorageFailed

__all__ = ["listen", "meaning_of"]

_SQLITE: dict[int, type[RegisterError]] = {
    sqlite3.SQLITE_BUSY: RegisterBusy,
    sqlite3.SQLITE_LOCKED: RegisterBusy,
    sqlite3.SQLITE_READONLY: RegisterReadOnly,
    sqlite3.SQLITE_PERM: RegisterReadOnly,
    sqlite3.SQLITE_IOERR: StorageFailed,
    sqlite3.SQLITE_FULL: StorageFailed,
    sqlite3.SQLITE_CANTOPEN: StorageFailed,
}
# The classes of SQLSTATE, and single states where a class means several things.
_POSTGRES: dict[str, type[RegisterError]] = {
    "55P03": RegisterBusy,
    "40P01": RegisterBusy,
    "25006": RegisterReadOnly,
    "42501": RegisterReadOnly,
    "08": StorageFailed,
    "53": StorageFailed,
    "57P": StorageFailed,
    "58": StorageFailed,
}


def listen(engine: sa.Engine) -> None:
    """Have the engine raise our errors for such faults."""

    @sa.event.listens_for(engine, "handle_error")
    def _translate(context: ExceptionContext) -> None:
        if context.is_pre_ping or context.engine is None:
            return
        fault = context.original_exception
        meaning = meaning_of(fault, str(context.engine.url.database), lost=context.is_disconnect)
        if meaning is not None:
            raise meaning from fault


def meaning_of(fault: BaseException, where: str, *, lost: bool = False) -> RegisterError | None:
    """The error to raise for a driver's fault (``lost``: the connection is gone); None where it is none of these."""
    kind = StorageFailed if lost else _kind_of(fault)
    why = (str(fault).strip().splitlines() or ["?"])[0]
    if kind is RegisterBusy:
        return RegisterBusy(
            _("Somebody else has been writing to the register for too long; nothing was written ({why}).").format(
                why=why
            ),
            where=where,
            remedy=_("Try again when the other import or posting is done."),
        )
    if kind is RegisterReadOnly:
        return RegisterReadOnly(
            _("The register can only be read here; nothing was written ({why}).").format(why=why),
            where=where,
            remedy=_("Check the rights of the file and its folder, or of the database user."),
        )
    if kind is StorageFailed:
        return StorageFailed(
            _("The storage failed; what was not confirmed is not stored ({why}).").format(why=why),
            where=where,
            remedy=_("Check free space, rights and the disk or server, then try again."),
        )
    return None


def _kind_of(fault: BaseException) -> type[RegisterError] | None:
    if isinstance(fault, sqlite3.Error):
        code = getattr(fault, "sqlite_errorcode", None)  # faults of the driver itself have none
        return None if code is None else _SQLITE.get(code & 0xFF)
    state = getattr(fault, "sqlstate", None)
    if not isinstance(state, str):
        return None
    for length in (5, 3, 2):
        if state[:length] in _POSTGRES:
            return _POSTGRES[state[:length]]
    return None
