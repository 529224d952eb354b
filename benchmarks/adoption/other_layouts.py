"""Layouts that legacy_bench's public ones do not show: other languages and other arrangements, each with truth.

Every function takes (seed, rows) and returns a ``Book``; the seed also chooses the language. Headings come from
``other_words``, most of which were written down before the vocabulary of the product was looked at.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zlib import crc32

from legacy_bench.book import Book, Cell, Column, Region, Table, span
from legacy_bench.messy import Clerk, grouped
from legacy_bench.world import COUNTRIES, World
from other_words import CARRIED, COUNTRY, CURRENCY, MONTHS, STATUS, TITLES, TOTAL, WORDS
from xlsxwriter.utility import xl_col_to_name

__all__ = ["OTHER_LAYOUTS"]

Record = dict[str, Any]
LANGUAGES = ["zh-Hans", "zh-Hant", "en", "ja", "ko", "de", "fr", "es", "pt", "it", "ru"]
UNKNOWN = ["tr", "cs", "vi"]
ORDER = ["order.number", "order.date", "order.customer", "order.currency", "order.amount"]
RECEIPT = [
    "receipt.date",
    "receipt.payer",
    "receipt.currency",
    "receipt.amount",
    "receipt.reference",
    "receipt.order_number",
]
CUSTOMER = ["customer.code", "customer.name", "customer.country", "customer.currency"]
MORE_CUSTOMER = ["customer.email", "customer.phone", "customer.contact", "customer.terms", "customer.address"]
MORE_ORDER = ["order.incoterm", "order.due_date", "order.status", "order.salesperson"]
COMMA = {"de", "fr", "es", "pt", "it", "ru", "cs", "tr", "vi"}
STATES = ("open", "shipped", "part_paid", "paid", "cancelled")


class Scribe(Clerk):  # type: ignore[misc]  # legacy_bench has no types
    """A clerk who writes in any of the languages of ``other_words``."""

    def __init__(self, rng: random.Random, tongue: str, **habits: Any) -> None:
        super().__init__(
            rng, "zh" if tongue == "zh-Hans" else "de" if tongue == "de" else "en", **{"noise": 0.04, **habits}
        )
        self.tongue = tongue

    def _country(self, value: str, _record: Record, _name: str) -> Cell:
        english, chinese, german = COUNTRIES[value][:3]
        own = {"zh-Hans": chinese, "de": german, "en": english}.get(self.tongue) or COUNTRY[value].get(
            self.tongue, english
        )
        return Cell(self.rng.choice([own] * 5 + [value]))

    def _currency(self, value: str, _record: Record, _name: str) -> Cell:
        own = CURRENCY.get(self.tongue, {}).get(value, value)
        return Cell(self.rng.choice([value, value, value, own]))

    def _status(self, value: str, _record: Record, _name: str) -> Cell:
        return Cell(STATUS[self.tongue][STATES.index(value)])

    def _amount(self, value: Decimal, _record: Record, _name: str) -> Cell:
        if self.amounts == "typed":
            marks = {
                "de": (".", ","),
                "es": (".", ","),
                "it": (".", ","),
                "pt": (".", ","),
                "fr": ("\u202f", ","),
                "ru": ("\u00a0", ","),
            }
            return Cell(grouped(value, *marks.get(self.tongue, (",", "."))))
        return super()._amount(value, _record, _name)

    _derived = _amount


def start(
    layout: str, seed: int, rows: int, tongues: list[str] = LANGUAGES, **world: Any
) -> tuple[random.Random, World, str]:
    """A random source, a firm and a language that depend on layout and seed only."""
    rng = random.Random(f"other:{layout}:{seed}")
    return (
        rng,
        World(crc32(f"other:{layout}:{seed}".encode()), rows, **world),
        tongues[(seed + crc32(layout.encode())) % len(tongues)],
    )


def heads(
    rng: random.Random, tongue: str, fields: list[str], **makers: Callable[[Record, int], Cell | None]
) -> list[Column]:
    made = {name.replace("__", "."): make for name, make in makers.items()}
    return [Column(field, rng.choice(WORDS[tongue][field]), made.get(field)) for field in fields]


def shuffled(rng: random.Random, fields: list[str]) -> list[str]:
    return rng.sample(fields, len(fields))


def values_of(record: Record, fields: list[str], cells: dict[str, Cell | None], **more: Any) -> Record:
    """What truth holds of a record whose cells were written one by one."""
    from legacy_bench.fields import canonical

    found = {}
    for name in fields:
        cell = cells.get(name)
        if cell is not None and cell.value not in (None, ""):
            found[name] = canonical(record[name])
    return {**found, **{name: canonical(value) for name, value in more.items()}}


def some(rng: random.Random, fields: list[str], least: int, most: int) -> list[str]:
    return rng.sample(fields, rng.randint(least, min(most, len(fields))))


# ---- arrangements ----------------------------------------------------------------------------------------------------


def turned(seed: int, rows: int) -> Book:
    """Each record is a column; the headings stand in the first column, under a title."""
    rng, world, tongue = start("turned", seed, min(rows, 40))
    book = Book("turned", seed)
    scribe = Scribe(rng, tongue)
    for kind, base, more, records, title in (
        ("orders", ORDER, MORE_ORDER, world.orders, TITLES[tongue][0]),
        ("customers", CUSTOMER, MORE_CUSTOMER, world.customers, TITLES[tongue][2]),
    ):
        sheet = book.sheet(title[:25])
        fields = shuffled(rng, base + some(rng, more, 1, 3))
        left, top = rng.choice([1, 2]), rng.choice([1, 3, 4])
        if top > 1:
            sheet.put(1, left, title, bold=True)
            sheet.forbid(1, "title", last_col=left)
        for offset, column in enumerate(heads(rng, tongue, fields)):
            sheet.put(top + offset, left, column.header, bold=True)
        for at, record in enumerate(records, left + 1):
            cells = {name: scribe.make(name, record) for name in fields}
            for offset, name in enumerate(fields):
                if cells[name] is not None:
                    sheet.put(top + offset, at, cells[name])
            box = span(top, at, top + len(fields) - 1, at)
            book.record(kind, sheet, top, box, values_of(record, fields, cells), record)
        columns = [{"at": str(top + i), "header": "", "field": name} for i, name in enumerate(fields)]
        Region(sheet, kind, "columns", [left], (top, left, top + len(fields) - 1, left + len(records)), columns)
    return book


def cards(seed: int, rows: int) -> Book:
    """One card per record: labels beside their values, two pairs in a row, a blank line between cards."""
    rng, world, tongue = start("cards", seed, min(rows, 40))
    book = Book("cards", seed)
    scribe = Scribe(rng, tongue)
    for kind, base, more, records, title in (
        ("customers", CUSTOMER, MORE_CUSTOMER, world.customers, TITLES[tongue][2]),
        ("orders", ORDER, MORE_ORDER, world.orders[:20], TITLES[tongue][0]),
    ):
        sheet = book.sheet(title[:25])
        sheet.put(1, 1, title, bold=True)
        sheet.forbid(1, "title", last_col=4)
        fields = base + some(rng, more, 1, 3)
        colon = rng.choice(["", ":", "："])
        labels = [f"{column.header}{colon}" for column in heads(rng, tongue, fields)]
        across = rng.choice([1, 2])
        row, first = 3, 3
        for record in records:
            top, cells = row, {}
            for index, (name, label) in enumerate(zip(fields, labels, strict=True)):
                at = (row + index // across, 1 + 2 * (index % across))
                sheet.put(*at, label, bold=True)
                cells[name] = scribe.make(name, record)
                if cells[name] is not None:
                    sheet.put(at[0], at[1] + 1, cells[name])
            row = top + (len(fields) - 1) // across
            book.record(kind, sheet, top, span(top, 1, row, 2 * across), values_of(record, fields, cells), record)
            last = row
            row += 2
        Region(sheet, kind, "cards", [], (first, 1, last, 2 * across), [])
    return book


def two_lines(seed: int, rows: int) -> Book:
    """Every record fills two rows, and so does the heading."""
    rng, world, tongue = start("two_lines", seed, rows)
    book = Book("two_lines", seed)
    sheet = book.sheet(TITLES[tongue][0][:25])
    scribe = Scribe(rng, tongue)
    upper = ["order.number", "order.customer", *some(rng, ["order.incoterm", "order.salesperson"], 1, 2)]
    lower = [
        "order.date",
        *rng.choice([["order.currency", "order.amount"], ["order.amount", "order.currency"]]),
        "order.status",
    ][: len(upper) + 1]
    sheet.put(1, 1, TITLES[tongue][0], bold=True)
    sheet.forbid(1, "title", last_col=4)
    names = {column.field: column.header for column in heads(rng, tongue, upper + lower)}
    for line, fields in enumerate((upper, lower), 3):
        for at, name in enumerate(fields, 1):
            sheet.put(line, at, names[name], bold=True)
    row, gap = 5, rng.choice([0, 0, 1])
    for record in world.orders:
        cells = {}
        for line, fields in enumerate((upper, lower)):
            for at, name in enumerate(fields, 1):
                cells[name] = scribe.make(name, record)
                if cells[name] is not None:
                    sheet.put(row + line, at, cells[name])
        book.record(
            "orders",
            sheet,
            row,
            span(row, 1, row + 1, max(len(upper), len(lower))),
            values_of(record, upper + lower, cells),
            record,
        )
        row += 2 + gap
    Region(sheet, "orders", "two_line", [3, 4], (3, 1, row - 1 - gap, max(len(upper), len(lower))), [])
    return book


def cross_tab(seed: int, rows: int) -> Book:
    """Customers down, months across, amounts inside; the currency in a column or in the title; totals at both ends."""
    rng, world, tongue = start("cross_tab", seed, rows)
    book = Book("cross_tab", seed)
    for kind, title in (("receipts", TITLES[tongue][1]), ("orders", TITLES[tongue][0])):
        currency = rng.choice(["USD", "EUR", ""])
        sheet = book.sheet(title[:25])
        heading = f"{title} {world.year}" + (f" ({currency})" if currency else "")
        sheet.put(1, 1, heading, bold=True)
        sheet.forbid(1, "title", last_col=15)
        party = "receipt.payer" if kind == "receipts" else "order.customer"
        prefix = kind[:-1]
        sums: dict[tuple[str, str, int], Decimal] = {}
        for order in world.orders:
            code = currency or order["order.currency"]
            if currency and order["order.currency"] != currency:
                continue
            key = (order["order.customer"], code, order["order.date"].month)
            sums[key] = sums.get(key, Decimal(0)) + order["order.amount"]
        people = sorted({key[:2] for key in sums})
        sheet.put(3, 1, rng.choice(WORDS[tongue][party]), bold=True)
        shift = 1 if currency else 2
        if not currency:
            sheet.put(3, 2, rng.choice(WORDS[tongue][f"{prefix}.currency"]), bold=True)
        style = rng.choice(["date", "iso", "name"])
        for month in range(1, 13):
            first = datetime(world.year, month, 1)
            cell = {
                "date": Cell(first, "mmm yyyy"),
                "iso": Cell(f"{world.year}-{month:02d}"),
                "name": Cell(MONTHS[tongue][month - 1]),
            }[style]
            sheet.put(3, shift + month, cell)
        if rng.random() < 0.7:
            sheet.put(3, shift + 13, TOTAL[tongue], bold=True)
        for row, (person, code) in enumerate(people, 4):
            sheet.put(row, 1, person)
            if not currency:
                sheet.put(row, 2, code)
            total = Decimal(0)
            for month in range(1, 13):
                amount = sums.get((person, code, month))
                if amount is None:
                    continue
                total += amount
                sheet.put(row, shift + month, Cell(amount, "#,##0.00"))
                box = span(row, shift + month, row, shift + month)
                values = {
                    party: person,
                    f"{prefix}.currency": code,
                    f"{prefix}.amount": format(amount, "f"),
                    f"{prefix}.date": f"{world.year}-{month:02d}",
                }
                book.record(kind, sheet, row, box, values)
            if (3, shift + 13) in sheet.cells:
                sheet.put(
                    row,
                    shift + 13,
                    Cell(total, "#,##0.00", f"=SUM({xl_col_to_name(shift)}{row}:{xl_col_to_name(shift + 11)}{row})"),
                )
        end = 4 + len(people)
        if currency:
            sheet.put(end, 1, TOTAL[tongue], bold=True)
            for month in range(1, 13):
                letter = xl_col_to_name(shift + month - 1)
                amount = sum((value for key, value in sums.items() if key[2] == month), Decimal(0))
                sheet.put(end, shift + month, Cell(amount, "#,##0.00", f"=SUM({letter}4:{letter}{end - 1})"))
            sheet.forbid(end, "total", last_col=shift + 13)
        columns = [{"at": "A", "header": "", "field": party}]
        columns += [
            {"at": xl_col_to_name(shift + m - 1), "header": "", "field": f"{prefix}.amount"} for m in range(1, 13)
        ]
        Region(sheet, kind, "matrix", [3], (3, 1, end - 1, shift + 12), columns)
    return book


def no_heading(seed: int, rows: int) -> Book:
    """Rows without any heading: only what the columns hold tells what they are."""
    rng, world, tongue = start("no_heading", seed, rows)
    book = Book("no_heading", seed)
    scribe = Scribe(rng, tongue)
    for kind, fields, records, name in (
        (
            "orders",
            [
                "order.number",
                "order.date",
                "order.customer",
                "order.currency",
                "order.amount",
                *some(rng, ["order.incoterm"], 0, 1),
            ],
            world.orders,
            TITLES[tongue][0],
        ),
        (
            "customers",
            ["customer.code", "customer.name", "customer.country", "customer.currency", "customer.email"],
            world.customers,
            TITLES[tongue][2],
        ),
        (
            "receipts",
            ["receipt.date", "receipt.payer", "receipt.order_number", "receipt.currency", "receipt.amount"],
            world.receipts,
            TITLES[tongue][1],
        ),
    ):
        sheet = book.sheet(name[:25])
        dated = ["order.date", "order.number", "order.customer", "order.amount", "order.currency"]
        shown = rng.choice([fields, dated]) if kind == "orders" else fields
        top = rng.choice([1, 1, 3])
        if top == 3:
            sheet.put(1, 1, name)
            sheet.forbid(1, "title", last_col=5)
        table = Table(sheet, kind, top, 1, [Column(name, "") for name in shown], scribe, first_row=top)
        table.header_rows = []
        for row, record in enumerate(records, top):
            table.write(row, record)
    return book


def three_beside(seed: int, rows: int) -> Book:
    """Three tables beside each other, parted by one blank column."""
    rng, world, tongue = start("three_beside", seed, min(rows, 60))
    book = Book("three_beside", seed)
    sheet = book.sheet("2025")
    scribe = Scribe(rng, tongue)
    left = 1
    for kind, fields, records, title in (
        ("orders", ORDER + some(rng, MORE_ORDER, 0, 1), world.orders, TITLES[tongue][0]),
        ("receipts", RECEIPT, world.receipts[: rows // 2], TITLES[tongue][1]),
        ("customers", CUSTOMER + some(rng, MORE_CUSTOMER, 0, 2), world.customers, TITLES[tongue][2]),
    ):
        sheet.put(1, left, title, bold=True)
        sheet.forbid(1, "title", left, left + len(fields) - 1)
        table = Table(sheet, kind, 3, left, heads(rng, tongue, shuffled(rng, fields)), scribe)
        table.write_header()
        for row, record in enumerate(records, 4):
            table.write(row, record)
        left += len(fields) + 1
    return book


def printed_pages(seed: int, rows: int) -> Book:
    """What a printout left behind: the heading again on every page, with totals carried over and page numbers."""
    rng, world, tongue = start("printed_pages", seed, rows)
    book = Book("printed_pages", seed)
    sheet = book.sheet(TITLES[tongue][0][:25])
    orders = [order for order in world.orders if order["order.currency"] == "USD"] or world.orders[:10]
    columns = heads(
        rng,
        tongue,
        [
            "order.number",
            "order.date",
            "order.customer",
            "order.currency",
            "order.amount",
            *some(rng, MORE_ORDER, 0, 2),
        ],
    )
    table = Table(sheet, "orders", 3, 1, columns, Scribe(rng, tongue))
    width, row, running, per_page = len(columns), 1, Decimal(0), rng.choice([9, 14])
    pages = -(-len(orders) // per_page)
    for page in range(pages):
        sheet.put(row, 1, TITLES[tongue][0], bold=True)
        sheet.put(row, width, f"{page + 1} / {pages}")
        sheet.forbid(row, "title", last_col=width)
        row += 2
        table.write_header(row)
        if page:
            sheet.forbid(row, "repeated_header", last_col=width)
        row += 1
        if page:
            sheet.put(row, 1, CARRIED[tongue][1])
            sheet.put(row, 5, Cell(running, "#,##0.00"))
            sheet.forbid(row, "carried_forward", last_col=width)
            row += 1
        for order in orders[page * per_page : (page + 1) * per_page]:
            table.write(row, order)
            running += order["order.amount"]
            row += 1
        sheet.put(row, 1, CARRIED[tongue][0] if page < pages - 1 else TOTAL[tongue])
        sheet.put(row, 5, Cell(running, "#,##0.00"))
        sheet.forbid(row, "carried_forward" if page < pages - 1 else "total", last_col=width)
        row += 3
    return book


def per_person(seed: int, rows: int) -> Book:
    """A sheet per person, each with own order of columns and own habits; amounts typed as text on one of them."""
    rng, world, tongue = start("per_person", seed, rows)
    book = Book("per_person", seed)
    for index, person in enumerate(["Lily", "王芳", "M. Okafor"]):
        sheet = book.sheet(person)
        fields = shuffled(rng, ORDER + some(rng, MORE_ORDER[:3], 1, 3))
        habits = {"amounts": "typed"} if index == 1 else {}
        top = rng.choice([1, 2, 4])
        if top > 1:
            sheet.put(1, 1, f"{TITLES[tongue][0]} – {person}")
            sheet.forbid(1, "title", last_col=5)
        table = Table(sheet, "orders", top, 1, heads(rng, tongue, fields), Scribe(rng, tongue, **habits))
        table.write_header()
        orders = world.orders[index::3]
        for row, order in enumerate(orders, top + 1):
            table.write(row, order)
        end = top + 1 + len(orders)
        sheet.put(end, 1, f"{TOTAL[tongue]}: {len(orders)}")
        sheet.forbid(end, "total", last_col=5)
    return book


def in_thousands(seed: int, rows: int) -> Book:
    """A unit line over the table, or a unit in the heading."""
    unit = {"ja": ("単位：千円", 1000, "JPY"), "zh-Hans": ("单位：万元（人民币）", 10000, "CNY"), "en": ("All amounts in thousands of USD", 1000, "USD"),
            "de": ("Angaben in Tsd. EUR", 1000, "EUR"), "zh-Hant": ("單位：千美元", 1000, "USD"), "ko": ("단위: 천원", 1000, "KRW"), "fr": ("Montants en milliers d'euros", 1000, "EUR"),
            "es": ("Importes en miles de euros", 1000, "EUR"), "ru": ("Суммы в тыс. евро", 1000, "EUR"), "it": ("Importi in migliaia di euro", 1000, "EUR"),
            "pt": ("Valores em milhares de euros", 1000, "EUR")}  # fmt: skip
    rng, world, tongue = start("in_thousands", seed, rows)
    book = Book("in_thousands", seed)
    text, factor, currency = unit[tongue]
    sheet = book.sheet(TITLES[tongue][0][:25])
    for order in world.orders:
        order["order.currency"] = currency
        order["order.amount"] = Decimal(rng.randrange(20, 90_000)) * factor / 10

    def amount(order: Record, _row: int) -> Cell:
        return Cell(order["order.amount"] / factor, "#,##0.0")

    columns = heads(
        rng,
        tongue,
        shuffled(rng, ["order.number", "order.date", "order.customer", "order.amount", "order.salesperson"]),
        order__amount=amount,
    )
    table = Table(sheet, "orders", 4, 1, columns, Scribe(rng, tongue))
    sheet.put(1, 1, TITLES[tongue][0], bold=True)
    sheet.put(2, 5, text)
    sheet.forbid(1, "title", last_col=5)
    sheet.forbid(2, "note", last_col=5)
    table.write_header()
    for row, order in enumerate(world.orders, 5):
        table.write(row, order, {"order.currency": currency})
    return book


def eras(seed: int, rows: int) -> Book:
    """Years of the Japanese and Taiwanese eras."""
    rng, world, tongue = start("eras", seed, rows, ["ja", "zh-Hant"])
    book = Book("eras", seed)
    sheet = book.sheet(TITLES[tongue][0])
    style = rng.choice(["long", "short"])

    def day(value: date) -> Cell:
        if tongue == "ja":
            year = value.year - 2018
            return Cell(
                f"令和{year}年{value.month}月{value.day}日" if style == "long" else f"R{year}.{value.month}.{value.day}"
            )
        year = value.year - 1911
        return Cell(
            f"民國{year}年{value.month}月{value.day}日"
            if style == "long"
            else f"{year}/{value.month:02d}/{value.day:02d}"
        )

    fields = [*ORDER, "order.due_date"]
    columns = heads(
        rng,
        tongue,
        fields,
        order__date=lambda o, _row: day(o["order.date"]),
        order__due_date=lambda o, _row: day(o["order.due_date"]),
    )
    table = Table(sheet, "orders", 2, 1, columns, Scribe(rng, tongue))
    sheet.put(1, 1, TITLES[tongue][0] + ("（民國114年）" if tongue == "zh-Hant" else "（令和7年度）"))
    sheet.forbid(1, "title", last_col=6)
    table.write_header()
    for row, order in enumerate(world.orders, 3):
        table.write(row, order)
    return book


def text_export(seed: int, rows: int) -> Book:
    """A text file in its country's encoding and separators, decimal commas where people write them."""
    kinds = {"zh-Hant": ("big5", ","), "ja": ("cp932", ","), "ko": ("cp949", ","), "ru": ("cp1251", ";"), "fr": ("utf-16", "\t"), "it": ("cp1252", ";"),
             "zh-Hans": ("gb18030", "\t"), "pt": ("utf-8", ";"), "es": ("cp1252", ";")}  # fmt: skip
    rng, world, tongue = start("text_export", seed, rows, list(kinds))
    encoding, mark = kinds[tongue]
    book = Book("text_export", seed, "csv", encoding=encoding, delimiter=mark)
    sheet = book.sheet()
    for record in (*world.orders, *world.receipts):
        for name in ("order.customer", "receipt.payer"):
            if name in record:
                record[name] = record[name].encode(encoding, "ignore").decode(encoding)

    def amount(record: Record, _row: int) -> Cell:
        value = record["order.amount"]
        return Cell(f"{value:f}".replace(".", ",") if tongue in COMMA and mark != "," else f"{value:f}")

    dates = {
        "zh-Hant": "zh_slash",
        "ja": "zh_slash",
        "ko": "iso",
        "ru": "de",
        "fr": "dmy",
        "it": "dmy",
        "zh-Hans": "zh_slash",
        "pt": "dmy",
        "es": "dmy",
    }[tongue]
    columns = heads(
        rng,
        tongue,
        shuffled(rng, [*ORDER, "order.status"]),
        order__amount=amount,
        order__status=lambda o, _r: Cell(STATUS[tongue][STATES.index(o["order.status"])]),
    )
    table = Table(sheet, "orders", 1, 1, columns, Scribe(rng, tongue, dates=dates, noise=0.0))
    table.write_header()
    for row, order in enumerate(world.orders, 2):
        table.write(row, order)
    for cell in sheet.cells.values():
        if isinstance(cell.value, str):
            cell.value = cell.value.encode(encoding, "ignore").decode(encoding)
    return book


