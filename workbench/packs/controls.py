"""Control totals: the same figures from independent ways, which must differ by nothing that is not explained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from workbench.exposure.positions import open_instalments
from workbench.i18n import _
from workbench.money import from_minor
from workbench.packs.building import Builder
from workbench.packs.model import Control, PackTable
from workbench.profit import order_figures
from workbench.settlement.control import Control as ReceiptControl

__all__ = ["controls"]

_LEVELS = {
    "invoice_margin": ("deal_margin", "booking_fx"),
    "settlement_margin": ("invoice_margin", "realised_fx", "unrealised_fx", "write_offs"),
    "net_margin": ("settlement_margin", "fees", "rebate"),
}


def controls(build: Builder, tables: Mapping[str, PackTable], receipts: Iterable[ReceiptControl]) -> list[Control]:
    """All of the pack's control totals."""
    return [
        *_bridge(build, tables),
        *_left_out(build, tables),
        *_exchange(build, tables),
        *_open(build, tables),
        *(_receipts(one) for one in receipts),
    ]


def _sum(table: PackTable, name: str, base: str) -> Decimal:
    return sum((value for value in table.values(name) if value is not None), from_minor(0, base))


def _bridge(build: Builder, tables: Mapping[str, PackTable]) -> list[Control]:
    base = build.base
    orders = tables["orders"]
    names = [column.name for column in orders.columns[1:]]
    if not tables["bridge"].rows:
        return []
    amount = dict(zip(names, tables["bridge"].values("amount"), strict=True))
    found = []
    for level, parts in _LEVELS.items():
        titles = {
            "invoice_margin": _("bridge: deal to invoice"),
            "settlement_margin": _("bridge: invoice to settlement"),
            "net_margin": _("bridge: settlement to net"),
        }
        steps = sum((_sum(orders, part, base) for part in parts), from_minor(0, base))
        found.append(Control(f"bridge.{level}", titles[level], base, steps, amount[level]))
    net = amount["net_margin"]
    found.append(
        Control(
            "bridge.currencies",
            _("net margin by currency"),
            base,
            _sum(tables["bridge_by_currency"], "net_margin", base),
            net,
        )
    )
    titles = {
        "customer": _("margin by customer, against the bridge"),
        "country": _("margin by country, against the bridge"),
        "month": _("margin by month, against the bridge"),
    }
    for group, title in titles.items():
        total = _sum(tables[f"margins_by_{group}"], "margin", base)
        found.append(Control(f"margins.{group}", title, base, total, net))
    return found


def _left_out(build: Builder, tables: Mapping[str, PackTable]) -> list[Control]:
    """The exchange differences of all orders, against those in the bridge: orders without a known margin are apart."""
    base, found = build.base, []
    figures = order_figures(build.evidence.facts)
    figures = figures[figures["unrealised_fx"].notna()]
    apart = figures[~figures["number"].isin(tables["orders"].values("number"))]
    titles = {
        "realised_fx": _("realised FX: all orders against the bridge"),
        "unrealised_fx": _("unrealised FX: all orders against the bridge"),
    }
    for name, title in titles.items():
        explained = from_minor(int(apart[name].sum()), base)
        why = _("orders that are not in the bridge") if explained else ""
        whole, bridge = _sum(tables["exchange"], name, base), _sum(tables["orders"], name, base)
        found.append(Control(f"left-out.{name}", title, base, whole, bridge, explained, why))
    return found


