"""What a batch must satisfy beyond its single values: references, uniqueness, ids, and the firm's own fields."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from workbench.findings import Finding
from workbench.register.codec import Stored
from workbench.register.columns import Columns
from workbench.register.schema import METADATA, data_columns
from workbench.register.tables import TABLES, Field, FieldKind, Table

__all__ = [
    "Key",
    "Place",
    "current_rows",
    "custom_fields",
    "definition_problems",
    "existing",
    "holders",
    "id_number",
    "id_problems",
    "reference_problems",
    "rows_with_custom",
    "unique_groups",
    "unique_problems",
    "users_of",
]

Key = tuple[Any, ...]
Place = Callable[[int], str]
"""Where the row at that index of the batch is, for messages."""

_IN_LIMIT = 900
_LONGEST_NAME = 100
_HIGHEST_ID = 10**15


def reference_problems(
    connection: sa.Connection, table: Table, columns: Columns, added: Mapping[str, set[str]], place: Place
) -> Iterator[Finding]:
    """References to rows that are neither stored nor in the batch; ``added`` are ids known to be stored, by table."""
    for field in table.fields:
        if field.kind is not FieldKind.REFERENCE or field.name not in columns:
            continue
        wanted = set(columns[field.name]) - {None} - added.get(field.references, set())
        if field.references == table.name:
            wanted -= set(columns["id"])
        missing = wanted - existing(connection, field.references, wanted)
        if not missing:
            continue
        for index, value in enumerate(columns[field.name]):
            if value in missing:
                yield Finding(
                    "row.reference", f"{place(index)}.{field.name}", str(value), details={"table": field.references}
                )


def unique_problems(connection: sa.Connection, table: Table, columns: Columns, place: Place) -> Iterator[Finding]:
    """Values that must be unique and occur already, in the table or earlier in the batch."""
    own = set(columns.get("id", ()))
    for names in unique_groups(table):
        if any(name not in columns for name in names):
            continue  # every key has an empty part, and belongs to nobody
        keys = list(zip(*(columns[name] for name in names), strict=True))
        held = holders(connection, table, names, keys)
        taken = {key for key, row_id in held.items() if row_id not in own}
        yield from _doubled(keys, taken, place, " + ".join(names))


def id_problems(
    connection: sa.Connection, table: Table, given: Sequence[tuple[int, str]], place: Place
) -> Iterator[Finding]:
    """Ids that rows bring along (index in the batch, id): badly formed, or used by a row now or ever before."""
    well = [(index, row_id) for index, row_id in given if id_number(table, row_id) is not None]
    for index, row_id in set(given) - set(well):
        yield Finding("row.type", f"{place(index)}.id", row_id[:80], details={"field": "id"})
    changes = METADATA.tables["changes"]
    used: set[tuple[Any, ...]] = set()
    for some in _pieces({row_id for _index, row_id in well}):
        query = sa.select(changes.c.row_id).where(changes.c.table_name == table.name, changes.c.row_id.in_(some))
        used.update((one,) for one in connection.execute(query.distinct()).scalars())
    yield from _doubled([(row_id,) for _index, row_id in well], used, lambda at: place(well[at][0]), "id")


def id_number(table: Table, row_id: str) -> int | None:
    """The number in a well-formed id of the table; None for any other text."""
    digits = row_id.removeprefix(f"{table.prefix}-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > len(str(_HIGHEST_ID)):
        return None
    number = int(digits)
    return number if row_id == f"{table.prefix}-{number:06d}" and 0 < number < _HIGHEST_ID else None


def custom_fields(connection: sa.Connection, table: str) -> dict[str, Field]:
    """The firm's own fields of a table, by name."""
    made = METADATA.tables["custom_fields"]
    found = connection.execute(sa.select(made).where(made.c.table_name == table)).mappings()
    sqlite = connection.dialect.name == "sqlite"
    return {row["name"]: _custom_field(dict(row), sqlite=sqlite) for row in found}


def definition_problems(
    connection: sa.Connection, rows: Iterable[tuple[Stored | None, Stored | None]], place: Place
) -> Iterator[Finding]:
    """What is wrong with rows of ``custom_fields`` (before, after): the name, or values that are stored already."""
    for index, (before, after) in enumerate(rows):
        if after is not None:
            yield from _naming_problems(after, place(index))
        fixed = ("table_name", "name", "kind", "currency_field")
        if before is None or (after is not None and all(before.get(one) == after.get(one) for one in fixed)):
            continue
        if next(rows_with_custom(connection, before["table_name"], before["name"]), None) is not None:
            yield Finding("row.in-use", place(index), before["name"], details={"table": before["table_name"]})


