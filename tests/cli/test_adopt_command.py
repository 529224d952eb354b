"""``workbench adopt``: what it prints and writes, and that a bad input leaves the register as it was."""

from __future__ import annotations

import csv
import json
import random
import shutil
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Workbench, state, write_orders
from workbench.register import Register


def test_a_plan_writes_nothing(workbench: Workbench, orders: Path, register: Path) -> None:
    before = state(register)
    planned = workbench("adopt", orders, "--register", register, "--json")
    assert planned.status == 0
    assert planned.err == ""
    found = planned.json
    assert found.keys() == {
        "files", "records", "control_totals", "findings", "asked", "accounts", "refused", "report", "out", "changeset",
        "left_out", "bound",
    }  # fmt: skip
    assert found["files"] == ["Orders.xlsx"]
    assert found["records"]["orders"] == {"imported": 2, "held": 2}
    assert (found["refused"], found["out"], found["report"], found["changeset"]) == ([], [], None, None)
    for total in found["control_totals"]:
        sums = {name: Decimal(total[name]) for name in ("sheet", "imported", "held", "refused", "known")}
        assert sums.pop("sheet") == sum(sums.values())
    asked = {one["where"]: one for one in found["asked"]}
    assert asked.keys() == {"Orders.xlsx!Orders!D4", "Orders.xlsx!Orders!B5"}
    assert asked["Orders.xlsx!Orders!B5"]["candidates"] == ["2026-04-05", "2026-05-04"]
    assert asked["Orders.xlsx!Orders!D4"].keys() == {
        "code", "severity", "where", "value", "candidates", "message", "remedy",
    }  # fmt: skip
    assert state(register) == before


def test_apply_once_then_nothing_is_new(workbench: Workbench, orders: Path, register: Path) -> None:
    made = workbench("adopt", orders, "--apply", "--register", register, "--json").json
    assert made["changeset"] == 2
    with Register.open(register) as opened:
        stored = {row["number"]: row for row in opened.rows("orders")}
    assert {number: (row["currency"], row["amount"]) for number, row in stored.items()} == {
        "A-1": ("USD", Decimal("1200.50")), "A-2": ("EUR", Decimal("900.00")),
    }  # fmt: skip
    assert all(row["rate_source"] == "ecb" and row["base_currency"] == "CNY" for row in stored.values())
    before = state(register)
    again = workbench("adopt", orders, "--apply", "--register", register, "--json").json
    assert (again["changeset"], again["records"]["orders"]) == (None, {"known": 2, "held": 2})
    assert state(register) == before
    workbench("undo", "2", "--register", register)
    with Register.open(register) as opened:
        assert opened.count("orders") == opened.count("customers") == 0


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_answers_release_what_was_held(
    workbench: Workbench, orders: Path, register: Path, tmp_path: Path, kind: str
) -> None:
    given = {"Orders.xlsx!Orders!D4": "USD", "Orders.xlsx!Orders!B5": "2026-05-04"}
    answers = tmp_path / f"answers.{kind}"
    if kind == "json":
        answers.write_text(json.dumps(given), encoding="utf-8")
    else:
        with answers.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(
                [("place", "code", "answer"), *((one, "", text) for one, text in given.items())]
            )
    made = workbench("adopt", orders, "--answers", answers, "--apply", "--register", register, "--json").json
    assert made["records"]["orders"] == {"imported": 4}
    with Register.open(register) as opened:
        stored = {row["number"]: row for row in opened.rows("orders")}
    assert stored["A-3"]["currency"] == "USD"
    assert stored["A-4"]["order_date"].isoformat() == "2026-05-04"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", "{not json"),
        ("a.json", "[1, 2]"),
        ("a.csv", "where,what\nx,y\n"),
        ("a.json", '{"Orders.xlsx!Orders!D4": "QQQ"}'),
        ("a.json", '{"Orders.xlsx!Orders!B5": "soon"}'),
        ("a.json", None),
    ],
)
def test_broken_answers_are_refused(
    workbench: Workbench, orders: Path, register: Path, tmp_path: Path, name: str, content: str | None
) -> None:
    answers = tmp_path / name
    if content is not None:
        answers.write_text(content, encoding="utf-8")
    before = state(register)
    found = workbench("adopt", orders, "--answers", answers, "--apply", "--register", register, "--json")
    assert found.error("configuration.error")["where"]
    assert state(register) == before


