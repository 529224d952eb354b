"""The sample firm: made again it is the same, its files say what its truth says, and every damage in it is on purpose."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from workbench.money import minor_units, round_to_minor
from workbench.rates import RateBook
from workbench.statements import Statement, read_statements

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / "workbooks" / "demo"
BOOKS = {"王芳": "王芳_订单台账.xlsx", "Tom Zhang": "Tom_orders.xlsx", "李娜": "李娜_OrderList.xlsx"}
COSTS = "成本表.xlsx"

# The sheets are read here by their headings with openpyxl alone, independently of Workbench's own reading.
NUMBER = ("订单号", "Order No.", "订单号 Order No.")
DAY = ("下单日期", "Order date", "日期 Date")
CUSTOMER = ("客户名称", "Customer", "名称 Name")
AMOUNT = ("订单金额", "Order value", "金额 Amount")
CURRENCY = ("币种", "币种 Currency")
STATUS = ("状态", "Status")
TERMS = ("付款方式", "Payment terms", "付款 Payment")
DUE = ("到期日", "Due date", "到期日 Due date")
STATUSES = {"未付", "部分付款", "已付清", "取消", "已发货", "open", "part paid", "paid", "cancelled", "shipped"}
CURRENCY_WORDS = {
    "美元": "USD", "欧元": "EUR", "日元": "JPY", "港币": "HKD", "韩元": "KRW", "英镑": "GBP", "澳元": "AUD", "加元": "CAD",
    "新币": "SGD", "瑞郎": "CHF", "泰铢": "THB", "兰特": "ZAR",
}  # fmt: skip


def make(folder: Path, *options: str) -> Path:
    done = subprocess.run(
        [sys.executable, str(ROOT / "workbooks" / "make_demo_firm.py"), str(folder), *options],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


def truth_of(folder: Path) -> dict[str, Any]:
    """The truth stands beside the folder, so that it is not shipped with the files."""
    return json.loads(folder.with_name(f"{folder.name}_truth.json").read_text(encoding="utf-8"))


def files_of(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


@cache
def sheets_of(path: Path) -> dict[str, dict[str, tuple[Any, str]]]:
    """Filled cells as (value, number format) by sheet and address, merged ranges beside them."""
    book = openpyxl.load_workbook(path)
    found = {}
    for sheet in book:
        cells: dict[str, tuple[Any, str]] = {
            cell.coordinate: (cell.value, cell.number_format)
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        }
        cells["merged"] = (sorted(str(area) for area in sheet.merged_cells.ranges), "")
        found[sheet.title] = cells
    return found


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return truth_of(DEMO)


@pytest.fixture(scope="module")
def orders(truth: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["number"]: one for one in truth["orders"]}


class Row(dict[str, openpyxl.cell.Cell]):
    """Cells of one row by heading; ``value`` finds a field under whichever heading the sheet uses."""

    def cell(self, aliases: tuple[str, ...]) -> openpyxl.cell.Cell | None:
        return next((self[alias] for alias in aliases if alias in self), None)

    def value(self, aliases: tuple[str, ...]) -> Any:
        cell = self.cell(aliases)
        return None if cell is None else cell.value


@cache
def order_rows(file: str) -> tuple[tuple[str, Row], ...]:
    """(sheet, row) of every order in a workbook, told by a number such as HY250001 under the number's heading."""
    return tuple(_order_rows(file))


def _order_rows(file: str) -> Iterator[tuple[str, Row]]:
    for sheet in openpyxl.load_workbook(DEMO / file):
        headings: list[str] = []
        for cells in sheet.iter_rows():
            values = [cell.value for cell in cells]
            if not headings:
                if any(name in values for name in NUMBER):
                    headings = [str(value or "") for value in values]
                    named = [name for name in headings if name]
                    assert len(set(named)) == len(named), f"{file}!{sheet.title} has a heading twice: {named}"
                continue
            row = Row(zip(headings, cells, strict=True))
            if str(row.value(NUMBER) or "").startswith("HY"):
                yield sheet.title, row


