"""Match synthetic firms and score what comes out against the truth, beside what spreadsheet look-ups reach.

python benchmarks/receipts/run.py --receipts 10000 --seeds 7 23 --profiles base hard cold

Straight-through is the share of matchable receipts whose whole set of orders is right, at the cut where 99.5 % (99.9 %) of
what is posted is right; "at the bar" is what the shipped bar posts. The reliability table compares the confidence told with
the share that is right. The model was trained on other seeds (see train.py).
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections import defaultdict
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from worlds import BENCH, MIXED, PROFILES, make

from workbench.matching import Proposal, default_bar, match
from workbench.matching.files import read_folder

PEERS = ("vlookup_exact", "vlookup_search", "vlookup_amount", "odoo19", "odoo_oca", "odoo_oca_tol3", "erpnext_auto")
EDGES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1.01)
MATCHABLE = ("payment", "refund")


def measured(work, *arguments) -> dict:
    """The figures of a piece of work done in a process of its own, so that its memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def ours(folder: str) -> dict:
    """Match a folder and score it."""
    import pandas as pd

    begun = time.process_time()
    rows = read_folder(Path(folder))
    proposals = match(
        rows.receipts,
        rows.instalments,
        rows.orders,
        rows.customers,
        earlier_receipts=rows.earlier_receipts,
        earlier_links=rows.earlier_links,
    )
    seconds = time.process_time() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    truth = Truth(folder)
    posted = pd.DataFrame(
        [
            (one.receipt_id, part.instalment_id, float(part.amount), float(one.confidence))
            for one in proposals
            if one.decision == "post"
            for part in one.parts
        ],
        columns=["receipt_id", "item_id", "amount", "confidence"],
    )
    sys.path.insert(0, str(BENCH))
    import metrics

    usd = metrics.score(folder, posted)
    return {
        **figures(proposals, truth),
        "usd_precision": usd["usd_precision"],
        "usd_recall": usd["usd_recall"],
        "seconds": seconds,
        "memory": memory,
    }


class Truth:
    """What the receipts of a folder really paid."""

    def __init__(self, folder: str) -> None:
        import csv

        def read(name: str) -> list[dict[str, str]]:
            with (Path(folder) / name).open(encoding="utf-8", newline="") as source:
                return list(csv.DictReader(source))

        items = read("items.csv")
        self.order = {row["item_id"]: row["order_no"] for row in items}
        self.open = {row["item_id"]: Decimal(row["open_amount"]) for row in items}
        self.label = {row["receipt_id"]: row["label"] for row in read("truth/receipts.csv")}
        self.paid: dict[str, set[str]] = defaultdict(set)
        for row in read("truth/allocations.csv"):
            self.paid[row["receipt_id"]].add(row["order_no"])

    def is_right(self, receipt: str, items) -> bool:
        """Whether these instalments' orders are exactly those that the receipt paid."""
        return {self.order[item] for item in items} == self.paid.get(receipt)


def figures(proposals: list[Proposal], truth: Truth) -> dict:
    """The bench's measures of a run."""
    matchable = sum(label in MATCHABLE for label in truth.label.values())
    ranked = sorted(
        (
            (float(one.confidence), truth.is_right(one.receipt_id, [part.instalment_id for part in one.parts]))
            for one in proposals
            if one.parts
        ),
        key=lambda pair: -pair[0],
    )
    posted = [one for one in proposals if one.decision == "post"]
    right = sum(truth.is_right(one.receipt_id, [part.instalment_id for part in one.parts]) for one in posted)
    given: dict[str, Decimal] = defaultdict(Decimal)
    for one in posted:
        for part in one.parts:
            given[part.instalment_id] += max(part.amount, Decimal(0))
    payments = [one for one in proposals if truth.label[one.receipt_id] == "payment"]
    return {
        "stp995": straight_through(ranked, matchable, 0.995),
        "stp999": straight_through(ranked, matchable, 0.999),
        "posted": len(posted),
        "posted_right": right / max(len(posted), 1),
        "posted_share": right / matchable,
        "duplicates": sum(truth.label[one.receipt_id] == "duplicate" for one in posted),
        "no_payment": sum(truth.label[one.receipt_id] not in MATCHABLE for one in posted),
        "beyond_open": sum(amount > truth.open[item] for item, amount in given.items()),
        "first_three": sum(in_first_three(one, truth) for one in payments) / len(payments),
        "reliability": reliability(ranked),
    }


