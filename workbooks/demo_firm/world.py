"""What really happened at the sample firm: customers, orders, instalments, costs and the money that arrived.

Everything is drawn from one seed. Amounts are decimals; rates are the embedded history's.
"""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from demo_firm.vocabulary import COUNTRIES, EXTRAS, LOCAL_EXTRAS, PRODUCTS, SUPPLIERS, Country
from workbench.money import allocate, round_to_minor
from workbench.rates import RateBook

__all__ = ["FIRST_DAY", "LAST_DAY", "Cost", "Customer", "Instalment", "Order", "Payment", "World", "build_world"]

FIRST_DAY, LAST_DAY = date(2024, 10, 1), date(2026, 9, 30)
CUSTOMERS, ORDERS, TWICE = 300, 2000, 25
SALES = ("王芳", "Tom Zhang", "李娜")
_REGIONS = {
    "王芳": {"JP", "KR", "HK", "SG", "TH", "AU", "NZ", "IN", "AE", "SA"},
    "Tom Zhang": {"US", "GB", "CA", "MX", "BR", "CL", "ZA", "CH", "HK"},
    "李娜": {"DE", "FR", "ES", "IT", "NL", "BE", "AT", "PL", "CZ", "SE", "DK", "TR"},
}
# name, how often, parts as (kind, percent, days after the order that it falls due)
_TERMS = (
    ("T/T 30/70", 45, (("deposit", 30, 5), ("balance", 70, 45))),
    ("T/T 50/50", 10, (("deposit", 50, 5), ("balance", 50, 45))),
    ("T/T in advance", 15, (("full", 100, 7),)),
    ("Net 30 days", 20, (("full", 100, 60),)),
    ("Net 60 days", 10, (("full", 100, 90),)),
)


@dataclass(slots=True)
class Customer:
    """One real firm; ``spellings`` are its names by salesperson."""

    number: int
    country: Country
    name: str
    local_name: str
    email: str
    phone: str
    tax_id: str
    contact: str
    sales: tuple[str, ...]
    spellings: dict[str, str] = field(default_factory=dict)
    weight: float = 1.0
    habit: str = "reference"
    payer: str = ""

    @property
    def currency(self) -> str:
        """What it is invoiced in."""
        return self.country.currency


@dataclass(slots=True)
class Instalment:
    """One amount that an order is paid in."""

    kind: str
    due: date
    amount: Decimal


@dataclass(slots=True)
class Cost:
    """What an order cost, in CNY but for the freight."""

    supplier: str
    purchase: Decimal
    rebate_percent: int
    domestic: Decimal
    freight_usd: Decimal


@dataclass(slots=True)
class Order:
    """One order."""

    number: str
    customer: Customer
    sales: str
    day: date
    currency: str
    amount: Decimal
    incoterm: str
    terms: str
    deposit_percent: int
    product: str
    instalments: list[Instalment]
    cost: Cost
    cancelled: bool = False
    status: str = "open"
    po: str = ""


@dataclass(slots=True)
class Payment:
    """Money on the firm's account; ``parts`` are (order number, instalment index, amount settled)."""

    day: date
    currency: str
    amount: Decimal
    payer: str
    text: str
    kind: str = "customer"
    parts: list[tuple[str, int, Decimal]] = field(default_factory=list)
    instructed: Decimal | None = None
    fee: Decimal | None = None
    account: str = ""
    reference: str = ""


@dataclass(slots=True)
class World:
    """All of it."""

    customers: list[Customer]
    orders: list[Order]
    payments: list[Payment]


def build_world(seed: int) -> World:
    """The firm's two years."""
    rng = random.Random(seed)
    customers = _customers(rng)
    orders = _orders(rng, customers)
    return World(customers, orders, _payments(rng, orders))


def _customers(rng: random.Random) -> list[Customer]:
    made: list[Customer] = []
    names: set[str] = set()
    weights = [9, 8, 7, 5, 4, 4, 4, 3, 3, 3, 4, 3, 3, 3, 5, 4, 5, 3, 4, 2, 4, 3, 3, 2, 3, 3, 3, 2, 3, 3]
    while len(made) < CUSTOMERS:
        # Every country once, then by weight.
        country = COUNTRIES[len(made)] if len(made) < len(COUNTRIES) else rng.choices(COUNTRIES, weights)[0]
        first, second = rng.randrange(len(country.first)), rng.randrange(len(country.second))
        extra = rng.randrange(len(EXTRAS)) if rng.random() < 0.45 else None
        trade = country.second[second] + (f" {EXTRAS[extra]}" if extra is not None else "")
        name = rng.choice(country.forms).format(a=country.first[first], b=trade)
        if name in names:
            continue
        names.add(name)
        local = ""
        if country.local_form:
            more = LOCAL_EXTRAS[country.code][extra] if extra is not None else ""
            local = country.local_form.format(a=country.local[first], b=country.local_second[second] + more)
        made.append(_customer(rng, len(made) + 1, country, name, local))
    for one in rng.sample(made, TWICE):
        second = rng.choice([name for name in SALES if name not in one.sales])
        one.sales = (*one.sales, second)
        one.spellings[second] = _respelled(rng, one)
    return made


