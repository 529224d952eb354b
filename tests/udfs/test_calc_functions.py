"""Every function in a real Calc equals the direct call: in value, in kind of error, alone, in ranges, after saving."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.formula import ArrayFormula

pytest.importorskip("xlwings")

from tests.udfs import calc_support as support
from tests.udfs.calc_support import DAY
from udfs.libreoffice.connection import Connection
from udfs.registry import FUNCTIONS, CellError, call
from workbench.errors import MissingComponent
from workbench.rates import RateBook

NOT_IN_CELLS = (0.1 + 0.2, 99999999999999.9, 1e300, "")
"""Numbers that a file's cell keeps 15 digits of, and the empty text, which is an empty cell there."""
ROWS = support.table()
EXPECTED = [support.expected(*row) for row in ROWS]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    try:
        with support.office(tmp_path_factory.mktemp("calc"), shim=True) as connection:
            yield connection
    except MissingComponent as missing:
        pytest.skip(str(missing))


def differences(found: list[Any]) -> list[tuple[Any, ...]]:
    return [(*row, left, right) for row, left, right in zip(ROWS, found, EXPECTED, strict=True) if left != right]


@pytest.mark.parametrize("prefix", ["WB.", ""], ids=["add-in", "plain-names-through-basic"])
def test_every_function_with_every_argument_equals_the_direct_call(
    office: Connection, tmp_path: Path, prefix: str
) -> None:
    path = support.workbook(tmp_path / "all.xlsx", [support.formula(*row, prefix) for row in ROWS])
    uid = support.opened(office, path)
    assert differences(support.column(office, uid, len(ROWS))) == []
    assert {"#N/A", "#VALUE!", "#NUM!"} <= set(filter(lambda one: isinstance(one, str), EXPECTED))
    office.call("books.close", uid)


