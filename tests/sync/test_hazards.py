"""What goes wrong in real offices: copies, deleted rows, keys sorted apart, foreign registers, half-pasted rows."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sync.conftest import fill
from tests.sync.memory import HEAD, Err, MemoryBook, bound_book
from workbench.register import Register
from workbench.sync import HIDDEN_SHEET, KeysApart, WorkbookMismatch, pull, push, status


def codes(findings: object) -> list[str]:
    return [one.code for one in findings]  # type: ignore[attr-defined]


def test_a_stale_copy_reverts_nothing(register: Register) -> None:
    monday = bound_book(register)
    copy = monday.copy("Copy of Book.xlsx")
    monday.type("Orders", "O-000001", "Amount", Decimal("5.00"))
    push(register, monday, author="li.na")
    copy.type("Orders", "O-000003", "Note", "mine")
    told = push(register, copy, author="wang.wei")
    assert told.copy_of == "Book.xlsx"
    assert told.edits == 1
    assert register.get("orders", "O-000001")["amount"] == Decimal("5.00")
    assert copy.shows("Orders", "O-000001", "Amount") == Decimal("5.00")
    workbooks = {row["workbook_id"] for row in register.rows("bindings")}
    assert len(workbooks) == 2
    assert status(register, copy).copy_of == ""


def test_deletions_are_asked_for(register: Register) -> None:
    book = bound_book(register)
    book.delete("Orders", book.row("Orders", "O-000004"))
    told = push(register, book, author="li.na")
    assert told.changeset is None
    assert codes(told.asked) == ["sync.deleted"]
    assert register.count("orders") == 6
    assert pull(register, book, author="li.na").added == 0
    told = push(register, book, author="li.na", delete=True)
    assert told.deleted == 1
    assert register.count("orders") == 5
    assert told.asked == []
    assert codes(push(register, book, author="li.na").asked) == []


def test_a_deleted_row_can_be_brought_back(register: Register) -> None:
    book = bound_book(register)
    book.delete("Orders", book.row("Orders", "O-000004"))
    assert pull(register, book, author="li.na", restore=True).added == 1
    assert book.shows("Orders", "O-000004", "Number") == "SO-0004"


def test_an_emptied_sheet_deletes_nothing(tmp_path: Path) -> None:
    with Register.create(tmp_path / "r.sqlite", actor="test") as register:
        fill(register, orders=60)
        book = bound_book(register)
        for row in reversed(book.data_rows("Orders")[30:]):
            book.delete("Orders", row)
        told = push(register, book, author="li.na", delete=True)
        assert codes(told.refused) == ["sync.many-deleted"]
        assert register.count("orders") == 60
        told = push(register, book, author="li.na", delete_at_most=30)
        assert told.deleted == 30
        assert register.count("orders") == 30


def test_a_customer_with_orders_is_not_deleted(register: Register) -> None:
    book = bound_book(register)
    book.delete("Customers", book.row("Customers", "C-000001"))
    told = push(register, book, author="li.na", delete=True)
    assert codes(told.refused) == ["row.in-use"]
    assert register.count("customers") == 3


def test_rows_deleted_by_others_are_shown_and_edits_to_them_are_conflicts(register: Register) -> None:
    hers, his = bound_book(register, "Hers.xlsx"), bound_book(register, "His.xlsx")
    for row_id in ("O-000002", "O-000005"):
        his.delete("Orders", his.row("Orders", row_id))
    push(register, his, author="wang.wei", delete=True)
    hers.type("Orders", "O-000005", "Note", "still needed")
    told = push(register, hers, author="li.na")
    assert told.gone == 2
    assert [(one.row, one.theirs) for one in told.conflicts] == [("O-000005", "(deleted)")]
    assert "wang.wei" in hers.shows("Orders", "O-000002", "Sync")


def test_undoing_a_push_comes_back_by_pull(register: Register) -> None:
    book = bound_book(register)
    book.type("Orders", "O-000001", "Amount", Decimal("5.00"))
    book.append("Customers", {"Name": "Nouveau SARL"})
    told = push(register, book, author="li.na")
    register.undo(told.changeset or 0, author="boss", reason="no")
    assert status(register, book).edits == 0
    told = pull(register, book, author="li.na")
    assert book.shows("Orders", "O-000001", "Amount") == Decimal("1001.50")
    assert told.gone == 1
    assert "boss" in book.shows("Customers", "Nouveau SARL", "Sync", by="Name")
    assert push(register, book, author="li.na").changeset is None


def test_keys_sorted_apart_are_noticed(register: Register) -> None:
    book = bound_book(register)
    before = register.state_hash()
    book.sort("Orders", random.Random(3), columns=set(range(3, 12)))
    with pytest.raises(KeysApart) as refused:
        push(register, book, author="li.na")
    assert "Undo the sorting" in refused.value.remedy
    assert register.state_hash() == before


def test_a_copied_row_with_its_own_number_is_a_new_row(register: Register) -> None:
    book = bound_book(register)
    source = book.row("Orders", "O-000001")
    cells = {column: value for (row, column), value in book.sheets["Orders"].items() if row == source}
    target = max(book.data_rows("Orders")) + 1
    for column, value in cells.items():
        book.put("Orders", target, column, value)
    told = push(register, book, author="li.na")
    assert set(codes(told.refused)) == {"sync.key-doubled"}
    assert register.count("orders") == 6
    book.put("Orders", target, book.column("Orders", "Number"), "SO-COPY")
    told = push(register, book, author="li.na")
    shown = ["sync.key-shown", "duplicate.order"]  # the customer's own number was copied with the row
    assert (told.created, told.refused, codes(told.notes)) == (1, [], shown)
    assert register.get("orders", "O-000001")["number"] == "SO-0001"
    assert register.rows("orders", {"number": "SO-COPY"})[0]["amount"] == Decimal("1001.50")


def test_half_pasted_rows_are_told_at_their_cells(register: Register) -> None:
    book = bound_book(register)
    row = book.append("Orders", {"Number": "SO-9", "Note": "half"})
    told = push(register, book, author="li.na")
    assert {one.where for one in told.refused} >= {f"Book.xlsx!Orders!{column}{row}" for column in ("D", "E", "G", "H")}
    assert register.count("orders") == 6


def test_rows_that_stand_apart_and_totals_are_no_records(register: Register) -> None:
    book = bound_book(register)
    last = max(book.data_rows("Orders"))
    amount = book.column("Orders", "Amount")
    book.put("Orders", last + 1, amount, Decimal("6024.00"))
    book.formulas["Orders", last + 1, amount] = "SUM(H5:H10)"
    book.put("Orders", last + 5, 3, "prepared by Li Na")
    told = push(register, book, author="li.na")
    assert sorted(codes(told.notes)) == ["sync.rows-apart", "sync.totals-left"]
    assert told.created == 0


def test_a_second_table_in_the_sheet_is_refused(register: Register) -> None:
    book = bound_book(register)
    last = max(book.data_rows("Orders")) + 2
    for (row, column), value in list(book.sheets["Orders"].items()):
        if row in (HEAD, HEAD + 1):
            book.put("Orders", last + row - HEAD, column, value)
    with pytest.raises(WorkbookMismatch, match="second table"):
        push(register, book, author="li.na")
    other = bound_book(register, "Other.xlsx")
    for (row, column), value in list(other.sheets["Customers"].items()):
        if row > HEAD:
            other.put("Orders", row + 10, column, value)
    with pytest.raises(WorkbookMismatch, match="C-000001"):
        status(register, other)


def test_workbooks_that_do_not_belong_are_refused(register: Register, tmp_path: Path) -> None:
    book = bound_book(register)
    with Register.create(tmp_path / "other.sqlite", actor="test") as other:
        fill(other)
        with pytest.raises(WorkbookMismatch, match="another register"):
            push(other, book, author="li.na")
    unbound = MemoryBook("Old.xlsx", book.sheets)
    del unbound.sheets[HIDDEN_SHEET]
    with pytest.raises(WorkbookMismatch, match="not bound"):
        status(register, unbound)
    nameless = MemoryBook("Old.xlsx", book.sheets)
    for row in nameless.data_rows("Orders"):
        nameless.put("Orders", row, 1, None)
    nameless.put("Orders", HEAD, 1, None)
    with pytest.raises(WorkbookMismatch, match="is gone"):
        status(register, nameless)
    lost = MemoryBook("Book.xlsx", book.sheets)
    lost.sheets["Orders"] = {place: value for place, value in lost.sheets["Orders"].items() if place[1] != 8}
    with pytest.raises(WorkbookMismatch, match="Amount"):
        status(register, lost)


def test_a_register_restored_to_an_earlier_day_is_noticed(register: Register, tmp_path: Path) -> None:
    register.backup(tmp_path / "monday")
    book = bound_book(register)
    book.type("Orders", "O-000001", "Note", "x")
    push(register, book, author="li.na")
    with Register.restore(tmp_path / "monday", tmp_path / "again.sqlite") as restored:
        with pytest.raises(WorkbookMismatch, match="earlier day"):
            push(restored, book, author="li.na")
        with restored.changeset(origin="x", reason="x", author="x") as cs:
            cs.insert("customers", [{"legal_name": f"N{n}"} for n in range(3)])
        for _more in range(5):
            with restored.changeset(origin="x", reason="x", author="x") as cs:
                cs.insert("customers", [{"legal_name": "N"}])
        with pytest.raises(WorkbookMismatch, match="earlier day"):
            push(restored, book, author="li.na")


def test_a_key_nobody_ever_had_and_a_lost_version(register: Register) -> None:
    book = bound_book(register)
    row = book.append("Orders", {"Number": "SO-9"})
    book.put("Orders", row, 1, "O-000999")
    assert "sync.key-unknown" in codes(push(register, book, author="li.na").refused)
    book.delete("Orders", row)
    book.type("Orders", "O-000001", "version", None)
    assert push(register, book, author="li.na").refused == []
    assert book.shows("Orders", "O-000001", "version") == 1
    book.type("Orders", "O-000001", "version", 7)
    book.type("Orders", "O-000001", "Note", "x")
    assert codes(push(register, book, author="li.na").refused) == ["sync.version-unknown"]


@pytest.mark.parametrize(
    ("heading", "value", "code"),
    [
        ("PO", 3, "sync.number-for-text"),
        ("PO", 1.23456789012346e17, "sync.digits-lost"),
        ("Amount", "12,34 or so", "cell.amount-unreadable"),
        ("Amount", "EUR 12.00", "sync.other-currency"),
        ("Amount", Err("#REF!"), "sync.error-cell"),
        ("Date", "03/04/2026", "cell.date-ambiguous"),
        ("Date", "soon", "cell.date-unreadable"),
        ("Date", 46000.5, "cell.date-unreadable"),
        ("Status", "Maybe", "row.choice"),
        ("Currency", "US$", "row.currency"),
        ("Currency", "DEM", "row.currency"),
        ("Number", None, "row.required"),
        ("Customer", "Nobody", "sync.lookup-missing"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_its_cell(
    register: Register, heading: str, value: object, code: str
) -> None:
    book = bound_book(register)
    before = register.state_hash()
    book.type("Orders", "O-000003", heading, value)
    told = push(register, book, author="li.na")
    assert codes(told.refused) == [code], told.refused
    place = f"Book.xlsx!Orders!{chr(64 + book.column('Orders', heading))}{book.row('Orders', 'O-000003')}"
    assert told.refused[0].where == place
    assert told.refused[0].remedy
    assert register.state_hash() == before


@pytest.mark.parametrize(
    ("heading", "typed", "field", "stored"),
    [
        ("PO", "=cmd|' /C calc'!A0", "customer_po", "=cmd|' /C calc'!A0"),
        ("PO", "1E5", "customer_po", "1E5"),
        ("PO", "0012345678901234567890", "customer_po", "0012345678901234567890"),
        ("PO", " trailing \u00a0", "customer_po", " trailing \u00a0"),
        ("PO", 4711, "customer_po", "4711"),
        ("Note", "two\nlines", "note", "two\nlines"),
        ("Amount", "USD 1,234.50", "amount", Decimal("1234.50")),
        ("Amount", 0.1 + 0.2, "amount", Decimal("0.30")),
        ("Status", "shipped", "status", "shipped"),
        ("Currency", "usd", "currency", "USD"),
        ("Customer", "K003", "customer_id", "C-000003"),
        ("Customer", "customer  3 LTD", "customer_id", "C-000003"),
    ],
)
def test_what_people_type_is_understood(
    register: Register, heading: str, typed: object, field: str, stored: object
) -> None:
    book = bound_book(register)
    book.type("Orders", "O-000003", heading, typed)
    told = push(register, book, author="li.na")
    assert told.refused == [], told.refused
    assert register.get("orders", "O-000003")[field] == stored
    assert status(register, book).edits == 0


def test_formulas_over_values_are_taken_only_with_consent(register: Register) -> None:
    book = bound_book(register)
    amount = book.column("Orders", "Amount")
    row = book.row("Orders", "O-000003")
    book.put("Orders", row, amount, Decimal("12.00"))
    book.formulas["Orders", row, amount] = "6*2"
    assert codes(push(register, book, author="li.na").refused) == ["sync.formula"]
    assert push(register, book, author="li.na", take_results=True).edits == 1
    assert register.get("orders", "O-000003")["amount"] == Decimal("12.00")
    book.formulas["Orders", row, amount] = "6*2"
    assert push(register, book, author="li.na").refused == []


def test_settled_amounts_are_guarded(register: Register) -> None:
    with register.changeset(origin="test", reason="settle", author="test") as cs:
        (part,) = cs.insert("instalments", [{"order_id": "O-000003", "sequence": 1, "kind": "full", "currency": "USD",
                                             "amount": Decimal("1003.50")}])  # fmt: skip
        from datetime import date

        day = date(2026, 4, 1)
        (receipt,) = cs.insert("receipts", [{"account": "1", "value_date": day, "currency": "USD", "fingerprint": "f",
                                             "amount": Decimal("500.00")}])  # fmt: skip
        cs.insert("allocations", [{
            "receipt_id": receipt, "instalment_id": part, "allocation_date": day, "receipt_currency": "USD",
            "receipt_amount": Decimal("500.00"), "document_currency": "USD", "document_amount": Decimal("500.00"),
            "base_currency": "CNY", "carrying_rate": Decimal(7), "carrying_rate_date": day,
            "carrying_amount": Decimal("3500.00"), "settlement_rate": Decimal(7), "settlement_rate_date": day,
            "rate_source": "x", "settlement_amount": Decimal("3500.00"), "realised_fx": Decimal(0),
        }])  # fmt: skip
    book = bound_book(register)
    book.type("Orders", "O-000003", "Currency", "EUR")
    told = push(register, book, author="li.na")
    assert codes(told.refused) == ["sync.settled"]
    assert "500.00" in told.refused[0].message


def test_views_show_their_rows_only(register: Register) -> None:
    with register.changeset(origin="test", reason="x", author="test") as cs:
        cs.update("orders", "O-000002", {"salesperson": "li.na"})
        cs.update("orders", "O-000005", {"salesperson": "li.na"})
    book = bound_book(register, view={"orders": {"salesperson": "li.na", "status": ["open", "shipped"]}})
    assert len(book.data_rows("Orders")) == 2
    with register.changeset(origin="test", reason="x", author="test") as cs:
        cs.update("orders", "O-000001", {"salesperson": "li.na"})
        cs.update("orders", "O-000005", {"salesperson": "wang.wei"})
    told = pull(register, book, author="li.na")
    assert (told.added, told.asked) == (1, [])
    book.delete("Orders", book.row("Orders", "O-000005"))
    assert status(register, book).asked == []


def test_an_edit_of_a_deleted_row_can_be_given_up(register: Register) -> None:
    hers, his = bound_book(register, "Hers.xlsx"), bound_book(register, "His.xlsx")
    his.delete("Orders", his.row("Orders", "O-000005"))
    push(register, his, author="wang.wei", delete=True)
    hers.type("Orders", "O-000005", "Note", "still needed")
    assert len(push(register, hers, author="li.na").conflicts) == 1
    hers.put("Conflicts", 2, 9, "theirs")
    assert push(register, hers, author="li.na").conflicts == []
    assert hers.shows("Orders", "O-000005", "Note") is None
    assert status(register, hers).conflicts == []
    assert "Conflicts" not in hers.sheets


def test_fields_that_need_a_role_are_not_for_everybody(register: Register, tmp_path: Path) -> None:
    with register.changeset(origin="test", reason="roles", author="test") as cs:
        cs.insert("users", [{"name": "li.na", "role": "editor"}, {"name": "boss", "role": "supervisor"}])
        cs.set_setting("field_roles", {"orders.amount": "supervisor"})
    with Register.open(register.location, actor="li.na") as hers:
        book = bound_book(hers)
        book.type("Orders", "O-000001", "Amount", 5)
        book.type("Orders", "O-000001", "Note", "x")
        told = push(hers, book, author="li.na")
        assert codes(told.refused) == ["sync.protected"]
        assert "supervisor" in told.refused[0].remedy
    with Register.open(register.location, actor="boss") as his:
        assert push(his, book, author="boss").edits == 2
