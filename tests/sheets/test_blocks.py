"""Labels that come again and again below each other, with one record or several beside them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.sheets.writing import Rows, written
from workbench.sheets import Record, Role, Table, find_tables, map_tables, read, read_records
from workbench.sheets.tables import SheetLayout


def _read(path: Path, rows: Rows) -> tuple[SheetLayout, list[Table], list[Record]]:
    made = read(written(path, rows))
    layout = find_tables(made.sheets[0])
    records = [one for mapped in map_tables(layout.tables) if mapped for one in read_records(mapped, made)]
    return layout, layout.tables, records


def _block(numbers: Sequence[int]) -> list[list[object]]:
    return [
        ["Order no.", *(f"S-{n}" for n in numbers)],
        ["Order date", *(date(2026, 1, n) for n in numbers)],
        ["Customer", *(f"Nord {chr(64 + n)} Ltd" for n in numbers)],
        ["Currency", *("EUR" for _n in numbers)],
        ["Amount", *(100 + n for n in numbers)],
    ]


def test_one_column_for_each_order_in_blocks_below_each_other(tmp_path: Path) -> None:
    rows = [["Orders 2026"], [], *_block([1, 2, 3]), [], *_block([4, 5, 6]), [], *_block([7, 8])]
    rows[-5].append("Total")
    rows[-1].append(836)
    layout, tables, records = _read(tmp_path / "w.xlsx", rows)
    assert [record.values["order.number"] for record in records] == [f"S-{n}" for n in range(1, 9)]
    assert records[4].values["order.amount"] == Decimal(105)
    assert records[4].place == "w.xlsx!Orders!C9:C13"
    assert len(tables) == 1
    assert (layout.roles[15, 4], layout.roles[19, 4]) == (Role.TOTAL, Role.TOTAL)


def test_cards_of_unknown_labels_beside_and_below_each_other(tmp_path: Path) -> None:
    def card(n: int) -> list[list[object]]:
        return [
            ["Nrx :", f"S-{n}"],
            ["Kupovac X :", f"Nord {chr(64 + n)} Ltd"],
            ["Dan X :", date(2026, 1, n)],
            ["Amount :", f"EUR {100 + n}.50"],
        ]

    rows: list[list[object]] = []
    for line in range(3):
        left, right = card(2 * line + 1), card(2 * line + 2)
        rows += [
            ["Orders", None, None, None, f"Page {line + 1}/3"],
            *([*one, None, *two] for one, two in zip(left, right, strict=True)),
            [],
        ]
    _layout, tables, records = _read(tmp_path / "c.xlsx", rows)
    assert [table.orientation for table in tables] == ["cards"]
    assert [record.values["order.amount"] for record in records] == [Decimal(f"{100 + n}.50") for n in range(1, 7)]


def test_numbers_that_differ_in_every_row_are_no_names(tmp_path: Path) -> None:
    rows = [
        ["Sales confirmation", "Customer", "Order date", "Currency", "Amount"],
        *([f"25/{230 + n}", f"Nord {chr(64 + n)} Ltd", date(2026, 1, n), "EUR", 10.5 + n] for n in range(1, 9)),
    ]
    _layout, _tables, records = _read(tmp_path / "n.xlsx", rows)
    assert len(records) == 8
    assert not any("order.salesperson" in record.values for record in records)
