"""Workbooks full of our functions, computed by a real LibreOffice and read back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl

from udfs.libreoffice.addin import basic, build, model
from udfs.libreoffice.connection import Connection
from udfs.registry import FUNCTIONS, CellError, call

DAY = date(2026, 3, 31)
ARGUMENTS: dict[str, list[tuple[Any, ...]]] = {
    "FX_RATE": [
        ("USD", "CNY", DAY), (" usd", "cny ", DAY), ("EUR", "USD", DAY, "month_end"), ("JPY", "GBP", DAY, "strictly_before"),
        ("AED", "CNY", 46112.75), ("USD", "USD", DAY), ("USD", "CNY", "2026-03-31"), ("USD", "CNY", "2026年3月31日"),
        ("USD", "KZT", DAY), ("USD", "CNY", date(2099, 1, 1)), ("DEM", "USD", DAY), ("USD", "CNY", date(1990, 1, 1)),
        ("ZZZ", "CNY", DAY), ("USD", "", DAY), ("USD", "CNY", "03/04/2026"), ("USD", "CNY", -1.0), ("USD", "CNY"),
        ("USD", "CNY", DAY, "latest"), ("=1+1", "CNY", DAY), ('"', "CNY", DAY), ("USD", "CNY", 1e300),
    ],
    "FX_CONVERT": [
        (1234.56, "USD", "CNY", DAY), ("1234.56", "EUR", "JPY", DAY), (-10.0, "USD", "KWD", DAY), (0.0, "USD", "CNY", DAY),
        (0.1 + 0.2, "USD", "IDR", DAY), (99999999999999.9, "USD", "IDR", DAY), ("12 apples", "USD", "CNY", DAY),
        ("", "USD", "CNY", DAY), (1.0, "USD", "KZT", DAY), (1.0, "US DOLLAR", "CNY", DAY),
    ],
    "FX_SOURCE": [("USD", "CNY", DAY), ("EUR", "USD", date(2026, 4, 5)), ("USD", "KZT", DAY), ("XAU", "USD", DAY)],
    "FX_PARSE": [
        ("HK$ 12,000",), ("1.234,56 €", ""), ("12.5万", "cny"), ("$5", "AUD"), (1234.5, "USD"), ("$5",), ("1,234", "EUR"),
        ("five", "USD"), ("", "USD"), (12.0,), ("人民币 壹佰元整",), ("=HYPERLINK(1)",),
    ],
    "FX_ROUND": [(1.005, "USD"), (-2.5, "JPY"), (1.0005, "KWD"), ("x", "USD"), (1.0, "ZZZ"), (1e300, "USD")],
    "FX_CHECK": [(1.25, "USD"), (1.255, "USD"), (1.5, "JPY"), ("x", "USD"), (1.0, "ZZZ")],
    "FX_WORDS": [(12345.67, "CNY"), (12345.67, "USD", "en"), (7.0, "EUR", "de"), (1.0, "USD", "xx"), ("x", "USD"), (1.0, "ZZZ")],
    "FX_SUM": [(100.0, "USD", DAY, "CNY"), (100.0, "USD", DAY, "KZT"), ("x", "USD", DAY, "CNY"), (1.0, "ZZZ", DAY, "CNY")],
    "PRICE_CIF": [(1000.0, 50.0, 0.003, "USD"), (1000.0, 50.0, 0.003, "USD", 0.1), ("x", 50.0, 0.003, "USD"), (1.0, 1.0, 1.0, "ZZZ")],
    "PRICE_FOB": [(1053.47, 50.0, 0.003, "USD"), (1.0, 50.0, 0.003, "USD"), ("x", 50.0, 0.003, "USD")],
    "PRICE_QUOTE": [(1130.0, 7.1, "USD", 0.13, 0.13), (1130.0, 0.0, "USD", 0.13, 0.13), ("x", 7.1, "USD", 0.13, 0.13)],
    "EXPORT_REBATE": [(1130.0, 0.13, 0.13), (1130.0, 0.13, 0.09, "CNY"), ("x", 0.13, 0.13), (1130.0, 0.13, 2.0)],
}  # fmt: skip
GENERIC = ("USD", "", 1.0, "2026-03-31", "CNY")
"""What a function without rows of its own is tried with, in every place."""


def table() -> list[tuple[str, tuple[Any, ...]]]:
    """Every function of the registry with every row of its arguments; nothing is left out for being new."""
    rows = []
    for one in model.functions():
        if one.name == model.LAST_ERROR:
            continue
        generic = [(value,) * len(one.parameters) for value in GENERIC]
        rows += [(one.name, arguments) for arguments in ARGUMENTS.get(one.name, generic)]
    assert {name for name, _arguments in rows} == set(FUNCTIONS) - {model.LAST_ERROR}
    return rows


def expected(name: str, arguments: Sequence[Any]) -> Any:
    """What the direct call gives, as a cell shows it; days as the serial numbers that a host hands over."""
    return shown(call(name, *(_serial(one) for one in arguments)))


def shown(value: Any) -> Any:
    if isinstance(value, list):
        return [[shown(one) for one in row] for row in value]
    if isinstance(value, CellError):
        return value.kind.value
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return float(value)
    return None if value == "" else value


def _serial(value: Any) -> Any:
    return float((value - date(1899, 12, 30)).days) if isinstance(value, date) else value


def formula(name: str, arguments: Sequence[Any], prefix: str = "WB.") -> str:
    return f"={prefix}{name}({','.join(map(_literal, arguments))})"


def _literal(value: Any) -> str:
    if isinstance(value, date):
        return f"DATE({value.year},{value.month},{value.day})"
    if isinstance(value, list):
        return "{" + ";".join(",".join(map(_literal, row)) for row in value) + "}"
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return repr(value)


def workbook(path: Path, formulas: Sequence[str]) -> Path:
    """A workbook with the formulas down its first column."""
    book = openpyxl.Workbook()
    for number, text in enumerate(formulas, 1):
        book.active.cell(number, 1).value = text
    book.save(path)
    return path


@contextmanager
def office(
    folder: Path, *, carried: bool = True, python: str = "", shim: bool = False, **facts: Any
) -> Iterator[Connection]:
    """A LibreOffice with the extension; without ``carried`` every function is asked of the service."""
    where = build.unpack(folder / "extensions" / "workbench", python=python)
    path = where / "workbench.json"
    known = {**json.loads(path.read_text(encoding="utf-8")), **facts}
    if not carried:
        known["functions"] = {name: {**one, "carried": False} for name, one in known["functions"].items()}
    path.write_text(json.dumps(known), encoding="utf-8")
    bundled = f"-env:BUNDLED_EXTENSIONS={(folder / 'extensions').as_uri()}"
    connection = Connection.start(visible=False, arguments=[bundled])
    try:
        if shim:
            connection.call("basic.put", basic.SHIM_MODULE, basic.shim_source(model.functions()))
        yield connection
    finally:
        connection.close(terminate=True)


def opened(connection: Connection, path: Path) -> str:
    uid: str = connection.call("books.open", str(path), {})["uid"]
    connection.call("books.recalculate", uid)
    return uid


def column(connection: Connection, uid: str, count: int, number: int = 1) -> list[Any]:
    """What the first cells of a column show: numbers, texts, names of errors, None where nothing."""
    import xlwings

    from udfs.libreoffice.engine import App

    sheet = xlwings.Book(impl=App(connection).book(uid)).sheets[0]
    cells = sheet.range((1, number), (count, number)).options(ndim=1, err_to_str=True, numbers=float).value
    return list(cells)
