"""Rows read many at a time say exactly what they say one by one."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from workbench.sheets import batches, find_tables, map_tables, read, read_records
from workbench.sheets.record import Record

HEADINGS = ["Order No.", "Order date", "Customer", "Currency", "Amount", "RMB equiv.", "Incoterm", "Status", "Remarks", "Customer PO"]  # fmt: skip


def made(path: Path, *, currency_column: bool) -> Path:
    """Orders of which some are damaged, open, half empty, worked out by formulas or under merged cells."""
    chance = random.Random(4)
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Orders")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    money = [book.add_format({"num_format": code}) for code in ("[$US$-409]#,##0.00", "[$¥-411]#,##0", "#,##0.00")]
    sheet.write_row(0, 0, HEADINGS)
    for row in range(1, 201):
        amount: Any = chance.choice(
            [chance.randrange(10**7) / 100, chance.randrange(10**7) / 100, float(row), "USD 1,250.50", "n/a", "1.234"]
        )
        values = [
            chance.choice([f"PI{row:05d}", row, f"  PI{row}  ", "1,2E+15"]),
            chance.choice([datetime(2024, 1 + row % 12, 3), f"{row % 28 + 1}/{row % 12 + 1}/2024", "sometime"]),
            chance.choice(["Nordwind GmbH", "Ａcme  Ltd", "=HYPERLINK(1)", "Nordwind GmbH"]),
            chance.choice(["USD", "JPY", "EUR", "¥", "USS"]) if currency_column else None,
            amount, chance.randrange(10**6) / 100, chance.choice(["FOB Ningbo", "CIF", "by sea"]),
            chance.choice(["Open", "Shipped", "who knows"]), chance.choice(["", f"note {row % 5}"]), f"PO-{row}",
        ]  # fmt: skip
        for column, value in enumerate(values):
            if value in ("", None) or chance.random() < 0.04:
                continue
            style = day if column == 1 else chance.choice(money) if column == 4 else None
            if isinstance(value, datetime):
                sheet.write_datetime(row, column, value, style)
            elif column == 5 and row % 3 == 0:
                sheet.write_formula(row, column, f"=E{row + 1}*7", None, chance.choice([value, "#REF!"]))
            elif isinstance(value, str):
                sheet.write_string(row, column, value, style)
            else:
                sheet.write_number(row, column, value, style)
    sheet.merge_range(50, 2, 53, 2, "Merged Ltd")
    book.close()
    return path


def told(record: Record) -> tuple[object, ...]:
    values = [(name, type(value), str(value)) for name, value in record.values.items()]
    return record.kind, record.box, record.line, values, record.evidence, record.cells, record.spots, record.findings


def records(path: Path) -> list[Record]:
    book = read(path)
    tables = [table for sheet in book.sheets for table in find_tables(sheet).tables]
    return [record for mapped in map_tables(tables) if mapped is not None for record in read_records(mapped, book)]


@pytest.mark.parametrize("currency_column", [True, False])
def test_many_rows_at_a_time_say_what_each_says_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, currency_column: bool
) -> None:
    path = made(tmp_path / "orders.xlsx", currency_column=currency_column)
    together = records(path)
    monkeypatch.setattr(batches, "_FEWEST", 10**9)
    alone = records(path)

    assert len(alone) > 150
    assert list(map(told, together)) == list(map(told, alone))
    findings = {finding.code for record in alone for _name, finding in record.findings}
    assert {"cell.error", "cell.formula-text", "cell.date-unreadable", "cell.minor-units"} <= findings
