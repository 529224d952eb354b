"""A plan becomes one changeset: complete, idempotent, answerable, provable."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from workbench import adoption
from workbench.adoption import Decision
from workbench.errors import ConfigurationError, WorkbenchError
from workbench.rates import RateBook
from workbench.register import InvalidRows, Register

ROWS: list[list[object]] = [
    ["Order No.", "Order date", "Customer", "Currency", "Amount", "Deposit %", "Payment terms", "Status"],
    ["PI-1", date(2025, 3, 4), "Nord AB", "USD", 1000.01, 0.3, "T/T 30/70", "open"],
    ["PI-2", date(2025, 3, 5), "nord ab ", "EUR", 500, None, "L/C at sight", "open"],
    ["PI-3", date(2025, 3, 6), "NORD-AB", "USS", 700, None, "O/A 60 days", "open"],
    ["PI-4", date(2025, 3, 7), "Süd KG", "JPY", 1000.5, None, "100% T/T", "open"],
    ["PI-5", date(2025, 3, 8), "Süd KG", "USD", None, None, "", "open"],
    ["PI-6", date(2025, 3, 9), "Süd KG", "USD", -50, None, "", "open"],
    ["PI-7", date(2025, 3, 9), "Süd KG", "USD", 80, None, "", "cancelled"],
    ["Total", None, None, None, 4230.51],
]
COSTS: list[list[object]] = [
    ["订单号", "供应商", "采购金额(CNY)", "退税率", "海运费(USD)"],
    ["PI-1", "宁波一厂", 4000, 0.13, 120],
    ["PI-3", "宁波二厂", 2000, 0.13, None],
    ["PI-99", "宁波三厂", 1000, 0.13, None],
]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    book = xlsxwriter.Workbook(str(tmp_path / "Orders.xlsx"), {"default_date_format": "yyyy-mm-dd"})
    for name, rows in (("Orders", ROWS), ("成本", COSTS)):
        sheet = book.add_worksheet(name)
        percent = book.add_format({"num_format": "0%"})
        for row, values in enumerate(rows):
            for column, value in enumerate(values):
                sheet.write(row, column, value, percent if isinstance(value, float) and value < 1 else None)
    book.close()
    return [tmp_path / "Orders.xlsx"]


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with Register.create(tmp_path / "register.sqlite", base_currency="CNY", actor="li.na") as made:
        yield made


BOOK = RateBook.embedded()


def test_decisions_and_account(files: list[Path]) -> None:
    plan = adoption.plan(files, BOOK)
    assert {str(item.value("number")): item.decision for item in plan.of("orders")} == {
        "PI-1": Decision.IMPORTED, "PI-2": Decision.IMPORTED, "PI-3": Decision.HELD, "PI-4": Decision.HELD,
        "PI-5": Decision.REFUSED, "PI-6": Decision.IMPORTED, "PI-7": Decision.IMPORTED,
    }  # fmt: skip
    for account in plan.accounts():
        assert sum(account.by_role.values()) == account.cells
    usd = next(total for total in plan.control_totals() if (total.kind, total.currency) == ("orders", "USD"))
    assert (usd.sheet, usd.imported, usd.held) == (Decimal("1030.01"), Decimal("1030.01"), 0)
    assert json.dumps(plan.as_dict())


def test_one_changeset_with_exact_instalments_and_evidence(files: list[Path], register: Register) -> None:
    number = adoption.plan(files, BOOK, register).apply(register, "li.na")
    assert number is not None
    orders = {row["number"]: row for row in register.rows("orders")}
    assert set(orders) == {"PI-1", "PI-2", "PI-6", "PI-7"}
    parts: dict[str, list[tuple[str, Decimal]]] = {}
    for row in register.rows("instalments"):
        parts.setdefault(row["order_id"], []).append((row["kind"], row["amount"]))
    assert parts[orders["PI-1"]["id"]] == [("deposit", Decimal("300.00")), ("balance", Decimal("700.01"))]
    assert parts[orders["PI-2"]["id"]] == [("letter_of_credit", Decimal(500))]
    assert parts[orders["PI-6"]["id"]] == [("credit_note", Decimal(-50))]
    assert orders["PI-7"]["id"] not in parts
    first = orders["PI-1"]
    rate = BOOK.get("USD", "CNY", date(2025, 3, 4))
    assert (first["base_amount"], first["rate_date"]) == (rate.convert(Decimal("1000.01")), rate.rate_date)
    assert [row["legal_name"] for row in register.rows("customers")] == ["Nord AB", "Süd KG"]
    assert {(row["kind"], row["amount"], row["currency"]) for row in register.rows("costs")} == {
        ("purchase", Decimal(4000), "CNY"), ("freight", Decimal(120), "USD")
    }  # fmt: skip
    sources = {row["row_id"]: row for row in register.rows("source_records")}
    assert sources[first["id"]]["place"] == "Orders.xlsx!Orders!A2:H2"
    assert sources[first["id"]]["raw"]["Order No."] == "PI-1"
    codes = {row["code"] for row in register.rows("open_findings")}
    assert codes == {"cell.currency-unknown", "cell.minor-units", "record.incomplete", "record.order-unknown"}
    assert register.verify().ok


def test_the_same_file_again_changes_nothing(files: list[Path], register: Register, tmp_path: Path) -> None:
    adoption.plan(files, BOOK).apply(register, "li.na")
    before = register.state_hash()
    again = adoption.plan(files, BOOK, register)
    assert again.apply(register, "li.na") is None
    assert {item.decision for item in again.of("orders")} == {Decision.KNOWN, Decision.HELD, Decision.REFUSED}
    renamed = tmp_path / "Orders (copy).xlsx"
    renamed.write_bytes(files[0].read_bytes())
    adoption.plan([renamed], BOOK, register).apply(register, "li.na")
    assert register.count("orders") == 4
    assert register.count("costs") == 2
    assert register.count("customers") == 2
    assert len({before, register.state_hash()}) <= 2


def test_undo_takes_all_of_it_back(files: list[Path], register: Register) -> None:
    number = adoption.plan(files, BOOK).apply(register, "li.na")
    assert number is not None
    register.undo(number, author="li.na", reason="wrong file")
    assert [register.count(name) for name in ("customers", "orders", "instalments", "costs", "source_records")] == [
        0
    ] * 5


@pytest.mark.parametrize("form", ["csv", "json"])
def test_answers_settle_what_was_asked(files: list[Path], register: Register, tmp_path: Path, form: str) -> None:
    plan = adoption.plan(files, BOOK)
    question, finer = plan.asked
    assert (finer.where, finer.code) == ("Orders.xlsx!Orders!E5", "cell.minor-units")
    assert (question.where, question.code) == ("Orders.xlsx!Orders!D4", "cell.currency-unknown")
    path = tmp_path / f"answers.{form}"
    rows = [{"place": question.where, "code": question.code, "answer": "USD"}]
    if form == "json":
        path.write_text(json.dumps(rows), encoding="utf-8")
    else:
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, ["place", "code", "answer"])
            writer.writeheader()
            writer.writerows(rows)
    adoption.plan(files, BOOK, register).apply(register, "li.na")
    answered = adoption.plan(files, BOOK, register, path)
    assert [one.code for one in answered.asked] == ["cell.minor-units"]
    answered.apply(register, "li.na")
    row = next(row for row in register.rows("orders") if row["number"] == "PI-3")
    assert (row["currency"], row["amount"]) == ("USD", Decimal(700))
    assert any(cost["order_id"] == row["id"] for cost in register.rows("costs"))


def test_answers_that_are_none(files: list[Path], tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    path.write_text('{"Orders.xlsx!Orders!D4": "dollars"}', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="dollars"):
        adoption.plan(files, BOOK, answers=path)
    path.write_text("[1]", encoding="utf-8")
    with pytest.raises(ConfigurationError):
        adoption.plan(files, BOOK, answers=path)


def test_an_unreadable_file_does_not_stop_the_others(files: list[Path], tmp_path: Path) -> None:
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK\x03\x04 nothing")
    plan = adoption.plan([bad, *files], BOOK)
    assert [error.where for error in plan.refused] == ["bad.xlsx"]
    assert len(plan.of("orders")) == 7


def test_plan_workbook_has_no_formula_and_asks(files: list[Path], tmp_path: Path) -> None:
    plan = adoption.plan(files, BOOK)
    path = plan.write_workbook(tmp_path / "Plan.xlsx")
    book = openpyxl.load_workbook(path)
    questions = list(book["Questions"].iter_rows(values_only=True))
    assert questions[1][:2] == ("Orders.xlsx!Orders!D4", "cell.currency-unknown")
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def write_order(path: Path, number: str, day: date, amount: float) -> Path:
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("Orders")
    sheet.write_row(0, 0, ["Order No.", "Order date", "Customer", "Currency", "Amount"])
    sheet.write_row(1, 0, [number, day, "Nord AB", "USD", amount])
    book.close()
    return path


def test_a_changed_sheet_does_not_double_its_orders(tmp_path: Path, register: Register) -> None:
    adoption.plan([write_order(tmp_path / "a.xlsx", "PI-1", date(2025, 3, 4), 1000)], BOOK).apply(register, "li.na")
    changed = adoption.plan([write_order(tmp_path / "a.xlsx", "PI-1", date(2025, 3, 4), 1200)], BOOK, register=register)
    assert [item.decision for item in changed.of("orders")] == [Decision.HELD]
    (finding,) = [one for one in changed.findings if one.code == "record.changed"]
    assert finding.candidates == ("2025-03-04 USD 1000.00", "2025-03-04 USD 1200")
    changed.apply(register, "li.na")
    assert [row["amount"] for row in register.rows("orders")] == [Decimal("1000.00")]


def _changed_order(tmp_path: Path, register: Register, answer: str) -> adoption.Plan:
    """PI-1 is in the register at 1000; the sheet says 1200 now, and the question is answered."""
    adoption.plan([write_order(tmp_path / "a.xlsx", "PI-1", date(2025, 3, 4), 1000)], BOOK).apply(register, "li.na")
    sheet = write_order(tmp_path / "a.xlsx", "PI-1", date(2025, 3, 4), 1200)
    (question,) = [one for one in adoption.plan([sheet], BOOK, register).findings if one.code == "record.changed"]
    given = tmp_path / "answers.json"
    said = {"place": question.where, "code": question.code, "answer": answer}
    given.write_text(json.dumps([said]), encoding="utf-8")
    return adoption.plan([sheet], BOOK, register, given)


def test_a_changed_order_takes_the_sheets_facts_where_that_is_the_answer(tmp_path: Path, register: Register) -> None:
    made = _changed_order(tmp_path, register, "2025-03-04 USD 1200")
    assert made.asked == []
    (before,), hash_before = register.rows("orders"), register.state_hash()
    number = made.apply(register, "li.na")
    (order,) = register.rows("orders")
    assert (order["id"], order["amount"], order["version"]) == (before["id"], Decimal("1200.00"), 2)
    assert order["base_amount"] == Decimal(str(before["rate_value"] * 1200)).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    assert sum(row["amount"] for row in register.rows("instalments")) == Decimal("1200.00")
    assert made.apply(register, "li.na") is None
    assert register.verify().ok
    register.undo(number or 0, author="li.na", reason="test")
    assert register.state_hash() == hash_before


def test_a_changed_order_stays_where_the_registers_facts_are_the_answer(tmp_path: Path, register: Register) -> None:
    made = _changed_order(tmp_path, register, "2025-03-04 USD 1000.00")
    assert [item.decision for item in made.of("orders")] == [Decision.KNOWN]
    assert made.asked == []
    made.apply(register, "li.na")
    assert [row["amount"] for row in register.rows("orders")] == [Decimal("1000.00")]


def test_a_changed_order_that_something_refers_to_is_not_changed(tmp_path: Path, register: Register) -> None:
    adoption.plan([write_order(tmp_path / "a.xlsx", "PI-1", date(2025, 3, 4), 1000)], BOOK).apply(register, "li.na")
    with register.changeset(origin="test", reason="line", author="li.na") as changes:
        order_id = register.rows("orders")[0]["id"]
        line = {"order_id": order_id, "line": 1, "product": "a", "quantity": Decimal(1), "currency": "USD"}
        changes.insert("order_lines", [{**line, "unit_price": Decimal(1000), "amount": Decimal(1000)}])
    with pytest.raises(ConfigurationError, match="order_lines"):
        _changed_order(tmp_path, register, "2025-03-04 USD 1200")
    with pytest.raises(ConfigurationError, match="no answer"):
        _changed_order(tmp_path, register, "1200")


def test_a_number_used_again_next_year_is_another_order(tmp_path: Path, register: Register) -> None:
    adoption.plan([write_order(tmp_path / "a.xlsx", "001", date(2025, 1, 4), 1000)], BOOK).apply(register, "li.na")
    later = adoption.plan([write_order(tmp_path / "b.xlsx", "001", date(2026, 1, 5), 900)], BOOK, register=register)
    later.apply(register, "li.na")
    assert register.count("orders") == 2
    assert "record.number-twice" in {one.code for one in later.findings}


def test_an_order_with_a_lock_is_valued_at_its_lock(tmp_path: Path, register: Register) -> None:
    from workbench.rate_store import add_lock, audit_register, load_book

    add_lock(
        register, scope="order", document="PI-1", base="USD", quote="CNY", value=Decimal("7.25"),
        valid_from=date(2025, 3, 1), valid_to=None, reason="signed", person="Wang Fang", author="li.na",
    )  # fmt: skip
    book = load_book(register)
    for number in ("PI-1", "PI-2"):
        path = write_order(tmp_path / f"{number}.xlsx", number, date(2025, 3, 4), 1000)
        adoption.plan([path], book, register=register).apply(register, "li.na")
    locked, free = register.rows("orders")
    assert (locked["rate_kind"], locked["rate_value"], locked["base_amount"]) == (
        "lock",
        Decimal("7.25"),
        Decimal("7250.00"),
    )
    assert free["rate_kind"] == "mid"
    assert audit_register(register).drifts == ()


def test_two_files_of_one_name_are_not_mixed_up(tmp_path: Path) -> None:
    for folder in ("2024", "2025"):
        (tmp_path / folder).mkdir()
        write_order(tmp_path / folder / "Orders.xlsx", folder, date(2025, 3, 4), 1000)
    made = adoption.plan(sorted(tmp_path.rglob("Orders.xlsx")), BOOK)
    assert [one.code for one in made.refused] == ["file.same-name"]
    assert len(made.of("orders")) == 1


def test_answers_without_their_columns_are_refused(tmp_path: Path) -> None:
    (tmp_path / "answers.csv").write_text("where,what\nOrders.xlsx!Orders!D4,USD\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        adoption.read_answers(tmp_path / "answers.csv")


def test_a_plan_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    made = adoption.plan([write_order(tmp_path / "a.xlsx", "1", date(2025, 3, 4), 1)], BOOK)
    (tmp_path / "Plan.xlsx").mkdir()
    with pytest.raises(WorkbenchError, match="cannot be written"):
        made.write_workbook(tmp_path / "Plan.xlsx")
    assert not list(tmp_path.glob(".*part"))


def test_a_currency_that_was_replaced_later_is_taken_for_its_years(register: Register, tmp_path: Path) -> None:
    heads = ["Order No.", "Order date", "Customer", "Currency", "Amount"]
    rows: list[list[object]] = [
        ["H-1", "2020-03-02", "Zagreb doo", "HRK", 7000],
        ["H-2", "2023-06-30", "Zagreb doo", "HRK", 800],
        ["D-1", "1999-03-01", "Altkunde KG", "DEM", 500],
        ["D-2", "2001-12-31", "Altkunde KG", "DEM", 600],
        ["D-3", "2002-01-02", "Altkunde KG", "DEM", 700],
    ]
    (tmp_path / "Old.csv").write_text(
        "\n".join(";".join(map(str, row)) for row in [heads, *rows]) + "\n", encoding="utf-8"
    )
    plan = adoption.plan([tmp_path / "Old.csv"], BOOK, register)
    decisions = {item.value("number"): item.decision for item in plan.of("orders")}
    assert decisions == {
        "H-1": Decision.IMPORTED, "H-2": Decision.HELD, "D-1": Decision.IMPORTED, "D-2": Decision.IMPORTED,
        "D-3": Decision.HELD,
    }  # fmt: skip
    assert [one.code for one in plan.asked] == ["cell.currency-retired"] * 2
    totals = {one.currency: (one.imported, one.held) for one in plan.control_totals()}
    assert totals == {"HRK": (7000, 0), "? HRK": (0, 800), "DEM": (1100, 0), "? DEM": (0, 700)}
    plan.apply(register, "li.na")
    orders = {row["number"]: row for row in register.rows("orders")}
    assert (orders["H-1"]["currency"], orders["H-1"]["amount"]) == ("HRK", Decimal("7000.00"))
    assert (orders["H-1"]["rate_source"], orders["D-1"]["base_amount"]) == ("ecb", None)  # of DEM there is no such rate
    assert {row["currency"] for row in register.rows("instalments")} == {"HRK", "DEM"}
    register.verify()


def test_the_register_refuses_a_replaced_currency_after_its_years(register: Register) -> None:
    with register.changeset(origin="test", reason="r", author="t") as changes:
        (customer,) = changes.insert("customers", [{"legal_name": "Zagreb doo"}])
        order = {"number": "1", "customer_id": customer, "currency": "HRK", "amount": Decimal(5)}
        (kept,) = changes.insert("orders", [{**order, "order_date": date(2022, 12, 31)}])
    refused: list[tuple[str, dict[str, object]]] = [
        ("orders", {**order, "order_date": date(2023, 1, 1)}),
        ("customers", {"legal_name": "Split dd", "default_currency": "HRK"}),
    ]
    for table, row in refused:
        with pytest.raises(InvalidRows), register.changeset(origin="t", reason="r", author="t") as changes:
            changes.insert(table, [row])
    with pytest.raises(InvalidRows), register.changeset(origin="t", reason="r", author="t") as changes:
        changes.update("orders", kept, {"order_date": date(2024, 1, 1)})


def test_a_total_saved_without_its_result_is_no_order(tmp_path: Path) -> None:
    book = openpyxl.Workbook()  # writes formulas, and never their results
    sheet = book.active
    assert sheet is not None
    for row in (
        ["订单号", "下单日期", "客户名称", "币种", "订单金额", "折合人民币"],
        *([f"A-{n}", date(2026, 1, n), "北方", "USD", 100 * n, f"=E{n + 1}*7"] for n in range(1, 6)),
        ["合计", None, None, None, "=SUM(E2:E5)", "=SUM(F2:F6)"],
    ):
        sheet.append(row)
    book.save(tmp_path / "订单.xlsx")
    plan = adoption.plan([tmp_path / "订单.xlsx"], BOOK)
    assert plan.counts()["orders"] == {"imported": 5}
    assert "sheet.total-misses-rows" in {one.code for one in plan.findings}


def test_a_sheet_as_wide_as_there_can_be_is_told_and_not_searched(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "Wide.xlsx"))
    sheet = book.add_worksheet("Orders")
    for row, values in enumerate(ROWS):
        sheet.write_row(row, 0, [str(value) for value in values])
    sheet.write_row(len(ROWS) + 3, 0, [f"x{column}" for column in range(16_384)])
    book.close()
    plan = adoption.plan([tmp_path / "Wide.xlsx"], BOOK)
    assert [(one.code, one.value) for one in plan.findings] == [("table.too-wide", "16,384")]
    assert not plan.items
    filled = sum(str(value) != "" for row in ROWS for value in row)
    assert sum(account.cells for account in plan.accounts()) == filled + 16_384
