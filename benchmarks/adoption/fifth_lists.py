"""The fifth set's lists: rows under headings, and what small firms do to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from fifth_desk import COMMON, PLAIN_CENTS, WORDS, Desk, Record, money, typed_day
from legacy_bench.book import Book, Cell, Column, Issue, Region, Table, a1, span
from legacy_bench.messy import CURRENCY_TYPOS, slash_is_open
from other_layouts import CUSTOMER, ORDER, RECEIPT, values_of
from xlsxwriter.utility import xl_col_to_name

__all__ = [
    "buddhist_years", "carried_pages", "ditto_marks", "era_ledgers", "heading_once", "lines_and_sum", "nameless_receipts", "no_evidence",
    "notes_between", "own_units", "signs", "split_days", "statement", "summary_first", "three_payments", "two_tongue_heads",
]  # fmt: skip


def nameless_receipts(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "nameless_receipts") -> Book:
    """Receipts without any heading: a running number, the day in words, who paid, for which order, code and amount in one cell."""
    desk = Desk.open(layout, seed, rows, tongues, days=("spelled", "cell"), currencies=PLAIN_CENTS)
    sheet, joint, turn = desk.sheet(desk.words["receipts"]), desk.rng.random() < 0.6, count(1)

    def amount(one: Record, _row: int) -> Cell:
        text = desk.hand.amount_text(one["receipt.amount"])
        return Cell(f"{one['receipt.currency']} {text}") if joint else money(one["receipt.amount"])

    fields = ["receipt.date", "receipt.payer", "receipt.order_number", "receipt.reference"]
    fields += ["receipt.amount"] if joint else desk.shuffled(["receipt.amount", "receipt.currency"])
    columns = [Column(None, "", lambda _one, _row: Cell(next(turn))), *(Column(name, "") for name in fields)]
    columns[1 + fields.index("receipt.amount")].make = amount
    table = Table(sheet, "receipts", 1, 1, columns, desk.hand, first_row=1)
    table.header_rows = []
    for row, receipt in enumerate(desk.world.receipts, 1):
        table.write(row, receipt, {"receipt.currency": receipt["receipt.currency"]})
    return desk.book


def own_units(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "own_units") -> Book:
    """One sheet counts in thousands, ten thousands or k of one currency, as its heading says; the next in plain units."""
    desk = Desk.open(layout, seed, rows, tongues, currencies=PLAIN_CENTS)
    text, factor, currency = desk.words["short"][0], int(desk.words["short"][1]), desk.words["short"][2]
    half = len(desk.world.orders) // 2
    for order in desk.world.orders[:half]:
        order["order.currency"], order["order.amount"] = currency, Decimal(desk.rng.randrange(15, 9_000)) * factor / 10
    sheet = desk.sheet(f"{desk.words['orders']} 1")
    fields = desk.shuffled(["order.number", "order.date", "order.customer", "order.amount", "order.due_date"])
    columns = desk.columns(fields, order__amount=lambda one, _row: money(one["order.amount"] / factor, "#,##0.0"))
    at = fields.index("order.amount")
    columns[at].header = f"{desk.label('order.amount')}{desk.rng.choice([' ', chr(10)])}({text})"
    table = Table(sheet, "orders", 1, 1, columns, desk.hand)
    table.write_header()
    for row, order in enumerate(desk.world.orders[:half], 2):
        table.write(row, order, {"order.currency": currency})
    end, letter = 2 + half, xl_col_to_name(at)
    sheet.put(end, 1 if at else 2, desk.words["total"])
    total = sum((one["order.amount"] for one in desk.world.orders[:half]), Decimal(0)) / factor
    sheet.put(end, 1 + at, money(total, "#,##0.0", f"=SUM({letter}2:{letter}{end - 1})"))
    sheet.forbid(end, "total", last_col=len(fields))
    sheet = desk.sheet(f"{desk.words['orders']} 2")
    table = Table(sheet, "orders", 1, 1, desk.columns(desk.shuffled([*ORDER, "order.due_date"])), desk.hand)
    table.write_header()
    for row, order in enumerate(desk.world.orders[half:], 2):
        table.write(row, order)
    return desk.book


def era_ledgers(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "era_ledgers") -> Book:
    """Japanese and Taiwanese years as they are typed: R7.4.12, 令7/4/12, 114.04.12, 1140412; orders and receipts."""
    desk = Desk.open(layout, seed, rows, [one for one in tongues if one in {"ja", "zh-Hant"}], local=False)
    looks: list[Callable[[int, int, int], str]] = (
        [
            lambda y, m, d: f"R{y - 2018}.{m}.{d}",
            lambda y, m, d: f"令{y - 2018}/{m}/{d}",
            lambda y, m, d: f"令和 {y - 2018}年 {m}月{d}日",
        ]
        if desk.tongue == "ja"
        else [
            lambda y, m, d: f"{y - 1911}.{m:02d}.{d:02d}",
            lambda y, m, d: f"{y - 1911}{m:02d}{d:02d}",
            lambda y, m, d: f"民國{y - 1911}/{m}/{d}",
        ]
    )
    look = desk.rng.choice(looks)
    title = "令和7年度" if desk.tongue == "ja" else "民國114年度"

    def day(name: str) -> Callable[[Record, int], Cell]:
        return lambda one, _row: Cell(look(one[name].year, one[name].month, one[name].day))

    for kind, fields in (("orders", [*ORDER, "order.due_date"]), ("receipts", RECEIPT)):
        sheet = desk.sheet(desk.words[kind])
        sheet.put(1, 1, f"{title} {desk.words[kind]}", bold=True)
        sheet.forbid(1, "title", last_col=6)
        columns = desk.columns(desk.shuffled(fields))
        for column in columns:
            if column.field and column.field.endswith("date"):
                column.make = day(column.field)
        table = Table(sheet, kind, 3, 1, columns, desk.hand)
        table.write_header()
        for row, record in enumerate(getattr(desk.world, kind), 4):
            table.write(row, record)
    return desk.book


def split_days(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "split_days") -> Book:
    """Year, month and day in three columns, as in account books; on some sheets year and month only where they change."""
    desk = Desk.open(layout, seed, rows, tongues)
    sheet, sparse = desk.sheet(desk.words["orders"]), desk.rng.random() < 0.6
    before: dict[str, int] = {}

    def part(name: str) -> Callable[[Record, int], Cell]:
        def make(order: Record, _row: int) -> Cell:
            day: date = order["order.date"]
            value = int(getattr(day, name))
            again = sparse and name != "day" and before.get(name) == value
            before[name] = value
            return Cell(None if again else value, truth=day)

        return make

    columns = [
        Column("order.date", head, part(name))
        for head, name in zip(desk.words["day"], ("year", "month", "day"), strict=True)
    ]
    columns += desk.columns(["order.number", "order.customer", "order.currency", "order.amount"])
    table = Table(sheet, "orders", 2, 1, columns, desk.hand)
    sheet.put(1, 1, desk.words["orders"], bold=True)
    sheet.forbid(1, "title", last_col=7)
    table.write_header()
    for row, order in enumerate(desk.world.orders, 3):
        table.write(row, order)
    return desk.book


def carried_pages(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "carried_pages") -> Book:
    """A cash book of one currency in pages of eleven: heading again, sum brought forward on top, carried forward below."""
    desk = Desk.open(layout, seed, rows, tongues, currencies=("EUR",) if seed % 2 else ("USD",))
    currency = "EUR" if seed % 2 else "USD"
    sheet = desk.sheet(f"{desk.words['receipts']} {currency}")
    turn = count(1)
    columns = [
        Column(None, desk.words["line"], lambda _one, _row: Cell(next(turn))),
        *desk.columns(["receipt.date", "receipt.payer", "receipt.order_number", "receipt.reference", "receipt.amount"]),
    ]
    table = Table(sheet, "receipts", 2, 1, columns, desk.hand)
    row, running, receipts = 1, Decimal(0), desk.world.receipts
    for first in range(0, len(receipts), 11):
        sheet.put(row, 1, f"{desk.words['receipts']} ({currency})", bold=True)
        sheet.put(row, 6, f"{desk.words['page']} {first // 11 + 1}")
        sheet.forbid(row, "title", last_col=6)
        table.write_header(row + 1)
        row += 2
        if first:
            sheet.forbid(row - 1, "repeated_header", last_col=6)
            sheet.put(row, 3, desk.words["brought"])
            sheet.put(row, 6, money(running))
            sheet.forbid(row, "carried_forward", last_col=6)
            row += 1
        for receipt in receipts[first : first + 11]:
            table.write(row, receipt, {"receipt.currency": currency})
            running += receipt["receipt.amount"]
            row += 1
        final = first + 11 >= len(receipts)
        sheet.put(row, 3, desk.words["total" if final else "carried"])
        sheet.put(row, 6, money(running))
        sheet.forbid(row, "total" if final else "carried_forward", last_col=6)
        row += 2
    return desk.book


def three_payments(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "three_payments") -> Book:
    """Up to three payments to the right of each order, amount and day, then the balance; a sum row where all is one currency."""
    one = seed % 3 == 0
    desk = Desk.open(layout, seed, rows, tongues, currencies=("USD",) if one else ("USD", "EUR", "GBP"))
    words, sheet = desk.words, desk.sheet(desk.words["orders"])
    for order in desk.world.orders:
        whole = order["order.amount"]
        parts = [(whole * share / 100).quantize(Decimal("0.01")) for share in (30, 40)]
        parts.append(whole - sum(parts, Decimal(0)))
        days = [one["receipt.date"] for one in order["receipts"]]
        paid = desk.rng.choice([len(days), len(days), 3 if len(days) == 2 else len(days)])
        days += [max(days) + timedelta(days=21)] * (paid - len(days)) if days else []
        order["receipts"] = [
            {
                "receipt.date": day,
                "receipt.amount": part,
                "receipt.currency": order["order.currency"],
                "receipt.order_number": order["order.number"],
                "slot": slot,
            }
            for slot, (day, part) in enumerate(zip(days, parts, strict=False), 1)
        ]
        order["order.balance"] = whole - sum((one["receipt.amount"] for one in order["receipts"]), Decimal(0))
    columns = desk.columns(["order.number", "order.customer", "order.date", "order.currency", "order.amount"])
    first = desk.rng.random() < 0.5
    for slot, name in enumerate(words["pay"], 1):
        pair = [
            Column("receipt.amount", name, slot=slot),
            Column("receipt.date", f"{name}\n({words['payday']})", slot=slot),
        ]
        columns += pair if first else pair[::-1]
    columns.append(Column("order.balance", words["balance"]))
    table = Table(sheet, "orders", 1, 1, columns, desk.hand)
    table.write_header()
    for row, order in enumerate(desk.world.orders, 2):
        table.write(row, order)
    if one:
        end = 2 + len(desk.world.orders)
        sheet.put(end, 1, words["total"], bold=True)
        for at, column in enumerate(columns, 1):
            if column.field and column.field.endswith(("amount", "balance")):
                amounts = (cell.value for (row, col), cell in sheet.cells.items() if col == at and 1 < row < end)
                letter = xl_col_to_name(at - 1)
                total = sum((value for value in amounts if isinstance(value, Decimal)), Decimal(0))
                sheet.put(end, at, money(total, formula=f"=SUM({letter}2:{letter}{end - 1})"))
        sheet.forbid(end, "total", last_col=len(columns))
    return desk.book


def lines_and_sum(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "lines_and_sum") -> Book:
    """Goods line by line, number, day and customer on the first line only, a sum row under each order: the order is the group."""
    desk = Desk.open(layout, seed, max(8, rows // 2), tongues, currencies=("USD", "EUR"))
    rng, words, sheet = desk.rng, desk.words, desk.sheet(desk.words["orders"])
    fields = ["order.number", "order.date", "order.customer", "order.currency"]
    heads = [desk.head(name) for name in fields] + [words["product"], words["qty"], words["price"]]
    heads.append(desk.head("order.amount"))
    for at, head in enumerate(heads, 1):
        sheet.put(1, at, head, bold=True)
    row = 2
    for order in desk.world.orders:
        top = row
        cells = desk.cells(fields, order)
        for at, name in enumerate(fields, 1):
            if cells[name] is not None:
                sheet.put(row, at, cells[name])
        order["order.amount"] = Decimal(0)
        for line in range(rng.randint(1, 4)):
            number, price = rng.randrange(10, 900), Decimal(rng.randrange(150, 9_000)) / 100
            sheet.put(row, 5, f"{rng.choice('ABKLT')}-{rng.randrange(100, 990)}")
            sheet.put(row, 6, number)
            sheet.put(row, 7, money(price))
            sheet.put(row, 8, money(number * price, formula=f"=F{row}*G{row}"))
            order["order.amount"] += number * price
            if line:
                sheet.forbid(row, "line", last_col=8)
            row += 1
        sheet.put(row, 5, words["sum_order"], bold=True)
        cells["order.amount"] = money(order["order.amount"], formula=f"=SUM(H{top}:H{row - 1})")
        sheet.put(row, 8, cells["order.amount"])
        values = values_of(order, [*fields, "order.amount"], cells)
        desk.book.record("orders", sheet, top, span(top, 1, row, 8), values, order)
        row += 1
    marks = [
        {"at": xl_col_to_name(at), "header": head, "field": name or "ignore"}
        for at, (head, name) in enumerate(zip(heads, [*fields, None, None, None, "order.amount"], strict=True))
    ]
    Region(sheet, "orders", "rows", [1], (1, 1, row - 1, 8), marks)
    return desk.book


def statement(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "statement") -> Book:
    """A bank's list: one amount column without signs, a column that says credit or debit, opening and closing balance."""
    currency = ("EUR", "USD")[seed % 2]
    desk = Desk.open(layout, seed, rows, tongues, currencies=(currency,))
    rng, words = desk.rng, desk.words
    head, credit, debit = words["marks"]
    sheet = desk.sheet(f"{currency} {desk.world.year}")
    balance = [Decimal(rng.randrange(5_000, 60_000))]

    def running(one: Record, _row: int) -> Cell:
        balance[0] += one["receipt.amount"]
        return money(balance[0])

    for receipt in desk.world.receipts:
        receipt["receipt.note"] = f"{words['paid']} {receipt['receipt.order_number']}"
    columns = [
        *desk.columns(["receipt.date", "receipt.payer", "receipt.reference"]),
        Column("receipt.note", words["text"]),
        *desk.columns(["receipt.amount"]),
        Column(None, head, lambda _one, _row: Cell(credit)),
        Column(None, words["balance"], running),
    ]
    sheet.put(1, 1, f"{words['receipts']} – 0532 0130 00 {currency}", bold=True)
    sheet.forbid(1, "title", last_col=7)
    table = Table(sheet, "receipts", 3, 1, columns, desk.hand)
    table.write_header()
    sheet.put(4, 4, words["opening"])
    sheet.put(4, 7, money(balance[0]))
    sheet.forbid(4, "carried_forward", last_col=7)
    row = 5
    for receipt in desk.world.receipts:
        table.write(row, receipt, {"receipt.currency": currency})
        row += 1
        if rng.random() < 0.2:
            fee = Decimal(rng.randrange(500, 5_000)) / 100
            balance[0] -= fee
            made = desk.hand.make("receipt.date", receipt)
            for at, cell in enumerate(
                (made, None, None, Cell(words["charge"]), money(fee), Cell(debit), money(balance[0])), 1
            ):
                if cell is not None:
                    sheet.put(row, at, cell)
            sheet.forbid(row, "debit", last_col=7)
            row += 1
    sheet.put(row, 4, words["closing"], bold=True)
    sheet.put(row, 7, money(balance[0]))
    sheet.forbid(row, "total", last_col=7)
    return desk.book


