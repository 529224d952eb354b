"""The first sheet of a plan workbook: what would happen, what is open, what to do next; and the words of its other sheets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from workbench.adoption.plan import Decision, Plan, is_asked
from workbench.findings import Finding
from workbench.i18n import _
from workbench.money import CURRENCIES, RETIRED

__all__ = ["cover", "decision_words", "field_heading", "kind_words", "role_word", "state_of"]

Rows = list[Sequence[object]]
_DECISIONS = tuple(Decision)


def kind_words() -> dict[str, str]:
    """What each kind of record is called."""
    return {"customers": _("Customers"), "orders": _("Orders"), "receipts": _("Receipts"), "costs": _("Costs")}


def decision_words() -> dict[Decision, str]:
    """What becomes of a record, in a word."""
    return {
        Decision.IMPORTED: _("imported"),
        Decision.HELD: _("held"),
        Decision.REFUSED: _("refused"),
        Decision.KNOWN: _("known"),
    }


def field_heading(name: str) -> str:
    """The heading of a field on the sheets of records."""
    words = {
        "account": _("account"), "address": _("address"), "amount": _("amount"), "amount_base": _("amount in base currency"),
        "balance": _("balance"), "balance_amount": _("balance"), "bank_fee": _("bank fee"), "code": _("code"),
        "commission": _("commission"), "contact": _("contact"), "country": _("country"), "currency": _("currency"),
        "customer": _("customer"), "customer_code": _("customer code"), "customer_country": _("country of the customer"),
        "customer_po": _("customer's order no."), "date": _("date"), "deposit_amount": _("deposit"),
        "deposit_percent": _("deposit %"), "due_date": _("due date"), "email": _("e-mail"), "freight": _("freight"),
        "insurance": _("insurance"), "kind": _("kind"), "name": _("name"), "name_local": _("local name"), "note": _("note"),
        "number": _("number"), "order_number": _("order no."), "owner": _("owner"), "paid_total": _("paid"),
        "payer": _("payer"), "phone": _("phone"), "product": _("product"), "rate": _("rate"),
        "rebate_percent": _("rebate %"), "reference": _("reference"), "salesperson": _("salesperson"),
        "status": _("status"), "supplier": _("supplier"), "tax_id": _("tax id"), "terms": _("payment terms"),
        "tier": _("tier"), "vat_percent": _("VAT %"),
    }  # fmt: skip
    return words.get(name, name)


def role_word(role: str) -> str:
    """What a cell is, on the sheet that accounts for all of them."""
    words = {
        "record": _("record"), "header": _("heading"), "repeated_header": _("heading said again"), "title": _("title"),
        "note": _("note"), "subtotal": _("subtotal"), "total": _("total"), "carried_forward": _("carried forward"),
        "signature": _("signature"), "left_out": _("left out of the trial"), "unrecognised": _("not recognised"),
    }  # fmt: skip
    return words.get(role, role)


def cover(plan: Plan) -> Iterator[tuple[str, Sequence[str], Rows, int | None]]:
    """The tables of the first sheet: title, headings, rows, and the column that names the currency of a row."""
    kinds, words = kind_words(), [one.capitalize() for one in decision_words().values()]
    counts = plan.counts()
    yield (
        _("Records"),
        (_("Kind"), *words),
        [(kinds[kind], *(found.get(one.value, 0) for one in _DECISIONS)) for kind, found in counts.items()],
        None,
    )
    totals: dict[tuple[str, str], Counter[str]] = {}
    names = ("sheet", *(one.value for one in _DECISIONS))
    for one in plan.control_totals():
        into = totals.setdefault((one.kind, one.currency), Counter())
        for name in names:
            into[name] += getattr(one, name)
    yield (
        _("Amounts: on the sheets = imported + held + refused + known"),
        (_("Kind"), _("Currency"), _("On the sheets"), *words, _("Unaccounted for")),
        [
            (
                kinds[kind],
                currency if currency in CURRENCIES or currency in RETIRED else f"{currency.strip()} ({_('open')})",
                *(Decimal(found[name]) for name in names),
                Decimal(found["sheet"] - sum(found[one.value] for one in _DECISIONS)),
            )
            for (kind, currency), found in sorted(totals.items())
        ],
        1,
    )
    asked = plan.asked
    for title, findings in (
        (_("What is asked (sheet Questions)"), asked),
        (_("What is told (sheet Told)"), [one for one in plan.findings if not is_asked(one)]),
    ):
        yield title, (_("Code"), _("Times"), _("For instance")), _by_code(findings), None
    cells = Counter({(one.file, one.sheet): one.cells for one in plan.accounts()})
    records = Counter((item.record.sheet.book, item.record.sheet.name) for item in plan.items)
    yield (
        _("Sheets that were read"),
        (_("File"), _("Sheet"), _("Cells"), _("Records")),
        [(*place, count, records[place]) for place, count in cells.items()],
        None,
    )


def _by_code(findings: Sequence[Finding]) -> Rows:
    times = Counter(one.code for one in findings)
    first: dict[str, Finding] = {}
    for one in findings:
        first.setdefault(one.code, one)
    return [(code, count, f"{first[code].where}: {first[code].message}") for code, count in times.most_common()]


def state_of(plan: Plan) -> list[str]:
    """Where the plan stands, and what to do next, in sentences."""
    imported = sum(found.get("imported", 0) for found in plan.counts().values())
    lines = [
        _(
            "{imported} of {count} records can be imported; {asked} questions are open. This plan has changed nothing."
        ).format(imported=f"{imported:,}", count=f"{len(plan.items):,}", asked=len(plan.asked))
    ]
    if plan.asked:
        lines.append(
            _("Fill the yellow cells of the sheet Questions, and of Columns where something was misread; save this workbook, and plan again: workbench adopt FILES --answers THIS.xlsx --report NEXT.xlsx")
        )  # fmt: skip
    if plan.refused:
        lines.append(_("{count} files could not be read: see the last sheet.").format(count=len(plan.refused)))
    if plan.left_out:
        lines.append(_("This is a trial: parts of the sheets were left out of it."))
    if imported:
        lines.append(
            _(
                "To import what is settled: workbench adopt FILES --apply --register REGISTER; workbench undo takes it back."
            )
        )
    return lines
