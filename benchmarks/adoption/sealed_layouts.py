"""A second set of layouts, written after the first was mastered and measured before anything was changed for it.

``other_layouts`` shaped the product; figures on it flatter. These ask the same in ways that were not looked at meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from legacy_bench.book import Book, Cell, Column, Issue, Region, Table, a1, span
from legacy_bench.messy import slash_cell, slash_is_open
from other_layouts import CUSTOMER, ORDER, RECEIPT, Scribe, heads, start, values_of
from other_words import TITLES, TOTAL, WORDS
from xlsxwriter.utility import xl_col_to_name

__all__ = ["SEALED_LAYOUTS"]

Record = dict[str, Any]
EXPORTS: dict[str, dict[str, str]] = {
    "en": {"order.number": "Document No", "order.date": "Doc. Date", "order.customer": "Bill-To Name", "order.currency": "Currency Code", "order.amount": "Amount Incl. Tax", "order.status": "Doc Status"},
    "de": {"order.number": "Belegnummer", "order.date": "Belegdatum", "order.customer": "Kundenbezeichnung", "order.currency": "Währungsschlüssel", "order.amount": "Belegsumme", "order.status": "Status Auftrag"},
    "zh-Hans": {"order.number": "订单编码", "order.date": "创建日期", "order.customer": "客户单位", "order.currency": "币种代码", "order.amount": "价税合计", "order.status": "单据状态"},
    "ja": {"order.number": "伝票No", "order.date": "伝票日付", "order.customer": "得意先名称", "order.currency": "通貨コード", "order.amount": "合計金額", "order.status": "ステータス"},
    "fr": {"order.number": "N° pièce", "order.date": "Date pièce", "order.customer": "Tiers", "order.currency": "Code devise", "order.amount": "Total TTC", "order.status": "État commande"},
    "es": {"order.number": "N.º documento", "order.date": "Fecha documento", "order.customer": "Nombre del tercero", "order.currency": "Código divisa", "order.amount": "Total pedido", "order.status": "Estado"},
    "ru": {"order.number": "№ документа", "order.date": "Дата документа", "order.customer": "Наименование контрагента", "order.currency": "Код валюты", "order.amount": "Итоговая сумма", "order.status": "Статус заказа"},
    "ko": {"order.number": "전표번호", "order.date": "전표일자", "order.customer": "거래처", "order.currency": "통화코드", "order.amount": "합계금액", "order.status": "주문상태"},
    "it": {"order.number": "Numero documento", "order.date": "Data documento", "order.customer": "Intestatario", "order.currency": "Codice valuta", "order.amount": "Totale documento", "order.status": "Stato"},
    "pt": {"order.number": "Nº documento", "order.date": "Data de emissão", "order.customer": "Nome do cliente", "order.currency": "Código moeda", "order.amount": "Total do documento", "order.status": "Estado da encomenda"},
    "zh-Hant": {"order.number": "單據號碼", "order.date": "單據日期", "order.customer": "客戶簡稱", "order.currency": "幣別代碼", "order.amount": "含稅金額", "order.status": "單據狀態"},
}  # fmt: skip
"""Headings as accounting programs export them, one for each field."""


def months_down(seed: int, rows: int) -> Book:
    """A cross-tab on its side: months down, customers across, one currency named in the title."""
    _rng, world, tongue = start("months_down", seed, rows, currencies=("EUR",))
    book = Book("months_down", seed)
    sheet = book.sheet(TITLES[tongue][1][:25])
    sheet.put(1, 1, f"{TITLES[tongue][1]} {world.year}, EUR", bold=True)
    sheet.forbid(1, "title", last_col=10)
    people = sorted({order["order.customer"] for order in world.orders})[:8]
    for at, person in enumerate(people, 2):
        sheet.put(3, at, person, bold=True)
    for month in range(1, 13):
        sheet.put(3 + month, 1, f"{world.year}-{month:02d}")
        for at, person in enumerate(people, 2):
            amount = sum(
                (
                    o["order.amount"]
                    for o in world.orders
                    if o["order.customer"] == person and o["order.date"].month == month
                ),
                Decimal(0),
            )
            if amount:
                sheet.put(3 + month, at, Cell(amount, "#,##0.00"))
                values = {
                    "receipt.payer": person,
                    "receipt.currency": "EUR",
                    "receipt.amount": format(amount, "f"),
                    "receipt.date": f"{world.year}-{month:02d}",
                }
                book.record("receipts", sheet, 3 + month, span(3 + month, at, 3 + month, at), values)
    sheet.put(16, 1, TOTAL[tongue])
    for at in range(2, 2 + len(people)):
        letter = xl_col_to_name(at - 1)
        sheet.put(16, at, Cell(Decimal(0), "#,##0.00", f"=SUM({letter}4:{letter}15)"))
    sheet.forbid(16, "total", last_col=1 + len(people))
    Region(sheet, "receipts", "matrix", [3], (3, 1, 15, 1 + len(people)), [])
    return book


def card_rows(seed: int, rows: int) -> Book:
    """Cards three beside each other, labels over their values' left, blank columns between."""
    rng, world, tongue = start("card_rows", seed, min(rows, 36))
    book = Book("card_rows", seed)
    sheet = book.sheet("A4")
    scribe = Scribe(rng, tongue)
    fields = ["order.number", "order.customer", "order.date", "order.currency", "order.amount"]
    labels = [column.header for column in heads(rng, tongue, fields)]
    for index, order in enumerate(world.orders):
        top, left = 2 + 7 * (index // 3), 1 + 3 * (index % 3)
        cells = {}
        for line, (name, label) in enumerate(zip(fields, labels, strict=True)):
            sheet.put(top + line, left, label)
            cells[name] = scribe.make(name, order)
            sheet.put(top + line, left + 1, cells[name])
        book.record("orders", sheet, top, span(top, left, top + 4, left + 1), values_of(order, fields, cells), order)
    Region(sheet, "orders", "cards", [], (2, 1, 8 + 7 * ((len(world.orders) - 1) // 3), 8), [])
    return book


def inline_cards(seed: int, rows: int) -> Book:
    """A line of text per fact: ``Customer: Nord GmbH``."""
    rng, world, tongue = start("inline_cards", seed, min(rows, 30))
    book = Book("inline_cards", seed)
    sheet = book.sheet("Memo")
    fields = [*CUSTOMER[1:], "customer.email", "customer.contact"]
    labels = [column.header for column in heads(rng, tongue, fields)]
    row = 1
    for customer in world.customers:
        cells = {}
        for line, (name, label) in enumerate(zip(fields, labels, strict=True)):
            cells[name] = Cell(f"{label}: {customer[name]}")
            sheet.put(row + line, 2, cells[name])
        book.record(
            "customers",
            sheet,
            row,
            span(row, 2, row + len(fields) - 1, 2),
            values_of(customer, fields, cells),
            customer,
        )
        row += len(fields) + 2
    Region(sheet, "customers", "cards", [], (1, 2, row - 3, 2), [])
    return book


def program_export(seed: int, rows: int) -> Book:
    """An accounting program's export with its own words, extra columns, and a filter line on top."""
    rng, world, tongue = start("program_export", seed, rows, list(EXPORTS))
    book = Book("program_export", seed)
    sheet = book.sheet("Export")
    fields = rng.sample(list(EXPORTS[tongue]), 6)
    columns = [Column(name, EXPORTS[tongue][name]) for name in fields]
    columns.insert(0, Column(None, "#", lambda _record, row: Cell(row)))
    columns.append(Column(None, "GUID", lambda _record, row: Cell(f"{row * 7919 % 99991:05x}-{row:04x}")))
    table = Table(sheet, "orders", 5, 1, columns, Scribe(rng, tongue))
    for line, text in enumerate(("ERP 9.2", "01.01.2025 .. 31.12.2025", "user: lily"), 1):
        sheet.put(line, 1, text)
        sheet.forbid(line, "title", last_col=8)
    table.write_header()
    for row, order in enumerate(world.orders, 6):
        table.write(row, order)
    return book


def two_lines_gap(seed: int, rows: int) -> Book:
    """Receipts over two lines: date, payer and amount above, reference and order beneath, a blank line between."""
    rng, world, tongue = start("two_lines_gap", seed, rows)
    book = Book("two_lines_gap", seed)
    sheet = book.sheet(TITLES[tongue][1][:25])
    scribe = Scribe(rng, tongue)
    upper, lower = (
        ["receipt.date", "receipt.payer", "receipt.currency", "receipt.amount"],
        ["receipt.reference", "receipt.order_number", "receipt.note"],
    )
    names = {column.field: column.header for column in heads(rng, tongue, upper + lower)}
    for line, fields in enumerate((upper, lower), 1):
        for at, name in enumerate(fields, 2):
            sheet.put(line, at, names[name], bold=True)
    row = 4
    for receipt in world.receipts:
        cells = {}
        for line, fields in enumerate((upper, lower)):
            for at, name in enumerate(fields, 2):
                cells[name] = scribe.make(name, receipt)
                sheet.put(row + line, at, cells[name])
        book.record("receipts", sheet, row, span(row, 2, row + 1, 5), values_of(receipt, upper + lower, cells), receipt)
        row += 3
    Region(sheet, "receipts", "two_line", [1, 2], (1, 2, row - 2, 5), [])
    return book


def debit_credit(seed: int, rows: int) -> Book:
    """A bank account's export: money in and money out in columns of their own; only money in is a receipt."""
    rng, world, tongue = start("debit_credit", seed, rows, ["en", "de", "fr", "es", "zh-Hans"], currencies=("EUR",))
    book = Book("debit_credit", seed)
    words = {
        "en": ("Value date", "Description", "Debit", "Credit", "Reference"), "de": ("Valuta", "Buchungstext", "Soll", "Haben", "Referenz"),
        "fr": ("Date de valeur", "Libellé", "Débit", "Crédit", "Référence"), "es": ("Fecha valor", "Concepto", "Cargo", "Abono", "Referencia"),
        "zh-Hans": ("交易日期", "摘要", "借方金额", "贷方金额", "流水号"),
    }[tongue]  # fmt: skip
    sheet = book.sheet("EUR")
    fields = ["receipt.date", "receipt.note", None, "receipt.amount", "receipt.reference"]
    columns = [Column(name, word) for name, word in zip(fields, words, strict=True)]
    columns[2].make = lambda _record, _row: None
    table = Table(sheet, "receipts", 3, 1, columns, Scribe(rng, tongue))
    sheet.put(1, 1, "IBAN DE89 3704 0044 0532 0130 00 EUR")
    sheet.forbid(1, "title", last_col=5)
    table.write_header()
    row = 4
    for receipt in world.receipts:
        if rng.random() < 0.2:
            scribe = Scribe(rng, tongue)
            sheet.put(row, 1, scribe.make("receipt.date", receipt))
            sheet.put(row, 2, "bank charges")
            sheet.put(row, 3, Cell(Decimal(rng.randrange(500, 5000)) / 100, "#,##0.00"))
            row += 1
        table.write(row, receipt, {"receipt.currency": "EUR"})
        row += 1
    return book


def open_dates(seed: int, rows: int) -> Book:
    """Dates with slashes in a column that proves both orders: what is open has to be asked."""
    rng, world, tongue = start("open_dates", seed, rows, ["en", "fr", "es", "pt", "it"])
    book = Book("open_dates", seed)
    sheet = book.sheet("2025")
    proven = 0

    def day(order: Record, _row: int) -> Cell:
        nonlocal proven
        if slash_is_open(order["order.date"]):
            return slash_cell(order["order.date"], rng.choice(["dmy", "mdy"]))
        proven += 1
        return slash_cell(order["order.date"], ("dmy", "mdy")[proven % 2])

    table = Table(sheet, "orders", 1, 1, heads(rng, tongue, rng.sample(ORDER, 5), order__date=day), Scribe(rng, tongue))
    table.write_header()
    for row, order in enumerate(rng.sample(world.orders, len(world.orders)), 2):
        table.write(row, order)
    return book


def open_signs(seed: int, rows: int) -> Book:
    """Amounts shown with a bare dollar that is two currencies: to be asked; euro and yen amounts beside are sure."""
    rng, world, tongue = start(
        "open_signs", seed, rows, ["en", "de", "fr", "ja", "ko"], currencies=("USD", "HKD", "EUR")
    )
    book = Book("open_signs", seed)
    sheet = book.sheet(TITLES[tongue][0][:25])
    shown = {"USD": '"$"#,##0.00', "HKD": '"$"#,##0.00', "EUR": "#,##0.00\\ [$€-1]"}
    fields = ["order.number", "order.date", "order.customer", "order.amount"]
    columns = heads(
        rng,
        tongue,
        rng.sample(fields, 4),
        order__amount=lambda o, _row: Cell(o["order.amount"], shown[o["order.currency"]]),
    )
    table = Table(sheet, "orders", 1, 1, columns, Scribe(rng, tongue))
    table.write_header()
    at = next(number for number, column in enumerate(columns, 1) if column.field == "order.amount")
    for row, order in enumerate(world.orders, 2):
        ids = table.write(row, order, {"order.currency": order["order.currency"]})
        if order["order.currency"] != "EUR":
            book.issue(
                sheet,
                a1(row, at),
                Issue("ambiguous_currency", "ask", ("USD", "HKD")),
                "order.currency",
                ids[0],
                order["order.currency"],
            )
    return book


def touching_tables(seed: int, rows: int) -> Book:
    """Orders, and right under them without a blank line the receipts; both start in column C."""
    rng, world, tongue = start("touching_tables", seed, rows)
    book = Book("touching_tables", seed)
    sheet = book.sheet("data")
    scribe = Scribe(rng, tongue)
    upper = Table(sheet, "orders", 2, 3, heads(rng, tongue, rng.sample(ORDER, 5)), scribe)
    upper.write_header()
    row = 3
    for order in world.orders:
        upper.write(row, order)
        row += 1
    lower = Table(sheet, "receipts", row, 3, heads(rng, tongue, rng.sample(RECEIPT, 6)), scribe)
    lower.write_header()
    for number, receipt in enumerate(world.receipts, row + 1):
        lower.write(number, receipt)
    return book


def currency_columns(seed: int, rows: int) -> Book:
    """An amount column for each currency, its heading only the code, in any language; the customer written once."""
    rng, world, tongue = start("currency_columns", seed, rows, currencies=("USD", "EUR", "GBP"))
    book = Book("currency_columns", seed)
    sheet = book.sheet(TITLES[tongue][0][:25])

    def money(code: str) -> Callable[[Record, int], Cell | None]:
        return lambda order, _row: Cell(order["order.amount"], "#,##0.00") if order["order.currency"] == code else None

    amount = rng.choice(WORDS[tongue]["order.amount"])
    columns = heads(rng, tongue, ["order.number", "order.date", "order.customer"])
    columns += [
        Column("order.amount", f"{amount} {code}", money(code), currency=code) for code in ("USD", "EUR", "GBP")
    ]
    table = Table(sheet, "orders", 1, 1, columns, Scribe(rng, tongue))
    table.write_header()
    for row, order in enumerate(world.orders, 2):
        table.write(row, order)
    return book


SEALED_LAYOUTS: dict[str, Callable[[int, int], Book]] = {
    function.__name__: function
    for function in (
        months_down, card_rows, inline_cards, program_export, two_lines_gap, debit_credit, open_dates, open_signs, touching_tables, currency_columns,
    )
}  # fmt: skip
