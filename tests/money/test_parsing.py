"""Reading what people type: a corpus with expectations reasoned beforehand, and invariants over any text."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.money import CURRENCIES, Hints, Money, Parsed, format_money, minor_units, parse

CORPUS = Path(__file__).parent / "typed_amounts.txt"


def cases() -> list[tuple[str, Hints, str, str]]:
    found = []
    for line in CORPUS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#") and line.strip():
            text, hints, amounts, currencies = (field.strip() for field in f" {line}".split(" | "))
            given_hints = dict(pair.split(":") for pair in hints.split() if pair != "-")
            text = text.replace(r"\u00a0", "\u00a0").replace(r"\u202f", "\u202f").replace(r"\t", "\t")
            known = Hints(given_hints.get("c", ""), given_hints.get("l", ""), given_hints.get("d", ""))
            found.append((text, known, amounts, currencies))
    return found


CASES = cases()


def test_corpus_is_large() -> None:
    assert len(CASES) >= 190
    assert len({case[:2] for case in CASES}) == len(CASES)


@pytest.mark.parametrize(("text", "hints", "amounts", "currencies"), CASES, ids=[f"{case[0]!a}" for case in CASES])
def test_typed_text(text: str, hints: Hints, amounts: str, currencies: str) -> None:
    got = parse(text, hints)
    expected = [Decimal(one) for one in amounts.replace("- ", "").split()] if amounts != "-" else []
    assert readings(got) == expected
    assert str(got.amount or "") in {"", *amounts.split()}  # digits as typed: 12.50 stays 12.50
    codes = currencies.split()
    if codes == ["-"]:
        assert (got.currency, got.candidates, got.unknown_code) == (None, (), "")
    elif codes[0].startswith("?"):
        assert got.currency is None
        assert got.unknown_code == codes[0][1:]
        assert set(codes[1:]) <= set(got.candidates)
        assert bool(codes[1:]) == bool(got.candidates)
    elif len(codes) == 1:
        assert codes[0] in ({got.currency} if not got.candidates else set(got.candidates))
        assert got.currency is not None or got.evidence
    else:
        assert got.currency is None
        assert set(codes) <= set(got.candidates)
    assert got.ambiguous == (len(expected) > 1 or bool(got.candidates))


def readings(parsed: Parsed) -> list[Decimal]:
    if parsed.amount is not None:
        assert parsed.amount_candidates == ()
        return [parsed.amount]
    return list(parsed.amount_candidates)


def test_what_was_concluded_is_told() -> None:
    assert any("CNY, JPY" in step for step in parse("¥5").evidence)
    assert any("sheet is in HKD" in step for step in parse("$5", Hints(currency="HKD")).evidence)
    assert any("country uses CAD" in step for step in parse("$5", Hints(country="CA")).evidence)
    assert any("third decimal" in step for step in parse("JPY 1.234").evidence)
    assert any("10^4" in step for step in parse("12.5万").evidence)
    assert any("brackets" in step for step in parse("(5)").evidence)
    assert any("replaced by EUR" in step for step in parse("DEM 5").evidence)
    for unreadable in ("garbage", "", "5%", "1,2,3", "5²", "1" * 200):
        assert parse(unreadable).evidence


def test_codes_near_to_a_slip_are_few_and_the_likely_one_first() -> None:
    assert parse("USS 500").candidates[0] == "USD"
    assert parse("RBM 500").candidates[0] == "CNY"
    assert len(parse("AAA 1").candidates) <= 5


amounts = st.integers(-(10**12), 10**12)
languages = st.sampled_from(["en", "zh", "ja", "de", "fr", "es", "it", "pt", "pl", "ru"])


@given(amounts, st.sampled_from(sorted(CURRENCIES)), languages)
def test_what_is_shown_is_read_back(units: int, code: str, language: str) -> None:
    money = Money(Decimal(units).scaleb(-minor_units(code)), code)
    got = parse(format_money(money, language))
    assert got.currency == code
    assert money.amount in readings(got)
    if minor_units(code) == 2:
        assert got.amount == money.amount


@given(st.text(max_size=200), st.builds(Hints, st.sampled_from(["", "USD", "JPY"]), st.sampled_from(["", "DE", "??"])))
def test_any_text_is_read_or_refused(text: str, hints: Hints) -> None:
    got = parse(text, hints)
    assert got.amount is None or got.amount.is_finite()
    assert got.amount is None or not got.amount_candidates
    assert not (got.currency and got.candidates)


@given(st.text("0123456789.,' -()+$¥€kM万元USD円\u00a0/%", max_size=40))
def test_texts_like_amounts_are_read_or_refused(text: str) -> None:
    got = parse(text)
    if got.amount is not None and got.amount:
        assert any(letter.isdigit() for letter in text)
    if not readings(got):
        assert got.evidence


@pytest.mark.parametrize("piece", ["1", "(", "1,", " ", "-", "$", "1 ", "USD", "ﷺ"])
def test_long_hostile_text_is_refused(piece: str) -> None:
    assert parse(piece * (1_000_000 // len(piece))).amount is None
