"""Orders, receipts, and any table of the register."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any, Final

from udfs.functions.cells import code_of, single, text_of, today_or
from udfs.functions.host import Snapshot, snapshot
from udfs.registry import ArgumentRefused, Cell, Kind, NotFound, Parameter, function
from workbench.i18n import _
from workbench.money import from_cell

__all__ = ["order_margin", "order_open", "receipt_match", "receipt_why", "register_list"]

_ORDER = Parameter("order", "order number", "订单号")
_RECEIPT = Parameter("receipt", "id or bank reference of the receipt", "收款编号或银行流水号")
_AS_OF = Parameter("as_of", "day; today if empty", "截止日期，默认今天", optional=True, kind=Kind.DATE)
_BASES: Final = ("deal", "invoice", "settlement")
_MOST: Final = 10_000


@function(
    "ORDER_OPEN", _ORDER, _AS_OF, category="orders", needs_register=True,
    help_en="What is still to be paid for an order, in its own currency, at the end of a day.",
    help_zh="订单在某日终了时的未收金额（订单币种）。",
)  # fmt: skip
def order_open(order: Cell, as_of: Cell = None) -> Decimal:
    """Zero where everything is settled; what has no rate is open all the same."""
    now = snapshot()
    row = _order(now, order)
    return from_cell(_open(now, today_or(as_of)).get(row["id"], Decimal(0)))


@function(
    "ORDER_MARGIN", _ORDER, Parameter("basis", "settlement (default), invoice or deal", "口径：settlement（默认）、invoice 或 deal", optional=True),
    _AS_OF, category="orders", needs_register=True,
    help_en="Margin of an order in base currency at settlement, invoice or deal rates; #N/A where its cost or a rate is not known.",
    help_zh="订单毛利（本位币），按结算、开票或成交汇率；成本或汇率缺失时返回 #N/A。",
)  # fmt: skip
def order_margin(order: Cell, basis: Cell = None, as_of: Cell = None) -> Decimal:
    """As the margin table of ``workbench.profit`` has it."""
    now = snapshot()
    row = _order(now, order)
    wanted = text_of(basis).lower() or "settlement"
    if wanted not in _BASES:
        raise ArgumentRefused(
            _("There is no {word} here.").format(word=repr(wanted)),
            remedy=_("Choose one of: {words}").format(words=", ".join(_BASES)),
        )
    day = today_or(as_of)
    known: dict[str, Decimal] = now.keep(("margin", wanted, day), lambda: _margins(now, wanted, day))
    if row["number"] not in known:
        raise NotFound(
            _("The margin of {order} is not known on {day}: its cost or a rate is missing.").format(
                order=row["number"], day=day.isoformat()
            ),
            remedy=_("Enter its costs, or load the rates: workbench rates update"),
        )
    return from_cell(known[row["number"]])


@function(
    "RECEIPT_MATCH", _RECEIPT, category="receipts", needs_register=True,
    help_en="Numbers of the orders that a receipt paid, or is proposed to pay; #N/A where nothing fits.",
    help_zh="收款所结算或建议匹配的订单号；无匹配时返回 #N/A。",
)  # fmt: skip
def receipt_match(receipt: Cell) -> str:
    """Orders settled by the receipt; where none is, those of the standing proposal, with a question mark."""
    now = snapshot()
    row = _receipt(now, receipt)
    paid = _numbers(now, now.keep("paid-by", lambda: _grouped(now, "allocations")).get(row["id"], ()))
    if paid:
        return ", ".join(paid)
    proposed = _numbers(now, [one for one in _decisions(now, row) if one["decision"] in {"review", "posted"}])
    if not proposed:
        raise NotFound(
            _("No order is known for receipt {receipt}.").format(receipt=row["id"]),
            remedy=_("Match the receipts, or choose the order in the sheet Matches."),
        )
    return ", ".join(f"{number}?" for number in proposed)


@function(
    "RECEIPT_WHY", _RECEIPT, category="receipts", needs_register=True,
    help_en="Why a receipt was matched as it was, or why it waits.",
    help_zh="收款匹配的理由，或等待处理的原因。",
)  # fmt: skip
def receipt_why(receipt: Cell) -> str:
    """The reasons of the newest decision or proposal, in words."""
    now = snapshot()
    row = _receipt(now, receipt)
    found = _decisions(now, row)
    if not found:
        raise NotFound(
            _("Nothing was decided about receipt {receipt} yet.").format(receipt=row["id"]),
            remedy=_("Match the receipts: workbench receipts match"),
        )
    from workbench.i18n import current_language
    from workbench.reports.reasons import Teller
    from workbench.reports.texts import Texts

    teller = Teller(Texts("zh" if current_language().startswith("zh") else "en"))
    return "; ".join(dict.fromkeys(text for one in found if (text := teller.reasons(one["reasons"]))))


@function(
    "REGISTER_LIST", Parameter("table", "table of the register, e.g. orders", "登记册表名，例如 orders"),
    Parameter("filter", "conditions such as currency=USD;status=open", "筛选条件，例如 currency=USD;status=open", optional=True),
    Parameter("fields", "fields in their order, with commas; the main ones if empty", "字段，以逗号分隔", optional=True),
    category="register", whole=True, spills=True, needs_register=True,
    help_en="Rows of a table of the register that fulfil all conditions, below a heading row.",
    help_zh="列出登记册中满足全部条件的行（含标题行）。",
)  # fmt: skip
def register_list(table: Cell, conditions: Cell = None, fields: Cell = None) -> list[list[Cell]]:
    """At most 10,000 rows in order of their ids; money, days and texts as cells."""
    from workbench.register.tables import TABLES

    now = snapshot()
    name = text_of(single(table)).lower()
    if name not in TABLES:
        raise ArgumentRefused(
            _("The register has no table {name}.").format(name=repr(name)),
            remedy=_("Choose one of: {words}").format(words=", ".join(TABLES)),
        )
    known = ["id", *(one.name for one in TABLES[name].fields)]
    shown = [one.strip() for one in text_of(single(fields)).split(",") if one.strip()] or known
    where = _conditions(text_of(single(conditions)))
    for field in [*shown, *where]:
        if field not in known:
            raise ArgumentRefused(
                _("{table} has no field {field}.").format(table=name, field=repr(field)),
                remedy=_("Choose one of: {words}").format(words=", ".join(known)),
            )
    rows = [row for row in now.register.rows(name) if all(_shown(row.get(one)) == text for one, text in where.items())]
    if len(rows) > _MOST:
        raise ArgumentRefused(
            _("{count} rows are more than a sheet should be given.").format(count=len(rows)),
            remedy=_("Add conditions, such as currency=USD;status=open."),
        )
    head: list[list[Cell]] = [list(shown)]
    return head + [[_cell(row.get(field)) for field in shown] for row in rows]


def _order(now: Snapshot, cell: Cell) -> dict[str, Any]:
    return _one(now.keep("order-numbers", lambda: _by(now, "orders", "number")), cell, _("order"))


def _receipt(now: Snapshot, cell: Cell) -> dict[str, Any]:
    known = now.keep("receipt-references", lambda: _by(now, "receipts", "bank_reference"))
    return _one(known, cell, _("receipt"))


def _by(now: Snapshot, table: str, field: str) -> dict[str, list[dict[str, Any]]]:
    """Rows by id and by another field, in capitals."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in now.register.rows(table):
        for key in {str(row["id"]).upper(), str(row.get(field) or "").upper()} - {""}:
            found[key].append(row)
    return dict(found)


