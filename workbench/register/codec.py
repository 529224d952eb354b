"""Rows as people's values (Decimal, date) and as stored values (integers of minor units, ISO text), and the checks.

The stored form is the same on both engines and is what the log hashes: only JSON's own types, money as an integer.
"""

from __future__ import annotations

import decimal
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from workbench.errors import MoneyError
from workbench.findings import Finding
from workbench.money import CURRENCIES, RETIRED, from_minor, in_use, minor_units, to_minor
from workbench.register.countries import COUNTRIES
from workbench.register.tables import TABLES, Field, FieldKind, Table

__all__ = [
    "Stored",
    "canonical",
    "from_database",
    "in_minor_units",
    "is_storable",
    "pack",
    "pack_value",
    "special_at",
    "to_database",
    "unpack",
]

Stored = dict[str, Any]
"""A row of stored values by column, without those that are empty."""

_INT64 = 2**63
_DIGITS = 200  # before and after the decimal point; beyond that it is no rate, percentage or quantity
_NOT_PACKED = {"id", "version", "custom"}
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
# Scaling by a power of ten in this context is exact or raises; amounts of more digits are no money.
_EXACT = decimal.Context(prec=60, traps=[decimal.InvalidOperation, decimal.Overflow, decimal.Inexact])
_SCALE = {code: Decimal(10) ** minor_units(code) for code in (*RETIRED, *CURRENCIES)}
_DAY_OF = {"orders": "order_date", "costs": "cost_date", "receipts": "value_date", "invoices": "invoice_date"}
"""Documents that may be in a currency which was replaced since, as long as it was in use on their day."""
_OF_AN_ORDER = frozenset({"order_lines", "instalments"})
"""Parts of an order: its day has told already whether its currency was in use."""


class _Wrong(ValueError):
    """A value that its field does not take; the argument is the finding's code."""


def canonical(stored: object) -> str:
    """The one JSON text of a stored row: sorted keys, no spaces."""
    return "".join(_encode(stored, 0)) if _encode else _ENCODER.encode(stored)


def _made_once() -> Callable[[object, int], Iterable[str]] | None:
    """The standard library's own encoder, which ``JSONEncoder.encode`` makes anew for every call."""
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return None
    one = _ENCODER
    made: Callable[[object, int], Iterable[str]] = make(
        None, one.default, json.encoder.encode_basestring, None, one.key_separator, one.item_separator, True, False, True
    )  # fmt: skip
    return made


_encode = _made_once()


def pack(
    table: Table, row: Mapping[str, Any], custom: Mapping[str, Field], *, complete: bool = True
) -> tuple[Stored, list[Finding]]:
    """A row in stored form, with every problem of it; a problem's ``where`` is the field.

    Args:
        table: the row's table.
        row: values by field; ``id`` and ``version`` are not looked at.
        custom: the firm's own fields of the table by name; their values come in ``row["custom"]``.
        complete: whether the firm's own required fields must be there.
    """
    stored: Stored = {}
    problems: list[Finding] = []
    packers = _packers(table.name)
    for name, value in row.items():
        if value is None:
            continue
        packer = packers.get(name)
        if packer is None:
            if name not in _NOT_PACKED:
                problems.append(Finding("row.unknown-field", str(name), _quoted(value)))
            continue
        try:
            stored[name] = packer(value, row)
        except (_Wrong, MoneyError) as wrong:
            problems.append(_finding(wrong, name, value))
    if custom or row.get("custom"):
        _pack_custom(row, custom, stored, problems, complete=complete)
    required = _required(table.name)
    if not required <= stored.keys():
        problems.extend(
            Finding("row.required", field.name, details={"field": field.name})
            for field in table.fields
            if field.required and row.get(field.name) is None
        )
    return stored, problems


def unpack(table: Table, stored: Mapping[str, Any], custom: Mapping[str, Field]) -> dict[str, Any]:
    """A stored row as people's values, every field of the table present."""
    row: dict[str, Any] = {"id": stored["id"], "version": stored["version"]}
    for field in table.fields:
        value = stored.get(field.name)
        row[field.name] = None if value is None else _unpack_value(field, value, stored)
    own = stored.get("custom") or {}
    beside = {**stored, **own}
    row["custom"] = {
        name: _unpack_value(custom[name], value, beside) if name in custom else value for name, value in own.items()
    }
    return row


def pack_value(field: Field, value: Any, row: Mapping[str, Any]) -> Any:
    """One value in stored form; raises ValueError for one that the field does not take."""
    return _packer(field)(value, row)


