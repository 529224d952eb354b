"""Days whose parts stand apart, and days of other calendars, each on a small sheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tests.sheets.writing import Rows, written
from workbench.sheets import Record, find_tables, map_tables, read, read_records


def _records(path: Path, rows: Rows, name: str = "Orders") -> list[Record]:
    made = read(written(path, rows, name=name))
    tables = find_tables(made.sheets[0]).tables
    return [one for mapped in map_tables(tables) if mapped for one in read_records(mapped, made)]


def _dates(records: Sequence[Record]) -> list[object]:
    return [record.values.get("order.date") for record in records]


def _order(number: int) -> list[object]:
    return [f"S-{100 + number}", f"Nord {number} Ltd", "EUR", 1000.5 + number]


_HEAD = ["Order no.", "Customer", "Currency", "Amount"]


def test_a_month_in_a_line_over_its_days(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Day", *_HEAD], ["März 2025"], [3, *_order(1)], [19, *_order(2)], ["April 2025"], [2, *_order(3)],
        [2, *_order(4)], [30, *_order(5)],
    ]  # fmt: skip
    records = _records(tmp_path / "m.xlsx", rows)
    days = [date(2025, 3, 3), date(2025, 3, 19), date(2025, 4, 2), date(2025, 4, 2), date(2025, 4, 30)]
    assert _dates(records) == days
    assert records[0].sheet.place(*records[0].cells["order.date"]) == "m.xlsx!Orders!A3"


def test_numbers_under_months_that_are_no_days(tmp_path: Path) -> None:
    counted: list[list[object]] = [
        ["No", *_HEAD], ["March 2025"], [1, *_order(1)], [2, *_order(2)], ["April 2025"], [1, *_order(3)], [2, *_order(4)],
    ]  # fmt: skip
    back: list[list[object]] = [
        ["Day", *_HEAD], ["March 2025"], [19, *_order(1)], [3, *_order(2)], ["April 2025"], [30, *_order(3)], [2, *_order(4)],
    ]  # fmt: skip
    assert _dates(_records(tmp_path / "c.xlsx", counted)) == [None] * 4
    assert not any(isinstance(day, date) for day in _dates(_records(tmp_path / "b.xlsx", back)))


def test_year_month_and_day_in_three_columns(tmp_path: Path) -> None:
    heads = ["Year", "Month", "Day", *_HEAD]
    parts = [(2025, 1, 2), (None, None, 11), (None, 2, 7), (None, None, 16), (2026, 1, 3), (None, None, 4)]
    rows = [heads, *([*part, *_order(number)] for number, part in enumerate(parts))]
    days = [
        date(2025, 1, 2), date(2025, 1, 11), date(2025, 2, 7), date(2025, 2, 16), date(2026, 1, 3), date(2026, 1, 4),
    ]  # fmt: skip
    assert _dates(_records(tmp_path / "y.xlsx", rows)) == days


def test_a_part_that_is_missing_is_not_taken_from_above(tmp_path: Path) -> None:
    heads = ["Year", "Month", "Day", *_HEAD]
    parts = [(2025, 1, 2), (2025, 1, 11), (2025, None, 17), (2025, 2, 19), (2025, 3, 1)]
    rows = [heads, *([*part, *_order(number)] for number, part in enumerate(parts))]
    assert not any(isinstance(day, date) for day in _dates(_records(tmp_path / "y.xlsx", rows)))


def test_years_of_thailand(tmp_path: Path) -> None:
    heads = ["เลขที่สัญญา", "วันที่", "ลูกค้า", "สกุลเงิน", "จำนวนเงิน"]
    written = ["15/03/2568", "15 มี.ค. 68", "1 กุมภาพันธ์ 2568", "2 ม.ค. 2025", "3 ม.ค. 40"]
    rows = [heads, *([f"S-{n}", text, "Nord Ltd", "EUR", 10.5 + n] for n, text in enumerate(written))]
    records = _records(tmp_path / "th.xlsx", rows)
    days = [date(2025, 3, 15), date(2025, 3, 15), date(2025, 2, 1), date(2025, 1, 2), None]
    assert _dates(records) == days
    assert [finding.code for _field, finding in records[4].findings] == ["cell.date-unreadable"]


def test_a_year_of_thailand_that_nothing_proves_is_asked(tmp_path: Path) -> None:
    rows = [["Order date", *_HEAD], *([f"{day}/03/2568", *_order(day)] for day in (13, 14, 15))]
    records = _records(tmp_path / "q.xlsx", rows)
    assert _dates(records) == [None] * 3
    (_field, finding), *_ = records[0].findings
    assert (finding.code, finding.candidates) == ("cell.date-ambiguous", ("2025-03-13",))


def test_years_of_taiwan_and_japan(tmp_path: Path) -> None:
    heads = ["單號", "訂單日期", "客戶", "幣別", "金額"]
    written = ["1140412", "114.04.12", "民國114/4/12", "1140413"]
    rows = [heads, *([f"S-{n}", text, "Nord Ltd", "EUR", 10.5 + n] for n, text in enumerate(written))]
    assert _dates(_records(tmp_path / "tw.xlsx", rows)) == [*[date(2025, 4, 12)] * 3, date(2025, 4, 13)]
    heads = ["契約No", "受注日", "客先", "通貨", "金額"]
    written = ["R7.4.12", "令7/4/12", "令和7年4月12日"]
    rows = [heads, *([f"S-{n}", text, "Nord Ltd", "EUR", 10.5 + n] for n, text in enumerate(written))]
    assert _dates(_records(tmp_path / "jp.xlsx", rows)) == [date(2025, 4, 12)] * 3