# ---- the same again


def test_made_again_it_is_what_the_repository_holds(tmp_path: Path) -> None:
    again = make(tmp_path / "again")
    assert files_of(again) == files_of(DEMO)
    for name in files_of(DEMO):
        if name.endswith(".xlsx"):
            # Another version of the library may pack the same cells into other bytes.
            assert sheets_of(again / name) == sheets_of(DEMO / name), name
        else:
            assert (again / name).read_bytes() == (DEMO / name).read_bytes(), name
    assert truth_of(again) == truth_of(DEMO)


def test_the_same_seed_gives_the_same_bytes_and_another_another_firm(tmp_path: Path) -> None:
    first, second = make(tmp_path / "1", "--seed", "7"), make(tmp_path / "2", "--seed", "7")
    assert {name: (first / name).read_bytes() for name in files_of(first)} == {
        name: (second / name).read_bytes() for name in files_of(second)
    }
    other = truth_of(first)
    assert other == truth_of(second)
    assert (len(other["customers"]), len(other["orders"])) == (300, 2000)
    assert other["orders"] != truth_of(DEMO)["orders"]
    for file in (first / "statements").iterdir():
        assert all(one.adds_up for one in read_statements(file)), file.name


def test_the_files_stay_small() -> None:
    assert sum(file.stat().st_size for file in DEMO.rglob("*") if file.is_file()) <= 4_000_000


# ---- the truth holds together


def test_the_firm_is_as_large_as_it_says(truth: dict[str, Any], orders: dict[str, Any]) -> None:
    assert len(truth["customers"]) == len({one["number"] for one in truth["customers"]}) == 300
    assert len({one["country"] for one in truth["customers"]}) == 30
    assert len(truth["orders"]) == len(orders) == 2000
    assert len(truth["order_totals"]) == 14
    days = [date.fromisoformat(one["date"]) for one in truth["orders"]]
    assert date(2024, 10, 1) <= min(days)
    assert max(days) <= date(2026, 9, 30)
    assert {one["customer"] for one in truth["orders"]} == {one["number"] for one in truth["customers"]}


def test_control_totals_are_the_sums_of_the_orders(truth: dict[str, Any]) -> None:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in truth["orders"]:
        sums[one["currency"]] += Decimal(one["amount"])
    assert sums == {code: Decimal(amount) for code, amount in truth["order_totals"].items()}


def test_orders_are_exact_and_of_a_size_that_the_rates_make_plausible(truth: dict[str, Any]) -> None:
    book = RateBook.embedded()
    for one in truth["orders"]:
        amount, code = Decimal(one["amount"]), one["currency"]
        assert sum(map(Decimal, one["instalments"])) == amount, one["number"]
        for part in map(Decimal, one["instalments"]):
            assert part == round_to_minor(part, code), one["number"]
            assert -part.as_tuple().exponent <= minor_units(code), one["number"]
        dollars = amount if code == "USD" else book.get(code, "USD", date.fromisoformat(one["date"])).convert(amount)
        assert Decimal(300) < dollars < Decimal(300_000), (one["number"], dollars)


def test_customers_known_twice_are_spelt_in_two_ways(truth: dict[str, Any]) -> None:
    twice = [one for one in truth["customers"] if len(one["spellings"]) > 1]
    assert len(twice) == 25
    for one in twice:
        assert len(set(one["spellings"].values())) == len(one["spellings"]), one