def _pack_custom(
    row: Mapping[str, Any],
    custom: Mapping[str, Field],
    stored: Stored,
    problems: list[Finding],
    *,
    complete: bool,
) -> None:
    own = row.get("custom") or {}
    if not isinstance(own, Mapping):
        problems.append(Finding("row.type", "custom", _quoted(own), details={"field": "custom"}))
        return
    packed = {}
    for name, value in own.items():
        if value is None:
            continue
        if name not in custom:
            problems.append(Finding("row.unknown-field", f"custom.{name}", _quoted(value)))
            continue
        try:
            packed[name] = pack_value(custom[name], value, {**row, **own})
        except (_Wrong, MoneyError) as wrong:
            problems.append(_finding(wrong, f"custom.{name}", value))
    if complete:
        problems.extend(
            Finding("row.required", f"custom.{name}", details={"field": name})
            for name, field in custom.items()
            if field.required and own.get(name) is None
        )
    if packed:
        stored["custom"] = packed


def _finding(wrong: Exception, where: str, value: object) -> Finding:
    code = wrong.args[0] if isinstance(wrong, _Wrong) else "row.minor-units"
    return Finding(code, where, _quoted(value), details={"field": where})


def _quoted(value: object) -> str:
    """A value for a message: its beginning, and nothing that cannot be printed."""
    try:
        return str(value)[:80].encode(errors="replace").decode()
    except (RecursionError, ValueError):  # nested too deeply, or an integer too long to be written
        return type(value).__name__


@cache
def _packers(table: str) -> dict[str, Callable[[Any, Mapping[str, Any]], Any]]:
    return {field.name: _packer(field, table) for field in TABLES[table].fields}


@cache
def _required(table: str) -> frozenset[str]:
    return frozenset(field.name for field in TABLES[table].fields if field.required)


def _was_in_use(code: str, table: str, field: Field, row: Mapping[str, Any]) -> bool:
    """Whether a currency that was replaced may stand in a document, because it was in use on the document's day."""
    if code not in RETIRED or field.name != "currency":
        return False
    on = row.get(_DAY_OF.get(table, ""))
    return table in _OF_AN_ORDER or (isinstance(on, date) and in_use(code, on))


def _packer(field: Field, table: str = "") -> Callable[[Any, Mapping[str, Any]], Any]:  # noqa: C901 - one small function a kind
    choices = frozenset(field.choices)

    def text(value: Any, _row: Mapping[str, Any]) -> str:
        if not isinstance(value, str) or not is_storable(value):
            raise _Wrong("row.type")
        if choices and value not in choices:
            raise _Wrong("row.choice")
        return value

    def integer(value: Any, _row: Mapping[str, Any]) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not -_INT64 <= value < _INT64:
            raise _Wrong("row.type")
        return value

    def boolean(value: Any, _row: Mapping[str, Any]) -> bool:
        if not isinstance(value, bool):
            raise _Wrong("row.type")
        return value

    def day(value: Any, _row: Mapping[str, Any]) -> str:
        if isinstance(value, datetime) or not isinstance(value, date):
            raise _Wrong("row.date")
        return value.isoformat()

    def timestamp(value: Any, _row: Mapping[str, Any]) -> str:
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise _Wrong("row.timestamp")
        try:
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        except OverflowError:
            raise _Wrong("row.timestamp") from None

    def currency(value: Any, row: Mapping[str, Any]) -> str:
        known = isinstance(value, str) and (value in CURRENCIES or _was_in_use(value, table, field, row))
        if not known:
            raise _Wrong("row.currency")
        return str(value)

    def country(value: Any, _row: Mapping[str, Any]) -> str:
        if not isinstance(value, str) or value not in COUNTRIES:
            raise _Wrong("row.country")
        return value

    def money(value: Any, row: Mapping[str, Any]) -> int:
        if not isinstance(value, Decimal):
            raise _Wrong("row.type")
        code = row.get(field.currency_field)
        if not isinstance(code, str) or code not in _SCALE:
            raise _Wrong("row.money-without-currency")
        units = in_minor_units(value, code)
        if not -_INT64 <= units < _INT64:
            raise _Wrong("row.type")
        return units

    def exact(value: Any, _row: Mapping[str, Any]) -> str:
        if isinstance(value, bool) or not isinstance(value, Decimal | int):
            raise _Wrong("row.type")
        number = Decimal(value)
        if not number.is_finite() or not -_DIGITS <= number.adjusted() < _DIGITS:
            raise _Wrong("row.type")
        if len(number.as_tuple().digits) > _DIGITS:
            raise _Wrong("row.type")
        return format(number.copy_abs() if number.is_zero() else number, "f")

    def plain(value: Any, _row: Mapping[str, Any]) -> Any:
        try:
            return _plain(value)
        except (RecursionError, ValueError, OverflowError):
            raise _Wrong("row.type") from None

    by_kind: dict[FieldKind, Callable[[Any, Mapping[str, Any]], Any]] = {
        FieldKind.TEXT: text,
        FieldKind.REFERENCE: text,
        FieldKind.INTEGER: integer,
        FieldKind.BOOLEAN: boolean,
        FieldKind.DATE: day,
        FieldKind.TIMESTAMP: timestamp,
        FieldKind.CURRENCY: currency,
        FieldKind.COUNTRY: country,
        FieldKind.MONEY: money,
        FieldKind.DECIMAL: exact,
        FieldKind.JSON: plain,
    }
    return by_kind[field.kind]