def straight_through(ranked: list[tuple[float, bool]], matchable: int, target: float) -> float:
    """Share of matchable receipts that are right at the lowest cut where the target holds."""
    best, right = 0, 0
    for number, (confidence, hit) in enumerate(ranked, start=1):
        right += hit
        is_last = number == len(ranked) or ranked[number][0] != confidence
        if is_last and right / number >= target:
            best = right
    return best / matchable


def in_first_three(proposal: Proposal, truth: Truth) -> bool:
    """Whether what was paid is the proposal or one of its first two alternatives."""
    shown = [[part.instalment_id for part in proposal.parts]]
    shown += [[part.instalment_id for part in other.parts] or [other.instalment_id] for other in proposal.alternatives]
    return any(truth.is_right(proposal.receipt_id, items) for items in shown[:3])


def reliability(ranked: list[tuple[float, bool]]) -> list[tuple[float, float, int, float, float]]:
    """By bin of confidence: its edges, how many, the confidence told and the share that is right."""
    rows = []
    for low, high in pairwise(EDGES):
        inside = [(confidence, hit) for confidence, hit in ranked if low <= confidence < high]
        if inside:
            told = sum(confidence for confidence, _hit in inside) / len(inside)
            rows.append((low, min(high, 1.0), len(inside), told, sum(hit for _c, hit in inside) / len(inside)))
    return rows


