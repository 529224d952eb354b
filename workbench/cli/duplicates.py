"""``workbench duplicates``: customers that may be one, with reasons."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
from rich.console import Console

from workbench.cli.options import author_option, open_register, refuse_targets, register_option
from workbench.cli.output import emit, json_option, table
from workbench.errors import ConfigurationError
from workbench.i18n import _

SHOWN = 20


@click.group("duplicates", help=_("Find customers that may be one, with the reasons."))
def group() -> None:
    """Commands about duplicates."""


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
        pairs = duplicates.scan(duplicates.read_rows(source), columns=_mapping(mapped), id_column=id_column)
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


def _mapping(mapped: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for one in mapped:
        field, equals, column = one.partition("=")
        if not (field and equals and column):
            raise ConfigurationError(
                _("{text} does not name a field and a column.").format(text=one),
                remedy=_("Write for example --map legal_name=Company"),
            )
        pairs[field] = column
    return pairs
