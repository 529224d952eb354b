"""Opening a register, and reading it: today's rows, or any table as it stood at a past moment."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa

from workbench.i18n import _
from workbench.money import Balances, Money, currency, from_minor
from workbench.register import backup as backups
from workbench.register import history, locations
from workbench.register.changesets import Changeset, LogEntry, custom_field_of, table_named
from workbench.register.codec import Stored, from_database, pack_value, unpack
from workbench.register.errors import NotPermitted, RegisterExists, RowMissing
from workbench.register.history import Verification
from workbench.register.schema import METADATA, data_columns
from workbench.register.tables import Field, FieldKind, Table

__all__ = ["Register"]


class Register:
    """One register, in a SQLite file or a PostgreSQL database.

    Reading needs no ceremony; writing goes through ``changeset``. Any number of processes may have the same register
    open: readers never wait, writers take turns. One ``Register`` object belongs to one thread.
    """

    def __init__(self, engine: sa.Engine, location: str, actor: str | None) -> None:
        """Use ``Register.open`` or ``Register.create``."""
        self._engine = engine
        self.location = location
        self.actor = actor
        self._custom: dict[str, dict[str, Field]] | None = None

    # opening and closing

    @classmethod
    def create(cls, location: str | Path, *, base_currency: str = "CNY", actor: str = "workbench") -> Self:
        """Make a new register; its first changeset stores the base currency.

        Args:
            location: a path that does not exist yet, or the URL of an empty PostgreSQL database.
            base_currency: ISO code of the currency the firm keeps its books in.
            actor: who creates it.

        Raises:
            RegisterExists, UnsafeLocation, NotARegister, UnknownCurrency.
        """
        code = currency(base_currency).code
        engine = locations.engine_for(location, must_exist=False)
        if locations.has_register(engine):
            engine.dispose()
            raise RegisterExists(
                _("There is a register at {location} already.").format(location=locations.shown(location)),
                where=locations.shown(location),
                remedy=_("Open it, or choose another place."),
            )
        locations.migrate(engine)
        register = cls(engine, str(location), actor)
        with register.changeset(origin="create", reason=_("new register"), author=actor) as cs:
            cs.insert("settings", [{"name": "base_currency", "value": code}])
        return register

    @classmethod
    def open(cls, location: str | Path, *, actor: str | None = None) -> Self:
        """Open an existing register, as ``actor`` where roles are to be respected.

        Raises:
            RegisterMissing, NotARegister, SchemaMismatch, UnsafeLocation.
        """
        engine = locations.engine_for(location, must_exist=True)
        try:
            locations.check_schema(engine, location)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, str(location), actor)

    @classmethod
    def restore(cls, backup: str | Path, location: str | Path, *, force: bool = False) -> Self:
        """Make the register at ``location`` from a backup and verify it.

        Raises:
            RegisterExists: there is one already and ``force`` is false.
            BackupFailed: the backup does not read back whole.
        """
        backups.restore(Path(backup), location, force=force)
        return cls.open(location)

    def close(self) -> None:
        """Release the connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_sqlite(self) -> bool:
        """Whether the register is one SQLite file."""
        return self._engine.dialect.name == "sqlite"

    @property
    def engine(self) -> sa.Engine:
        """For reading with SQL (analysis); writing past the changesets is found by ``verify``."""
        return self._engine

    # writing

    def changeset(self, *, origin: str, reason: str, author: str, undoes: int | None = None) -> Changeset:
        """Begin a unit of work; see Changeset.

        Args:
            origin: where it comes from: push, adopt, statements, macro, cli, …
            reason: why, in words.
            author: who.
            undoes: number of the changeset that this one takes back.
        """
        self._must_be_allowed(author)
        return Changeset(self, author=author, origin=origin, reason=reason, undoes=undoes)

    def define_custom_field(
        self,
        table: str,
        name: str,
        kind: FieldKind,
        *,
        author: str,
        required: bool = False,
        currency_field: str = "",
        choices: Iterable[str] = (),
        meaning: str = "",
    ) -> None:
        """Add a typed field of the firm's own to a table; its values live in ``row["custom"]``."""
        table_named(table)
        reason = _("custom field {name} for {table}").format(name=name, table=table)
        with self.changeset(origin="settings", reason=reason, author=author) as cs:
            cs.insert(
                "custom_fields",
                [
                    {
                        "table_name": table,
                        "name": name,
                        "kind": kind.value,
                        "required": required,
                        "currency_field": currency_field or None,
                        "choices": list(choices) or None,
                        "meaning": meaning or None,
                    }
                ],
            )
        self._custom = None

    def undo(self, number: int, *, author: str, reason: str) -> Changeset:
        """Take a changeset back, as a changeset of its own.

        Raises:
            UndoRefused: there is no such changeset, it is taken back already, or later work depends on it; names which.
        """
        made = history.undo(self, number, author=author, reason=reason)
        self._custom = None
        return made

    def begin_writing(self) -> sa.Connection:
        """A connection inside a transaction that holds the write lock; for Changeset."""
        connection = self._engine.connect()
        if self.is_sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": locations.WRITE_LOCK})
        return connection

    # reading

    @property
    def base_currency(self) -> str:
        """The currency the firm keeps its books in."""
        return str(self.setting("base_currency"))

    def setting(self, name: str, default: object = None) -> Any:
        """The value of a setting; ``default`` where it is not set."""
        rows = self.rows("settings", where={"name": name})
        return rows[0]["value"] if rows else default

    def rows(
        self,
        table: str,
        where: Mapping[str, Any] | None = None,
        *,
        as_of: datetime | int | None = None,
    ) -> list[dict[str, Any]]:
        """Rows of a table as dicts by field name, in order of their ids.

        Args:
            table: the table's name.
            where: field → value, all of which must be equal; None matches empty, a list matches any of its values.
            as_of: a changeset number or a moment: the table as it stood right after it.

        Money is Decimal at the currency's minor units, dates are date, JSON is decoded; ``id``, ``version`` and
        ``custom`` are included.
        """
        return list(self.stream(table, where, as_of=as_of))

    def stream(
        self,
        table: str,
        where: Mapping[str, Any] | None = None,
        *,
        as_of: datetime | int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Like ``rows``, one at a time, for tables larger than memory."""
        definition = table_named(table)
        custom = self.custom_fields(table)
        if as_of is None:
            for stored in self._stored_rows(definition, where):
                yield unpack(definition, stored, custom)
            return
        for stored in history.rows_as_of(self, definition, as_of):
            row = unpack(definition, stored, custom)
            if all(_matches(row.get(name), wanted) for name, wanted in (where or {}).items()):
                yield row

    def get(self, table: str, row_id: str) -> dict[str, Any]:
        """One row; RowMissing where there is none."""
        for row in self.stream(table, {"id": row_id}):
            return row
        raise RowMissing(
            _("{table} has no row {id}.").format(table=table, id=row_id),
            where=f"{table} {row_id}",
            remedy=_("Check the id."),
        )

    def count(self, table: str) -> int:
        """How many rows a table has."""
        made = METADATA.tables[table_named(table).name]
        with self._engine.connect() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(made)).scalar_one())

    def control_totals(self, table: str, field: str = "amount") -> dict[str, Decimal]:
        """Exact sum of a money field per currency."""
        definition = table_named(table)
        money = definition.field_named(field)
        made = METADATA.tables[table]
        code, amount = made.c[money.currency_field], made.c[field]
        with self._engine.connect() as connection:
            sums = connection.execute(sa.select(code, amount).where(amount.is_not(None)))
            totals: dict[str, int] = {}
            for one, units in sums:
                totals[one] = totals.get(one, 0) + units
        balances = Balances(Money(from_minor(units, one), one) for one, units in totals.items())
        return dict(balances.items())

    def custom_fields(self, table: str) -> dict[str, Field]:
        """The firm's own fields of a table, by name."""
        if self._custom is None:
            self._custom = {}
            with self._engine.connect() as connection:
                made = METADATA.tables["custom_fields"]
                for row in connection.execute(sa.select(made)).mappings():
                    plain = dict(row)
                    if isinstance(plain["choices"], str):
                        plain["choices"] = json.loads(plain["choices"])
                    self._custom.setdefault(plain["table_name"], {})[plain["name"]] = custom_field_of(plain)
        return self._custom.get(table, {})

    def log(self, limit: int | None = None) -> list[LogEntry]:
        """Changesets, newest first."""
        return history.log(self, limit)

    def verify(self) -> Verification:
        """Recompute every hash and compare every row with its last change."""
        return history.verify(self)

    def state_hash(self) -> str:
        """SHA-256 over every row of every table (without versions): equal states have equal hashes."""
        return history.state_hash(self)

    def backup(self, path: str | Path) -> None:
        """Copy the register while it is in use, and read the copy back.

        Raises:
            BackupFailed, MissingComponent (PostgreSQL's own tools are not installed).
        """
        backups.backup(self._engine, Path(path))

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """A connection that sees one unchanging state of the register."""
        if self.is_sqlite:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN")
                yield connection
                connection.rollback()
        else:
            with self._engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
                yield connection

    def _stored_rows(self, table: Table, where: Mapping[str, Any] | None) -> Iterator[Stored]:
        made = METADATA.tables[table.name]
        columns = data_columns(table)
        query = sa.select(*(made.c[name] for name in columns)).order_by(sa.func.length(made.c.id), made.c.id)
        for name, wanted in (where or {}).items():
            query = query.where(self._condition(table, made, name, wanted, where or {}))
        with self._engine.connect() as connection:
            for row in connection.execution_options(yield_per=5000).execute(query):
                yield from_database(table, columns, row, sqlite=self.is_sqlite)

    def _condition(
        self, table: Table, made: sa.Table, name: str, wanted: Any, where: Mapping[str, Any]
    ) -> sa.ColumnElement[bool]:
        column = made.c[name]
        if wanted is None:
            return column.is_(None)
        if isinstance(wanted, list | tuple | set | frozenset):
            return column.in_([self._stored_value(table, name, one, where) for one in wanted])
        condition: sa.ColumnElement[bool] = column == self._stored_value(table, name, wanted, where)
        return condition

    def _stored_value(self, table: Table, name: str, value: Any, where: Mapping[str, Any]) -> Any:
        if name in {"id", "version"}:
            return value
        stored = pack_value(table.field_named(name), value, where)
        return int(stored) if isinstance(stored, bool) and self.is_sqlite else stored

    def _must_be_allowed(self, author: str) -> None:
        if self.actor is None:
            return
        users = {row["name"]: row["role"] for row in self.rows("users")}
        if users and users.get(self.actor, "viewer") == "viewer":
            raise NotPermitted(
                _("{actor} may look but not change ({author} asked).").format(actor=self.actor, author=author),
                remedy=_("Ask an administrator for the role editor."),
            )


def _matches(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, list | tuple | set | frozenset):
        return value in wanted
    return bool(value == wanted)
