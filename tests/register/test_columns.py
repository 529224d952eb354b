"""A batch packed column by column is what its rows are packed one by one, or is left to that."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.register.changesets import body_line, insertion_lines
from workbench.register.codec import Stored, canonical, pack, to_database
from workbench.register.columns import by_column, encoded, pack_columns, rows_of
from workbench.register.schema import data_columns
from workbench.register.tables import TABLES

ORDER: dict[str, Any] = {
    "number": "PI-1", "customer_id": "C-000001", "order_date": date(2024, 2, 29), "currency": "JPY", "amount": Decimal(1500),
    "deposit_percent": Decimal("30.0"), "rate_legs": [{"value": Decimal("7.10"), "on": date(2024, 2, 28)}],
}  # fmt: skip
SOURCE: dict[str, Any] = {
    "table_name": "orders", "row_id": "O-000001", "file": "a.xlsx", "place": "a.xlsx!S!A2:C2", "file_sha256": "0" * 64,
    "raw": {"Betrag €": "1.200,50", "2": "漢字 \u2028 \x07"},
}  # fmt: skip
_ODD = st.one_of(
    st.none(), st.text(max_size=3), st.booleans(), st.integers(), st.decimals(), st.dates(), st.datetimes(), st.floats(),
    st.sampled_from(["JPY", "USD", "\ud800", "a\x00", "paid", Decimal("-0.00"), Decimal("1E+3"), Decimal("0.001"), {}, [1]]),
    st.dictionaries(st.text(max_size=2), st.text(max_size=2) | st.integers(), max_size=2),
)  # fmt: skip


def _agree(table: str, rows: list[dict[str, Any]]) -> bool:
    """Whether the batch was taken; it may be only where its rows have no problem, and then says the same."""
    one_by_one = [pack(TABLES[table], row, {}) for row in rows]
    packed = pack_columns(TABLES[table], by_column(rows))
    if packed is not None:
        together = list(rows_of(packed))
        assert not any(problems for _stored, problems in one_by_one)
        assert list(map(canonical, together)) == [canonical(stored) for stored, _problems in one_by_one]
        _written_alike(table, together)
    return packed is not None


def _written_alike(table: str, rows: list[Stored]) -> None:
    """Rows written out together are, byte for byte, what each is by itself: the log's hashes stand on it."""
    columns = data_columns(TABLES[table])
    for sqlite in (True, False):
        parameters, texts = encoded(TABLES[table], by_column(rows), columns, sqlite=sqlite)
        assert texts == [canonical(row) for row in rows]
        assert parameters == [to_database(TABLES[table], row, columns, sqlite=sqlite) for row in rows]


def test_rows_are_written_out_together_as_alone() -> None:
    shared = [{"b": 1, "a": '漢\u2028"\\'}]
    _written_alike("orders", [
        {"id": "O-000001", "version": 1, "amount": 1, "note": "\x07", "rate_legs": shared, "custom": {"z": True, "a": 1}},
        {"id": "O-000002", "version": 1, "amount": -5, "rate_legs": shared},
        {"id": "O-000003", "version": 2, "note": ""},
    ])  # fmt: skip
    own = {"version": 1, "table_name": "orders", "name": "n", "kind": "text"}
    _written_alike("custom_fields", [{**own, "id": "F-1", "required": True}, {**own, "id": "F-2", "choices": ["x"]}])
    _written_alike(
        "settings", [{"id": "S-1", "version": 1, "value": one} for one in ("x", 0, False, 1.5, [], {"a": 1})]
    )
    _written_alike("orders", [{"id": "O-000004", "version": 1, "gone": "in no column"}])
    _written_alike("orders", [{"number": "without id"}])
    _written_alike("orders", [{"number": "1"}, {"note": "none of the columns is full"}, {}])


def test_new_rows_are_logged_together_as_alone() -> None:
    """The hash of a changeset is over the lines, so a batch of them must be the same bytes."""
    ids, texts = ["O-000009", "O-000010", "漢"], ["{}", '{"note":"\u2028 漢字"}', ""]
    for first in (1, 9, 98):
        alone = [
            body_line(first + at, "orders", row_id, "insert", None, text)
            for at, (row_id, text) in enumerate(zip(ids, texts, strict=True))
        ]
        assert insertion_lines(first, "orders", ids, texts) == b"".join(alone)


def test_plain_batches_are_taken() -> None:
    """Otherwise the fast way would never be gone, and nothing would tell."""
    other = {
        **ORDER,
        "number": "PI-2",
        "currency": "USD",
        "amount": Decimal("-12.34"),
        "note": "second",
        "incoterm": "FOB",
    }
    assert _agree("orders", [ORDER, other])
    assert _agree("source_records", [SOURCE, {**SOURCE, "raw": {"2": ""}}])


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": Decimal("1.5")}, {"amount": 1500.0}, {"currency": "XXX"}, {"order_date": datetime(2024, 1, 1)},
        {"number": None}, {"note": "\ud83d"}, {"status": "lost"}, {"no_such_field": 1}, {"amount": Decimal(2**63)},
        {"deposit_percent": Decimal("NaN")}, {"rate_legs": [float("inf")]}, {"custom": {"x": 1}},
    ],
)  # fmt: skip
def test_one_wrong_row_leaves_the_batch_to_the_close_look(wrong: dict[str, Any]) -> None:
    assert not _agree("orders", [ORDER, {**ORDER, **wrong}])


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from([*ORDER, "id", "status", "base_currency", "base_amount"]), _ODD, max_size=2),
        min_size=1,
        max_size=3,
    )
)
def test_any_batch_of_orders(changes: list[dict[str, Any]]) -> None:
    _agree("orders", [ORDER | change for change in changes])


@settings(max_examples=100, deadline=None)
@given(st.lists(_ODD, min_size=1, max_size=3))
def test_any_batch_of_sources(raws: list[Any]) -> None:
    _agree("source_records", [SOURCE | {"raw": raw} for raw in raws])
