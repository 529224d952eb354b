"""Rates from files by a mapping."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from workbench.errors import ConfigurationError, FileRefused
from workbench.rate_sources.mapped import Mapping, read_mapped


def csv_file(folder: Path, text: str) -> Path:
    path = folder / "rates.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


def xlsx_file(folder: Path, *rows: tuple[object, ...]) -> Path:
    path = folder / "rates.xlsx"
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_csv_keeps_digits_unit_and_direction(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "day;ccy;rate;per;until\n31.03.2026;JPY;4.6120;100;30.04.2026\n\n01.04.2026;USD;-;1;\n")
    mapping = Mapping(
        source="our bank", kind="bank_buy", date_column="day", base_column="ccy", quote="CNY", value_column="rate",
        unit_column="per", valid_to_column="until", date_format="%d.%m.%Y",
    )  # fmt: skip
    (row,) = read_mapped(path, mapping)
    assert (row.unit, row.base, row.value, row.quote) == (100, "JPY", "4.6120", "CNY")
    assert (row.rate_date, row.valid_to) == (date(2026, 3, 31), date(2026, 4, 30))


def test_xlsx_numbers_are_read_as_shown(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, ("date", "base", "quote", "value"), (datetime(2026, 3, 31), "USD", "CNY", 6.7351))
    (row,) = read_mapped(path, Mapping(source="x"))
    assert (row.value, row.rate_date) == ("6.7351", date(2026, 3, 31))


@pytest.mark.parametrize(
    ("cell", "place"),
    [
        ((date(2026, 3, 31), "USD", "CNY", "=1+1"), "!D2"),
        ((date(2026, 3, 31), "USD", "CNY", "#N/A"), "!D2"),
        ((date(2026, 3, 31), "USD", "CNY", 0), "!D2"),
        ((date(2026, 3, 31), "USD", "CNY", -1.5), "!D2"),
        ((date(2026, 3, 31), "USD", "CNY", "1,5"), "!D2"),
        ((date(2026, 3, 31), "US$", "CNY", 1.5), "!B2"),
        (("03/04/2026", "USD", "CNY", 1.5), "!A2"),
        ((None, "USD", "CNY", 1.5), "!D2"),
        ((date(2026, 3, 31), "CNY", "CNY", 1.5), "!D2"),
    ],
)
def test_cells_that_are_no_rate_are_refused_with_their_place(
    tmp_path: Path, cell: tuple[object, ...], place: str
) -> None:
    path = xlsx_file(tmp_path, ("date", "base", "quote", "value"), cell)
    with pytest.raises(FileRefused) as caught:
        read_mapped(path, Mapping(source="x"))
    assert caught.value.where is not None
    assert caught.value.where.endswith(place)


def test_order_of_days_can_be_told(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "date,base,quote,value\n03/04/2026,USD,CNY,6.7\n")
    (row,) = read_mapped(path, Mapping(source="x", date_order="dmy"))
    assert row.rate_date == date(2026, 4, 3)


def test_wrong_mappings_and_files_are_told(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "date,base,quote,rate\n2026-04-03,USD,CNY,6.7\n")
    with pytest.raises(ConfigurationError, match="value") as caught:
        read_mapped(path, Mapping(source="x"))
    assert "rate" in caught.value.remedy
    with pytest.raises(ConfigurationError):
        read_mapped(path, Mapping(source=" ", value_column="rate"))
    with pytest.raises(ConfigurationError, match="Other"):
        read_mapped(xlsx_file(tmp_path, ("date",)), Mapping(source="x", sheet="Other"))
    (tmp_path / "bad.xlsx").write_bytes(b"PK\x03\x04 no")
    (tmp_path / "bad.csv").write_bytes(b"date,base\n\xff\xfe")
    for name in ("bad.xlsx", "bad.csv", "missing.csv"):
        with pytest.raises(FileRefused):
            read_mapped(tmp_path / name, Mapping(source="x"))
    with pytest.raises(FileRefused, match="no rates"):
        read_mapped(csv_file(tmp_path, "date,base,quote,value\n"), Mapping(source="x"))