def signs(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "signs") -> Book:
    """Amounts typed with the sign of their currency before or behind; a bare dollar is either US or Hong Kong money: to be asked."""
    desk = Desk.open(layout, seed, rows, tongues, currencies=("USD", "HKD", "EUR", "GBP"))
    rng, behind = desk.rng, desk.tongue in {"de", "fr", "es", "it", "ru"}
    shown = {"USD": "US$", "HKD": "HK$", "EUR": "€", "GBP": "£"}

    def amount(order: Record, _row: int) -> Cell:
        code = order["order.currency"]
        order["bare"] = code in {"USD", "HKD"} and rng.random() < 0.3
        sign, text = "$" if order["bare"] else shown[code], desk.hand.amount_text(order["order.amount"])
        if behind:
            return Cell(f"{text} {sign}")
        return Cell(rng.choice([f"{sign}{text}", f"{sign} {text}"]))

    sheet = desk.sheet(desk.words["orders"])
    fields = desk.shuffled(["order.number", "order.date", "order.customer", "order.amount", "order.salesperson"])
    table = Table(sheet, "orders", 1, 1, desk.columns(fields, order__amount=amount), desk.hand)
    table.write_header()
    for row, order in enumerate(desk.world.orders, 2):
        ids = table.write(row, order, {"order.currency": order["order.currency"]})
        if order["bare"]:
            place = a1(row, 1 + fields.index("order.amount"))
            issue = Issue("ambiguous_currency", "ask", ("USD", "HKD"))
            desk.book.issue(sheet, place, issue, "order.currency", ids[0], order["order.currency"])
    return desk.book


