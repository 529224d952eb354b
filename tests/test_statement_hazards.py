"""What a statement file may hold so that a payment is lost, counted twice or read as another amount."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from workbench.statements import Statement, StatementUnreadable, read_statements

PAGES = """:20:A
:25:123
:28C:1/1
:60F:C260301USD1000,00
:61:2603010301C100,00NTRFNONREF//NONREF
:86:SAME TEXT
:62M:C260301USD1100,00
-
:20:A
:25:123
:28C:1/2
:60M:C260301USD1100,00
:61:2603010301C100,00NTRFNONREF//NONREF
:86:SAME TEXT
:62F:C260301USD1200,00
-
"""
ONE = ":20:A\n:25:123\n:60F:C260301{ccy}0,00\n:61:260301C{amount}NTRFX\n:62F:C260301{ccy}{amount}\n"
CHINESE = "交易日期,币种,借方发生额,贷方发生额,余额,对方户名,附言\n"


def read(tmp_path: Path, text: str) -> list[Statement]:
    file = tmp_path / "a.txt"
    file.write_text(text, encoding="utf-8", newline="")
    return read_statements(file)


def fingerprints(statements: list[Statement]) -> list[str]:
    return [entry.fingerprint for one in statements for entry in one.entries]


def test_equal_payments_on_two_pages_of_a_statement_stay_two(tmp_path: Path) -> None:
    pages = fingerprints(read(tmp_path, PAGES))
    assert len(set(pages)) == 2
    assert fingerprints(read(tmp_path, PAGES)) == pages


def test_a_statement_that_stands_twice_in_a_file_brings_its_entries_once(tmp_path: Path) -> None:
    once = ONE.format(ccy="USD", amount="100,00")
    assert len(set(fingerprints(read(tmp_path, once + once)))) == 1


def test_a_reference_that_says_there_is_none_is_no_reference(tmp_path: Path) -> None:
    assert {entry.bank_reference for one in read(tmp_path, PAGES) for entry in one.entries} == {""}


@pytest.mark.parametrize(
    ("currency", "amount"),
    [
        ("XYZ", "100,00"),
        ("DEM", "1,234"),
        ("CLF", "1,0000"),
        ("XAU", "1,00"),
        ("USD", "1.234"),
        ("JPY", "1.234"),
        ("JPY", "100,50"),
        ("KWD", "1,2345"),
        ("USD", "1.23,50"),
    ],
)
def test_an_amount_that_the_currency_cannot_have_is_refused(tmp_path: Path, currency: str, amount: str) -> None:
    with pytest.raises(StatementUnreadable, match=r"a\.txt:"):
        read(tmp_path, ONE.format(ccy=currency, amount=amount))


@pytest.mark.parametrize(
    ("currency", "amount", "meant"),
    [("USD", "1.234,50", "1234.50"), ("USD", "1234.5", "1234.5"), ("JPY", "1000,", "1000"), ("KWD", "1,234", "1.234")],
)
def test_amounts_that_banks_write_in_other_ways_are_read(
    tmp_path: Path, currency: str, amount: str, meant: str
) -> None:
    (statement,) = read(tmp_path, ONE.format(ccy=currency, amount=amount))
    assert statement.entries[0].amount == Decimal(meant)


@pytest.mark.parametrize("written", ["12,50", "1,23", "1,2345", "1 2", "--5", "1.234,50", "5-", "(5)", "1e3"])
def test_a_csv_amount_is_never_read_past_its_marks(tmp_path: Path, written: str) -> None:
    with pytest.raises(StatementUnreadable, match=r"a\.txt:2"):
        read(tmp_path, CHINESE + f'20260301,USD,,"{written}",100.00,A,B\n')


@pytest.mark.parametrize(
    ("written", "meant"), [("1,234.50", "1234.50"), ("1 234.50", "1234.50"), ("+7", "7"), ("1234567.8", "1234567.8")]
)
def test_csv_amounts_with_groups(tmp_path: Path, written: str, meant: str) -> None:
    (statement,) = read(tmp_path, CHINESE + f'20260301,USD,,"{written}",2000000.00,A,B\n')
    assert statement.entries[0].amount == Decimal(meant)


def test_a_line_that_only_carries_the_balance_forward_is_no_entry(tmp_path: Path) -> None:
    text = CHINESE + "20260301,USD,,,100.00,,承前\n20260302,USD,,50.00,150.00,A,B\n"
    (statement,) = read(tmp_path, text)
    assert (statement.opening, statement.closing, statement.adds_up) == (Decimal(100), Decimal(150), True)
    assert [entry.amount for entry in statement.entries] == [Decimal(50)]


def test_a_line_without_any_amount_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StatementUnreadable, match=r"a\.txt:3.*no amount"):
        read(tmp_path, CHINESE + "20260301,USD,,50.00,150.00,A,B\n20260302,USD,,,,C,D\n")


@pytest.mark.parametrize(("written", "code"), [("人民币", "CNY"), ("美元", "USD"), ("usd", "USD"), ("港币", "HKD")])
def test_a_currency_may_be_written_as_chinese_banks_do(tmp_path: Path, written: str, code: str) -> None:
    (statement,) = read(tmp_path, CHINESE + f"20260301,{written},,50.00,150.00,A,B\n")
    assert (statement.currency, statement.entries[0].currency) == (code, code)


@pytest.mark.parametrize("written", ["", "元币", "$", "XXX"])
def test_a_currency_that_is_not_told_is_refused_where_it_stands(tmp_path: Path, written: str) -> None:
    with pytest.raises(StatementUnreadable, match=r"a\.txt:2"):
        read(tmp_path, CHINESE + f"20260301,{written},,50.00,150.00,A,B\n")


def test_a_file_of_empty_lines_is_told_apart_at_once(tmp_path: Path) -> None:
    with pytest.raises(StatementUnreadable):
        read(tmp_path, "x" + "\n" * 400_000 + "y")


@pytest.mark.parametrize(("status", "entries"), [("BOOK", 1), ("PDNG", 0), ("INFO", 0), ("FUTR", 0)])
@pytest.mark.parametrize("form", ["<Sts>{}</Sts>", "<Sts><Cd>{}</Cd></Sts>"])
def test_only_what_is_booked_is_an_entry(tmp_path: Path, form: str, status: str, entries: int) -> None:
    text = (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.052.001.08"><BkToCstmrAcctRpt><Rpt>'
        "<Acct><Id><IBAN>DE01</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f'<Ntry><Amt Ccy="EUR">50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>{form.format(status)}'
        "<ValDt><Dt>2026-01-05</Dt></ValDt></Ntry></Rpt></BkToCstmrAcctRpt></Document>"
    )
    (statement,) = read(tmp_path, text)
    assert len(statement.entries) == entries
