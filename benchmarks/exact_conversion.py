"""Is whole-column conversion exact, and how fast is it beside other ways of doing it?

    python benchmarks/exact_conversion.py            # 1 M random rows, 60 k ties, speed on 500 k rows
    python benchmarks/exact_conversion.py --full     # 12 M random rows, 900 k near ties, speed on 5 M rows

The check compares every row with Python's unbounded integers and must find no difference. The speed table gives, for one
thread of one run, rows per second of processor time, the ratio to Workbench, and how many rows came out a cent wrong.
Peers that are slow do fewer of the same rows.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

import numpy as np

from workbench.money import Rounding
from workbench.money.vector import convert_cross, convert_direct

CHECKED_AT_ONCE = 250_000
MODES = (Rounding.HALF_UP, Rounding.HALF_EVEN, Rounding.DOWN)
DAY = date(2025, 6, 30)


class Case(NamedTuple):
    """Columns of one check: ``amount * top * 10**from … / (below * …)`` as ``convert_cross`` takes them."""

    name: str
    amounts: np.ndarray
    top: np.ndarray
    below: np.ndarray
    exponent: np.ndarray
    from_units: np.ndarray
    to_units: np.ndarray
    direct: bool


def random_case(rng: np.random.Generator, rows: int, digits: tuple[int, int], *, direct: bool) -> Case:
    """Amounts with so many digits, of either sign, rates of 4 to 7 digits, currencies with 0, 2 and 3 decimals."""
    size = 10.0 ** rng.uniform(*digits, rows)
    amounts = (size * rng.choice([-1, 1], rows)).astype(np.int64)
    top = rng.integers(1_000, 10_000_000, rows)
    below = np.ones(rows, dtype=np.int64) if direct else rng.integers(1_000, 10_000_000, rows)
    exponent = rng.integers(0, 7, rows) if direct else rng.integers(-4, 5, rows)
    from_units, to_units = rng.choice([0, 2, 2, 2, 3], rows), rng.choice([0, 2, 2, 2, 3], rows)
    answer = np.abs(amounts) * (top / below) * 10.0 ** (to_units - from_units - exponent)
    amounts = np.where(answer < 2.0**62, amounts, amounts % 100)  # an answer beyond 64 bits is refused, as it should
    kind = "direct" if direct else "cross"
    name = f"{kind}, {digits[0]} to {digits[1]} digits"
    return Case(name, amounts, top, below, exponent, from_units, to_units, direct)


def tie_case(rng: np.random.Generator, rows: int, *, wide: bool) -> Case:
    """Exact halves and their neighbours: ``t(2q + 1)`` times ``b`` over ``2bt`` is ``q + 1/2``.

    Two rows of three are ties, the third misses one by the smallest amount. ``wide`` makes the product overflow 64 bits.
    """
    b = rng.integers(10**8, 10**9, rows) if wide else rng.integers(1, 10**6, rows)
    t = rng.integers(10**5, 10**6, rows) if wide else rng.integers(1, 10**4, rows)
    q = rng.integers(0, 10**6, rows)
    amounts = t * (2 * q + 1) + np.where(np.arange(rows) % 3 == 0, rng.choice([-1, 1], rows), 0)
    amounts *= rng.choice([-1, 1], rows)
    zero = np.zeros(rows, dtype=np.int64)
    return Case(
        "ties, product beyond 64 bits" if wide else "ties, cross", amounts, b, 2 * b * t, zero, zero, zero, False
    )


def decimal_tie_case(rng: np.random.Generator, rows: int) -> Case:
    """Exact halves of direct rates: ``5**k v`` times ``2**(k-1) w`` over ``10**k`` with v and w odd."""
    k = rng.integers(1, 7, rows)
    mantissa = 5**k * (2 * rng.integers(0, 500, rows) + 1)
    amounts = 2 ** (k - 1) * (2 * rng.integers(0, 10**8, rows) + 1) * rng.choice([-1, 1], rows)
    two = np.full(rows, 2)
    return Case("ties, direct", amounts, mantissa, np.ones(rows, dtype=np.int64), k, two, two, True)


def cases(rng: np.random.Generator, rows: int, ties: int) -> Iterator[Case]:
    """Every case in pieces that fit into memory as Python integers."""
    makers: list[tuple[int, Callable[[int], Case]]] = [
        (rows * 3 // 8, lambda n: random_case(rng, n, (2, 10), direct=True)),
        (rows * 4 // 8, lambda n: random_case(rng, n, (2, 10), direct=False)),
        (rows - rows * 3 // 8 - rows * 4 // 8, lambda n: random_case(rng, n, (10, 14), direct=False)),
        (ties // 3, lambda n: tie_case(rng, n, wide=False)),
        (ties // 3, lambda n: tie_case(rng, n, wide=True)),
        (ties - 2 * (ties // 3), lambda n: decimal_tie_case(rng, n)),
    ]
    for total, make in makers:
        for start in range(0, total, CHECKED_AT_ONCE):
            yield make(min(CHECKED_AT_ONCE, total - start))


def expected(case: Case, mode: Rounding) -> tuple[list[int], int]:
    """The answer of unbounded integers, and how many rows are exact ties."""
    answers, ties = [], 0
    shifts = (case.exponent + case.from_units - case.to_units).tolist()
    for amount, top, below, shift in zip(
        *(x.tolist() for x in (case.amounts, case.top, case.below)), shifts, strict=True
    ):
        above, under = abs(amount) * top * 10 ** max(-shift, 0), below * 10 ** max(shift, 0)
        double, rest = divmod(2 * above, under)  # the quotient in halves
        half = double % 2
        ties += half == 1 and rest == 0
        whole = double // 2
        if half and (rest or mode is Rounding.HALF_UP or (mode is Rounding.HALF_EVEN and whole % 2)):
            whole += mode is not Rounding.DOWN
        answers.append(-whole if amount < 0 else whole)
    return answers, ties


def computed(case: Case, mode: Rounding) -> np.ndarray:
    """Workbench's answer."""
    units = {"from_units": case.from_units, "to_units": case.to_units, "mode": mode}
    if case.direct:
        return convert_direct(case.amounts, case.top, case.exponent, **units)
    return convert_cross(case.amounts, case.top, case.below, exponent=case.exponent, **units)