def test_out_and_report_are_written(workbench: Workbench, orders: Path, tmp_path: Path) -> None:
    out, report = tmp_path / "new" / "out", tmp_path / "Plan.xlsx"
    made = workbench("adopt", orders, "--out", out, "--report", report, "--json").json
    assert made["report"] == str(report)
    assert made["out"] == [str(out / "Orders")]
    assert {one.name for one in (out / "Orders").iterdir()} == {
        "tables.json", "customers.csv", "orders.csv", "receipts.csv", "issues.csv",
    }  # fmt: skip
    (table,) = json.loads((out / "Orders" / "tables.json").read_text(encoding="utf-8"))
    assert (table["sheet"], table["kind"], table["range"]) == ("Orders", "orders", "A1:E5")
    with (out / "Orders" / "orders.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["order.number"] for row in csv.DictReader(stream)] == ["A-1", "A-2", "A-3", "A-4"]
    with (out / "Orders" / "issues.csv").open(encoding="utf-8", newline="") as stream:
        assert {(row["cell"], row["kind"]) for row in csv.DictReader(stream)} == {
            ("D4", "unknown_currency"), ("B5", "ambiguous_date"),
        }  # fmt: skip
    openpyxl.load_workbook(report, read_only=True).close()


def _repacked(source: Path, target: Path, change: dict[str, bytes], extra: dict[str, bytes] | None = None) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change.get(name, old.read(name)))
        for name, data in (extra or {}).items():
            new.writestr(name, data)
    return target


def _hostile(kind: str, folder: Path) -> Path:
    """A file of that kind of trouble, under the name Bad.xlsx."""
    path, good = folder / "Bad.xlsx", write_orders(folder / "good.xlsx")
    noise = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789 ", k=10_000_000))
    if kind == "missing":
        return path
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "picture":
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 400)
    elif kind == "locked":
        head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
        path.write_bytes(head + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1024)
    elif kind == "cut":
        path.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    elif kind == "bomb":
        _repacked(good, path, {}, {"xl/media/x.bin": b"\0" * 40_000_000})
    elif kind == "cell":
        _repacked(good, path, {"xl/sharedStrings.xml": f"<sst><si><t>{noise}</t></si></sst>".encode()})
    elif kind == "entity":
        text = (
            b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst><si><t>&a;</t></si></sst>'
        )
        _repacked(good, path, {"xl/sharedStrings.xml": text})
    return path


HOSTILE = {
    "missing": "file.missing", "empty": "file.empty", "picture": "file.not-a-workbook", "locked": "file.locked",
    "cut": "file.corrupt", "bomb": "file.hostile", "cell": "file.too-large", "entity": "file.hostile",
}  # fmt: skip


@pytest.mark.parametrize(("kind", "code"), HOSTILE.items())
def test_a_bad_file_is_one_clear_refusal(
    workbench: Workbench, register: Path, tmp_path: Path, kind: str, code: str
) -> None:
    bad = _hostile(kind, tmp_path)
    before = state(register)
    found = workbench("adopt", bad, "--apply", "--register", register, "--json")
    assert found.error(code)["where"] == "Bad.xlsx"
    assert found.json.keys() == {"error"}
    spoken = workbench("adopt", bad, "--register", register)
    assert (spoken.status, spoken.out) == (1, "")
    assert spoken.err.count(code) == 1
    assert state(register) == before


def test_a_bad_file_among_good_ones_is_told_and_the_others_go_on(
    workbench: Workbench, orders: Path, register: Path, tmp_path: Path
) -> None:
    bad = _hostile("picture", tmp_path)
    found = workbench("adopt", orders, bad, "--apply", "--register", register, "--json")
    found.error("file.not-a-workbook")
    assert [one["where"] for one in found.json["refused"]] == ["Bad.xlsx"]
    assert found.json["records"]["orders"]["imported"] == 2
    assert found.json["changeset"] == 2
    worse = Path(shutil.copy(bad, tmp_path / "Worse.xlsx"))
    spoken = workbench("adopt", bad, worse, "--register", register)
    assert spoken.status == 1
    assert spoken.err.count("file.not-a-workbook") == 2


def test_apply_needs_a_register(workbench: Workbench, orders: Path) -> None:
    workbench("adopt", orders, "--apply", "--json").error("configuration.error")


def test_targets_are_looked_at_before_anything_is_imported(
    workbench: Workbench, orders: Path, register: Path, tmp_path: Path
) -> None:
    before, sheet = state(register), orders.read_bytes()
    apply_it = ("adopt", orders, "--apply", "--register", register, "--json")
    workbench(*apply_it, "--report", orders).error("file.target")
    workbench(*apply_it, "--report", register).error("file.target")
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    workbench(*apply_it, "--out", file / "below").error("file.unusable")
    workbench(*apply_it, "--report", file / "below" / "Plan.xlsx").error("file.unusable")
    assert workbench(*apply_it, "--out", file).status == 2
    if sys.platform == "linux":  # a place where nobody may make files, whoever runs this
        workbench(*apply_it, "--report", "/proc/Plan.xlsx").error("file.refused")
        workbench(*apply_it, "--out", "/proc/out").error("file.unusable")
    assert orders.read_bytes() == sheet
    assert file.read_text(encoding="utf-8") == "mine"
    assert state(register) == before