def rows_with_custom(connection: sa.Connection, table: str, name: str) -> Iterator[str]:
    """Ids of rows that hold a value in a field of the firm's own."""
    if table not in TABLES:
        return
    made = METADATA.tables[table]
    if connection.dialect.name == "sqlite":
        entries = sa.func.json_each(made.c.custom).table_valued("key")
        query = sa.select(made.c.id).join_from(made, entries, sa.true()).where(entries.c.key == name)
    else:
        query = sa.select(made.c.id).where(made.c.custom.has_key(name))
    yield from connection.execute(query).scalars()


def users_of(connection: sa.Connection, table: str, row_id: str) -> list[str]:
    """Rows that refer to a row, one of each table and field, as ``orders O-000012``."""
    users = []
    for other in TABLES.values():
        for field in other.fields:
            if field.references == table:
                made = METADATA.tables[other.name]
                hit = connection.execute(sa.select(made.c.id).where(made.c[field.name] == row_id).limit(1)).scalar()
                if hit:
                    users.append(f"{other.name} {hit}")
    return users


def existing(connection: sa.Connection, table: str, ids: set[str]) -> set[str]:
    """Those of the ids that the table has."""
    made = METADATA.tables[table]
    found: set[str] = set()
    for some in _pieces(ids):
        found.update(connection.execute(sa.select(made.c.id).where(made.c.id.in_(some))).scalars())
    return found


def unique_groups(table: Table) -> list[tuple[str, ...]]:
    """The fields, alone or together, whose values must be unique."""
    return [*((field.name,) for field in table.fields if field.unique), *table.unique_together]


def holders(connection: sa.Connection, table: Table, names: tuple[str, ...], keys: Iterable[Key]) -> Mapping[Key, str]:
    """Which row has which of the keys (values of ``names``) now; keys with an empty part belong to nobody."""
    made = METADATA.tables[table.name]
    wanted = {key for key in keys if None not in key}
    held: dict[Key, str] = {}
    for some in _pieces({key[0] for key in wanted}):
        chosen = sa.select(made.c.id, *(made.c[name] for name in names)).where(made.c[names[0]].in_(some))
        held.update((tuple(key), row_id) for row_id, *key in connection.execute(chosen) if tuple(key) in wanted)
    return held


def current_rows(connection: sa.Connection, table: Table, ids: Iterable[str]) -> Iterator[Sequence[Any]]:
    """The rows with those ids as the database gives them, in the order of ``data_columns``."""
    made = METADATA.tables[table.name]
    columns = [made.c[name] for name in data_columns(table)]
    for some in _pieces(set(ids)):
        yield from connection.execute(sa.select(*columns).where(made.c.id.in_(some)))


def _pieces(values: set[Any]) -> Iterator[list[Any]]:
    every = iter(sorted(values))
    while some := list(islice(every, _IN_LIMIT)):
        yield some


def _doubled(keys: Sequence[Key], taken: set[Key], place: Place, names: str) -> Iterator[Finding]:
    seen: set[Key] = set()
    if not taken and len(set(keys)) == len(keys):
        return
    for index, key in enumerate(keys):
        if None in key:
            continue
        if key in taken or key in seen:
            yield Finding(
                "row.duplicate", f"{place(index)}.{names}", " / ".join(map(str, key)), details={"field": names}
            )
        seen.add(key)


def _naming_problems(row: Stored, place: str) -> Iterator[Finding]:
    table, name = row.get("table_name"), row.get("name")
    if table is not None and table not in TABLES:
        yield Finding("row.choice", f"{place}.table_name", table, details={"field": "table_name"})
        return
    if table is not None and name is not None:
        own = name in data_columns(TABLES[table])
        if own or not name or len(name) > _LONGEST_NAME:
            yield Finding("row.field-name", f"{place}.name", name[:_LONGEST_NAME], details={"table": table})
    if row.get("kind") == FieldKind.MONEY.value and not row.get("currency_field"):
        yield Finding("row.required", f"{place}.currency_field", details={"field": "currency_field"})
    choices = row.get("choices")
    if choices is not None and not (isinstance(choices, list) and all(isinstance(one, str) for one in choices)):
        yield Finding("row.type", f"{place}.choices", str(choices)[:80], details={"field": "choices"})


def _custom_field(row: Mapping[str, Any], *, sqlite: bool) -> Field:
    choices = json.loads(row["choices"]) if sqlite and row["choices"] else row["choices"]
    return Field(
        row["name"],
        FieldKind(row["kind"]),
        bool(row["required"]),
        currency_field=row["currency_field"] or "",
        choices=tuple(choices or ()),
        meaning=row["meaning"] or "",
    )