def in_minor_units(value: Decimal, code: str) -> int:
    """What ``to_minor`` answers, at the pace of a large batch; it also tells what is wrong with an amount."""
    try:
        scaled = _EXACT.multiply(value, _SCALE[code])
        units = int(scaled)
    except (decimal.DecimalException, ValueError, OverflowError):
        return to_minor(value, code)
    return units if units == scaled else to_minor(value, code)


def is_storable(text: str) -> bool:
    """Neither engine takes half of a surrogate pair, and PostgreSQL no NUL."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return False
    return "\x00" not in text


def _plain(value: Any) -> Any:
    """JSON's own types, in the one form that both engines give back."""
    if isinstance(value, str):
        if not is_storable(value):
            raise _Wrong("row.type")
        return value
    if isinstance(value, dict):
        if all(type(one) is str for one in value.values()):  # what was typed into a row, in great numbers
            if not is_storable("".join(value.values())):
                raise _Wrong("row.type")
            return {_plain_name(name): one for name, one in value.items()}
        return {_plain_name(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, bool | int | float | Decimal):
        return _plain_number(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return _plain(dict(value))
    raise _Wrong("row.type")


@lru_cache(maxsize=1024)
def _plain_name(name: Any) -> str:
    """The name of a value in an object; the same few come again and again."""
    if not isinstance(name, str) or not is_storable(name):
        raise _Wrong("row.type")
    return name


def _plain_number(value: float | Decimal | None) -> int | float | str | None:
    if value is None or isinstance(value, bool):
        return value
    if not math.isfinite(value) or (value and not 10**-_DIGITS < abs(value) < 10**_DIGITS):
        raise _Wrong("row.type")
    if isinstance(value, Decimal):
        return format(value, "f")
    # PostgreSQL writes 1e22 out in full, which reads back as an integer.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _unpack_value(field: Field, value: Any, stored: Mapping[str, Any]) -> Any:
    kind = field.kind
    if kind is FieldKind.MONEY:
        return from_minor(value, stored[field.currency_field])
    if kind is FieldKind.DATE:
        return date.fromisoformat(value)
    if kind is FieldKind.DECIMAL:
        return Decimal(value)
    if kind is FieldKind.TIMESTAMP:
        return datetime.fromisoformat(value)
    return value


def to_database(table: Table, stored: Mapping[str, Any], columns: Sequence[str], *, sqlite: bool) -> tuple[Any, ...]:
    """The stored row as driver parameters in the order of ``columns``."""
    values = list(map(stored.get, columns))
    json_at, bool_at = special_at(table.name, tuple(columns))
    for index in json_at:
        if values[index] is not None:
            values[index] = canonical(values[index])
    if sqlite:
        for index in bool_at:
            if (value := values[index]) is not None:
                values[index] = int(value)
    return tuple(values)


def from_database(table: Table, columns: Sequence[str], values: Iterable[Any], *, sqlite: bool) -> Stored:
    """A database row in stored form; SQLite keeps JSON as text, PostgreSQL hands it over decoded."""
    json_columns, bool_columns = _special(table.name)
    stored: Stored = {}
    for name, value in zip(columns, values, strict=True):
        if value is None:
            continue
        if name in json_columns:
            stored[name] = json.loads(value) if sqlite else value
        elif isinstance(value, str):
            stored[name] = value
        elif name in bool_columns:
            stored[name] = bool(value)
        elif isinstance(value, Decimal):
            stored[name] = format(value, "f")
        elif isinstance(value, datetime):
            stored[name] = value.astimezone(UTC).isoformat(timespec="microseconds")
        elif isinstance(value, date):
            stored[name] = value.isoformat()
        else:
            stored[name] = value
    return stored


@cache
def _special(table: str) -> tuple[frozenset[str], frozenset[str]]:
    fields = TABLES[table].fields
    return (
        frozenset([*(field.name for field in fields if field.kind is FieldKind.JSON), "custom"]),
        frozenset(field.name for field in fields if field.kind is FieldKind.BOOLEAN),
    )


@lru_cache(maxsize=1024)
def special_at(table: str, columns: tuple[str, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Where among the columns those are that hold JSON, and those that hold truth values."""
    json_columns, bool_columns = _special(table)
    return (
        tuple(index for index, name in enumerate(columns) if name in json_columns),
        tuple(index for index, name in enumerate(columns) if name in bool_columns),
    )