def test_money_is_traced_to_instalments_and_charges_alone(truth: dict[str, Any], orders: dict[str, Any]) -> None:
    settled: Counter[tuple[str, int]] = Counter()
    short = 0
    for one in truth["payments"]:
        if one["kind"] != "customer":
            assert not one["parts"], one
            continue
        assert len({orders[number]["customer"] for number, _index, _amount in one["parts"]}) == 1
        total = Decimal(0)
        for number, index, amount in one["parts"]:
            order = orders[number]
            assert one["currency"] == order["currency"]
            assert amount == order["instalments"][index], "an instalment is settled whole"
            assert one["date"] >= order["date"]
            settled[number, index] += 1
            total += Decimal(amount)
        assert Decimal(0) < Decimal(one["amount"]) <= total
        assert (total - Decimal(one["amount"])) * 20 <= total, "a charge is a small part"
        short += Decimal(one["amount"]) < total
    assert set(settled.values()) == {1}
    assert short > 100
    assert any(len(one["parts"]) > 1 for one in truth["payments"]), "some money pays several instalments"


# ---- the workbooks say what the truth says, but for the damage that the truth lists


def test_every_order_stands_once_in_its_salespersons_workbook(truth: dict[str, Any]) -> None:
    for sales, file in BOOKS.items():
        found = Counter(row.value(NUMBER) for _sheet, row in order_rows(file))
        assert found == Counter(one["number"] for one in truth["orders"] if one["sales"] == sales), file


@pytest.mark.parametrize("sales", BOOKS)
def test_cells_of_a_workbook_are_those_of_the_truth(sales: str, truth: dict[str, Any], orders: dict[str, Any]) -> None:
    damaged = {(one["sheet"], one["cell"]) for one in truth["traps"] if one["file"] == BOOKS[sales]}
    spelling = {one["number"]: one["spellings"].get(sales) for one in truth["customers"]}
    group = ""
    for sheet, row in order_rows(BOOKS[sales]):
        order = orders[row.value(NUMBER)]
        # 李娜 writes the customer in the first row of a group only.
        group = row.value(CUSTOMER) or group
        assert group == spelling[order["customer"]], order["number"]
        assert row.value(TERMS) == order["terms"], order["number"]
        status = row.cell(STATUS)
        assert status is None or status.value in STATUSES, order["number"]
        due = row.value(DUE)
        assert due is None or (isinstance(due, datetime) and due.date().isoformat() > order["date"]), order["number"]
        if (sheet, _at(row, DAY)) not in damaged:
            assert _day(row.value(DAY)).isoformat() == order["date"], order["number"]
        if (sheet, _at(row, AMOUNT)) not in damaged:
            assert Decimal(repr(row.value(AMOUNT))) == Decimal(order["amount"]), order["number"]
        word = row.value(CURRENCY)
        if word is not None and (sheet, _at(row, CURRENCY)) not in damaged:
            assert CURRENCY_WORDS.get(word, word) == order["currency"], order["number"]


def test_the_number_format_alone_tells_the_currency_where_there_is_no_column(
    truth: dict[str, Any], orders: dict[str, Any]
) -> None:
    damaged = {one["order"] for one in truth["traps"] if one["kind"] == "ambiguous_currency"}
    formats: defaultdict[str, set[str]] = defaultdict(set)
    for _sheet, row in order_rows(BOOKS["Tom Zhang"]):
        cell = row.cell(AMOUNT)
        assert cell is not None
        if row.value(NUMBER) not in damaged:
            formats[cell.number_format].add(orders[row.value(NUMBER)]["currency"])
    assert len(formats) > 4
    assert all(len(codes) == 1 for codes in formats.values()), formats


