"""Pull, push and status on workbooks in memory: what two people, a register and their habits can do to each other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.sync.memory import bound_book
from workbench.register import Register
from workbench.sync import pull, push, status


def order(register: Register, row_id: str) -> dict[str, object]:
    return register.get("orders", row_id)


def test_a_fresh_workbook_has_nothing_to_tell(register: Register) -> None:
    book = bound_book(register)
    told = status(register, book).as_dict()
    assert {told[name] for name in ("pending", "created", "updated", "refreshed", "added", "gone")} == {0}
    assert not (told["conflicts"])
    assert not (told["refused"])
    assert not (told["asked"])
    assert not (told["notes"])
    assert book.shows("Orders", "O-000001", "Customer") == "Customer 2 Ltd"
    assert book.shows("Orders", "O-000001", "Amount") == Decimal("1001.50")
    writes = book.writes
    assert pull(register, book, author="li.na").changeset is None
    assert push(register, book, author="li.na").changeset is None
    assert book.writes == writes


def test_two_colleagues_change_the_same_rows(register: Register) -> None:
    hers, his = bound_book(register, "Hers.xlsx"), bound_book(register, "His.xlsx", "wang.wei")
    hers.type("Orders", "O-000001", "Amount", Decimal("1500.00"))
    hers.type("Orders", "O-000001", "Note", "urgent")
    hers.type("Orders", "O-000002", "PO", "4711")
    his.type("Orders", "O-000001", "Status", "Shipped")
    his.type("Orders", "O-000002", "PO", "0815")
    pushed = push(register, his, author="wang.wei")
    assert (pushed.updated, pushed.edits, pushed.conflicts) == (2, 2, [])

    told = push(register, hers, author="li.na")
    assert (told.updated, told.edits, len(told.conflicts)) == (1, 2, 1)
    conflict = told.conflicts[0]
    assert (conflict.base, conflict.mine, conflict.theirs, conflict.author) == ("0002", "4711", "0815", "wang.wei")
    assert conflict.place == "Hers.xlsx!Orders!J6"
    row = order(register, "O-000001")
    assert (row["amount"], row["note"], row["status"]) == (Decimal("1500.00"), "urgent", "shipped")
    assert hers.shows("Orders", "O-000001", "Status") == "Shipped"
    assert order(register, "O-000002")["customer_po"] == "0815"
    assert hers.shows("Orders", "O-000002", "PO") == "4711"
    assert "PO" in hers.shows("Orders", "O-000002", "Sync")
    assert hers.notes["Orders"][(6, 10)].startswith("Conflict")

    again = push(register, hers, author="li.na")
    assert again.changeset is None
    assert len(again.conflicts) == 1

    hers.put("Conflicts", 2, 9, "mine")
    kept = push(register, hers, author="li.na")
    assert (kept.edits, kept.conflicts) == (1, [])
    assert order(register, "O-000002")["customer_po"] == "4711"
    assert "Conflicts" not in hers.sheets
    assert hers.shows("Orders", "O-000002", "Sync") is None
    assert not hers.notes["Orders"]

    assert pull(register, his, author="wang.wei").refreshed == 4
    assert his.shows("Orders", "O-000002", "PO") == "4711"
    assert his.shows("Orders", "O-000001", "Amount") == Decimal("1500.00")
    assert register.verify().ok


def test_theirs_can_be_chosen(register: Register) -> None:
    hers, his = bound_book(register, "Hers.xlsx"), bound_book(register, "His.xlsx")
    hers.type("Orders", "O-000002", "PO", "4711")
    his.type("Orders", "O-000002", "PO", "0815")
    push(register, his, author="wang.wei")
    push(register, hers, author="li.na")
    hers.put("Conflicts", 2, 9, "theirs")
    assert push(register, hers, author="li.na").changeset is None
    assert hers.shows("Orders", "O-000002", "PO") == "0815"
    assert "Conflicts" not in hers.sheets


def test_an_amount_carries_its_converted_figure_along(register: Register) -> None:
    book = bound_book(register)
    book.type("Orders", "O-000001", "Amount", Decimal("2000.00"))
    push(register, book, author="li.na")
    row = order(register, "O-000001")
    assert row["base_amount"] is not None
    assert row["rate_source"] == "ecb"
    assert book.shows("Orders", "O-000001", "In base") == row["base_amount"]


def test_new_rows_get_keys_and_refer_to_new_customers(register: Register) -> None:
    book = bound_book(register)
    book.append("Customers", {"Name": "Nouveau SARL", "Country": "fr"})
    book.append("Orders", {"Number": "SO-9", "Customer": "Nouveau SARL", "Date": date(2026, 4, 1), "Currency": "eur",
                           "Amount": Decimal("12.5")})  # fmt: skip
    told = push(register, book, author="li.na")
    assert (told.created, told.refused) == (2, [])
    customer = register.rows("customers", {"legal_name": "Nouveau SARL"})[0]
    assert customer["country"] == "FR"
    made = register.rows("orders", {"number": "SO-9"})[0]
    assert (made["customer_id"], made["currency"], made["amount"]) == (customer["id"], "EUR", Decimal("12.50"))
    assert book.shows("Orders", "SO-9", "id", by="Number") == made["id"]
    assert book.shows("Orders", "SO-9", "Currency", by="Number") == "EUR"
    assert push(register, book, author="li.na").changeset is None
    assert register.count("orders") == 7


def test_nothing_is_applied_where_anything_is_refused(register: Register) -> None:
    book = bound_book(register)
    book.type("Orders", "O-000002", "Amount", Decimal("1002.5"))  # yen
    book.type("Orders", "O-000001", "Note", "fine")
    book.type("Orders", "O-000003", "In base", Decimal(1))
    row = book.append("Orders", {"Number": "SO-9", "Customer": "Custmer 1 Ltd"})
    told = push(register, book, author="li.na")
    assert told.changeset is None
    assert order(register, "O-000001")["note"] is None
    codes = {(one.code, one.where) for one in told.refused}
    assert ("row.minor-units", "Book.xlsx!Orders!H6") in codes
    assert ("sync.protected", "Book.xlsx!Orders!I7") in codes
    assert ("sync.lookup-missing", f"Book.xlsx!Orders!D{row}") in codes
    missing = next(one for one in told.refused if one.code == "sync.lookup-missing")
    assert missing.candidates[0] == "Customer 1 Ltd"
    assert "Customer" in book.notes["Orders"][(row, 4)] or "Custmer" in book.notes["Orders"][(row, 4)]
    assert book.shows("Orders", "O-000001", "Note") == "fine"

    book.type("Orders", "O-000002", "Amount", 1002)
    book.type("Orders", "O-000003", "In base", None)
    book.put("Orders", row, 4, "Customer 1 Ltd")
    for heading, value in {"Date": date(2026, 5, 5), "Currency": "USD", "Amount": 5}.items():
        book.put("Orders", row, book.column("Orders", heading), value)
    told = push(register, book, author="li.na")
    assert told.refused == []
    assert told.created == 1
    assert told.updated == 1
    assert not book.notes["Orders"]


def test_sorted_moved_and_renamed_is_still_the_same(register: Register) -> None:
    book = bound_book(register)
    book.sort("Orders")
    book.insert_column("Orders", 3, "My remarks")
    book.put("Orders", 5, 3, "call on Monday")
    for _times in range(3):
        book.insert_row_above("Orders", 1)
    book.rename("Orders", "Bestellungen")
    assert status(register, book).as_dict()["pending"] == 0
    head = 7
    amount = next(c for (r, c), v in book.sheets["Bestellungen"].items() if r == head and v == "Amount")
    book.put("Bestellungen", head, amount, "Value of goods")
    told = status(register, book)
    assert not told.refused
    assert told.edits == 0
    assert [one.code for one in told.notes] == ["sync.column-renamed"]
    key = next(c for (r, c), v in book.sheets["Bestellungen"].items() if r == head and v == "id")
    book.put("Bestellungen", head, key, "Schlüssel")
    row = next(r for (r, c), v in book.sheets["Bestellungen"].items() if c == key and v == "O-000004")
    book.put("Bestellungen", row, amount, Decimal("77.00"))
    assert push(register, book, author="li.na").edits == 1
    assert order(register, "O-000004")["amount"] == Decimal("77.00")