def _exchange(build: Builder, tables: Mapping[str, PackTable]) -> list[Control]:
    """What was posted against what the measures say, and the revaluation by item against order by order."""
    base, evidence = build.base, build.evidence
    zero = from_minor(0, base)
    figures = order_figures(evidence.facts)
    owner = {row["id"]: row["order_id"] for row in evidence.books.instalments}
    alive = set(figures["id"][figures["unrealised_fx"].notna()])
    posted = sum((row["realised_fx"] for row in evidence.books.allocations), zero)
    others = sum(
        (row["realised_fx"] for row in evidence.books.allocations if owner.get(row["instalment_id"]) not in alive), zero
    )
    shown = _sum(tables["exchange"], "realised_fx", base)
    why = _("cancelled orders and those without a rate") if others else ""
    found = [Control("exchange.realised", _("realised FX: postings against orders"), base, posted, shown, others, why)]
    closing = evidence.closing
    if closing is None:
        return found
    month = sum(closing.realised.values(), zero)
    told = _sum(tables["exchange"], "realised_month", base)
    found.append(Control("exchange.month", _("realised FX of the month"), base, month, told))
    found.append(_revaluation(build, tables, alive, owner))
    voucher = tables["voucher"]
    debit, credit = _sum(voucher, "debit", base), _sum(voucher, "credit", base)
    found.append(Control("voucher", _("voucher: debit against credit"), base, debit, credit))
    return found


def _revaluation(build: Builder, tables: Mapping[str, PackTable], alive: set[str], owner: Mapping[str, str]) -> Control:
    """Each item is rounded by itself, an order as a whole: up to one minor unit an item is rounding, no more."""
    base = build.base
    zero, unit = from_minor(0, base), from_minor(1, base)
    figures = order_figures(build.evidence.facts)
    by_order = {
        order: from_minor(int(value), base)
        for order, value in zip(figures["id"], figures["unrealised_fx"], strict=True)
        if order in alive
    }
    items: dict[str, list[Decimal]] = defaultdict(list)
    apart = zero
    table = tables["revaluation"]
    for source, value in zip(table.values("source"), table.values("unrealised_fx"), strict=True):
        order = owner.get(source)
        if order in alive:
            items[str(order)].append(value)
        else:
            apart += value
    rounding = sum(
        (
            rest
            for order, values in items.items()
            if abs(rest := sum(values, zero) - by_order[order]) <= unit * len(values)
        ),
        zero,
    )
    whys = [_("rounding by instalment")] if rounding else []
    whys += [_("credits, refundable deposits and orders without a rate")] if apart else []
    title = _("unrealised FX: revaluation against orders")
    left, right = _sum(table, "unrealised_fx", base), _sum(tables["exchange"], "unrealised_fx", base)
    return Control("exchange.unrealised", title, base, left, right, rounding + apart, ", ".join(whys))


def _open(build: Builder, tables: Mapping[str, PackTable]) -> list[Control]:
    base = build.base
    ageing, customers, losses = tables["ageing"], tables["ageing_by_customer"], tables["expected_loss"]
    total = _sum(ageing, "total_base", base)
    credit = _sum(ageing, "credit_base", base)
    gross = _sum(losses, "open", base)
    ladder, moved = tables["ladder"], tables["sensitivity"]
    untold = _untold(build)
    why = _("customers who owe in a currency without a rate, too") if untold else ""
    each = _sum(customers, "total_base", base)
    return [
        Control("ageing.customers", _("open by currency against by customer"), base, total, each, untold, why),
        Control("ageing.loss", _("open against expected loss"), base, total, gross, credit, _("paid too much") if credit else ""),
        Control("exposure", _("exposure ladder against sensitivity"), base, _sum(ladder, "net_base", base), _sum(moved, "net_base", base)),
    ]  # fmt: skip


def _untold(build: Builder) -> Decimal:
    """What is open in currencies with a rate by customers who owe in one without, and so have no total."""
    parts = open_instalments(build.evidence.facts)
    mixed = set(parts["customer_id"][parts["open_base"].isna()])
    return from_minor(int(parts["open_base"][parts["customer_id"].isin(mixed)].sum()), build.base)


def _receipts(one: ReceiptControl) -> Control:
    taken = one.allocated + one.credit + one.other + one.unmatched
    title = _("receipts in {currency}").format(currency=one.currency)
    return Control(f"receipts.{one.currency}", title, one.currency, one.received, taken)
