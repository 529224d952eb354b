"""The same money is one receipt, whichever messages tell of it; equal payments that are two stay two."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from workbench.rates import RateBook
from workbench.receipts import import_statements
from workbench.register import Register

HEAD = '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.08"><{outer}><{inner}><Id>S1</Id>'
ACCOUNT = "<Acct><Id><IBAN>DE02100100100006820101</IBAN></Id><Ccy>EUR</Ccy></Acct>"
BALANCES = """<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">60.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>"""
ENTRY = """<Ntry><Amt Ccy="EUR">50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><ValDt><Dt>2026-01-05</Dt></ValDt>
<AcctSvcrRef>R-900001</AcctSvcrRef>{details}</Ntry>"""
PART = '<TxDtls><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>'
PARTS = "<NtryDtls>" + PART.format(amount="20.00", text="HY1") + PART.format(amount="30.00", text="HY2") + "</NtryDtls>"


def camt(kind: str, entry: str, *, balances: bool = False) -> str:
    outer, inner = {"053": ("BkToCstmrStmt", "Stmt"), "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}[kind]
    head = HEAD.format(kind=kind, outer=outer, inner=inner)
    return f"{head}{ACCOUNT}{BALANCES if balances else ''}{entry}</{inner}></{outer}></Document>"


def mt940(opening: str, closing: str, entries: str, number: str = "1/1") -> str:
    return f":20:A\n:25:NL01\n:28C:{number}\n:60F:C260301EUR{opening}\n{entries}:62F:C260301EUR{closing}\n"


SAME = ":61:2603010301C100,00NTRFNONREF//NONREF\n:86:SAME TEXT\n"


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register.create(tmp_path / "r.sqlite", actor="li.na")


def imported(register: Register, folder: Path, **files: str) -> dict[str, Any]:
    paths = []
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
        paths.append(folder / name)
    outcome = import_statements(register, paths, RateBook.embedded(), author="li.na")
    assert all(one.error is None for one in outcome.files), [one.error for one in outcome.files]
    return {
        "new": [one.new for one in outcome.files],
        "known": [one.known for one in outcome.files],
        "findings": [one.code for one in outcome.findings if one.code.startswith("receipt.")],
    }


@pytest.mark.parametrize("first", ["053", "054"])
@pytest.mark.parametrize("details", ["", PARTS])
def test_a_notification_and_a_statement_of_the_same_money_are_one_receipt(
    register: Register, tmp_path: Path, first: str, details: str
) -> None:
    """Also where only one of them tells the payments of a batch."""
    texts = {
        "053": camt("053", ENTRY.format(details=""), balances=True),
        "054": camt("054", ENTRY.format(details=details)),
    }
    second = {"053": "054", "054": "053"}[first]
    imported(register, tmp_path, a=texts[first])
    outcome = imported(register, tmp_path, b=texts[second])
    assert outcome["new"] == [0]
    assert sum(row["amount"] for row in register.rows("receipts")) == Decimal("50.00")


def test_an_interim_report_and_the_statement_are_one_receipt(register: Register, tmp_path: Path) -> None:
    interim = f":20:A\n:25:NL01\n:28C:1/1\n:34F:EUR0,\n:13D:2603011200+0100\n{SAME}:90D:0EUR0,\n:90C:1EUR100,00\n"
    assert imported(register, tmp_path, a=interim)["new"] == [1]
    outcome = imported(register, tmp_path, b=mt940("0,00", "100,00", SAME))
    assert (outcome["new"], outcome["known"]) == ([0], [1])
    assert outcome["findings"] == ["receipt.taken-for-known"]  # without a reference it is told, not only done


def test_equal_payments_of_statements_that_follow_each_other_stay_two(register: Register, tmp_path: Path) -> None:
    one, two = mt940("0,00", "100,00", SAME, "1/1"), mt940("100,00", "200,00", SAME, "2/1")
    assert imported(register, tmp_path, a=one)["new"] == [1]
    assert imported(register, tmp_path, b=two)["new"] == [1]
    assert imported(register, tmp_path, c=one, d=two)["new"] == [0, 0]
    assert register.count("receipts") == 2


def test_equal_payments_told_in_any_order_and_again_stay_as_many(register: Register, tmp_path: Path) -> None:
    one, two = mt940("0,00", "200,00", SAME + SAME, "1/1"), mt940("200,00", "500,00", SAME * 3, "2/1")
    assert imported(register, tmp_path, b=two)["new"] == [3]
    assert imported(register, tmp_path, a=one)["new"] == [2]
    assert imported(register, tmp_path, b=two, a=one)["new"] == [0, 0]


def test_overlapping_downloads_bring_each_entry_once(register: Register, tmp_path: Path) -> None:
    head = "TransferWise ID,Date,Amount,Currency,Description,Payment Reference,Running Balance,Payer Name\n"
    lines = [f"T-{at},0{at}-01-2026,50.00,EUR,Received,HY{at},{at * 50}.00,SMITH\n" for at in range(1, 7)]
    assert imported(register, tmp_path, a=head + "".join(lines[:4]))["new"] == [4]
    outcome = imported(register, tmp_path, b=head + "".join(lines[2:]))
    assert (outcome["new"], outcome["known"]) == ([2], [2])


MT103 = """{1:F01BANKCNBJAXXX0000000000}{3:{121:3f0c1f6e-6f5d-4bd6-8f4e-0a1b2c3d4e5f}}{4:
:20:FT2603010007
:23B:CRED
:32A:260301EUR91,50
:33B:USD100,00
:36:0,92
:50K:/US1234567890
SMITH TRADING LLC
1 MAIN STREET
:59:/NL01
OUR FIRM LTD
:70:INV HY260007
:71A:SHA
:71F:EUR0,50
-}
"""


@pytest.mark.parametrize("first", ["advice", "statement"])
def test_an_advice_and_the_booking_it_announced_are_one_receipt(register: Register, tmp_path: Path, first: str) -> None:
    booking = ":61:2603020302C91,50NTRFHY260007//FT2603010007\n:86:/ORDP/SMITH TRADING LLC/REMI/INV HY260007\n"
    texts = {"advice": MT103, "statement": mt940("0,00", "91,50", booking)}
    imported(register, tmp_path, a=texts.pop(first))
    assert imported(register, tmp_path, b=next(iter(texts.values())))["new"] == [0]


def test_another_payment_of_the_advised_amount_is_another_receipt(register: Register, tmp_path: Path) -> None:
    booking = ":61:2603020302C91,50NTRFHY260008//FT2603010008\n:86:/ORDP/SMITH TRADING LLC/REMI/INV HY260008\n"
    imported(register, tmp_path, a=MT103)
    assert imported(register, tmp_path, b=mt940("0,00", "91,50", booking))["new"] == [1]


def test_rate_and_charges_reach_the_receipt_and_one_undo_takes_it_back(register: Register, tmp_path: Path) -> None:
    (tmp_path / "a").write_text(MT103, encoding="utf-8")
    outcome = import_statements(register, [tmp_path / "a"], RateBook.embedded(), author="li.na")
    (row,) = register.rows("receipts")
    assert (row["amount"], row["instructed_currency"], row["instructed_amount"], row["fee_amount"]) == (
        Decimal("91.50"), "USD", Decimal("100.00"), Decimal("0.50"),
    )  # fmt: skip
    assert row["custom"]["exchange_rate"] == Decimal("0.92")
    assert row["custom"]["exchange_pair"] == "USD/EUR"
    assert row["custom"]["end_to_end"] == "3f0c1f6e-6f5d-4bd6-8f4e-0a1b2c3d4e5f"
    assert outcome.changeset is not None
    register.undo(outcome.changeset, author="li.na", reason="wrong file")
    assert register.count("receipts") == 0


def test_a_hundred_thousand_equal_payments_are_as_many_receipts() -> None:
    from workbench.statements import KnownMoney
    from workbench.statements import mt940 as reader
    from workbench.statements.entries import with_fingerprints

    many = 20_000
    pages = [
        with_fingerprints(reader.read(mt940(f"{100 * many * at},00", f"{100 * many * (at + 1)},00", SAME * many), "a"))
        for at in range(2)
    ]
    known = KnownMoney([], [])
    assert [len(known.take(page).new) for page in pages] == [many, many]
    assert [len(known.take(page).new) for page in pages] == [0, 0]
