"""The whole demo register added up again by beancount from an exported journal, to the cent."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core import data

from workbench.analysis import Facts, order_figures, read_facts
from workbench.exposure import ageing, sensitivity
from workbench.exposure.positions import open_instalments
from workbench.profit import GROUPS, bridge, exchange_differences, growth, margins, period_bridge
from workbench.profit.periods import ORDERS, Period
from workbench.rate_store import load_book
from workbench.register import Register
from workbench.settlement import Delivery, Receivables, journal
from workbench.settlement.books import Books
from workbench.settlement.exports import to_hledger
from workbench.settlement.ledger import ledger

AS_OF = date(2026, 9, 30)
CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def register(demo_dir: Path) -> Iterator[Register]:
    with Register.open(demo_dir / "register.sqlite", read_only=True) as register:
        yield register


@pytest.fixture(scope="module")
def facts(register: Register) -> Facts:
    return read_facts(register, load_book(register), as_of=AS_OF)


@pytest.fixture(scope="module")
def balances(register: Register) -> dict[str, Decimal]:
    """Account without its currency → its balance in CNY at cost, as beancount works it out."""
    orders = {row["id"]: row for row in register.rows("orders") if row["status"] != "cancelled"}
    parts = {row["id"]: row for row in register.rows("instalments") if row["order_id"] in orders}
    settled = [row for row in register.rows("allocations") if row["instalment_id"] in parts]
    owed = Receivables(parts.values(), orders.values(), book=load_book(register), base_currency="CNY")
    days = {one: orders[row["order_id"]]["order_date"] for one, row in parts.items()}
    # A day earlier, so that a payment on the very day finds its receivable; no amount depends on it.
    text = journal(
        [Delivery(days[one] - timedelta(1), owed.item(one, days[one])) for one in parts], settled, base_currency="CNY"
    )
    entries, errors, _options = loader.load_string(text)
    assert not errors
    found: dict[str, Decimal] = defaultdict(Decimal)
    for entry in entries:
        if isinstance(entry, data.Transaction):
            for posting in entry.postings:
                account = ":".join(posting.account.split(":")[:2])
                found[account] += _at_cost(posting)
    return found


def _at_cost(posting: Any) -> Decimal:
    if posting.cost is not None:
        return posting.units.number * posting.cost.number
    if posting.price is not None:
        return posting.units.number * posting.price.number
    return posting.units.number


def total(facts: Facts, column: str) -> Decimal:
    return Decimal(int(order_figures(facts)[column].sum())) * CENT


@pytest.mark.parametrize(
    ("account", "column", "sign"),
    [
        ("Income:Revenue", "invoice", -1),
        ("Income:FX", "realised_fx", -1),
        ("Assets:Receivable", "open_base", 1),
        ("Expenses:BankFee", "fees", 1),
    ],
)
def test_beancount_agrees(facts: Facts, balances: dict[str, Decimal], account: str, column: str, sign: int) -> None:
    assert total(facts, column) == (sign * balances[account]).quantize(CENT)
    assert total(facts, column)


def test_cash_agrees(facts: Facts, balances: dict[str, Decimal]) -> None:
    cash = balances["Assets:Bank"].quantize(CENT)
    assert total(facts, "received") - total(facts, "fees") == cash


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")
def test_hledger_agrees_on_the_ledger_that_finance_exports(register: Register, facts: Facts, tmp_path: Path) -> None:
    path = tmp_path / "firm.journal"
    path.write_text(to_hledger(ledger(Books.of(register, until=AS_OF), load_book(register), AS_OF)), encoding="utf-8")
    command = [
        "hledger",
        "-f",
        str(path),
        "balance",
        "--depth=2",
        "--flat",
        "-N",
        "-O",
        "csv",
        "--layout=bare",
        "--cost",
    ]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    told = {row["account"]: Decimal(row["balance"].replace(",", "")) for row in csv.DictReader(text.splitlines())}
    assert total(facts, "invoice") == -told["Income:Revenue"]
    assert total(facts, "realised_fx") == -told["Income:RealisedFX"]
    assert total(facts, "open_base") == told["Assets:Receivable"]
    # The ledger puts what a receipt's rounded parts leave over into its charges: less than a cent for each of them.
    assert abs(total(facts, "fees") - told["Expenses:BankFees"]) < CENT * facts.tables["allocations"].num_rows / 100


def test_every_bridge_adds_up_in_every_row(facts: Facts) -> None:
    rows = order_figures(facts)
    assert (rows["deal"] + rows["booking_fx"] == rows["invoice"]).all()
    changes = rows["realised_fx"] + rows["unrealised_fx"] + rows["write_offs"]
    assert (rows["invoice"] + changes == rows["settlement"]).all()
    steps = bridge(facts).frame.set_index("step")
    assert steps.loc["net_margin", "amount"] == steps.loc["rebate", "running"]
    assert steps.loc["net_margin", "amount"] == margins(facts).frame["margin"].sum()


@pytest.mark.parametrize("by", [one for one in GROUPS if one not in {"order", "product"}])
def test_every_grouping_has_the_same_total(facts: Facts, by: str) -> None:
    each = margins(facts, "order").frame
    grouped = margins(facts, by).frame
    for column in ("orders", "revenue", "cost", "rebate", "fees", "margin"):
        assert grouped[column].sum() == each[column].sum()


def test_ageing_and_exposure_are_the_same_open_amounts(facts: Facts) -> None:
    rows = open_instalments(facts)
    assert ageing(facts).frame["total_base"].sum() == Decimal(int(rows["open_base"].sum())) * CENT
    assert ageing(facts, "customer").frame["total_base"].sum() == ageing(facts).frame["total_base"].sum()
    table = sensitivity(facts).frame
    assert table["net_base"].iloc[-1] == table["net_base"].iloc[:-1].sum()


@pytest.mark.parametrize("order", ORDERS)
def test_the_period_bridge_ends_where_the_period_does(facts: Facts, order: str) -> None:
    years = Period(date(2024, 10, 1), date(2025, 9, 30)), Period(date(2025, 10, 1), AS_OF)
    rows = period_bridge(facts, *years, order).frame
    assert rows["amount"].iloc[:-1].sum() == rows["amount"].iloc[-1]
    told = growth(facts, *years).frame.iloc[-1]
    assert (rows["amount"].iloc[0], rows["amount"].iloc[-1]) == (told["before"], told["after"])


def test_a_past_state_of_the_register_gives_its_own_figures(register: Register) -> None:
    book = load_book(register)
    newest = max(entry.number for entry in register.log())
    now, then = (read_facts(register, book, as_of=AS_OF, known_at=known) for known in (None, newest))
    assert order_figures(now).equals(order_figures(then))
    before = read_facts(register, book, as_of=AS_OF, known_at=1)
    assert before.tables["allocations"].num_rows < now.tables["allocations"].num_rows


def test_nothing_later_than_the_day_counts(register: Register) -> None:
    early = read_facts(register, load_book(register), as_of=date(2025, 3, 31))
    rows = order_figures(early)
    assert rows["order_date"].max().date() <= date(2025, 3, 31)
    assert exchange_differences(early).frame["realised_fx"].sum() != 0
