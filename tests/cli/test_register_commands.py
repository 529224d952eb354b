"""The register as a whole from the command line: made, listed, undone, proved, saved, reported."""

from __future__ import annotations

import json
import shutil
import sqlite3
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Workbench, state
from workbench.register import Register


def test_new_makes_a_register_and_its_workbook(workbench: Workbench, tmp_path: Path) -> None:
    made = workbench("new", tmp_path / "firm.xlsx", "--base", "eur", "--json")
    assert made.status == 0
    assert made.json == {
        "register": str(tmp_path / "firm.sqlite"), "workbook": str(tmp_path / "firm.xlsx"), "base_currency": "EUR",
    }  # fmt: skip
    with Register.open(tmp_path / "firm.sqlite") as register:
        assert register.base_currency == "EUR"
        assert register.log()[0].author == "li.na"
    openpyxl.load_workbook(tmp_path / "firm.xlsx", read_only=True).close()
    before = state(tmp_path / "firm.sqlite")
    again = workbench("new", tmp_path / "firm.sqlite", "--json")
    assert again.error("file.refused")["where"] == str(tmp_path / "firm.xlsx")
    assert state(tmp_path / "firm.sqlite") == before


def test_new_refuses_before_it_makes_anything(workbench: Workbench, tmp_path: Path) -> None:
    workbench("new", tmp_path / "firm.xlsx", "--base", "XYZ", "--json").error("currency.unknown")
    workbench("new", tmp_path / "firm.xlsx", "--base", "DEM", "--json").error("currency.retired")
    workbench("new", tmp_path / "no" / "firm.xlsx", "--json").error("file.target")
    assert list(tmp_path.iterdir()) == []


READERS = [
    ("log",), ("verify",), ("undo", "2"), ("rates", "audit"), ("rates", "accept", "RO-000001", "--reason", "x"),
    ("rates", "prefer"), ("receipts", "match"), ("duplicates", "scan"), ("rates", "get", "EUR", "USD", "2026-03-31"),
    ("rates", "check"),
]  # fmt: skip


