"""The pack's tables that measures give: margins, exposure and receivables."""

from __future__ import annotations

from dataclasses import replace

from workbench import exposure, profit
from workbench.i18n import _
from workbench.packs.building import Builder, money, of, texts
from workbench.packs.model import Column, PackTable, Row
from workbench.packs.words import bucket, step, title
from workbench.profit import STEPS

__all__ = ["exposure_tables", "profit_tables", "receivable_tables"]

_SHOCKS = (-10, -5, -1, 1, 5, 10)
_BUCKETS = ("not_due", "1-30", "31-60", "61-90", "91+", "undated", "credit", "total")


def profit_tables(build: Builder) -> list[PackTable]:
    """The bridge as a whole, by currency and by order, and margins by customer, product, country and month."""
    facts, base = build.evidence.facts, build.base
    whole = profit.bridge(facts)
    rows = tuple((step(name), amount, running) for name, amount, running in whole.frame[
        ["step", "amount", "running"]
    ].itertuples(index=False, name=None) if amount is not None)  # fmt: skip
    bridge = build.plain(
        "bridge", "bridge", [*texts("step"), *money(("amount", "running"), base)], rows,
        unit=base, stands=whole.basis, sources=whole.sources, formula=whole.formula,
        note=_("Margins before the net margin are before the export rebate."),
    )  # fmt: skip
    steps = money(STEPS, base, total=True)
    by_currency = build.measured(
        "bridge_by_currency", "bridge", profit.bridge(facts, by="currency"), [*texts("currency"), *steps]
    )
    orders = build.measured(
        "orders", "bridge", profit.bridge(facts, by="order"), [*texts("number"), *steps],
        shown=20, note=_("The margin bridge adds this table up."),
    )  # fmt: skip
    return [
        bridge,
        by_currency,
        orders,
        *(_margins(build, group) for group in ("customer", "product", "country", "month")),
    ]


def _margins(build: Builder, group: str) -> PackTable:
    measure = profit.margins(build.evidence.facts, by=group)
    names = {"customer": ("customer_id", "name")}.get(group, (group,))
    columns = [
        *texts(*names),
        *of("count", "lines" if group == "product" else "orders", total=group != "product"),
        *money(("revenue", "cost", "rebate", "fees", "margin"), build.base, total=True),
        *of("number", "margin_percent"),
    ]
    table = build.measured(f"margins_by_{group}", "margins", measure, columns, shown=25)
    if group != "month":
        return table
    return _replaced(table, tuple(sorted(table.rows, key=lambda row: str(row[0]))))


def exposure_tables(build: Builder) -> list[PackTable]:
    """The ladder, its sensitivity, and what to lock first."""
    facts, base = build.evidence.facts, build.base
    ladder = build.measured(
        "ladder", "exposure", exposure.ladder(facts),
        [*texts("currency", "month"), *money(("receivable", "order", "forward", "net")),
         *money(("net_base",), base, total=True)],
        note=_("Overdue amounts stand in the month of the day."),
    )  # fmt: skip
    moved = [Column(f"{shock:+d}%", f"{shock:+d} %", "money", base, total=True) for shock in _SHOCKS]
    sensitivity = build.measured(
        "sensitivity", "exposure", exposure.sensitivity(facts, _SHOCKS),
        [*texts("currency"), *money(("net",)), *money(("net_base",), base, total=True), *moved],
        leave=_without_currency,
    )  # fmt: skip
    ranking = build.measured(
        "lock_ranking", "exposure", exposure.lock_ranking(facts),
        [*texts("currency", "month"), *money(("net",)), *money(("net_base",), base), *of("number", "volatility"),
         *of("count", "days"), *money(("at_risk",), base)],
        note=_("Estimates from past rates, each currency alone; they do not add up."), shown=15,
    )  # fmt: skip
    return [ladder, sensitivity, ranking]


def receivable_tables(build: Builder) -> list[PackTable]:
    """Ageing, days sales outstanding, expected loss and who is late."""
    facts, base = build.evidence.facts, build.base
    in_base = [Column(f"{name}_base", f"{_bucket(name)} {base}", "money", base, total=True) for name in _BUCKETS]
    own = [Column(name, _bucket(name), "money") for name in _BUCKETS]
    ageing = build.measured("ageing", "receivables", exposure.ageing(facts), [*texts("currency"), *own, *in_base])
    customers = build.measured(
        "ageing_by_customer", "receivables", exposure.ageing(facts, by="customer"),
        [*texts("customer_id", "customer"), *(Column(one.name, _bucket(one.name[:-5]), "money", base, total=True)
                                               for one in in_base)],
        shown=25,
    )  # fmt: skip
    customers = _replaced(
        customers, tuple(sorted(customers.rows, key=lambda row: (row[-1] is None, -(row[-1] or 0), row[0])))
    )
    days = build.measured(
        "dso", "receivables", exposure.dso(facts), [*texts("currency"), *money(("open", "sales")), *of("number", "dso")]
    )
    days = _replaced(days, tuple((row[0] or _("all, in {unit}").format(unit=base), *row[1:]) for row in days.rows))
    losses = build.measured(
        "expected_loss", "receivables", exposure.expected_loss(facts),
        [*texts("bucket"), *money(("open",), base, total=True), Column("rate", title("loss_rate"), "number"),
         *money(("loss",), base, total=True)],
        leave=_without_currency,
        note=_("The loss rates are those of a worked example of IFRS 9; they are not the firm's own."),
    )  # fmt: skip
    losses = _replaced(losses, tuple((bucket(row[0]), *row[1:]) for row in losses.rows))
    late = build.measured(
        "overdue", "receivables", exposure.overdue_risk(facts),
        [*texts("customer_id", "customer"), *money(("overdue_base", "open_base"), base),
         *of("number", "overdue_percent"), *of("count", "oldest_days")],
        note=_("The twenty customers with the largest overdue amounts."),
    )  # fmt: skip
    return [ageing, customers, days, losses, late]


def _bucket(name: str) -> str:
    return title("total") if name == "total" else bucket(name)


def _without_currency(row: Row) -> bool:
    """The measure's own total; the pack adds up below the table."""
    return not row[0]


def _replaced(table: PackTable, rows: tuple[Row, ...]) -> PackTable:
    return replace(table, rows=rows)
