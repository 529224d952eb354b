"""One rate at a time: directions, crosses, days, and every way in which there is none."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from workbench.money import CURRENCIES, UnknownCurrency
from workbench.rates import (
    PEGS,
    POLICIES,
    Observation,
    PolicyRefused,
    RateBeforeFirst,
    RateBook,
    RateMissing,
    RateRetired,
    RateStale,
    SourceRule,
)
from workbench.rates.frame import lookup

DAY = date(2025, 1, 14)


def test_direction_and_unit_as_published(cfets_day: RateBook, vectors: dict[str, Any]) -> None:
    expected = vectors["E03-direction"]
    for code in ("USD", "JPY"):
        rate = cfets_day.get(code, "CNY", DAY)
        assert str(rate.value) == expected[code]
        assert not rate.derived
    for code in ("MYR", "RUB", "KRW"):
        rate = cfets_day.get(code, "CNY", DAY)
        places = Decimal(expected[code]).as_tuple().exponent
        assert str(rate.value.quantize(Decimal(1).scaleb(int(places)))) == expected[code]
        assert rate.derived
        assert (rate.legs[0].base, rate.legs[0].quote) == ("CNY", code)
    converted = {
        "KRW10m_to_CNY": ("KRW", "10000000"),
        "MYR50000_to_CNY": ("MYR", "50000"),
        "RUB1m_to_CNY": ("RUB", "1000000"),
        "JPY1234567_to_CNY": ("JPY", "1234567"),
    }
    for name, (code, amount) in converted.items():
        assert str(cfets_day.get(code, "CNY", DAY).convert(Decimal(amount))) == expected[name]


def test_crosses_keep_the_middle_unrounded(cfets_day: RateBook, vectors: dict[str, Any]) -> None:
    expected = vectors["E04-triangulate"]
    assert str(cfets_day.get("USD", "EUR", DAY).convert(Decimal(10000))) == expected["USD_EUR"]
    assert str(cfets_day.get("JPY", "USD", DAY).convert(Decimal(1000000))) == expected["JPY_USD"]
    assert str(cfets_day.get("EUR", "JPY", DAY).convert(Decimal(1000))) == expected["EUR_JPY"]
    won = cfets_day.get("KRW", "JPY", DAY)
    assert str(won.value.quantize(Decimal("1e-8"))) == expected["KRW1_in_JPY_unrounded"]
    assert [(leg.base, leg.quote, str(leg.value)) for leg in won.legs] == [
        ("CNY", "KRW", "201.43"),
        ("JPY", "CNY", "0.046128"),
    ]


def test_cross_rates_are_not_cut_to_five_decimals(vectors: dict[str, Any]) -> None:
    against_yuan = {"USD": "7.1878", "VND": "0.000283", "IDR": "0.000440", "JPY": "0.046128"}
    rows = [Observation("bank", "mid", code, "CNY", 1, text, DAY) for code, text in against_yuan.items()]
    book = RateBook([*rows, Observation("bank", "mid", "CNY", "KRW", 100, "20143", DAY)])
    for code, in_yuan in {**against_yuan, "KRW": Fraction(100, 20143)}.items():
        rate = book.get(code, "USD", DAY)
        assert rate.exact == Fraction(in_yuan) / Fraction("7.1878")
        if code != "USD":
            true = vectors["E04c-5dp-crossrate"][code].split()[1].removeprefix("true=")
            assert str(rate.value.quantize(Decimal("1e-9"))) == true


def test_the_rate_date_decides(vectors: dict[str, Any]) -> None:
    expected = vectors["E05-datepolicy"]
    book = RateBook(
        [
            Observation("bank", "mid", "USD", "EUR", 1, "0.942063", date(2017, 3, 3)),
            Observation("bank", "mid", "USD", "EUR", 1, "0.919541", date(2017, 3, 31)),
        ]
    )
    early = book.get("USD", "EUR", date(2017, 3, 3))
    late = book.get("USD", "EUR", date(2017, 3, 31))
    assert (str(early.value), str(late.value)) == (expected["rate_0303"], expected["rate_0331"])
    difference = early.convert(Decimal("3597.00")) - late.convert(Decimal("3597.00"))
    assert str(difference) == expected["difference"]


def test_bank_buying_rate_and_its_cost(vectors: dict[str, Any]) -> None:
    expected = vectors["E19-bank-advice"]
    day = date(2026, 4, 20)
    book = RateBook(
        [
            Observation("cfets", "parity", "USD", "CNY", 100, "715.00", day),
            Observation("boc", "bank_buy", "USD", "CNY", 100, "714.20", day),
        ]
    )
    bought = book.get("USD", "CNY", day, kind="bank_buy")
    mid = book.get("USD", "CNY", day)
    assert (bought.source, bought.kind, mid.source, mid.kind) == ("boc", "bank_buy", "cfets", "parity")
    proceeds, at_mid = bought.convert(Decimal(35000)), mid.convert(Decimal(35000))
    assert (str(proceeds), str(at_mid)) == (expected["proceeds"], expected["at_mid"])
    assert str(at_mid - proceeds) == expected["bank_spread_cost"]


def test_the_answer_has_the_shape_that_scripts_read(embedded: RateBook) -> None:
    assert embedded.get("USD", "JPY", date(2026, 10, 31)).as_dict() == {
        "value": "157.2502685284640171858216970998926",
        "base": "USD",
        "quote": "JPY",
        "date": "2026-10-31",
        "rate_date": "2026-10-30",
        "age_days": 1,
        "source": "ecb",
        "kind": "mid",
        "policy": "on_or_before",
        "legs": [
            {"base": "EUR", "quote": "USD", "value": "1.1172", "rate_date": "2026-10-30"},
            {"base": "EUR", "quote": "JPY", "value": "175.68", "rate_date": "2026-10-30"},
        ],
    }


@pytest.mark.parametrize(
    ("base", "quote", "on", "error", "extra"),
    [
        ("USD", "CNY", date(2030, 1, 1), RateStale, {"rate_date": "2026-10-30", "limit": "5"}),
        ("USD", "CNY", date(2026, 11, 5), RateStale, {"days": "6"}),
        ("ISK", "EUR", date(2013, 6, 3), RateStale, {"rate_date": "2008-12-09", "days": "1637"}),
        ("RUB", "USD", date(2022, 3, 7), RateStale, {"rate_date": "2022-03-01"}),
        ("CNY", "USD", date(2005, 3, 31), RateBeforeFirst, {"first": "2005-04-01"}),
        ("USD", "EUR", date(1999, 1, 3), RateBeforeFirst, {"first": "1999-01-04"}),
        ("HRK", "EUR", date(2023, 1, 1), RateRetired, {"successor": "EUR", "ratio": "7.53450"}),
        ("EUR", "BGN", date(2026, 1, 2), RateRetired, {"successor": "EUR", "ratio": "1.95583"}),
        ("TRL", "USD", date(2005, 1, 1), RateRetired, {"successor": "TRY", "ratio": "1000000"}),
        ("SLL", "USD", date(2024, 1, 1), RateRetired, {"successor": "SLE", "ratio": "1000"}),
        ("SLL", "USD", date(2020, 1, 1), RateMissing, {}),
        ("TWD", "USD", date(2020, 1, 1), RateMissing, {}),
        ("AED", "CNY", date(2027, 1, 1), RateStale, {"rate_date": "2026-10-30"}),
        ("TMT", "USD", date(2014, 12, 31), RateBeforeFirst, {"first": "2015-01-01"}),
    ],
)
def test_no_rate_is_told_why(
    embedded: RateBook, base: str, quote: str, on: date, error: type[Exception], extra: dict[str, str]
) -> None:
    with pytest.raises(error) as caught:
        embedded.get(base, quote, on)
    found = caught.value.as_dict()  # type: ignore[attr-defined] - every one of them is a WorkbenchError
    assert extra.items() <= found.items()
    assert found["remedy"]


@pytest.mark.parametrize("pair", [("QQQ", "USD"), ("USD", "usd"), ("QQQ", "QQQ"), ("USD", "")])
def test_unknown_codes_are_refused_even_against_themselves(embedded: RateBook, pair: tuple[str, str]) -> None:
    with pytest.raises(UnknownCurrency):
        embedded.get(*pair, date(2024, 1, 2))


def test_a_currency_against_itself_is_one_and_says_so(embedded: RateBook) -> None:
    rate = embedded.get("TWD", "TWD", date(2030, 1, 1))
    assert (rate.value, rate.kind, rate.legs, rate.derived, rate.age_days) == (1, "identity", (), False, 0)
    assert rate.convert(Decimal("12.345")) == Decimal("12.35")


def test_a_rate_tells_what_it_is(embedded: RateBook) -> None:
    rate = embedded.get("EUR", "USD", date(2026, 10, 31))
    assert repr(rate) == "Rate(1 EUR = 1.1172 USD, ecb mid of 2026-10-30, on_or_before 2026-10-31)"


def test_a_datetime_is_no_day(embedded: RateBook) -> None:
    with pytest.raises(TypeError):
        embedded.get("USD", "CNY", datetime(2024, 1, 2, 23, 30))


def test_the_last_day_of_an_ending_currency(embedded: RateBook) -> None:
    rate = embedded.get("HRK", "EUR", date(2022, 12, 31))
    assert (rate.rate_date, rate.legs[0].value) == (date(2022, 12, 30), Decimal("7.5365"))


@pytest.mark.parametrize(
    ("code", "legal"), [("HRK", "7.53450"), ("BGN", "1.95583"), ("DEM", "1.95583"), ("LVL", "0.702804")]
)
def test_legal_euro_rates(embedded: RateBook, code: str, legal: str) -> None:
    on = date(2026, 6, 1)
    rate = embedded.get("EUR", code, on, kind="legal")
    assert (str(rate.value), rate.kind, rate.source, rate.derived) == (legal, "legal", "eu-council", False)
    back = embedded.get(code, "EUR", on, kind="legal")
    assert back.convert(Decimal(1_000_000)) == (Decimal(1_000_000) / Decimal(legal)).quantize(Decimal("0.01"))
    assert [str(leg.value) for leg in back.legs] == [legal], "divided by the fixed rate, no inverse of it"


def test_two_national_units_convert_through_the_euro(embedded: RateBook) -> None:
    rate = embedded.get("FRF", "DEM", date(2001, 6, 1), kind="legal")
    assert rate.exact == Fraction("1.95583") / Fraction("6.55957")
    assert [(leg.base, leg.quote) for leg in rate.legs] == [("EUR", "FRF"), ("EUR", "DEM")]


def test_a_legal_rate_goes_on_through_the_market(embedded: RateBook) -> None:
    rate = embedded.get("HRK", "USD", date(2024, 1, 2), kind="legal")
    assert rate.exact == Fraction("1.0956") / Fraction("7.53450")
    assert (rate.kind, rate.source, rate.rate_date) == ("legal", "eu-council + ecb", date(2024, 1, 2))
    lira = embedded.get("TRL", "TRY", date(2006, 1, 2), kind="legal")
    assert lira.convert(Decimal(2_500_000)) == Decimal("2.50")


def test_a_legal_rate_does_not_reach_back(embedded: RateBook) -> None:
    with pytest.raises(RateBeforeFirst) as caught:
        embedded.get("HRK", "EUR", date(2022, 12, 31), kind="legal")
    assert caught.value.extra["first"] == "2023-01-01"
    assert embedded.get("HRK", "EUR", date(2023, 1, 1), kind="legal").kind == "legal"


def test_pegs_are_labelled_and_cross_through_their_anchor(embedded: RateBook) -> None:
    rate = embedded.get("AED", "CNY", date(2026, 10, 30))
    assert rate.exact == Fraction("7.4326") / Fraction("1.1172") / Fraction("3.6725")
    assert (rate.kind, rate.source) == ("peg", "Central Bank of the UAE + ecb")
    assert rate.legs[0].quote == "AED"
    franc = embedded.get("XAF", "XOF", date(2026, 10, 30))
    assert (franc.value, franc.kind, franc.rate_date) == (1, "peg", date(2026, 10, 30))
    assert str(embedded.get("USD", "SAR", date(2026, 10, 30)).value) == "3.75"


def test_a_peg_does_not_pass_for_a_published_rate(embedded: RateBook) -> None:
    with pytest.raises(RateMissing):
        embedded.get("AED", "USD", date(2024, 1, 2), kind="mid")
    published = Observation("bank", "mid", "USD", "AED", 1, "3.6730", date(2024, 1, 2))
    book = RateBook([published])
    assert book.get("AED", "USD", date(2024, 1, 2)).kind == "mid"


def test_legs_of_a_cross_are_of_one_day() -> None:
    book = RateBook(
        [
            Observation("bank", "mid", "EUR", "USD", 1, "1.10", date(2024, 3, 5)),
            Observation("bank", "mid", "EUR", "USD", 1, "1.20", date(2024, 3, 6)),
            Observation("bank", "mid", "EUR", "CNY", 1, "7.70", date(2024, 3, 5)),
            Observation("bank", "mid", "EUR", "CNY", 1, "7.80", date(2024, 3, 7)),
        ]
    )
    rate = book.get("USD", "CNY", date(2024, 3, 8))
    assert (rate.value, rate.rate_date) == (7, date(2024, 3, 5))


def test_pairs_without_a_common_currency_are_not_crossed() -> None:
    book = RateBook(
        [
            Observation("bank", "mid", "EUR", "USD", 1, "1.10", DAY),
            Observation("bank", "mid", "USD", "CNY", 1, "7.20", DAY),
            Observation("bank", "mid", "EUR", "GBP", 1, "0.85", DAY),
        ]
    )
    with pytest.raises(RateMissing):
        book.get("GBP", "CNY", DAY)


def test_stale_after_the_limit_of_the_source(vectors: dict[str, Any]) -> None:
    expected = vectors["E05d-stale"]
    last = Observation("bank", "mid", "USD", "CNY", 1, "7.10", date(2026, 9, 30))
    book = RateBook([last], rules={"bank": SourceRule("bank", max_age=4)})
    assert (book.get("USD", "CNY", date(2026, 10, 4)).age_days, "ok") == (4, "ok")
    assert "4" in expected["2026-10-04"]
    with pytest.raises(RateStale) as caught:
        book.get("USD", "CNY", date(2026, 10, 5))
    assert caught.value.days == 5
    assert f"({caught.value.days})" in expected["2026-10-05"]


def test_age_in_publication_days(vectors: dict[str, Any]) -> None:
    assert "publication days" in vectors["E05d-stale"]["2026-10-07 with holiday calendar (8 non-publication days)"]
    last = Observation("bank", "mid", "USD", "CNY", 1, "7.10", date(2026, 9, 30))
    book = RateBook([last], rules={"bank": SourceRule("bank", max_age=4, calendar="CN")})
    assert book.get("USD", "CNY", date(2026, 10, 7)).age_days == 7
    with pytest.raises(RateStale) as caught:
        book.get("USD", "CNY", date(2026, 10, 16))
    assert 4 < caught.value.days < 16


def test_a_monthly_rate_lasts_for_its_month() -> None:
    march = Observation("hmrc", "monthly", "GBP", "USD", 1, "1.3126", date(2025, 3, 1), date(2025, 3, 31))
    book = RateBook([march])
    for policy in ("on_or_before", "period"):
        assert book.get("GBP", "USD", date(2025, 3, 31), policy=policy).rate_date == date(2025, 3, 1)
        with pytest.raises(RateStale) as caught:
            book.get("GBP", "USD", date(2025, 4, 1), policy=policy)
        assert caught.value.days == 1


def test_the_period_policy_wants_periods(embedded: RateBook) -> None:
    with pytest.raises(RateMissing):
        embedded.get("USD", "EUR", date(2026, 10, 30), policy="period")


def test_unknown_policy(embedded: RateBook) -> None:
    with pytest.raises(PolicyRefused):
        embedded.get("USD", "EUR", date(2026, 10, 30), policy="nearest")


def test_sources_are_asked_in_order_and_never_mixed() -> None:
    on = date(2026, 10, 30)
    yuan = Observation("cfets", "parity", "USD", "CNY", 1, "7.0900", on)
    book = RateBook.embedded().with_observations([yuan])
    assert book.preference == ("ecb", "cfets")
    assert book.get("USD", "CNY", on).source == "ecb"
    assert str(book.get("USD", "CNY", on, source="cfets").value) == "7.0900"
    assert book.with_preference("cfets").get("USD", "CNY", on).source == "cfets"
    with pytest.raises(RateMissing) as caught:
        book.with_preference("cfets").get("EUR", "CNY", on)
    assert "ecb" in caught.value.remedy
    second = book.with_preference("cfets", "ecb", secondary=True).get("EUR", "CNY", on)
    assert second.source == "ecb"


def test_secondary_sources_step_in_for_a_stale_one_only_if_allowed() -> None:
    old = Observation("cfets", "parity", "USD", "CNY", 1, "7.2", date(2026, 1, 5))
    book = RateBook.embedded().with_observations([old]).with_preference("cfets", "ecb")
    with pytest.raises(RateStale):
        book.get("USD", "CNY", date(2026, 10, 30))
    assert book.with_preference("cfets", "ecb", secondary=True).get("USD", "CNY", date(2026, 10, 30)).source == "ecb"


def test_coverage_names_every_circulating_currency(embedded: RateBook) -> None:
    rows = embedded.coverage()
    assert {row.currency for row in rows} == set(CURRENCIES)
    by_code = {row.currency: row for row in rows}
    assert by_code["USD"] == ("USD", "ecb", "mid", date(1999, 1, 4), date(2026, 10, 30), 7126)
    assert by_code["RUB"].last == date(2022, 3, 1)
    assert (by_code["AED"].kind, by_code["AED"].last) == ("peg", date(2026, 10, 30))
    assert (by_code["TWD"].source, by_code["TWD"].first, by_code["TWD"].observations) == ("", None, 0)
    live = {row.currency for row in rows if row.last == date(2026, 10, 30)}
    assert len(live) == 47
    assert set(PEGS) <= live


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("day", [date.min, date(1, 1, 31), date(9999, 12, 31), date(9999, 12, 30)])
def test_no_day_is_beyond_a_policy(policy: str, day: date) -> None:
    """A slip in a cell may bring any day that the calendar has; the answer is a reason, not a failure."""
    book = RateBook.embedded()
    with pytest.raises((RateMissing, RateStale, RateBeforeFirst)):
        book.get("USD", "CNY", day, policy=policy)
    assert book.get("USD", "USD", day, policy=policy).value == 1


def test_a_cross_is_as_old_as_its_rate_without_a_period() -> None:
    """One leg holds for the month, the other is a daily rate: on the 30th the daily one is stale."""
    first = date(2026, 3, 1)
    book = RateBook(
        [
            Observation("bank", "mid", "USD", "CNY", 1, "7.2", first, valid_to=date(2026, 3, 31)),
            Observation("bank", "mid", "EUR", "CNY", 1, "8.0", first),
        ]
    )
    assert book.get("USD", "CNY", date(2026, 3, 30)).rate_date == first
    assert book.get("USD", "EUR", date(2026, 3, 6)).rate_date == first
    with pytest.raises(RateStale):
        book.get("USD", "EUR", date(2026, 3, 30))
    days = [date(2026, 3, 6), date(2026, 3, 30)]
    assert lookup(book, "USD", "EUR", days).errors.tolist() == ["", "rate.stale"]
    assert lookup(book, "USD", "CNY", days).errors.tolist() == ["", ""]


@pytest.mark.parametrize(
    ("digits", "unit", "per_one"),
    [
        ("12345678901234567890.12345678901234567890", 1, "12345678901234567890.12345678901234567890"),
        ("1.00000000000000000010", 1_000_000, "0.00000100000000000000000010"),
        ("7.1000", 1, "7.1000"),
        ("461.280", 100, "4.61280"),
        ("100", 100, "1.00"),
    ],
)
def test_published_digits_are_kept_to_the_last(digits: str, unit: int, per_one: str) -> None:
    rate = RateBook([Observation("bank", "mid", "USD", "CNY", unit, digits, DAY)]).get("USD", "CNY", DAY)
    assert (str(rate.value), str(rate.legs[0].value)) == (per_one, per_one)
    assert rate.exact == Fraction(digits) / unit
