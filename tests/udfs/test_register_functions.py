"""Functions that look into the register say what the register's own engines say, and follow its changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import xlwings as xw

from tests.udfs.register_support import DAY, books
from udfs.functions import host, use_register
from udfs.registry import FUNCTIONS, CellError, ErrorKind, call
from workbench import matching, profit
from workbench.rate_store import load_book
from workbench.register import Register


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    where = tmp_path / "register.sqlite"
    monkeypatch.setattr(host, "_LOOK_AGAIN", 0.0)
    with Register.create(where, actor="test") as made:
        books(made)
        use_register(str(where))
        yield made
        use_register(None)


def kind_of(found: object) -> ErrorKind:
    assert isinstance(found, CellError), found
    assert found.message
    return found.kind


def test_a_customer_is_found_by_any_of_its_names(register: Register) -> None:
    wanted = register.rows("customers", {"country": "DE"})[0]["id"]
    for name in ("Kühne Lampen GmbH", " kühne  lampen gmbh", "库内灯具", wanted, "Kuehne Lampen GmbH."):
        assert call("CUSTOMER_FIND", name) == wanted, name
    assert call("CUSTOMER_FIND", "K002") == "C-000002"
    assert kind_of(call("CUSTOMER_FIND", "Nobody at all")) is ErrorKind.NA
    assert kind_of(call("CUSTOMER_FIND", None)) is ErrorKind.VALUE


def test_a_column_of_names_is_answered_in_one_call(register: Register) -> None:
    found = call("CUSTOMER_FIND", [["K001"], ["K002"], ["nobody"]])
    assert isinstance(found, list)
    assert [row[0] for row in found[:2]] == ["C-000001", "C-000002"]
    assert kind_of(found[2][0]) is ErrorKind.NA


def test_a_customer_at_a_glance(register: Register) -> None:
    order = register.rows("orders", {"number": "SO-0001"})[0]
    view = call("CUSTOMER_VIEW", order["customer_id"], DAY)
    assert isinstance(view, list)
    shown = {row[0]: row[1] for row in view}
    code = order["currency"]
    assert shown["orders"] == 2
    assert shown[f"open {code}"] == shown[f"overdue {code}"] == order["amount"]


def test_what_is_open_follows_the_register(register: Register) -> None:
    order = register.rows("orders", {"number": "SO-0001"})[0]
    assert call("ORDER_OPEN", "so-0001", DAY) == order["amount"]
    assert matching.run(register, load_book(register), "li.na", bar=Decimal("0.01")).counts["post"] == 1
    assert call("ORDER_OPEN", "SO-0001", DAY) == 0
    assert call("ORDER_OPEN", "SO-0001", DAY - timedelta(days=1)) == order["amount"]
    assert kind_of(call("ORDER_OPEN", "SO-9999", DAY)) is ErrorKind.NA


@pytest.mark.parametrize("basis", ["deal", "invoice", "settlement"])
def test_a_margin_is_that_of_the_margin_table(register: Register, basis: str) -> None:
    facts = profit.read_facts(register, load_book(register), as_of=DAY)
    frame = profit.margins(facts, "order", basis).frame.set_index("number")
    assert call("ORDER_MARGIN", "SO-0001", basis, DAY) == frame.loc["SO-0001", "margin"]


def test_a_margin_without_cost_is_no_figure(register: Register) -> None:
    assert kind_of(call("ORDER_MARGIN", "SO-0002", "deal", DAY)) is ErrorKind.NA
    assert kind_of(call("ORDER_MARGIN", "SO-0001", "guess", DAY)) is ErrorKind.VALUE


def test_a_receipt_tells_its_orders_and_why(register: Register) -> None:
    assert kind_of(call("RECEIPT_MATCH", "FT-77")) is ErrorKind.NA
    matching.run(register, load_book(register), "li.na", bar=Decimal(2))
    assert call("RECEIPT_MATCH", "ft-77") == "SO-0001?"
    report = matching.run(register, load_book(register), "li.na", bar=Decimal("0.01"))
    assert report.counts["post"] == 1
    assert call("RECEIPT_MATCH", "FT-77") == "SO-0001"
    assert "SO-0001" in str(call("RECEIPT_WHY", "FT-77"))


def test_a_table_is_listed_by_conditions(register: Register) -> None:
    rows = call("REGISTER_LIST", "orders", "currency=EUR; status=open", "number, amount")
    assert isinstance(rows, list)
    wanted = register.rows("orders", {"currency": "EUR"})
    assert rows == [["number", "amount"], *([row["number"], row["amount"]] for row in wanted)]
    for wrong in (("nope",), ("orders", "colour=red"), ("orders", "open"), ("orders", None, "number,nope")):
        assert kind_of(call("REGISTER_LIST", *wrong)) is ErrorKind.VALUE


def test_duplicates_of_a_range_need_no_register() -> None:
    use_register(None)
    table = [
        ["Name", "Country", "Email"],
        ["Acme Ltd", "GB", "a@acme.com"],
        ["Zeta", "DE", ""],
        ["ACME Limited", "GB", "a@acme.com"],
    ]
    found = call("CUSTOMER_DUPLICATES", table)
    assert isinstance(found, list)
    assert [row[:2] for row in found[1:]] == [[1, 3]]
    assert kind_of(call("CUSTOMER_DUPLICATES", [["Name"]])) is ErrorKind.VALUE


def test_a_column_of_names_needs_no_heading_and_other_columns_do() -> None:
    names = [["Acme Lighting GmbH"], ["Zeta Oy"], ["ACME LIGHTING GMBH"]]
    alone, headed = call("CUSTOMER_DUPLICATES", names), call("CUSTOMER_DUPLICATES", [["Customer"], *names])
    assert alone == headed
    assert isinstance(alone, list)
    assert [row[:2] for row in alone[1:]] == [[1, 3]]
    refused = call("CUSTOMER_DUPLICATES", [[one, "DE"] for (one,) in names])
    assert isinstance(refused, CellError)
    assert "headings" in refused.message


def test_without_a_register_the_cell_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBENCH_REGISTER", raising=False)
    use_register(None)
    found = call("ORDER_OPEN", "SO-0001")
    assert isinstance(found, CellError)
    assert "WORKBENCH_REGISTER" in found.message


def test_sums_in_several_currencies_are_those_of_the_rows() -> None:
    amounts, codes = [[100], [200.5], [None]], [["USD"], ["EUR"], [""]]
    rows = [
        call("FX_CONVERT", amount[0], code[0], "CNY", DAY) for amount, code in zip(amounts[:2], codes[:2], strict=True)
    ]
    assert call("FX_SUM", amounts, codes, DAY, "CNY") == sum(rows)
    assert call("FX_SUM", amounts, codes, [[DAY]], [["CNY"]]) == sum(rows), "a host may hand every cell over as a range"
    assert kind_of(call("FX_SUM", [[None]], "USD", DAY, "XXQ")) is ErrorKind.VALUE
    assert kind_of(call("FX_SUM", amounts, [["USD"], ["EUR"]], DAY, "CNY")) is ErrorKind.VALUE
    assert kind_of(call("FX_SUM", [[1]], [["XXQ"]], DAY, "CNY")) is ErrorKind.VALUE


def test_rounding_and_what_can_exist() -> None:
    assert call("FX_ROUND", [[2.345, -2.345]], "CNY") == [[Decimal("2.35"), Decimal("-2.35")]]
    assert call("FX_CHECK", [[12.5], [12]], "JPY") == [[False], [True]]
    assert kind_of(call("FX_CHECK", 1, "XXQ")) is ErrorKind.VALUE


@pytest.mark.xdist_group("libreoffice")
def test_rounding_is_that_of_a_spreadsheet(sheet: xw.Sheet) -> None:
    """Half-way and nasty values at every number of minor units, against LibreOffice's own ROUND."""
    halves = [n / 1000 for n in range(-2505, 2506, 10)] + [
        1.005,
        2.675,
        1.115,
        0.285,
        1e9 + 0.125,
        -0.5,
        2.5,
        1234567.885,
    ]
    for column, (code, places) in enumerate((("JPY", 0), ("CNY", 2), ("KWD", 3)), 2):
        sheet.range((1, 1)).value = [[value] for value in halves]
        sheet.range((1, column), (len(halves), column)).formula = f"=ROUND($A1,{places})"
        theirs = sheet.range((1, column), (len(halves), column)).value
        ours = call("FX_ROUND", [[value] for value in halves], code)
        assert isinstance(ours, list)
        assert [float(str(row[0])) for row in ours] == theirs, code


def test_prices_in_cells() -> None:
    assert call("PRICE_CIF", 35, 5, 0.8, "USD") == Decimal("40.36")
    assert call("PRICE_FOB", 40.36, 5, 0.8, "USD") == Decimal("35.00")
    assert call("PRICE_QUOTE", 56.5, 7.15, "USD", 13, 13, 3.2, 13.2) == Decimal("8.57")
    assert call("EXPORT_REBATE", 702000, 13, 9) == Decimal("55911.50")
    assert kind_of(call("EXPORT_REBATE", 100, 9, 13)) is ErrorKind.VALUE


def test_equal_cells_are_computed_once_and_kinds_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setitem(FUNCTIONS, "FX_ROUND", _spied(asked))
    assert call("FX_ROUND", [[1], [1], [True], [1.0]], "CNY") == [["int"], ["int"], ["bool"], ["float"]]
    assert len(asked) == 3


def _spied(asked: list[object]) -> object:
    import dataclasses

    def plain(amount: object, _code: object) -> str:
        asked.append(amount)
        return type(amount).__name__

    return dataclasses.replace(FUNCTIONS["FX_ROUND"], scalar=plain)
