"""A fifth set of layouts, written blind: records in blocks, in forms, over two lines, in accounts and in cross-tabs.

``FIFTH_LAYOUTS`` has those of ``fifth_lists`` as well. ``UNCOMMON`` names the layouts in languages the trade seldom meets.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from fifth_desk import COMMON, FAR, PLAIN_CENTS, Desk, Record, money
from fifth_lists import (
    buddhist_years,
    carried_pages,
    ditto_marks,
    era_ledgers,
    heading_once,
    lines_and_sum,
    nameless_receipts,
    no_evidence,
    notes_between,
    own_units,
    signs,
    split_days,
    statement,
    summary_first,
    three_payments,
    two_tongue_heads,
)  # fmt: skip
from legacy_bench.book import Book, Cell, Column, Issue, Region, Table, a1, span
from other_layouts import ORDER, values_of
from xlsxwriter.utility import xl_col_to_name

__all__ = ["FIFTH_LAYOUTS", "UNCOMMON"]

ENCODINGS = {"pl": "cp1250", "tr": "cp1254", "th": "cp874", "el": "cp1253", "uk": "cp1251", "da": "cp1252"}


def dossier(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "dossier") -> Book:
    """Order cards six to a page, two beside each other, the label left of its value; a title and page number over each page."""
    desk = Desk.open(layout, seed, min(rows, 36), tongues, currencies=PLAIN_CENTS)
    sheet, joint = desk.sheet(desk.words["orders"]), desk.rng.random() < 0.5
    fields = ["order.number", "order.customer", "order.date", "order.salesperson", "order.due_date"]
    fields += ["order.amount"] if joint else ["order.currency", "order.amount"]
    mark = desk.rng.choice([":", " :", "", "："])
    height, last = len(fields), 1
    pages = -(-len(desk.world.orders) // 6)
    for number, order in enumerate(desk.world.orders):
        page, place = divmod(number, 6)
        start = 1 + page * (3 * (height + 1) + 2)
        if place == 0:
            sheet.put(start, 1, desk.words["orders"], bold=True)
            sheet.put(start, 5, f"{desk.words['page']} {page + 1}/{pages}")
            sheet.forbid(start, "title", last_col=5)
        if desk.rng.random() < 0.1:
            order["order.salesperson"] = None
        top, left = start + 2 + (place // 2) * (height + 1), 1 + 3 * (place % 2)
        cells = desk.cells(fields, order)
        if joint:
            cells["order.amount"] = Cell(f"{order['order.currency']} {desk.hand.amount_text(order['order.amount'])}")
        for line, name in enumerate(fields):
            sheet.put(top + line, left, desk.label(name) + mark)
            if cells[name] is not None:
                sheet.put(top + line, left + 1, cells[name])
        last = max(last, top + height - 1)
        values = {**values_of(order, fields, cells), "order.currency": order["order.currency"]}
        desk.book.record("orders", sheet, top, span(top, left, top + height - 1, left + 1), values, order)
    Region(sheet, "orders", "cards", [], (3, 1, last, 5), [])
    return desk.book


def broken_wide(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "broken_wide") -> Book:
    """Orders turned on their side, one column each, the sheet broken into blocks of seven under each other."""
    one = seed % 2 == 1
    desk = Desk.open(layout, seed, min(rows, 40), tongues, currencies=("EUR",) if one else None)
    sheet = desk.sheet(desk.words["orders"])
    fields = [
        "order.number",
        *desk.shuffled(["order.date", "order.customer", "order.amount", "order.due_date", "order.salesperson"]),
    ]
    if not one:
        fields.insert(1 + fields.index("order.amount"), "order.currency")
    sheet.put(1, 1, f"{desk.words['orders']} {desk.world.year}" + (" – EUR" if one else ""), bold=True)
    sheet.forbid(1, "title", last_col=8)
    orders, top, at = desk.world.orders, 3, 1
    for first in range(0, len(orders), 7):
        for line, name in enumerate(fields):
            sheet.put(top + line, 1, desk.head(name), bold=True)
        part = orders[first : first + 7]
        for at, order in enumerate(part, 2):
            cells = desk.cells(fields, order)
            for line, name in enumerate(fields):
                if cells[name] is not None:
                    sheet.put(top + line, at, cells[name])
            box = span(top, at, top + len(fields) - 1, at)
            values = {**values_of(order, fields, cells), "order.currency": order["order.currency"]}
            desk.book.record("orders", sheet, top, box, values, order)
        marks = [{"at": str(top + n), "header": desk.head(name), "field": name} for n, name in enumerate(fields)]
        Region(sheet, "orders", "columns", [1], (top, 1, top + len(fields) - 1, 1 + len(part)), marks)
        top += len(fields) + 2
    if one:
        top -= len(fields) + 2
        total = sum((order["order.amount"] for order in orders), Decimal(0))
        sheet.put(top, at + 1, desk.words["total"], bold=True)
        sheet.put(top + fields.index("order.amount"), at + 1, money(total))
    return desk.book


def stacked_heads(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "stacked_heads") -> Book:
    """Two rows for each order under one row of headings that names both: "No. / Date" over the number and, beneath, the date."""
    desk = Desk.open(layout, seed, rows, tongues)
    sheet = desk.sheet(desk.words["orders"])
    pairs = [
        ("order.number", "order.date"),
        ("order.customer", "order.salesperson"),
        ("order.currency", "order.amount"),
    ]
    if desk.rng.random() < 0.5:
        pairs[0] = (pairs[0][1], pairs[0][0])
    joint = desk.rng.choice(["\n", "\n", " / "])
    sheet.put(1, 1, desk.words["orders"], bold=True)
    sheet.forbid(1, "title", last_col=4)
    sheet.put(3, 1, desk.words["line"], bold=True)
    for at, pair in enumerate(pairs, 2):
        sheet.put(3, at, joint.join(desk.label(name) for name in pair), bold=True)
    fields, row = [name for pair in pairs for name in pair], 4
    for number, order in enumerate(desk.world.orders, 1):
        cells = desk.cells(fields, order)
        sheet.put(row, 1, number)
        for at, pair in enumerate(pairs, 2):
            for line, name in enumerate(pair):
                if cells[name] is not None:
                    sheet.put(row + line, at, cells[name])
        values = values_of(order, fields, cells)
        desk.book.record("orders", sheet, row, span(row, 1, row + 1, 4), values, order)
        row += 2
    Region(sheet, "orders", "two_line", [3], (3, 1, row - 1, 4), [])
    return desk.book


def customers_two_line(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "customers_two_line") -> Book:
    """Customers over two lines and two rows of headings; some long tax numbers have lost digits to the number format."""
    desk = Desk.open(layout, seed, 10, tongues, local=False, customers=max(11, rows // 2))
    sheet = desk.sheet(desk.words["customers"])
    lines = (
        ["customer.code", "customer.name", "customer.country", "customer.currency"],
        ["customer.tax_id", "customer.contact", "customer.phone", "customer.email"],
    )
    for line, fields in enumerate(lines, 2):
        for at, name in enumerate(fields, 1):
            sheet.put(line, at, desk.head(name), bold=True)
    row = 4
    for customer in desk.world.customers:
        cells = desk.cells([*lines[0], *lines[1]], customer)
        tax = str(customer["customer.tax_id"])
        lost = len(tax) > 15 and tax.isdigit()
        cells["customer.tax_id"] = Cell(f"{float(tax):.5E}") if lost else Cell(tax)
        for line, fields in enumerate(lines):
            for at, name in enumerate(fields, 1):
                sheet.put(row + line, at, cells[name])
        values = values_of(customer, [*lines[0], *lines[1]], cells)
        if lost:
            values.pop("customer.tax_id")
        record = desk.book.record("customers", sheet, row, span(row, 1, row + 1, 4), values, customer)
        if lost:
            desk.book.issue(sheet, a1(row + 1, 1), Issue("lost_digits"), "customer.tax_id", record, "")
        row += 2
    Region(sheet, "customers", "two_line", [2, 3], (2, 1, row - 1, 4), [])
    return desk.book


def _pair_block(desk: Desk, sheet: Any, row: int, fields: list[str], record: Record) -> tuple[dict[str, Any], int]:
    """Labels and values, two pairs in a line; returns the cells and the last row."""
    cells = desk.cells(fields, record)
    for number, name in enumerate(fields):
        at = (row + number // 2, 1 + 2 * (number % 2))
        sheet.put(*at, desk.label(name) + ":", bold=True)
        if cells[name] is not None:
            sheet.put(at[0], at[1] + 1, cells[name])
    return cells, row + (len(fields) - 1) // 2


def customer_folder(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "customer_folder") -> Book:
    """A sheet for each customer: who it is, its orders beneath, its payments under these, each with a sum."""
    desk = Desk.open(layout, seed, rows, tongues, local=False, customers=5, currencies=("USD", "EUR", "GBP"))
    fields = [
        "customer.name", "customer.code", "customer.country", "customer.currency", "customer.contact", "customer.email", "customer.phone",
    ]  # fmt: skip
    for customer in desk.world.customers:
        orders = [one for one in desk.world.orders if one["customer"] is customer]
        receipts = sorted((one for order in orders for one in order["receipts"]), key=lambda one: one["receipt.date"])
        if not receipts:
            continue
        code = customer["customer.currency"]
        sheet = desk.sheet(customer["customer.name"].split(" ")[0] + " " + customer["customer.code"])
        cells, last = _pair_block(desk, sheet, 1, fields, customer)
        values = values_of(customer, fields, cells)
        desk.book.record("customers", sheet, 1, span(1, 1, last, 4), values, customer)
        Region(sheet, "customers", "cards", [], (1, 1, last, 4), [])
        row = last + 2
        for kind, shown, records in (
            ("orders", ["order.number", "order.date", "order.due_date"], orders),
            ("receipts", ["receipt.date", "receipt.order_number", "receipt.reference"], receipts),
        ):
            name = f"{kind[:-1]}.amount"
            columns = [*desk.columns(shown), Column(name, f"{desk.label(name)} {code}", currency=code)]
            sheet.put(row, 1, desk.words[kind], bold=True)
            sheet.forbid(row, "title", last_col=4)
            table = Table(sheet, kind, row + 1, 1, columns, desk.hand)
            table.write_header()
            row += 2
            implied = {"order.customer": customer["customer.name"]} if kind == "orders" else {}
            for record in records:
                table.write(row, record, implied)
                row += 1
            sheet.put(row, 1, desk.words["total"])
            total = sum((record[name] for record in records), Decimal(0))
            sheet.put(row, 4, money(total, formula=f"=SUM(D{row - len(records)}:D{row - 1})"))
            sheet.forbid(row, "total", last_col=4)
            row += 2
    return desk.book


def order_forms(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "order_forms") -> Book:
    """A sheet for each order: a form with its facts, a small table of what was paid, a line to sign."""
    desk = Desk.open(layout, seed, rows, tongues, days=("cell", "spelled"))
    facts = ["order.number", "order.date", "order.customer", "order.salesperson", "order.currency", "order.amount"]
    shown = ["receipt.date", "receipt.amount", "receipt.reference"]
    for order in [one for one in desk.world.orders if one["receipts"]][:12]:
        sheet = desk.sheet(str(order["order.number"]).replace("/", "-"))
        sheet.put(1, 2, desk.words["orders"], bold=True)
        sheet.forbid(1, "title", last_col=4)
        cells, last = _pair_block(desk, sheet, 3, facts, order)
        values = values_of(order, facts, cells)
        desk.book.record("orders", sheet, 3, span(3, 1, last, 4), values, order)
        Region(sheet, "orders", "cards", [], (3, 1, last, 4), [])
        columns = [Column(None, desk.words["line"], lambda one, _row: Cell(one["slot"])), *desk.columns(shown)]
        sheet.put(last + 2, 1, desk.words["receipts"], bold=True)
        sheet.forbid(last + 2, "title", last_col=4)
        table = Table(sheet, "receipts", last + 3, 1, columns, desk.hand)
        table.write_header()
        for row, receipt in enumerate(order["receipts"], last + 4):
            implied = {
                "receipt.order_number": order["order.number"],
                "receipt.currency": order["order.currency"],
            }
            table.write(row, receipt, implied)
        end = last + 4 + len(order["receipts"]) + 3
        sheet.put(end, 1, f"{desk.words['prepared']}: __________")
        sheet.put(end, 3, f"{desk.words['checked']}: __________")
        sheet.forbid(end, "signature", last_col=4)
    return desk.book


def t_account(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "t_account") -> Book:
    """An account in the shape of a T for each customer: what was ordered left, what was paid right, both sides summed."""
    desk = Desk.open(layout, seed, rows, tongues, local=False, customers=5, currencies=("USD", "EUR", "GBP"))
    for customer in desk.world.customers:
        orders = [one for one in desk.world.orders if one["customer"] is customer]
        receipts = sorted((one for order in orders for one in order["receipts"]), key=lambda one: one["receipt.date"])
        if not receipts:
            continue
        code, name = customer["customer.currency"], customer["customer.name"]
        sheet = desk.sheet(customer["customer.code"])
        sheet.put(1, 1, f"{desk.words['account']}: {name} ({code})", bold=True)
        sheet.forbid(1, "title", last_col=7)
        sheet.put(3, 1, desk.words["debit"], bold=True)
        sheet.put(3, 4, desk.words["credit"], bold=True)
        sheet.merge(3, 1, 3, 3)
        sheet.merge(3, 4, 3, 7)
        left = ["order.date", "order.number", "order.amount"]
        right = ["receipt.date", "receipt.reference", "receipt.order_number", "receipt.amount"]
        sums = []
        for kind, at, fields, records in (("orders", 1, left, orders), ("receipts", 4, right, receipts)):
            table = Table(sheet, kind, 3, at, desk.columns(fields), desk.hand, first_row=5)
            table.header_rows = [3, 4]
            table.write_header(4)
            implied = {f"{kind[:-1]}.currency": code, **({"order.customer": name} if kind == "orders" else {})}
            for row, record in enumerate(records, 5):
                table.write(row, record, implied)
            sums.append(sum((record[fields[-1]] for record in records), Decimal(0)))
        end = 5 + max(len(orders), len(receipts))
        sheet.put(end, 1, desk.words["total"])
        sheet.put(end, 3, money(sums[0], formula=f"=SUM(C5:C{end - 1})"))
        sheet.put(end, 7, money(sums[1], formula=f"=SUM(G5:G{end - 1})"))
        sheet.put(end + 1, 1, desk.words["closing"])
        sheet.put(end + 1, 3, money(sums[0] - sums[1], formula=f"=C{end}-G{end}"))
        sheet.forbid(end, "total", last_col=7)
        sheet.forbid(end + 1, "total", last_col=7)
    return desk.book


def running_account(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "running_account") -> Book:
    """A customer's ledger for each customer: sales in the debit column, payments in the credit column, a running balance.

    The truth has two tables in one place, orders and receipts; a tool that tells one table of it can find half of them.
    """
    desk = Desk.open(layout, seed, rows, tongues, local=False, customers=4, currencies=("USD", "EUR"))
    words = desk.words
    for customer in desk.world.customers:
        orders = [one for one in desk.world.orders if one["customer"] is customer]
        if not any(one["receipts"] for one in orders):
            continue
        code, name = customer["customer.currency"], customer["customer.name"]
        sheet = desk.sheet(name.split(" ")[0] + f" {code}")
        sheet.put(1, 1, words["account"], bold=True)
        sheet.put(1, 3, name, bold=True)
        sheet.put(1, 7, code)
        sheet.forbid(1, "title", last_col=7)
        balance = [Decimal(desk.rng.randrange(1_000, 90_000))]

        def running(record: Record, row: int, balance: list[Decimal] = balance) -> Cell:
            balance[0] += record["order.amount"] if "order.date" in record else -record["receipt.amount"]
            return money(balance[0], formula=f"=G{row - 1}+N(E{row})-N(F{row})")

        heads = [
            words["payday"], words["text"], desk.head("order.number"), desk.head("receipt.reference"), words["debit"], words["credit"],
            words["balance"],
        ]  # fmt: skip
        tables = {}
        for kind, fields, entry in (
            ("orders", ["order.date", None, "order.number", None, "order.amount", None, None], words["sold"]),
            (
                "receipts",
                ["receipt.date", None, "receipt.order_number", "receipt.reference", None, "receipt.amount", None],
                words["paid"],
            ),
        ):
            columns = [Column(one, head) for one, head in zip(fields, heads, strict=True)]
            columns[1].make = partial(_same, entry)
            columns[6].make = running
            tables[kind] = Table(sheet, kind, 3, 1, columns, desk.hand, first_row=5)
        tables["orders"].write_header()
        sheet.put(4, 2, words["opening"])
        sheet.put(4, 7, money(balance[0]))
        sheet.forbid(4, "carried_forward", last_col=7)
        entries = [(one["order.date"], 0, "orders", one) for one in orders]
        entries += [(one["receipt.date"], 1, "receipts", one) for order in orders for one in order["receipts"]]
        row = 5
        for _day, _turn, kind, record in sorted(entries, key=lambda entry: entry[:2]):
            implied = {f"{kind[:-1]}.currency": code, **({"order.customer": name} if kind == "orders" else {})}
            tables[kind].write(row, record, implied)
            row += 1
        sheet.put(row, 2, words["closing"], bold=True)
        sheet.put(
            row, 5, money(sum((one["order.amount"] for one in orders), Decimal(0)), formula=f"=SUM(E5:E{row - 1})")
        )
        paid = sum((one["receipt.amount"] for order in orders for one in order["receipts"]), Decimal(0))
        sheet.put(row, 6, money(paid, formula=f"=SUM(F5:F{row - 1})"))
        sheet.put(row, 7, money(balance[0], formula=f"=G{row - 1}"))
        sheet.forbid(row, "total", last_col=7)
    return desk.book


def _same(text: str, _record: Record, _row: int) -> Cell:
    return Cell(text)


def _by_month(records: list[Record], kind: str, currency: str) -> dict[str, dict[int, Decimal]]:
    """Sums in whole hundreds for each party and month of one currency."""
    party = "order.customer" if kind == "orders" else "receipt.payer"
    sums: dict[str, dict[int, Decimal]] = {}
    for record in records:
        if record[f"{kind[:-1]}.currency"] == currency:
            months, month = sums.setdefault(record[party], {}), record[f"{kind[:-1]}.date"].month
            months[month] = months.get(month, Decimal(0)) + record[f"{kind[:-1]}.amount"].quantize(Decimal("1E2"))
    return sums


def matrix_quarters(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "matrix_quarters") -> Book:
    """Customers down, months across, a sum after every quarter and at both ends, all in thousands of one currency."""
    desk = Desk.open(layout, seed, rows, tongues, local=False, currencies=PLAIN_CENTS)
    text, factor, currency = desk.words["unit"][0], int(desk.words["unit"][1]), desk.words["unit"][2]
    kind, year, dash = desk.rng.choice(["orders", "receipts"]), desk.world.year, desk.rng.choice(["-", None, None])
    party = "order.customer" if kind == "orders" else "receipt.payer"
    for record in (*desk.world.orders, *desk.world.receipts):
        record["order.currency" if "order.date" in record else "receipt.currency"] = currency
    records = [one for one in getattr(desk.world, kind) if one[f"{kind[:-1]}.date"].year == year]
    sums = _by_month(records, kind, currency)
    sheet = desk.sheet(str(year))
    sheet.put(1, 1, f"{desk.words[kind]} {year}", bold=True)
    sheet.put(2, 1, text)
    sheet.forbid(1, "title", last_col=18)
    sheet.forbid(2, "note", last_col=18)
    sheet.put(4, 1, desk.head(party), bold=True)
    places = {month: 1 + month + (month - 1) // 3 for month in range(1, 13)}
    for month, at in places.items():
        sheet.put(4, at, desk.words["months"][month - 1], bold=True)
    for quarter in range(1, 5):
        sheet.put(4, 1 + 4 * quarter, f"Q{quarter}", bold=True)
    sheet.put(4, 18, desk.words["total"], bold=True)
    end = 5 + len(sums)
    for row, person in enumerate(sorted(sums), 5):
        sheet.put(row, 1, person)
        for month, at in places.items():
            amount = sums[person].get(month)
            if amount:
                sheet.put(row, at, money(amount / factor, "#,##0.0"))
                values = {
                    party: person, f"{kind[:-1]}.currency": currency, f"{kind[:-1]}.amount": format(amount, "f"),
                    f"{kind[:-1]}.date": f"{year}-{month:02d}",
                }  # fmt: skip
                desk.book.record(kind, sheet, row, span(row, at, row, at), values)
            elif dash:
                sheet.put(row, at, dash)
    whole = {n: sum((months.get(n, Decimal(0)) for months in sums.values()), Decimal(0)) for n in places}
    sheet.put(end, 1, desk.words["total"], bold=True)
    for row, months in [*((row, sums[person]) for row, person in enumerate(sorted(sums), 5)), (end, whole)]:
        for quarter in range(1, 5):
            part = sum((months.get(3 * quarter - n, Decimal(0)) for n in range(3)), Decimal(0))
            letters = [xl_col_to_name(4 * quarter - n) for n in (3, 1)]
            formula = f"=SUM({letters[0]}{row}:{letters[1]}{row})"
            sheet.put(row, 1 + 4 * quarter, money(part / factor, "#,##0.0", formula))
        total = sum(months.values(), Decimal(0)) / factor
        sheet.put(row, 18, money(total, "#,##0.0", f"=E{row}+I{row}+M{row}+Q{row}"))
    for month, at in places.items():
        letter = xl_col_to_name(at - 1)
        sheet.put(end, at, money(whole[month] / factor, "#,##0.0", f"=SUM({letter}5:{letter}{end - 1})"))
    sheet.forbid(end, "total", last_col=18)
    marks = [{"at": "A", "header": desk.head(party), "field": party}]
    marks += [{"at": xl_col_to_name(at - 1), "header": "", "field": f"{kind[:-1]}.amount"} for at in places.values()]
    Region(sheet, kind, "matrix", [4], (4, 1, end - 1, 16), marks)
    return desk.book


def matrix_two_years(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "matrix_two_years") -> Book:
    """A business year from July to June without any title: the year in a row over the months, the currency in a column."""
    desk = Desk.open(layout, seed, rows, tongues, local=False, currencies=("USD", "EUR", "GBP"))
    kind, year = desk.rng.choice(["orders", "receipts"]), desk.world.year
    party = "order.customer" if kind == "orders" else "receipt.payer"
    months = [(year, n) for n in range(7, 13)] + [(year + 1, n) for n in range(1, 7)]
    sheet = desk.sheet(f"{desk.words[kind]} {year}-{(year + 1) % 100}")
    for at, (of, month) in enumerate(months, 3):
        if month in (7, 1):
            sheet.put(1, at, of, bold=True)
            sheet.merge(1, at, 1, at + 5)
        sheet.put(2, at, desk.words["months"][month - 1], bold=True)
    sheet.put(2, 1, desk.head(party), bold=True)
    sheet.put(2, 2, desk.head(f"{kind[:-1]}.currency"), bold=True)
    sheet.put(2, 15, desk.words["total"], bold=True)
    row = 3
    for currency in ("EUR", "GBP", "USD"):
        for person, sums in sorted(_by_month(getattr(desk.world, kind), kind, currency).items()):
            sheet.put(row, 1, person)
            sheet.put(row, 2, currency)
            for at, (of, month) in enumerate(months, 3):
                if amount := sums.get(month):
                    sheet.put(row, at, money(amount, "#,##0"))
                    values = {
                        party: person, f"{kind[:-1]}.currency": currency, f"{kind[:-1]}.amount": format(amount, "f"),
                        f"{kind[:-1]}.date": f"{of}-{month:02d}",
                    }  # fmt: skip
                    desk.book.record(kind, sheet, row, span(row, at, row, at), values)
            sheet.put(row, 15, money(sum(sums.values(), Decimal(0)), "#,##0", f"=SUM(C{row}:N{row})"))
            row += 1
    marks = [{"at": "A", "header": desk.head(party), "field": party}]
    marks.append({"at": "B", "header": desk.head(f"{kind[:-1]}.currency"), "field": f"{kind[:-1]}.currency"})
    marks += [{"at": xl_col_to_name(at), "header": "", "field": f"{kind[:-1]}.amount"} for at in range(2, 14)]
    Region(sheet, kind, "matrix", [1, 2], (1, 1, row - 1, 14), marks)
    return desk.book


def newspaper(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "newspaper") -> Book:
    """A list that goes on beside itself to fill the page: the same headings twice, the second half right of the first."""
    desk = Desk.open(layout, seed, rows, tongues)
    sheet = desk.sheet(desk.words["orders"])
    columns, half = desk.columns(["order.number", *desk.shuffled(ORDER[1:])]), -(-len(desk.world.orders) // 2)
    sheet.put(1, 1, f"{desk.words['orders']} {desk.world.year}", bold=True)
    sheet.forbid(1, "title", last_col=11)
    for left, orders in ((1, desk.world.orders[:half]), (7, desk.world.orders[half:])):
        table = Table(sheet, "orders", 3, left, columns, desk.hand)
        table.write_header()
        for row, order in enumerate(orders, 4):
            table.write(row, order)
    return desk.book


def month_lines(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "month_lines") -> Book:
    """Month and year in a line over the orders of the month, only the day beside each of them."""
    desk = Desk.open(layout, seed, rows, tongues)
    sheet = desk.sheet(desk.words["orders"])
    columns = desk.columns(
        ["order.date", *desk.shuffled(["order.number", "order.customer", "order.currency", "order.amount"])]
    )
    columns[0].header = desk.words["day"][2]
    columns[0].make = lambda order, _row: Cell(order["order.date"].day, truth=order["order.date"])
    table = Table(sheet, "orders", 1, 1, columns, desk.hand)
    table.write_header()
    row, month = 2, 0
    for order in desk.world.orders:
        day = order["order.date"]
        if day.month != month:
            month, name = day.month, desk.words["months"][day.month - 1]
            between = {"ko": "년 ", "ja": "年", "zh-Hans": "年", "zh-Hant": "年"}.get(desk.tongue)
            sheet.put(row, 1, f"{day.year}{between}{name}" if between else f"{name} {day.year}", bold=True)
            sheet.forbid(row, "group", last_col=5)
            row += 1
        table.write(row, order)
        row += 1
    return desk.book


def text_file(seed: int, rows: int, tongues: list[str] = FAR, layout: str = "text_file") -> Book:
    """Orders as a text file in the old encoding of the country, dates and amounts typed in its way."""
    desk = Desk.open(layout, seed, rows, tongues, days=("typed",), currencies=PLAIN_CENTS)
    book = desk.book
    book.ext, book.delimiter = "csv", "," if desk.tongue == "th" else ";"
    book.encoding = ENCODINGS.get(desk.tongue, "utf-8")
    desk.hand.noise = 0  # full-width letters are in none of these encodings
    for order in desk.world.orders:
        order["order.customer"] = order["order.customer"].encode(book.encoding, "ignore").decode(book.encoding)
    fields = [*desk.shuffled(ORDER), "order.due_date"]
    columns = desk.columns(fields, order__amount=lambda one, _row: Cell(desk.hand.amount_text(one["order.amount"])))
    sheet = book.sheet()
    table = Table(sheet, "orders", 1, 1, columns, desk.hand)
    table.write_header()
    for row, order in enumerate(desk.world.orders, 2):
        table.write(row, order)
    for cell in sheet.cells.values():
        if isinstance(cell.value, str):
            cell.value = cell.value.encode(book.encoding, "ignore").decode(book.encoding)
    return book


_MADE: list[Callable[..., Book]] = [
    dossier, broken_wide, stacked_heads, customers_two_line, customer_folder, order_forms, t_account, running_account, matrix_quarters,
    matrix_two_years, nameless_receipts, own_units, era_ledgers, split_days, carried_pages, three_payments, lines_and_sum, statement, signs,
    summary_first, notes_between, no_evidence, two_tongue_heads, heading_once, ditto_marks, buddhist_years,
    newspaper, month_lines, text_file,
]  # fmt: skip
_FAR: list[Callable[..., Book]] = [
    dossier, broken_wide, stacked_heads, customers_two_line, customer_folder, matrix_quarters, carried_pages, three_payments, lines_and_sum,
    two_tongue_heads, statement, t_account, month_lines,
]  # fmt: skip
FIFTH_LAYOUTS: dict[str, Callable[[int, int], Book]] = {make.__name__: make for make in _MADE}
FIFTH_LAYOUTS |= {f"far_{make.__name__}": partial(make, tongues=FAR, layout=f"far_{make.__name__}") for make in _FAR}
UNCOMMON = frozenset({"buddhist_years", "text_file", *(f"far_{make.__name__}" for make in _FAR)})
"""The layouts whose headings are in Polish, Turkish, Thai, Greek, Ukrainian, Danish or Indonesian."""
