"""Edges where a lenient reader would guess: encodings, two currencies, batches, dates in two orders, renamed files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from workbench.errors import FileRefused
from workbench.statements import Statement, StatementUnreadable, read_statements

MT940 = """:20:A
:25:NL01
:28C:1
:60F:C260101EUR100,00
:61:2601050105C50,00NTRFNONREF//B1
:86:/ORDP/SMITH LTD/REMI/INV 7
:62F:C260131EUR150,00
"""
CAMT = """<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt><Stmt>
<Acct><Id><IBAN>DE01</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">60.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><Amt Ccy="EUR">50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><ValDt><Dt>2026-01-05</Dt></ValDt><AcctSvcrRef>R1</AcctSvcrRef>
<NtryDtls>
<TxDtls><Amt Ccy="EUR">20.00</Amt><RltdPties><Dbtr><Nm>A Ltd</Nm></Dbtr></RltdPties><RmtInf><Ustrd>HY1</Ustrd></RmtInf></TxDtls>
<TxDtls><Amt Ccy="EUR">30.00</Amt><RltdPties><Dbtr><Nm>B Ltd</Nm></Dbtr></RltdPties><RmtInf><Ustrd>HY2</Ustrd></RmtInf></TxDtls>
</NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>"""
WISE = (
    "TransferWise ID,Date,Amount,Currency,Description,Payment Reference,Running Balance,Payer Name\n"
    "T-1,05-01-2026,50.00,EUR,Received,HY1,150.00,SMITH\n"
)
PAYPAL = (
    "Date,Name,Status,Currency,Gross,Fee,Net,From Email Address,Transaction ID,Balance\n"
    "{first},A,{status},USD,10.00,-1.00,9.00,a@x.example,T1,9.00\n"
    "{second},A,Completed,USD,10.00,-1.00,9.00,a@x.example,T2,18.00\n"
)


def read(tmp_path: Path, data: bytes, name: str = "a.dat") -> Statement:
    file = tmp_path / name
    file.write_bytes(data)
    (statement,) = read_statements(file)
    return statement


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_accents_survive_every_encoding(tmp_path: Path, encoding: str) -> None:
    text = MT940.replace("SMITH LTD", "Müller & Söhne GmbH")
    assert read(tmp_path, text.encode(encoding)).entries[0].payer == "Müller & Söhne GmbH"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_chinese_survives_every_encoding(tmp_path: Path, encoding: str) -> None:
    text = MT940.replace("SMITH LTD", "永輝有限公司").replace("INV 7", "货款 HY250001")
    entry = read(tmp_path, text.encode(encoding)).entries[0]
    assert (entry.payer, entry.reference) == ("永輝有限公司", "货款 HY250001")


@pytest.mark.parametrize(
    "text",
    [
        "{1:F01X}{2:I940X}{4:" + MT940 + "-}",
        MT940.replace("\n", "\r"),
        MT940.replace("\n", "\r\n"),
        MT940.replace("\n:", "\n :"),
        MT940.replace("INV 7", "INV\x0c7"),
    ],
    ids=["envelope", "cr", "crlf", "indented", "form-feed"],
)
def test_mt940_lines_however_they_end_and_begin(tmp_path: Path, text: str) -> None:
    (entry,) = read(tmp_path, text.encode()).entries
    assert (entry.amount, entry.payer, entry.line) == (Decimal("50.00"), "SMITH LTD", 5)


def test_no_entry_hides_behind_a_space(tmp_path: Path) -> None:
    """Two that cancel out would not be missed by the balances."""
    hidden = " :61:260106C5,00NTRFX//B2\n :61:260106D5,00NTRFX//B3\n"
    assert len(read(tmp_path, MT940.replace(":62F", f"{hidden}:62F").encode()).entries) == 3


def test_structured_remittance_and_end_to_end_id_are_the_reference(tmp_path: Path) -> None:
    told = "/TRTP/SEPA/IBAN/NL02/NAME/J JANSEN/REMI/USTD//INV 7/EREF/E9"
    entry = read(tmp_path, MT940.replace("/ORDP/SMITH LTD/REMI/INV 7", told).encode()).entries[0]
    assert (entry.payer, entry.payer_account, entry.reference) == ("J JANSEN", "NL02", "INV 7 E9")


def test_a_number_wrapped_at_the_lines_end_stays_whole(tmp_path: Path) -> None:
    first = "PAYMENT FOR GOODS ".ljust(61, "X") + "HY25"
    assert len(first) == 65
    text = MT940.replace("/ORDP/SMITH LTD/REMI/INV 7", f"{first}\n0001 THANKS")
    assert read(tmp_path, text.encode()).entries[0].reference.endswith("HY250001 THANKS")


def test_charges_that_a_payer_mentions_are_no_fee(tmp_path: Path) -> None:
    text = MT940.replace("/ORDP/SMITH LTD/REMI/INV 7", "INV 7 LESS BANK CHARGES")
    assert read(tmp_path, text.encode()).entries[0].kind == "unknown"


def test_payments_of_a_batch_are_told_apart(tmp_path: Path) -> None:
    entries = read(tmp_path, CAMT.encode()).entries
    assert [(one.payer, one.amount, one.reference) for one in entries] == [
        ("A Ltd", Decimal("20.00"), "HY1"),
        ("B Ltd", Decimal("30.00"), "HY2"),
    ]
    assert len({one.fingerprint for one in entries}) == 2


def test_a_batch_that_is_not_the_sum_of_its_parts_stays_one(tmp_path: Path) -> None:
    (entry,) = read(tmp_path, CAMT.replace(">30.00<", ">29.00<").encode()).entries
    assert (entry.amount, entry.reference) == (Decimal("50.00"), "HY1 HY2")


def test_camt_in_utf16(tmp_path: Path) -> None:
    text = CAMT.replace('"1.0"?', '"1.0" encoding="UTF-16"?').replace("A Ltd", "永輝")
    assert read(tmp_path, text.encode("utf-16")).entries[0].payer == "永輝"


@pytest.mark.parametrize(
    "data",
    [
        MT940.replace("0131EUR", "0131USD").encode(),
        CAMT.replace('<Ntry><Amt Ccy="EUR">', '<Ntry><Amt Ccy="USD">').encode(),
        CAMT.replace("<Amt Ccy=\"EUR\">50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>", "<Amt Ccy=\"EUR\">50.00</Amt>").encode(),
        CAMT.replace(">50.00<", ">5_0.00<").encode(),
        MT940.replace("C50,00", "C" + "9" * 1_000_000 + ",00").encode(),
        # A document type in an encoding that a search for bytes does not see.
        CAMT.replace('"1.0"?>', '"1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x +AFsAPAAh-ENTITY e +ACI-HY9+ACIAPgBdAD4-')
        .replace(">HY1<", ">+ACY-e+ADs-<").encode(),
        b"\xff\xfea",
        b":20:A\n:25:B\n:34F:EUR0,\n:13D:2601051200+0100\n:61:260105C5,00NTRFX\n",
    ],
    ids=["two-currencies-mt", "two-currencies-camt", "no-direction", "underscore", "million-digits", "utf-7", "half-utf-16", "mt942"],
)  # fmt: skip
def test_nothing_is_guessed(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        read(tmp_path, data)
    assert len(str(refused.value)) < 500


def test_a_file_downloaded_again_under_another_name_brings_nothing_new(tmp_path: Path) -> None:
    first = read(tmp_path, WISE.encode(), "statement.csv")
    again = read(tmp_path, WISE.encode(), "statement (1).csv")
    assert [one.fingerprint for one in first.entries] == [one.fingerprint for one in again.entries]


def test_dates_of_a_column_are_all_in_one_order(tmp_path: Path) -> None:
    text = PAYPAL.format(first="25/03/2025", second="03/04/2025", status="Completed")
    assert [one.value_date for one in read(tmp_path, text.encode()).entries] == [date(2025, 3, 25), date(2025, 4, 3)]


def test_dates_that_may_be_two_days_are_refused_not_guessed(tmp_path: Path) -> None:
    text = PAYPAL.format(first="04/04/2025", second="03/04/2025", status="Completed")
    with pytest.raises(StatementUnreadable) as refused:
        read(tmp_path, text.encode())
    assert refused.value.where == "a.dat:3"


def test_money_that_has_not_moved_yet_is_no_entry(tmp_path: Path) -> None:
    text = PAYPAL.format(first="25/03/2025", second="26/03/2025", status="Pending").replace("18.00", "9.00")
    assert [one.bank_reference for one in read(tmp_path, text.encode()).entries] == ["T2"]