def peer(folder: str, name: str) -> dict:
    """A look-up, or what another product does by itself, as the bench re-expresses it."""
    import pandas as pd

    sys.path[:0] = [str(BENCH), str(BENCH / "baselines")]
    import a_vlookup
    import b_odoo
    import c_erpnext
    import common
    import metrics

    world = common.load(folder)
    begun = time.process_time()
    if name.startswith("vlookup"):
        rows = list(a_vlookup.match(world, name.split("_", 1)[1]))
    elif name == "odoo19":
        rows = list(b_odoo.match19(world))
    elif name == "erpnext_auto":
        rows = list(c_erpnext.auto(world))
    else:
        rows = list(b_odoo.match_oca(world, 0.03 if name.endswith("tol3") else 0.0))
    seconds = time.process_time() - begun
    frame = pd.DataFrame(rows, columns=["receipt_id", "item_id", "amount", "confidence"])
    score = metrics.score(folder, frame)
    return {
        "stp995": score["stp995_order"],
        "posted": score["posted"],
        "posted_right": score["receipt_precision_order"],
        "posted_share": score["stp_raw"],
        "no_payment": score["posted_nonpayments"],
        "seconds": seconds,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


HEAD = (
    f"{'data':>22} {'method':<15} {'STP@99.5':>8} {'STP@99.9':>8} | {'posted':>7} {'right':>7} {'share':>6} {'twice':>5} "
    f"{'other':>5} {'beyond':>6} | {'first 3':>7} {'USD p/r':>13} {'cpu s':>6} {'MB':>5}"
)


def line(data: str, name: str, row: dict) -> str:
    def figure(key: str, form: str) -> str:
        return format(row[key], form) if key in row else "–"

    usd = f"{row['usd_precision']:.4f}/{row['usd_recall']:.3f}" if "usd_precision" in row else "–"
    return (
        f"{data:>22} {name:<15} {row['stp995']:>8.4f} {figure('stp999', '.4f'):>8} | {row['posted']:>7,} "
        f"{row['posted_right']:>7.4f} {row['posted_share']:>6.3f} {figure('duplicates', 'd'):>5} {row['no_payment']:>5} "
        f"{figure('beyond_open', 'd'):>6} | {figure('first_three', '.4f'):>7} {usd:>13} {row['seconds']:>6.1f} "
        f"{row['memory']:>5.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--receipts", type=int, default=2000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[7])
    parser.add_argument("--profiles", nargs="+", choices=[*PROFILES, MIXED], default=list(PROFILES))
    parser.add_argument("--data", type=Path, help="folder for the firms; those that are there are taken")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--json", type=Path, help="write all figures here, with the reliability of each run")
    parser.add_argument("--chart", type=Path, help="draw the reliability of all runs here (.png or .svg)")
    options = parser.parse_args()
    results = {}
    print(f"the shipped bar is {default_bar()}\n{HEAD}")
    with tempfile.TemporaryDirectory() as scratch:
        for profile in options.profiles:
            for seed in options.seeds:
                name = f"{profile}_{options.receipts}_s{seed}"
                folder = str(
                    make((options.data or Path(scratch)) / name, profile=profile, seed=seed, receipts=options.receipts)
                )
                results[name] = measured(ours, folder)
                print(line(name, "workbench", results[name]), flush=True)
                for rival in () if options.no_peers else PEERS:
                    print(line(name, rival, measured(peer, folder, rival)), flush=True)
    print_reliability(results)
    if options.chart:
        draw_reliability(results, options.chart)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")


def together(results: dict) -> list[tuple[float, float, int, float, float]]:
    """The reliability of all runs as one."""
    sums: dict[tuple[float, float], list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    for one in results.values():
        for low, high, count, told, right in one["reliability"]:
            bin_ = sums[low, high]
            bin_[0], bin_[1], bin_[2] = bin_[0] + count, bin_[1] + count * told, bin_[2] + count * right
    return [
        (low, high, int(count), told / count, right / count)
        for (low, high), (count, told, right) in sorted(sums.items())
    ]


def print_reliability(results: dict) -> None:
    """All runs together: how sure it was, and how often it was right."""
    print(f"\n{'confidence':>15} {'receipts':>9} {'told':>8} {'right':>8}")
    for low, high, count, told, right in together(results):
        print(f"{low:>7.3f}–{high:<7.3f} {count:>9,} {told:>8.4f} {right:>8.4f}")


def draw_reliability(results: dict, path: Path) -> None:
    """The share that is wrong against the share that was said to be wrong, both on logarithmic axes."""
    from workbench.charts import Chart

    rows = [
        {"said": 1 - told, "found": max(1 - right, 1 / count), "receipts": count}
        for _low, _high, count, told, right in together(results)
    ]
    scale = {"type": "log", "domain": [0.00001, 1]}
    across = {"field": "said", "type": "quantitative", "scale": scale, "title": "said to be wrong"}
    up = {"field": "found", "type": "quantitative", "scale": scale, "title": "found wrong (above the line: too sure)"}
    size = {"field": "receipts", "type": "quantitative", "title": "receipts"}
    diagonal = [{"said": 0.00001, "found": 0.00001}, {"said": 1, "found": 1}]
    spec = {
        "width": 420,
        "height": 420,
        "layer": [
            {
                "data": {"values": diagonal},
                "mark": {"type": "line", "color": "#999999"},
                "encoding": {"x": across, "y": up},
            },
            {
                "data": {"values": rows},
                "mark": {"type": "point", "filled": True, "opacity": 0.9},
                "encoding": {"x": across, "y": up, "size": size},
            },
        ],
    }
    count = sum(row["receipts"] for row in rows)
    Chart(spec, f"How sure the matching was, and how often wrong ({count:,} proposals)").save(path)


if __name__ == "__main__":
    main()