def plain_lists(seed: int, rows: int) -> Book:
    """Plain lists of the three kinds, a sheet each, in one of the languages; nothing odd but the words."""
    rng, world, tongue = start("plain_lists", seed, rows)
    book = Book("plain_lists", seed)
    scribe = Scribe(rng, tongue)
    for kind, fields, records, title in (
        ("customers", CUSTOMER + MORE_CUSTOMER, world.customers, TITLES[tongue][2]),
        ("orders", ORDER + MORE_ORDER, world.orders, TITLES[tongue][0]),
        ("receipts", [*RECEIPT, "receipt.bank_fee"], world.receipts, TITLES[tongue][1]),
    ):
        sheet = book.sheet(f"Sheet{len(book.sheets) + 1}" if rng.random() < 0.5 else title[:25])
        table = Table(sheet, kind, 1, 1, heads(rng, tongue, shuffled(rng, fields)), scribe)
        table.write_header()
        for row, record in enumerate(records, 2):
            table.write(row, record)
    return book


def unknown_language(seed: int, rows: int) -> Book:
    """A language that no vocabulary was written for; what cannot be told is best left blank."""
    rng, world, tongue = start("unknown_language", seed, rows, UNKNOWN)
    book = Book("unknown_language", seed)
    scribe = Scribe(rng, tongue)
    for kind, fields, records in (
        ("orders", [*ORDER, "order.incoterm", "order.status"], world.orders),
        ("receipts", RECEIPT, world.receipts),
    ):
        sheet = book.sheet(TITLES[tongue][0 if kind == "orders" else 1])
        table = Table(sheet, kind, 1, 1, heads(rng, tongue, shuffled(rng, fields)), scribe)
        table.write_header()
        for row, record in enumerate(records, 2):
            table.write(row, record)
    return book


