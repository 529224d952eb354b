"""A third set: languages and arrangements that neither the vocabulary nor the earlier sets have seen.

Polish, Turkish, Vietnamese, Brazilian Portuguese and Dutch headings were written down without looking at the product's words;
the figures of the first run are those in docs/benchmarks.md.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zlib import crc32

from legacy_bench.book import Book, Cell, Column, Region, Table, span
from legacy_bench.world import World
from other_layouts import CUSTOMER, ORDER, RECEIPT, Scribe, values_of

__all__ = ["THIRD_LAYOUTS", "speak"]

Record = dict[str, Any]
WORDS: dict[str, dict[str, str]] = {
    "pl": {
        "order.number": "Nr zamówienia", "order.date": "Data zamówienia", "order.customer": "Kontrahent", "order.currency": "Waluta",
        "order.amount": "Wartość netto", "order.salesperson": "Handlowiec", "order.due_date": "Termin płatności", "receipt.date": "Data wpływu",
        "receipt.payer": "Nadawca przelewu", "receipt.currency": "Waluta", "receipt.amount": "Kwota wpływu", "receipt.reference": "Nr operacji",
        "receipt.order_number": "Dotyczy zamówienia", "customer.code": "Kod klienta", "customer.name": "Nazwa firmy", "customer.country": "Kraj",
        "customer.currency": "Waluta rozliczeń", "total": "Razem", "title": "Zamówienia eksportowe", "receipts": "Wpływy", "customers": "Kontrahenci",
    },
    "tr": {
        "order.number": "Sözleşme no", "order.date": "Sözleşme tarihi", "order.customer": "Alıcı firma", "order.currency": "Döviz cinsi",
        "order.amount": "Tutar", "order.salesperson": "Satış temsilcisi", "order.due_date": "Vade tarihi", "receipt.date": "Tahsilat tarihi",
        "receipt.payer": "Gönderen", "receipt.currency": "Döviz cinsi", "receipt.amount": "Gelen tutar", "receipt.reference": "Dekont no",
        "receipt.order_number": "Sözleşme no", "customer.code": "Cari kodu", "customer.name": "Cari unvanı", "customer.country": "Ülke",
        "customer.currency": "Para birimi", "total": "Genel toplam", "title": "İhracat siparişleri", "receipts": "Tahsilat listesi", "customers": "Cari kartlar",
    },
    "vi": {
        "order.number": "Số hợp đồng", "order.date": "Ngày ký", "order.customer": "Khách hàng", "order.currency": "Loại tiền", "order.amount": "Giá trị hợp đồng",
        "order.salesperson": "Nhân viên kinh doanh", "order.due_date": "Hạn thanh toán", "receipt.date": "Ngày báo có", "receipt.payer": "Người chuyển tiền",
        "receipt.currency": "Loại tiền", "receipt.amount": "Số tiền nhận", "receipt.reference": "Số tham chiếu", "receipt.order_number": "Số hợp đồng",
        "customer.code": "Mã khách hàng", "customer.name": "Tên công ty", "customer.country": "Quốc gia", "customer.currency": "Đồng tiền thanh toán",
        "total": "Tổng cộng", "title": "Hợp đồng xuất khẩu", "receipts": "Tiền về", "customers": "Danh sách khách hàng",
    },
    "pt-BR": {
        "order.number": "Nº do pedido", "order.date": "Data do pedido", "order.customer": "Razão social", "order.currency": "Moeda", "order.amount": "Valor total",
        "order.salesperson": "Vendedor", "order.due_date": "Vencimento", "receipt.date": "Data do crédito", "receipt.payer": "Remetente", "receipt.currency": "Moeda",
        "receipt.amount": "Valor creditado", "receipt.reference": "Nº da operação", "receipt.order_number": "Pedido", "customer.code": "Cód. cliente",
        "customer.name": "Razão social", "customer.country": "País", "customer.currency": "Moeda de faturamento", "total": "Total geral",
        "title": "Pedidos de exportação", "receipts": "Recebimentos", "customers": "Cadastro de clientes",
    },
    "nl": {
        "order.number": "Ordernummer", "order.date": "Orderdatum", "order.customer": "Afnemer", "order.currency": "Valuta", "order.amount": "Orderbedrag",
        "order.salesperson": "Verkoper", "order.due_date": "Vervaldatum", "receipt.date": "Boekdatum", "receipt.payer": "Opdrachtgever", "receipt.currency": "Valuta",
        "receipt.amount": "Ontvangen bedrag", "receipt.reference": "Bankreferentie", "receipt.order_number": "Ordernummer", "customer.code": "Debiteurnr.",
        "customer.name": "Bedrijfsnaam", "customer.country": "Land", "customer.currency": "Factuurvaluta", "total": "Totaal", "title": "Exportorders",
        "receipts": "Ontvangsten", "customers": "Debiteuren",
    },
}  # fmt: skip
TONGUES = list(WORDS)
Begun = tuple[random.Random, World, dict[str, str], Scribe, Book]


def speak(words: dict[str, dict[str, str]]) -> None:
    """Write the headings of all further workbooks in other languages."""
    WORDS.clear()
    WORDS.update(words)
    TONGUES[:] = list(words)


def _begin(layout: str, seed: int, rows: int, **world: Any) -> Begun:
    key = f"third:{layout}:{seed}"
    rng = random.Random(key)
    words = WORDS[TONGUES[(seed + crc32(layout.encode())) % len(TONGUES)]]
    return rng, World(crc32(key.encode()), rows, **world), words, Scribe(rng, "en"), Book(layout, seed)


def _columns(words: dict[str, str], fields: list[str], **makers: Callable[[Record, int], Cell | None]) -> list[Column]:
    made = {name.replace("__", "."): make for name, make in makers.items()}
    return [Column(name, words[name], made.get(name)) for name in fields]


def _listed(layout: str, kind: str, fields: list[str], seed: int, rows: int, *, total: bool = False) -> Book:
    rng, world, words, scribe, book = _begin(layout, seed, rows)
    sheet = book.sheet(words["title" if kind == "orders" else kind][:25])
    sheet.put(1, 1, words["title" if kind == "orders" else kind], bold=True)
    sheet.forbid(1, "title", last_col=len(fields))
    table = Table(sheet, kind, 3, 1, _columns(words, rng.sample(fields, len(fields))), scribe)
    table.write_header()
    row = 4
    for record in getattr(world, kind):
        table.write(row, record)
        row += 1
    if total:
        sheet.put(row, 1, words["total"], bold=True)
        sheet.put(row, 2, Cell(Decimal(1234567), "#,##0.00"))
        sheet.forbid(row, "total", last_col=len(fields))
    return book


def new_orders(seed: int, rows: int) -> Book:
    """A list of orders under a title, with a total that sums several currencies."""
    return _listed("new_orders", "orders", [*ORDER, "order.salesperson", "order.due_date"], seed, rows, total=True)


def new_receipts(seed: int, rows: int) -> Book:
    """A list of receipts."""
    return _listed("new_receipts", "receipts", RECEIPT, seed, rows)


def new_customers(seed: int, rows: int) -> Book:
    """A list of customers."""
    return _listed("new_customers", "customers", CUSTOMER, seed, rows)


def new_cards(seed: int, rows: int) -> Book:
    """One card per order: labels in one column, values in the next."""
    _rng, world, words, scribe, book = _begin("new_cards", seed, min(rows, 30))
    sheet = book.sheet(words["title"][:25])
    row, first = 1, 1
    last = 1
    for record in world.orders:
        cells = {name: scribe.make(name, record) for name in ORDER}
        for offset, name in enumerate(ORDER):
            sheet.put(row + offset, 1, words[name] + ":")
            if cells[name] is not None:
                sheet.put(row + offset, 2, cells[name])
        last = row + len(ORDER) - 1
        book.record("orders", sheet, row, span(row, 1, last, 2), values_of(record, ORDER, cells), record)
        row = last + 2
    Region(sheet, "orders", "cards", [], (first, 1, last, 2), [])
    return book


def new_two_lines(seed: int, rows: int) -> Book:
    """Number and customer above, date, currency and amount below."""
    _rng, world, words, scribe, book = _begin("new_two_lines", seed, rows)
    sheet = book.sheet(words["title"][:25])
    lines = (["order.number", "order.customer", "order.salesperson"], ["order.date", "order.currency", "order.amount"])
    for line, fields in enumerate(lines, 1):
        for at, name in enumerate(fields, 1):
            sheet.put(line, at, words[name], bold=True)
    row = 3
    for record in world.orders:
        cells = {name: scribe.make(name, record) for fields in lines for name in fields}
        for line, fields in enumerate(lines):
            for at, name in enumerate(fields, 1):
                if cells[name] is not None:
                    sheet.put(row + line, at, cells[name])
        values = values_of(record, [*lines[0], *lines[1]], cells)
        book.record("orders", sheet, row, span(row, 1, row + 1, 3), values, record)
        row += 2
    Region(sheet, "orders", "two_line", [1, 2], (1, 1, row - 1, 3), [])
    return book


def new_beside(seed: int, rows: int) -> Book:
    """Orders left, receipts right, one blank column between them."""
    rng, world, words, scribe, book = _begin("new_beside", seed, rows)
    sheet = book.sheet("2025")
    for kind, fields, left in (("orders", ORDER, 1), ("receipts", RECEIPT, 7)):
        table = Table(sheet, kind, 1, left, _columns(words, rng.sample(fields, len(fields))), scribe)
        table.write_header()
        for row, record in enumerate(getattr(world, kind), 2):
            table.write(row, record)
    return book


def new_headless(seed: int, rows: int) -> Book:
    """Orders without headings, in an order of columns that is nobody's habit."""
    _rng, world, words, scribe, book = _begin("new_headless", seed, rows)
    sheet = book.sheet(words["title"][:25])
    shown = ["order.amount", "order.currency", "order.customer", "order.date", "order.number"]
    table = Table(sheet, "orders", 1, 1, [Column(name, "") for name in shown], scribe, first_row=1)
    table.header_rows = []
    for row, record in enumerate(world.orders, 1):
        table.write(row, record)
    return book


