"""Backups that are proved, restores that nobody loses work by, and upgrades that can be gone back on."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.register.conftest import empty_database
from workbench.errors import MissingComponent
from workbench.register import (
    BackupFailed,
    NotARegister,
    Register,
    RegisterExists,
    SchemaMismatch,
    backup,
    locations,
)

CUSTOMER = {"legal_name": "Brandner Leuchten GmbH"}


def add(register: Register, *rows: dict[str, Any]) -> int:
    with register.changeset(origin="test", reason="adding", author="li.na") as cs:
        cs.insert("customers", rows)
    return cs.number


def test_a_backup_never_replaces_the_register_itself(tmp_path: Path) -> None:
    with Register.create(tmp_path / "r.sqlite") as register:
        (tmp_path / "link.sqlite").symlink_to(tmp_path / "r.sqlite")
        for path in (tmp_path / "r.sqlite", tmp_path / "link.sqlite"):
            with pytest.raises(BackupFailed):
                register.backup(path)
        with pytest.raises(BackupFailed):
            register.backup(tmp_path / "no" / "folder")
        assert register.verify().ok


def test_a_backup_of_an_altered_register_is_refused_and_the_last_good_one_stays(tmp_path: Path) -> None:
    with Register.create(tmp_path / "r.sqlite") as register:
        add(register, CUSTOMER)
        register.backup(tmp_path / "monday")
        good = (tmp_path / "monday").read_bytes()
        with register.engine.connect() as connection:
            connection.exec_driver_sql("UPDATE customers SET legal_name = 'Someone else'")
        with pytest.raises(BackupFailed, match="legal_name"):
            register.backup(tmp_path / "monday")
    assert (tmp_path / "monday").read_bytes() == good
    assert sorted(one.name for one in tmp_path.iterdir() if "monday" in one.name) == ["monday"]


def test_restoring_into_a_register_that_others_have_open(register: Register, location: str, tmp_path: Path) -> None:
    add(register, CUSTOMER)
    head = register.verify().head
    register.backup(tmp_path / "monday")
    with Register.open(location) as other:
        add(other, CUSTOMER, CUSTOMER)
        with Register.restore(tmp_path / "monday", location, force=True) as restored:
            assert restored.verify().head == head
        assert other.count("customers") == register.count("customers") == 1
        assert add(other, CUSTOMER) == 3
        assert register.count("customers") == 2
    assert register.verify().ok
    with Register.open(location) as again:
        assert again.verify().changesets == 3


def test_what_is_no_whole_backup_replaces_nothing(register: Register, location: str, tmp_path: Path) -> None:
    add(register, CUSTOMER)
    register.backup(tmp_path / "good")
    data = (tmp_path / "good").read_bytes()
    (tmp_path / "cut").write_bytes(data[: len(data) * 2 // 3])
    (tmp_path / "text").write_text("hello")
    (tmp_path / "empty").write_bytes(b"")
    head = register.verify().head
    with pytest.raises(RegisterExists):
        Register.restore(tmp_path / "good", location)
    for name in ("cut", "text", "empty"):
        with pytest.raises(BackupFailed):
            Register.restore(tmp_path / name, location, force=True)
    assert register.verify().head == head
    with pytest.raises(BackupFailed):
        Register.restore(tmp_path, location, force=True)


def test_an_altered_backup_is_refused(tmp_path: Path) -> None:
    with Register.create(tmp_path / "r.sqlite") as register:
        add(register, CUSTOMER)
        register.backup(tmp_path / "good")
    with closing(sqlite3.connect(tmp_path / "good")) as connection:
        connection.execute("UPDATE customers SET legal_name = 'Someone else'")
        connection.commit()
    with pytest.raises(BackupFailed, match="legal_name"):
        Register.restore(tmp_path / "good", tmp_path / "new.sqlite")
    assert not (tmp_path / "new.sqlite").exists()


def test_a_file_that_is_no_register_is_replaced_with_force_only(tmp_path: Path) -> None:
    with Register.create(tmp_path / "r.sqlite") as register:
        register.backup(tmp_path / "good")
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(RegisterExists):
        Register.restore(tmp_path / "good", tmp_path / "notes.txt")
    with Register.restore(tmp_path / "good", tmp_path / "notes.txt", force=True) as restored:
        assert restored.verify().ok
    with pytest.raises(NotARegister):
        Register.restore(tmp_path / "good", tmp_path, force=True)


@pytest.mark.xdist_group("postgres")
def test_missing_programs_are_named(postgres_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Register.create(empty_database(postgres_server)) as register:
        monkeypatch.setattr(backup.shutil, "which", lambda _name: None)
        with pytest.raises(MissingComponent, match="pg_dump"):
            register.backup(tmp_path / "monday")


NEXT = '''
"""A second schema, as a later version would have it."""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0005", "0004", None, None


def upgrade() -> None:
    op.add_column("tasks", sa.Column("priority", sa.Text()))
'''


def test_an_older_register_is_upgraded_after_a_backup(
    register: Register, location: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(register, CUSTOMER)
    head = register.verify().head
    register.close()
    later = tmp_path / "migrations"
    shutil.copytree(locations.MIGRATIONS, later)
    (later / "versions" / "0005_priority.py").write_text(NEXT)
    monkeypatch.setattr(locations, "MIGRATIONS", later)
    monkeypatch.setattr(locations, "SCHEMA_REVISION", "0005")
    with pytest.raises(SchemaMismatch, match="upgrade"):
        Register.open(location)
    with pytest.raises(BackupFailed):
        Register.upgrade(location, tmp_path / "no" / "folder")
    with pytest.raises(SchemaMismatch):
        Register.open(location)
    for _twice in range(2):
        with Register.upgrade(location, tmp_path / "before") as upgraded:
            assert upgraded.verify() == (True, 2, head, ())
            with upgraded.engine.connect() as connection:
                connection.exec_driver_sql("SELECT priority FROM tasks")
    monkeypatch.undo()
    with pytest.raises(SchemaMismatch, match="Update Workbench"):
        Register.open(location)
    with pytest.raises(SchemaMismatch):
        Register.upgrade(location, tmp_path / "newer")
    assert not (tmp_path / "newer").exists()
    with Register.restore(tmp_path / "before", location, force=True) as old:
        assert old.verify().head == head