def summary_first(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "summary_first") -> Book:
    """Number and sum of the orders of each currency on top, the list itself beneath, newest first."""
    desk = Desk.open(layout, seed, rows, tongues, currencies=("USD", "EUR", "GBP", "JPY"))
    words, sheet, orders = desk.words, desk.sheet(str(desk.world.year)), desk.world.orders
    sheet.put(1, 1, f"{words['orders']} {desk.world.year}", bold=True)
    sheet.forbid(1, "title", last_col=7)
    for at, head in enumerate((desk.head("order.currency"), words["count"], words["total"]), 1):
        sheet.put(3, at, head, bold=True)
    sheet.forbid(3, "summary", last_col=7)
    row = 4
    for code in sorted({order["order.currency"] for order in orders}):
        amounts = [order["order.amount"] for order in orders if order["order.currency"] == code]
        sheet.put(row, 1, code)
        sheet.put(row, 2, len(amounts))
        sheet.put(row, 3, money(sum(amounts, Decimal(0))))
        sheet.forbid(row, "summary", last_col=7)
        row += 1
    row += desk.rng.choice([1, 2])
    fields = ["order.number", *desk.shuffled([*ORDER[1:], "order.due_date", "order.salesperson"])]
    table = Table(sheet, "orders", row, 1, desk.columns(fields), desk.hand)
    table.write_header()
    for at, order in enumerate(reversed(orders), row + 1):
        table.write(at, order)
    return desk.book