def new_units(seed: int, rows: int) -> Book:
    """The unit stands in the heading of the amount: thousands or ten thousands of one currency."""
    rng, world, words, scribe, book = _begin("new_units", seed, rows)
    text, factor, currency = rng.choice([
        ("(tys. EUR)", 1000, "EUR"), ("（千円）", 1000, "JPY"), ("（万元）", 10000, "CNY"), ("（千美元）", 1000, "USD"), ("(mil USD)", 1000, "USD"),
        ("（万美元）", 10000, "USD"),
    ])  # fmt: skip
    sheet = book.sheet(words["title"][:25])
    for order in world.orders:
        order["order.currency"] = currency
        order["order.amount"] = Decimal(rng.randrange(20, 9_000)) * factor / 10
    columns = _columns(
        words, ["order.number", "order.date", "order.customer", "order.amount"],
        order__amount=lambda order, _row: Cell(order["order.amount"] / factor, "#,##0.0"),
    )  # fmt: skip
    columns[3].header += f" {text}"
    table = Table(sheet, "orders", 1, 1, columns, scribe)
    table.write_header()
    for row, order in enumerate(world.orders, 2):
        table.write(row, order, {"order.currency": currency})
    return book


def new_eras(seed: int, rows: int) -> Book:
    """Years of 令和 and 民國 under headings in Chinese and Japanese with units of people's habit."""
    rng, world, _words, scribe, book = _begin("new_eras", seed, rows)
    japanese = rng.random() < 0.5
    named = (
        ("伝票番号", "起票日", "納品先", "建値通貨", "総額")
        if japanese
        else ("契約號碼", "簽約日", "買受人", "計價幣別", "契約總價")
    )
    sheet = book.sheet("令和七年" if japanese else "114年度")

    def day(order: Record, _row: int) -> Cell:
        on = order["order.date"]
        if japanese:
            return Cell(f"令和{on.year - 2018}年{on.month:02d}月{on.day:02d}日")
        return Cell(f"民國 {on.year - 1911} 年 {on.month} 月 {on.day} 日")

    columns = [Column(name, label) for name, label in zip(ORDER, named, strict=True)]
    columns[1].make = day
    table = Table(sheet, "orders", 1, 1, columns, scribe)
    table.write_header()
    for row, order in enumerate(world.orders, 2):
        table.write(row, order)
    return book


