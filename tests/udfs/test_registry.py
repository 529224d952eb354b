"""A function declared once is called with cells and ranges, and an error stands in the cell that it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

import udfs.functions  # noqa: F401  # declares them
from udfs.registry import (
    FUNCTIONS,
    ArgumentRefused,
    Cell,
    CellError,
    ErrorKind,
    Parameter,
    call,
    function,
    passed_on,
)
from workbench.errors import ConfigurationError, WorkbenchError
from workbench.money import AmountTooLong, InexactCell, UnknownCurrency
from workbench.rates import RateMissing

FIRST = Parameter("first", "a cell", "单元格")
SECOND = Parameter("second", "another", "另一个", optional=True)
ERRORS: dict[object, WorkbenchError] = {
    "no rate": RateMissing("no rate"),
    "no code": UnknownCurrency("no code"),
    "no policy": ConfigurationError("no policy"),
    "no date": ArgumentRefused("no date", remedy="Give one."),
    "16 digits": InexactCell("16 digits"),
    "61 digits": AmountTooLong("61 digits"),
}


@pytest.fixture
def joined() -> Iterator[str]:
    """A function that joins two cells with a dash; some texts make it fail."""

    @function("TEST_JOIN", FIRST, SECOND, category="test", help_en="Joins.", help_zh="连接。")
    def join(first: Cell, second: Cell = None) -> Cell:
        for one in (first, second):
            if one in ERRORS:
                raise ERRORS[one]
        return f"{first}-{second}"

    yield "TEST_JOIN"
    del FUNCTIONS["TEST_JOIN"]


def test_cells_give_a_cell(joined: str) -> None:
    assert call(joined, "a", 1) == "a-1"
    assert call(joined, "a") == "a-None"


def test_a_range_gives_a_range_of_its_shape(joined: str) -> None:
    assert call(joined, [["a", "b"], ["c", "d"], ["e", "f"]], 1) == [["a-1", "b-1"], ["c-1", "d-1"], ["e-1", "f-1"]]
    assert call(joined, (("a",), ("b",)), [[1], [2]]) == [["a-1"], ["b-2"]]
    assert call(joined, [[1, 2]], [["a", "b"]]) == [["1-a", "2-b"]]


def test_a_range_of_one_cell_counts_as_that_cell(joined: str) -> None:
    assert call(joined, [["a"], ["b"]], [[1]]) == [["a-1"], ["b-1"]]
    assert call(joined, [["a"]], 1) == [["a-1"]]


@pytest.mark.parametrize("kind", ErrorKind)
def test_an_error_in_an_argument_is_passed_on_as_it_is(joined: str, kind: ErrorKind) -> None:
    error = passed_on(kind.value)
    assert error.kind is kind
    assert kind.value in error.message
    assert call(joined, error, 1) == error
    assert call(joined, "a", error) == error
    assert call(joined, [["a"], [error]], [[1], [2]]) == [["a-1"], [error]]
    assert call(joined, [[error]]) == [[error]]


@pytest.mark.parametrize("name", ["FX_RATE", "FX_SUM", "CUSTOMER_DUPLICATES"])
def test_what_is_no_rectangle_is_refused(name: str) -> None:
    for ragged in ([[1.0], [2.0, 3.0]], [[1.0], 2.0]):
        arguments = [ragged, "USD", 46112.0, "CNY"][: len(FUNCTIONS[name].parameters)]
        found = call(name, *arguments)
        assert isinstance(found, CellError)
        assert "rows of one length" in found.message


def test_the_first_error_is_the_one_that_is_passed_on(joined: str) -> None:
    first, second = passed_on("#DIV/0!"), passed_on("#REF!")
    assert call(joined, first, second) == first
    assert passed_on("#BUSY!").kind is ErrorKind.VALUE


def test_a_sum_over_an_error_is_that_error_as_with_the_sheets_own_sum() -> None:
    error = passed_on("#N/A")
    assert call("FX_SUM", [[1.0], [error]], "USD", "2026-03-31", "CNY") == error
    assert call("FX_SUM", [[1.0]], "USD", error, "CNY") == error
    assert call("CUSTOMER_DUPLICATES", [["A"], [error]]) == error


def test_what_looks_into_the_register_is_volatile_and_slow() -> None:
    for one in FUNCTIONS.values():
        assert one.volatile >= one.needs_register
        assert one.slow >= one.needs_register
        assert not (one.carried and one.slow)
    assert not FUNCTIONS["FX_RATE"].slow
    queue = FUNCTIONS["CUSTOMER_DUPLICATES"]  # without a table it is the register's
    assert queue.slow
    assert queue.volatile


def test_an_empty_range_is_an_empty_answer(joined: str) -> None:
    assert call(joined, [], 1) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ([["a"], ["b"]], [[1, 2]]),
        ([["a"], ["b"]], [[1], [2], [3]]),
        ([["a", "b"], ["c"]], 1),
        (["a", "b"], 1),
        ([["a"], "b"], 1),
        (),
        ("a", 1, 2),
    ],
    ids=["crosswise", "longer", "ragged", "flat", "half-flat", "too-few", "too-many"],
)
def test_what_does_not_fit_together_is_one_error(joined: str, arguments: tuple[object, ...]) -> None:
    found = call(joined, *arguments)
    assert isinstance(found, CellError)
    assert found.kind is ErrorKind.VALUE
    assert found.message


def test_too_few_arguments_tell_which_there_are(joined: str) -> None:
    found = call(joined)
    assert isinstance(found, CellError)
    assert "TEST_JOIN(first, [second])" in found.message


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("no rate", ErrorKind.NA),
        ("no code", ErrorKind.VALUE),
        ("no policy", ErrorKind.VALUE),
        ("no date", ErrorKind.VALUE),
        ("16 digits", ErrorKind.NUM),
        ("61 digits", ErrorKind.NUM),
    ],
)
def test_an_error_stands_in_its_own_cell(joined: str, cell: str, kind: ErrorKind) -> None:
    message = str(ERRORS[cell])
    assert call(joined, [["a"], [cell], ["b"]], 1) == [["a-1"], [CellError(kind, message)], ["b-1"]]
    assert call(joined, cell, 1) == CellError(kind, message)


def test_a_mistake_in_the_code_is_not_hidden_in_a_cell(joined: str) -> None:
    with pytest.raises(KeyError):
        call("TEST_NO_SUCH_FUNCTION", 1)
    with pytest.raises(ValueError, match="declared twice"):
        function(joined, category="test", help_en="", help_zh="")(Decimal)


def test_every_function_speaks_both_languages() -> None:
    assert {"FX_RATE", "FX_CONVERT", "FX_SOURCE", "FX_PARSE"} <= FUNCTIONS.keys()
    for name, declared in FUNCTIONS.items():
        assert declared.name == name == name.upper()
        assert declared.scalar.__doc__
        optional = [one.optional for one in declared.parameters]
        assert optional == sorted(optional), "what may be left out stands last"
        for english, chinese in [
            (declared.help_en, declared.help_zh),
            *((one.help_en, one.help_zh) for one in declared.parameters),
        ]:
            assert english.isascii()
            assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
