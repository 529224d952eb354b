"""Duplicates against known truth: the scan beside simpler and other people's methods, in one run.

python benchmarks/duplicates/run.py                                    # bench of 10,000 rows, two unseen seeds
python benchmarks/duplicates/run.py --rows 100000 --seeds 301
python benchmarks/duplicates/run.py --sets FOLDER                      # CSV files with the columns id, entity and others
python benchmarks/duplicates/run.py --scale 1000 10000 100000 1000000  # time and memory as the table grows

Peers that are installed take part: recordlinkage (ECM), Splink (EM). Seeds from 300 on were never learned from.
"""

from __future__ import annotations

import argparse
import csv
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import fuzz

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))
sys.path.insert(0, str(HERE / "customers"))

import metrics  # noqa: E402 - the bench's own scorer

from workbench import duplicates  # noqa: E402 - found through the lines above

Rows = list[dict[str, str]]
Scored = tuple[np.ndarray, np.ndarray, np.ndarray]  # row numbers i and j, score


def bench(rows: int, seed: int) -> tuple[Rows, list[str], list[str]]:
    """Rows with ids, the company and the group of each."""
    from generator import generate

    head, made = generate(rows, seed=seed)
    split = head.index("entity_id")
    table = [{name: str(cell) for name, cell in zip(head[:split], row[:split], strict=True)} for row in made]
    return table, [row[split] for row in made], [row[split + 1] for row in made]


def labelled(path: Path) -> tuple[Rows, list[str]]:
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    return [{k: v for k, v in row.items() if k != "entity"} for row in rows], [row["entity"] for row in rows]


# ------------------------------------------------------------------------------------------------------- methods
def ours(rows: Rows, key: str) -> tuple[Scored, Any]:
    pairs = duplicates.scan(rows, id_column=key)
    at = {row[key]: number for number, row in enumerate(rows)}
    i = np.array([at[pair.id_a] for pair in pairs], dtype=np.int64)
    j = np.array([at[pair.id_b] for pair in pairs], dtype=np.int64)
    return (np.minimum(i, j), np.maximum(i, j), np.array([float(pair.score) for pair in pairs])), pairs


def same_contact(rows: Rows, _key: str) -> tuple[Scored, Any]:
    """The rule of thumb: the same e-mail, telephone or own domain."""
    from workbench.duplicates.normalise import company_domain, emails_of, host_of, phone_numbers

    blocks: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        mails = emails_of(row.get("email", ""))
        hosts = {company_domain(mail.rpartition("@")[2]) for mail in mails} | {host_of(row.get("website", ""))}
        phones = phone_numbers(row.get("phone", "")) + phone_numbers(row.get("mobile", ""))
        for one in {*mails, *filter(None, hosts), *phones}:
            blocks[one].append(number)
    found = {pair for members in blocks.values() if len(members) <= 200 for pair in combinations(members, 2)}
    return _scored(dict.fromkeys(found, 1.0)), None


def baseline(rows: Rows, key: str) -> tuple[Scored, Any]:
    """What a first script does: block by the rarer words of the name, compare whole rows with rapidfuzz."""
    texts = [" ".join(v for k, v in row.items() if k != key and v).casefold() for row in rows]
    first = next(name for name in rows[0] if name != key)
    words = [set((row.get(first) or text).casefold().split()) for row, text in zip(rows, texts, strict=True)]
    blocks: dict[str, list[int]] = defaultdict(list)
    for number, found in enumerate(words):
        for word in found:
            blocks[word].append(number)
    pairs = {pair for members in blocks.values() if len(members) <= 60 for pair in combinations(members, 2)}
    return _scored({(i, j): fuzz.token_sort_ratio(texts[i], texts[j]) / 100 for i, j in pairs}), None


