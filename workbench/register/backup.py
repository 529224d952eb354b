"""Copies of the register that are whole, made while people work, and read back before they are called done."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

import sqlalchemy as sa

from workbench.errors import MissingComponent
from workbench.i18n import _
from workbench.register import history, locations
from workbench.register.errors import BackupFailed, NotARegister, RegisterExists, RegisterMissing

__all__ = ["backup", "copy", "restore"]

_BUSY_SECONDS = 30


def backup(engine: sa.Engine, path: Path) -> None:
    """Copy the register to ``path``; the file appears once the copy was read back and verified.

    Raises:
        BackupFailed, MissingComponent.
    """
    with _beside(path, engine) as part:
        _copy(engine, part)
        if locations.is_sqlite(engine):
            _verify_sqlite(part)
        part.replace(path)


def copy(engine: sa.Engine, path: Path) -> None:
    """Copy a register of any version to ``path``: whole as a file, its content not verified.

    Raises:
        BackupFailed, MissingComponent.
    """
    with _beside(path, engine) as part:
        _copy(engine, part)
        part.replace(path)


def restore(source: Path, location: str | Path, *, force: bool) -> None:
    """Make a register from a backup; an existing one is replaced only with ``force``, and only by a verified one.

    Raises:
        RegisterMissing, RegisterExists, BackupFailed, SchemaMismatch, MissingComponent.
    """
    if not source.exists():
        raise RegisterMissing(
            _("There is no backup {path}.").format(path=source), where=str(source), remedy=_("Check the path.")
        )
    if locations.is_postgres(location):
        _load(source, location, force=force)
        return
    target = Path(location)
    if target.exists() and not force:
        raise _exists(location)
    locations.engine_for(target, must_exist=False).dispose()  # refuses folders and network shares
    with _beside(target) as part:
        _copy_sqlite(source, part)
        _verify_sqlite(part)
        if _is_open_to_others(target):
            _copy_sqlite(part, target)
        else:
            part.replace(target)


def _exists(location: str | Path) -> RegisterExists:
    return RegisterExists(
        _("There is a register at {location} already.").format(location=locations.shown(location)),
        where=locations.shown(location),
        remedy=_("Choose another place, or replace it with --force."),
    )


def _is_open_to_others(target: Path) -> bool:
    """Whether there is a register that others may have open.

    They would go on writing into the old file if it were exchanged, and lose it; so its content is exchanged instead,
    in one transaction.
    """
    if not target.exists():
        return False
    engine = locations.engine_for(target, must_exist=True)
    try:
        return locations.has_register(engine)
    except NotARegister:
        return False
    finally:
        engine.dispose()


def _copy(engine: sa.Engine, part: Path) -> None:
    if locations.is_sqlite(engine):
        _copy_sqlite(Path(str(engine.url.database)), part)
        _check_sqlite(part)
    else:
        _dump(engine.url, part)
    _sync(part)


@contextmanager
def _beside(path: Path, engine: sa.Engine | None = None) -> Iterator[Path]:
    """A temporary file in the same folder, gone afterwards unless it was renamed; not for the register's own path."""
    here = str(engine.url.database) if engine is not None and locations.is_sqlite(engine) else ""
    if here and path.exists() and path.samefile(here):
        raise BackupFailed(
            _("The backup would replace the register itself."), where=str(path), remedy=_("Choose another file.")
        )
    if not path.parent.is_dir():
        raise BackupFailed(
            _("There is no folder {path}.").format(path=path.parent),
            where=str(path),
            remedy=_("Make the folder first."),
        )
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=".part", delete=False) as stream:
        part = Path(stream.name)
    try:
        yield part
    finally:
        for name in (part, Path(f"{part}-wal"), Path(f"{part}-shm"), Path(f"{part}-journal")):
            name.unlink(missing_ok=True)


def _copy_sqlite(source: Path, target: Path) -> None:
    # In one step: copying page by page from another connection never ends while somebody writes.
    try:
        with (
            closing(sqlite3.connect(source, timeout=_BUSY_SECONDS)) as here,
            closing(sqlite3.connect(target, timeout=_BUSY_SECONDS)) as there,
        ):
            is_new = target.stat().st_size == 0
            here.backup(there, pages=-1)
            if is_new:
                there.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise _failed(source, str(error)) from error


def _verify_sqlite(path: Path) -> None:
    """Read the copy back as a register: its schema, every hash, every row."""
    engine = locations.engine_for(path, must_exist=True, read_only=True)
    try:
        locations.check_schema(engine, path)
        outcome = history.verify(engine)
    except NotARegister as error:
        raise _failed(path, error.message) from error
    finally:
        engine.dispose()
    if not outcome.ok:
        raise _failed(path, "; ".join(outcome.problems[:3]))


def _check_sqlite(path: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
            connection.execute("SELECT count(*) FROM changesets").fetchone()
    except sqlite3.Error as error:
        raise _failed(path, str(error)) from error
    if answer != "ok":
        raise _failed(path, str(answer))


def _dump(url: sa.URL, target: Path) -> None:
    _tool("pg_dump", ["--format=custom", f"--file={target}", _libpq(url)], url)
    # Reads every compressed byte back, without a database.
    _tool("pg_restore", [f"--file={os.devnull}", str(target)], url)


def _load(source: Path, location: str | Path, *, force: bool) -> None:
    engine = locations.engine_for(location, must_exist=False)
    try:
        if locations.has_register(engine) and not force:
            raise _exists(location)
        _tool("pg_restore", [f"--file={os.devnull}", str(source)], engine.url)
        options = ["--no-owner", "--exit-on-error", "--single-transaction"]
        options += ["--clean", "--if-exists"] if force else []
        engine.dispose()  # the tables must be in nobody's hands
        _tool("pg_restore", [*options, f"--dbname={_libpq(engine.url)}", str(source)], engine.url)
        locations.check_schema(engine, location)
        outcome = history.verify(engine)
        if not outcome.ok:
            raise _failed(source, "; ".join(outcome.problems[:3]))
    finally:
        engine.dispose()


def _libpq(url: sa.URL) -> str:
    """The URL for PostgreSQL's own tools, without the password: that goes through the environment."""
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)


def _tool(name: str, arguments: list[str], url: sa.URL) -> None:
    program = shutil.which(name)
    if program is None:
        raise MissingComponent(
            _("Backing up a PostgreSQL register needs {name}.").format(name=name),
            remedy=_("Install PostgreSQL's client programs (Debian: postgresql-client)."),
        )
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False, env=environment)  # noqa: S603 - our own arguments
    if done.returncode:
        raise _failed(Path(arguments[-1]), (done.stderr.strip().splitlines() or ["?"])[-1])


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _failed(path: Path, why: str) -> BackupFailed:
    return BackupFailed(
        _("The copy is not whole: {why}").format(why=why),
        where=str(path),
        remedy=_("Check the disk's free space and the file, and try again."),
    )