def notes_between(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "notes_between") -> Book:
    """Lines of talk between the orders, a column of remarks like "30 % 3.5.", mistyped currencies, broken amounts, a line to sign."""
    desk = Desk.open(layout, seed, rows, tongues)
    rng, words, sheet = desk.rng, desk.words, desk.sheet(desk.words["orders"])
    for order in desk.world.orders:
        paid = order["receipts"][0]["receipt.date"] if order["receipts"] and rng.random() < 0.6 else None
        order["order.note"] = f"{order['order.deposit_percent']} % {paid.day}.{paid.month}." if paid else None
        chance = rng.random()
        order["odd"] = (
            "typo" if chance < 0.06 and order["order.currency"] in CURRENCY_TYPOS else "broken" if chance > 0.94 else ""
        )

    def currency(order: Record, _row: int) -> Cell:
        code = order["order.currency"]
        if order["odd"] == "typo":
            return Cell(CURRENCY_TYPOS[code], issue=Issue("unknown_currency", "ask", (code,)))
        return Cell(code)

    def amount(order: Record, row: int) -> Cell:
        if order["odd"] == "broken":
            return Cell("#REF!", "#,##0.00", f"=#REF!*{row}", truth=None, issue=Issue("broken_formula"))
        return money(order["order.amount"])

    fields = [*desk.shuffled(ORDER), "order.note"]
    width = len(fields)
    sheet.put(1, 1, words["orders"], bold=True)
    sheet.forbid(1, "title", last_col=width)
    table = Table(
        sheet, "orders", 2, 1, desk.columns(fields, order__currency=currency, order__amount=amount), desk.hand
    )
    table.write_header()
    row, wait = 3, rng.randint(3, 8)
    for order in desk.world.orders:
        table.write(row, order)
        row, wait = row + 1, wait - 1
        if not wait:
            sheet.put(row, rng.choice([1, 2, 3]), rng.choice(words["remarks"]))
            sheet.forbid(row, "note", last_col=width)
            row, wait = row + 1, rng.randint(3, 8)
    sheet.put(row + 1, 1, f"{words['prepared']}: {desk.world.orders[-1]['order.salesperson']}")
    sheet.put(row + 1, 4, f"{words['checked']}: ________")
    sheet.forbid(row + 1, "signature", last_col=width)
    return desk.book


