"""At the door: what comes in twice is told where it stood and waits for a person; nothing is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.duplicates.conftest import order
from workbench.duplicates.decisions import Decision, decide
from workbench.duplicates.entrance import check_customer, check_documents, tell_new
from workbench.rate_store import load_book
from workbench.register import Register
from workbench.reports.bound_workbook import write_bound_workbook
from workbench.sync import push
from workbench.sync.closed import ClosedFile

A, B, C = "C-000001", "C-000002", "C-000003"
NEW = {"legal_name": "Falkon-Werke G.m.b.H.", "country": "DE", "email": "a@falkonwerke.de", "phone": "089 37942502"}


def test_a_new_customer_is_told_and_waits(firm: Register) -> None:
    with firm.changeset(origin="test", reason="import", author="li.na") as cs:
        (new, stranger) = cs.insert("customers", [NEW, {"legal_name": "Zubrowka Foods", "country": "PL"}])
        found = tell_new(cs, "customers", {new: "Old.xlsx!Sheet1!A7:C7", stranger: "Old.xlsx!Sheet1!A8:C8"})
    assert [(one.code, one.where, one.value) for one in found] == [
        ("duplicate.customer", "Old.xlsx!Sheet1!A7:C7", NEW["legal_name"])
    ]
    assert any(A in one for one in found[0].candidates)
    pairs = firm.rows("duplicate_pairs")
    assert {row["decision"] for row in pairs} == {"review"}
    assert all(new in (row["customer_a"], row["customer_b"]) for row in pairs)


def test_the_record_that_stands_is_named(firm: Register) -> None:
    decide(firm, [Decision(A, B, "merge", survivor=B)], author="li.na")
    found = check_customer(firm, NEW)
    assert found[0].id_b == B
    assert found[0].decision == "duplicate"
    assert A not in {one.id_b for one in found}
    assert check_customer(firm, {"legal_name": "Zubrowka Foods"}) == []


def test_a_pushed_row_is_checked(firm: Register, tmp_path: Path) -> None:
    path = tmp_path / "Register.xlsx"
    write_bound_workbook(firm, load_book(firm), path, language="en", author="li.na", as_of=date(2026, 4, 1))
    book = openpyxl.load_workbook(path)
    sheet = book["Customers"]
    head = next(n for n in range(1, 12) if any(cell.value == "Legal name" for cell in sheet[n]))
    at = {cell.value: cell.column for cell in sheet[head] if cell.value}
    row = sheet.max_row + 1
    for heading, value in {"Legal name": NEW["legal_name"], "Email": NEW["email"], "Country": "DE"}.items():
        sheet.cell(row, at[heading]).value = value
    table = sheet.tables["tblCustomers"]
    table.ref = table.ref.rstrip("0123456789") + str(row)
    book.save(path)
    report = push(firm, ClosedFile(path), author="li.na")
    assert report.refused == []
    assert report.created == 1, "it is told, not refused"
    assert "duplicate.customer" in {one.code for one in report.notes}
    assert firm.count("duplicate_pairs") >= 1


def orders_of(firm: Register, *rows: dict[str, Any]) -> list[str]:
    with firm.changeset(origin="test", reason="orders", author="li.na") as cs:
        return cs.insert("orders", rows)


def told(firm: Register) -> list[tuple[str, str]]:
    return [(one.code, one.where) for one in check_documents(firm, author="li.na").findings]


def test_one_customer_order_number_twice(firm: Register) -> None:
    first, again, cancelled, other = orders_of(
        firm,
        order(A, "N-1", customer_po="PO 4711"),
        order(B, "N-2", customer_po="po-4711"),
        order(A, "N-3", customer_po="PO4711", status="cancelled"),
        order(C, "N-4", customer_po="PO 4711"),
    )
    assert told(firm) == [], "two customers may have one number"
    decide(firm, [Decision(A, B, "merge")], author="li.na")
    assert told(firm) == [("duplicate.order", f"orders {again}")]
    assert {first, cancelled, other}.isdisjoint(place for _code, place in told(firm))


def test_findings_are_kept_once(firm: Register) -> None:
    orders_of(firm, order(A, "N-1", customer_po="X-1"), order(A, "N-2", customer_po="X-1"))
    first, second = check_documents(firm, author="li.na"), check_documents(firm, author="li.na")
    assert (first.new, second.new, second.changeset) == (1, 0, None)
    (row,) = firm.rows("open_findings")
    assert (row["code"], row["state"]) == ("duplicate.order", "open")


def test_an_order_invoiced_twice(firm: Register) -> None:
    one, other = orders_of(firm, order(A, "N-1"), order(A, "N-2"))
    invoice = {"invoice_date": date(2026, 3, 2), "currency": "EUR"}
    with firm.changeset(origin="test", reason="invoices", author="li.na") as cs:
        ids = cs.insert(
            "invoices",
            [
                {**invoice, "order_id": one, "number": "V-1", "amount": Decimal(50)},
                {**invoice, "order_id": one, "number": "V-2", "amount": Decimal(50)},  # two halves of 100
                {**invoice, "order_id": other, "number": "V-3", "amount": Decimal(100)},
                {**invoice, "order_id": other, "number": "V-4", "amount": Decimal(100)},
                {**invoice, "order_id": one, "number": "v 1", "amount": Decimal(1)},
            ],
        )
    # The third invoice of the first order also makes its two equal halves more than it is worth.
    assert {place for _code, place in told(firm)} == {f"invoices {ids[1]}", f"invoices {ids[3]}", f"invoices {ids[4]}"}


@pytest.mark.parametrize(
    ("first", "second", "twice"),
    [
        ({"bank_reference": "FT1"}, {"bank_reference": "FT1", "account": "typed"}, True),
        ({"bank_reference": "FT1"}, {"bank_reference": "FT2"}, False),  # two payments on one day
        ({"payer": "ACME LTD"}, {"payer": "Acme Ltd.", "bank_reference": "FT2"}, True),
        ({"payer": "ACME LTD"}, {"payer": "Zubrowka Foods"}, False),
        ({"payer": "ACME LTD"}, {"payer": "ACME LTD", "value_date": date(2026, 4, 30)}, False),
        ({"payer": "ACME LTD"}, {"payer": "ACME LTD", "amount": Decimal("100.01")}, False),
        ({"payer": "ACME LTD"}, {"payer": "ACME LTD", "currency": "USD"}, False),
        ({"reference": "INV 7"}, {"reference": "inv-7"}, True),
        ({}, {}, False),
        ({"payer": "ACME", "amount": Decimal(-20)}, {"payer": "ACME", "amount": Decimal(-20)}, False),
    ],
)
def test_the_same_money_twice(firm: Register, first: dict[str, Any], second: dict[str, Any], *, twice: bool) -> None:
    receipt = {"account": "1", "value_date": date(2026, 3, 2), "currency": "EUR", "amount": Decimal(100)}
    with firm.changeset(origin="test", reason="receipts", author="li.na") as cs:
        ids = cs.insert(
            "receipts", [{**receipt, **first, "fingerprint": "1"}, {**receipt, **second, "fingerprint": "2"}]
        )
    assert told(firm) == ([("duplicate.receipt", f"receipts {ids[1]}")] if twice else [])
