"""A fourth set: arrangements that the other sets do not have, half of it in languages without any vocabulary.

Swahili, Georgian, Icelandic and Basque are left out of the product's words on purpose, so that only what columns hold and
how they stand to each other can tell; Hungarian, Swedish, Romanian and Arabic come with words that are not the usual ones.
The set was run once before anything was changed for it; docs/benchmarks.md has that figure.
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

__all__ = ["FOURTH_LAYOUTS", "UNUSUAL"]

Record = dict[str, Any]
WORDS: dict[str, dict[str, str]] = {
    "sw": {
        "order.number": "Nambari ya oda", "order.date": "Tarehe ya oda", "order.customer": "Mteja", "order.currency": "Sarafu", "order.amount": "Thamani",
        "order.salesperson": "Muuzaji", "receipt.date": "Tarehe ya kupokea", "receipt.payer": "Mlipaji", "receipt.currency": "Sarafu",
        "receipt.amount": "Kiasi kilichopokelewa", "receipt.reference": "Kumbukumbu ya benki", "receipt.order_number": "Kwa oda", "customer.code": "Msimbo wa mteja",
        "customer.name": "Jina la kampuni", "customer.country": "Nchi", "customer.currency": "Sarafu ya malipo", "customer.email": "Barua pepe",
        "customer.phone": "Simu", "total": "Jumla", "title": "Oda za nje", "receipts": "Malipo", "customers": "Wateja", "qty": "Idadi", "price": "Bei", "line": "Na.",
    },
    "ka": {
        "order.number": "შეკვეთის ნომერი", "order.date": "შეკვეთის თარიღი", "order.customer": "მყიდველი", "order.currency": "ვალუტა", "order.amount": "თანხა",
        "order.salesperson": "მენეჯერი", "receipt.date": "ჩარიცხვის თარიღი", "receipt.payer": "გადამხდელი", "receipt.currency": "ვალუტა",
        "receipt.amount": "ჩარიცხული თანხა", "receipt.reference": "ბანკის საბუთი", "receipt.order_number": "შეკვეთა", "customer.code": "კლიენტის კოდი",
        "customer.name": "დასახელება", "customer.country": "ქვეყანა", "customer.currency": "ანგარიშსწორების ვალუტა", "customer.email": "ელფოსტა",
        "customer.phone": "ტელეფონი", "total": "სულ", "title": "ექსპორტი", "receipts": "შემოსავალი", "customers": "კლიენტები", "qty": "რაოდენობა", "price": "ფასი",
        "line": "რიგი",
    },
    "is": {
        "order.number": "Pöntunarnúmer", "order.date": "Pantað þann", "order.customer": "Viðskiptavinur", "order.currency": "Gjaldmiðill", "order.amount": "Upphæð",
        "order.salesperson": "Sölumaður", "receipt.date": "Greitt þann", "receipt.payer": "Greiðandi", "receipt.currency": "Gjaldmiðill",
        "receipt.amount": "Innborgun", "receipt.reference": "Tilvísun", "receipt.order_number": "Vegna pöntunar", "customer.code": "Lykill",
        "customer.name": "Heiti fyrirtækis", "customer.country": "Ríki", "customer.currency": "Uppgjörsmynt", "customer.email": "Netfang", "customer.phone": "Sími",
        "total": "Samtals", "title": "Pantanir", "receipts": "Innborganir", "customers": "Viðskiptavinir", "qty": "Fjöldi", "price": "Einingarverð", "line": "Röð",
    },
    "eu": {
        "order.number": "Eskaera zenbakia", "order.date": "Eguna", "order.customer": "Bezeroa", "order.currency": "Txanpona", "order.amount": "Guztizko balioa",
        "order.salesperson": "Saltzailea", "receipt.date": "Sarrera eguna", "receipt.payer": "Ordaintzailea", "receipt.currency": "Txanpona",
        "receipt.amount": "Jasotako dirua", "receipt.reference": "Banku agiria", "receipt.order_number": "Zein eskaera", "customer.code": "Bezero kodea",
        "customer.name": "Enpresaren izena", "customer.country": "Herrialdea", "customer.currency": "Ohiko txanpona", "customer.email": "Helbide elektronikoa",
        "customer.phone": "Telefonoa", "total": "Guztira", "title": "Esportazioak", "receipts": "Sarrerak", "customers": "Bezeroak", "qty": "Kopurua", "price": "Prezioa",
        "line": "Lerroa",
    },
    "hu": {
        "order.number": "Iktatószám", "order.date": "Üzletkötés napja", "order.customer": "Külföldi partner", "order.currency": "Devizanem", "order.amount": "Ügyletérték",
        "order.salesperson": "Területi képviselő", "receipt.date": "Értéknap", "receipt.payer": "Átutaló fél", "receipt.currency": "Devizanem",
        "receipt.amount": "Jóváírt összeg", "receipt.reference": "Tranzakcióazonosító", "receipt.order_number": "Melyik ügylet", "customer.code": "Partnerkód",
        "customer.name": "Cégnév", "customer.country": "Országkód", "customer.currency": "Számla pénzneme", "customer.email": "Villámposta", "customer.phone": "Mobilszám",
        "total": "Mindösszesen", "title": "Külpiac", "receipts": "Jóváírások", "customers": "Partnertörzs", "qty": "Darabszám", "price": "Egységár", "line": "Ssz.",
    },
    "sv": {
        "order.number": "Affärsnr", "order.date": "Tecknad", "order.customer": "Motpart", "order.currency": "Myntslag", "order.amount": "Affärsvärde",
        "order.salesperson": "Ansvarig", "receipt.date": "Likviddag", "receipt.payer": "Inbetalare", "receipt.currency": "Myntslag", "receipt.amount": "Likvid",
        "receipt.reference": "Verifikatnr", "receipt.order_number": "Avser affär", "customer.code": "Kundkod", "customer.name": "Bolagsnamn", "customer.country": "Hemland",
        "customer.currency": "Faktureringsvaluta", "customer.email": "Mejladress", "customer.phone": "Direktnummer", "total": "Slutsumma", "title": "Affärer",
        "receipts": "Likvider", "customers": "Motparter", "qty": "Kvantitet", "price": "À-pris", "line": "Rad",
    },
    "ro": {
        "order.number": "Nr. înregistrare", "order.date": "Încheiat la", "order.customer": "Partener extern", "order.currency": "Deviza", "order.amount": "Preț total",
        "order.salesperson": "Întocmitor", "receipt.date": "Data valutei", "receipt.payer": "Virat de", "receipt.currency": "Deviza", "receipt.amount": "Suma virată",
        "receipt.reference": "Nr. document bancar", "receipt.order_number": "Aferent înregistrării", "customer.code": "Cod partener", "customer.name": "Denumirea firmei",
        "customer.country": "Statul", "customer.currency": "Deviza uzuală", "customer.email": "Poșta electronică", "customer.phone": "Nr. mobil", "total": "Total general",
        "title": "Export", "receipts": "Viramente", "customers": "Parteneri", "qty": "Cantități", "price": "Preț pe unitate", "line": "Nr. crt.",
    },
    "ar": {
        "order.number": "رقم الصفقة", "order.date": "تاريخ التعاقد", "order.customer": "الجهة المستوردة", "order.currency": "نوع العملة", "order.amount": "قيمة الصفقة",
        "order.salesperson": "المسؤول", "receipt.date": "تاريخ الورود", "receipt.payer": "الجهة المحولة", "receipt.currency": "نوع العملة",
        "receipt.amount": "المبلغ الوارد", "receipt.reference": "رقم الإشعار", "receipt.order_number": "عن الصفقة", "customer.code": "رمز الزبون",
        "customer.name": "الاسم التجاري", "customer.country": "البلد", "customer.currency": "عملة الفوترة", "customer.email": "بريد إلكتروني", "customer.phone": "الجوال",
        "total": "المجموع الكلي", "title": "الصفقات", "receipts": "الحوالات", "customers": "الزبائن", "qty": "العدد", "price": "سعر الوحدة", "line": "م",
    },
}  # fmt: skip
TONGUES = list(WORDS)
Begun = tuple[random.Random, World, dict[str, str], Scribe, Book]


def _begin(layout: str, seed: int, rows: int, **world: Any) -> Begun:
    key = f"fourth:{layout}:{seed}"
    rng = random.Random(key)
    words = WORDS[TONGUES[(seed + crc32(layout.encode())) % len(TONGUES)]]
    return rng, World(crc32(key.encode()), rows, **world), words, Scribe(rng, "en"), Book(layout, seed)


def _columns(words: dict[str, str], fields: list[str], **makers: Callable[[Record, int], Cell | None]) -> list[Column]:
    made = {name.replace("__", "."): make for name, make in makers.items()}
    return [Column(name, words[name], made.get(name)) for name in fields]


def _money(value: Decimal) -> Cell:
    return Cell(value, "#,##0.00")


def day_once(seed: int, rows: int) -> Book:
    """A journal: several orders a day, the day written only where it changes, a running number in front."""
    _rng, world, words, scribe, book = _begin("day_once", seed, rows)
    sheet = book.sheet(words["title"][:25])
    last = None
    for number, order in enumerate(world.orders):
        if number % 3 and last is not None:
            order["order.date"] = last
        last = order["order.date"]
    before: list[Any] = [None]

    def day(order: Record, _row: int) -> Cell:
        shown = scribe.make("order.date", order)
        if order["order.date"] == before[0]:
            return Cell(None, truth=order["order.date"])
        before[0] = order["order.date"]
        return shown

    columns = _columns(words, ORDER, order__date=day)
    columns.insert(0, Column(None, words["line"], lambda _order, row: Cell(row - 1)))
    table = Table(sheet, "orders", 1, 1, columns, scribe)
    table.write_header()
    for row, order in enumerate(world.orders, 2):
        table.write(row, order)
    return book


def spaced_columns(seed: int, rows: int) -> Book:
    """A narrow blank column between any two columns."""
    rng, world, words, scribe, book = _begin("spaced_columns", seed, rows)
    sheet = book.sheet(words["title"][:25])
    fields = rng.sample(ORDER, len(ORDER))
    columns: list[Column] = []
    for name in fields:
        columns += [Column(name, words[name]), Column(None, None, lambda _record, _row: None)]
    table = Table(sheet, "orders", 2, 2, columns[:-1], scribe)
    table.write_header()
    for row, order in enumerate(world.orders, 3):
        table.write(row, order)
    return book


def total_on_top(seed: int, rows: int) -> Book:
    """The total of the column right under the headings, the records beneath it, newest first."""
    rng, world, words, scribe, book = _begin("total_on_top", seed, rows, currencies=("EUR",))
    sheet = book.sheet(f"{words['title'][:20]} EUR")
    fields = ["order.number", "order.date", "order.customer", "order.amount"]
    table = Table(
        sheet,
        "orders",
        1,
        1,
        _columns(words, rng.sample(fields, 4), order__amount=lambda one, _row: _money(one["order.amount"])),
        scribe,
        first_row=3,
    )
    table.write_header()
    at = next(number for number, column in enumerate(table.columns, 1) if column.field == "order.amount")
    label = 1 if at > 1 else 2
    sheet.put(2, label, words["total"], bold=True)
    letter = chr(64 + at)
    total = sum((one["order.amount"] for one in world.orders), Decimal(0))
    sheet.put(2, at, Cell(total, "#,##0.00", f"=SUM({letter}3:{letter}{2 + len(world.orders)})"))
    sheet.forbid(2, "total", last_col=4)
    for row, order in enumerate(reversed(world.orders), 3):
        table.write(row, order, {"order.currency": "EUR"})
    return book


def currency_blocks(seed: int, rows: int) -> Book:
    """One block for each currency: its code in a line of its own above, a sum beneath; no column says the currency."""
    _rng, world, words, scribe, book = _begin("currency_blocks", seed, rows, currencies=("USD", "EUR", "GBP"))
    sheet = book.sheet(words["title"][:25])
    fields = ["order.number", "order.date", "order.customer", "order.amount"]
    table = Table(
        sheet,
        "orders",
        1,
        1,
        _columns(words, fields, order__amount=lambda one, _row: _money(one["order.amount"])),
        scribe,
    )
    table.write_header()
    row = 2
    for code in ("EUR", "GBP", "USD"):
        orders = [one for one in world.orders if one["order.currency"] == code]
        if not orders:
            continue
        sheet.put(row, 1, code, bold=True)
        sheet.forbid(row, "group", last_col=4)
        first = row + 1
        for order in orders:
            row += 1
            table.write(row, order, {"order.currency": code})
        row += 1
        total = sum((one["order.amount"] for one in orders), Decimal(0))
        sheet.put(row, 1, words["total"])
        sheet.put(row, 4, Cell(total, "#,##0.00", f"=SUM(D{first}:D{row - 1})"))
        sheet.forbid(row, "subtotal", last_col=4)
        row += 2
    return book


def sheet_per_customer(seed: int, rows: int) -> Book:
    """A sheet for each customer, its name in a labelled line on top; the orders below do not repeat it."""
    _rng, world, words, scribe, book = _begin("sheet_per_customer", seed, rows, customers=4)
    people = list(dict.fromkeys(order["order.customer"] for order in world.orders))
    fields = ["order.number", "order.date", "order.currency", "order.amount"]
    for number, person in enumerate(people, 1):
        sheet = book.sheet(f"{number}")
        sheet.put(1, 1, f"{words['order.customer']}:")
        sheet.put(1, 2, person, bold=True)
        sheet.forbid(1, "title", last_col=4)
        table = Table(sheet, "orders", 3, 1, _columns(words, fields), scribe)
        table.write_header()
        own = [order for order in world.orders if order["order.customer"] == person]
        for row, order in enumerate(own, 4):
            table.write(row, order, {"order.customer": person})
    return book


def priced_lines(seed: int, rows: int) -> Book:
    """Quantity, unit price and their product beside each other: only the product is the order's amount."""
    rng, world, words, scribe, book = _begin("priced_lines", seed, rows, currencies=("USD", "EUR"))
    sheet = book.sheet(words["title"][:25])
    for order in world.orders:
        order["qty"], order["price"] = rng.randrange(10, 900), Decimal(rng.randrange(150, 9000)) / 100
        order["order.amount"] = order["qty"] * order["price"]
    columns = _columns(words, ORDER, order__amount=lambda one, _row: _money(one["order.amount"]))
    columns.insert(3, Column(None, words["qty"], lambda order, _row: Cell(order["qty"])))
    columns.insert(4, Column(None, words["price"], lambda order, _row: _money(order["price"])))
    if rng.random() < 0.5:
        rng.shuffle(columns)
    table = Table(sheet, "orders", 1, 1, columns, scribe)
    table.write_header()
    for row, order in enumerate(world.orders, 2):
        table.write(row, order)
    return book