def no_evidence(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "no_evidence") -> Book:
    """English dates with slashes of which none proves the order, in no order, under numbers that tell no month: all to be asked."""
    desk = Desk.open(layout, seed, rows, [one for one in tongues if one == "en"], currencies=("USD", "GBP"))
    rng, style = desk.rng, desk.rng.choice(["dd/mm/yyyy", "mm/dd/yyyy"])
    numbers = rng.sample(range(1_000, 9_999), len(desk.world.orders))
    for order, number in zip(desk.world.orders, numbers, strict=True):
        order["order.number"] = f"S/C-{number}"
        order["order.date"] = date(desk.world.year, rng.randint(1, 12), rng.randint(1, 12))

    def day(order: Record, _row: int) -> Cell:
        value: date = order["order.date"]
        cell = Cell(typed_day(value, style))
        if slash_is_open(value):
            cell.issue = Issue("ambiguous_date", "ask", (value, date(value.year, value.day, value.month)))
        return cell

    sheet = desk.sheet("Orders")
    fields = desk.shuffled([*ORDER, "order.salesperson"])
    table = Table(sheet, "orders", 1, 1, desk.columns(fields, order__date=day), desk.hand)
    table.write_header()
    for row, order in enumerate(rng.sample(desk.world.orders, len(numbers)), 2):
        table.write(row, order)
    return desk.book


