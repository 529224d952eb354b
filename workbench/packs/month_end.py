"""The month-end pack: everything that is told of a month, from one reading of the register."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from workbench.charts import Caption, Chart, ranking, waterfall
from workbench.charts import ageing as ageing_chart
from workbench.charts import ladder as ladder_chart
from workbench.findings import Finding
from workbench.i18n import _
from workbench.packs.bookings import control_lines, evidence_tables, exchange_tables, receipts_table
from workbench.packs.building import Builder, money, texts
from workbench.packs.controls import controls
from workbench.packs.evidence import Evidence, read_evidence
from workbench.packs.figures import exposure_tables, profit_tables, receivable_tables
from workbench.packs.kinds import KINDS
from workbench.packs.model import Control, Pack, PackTable
from workbench.packs.words import bucket, section_titles, step
from workbench.profit import STEPS
from workbench.register import Register

__all__ = ["KINDS", "collect"]

_RANKED = 12


def collect(register: Register, as_of: date, *, known_at: datetime | int | None = None) -> Pack:
    """Work a month-end pack out, in the current language; nothing is written.

    Args:
        register: read only.
        as_of: the day; usually the last of its month.
        known_at: the register as it stood at that changeset or moment. None: as the month was closed, else as it is.

    Raises:
        ConfigurationError: there was no register at that moment.
    """
    evidence = read_evidence(register, as_of, known_at)
    build = Builder(evidence)
    lines = control_lines(build)
    made = [
        *profit_tables(build),
        *exchange_tables(build),
        *exposure_tables(build),
        *receivable_tables(build),
        receipts_table(build, lines),
    ]
    tables = {one.name: one for one in made}
    checks = controls(build, tables, lines)
    findings = _findings(evidence, checks)
    made = [_controls_table(build, checks), *made, *evidence_tables(build, findings)]
    return Pack(
        title=_("Month end {day}").format(day=as_of.isoformat()),
        firm=_("books in {base} · register as of changeset {number}").format(
            base=evidence.base, number=evidence.changeset
        ),
        as_of=as_of,
        base=evidence.base,
        changeset=evidence.changeset,
        sections=section_titles(),
        tables=tuple(made),
        charts=_charts(tables),
        controls=tuple(checks),
        findings=findings,
        figures=_headlines(tables, evidence),
        made_from=_made_from(evidence, made),
    )


def _findings(evidence: Evidence, checks: list[Control]) -> tuple[Finding, ...]:
    found = [*evidence.facts.findings, *evidence.findings]
    for one in checks:
        if not one.closes:
            details = {"difference": f"{one.difference:f} {one.currency}"}
            found.append(Finding("pack.control-open", one.name, one.title, details=details))
    told = evidence.closing.rates if evidence.closing else {}
    for code, closed in sorted(told.items()):
        if closed.published is None and code != evidence.base:
            found += _changed_rate(evidence, code, closed.rate)
    return tuple({(one.code, one.where, one.value): one for one in found}.values())


def _changed_rate(evidence: Evidence, code: str, closed: Decimal) -> list[Finding]:
    from workbench.errors import RateError

    try:
        now = f"{evidence.book.get(code, evidence.base, evidence.as_of).value:f}"
    except RateError as error:
        now = error.code
    if now == f"{closed:f}":
        return []
    return [
        Finding("pack.rates-differ", evidence.as_of.isoformat(), code, details={"closed": f"{closed:f}", "now": now})
    ]


def _controls_table(build: Builder, checks: list[Control]) -> PackTable:
    columns = [*texts("control", "currency"), *money(("left", "right", "explained", "difference")), *texts("why")]
    rows = [(one.title, one.currency, one.left, one.right, one.explained, one.difference, one.why) for one in checks]
    formula = _("figure - against - explained = difference")
    return build.plain("controls", "summary", columns, rows, stands="own", formula=formula, shown=200)


def _charts(tables: dict[str, PackTable]) -> dict[str, Chart]:
    made: dict[str, Chart] = {}
    bridge, ladder, ageing = tables["bridge"], tables["ladder"], tables["ageing"]
    if tables["orders"].rows:
        levels = [name.endswith("_margin") for name in STEPS]
        steps = zip([step(name) for name in STEPS], bridge.values("amount"), levels, strict=True)
        made["bridge"] = waterfall(list(steps), bridge.title, _caption(bridge))
    rungs = [(row[1] or "—", row[0], row[6], f"{row[5]:,f} {row[0]}") for row in ladder.rows if row[6] is not None]
    if rungs:
        made["ladder"] = ladder_chart(rungs, ladder.title, _caption(ladder))
    if any(value is not None for value in ageing.values("total_base")):
        names = ("not_due", "1-30", "31-60", "61-90", "91+")
        bars = [
            (bucket(name), sum((v for v in ageing.values(f"{name}_base") if v is not None), Decimal(0)))
            for name in names
        ]
        made["ageing"] = ageing_chart(bars, ageing.title, _caption(ageing))
    for name in ("margins_by_customer", "margins_by_country"):
        table = tables[name]
        best = sorted(table.rows, key=lambda row: -row[table.place("margin")])[:_RANKED]
        if best:
            shown = [
                (str(row[1 if name.endswith("customer") else 0] or "—"), row[table.place("margin")]) for row in best
            ]
            made[name] = ranking(shown, table.title, _caption(table))
    return made


def _caption(table: PackTable) -> Caption:
    return Caption(table.unit, table.basis, table.as_of, table.sources)


def _headlines(tables: dict[str, PackTable], evidence: Evidence) -> tuple[tuple[str, Decimal | None], ...]:
    """What the first page says; None where nothing stands behind a figure."""
    amount = dict(zip(STEPS, tables["bridge"].values("amount"), strict=False))
    ageing, exchange = tables["ageing"], tables["exchange"]

    def total(table: PackTable, name: str) -> Decimal | None:
        values = table.values(name)
        return sum(values, Decimal(0)) if values and None not in values else None

    return (
        (_("margin at deal"), amount.get("deal_margin")),
        (_("net margin"), amount.get("net_margin")),
        (_("realised FX of the month"), total(exchange, "realised_month")),
        (_("unrealised FX"), total(tables["revaluation"], "unrealised_fx") if evidence.closing else None),
        (_("open receivables and orders"), total(ageing, "total_base")),
        (_("net exposure"), total(tables["ladder"], "net_base")),
    )


def _made_from(evidence: Evidence, tables: list[PackTable]) -> dict[str, Any]:
    rates = next(one for one in tables if one.name == "rates")
    names = [column.name for column in rates.columns]
    return {
        "register": {
            "changeset": evidence.changeset,
            "head": evidence.head,
            "state": evidence.state,
            "base_currency": evidence.base,
            "month_closed": evidence.closed,
        },
        "rates": [
            {name: value for name, value in zip(names, row, strict=True) if value not in (None, "")}
            for row in rates.rows
        ],
        "rate_sources": sorted({name for table in tables for name in table.sources}),
    }
