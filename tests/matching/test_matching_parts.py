"""The pieces that the matching is made of, each against an independent way to the same answer."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.matching.assignment import marginals
from workbench.matching.candidates import Hypotheses
from workbench.matching.model import Trees, stored_model
from workbench.matching.numbers import digit_strings, number_digits
from workbench.matching.payers import Names, Tally, name_key
from workbench.matching.subsets import MOST, sums_between


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=2, max_size=7), st.integers(2, 120), st.integers(0, 6))
def test_sums_are_all_subsets_between_the_bounds(amounts: list[int], low: int, width: int) -> None:
    values = np.zeros((1, MOST), np.int64)
    values[0, : len(amounts)] = amounts
    bound = np.array([low])
    _case, found = sums_between(values, np.array([len(amounts)]), bound, bound + width, bound, most=1 << MOST)
    expected = {
        sum(1 << place for place in chosen)
        for size in range(2, len(amounts) + 1)
        for chosen in combinations(range(len(amounts)), size)
        if low <= sum(amounts[place] for place in chosen) <= low + width
    }
    assert set(found.tolist()) == expected
    assert len(found) == len(expected)


def test_sums_of_equal_amounts_are_bounded() -> None:
    """Any of 3,003 subsets would do; a few that stand together are taken."""
    values = np.full((50, MOST), 500, np.int64)
    counts, sums = np.full(50, MOST), np.full(50, 2500)
    case, subset = sums_between(values, counts, sums, sums, sums, most=6)
    assert np.bincount(case).tolist() == [6] * 50
    assert all(one.bit_count() == 5 for one in subset.tolist())
    assert 0b11111 in subset[case == 0]


def hypotheses(sets: list[tuple[int, tuple[int, ...]]]) -> Hypotheses:
    sizes = [len(items) for _receipt, items in sets]
    return Hypotheses(
        np.array([receipt for receipt, _items in sets]),
        np.concatenate([[0], np.cumsum(sizes)]),
        np.array([item for _receipt, items in sets for item in items]),
    )


def by_enumeration(sets: list[tuple[int, tuple[int, ...]]], weights: list[float]) -> np.ndarray:
    """The chance of each hypothesis over all assignments in which no item is paid twice."""
    receipts = sorted({receipt for receipt, _items in sets})
    choices = [[None, *(k for k, one in enumerate(sets) if one[0] == receipt)] for receipt in receipts]
    total, chance = 0.0, np.zeros(len(sets))
    for chosen in product(*choices):
        taken = [item for one in chosen if one is not None for item in sets[one][1]]
        if len(taken) == len(set(taken)):
            weight = float(np.prod([weights[one] for one in chosen if one is not None]))
            total += weight
            chance[[one for one in chosen if one is not None]] += weight
    return chance / total


@pytest.mark.parametrize(
    ("sets", "log_odds"),
    [
        ([(0, (0,)), (0, (1,)), (1, (1,))], [2.0, 2.0, 3.0]),
        ([(0, (0, 1)), (0, (0,)), (1, (1, 2)), (1, (2,))], [1.0, 0.5, 1.5, 0.0]),
        ([(0, (0,)), (1, (0, 1)), (2, (1,))], [2.0, 1.0, -1.0]),
        ([(0, (0,)), (0, (1,)), (1, (2,))], [5.0, 5.0, -3.0]),
    ],
)
def test_weighing_agrees_with_going_through_all_assignments(
    sets: list[tuple[int, tuple[int, ...]]], log_odds: list[float]
) -> None:
    found = marginals(hypotheses(sets), np.array(log_odds), np.zeros(len(sets), np.bool_), 3)
    expected = by_enumeration(sets, [float(np.exp(one)) for one in log_odds])
    assert found.probability == pytest.approx(expected, abs=0.03)


def test_parts_of_one_instalment_do_not_rule_each_other_out() -> None:
    sets = [(0, (0,)), (1, (0,))]
    odds = np.array([4.0, 4.0])
    parts = marginals(hypotheses(sets), odds, np.array([True, True]), 1)
    wholes = marginals(hypotheses(sets), odds, np.array([False, False]), 1)
    assert parts.probability.min() > 0.95
    assert wholes.probability.max() < 0.6


@pytest.mark.parametrize("name", ["first", "later", "final", "refund"])
def test_trees_are_read_as_documented(name: str) -> None:
    """Walked node by node in plain Python, the trees give the same odds."""
    stored = stored_model()[name]
    rng = np.random.default_rng(4)
    rows = rng.normal(0, 3, (40, len(stored["features"]))).astype(np.float32)
    rows[rng.random(rows.shape) < 0.1] = np.nan
    columns = {feature: rows[:, place] for place, feature in enumerate(stored["features"])}
    answers = Trees(stored).log_odds(columns)
    for row, answer in zip(rows, answers, strict=True):
        total = stored["base"]
        for tree in stored["trees"]:
            at = 0
            while tree["feature"][at] >= 0:
                value = row[tree["feature"][at]]
                goes_left = tree["missing"][at] if np.isnan(value) else value <= np.float32(tree["threshold"][at])
                at = tree["left"][at] + (0 if goes_left else 1)
            total += tree["value"][at]
        assert answer == pytest.approx(total, abs=1e-6)


def test_the_bar_was_chosen_on_other_seeds_than_the_trees_were_trained_on() -> None:
    model = stored_model()
    assert 0.5 < model["bar"] < 1
    assert model["seeds"]["bar"][0] > model["seeds"]["training"][1]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("INV2024-00437", ["2024", "00437", "202400437"]),
        ("NO.00437", ["00437"]),
        ("SO24 0O437", ["00437", "2400437"]),  # a letter among digits
        ("PI2025-081 86", ["2025", "081", "2025081", "08186", "202508186"]),
        ("goods", []),
    ],
)
def test_digits_that_a_text_may_mean(text: str, found: list[str]) -> None:
    assert digit_strings(text) == found


def test_digits_of_a_number() -> None:
    assert number_digits("INV2024-00437") == ["00437", "202400437"]
    assert number_digits("A-1") == []


def test_names_are_found_cut_misspelt_or_rearranged() -> None:
    names = ["Kesberlo Garden Trading GmbH", "Vanrimonte Solar Corp", "Torbeson Trading Ltd", "Mullerdorf Trading AG"]
    index = Names.of((name_key(name), number) for number, name in enumerate(names))
    for text, number in (
        ("KESBERLO GARDEN", 0),
        ("VANRIMNOTE SOLAR CORPORATION", 1),
        ("MESSRS TORBESON TRADING LIMITED", 2),
        ("TRADING MULLERDORF", 3),
    ):
        _key, customer, alike = index.alike([name_key(text)])
        assert customer[alike.argmax()] == number, text
    assert index.alike(["zzz qqq"])[1].size == 0


def test_tally() -> None:
    tally = Tally(np.array([0, 0, 2, -1, 0]), np.array([1, 3, 1, 1, 1]), np.array([1.0, 0.5, 2.0, 9.0, 1.0]), 5)
    assert tally.of(np.array([0, 0, 2, 1, -1]), np.array([1, 3, 1, 1, 1])).tolist() == [2.0, 0.5, 2.0, 0.0, 0.0]
    assert tally.total(np.array([0, 1, 2, -1, 7])).tolist() == [2.5, 0.0, 2.0, 0.0, 0.0]
    row, column = tally.columns(np.array([2, 0, -1]), most=1, least=0.1)
    assert (row.tolist(), column.tolist()) == ([0, 1], [1, 1])


def test_sums_with_the_members_that_are_named_are_found_among_many_others() -> None:
    """Thousands of subsets fit between the bounds; the one with all that a text names is among the few that are taken."""
    values = np.array([[100 + 7 * place for place in range(MOST)]])
    wanted = 0b11100000110111  # eight members, with holes between
    total = np.array([sum(int(values[0, place]) for place in range(MOST) if wanted >> place & 1)])
    bounds = {"counts": np.array([MOST]), "low": total - 2, "high": total + 60, "exact": total - 2}
    _case, plain = sums_between(values, **bounds, most=10)
    case, found = sums_between(values, **bounds, most=10, liked=np.array([wanted]))
    assert wanted not in plain.tolist()
    assert wanted in found.tolist()
    assert set(plain.tolist()) <= set(found.tolist())
    assert len(case) <= 20
