"""The same scan on Spark: the same keys, comparisons and weights, over partitions instead of one machine's memory.

What the rows show together (rare words, usual countries, numbers that many share) is counted first and broadcast; then
every step works on partitions with the very functions that one machine uses, so that the same pairs come out. Only the
pairs worth keeping come back to the driver, which hears third rows and makes the clusters.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.duplicates.blocking import NEIGHBOURS, key_hashes, largest_block
from workbench.duplicates.caution import company_odds, held, held_reason
from workbench.duplicates.clustering import settled
from workbench.duplicates.columns import holds_companies, map_columns
from workbench.duplicates.compare import Comparer, Usage
from workbench.duplicates.engine import KEPT_FROM, LINK_FROM
from workbench.duplicates.explain import decide, explain, field_weights, may_be_group
from workbench.duplicates.graph import Neighbours, best_paths
from workbench.duplicates.model import company_model, probability
from workbench.duplicates.pairs import ID_COLUMNS, REVIEW_FROM, DuplicatePair, identified
from workbench.duplicates.reasons import DuplicateReason
from workbench.duplicates.table import NONE, Ints, Knowledge, Numbers, Table, TableBuilder, usual_country, word_weights
from workbench.errors import ConfigurationError, MissingComponent
from workbench.i18n import _

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["scan_on_spark", "session"]

Row = Mapping[str, Any]
Batches = Iterator["pa.RecordBatch"]
Columns = Mapping[str, Sequence[str]]

_ROW = "id string, row string"
_COUNT = "kind string, text string, extra string, n long"
_KEY = "key long, name string, id string"
_ENDS = "id_a string, id_b string"
_SCORED = f"{_ENDS}, odds double, is_group boolean"
_BATCH = 50_000
_SHOWN = f"{_ENDS}, p double, third string, heard double"
_TOLD = f"{_ENDS}, score string, decision string, reasons string"


@contextmanager
def session(master: str) -> Iterator[SparkSession]:
    """A Spark session on a master (``local[2]``, ``spark://host:7077``); its workers need Workbench installed.

    Raises:
        MissingComponent: Spark is not installed.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise MissingComponent(
            _("Spark is not installed."), remedy=_("Install it with: pip install multicurrency-workbench[spark]")
        ) from error
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master).appName("workbench duplicates")
    made = (
        builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", str(_BATCH))
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    made.sparkContext.setLogLevel("ERROR")
    try:
        yield made
    finally:
        made.stop()


def scan_on_spark(
    spark: SparkSession,
    rows: Iterable[Row],
    *,
    id_column: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> list[DuplicatePair]:
    """As ``scan`` for companies, on Spark: the same pairs, scores, decisions and reasons.

    Raises:
        ConfigurationError: as ``scan``; or the table is not one of companies.
    """
    by_id = identified(rows, id_column)
    ids = sorted(by_id)
    ordered = [by_id[id_] for id_ in ids]
    fields = map_columns(ordered, columns, leave=(id_column,) if id_column else ID_COLUMNS)
    if not holds_companies(ordered, fields):
        raise ConfigurationError(
            _("Spark scans tables of companies; this table holds no name column."),
            remedy=_("Scan it on one machine, without --spark, or name the column: --map name=COLUMN"),
        )
    wanted = {column for names in fields.values() for column in names}
    texts = [
        json.dumps({name: str(row[name]) for name in wanted if row.get(name) not in (None, "")}) for row in ordered
    ]
    parts = max(spark.sparkContext.defaultParallelism, len(ids) // _BATCH)
    spark.conf.set("spark.sql.shuffle.partitions", str(2 * parts))
    table = _frame(spark, {"id": ids, "row": texts}, _ROW).repartition(parts, "id").cache()
    known = spark.sparkContext.broadcast(_count(spark, table, fields, len(ids)))
    reader = _Reader(fields, known)
    candidates = _candidates(table, reader, len(ids))
    scored = _scored(_joined(candidates, table), reader)
    found = _heard(spark, table, reader, scored)
    return sorted(settled(found), key=lambda pair: (-pair.score, pair.id_a, pair.id_b))


def _frame(spark: SparkSession, columns: Mapping[str, Any], schema: str) -> DataFrame:
    import pyarrow as pa

    return spark.createDataFrame(pa.table(dict(columns)), schema)


# what the rows show together


def _count(spark: SparkSession, table: DataFrame, fields: Columns, rows: int) -> dict[str, Any]:
    """The counts of the whole table as plain values: what occurs once needs no mention."""
    first = _summed(table.mapInArrow(_first_counts(fields), _COUNT))
    known: dict[str, Any] = {"rows": rows, "cities": {}, "hints": [{}, {}, {}], "counts": {}}
    for kind, text, extra, n in first:
        if kind == "city":
            known["cities"][text] = n
        else:
            known["hints"][int(kind)].setdefault(text, {})[extra] = n
    shared = spark.sparkContext.broadcast(known)
    counts: dict[str, dict[str, int]] = {name: {} for name in ("word", "mail", "domain", "phone", "brand")}
    counts["read"] = {}
    for kind, text, _extra, n in _summed(table.mapInArrow(_second_counts(_Reader(fields, shared)), _COUNT)):
        counts[kind][text] = n
    for text in counts.pop("read"):  # a word that is only another reading of names stands in none
        counts["word"].setdefault(text, 0)
    return {**known, "counts": counts}


def _summed(counts: DataFrame) -> Iterator[tuple[str, str, str, int]]:
    from pyspark.sql import functions as f

    total = counts.groupBy("kind", "text", "extra").agg(f.sum("n").alias("n")).cache()
    # Once is what everything is counted as that is not mentioned; countries, and words that are readings, need all.
    read = total.where("kind = 'read'").select("text")
    once = total.where("kind = 'word' and n = 1").join(read, "text", "left_semi").select(*total.columns)
    told = total.where("n > 1 or kind in ('0', '1', '2', 'read')").union(once).toArrow().to_pydict()
    yield from zip(told["kind"], told["text"], told["extra"], told["n"], strict=True)


def _first_counts(fields: Columns) -> Callable[[Batches], Batches]:
    def count(batches: Batches) -> Batches:
        for batch in batches:
            builder = TableBuilder(fields)
            for id_, row in _rows_of(batch, "id", "row"):
                builder.add(id_, row)
            counts: Counter[tuple[str, str, str]] = Counter()
            counts.update({("city", text, ""): n for text, n in builder.cities.items()})
            counts.update((str(kind), text, code) for kind, text, code in builder.hints())
            yield _counted(counts)

    return count


def _second_counts(reader: _Reader) -> Callable[[Batches], Batches]:
    def count(batches: Batches) -> Batches:
        for batch in batches:
            builder = reader.builder()
            for id_, row in _rows_of(batch, "id", "row"):
                builder.add(id_, row)
            table = builder.build()
            counts: Counter[tuple[str, str, str]] = Counter()
            for number in np.flatnonzero(builder.word_rows).tolist():
                counts["word", table.known.words.text(number), ""] = int(builder.word_rows[number])
            for names in table.names[2:]:
                for number in np.unique(names.tokens[names.tokens != NONE]).tolist():
                    counts["read", table.known.words.text(number), ""] = 1
            for kind, numbers in (("mail", table.mails), ("domain", table.domains)):
                used, times = np.unique(numbers[numbers != NONE], return_counts=True)
                counts.update(
                    {
                        (kind, table.contact_text(one), ""): n
                        for one, n in zip(used.tolist(), times.tolist(), strict=True)
                    }
                )
            counts.update(("phone", str(one), "") for one in table.phones[table.phones >= 0].tolist())
            counts.update(("brand", text, "") for text in table.names[0].bones.tolist())
            yield _counted(counts)

    return count


def _counted(counts: Counter[tuple[str, str, str]]) -> pa.RecordBatch:
    kinds, texts, extras = zip(*counts, strict=True) if counts else ((), (), ())
    return _batch({"kind": kinds, "text": texts, "extra": extras, "n": list(counts.values())}, _COUNT)


class _Reader:
    """Makes tables of some rows that stand in the same numbers and weights as the whole table would."""

    def __init__(self, fields: Columns, known: Any) -> None:
        self._fields, self._known = fields, known
        self._made: tuple[Knowledge, Usage] | None = None

    def __getstate__(self) -> tuple[Columns, Any]:
        return self._fields, self._known

    def __setstate__(self, state: tuple[Columns, Any]) -> None:
        self._fields, self._known = state
        self._made = None

    def builder(self) -> TableBuilder:
        """An empty table."""
        return TableBuilder(self._fields, self._learned()[0], counted=True)

    @property
    def usage(self) -> Usage:
        """How many rows of the whole table hold each contact and name."""
        return self._learned()[1]

    def _learned(self) -> tuple[Knowledge, Usage]:
        if self._made is None:
            told = self._known.value
            counts = {name: told["counts"].get(name, {}) for name in ("word", "mail", "domain", "phone", "brand")}
            words, nations, contacts = Numbers(), Numbers(), Numbers()
            word_rows = np.array([n for word, n in counts["word"].items() if words(word) >= 0], dtype=np.int64)
            homes = tuple(
                usual_country({text: {nations(code): n for code, n in seen.items()} for text, seen in hint.items()})
                for hint in told["hints"]
            )
            for kind in ("mail", "domain"):
                for text in counts[kind]:
                    contacts(text)
            used = {kind: np.ones(len(contacts) + 1, dtype=np.int64) for kind in ("mail", "domain")}
            for kind, numbers in used.items():
                for text, n in counts[kind].items():
                    numbers[contacts(text)] = n
            weights = word_weights(word_rows, told["rows"])
            knowledge = Knowledge(told["rows"], words, weights, nations, contacts, told["cities"], homes)
            phones = sorted((int(text), n) for text, n in counts["phone"].items())
            columns = np.array(phones, dtype=np.int64).reshape(-1, 2).T
            self._made = knowledge, Usage(told["rows"], used, (columns[0], columns[1]), counts["brand"])
        return self._made


# candidates


def _candidates(table: DataFrame, reader: _Reader, rows: int) -> DataFrame:
    """Pairs of ids that share a key: all within a small block, neighbours in name within a large one."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    keys = table.mapInArrow(_keys(reader), _KEY)
    sized = keys.withColumn("size", f.count("*").over(Window.partitionBy("key"))).where("size > 1").cache()
    largest = largest_block(rows)
    small = sized.where(f.col("size") <= largest).groupBy("key").agg(f.sort_array(f.collect_list("id")).alias("ids"))
    within = small.select("ids").mapInArrow(_pairs_within, _ENDS)
    near = Window.partitionBy("key").orderBy("name", "id")
    next_ones = f.array(*(f.lead("id", step).over(near) for step in range(1, NEIGHBOURS + 1)))
    large = sized.where(f.col("size") > largest).select("id", next_ones.alias("others"))
    beside = large.select("id", f.explode("others").alias("other")).where("other is not null")
    return within.union(beside.select(f.least("id", "other"), f.greatest("id", "other"))).distinct()


def _keys(reader: _Reader) -> Callable[[Batches], Batches]:
    def keys(batches: Batches) -> Batches:
        for batch in batches:
            table = _table(reader, _rows_of(batch, "id", "row"))
            at, hashed = key_hashes(table, range(len(table)))
            names, ids = table.names[0].full.tolist(), table.ids
            yield _batch(
                {"key": hashed, "name": [names[row] for row in at.tolist()], "id": [ids[row] for row in at.tolist()]},
                _KEY,
            )

    return keys


def _pairs_within(batches: Batches) -> Batches:
    for batch in batches:
        found = {
            (one, other)
            for ids in batch.column("ids").to_pylist()
            for number, one in enumerate(ids)
            for other in ids[number + 1 :]
        }
        ends = sorted(found)
        yield _batch({"id_a": [one for one, _other in ends], "id_b": [other for _one, other in ends]}, _ENDS)


# comparing


def _joined(pairs: DataFrame, table: DataFrame) -> DataFrame:
    """Pairs with both of their rows, pairs of one row together."""
    one = table.withColumnsRenamed({"id": "id_a", "row": "row_a"})
    other = table.withColumnsRenamed({"id": "id_b", "row": "row_b"})
    return pairs.join(other, "id_b").join(one, "id_a").sortWithinPartitions("id_a", "id_b")


def _scored(joined: DataFrame, reader: _Reader) -> DataFrame:
    def compare(batches: Batches) -> Batches:
        for batch in batches:
            table, i, j = _pair_table(reader, batch)
            features = Comparer(table, usage=reader.usage).features(i, j)
            odds = company_odds(table, table, i, j, features)
            group = may_be_group(features)
            kept = np.flatnonzero((probability(odds) >= KEPT_FROM) | group).tolist()
            ids_a, ids_b = batch.column("id_a").to_pylist(), batch.column("id_b").to_pylist()
            yield _batch(
                {
                    "id_a": [ids_a[at] for at in kept],
                    "id_b": [ids_b[at] for at in kept],
                    "odds": odds[kept],
                    "is_group": group[kept],
                },
                _SCORED,
            )

    return joined.mapInArrow(compare, _SCORED)


def _pair_table(reader: _Reader, batch: pa.RecordBatch) -> tuple[Table, Ints, Ints]:
    """The rows of a batch of pairs as a table, each once, and where the two of each pair stand in it."""
    texts = dict(zip(batch.column("id_a").to_pylist(), batch.column("row_a").to_pylist(), strict=True))
    texts.update(zip(batch.column("id_b").to_pylist(), batch.column("row_b").to_pylist(), strict=True))
    at = {id_: number for number, id_ in enumerate(texts)}
    table = _table(reader, ((id_, json.loads(text)) for id_, text in texts.items()))
    i, j = (np.array([at[id_] for id_ in batch.column(name).to_pylist()], dtype=np.int64) for name in ("id_a", "id_b"))
    return table, i, j


def _table(reader: _Reader, rows: Iterable[tuple[str, Row]]) -> Table:
    builder = reader.builder()
    for id_, row in rows:
        builder.add(id_, row)
    return builder.build()


# third rows, reasons


def _heard(spark: SparkSession, table: DataFrame, reader: _Reader, scored: DataFrame) -> list[DuplicatePair]:
    """What third rows add, on the driver; then the reasons of the pairs worth telling, on the workers."""
    first = _Kept.of(scored)
    p = probability(first.odds)
    sure = p >= LINK_FROM
    packed, _weaker, _third = best_paths(first.i[sure], first.j[sure], p[sure], len(first.ids))
    new = np.setdiff1d(packed, first.i * len(first.ids) + first.j)
    kept = first
    if len(new):
        ids = first.ids
        ends = {
            "id_a": [ids[at] for at in (new // len(ids)).tolist()],
            "id_b": [ids[at] for at in (new % len(ids)).tolist()],
        }
        kept = first.and_also(_Kept.of(_scored(_joined(_frame(spark, ends, _ENDS), table), reader)))
    near = Neighbours.of(kept.i, kept.j, probability(kept.odds), len(kept.ids))
    odds = company_model().with_neighbour(kept.odds, near.strength)
    p = probability(odds)
    shown = np.flatnonzero((p >= REVIEW_FROM) | kept.group).tolist()
    third = np.where(near.strength >= LINK_FROM, near.third, NONE).tolist()
    worth = {
        "id_a": [kept.ids[int(kept.i[at])] for at in shown],
        "id_b": [kept.ids[int(kept.j[at])] for at in shown],
        "p": p[shown],
        "third": [kept.ids[third[at]] if third[at] != NONE else "" for at in shown],
        "heard": (odds - kept.odds)[shown],
    }
    told = _joined(_frame(spark, worth, _SHOWN), table).mapInArrow(_tell(reader), _TOLD).toArrow().to_pylist()
    return [_pair_of(row) for row in told]


class _Kept:
    """Pairs worth keeping, with rows numbered in the order of their ids."""

    def __init__(self, ids: Sequence[str], i: Ints, j: Ints, odds: Any, group: Any) -> None:
        self.ids, self.i, self.j, self.odds, self.group = ids, i, j, odds, group

    @classmethod
    def of(cls, scored: DataFrame) -> _Kept:
        told = scored.toArrow()
        a, b = told.column("id_a").to_pylist(), told.column("id_b").to_pylist()
        ids = sorted({*a, *b})
        at = {id_: number for number, id_ in enumerate(ids)}
        i, j = (np.array([at[id_] for id_ in ends], dtype=np.int64) for ends in (a, b))
        order = np.lexsort((j, i))
        odds, group = (np.asarray(told.column(name).to_numpy())[order] for name in ("odds", "is_group"))
        return cls(ids, i[order], j[order], odds.astype(np.float64), group.astype(bool))

    def and_also(self, more: _Kept) -> _Kept:
        """These and further pairs, all of whose rows are among these."""
        at = {id_: number for number, id_ in enumerate(self.ids)}
        renumbered = np.array([at[id_] for id_ in more.ids], dtype=np.int64)
        i, j = np.concatenate([self.i, renumbered[more.i]]), np.concatenate([self.j, renumbered[more.j]])
        return _Kept(self.ids, i, j, np.concatenate([self.odds, more.odds]), np.concatenate([self.group, more.group]))


def _tell(reader: _Reader) -> Callable[[Batches], Batches]:
    def tell(batches: Batches) -> Batches:
        for batch in batches:
            table, i, j = _pair_table(reader, batch)
            features = Comparer(table, usage=reader.usage).features(i, j)
            weights = field_weights(company_model().contributions(features))
            group = may_be_group(features)
            raw = company_model().log_odds(features)
            alone = held(table, table, i, j, features, raw)
            rows = []
            for at, pair in enumerate(batch.to_pylist()):
                reasons = explain(table, (int(i[at]), int(j[at])), features[at], weights[at])
                if pair["third"]:
                    reasons.insert(0, DuplicateReason.of("link.both", id=pair["third"], weight=f"{pair['heard']:+.1f}"))
                if alone[at]:
                    reasons.append(held_reason(float(raw[at])))
                decision, reasons = decide(pair["p"], features[at], reasons, group=bool(group[at]))
                plain = json.dumps([[reason.code, reason.facts] for reason in reasons])
                rows.append((pair["id_a"], pair["id_b"], f"{pair['p']:.4f}", decision, plain))
            names = ("id_a", "id_b", "score", "decision", "reasons")
            columns = zip(*rows, strict=True) if rows else ((),) * len(names)
            yield _batch(dict(zip(names, columns, strict=True)), _TOLD)

    return tell


def _pair_of(row: Mapping[str, str]) -> DuplicatePair:
    reasons = tuple(
        DuplicateReason(code, tuple((name, value) for name, value in facts))
        for code, facts in json.loads(row["reasons"])
    )
    return DuplicatePair(row["id_a"], row["id_b"], Decimal(row["score"]), row["decision"], reasons)


def _rows_of(batch: pa.RecordBatch, id_: str, row: str) -> Iterator[tuple[str, Row]]:
    for one, text in zip(batch.column(id_).to_pylist(), batch.column(row).to_pylist(), strict=True):
        yield one, json.loads(text)


def _batch(columns: Mapping[str, Any], schema: str) -> pa.RecordBatch:
    import pyarrow as pa

    types = {"string": pa.string(), "long": pa.int64(), "double": pa.float64(), "boolean": pa.bool_()}
    named = [part.split() for part in schema.split(", ")]
    return pa.RecordBatch.from_arrays(
        [pa.array(list(columns[name]), type=types[kind]) for name, kind in named], [name for name, _kind in named]
    )
