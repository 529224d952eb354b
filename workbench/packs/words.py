"""Headings and names of the pack, in the reader's language."""

from __future__ import annotations

from workbench.i18n import _

__all__ = ["basis", "bucket", "formula_of", "section_titles", "step", "table_titles", "title"]


def title(name: str) -> str:
    """The heading of a column; names without one (``+5%``) are their own heading."""
    return {
        "control": _("control"),
        "currency": _("currency"),
        "left": _("figure"),
        "right": _("against"),
        "explained": _("explained"),
        "why": _("explained by"),
        "difference": _("difference"),
        "step": _("step"),
        "amount": _("amount"),
        "running": _("running total"),
        "customer": _("customer"),
        "customer_id": _("customer no."),
        "name": _("name"),
        "product": _("product"),
        "country": _("country"),
        "month": _("month"),
        "number": _("order"),
        "orders": _("orders"),
        "lines": _("lines"),
        "revenue": _("revenue"),
        "cost": _("cost"),
        "rebate": _("export rebate"),
        "fees": _("charges"),
        "margin": _("margin"),
        "margin_percent": _("margin %"),
        "deal_margin": _("margin at deal"),
        "booking_fx": _("booking FX"),
        "invoice_margin": _("margin at invoice"),
        "realised_fx": _("realised FX"),
        "realised_month": _("realised in the month"),
        "unrealised_fx": _("unrealised FX"),
        "write_offs": _("write-offs"),
        "settlement_margin": _("margin at settlement"),
        "net_margin": _("net margin"),
        "advances": _("advances (not revalued)"),
        "source": _("source"),
        "open_amount": _("open amount"),
        "carrying_amount": _("carrying amount"),
        "closing_rate": _("closing rate"),
        "closing_rate_date": _("published on"),
        "at_closing": _("at closing rate"),
        "day": _("day"),
        "voucher": _("voucher"),
        "account": _("account"),
        "account_name": _("account name"),
        "detail": _("detail"),
        "debit": _("debit"),
        "credit": _("credit"),
        "reason": _("reason"),
        "base_amount": _("base amount"),
        "receivable": _("open receivables"),
        "order": _("orders not shipped"),
        "forward": _("sold forward"),
        "net": _("net"),
        "net_base": _("net in base"),
        "volatility": _("volatility % a year"),
        "days": _("trading days"),
        "at_risk": _("at risk (95 %)"),
        "not_due": _("not due"),
        "undated": _("no due date"),
        "total": _("total"),
        "open": _("open"),
        "sales": _("sales"),
        "dso": _("DSO, days"),
        "bucket": _("days past due"),
        "loss_rate": _("loss rate"),
        "loss": _("expected loss"),
        "overdue_base": _("overdue"),
        "open_base": _("open in all"),
        "overdue_percent": _("overdue %"),
        "oldest_days": _("oldest, days"),
        "received": _("received"),
        "allocated": _("allocated"),
        "customer_credit": _("customers' credit"),
        "other": _("no customers' payments"),
        "unmatched": _("unmatched"),
        "rate": _("rate"),
        "rate_date": _("published on"),
        "age_days": _("age, days"),
        "kind": _("kind"),
        "route": _("by way of"),
        "problem": _("problem"),
        "code": _("code"),
        "place": _("place"),
        "message": _("what is missing or odd"),
        "remedy": _("what to do"),
    }.get(name, name)


def formula_of(table: str) -> str:
    """How a table's figures come about; "" where its measure says it with numbers of its own."""
    bridge = _("deal margin + booking FX + realised FX + unrealised FX - write-offs - charges + rebate = net margin")
    margin = _("receipts at their own rates + what is open at the closing rate - charges - cost + rebate")
    return {
        "bridge": bridge,
        "bridge_by_currency": bridge,
        "orders": bridge,
        "margins_by_customer": margin,
        "margins_by_product": margin,
        "margins_by_country": margin,
        "margins_by_month": margin,
        "exchange": _("open amount at the closing rate - its carrying amount; advances are left out"),
        "revaluation": _("open amount x closing rate - carrying amount"),
        "ladder": _("open receivables + orders not shipped - currency sold forward"),
        "sensitivity": _("net exposure at the closing rate x shock"),
        "ageing": _("days past due on the day; base at the closing rate"),
        "ageing_by_customer": _("days past due on the day; base at the closing rate"),
        "dso": _("open receivables / sales of 90 days x 90"),
        "expected_loss": _("open amount of the bucket x its loss rate"),
        "overdue": _("open amounts past due, at the closing rate"),
    }.get(table, "")


def bucket(name: str) -> str:
    """A bucket of days past due."""
    return {"not_due": _("not due"), "undated": _("no due date"), "credit": _("paid too much")}.get(name, name)


def step(name: str) -> str:
    """A step of the margin bridge."""
    return title(name)


def basis(name: str) -> str:
    """At which rates figures stand."""
    return {
        "deal": _("deal rate"),
        "invoice": _("booking rate"),
        "settlement": _("settlement: receipts at their own rates, what is open at the closing rate"),
        "closing": _("closing rate of the day"),
        "deal to settlement": _("from the deal rate to settlement"),
        "own": _("amounts in their own currency"),
    }.get(name, name)


def section_titles() -> dict[str, str]:
    """The sections in their order."""
    return {
        "summary": _("Summary and control totals"),
        "bridge": _("From the deal to the net margin"),
        "margins": _("Margins"),
        "exchange": _("Exchange differences and revaluation"),
        "exposure": _("Exposure"),
        "receivables": _("Receivables"),
        "receipts": _("Receipts"),
        "evidence": _("Rates and findings"),
    }


def table_titles() -> dict[str, str]:
    """Every table's title by name, in their order."""
    return {
        "controls": _("Control totals"),
        "bridge": _("Margin bridge"),
        "bridge_by_currency": _("Margin bridge by currency"),
        "orders": _("Margin bridge by order"),
        "margins_by_customer": _("Margin by customer"),
        "margins_by_product": _("Margin by product"),
        "margins_by_country": _("Margin by country"),
        "margins_by_month": _("Margin by month"),
        "exchange": _("Exchange differences"),
        "revaluation": _("Revaluation"),
        "voucher": _("Revaluation voucher"),
        "kept": _("Not revalued"),
        "ladder": _("Exposure ladder"),
        "sensitivity": _("Sensitivity"),
        "lock_ranking": _("What to lock"),
        "ageing": _("Ageing"),
        "ageing_by_customer": _("Ageing by customer"),
        "dso": _("Days sales outstanding"),
        "expected_loss": _("Expected loss"),
        "overdue": _("Overdue customers"),
        "receipts": _("Receipts control"),
        "rates": _("Closing rates"),
        "findings": _("Findings"),
    }
