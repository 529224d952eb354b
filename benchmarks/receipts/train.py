"""Train the matching's model on synthetic firms and write workbench/matching/data/model.json.

python benchmarks/receipts/train.py --data /var/tmp/firms     # about eight minutes on an idle core

Four sets of gradient-boosted trees: ``first`` and ``later`` judge hypotheses before and after learning, ``final`` tells
how likely the likeliest orders are right, ``refund`` finds what is returned. Each is trained on firms that the ones before
it were not trained on, so that it sees their mistakes as they will be. The bar is chosen on firms that no tree was trained
on: the lowest cut at which at least 99.7 % of what is posted is right on every profile, so that a drift of two in a
thousand still leaves 99.5 %. The seeds are below and in the model; figures are reported on others.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from worlds import MIXED, PROFILES, World, make

from workbench.matching import refunds
from workbench.matching.columns import NONE
from workbench.matching.engine import judge
from workbench.matching.model import Trees, sigmoid
from workbench.matching.verdict import Verdicts, verdicts
from workbench.matching.workspace import Judge, Judged
from workbench.rates import RateBook

TRAINING = range(3000, 3036)
CHOOSING = range(5000, 5002)  # for each profile
SIZES = (1500, 3000, 5000, 8000)
LARGEST = 30_000
TARGET, MARGIN = 0.995, 0.002
MODEL = Path(__file__).resolve().parents[2] / "workbench" / "matching" / "data" / "model.json"
ABOUT = (
    "Written by benchmarks/receipts/train.py; the format is told in workbench/matching/model.py and docs/matching.md."
)


def firms(data: Path) -> list[Path]:
    """The folders of the training firms: profiles and mixes of several sizes."""
    draw, folders = random.Random(5), []
    for seed in TRAINING:
        profile = draw.choice([*PROFILES, "hard", MIXED, MIXED, MIXED])
        size = LARGEST if seed == TRAINING[-1] else draw.choice(SIZES)
        folders.append(make(data / f"{profile}_{size}_s{seed}", profile=profile, seed=seed, receipts=size))
    return folders


def by_hand(columns) -> np.ndarray:
    """A judgement with points set by hand, to begin with."""
    points = 3.0 * columns["exact"] + 3.0 * (columns["instructed"] > 0) + 2.0 * columns["own_mean"]
    points = (
        points + 2.0 * columns["order_mean"] + columns["digits_max"] + 4.0 * columns["alike"] * (columns["alike"] > 0.5)
    )
    points += 3.0 * columns["on_file"] + 3.0 * columns["key_share"] + 3.0 * columns["account_share"]
    points -= 2.0 * np.nan_to_num(np.clip(np.abs(columns["short"]) * 20, 0, 3), nan=3)
    points -= (
        0.02 * np.abs(columns["lag_unusual"]) + 3.0 * columns["orders_missed"] + 2.0 * (columns["since_issue"] < -3)
    )
    return points - 5


class Rows:
    """Features and answers, gathered firm by firm."""

    def __init__(self) -> None:
        self._blocks, self._right, self.names = [], [], ()

    def add(self, columns, right) -> None:
        """Takes columns of features and whether each row is right."""
        if len(right):
            self.names = tuple(columns)
            self._blocks.append(np.stack([columns[name].astype(np.float32) for name in self.names], axis=1))
            self._right.append(right)

    def fitted(self, trees: int, leaves: int, depth: int, rate: float, least: int) -> dict:
        """Trees that tell right from wrong, in the model's own format."""
        rows, right = np.concatenate(self._blocks), np.concatenate(self._right)
        model = HistGradientBoostingClassifier(
            max_iter=trees,
            max_leaf_nodes=leaves,
            max_depth=depth,
            learning_rate=rate,
            min_samples_leaf=least,
            l2_regularization=1.0,
            early_stopping=False,
            max_bins=128,
            random_state=1,
        ).fit(rows, right)
        stored = exported(model, self.names)
        some = rows[:5000]
        ours = Trees(stored).log_odds(dict(zip(self.names, some.T, strict=True)))
        if np.abs(ours - model.decision_function(some)).max() > 1e-3:
            raise SystemExit("the stored trees do not answer as the trained ones do")
        print(f"  {len(right):,} rows, {right.mean():.1%} right", flush=True)
        return stored


def exported(model: HistGradientBoostingClassifier, names) -> dict:
    """The trees as ``Trees`` reads them: nodes breadth first, the right child behind the left one."""
    trees = []
    for (predictor,) in model._predictors:  # noqa: SLF001 - scikit-learn has no public door to a tree's nodes
        nodes, order = predictor.nodes, [0]
        tree = {name: [] for name in ("feature", "threshold", "left", "value", "missing")}
        for place in order:
            node = nodes[place]
            leaf = bool(node["is_leaf"])
            threshold = float(np.float32(min(node["num_threshold"], 3e38)))
            tree["feature"].append(-1 if leaf else int(node["feature_idx"]))
            tree["threshold"].append(0 if leaf else float(f"{threshold:.9g}"))
            tree["left"].append(0 if leaf else len(order))
            tree["value"].append(round(float(node["value"]), 5) if leaf else 0)
            tree["missing"].append(0 if leaf else int(node["missing_go_to_left"]))
            if not leaf:
                order += [int(node["left"]), int(node["right"])]
        trees.append(tree | {"depth": int(nodes["depth"].max())})
    return {"features": list(names), "base": round(float(model._baseline_prediction.ravel()[0]), 6), "trees": trees}  # noqa: SLF001