@pytest.mark.parametrize("arguments", READERS, ids=" ".join)
def test_a_register_that_is_none_is_refused_alike(
    workbench: Workbench, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    missing, text = tmp_path / "none.sqlite", tmp_path / "notes.sqlite"
    text.write_text("these are only my notes\n" * 100, encoding="utf-8")
    error = workbench(*arguments, "--register", missing, "--json").error("register.missing")
    assert error["where"] == str(missing)
    assert not missing.exists()
    error = workbench(*arguments, "--register", text, "--json").error("register.not-a-register")
    assert error["where"] == str(text)
    assert text.read_text(encoding="utf-8").startswith("these are only my notes")
    assert list(tmp_path.iterdir()) == [text]


@pytest.mark.parametrize(
    "arguments", [("log",), ("verify",), ("undo", "1"), ("rates", "audit"), ("receipts", "match")], ids=" ".join
)
def test_no_register_named_is_told(workbench: Workbench, arguments: tuple[str, ...]) -> None:
    assert "WORKBENCH_REGISTER" in workbench(*arguments, "--json").error("configuration.error")["remedy"]


def test_the_register_may_be_named_by_the_environment(
    workbench: Workbench, register: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_REGISTER", str(register))
    assert len(workbench("log", "--json").json["changesets"]) == 1


def test_log_and_undo(workbench: Workbench, register: Path) -> None:
    empty, _length = state(register)
    with Register.open(register, actor="li.na") as opened:
        for number in range(3):
            with opened.changeset(origin="test", reason=f"no. {number}", author="wang.fang") as changes:
                changes.insert("customers", [{"legal_name": f"Firm {number}"}])
    entries = workbench("log", "--register", register, "--json").json["changesets"]
    assert [one["number"] for one in entries] == [4, 3, 2, 1]
    assert entries[0].keys() == {"number", "author", "at", "origin", "reason", "changes", "undoes", "hash"}
    assert (entries[0]["author"], entries[0]["origin"], entries[0]["changes"]) == ("wang.fang", "test", 1)
    assert len(workbench("log", "--limit", "1", "--register", register, "--json").json["changesets"]) == 1
    assert len(workbench("log", "--limit", "0", "--register", register, "--json").json["changesets"]) == 4
    for number in (4, 2, 3):
        undone = workbench("undo", number, "--reason", "not ours", "--register", register, "--json").json
        assert undone.keys() == {"undone", "changeset", "hash"}
        assert undone["undone"] == number
    assert state(register) == (empty, 7)
    newest = workbench("log", "--limit", "1", "--register", register, "--json").json["changesets"][0]
    assert (newest["undoes"], newest["author"], newest["reason"]) == (3, "li.na", "not ours")
    workbench("undo", "99", "--register", register, "--json").error("register.undo-refused")
    workbench("undo", "4", "--register", register, "--json").error("register.undo-refused")
    workbench("undo", "1", "--register", register, "--json").error("register.undo-refused")
    assert workbench("undo", "0", "--register", register).status == 2
    assert state(register) == (empty, 7)


def test_somebody_always_signs(workbench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_AUTHOR", "")
    workbench("new", tmp_path / "a.xlsx", "--author", " ")
    workbench("new", tmp_path / "b.xlsx")
    for name in ("a.sqlite", "b.sqlite"):
        entries = workbench("log", "--register", tmp_path / name, "--json").json["changesets"]
        assert [entry["origin"] for entry in entries] == ["bind", "create"]
        assert all(entry["author"].strip() for entry in entries)


def test_a_password_in_an_address_is_never_shown(workbench: Workbench) -> None:
    pytest.importorskip("psycopg", reason="psycopg is an extra")
    address = "postgresql://li.na:tell-nobody@127.0.0.1:1/firm"
    for arguments in (("log",), ("verify",), ("rates", "get", "EUR", "USD", "2026-03-31")):
        found = workbench(*arguments, "--register", address, "--json")
        found.error("register.missing")
        assert "tell-nobody" not in found.out + found.err


def test_verify_notices_a_row_changed_behind_the_log(workbench: Workbench, register: Path) -> None:
    with Register.open(register, actor="li.na") as opened:
        with opened.changeset(origin="test", reason="one", author="li.na") as changes:
            changes.insert("customers", [{"legal_name": "Nord AB"}])
        head = changes.hash
    sound = workbench("verify", "--register", register, "--json")
    assert (sound.status, sound.json) == (0, {"ok": True, "changesets": 2, "head": head, "problems": []})
    with sqlite3.connect(register) as connection:
        connection.execute("UPDATE customers SET legal_name = 'Nord AS'")
    connection.close()
    altered = workbench("verify", "--register", register, "--json")
    altered.error("register.altered")
    assert altered.json["ok"] is False
    assert any("customers" in one for one in altered.json["problems"])
    spoken = workbench("verify", "--register", register)
    assert spoken.status == 1
    assert "register.altered" in spoken.err


def test_backup_and_restore(workbench: Workbench, register: Path, tmp_path: Path) -> None:
    before = state(register)
    copy = tmp_path / "saved" / "copy.backup"
    workbench("backup", copy, "--register", register, "--json").error("file.target")
    workbench("backup", register, "--register", register, "--json").error("file.target")
    copy.parent.mkdir()
    saved = workbench("backup", copy, "--register", register, "--json")
    assert saved.json.keys() == {"backup", "head"}
    again = tmp_path / "again.sqlite"
    restored = workbench("restore", copy, again, "--json")
    assert restored.json == {"register": str(again), "changesets": 1, "head": saved.json["head"], "ok": True}
    assert state(again) == before
    workbench("restore", copy, again, "--json").error("register.exists")
    assert workbench("restore", copy, again, "--force", "--json").status == 0
    workbench("restore", tmp_path / "none", tmp_path / "x.sqlite", "--json").error("register.missing")
    cut = tmp_path / "cut.backup"
    cut.write_bytes(copy.read_bytes()[:5000])
    assert workbench("restore", cut, tmp_path / "x.sqlite", "--json").status == 1
    assert workbench("restore", cut, again, "--force", "--json").status == 1
    assert not (tmp_path / "x.sqlite").exists()
    assert state(again) == before


def test_report_register(workbench: Workbench, register: Path, tmp_path: Path) -> None:
    out = tmp_path / "Register.xlsx"
    made = workbench("report", "register", "--out", out, "--as-of", "2026-03-31", "--register", register, "--json")
    assert made.json.keys() == {"report", "file", "rows"}
    assert made.json["file"] == str(out)
    openpyxl.load_workbook(out, read_only=True).close()
    first = out.read_bytes()
    workbench("report", "register", "--out", out, "--as-of", "2026-03-31", "--register", register, "--json")
    assert out.read_bytes() == first
    before = state(register)
    workbench("report", "register", "--out", register, "--register", register, "--json").error("file.target")
    workbench("report", "register", "--out", tmp_path / "r.csv", "--register", register, "--json").error("file.target")
    workbench("report", "register", "--out", tmp_path / "n" / "r.xlsx", "--register", register, "--json").error(
        "file.target"
    )
    assert workbench("report", "balance", "--out", out, "--register", register).status == 2
    assert state(register) == before


def test_demo_prints_what_scripts_rely_on(demo_dir: Path) -> None:
    made = json.loads((demo_dir.parent / "demo.json").read_text(encoding="utf-8"))
    assert made.keys() >= {
        "register", "workbook", "plan", "records", "rows", "control_totals", "statements", "findings", "matched",
        "duplicate_pairs", "changesets", "head", "ok",
    }  # fmt: skip
    assert all(Path(made[name]).is_file() for name in ("register", "workbook", "plan"))
    for one in made["control_totals"]["orders"]:
        sums = {name: Decimal(one[name]) for name in ("sheets", "imported", "held", "refused", "register")}
        assert sums["sheets"] == sums["imported"] + sums["held"] + sums["refused"]
        assert sums["register"] == sums["imported"]
    assert "error" not in made


@pytest.mark.parametrize("name", ["register.sqlite", "Register.xlsx", "Plan.xlsx"])
def test_demo_replaces_nothing_of_the_users(workbench: Workbench, tmp_path: Path, register: Path, name: str) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    mine = Path(shutil.copy(register, folder / name))
    workbench("demo", folder, "--json").error("file.target")
    assert mine.read_bytes() == register.read_bytes()
    assert list(folder.iterdir()) == [mine]


def test_demo_into_a_file_is_refused(workbench: Workbench, tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("mine", encoding="utf-8")
    assert workbench("demo", tmp_path / "demo", "--json").status == 2
    assert workbench("demo", tmp_path / "demo" / "below", "--json").error("file.unusable")["where"]
    assert (tmp_path / "demo").read_text(encoding="utf-8") == "mine"
