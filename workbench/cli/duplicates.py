"""``workbench duplicates``: customers that may be one, with reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from pathlib import Path

import click
from rich.console import Console

from workbench.cli.duplicates_review import COMMANDS
from workbench.cli.options import author_option, open_register, refuse_targets, register_option
from workbench.cli.output import emit, json_option, progress, say, table
from workbench.errors import ConfigurationError
from workbench.i18n import _

SHOWN = 20


@click.group("duplicates", help=_("Find customers that may be one, with the reasons."))
def group() -> None:
    """Commands about duplicates."""


for _command in COMMANDS:
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
@register_option
@author_option
@json_option
def scan(
    source: Path | None,
    out: Path | None,
    clusters: Path | None,
    id_column: str | None,
    mapped: tuple[str, ...],
    location: str | None,
    author: str,
) -> None:
    """Scan a file or the register."""
    from workbench import duplicates

    refuse_targets(out, clusters, sources=[source, location])
    changeset: int | None = None
    if source is not None:
        rows = duplicates.read_rows(source)
        with progress() as step:
            pairs = duplicates.scan(
                rows, columns=_mapping(mapped, tuple(rows[0])) if rows else {}, id_column=id_column, progress=step
            )
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
