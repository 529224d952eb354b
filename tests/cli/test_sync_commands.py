"""``workbench pull | push | status | bind`` as scripts and people call them."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Workbench
from tests.sync.conftest import fill
from workbench.register import Register


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    location = tmp_path / "register.sqlite"
    with Register.create(location, actor="test") as made:
        fill(made)
    monkeypatch.setenv("WORKBENCH_REGISTER", str(location))
    return location


def type_into(path: Path, edits: dict[tuple[str, str], object]) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book["Orders"]
    head = next(row for row in range(1, 10) if sheet.cell(row, 1).value == "Id")
    at = {cell.value: cell.column for cell in sheet[head]}
    rows = {sheet.cell(row, 1).value: row for row in range(head + 1, sheet.max_row + 1)}
    for (row_id, heading), value in edits.items():
        sheet.cell(rows[row_id], at[heading]).value = value
    book.save(path)


def test_a_workbook_is_made_edited_pushed_and_undone(workbench: Workbench, register: Path, tmp_path: Path) -> None:
    file = tmp_path / "Mine.xlsx"
    made = workbench("pull", file, "--language", "en", "--author", "li.na", "--json").json
    assert made["added"] == 9
    assert workbench("status", file, "--json").json["pending"] == 0
    type_into(file, {("O-000001", "Amount"): 77, ("O-000002", "Note"): "=1+1 is no formula here"})
    told = workbench("status", file, "--json").json
    assert (told["pending"], told["applied"], told["changeset"]) == (1, 0, None)
    assert [one["code"] for one in told["refused"]] == ["sync.formula"]
    assert workbench("push", file, "--json").status == 1
    type_into(file, {("O-000002", "Note"): "fine"})
    pushed = workbench("push", file, "--author", "li.na", "--json").json
    assert (pushed["applied"], pushed["updated"], pushed["created"], pushed["deleted"]) == (2, 2, 0, 0)
    assert (pushed["conflicts"], pushed["refused"]) == ([], [])
    assert Path(pushed["backup"]).is_file()
    assert workbench("undo", str(pushed["changeset"]), "--json").json["undone"] == pushed["changeset"]
    assert workbench("status", file, "--json").json["refreshed"] >= 2
    assert workbench("pull", file, "--json").json["pending"] == 0
    assert workbench("verify", "--json").json["ok"]
    assert workbench("doctor", file, "--json").json["file"] == "Mine.xlsx"


def test_refusals_have_codes(workbench: Workbench, register: Path, tmp_path: Path) -> None:
    file = tmp_path / "Mine.xlsx"
    workbench("pull", tmp_path / "none.xlsx", "--where", "orders.smell=1", "--json").error("configuration.error")
    workbench("push", file, "--json").error("file.missing")
    workbench("report", "register", "--out", file, "--language", "en")
    workbench("push", file, "--json").error("sync.unbound")
    workbench("bind", file, "Nowhere", "--json").error("configuration.error")
    workbench("bind", file, "Orders", "--column", "Order no", "--json").error("configuration.error")
    other = tmp_path / "other.sqlite"
    with Register.create(other, actor="test") as made:
        fill(made)
    bound = tmp_path / "Bound.xlsx"
    workbench("pull", bound, "--language", "en")
    workbench("push", bound, "--register", other, "--json").error("sync.other-register")
    workbench("pull", bound, "--language", "en", "--json").error("configuration.error")
    lock = bound.with_name(f".~lock.{bound.name}#")
    lock.write_text("ana")
    workbench("pull", bound, "--json").error("file.in-use")
    lock.unlink()
    bound.write_bytes(b"PK\x03\x04 no workbook")
    assert workbench("push", bound, "--json").status == 1


def test_words_for_people(workbench: Workbench, register: Path, tmp_path: Path) -> None:
    file, his = tmp_path / "Hers.xlsx", tmp_path / "His.xlsx"
    assert "9" in workbench("pull", file, "--language", "en").out
    workbench("pull", his, "--language", "en", "--author", "wang.wei")
    type_into(file, {("O-000001", "Note"): "hers"})
    type_into(his, {("O-000001", "Note"): "his", ("O-000002", "Amount"): "twelve"})
    assert "undo" in workbench("push", file, "--author", "li.na").out
    told = workbench("push", his, "--author", "wang.wei")
    assert told.status == 1
    assert "twelve" in told.out
    assert "hers" in told.out
    assert "li.na" in told.out
