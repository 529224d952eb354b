"""Where a register is: a local SQLite file or a PostgreSQL database; what is refused, and the schema's version."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.errors import MissingComponent
from workbench.i18n import _
from workbench.register.errors import NotARegister, RegisterMissing, SchemaMismatch, UnsafeLocation
from workbench.register.schema import SCHEMA_REVISION

__all__ = ["WRITE_LOCK", "check_schema", "engine_for", "has_register", "is_postgres", "migrate", "shown"]

WRITE_LOCK = 0x57424348  # "WBCH": the advisory lock that PostgreSQL writers take turns on
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ncpfs"}
_BUSY_SECONDS = 30
_CACHE_KIB = 64 * 1024  # with less, a large import writes its index pages again and again


def is_postgres(location: str | Path) -> bool:
    """Whether the location is a PostgreSQL URL."""
    return str(location).startswith(("postgresql:", "postgres:", "postgresql+psycopg:"))


def shown(location: str | Path) -> str:
    """The location without a password, for messages."""
    if not is_postgres(location):
        return str(location)
    return sa.make_url(_driver_url(location)).render_as_string(hide_password=True).replace("+psycopg", "")


def engine_for(location: str | Path, *, must_exist: bool) -> sa.Engine:
    """An engine with our settings; looks at the place before opening it.

    Raises:
        RegisterMissing, NotARegister, UnsafeLocation, MissingComponent.
    """
    if is_postgres(location):
        return _postgres(location)
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
    return _sqlite(path)


def has_register(engine: sa.Engine) -> bool:
    """Whether there is a register already; NotARegister where there is something else.

    One whose making was interrupted before its first changeset holds nothing, and does not count.
    """
    try:
        if not sa.inspect(engine).has_table("changesets"):
            return False
        with engine.connect() as connection:
            return connection.execute(sa.text("SELECT max(number) FROM changesets")).scalar() is not None
    except sa.exc.DBAPIError as error:
        raise _unreadable(engine, error) from error


def check_schema(engine: sa.Engine, location: str | Path) -> None:
    """Refuse what is no register, or one of another version."""
    try:
        with engine.connect() as connection:
            revision = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
            newest = connection.execute(sa.text("SELECT max(number) FROM changesets")).scalar()
    except sa.exc.DBAPIError as error:
        raise _unreadable(engine, error) from error
    if newest is None:
        raise NotARegister(
            _("The making of this register was interrupted; it holds nothing."),
            where=shown(location),
            remedy=_("Create it again at the same place."),
        )
    if revision != SCHEMA_REVISION:
        raise SchemaMismatch(
            _("The register has schema {found}; this version of Workbench works with {wanted}.").format(
                found=revision, wanted=SCHEMA_REVISION
            ),
            where=shown(location),
            remedy=_("Update Workbench, or restore the register with the version that made it."),
        )


def migrate(engine: sa.Engine) -> None:
    """Bring an empty or older database to the present schema, by the shipped migrations."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    except sa.exc.DBAPIError as error:
        raise _unreadable(engine, error) from error


def _sqlite(path: Path) -> sa.Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)), connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False}
    )

    @sa.event.listens_for(engine, "connect")
    def _settings(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver must not begin transactions of its own: a writer takes the lock at once (BEGIN IMMEDIATE).
        connection.isolation_level = None
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            f"busy_timeout = {_BUSY_SECONDS * 1000}",
            "trusted_schema = OFF",
            f"cache_size = -{_CACHE_KIB}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _driver_url(location: str | Path) -> str:
    return "postgresql+psycopg:" + str(location).partition(":")[2]


def _postgres(location: str | Path) -> sa.Engine:
    try:
        import psycopg  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise MissingComponent(
            _("A register in PostgreSQL needs psycopg."), remedy=_("pip install 'multicurrency-workbench[postgres]'")
        ) from error
    engine = sa.create_engine(_driver_url(location))
    try:
        engine.connect().close()
    except sa.exc.OperationalError as error:
        engine.dispose()
        raise RegisterMissing(
            _("The database does not answer: {why}").format(why=str(error.orig).strip().splitlines()[0]),
            where=shown(location),
            remedy=_("Check host, name and rights, and that the server runs."),
        ) from error
    return engine


def _unreadable(engine: sa.Engine, error: sa.exc.DBAPIError) -> NotARegister:
    return NotARegister(
        _("This is no register, or it is damaged: {why}").format(why=str(error.orig).strip().splitlines()[0]),
        where=str(engine.url.database),
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
    """Type of the file system that holds the path, where the system tells (Linux)."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return ""
    place = str(path.parent.resolve())
    best, kind = "", ""
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _device, point, filesystem, *_rest = line.split(" ")
        point = point.replace("\\040", " ")
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, filesystem
    return kind