def new_cross_tab(seed: int, rows: int) -> Book:
    """Customers down, months across as 01.2025, one currency in the corner."""
    _rng, world, words, _scribe, book = _begin("new_cross_tab", seed, rows, currencies=("USD",))
    sheet = book.sheet(words["receipts"][:25])
    sheet.put(1, 1, f"{words['receipts']} {world.year} (USD)", bold=True)
    sheet.forbid(1, "title", last_col=13)
    for month in range(1, 13):
        sheet.put(2, 1 + month, f"{month:02d}.{world.year}", bold=True)
    people = sorted({order["order.customer"] for order in world.orders})
    for row, person in enumerate(people, 3):
        sheet.put(row, 1, person)
        for month in range(1, 13):
            amounts = [
                one["order.amount"] for one in world.orders
                if one["order.customer"] == person and one["order.date"].month == month and one["order.date"].year == world.year
            ]  # fmt: skip
            if amounts:
                sheet.put(row, 1 + month, Cell(sum(amounts, Decimal(0)), "#,##0.00"))
                values = {
                    "receipt.payer": person, "receipt.currency": "USD", "receipt.amount": format(sum(amounts, Decimal(0)), "f"),
                    "receipt.date": f"{world.year}-{month:02d}",
                }  # fmt: skip
                book.record("receipts", sheet, row, span(row, 1 + month, row, 1 + month), values)
    Region(sheet, "receipts", "matrix", [2], (2, 1, 2 + len(people), 13), [])
    return book


