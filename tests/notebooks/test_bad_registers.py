"""Registers that lack what a figure needs: every notebook runs, names what is missing and shows no figure for it.

The cells run in this process, one after another as in a kernel, so that many registers take little time; that they run
in a kernel is tested beside.
"""

from __future__ import annotations

import ast
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.notebooks.conftest import NOTEBOOKS
from workbench.i18n import speaking
from workbench.packs import write_month_end
from workbench.register import Register

D = Decimal
AS_OF = "2026-09-30"
AFTER_ALL_RATES = "2026-12-31"
# Nobody embedded publishes KES, and RUB only until 2022, as of a currency that retired.
ORDERS = (("USD", "1000.00"), ("RUB", "5000.00"), ("KES", "7000.00"), ("EUR", "2000.00"))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """No order has a cost that can be used: one has none, others have no rate, one has a rebate without its VAT."""
    path = tmp_path_factory.mktemp("bare") / "register.sqlite"
    orders, parts = [], []
    for number, (code, amount) in enumerate(ORDERS, start=1):
        one = f"O-{number:06d}"
        orders.append(
            {"id": one, "number": f"N{number}", "customer_id": "C-000001", "order_date": date(2026, 8, 3),
             "currency": code, "amount": D(amount)}
        )  # fmt: skip
        parts.append(
            {"id": f"I-{number:06d}", "order_id": one, "sequence": 1, "kind": "full", "currency": code,
             "amount": D(amount), "due_date": date(2026, 9, 3)}
        )  # fmt: skip
    cost = {"kind": "purchase", "currency": "CNY", "cost_date": date(2026, 8, 3), "amount": D("30.00")}
    costs = [cost | {"order_id": "O-000002"}, cost | {"order_id": "O-000004", "rebate_percent": D(13)}]
    receipt = {"id": "R-000001", "account": "1", "fingerprint": "1", "currency": "RUB", "amount": D("50.00")}
    with (
        Register.create(path, base_currency="CNY") as register,
        register.changeset(origin="test", reason="rows", author="test") as changeset,
    ):
        changeset.insert("customers", [{"id": "C-000001", "legal_name": "One"}])
        changeset.insert("orders", orders)
        changeset.insert("instalments", parts)
        changeset.insert("costs", costs)
        changeset.insert("receipts", [receipt | {"value_date": date(2026, 9, 3)}])
    return path


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "register.sqlite"
    Register.create(path, base_currency="CNY").close()
    return path


def shown(stem: str, register: Path, as_of: str) -> str:
    """What the page of a notebook would say, tags left out."""
    path = next(one for one in NOTEBOOKS if one.stem == stem)
    first, *others = [
        cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"
    ]
    space: dict[str, Any] = {}
    exec("".join(first["source"]), space)
    space |= {"register_path": str(register), "as_of": as_of}
    if "files" in space:
        old = register.with_name("old.csv")
        old.write_text("Order No,Date,Customer,Currency,Amount\n", encoding="utf-8")
        space["files"] = str(old)
    told = []
    with speaking("en"):
        for cell in others:
            body = ast.parse("".join(cell["source"])).body
            last = body.pop() if isinstance(body[-1], ast.Expr) else None
            exec(compile(ast.Module(body, []), path.name, "exec"), space)
            if isinstance(last, ast.Expr):
                told.append(_page(eval(compile(ast.Expression(last.value), path.name, "eval"), space)))
    return re.sub(r"<[^>]+>", " ", "\n".join(told))


def _page(value: Any) -> str:
    if hasattr(value, "_repr_html_"):
        return str(value._repr_html_())
    if hasattr(value, "told"):
        return str(value.told)
    return "".join(_page(one) for one in getattr(value, "children", ())) + str(getattr(value, "value", ""))


each = pytest.mark.parametrize("stem", [path.stem for path in NOTEBOOKS])


@each
def test_an_empty_register(stem: str, empty: Path) -> None:
    told = shown(stem, empty, AS_OF)
    assert "There is nothing to add up." in told or "All control totals agree." in told
    assert not re.search(r"\b(NaN|nan|None|NaT)\b", told)


@each
def test_orders_without_costs_or_rates(stem: str, bare: Path) -> None:
    told = shown(stem, bare, AS_OF)
    assert "There is nothing to add up." in told or "All control totals agree." in told
    assert not re.search(r"\b(NaN|nan|None|NaT)\b", told)
    if stem in {"start_here", "profitability", "month_end"}:
        assert "orders have no cost; their margin is not known and is left out" in told
    if stem in {"start_here", "profitability", "fx_exposure", "receivables", "month_end"}:
        assert "no rate for KES" in told
        assert "no rate for RUB" in told


def test_no_margin_is_shown_where_none_is_known(bare: Path, empty: Path) -> None:
    for told in (shown("profitability", bare, AS_OF), shown("profitability", empty, AS_OF)):
        bridge = told[told.index("From the agreed margin") : told.index("Margin by customer")]
        assert "Nothing to show." in bridge
        assert "0.00" not in bridge
        assert "net margin then —" in " ".join(bridge.split())


def test_a_month_without_rates(bare: Path) -> None:
    told = shown("receivables", bare, AFTER_ALL_RATES)
    assert "Receivables by days overdue — in CNY · basis: closing · as of 2026-12-31 — Nothing to show." in told
    assert "no rate for USD (rate.stale)" in told
    assert "1,000.00" in told, "amounts in their own currency stand"
    month = shown("month_end", bare, AFTER_ALL_RATES)
    assert "no rate for USD: The newest USD/CNY rate of ecb for 2026-12-31 is of 2026-10-30" in month


@pytest.mark.parametrize("day", [AS_OF, AFTER_ALL_RATES])
def test_the_month_end_pack(bare: Path, tmp_path: Path, day: str) -> None:
    with Register.open(bare, read_only=True) as register:
        pack = write_month_end(register, tmp_path, date.fromisoformat(day), language="en").pack
    assert pack.closes
    assert dict(pack.figures)["net margin"] is None
    assert not pack.table("bridge").rows
    assert ("ageing" in pack.charts) == (day == AS_OF)
    assert {"measure.no-cost", "measure.rate-missing"} <= {one.code for one in pack.findings}
