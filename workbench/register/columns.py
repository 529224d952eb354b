"""A batch of rows in stored form, column by column: what ``pack`` does, at the pace of a large import.

Only what is plainly right is taken; anything else leaves the batch to ``pack``, which tells what is wrong with which row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from json.encoder import encode_basestring
from typing import Any

from workbench.errors import MoneyError
from workbench.money import CURRENCIES
from workbench.register.codec import (
    Stored,
    canonical,
    in_minor_units,
    is_storable,
    pack_value,
    special_at,
    to_database,
)
from workbench.register.countries import COUNTRIES
from workbench.register.tables import Field, FieldKind, Table

__all__ = ["encoded", "pack_columns"]

_INT64 = 2**63
_PLAIN_DECIMAL = re.compile(r"-?[0-9]{1,60}(?:\.[0-9]{1,60})?")
_NONE = type(None)
_OWN = ("id", "version", "custom")
Values = list[Any]


class _NotPlain(Exception):
    """The batch needs a closer look."""


def pack_columns(table: Table, rows: Sequence[Mapping[str, Any]]) -> list[Stored] | None:
    """The rows as ``pack`` stores them, or None where any of them needs a closer look or has fields of the firm's own."""
    names = set[str]().union(*rows)
    fields = {field.name: field for field in table.fields}
    required = {field.name for field in table.fields if field.required}
    if not rows or not required <= names or not names <= fields.keys() | set(_OWN):
        return None
    if "custom" in names and any(row.get("custom") for row in rows):
        return None
    wanted = [name for name in names if name in fields]
    try:
        packed = [_column(fields[name], [row.get(name) for row in rows], rows) for name in wanted]
    except (_NotPlain, ValueError, MoneyError):
        return None
    if any(None in values for name, values in zip(wanted, packed, strict=True) if name in required):
        return None
    return [
        {name: value for name, value in zip(wanted, values, strict=True) if value is not None}
        for values in zip(*packed, strict=True)
    ]


def encoded(
    table: Table, rows: Sequence[Stored], columns: Sequence[str], *, sqlite: bool
) -> tuple[list[tuple[Any, ...]], list[str]]:
    """The rows as ``to_database`` and as ``canonical`` give them, each different value written out once."""
    json_at, bool_at = special_at(table.name, tuple(columns))
    parameters: list[Values] = [[row.get(name) for row in rows] for name in columns]
    filled = sum(len(values) - values.count(None) for values in parameters)
    if filled != sum(map(len, rows)):  # a row with an empty value, or with one that is in no column
        return [to_database(table, row, columns, sqlite=sqlite) for row in rows], list(map(canonical, rows))
    parts: dict[str, Values] = {}
    for index, (name, values) in enumerate(zip(columns, parameters, strict=True)):
        texts = _texts_once(values) if index in json_at else _written(values)
        if index in json_at:
            parameters[index] = texts
        elif sqlite and index in bool_at:
            parameters[index] = [None if value is None else int(value) for value in values]
        if texts.count(None) < len(texts):
            parts[name] = [None if text is None else f'"{name}":{text}' for text in texts]
    lines = zip(*(parts[name] for name in sorted(parts)), strict=True)
    return list(zip(*parameters, strict=True)), [f"{{{','.join(filter(None, line))}}}" for line in lines]


def _written(values: Values) -> Values:
    """Values of one column as JSON."""
    kinds = set(map(type, values)) - {_NONE}
    if kinds == {str}:
        known = {value: None if value is None else encode_basestring(value) for value in set(values)}
        return list(map(known.__getitem__, values))
    if kinds == {int}:
        return [None if value is None else str(value) for value in values]
    return [None if value is None else canonical(value) for value in values]


def _texts_once(values: Values) -> Values:
    """Objects as JSON; one that several rows share is written out once."""
    known: dict[int, str] = {}
    texts: Values = []
    for value in values:
        if value is not None and id(value) not in known:
            known[id(value)] = canonical(value)
        texts.append(None if value is None else known[id(value)])
    return texts