def test_every_damage_is_where_the_truth_says(truth: dict[str, Any], orders: dict[str, Any]) -> None:
    assert 25 <= len(truth["traps"]) <= 60, "few enough to be read, enough to be believed"
    for one in truth["traps"]:
        value, form = sheets_of(DEMO / one["file"])[one["sheet"]][one["cell"]]
        order = orders.get(one["order"])
        match one["kind"]:
            case "lost_digits":
                assert "E+" in value
            case "unknown_currency":
                assert value not in {*truth["order_totals"], *CURRENCY_WORDS}
                assert order["currency"] == one["meant"]
            case "ambiguous_currency":
                assert value == "¥" or form.startswith('"$"')
                assert order["currency"] == one["meant"]
            case "minor_units":
                assert minor_units(order["currency"]) == 0
                assert value != int(value)
                assert one["meant"] == order["amount"]
            case "broken_formula":
                assert "#REF!" in value
                assert one["meant"] == order["amount"]
            case "ambiguous_date":
                first, second, _year = value.split("/")
                assert first != second
                assert max(int(first), int(second)) <= 12
                assert one["meant"] == order["date"]
            case "ambiguous_number":
                assert value.replace(",", "") == str(int(Decimal(order["amount"])))
            case "formula_text":
                assert value == one["meant"]
                assert value[0] in "=+-@"
            case other:
                pytest.fail(f"no test knows the damage {other}")


def test_addresses_lead_to_nobody() -> None:
    seen = 0
    for file in BOOKS.values():
        for cells in sheets_of(DEMO / file).values():
            for value, _form in cells.values():
                if isinstance(value, str) and "@" in value[1:]:
                    seen += 1
                    assert value.endswith(".example"), value
    assert seen > 150


def test_costs_are_there_for_every_order_that_was_not_cancelled(orders: dict[str, Any]) -> None:
    cancelled = {
        row.value(NUMBER)
        for file in BOOKS.values()
        for _sheet, row in order_rows(file)
        if row.value(STATUS) in {"取消", "cancelled"}
    }
    # 李娜 keeps no status: of her orders some more may have been cancelled.
    hers = {number for number, one in orders.items() if one["sales"] == "李娜"}
    book, numbers = RateBook.embedded(), set()
    for _sheet, row in order_rows(COSTS):
        number = row.value(NUMBER)
        assert number not in numbers
        numbers.add(number)
        order = orders[number]
        income = book.get(order["currency"], "CNY", date.fromisoformat(order["date"])).convert(Decimal(order["amount"]))
        purchase = Decimal(repr(row["采购金额(CNY 含税)"].value))
        assert Decimal("0.5") < purchase / income < Decimal("1.0"), number
        assert row["增值税率"].value == 0.13
        assert row["退税率"].value in {0.09, 0.13}
        assert row["国内费用(CNY)"].value > 0
        assert row["海运费(USD)"].value > 0
    missing = set(orders) - numbers
    assert cancelled <= missing
    assert missing - cancelled <= hers
    assert len(missing) < 60


# ---- the banks' files


def test_an_accounts_statements_follow_each_other_from_file_to_file(truth: dict[str, Any]) -> None:
    by_account: defaultdict[str, list[Statement]] = defaultdict(list)
    for file in sorted((DEMO / "statements").iterdir()):
        for one in read_statements(file):
            by_account[one.account].append(one)
    assert {one["account"] for one in truth["payments"]} == set(by_account)
    for account, statements in by_account.items():
        assert len({one.currency for one in statements}) == 1, account
        for before, after in itertools.pairwise(statements):
            assert before.closing == after.opening, f"{account}: {before.file} → {after.file}"
        moved = sum(Decimal(one["amount"]) for one in truth["payments"] if one["account"] == account)
        first, last = statements[0].opening, statements[-1].closing
        assert first is not None
        assert last is not None
        assert first + moved == last, account


def test_the_banks_forms_are_all_there() -> None:
    forms = Counter(one.format for file in (DEMO / "statements").iterdir() for one in read_statements(file))
    assert set(forms) == {"mt940", "camt.053", "csv:cn_bank"}


def _at(row: Row, aliases: tuple[str, ...]) -> str:
    cell = row.cell(aliases)
    return cell.coordinate if cell is not None else ""


def _day(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    year, month, day = value.replace("年", ".").replace("月", ".").rstrip("日").split(".")
    return date(int(year), int(month), int(day))
