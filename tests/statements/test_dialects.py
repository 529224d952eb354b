"""Statements as banks of many countries wrote them: no entry is lost, and what does not add up is refused."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree as ET

import mt940 as peer
import pytest

from workbench.errors import FileRefused
from workbench.statements import StatementDoesNotAddUp, StatementTruncated, StatementUnreadable, read_statements

SAMPLES = Path(__file__).parent / "samples"
MT940 = SAMPLES / "mt940"
CAMT = SAMPLES / "camt"

# What is wrong with them was checked by hand: amounts that were made anonymous and no longer add up, a balance without
# its currency, no closing balance, no balances at all.
REFUSED = {
    "betterplace_sepa_snippet.sta": StatementDoesNotAddUp,
    "jejik_abnamro.sta": StatementDoesNotAddUp,
    "jejik_ing.sta": StatementDoesNotAddUp,
    "jejik_knab.sta": StatementDoesNotAddUp,
    "jejik_postfinance.sta": StatementDoesNotAddUp,
    "jejik_rabobank.sta": StatementDoesNotAddUp,
    "jejik_triodos.sta": StatementDoesNotAddUp,
    "mBank_with_newline_in_tnr.sta": StatementDoesNotAddUp,
    "self-provided_raiffeisen-cmi.sta": StatementDoesNotAddUp,
    "self-provided_raphaelm.sta": StatementUnreadable,
    "self-provided_gv_codes.sta": StatementTruncated,
}
TRUE = sorted(file.name for file in MT940.glob("*.sta") if file.name not in REFUSED)
MENDABLE = sorted(name for name, error in REFUSED.items() if error is StatementDoesNotAddUp)
CLOSING = re.compile(r"^:62([FM]):[CD](\d{6}[A-Z]{3})[\d.,]+", re.MULTILINE)
OPENING = re.compile(r"^:60[FM]:([CD])\d{6}[A-Z]{3}([\d.,]+)", re.MULTILINE)


def text_of(name: str) -> str:
    return (MT940 / name).read_bytes().decode("cp1252", "replace").replace("\r\n", "\n")


def peers_amounts(text: str) -> list[Decimal]:
    return [one.data["amount"].amount for one in peer.models.Transactions().parse(text)]


def mended(text: str) -> str:
    """The same statements with the closing balances that their openings and the peer's amounts make."""
    return "".join(_mended(block) for block in re.split(r"^(?=:20:)", text, flags=re.MULTILINE))


def _mended(block: str) -> str:
    opening = OPENING.search(block)
    if opening is None:
        return block
    balance = Decimal(opening[2].replace(",", ".")) * (1 if opening[1] == "C" else -1) + sum(peers_amounts(block))
    mark, digits = "D" if balance < 0 else "C", str(abs(balance)).replace(".", ",")
    return CLOSING.sub(lambda found: f":62{found[1]}:{mark}{found[2]}{digits}", block)


@pytest.mark.parametrize("name", TRUE)
def test_banks_dialects_are_read_whole(name: str) -> None:
    statements = read_statements(MT940 / name)
    entries = [one for statement in statements for one in statement.entries]
    assert len(entries) == len(re.findall(r"^:61:", text_of(name), re.MULTILINE)) > 0
    assert [one.amount for one in entries] == peers_amounts(text_of(name))
    assert all(one.adds_up or one.format == "mt942" for one in statements)
    assert len({one.fingerprint for one in entries}) == len(entries)


@pytest.mark.parametrize("name", MENDABLE)
def test_dialects_of_damaged_samples_are_read_once_they_add_up(name: str, tmp_path: Path) -> None:
    text = text_of(name)
    file = tmp_path / name
    file.write_text(mended(text), encoding="utf-8")
    statements = read_statements(file)
    entries = [one for statement in statements for one in statement.entries]
    assert len(entries) == len(re.findall(r"^:61:", text, re.MULTILINE))
    assert [one.amount for one in entries] == peers_amounts(text)


@pytest.mark.parametrize(("name", "error"), REFUSED.items())
def test_samples_that_contradict_themselves_are_refused(name: str, error: type[FileRefused]) -> None:
    with pytest.raises(error) as refused:
        read_statements(MT940 / name)
    assert re.fullmatch(rf"{re.escape(name)}:\d+", str(refused.value.where))
    assert refused.value.code.startswith("statement.")
    assert refused.value.remedy


def test_a_payers_name_is_found_where_german_banks_put_it() -> None:
    (first, second) = read_statements(MT940 / "cmxl_mt940.sta")[1].entries
    assert (first.payer, first.payer_account, first.kind) == ("MUELLER", "234567", "other")
    assert (second.payer, second.amount, second.kind) == ("MUELLER", Decimal(3000), "customer")
    assert second.reference == "Gehalt OktoberFirmaMustermannGmbH"
    assert second.bank_reference == "55555"


