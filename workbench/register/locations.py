"""Where a register is: a local SQLite file or a PostgreSQL database; what is refused, and the schema's version."""

from __future__ import annotations

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.errors import MissingComponent
from workbench.i18n import _
from workbench.register import faults
from workbench.register.errors import NotARegister, RegisterMissing, SchemaMismatch, UnsafeLocation
from workbench.register.schema import SCHEMA_REVISION

__all__ = [
    "WRITE_LOCK",
    "check_schema",
    "engine_for",
    "has_register",
    "is_older",
    "is_postgres",
    "is_sqlite",
    "migrate",
    "shown",
    "snapshot",
]

WRITE_LOCK = 0x57424348  # "WBCH": the advisory lock that PostgreSQL writers take turns on
MOUNTS = Path("/proc/mounts")
MIGRATIONS = Path(__file__).parent / "migrations"
# Kinds of file systems whose locks or shared memory cannot be trusted between machines.
_NETWORK = {
    *("nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "9p", "afs", "ncpfs", "davfs", "ceph", "glusterfs", "lustre"),
    *("beegfs", "gpfs", "fuse.sshfs", "fuse.rclone", "fuse.davfs", "fuse.s3fs", "fuse.glusterfs", "fuse.gvfsd-fuse"),
}
_BUSY_SECONDS = 30
_CACHE_KIB = 64 * 1024  # a large import otherwise writes its index pages again and again


def is_postgres(location: str | Path) -> bool:
    """Whether the location is a PostgreSQL URL."""
    return str(location).startswith(("postgresql:", "postgres:", "postgresql+psycopg:"))


def is_sqlite(connection: sa.Connection | sa.Engine) -> bool:
    """Whether the register is one SQLite file."""
    return connection.dialect.name == "sqlite"


def shown(location: str | Path) -> str:
    """The location without a password, for messages."""
    if not is_postgres(location):
        return str(location)
    try:
        return sa.make_url(_driver_url(location)).render_as_string(hide_password=True).replace("+psycopg", "")
    except (sa.exc.ArgumentError, ValueError):
        return "postgresql://…"


def engine_for(location: str | Path, *, must_exist: bool, read_only: bool = False) -> sa.Engine:
    """An engine with our settings; looks at the place before opening it.

    Raises:
        RegisterMissing, NotARegister, UnsafeLocation, MissingComponent.
    """
    if is_postgres(location):
        return _postgres(location, read_only=read_only)
    path = Path(location)
    if path.is_dir():
        raise NotARegister(
            _("{path} is a folder.").format(path=path), where=str(path), remedy=_("Name the register's file in it.")
        )
    if must_exist and not path.exists():
        raise RegisterMissing(
            _("There is no register at {path}.").format(path=path),
            where=str(path),
            remedy=_("Make one with: workbench new FILE.xlsx"),
        )
    if not path.parent.is_dir():
        raise RegisterMissing(
            _("There is no folder {path}.").format(path=path.parent),
            where=str(path),
            remedy=_("Make the folder first."),
        )
    _refuse_network(path)
    return _sqlite(path, read_only=read_only)


def has_register(engine: sa.Engine) -> bool:
    """Whether there is a register already; one whose making was interrupted holds nothing, and does not count.

    Raises:
        NotARegister: there is something else, which we must not touch.
    """
    try:
        with engine.connect() as connection:
            names = set(sa.inspect(connection).get_table_names())
            if "changesets" in names:
                return connection.execute(sa.text("SELECT max(number) FROM changesets")).scalar() is not None
    except (sa.exc.DBAPIError, UnicodeDecodeError) as error:
        raise _unreadable(engine.url.database, error) from error
    if names:
        raise NotARegister(
            _("There are other tables already ({names}).").format(names=", ".join(sorted(names)[:5])),
            where=str(engine.url.database),
            remedy=_("Choose a new file, or an empty database."),
        )
    return False


def check_schema(engine: sa.Engine, location: str | Path) -> None:
    """Refuse what is no register, one that was never finished, and one of another version."""
    try:
        with engine.connect() as connection:
            revision = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
            last = connection.execute(sa.text("SELECT max(number) FROM changesets")).scalar()
    except (sa.exc.DBAPIError, UnicodeDecodeError) as error:
        raise _unreadable(engine.url.database, error) from error
    if last is None:
        raise NotARegister(
            _("Making this register was interrupted; it is empty."),
            where=shown(location),
            remedy=_("Create it again at the same place."),
        )
    if revision == SCHEMA_REVISION:
        return
    raise _mismatch(str(revision), location)


def is_older(engine: sa.Engine, location: str | Path) -> bool:
    """Whether the register has to be upgraded; SchemaMismatch for one of a newer version."""
    try:
        with engine.connect() as connection:
            revision = str(connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar())
    except (sa.exc.DBAPIError, UnicodeDecodeError) as error:
        raise _unreadable(engine.url.database, error) from error
    if revision != SCHEMA_REVISION and revision not in _known_revisions():
        raise _mismatch(revision, location)
    return revision != SCHEMA_REVISION


def migrate(engine: sa.Engine) -> None:
    """Bring an empty or older database to the present schema, by the shipped migrations, all or nothing."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        with engine.connect() as connection:
            if is_sqlite(connection):
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    except (sa.exc.DBAPIError, UnicodeDecodeError) as error:
        raise _unreadable(engine.url.database, error) from error


@contextmanager
def snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection that sees one unchanging state of the register."""
    if is_sqlite(engine):
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection
            connection.rollback()
    else:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            yield connection


def _mismatch(revision: str, location: str | Path) -> SchemaMismatch:
    return SchemaMismatch(
        _("The register has schema {found}; this version of Workbench works with {wanted}.").format(
            found=revision, wanted=SCHEMA_REVISION
        ),
        where=shown(location),
        remedy=_("Upgrade it, which makes a backup first: Register.upgrade(location, backup=…)")
        if revision in _known_revisions()
        else _("Update Workbench, or restore the register with the version that made it."),
    )


def _known_revisions() -> set[str]:
    return {path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("*.py")}


def _sqlite(path: Path, *, read_only: bool) -> sa.Engine:
    options = ""
    if read_only:
        # On a medium where nobody can write there can be no write-ahead log beside the file either.
        still = not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists()
        options = "immutable=1" if still else "mode=ro"
    engine = sa.create_engine(
        "sqlite://",
        creator=lambda: _connect_sqlite(path, options),
        poolclass=sa.pool.QueuePool,
        pool_reset_on_return="rollback",
    )
    engine.url = sa.URL.create("sqlite", database=str(path))
    faults.listen(engine)
    return engine


def _connect_sqlite(path: Path, options: str) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?{options}" if options else path,
            uri=bool(options),
            timeout=_BUSY_SECONDS,
            check_same_thread=False,
            # The driver must not begin transactions of its own: a writer takes the lock at once (BEGIN IMMEDIATE).
            isolation_level=None,
        )
        for pragma in (
            *(() if options else ("journal_mode = WAL",)),
            "synchronous = FULL",
            "foreign_keys = ON",
            "trusted_schema = OFF",
            f"cache_size = -{_CACHE_KIB}",
        ):
            connection.execute(f"PRAGMA {pragma}")
    except UnicodeDecodeError as error:  # damage that SQLite's own message quotes
        raise _unreadable(str(path), error) from error
    except sqlite3.Error as error:
        meaning = faults.meaning_of(error, str(path))
        if meaning is None:
            raise
        raise meaning from error
    return connection


