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
from workbench.register import locations
from workbench.register.errors import BackupFailed, RegisterExists, RegisterMissing

__all__ = ["backup", "restore"]


def backup(engine: sa.Engine, path: Path) -> None:
    """Copy the register to ``path``; the file appears only when it is whole."""
    with _beside(path) as part:
        if engine.dialect.name == "sqlite":
            _copy_sqlite(Path(str(engine.url.database)), part)
            _check_sqlite(part)
        else:
            _dump(engine.url, part)
        _sync(part)
        part.replace(path)


def restore(source: Path, location: str | Path, *, force: bool) -> None:
    """Make a register from a backup; an existing one is replaced only with ``force``."""
    if not source.exists():
        raise RegisterMissing(
            _("There is no backup {path}.").format(path=source), where=str(source), remedy=_("Check the path.")
        )
    if locations.is_postgres(location):
        _load(source, location, force=force)
        return
    target = Path(location)
    if target.exists() and not force:
        raise RegisterExists(
            _("There is a register at {location} already.").format(location=target),
            where=str(target),
            remedy=_("Choose another place, or replace it with --force."),
        )
    with _beside(target) as part:
        _check_sqlite(source)
        _copy_sqlite(source, part)
        _check_sqlite(part)
        _sync(part)
        for leftover in ("-wal", "-shm"):
            Path(f"{target}{leftover}").unlink(missing_ok=True)
        part.replace(target)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A temporary file in the same folder, gone afterwards unless it was renamed."""
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
        with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
            here.backup(there, pages=-1)
            there.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise _failed(source, str(error)) from error


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
    _tool("pg_restore", ["--list", str(target)], url)


def _load(source: Path, location: str | Path, *, force: bool) -> None:
    engine = locations.engine_for(location, must_exist=False)
    try:
        if locations.has_register(engine) and not force:
            raise RegisterExists(
                _("There is a register at {location} already.").format(location=locations.shown(location)),
                where=locations.shown(location),
                remedy=_("Choose another place, or replace it with --force."),
            )
        options = ["--no-owner", "--exit-on-error", "--single-transaction"]
        options += ["--clean", "--if-exists"] if force else []
        _tool("pg_restore", [*options, f"--dbname={_libpq(engine.url)}", str(source)], engine.url)
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