def two_tongue_heads(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "two_tongue_heads") -> Book:
    """Customers, orders and receipts on three sheets, each heading in two languages within one cell."""
    desk = Desk.open(layout, seed, rows, tongues, local=False)
    rng, other = desk.rng, WORDS["zh-Hans" if desk.tongue == "en" else "en"]
    joint, own_first = rng.choice([" / ", "\n", "\n", " "]), rng.random() < 0.6
    known = {order["order.number"]: order["order.customer"] for order in desk.world.orders}
    for receipt in desk.world.receipts:
        receipt["receipt.payer"] = known[receipt["receipt.order_number"]]
    shown = {
        "customers": [*CUSTOMER, "customer.contact", "customer.email", "customer.phone"],
        "orders": [*ORDER, "order.due_date"],
        "receipts": RECEIPT,
    }
    for kind in rng.sample(list(shown), 3):
        columns = desk.columns(desk.shuffled(shown[kind]))
        for column in columns:
            group, name = str(column.field).split(".")
            pair = [desk.label(str(column.field)), rng.choice(other[group][name]).replace("\n", " ")]
            column.header = joint.join(pair if own_first else pair[::-1])
        sheet = desk.sheet(desk.words[kind])
        table = Table(sheet, kind, 1, 1, columns, desk.hand)
        table.write_header()
        for row, record in enumerate(getattr(desk.world, kind), 2):
            table.write(row, record)
    return desk.book


