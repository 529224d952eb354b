"""Where heavy aggregations run: DuckDB inside this process by default, Spark when pointed at one."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

import pyarrow as pa

from workbench.errors import ConfigurationError, MissingComponent
from workbench.i18n import _

__all__ = ["Backend", "engine", "tables_on"]

Backend: TypeAlias = Any
"""An Ibis backend."""

_MEMORY = "3GB"


@contextmanager
def engine(name: str | Any = "duckdb", *, memory: str = _MEMORY, threads: int = 0) -> Iterator[Backend]:
    """An Ibis backend for the time of a question.

    Args:
        name: ``duckdb``; a Spark master (``local[2]``, ``local-cluster[2,1,1024]``, ``spark://host:7077``); a Spark
            session or an Ibis backend that is open already, which stays open.
        memory: what DuckDB may take before it goes to disk.
        threads: of DuckDB; 0 takes every processor.

    Raises:
        MissingComponent: Ibis, DuckDB or PySpark is not installed.
        ConfigurationError: no engine of that name.
    """
    try:
        import ibis
    except ImportError as error:
        raise _missing("analysis") from error
    if not isinstance(name, str):
        yield name if isinstance(name, ibis.backends.BaseBackend) else ibis.pyspark.connect(name)
    elif name == "duckdb":
        backend = ibis.duckdb.connect(memory_limit=memory, **({"threads": threads} if threads else {}))
        try:
            yield backend
        finally:
            backend.disconnect()
    elif name.startswith(("local", "spark://", "yarn", "k8s://")):
        session = _session(name)
        try:
            yield ibis.pyspark.connect(session)
        finally:
            session.stop()
    else:
        raise ConfigurationError(
            _("There is no engine {name}.").format(name=name),
            remedy=_("Name duckdb, or the master of a Spark: local[2], spark://host:7077"),
        )


def tables_on(backend: Backend, tables: Mapping[str, pa.Table]) -> dict[str, Any]:
    """The Arrow tables as expressions of the backend."""
    found = {}
    if backend.name == "duckdb":
        for name, one in tables.items():
            backend.con.register(f"wb_{name}", one)  # DuckDB reads Arrow where it lies; a table of Ibis's is a copy
            found[name] = backend.table(f"wb_{name}")
        return found
    session = backend._session  # noqa: SLF001 - Ibis has no public way to make a temporary view from Arrow
    for name, one in tables.items():
        session.createDataFrame(one).createOrReplaceTempView(f"wb_{name}")
        found[name] = backend.table(f"wb_{name}")
    return found


def _session(master: str) -> Any:
    # What goes over is Arrow, of whole numbers and text; Spark warns of pandas conversions that are not used.
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise _missing("spark") from error
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.ansi.enabled": "true",  # an overflow is an error, never another number
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "4",
    }
    builder = SparkSession.builder.master(master).appName("workbench")
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def _missing(extra: str) -> MissingComponent:
    return MissingComponent(
        _("The engine of the analysis is not installed."),
        remedy=_("Install it: pip install 'multicurrency-workbench[{extra}]'").format(extra=extra),
    )
