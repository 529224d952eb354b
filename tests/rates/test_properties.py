"""What holds for every book: no later rate, no row that was not known, crosses that fit together."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import RateError
from workbench.rates import POLICIES, Observation, RateBook

START = date(2024, 1, 1)
CODES = ("USD", "JPY", "CNY", "KRW", "GBP")


def moment(day: date, hour: int = 16) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


days = st.integers(0, 45).map(lambda number: START + timedelta(days=number))
values = st.decimals(min_value="0.0001", max_value="99999", places=4, allow_nan=False).filter(lambda one: one > 0)


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    code = draw(st.sampled_from([code for code in CODES if code != "CNY"]))
    inverse = draw(st.booleans()) if code == "KRW" else False
    day = draw(days)
    base, quote = ("CNY", code) if inverse else (code, "CNY")
    return Observation(
        source=draw(st.sampled_from(["cfets", "boc"])),
        kind="parity" if draw(st.booleans()) else "mid",
        base=base,
        quote=quote,
        unit=draw(st.sampled_from([1, 100])),
        value=str(draw(values)),
        rate_date=day,
        published_at=moment(day) + timedelta(days=draw(st.integers(0, 9))),
        revision=draw(st.integers(1, 3)),
        status=draw(st.sampled_from(["ok", "ok", "ok", "suspect", "rejected"])),
    )


@given(st.lists(observations(), max_size=40), st.sampled_from(CODES), st.sampled_from(CODES), days,
       st.sampled_from(sorted(POLICIES)), days)  # fmt: skip
def test_no_later_rate_and_none_that_was_not_known(
    rows: list[Observation], base: str, quote: str, on: date, policy: str, known: date
) -> None:
    book = RateBook(rows)
    try:
        rate = book.get(base, quote, on, policy=policy, known_at=moment(known))
    except RateError:
        return
    assert rate.rate_date <= on
    assert rate.value > 0
    for hop, row in zip(rate.route.hops, rate.rows, strict=True):
        leg = hop.series.leg(row)
        standing = [
            one
            for one in rows
            if (one.source, one.kind, one.base, one.quote) == hop.series.key
            and one.rate_date == leg.rate_date
            and one.status == "ok"
            and one.published_at is not None
            and one.published_at <= moment(known)
        ]
        newest = max(one.revision for one in standing)
        assert Fraction(leg.value) in {one.exact for one in standing if one.revision == newest}


@given(st.lists(st.tuples(*[values] * 4), min_size=1, max_size=6), st.permutations(CODES), st.integers(0, 8))
def test_crosses_of_one_source_fit_together(fixings: list[tuple[Decimal, ...]], codes: list[str], after: int) -> None:
    rows = [
        Observation("cfets", "parity", code, "CNY", 100, str(value), START + timedelta(days=number))
        for number, fixing in enumerate(fixings)
        for code, value in zip([code for code in CODES if code != "CNY"], fixing, strict=True)
    ]
    book = RateBook(rows)
    on = START + timedelta(days=after)
    first, second, third = codes[:3]
    one, two, whole = (book.get(*pair, on) for pair in ((first, second), (second, third), (first, third)))
    assert one.exact * two.exact == whole.exact
    assert book.get(second, first, on).exact == 1 / one.exact
    assert one.rate_date == whole.rate_date == min(on, rows[-1].rate_date)


@given(st.lists(observations(), min_size=1, max_size=30), days, st.randoms(use_true_random=False))
def test_the_answer_does_not_depend_on_the_order_of_unequal_revisions(
    rows: list[Observation], on: date, shuffle: object
) -> None:
    unique = {(row.source, row.kind, row.base, row.rate_date, row.revision): row for row in rows}
    ordered = list(unique.values())
    shuffled = sorted(ordered, key=lambda _row: shuffle.random())  # type: ignore[attr-defined] - a Random
    one = RateBook(ordered, preference=("cfets", "boc"))
    other = RateBook(shuffled, preference=("cfets", "boc"))
    for code in CODES:
        assert outcome(one, code, on) == outcome(other, code, on)


def outcome(book: RateBook, code: str, on: date) -> object:
    try:
        return book.get(code, "CNY", on).as_dict()
    except RateError as error:
        return error.code


@given(
    st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False),
    st.sampled_from(["USD", "JPY", "GBP", "KRW", "IDR"]),
    st.dates(date(2006, 1, 1), date(2026, 10, 30)),
)
def test_conversion_equals_unbounded_arithmetic(amount: Decimal, code: str, on: date) -> None:
    rate = RateBook.embedded().get(code, "CNY", on)
    legs = {leg.quote: Fraction(leg.value) for leg in rate.legs}
    exact = Fraction(amount) * legs["CNY"] / legs[code] * 100
    whole, rest = divmod(abs(exact.numerator), exact.denominator)
    cents = whole + (2 * rest >= exact.denominator)
    assert rate.convert(amount) == Decimal(cents if amount >= 0 else -cents).scaleb(-2)
