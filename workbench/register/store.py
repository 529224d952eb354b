"""Opening a register, and reading it: today's rows, or any table as it stood at a past moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa

from workbench.i18n import _
from workbench.money import Balances, Money, currency, from_minor
from workbench.register import backup as backups
from workbench.register import checks, history, locations, undoing
from workbench.register.changesets import Changeset, LogEntry, table_named
from workbench.register.codec import unpack
from workbench.register.conflicts import row_missing
from workbench.register.errors import NotPermitted, RegisterExists
from workbench.register.history import LastChange, Verification
from workbench.register.schema import METADATA
from workbench.register.selection import Selection
from workbench.register.tables import Field, FieldKind

__all__ = ["Register"]

_IN_LIMIT = 900


class Register:
    """One register, in a SQLite file or a PostgreSQL database.

    Reading needs no ceremony; writing goes through ``changeset``. Any number of processes may have the same register
    open: readers never wait, writers take turns (a changeset holds the write lock from its first write to its end).
    One ``Register`` object belongs to one thread, and to the process that opened it: after a fork, open it anew.
    """

    def __init__(self, engine: sa.Engine, location: str, actor: str | None) -> None:
        """Use ``Register.open`` or ``Register.create``."""
        self._engine = engine
        self.location = location
        self.actor = actor

    # opening and closing

    @classmethod
    def create(cls, location: str | Path, *, base_currency: str = "CNY", actor: str = "workbench") -> Self:
        """Make a new register; its first changeset stores the base currency.

        Args:
            location: a path that does not exist yet, or the URL of an empty PostgreSQL database.
            base_currency: ISO code of the currency the firm keeps its books in.
            actor: who creates it.

        Raises:
            RegisterExists: there is one already.
            RegisterMissing: there is no such folder, or the database does not answer.
            NotARegister: the file or database holds something else.
            UnsafeLocation: a SQLite file on a network share.
            UnknownCurrency, RetiredCurrency: of ``base_currency``.
        """
        code = currency(base_currency).code
        engine = locations.engine_for(location, must_exist=False)
        try:
            exists = locations.has_register(engine)
            if not exists:
                locations.migrate(engine)
                register = cls(engine, str(location), actor)
                with register.changeset(origin="create", reason=_("new register"), author=actor) as cs:
                    # Under the write lock: another process may have been quicker.
                    exists = cs.begin() > 1
                    if not exists:
                        cs.insert("settings", [{"name": "base_currency", "value": code}])
        except BaseException:
            engine.dispose()
            raise
        if exists:
            engine.dispose()
            raise RegisterExists(
                _("There is a register at {location} already.").format(location=locations.shown(location)),
                where=locations.shown(location),
                remedy=_("Open it, or choose another place."),
            )
        return register

    @classmethod
    def open(cls, location: str | Path, *, actor: str | None = None, read_only: bool = False) -> Self:
        """Open an existing register.

        Args:
            location: the file's path, or ``postgresql://user@host/name``.
            actor: who works with it, where roles are to be respected.
            read_only: refuse every write, and write nothing beside the file either (for media that cannot be written).

        Raises:
            RegisterMissing: there is none, or the database does not answer.
            NotARegister: the file or database is something else, or damaged.
            SchemaMismatch: it was made by a newer version, or has to be upgraded first (``upgrade``).
            UnsafeLocation: a SQLite file on a network share.
        """
        engine = locations.engine_for(location, must_exist=True, read_only=read_only)
        try:
            locations.check_schema(engine, location)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, str(location), actor)

    @classmethod
    def upgrade(cls, location: str | Path, backup: str | Path) -> Self:
        """Bring a register that an older version made to the present schema; first a copy goes to ``backup``.

        The upgrade happens as a whole or not at all. A register of the present schema is only opened.

        Raises:
            SchemaMismatch: it was made by a newer version.
            BackupFailed: there is no copy, so nothing was upgraded.
        """
        engine = locations.engine_for(location, must_exist=True)
        try:
            if locations.is_older(engine, location):
                backups.copy(engine, Path(backup))
                locations.migrate(engine)
        finally:
            engine.dispose()
        return cls.open(location)

    @classmethod
    def restore(cls, backup: str | Path, location: str | Path, *, force: bool = False) -> Self:
        """Make the register at ``location`` from a backup and verify it.

        Raises:
            RegisterMissing: there is no backup at that path.
            RegisterExists: there is a register already and ``force`` is false.
            BackupFailed: the backup does not read back whole; nothing was replaced.
            SchemaMismatch: the backup is of another version; nothing was replaced.
            MissingComponent: PostgreSQL's own tools are not installed.
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

        Raises:
            NotPermitted: the actor's role does not allow it.
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
        """Add a typed field of the firm's own to a table; its values live in ``row["custom"]``.

        Args:
            table: the table's name.
            name: the field's name, in any script; not one that the table has.
            kind: text, integer, boolean, date, currency, money or decimal.
            author: who adds it.
            required: new rows must have it; rows that are there already may stay without.
            currency_field: for money, the currency field of the table or of the firm's own that it goes by.
            choices: for text, the values allowed.
            meaning: what it is, in words.

        Raises:
            InvalidRows: the name or kind cannot be, or there is such a field already.
        """
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

    def undo(self, number: int, *, author: str, reason: str) -> Changeset:
        """Take a changeset back, as a changeset of its own.

        Raises:
            UndoRefused: there is no such changeset, it is taken back already, or later work depends on it; names which.
        """
        return undoing.undo(self, number, author=author, reason=reason)

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
            as_of: a changeset number or a moment (with its zone): the table as it stood right after it. Fields of the
                firm's own are typed as they are defined today.

        Money is Decimal at the currency's minor units, dates are date, JSON is decoded; ``id``, ``version`` and
        ``custom`` are included.

        Raises:
            KeyError: there is no such table or field.
            ConfigurationError: a moment without a zone.
        """
        return list(self.stream(table, where, as_of=as_of))

    def stream(
        self,
        table: str,
        where: Mapping[str, Any] | None = None,
        *,
        as_of: datetime | int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Like ``rows``, one at a time, for tables larger than memory; all rows are of one moment."""
        definition = table_named(table)
        wanted = Selection(definition, where or {})
        with locations.snapshot(self._engine) as connection:
            custom = checks.custom_fields(connection, table)
            stored_rows = (
                wanted.stored_rows(connection)
                if as_of is None
                else history.rows_as_of(connection, definition, as_of, row_id=wanted.row_id)
            )
            for stored in stored_rows:
                row = unpack(definition, stored, custom)
                if wanted.matches(row, everything=as_of is not None):
                    yield row

    def rows_by_id(self, table: str, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The rows with those ids, by id; ids that are not there are left out. Any number of them."""
        wanted = sorted(set(ids))
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(wanted), _IN_LIMIT):
            rows = self.stream(table, {"id": wanted[start : start + _IN_LIMIT]})
            found.update((row["id"], row) for row in rows)
        return found

    def get(self, table: str, row_id: str) -> dict[str, Any]:
        """One row; RowMissing where there is none."""
        for row in self.stream(table, {"id": row_id}):
            return row
        raise row_missing(table, row_id)

    def rows_at_versions(
        self, table: str, wanted: Mapping[str, Collection[int]]
    ) -> dict[tuple[str, int], dict[str, Any]]:
        """Rows by id and version, for the versions asked for of each id; those that never were are left out."""
        definition = table_named(table)
        with locations.snapshot(self._engine) as connection:
            custom = checks.custom_fields(connection, table)
            stored = history.rows_at_versions(connection, definition, wanted)
        return {place: unpack(definition, row, custom) for place, row in stored.items()}

    def states_at(self, table: str, changeset: int) -> dict[str, dict[str, Any] | None]:
        """For every row touched after a changeset: the row as it stood right after it, None where there was none."""
        definition = table_named(table)
        with locations.snapshot(self._engine) as connection:
            custom = checks.custom_fields(connection, table)
            states = history.states_at(connection, definition, changeset)
        return {row_id: None if row is None else unpack(definition, row, custom) for row_id, row in states.items()}

    def last_changes(self, table: str, ids: Iterable[str]) -> dict[str, LastChange]:
        """Who changed each of the rows last, when, and in which changeset; ids that never were are left out."""
        with locations.snapshot(self._engine) as connection:
            return history.last_changes(connection, table_named(table), ids)

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
        with self._engine.connect() as connection:
            return checks.custom_fields(connection, table_named(table).name)

    def column(self, table: str, field: str) -> dict[str, Any]:
        """One field of every row as it is stored, by id: names, numbers, codes; not for money or dates."""
        made = METADATA.tables[table_named(table).name]
        with self._engine.connect() as connection:
            found = connection.execute(sa.select(made.c.id, made.c[field])).all()
        return {row[0]: row[1] for row in found}

    def entry(self, number: int) -> LogEntry | None:
        """The changeset of that number; None where there is none."""
        return history.entry(self._engine, number)

    def log(self, limit: int | None = None) -> list[LogEntry]:
        """Changesets, newest first."""
        return history.log(self._engine, limit)

    def verify(self, *, known_head: str = "") -> Verification:
        """Recompute every hash and compare every row with its last change.

        Args:
            known_head: hash of a changeset that must be there (noted elsewhere, as in the register workbook), so that a
                past cut short is found, too.
        """
        return history.verify(self._engine, known_head)

    def state_hash(self, *, as_of: datetime | int | None = None) -> str:
        """SHA-256 over every row of every table (without versions): equal states have equal hashes.

        ``as_of`` is a changeset or a moment with its zone: the hash that the register had right after it.
        """
        return history.state_hash(self._engine, as_of)

    def backup(self, path: str | Path) -> None:
        """Copy the register while it is in use; the file appears once the copy was read back and verified.

        Raises:
            BackupFailed, MissingComponent (PostgreSQL's own tools are not installed).
        """
        backups.backup(self._engine, Path(path))

    def snapshot(self) -> AbstractContextManager[sa.Connection]:
        """A connection that sees one unchanging state of the register."""
        return locations.snapshot(self._engine)

    def _must_be_allowed(self, author: str) -> None:
        if self.actor is None:
            return
        users = {row["name"]: row["role"] for row in self.rows("users")}
        if users and users.get(self.actor, "viewer") == "viewer":
            raise NotPermitted(
                _("{actor} may look but not change ({author} asked).").format(actor=self.actor, author=author),
                remedy=_("Ask an administrator for the role editor."),
            )