def terse_headings(seed: int, rows: int) -> Book:
    """Headings cut short, misspelt or numbered, as old database exports have them."""
    rng, world, _tongue = start("terse_headings", seed, rows)
    book = Book("terse_headings", seed)
    scribe = Scribe(rng, "en")
    short = {"order.number": ["ORD_NO", "ordernr", "OrdID"], "order.date": ["ORD_DT", "dt_order", "OrdDate"], "order.customer": ["CUST_NM", "custname", "Cstmr"],
             "order.currency": ["CURR_CD", "ccycode", "CUR"], "order.amount": ["ORD_AMT", "amt_fc", "TotAmt"], "order.incoterm": ["INCO", "incoterm_cd"],
             "order.due_date": ["DUE_DT", "duedate"], "receipt.date": ["RCPT_DT", "paydate", "ValDt"], "receipt.amount": ["RCPT_AMT", "amt_paid"],
             "receipt.currency": ["CURR_CD", "ccycode"], "receipt.payer": ["PAYER_NM", "payername"], "receipt.reference": ["BANK_REF", "bankref"],
             "receipt.order_number": ["ORD_NO", "ordernr"]}  # fmt: skip
    for kind, fields, records in (
        ("orders", [*ORDER, "order.incoterm", "order.due_date"], world.orders),
        ("receipts", RECEIPT, world.receipts),
    ):
        sheet = book.sheet("T_" + kind.upper())
        columns = [Column(name, rng.choice(short[name])) for name in shuffled(rng, fields)]
        columns.insert(0, Column(None, "ID", lambda _record, row: Cell(row)))
        table = Table(sheet, kind, 1, 1, columns, scribe)
        table.write_header()
        for row, record in enumerate(records, 2):
            table.write(row, record)
    return book


