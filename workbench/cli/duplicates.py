"""``workbench duplicates``: customers that may be one, with reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from workbench.cli.duplicates_door import COMMANDS as _DOOR
from workbench.cli.duplicates_review import COMMANDS as _REVIEW
from workbench.cli.options import author_option, open_register, refuse_targets, register_option
from workbench.cli.output import emit, json_option, progress, say, table
from workbench.errors import ConfigurationError
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.duplicates import DuplicatePair

SHOWN = 20


@click.group("duplicates", help=_("Find customers that may be one, with the reasons."))
def group() -> None:
    """Commands about duplicates."""


for _command in (*_REVIEW, *_DOOR):
    group.add_command(_command)


@group.command(
    "scan",
    short_help=_("Scan a table, or the register's customers."),
    help=_("Scan a table IN (.csv, .xlsx, .parquet; no register needed), or without IN the register's customers."),
)
@click.argument("source", metavar="[IN]", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=None, help=_("Pairs, as CSV."))
@click.option("--clusters", type=click.Path(dir_okay=False, path_type=Path), default=None, help=_("Clusters, as CSV."))
@click.option(
    "--id", "id_column", default=None, metavar="COLUMN", help=_("Column with the row's id (else row_id or id).")
)
@click.option("--map", "mapped", multiple=True, metavar="FIELD=COLUMN", help=_("Which column holds which field."))
@click.option(
    "--spark", "master", default=None, metavar="MASTER", help=_("Spark master to scan on: local[2], spark://host:7077.")
)
@register_option
@author_option
@json_option
def scan(
    source: Path | None,
    out: Path | None,
    clusters: Path | None,
    id_column: str | None,
    mapped: tuple[str, ...],
    master: str | None,
    location: str | None,
    author: str,
) -> None:
    """Scan a file or the register."""
    from workbench import duplicates

    refuse_targets(out, clusters, sources=[source, location])
    if master and source is None:
        raise click.UsageError(_("--spark scans a file; name IN."))
    changeset: int | None = None
    if source is not None:
        rows = duplicates.read_rows(source)
        columns = _mapping(mapped, tuple(rows[0])) if rows else {}
        pairs = _on_spark(master, rows, id_column, columns) if master else _here(rows, id_column, columns)
    else:
        with open_register(location, actor=author) as register:
            recorded = duplicates.record_pairs(register, author)
        pairs, changeset = list(recorded.pairs), recorded.changeset
    grouped = duplicates.clusters(pairs)
    if out:
        duplicates.write_pairs(pairs, out)
    if clusters:
        duplicates.write_clusters(grouped, clusters)
    counts = Counter(pair.decision for pair in pairs)

    def render(console: Console) -> None:
        if not pairs:
            say(console, _("No customers that may be one."))
            return
        rows = [
            (pair.id_a, pair.id_b, pair.score, pair.decision, "; ".join(reason.text for reason in pair.reasons))
            for pair in pairs[:SHOWN]
        ]
        headings = (_("one"), _("other"), _("score"), _("decision"), _("reasons"))
        console.print(table(_("{count} pairs").format(count=len(pairs)), headings, rows, right=(2,), whole=(0, 1, 3)))

    emit(
        {
            "pairs": len(pairs),
            "decisions": dict(counts),
            "clusters": len(set(grouped.values())),
            "out": out,
            "clusters_file": clusters,
            "changeset": changeset,
        },
        render,
    )


def _here(rows: list[dict[str, Any]], id_column: str | None, columns: dict[str, str]) -> list[DuplicatePair]:
    from workbench import duplicates

    with progress() as step:
        return duplicates.scan(rows, columns=columns, id_column=id_column, progress=step)


def _on_spark(
    master: str, rows: list[dict[str, Any]], id_column: str | None, columns: dict[str, str]
) -> list[DuplicatePair]:
    from workbench.duplicates.spark import scan_on_spark, session

    with session(master) as spark:
        return scan_on_spark(spark, rows, id_column=id_column, columns=columns)


def _mapping(mapped: tuple[str, ...], columns: Collection[str]) -> dict[str, str]:
    """Field and column of every ``--map``; refuses names that mean nothing."""
    from workbench.duplicates import FIELDS, field_named

    pairs = {}
    for one in mapped:
        name, equals, column = one.partition("=")
        field = field_named(name)
        if not equals or not field:
            raise ConfigurationError(
                _("{text} does not name a field and a column.").format(text=one),
                where="--map",
                remedy=_("Write for example --map name=Company; fields are {fields}.").format(fields=", ".join(FIELDS)),
            )
        if column not in columns:
            raise _no_column(column, columns)
        pairs[field] = column
    return pairs


def _no_column(column: str, columns: Collection[str]) -> ConfigurationError:
    return ConfigurationError(
        _("The table has no column {column}.").format(column=column),
        where="--map",
        remedy=_("Say which column is what: --map name=…; it has {columns}.").format(columns=", ".join(columns)),
    )
