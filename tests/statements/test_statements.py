"""Statements: every entry is counted, balances add up, or the file is refused with its line."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import mt940 as peer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import FileRefused
from workbench.statements import (
    StatementDoesNotAddUp,
    StatementTruncated,
    StatementUnreadable,
    profile_from,
    read_statements,
)

DEMO = Path(__file__).resolve().parents[2] / "workbooks" / "demo"
FILES = sorted((DEMO / "statements").iterdir())


@pytest.fixture(scope="module")
def truth() -> dict[str, dict[str, str]]:
    payments = json.loads(DEMO.with_name("demo_truth.json").read_text(encoding="utf-8"))["payments"]
    return {one["reference"]: one for one in payments}


def test_every_entry_of_the_sample_firm_is_read_right(truth: dict[str, dict[str, str]]) -> None:
    entries = [entry for file in FILES for statement in read_statements(file) for entry in statement.entries]
    assert len(entries) == len(truth) == len({one.fingerprint for one in entries})
    for one in entries:
        meant = truth[one.bank_reference]
        assert (one.account, one.value_date.isoformat(), one.currency, format(one.amount, "f"), one.kind) == (
            meant["account"], meant["date"], meant["currency"], meant["amount"], meant["kind"],
        )  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_balances_add_up_and_follow_each_other(file: Path) -> None:
    statements = read_statements(file)
    assert all(one.adds_up for one in statements)
    for before, after in pairwise(statements):
        assert before.closing == after.opening


@pytest.mark.parametrize("file", [one for one in FILES if one.suffix == ".sta"], ids=lambda file: file.name)
def test_mt940_agrees_with_an_independent_parser(file: Path) -> None:
    ours = [(one.value_date, one.amount) for statement in read_statements(file) for one in statement.entries]
    blocks = file.read_text(encoding="ascii").split("-}")
    theirs = []
    for block in blocks:
        if ":20:" in block:
            theirs += [(one.data["date"], one.data["amount"].amount) for one in peer.models.Transactions().parse(block)]
    assert [(date(day.year, day.month, day.day), amount) for day, amount in theirs] == ours


def test_reading_twice_gives_the_same_identities() -> None:
    once = [one.fingerprint for file in FILES for statement in read_statements(file) for one in statement.entries]
    again = [one.fingerprint for file in FILES for statement in read_statements(file) for one in statement.entries]
    assert once == again


MT940 = """:20:A
:25:NL01
:28C:1
:60F:C260101EUR100,00
:61:2601050105C50,00NTRFNONREF//B1
:86:/ORDP/SMITH LTD/REMI/INV 7
:61:2601060106RC20,00NTRFNONREF//B2
:86:reversal
:61:260107D5,00NCHGNONREF
:86:FEE
:62F:C260131EUR125,00
"""


def test_mt940_marks_and_details(tmp_path: Path) -> None:
    file = tmp_path / "a.sta"
    file.write_text(MT940, encoding="ascii")
    (statement,) = read_statements(file)
    assert [one.amount for one in statement.entries] == [Decimal("50.00"), Decimal("-20.00"), Decimal("-5.00")]
    first, second, third = statement.entries
    assert (first.payer, first.reference, first.bank_reference, first.kind) == ("SMITH LTD", "INV 7", "B1", "customer")
    assert (second.kind, third.kind) == ("other", "fee")
    assert first.line == 5


@pytest.mark.parametrize(
    ("change", "error", "where"),
    [
        (lambda text: text.replace("C50,00", "C50,01"), StatementDoesNotAddUp, "a.sta:1"),
        (lambda text: text[: text.index(":62F:")], StatementTruncated, "a.sta:1"),
        (lambda text: text.replace("D5,00", "X5,00"), StatementUnreadable, "a.sta:9"),
        (lambda text: text.replace("260107D", "261307D"), StatementUnreadable, "a.sta:9"),
        (lambda _text: "", FileRefused, "a.sta"),
        (lambda _text: "hello\n", StatementUnreadable, "a.sta:1"),
    ],
)
def test_damaged_mt940_is_refused_with_its_line(tmp_path: Path, change, error, where: str) -> None:
    file = tmp_path / "a.sta"
    file.write_text(change(MT940), encoding="ascii")
    with pytest.raises(error) as refused:
        read_statements(file)
    assert refused.value.where == where
    assert refused.value.remedy


@given(cut=st.integers(min_value=1))
def test_no_cut_of_a_statement_is_half_read(cut: int) -> None:
    """Cut anywhere, a file is refused, or what is left are whole statements that still add up."""
    from workbench.statements import mt940

    two = MT940 + MT940.replace(":60F:C260101EUR100,00", ":60F:C260201EUR125,00").replace("EUR125,00\n", "EUR150,00\n")
    text = two[: cut % len(two)]
    if not mt940.looks_like(text):
        return
    try:
        statements = mt940.read(text, "a.sta")
    except FileRefused:
        return
    assert all(one.adds_up for one in statements)


CAMT = """<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>
<Acct><Id><IBAN>DE01</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">59.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><Amt Ccy="EUR">49.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><ValDt><Dt>2026-01-05</Dt></ValDt>
<NtryDtls><TxDtls><AmtDtls><InstdAmt><Amt Ccy="EUR">50.00</Amt></InstdAmt></AmtDtls>
<Chrgs><Rcrd><Amt Ccy="EUR">1.00</Amt></Rcrd></Chrgs>
<RltdPties><Dbtr><Nm>Agent</Nm></Dbtr><UltmtDbtr><Nm>Real Payer</Nm></UltmtDbtr></RltdPties>
<RmtInf><Ustrd>HY260001</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>"""


def test_camt_gives_what_matching_needs(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_text(CAMT, encoding="utf-8")
    (statement,) = read_statements(file)
    (entry,) = statement.entries
    assert (entry.amount, entry.instructed_amount, entry.fee_amount) == (
        Decimal("49.00"),
        Decimal("50.00"),
        Decimal("1.00"),
    )
    assert (entry.payer, entry.reference) == ("Real Payer", "HY260001")


@pytest.mark.parametrize(
    "hostile",
    [
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + CAMT.partition("?>")[2],
        CAMT.replace("<Ustrd>HY260001", "<Ustrd>&xxe;"),
        CAMT[: len(CAMT) // 2],
        CAMT.replace(">49.00<", ">NaN<"),
        CAMT.replace(">49.00<", ">-49.00<"),
        CAMT.replace(">49.00<", ">48.00<"),
        "<?xml version='1.0'?><Other/>",
    ],
)
def test_hostile_and_broken_camt_is_refused(tmp_path: Path, hostile: str) -> None:
    file = tmp_path / "a.xml"
    file.write_text(hostile, encoding="utf-8")
    with pytest.raises(FileRefused) as refused:
        read_statements(file)
    assert str(refused.value.where).startswith("a.xml")


def test_bank_csv_with_a_changed_line_is_refused_at_that_line(tmp_path: Path) -> None:
    source = next(file for file in FILES if file.suffix == ".csv")
    lines = source.read_bytes().decode("gb18030").split("\r\n")
    del lines[10]
    file = tmp_path / "a.csv"
    file.write_bytes("\r\n".join(lines).encode("gb18030"))
    with pytest.raises(StatementDoesNotAddUp) as refused:
        read_statements(file)
    assert refused.value.where == "a.csv:11"


def test_bank_csv_cut_within_a_line_is_refused(tmp_path: Path) -> None:
    source = next(file for file in FILES if file.suffix == ".csv")
    file = tmp_path / "a.csv"
    file.write_bytes(source.read_bytes().rstrip()[:-40])
    with pytest.raises(FileRefused):
        read_statements(file)


def test_a_profile_of_the_users_own(tmp_path: Path) -> None:
    profile = profile_from(
        '[columns]\nvalue_date=["Tag"]\namount=["Betrag"]\ncurrency=["Whg"]\ntext=["Zweck"]\n'
        '[read]\nrequired=["value_date","amount"]\ndates=["%d.%m.%Y"]\ndecimal_mark=","\n',
        "mine",
    )
    file = tmp_path / "konto.csv"
    file.write_text("Tag;Betrag;Whg;Zweck\n05.01.2026;1.234,50;EUR;=cmd|' /C calc'!A0\n", encoding="cp1252")
    (statement,) = read_statements(file, [profile])
    assert statement.entries[0].amount == Decimal("1234.50")
    assert statement.entries[0].reference == "=cmd|' /C calc'!A0"


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02binary", b"\n\n  \n", b"a" * (2 << 20), b"\xff\xfe"])
def test_what_is_no_statement_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(data)
    with pytest.raises(FileRefused) as refused:
        read_statements(file)
    assert "a.bin" in str(refused.value.where)
