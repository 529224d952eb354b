"""Measures of small registers against the worked examples, and what they do where something is missing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from workbench.analysis import Facts
from workbench.errors import ConfigurationError
from workbench.exposure import (
    ageing,
    dso,
    expected_loss,
    forward_rate,
    hedge,
    ladder,
    lock_ranking,
    marked_to_market,
    sensitivity,
    value_at_risk,
)
from workbench.exposure.receivables import LOSS_RATES, loss
from workbench.profit import GROUPS, Period, bridge, exchange_differences, export_cost, growth, margins, period_bridge
from workbench.profit.customers import concentration_index
from workbench.rates import RateLock

VECTORS = {
    one["id"]: one["expect"]
    for one in json.loads((Path(__file__).parent.parent / "data" / "money_vectors.json").read_text(encoding="utf-8"))
}
D = Decimal
CUSTOMER = {"id": "C-000001", "legal_name": "One", "country": "DE"}
LIFE_RATES = {
    ("USD", "2026-03-01"): "7.2300",
    ("USD", "2026-03-15"): "7.2000",
    ("USD", "2026-03-31"): "7.1800",
    ("USD", "2026-04-20"): "7.1500",
}


def order(number: int, currency: str, amount: str, day: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"O-{number:06d}",
        "number": f"N{number}",
        "customer_id": "C-000001",
        "order_date": date.fromisoformat(day),
        "currency": currency,
        "amount": D(amount),
        **more,
    }


def part(number: int, order_number: int, kind: str, currency: str, amount: str, due: str | None) -> dict[str, Any]:
    return {
        "id": f"I-{number:06d}",
        "order_id": f"O-{order_number:06d}",
        "sequence": number,
        "kind": kind,
        "currency": currency,
        "amount": D(amount),
        "due_date": date.fromisoformat(due) if due else None,
    }


def receipt(number: int, day: str, amount: str) -> dict[str, Any]:
    row = {"id": f"R-{number:06d}", "account": "1", "fingerprint": str(number), "currency": "USD"}
    return row | {"value_date": date.fromisoformat(day), "amount": D(amount)}


def paid(number: int, day: str, amounts: tuple[str, ...], rates: tuple[str, str], fee: str = "") -> dict[str, Any]:
    taken, document, carried, settled = (D(one) for one in amounts)
    when = date.fromisoformat(day)
    row = {
        "receipt_id": f"R-{number:06d}",
        "instalment_id": f"I-{number:06d}",
        "allocation_date": when,
        "receipt_currency": "USD",
        "receipt_amount": taken,
        "document_currency": "USD",
        "document_amount": document,
        "base_currency": "CNY",
        "carrying_rate": D(rates[0]),
        "carrying_rate_date": when,
        "carrying_amount": carried,
        "settlement_rate": D(rates[1]),
        "settlement_rate_date": when,
        "rate_source": "example",
        "settlement_amount": settled,
        "realised_fx": settled - carried,
    }
    return row | ({"fee_currency": "USD", "fee_amount": D(fee)} if fee else {})


def life_of_an_order() -> dict[str, Any]:
    """E06: lock 7.25, deposit at 7.23, invoice at 7.20, balance at 7.15 less USD 25; E06b: its costs."""
    cost = {"order_id": "O-000001", "currency": "CNY", "cost_date": date(2026, 3, 1)}
    return {
        "customers": [CUSTOMER],
        "orders": [order(1, "USD", "50000", "2026-03-01")],
        "instalments": [
            part(1, 1, "deposit", "USD", "15000", "2026-03-01"),
            part(2, 1, "balance", "USD", "35000", "2026-04-20"),
        ],
        "invoices": [
            {
                "order_id": "O-000001",
                "number": "V1",
                "invoice_date": date(2026, 3, 15),
                "currency": "USD",
                "amount": D(50000),
            }
        ],
        "costs": [
            cost | {"kind": "purchase", "amount": D(300000), "vat_percent": D(13), "rebate_percent": D(13)},
            cost | {"kind": "domestic", "amount": D(6000)},
        ],
        "receipts": [receipt(1, "2026-03-01", "15000"), receipt(2, "2026-04-20", "34975")],
        "allocations": [
            paid(1, "2026-03-01", ("15000", "15000", "108450", "108450"), ("7.23", "7.23")),
            paid(2, "2026-04-20", ("34975", "35000", "252000", "250250"), ("7.20", "7.15"), fee="25"),
        ],
    }


LOCK = RateLock("order", "N1", "USD", "CNY", D("7.25"), date(2026, 3, 1), None, "signed", "Li")
Make = Callable[..., Facts]


def test_margins_of_the_life_of_an_order(facts_of: Make) -> None:
    facts = facts_of(life_of_an_order(), LIFE_RATES, date(2026, 4, 20), [LOCK])
    told = {basis: margins(facts, "order", basis).frame.iloc[0] for basis in ("deal", "invoice", "settlement")}
    expect = VECTORS["E06b-margin"]
    assert told["deal"]["margin"] == D(expect["margin_deal"])
    assert told["invoice"]["margin"] == D(expect["margin_revenue_basis"])
    assert told["settlement"]["margin"] == D(expect["margin_settlement"])
    assert told["deal"]["margin_percent"] == D(expect["margin_deal_pct"])
    assert told["deal"]["rebate"] == D(expect["rebate"])
    assert told["settlement"]["fees"] == D(VECTORS["E06-lifecycle"]["bank_fee_CNY"])
    assert told["settlement"]["revenue"] == D(VECTORS["E06-lifecycle"]["gross_cash_value"])
    leak = told["settlement"]["margin"] - told["deal"]["margin"]
    assert leak == D(expect["fx_and_fee_leak"])


def test_the_bridge_of_the_life_of_an_order(facts_of: Make) -> None:
    facts = facts_of(life_of_an_order(), LIFE_RATES, date(2026, 4, 20), [LOCK])
    steps = bridge(facts).frame.set_index("step")["amount"]
    assert steps["booking_fx"] == D(VECTORS["E06-lifecycle"]["revenue_minus_deal"])
    assert steps["realised_fx"] == D(VECTORS["E06-lifecycle"]["realised_fx"])
    assert steps["unrealised_fx"] == 0
    assert steps["net_margin"] == D(VECTORS["E06b-margin"]["margin_settlement"])


def test_a_deposit_is_not_revalued_at_the_month_end(facts_of: Make) -> None:
    facts = facts_of(life_of_an_order(), LIFE_RATES, date(2026, 3, 31), [LOCK])
    row = exchange_differences(facts).frame.iloc[0]
    assert row["unrealised_fx"] == D(VECTORS["E08-revaluation"]["unrealised_31Mar"])
    assert row["advances"] == D(VECTORS["E06-lifecycle"]["contract_liability"])
    assert row["realised_fx"] == 0


def test_a_written_off_rest_is_no_exchange_difference(facts_of: Make) -> None:
    tables = life_of_an_order()
    short = paid(2, "2026-04-20", ("34900", "34900", "251280", "249535"), ("7.20", "7.15"))
    gone = paid(2, "2026-04-20", ("0", "100", "720", "0"), ("7.20", "7.15"))
    gone |= {"receipt_id": None, "kind": "write_off", "realised_fx": D(0), "write_off_amount": D(720)}
    tables["allocations"] = [tables["allocations"][0], short, gone]
    facts = facts_of(tables, LIFE_RATES, date(2026, 4, 20), [LOCK])
    steps = bridge(facts).frame.set_index("step")["amount"]
    assert (steps["realised_fx"], steps["write_offs"]) == (D("-1745.00"), D("-720.00"))
    assert steps["invoice_margin"] + steps["realised_fx"] + steps["write_offs"] == steps["settlement_margin"]


def test_growth_at_constant_currency(facts_of: Make) -> None:
    tables = {
        "customers": [CUSTOMER],
        "orders": [order(1, "EUR", "100000", "2025-05-01"), order(2, "EUR", "110000", "2026-05-04")],
    }
    facts = facts_of(tables, {("EUR", "2025-05-01"): "7.80", ("EUR", "2026-05-04"): "7.50"}, date(2026, 5, 5))
    years = [Period(date(year, 1, 1), date(year, 12, 31)) for year in (2025, 2026)]
    row = growth(facts, *years).frame.iloc[0]
    expect = VECTORS["E18-constant-ccy"]
    assert row["reported_percent"] == D(expect["reported_growth_pct"])
    assert row["constant_percent"] == D(expect["constant_ccy_growth_pct"])
    assert row["fx_effect"] == D(expect["fx_effect_CNY"])
    steps = period_bridge(facts, *years).frame.set_index("step")["amount"]
    assert steps["fx"] == D("-33000.00")
    assert steps["before"] + steps["price"] + steps["fx"] == steps["after"] == D("825000.00")


def exposed() -> dict[str, Any]:
    """E22: open USD 120,000, unshipped 80,000, 100,000 sold forward."""
    return {
        "customers": [CUSTOMER],
        "orders": [
            order(1, "USD", "120000", "2026-08-03", status="shipped"),
            order(2, "USD", "80000", "2026-08-03", status="open"),
        ],
        "instalments": [
            part(1, 1, "full", "USD", "120000", "2026-10-15"),
            part(2, 2, "full", "USD", "80000", "2026-11-15"),
        ],
        "forward_contracts": [
            {
                "contract": "F1",
                "bank": "Bank",
                "sold_currency": "USD",
                "sold_amount": D(100000),
                "bought_currency": "CNY",
                "rate": D("7.18"),
                "dealt_on": date(2026, 8, 3),
                "due_from": date(2026, 10, 1),
                "due_to": date(2026, 10, 31),
            }
        ],
    }


def test_exposure_of_the_worked_example(facts_of: Make) -> None:
    facts = facts_of(exposed(), {("USD", "2026-08-03"): "7.20", ("USD", "2026-09-30"): "7.15"}, date(2026, 9, 30))
    expect = VECTORS["E22-exposure"]
    rows = ladder(facts).frame.set_index("month")
    assert (rows.loc["2026-10", "receivable"], rows.loc["2026-10", "forward"]) == (D(120000), D(-100000))
    assert rows.loc["2026-11", "order"] == D(80000)
    assert rows["net"].sum() == D(expect["net_open_USD"])
    moved = sensitivity(facts, (1,)).frame
    assert list(moved["+1%"]) == [D(expect["1pct_sensitivity"])] * 2
    assert marked_to_market(D(120000), D("7.20"), D("7.15"), "CNY") == D(expect["MTM_AR"])
    assert marked_to_market(D(80000), D("7.25"), D("7.15"), "CNY") == D(expect["MTM_orders_vs_lock"])
    assert marked_to_market(D(100000), D("7.18"), D("7.15"), "CNY", sold=True) == D(expect["forward_MTM"])


def test_a_full_hedge_does_not_depend_on_the_rate(facts_of: Make) -> None:
    facts = facts_of(exposed(), {("USD", "2026-08-03"): "7.20", ("USD", "2026-09-30"): "7.10"}, date(2026, 9, 30))
    sweep = hedge(facts, "USD", home_percent=D("1.7"), foreign_percent=D("4.3")).frame.set_index("ratio")
    assert set(sweep.loc[100, ["-10%", "+0%", "+10%"]]) == {D("705430.00")}
    assert sweep.loc[0, "-10%"] == D("639000.00")
    with pytest.raises(ConfigurationError):
        hedge(facts, "EUR", home_percent=D(1), foreign_percent=D(1))


def test_ageing_and_days_outstanding_in_both_currencies(facts_of: Make) -> None:
    facts = facts_of(exposed(), {("USD", "2026-08-03"): "7.20", ("USD", "2026-12-01"): "7.00"}, date(2026, 12, 1))
    row = ageing(facts).frame.iloc[0]
    assert (row["31-60"], row["1-30"], row["total"]) == (D(120000), D(80000), D(200000))
    assert (row["31-60_base"], row["total_base"]) == (D("840000.00"), D("1400000.00"))
    table = dso(facts, days=180).frame.set_index("currency")
    assert table.loc["USD", "dso"] == D("180.0")
    assert table.loc["", "dso"] == D("175.0")  # 1,400,000 / 1,440,000 × 180
    assert list(expected_loss(facts).frame["loss"]) == [0, D("22400.00"), D("73080.00"), 0, 0, D("95480.00")]


def test_golden_figures() -> None:
    assert forward_rate(D("7.10"), D("1.7"), D("4.3"), 90) == D("7.0543")
    amounts = (D(300_000), D(140_000), D(60_000), D(23_000), D(5_000))
    losses = [loss(amount, rate, "CNY") for amount, rate in zip(amounts, LOSS_RATES.values(), strict=True)]
    assert sum(losses) == D("27570.00")
    one = export_cost(
        fob=D(115020), rate=D("6.5"), purchase=D(702000), vat_percent=D(13), rebate_percent=D(9), domestic=D(35100)
    )
    expect = VECTORS["E10a-rebate-trading"]
    assert one.cost == D(expect["export_cost"]) != D(expect["WRONG_answer_published_cost"])
    assert (one.rebate, one.exchange_cost) == (D(expect["rebate"]), D(expect["huanhui"]))
    assert (one.income, one.profit, one.profit_percent) == (
        D(expect["income"]),
        D(expect["profit"]),
        D(expect["ykl_pct"]),
    )
    assert concentration_index([50, 25, 25]) == D("0.375")


def test_an_empty_register_has_measures_without_figures(facts_of: Make) -> None:
    facts = facts_of({}, {}, date(2026, 9, 30))
    for by in GROUPS:
        assert len(margins(facts, by)) == 0
    assert list(bridge(facts).frame["amount"].unique()) == [None]
    for measure in (ladder(facts), ageing(facts), value_at_risk(facts), lock_ranking(facts)):
        assert len(measure) == 0
        assert measure.evidence["as_of"] == "2026-09-30"


def test_what_cannot_be_stood_behind_is_left_out_and_told(facts_of: Make) -> None:
    tables = life_of_an_order()
    tables["orders"] = [*tables["orders"], order(2, "EUR", "10", "2026-03-01"), order(3, "USD", "10", "2026-03-01")]
    tables["instalments"] = [*tables["instalments"], part(3, 2, "full", "EUR", "10", "2026-03-02")]
    tables["costs"] = [
        *tables["costs"],
        {"order_id": "O-000002", "kind": "other", "currency": "CNY", "amount": D(1), "cost_date": date(2026, 3, 1)},
    ]
    facts = facts_of(tables, LIFE_RATES, date(2026, 4, 20), [LOCK])
    found = margins(facts, "order")
    assert list(found.frame["number"]) == ["N1"]
    codes = {(one.code, one.value) for one in found.findings}
    assert {("measure.rate-missing", "EUR"), ("measure.no-cost", "")} <= codes
    row = ageing(facts).frame.set_index("currency").loc["EUR"]
    assert (row["total"], row["total_base"]) == (D(10), None)


def test_each_measure_tells_what_it_lacks_itself(facts_of: Make) -> None:
    tables = {"customers": [CUSTOMER], "orders": [order(1, "USD", "50000", "2026-03-01")]}
    facts = facts_of(tables, LIFE_RATES, date(2026, 4, 20))
    by_product = {one.code for one in margins(facts, "product").findings}
    again = [{one.code for one in margins(facts, "customer").findings} for _time in range(2)]
    assert again == [{"measure.no-cost", "measure.no-invoice"}] * 2, "the same whether worked out or remembered"
    assert {one.code for one in ladder(facts).findings} == {"measure.table-empty"}
    assert {one.code for one in facts.findings} >= by_product | again[0] | {"measure.table-empty"}


def test_a_table_is_shown_as_people_read_it(facts_of: Make) -> None:
    tables = life_of_an_order()
    tables["customers"] = [CUSTOMER | {"legal_name": "<b>& Sons"}]
    facts = facts_of(tables, LIFE_RATES, date(2026, 4, 20), [LOCK])
    shown = margins(facts, "customer")._repr_html_()
    assert "358,700.00" in shown
    assert "&lt;b&gt;&amp; Sons" in shown
    assert "<tr style='font-weight:bold'><td style='text-align:left'>net_margin</td>" in bridge(facts)._repr_html_()