def test_files_of_one_name_do_not_share_a_folder(
    workbench: Workbench, orders: Path, register: Path, tmp_path: Path
) -> None:
    (tmp_path / "2025").mkdir()
    other = Path(shutil.copy(orders, tmp_path / "2025" / orders.name))
    before = state(register)
    both = ("adopt", orders, other, "--register", register, "--json")
    workbench(*both, "--apply", "--out", tmp_path / "out").error("file.target")
    assert not (tmp_path / "out").exists()
    assert state(register) == before
    workbench(*both).error("file.same-name")


def test_names_with_markup_are_shown_as_they_are(workbench: Workbench, orders: Path, tmp_path: Path) -> None:
    odd = Path(shutil.copy(orders, tmp_path / "[bold]Tom 订单[.xlsx"))
    assert "[bold]Tom" in workbench("adopt", odd).out
    missing = workbench("adopt", tmp_path / "[red]none.xlsx")
    assert "[red]none.xlsx" in missing.err


def test_a_trial_takes_a_part_and_the_whole_comes_later(workbench: Workbench, orders: Path, register: Path) -> None:
    part = workbench("adopt", orders, "--rows", "1", "--register", register, "--json").json
    assert part["records"]["orders"] == {"imported": 1}
    assert part["left_out"] == ["Orders.xlsx!Orders!3:5"]
    workbench("adopt", orders, "--rows", "1", "--apply", "--register", register, "--json")
    whole = workbench("adopt", orders, "--apply", "--register", register, "--json").json
    assert whole["records"]["orders"] == {"known": 1, "imported": 1, "held": 2}
    none = workbench("adopt", orders, "--sheet", "Nowhere", "--register", register, "--json").error(
        "configuration.error"
    )
    assert "Orders" in none["remedy"]


def test_the_plan_workbook_takes_the_answers(
    workbench: Workbench, orders: Path, register: Path, tmp_path: Path
) -> None:
    plan = tmp_path / "Plan.xlsx"
    workbench("adopt", orders, "--report", plan)
    book = openpyxl.load_workbook(plan)
    sheet = book["Questions"]
    offered = {str(one.sqref): one for one in sheet.data_validations.dataValidation}
    given = {"Orders.xlsx!Orders!D4": "USD", "Orders.xlsx!Orders!B5": "2026-05-04"}
    for row in range(2, sheet.max_row + 1):
        assert f"C{row}" in offered
        sheet.cell(row, 3).value = given[sheet.cell(row, 1).value]
    book.save(plan)
    again = tmp_path / "Again.xlsx"
    made = workbench("adopt", orders, "--answers", plan, "--report", again, "--apply", "--register", register, "--json")
    assert made.json["records"]["orders"] == {"imported": 4}
    sheet = openpyxl.load_workbook(again)["Questions"]
    assert {row[0]: row[2] for row in sheet.iter_rows(min_row=2, values_only=True)} == given


@pytest.mark.parametrize("in_place", [False, True])
def test_the_adopted_workbook_is_bound_and_otherwise_the_same(
    workbench: Workbench, orders: Path, register: Path, *, in_place: bool
) -> None:
    macro = _repacked(orders, orders.with_name("kept.xlsx"), {}, {"xl/vbaProject.bin": b"\x00macro\xff" * 40})
    orders.write_bytes(macro.read_bytes())
    before = orders.read_bytes()
    options = ("--apply", "--bind", *(["--in-place"] if in_place else []))
    made = workbench("adopt", orders, *options, "--register", register, "--json").json
    (bound,) = made["bound"]
    assert (bound["sheet"], bound["linked"], bound["new"], bound["why"]) == ("Orders", 2, 2, "")
    file = Path(bound["file"])
    assert (file == orders) is in_place
    assert (orders.read_bytes() == before) is not in_place
    with zipfile.ZipFile(macro) as old, zipfile.ZipFile(file) as new:
        changed = {name for name in old.namelist() if name not in new.namelist() or old.read(name) != new.read(name)}
        assert changed <= {
            "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "xl/worksheets/sheet1.xml",
            "xl/styles.xml", "docProps/app.xml",
        }  # fmt: skip
        assert new.read("xl/vbaProject.bin") == old.read("xl/vbaProject.bin")
    status = workbench("status", file, "--register", register, "--json")
    assert status.status == 0


def test_undo_leaves_the_register_as_it_was(workbench: Workbench, orders: Path, register: Path) -> None:
    with Register.open(register) as opened:
        before = opened.state_hash()
    workbench("adopt", orders, "--apply", "--register", register)
    with Register.open(register) as opened:
        assert opened.state_hash() != before
    workbench("undo", "2", "--register", register)
    with Register.open(register) as opened:
        assert opened.state_hash() == before


def test_bind_goes_with_apply(workbench: Workbench, orders: Path) -> None:
    assert workbench("adopt", orders, "--bind").status == 2
    assert workbench("adopt", orders, "--in-place").status == 2