def grouped_headings(seed: int, rows: int) -> Book:
    """Customer written once over its orders, as a line of its own; a subtotal under each."""
    rng, world, tongue = start("grouped_headings", seed, rows)
    book = Book("grouped_headings", seed)
    sheet = book.sheet(TITLES[tongue][0][:25])
    fields = [
        "order.number",
        "order.date",
        "order.currency",
        "order.amount",
        *some(rng, ["order.incoterm", "order.status"], 0, 2),
    ]
    table = Table(sheet, "orders", 3, 1, heads(rng, tongue, fields), Scribe(rng, tongue))
    sheet.put(1, 1, TITLES[tongue][0], bold=True)
    sheet.forbid(1, "title", last_col=len(fields))
    table.write_header()
    row, label = 4, rng.choice(WORDS[tongue]["order.customer"])
    by_customer: dict[str, list[Record]] = {}
    for order in world.orders:
        by_customer.setdefault(order["order.customer"], []).append(order)
    for customer, orders in by_customer.items():
        sheet.put(row, 1, f"{label}: {customer}", bold=True)
        sheet.forbid(row, "title", last_col=len(fields))
        row += 1
        for order in orders:
            table.write(row, order, {"order.customer": customer})
            row += 1
        if len({order["order.currency"] for order in orders}) == 1:
            sheet.put(row, 3, TOTAL[tongue])
            sheet.put(
                row,
                4,
                Cell(sum(o["order.amount"] for o in orders), "#,##0.00", f"=SUM(D{row - len(orders)}:D{row - 1})"),
            )
            sheet.forbid(row, "subtotal", last_col=len(fields))
            row += 1
        row += 1
    return book


OTHER_LAYOUTS: dict[str, Callable[[int, int], Book]] = {
    function.__name__: function
    for function in (
        turned, cards, two_lines, cross_tab, no_heading, three_beside, printed_pages, per_person, in_thousands, eras, text_export, plain_lists,
        unknown_language, terse_headings, grouped_headings,
    )
}  # fmt: skip