def _one(known: dict[str, list[dict[str, Any]]], cell: Cell, what: str) -> dict[str, Any]:
    name = code_of(text_of(cell))
    if not name:
        raise ArgumentRefused(_("There is no {what}.").format(what=what), remedy=_("Give its number."))
    found = known.get(name, [])
    if len(found) != 1:
        told = _("The register has no {what} {name}.") if not found else _("Several are called {what} {name}.")
        raise NotFound(told.format(what=what, name=repr(name)), remedy=_("Give the number as the register has it."))
    return found[0]


def _open(now: Snapshot, day: date) -> dict[str, Decimal]:
    """Open amount by order, in its currency."""
    from workbench.settlement.books import Books

    def work_out() -> dict[str, Decimal]:
        books = Books.of(now.register, until=day)
        receivables = books.receivables(now.book)
        found: dict[str, Decimal] = defaultdict(Decimal)
        dead = {row["id"] for row in books.orders if row["order_date"] > day or row.get("status") == "cancelled"}
        for row in books.instalments:
            if row["order_id"] not in dead:
                found[row["order_id"]] += receivables.open_amount(row["id"])
        return dict(found)

    return now.keep(("open-by-order", day), work_out)


def _margins(now: Snapshot, basis: str, day: date) -> dict[str, Decimal]:
    from workbench.profit import margins, read_facts

    facts = now.keep(("facts", day), lambda: read_facts(now.register, now.book, as_of=day))
    frame = margins(facts, "order", basis).frame
    return dict(zip(frame["number"], frame["margin"], strict=True))


def _grouped(now: Snapshot, table: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in now.register.rows(table):
        if row.get("receipt_id"):
            found[row["receipt_id"]].append(row)
    return dict(found)


def _decisions(now: Snapshot, receipt: dict[str, Any]) -> list[dict[str, Any]]:
    return now.keep("decisions", lambda: _grouped(now, "match_decisions")).get(receipt["id"], [])


def _numbers(now: Snapshot, rows: Any) -> list[str]:
    owner = now.keep("orders-of-instalments", lambda: _owners(now))
    return list(dict.fromkeys(owner[row["instalment_id"]] for row in rows if row.get("instalment_id") in owner))


def _owners(now: Snapshot) -> dict[str, str]:
    numbers = {row["id"]: row["number"] for row in now.register.rows("orders")}
    return {row["id"]: numbers[row["order_id"]] for row in now.register.rows("instalments")}


def _conditions(text: str) -> dict[str, str]:
    found = {}
    for one in filter(None, (part.strip() for part in text.split(";"))):
        field, equals, value = one.partition("=")
        if not equals:
            raise ArgumentRefused(
                _("{text} is no condition.").format(text=repr(one)), remedy=_("Write field=value, several with ';'.")
            )
        found[field.strip()] = value.strip()
    return found


def _shown(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _cell(value: object) -> Cell:
    if isinstance(value, Decimal):
        return from_cell(value)
    if isinstance(value, dict | list):
        return str(value)
    return value
