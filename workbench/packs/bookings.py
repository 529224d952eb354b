"""The pack's tables that the books give: exchange differences, revaluation and its voucher, receipts, rates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from workbench import profit
from workbench.errors import RateError
from workbench.findings import Finding
from workbench.i18n import _
from workbench.money import from_minor
from workbench.packs.building import Builder, money, of, texts
from workbench.packs.model import Column, PackTable
from workbench.packs.words import title
from workbench.settlement.control import Control as ReceiptControl
from workbench.settlement.control import control_totals
from workbench.settlement.ledger import ACCOUNTS, REVALUED, UNREALISED

__all__ = ["control_lines", "evidence_tables", "exchange_tables", "receipts_table"]

Named = Mapping[str, Any]


def exchange_tables(build: Builder) -> list[PackTable]:
    """Exchange differences by currency, the revaluation by item, its voucher, and what is not revalued."""
    return [_exchange(build), *_revaluation(build), _kept(build)]


def _exchange(build: Builder) -> PackTable:
    evidence, base = build.evidence, build.base
    measure = profit.exchange_differences(evidence.facts)
    month: dict[str, Decimal] = defaultdict(lambda: from_minor(0, base))
    for row in evidence.books.allocations:
        day = row["allocation_date"]
        if (day.year, day.month) == (evidence.as_of.year, evidence.as_of.month):
            month[row["document_currency"]] += row["realised_fx"]
    names = ["currency", "realised_fx", "unrealised_fx", "advances"]
    found = {row[0]: row[1:] for row in measure.frame[names].itertuples(index=False, name=None)}
    rows = [(code, month[code], *found.get(code, (None, None, None))) for code in sorted(found.keys() | month.keys())]
    return build.plain(
        "exchange", "exchange",
        [*texts("currency"), *money(("realised_month", "realised_fx", "unrealised_fx", "advances"), base, total=True)],
        rows, unit=base, stands=measure.basis, sources=measure.sources, formula=measure.formula,
        note=_("Realised: all receipts up to the day. Unrealised: order by order; the revaluation below goes by instalment."),
    )  # fmt: skip


def _revaluation(build: Builder) -> list[PackTable]:
    evidence, base = build.evidence, build.base
    orders = {row["id"]: row["number"] for row in evidence.books.orders}
    number = {row["id"]: orders.get(row["order_id"], "") for row in evidence.books.instalments}
    lines = evidence.closing.lines if evidence.closing else ()
    rows, by_currency = [], defaultdict[str, Decimal](lambda: from_minor(0, base))
    for line in lines:
        source = line.get("instalment_id") or line.get("receipt_id") or ""
        closing = line["carrying_amount"] + line["unrealised_fx"]
        rows.append((
            source, number.get(source, ""), line["document_currency"], line["open_amount"], line["carrying_amount"],
            line["closing_rate"], line["closing_rate_date"], closing, line["unrealised_fx"],
        ))  # fmt: skip
        by_currency[line["document_currency"]] += line["unrealised_fx"]
    sources = sorted({one.source for one in evidence.closing.rates.values()}) if evidence.closing else ()
    revaluation = build.plain(
        "revaluation", "exchange",
        [*texts("source", "number", "currency"), *money(("open_amount",)), *money(("carrying_amount",), base, total=True),
         *of("rate", "closing_rate"), *of("day", "closing_rate_date"), *money(("at_closing", "unrealised_fx"), base, total=True)],
        rows, unit=base, stands="closing", sources=sources,
        formula="open amount x closing rate - carrying amount", shown=20,
        note="" if evidence.closing else _("The day is no month end, so nothing is revalued."),
    )  # fmt: skip
    voucher = build.plain(
        "voucher", "exchange",
        [*of("day", "day"), *texts("voucher", "account", "account_name", "detail"), *money(("debit", "credit"), base, total=True)],
        list(_voucher(build, by_currency)), unit=base, stands="closing", sources=sources,
        formula=_("one entry a currency at the month end, taken back the day after"),
    )  # fmt: skip
    return [revaluation, voucher]


def _voucher(build: Builder, sums: Mapping[str, Decimal]) -> Any:
    closing = build.evidence.closing
    if closing is None:
        return
    zero = from_minor(0, build.base)
    for day, sign in ((closing.month_end, 1), (closing.reversal_day, -1)):
        number = 0
        for code, amount in sorted(sums.items()):
            if not amount:
                continue
            number += 1
            for account, side in ((REVALUED, amount * sign), (UNREALISED, -amount * sign)):
                key, name = ACCOUNTS[account]
                debit, credit = (side, zero) if side > 0 else (zero, -side)
                yield day, f"{day:%Y%m}-R{number:03d}", key, name, code, debit, credit


def _kept(build: Builder) -> PackTable:
    kept = build.evidence.closing.kept if build.evidence.closing else ()
    words = {"advance": _("advance: held at the rate of its day (IFRIC 22)"), "credit": _("customer's credit")}
    rows = [
        (row["source"], row["currency"], row["amount"], row["base_amount"], words.get(row["reason"], row["reason"]))
        for row in kept
    ]
    return build.plain(
        "kept", "exchange",
        [*texts("source", "currency"), *money(("amount",)), *money(("base_amount",), build.base, total=True), *texts("reason")],
        rows, unit=build.base, stands="closing",
    )  # fmt: skip


def control_lines(build: Builder) -> list[ReceiptControl]:
    """Receipts by currency, up to the day."""
    return control_totals(build.evidence.books)


def receipts_table(build: Builder, lines: list[ReceiptControl]) -> PackTable:
    """Every receipt is allocated, a customer's credit, no customer's payment, or unmatched."""
    columns = [*texts("currency"), *money(("received", "allocated"))]
    columns += [Column("credit", title("customer_credit"), "money"), *money(("other", "unmatched", "difference"))]
    rows = []
    for one in lines:
        rest = one.received - one.allocated - one.credit - one.other - one.unmatched
        rows.append((one.currency, one.received, one.allocated, one.credit, one.other, one.unmatched, rest))
    return build.plain(
        "receipts", "receipts", columns, rows, stands="own",
        formula=_("received = allocated + credit + no customers' payments + unmatched"),
    )  # fmt: skip


def evidence_tables(build: Builder, findings: tuple[Finding, ...]) -> list[PackTable]:
    """The closing rates with source and day, and everything that is missing."""
    said = [(one.code, one.where, one.value, one.message, one.remedy) for one in findings]
    columns = texts("code", "place")
    columns += [Column("value", _("value")), *texts("message", "remedy")]
    return [
        _rates(build),
        build.plain("findings", "evidence", columns, said, shown=200),
    ]


def _rates(build: Builder) -> PackTable:
    evidence = build.evidence
    codes = {row["currency"] for row in (*evidence.books.orders, *evidence.books.receipts)} - {evidence.base}
    told = evidence.closing.rates if evidence.closing else {}
    rows: list[tuple[Any, ...]] = []
    for code in sorted(codes | told.keys()):
        try:
            rate = evidence.book.get(code, evidence.base, evidence.as_of)
        except RateError as error:
            rows.append((code, None, None, None, "", "", "", error.message))
            continue
        value, day, source = rate.value, rate.rate_date, rate.source
        if code in told:
            value, day, source = told[code].rate, told[code].rate_date, told[code].source
        legs = rate.legs if rate.derived else ()
        route = " × ".join(f"{leg.base}/{leg.quote} {leg.value:f}" for leg in legs)
        rows.append((code, value, day, (evidence.as_of - day).days, source, rate.kind, route, ""))
    return build.plain(
        "rates", "evidence",
        [*texts("currency"), *of("rate", "rate"), *of("day", "rate_date"), *of("count", "age_days"),
         *texts("source", "kind", "route", "problem")],
        rows, unit=evidence.base, stands="closing", sources=sorted({row[4] for row in rows if row[4]}),
        formula=_("{base} per 1 unit of the currency").format(base=evidence.base),
    )  # fmt: skip