def recordlinkage_ecm(rows: Rows, key: str) -> tuple[Scored, Any]:
    import jellyfish
    import pandas as pd
    import recordlinkage as rl

    if not hasattr(jellyfish, "jaro_winkler"):  # recordlinkage still calls it by its former name
        jellyfish.jaro_winkler = jellyfish.jaro_winkler_similarity

    frame = pd.DataFrame(rows).drop(columns=key).replace("", None)
    columns = [name for name in frame if frame[name].notna().mean() > 0.2 and frame[name].nunique() > 1]
    index = rl.Index()
    for name in columns:
        if frame[name].nunique() > len(frame) / 20:
            index.block(name)
    pairs = index.index(frame)
    compare = rl.Compare()
    for name in columns:
        compare.string(name, name, method="jarowinkler", threshold=0.85, label=name)
    compared = compare.compute(pairs, frame)
    model = rl.ECMClassifier(binarize=0.8)
    model.fit(compared)
    p = model.prob(compared)
    i, j = pairs.get_level_values(0).to_numpy(), pairs.get_level_values(1).to_numpy()
    return (np.minimum(i, j), np.maximum(i, j), p.to_numpy()), None


def splink_em(rows: Rows, key: str) -> tuple[Scored, Any]:
    import pandas as pd
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    frame = pd.DataFrame(rows).drop(columns=key).replace("", None)
    frame["unique_id"] = np.arange(len(frame))
    columns = [
        name for name in frame if name != "unique_id" and frame[name].notna().mean() > 0.2 and frame[name].nunique() > 1
    ]
    distinct = [name for name in columns if frame[name].nunique() > len(frame) / 20]
    rules = [block_on(name) for name in distinct]
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.JaroWinklerAtThresholds(name, [0.92, 0.8]).configure(term_frequency_adjustments=True) for name in columns
        ],
        blocking_rules_to_generate_predictions=rules,
    )
    linker = Linker(DuckDBAPI().register(frame), settings)
    linker.training.estimate_probability_two_random_records_match(rules[:2], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6)
    for rule in rules[:3]:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.001).as_pandas_dataframe()
    i, j = found["unique_id_l"].to_numpy(), found["unique_id_r"].to_numpy()
    return (np.minimum(i, j), np.maximum(i, j), found["match_weight"].to_numpy()), None


def _scored(found: dict[tuple[int, int], float]) -> Scored:
    keys = np.array(list(found), dtype=np.int64).reshape(-1, 2)
    return keys[:, 0], keys[:, 1], np.array(list(found.values()))


METHODS: dict[str, Callable[[Rows, str], tuple[Scored, Any]]] = {
    "workbench": ours,
    "same e-mail, phone or domain": same_contact,
    "rapidfuzz baseline": baseline,
    "recordlinkage, ECM": recordlinkage_ecm,
    "Splink, EM": splink_em,
}


# ------------------------------------------------------------------------------------------------------- figures
def figures(rows: Rows, truth: list[str], groups: list[str] | None, key: str, names: list[str]) -> Iterator[str]:
    for name in names:
        start = time.process_time()
        try:
            (i, j, score), pairs = METHODS[name](rows, key)
        except ImportError:
            yield f"| {name} | not installed | | | | | |"
            continue
        cpu = time.process_time() - start
        found = metrics.curve(i, j, score, truth)
        best = found.get("best", {"f1": 0, "precision": 0, "recall": 0})
        line = [
            name, f"{cpu:.1f}", f"{best['f1']:.4f} ({best['precision']:.4f} / {best['recall']:.4f})",
            f"{found.get('recall@p0.99', 0):.3f}", f"{found['scored_recall']:.3f}",
            _sisters(i, j, score, groups, truth, found) if groups else "–",
            _decided(pairs, rows, truth, key) if pairs is not None else "–",
        ]  # fmt: skip
        yield "| " + " | ".join(line) + " |"