def new_groups(seed: int, rows: int) -> Book:
    """The customer in a line over the orders, a subtotal under them, the currency in a column."""
    _rng, world, words, scribe, book = _begin("new_groups", seed, rows)
    sheet = book.sheet(words["title"][:25])
    fields = ["order.number", "order.date", "order.currency", "order.amount"]
    table = Table(sheet, "orders", 1, 1, _columns(words, fields), scribe)
    table.write_header()
    row = 2
    by_customer: dict[str, list[Record]] = {}
    for order in world.orders:
        by_customer.setdefault(order["order.customer"], []).append(order)
    for person, orders in by_customer.items():
        sheet.put(row, 1, f"{words['order.customer']}: {person}", bold=True)
        sheet.forbid(row, "group", last_col=4)
        row += 1
        for order in orders:
            table.write(row, order, {"order.customer": person})
            row += 1
        sheet.put(row, 1, words["total"])
        sheet.put(row, 4, Cell(sum((one["order.amount"] for one in orders), Decimal(0)), "#,##0.00"))
        sheet.forbid(row, "subtotal", last_col=4)
        row += 1
    return book


def new_stacked(seed: int, rows: int) -> Book:
    """Customers, and after two blank rows their orders, on one sheet that starts at C5."""
    _rng, world, words, scribe, book = _begin("new_stacked", seed, rows)
    sheet = book.sheet("A")
    row = 5
    for kind, fields in (("customers", CUSTOMER), ("orders", ORDER)):
        sheet.put(row, 3, words["title" if kind == "orders" else kind], bold=True)
        sheet.forbid(row, "title", 3, 2 + len(fields))
        table = Table(sheet, kind, row + 1, 3, _columns(words, fields), scribe)
        table.write_header()
        row += 2
        for record in getattr(world, kind):
            table.write(row, record)
            row += 1
        row += 2
    return book


THIRD_LAYOUTS: dict[str, Callable[[int, int], Book]] = {
    function.__name__: function
    for function in (
        new_orders, new_receipts, new_customers, new_cards, new_two_lines, new_beside, new_headless, new_units, new_eras, new_cross_tab, new_groups,
        new_stacked,
    )
}  # fmt: skip
