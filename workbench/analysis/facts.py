"""What a register holds for the measures: its tables as columns, a day, a rate book, and what was found missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from workbench.analysis.kinds import KINDS
from workbench.analysis.reading import read_tables
from workbench.findings import Finding
from workbench.money import from_minor
from workbench.rates import RateBook
from workbench.rates.frame import convert
from workbench.register import Register

__all__ = ["FIELDS", "KINDS", "Facts", "decimals", "looked_up", "objects", "read_facts"]

FIELDS: Mapping[str, tuple[str, ...]] = {
    "customers": ("code", "legal_name", "country", "owner", "source_channel", "tier", "merged_into"),
    "orders": (
        *("number", "customer_id", "order_date", "currency", "amount", "status", "salesperson", "due_date", "incoterm"),
        *("base_currency", "base_amount", "rate_source", "rate_kind"),
    ),
    "order_lines": ("order_id", "line", "product", "quantity", "currency", "amount"),
    "instalments": ("order_id", "kind", "due_date", "currency", "amount", "refundable"),
    "costs": ("order_id", "kind", "cost_date", "currency", "amount", "vat_percent", "rebate_percent"),
    "invoices": ("order_id", "number", "invoice_date", "currency", "amount", "base_currency", "base_amount"),
    "shipments": ("order_id", "shipped_on"),
    "allocations": (
        *("receipt_id", "instalment_id", "allocation_date", "receipt_currency", "receipt_amount"),
        *("document_currency", "document_amount", "carrying_amount", "settlement_amount", "realised_fx"),
        *("fee_currency", "fee_amount", "rate_source", "write_off_amount"),
    ),
    "forward_contracts": (
        *("contract", "sold_currency", "sold_amount", "bought_currency", "rate", "dealt_on", "due_from", "due_to"),
    ),
    "rate_locks": ("scope", "document", "base", "quote", "value", "valid_from", "valid_to"),
}


@dataclass(slots=True)
class Facts:
    """Columns of a register up to ``as_of``.

    Attributes:
        base: currency of the books.
        book: rates; none later than the day that it is asked for.
        tables: the register's tables as Arrow.
        missing: what was found missing so far, by code and value.
        sources: who published the rates used so far.
        made: tables that were worked out already, by name, with what making them found missing and used as sources.
    """

    base: str
    as_of: date
    book: RateBook
    tables: Mapping[str, pa.Table]
    missing: dict[tuple[str, str], Finding] = field(default_factory=dict)
    sources: set[str] = field(default_factory=set)
    made: dict[str, tuple[pd.DataFrame, dict[tuple[str, str], Finding], set[str]]] = field(default_factory=dict)

    def frame(self, table: str) -> pd.DataFrame:
        """A table as pandas: whole numbers stay whole (nullable), days are datetime64."""
        frame: pd.DataFrame = self.tables[table].to_pandas(
            types_mapper={pa.int64(): pd.Int64Dtype()}.get, date_as_object=False
        )
        return frame

    def tell(self, code: str, value: str = "", where: str = "", **details: object) -> None:
        """Note what is missing, once for each code and value."""
        words = {name: str(word) for name, word in details.items()}
        self.missing[code, value] = Finding(code, where or self.as_of.isoformat(), value, details=words)

    @contextmanager
    def apart(self) -> Iterator[None]:
        """While it lasts, ``findings`` and ``sources`` are those of what is done inside; afterwards all of them again."""
        missing, sources = self.missing, self.sources
        self.missing, self.sources = {}, set()
        try:
            yield
        finally:
            self.missing, self.sources = missing | self.missing, sources | self.sources

    def shared(self, name: str, make: Callable[[Facts], pd.DataFrame]) -> pd.DataFrame:
        """A table that several measures use: made once, and each of them is told what its making found missing."""
        if name not in self.made:
            with self.apart():
                self.made[name] = (make(self), self.missing, self.sources)
        frame, missing, sources = self.made[name]
        self.missing |= missing
        self.sources |= sources
        return frame.copy()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything noted, in a steady order."""
        return tuple(self.missing[key] for key in sorted(self.missing))

    def convert(self, minor: pd.Series, currency: pd.Series, days: pd.Series, what: str) -> pd.Series:
        """Minor units of each row's currency in minor units of base, each rounded once; missing without a rate."""
        known = (minor.notna() & days.notna() & currency.notna()).to_numpy()
        result = pd.Series(pd.NA, index=minor.index, dtype="Int64")
        if not known.any():
            return result
        codes = currency[known].astype(object)
        got = convert(
            self.book, minor[known].to_numpy(np.int64), codes.to_numpy(object), self.base, days[known].to_numpy()
        )
        result[known] = got.minor
        self._tell_missing(codes, got.rates.errors, days[known], what)
        return result

    def _tell_missing(self, codes: pd.Series, errors: Any, days: pd.Series, what: str) -> None:
        found = pd.DataFrame({"code": codes.to_numpy(object), "error": errors, "day": days.to_numpy()})
        for (code, error), rows in found[found["error"] != ""].groupby(["code", "error"]):
            self.tell("measure.rate-missing", str(code), what, problem=error, count=len(rows))
        for code, day in found[found["error"] == ""].groupby("code")["day"].max().items():
            if code != self.base:
                self.sources.add(self.book.get(str(code), self.base, pd.Timestamp(day).date()).source)

    def sources_named(self) -> tuple[str, ...]:
        """The sources, by name."""
        return tuple(sorted(filter(None, self.sources)))


def read_facts(
    register: Register, book: RateBook, *, as_of: date | None = None, known_at: datetime | int | None = None
) -> Facts:
    """Read what the measures need.

    Args:
        register: the register.
        book: its rate book (``rate_store.load_book``).
        as_of: the day; later orders, invoices, costs and receipts do not count. None is today.
        known_at: the register as it stood at that changeset or moment, to reproduce a past month end.
    """
    day = as_of or date.today()  # noqa: DTZ011 - the reader's own calendar day
    tables = read_tables(register, FIELDS, known_at=known_at)
    dated = {
        "orders": "order_date",
        "invoices": "invoice_date",
        "costs": "cost_date",
        "shipments": "shipped_on",
        "allocations": "allocation_date",
        "forward_contracts": "dealt_on",
    }
    for name, column in dated.items():
        one = tables[name]
        late = pc.greater(one[column], pa.scalar(day, pa.date32()))
        tables[name] = one.filter(pc.invert(pc.fill_null(late, fill_value=False)))
    return Facts(register.base_currency, day, book, tables)


def decimals(minor: Iterable[Any], currency: str | Iterable[str]) -> npt.NDArray[np.object_]:
    """Minor units as exact Decimal at the currency's minor units; None where missing."""
    amounts = list(minor)
    codes = [currency] * len(amounts) if isinstance(currency, str) else list(currency)
    found = np.empty(len(amounts), dtype=object)
    values: list[Decimal | None] = [
        None if pd.isna(value) else from_minor(int(value), code) for value, code in zip(amounts, codes, strict=True)
    ]
    found[:] = values
    return found


def looked_up(keys: pd.Series, values: pd.Series) -> pd.Series:
    """For each key its value by the index of ``values``, with the type kept; missing where there is none."""
    return values.reindex(keys).set_axis(keys.index)


def objects(values: Iterable[object]) -> pd.Series:
    """A column that keeps its values as they are: Decimal, None."""
    return pd.Series(list(values), dtype=object)