def codes_across(seed: int, rows: int) -> Book:
    """A column for each currency, headed by nothing but its code; the heading row repeats every fifteen rows."""
    _rng, world, words, scribe, book = _begin("codes_across", seed, rows, currencies=("USD", "EUR", "GBP"))
    sheet = book.sheet(words["title"][:25])

    def money(code: str) -> Callable[[Record, int], Cell | None]:
        return lambda order, _row: _money(order["order.amount"]) if order["order.currency"] == code else None

    columns = _columns(words, ["order.number", "order.date", "order.customer"])
    columns += [Column("order.amount", code, money(code), currency=code) for code in ("USD", "EUR", "GBP")]
    table = Table(sheet, "orders", 1, 1, columns, scribe)
    table.write_header()
    row = 2
    for number, order in enumerate(world.orders):
        if number and number % 15 == 0:
            table.write_header(row)
            sheet.forbid(row, "repeated_header", last_col=6)
            row += 1
        table.write(row, order)
        row += 1
    return book


def two_tongues(seed: int, rows: int) -> Book:
    """Two rows of headings, the one the other's translation: the own language above, terse English beneath."""
    rng, world, words, scribe, book = _begin("two_tongues", seed, rows)
    english = {
        "receipt.date": "Val. date", "receipt.payer": "By order of", "receipt.currency": "Ccy", "receipt.amount": "Amt rec'd", "receipt.reference": "Bank ref",
        "receipt.order_number": "Order",
    }  # fmt: skip
    sheet = book.sheet(words["receipts"][:25])
    fields = rng.sample(RECEIPT, len(RECEIPT))
    for at, name in enumerate(fields, 1):
        sheet.put(1, at, words[name], bold=True)
    table = Table(sheet, "receipts", 2, 1, [Column(name, english[name]) for name in fields], scribe)
    table.header_rows = [1, 2]
    table.write_header(2)
    for row, receipt in enumerate(world.receipts, 3):
        table.write(row, receipt)
    return book


