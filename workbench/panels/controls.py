"""Control totals at the end of a notebook: two ways to one figure, and nothing between them."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from workbench import exposure, profit
from workbench.adoption import Plan
from workbench.i18n import _
from workbench.money import from_minor
from workbench.panels.desk import Desk
from workbench.settlement.books import Books
from workbench.settlement.closing import MonthEnd
from workbench.settlement.control import control_totals

__all__ = ["Check", "Controls"]

_ZERO = Decimal(0)
_BUCKETS = ("not_due", "1-30", "31-60", "61-90", "91+", "undated", "credit")


@dataclass(frozen=True, slots=True)
class Check:
    """One figure counted in two ways, both in ``unit``."""

    what: str
    unit: str
    one: Decimal
    other: Decimal

    @property
    def difference(self) -> Decimal:
        """What lies between them; anything but zero is an error."""
        return self.one - self.other

    @classmethod
    def count(cls, what: str, one: int, other: int) -> Check:
        """Numbers of rows instead of amounts."""
        return cls(what, "", Decimal(one), Decimal(other))


class Controls:
    """Checks to be asserted: ``assert controls.agree, controls.open``."""

    def __init__(self, checks: Iterable[Check]) -> None:
        self.checks = tuple(checks)

    @property
    def agree(self) -> bool:
        """Whether every difference is zero."""
        return not self.open

    @property
    def open(self) -> list[Check]:
        """The checks that do not close."""
        return [one for one in self.checks if one.difference]

    def __add__(self, other: Controls) -> Controls:
        return Controls((*self.checks, *other.checks))

    def _repr_html_(self) -> str:
        if not self.checks:
            return f"<p>{html.escape(_('There is nothing to add up.'))}</p>"
        rows = "".join(
            f"<tr><td style='text-align:left'>{html.escape(one.what)}</td><td>{html.escape(one.unit)}</td>"
            f"<td>{one.one:,f}</td><td>{one.other:,f}</td><td>{one.difference:,f}</td>"
            f"<td>{'✗' if one.difference else '✓'}</td></tr>"
            for one in self.checks
        )
        words = (_("figure"), _("unit"), _("one way"), _("the other"), _("difference"), "")
        heads = "".join(f"<th>{html.escape(word)}</th>" for word in words)
        told = _("All control totals agree.") if self.agree else _("{count} control totals do not agree.")
        line = html.escape(told.format(count=len(self.open)))
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table><p><b>{line}</b></p>"

    @classmethod
    def of_orders(cls, desk: Desk) -> Controls:
        """Order amounts by currency: what the measures read against what the register holds up to the day."""
        orders = desk.facts.frame("orders")
        sums = orders.groupby("currency")["amount"].sum()
        held: Counter[str] = Counter()
        with desk.reading() as register:
            for row in register.stream("orders"):
                if row["order_date"] is None or row["order_date"] <= desk.as_of:
                    held[row["currency"]] += row["amount"]
        codes = sorted({*sums.keys(), *held})
        return cls(
            Check(_("orders"), code, from_minor(int(sums.get(code, 0)), code), Decimal(held.get(code, 0)))
            for code in codes
            if code
        )

    @classmethod
    def of_receipts(cls, desk: Desk) -> Controls:
        """Receipts by currency: received = allocated + credit + other + unmatched."""
        with desk.reading() as register:
            totals = control_totals(Books.of(register, until=desk.as_of))
        return cls(
            Check(
                _("receipts: allocated, credit, other, unmatched"),
                one.currency,
                one.received,
                one.allocated + one.credit + one.other + one.unmatched,
            )
            for one in totals
        )

    @classmethod
    def of_profit(cls, desk: Desk) -> Controls:
        """The bridge's levels are reached by its steps, by currency too; margins by customer are those by order."""
        facts, unit = desk.facts, desk.facts.base
        steps = profit.bridge(facts).frame
        checks = [
            Check(_("bridge: {step}").format(step=row["step"]), unit, row["amount"], row["running"])
            for row in steps[steps["level"]].to_dict("records")
            if row["amount"] is not None
        ]
        parts = profit.bridge(facts, by="currency").frame
        net = steps["amount"].iloc[-1] if checks else _ZERO
        checks.append(Check(_("net margin by currency"), unit, _sum(parts["net_margin"]), net))
        by_order = _sum(profit.margins(facts).frame["margin"])
        by_customer = _sum(profit.margins(facts, by="customer").frame["margin"])
        checks.append(Check(_("margin by customer, by order"), unit, by_customer, by_order))
        return cls(checks)

    @classmethod
    def of_exposure(cls, desk: Desk) -> Controls:
        """The ladder's months add up to the net exposure of each currency."""
        rungs = exposure.ladder(desk.facts).frame
        sums = exposure.sensitivity(desk.facts).frame
        nets = {row["currency"]: row for row in sums.to_dict("records")}
        checks = []
        for code in [code for code in nets if code]:
            mine = rungs[rungs["currency"] == code]
            checks.append(Check(_("ladder, exposure"), code, _sum(mine["net"]), nets[code]["net"]))
        known = rungs[rungs["currency"].isin(list(nets))]
        total = nets[""]["net_base"] if "" in nets else _ZERO
        checks.append(Check(_("ladder, exposure"), desk.facts.base, _sum(known["net_base"]), total))
        return cls(checks)

    @classmethod
    def of_receivables(cls, desk: Desk) -> Controls:
        """Each currency's buckets add up to what is open, as counted from the instalments."""
        rows = exposure.ageing(desk.facts).frame
        parts = exposure.open_instalments(desk.facts)
        open_units = parts.groupby("currency")["open_units"].sum()
        return cls(
            Check(
                _("ageing, open instalments"),
                row["currency"],
                sum((row[name] for name in _BUCKETS), _ZERO),
                from_minor(int(open_units.get(row["currency"], 0)), row["currency"]),
            )
            for row in rows.to_dict("records")
            if row["currency"]
        )

    @classmethod
    def of_month_end(cls, made: MonthEnd) -> Controls:
        """Receipts up to the day, and each currency's revaluation: carrying amount + difference = value at closing."""
        checks = [
            Check(_("receipts up to the month end"), one.currency, one.received,
                  one.allocated + one.credit + one.other + one.unmatched)
            for one in made.control
        ]  # fmt: skip
        for row in made.lines:
            rate = made.rates[row["document_currency"]]
            value = rate.convert(row["open_amount"])
            what = _("revaluation of {row}").format(row=row["instalment_id"])
            told = Check(what, made.base_currency, row["carrying_amount"] + row["unrealised_fx"], value)
            checks += [told] if told.difference else []
        total = sum((row["unrealised_fx"] for row in made.lines), _ZERO)
        carried = sum((row["carrying_amount"] for row in made.lines), _ZERO)
        valued = sum((made.rates[row["document_currency"]].convert(row["open_amount"]) for row in made.lines), _ZERO)
        checks.append(Check(_("revaluation"), made.base_currency, carried + total, valued))
        return cls(checks)

    @classmethod
    def of_plan(cls, plan: Plan) -> Controls:
        """Amounts in the sheets by currency: imported + held + refused + known."""
        sums: dict[tuple[str, str], list[Decimal]] = {}
        for one in plan.control_totals():
            into = sums.setdefault((one.kind, one.currency), [_ZERO, _ZERO])
            into[0] += one.sheet
            into[1] += one.imported + one.held + one.refused + one.known
        return cls(
            Check(_("{kind} in the sheets").format(kind=kind), code, *amounts)
            for (kind, code), amounts in sorted(sums.items())
        )

    @classmethod
    def of_register(cls, desk: Desk) -> Controls:
        """The register's own proof: problems in the chain of changesets, against none."""
        with desk.reading() as register:
            proof = register.verify()
        what = _("problems in the register's log of {count} changesets").format(count=proof.changesets)
        return cls([Check(what, "", Decimal(len(proof.problems)), _ZERO)])


def _sum(values: pd.Series[Any]) -> Decimal:
    return sum((value for value in values if value is not None), _ZERO)
