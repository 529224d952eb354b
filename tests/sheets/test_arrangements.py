"""Tables that are not rows under headings, each on a small sheet; places point at the sheet itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from tests.sheets.writing import Rows, written
from workbench.sheets import Record, Role, Table, find_tables, map_table, map_tables, read, read_records
from workbench.sheets.concepts import fields_by_parts
from workbench.sheets.model import Cell, CellKind, Sheet, _Packed
from workbench.sheets.months import month_of
from workbench.sheets.units import factor_of_heading, factor_of_notes
from workbench.sheets.wire import Columns
from workbench.sheets.words import column_fields, looks_like_firm, squeezed, status_of


def _read(path: Path, rows: Rows, name: str = "Sheet1") -> tuple[list[Table], list[Record]]:
    made = read(written(path, rows, name=name))
    tables = find_tables(made.sheets[0]).tables
    return tables, [one for mapped in map_tables(tables) if mapped for one in read_records(mapped, made)]


def test_turned_on_its_side(tmp_path: Path) -> None:
    tables, records = _read(
        tmp_path / "t.xlsx",
        [
            ["Open contracts"], [None],
            ["Contract no.", "A1", "A2", "A3"], ["Date", date(2026, 1, 2), date(2026, 1, 3), date(2026, 1, 4)],
            ["Buyer", "Nord AB", "Süd KG", "Ost SA"], ["Ccy", "EUR", "USD", "EUR"], ["Amount", 10, 20.5, 30],
        ],
    )  # fmt: skip
    assert [table.orientation for table in tables] == ["columns"]
    assert str(tables[0].box) == "A3:D7"
    assert [record.values["order.amount"] for record in records] == [Decimal(10), Decimal("20.5"), Decimal(30)]
    assert records[1].place == "t.xlsx!Sheet1!C3:C7"
    assert records[1].sheet.place(*records[1].cells["order.amount"]) == "t.xlsx!Sheet1!C7"
    assert (records[1].row, records[1].raw["Buyer"]) == (3, "Süd KG")


def test_cards_beside_and_below_each_other(tmp_path: Path) -> None:
    def card(number: int) -> list[list[object]]:
        return [["Company:", f"Firm {number} Ltd"], ["Country:", "Germany"], ["E-mail:", f"a{number}@b.example"]]

    rows: list[list[object]] = []
    for line in range(2):
        left, right = card(2 * line), card(2 * line + 1)
        rows.extend([*one, None, *other] for one, other in zip(left, right, strict=True))
        rows.append([None])
    tables, records = _read(tmp_path / "c.xlsx", rows, "Customers")
    assert [table.orientation for table in tables] == ["cards"]
    assert [record.values["customer.name"] for record in records] == [f"Firm {n} Ltd" for n in range(4)]
    assert [str(record.box) for record in records] == ["B1:B3", "E1:E3", "B5:B7", "E5:E7"]
    assert {record.values["customer.country"] for record in records} == {"DE"}


def test_records_over_two_lines(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Order No.", "Customer"], ["Order date", "Currency", "Amount"]]
    for number in range(5):
        rows += [[f"PI{number}", f"Firm {number} GmbH"], [date(2026, 2, 1 + number), "EUR", 100 + number]]
    tables, records = _read(tmp_path / "l.xlsx", rows)
    assert [table.orientation for table in tables] == ["two_line"]
    assert [(one.values["order.number"], one.values["order.amount"]) for one in records] == [
        (f"PI{n}", Decimal(100 + n)) for n in range(5)
    ]
    assert str(records[1].box) == "A5:C6"


@pytest.mark.parametrize("side", ["across", "down"])
def test_cross_tabs(tmp_path: Path, side: str) -> None:
    grid: list[list[object]] = [
        ["Customer", "2025-01", "2025-02", "2025-03"],
        ["Nord AB", 10, None, 30],
        ["Süd KG", None, 25.5, 35],
        ["Total", 10, 25.5, 65],
    ]
    if side == "down":
        grid = [list(line) for line in zip(*grid, strict=True)]
    tables, records = _read(tmp_path / "x.xlsx", [["Payments received, EUR"], [None], *grid], "Payments")
    assert [table.orientation for table in tables] == ["matrix"]
    found = {(r.values["receipt.payer"], r.values["receipt.date"], r.values["receipt.amount"]) for r in records}
    assert found == {
        ("Nord AB", date(2025, 1, 1), Decimal(10)), ("Nord AB", date(2025, 3, 1), Decimal(30)),
        ("Süd KG", date(2025, 2, 1), Decimal("25.5")), ("Süd KG", date(2025, 3, 1), Decimal(35)),
    }  # fmt: skip
    assert {record.values["receipt.currency"] for record in records} == {"EUR"}
    assert [finding.code for finding in tables[0].findings] == ["table.month-only"]


def test_no_heading_and_two_columns_alike(tmp_path: Path) -> None:
    """What the values tell is taken; which of two like columns is meant stays open."""
    rows = [[f"PI26{n:03d}", date(2026, 1, 1 + n), f"Firm {n} Ltd", "USD", 100.5 + n, "FOB"] for n in range(8)]
    _tables, records = _read(tmp_path / "n.xlsx", rows, "Orders")
    assert [record.values["order.number"] for record in records] == [f"PI26{n:03d}" for n in range(8)]
    assert (records[0].values["order.amount"], records[0].values["order.currency"]) == (Decimal("100.5"), "USD")
    twice = [[*row, 7.3 * (n + 1)] for n, row in enumerate(rows)]
    _tables, records = _read(tmp_path / "two.xlsx", twice, "Orders")
    assert not any("order.amount" in record.values for record in records)


def test_customer_over_its_orders(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Order No.", "Date", "Currency", "Amount"]]
    for number, name in enumerate(["Customer: Nord AB", "Customer: Süd KG"]):
        rows += [
            [name],
            *([f"A{number}{n}", date(2026, 1, 5 + n), "EUR", 5.5 + n] for n in range(3)),
            ["Subtotal", None, None, 19.5],
        ]
    tables, records = _read(tmp_path / "g.xlsx", rows)
    assert [record.values["order.customer"] for record in records] == ["Nord AB"] * 3 + ["Süd KG"] * 3
    assert records[4].sheet.place(*records[4].cells["order.customer"]) == "g.xlsx!Sheet1!A7"
    assert tables[0].rows[6] is Role.SUBTOTAL


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Date de cde", "order.date"), ("Bestellt am", "order.date"), ("受注日", "order.date"), ("Сумма заказа", "order.amount"),
        ("Auftragssumme", "order.amount"), ("입금일자", "receipt.date"), ("Importo accreditato", "receipt.amount"), ("RCPT_AMT", "receipt.amount"),
        ("OrdDate", "order.date"), ("custname", "order.customer"), ("客戶代號", "customer.code"), ("N.º de cliente", "customer.code"),
        ("Réf. virement", "receipt.reference"), ("Despesas bancárias", "receipt.bank_fee"), ("付款截止日", "order.due_date"),
    ],
)  # fmt: skip
def test_headings_by_their_parts(heading: str, field: str) -> None:
    fields = column_fields(heading)
    prefix = field.split(".", maxsplit=1)[0]
    own = {name: score for name, score in fields.items() if name.startswith(f"{prefix}.") and "#" not in name}
    assert max(own, key=own.__getitem__) == field


@pytest.mark.parametrize(
    "heading", ["Unit price", "单价", "Menge", "количество", "Ship date", "Prix unitaire", "Fax", "Notariat"]
)
def test_headings_of_other_things(heading: str) -> None:
    assert fields_by_parts(squeezed(heading)) == {}


@pytest.mark.parametrize(
    ("text", "month"),
    [("2025-03", (2025, 3)), ("3月", (0, 3)), ("März 2025", (2025, 3)), ("mar-25", (2025, 3)), ("marzo", (0, 3)), ("2025年3月", (2025, 3)), ("May be", None), ("13月", None), ("Total", None)],
)  # fmt: skip
def test_months(text: str, month: tuple[int, int] | None) -> None:
    assert month_of(Cell(1, 1, CellKind.TEXT, text)) == month


def test_units() -> None:
    notes = {
        "単位：千円": 1000,
        "单位：万元（人民币）": 10_000,
        "Angaben in Tsd. EUR": 1000,
        "Суммы в тыс. евро": 1000,
        "Paid in Milano": 1,
        "단위: 천원": 1000,
    }
    assert {text: factor_of_notes([text]) for text in notes} == notes
    headings = {
        "金额(万元)": 10_000,
        "Amount (kUSD)": 1000,
        "Сумма, тыс. руб.": 1000,
        "Amount (USD)": 0,
        "Betrag in TEUR": 1000,
    }
    assert {text: factor_of_heading(text) for text in headings} == headings


@pytest.mark.parametrize(
    ("heading", "factor"),
    [
        ("Wartość (tys. EUR)", 1000), ("Wartość (w tys. PLN)", 1000), ("Tutar (bin USD)", 1000), ("Giá trị (triệu VND)", 10**6),
        ("Bedrag (x 1000 EUR)", 1000), ("Belopp (mln SEK)", 10**6), ("Kwota (EUR)", 0), ("Tutar (USD)", 0), ("Binnen (EUR)", 0),
    ],
)  # fmt: skip
def test_units_in_other_languages(heading: str, factor: int) -> None:
    assert factor_of_heading(heading) == factor


def test_states_and_firms() -> None:
    states = {
        "частично оплачен": "part_paid",
        "soldée": "paid",
        "未入金": "open",
        "ausgeliefert": "shipped",
        "annulée": "cancelled",
        "일부입금": "part_paid",
        "not paid": "open",
        "Lily": "",
    }
    assert {text: status_of(text) for text in states} == states
    firms = {
        "Nord GmbH": True,
        "上海贸易有限公司": True,
        "株式会社さくら": True,
        "ООО Ромашка": True,
        "S.A. Castell": True,
        "Lily": False,
        "Payment": False,
    }
    assert {text: looks_like_firm(text) for text in firms} == firms


def _sheet(grid: Rows) -> Sheet:
    """A sheet in memory: numbers and texts."""
    cells = [
        (row, column, value) for row, values in enumerate(grid, 1) for column, value in enumerate(values, 1) if value
    ]
    columns = Columns.of(
        [row for row, _column, _value in cells],
        [column for _row, column, _value in cells],
        range(len(cells)),
        [0] * len(cells),
        "".join("n" if isinstance(value, int) else "s" for _row, _column, value in cells),
    )
    return Sheet("b.xlsx", "S", _Packed(columns, [str(value) for _row, _column, value in cells], {}), ["General"])


_WORDS = ["Contract no.", "Customer", "Currency", "Amount", "Date", "Total", "Name:", "Nord AB", "USD", "note", ""]


@pytest.mark.parametrize("seed", range(150))
def test_whatever_lies_about_every_cell_has_its_place(seed: int) -> None:
    chance = Random(seed)
    height, width, empty = chance.randint(3, 14), chance.randint(3, 9), chance.choice([0.1, 0.4, 0.7])
    grid: list[list[object]] = [
        ["" if chance.random() < empty else chance.choice([*_WORDS, *range(1, 12)]) for _column in range(width)]
        for _row in range(height)
    ]
    for row, word in zip(range(height), _WORDS[:5], strict=False):  # headings below each other
        grid[row][chance.choice([0, 0, 1])] = word
    sheet = _sheet(grid)
    layout = find_tables(sheet)
    assert layout.counts([]).total() == len(sheet)
    for table in layout.tables:
        assert table.box.top <= table.box.bottom


# ---- without a word that is known ------------------------------------------------------------------------------------

GEORGIAN = ["შეკვეთის ნომერი", "თარიღი", "მყიდველი", "ვალუტა", "თანხა"]


def _unknown_orders(count: int = 8) -> list[list[object]]:
    return [
        [f"PI25-{30 + n}", date(2025, 3, 1 + n), f"{'ABCDEFGHIJ'[n]}lma Tools GmbH", "EUR", 100.5 * (n + 1)]
        for n in range(count)
    ]


def test_a_turned_table_is_seen_by_its_shape(tmp_path: Path) -> None:
    turned_rows = [
        [label, *values] for label, values in zip(GEORGIAN, zip(*_unknown_orders(), strict=True), strict=True)
    ]
    (table,) = _read(tmp_path / "t.xlsx", turned_rows)[0]
    assert (table.orientation, str(table.box)) == ("columns", "A1:I5")
    mapped = map_table(table)
    assert mapped is not None
    assert [one.field for one in mapped.columns] == [
        f"order.{name}" for name in ("number", "date", "customer", "currency", "amount")
    ]
    assert (mapped.kind, mapped.told) == ("orders", False)


def test_forms_with_labels_over_their_values(tmp_path: Path) -> None:
    rows: list[list[object]] = []
    for n in range(5):
        rows += [
            ["კოდი", "დასახელება"],
            [f"{17 + n:05d}", f"{'ABCDE'[n]}lma Tools GmbH"],
            ["ელფოსტა", "ქვეყანა"],
            [f"a{n}@firm.example", "Germany"],
            ["-" * 9],
        ]
    (table,) = _read(tmp_path / "f.xlsx", rows)[0]
    assert table.orientation == "cards"
    assert len(table.records) == 5
    mapped = map_table(table)
    assert mapped is not None
    assert {one.field for one in mapped.columns} == {
        f"customer.{name}" for name in ("code", "name", "email", "country")
    }


def test_a_second_row_of_headings_in_another_language_is_no_record(tmp_path: Path) -> None:
    english = ["Order No.", "Date", "By order of", "Ccy", "Amount"]
    for number, heads in enumerate(([GEORGIAN, english], [english, GEORGIAN])):
        (table,) = _read(tmp_path / f"{number}.xlsx", [*heads, *_unknown_orders()])[0]
        assert table.header_rows == (1, 2)
        assert len(table.records) == 8


def test_a_sum_that_no_word_names_is_no_record(tmp_path: Path) -> None:
    rows = [GEORGIAN, *_unknown_orders(), ["სულ", None, None, None, 4000]]
    (table,) = _read(tmp_path / "s.xlsx", rows)[0]
    assert len(table.records) == 8


def test_quantity_price_and_rate_are_told_from_the_amount_by_arithmetic(tmp_path: Path) -> None:
    heads = ["A1a", "B1b", "C1c", "D1d", "ea", "eb", "ec", "ed", "ee"]
    rows = [
        [
            number,
            day,
            firm,
            "EUR",
            3 * n,
            12.25 + n,
            3 * n * (12.25 + n),
            7.8012 + n / 1000,
            round(3 * n * (12.25 + n) * (7.8012 + n / 1000), 2),
        ]
        for n, (number, day, firm, *_rest) in enumerate(_unknown_orders(), 2)
    ]
    (table,) = _read(tmp_path / "q.xlsx", [heads, *rows])[0]
    mapped = map_table(table, kind="orders")
    assert mapped is not None
    assert [one.field for one in mapped.columns][4:] == ["", "", "order.amount", "order.rate", "order.amount_base"]


# ---- what is said once for several rows ------------------------------------------------------------------------------

_HEADS = ["Order No.", "Date", "Customer", "Ccy", "Amount"]


def test_a_day_written_once_holds_for_the_rows_under_it(tmp_path: Path) -> None:
    rows = [
        [f"A{n:02d}", date(2025, 3, 1 + n // 3) if n % 3 == 0 else None, "Nord AB", "EUR", 10 + n] for n in range(9)
    ]
    _tables, records = _read(tmp_path / "d.xlsx", [_HEADS, *rows])
    assert [record.values["order.date"] for record in records] == [date(2025, 3, 1 + n // 3) for n in range(9)]
    assert records[1].sheet.place(*records[1].cells["order.date"]) == "d.xlsx!Sheet1!B2"


def test_days_that_are_missing_stay_missing(tmp_path: Path) -> None:
    """A day that comes twice, or days in no order, are not written once for the rows under them."""
    for number, days in enumerate(
        ([1, 0, 0, 1, 0, 0, 2, 0, 0], [5, 0, 0, 3, 0, 0, 9, 0, 0], [1, 2, 3, 4, 0, 5, 6, 7, 8])
    ):
        rows = [
            [f"A{n:02d}", date(2025, 3, day) if day else None, "Nord AB", "EUR", 10 + n] for n, day in enumerate(days)
        ]
        _tables, records = _read(tmp_path / f"{number}.xlsx", [_HEADS, *rows])
        assert ["order.date" in record.values for record in records] == [bool(day) for day in days]


def test_a_currency_in_a_line_over_each_block(tmp_path: Path) -> None:
    heads = ["Order No.", "Date", "Customer", "Amount"]
    rows = [[f"A{n}", date(2025, 3, 1 + n), "Nord AB", 10.5 + n] for n in range(6)]
    _tables, records = _read(
        tmp_path / "c.xlsx", [heads, ["EUR"], *rows[:3], ["Total", None, None, 34.5], ["In US$"], *rows[3:]]
    )
    assert [record.values["order.currency"] for record in records] == ["EUR"] * 3 + ["USD"] * 3
    assert not any(record.findings for record in records)


def test_the_customer_over_its_own_sheet(tmp_path: Path) -> None:
    heads = ["Order No.", "Date", "Ccy", "Amount"]
    rows = [[f"A{n}", date(2025, 3, 1 + n), "EUR", 10 + n] for n in range(4)]
    _tables, records = _read(tmp_path / "k.xlsx", [["Customer:", "Nord AB"], [None], heads, *rows])
    assert [record.values["order.customer"] for record in records] == ["Nord AB"] * 4
    for label in ("Company", "From", "Account"):  # it may be the firm's own name
        _tables, records = _read(tmp_path / f"{label}.xlsx", [[f"{label}: Ali Hassan"], [None], heads, *rows])
        assert not any("order.customer" in record.values for record in records), label


def test_of_two_days_the_one_that_always_comes_first_is_the_order_s(tmp_path: Path) -> None:
    heads = ["qa", "qb", "qc", "qd", "qe", "qf"]
    rows = [
        [firm, date(2025, 6, 1 + n), number, day, currency, amount]
        for n, (number, day, firm, currency, amount) in enumerate(_unknown_orders())
    ]
    (table,) = _read(tmp_path / "d.xlsx", [heads, *rows])[0]
    mapped = map_table(table, kind="orders")
    assert mapped is not None
    assert [one.field.removeprefix("order.") for one in mapped.columns] == [
        "customer",
        "",
        "number",
        "date",
        "currency",
        "amount",
    ]
    rows[2][1], rows[2][3] = rows[2][3], rows[2][1]
    (table,) = _read(tmp_path / "e.xlsx", [heads, *rows])[0]
    mapped = map_table(table, kind="orders")
    assert mapped is not None
    assert not mapped.having("order.date")


def test_headings_of_two_lines_over_records_of_two_lines(tmp_path: Path) -> None:
    rows: list[list[object]] = [["No.", "Order No.\nOrder date", "Customer\nSalesperson", "Currency\nAmount"]]
    for number in range(6):
        rows += [
            [number + 1, f"PI{number}", f"Firm {number} GmbH", "EUR"],
            [None, date(2026, 2, 1 + number), "Lily", 100 + number],
        ]
    tables, records = _read(tmp_path / "stacked.xlsx", rows)
    assert [table.orientation for table in tables] == ["two_line"]
    assert [(one.values["order.number"], one.values["order.amount"]) for one in records] == [
        (f"PI{number}", Decimal(100 + number)) for number in range(6)
    ]
    assert str(records[1].box) == "A4:D5"


_NEXT_YEAR = [date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]


@pytest.mark.parametrize(
    ("over", "days"),
    [
        ([None, None, 2025, None, None, 2026], _NEXT_YEAR),
        ([None, None, "2025年", None, None, "2026年"], _NEXT_YEAR),
        ([None, None, "FY 2025"], [None] * 5),
        (["Receipts 2025"], [None] * 5),
    ],
)
def test_months_that_run_into_the_next_year(tmp_path: Path, over: list[object], days: list[date | None]) -> None:
    """The years over the months hold for those under and after them; one year alone could be that of any of them."""
    rows: list[list[object]] = [over, ["Customer", "Currency", "Oct", "Nov", "Dec", "Jan", "Feb"]]
    rows += [["Nord AB", "EUR", 1, 2, 3, 4, 5], ["Süd KG", "EUR", 6, 7, 8, 9, 10], ["Ost SA", "USD", 1, None, 2, 3]]
    _tables, records = _read(tmp_path / "cross.xlsx", rows, "Receipts")
    assert [one.values.get("receipt.date") for one in records[:5]] == days


def test_a_form_with_labels_among_its_values_is_no_turned_list(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Customer name:", "Nord AB", "Customer no.:", "00007"], ["Country:", "SE", "E-mail:", "a@nord.example"],
        ["Contact:", "Eva Berg", "Currency:", "SEK"], ["Phone:", "+46 8 1234567", None, None],
    ]  # fmt: skip
    _tables, records = _read(tmp_path / "form.xlsx", rows, "Nord")
    said = {str(value) for one in records for value in one.values.values()}
    assert not said & {"Customer no.:", "E-mail:", "Currency:"}


def test_thousands_of_dollars_in_korean() -> None:
    assert [factor_of_heading(text) for text in ("수출금액 (외화)\n(천불)", "금액(천달러)", "금액(백만원)", "금액 (불)")] == [
        1000, 1000, 10**6, 0,
    ]  # fmt: skip
