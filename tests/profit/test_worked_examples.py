"""The margins, bridges and effects of the worked examples."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.profit import ORDERS, Sales, effects

amounts = st.fractions(min_value=Fraction(1, 10), max_value=1000, max_denominator=100)
sales = st.builds(Sales, amounts, amounts, amounts)
periods = st.dictionaries(st.sampled_from("ABCDE"), sales, min_size=1)


@given(periods, periods, st.sampled_from(ORDERS))
def test_effects_add_up_to_the_difference(before: dict[str, Sales], after: dict[str, Sales], order: str) -> None:
    parts = effects(before, after, order)
    total = sum((part for row in parts.values() for part in row.values()), Fraction(0))
    assert total == sum(one.worth for one in after.values()) - sum(one.worth for one in before.values())


def test_the_order_of_effects_moves_rates_between_price_and_fx() -> None:
    before = {"A": Sales(Fraction(10), Fraction(100), Fraction(7))}
    after = {"A": Sales(Fraction(10), Fraction(110), Fraction(8))}
    assert effects(before, after, "fx_last")["A"] == {"volume": 0, "mix": 0, "price": 700, "fx": 1100}
    assert effects(before, after, "fx_first")["A"] == {"volume": 0, "mix": 0, "price": 800, "fx": 1000}


@pytest.mark.parametrize("order", ORDERS)
def test_a_row_sold_in_one_period_only_is_new_or_lost(order: str) -> None:
    one = Sales(Fraction(2), Fraction(Decimal("1.5")), Fraction(3))
    assert effects({"A": one}, {"B": one}, order) == {"A": {"lost": Fraction(-9)}, "B": {"new": Fraction(9)}}