def test_two_bookings_with_one_bank_reference_stay_two() -> None:
    entries = read_statements(MT940 / "cmxl_mt940.sta")[1].entries
    assert len({one.bank_reference for one in entries}) == 1
    assert len({one.fingerprint for one in entries}) == 2


# ---- CAMT


def raw_entries(file: Path) -> list[tuple[str, Decimal, str]]:
    """(currency, signed amount, status) of every Ntry, by the standard library."""
    found = []
    for element in ET.fromstring(file.read_bytes()).iter():
        if element.tag.endswith("}Ntry"):
            parts = {child.tag.partition("}")[2]: child for child in element}
            sign = 1 if parts["CdtDbtInd"].text == "CRDT" else -1
            status = (parts["Sts"].text or "").strip() or parts["Sts"][0].text
            found.append((parts["Amt"].get("Ccy"), sign * Decimal(parts["Amt"].text), status))
    return found


@pytest.mark.parametrize(
    ("name", "form", "count"),
    [
        ("camt052.v6.xml", "camt.052", 0),  # its only entry is still pending
        ("camt052.v8.xml", "camt.052", 1),
        ("camt053.v2.multi.statement.xml", "camt.053", 2),
        ("camt054.v8.xml", "camt.054", 1),
        ("camt53.only-Dt-with-DtTm.xml", "camt.053", 0),
    ],
)
def test_versions_of_camt_are_read_whole(name: str, form: str, count: int) -> None:
    statements = read_statements(CAMT / name)
    assert {one.format for one in statements} == {form}
    entries = [one for statement in statements for one in statement.entries]
    assert len(entries) == count
    booked = [(code, amount) for code, amount, status in raw_entries(CAMT / name) if status != "PDNG"]
    assert [(one.currency, one.amount) for one in entries] == booked


def test_a_file_with_two_statements_gives_both() -> None:
    first, second = read_statements(CAMT / "camt053.v2.multi.statement.xml")
    assert (first.opening, first.closing) == (Decimal("18.15"), Decimal("27.00"))
    assert (second.opening, second.closing) == (Decimal("27.00"), Decimal("20.00"))
    assert first.account == second.account == "NL26VAYB8060476890"
    assert first.entries[0].reference == "Transaction Description 1 000000001"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("camt053.v2.minimal.ultimate.xml", StatementDoesNotAddUp),  # the closing balance is a debit by mistake
        ("camt053.v2.wrong.xml", StatementUnreadable),
    ],
)
def test_camt_that_is_wrong_is_refused(name: str, error: type[FileRefused]) -> None:
    with pytest.raises(error) as refused:
        read_statements(CAMT / name)
    assert re.fullmatch(rf"{re.escape(name)}:\d+", str(refused.value.where))


# ---- what nobody should be able to do with a file


LAUGHS = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">{}]><BkToCstmrStmt><Stmt>&z;</Stmt></BkToCstmrStmt>'.format(
    "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(25))
)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(LAUGHS.encode(), id="laughs"),
        pytest.param(
            b'<?xml version="1.0"?><!DOCTYPE x SYSTEM "http://dtd.example/x.dtd"><BkToCstmrStmt/>', id="outside-dtd"
        ),
        pytest.param(b"<BkToCstmrStmt>" + b"<Stmt>" * 100_000, id="deep"),
        pytest.param(b"<html><body>Sign in</body></html>", id="sign-in-page"),
        pytest.param(b"x" * 10_000_000, id="long-line"),
        pytest.param(b":20:A\n:25:B\n:60F:C260101EUR1,\n:61:" + b"9" * 10_000_000, id="long-entry"),
        pytest.param(b'Date,Amount\n"' + b"a,b\n" * 500_000, id="open-quote"),
        pytest.param(bytes(range(256)) * 40, id="binary"),
        pytest.param(b"PK\x03\x04" + b"\x00" * 200, id="workbook"),
        pytest.param(b":20:A\n:25:B\n", id="nothing-but-a-head"),
    ],
)
def test_hostile_files_give_one_short_refusal(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "upload.dat"
    file.write_bytes(data)
    with pytest.raises(FileRefused) as refused:
        read_statements(file)
    assert refused.value.code.partition(".")[0] in {"statement", "file"}
    assert str(refused.value.where).startswith("upload.dat")
    assert len(str(refused.value)) < 500


def test_files_beside_the_statement_are_never_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("S3CRET", encoding="ascii")
    file = tmp_path / "a.xml"
    file.write_text(
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://{tmp_path}/secret.txt">]>'
        "<Document><BkToCstmrStmt><Stmt>&e;</Stmt></BkToCstmrStmt></Document>",
        encoding="ascii",
    )
    with pytest.raises(StatementUnreadable) as refused:
        read_statements(file)
    assert "S3CRET" not in str(refused.value)
