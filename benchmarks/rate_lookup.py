"""Rates as of a day: one at a time and by the column, beside what else does it.

    POLARS_MAX_THREADS=1 python benchmarks/rate_lookup.py [--rows 1000000] [--singles 50000]

Every method answers the same questions, random pairs of an ECB currency and a day since 2006 against CNY, most of them
through EUR. Times are processor time, the best of three; what is loaded or built once is shown
beside them. The answers' sums must agree, or the benchmark fails.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
from currency_converter import CurrencyConverter

from workbench.rates import RateBook
from workbench.rates.frame import convert, lookup

CODES = ("USD", "JPY", "CZK", "DKK", "GBP", "HUF", "PLN", "SEK", "CHF", "NOK", "AUD", "CAD", "HKD", "KRW", "NZD", "SGD",
         "ZAR", "PHP", "THB", "MYR", "IDR")  # fmt: skip
FIRST, LAST = date(2006, 1, 2), date(2026, 10, 30)


def best(work: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    fastest, result = float("inf"), None
    for _ in range(times):
        start = time.process_time()
        result = work()
        fastest = min(fastest, time.process_time() - start)
    return fastest, result


def table(title: str, rows: list[tuple[str, float, int]], ours: str) -> None:
    own = next(count / seconds for name, seconds, count in rows if name == ours)
    print(f"\n{title}\n{'':46}{'rows/s':>14}{'ours is':>10}")
    for name, seconds, count in sorted(rows, key=lambda row: row[2] / row[1]):
        print(f"{name:46}{count / seconds:>14,.0f}{own / (count / seconds):>9.2f}×")


def singles(count: int) -> None:
    draw = random.Random(4)
    span = (FIRST.toordinal(), LAST.toordinal())
    asked = [(draw.choice(CODES), date.fromordinal(draw.randint(*span))) for _ in range(count)]
    start = time.process_time()
    converter = CurrencyConverter(fallback_on_missing_rate=True, fallback_on_missing_rate_method="last_known")
    exact = CurrencyConverter(fallback_on_missing_rate=True, fallback_on_missing_rate_method="last_known", decimal=True)
    loading = (time.process_time() - start) / 2
    start = time.process_time()
    book = RateBook(series={series.key: series for series in RateBook.embedded().series})
    book.get("USD", "CNY", LAST)
    opening = time.process_time() - start
    for code in CODES:
        book.get(code, "CNY", LAST)

    def fresh() -> RateBook:
        again = book.with_preference("ecb")
        again.get("USD", "CNY", LAST)
        return again

    books = [fresh() for _ in range(4)]
    hot = asked[:5_000] * 10
    rows = []

    def cold() -> None:
        one = books.pop()
        for code, day in asked:
            one.get(code, "CNY", day)

    seconds, _ = best(cold)
    rows.append(("rate book, cold: date, age, source, legs", seconds, count))
    one = books.pop()
    seconds, _ = best(lambda: [one.get(code, "CNY", day) for code, day in hot])
    rows.append(("rate book, asked before", seconds, len(hot)))
    rates = [one.get(code, "CNY", day) for code, day in asked]
    seconds, values = best(lambda: [rate.value for rate in rates])
    rows.append(("  further: its value as Decimal, 34 digits", seconds, count))
    seconds, peer = best(lambda: [converter.convert(1, code, "CNY", date=day) for code, day in asked])
    rows.append(("CurrencyConverter.convert, float", seconds, count))
    seconds, _ = best(lambda: [exact.convert(1, code, "CNY", date=day) for code, day in asked])
    rows.append(("CurrencyConverter.convert, Decimal", seconds, count))
    difference = abs(float(sum(values)) - sum(peer)) / sum(peer)
    if difference > 1e-12:
        raise SystemExit(f"the sums of the single rates differ by {difference}")
    table("One rate at a time", rows, "rate book, cold: date, age, source, legs")
    print(f"first rate after import: {opening * 1e3:.1f} ms; CurrencyConverter loads in {loading * 1e3:.0f} ms")


def columns(count: int) -> None:
    rng = np.random.default_rng(4)
    codes = pd.Series(np.array(CODES)[rng.integers(0, len(CODES), count)], dtype="str")
    span = (LAST - FIRST).days + 1
    days = pd.Series(np.datetime64(FIRST, "D") + rng.integers(0, span, count).astype("m8[D]")).astype("M8[us]")
    minor = rng.integers(1, 10**9, count)
    book = RateBook.embedded()
    start = time.process_time()
    lookup(book, np.array(CODES), "CNY", np.full(len(CODES), np.datetime64(LAST, "D")))
    building = time.process_time() - start
    quotes = published(book)
    sums = {}
    rows = []

    def measure(name: str, work: Callable[[], np.ndarray]) -> None:
        seconds, result = best(work)
        sums[name] = float(np.sum(result))
        rows.append((name, seconds, count))

    ours = "rate book: text and dates → rate, date, status"
    measure(ours, lambda: lookup(book, codes, "CNY", days).rate)
    categories = codes.astype("category")
    measure("rate book: categories and dates", lambda: lookup(book, categories, "CNY", days).rate)
    left = pd.DataFrame({"code": codes, "day": days, "place": np.arange(count)})
    measure("pandas merge_asof (sort, join, restore)", lambda: by_pandas(left, quotes))
    frame, right = pl.from_pandas(left), pl.from_pandas(quotes)
    measure("polars join_asof (sort, join, restore)", lambda: by_polars(frame, right))
    connection = duckdb.connect(config={"threads": 1})
    connection.register("asked_frame", left)
    connection.register("quotes_frame", quotes)
    connection.execute("create table asked as from asked_frame; create table quotes as from quotes_frame")
    measure("DuckDB ASOF JOIN", lambda: by_duckdb(connection))
    expected = sums[ours]
    for name, total in sums.items():
        if abs(total - expected) > 1e-9 * expected:
            raise SystemExit(f"{name}: sum {total} is not {expected}")
    table("By the column", rows, ours)
    print(f"grid of {len(CODES)} currencies × {span:,} days built in {building * 1e3:.0f} ms; sums agree")
    seconds, _ = best(lambda: convert(book, minor, codes, "CNY", days))
    print(f"exact conversion of amounts, each rounded once: {count / seconds:,.0f} rows/s")


def published(book: RateBook) -> pd.DataFrame:
    """The same cross rates as a long table, for the joins."""
    by_code = {
        code: {row.rate_date: float(row.value) for row in book.observations(quote=code, source="ecb")}
        for code in (*CODES, "CNY")
    }
    yuan = by_code["CNY"]
    long = [(code, day, yuan[day] / value) for code in CODES for day, value in by_code[code].items() if day in yuan]
    quotes = pd.DataFrame(long, columns=["code", "day", "rate"])
    quotes["day"] = quotes["day"].astype("M8[us]")
    return quotes.astype({"code": "str"}).sort_values("day", ignore_index=True)


def by_pandas(left: pd.DataFrame, quotes: pd.DataFrame) -> np.ndarray:
    joined = pd.merge_asof(left.sort_values("day"), quotes, on="day", by="code")
    result = np.empty(len(left))
    result[joined["place"].to_numpy()] = joined["rate"].to_numpy()
    return result


def by_polars(left: pl.DataFrame, quotes: pl.DataFrame) -> np.ndarray:
    joined = left.sort("day").join_asof(quotes.sort("day"), on="day", by="code", check_sortedness=False)
    return joined.sort("place")["rate"].to_numpy()


def by_duckdb(connection: duckdb.DuckDBPyConnection) -> np.ndarray:
    query = (
        "select rate from asked asof join quotes on asked.code = quotes.code and asked.day >= quotes.day order by place"
    )
    return connection.execute(query).fetchnumpy()["rate"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--singles", type=int, default=50_000)
    arguments = parser.parse_args()
    print(f"Python {sys.version.split()[0]}, numpy {np.__version__}, pandas {pd.__version__}, "
          f"polars {pl.__version__}, duckdb {duckdb.__version__}")  # fmt: skip
    singles(arguments.singles)
    columns(arguments.rows)


if __name__ == "__main__":
    main()
