"""Whatever the messages of a bank leave out, money is counted once, and money that is another's is never taken for it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.statements.test_once import ENTRY, PART, PARTS, SAME, camt, imported, mt940
from workbench.rates import RateBook
from workbench.receipts import import_statements
from workbench.register import Register
from workbench.statements import StatementDoesNotAddUp, StatementUnreadable, read_statements

HEADINGS = "交易日期,币种,借方发生额,贷方发生额,余额,对方户名,摘要\n"


@pytest.fixture
def register(tmp_path: Path) -> Register:
    return Register.create(tmp_path / "r.sqlite", actor="li.na")


def entry(reference: str = "", day: str = "2026-01-05", text: str = "HY1", payer: str = "ACME") -> str:
    told = f"<AcctSvcrRef>{reference}</AcctSvcrRef>" if reference else ""
    return (
        '<Ntry><Amt Ccy="EUR">50.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt>{told}<NtryDtls><TxDtls><RltdPties><Dbtr>"
        f"<Nm>{payer}</Nm></Dbtr></RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def interim(entries: str, count: int, total: str) -> str:
    return (
        f":20:A\n:25:NL01\n:28C:1/1\n:34F:EUR0,\n:13D:2603011200+0100\n{entries}:90D:0EUR0,\n:90C:{count}EUR{total}\n"
    )


def booked(reference: str, text: str = "SAME TEXT", day: str = "2603010301") -> str:
    return f":61:{day}C100,00NTRFNONREF//{reference}\n:86:{text}\n"


WHOLE = ENTRY.format(details="").replace("<AcctSvcrRef>R-900001</AcctSvcrRef>", "")
IN_PARTS = WHOLE.replace("</Ntry>", f"{PARTS}</Ntry>")
TWICE_TOLD = {
    "no reference in the notification": (camt("054", entry()), camt("053", entry("R-1"))),
    "a day apart": (camt("054", entry("R-1", "2026-01-04")), camt("053", entry("R-1"))),
    "a day apart, no reference": (camt("054", entry(day="2026-01-04")), camt("053", entry())),
    "two equal payments": (camt("054", entry() * 2), camt("053", entry("R-1") + entry("R-2"))),
    "a batch without a reference": (camt("054", IN_PARTS), camt("053", WHOLE, balances=True)),
    "interim, a day apart": (
        interim(booked("B77"), 1, "100,00"),
        mt940("0,00", "100,00", booked("B77", day="2603020302")),
    ),
    "interim, no reference": (
        interim(booked("NONREF"), 1, "100,00"),
        mt940("0,00", "100,00", booked("B77", "SAME TEXT AND MORE OF IT")),
    ),
}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("case", TWICE_TOLD)
def test_money_that_two_messages_tell_differently_is_counted_once(
    register: Register, tmp_path: Path, case: str, turned: bool
) -> None:
    first, second = TWICE_TOLD[case][::-1] if turned else TWICE_TOLD[case]
    imported(register, tmp_path, a=first)
    held = register.count("receipts")
    assert imported(register, tmp_path, b=second)["new"] == [0]
    assert imported(register, tmp_path, c=first, d=second)["new"] == [0, 0]
    assert register.count("receipts") == held


OTHER_MONEY = {
    "one told before, two booked": (camt("054", entry()), camt("053", entry("R-1") + entry("R-2"))),
    "another payer": (camt("054", entry(payer="BETA", text="HY2")), camt("053", entry("R-1"))),
    "another reference": (camt("054", entry("R-2")), camt("053", entry("R-1"))),
    "a week later": (camt("054", entry(day="2026-01-05")), camt("053", entry(day="2026-01-12"))),
    "one reference on pages that follow": (
        mt940("0,00", "100,00", booked("POS")),
        mt940("100,00", "200,00", booked("POS"), "1/2"),
    ),
}


@pytest.mark.parametrize("case", OTHER_MONEY)
def test_other_money_that_looks_like_it_is_counted_as_well(register: Register, tmp_path: Path, case: str) -> None:
    first, second = OTHER_MONEY[case]
    imported(register, tmp_path, a=first)
    assert imported(register, tmp_path, b=second)["new"] == [1]
    assert imported(register, tmp_path, c=first, d=second)["new"] == [0, 0]


def test_a_receipt_stands_for_one_entry_of_a_kind_of_message_only(register: Register, tmp_path: Path) -> None:
    """Rent, twice in a week, of which only the first was notified: the second statement brings other money."""
    imported(register, tmp_path, a=camt("054", entry(day="2026-01-05")))
    assert imported(register, tmp_path, b=camt("053", entry(day="2026-01-06")))["new"] == [0]
    assert imported(register, tmp_path, c=camt("053", entry(day="2026-01-07")))["new"] == [1]
    assert register.count("receipts") == 2


def test_the_surest_of_equal_amounts_is_taken(register: Register, tmp_path: Path) -> None:
    imported(register, tmp_path, a=camt("054", entry(payer="BETA", text="HY2")))
    booked_both = camt("053", entry("R-1") + entry("R-2", payer="BETA", text="HY2"))
    assert imported(register, tmp_path, b=booked_both)["new"] == [1]
    assert sorted(row["payer"] for row in register.rows("receipts")) == ["ACME", "BETA"]


def test_a_statement_read_again_after_its_texts_changed_brings_nothing(register: Register, tmp_path: Path) -> None:
    once = mt940("0,00", "200,00", SAME + booked("NONREF", "SOMETHING ELSE"))
    imported(register, tmp_path, a=once)
    edited = once.replace("SOMETHING ELSE", "SOMETHING THAT THE BANK WROTE LATER")
    assert imported(register, tmp_path, b=edited)["new"] == [0]
    assert register.count("receipts") == 2


@pytest.mark.parametrize("turned", [False, True])
def test_overlapping_downloads_of_an_account_that_is_emptied(register: Register, tmp_path: Path, turned: bool) -> None:
    """It closes as it opened: that is no sign that one statement follows the other."""
    short = HEADINGS + "20260103,USD,,50.00,50.00,ACME,HY1\n20260110,USD,,60.00,110.00,BETA,HY2\n"
    long = short + "20260120,USD,110.00,,0.00,OWN,sweep\n"
    first, second = (long, short) if turned else (short, long)
    imported(register, tmp_path, a=first)
    imported(register, tmp_path, b=second)
    assert sum(row["amount"] for row in register.rows("receipts")) == 0
    assert register.count("receipts") == 3


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_the_same_file_in_another_encoding(register: Register, tmp_path: Path, encoding: str) -> None:
    text = HEADINGS + "20260103,USD,,50.00,50.00,青岛海越贸易有限公司,货款\n"
    imported(register, tmp_path, a=text)
    (tmp_path / "b").write_bytes(text.encode(encoding))
    outcome = import_statements(register, [tmp_path / "b"], RateBook.embedded(), author="li.na")
    assert (outcome.files[0].new, outcome.files[0].known) == (0, 1)


def test_what_a_further_message_told_is_undone_by_itself(register: Register, tmp_path: Path) -> None:
    imported(register, tmp_path, a=camt("054", entry()))
    (tmp_path / "b").write_text(camt("053", entry("R-1")), encoding="utf-8")
    outcome = import_statements(register, [tmp_path / "b"], RateBook.embedded(), author="li.na")
    assert outcome.changeset is not None
    assert len(register.rows("source_records")) == 2
    register.undo(outcome.changeset, author="li.na", reason="wrong file")
    assert (register.count("receipts"), len(register.rows("source_records"))) == (1, 1)


def test_a_page_that_is_missing_is_refused_and_one_to_come_is_told(register: Register, tmp_path: Path) -> None:
    first = mt940("0,00", "100,00", SAME, "7/1").replace(":62F:", ":62M:")
    third = mt940("300,00", "400,00", SAME, "7/3").replace(":60F:", ":60M:")
    (tmp_path / "cut").write_text(first + third, encoding="utf-8")
    with pytest.raises(StatementDoesNotAddUp, match=r"cut:8.*page is missing"):
        read_statements(tmp_path / "cut")
    assert imported(register, tmp_path, a=first)["findings"] == ["receipt.page-missing"]


def test_a_debit_that_was_taken_back_is_no_debit(register: Register, tmp_path: Path) -> None:
    imported(register, tmp_path, a=HEADINGS + "20260103,USD,10.00,,90.00,X,fee\n20260104,USD,-10.00,,100.00,X,back\n")
    assert [row["amount"] for row in register.rows("receipts")] == [Decimal(-10), Decimal(10)]


@pytest.mark.parametrize(
    "rest", ['"ACME,HY1\n20260104,USD,,60.00,,BETA,HY2\n20260105,USD,,7.00,,"C",HY3\n', '"ACME,HY1\n']
)
def test_a_quotation_mark_that_nobody_closes_takes_no_line_with_it(tmp_path: Path, rest: str) -> None:
    (tmp_path / "a.csv").write_text(f"{HEADINGS}20260103,USD,,50.00,,{rest}", encoding="utf-8")
    with pytest.raises(StatementUnreadable, match=r"a\.csv:2"):
        read_statements(tmp_path / "a.csv")


def test_an_expected_entry_is_no_money_yet(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(interim(SAME + SAME.replace("C100", "EC70"), 1, "100,00"), encoding="utf-8")
    (statement,) = read_statements(tmp_path / "a")
    assert ([one.amount for one in statement.entries], statement.pending) == ([Decimal(100)], 1)


def test_a_batch_that_tells_only_some_of_its_payments_stays_whole(tmp_path: Path) -> None:
    some = f"<NtryDtls>{PART.format(amount='20.00', text='HY1')}{PART.format(amount='10.00', text='HY2')}</NtryDtls>"
    (tmp_path / "a").write_text(camt("054", WHOLE.replace("</Ntry>", f"{some}</Ntry>")), encoding="utf-8")
    (statement,) = read_statements(tmp_path / "a")
    assert [one.amount for one in statement.entries] == [Decimal(50)]


def test_a_german_account_is_one_however_it_is_written(register: Register, tmp_path: Path) -> None:
    imported(register, tmp_path, a=mt940("0,00", "50,00", ":61:2601050105C50,00NTRFNONREF//R-1\n").replace(
        ":25:NL01", ":25:10010010/0006820101"))  # fmt: skip
    assert imported(register, tmp_path, b=camt("053", entry("R-1")))["new"] == [0]