def _customer(rng: random.Random, number: int, country: Country, name: str, local: str) -> Customer:
    words = (
        "".join(letter for letter in name.split(" ", maxsplit=1)[0].lower() if letter.isascii() and letter.isalpha())
        or "firm"
    )
    domain = f"{words}{number}.example"
    homes = [sales for sales in SALES if country.code in _REGIONS[sales]]
    sales = rng.choice(homes or list(SALES))
    contact = rng.choice(("Anna", "Peter", "Maria", "David", "Yuki", "Jin", "Omar", "Elena", "Lucas", "Sofia"))
    one = Customer(
        number=number,
        country=country,
        name=name,
        local_name=local,
        email=f"{contact.lower()}@{domain}",
        phone=f"+{country.dialling} {rng.randrange(10, 99)} 5550 {rng.randrange(1000, 9999)}",
        tax_id=f"{country.code}{rng.randrange(10**8, 10**9)}" if rng.random() < 0.6 else "",
        contact=contact,
        sales=(sales,),
        weight=rng.paretovariate(1.3),
        habit=rng.choices(("reference", "spaced", "bare", "po"), (74, 12, 9, 5))[0],
    )
    one.spellings[sales] = name
    one.payer = _in_latin(name)[:35]
    return one


def _in_latin(name: str) -> str:
    """A name as payment systems carry it: capital letters without accents."""
    plain = name.upper().translate({ord("Ł"): "L", ord("Ø"): "O", ord("Æ"): "AE", ord("İ"): "I"})
    return "".join(letter for letter in unicodedata.normalize("NFKD", plain) if letter.isascii())


def _respelled(rng: random.Random, one: Customer) -> str:
    """How another salesperson wrote the same firm."""
    words = one.name.split(" ")
    long = max(words, key=len)
    letter = one.name.index(long) + len(long) // 2
    choices = [
        one.name.upper(),
        " ".join(words[:-1]),  # without its legal form
        one.name[:letter] + one.name[letter + 1 :],  # a letter left out
        one.name.replace(long, f"{long}{long[-1]}", 1),  # a letter twice
    ]
    if one.local_name:
        choices = [one.local_name]
    for word, short in (("Trading", "Trdg"), ("International", "Intl"), ("Lighting", "Lightings"), ("Limited", "Ltd")):
        if word in one.name:
            choices.append(one.name.replace(word, short))
    return rng.choice([spelling for spelling in choices if spelling != one.name])


def _orders(rng: random.Random, customers: list[Customer]) -> list[Order]:
    days = sorted(FIRST_DAY + timedelta(days=rng.randrange((LAST_DAY - FIRST_DAY).days - 10)) for _ in range(ORDERS))
    weights = [min(one.weight, 12) for one in customers]
    chosen = [*customers, *rng.choices(customers, weights, k=ORDERS - len(customers))]
    rng.shuffle(chosen)
    counts: dict[int, int] = {}
    book = RateBook.embedded()
    orders = []
    for day, customer in zip(days, chosen, strict=True):
        counts[day.year] = counts.get(day.year, 0) + 1
        number = f"HY{day.year % 100:02d}{counts[day.year]:04d}"
        orders.append(_order(rng, number, customer, day, book))
    return orders


def _order(rng: random.Random, number: str, customer: Customer, day: date, book: RateBook) -> Order:
    product, price, lot = rng.choice(PRODUCTS)
    quantity = lot * rng.randint(1, 8)
    currency = customer.currency
    # A customer who usually pays in its own money sometimes orders in dollars.
    if currency not in {"USD", "EUR"} and rng.random() < 0.15:
        currency = "USD"
    dollars = Decimal(price) * quantity * Decimal(rng.randint(92, 112)) / 100
    amount = dollars if currency == "USD" else dollars * book.get("USD", currency, day).value
    # Prices are agreed in round figures: whole units, or hundreds where the unit is small.
    amount = (
        (amount / 100).quantize(Decimal(1)) * 100
        if currency in {"JPY", "KRW", "THB", "MXN"}
        else round_to_minor(amount, currency)
    )
    name, _share, parts = rng.choices(_TERMS, [share for _name, share, _parts in _TERMS])[0]
    amounts = allocate(amount, [percent for _kind, percent, _days in parts], currency)
    instalments = [
        Instalment(kind, day + timedelta(days=after), part)
        for (kind, _percent, after), part in zip(parts, amounts, strict=True)
    ]
    yuan = dollars * book.get("USD", "CNY", day).value
    cost = Cost(
        supplier=rng.choice(SUPPLIERS),
        purchase=round_to_minor(yuan * Decimal(rng.randint(70, 88)) / 100, "CNY"),
        rebate_percent=rng.choice((13, 13, 13, 9)),
        domestic=round_to_minor(yuan * Decimal(rng.randint(10, 30)) / 1000, "CNY"),
        freight_usd=round_to_minor(dollars * Decimal(rng.randint(15, 60)) / 1000, "USD"),
    )
    return Order(
        number=number,
        customer=customer,
        sales=rng.choice(customer.sales),
        day=day,
        currency=currency,
        amount=amount,
        incoterm=rng.choices(("FOB", "CIF", "CFR", "EXW", "DDP"), (55, 25, 10, 6, 4))[0],
        terms=name,
        deposit_percent=parts[0][1] if len(parts) > 1 else 0,
        product=product,
        instalments=instalments,
        cost=cost,
        cancelled=rng.random() < 0.015,
        po=f"PO{rng.randrange(10000, 99999)}",
    )


