"""A batch of rows in stored form, column by column: what ``pack`` does, at the pace of a large import.

Only what is plainly right is taken; anything else leaves the batch to ``pack``, which tells what is wrong with which row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain, repeat
from json.encoder import encode_basestring
from typing import Any

from workbench.errors import MoneyError
from workbench.money import CURRENCIES
from workbench.register.codec import (
    canonical,
    in_minor_units,
    is_storable,
    pack_value,
    special_at,
)
from workbench.register.countries import COUNTRIES
from workbench.register.tables import Field, FieldKind, Table

__all__ = ["Columns", "Values", "by_column", "encoded", "pack_columns", "rows_of"]

_INT64 = 2**63
_PLAIN_DECIMAL = re.compile(r"-?[0-9]{1,60}(?:\.[0-9]{1,60})?")
_NONE = type(None)
_OWN = ("id", "version", "custom")
Values = list[Any]
Columns = Mapping[str, Values]
"""Rows of a batch by field, every list as long as the batch; None where a row has no value."""


class _NotPlain(Exception):
    """The batch needs a closer look."""


def by_column(rows: Sequence[Mapping[str, Any]]) -> dict[str, Values]:
    """The rows' values by field; there is always a column ``id``, so that rows without any value count."""
    names = sorted({"id"}.union(*rows), key=str)
    return {name: [row.get(name) for row in rows] for name in names}


def rows_of(columns: Columns) -> Iterator[dict[str, Any]]:
    """The rows again, each without what it has no value for."""
    for values in zip(*columns.values(), strict=True):
        yield {name: value for name, value in zip(columns, values, strict=True) if value is not None}


def pack_columns(table: Table, columns: Columns) -> dict[str, Values] | None:
    """The columns as ``pack`` stores their rows, or None where a row needs a closer look or has fields of the firm's own."""
    fields = {field.name: field for field in table.fields}
    required = {field.name for field in table.fields if field.required}
    if not required <= columns.keys() or not columns.keys() <= fields.keys() | set(_OWN):
        return None
    if any(columns.get("custom", ())):
        return None
    wanted = [name for name in columns if name in fields]
    try:
        packed = {name: _column(fields[name], columns[name], columns) for name in wanted}
    except (_NotPlain, ValueError, MoneyError):
        return None
    if any(None in packed[name] for name in required):
        return None
    return packed


def encoded(
    table: Table, stored: Columns, names: Sequence[str], *, sqlite: bool
) -> tuple[list[tuple[Any, ...]], list[str]]:
    """Stored rows as ``to_database`` (in the order of ``names``) and as ``canonical`` give them.

    Each different value is written out once. What is in no column of ``names`` stays in the text.
    """
    json_at, bool_at = special_at(table.name, tuple(names))
    count = len(next(iter(stored.values())))
    parameters: list[Iterable[Any]] = [stored.get(name) or repeat(None, count) for name in names]
    parts = {name: _written(values) for name, values in stored.items() if name not in names}
    for index, name in enumerate(names):
        values = stored.get(name)
        if values is None:
            continue
        texts = _texts_once(values) if index in json_at else _written(values)
        if index in json_at:
            parameters[index] = texts
        elif sqlite and index in bool_at:
            parameters[index] = [None if value is None else int(value) for value in values]
        parts[name] = texts
    return list(zip(*parameters, strict=True)), _objects(parts)


def _objects(parts: Mapping[str, Values]) -> list[str]:
    """JSON objects from the texts of their values by name; None is left out."""
    ordered = sorted(parts)
    first = next((index for index, name in enumerate(ordered) if None not in parts[name]), None)
    if first is None:
        named = ([None if text is None else f'"{name}":{text}' for text in parts[name]] for name in ordered)
        return [f"{{{','.join(filter(None, line))}}}" for line in zip(*named, strict=True)]
    pieces: list[Iterable[str]] = [repeat("{")]
    for index, name in enumerate(ordered):
        before, after = f'{"," if index > first else ""}"{name}":', "," if index < first else ""
        pieces.append([before + text + after if text is not None else "" for text in parts[name]])
    return list(map("".join, zip(*pieces, repeat("}"), strict=False)))


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


def _column(field: Field, values: Values, columns: Columns) -> Values:
    kinds = set(map(type, values))
    kinds.discard(_NONE)
    if not kinds:
        return values
    pack_all = _BY_KIND.get(field.kind)
    if pack_all is None:
        return [None if value is None else pack_value(field, value, {}) for value in values]
    return pack_all(field, values, kinds, columns)


def _must_be(kinds: set[type], kind: type) -> None:
    if kinds != {kind}:
        raise _NotPlain


def _texts(field: Field, values: Values, kinds: set[type], _columns: object) -> Values:
    _must_be(kinds, str)
    if field.choices:
        _among(values, set(field.choices))
    elif not is_storable("".join(filter(None, values))):
        raise _NotPlain
    return values


def _among(values: Values, allowed: set[str]) -> None:
    if not set(values) <= allowed | {None}:
        raise _NotPlain


def _currencies(_field: Field, values: Values, kinds: set[type], _columns: object) -> Values:
    _must_be(kinds, str)
    _among(values, set(CURRENCIES))
    return values


def _countries(_field: Field, values: Values, kinds: set[type], _columns: object) -> Values:
    _must_be(kinds, str)
    _among(values, set(COUNTRIES))
    return values


def _integers(_field: Field, values: Values, kinds: set[type], _columns: object) -> Values:
    _must_be(kinds, int)
    if not all(value is None or -_INT64 <= value < _INT64 for value in values):
        raise _NotPlain
    return values


def _booleans(_field: Field, values: Values, kinds: set[type], _columns: object) -> Values:
    _must_be(kinds, bool)
    return values


def _days(_field: Field, values: Values, kinds: set[type], _columns: object) -> Values:
    _must_be(kinds, date)
    texts = {day: day.isoformat() for day in set(values) if day is not None}
    return [texts.get(day) for day in values]


def _decimals(field: Field, values: Values, kinds: set[type], _columns: object) -> Values:
    _must_be(kinds, Decimal)
    known: dict[str, str] = {}  # by its digits: equal decimals may have different ones
    packed: Values = []
    for value in values:
        if value is None:
            packed.append(None)
            continue
        text = str(value)
        if text not in known:
            known[text] = text if value and _PLAIN_DECIMAL.fullmatch(text) else pack_value(field, value, {})
        packed.append(known[text])
    return packed


def _money(field: Field, values: Values, kinds: set[type], columns: Columns) -> Values:
    _must_be(kinds, Decimal)
    codes = columns.get(field.currency_field)
    if codes is None or not set(map(type, codes)) <= {str, _NONE} or not set(codes) <= CURRENCIES.keys() | {None}:
        raise _NotPlain
    if None in codes and any(code is None and value is not None for code, value in zip(codes, values, strict=True)):
        raise _NotPlain
    packed = [None if value is None else in_minor_units(value, code) for value, code in zip(values, codes, strict=True)]
    return _integers(field, packed, {int}, columns)


def _json(field: Field, values: Values, kinds: set[type], _columns: object) -> Values:
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
    for value in values:
        if value is not None and id(value) not in known:
            known[id(value)] = pack_value(field, value, {})
        packed.append(None if value is None else known[id(value)])
    return packed


_BY_KIND: Mapping[FieldKind, Callable[[Field, Values, set[type], Columns], Values]] = {
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
