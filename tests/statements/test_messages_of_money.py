"""What MT942, MT103, CAMT and OFX tell beside the amount, held against other readers where there are any."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import mt940 as peer
import pytest
from ofxtools.Parser import OFXTree

from workbench.errors import FileRefused
from workbench.statements import (
    Entry,
    Statement,
    StatementDoesNotAddUp,
    StatementTruncated,
    StatementUnreadable,
    read_statements,
)

SAMPLES = Path(__file__).parent / "samples"


def read(tmp_path: Path, text: str | bytes, name: str = "a.dat") -> list[Statement]:
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_statements(file)


def only(statements: list[Statement]) -> Entry:
    ((entry,),) = [one.entries for one in statements]
    return entry


# ---- MT942


def test_an_interim_report_agrees_with_its_counts_and_with_a_peer() -> None:
    file = SAMPLES / "mt940" / "mBank_mt942.sta"
    (statement,) = read_statements(file)
    theirs = [one.data["amount"].amount for one in peer.models.Transactions().parse(file.read_text("cp1252"))]
    assert (statement.format, [one.amount for one in statement.entries]) == ("mt942", theirs)
    assert {one.kind for one in statement.entries} == {"unknown"}


@pytest.mark.parametrize(
    ("change", "error", "line"),
    [
        ((":90C:3PLN0,03", ":90C:4PLN0,03"), StatementDoesNotAddUp, 26),
        ((":90C:3PLN0,03", ":90C:3PLN0,04"), StatementDoesNotAddUp, 26),
        ((":90C:3PLN0,03\n", ""), StatementDoesNotAddUp, 7),
        ((":90D:0PLN0,00\n:90C:3PLN0,03\n", ""), StatementTruncated, 2),
        (("119CN0,01", "119DN0,01"), StatementDoesNotAddUp, 25),
        ((":34F:PLN0", ":34F:0"), StatementUnreadable, 5),
    ],
)
def test_an_interim_report_that_contradicts_itself_is_refused(
    tmp_path: Path, change: tuple[str, str], error: type[FileRefused], line: int
) -> None:
    text = (SAMPLES / "mt940" / "mBank_mt942.sta").read_text("cp1252").replace("\r\n", "\n")
    with pytest.raises(error) as refused:
        read(tmp_path, text.replace(*change))
    assert refused.value.where == f"a.dat:{line}"


# ---- MT103 and MT910

MT103 = """{1:F01BANKCNBJAXXX0000000000}{2:O1031200260301BANKUS33XXXX00000000002603011200N}{3:{121:3f0c1f6e-6f5d-4bd6-8f4e-0a1b2c3d4e5f}}{4:
:20:FT2603010007
:23B:CRED
:32A:260301EUR91,54
:33B:USD100,00
:36:0,92
:50F:/US1234567890
1/SMITH TRADING LLC
2/1 MAIN STREET
3/US/BOSTON
:52A:BANKUS33
:59F:/NL01
1/OUR FIRM LTD
:70:INV HY260007
//AND HY260008
:71A:BEN
:71F:USD0,50
-}
"""
MT910 = """:20:C260301-0001
:21:FT2603010007
:25:329901008800200017
:32A:260301JPY98765,
:50K:/US1234567890
SMITH TRADING LLC
:52A:BANKUS33
:72:/BNF/INV HY260007
-
"""


def test_a_payment_message_tells_what_was_sent_at_which_rate_and_what_was_kept(tmp_path: Path) -> None:
    entry = only(read(tmp_path, MT103))
    assert (entry.account, entry.value_date, entry.amount, entry.currency) == (
        "NL01",
        date(2026, 3, 1),
        Decimal("91.54"),
        "EUR",
    )
    assert (entry.instructed_amount, entry.instructed_currency) == (Decimal("100.00"), "USD")
    assert (entry.fee_amount, entry.fee_currency) == (Decimal("0.50"), "USD")
    assert (entry.exchange_rate, entry.exchange_pair) == (Decimal("0.92"), "USD/EUR")
    assert (entry.payer, entry.payer_account, entry.kind) == ("SMITH TRADING LLC", "US1234567890", "customer")
    assert (entry.reference, entry.bank_reference) == ("INV HY260007 AND HY260008", "FT2603010007")
    assert entry.end_to_end == "3f0c1f6e-6f5d-4bd6-8f4e-0a1b2c3d4e5f"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ((":32A:260301EUR91,54", ":32A:260301EUR91,60"), StatementDoesNotAddUp),
        ((":33B:USD100,00", ":33B:USD101,00"), StatementDoesNotAddUp),
        ((":71F:USD0,50", ":71F:USD5,00"), StatementDoesNotAddUp),
        ((":32A:260301EUR91,54", ":32A:261301EUR91,54"), StatementUnreadable),
        ((":32A:260301EUR91,54", ":32A:260301EU91,54"), StatementUnreadable),
        ((":32A:260301EUR91,54", ":32A:260301XXX91,54"), StatementUnreadable),
        ((":36:0,92", ":36:" + "9" * 1000), StatementUnreadable),
    ],
)
def test_a_payment_message_that_contradicts_itself_is_refused(
    tmp_path: Path, change: tuple[str, str], error: type[FileRefused]
) -> None:
    with pytest.raises(error) as refused:
        read(tmp_path, MT103.replace(*change))
    assert re.fullmatch(r"a\.dat:\d+", str(refused.value.where))


def test_a_confirmation_of_credit_names_our_account_and_the_payment(tmp_path: Path) -> None:
    (statement,) = read(tmp_path, MT910)
    (entry,) = statement.entries
    assert (statement.format, entry.account, entry.amount) == ("mt910", "329901008800200017", Decimal(98765))
    assert (entry.sender_reference, entry.payer, entry.reference) == (
        "FT2603010007", "SMITH TRADING LLC", "/BNF/INV HY260007",
    )  # fmt: skip


def test_several_messages_in_a_file_are_as_many_receipts(tmp_path: Path) -> None:
    assert [one.format for one in read(tmp_path, MT103 + MT910)] == ["mt103", "mt910"]


# ---- CAMT

CAMT = """<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt><Stmt><Id>S</Id>
<Acct><Id><IBAN>DE01</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">59.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<TxsSummry><TtlNtries><NbOfNtries>{count}</NbOfNtries></TtlNtries><TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>{sum}</Sum></TtlCdtNtries></TxsSummry>
<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>{reversal}<Sts><Cd>BOOK</Cd></Sts><ValDt><Dt>2026-01-05</Dt></ValDt>
<NtryDtls><TxDtls><Refs><EndToEndId>E2E-7</EndToEndId><UETR>3f0c1f6e-6f5d-4bd6-8f4e-0a1b2c3d4e5f</UETR></Refs>
<AmtDtls><InstdAmt><Amt Ccy="USD">54.35</Amt></InstdAmt><TxAmt><Amt Ccy="EUR">50.00</Amt><CcyXchg><SrcCcy>USD</SrcCcy><TrgtCcy>EUR</TrgtCcy><UnitCcy>EUR</UnitCcy><XchgRate>1.087</XchgRate></CcyXchg></TxAmt></AmtDtls>
<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">1.00</TtlChrgsAndTaxAmt><Rcrd><Amt Ccy="EUR">1.20</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd><Rcrd><Amt Ccy="EUR">0.20</Amt><CdtDbtInd>CRDT</CdtDbtInd></Rcrd></Chrgs>
<RltdPties><UltmtDbtr>{ultimate}</UltmtDbtr><Dbtr>{debtor}</Dbtr><Cdtr>{creditor}</Cdtr></RltdPties>
<RmtInf><Strd><RfrdDocInf><Nb>HY260001</Nb></RfrdDocInf><RfrdDocInf><Nb>HY260002</Nb></RfrdDocInf><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf><AddtlRmtInf>less discount</AddtlRmtInf></Strd></RmtInf>{returned}</TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>"""


def camt(version: str = "08", **change: str) -> str:
    names = {"ultimate": "Real Payer", "debtor": "Agent Ltd", "creditor": "Our Firm"}
    nested = int(version) >= 8
    parties = {one: f"<Pty><Nm>{name}</Nm></Pty>" if nested else f"<Nm>{name}</Nm>" for one, name in names.items()}
    told = {"amount": "49.00", "direction": "CRDT", "reversal": "", "returned": "", "sum": "49.00", "count": "1"}
    return CAMT.format(**{"version": version, **parties, **told, **change})


@pytest.mark.parametrize("version", [f"{one:02}" for one in range(2, 14)])
def test_every_version_tells_what_settlement_needs(tmp_path: Path, version: str) -> None:
    entry = only(read(tmp_path, camt(version)))
    assert (entry.amount, entry.instructed_amount, entry.instructed_currency) == (
        Decimal("49.00"), Decimal("54.35"), "USD",
    )  # fmt: skip
    assert (entry.exchange_rate, entry.exchange_pair) == (Decimal("1.087"), "EUR/USD")
    assert (entry.fee_amount, entry.fee_currency) == (Decimal("1.00"), "EUR")
    assert (entry.payer, entry.debtor, entry.kind) == ("Real Payer", "Agent Ltd", "customer")
    for told in ("HY260001", "HY260002", "RF18539007547034", "less discount", "E2E-7"):
        assert told in entry.reference
    assert entry.end_to_end == "3f0c1f6e-6f5d-4bd6-8f4e-0a1b2c3d4e5f"


def test_a_returned_payment_is_no_customers_money(tmp_path: Path) -> None:
    told = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>account closed</AddtlInf></RtrInf>"
    entry = only(read(tmp_path, camt(returned=told)))
    assert (entry.kind, entry.return_reason) == ("refund", "AC04 account closed")


def test_a_reversal_takes_its_own_direction_and_the_first_payments_parties(tmp_path: Path) -> None:
    text = camt(reversal="<RvslInd>true</RvslInd>", direction="DBIT")
    text = text.replace(
        '<Amt Ccy="EUR">59.00</Amt><CdtDbtInd>CRDT', '<Amt Ccy="EUR">39.00</Amt><CdtDbtInd>DBIT'
    ).replace("<NbOfNtries>1</NbOfNtries><Sum>49.00</Sum>", "<NbOfNtries>0</NbOfNtries>")
    entry = only(read(tmp_path, text))
    assert (entry.amount, entry.kind, entry.payer, entry.return_reason) == (
        Decimal("-49.00"), "refund", "Real Payer", "reversal",
    )  # fmt: skip


@pytest.mark.parametrize("change", [{"count": "2"}, {"sum": "49.01"}])
def test_counts_and_sums_of_the_summary_are_held_against_the_entries(tmp_path: Path, change: dict[str, str]) -> None:
    with pytest.raises(StatementDoesNotAddUp) as refused:
        read(tmp_path, camt(**change))
    assert refused.value.where == "a.dat:5"


def test_pending_entries_are_counted_and_not_taken(tmp_path: Path) -> None:
    text = camt().replace("<Cd>BOOK</Cd></Sts>", "<Cd>PDNG</Cd></Sts>").replace(">59.00<", ">10.00<")
    (statement,) = read(tmp_path, text)
    assert (statement.entries, statement.pending) == ((), 1)


def test_another_message_in_the_same_clothes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StatementUnreadable, match=r"pain\.001"):
        read(tmp_path, camt().replace("camt.053.001.08", "pain.001.001.09"))


def test_balances_in_two_currencies_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StatementDoesNotAddUp, match=r"EUR.*USD"):
        read(tmp_path, camt().replace('<Amt Ccy="EUR">59.00', '<Amt Ccy="USD">59.00'))


# ---- OFX

OFX1 = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260131120000<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>
<STMTRS><CURDEF>USD
<BANKACCTFROM><BANKID>1<ACCTID>0039<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260101<DTEND>20260131
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260105120000[-5:EST]<TRNAMT>1000.00<FITID>F1<NAME>Müller &amp; Söhne<MEMO>INV HY260001</STMTTRN>
<STMTTRN><TRNTYPE>FEE<DTPOSTED>20260106<TRNAMT>-12.50<FITID>F2<NAME>WIRE FEE</STMTTRN>
<STMTTRN><TRNTYPE>DEBIT<DTPOSTED>20260107<TRNAMT>-100.00<FITID>F3<NAME>HOTEL<ORIGCURRENCY><CURRATE>1.087<CURSYM>EUR</ORIGCURRENCY></STMTTRN>
</BANKTRANLIST>
<LEDGERBAL><BALAMT>1387.50<DTASOF>20260131</LEDGERBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""
VALUE = re.compile(r"<([A-Z.0-9]+)>([^<\n]+)")


def ofx2() -> str:
    """The same file as version 2: XML, every tag closed."""
    body = VALUE.sub(r"<\1>\2</\1>", OFX1[OFX1.index("<OFX>") :])
    head = '<?xml version="1.0" encoding="UTF-8"?><?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'
    return head + body


@pytest.mark.parametrize(("text", "encoding"), [(OFX1, "cp1252"), (ofx2(), "utf-8"), (OFX1, "utf-8")])
def test_both_versions_of_ofx_are_read_alike(tmp_path: Path, text: str, encoding: str) -> None:
    (statement,) = read(tmp_path, text.encode(encoding))
    assert (statement.format, statement.account, statement.currency) == ("ofx", "0039", "USD")
    assert (statement.opening, statement.closing) == (None, Decimal("1387.50"))
    first, fee, foreign = statement.entries
    assert (first.amount, first.payer, first.reference, first.bank_reference, first.value_date) == (
        Decimal("1000.00"), "Müller & Söhne", "INV HY260001", "F1", date(2026, 1, 5),
    )  # fmt: skip
    assert (fee.amount, fee.kind) == (Decimal("-12.50"), "fee")
    assert (foreign.exchange_rate, foreign.exchange_pair) == (Decimal("1.087"), "EUR/USD")


@pytest.mark.parametrize("text", [OFX1.replace("Müller &amp; Söhne", "Miller"), ofx2()], ids=["sgml", "xml"])
def test_ofx_agrees_with_an_independent_parser(tmp_path: Path, text: str) -> None:
    parser = OFXTree()
    parser.parse(io.BytesIO(text.encode()))
    (theirs,) = parser.convert().statements
    (ours,) = read(tmp_path, text)
    assert [(one.bank_reference, one.amount) for one in ours.entries] == [
        (one.fitid, one.trnamt) for one in theirs.transactions
    ]
    assert ours.closing == theirs.ledgerbal.balamt


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (OFX1[: OFX1.index("</BANKTRANLIST>")], StatementTruncated),
        (OFX1[: OFX1.index("<FITID>F3")], StatementTruncated),
        (OFX1.replace("1000.00", "1.000.00"), StatementUnreadable),
        (OFX1.replace("<TRNAMT>1000.00", ""), StatementUnreadable),
        (OFX1.replace("20260105120000", "20261305120000"), StatementUnreadable),
        (OFX1.replace("<OFX>", '<!DOCTYPE x [<!ENTITY a "b">]><OFX>'), StatementUnreadable),
        (OFX1.replace("<CURDEF>USD", "<CURDEF>XYZ"), StatementUnreadable),
        ("OFXHEADER:100\n<OFX></OFX>", StatementUnreadable),
    ],
)
def test_ofx_that_is_wrong_is_refused(tmp_path: Path, text: str, error: type[FileRefused]) -> None:
    with pytest.raises(error) as refused:
        read(tmp_path, text)
    assert re.fullmatch(r"a\.dat:\d+", str(refused.value.where))


@pytest.mark.parametrize(
    ("written", "amount"), [("1,234.50", "1234.50"), ("1.234,50", "1234.50"), ("1000,5", "1000.5"), ("+7", "7")]
)
def test_ofx_amounts_in_the_banks_own_marks(tmp_path: Path, written: str, amount: str) -> None:
    (statement,) = read(tmp_path, OFX1.replace("1000.00", written))
    assert statement.entries[0].amount == Decimal(amount)


# ---- what nobody should be able to do with a file


@pytest.mark.parametrize(
    "text",
    [
        OFX1.replace("INV HY260001", "x" * (1 << 20)),
        MT103.replace("INV HY260007", "x" * (1 << 20)),
        OFX1.replace("<CURDEF>", "<A>" * 50_000 + "<CURDEF>"),
        OFX1.replace("<CURDEF>", "<" * 200_000 + "<CURDEF>"),
        "Date,Amount\n" + "2026-01-05,1\n" * 100_000,
    ],
    ids=["ofx-field", "mt-field", "ofx-deep", "ofx-open", "unknown-table"],
)
def test_a_large_or_deep_file_gets_an_answer(tmp_path: Path, text: str) -> None:
    """Read or refused in few words; hours would pass where something is gone through once for each of something."""
    try:
        told = len(read(tmp_path, text))
    except FileRefused as error:
        told = len(str(error))
    assert 0 < told < 500


def test_a_text_that_begins_a_formula_is_kept_as_it_was(tmp_path: Path) -> None:
    (statement,) = read(tmp_path, OFX1.replace("INV HY260001", "=cmd|' /C calc'!A0"))
    assert statement.entries[0].reference == "=cmd|' /C calc'!A0"