def _column(field: Field, values: Values, rows: Sequence[Mapping[str, Any]]) -> Values:
    kinds = set(map(type, values))
    kinds.discard(_NONE)
    if not kinds:
        return values
    pack_all = _BY_KIND.get(field.kind)
    if pack_all is None:
        return [
            None if value is None else pack_value(field, value, row) for value, row in zip(values, rows, strict=True)
        ]
    return pack_all(field, values, kinds, rows)


def _must_be(kinds: set[type], kind: type) -> None:
    if kinds != {kind}:
        raise _NotPlain


def _texts(field: Field, values: Values, kinds: set[type], _rows: object) -> Values:
    _must_be(kinds, str)
    if field.choices:
        _among(values, set(field.choices))
    elif not is_storable("".join(filter(None, values))):
        raise _NotPlain
    return values


def _among(values: Values, allowed: set[str]) -> None:
    if not set(values) <= allowed | {None}:
        raise _NotPlain


def _currencies(_field: Field, values: Values, kinds: set[type], _rows: object) -> Values:
    _must_be(kinds, str)
    _among(values, set(CURRENCIES))
    return values


def _countries(_field: Field, values: Values, kinds: set[type], _rows: object) -> Values:
    _must_be(kinds, str)
    _among(values, set(COUNTRIES))
    return values


def _integers(_field: Field, values: Values, kinds: set[type], _rows: object) -> Values:
    _must_be(kinds, int)
    if not all(value is None or -_INT64 <= value < _INT64 for value in values):
        raise _NotPlain
    return values


def _booleans(_field: Field, values: Values, kinds: set[type], _rows: object) -> Values:
    _must_be(kinds, bool)
    return values


def _days(_field: Field, values: Values, kinds: set[type], _rows: object) -> Values:
    _must_be(kinds, date)
    texts = {day: day.isoformat() for day in set(values) if day is not None}
    return [texts.get(day) for day in values]


def _decimals(field: Field, values: Values, kinds: set[type], rows: Sequence[Mapping[str, Any]]) -> Values:
    _must_be(kinds, Decimal)
    packed: Values = []
    for value, row in zip(values, rows, strict=True):
        if value is None:
            packed.append(None)
            continue
        text = str(value)
        plain = value and _PLAIN_DECIMAL.fullmatch(text)
        packed.append(text if plain else pack_value(field, value, row))
    return packed


def _money(field: Field, values: Values, kinds: set[type], rows: Sequence[Mapping[str, Any]]) -> Values:
    _must_be(kinds, Decimal)
    codes: Values = [row.get(field.currency_field) for row in rows]
    if not all(
        type(code) is str and code in CURRENCIES for code, value in zip(codes, values, strict=True) if value is not None
    ):
        raise _NotPlain
    packed = [None if value is None else in_minor_units(value, code) for value, code in zip(values, codes, strict=True)]
    return _integers(field, packed, {int}, rows)


def _json(field: Field, values: Values, kinds: set[type], rows: Sequence[Mapping[str, Any]]) -> Values:
    """Objects of texts alone stay as they are; anything else is made plain, once where it is the same object."""
    if kinds == {dict}:
        objects = [value for value in values if value is not None]
        names = set().union(*objects)
        texts = list(chain.from_iterable(value.values() for value in objects))
        if set(map(type, texts)) <= {str} and set(map(type, names)) <= {str}:
            if not is_storable("".join(chain(names, texts))):
                raise _NotPlain
            return values
    known: dict[int, Any] = {}
    packed: Values = []
    for value, row in zip(values, rows, strict=True):
        if value is not None and id(value) not in known:
            known[id(value)] = pack_value(field, value, row)
        packed.append(None if value is None else known[id(value)])
    return packed


_BY_KIND: Mapping[FieldKind, Callable[[Field, Values, set[type], Sequence[Mapping[str, Any]]], Values]] = {
    FieldKind.TEXT: _texts,
    FieldKind.REFERENCE: _texts,
    FieldKind.INTEGER: _integers,
    FieldKind.BOOLEAN: _booleans,
    FieldKind.DATE: _days,
    FieldKind.CURRENCY: _currencies,
    FieldKind.COUNTRY: _countries,
    FieldKind.MONEY: _money,
    FieldKind.DECIMAL: _decimals,
    FieldKind.JSON: _json,
}
"""Times are few, and packed one by one."""
