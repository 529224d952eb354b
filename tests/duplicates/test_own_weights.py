"""Weights learned from decisions: the same each time, near the shipped ones, and used only where they judge better."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from workbench.duplicates import record_pairs, scan
from workbench.duplicates.adjusting import SETTING, Adjustment, adjustment_of, retrain
from workbench.duplicates.decisions import Decision, decide
from workbench.duplicates.queue import bars, bars_of, waterfall
from workbench.errors import ConfigurationError
from workbench.register import Register

BRANDS = ("Harrow", "Blixen", "Quandt", "Murano", "Tolvaj", "Zephyr", "Ostrava", "Dunlea", "Kessel", "Pirano", "Varga",
          "Lumen", "Corvin", "Sable", "Tarbet", "Yarrow", "Mistral", "Nordan", "Ravel", "Ulster", "Wexler", "Xanten",
          "Brandt", "Calder", "Dorset", "Elgin", "Fermat", "Gorin", "Hobart", "Ivrea")  # fmt: skip


@pytest.fixture
def decided(tmp_path: Path) -> Iterator[Register]:
    """A firm whose customers of one name and trade in one country are one only where the telephone agrees."""
    rows = []
    for number, brand in enumerate(BRANDS):
        same = number % 2 == 0
        rows += [
            {"legal_name": f"{brand} Furniture Ltd", "country": "GB", "phone": f"+44 20 7946 {1000 + number}"},
            {"legal_name": f"{brand.upper()} FURNITURE", "country": "GB",
             "phone": f"020 7946 {1000 + number if same else 5000 + number}"},
            {"legal_name": f"{brand} Furniture Limited", "country": "GB",
             "phone": f"020 7946 {1000 + number if same else 7000 + number}"},
        ]  # fmt: skip
    with Register.create(tmp_path / "firm.sqlite") as made:
        with made.changeset(origin="test", reason="firm", author="li.na") as cs:
            ids = cs.insert("customers", rows)
        decisions = []
        for number in range(len(BRANDS)):
            one, two, three = ids[3 * number : 3 * number + 3]
            word = "merge" if number % 2 == 0 else "apart"
            decisions += [Decision(one, two, word), Decision(one, three, word)]
        decide(made, decisions, author="li.na")
        yield made


def test_decisions_are_learned(decided: Register) -> None:
    found = retrain(decided, author="li.na")
    assert (found.decisions, found.merges) == (60, 30)
    assert found.used
    assert found.loss_own < found.loss_shipped
    own = adjustment_of(decided)
    assert own is not None
    assert all(abs(weight) <= 0.5 for weight in own.fields)
    assert 0.5 <= own.slope <= 1.5
    again = retrain(decided, author="li.na")
    assert again.adjustment == found.adjustment
    assert again.changeset is None, "the same decisions give the same weights"


def test_own_weights_move_scores_and_are_told(decided: Register) -> None:
    rows = [
        {"id": "1", "legal_name": "Zubr Furniture Ltd", "country": "GB", "phone": "+44 20 7946 9001"},
        {"id": "2", "legal_name": "ZUBR FURNITURE", "country": "GB", "phone": "020 7946 9002"},
    ]
    (before,) = scan(rows)
    retrain(decided, author="li.na")
    after = scan(rows, own_weights=adjustment_of(decided))
    assert not after or after[0].score < before.score, "other telephones are other customers in this firm"


def test_forgetting_goes_back(decided: Register) -> None:
    before = decided.state_hash()
    retrain(decided, author="li.na")
    assert decided.setting(SETTING)
    retrain(decided, author="li.na", forget=True)
    assert decided.state_hash() == before
    assert retrain(decided, author="li.na", forget=True).changeset is None


def test_few_decisions_teach_nothing(firm: Register) -> None:
    with pytest.raises(ConfigurationError, match="40"):
        retrain(firm, author="li.na")


def test_weights_of_another_version_still_count() -> None:
    stored = Adjustment().as_dict()
    del stored["fields"]["name"]
    assert Adjustment.from_dict({**stored, "fields": {**stored["fields"], "gone": "0.4"}}) == Adjustment()


def test_the_waterfall_adds_up(firm: Register) -> None:
    record_pairs(firm, "li.na")
    for row in firm.rows("duplicate_pairs"):
        found = waterfall(firm, row["customer_a"], row["customer_b"])
        assert found.start + sum(weight for _field, weight, _text in found.steps) == pytest.approx(found.log_odds)
        assert 0 <= found.score <= 1


def test_bars_tell_what_merging_would_come_to(firm: Register) -> None:
    record_pairs(firm, "li.na")
    found = bars(firm)
    assert [one.merged for one in found] == sorted((one.merged for one in found), reverse=True)
    assert all(one.merged + one.review <= firm.count("duplicate_pairs") for one in found)
    pairs = scan(firm.rows("customers"))
    things = {row["id"]: "falkon" if row["legal_name"].startswith(("Falkon", "FALKON")) else row["id"]
              for row in firm.rows("customers")}  # fmt: skip
    lowest = bars_of(pairs, things)[0]
    assert lowest.bar == Decimal("0.10")
    right = sum(things[one.id_a] == things[one.id_b] for one in pairs if one.score >= lowest.bar)
    assert lowest.precision == pytest.approx(right / lowest.merged)
    assert lowest.recall == pytest.approx(right / 3), "three records of one firm make three pairs"
