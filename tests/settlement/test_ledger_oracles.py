"""The whole sample firm as journals: beancount and hledger come to our balances, to the cent."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from workbench.demo import AS_OF
from workbench.rate_store import load_book
from workbench.register import Register
from workbench.settlement.books import Books
from workbench.settlement.closing import month_end
from workbench.settlement.exports import to_beancount, to_hledger, write_voucher_csv, write_voucher_xlsx
from workbench.settlement.ledger import ACCOUNTS, Ledger, ledger

Balances = dict[str, Decimal]


@pytest.fixture(scope="module")
def firm(demo_dir: Path) -> Ledger:
    """The sample firm's ledger up to its last month end, with that month end revalued and taken back."""
    with Register.open(demo_dir / "register.sqlite") as register:
        book = load_book(register)
        revalued = month_end(register, AS_OF, book=book).lines
        made = ledger(Books.of(register), book, AS_OF.replace(month=12, day=31), revaluations=revalued)
    assert not made.findings
    assert {entry.kind for entry in made.entries} >= {"receivable", "receipt", "payment", "revaluation", "reversal"}
    return made


def ours(firm: Ledger) -> tuple[Balances, Balances]:
    """By account: base amounts; by account and currency: amounts in that currency."""
    base: Balances = defaultdict(Decimal)
    own: Balances = defaultdict(Decimal)
    for (account, currency), (amount, value) in firm.balances().items():
        name = ACCOUNTS[account][1]
        name = f"{name}:{currency}" if name.startswith(("Assets", "Liabilities")) else name
        base[name] += value
        own[f"{name} {currency}"] += amount
    return _without_zero(base), _without_zero(own)


def _without_zero(balances: Balances) -> Balances:
    return {name: amount for name, amount in balances.items() if amount}


def test_every_entry_balances(firm: Ledger) -> None:
    assert all(sum(line.base for line in entry.lines) == 0 for entry in firm.entries)


def test_beancount_agrees_to_the_cent(firm: Ledger) -> None:
    from beancount import loader
    from beancount.core import convert, data

    entries, errors, _options = loader.load_string(to_beancount(firm))
    assert errors == []
    base: Balances = defaultdict(Decimal)
    own: Balances = defaultdict(Decimal)
    for entry in data.filter_txns(entries):
        for posting in entry.postings:
            # Beancount divides a total price by its units and multiplies again, in 28 digits.
            base[posting.account] += convert.get_weight(posting).number.quantize(Decimal("0.01"))
            own[f"{posting.account} {posting.units.currency}"] += posting.units.number.quantize(Decimal("0.01"))
    assert (_without_zero(base), _without_zero(own)) == ours(firm)


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")
def test_hledger_agrees_to_the_cent(firm: Ledger, tmp_path: Path) -> None:
    journal = tmp_path / "firm.journal"
    journal.write_text(to_hledger(firm), encoding="utf-8")
    base, own = ours(firm)
    assert _balances(journal, "--cost") == {(name, firm.base_currency): amount for name, amount in base.items()}
    assert _balances(journal) == {(name.rpartition(" ")[0], name[-3:]): amount for name, amount in own.items()}


def _balances(journal: Path, *options: str) -> dict[tuple[str, str], Decimal]:
    command = ["hledger", "-f", str(journal), "balance", "--flat", "-N", "-O", "csv", "--layout=bare", *options]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rows = csv.DictReader(text.splitlines())
    return {
        (row["account"], row["commodity"]): amount
        for row in rows
        if (amount := Decimal(row["balance"].replace(",", "")))
    }


def test_vouchers_balance_and_hold_every_line(firm: Ledger, tmp_path: Path) -> None:
    import openpyxl

    count = write_voucher_csv(firm, tmp_path / "v.csv")
    with (tmp_path / "v.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == count == sum(len(entry.lines) for entry in firm.entries)
    sides: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        sides[row["voucher"]] += Decimal(row["debit_base"] or 0) - Decimal(row["credit_base"] or 0)
    assert set(sides.values()) == {Decimal(0)}
    assert len(sides) == len(firm.entries)
    assert write_voucher_xlsx(firm, tmp_path / "v.xlsx", {"bank": "100201"}) == count
    sheet = openpyxl.load_workbook(tmp_path / "v.xlsx", read_only=True).worksheets[0]
    values = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len(values) == count
    assert {row[4] for row in values if row[5] == "Assets:Bank"} == {"100201"}