def rounds(world: World, first: Judge, later: Judge) -> tuple[Judged, Verdicts]:
    """All rounds, as the engine goes through them."""
    judged = judge(world.space, first=first, later=later)
    return judged, verdicts(world.space, judged)


def train_first(folders: list[Path], book: RateBook) -> dict:
    """Hypotheses of the first round, found by points set by hand."""
    rows = Rows()
    for folder in folders:
        world = World.of(folder, book)
        judged = world.space.first_round(by_hand, keep=True)
        rows.add(judged.columns, world.right(judged.hypotheses))
        print(f"  {folder.name}", flush=True)
    return rows.fitted(trees=60, leaves=24, depth=6, rate=0.12, least=40)


def train_later(folders: list[Path], book: RateBook, first: Judge) -> dict:
    """Hypotheses of the later rounds, after one round of learning and after two."""
    rows = Rows()
    for number, folder in enumerate(folders):
        world = World.of(folder, book)
        space = world.space
        judged = space.first_round(first)
        space.learn(judged)
        again = number % 2 == 1
        judged = space.next_round(first, judged, keep=not again)
        if again:
            space.learn(judged)
            judged = space.last_round(first, judged)
        rows.add(judged.columns, world.right(judged.hypotheses)[judged.row != NONE])
    return rows.fitted(trees=140, leaves=24, depth=6, rate=0.1, least=40)


def train_final(folders: list[Path], book: RateBook, first: Judge, later: Judge) -> tuple[dict, dict]:
    """The likeliest orders of every receipt; and, by those, the refunds."""
    rows, found = Rows(), []
    for folder in folders:
        world = World.of(folder, book)
        judged, verdict = rounds(world, first, later)
        rows.add(verdict.columns, world.right(judged.hypotheses, verdict.best))
        found.append((world, judged, verdict))
    final = rows.fitted(trees=120, leaves=10, depth=5, rate=0.06, least=40)
    tell, returns = Trees(final).log_odds, Rows()
    for world, judged, verdict in found:
        add_refunds(returns, world, judged, verdict, sigmoid(tell(verdict.columns)))
    return final, returns.fitted(trees=60, leaves=8, depth=4, rate=0.1, least=15)


def add_refunds(rows: Rows, world: World, judged: Judged, verdict: Verdicts, sure: np.ndarray) -> None:
    """Pairs of a refund and a receipt that it may return."""
    hypotheses, given = judged.hypotheses, {}
    for place in np.flatnonzero(sure > 0.8).tolist():
        begin, end = hypotheses.start[verdict.best[place] : verdict.best[place] + 2]
        number = int(verdict.receipt[place])
        given[number] = refunds.Original(number, tuple(hypotheses.item[begin:end].tolist()), float(sure[place]))
    outgoing = [number for number, label in enumerate(world.label) if label == "refund"]
    pairs = refunds.return_pairs(world.space, outgoing, given, world.earlier)
    order = world.space.ledger.order
    right = [
        {int(order[item]) for item, _amount in one.items} == world.orders[number]
        for number, one in zip(pairs.outgoing, pairs.original, strict=True)
    ]
    rows.add(pairs.columns(), np.array(right, np.bool_))


def chosen_bar(data: Path, book: RateBook, first: Judge, later: Judge, final: Judge) -> float:
    """The lowest cut that holds on every profile with the margin."""
    cuts = []
    for profile in PROFILES:
        scores, hits = [], []
        for seed in CHOOSING:
            world = World.of(make(data / f"{profile}_8000_s{seed}", profile=profile, seed=seed, receipts=8000), book)
            judged, verdict = rounds(world, first, later)
            scores.append(sigmoid(final(verdict.columns)))
            hits.append(world.right(judged.hypotheses, verdict.best))
        score, hit = np.concatenate(scores), np.concatenate(hits)
        order = np.argsort(-score)
        share = np.cumsum(hit[order]) / np.arange(1, len(order) + 1)
        cuts.append(float(score[order][np.flatnonzero(share >= TARGET + MARGIN)[-1]]))
        print(f"  {profile}: cut {cuts[-1]:.4f}", flush=True)
    return round(max(cuts), 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--again", action="store_true", help="do not take what an earlier, broken run stored in --data")
    parser.add_argument("--data", type=Path, required=True, help="folder for the firms; those that are there are taken")
    options = parser.parse_args()
    book, folders = RateBook.embedded(), firms(options.data)
    half, kept = len(folders) // 2, options.data / "stages.json"
    model = json.loads(kept.read_text()) if kept.is_file() and not options.again else {}

    def stage(names: tuple[str, ...], train) -> None:
        if not set(names) <= model.keys():
            print(*names, flush=True)
            model.update(zip(names, train(), strict=True))
            kept.write_text(json.dumps(model))

    def stored(name: str) -> Judge:
        return Trees(model[name]).log_odds

    stage(("first",), lambda: [train_first(folders[:half], book)])
    stage(("later",), lambda: [train_later(folders[:half], book, stored("first"))])
    stage(("final", "refund"), lambda: train_final(folders[half:], book, stored("first"), stored("later")))
    print("bar", flush=True)
    bar = chosen_bar(options.data, book, stored("first"), stored("later"), stored("final"))
    seeds = {"training": [TRAINING[0], TRAINING[-1]], "bar": [CHOOSING[0], CHOOSING[-1]]}
    model = {"about": ABOUT, "seeds": seeds, "bar": bar, **model}
    MODEL.parent.mkdir(exist_ok=True)
    MODEL.write_text(json.dumps(model, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{MODEL} written, the bar is {bar}")


if __name__ == "__main__":
    main()
