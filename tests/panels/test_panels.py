"""What people do in the panels ends in the register's changesets, and can be taken back."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from workbench import profit
from workbench.errors import ConfigurationError
from workbench.panels import Check, Controls, Desk
from workbench.panels.adoption import AdoptionPanel
from workbench.panels.duplicates import DuplicatePanel
from workbench.panels.matching import MatchPanel
from workbench.panels.periods import year_to_date
from workbench.panels.rates import RatePanel
from workbench.panels.whatif import ProfitPanel, what_if
from workbench.register import Register


@pytest.fixture(scope="module")
def read_only(demo_dir: Path) -> Desk:
    return Desk.open(str(demo_dir / "register.sqlite"))


@pytest.fixture
def desk(demo_dir: Path, tmp_path: Path) -> Desk:
    shutil.copyfile(demo_dir / "register.sqlite", tmp_path / "register.sqlite")
    return Desk.open(str(tmp_path / "register.sqlite"))


def state(desk: Desk) -> str:
    with desk.reading() as register:
        return register.state_hash()


def test_the_day_is_the_newest_month_end(read_only: Desk) -> None:
    assert read_only.as_of == date(2026, 9, 30)


def test_no_register_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WORKBENCH_REGISTER", raising=False)
    with pytest.raises(ConfigurationError) as refused:
        Desk.open()
    assert "workbench lab" in refused.value.remedy
    with pytest.raises(ConfigurationError):
        Desk.open(str(Register.create(tmp_path / "a.sqlite").location), "30.9.2026")


def test_controls_that_do_not_close_are_seen() -> None:
    wrong = Controls([Check("orders", "CNY", Decimal("1.00"), Decimal("1.01"))])
    assert not wrong.agree
    assert wrong.open[0].difference == Decimal("-0.01")
    assert "✗" in wrong._repr_html_()
    assert Controls([]).agree


def test_years_are_compared_by_the_same_days() -> None:
    before, after = year_to_date(date(2024, 2, 29))
    assert (before.first, before.last) == (date(2023, 1, 1), date(2023, 2, 28))
    assert (after.first, after.last) == (date(2024, 1, 1), date(2024, 2, 29))


@pytest.mark.parametrize(("shock", "cost", "hedge"), [(0, 0, 0), (-10, 0, 0), (7, 3, 35), (5, -2, 100)])
def test_what_if_is_the_bridge_moved_by_its_parts(read_only: Desk, shock: int, cost: int, hedge: int) -> None:
    facts = read_only.facts
    amounts = list(what_if(facts, shock=shock, cost=cost, hedge=hedge).frame["amount"])
    orders = profit.order_figures(facts)
    orders = orders[orders["cost"].notna() & orders["rebate"].notna() & (orders["currency"] != facts.base)]
    cent = Decimal("0.01")
    exposed = Decimal(int(orders["open_closing"].sum())) * cent
    spent = Decimal(int(orders["cost"].sum())) * cent
    rates = (exposed * shock * (100 - hedge) / 10000).quantize(cent, ROUND_HALF_UP)
    costs = (-spent * cost / 100).quantize(cent, ROUND_HALF_UP)
    now = profit.bridge(facts).frame["amount"].iloc[-1]
    assert amounts == [now, rates, costs, now + rates + costs]


def test_a_hedge_beyond_the_whole_is_refused(read_only: Desk) -> None:
    with pytest.raises(ConfigurationError):
        what_if(read_only.facts, hedge=101)


def test_sliders_change_the_answer(read_only: Desk) -> None:
    panel = ProfitPanel(read_only)
    before = panel.answer
    panel.shock.value = -10
    expected = what_if(read_only.facts, shock=-10).frame["amount"].iloc[-1]
    assert panel.answer == f"{expected:,f} CNY" != before
    assert panel.controls().agree


def test_the_hedge_ratio_decides_what_comes_in(read_only: Desk) -> None:
    panel = RatePanel(read_only, "USD", home_percent="1.7", foreign_percent="4.3", days=90)
    panel.ratio.value, panel.shock.value = 100, -10
    whole = panel.answer
    panel.shock.value = 10
    assert panel.answer == whole, "what is hedged wholly does not move"
    panel.ratio.value = 0
    assert panel.answer != whole


def test_keeping_a_pair_apart_is_stored_and_undone(desk: Desk) -> None:
    before, panel = state(desk), DuplicatePanel(desk)
    waiting, pair = len(panel.waiting), panel.chosen
    assert pair is not None
    panel.why.value = "two firms"
    panel.apart.click()
    panel.work.wait()
    with desk.reading() as register:
        row = register.get("duplicate_pairs", pair.pair)
    assert (row["decision"], row["why"], row["decided_by"]) == ("apart", "two firms", desk.author)
    assert len(panel.waiting) < waiting
    panel.undo.click()
    panel.work.wait()
    assert len(panel.waiting) == waiting
    assert state(desk) == before
    assert panel.controls().agree


def test_a_merge_is_stored_and_undone(desk: Desk) -> None:
    before, panel = state(desk), DuplicatePanel(desk)
    pair = panel.chosen
    assert pair is not None
    panel.survivor.value = pair.b["id"]
    panel.merge.click()
    panel.work.wait()
    with desk.reading() as register:
        assert register.get("customers", pair.a["id"])["merged_into"] == pair.b["id"]
    panel.undo.click()
    panel.work.wait()
    assert state(desk) == before


def test_an_accepted_receipt_is_posted_and_undone(desk: Desk) -> None:
    before, panel = state(desk), MatchPanel(desk)
    one = next(one for one in panel.waiting if any(row.get("instalment_id") for row in one.decisions))
    panel.receipts.value = one.receipt["id"]
    panel.accept.click()
    panel.work.wait()
    assert panel.changesets, panel.work.words.value
    with desk.reading() as register:
        assert register.rows("allocations", {"receipt_id": one.receipt["id"]})
    panel.undo.click()
    panel.work.wait()
    assert state(desk) == before
    assert panel.controls().agree


def test_a_split_that_cannot_be_is_told_and_stores_nothing(desk: Desk) -> None:
    before, panel = state(desk), MatchPanel(desk)
    panel.parts.value = "I-999999=1.00"
    panel.split.click()
    panel.work.wait()
    assert "role='alert'" in panel.work.words.value
    panel.parts.value = "I-000001=one"
    panel.split.click()
    panel.work.wait()
    assert "role='alert'" in panel.work.words.value
    assert state(desk) == before
    assert not panel.accept.disabled


def test_old_sheets_are_planned_answered_imported_and_taken_back(tmp_path: Path) -> None:
    Register.create(tmp_path / "register.sqlite", base_currency="CNY").close()
    sheet = tmp_path / "orders.csv"
    sheet.write_text(
        "Order No,Order Date,Customer,Currency,Amount\nA1,2026-03-02,Nordlicht GmbH,EUR,1200.00\n"
        "A2,2026-03-03,Nordlicht GmbH,$,50.00\n",
        encoding="utf-8",
    )
    desk = Desk.open(str(tmp_path / "register.sqlite"), "2026-09-30")
    before, panel = state(desk), AdoptionPanel(desk, str(sheet))
    assert panel.controls().agree
    asked = [key for key in panel.fields if key[1].startswith("cell.currency")]
    panel.fields[asked[0]].value = "USD"
    panel.again.click()
    panel.work.wait()
    assert not [key for key in panel.fields if key[1].startswith("cell.currency")]
    panel.apply.click()
    panel.work.wait()
    with desk.reading() as register:
        assert register.control_totals("orders") == {"EUR": Decimal("1200.00"), "USD": Decimal("50.00")}
    panel.undo.click()
    panel.work.wait()
    assert state(desk) == before
