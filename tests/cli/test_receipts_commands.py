"""``workbench receipts`` and ``workbench duplicates``: files in, counts and rows out, each once."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from tests.cli.conftest import MT940, Workbench, state
from tests.matching.test_matching_files import FILES
from workbench.register import Register


def test_import_takes_every_entry_once(workbench: Workbench, register: Path, statement: Path) -> None:
    found = workbench("receipts", "import", statement, "--register", register, "--json")
    assert (found.status, found.err) == (0, "")
    assert found.json == {
        "files": [
            {
                "file": "march.sta",
                "format": "mt940",
                "entries": 2,
                "new": 2,
                "known": 0,
                "refused": 0,
                "opening": {"332901008800123464 USD": "1000"},
                "closing": {"332901008800123464 USD": "2180.50"},
                "adds_up": True,
            }
        ],
        "totals": {"USD": "1180.50"},
        "findings": [],
        "changeset": 2,
    }
    before = state(register)
    again = workbench("receipts", "import", statement, "--register", register, "--json").json
    assert (again["files"][0]["new"], again["files"][0]["known"], again["changeset"]) == (0, 2, None)
    assert state(register) == before
    with Register.open(register) as opened:
        rows = sorted(opened.rows("receipts"), key=lambda row: row["amount"])
    assert [row["amount"] for row in rows] == [Decimal("-20.00"), Decimal("1200.50")]
    assert all(row["base_amount"] is not None and row["rate_source"] == "ecb" for row in rows)


def test_an_entry_without_a_rate_is_kept_and_told(workbench: Workbench, register: Path, tmp_path: Path) -> None:
    path = tmp_path / "dong.sta"
    path.write_text(MT940.replace("USD", "VND").replace(",50", ",").replace(",00", ","), encoding="ascii")
    found = workbench("receipts", "import", path, "--register", register, "--json")
    assert found.status == 0
    assert [(one["code"], one["where"]) for one in found.json["findings"]] == [
        ("rate.unavailable", "dong.sta:5"), ("rate.unavailable", "dong.sta:7"),
    ]  # fmt: skip
    assert "dong.sta:5" in workbench("receipts", "import", path, "--register", register).out + "dong.sta:5"
    with Register.open(register) as opened:
        assert [row["base_amount"] for row in opened.rows("receipts")] == [None, None]


def _bad_statements(folder: Path) -> dict[str, Path]:
    texts = {
        "cut": MT940[: MT940.index(":62F:")],
        "half": MT940[: len(MT940) // 2],
        "wrong": MT940.replace("2180,50", "2180,51"),
        "empty": "",
        "letter": "Dear customer, your statement is attached.\n",
        "entity": '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><Document>&a;</Document>',
    }
    for name, text in texts.items():
        (folder / f"{name}.sta").write_text(text, encoding="ascii")
    (folder / "binary.sta").write_bytes(bytes(range(256)) * 20)
    return {one.stem: one for one in folder.glob("*.sta")} | {"missing": folder / "missing.sta"}


@pytest.mark.parametrize("kind", ["cut", "half", "wrong", "empty", "letter", "entity", "binary", "missing"])
def test_a_bad_statement_is_refused_whole(workbench: Workbench, register: Path, tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "bad"
    folder.mkdir()
    bad = _bad_statements(folder)[kind]
    before = state(register)
    found = workbench("receipts", "import", bad, "--register", register, "--json")
    assert found.status == 1
    (told,) = found.json["files"]
    assert (told["file"], told["new"], told["refused"], told["adds_up"]) == (bad.name, 0, 1, False)
    assert found.json["error"] == told["error"]
    found.error(told["error"]["code"])
    assert bad.name in told["error"]["where"]
    spoken = workbench("receipts", "import", bad, "--register", register)
    assert spoken.status == 1
    assert spoken.err.count(told["error"]["code"]) == 1
    assert state(register) == before


def test_a_bad_statement_does_not_stop_the_others(
    workbench: Workbench, register: Path, statement: Path, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.sta"
    cut.write_text(MT940[: MT940.index(":62F:")], encoding="ascii")
    found = workbench("receipts", "import", cut, statement, cut, "--register", register, "--json")
    assert found.status == 1
    assert [(one["file"], one["new"], one["refused"]) for one in found.json["files"]] == [
        ("cut.sta", 0, 1), ("march.sta", 2, 0), ("cut.sta", 0, 1),
    ]  # fmt: skip
    spoken = workbench("receipts", "import", cut, statement, cut, "--register", register)
    assert spoken.err.count(found.json["error"]["code"]) == 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "bench"
    made.mkdir()
    for name, text in FILES.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_match_a_folder(workbench: Workbench, folder: Path) -> None:
    out = folder / "pred.csv"
    for _again in range(2):  # an earlier result in the folder is simply replaced
        found = workbench("receipts", "match", "--folder", folder, "--out", out, "--json")
        assert found.status == 0
        assert found.json.keys() == {"receipts", "post", "review", "no_match", "allocations", "out", "changeset"}
        counts = [found.json[name] for name in ("receipts", "post", "review", "no_match")]
        assert (counts, found.json["out"], found.json["changeset"]) == ([2, 1, 0, 1], str(out), None)
        (row,) = rows_of(out)
        assert list(row) == ["receipt_id", "item_id", "amount", "confidence", "decision", "reasons"]
        assert (row["receipt_id"], row["item_id"], row["amount"], row["decision"]) == (
            "R1",
            "INV2024-00009",
            "700.00",
            "post",
        )
        assert Decimal(row["confidence"]) <= 1


def test_match_a_folder_refuses_with_the_place(workbench: Workbench, folder: Path, tmp_path: Path) -> None:
    given = (folder / "items.csv").read_bytes()
    workbench("receipts", "match", "--folder", folder, "--out", folder / "items.csv", "--json").error("file.target")
    workbench("receipts", "match", "--folder", folder, "--out", folder / "n" / "p.csv", "--json").error("file.target")
    assert (folder / "items.csv").read_bytes() == given
    receipts = folder / "receipts.csv"
    whole = receipts.read_text(encoding="utf-8")
    receipts.write_text(whole.replace("700.00", "7OO.00"), encoding="utf-8")
    found = workbench("receipts", "match", "--folder", folder, "--json")
    assert found.error("file.refused")["where"] == "receipts.csv:2"
    receipts.write_text(whole, encoding="utf-8")
    (folder / "items.csv").unlink()
    assert "items.csv" in workbench("receipts", "match", "--folder", folder, "--json").error("file.refused")["where"]
    assert workbench("receipts", "match", "--folder", tmp_path / "none").status == 2


def test_match_a_register_posts_once(workbench: Workbench, demo_register: Path, tmp_path: Path) -> None:
    out, posting = tmp_path / "pred.csv", tmp_path / "none" / "pred.csv"
    with Register.open(demo_register) as opened:
        posted = next(entry.number for entry in opened.log() if entry.origin == "matching")
    undone = workbench("undo", posted, "--register", demo_register, "--json")
    assert undone.status == 0
    before = state(demo_register)
    workbench("receipts", "match", "--out", posting, "--register", demo_register, "--json").error("file.target")
    assert state(demo_register) == before
    found = workbench("receipts", "match", "--out", out, "--register", demo_register, "--json").json
    assert found["receipts"] == found["post"] + found["review"] + found["no_match"]
    assert found["post"] > 1500
    rows = rows_of(out)
    assert {row["decision"] for row in rows} == {"post", "review"}
    assert len({row["receipt_id"] for row in rows if row["decision"] == "post"}) == found["post"]
    again = workbench("receipts", "match", "--register", demo_register, "--json").json
    assert (again["post"], again["allocations"]) == (0, 0)
    # What is for review may be proposed otherwise once the sure ones are posted; then it stays.
    assert workbench("receipts", "match", "--register", demo_register, "--json").json["changeset"] is None
    assert workbench("verify", "--register", demo_register).status == 0


CUSTOMERS = [
    ["row_id", "Company", "Land", "Mail"],
    ["1", "Nordlicht Handels GmbH", "DE", "info@nordlicht.example"],
    ["2", "NORDLICHT HANDELS GMBH", "DE", "info@nordlicht.example"],
    ["3", "Süd Optik KG", "DE", "post@suedoptik.example"],
    ["4", "Tokyo Trading Co., Ltd.", "JP", "sales@tokyo-trading.example"],
]
MAP = ("--map", "name=Company", "--map", "country=Land", "--map", "email=Mail")


def customers(path: Path) -> Path:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(CUSTOMERS)
    elif path.suffix == ".xlsx":
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(CUSTOMERS):
                sheet.write_row(number, 0, row)
    else:
        pa = pytest.importorskip("pyarrow", reason="pyarrow is an extra")
        columns = zip(*CUSTOMERS[1:], strict=True)
        parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is an extra")
        parquet.write_table(pa.table(dict(zip(CUSTOMERS[0], columns, strict=True))), path)
    return path


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_scan_a_file(workbench: Workbench, tmp_path: Path, kind: str) -> None:
    pairs, clusters = tmp_path / "pairs.csv", tmp_path / "clusters.csv"
    source = customers(tmp_path / f"in.{kind}")
    found = workbench("duplicates", "scan", source, "--out", pairs, "--clusters", clusters, *MAP, "--json")
    assert (found.status, found.err) == (0, "")
    assert found.json == {
        "pairs": 1, "decisions": {"duplicate": 1}, "clusters": 1, "out": str(pairs), "clusters_file": str(clusters),
        "changeset": None,
    }  # fmt: skip
    (pair,) = rows_of(pairs)
    assert list(pair) == ["id_a", "id_b", "score", "decision", "reasons"]
    assert (pair["id_a"], pair["id_b"], pair["decision"]) == ("1", "2", "duplicate")
    assert Decimal(pair["score"]) > Decimal("0.8")
    grouped = rows_of(clusters)
    assert [row["id"] for row in grouped] == ["1", "2"]
    assert len({row["cluster"] for row in grouped}) == 1


def test_scan_refuses_what_it_cannot_do(workbench: Workbench, tmp_path: Path) -> None:
    source = customers(tmp_path / "in.csv")
    given = source.read_bytes()
    workbench("duplicates", "scan", source, "--out", source, "--json").error("file.target")
    workbench("duplicates", "scan", source, "--clusters", tmp_path / "n" / "c.csv", "--json").error("file.target")
    workbench("duplicates", "scan", source, "--map", "Company", "--json").error("configuration.error")
    for wrong in ("name=Nowhere", "legal_name=Nowhere", "colour=Company", "name=", "=Company"):
        workbench("duplicates", "scan", source, "--map", wrong, "--json").error("configuration.error")
    workbench("duplicates", "scan", source, *MAP, "--id", "Nowhere", "--json").error("configuration.error")
    source.write_text("row_id,Quux\n1,Nordlicht\n", encoding="utf-8")
    workbench("duplicates", "scan", source, "--json").error("configuration.error")
    source.write_bytes(given)
    workbench("duplicates", "scan", tmp_path / "none.csv", "--json").error("file.refused")
    odd = tmp_path / "in.docx"
    odd.write_bytes(b"x")
    workbench("duplicates", "scan", odd, "--json").error("file.refused")
    assert source.read_bytes() == given


def test_scan_the_register(workbench: Workbench, register: Path) -> None:
    names = ("Nordlicht Handels GmbH", "NORDLICHT HANDELS GMBH", "Süd Optik KG")
    with (
        Register.open(register, actor="li.na") as opened,
        opened.changeset(origin="test", reason="three", author="li.na") as changes,
    ):
        changes.insert("customers", [{"legal_name": name, "country": "DE"} for name in names])
    found = workbench("duplicates", "scan", "--register", register, "--json").json
    assert (found["pairs"], found["changeset"]) == (1, 3)
    before = state(register)
    assert workbench("duplicates", "scan", "--register", register, "--json").json["changeset"] is None
    assert state(register) == before
