"""Train workbench/duplicates/data/foreign_model.json: how to weigh rows with texts that are no companies.

python benchmarks/duplicates/train_foreign.py FOLDER [--hold NAME]

FOLDER holds labelled tables as CSV with the columns id, entity and any others. What is shipped learned from Abt-Buy,
Amazon-Google, DBLP-ACM and Walmart-Amazon (University of Leipzig), the restaurants of OAEI and Febrl 1 and 2; every set
counts by its true pairs. ``--hold`` leaves one out and tells what the others make of it.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))
sys.path.insert(0, str(HERE / "customers"))

import metrics  # noqa: E402 - the bench's own scorer

from workbench.duplicates.foreign import all_levels, estimate, read  # noqa: E402 - found through the lines above
from workbench.duplicates.foreign_compare import FOREIGN_FEATURES, foreign_features  # noqa: E402
from workbench.duplicates.foreign_engine import candidates  # noqa: E402

MODEL = HERE.parents[1] / "workbench/duplicates/data/foreign_model.json"
LEARNED_FROM = ("abt-buy", "amazon-gp", "dblp-acm", "walmart-amazon", "restaurants", "febrl1", "febrl2")
AGAINST = ("columns.unlike", "words.open_low", "words.open_high", "digits.open", "numbers.apart")
EAGER = 1.5  # between the best bars of the sets held out: -4.8, -4.6, -1.5, 0.4 and 1.5
EASY = 20_000  # false pairs of a set that are kept, at more weight


def compared(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, list[str]]:
    csv.field_size_limit(10_000_000)
    with path.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    truth = [row["entity"] for row in rows]
    table = read([(row["id"], {k: v for k, v in row.items() if k not in {"id", "entity"}}) for row in rows])
    i, j = candidates(table)
    grades = all_levels(table, i, j)
    company = np.unique(truth, return_inverse=True)[1]
    x = foreign_features(table, i, j, grades, estimate(table, grades))
    return i, j, x, company[i] == company[j], truth


def fit(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Logistic regression in which no likeness may count against a pair, and no difference for it."""
    signed = np.where(y, 1.0, -1.0)

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        margin = signed * (w[0] + x @ w[1:])
        slope = -weight * signed / (1 + np.exp(np.clip(margin, -500, 500)))
        gradient = np.concatenate([[slope.sum()], slope @ x]) + np.concatenate([[0], w[1:]])
        return float((weight * np.logaddexp(0, -margin)).sum() + 0.5 * (w[1:] ** 2).sum()), gradient

    bounds = [(None, None), *((None, 0) if name in AGAINST else (0, None) for name in FOREIGN_FEATURES)]
    return minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds).x


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hold", nargs="*", default=[])
    args = parser.parse_args()
    sets = {name: compared(args.folder / f"{name}.csv") for name in LEARNED_FROM}
    random_ = np.random.default_rng(1)
    for hold in [*args.hold, ""]:
        xs, ys, weights = [], [], []
        for name, (_i, _j, x, y, _truth) in sets.items():
            if name == hold:
                continue
            share = min(1.0, EASY / len(y))
            keep = y | (random_.random(len(y)) < share)
            xs.append(x[keep])
            ys.append(y[keep])
            weights.append(np.where(y[keep], 1.0, 1 / share) * 1000 / y.sum())
        fitted = fit(np.vstack(xs).astype(float), np.concatenate(ys), np.concatenate(weights))
        if hold:
            i, j, x, _y, truth = sets[hold]
            found = metrics.curve(i, j, fitted[0] + x @ fitted[1:], truth)
            print(hold, found["best"], f"recall at 0.99: {found['recall@p0.99']:.3f}", flush=True)
    stored = {
        "about": "log-odds = constant + the sum of weight times comparison; see benchmarks/duplicates/train_foreign.py",
        "constant": round(float(fitted[0]) + EAGER, 4),
        "weights": dict(zip(FOREIGN_FEATURES, np.round(fitted[1:], 4).tolist(), strict=True)),
    }
    MODEL.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(stored, indent=1))


if __name__ == "__main__":
    main()