def _payments(rng: random.Random, orders: list[Order]) -> list[Payment]:
    made: list[Payment] = []
    waiting: dict[tuple[int, str], Payment] = {}
    for order in orders:
        if order.cancelled:
            order.status = "cancelled"
            continue
        paid = 0
        for index, part in enumerate(order.instalments):
            day = part.due + timedelta(days=max(int(rng.gauss(2, 9)), -4))
            if day > LAST_DAY - timedelta(days=2) or rng.random() < 0.02:
                break
            paid += 1
            key = (order.customer.number, order.currency)
            lump = waiting.get(key)
            if (
                lump
                and lump.day >= order.day
                and 0 <= (day - lump.day).days <= 3
                and len(lump.parts) < 3
                and rng.random() < 0.5
            ):
                _join(lump, order, index, part)
                continue
            waiting[key] = _payment(rng, order, index, part, day)
            made.append(waiting[key])
        order.status = "paid" if paid == len(order.instalments) else "part_paid" if paid else "open"
    for one in made:
        _deduct_charges(rng, one)
    made.extend(_other_entries(rng))
    return sorted(made, key=lambda one: (one.day, one.currency, one.payer, one.amount))


def _payment(rng: random.Random, order: Order, index: int, part: Instalment, day: date) -> Payment:
    if day.weekday() > 4:
        day += timedelta(days=7 - day.weekday())
    return Payment(
        day=day,
        currency=order.currency,
        amount=part.amount,
        payer=order.customer.payer,
        text=_remittance(rng, order, part.kind),
        parts=[(order.number, index, part.amount)],
    )


def _remittance(rng: random.Random, order: Order, kind: str) -> str:
    """What the payer writes."""
    number = order.number
    habit = order.customer.habit
    if habit == "spaced":
        number = rng.choice(
            (f"HY {number[2:4]} {number[4:]}", f"HY-{number[2:]}", number.lower(), f"HY{number[2:4]}-{number[4:]}")
        )
    elif habit == "bare":
        return rng.choice(("PAYMENT FOR GOODS", "INVOICE", "AS PER CONTRACT", "SUPPLIER PAYMENT"))
    elif habit == "po":
        return f"OUR {order.po}"
    elif rng.random() < 0.03:
        digits = list(number)
        digits[-1] = str((int(digits[-1]) + rng.randint(1, 8)) % 10)
        number = "".join(digits)
    word = {"deposit": "DEPOSIT", "balance": "BALANCE"}.get(kind, "PAYMENT")
    return rng.choice(("{n} {w}", "{w} {n}", "INV {n} {w}", "PI {n}", "ORDER NO {n}")).format(n=number, w=word)


def _join(lump: Payment, order: Order, index: int, part: Instalment) -> None:
    lump.amount += part.amount
    lump.parts.append((order.number, index, part.amount))
    lump.text += f" {order.number}" if order.customer.habit != "bare" else ""


def _deduct_charges(rng: random.Random, one: Payment) -> None:
    """A quarter of the money arrives short by a correspondent's charge, sometimes told on the statement."""
    if rng.random() > 0.25:
        return
    charge = {"JPY": "3500", "KRW": "30000", "THB": "800", "MXN": "400", "ZAR": "350", "PLN": "80", "HKD": "180"}.get(
        one.currency, "25"
    )
    fee = round_to_minor(Decimal(charge) * rng.choice((Decimal("0.6"), Decimal(1), Decimal("1.4"))), one.currency)
    if fee * 20 > one.amount:
        return
    one.instructed, one.fee = one.amount, fee
    one.amount -= fee


def _other_entries(rng: random.Random) -> list[Payment]:
    """Fees, interest and transfers that are no customer's money."""
    made = []
    month = FIRST_DAY
    while month < LAST_DAY:
        last = (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        for currency in ("USD", "EUR", "HKD", "GBP"):
            made.append(
                Payment(last, currency, Decimal(f"-{rng.randint(12, 38)}.00"), "", "ACCOUNT MAINTENANCE FEE", "fee")
            )
            if month.month % 3 == 0:
                made.append(
                    Payment(last, currency, Decimal(rng.randint(900, 9000)) / 100, "", "CREDIT INTEREST", "interest")
                )
        amount = Decimal(rng.randint(80, 260)) * 1000
        made.append(
            Payment(
                last, "USD", -amount, "NINGBO HAIYI IMP AND EXP", "FX SETTLEMENT TRANSFER TO CNY ACCOUNT", "transfer"
            )
        )
        month = last + timedelta(days=1)
    return made