def check(rows: int, ties: int, seed: int) -> dict[str, tuple[int, int, int]]:
    """By case and mode: rows, exact ties among them, and rows that differ from unbounded integers."""
    found: dict[str, tuple[int, int, int]] = {}
    for number, case in enumerate(cases(np.random.default_rng(seed), rows, ties)):
        modes = MODES if case.name.startswith("ties") else (MODES[number % 3],)
        for mode in modes:
            answers, tied = expected(case, mode)
            wrong = int(np.count_nonzero(computed(case, mode) != np.array(answers, dtype=np.int64)))
            key = f"{case.name}, {mode.name}"
            before = found.get(key, (0, 0, 0))
            found[key] = (before[0] + len(answers), before[1] + tied, before[2] + wrong)
    return found


class Timing(NamedTuple):
    """One line of the speed table."""

    name: str
    rows: int
    seconds: float
    wrong: int


def timed(name: str, rows: int, run: Callable[[], Any], wrong: Callable[[Any], int], *, repeat: int = 3) -> Timing:
    """Best processor time of a few runs, and how many of its rows are wrong."""
    best, result = float("inf"), None
    for _ in range(repeat):
        start = time.process_time()
        result = run()
        best = min(best, time.process_time() - start)
    return Timing(name, rows, best, wrong(result))


def minor(decimals: Any) -> np.ndarray:
    """Decimals of two places, or floats at them, as whole cents."""
    return np.array([int((Decimal(str(one)) * 100).to_integral_value()) for one in decimals], dtype=np.int64)


def direct_speed(rows: int, rng: np.random.Generator) -> list[Timing]:
    """USD invoices at a published USD/CNY rate of four decimals."""
    cents = rng.integers(1_000, 100_000_000, rows)
    digits, places = 71878, 4
    truth = convert_direct(cents, digits, places, from_units=2, to_units=2)
    timings = [
        timed(
            "Workbench convert_direct",
            rows,
            lambda: convert_direct(cents, digits, places, from_units=2, to_units=2),
            lambda got: int(np.count_nonzero(got != truth)),
            repeat=7,
        )
    ]
    floats = cents / 100
    timings.append(
        timed(
            "numpy float64, round(2)",
            rows,
            lambda: np.round(floats * 7.1878, 2),
            lambda got: int(np.count_nonzero(np.rint(got * 100).astype(np.int64) != truth)),
            repeat=7,
        )
    )
    timings += [*_arrow_direct(cents, truth), *_duckdb_direct(cents, truth), *_pandas_direct(cents, truth)]
    return timings


def _arrow_direct(cents: np.ndarray, truth: np.ndarray) -> Iterator[Timing]:
    import pyarrow as pa
    import pyarrow.compute as pc

    hundredth = pa.scalar(Decimal("0.01"), pa.decimal128(3, 2))
    amounts = pc.multiply(pa.array(cents).cast(pa.decimal128(19, 0)), hundredth).cast(pa.decimal128(18, 2))
    rate = pa.scalar(Decimal("7.1878"), pa.decimal128(9, 4))
    yield timed(
        "pyarrow decimal128",
        len(cents),
        lambda: pc.round(pc.multiply(amounts, rate), ndigits=2, round_mode="half_towards_infinity"),
        lambda got: int(np.count_nonzero(np.rint(got.cast(pa.float64()).to_numpy() * 100).astype(np.int64) != truth)),
    )


def _duckdb_direct(cents: np.ndarray, truth: np.ndarray) -> Iterator[Timing]:
    import duckdb
    import pandas as pd

    database = duckdb.connect()
    database.execute("SET threads TO 1")
    database.register("given", pd.DataFrame({"cents": cents, "truth": truth}))
    database.execute("CREATE TABLE invoices AS SELECT (cents * 0.01)::DECIMAL(18,2) AS amount, truth FROM given")
    converted = "round(amount::DECIMAL(19,2) * 7.1878::DECIMAL(9,4), 2)"
    wrong = database.execute(f"SELECT count(*) FROM invoices WHERE ({converted} * 100)::BIGINT <> truth").fetchone()
    yield timed(
        "DuckDB DECIMAL",
        len(cents),
        lambda: database.execute(f"CREATE OR REPLACE TEMP TABLE done AS SELECT {converted} AS amount FROM invoices"),
        lambda _got: int(wrong[0]) if wrong else -1,
    )