def heading_once(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "heading_once") -> Book:
    """A sheet for each quarter in the same columns; only the first one has headings."""
    desk = Desk.open(layout, seed, rows, tongues)
    fields = desk.shuffled([*ORDER, "order.due_date", "order.salesperson"])
    for quarter in range(1, 5):
        orders = [one for one in desk.world.orders if (one["order.date"].month + 2) // 3 == quarter]
        sheet = desk.sheet(f"{desk.world.year} Q{quarter}")
        if quarter == 1:
            table = Table(sheet, "orders", 1, 1, desk.columns(fields), desk.hand)
            table.write_header()
        else:
            columns = [Column(name, "") for name in fields]
            table = Table(sheet, "orders", 1, 1, columns, desk.hand, first_row=1)
            table.header_rows = []
        for row, order in enumerate(orders, table.first_row):
            table.write(row, order)
    return desk.book


def ditto_marks(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "ditto_marks") -> Book:
    """Customer, currency and responsible person of the row above are not written again, but with the mark for "the same"."""
    desk = Desk.open(layout, seed, rows, tongues)
    sheet = desk.sheet(desk.words["orders"])
    orders = sorted(desk.world.orders, key=lambda one: (one["order.date"].month, one["order.customer"]))
    before: dict[str, str] = {}

    def same(name: str) -> Callable[[Record, int], Cell | None]:
        def make(order: Record, _row: int) -> Cell | None:
            again = before.get(name) == order[name]
            before[name] = order[name]
            return Cell(desk.words["ditto"], truth=order[name]) if again else desk.hand.make(name, order)

        return make

    fields = ["order.number", "order.date", "order.customer", "order.currency", "order.amount", "order.salesperson"]
    columns = desk.columns(fields)
    for column in columns:
        if column.field in {"order.customer", "order.currency", "order.salesperson"}:
            column.make = same(column.field)
    table = Table(sheet, "orders", 1, 1, columns, desk.hand)
    table.write_header()
    for row, order in enumerate(orders, 2):
        table.write(row, order)
    return desk.book


def buddhist_years(seed: int, rows: int, tongues: list[str] = COMMON, layout: str = "buddhist_years") -> Book:
    """Thai orders and receipts with years of the Buddhist era: 15/03/2568, 15 มี.ค. 2568, 15 มี.ค. 68."""
    desk = Desk.open(layout, seed, rows, ["th"] if tongues is COMMON else tongues)
    look = desk.rng.choice(["digits", "words", "short"])

    def day(name: str) -> Callable[[Record, int], Cell]:
        def make(one: Record, _row: int) -> Cell:
            value: date = one[name]
            year, month = value.year + 543, desk.words["months"][value.month - 1]
            if look == "digits":
                return Cell(f"{value.day:02d}/{value.month:02d}/{year}")
            return Cell(f"{value.day} {month} {year if look == 'words' else year % 100}")

        return make

    for kind, fields in (("orders", [*ORDER, "order.due_date"]), ("receipts", RECEIPT)):
        sheet = desk.sheet(desk.words[kind])
        sheet.put(1, 1, f"{desk.words[kind]} พ.ศ. {desk.world.year + 543}", bold=True)
        sheet.forbid(1, "title", last_col=6)
        columns = desk.columns(fields)
        for column in columns:
            if column.field and column.field.endswith("date"):
                column.make = day(column.field)
        table = Table(sheet, kind, 2, 1, columns, desk.hand)
        table.write_header()
        for row, record in enumerate(getattr(desk.world, kind), 3):
            table.write(row, record)
    return desk.book