def _driver_url(location: str | Path) -> str:
    return "postgresql+psycopg:" + str(location).partition(":")[2]


def _postgres(location: str | Path, *, read_only: bool) -> sa.Engine:
    try:
        import psycopg  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise MissingComponent(
            _("A register in PostgreSQL needs psycopg."), remedy=_("pip install 'multicurrency-workbench[postgres]'")
        ) from error
    try:
        engine = sa.create_engine(_driver_url(location), pool_pre_ping=True)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise RegisterMissing(
            _("This is no address of a PostgreSQL database."),
            where=shown(location),
            remedy=_("Write it as postgresql://user@host/name"),
        ) from error

    @sa.event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        connection.execute("SET TIME ZONE 'UTC'")
        if read_only:
            connection.execute("SET default_transaction_read_only = on")
        connection.commit()

    try:
        with engine.connect() as connection:
            encoding = connection.execute(sa.text("SHOW server_encoding")).scalar()
    except sa.exc.OperationalError as error:
        engine.dispose()
        raise RegisterMissing(
            _("The database does not answer: {why}").format(why=str(error.orig).strip().splitlines()[0]),
            where=shown(location),
            remedy=_("Check host, name and rights, and that the server runs."),
        ) from error
    if encoding != "UTF8":
        engine.dispose()
        raise NotARegister(
            _("The database stores text as {encoding}, which cannot hold every script.").format(encoding=encoding),
            where=shown(location),
            remedy=_("Make the database with ENCODING 'UTF8'."),
        )
    faults.listen(engine)
    return engine


def _unreadable(where: str | None, error: Exception) -> NotARegister:
    why = str(error.orig if isinstance(error, sa.exc.DBAPIError) else error)
    return NotARegister(
        _("This is no register, or it is damaged: {why}").format(why=(why.strip().splitlines() or ["?"])[0]),
        where=where,
        remedy=_("Name the register's file, or restore a backup."),
    )


def _refuse_network(path: Path) -> None:
    if str(path).startswith(("\\\\", "//")) or _filesystem_of(path) in _NETWORK:
        raise UnsafeLocation(
            _("{path} is on a network share, where a SQLite register can be damaged.").format(path=path),
            where=str(path),
            remedy=_("Keep the file on a local disk, or share a PostgreSQL register."),
        )


def _filesystem_of(path: Path) -> str:
    """Type of the file system that holds the path, where the system tells; a mapped network drive is ``cifs``."""
    place = path.resolve()
    if sys.platform == "win32":
        import ctypes

        remote = 4  # DRIVE_REMOTE
        return "cifs" if ctypes.windll.kernel32.GetDriveTypeW(place.anchor) == remote else ""
    if not MOUNTS.exists():
        return ""
    best, kind = "", ""
    for line in MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
        _device, point, filesystem, *_rest = line.split(" ")
        # The system writes blanks and backslashes in names as octal numbers.
        for code in ("040", "011", "012", "134"):
            point = point.replace(f"\\{code}", chr(int(code, 8)))
        inside = place.is_relative_to(point)
        if inside and len(point) >= len(best):
            best, kind = point, filesystem
    return kind