def _pandas_direct(cents: np.ndarray, truth: np.ndarray) -> Iterator[Timing]:
    import pandas as pd

    rows = min(len(cents), 100_000)
    column = pd.Series([Decimal(one).scaleb(-2) for one in cents[:rows].tolist()], dtype=object)
    cent, rate = Decimal("0.01"), Decimal("7.1878")
    yield timed(
        "pandas, Decimal objects",
        rows,
        lambda: (column * rate).map(lambda one: one.quantize(cent, rounding=ROUND_HALF_UP)),
        lambda got: int(np.count_nonzero(minor(got) != truth[:rows])),
    )


def cross_speed(rows: int, rng: np.random.Generator) -> list[Timing]:
    """USD to CNY through the euro, at the ECB's rates of one day."""
    from currency_converter import CurrencyConverter

    exact = CurrencyConverter(decimal=True)
    plain = CurrencyConverter()
    (top, up), (below, down) = (_digits(exact.convert(1, "EUR", code, DAY)) for code in ("CNY", "USD"))
    cents = rng.integers(1_000, 100_000_000, rows)
    tops, belows = np.full(rows, top), np.full(rows, below)
    exponent = up - down

    def workbench() -> np.ndarray:
        return convert_cross(cents, tops, belows, exponent=exponent, from_units=2, to_units=2)

    truth = workbench()
    few = min(rows, 20_000)
    decimals = [Decimal(one).scaleb(-2) for one in cents[:few].tolist()]
    floats = (cents / 100).tolist()[:few]
    column = cents / 100
    ratio_top, ratio_below = top / 10**up, below / 10**down
    cent = Decimal("0.01")
    return [
        timed(
            "Workbench convert_cross",
            rows,
            workbench,
            lambda got: int(np.count_nonzero(got != truth)),
            repeat=7,
        ),
        timed(
            "numpy float64, round(2)",
            rows,
            lambda: np.round(column / ratio_below * ratio_top, 2),
            lambda got: int(np.count_nonzero(np.rint(got * 100).astype(np.int64) != truth)),
            repeat=7,
        ),
        timed(
            "CurrencyConverter, Decimal",
            few,
            lambda: [exact.convert(one, "USD", "CNY", DAY).quantize(cent, rounding=ROUND_HALF_UP) for one in decimals],
            lambda got: int(np.count_nonzero(minor(got) != truth[:few])),
        ),
        timed(
            "CurrencyConverter, float",
            few,
            lambda: [round(plain.convert(one, "USD", "CNY", DAY), 2) for one in floats],
            lambda got: int(np.count_nonzero(minor(got) != truth[:few])),
        ),
    ]


def _digits(rate: Decimal) -> tuple[int, int]:
    """Mantissa and decimals of a rate."""
    exponent = rate.as_tuple().exponent
    assert isinstance(exponent, int)
    return int(rate.scaleb(-exponent)), -exponent


def show_check(found: dict[str, tuple[int, int, int]]) -> int:
    print(f"{'checked against unbounded integers':54} {'rows':>11} {'exact ties':>11} {'wrong':>6}")
    for name, (rows, ties, wrong) in found.items():
        print(f"{name:54} {rows:11,} {ties:11,} {wrong:6,}")
    rows, ties, wrong = (sum(column) for column in zip(*found.values(), strict=True))
    print(f"{'all':54} {rows:11,} {ties:11,} {wrong:6,}\n")
    return wrong


def show_speed(title: str, timings: list[Timing]) -> None:
    print(f"{title:40} {'rows':>10} {'CPU s':>8} {'rows/s':>13} {'Workbench is':>13} {'wrong':>7}")
    base = timings[0].rows / timings[0].seconds
    for one in timings:
        speed = one.rows / one.seconds
        print(f"{one.name:40} {one.rows:10,} {one.seconds:8.4f} {speed:13,.0f} {base / speed:11.1f} x {one.wrong:7,}")
    print()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="random rows to check")
    parser.add_argument(
        "--ties", type=int, default=60_000, help="rows at or beside an exact tie to check, in each mode"
    )
    parser.add_argument("--speed-rows", type=int, default=500_000)
    parser.add_argument("--seed", type=int, default=4217)
    parser.add_argument("--full", action="store_true", help="12 M random rows, 900 k near ties, 5 M rows for speed")
    asked = parser.parse_args()
    rows, ties, speed_rows = (
        (12_000_000, 900_000, 5_000_000) if asked.full else (asked.rows, asked.ties, asked.speed_rows)
    )
    wrong = show_check(check(rows, ties, asked.seed))
    rng = np.random.default_rng(asked.seed)
    show_speed("USD to CNY, direct rate", direct_speed(speed_rows, rng))
    show_speed("USD to CNY through EUR", cross_speed(speed_rows, rng))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
