"""Finding tables, mapping columns and reading cells, on small sheets made here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from tests.sheets.writing import Rows, written
from workbench import adoption
from workbench.rates import RateBook
from workbench.sheets import Record, Role, Workbook, find_tables, map_table, read, read_records
from workbench.sheets.assignment import best_assignment
from workbench.sheets.formulas import result_of, shifted
from workbench.sheets.words import column_fields, country_of, currency_in, currency_of, row_word, status_of


def _book(
    path: Path, rows: Rows, *, name: str = "Sheet1", formats: dict[tuple[int, int], str] | None = None
) -> Workbook:
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "yyyy-mm-dd"}
    )
    sheet = book.add_worksheet(name)
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            code = (formats or {}).get((row, column))
            if value is not None:
                sheet.write(row, column, value, book.add_format({"num_format": code}) if code else None)
    book.close()
    return read(path)


def _records(book: Workbook) -> list[Record]:
    found: list[Record] = []
    for sheet in book.sheets:
        for table in find_tables(sheet).tables:
            mapped = map_table(table)
            if mapped:
                found.extend(read_records(mapped, book))
    return found


def test_rows_that_are_no_records(tmp_path: Path) -> None:
    book = _book(
        tmp_path / "a.xlsx",
        [
            ["Order book of the export desk"],
            [None],
            ["Order No.", "Date", "Customer", "Currency", "Amount"],
            ["balance b/f", None, None, None, 999],
            ["A1", date(2026, 1, 2), "Total Tools GmbH", "USD", 10],
            ["A2", date(2026, 1, 3), "Nord AB", "EUR", 20.5],
            ["Order No.", "Date", "Customer", "Currency", "Amount"],
            ["A3", date(2026, 2, 3), "Nord AB", "EUR", 30],
            ["Subtotal February", None, None, None, 30],
            ["Grand total", None, None, None, 60.5],
            [None],
            ["Note: all amounts without bank charges"],
            ["Prepared by: Lily", None, "Approved: ______"],
        ],
    )
    layout = find_tables(book.sheets[0])
    (table,) = layout.tables
    assert table.records == [5, 6, 8]
    roles = {row: layout.roles[row, 1] for row in (1, 4, 7, 9, 10, 12, 13)}
    assert roles == {
        1: Role.TITLE, 4: Role.CARRIED_FORWARD, 7: Role.REPEATED_HEADER, 9: Role.SUBTOTAL, 10: Role.TOTAL, 12: Role.NOTE,
        13: Role.SIGNATURE,
    }  # fmt: skip
    assert set(layout.roles) == {(cell.row, cell.column) for cell in book.sheets[0].cells()}
    assert [record.values["order.customer"] for record in _records(book)] == ["Total Tools GmbH", "Nord AB", "Nord AB"]


@pytest.mark.parametrize(
    "heading",
    [
        ["订单号", "下单日期", "客户名称", "币种", "订单金额"],
        ["訂單號", "訂單日期", "客戶名稱", "幣別", "訂單金額"],
        ["Order No.", "Order date", "Buyer", "Ccy", "Total"],
        ["Auftragsnr.", "Auftragsdatum", "Kunde", "Währung", "Betrag"],
        ["N° commande", "Date de commande", "Client", "Devise", "Montant"],
        ["Pedido", "Fecha", "Cliente", "Divisa", "Importe"],
        ["注文番号", "注文日", "得意先名", "通貨", "受注金額"],
        ["Nr zamówienia", "Data zamówienia", "Klient", "Waluta", "Kwota"],
        ["订单号 Order No.", "日期 Date", "客户 Customer", "币种 Currency", "金额 Amount"],
        ["Order Numbr", "Datte", "Custommer", "Curency", "Ammount"],
    ],
)
def test_headings_in_many_languages_and_orders(tmp_path: Path, heading: list[str]) -> None:
    fields = ["order.number", "order.date", "order.customer", "order.currency", "order.amount"]
    values: list[list[object]] = [
        [f"PI{n:04d}", date(2026, 1, 1 + n), f"Firm {'ABCDEFGH'[n]} Ltd", "USD", 1000.5 + n] for n in range(8)
    ]
    for number, order in enumerate([(0, 1, 2, 3, 4), (4, 2, 0, 3, 1), (3, 4, 2, 1, 0)]):
        rows = [[heading[at] for at in order], *[[row[at] for at in order] for row in values]]
        book = _book(tmp_path / f"h{number}.xlsx", rows)
        (table,) = find_tables(book.sheets[0]).tables
        mapped = map_table(table)
        assert mapped is not None
        assert mapped.kind == "orders"
        assert [one.field for one in mapped.columns] == [fields[at] for at in order]
        assert all(one.reasons for one in mapped.columns)


def test_two_tables_beside_each_other(tmp_path: Path) -> None:
    book = _book(
        tmp_path / "b.xlsx",
        [
            ["Customer No.", "Company name", "Country", None, None, "Value date", "Amount received", "Ccy", "Payer"],
            ["00017", "Nord AB", "Sweden", None, None, date(2026, 1, 5), 100, "EUR", "NORD AB"],
            ["00018", "Süd KG", "Germany", None, None, date(2026, 1, 6), 200, "EUR", "SUED KG"],
            ["00019", "Ost sp.", "Poland", None, None, date(2026, 1, 7), 300, "EUR", "OST"],
        ],
    )
    tables = find_tables(book.sheets[0]).tables
    assert [str(table.box) for table in tables] == ["A1:C4", "F1:I4"]
    assert [mapped.kind for table in tables if (mapped := map_table(table))] == ["customers", "receipts"]


def _orders(
    path: Path, amounts: Sequence[object], *, header: str = "Amount", note: str = "", formats: Sequence[str] = ()
) -> list[Record]:
    rows: list[list[object]] = [[note or None], ["Order No.", "Date", "Customer", header]]
    rows += [[f"PI{n:03d}", date(2026, 3, 1 + n), "Nord AB", amount] for n, amount in enumerate(amounts)]
    return _records(_book(path, rows, formats={(2 + n, 3): code for n, code in enumerate(formats)}))


def test_currency_by_the_nearest_evidence(tmp_path: Path) -> None:
    by_format = _orders(
        tmp_path / "f.xlsx",
        [1, 2, 3, 4],
        formats=["[$¥-804]#,##0.00", "[$¥-411]#,##0", "[$HK$-C04]#,##0.00", '"$"#,##0.00'],
    )
    assert [record.values.get("order.currency") for record in by_format] == ["CNY", "JPY", "HKD", None]
    ((name, finding),) = by_format[3].findings
    assert (name, finding.code) == ("order.currency", "cell.currency-ambiguous")
    assert "USD" in finding.candidates
    by_heading = _orders(tmp_path / "h.xlsx", [1, 2, 3], header="Amount (GBP)")
    assert {record.values["order.currency"] for record in by_heading} == {"GBP"}
    by_note = _orders(tmp_path / "n.xlsx", ["¥100", "¥200", "¥300"], note="All ¥ figures in Japanese yen (JPY)")
    assert {record.values["order.currency"] for record in by_note} == {"JPY"}
    asked = _orders(tmp_path / "q.xlsx", [1, 2, 3])
    assert [finding.code for record in asked for _name, finding in record.findings] == ["cell.currency-missing"] * 3


def test_amounts_as_typed(tmp_path: Path) -> None:
    texts = ["USD 1,234.50", "USD (200.00)", "1.234,56 €", "RMB 12.5万", "KWD 123.250", "HK$ 12,000"]
    records = _orders(tmp_path / "t.xlsx", texts)
    assert [record.values.get("order.amount") for record in records] == [
        Decimal("1234.50"), Decimal("-200.00"), Decimal("1234.56"), Decimal(125000), None, Decimal(12000)
    ]  # fmt: skip
    assert [finding.code for _name, finding in records[4].findings] == ["cell.amount-ambiguous"]


def test_units_in_the_heading(tmp_path: Path) -> None:
    records = _orders(tmp_path / "u.xlsx", [1.5, 2, 3.25], header="金额(万美元)")
    assert [record.values["order.amount"] for record in records] == [15000, 20000, 32500]
    assert {record.values["order.currency"] for record in records} == {"USD"}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["03/04/2026", "25/04/2026", "01/05/2026"], ["2026-04-03", "2026-04-25", "2026-05-01"]),
        (["03/04/2026", "04/25/2026", "05/01/2026"], ["2026-03-04", "2026-04-25", "2026-05-01"]),
        (["03/04/2026", "05/04/2026", "07/04/2026"], [None, None, None]),
        (["03/04/2026", "25/04/2026", "04/26/2026"], [None, "2026-04-25", "2026-04-26"]),
    ],
)
def test_day_or_month_first_is_decided_by_the_column_or_asked(
    tmp_path: Path, typed: list[str], expected: list[str | None]
) -> None:
    rows: list[list[object]] = [["Order No.", "Date", "Customer", "Currency", "Amount"]]
    rows += [[f"PI{n}", text, "Nord AB", "EUR", 5 + n] for n, text in enumerate(typed)]
    records = _records(_book(tmp_path / "d.xlsx", rows))
    found = [record.values.get("order.date") for record in records]
    assert [day.isoformat() if isinstance(day, date) else None for day in found] == expected
    for record, day in zip(records, expected, strict=True):
        codes = [finding.code for _name, finding in record.findings]
        assert codes == ([] if day else ["cell.date-ambiguous"])


def test_codes_keep_zeros_and_lost_digits_are_told(tmp_path: Path) -> None:
    rows = [
        ["Customer No.", "Company name", "Tax ID", "Phone"],
        [7, "Nord AB", 9.1440300123456789e17, 4912345678901],
        ["00008", "Süd KG", "9.14403E+17", "Tel: +49 30 1"],
    ]
    records = _records(_book(tmp_path / "c.xlsx", rows, formats={(1, 0): "00000"}))
    assert [record.values["customer.code"] for record in records] == ["00007", "00008"]
    assert [record.values.get("customer.tax_id") for record in records] == [None, None]
    assert [finding.code for record in records for _name, finding in record.findings] == ["cell.lost-digits"] * 2
    assert [record.values["customer.phone"] for record in records] == ["4912345678901", "+49 30 1"]


def test_stale_broken_and_uncalculated_formulas(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Orders")
    sheet.write_row(0, 0, ["Order No.", "Date", "Customer", "Currency", "Net", "Amount"])
    for row, (formula, shown) in enumerate(
        [("=E2+5", 105), ("=E3+5", 100), ("=#REF!+5", "#REF!"), ("=E5*2", "")], start=1
    ):
        sheet.write_row(row, 0, [f"PI{row}", "2026-01-0" + str(row), "Nord AB", "EUR", 100])
        sheet.write_formula(row, 5, formula, None, shown)
    book.close()
    records = _records(read(path))
    assert [record.values.get("order.amount") for record in records] == [105, 105, None, 200]
    assert [[finding.code for _name, finding in record.findings] for record in records] == [
        [],
        ["cell.formula-stale"],
        ["cell.error"],
        [],
    ]


def test_text_that_would_run_as_a_formula_is_kept_and_told(tmp_path: Path) -> None:
    rows: list[list[object]] = [["Order No.", "Date", "Customer", "Currency", "Amount", "Remarks"]]
    rows += [
        [f"P{n}", date(2026, 1, 2), "Nord AB", "EUR", 5, text]
        for n, text in enumerate(["=cmd|' /C calc'!A0", "@SUM(1)", "-5", "+49 30 123", "ok"])
    ]
    records = _records(_book(tmp_path / "i.xlsx", rows))
    assert [bool(record.findings) for record in records] == [True, True, False, False, False]
    assert records[0].values["order.note"] == "=cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("USD", ("USD",)),
        ("美金", ("USD",)),
        ("RMB", ("CNY",)),
        ("US-Dollar", ("USD",)),
        ("SFr.", ("CHF",)),
        ("¥", ("CNY", "JPY")),
        ("hello there", ()),
    ],
)
def test_currency_words(word: str, codes: tuple[str, ...]) -> None:
    assert currency_of(word) == (codes, False)


def test_words() -> None:
    assert currency_of("USS")[1]
    assert currency_in("金额/英镑") == ("GBP", "金额/")
    assert currency_in("Remarks") == ("", "Remarks")
    assert (country_of("Vereinigte Staaten"), country_of("英国"), country_of("Atlantis")) == ("US", "GB", "")
    assert (status_of("teilw. bezahlt"), status_of("已结清")) == ("part_paid", "paid")
    assert (row_word("3月小计"), row_word("Total Tools GmbH"), row_word("Endsaldo")) == ("subtotal", "", "total")


@given(st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=1, max_size=4))
def test_assignment_is_the_best_of_all(scores: list[list[int]]) -> None:
    chosen = best_assignment(scores)
    total = sum(scores[row][column] for row, column in enumerate(chosen) if column >= 0)
    best = max(
        sum(scores[row][column] for row, column in enumerate(order)) for order in permutations(range(4), len(scores))
    )
    assert total == best
    used = [column for column in chosen if column >= 0]
    assert len(used) == len(set(used))


@given(st.integers(-50, 50), st.integers(-50, 50), st.integers(1, 50))
def test_arithmetic(one: int, two: int, three: int) -> None:
    values = {(1, 1): Decimal(one), (2, 1): Decimal(two), (3, 1): Decimal(three)}
    lookup = lambda row, column: values.get((row, column))  # noqa: E731 - a table as a function
    assert result_of("SUM(A1:A4)-N(A2)*(A3+1)%", lookup) == one + two + three - Decimal(two) * (three + 1) / 100
    assert result_of("-A1+$A$3/A3", lookup) == 1 - one
    assert result_of("VLOOKUP(A1,B:C,2)", lookup) is None
    assert result_of("A1/B9", lookup) is None


def test_shifting_a_shared_formula() -> None:
    assert shifted("A1+$B$2*C$3-LOG10(D4)", 2, 1) == "B3+$B$2*D$3-LOG10(E6)"


@pytest.mark.parametrize(
    "heading",
    [
        ["Nr zamówienia", "Data zawarcia umowy", "Nazwa kontrahenta", "Waluta", "Wartość zamówienia"],
        ["Číslo objednávky", "Datum objednávky", "Odběratel", "Měna", "Celková částka"],
        ["Bestelnummer", "Besteldatum", "Naam afnemer", "Munteenheid", "Totaalbedrag"],
        ["Ordernummer", "Orderdatum", "Kundens namn", "Valuta", "Orderbelopp"],
        ["Ordrenr.", "Ordredato", "Køber", "Valuta", "Samlet beløb"],
        ["Ordrenummer", "Bestillingsdato", "Kjøper", "Valuta", "Totalt beløp"],
        ["Tilausnumero", "Tilauspäivä", "Asiakkaan nimi", "Valuutta", "Kokonaissumma"],
        ["SİPARİŞ NO", "SİPARİŞ TARİHİ", "MÜŞTERİ ADI", "PARA BİRİMİ", "TOPLAM TUTAR"],
        ["So hop dong", "Ngay ky", "Ten khach hang", "Loai tien", "Gia tri hop dong"],
        ["เลขที่ใบสั่งซื้อ", "วันที่สั่งซื้อ", "ชื่อลูกค้า", "สกุลเงิน", "จำนวนเงิน"],
        ["Nomor pesanan", "Tanggal pesanan", "Nama pelanggan", "Mata uang", "Nilai pesanan"],
        ["رقم الطلب", "تاريخ الطلب", "اسم العميل", "العملة", "المبلغ"],
        ["מספר הזמנה", "תאריך הזמנה", "שם הלקוח", "מטבע", "סכום"],
        ["ΑΡΙΘΜΟΣ ΠΑΡΑΓΓΕΛΙΑΣ", "Ημερομηνία παραγγελίας", "Πελάτης", "Νόμισμα", "Συνολικό ποσό"],
        ["Rendelés száma", "Rendelés dátuma", "Vevő neve", "Pénznem", "Végösszeg"],
        ["Nr. comandă", "Data comenzii", "Client", "Monedă", "Valoare comandă"],
        ["Номер замовлення", "Дата замовлення", "Покупець", "Валюта", "Сума замовлення"],
        ["आदेश संख्या", "आदेश दिनांक", "ग्राहक का नाम", "मुद्रा", "कुल राशि"],
    ],
)
def test_headings_of_other_trading_languages(tmp_path: Path, heading: list[str]) -> None:
    """Also in capitals and without accents."""
    wanted = ["order.number", "order.date", "order.customer", "order.currency", "order.amount"]
    for label, field in zip(heading, wanted, strict=True):
        assert column_fields(label).get(field, 0.0) >= 0.7, label


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("RAZEM", "total"), ("Σύνολο", "total"), ('סה"כ', "total"), ("รวมทั้งสิ้น", "total"), ("कुल योग", "total"),
        ("Mezisoučet", "subtotal"), ("Välisumma", "subtotal"), ("ARA TOPLAM", "subtotal"), ("رصيد مرحل", "carried_forward"),
        ("Devir", "carried_forward"), ("Summa Oy", ""), ("Jumlah Makmur Sdn. Bhd.", ""), ("Total Tools GmbH", ""),
    ],
)  # fmt: skip
def test_rows_named_in_other_languages(text: str, role: str) -> None:
    assert row_word(text) == role


@pytest.mark.parametrize(
    ("heading", "cells", "number_format"),
    [
        (["Order No.", "Order date", "Customer", "Currency", "Amount"], ["HRK", 100], ""),
        (["Order No.", "Order date", "Customer", "Amount (HRK)"], [100], ""),
        (["Order No.", "Order date", "Customer", "Amount"], ["HRK 100.00"], ""),
        (["Order No.", "Order date", "Customer", "Amount"], [100], "#,##0.00 [$HRK]"),
    ],
)
def test_a_currency_that_was_replaced_is_asked_never_taken_for_its_successor(
    tmp_path: Path, heading: list[str], cells: list[object], number_format: str
) -> None:
    rows = [[f"PI-{row}", date(2021, 5, 3), "Zagreb Trade d.o.o.", *cells] for row in range(1, 5)]
    at = len(heading) - 1
    formats = {(row, at): number_format for row in range(1, 5)} if number_format else {}
    book = _book(tmp_path / "Old.xlsx", [[*heading, None, None, "all in EUR"], *rows], formats=formats)
    records = _records(book)
    found = [finding for record in records for name, finding in record.findings if name == "order.currency"]
    assert [finding.code for finding in found] == ["cell.currency-retired"] * 4
    assert {(one.details["successor"], one.details["ratio"]) for one in found} == {("EUR", "7.53450")}
    assert not [record for record in records if "order.currency" in record.values]


@pytest.mark.parametrize(
    ("texts", "days"),
    [
        (["25-05-03", "25-05-04", "25-06-12"], [date(2025, 5, 3), date(2025, 5, 4)]),
        (["25-05-03", "26-05-04"], []),
        (["25-05-03", "03.05.25"], []),
        (["13.05.25", "03.06.25", "24.06.25", "07.08.25"], [date(2025, 5, 13), date(2025, 6, 3)]),
        (["25/05/13", "25/06/03", "25/06/24", "25/08/31"], [date(2025, 5, 13), date(2025, 6, 3)]),
        (["05/13/25", "06/03/25"], [date(2025, 5, 13), date(2025, 6, 3)]),
    ],
)
def test_years_of_two_digits_stand_where_the_column_proves_it_and_are_asked_elsewhere(
    tmp_path: Path, texts: list[str], days: list[date]
) -> None:
    heading = ["Order No.", "Order date", "Customer", "Currency", "Amount"]
    rows = [[f"PI-{row}", text, "Nord AB", "USD", 100 + row] for row, text in enumerate(texts)]
    records = _records(_book(tmp_path / "Days.xlsx", [heading, *rows]))
    read_days = [record.values["order.date"] for record in records if "order.date" in record.values]
    asked = [one.code for record in records for _name, one in record.findings if one.code.startswith("cell.date")]
    assert (read_days[:2], len(read_days)) == (days, len(texts) if days else 0)
    assert asked == (["cell.date-ambiguous"] * len(texts) if not days else [])


@pytest.mark.parametrize("mark", ['"', "〃", "同上", "idem", "то же"])
def test_marks_that_repeat_what_stands_above(tmp_path: Path, mark: str) -> None:
    heads = ["Order No.", "Order date", "Customer", "Currency", "Amount", "Salesperson"]
    people = [("Nord AB", "Lily"), (mark, mark), ("Süd KG", mark), (mark, "Tom"), ("Ost SA", "Eva")]
    rows = [
        [f"PI-{row}", f"2025-03-1{row}", customer, "EUR", 100 * row, seller]
        for row, (customer, seller) in enumerate(people, 1)
    ]
    plan = _planned(tmp_path / "ditto.xlsx", "Orders", [heads, *rows])
    said = [(item.value("customer"), item.value("salesperson")) for item in plan.of("orders")]
    assert said == [("Nord AB", "Lily"), ("Nord AB", "Lily"), ("Süd KG", "Lily"), ("Süd KG", "Tom"), ("Ost SA", "Eva")]
    second = plan.items[1].record
    assert second.sheet.place(*second.cells["order.customer"]) == "ditto.xlsx!Orders!C2"


def test_initials_of_people_repeat_nobody(tmp_path: Path) -> None:
    heads = ["Order No.", "Order date", "Customer", "Currency", "Amount", "Salesperson"]
    people = ["EB.", "JW.", "SD.", "Do.", "ID."]
    rows = [[f"PI-{n}", f"2025-03-1{n}", "Nord AB", "EUR", 100 + n, one] for n, one in enumerate(people)]
    plan = _planned(tmp_path / "initials.xlsx", "Orders", [heads, *rows])
    assert [item.value("salesperson") for item in plan.of("orders")] == people


def test_a_sheet_of_figures_without_a_table_is_told(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "figures.xlsx"))
    page = book.add_worksheet("Somewhere")
    for row in range(4):
        page.write_row(3 * row, row, [f"word {row}", 10 * row + 1, 7, 100 - row])
    book.add_worksheet("Cover").write(0, 0, "Orders of 2025")
    book.close()
    plan = adoption.plan([tmp_path / "figures.xlsx"], RateBook.embedded())
    assert not plan.items
    assert [one.where for one in plan.findings if one.code == "table.unrecognised"] == ["figures.xlsx!Somewhere!A1:G10"]


def test_the_first_payment_of_an_order_is_not_order_number_one(tmp_path: Path) -> None:
    heads = ["Order no.", "Value date", "Amount received", "Currency", "Bank reference"]
    rows = [[row, f"2025-03-1{row}", 100 * row, "EUR", f"TT{row}77"] for row in (1, 2)]
    plan = _planned(tmp_path / "paid.xlsx", "Receipts", [heads, *rows])
    assert [(item.value("amount"), item.value("order_number")) for item in plan.of("receipts")] == [
        (100, None),
        (200, None),
    ]


def _planned(path: Path, name: str, rows: Sequence[Sequence[object]]) -> adoption.Plan:
    return adoption.plan([written(path, rows, name=name)], RateBook.embedded())


@pytest.mark.parametrize(
    ("name", "heads"),
    [
        ("Stock", ["Code", "Name", "Colour", "Shelf"]), ("Склад", ["code", "Наименование", "Цвет", "Полка"]),
        ("Suppliers", ["SupplierID", "Company name", "Contact name", "Country"]), ("供应商", ["编码", "公司名称", "联系人", "国家"]),
    ],
)  # fmt: skip
def test_goods_and_suppliers_are_no_customers(tmp_path: Path, name: str, heads: list[str]) -> None:
    rows = [
        [f"A{n:03d}", f"{word} Trading", word, "Norway"]
        for n, word in enumerate(["Red", "Blue", "Green", "White", "Black"])
    ]
    plan = _planned(tmp_path / "list.xlsx", name, [heads, *rows])
    assert not plan.of("customers", adoption.Decision.IMPORTED)
    assert plan.findings


def test_customers_with_figures_that_nobody_explains(tmp_path: Path) -> None:
    """Products of columns are amounts in lists of orders; a list of customers has none, and must not fail over them."""
    rows = [[f"K{n}", f"Firm {n} GmbH", "DE", 3 + n, 2.5 + n, (3 + n) * (2.5 + n)] for n in range(8)]
    plan = _planned(tmp_path / "figures.xlsx", "Kunden", [["Kundennr.", "Kunde", "Land", "xq", "xp", "xz"], *rows])
    assert {item.value("name") for item in plan.items} <= {f"Firm {n} GmbH" for n in range(8)}