def three_sheets(seed: int, rows: int) -> Book:
    """Customers, orders and receipts on three sheets that refer to each other; columns in any order."""
    rng, world, words, scribe, book = _begin("three_sheets", seed, rows)
    for receipt in world.receipts:
        receipt["receipt.payer"] = next(
            o["order.customer"] for o in world.orders if o["order.number"] == receipt["receipt.order_number"]
        )
    more = {
        "customers": [*CUSTOMER, "customer.email", "customer.phone"],
        "orders": [*ORDER, "order.salesperson"],
        "receipts": RECEIPT,
    }
    for kind in rng.sample(list(more), 3):
        sheet = book.sheet(words["title" if kind == "orders" else kind][:25])
        table = Table(sheet, kind, 1, 1, _columns(words, rng.sample(more[kind], len(more[kind]))), scribe)
        table.write_header()
        for row, record in enumerate(getattr(world, kind), 2):
            table.write(row, record)
    return book


def blank_every_five(seed: int, rows: int) -> Book:
    """Receipts with a running number, a blank row after every fifth, a stamp line at the end."""
    rng, world, words, scribe, book = _begin("blank_every_five", seed, rows)
    sheet = book.sheet("Sheet1")
    columns = [
        Column(None, words["line"], lambda _record, _row: Cell(next(count))),
        *_columns(words, rng.sample(RECEIPT, len(RECEIPT))),
    ]
    count = iter(range(1, 10_000))
    table = Table(sheet, "receipts", 2, 2, columns, scribe)
    table.write_header()
    row = 3
    for number, receipt in enumerate(world.receipts, 1):
        table.write(row, receipt)
        row += 2 if number % 5 == 0 else 1
    sheet.put(row + 1, 3, f"{words['order.salesperson']}: ________")
    sheet.forbid(row + 1, "signature", last_col=8)
    return book


