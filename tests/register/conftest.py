"""Both engines for every register test: a SQLite file, and a private PostgreSQL made from the system's package."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.register import Register

IN_CI = os.environ.get("CI") == "true"


def _program(name: str) -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of a server on a socket in a folder of its own, without a database yet."""
    initdb, pg_ctl = _program("initdb"), _program("pg_ctl")
    if initdb is None or pg_ctl is None:
        if IN_CI:
            pytest.fail("PostgreSQL is not installed, and in CI nothing is skipped")
        pytest.skip("PostgreSQL is not installed: apt install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="wb-pg-", dir="/tmp"))
    data = folder / "data"
    # The server refuses to run as root; Debian's package brings the user postgres.
    runuser = shutil.which("runuser", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") or "runuser"
    user = [runuser, "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if user:
        shutil.chown(folder, "postgres")
    subprocess.run([*user, initdb, "-D", str(data), "-U", "wb", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
                   check=True, capture_output=True)  # fmt: skip
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off"
    subprocess.run([*user, pg_ctl, "-D", str(data), "-w", "-o", options, "-l", str(folder / "log"), "start"],
                   check=True, capture_output=True)  # fmt: skip
    yield f"postgresql://wb@/postgres?host={folder}"
    subprocess.run([*user, pg_ctl, "-D", str(data), "-m", "immediate", "stop"], check=True, capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)


_made = iter(range(10**6))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.xdist_group("postgres"))])
def location(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place for a new register on either engine."""
    if request.param == "sqlite":
        return str(tmp_path / "register.sqlite")
    return empty_database(request.getfixturevalue("postgres_server"))


def empty_database(server: str) -> str:
    """URL of a new database."""
    import psycopg

    name = f"wb_{os.getpid()}_{next(_made)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def register(location: str) -> Iterator[Register]:
    with Register.create(location, base_currency="CNY", actor="li.na") as made:
        yield made
