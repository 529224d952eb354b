"""A folder of CSV files in, predictions out."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from workbench.errors import FileRefused
from workbench.matching import match_folder, write_predictions

FILES = {
    "customers.csv": "customer_id,name,latin_name,country,currency,bank_account\nC1,Acme Ltd,Acme Ltd,GB,USD,\n",
    "orders.csv": "order_no,pi_no,customer_id,customer_po,order_date,currency,total\n"
    "SO24-00001,PI2024-00001,C1,PO5512,2024-01-01,USD,1000.00\n",
    "items.csv": "item_id,order_no,customer_id,kind,currency,amount,open_amount,issue_date,due_date\n"
    "PI2024-00001,SO24-00001,C1,deposit,USD,300.00,0.00,2024-01-01,2024-01-01\n"
    "INV2024-00009,SO24-00001,C1,invoice,USD,700.00,700.00,2024-02-01,2024-03-01\n",
    "receipts.csv": "receipt_id,value_date,currency,amount,payer_name,payer_account,remittance,charges,"
    "instructed_currency,instructed_amount,channel,bank_ref\n"
    "R1,2024-03-01,USD,700.00,ACME LTD,,BALANCE PI2024-00001,SHA,,,wire,F1\n"
    "R2,2024-03-02,USD,700.00,ACME LTD,,BALANCE PI2024-00001,SHA,,,wire,F2\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_predictions(folder: Path) -> None:
    write_predictions(match_folder(folder), folder / "pred.csv")
    with (folder / "pred.csv").open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    assert [row["receipt_id"] for row in rows if row["decision"] == "post"] == ["R1"], "the second finds nothing open"
    assert rows[0] == {
        "receipt_id": "R1",
        "item_id": "INV2024-00009",
        "amount": "700.00",
        "confidence": rows[0]["confidence"],
        "decision": "post",
        "reasons": rows[0]["reasons"],
    }
    assert "PI2024-00001" in rows[0]["reasons"]


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "items.csv").unlink()
    with pytest.raises(FileRefused, match=r"items\.csv"):
        match_folder(folder)


@pytest.mark.parametrize("bad", ["7OO.00", "NaN", "", "Infinity"])
def test_an_unreadable_amount_is_refused_with_its_line(folder: Path, bad: str) -> None:
    path = folder / "receipts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("USD,700.00,ACME LTD,,BALANCE PI2024-00001,SHA,,,wire,F2",
                                                             f"USD,{bad},ACME,,,SHA,,,wire,F2"), encoding="utf-8")  # fmt: skip
    with pytest.raises(FileRefused) as caught:
        match_folder(folder)
    assert caught.value.where == "receipts.csv:3"


@pytest.mark.parametrize(
    ("name", "old", "new", "where"),
    [
        ("items.csv", "INV2024-00009,SO24-00001", "INV2024-00009,SO24-99999", "items.csv:3"),
        ("items.csv", "INV2024-00009,SO24", "PI2024-00001,SO24", "items.csv:3"),
        ("receipts.csv", "\nR2,", "\nR1,", "receipts.csv:3"),
    ],
    ids=["no-such-order", "item-twice", "receipt-twice"],
)
def test_rows_that_do_not_hang_together_are_refused(folder: Path, name: str, old: str, new: str, where: str) -> None:
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(FileRefused) as caught:
        match_folder(folder)
    assert caught.value.where == where


@pytest.mark.parametrize("content", [b"receipt_id\n\xff\xfe\n", b"receipt_id\n" + b"x" * 200_000])
def test_a_file_that_is_no_csv_is_refused(folder: Path, content: bytes) -> None:
    (folder / "receipts.csv").write_bytes(content)
    with pytest.raises(FileRefused, match=r"receipts\.csv.* cannot be read"):
        match_folder(folder)