def turned_unknown(seed: int, rows: int) -> Book:
    """Each order a column, the headings in the first column."""
    rng, world, words, scribe, book = _begin("turned_unknown", seed, min(rows, 40))
    sheet = book.sheet(words["title"][:25])
    fields = rng.sample(ORDER, len(ORDER))
    for offset, name in enumerate(fields):
        sheet.put(2 + offset, 2, words[name], bold=True)
    for at, order in enumerate(world.orders, 3):
        cells = {name: scribe.make(name, order) for name in fields}
        for offset, name in enumerate(fields):
            if cells[name] is not None:
                sheet.put(2 + offset, at, cells[name])
        book.record("orders", sheet, 2, span(2, at, 1 + len(fields), at), values_of(order, fields, cells), order)
    marks = [{"at": str(2 + number), "header": words[name], "field": name} for number, name in enumerate(fields)]
    Region(sheet, "orders", "columns", [2], (2, 2, 1 + len(fields), 2 + len(world.orders)), marks)
    return book


def forms(seed: int, rows: int) -> Book:
    """A form for each customer: labels over their values, two facts beside each other, a rule of dashes between forms."""
    _rng, world, words, scribe, book = _begin("forms", seed, min(rows, 120))
    sheet = book.sheet(words["customers"][:25])
    fields = [
        "customer.code",
        "customer.name",
        "customer.country",
        "customer.currency",
        "customer.email",
        "customer.phone",
    ]
    row, last = 1, 1
    for customer in world.customers:
        cells = {name: scribe.make(name, customer) for name in fields}
        for number, name in enumerate(fields):
            at = (row + 2 * (number // 2), 1 + number % 2)
            sheet.put(*at, words[name], bold=True)
            if cells[name] is not None:
                sheet.put(at[0] + 1, at[1], cells[name])
        last = row + 5
        book.record("customers", sheet, row, span(row, 1, last, 2), values_of(customer, fields, cells), customer)
        sheet.put(last + 1, 1, "-" * 20)
        sheet.forbid(last + 1, "note", last_col=2)
        row = last + 2
    Region(sheet, "customers", "cards", [], (1, 1, last, 2), [])
    return book


FOURTH_LAYOUTS: dict[str, Callable[[int, int], Book]] = {
    function.__name__: function
    for function in (
        day_once, spaced_columns, total_on_top, currency_blocks, sheet_per_customer, priced_lines, codes_across, two_tongues, three_sheets,
        blank_every_five, turned_unknown, forms,
    )
}  # fmt: skip

_DUE = {
    "sw": "Mwisho wa malipo", "ka": "გადახდის ვადა", "is": "Gjalddagi", "eu": "Epemuga", "hu": "Teljesítés napja", "sv": "Regleras", "ro": "De plătit la",
    "ar": "يدفع قبل",
}  # fmt: skip
UNUSUAL = {tongue: {**words, "order.due_date": _DUE[tongue]} for tongue, words in WORDS.items()}
"""Headings of these languages with those that the third set needs besides."""