def _sisters(i: Any, j: Any, score: Any, groups: list[str], truth: list[str], found: dict[str, Any]) -> str:
    bar = found.get("threshold@p0.99")
    if bar is None:
        return "–"
    company, group, merged = np.asarray(truth), np.asarray(groups), score >= bar
    wrong = (group[i] == group[j]) & (company[i] != company[j]) & merged
    return f"{wrong.sum() / max(1, merged.sum()):.2%}"


def _decided(pairs: list[duplicates.DuplicatePair], rows: Rows, truth: list[str], key: str) -> str:
    """F1 of the clusters as they are decided, without a threshold chosen afterwards."""
    joined = duplicates.clusters(pairs)
    scores = metrics.cluster_scores([joined.get(row[key], row[key]) for row in rows], truth)["pair"]
    return f"{scores['f1']:.4f} ({scores['precision']:.4f} / {scores['recall']:.4f})"


HEAD = "| method | cpu s | best F1 (precision / recall) | recall at precision 0.99 | true pairs scored | sisters merged there | F1 of clusters as decided |\n|---|---|---|---|---|---|---|"


def scale(sizes: list[int], seed: int) -> None:
    print("| rows | cpu s | pairs told | peak MB |\n|---|---|---|---|")
    for size in sizes:
        rows, _, _ = bench(size, seed)
        start = time.process_time()
        pairs = duplicates.scan(rows, id_column="row_id")
        duplicates.clusters(pairs)
        cpu = time.process_time() - start
        print(
            f"| {size} | {cpu:.1f} | {len(pairs)} | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} |",
            flush=True,
        )


def door(rows: int, seed: int, asked: int) -> None:
    table, truth, _ = bench(rows + asked, seed)
    start = time.process_time()
    index = duplicates.CustomerIndex(table[:rows], id_column="row_id")
    made = time.process_time() - start
    new = table[rows:]
    index.check(new[0])
    start = time.process_time()
    for row in new[:200]:
        index.check(row)
    single = (time.process_time() - start) / min(200, len(new))
    start = time.process_time()
    found = index.check_many(new)
    batch = len(new) / (time.process_time() - start)
    company = dict(zip((row["row_id"] for row in table), truth, strict=True))
    known = set(truth[:rows])
    due = [row for row in new if company[row["row_id"]] in known]
    hit = sum(
        any(company[pair.id_b] == company[row["row_id"]] and pair.decision == "duplicate" for pair in pairs)
        for row, pairs in zip(new, found, strict=True)
    )
    print(f"index of {rows}: {made:.1f} s of a processor; one row {single * 1000:.1f} ms; batch {batch:.0f} rows/s; "
          f"{hit} of {len(due)} duplicates told at the door")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="*", default=[10_000])
    parser.add_argument("--seeds", type=int, nargs="*", default=[301, 302])
    parser.add_argument("--sets", type=Path, help="folder of CSV files with the columns id and entity")
    parser.add_argument("--only", nargs="*", default=list(METHODS), help="methods")
    parser.add_argument("--scale", type=int, nargs="*")
    parser.add_argument("--door", type=int, help="rows of the register that new rows are checked against")
    args = parser.parse_args()
    if args.scale:
        scale(args.scale, args.seeds[0])
        return
    if args.door:
        door(args.door, args.seeds[0], max(400, args.door // 20))
        return
    if args.sets:
        for path in sorted(args.sets.glob("*.csv")):
            rows, truth = labelled(path)
            print(f"\n{path.stem}: {len(rows)} rows, {len(set(truth))} things\n{HEAD}")
            names = [name for name in args.only if name != "same e-mail, phone or domain"]
            for line in figures(rows, truth, None, "id", names):
                print(line, flush=True)
        return
    for size in args.rows:
        for seed in args.seeds:
            rows, truth, groups = bench(size, seed)
            print(f"\nbench customers, {size} rows, seed {seed}\n{HEAD}")
            for line in figures(rows, truth, groups, "row_id", args.only):
                print(line, flush=True)


if __name__ == "__main__":
    main()