def test_arguments_may_be_cells(office: Connection, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    expected = []
    for number, (name, arguments) in enumerate(ROWS, 1):
        if any(str(one).startswith("=") or one in NOT_IN_CELLS for one in arguments):
            continue
        for place, value in enumerate(arguments):
            book.active.cell(number, 3 + place).value = value
        cells = ",".join(f"{'CDEFGHIJKL'[place]}{number}" for place in range(len(arguments)))
        book.active.cell(number, 1).value = f"=WB.{name}({cells})"
        expected.append((number, EXPECTED[number - 1]))
    book.save(tmp_path / "cells.xlsx")
    uid = support.opened(office, tmp_path / "cells.xlsx")
    found = support.column(office, uid, len(ROWS))
    assert [(ROWS[n - 1], found[n - 1], right) for n, right in expected if found[n - 1] != right] == []
    office.call("books.close", uid)


@pytest.mark.parametrize("prefix", ["WB.", ""])
def test_a_range_is_one_call_with_an_error_in_its_own_place(office: Connection, tmp_path: Path, prefix: str) -> None:
    amounts = [[1.0], [2.5], ["x"], [-10.0]]
    codes = [["USD"], ["ZZZ"], ["USD"], ["KZT"]]
    book = openpyxl.Workbook()
    for row, ((amount,), (code,)) in enumerate(zip(amounts, codes, strict=True), 1):
        book.active.cell(row, 3).value, book.active.cell(row, 4).value = amount, code
    book.active["A1"] = ArrayFormula("A1:A4", f'={prefix}FX_CONVERT(C1:C4,D1:D4,"CNY",DATE(2026,3,31))')
    book.active["B1"] = ArrayFormula("B1:B4", f'={prefix}FX_RATE("USD",{{"USD";"EUR";"KZT";"JPY"}},DATE(2026,3,31))')
    book.save(tmp_path / "range.xlsx")
    uid = support.opened(office, tmp_path / "range.xlsx")
    serial = 46112.0
    right = [support.shown(call("FX_CONVERT", amounts, codes, "CNY", serial))]
    right.append(support.shown(call("FX_RATE", "USD", [["USD"], ["EUR"], ["KZT"], ["JPY"]], serial)))
    for number, rows in enumerate(right, 1):
        assert support.column(office, uid, 4, number) == [one for (one,) in rows]
    assert len({type(one) for (one,) in right[0]}) == 2  # figures and errors side by side
    office.call("books.close", uid)


def test_errors_are_true_errors_that_other_functions_see(office: Connection, tmp_path: Path) -> None:
    missing = 'WB.FX_RATE("USD","KZT",DATE(2026,3,31))'
    formulas = [
        f"=ISNA({missing})", f"=IFERROR({missing},7)", f"=_xlfn.IFNA({missing},8)", "=ERROR.TYPE(A7)",
        "=ERROR.TYPE(A10)", f"=SUM({missing},1)", f"={missing}*2",
        f"=WB.FX_CONVERT({missing},\"USD\",\"CNY\",DATE(2026,3,31))", "=WB.FX_RATE(1/0,\"CNY\",DATE(2026,3,31))",
        '=WB.FX_RATE("ZZZ","CNY",DATE(2026,3,31))', "=FX_ROUND(1/0,\"USD\")", "=FX_RATE(\"USD\",NA(),DATE(2026,3,31))",
    ]  # fmt: skip
    uid = support.opened(office, support.workbook(tmp_path / "errors.xlsx", formulas))
    assert support.column(office, uid, len(formulas)) == [
        True,
        7,
        8,
        7,
        3,
        "#N/A",
        "#N/A",
        "#N/A",
        "#DIV/0!",
        "#VALUE!",
        "#DIV/0!",
        "#N/A",
    ]
    office.call("books.close", uid)


def test_the_message_behind_an_error_is_told_in_the_sheet(office: Connection, tmp_path: Path) -> None:
    formulas = [
        '=WB.FX_RATE("USD",B1,DATE(2026,3,31))', "=WB.WB_LAST_ERROR(A1)",
        '=ROUND(WB.FX_CONVERT(0.30000000000000004+0,"USD","IDR",DATE(2026,3,31)),2)', "=WB.WB_LAST_ERROR(A3)",
        '=WB.FX_PARSE("(,;""$5")', "=WB.WB_LAST_ERROR(A5)", "=1/0", "=WB.WB_LAST_ERROR(A7)", "=1+1", "=WB.WB_LAST_ERROR(A9)",
        '=WB.FX_ROUND(A7,"USD")', "=WB.WB_LAST_ERROR(A11)", '=WB.FX_SUM(A7:A9,"USD",DATE(2026,3,31),"CNY")', "=WB.WB_LAST_ERROR(A13)",
    ]  # fmt: skip
    path = support.workbook(tmp_path / "why.xlsx", formulas)
    book = openpyxl.load_workbook(path)
    book.active["B1"] = "KZT"
    book.save(path)
    uid = support.opened(office, path)
    found = support.column(office, uid, len(formulas))

    def message(name: str, *arguments: Any) -> str:
        answer = call(name, *arguments)
        assert isinstance(answer, CellError)
        return answer.message

    assert found[1] == message("FX_RATE", "USD", "KZT", 46112.0)
    assert found[3].split(" / ").count(message("FX_CONVERT", 0.1 + 0.2, "USD", "IDR", 46112.0)) == 1
    assert found[5] == message("FX_PARSE", '(,;"$5')
    assert "Workbench" in found[7]
    assert found[9] is None
    for place, kind in ((10, "#DIV/0!"), (12, "#VALUE!")):  # Calc gives #VALUE! for every range that holds an error
        assert found[place] == kind
        assert "A7 shows an error" in found[place + 1]
    office.call("books.close", uid)


@pytest.mark.parametrize("prefix", ["WB.", ""])
def test_a_workbook_that_counts_from_1904_never_gets_the_rate_of_another_day(
    office: Connection, tmp_path: Path, prefix: str
) -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active["B1"] = DAY
    book.active["A1"] = f'={prefix}FX_RATE("USD","CNY",B1)'
    book.active["A2"] = f'={prefix}FX_RATE("USD","CNY",DATE(2026,3,31))'
    book.active["A3"] = f'={prefix}FX_RATE("USD","CNY","2026-03-31")'
    book.save(tmp_path / "1904.xlsx")
    uid = support.opened(office, tmp_path / "1904.xlsx")
    right = float(RateBook.embedded().get("USD", "CNY", DAY).value)
    # Basic is not told which workbook it computes for, so there the answer is an error.
    assert support.column(office, uid, 3) == ([right] * 3 if prefix else ["#VALUE!"] * 3)
    office.call("books.close", uid)


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_results_survive_saving_loading_and_hard_recalculation(office: Connection, tmp_path: Path, suffix: str) -> None:
    # Files keep 15 digits of a constant, so one with 17 is another one afterwards.
    rows = [row for row in ROWS if 0.1 + 0.2 not in row[1]]
    right = [support.expected(*row) for row in rows]
    path = support.workbook(tmp_path / "all.xlsx", [support.formula(*row) for row in rows])
    saved = tmp_path / f"saved{suffix}"
    uid = support.opened(office, path)
    office.call("books.save", uid, str(saved), None)
    office.call("books.close", uid)
    uid = office.call("books.open", str(saved), {})["uid"]
    for again in range(2):
        found = support.column(office, uid, len(rows))
        near = [pytest.approx(one, rel=1e-14) if isinstance(one, float) else one for one in right]
        assert found == (right if again else near)  # a file keeps 15 digits, a computation all of them
        office.call("books.recalculate", uid)
    office.call("books.close", uid)


def test_the_extension_knows_exactly_the_functions_of_the_registry() -> None:
    from udfs.libreoffice.addin import markup, model

    known = model.functions()
    assert [one.name for one in known] == [name for name in FUNCTIONS if name != model.LAST_ERROR] + [model.LAST_ERROR]
    text = markup.add_ins(known)
    for one in known:
        assert f">{one.name}<" in text
        assert f">_xldudf_WB_{one.name}<" in text
        assert f">_xll.{one.name}<" in text
        for help_text in (one.help_en, one.help_zh):
            assert help_text.replace("&", "&amp;") in text
