"""Train workbench/duplicates/data/company_model.json.

python benchmarks/duplicates/train.py --bench benchmarks/duplicates/customers [--report]

Learns from two makers of tables: the bench's generator (seeds 101-112, never reported) and ``other_tables`` (seeds
1000-1044: other words, scripts, columns and habits), the bench's rows also with columns left out. Sister companies that
were told apart count fourfold. The weights of common neighbours come from bench seeds 121 and 122. scikit-learn trains;
what is shipped is read with numpy alone.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parents[1]))

import other_tables  # noqa: E402 - a sibling script

from workbench.duplicates.blocking import candidate_pairs  # noqa: E402 - found through the line above
from workbench.duplicates.columns import map_columns  # noqa: E402
from workbench.duplicates.compare import FEATURES, MISSING, Comparer  # noqa: E402
from workbench.duplicates.graph import best_paths  # noqa: E402
from workbench.duplicates.table import TableBuilder  # noqa: E402

MODEL = HERE.parents[1] / "workbench/duplicates/data/company_model.json"
SISTER_WEIGHT = 4.0
MOST_OF_A_NEIGHBOUR = 3.0  # its own likeness is partly that of the pair, told twice
RISING = (
    "name.brand", "name.words_low", "name.full", "name.native", "mail.same", "domain.same", "phone.same", "tax.alike",
    "country.same", "postcode.alike", "address.words",
)  # fmt: skip
FALLING = ("name.trade_other", "table.brand_rows", "name.common_other")
PATH_BARS = (0.3, 0.6, 0.85, 0.95)


def bench_table(
    folder: Path, rows: int, seed: int, left_out: int = 0
) -> tuple[list[dict[str, str]], list[str], list[str]]:
    """Rows, companies and groups of the bench; ``left_out`` columns are taken away."""
    sys.path.insert(0, str(folder))
    from generator import generate

    head, made = generate(rows, seed=seed)
    split = head.index("entity_id")
    picked = [dict(zip(head[:split], row[:split], strict=True)) for row in made]
    optional = [c for c in head[:split] if c not in {"row_id", "company_name"}]
    for column in random.Random(seed).sample(optional, left_out):
        for row in picked:
            row[column] = ""
    return picked, [row[split] for row in made], [row[split + 1] for row in made]


class Pairs:
    """Candidates of one table, compared and judged."""

    def __init__(self, rows: list[dict[str, str]], truth: list[Any], groups: list[Any] | None = None) -> None:
        key = "row_id" if "row_id" in rows[0] else "id"
        builder = TableBuilder(map_columns(rows, leave=(key,)))
        for row in rows:
            builder.add(str(row[key]), row)
        self.table = builder.build()
        self.i, self.j = candidate_pairs(self.table)
        self.x = Comparer(self.table).features(self.i, self.j)
        company = np.unique(truth, return_inverse=True)[1]
        group = np.unique(groups, return_inverse=True)[1] if groups else company
        self.y = company[self.i] == company[self.j]
        self.weight = np.where(~self.y & (group[self.i] == group[self.j]), SISTER_WEIGHT, 1.0)

    def thinned(self, random_: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """All pairs that could be doubted, few of the others at more weight."""
        at = {name: self.x[:, number] for number, name in enumerate(FEATURES)}
        signs = sum(
            (at[name] >= bar).astype(int)
            for name, bar in (
                ("name.brand", 0.75), ("name.words_low", 0.5), ("name.words_high", 0.9), ("name.full", 0.8),
                ("name.bones", 0.85), ("name.native", 0.75), ("mail.same", 1), ("domain.same", 1), ("phone.same", 1),
                ("tax.alike", 0.8), ("label.brand", 0.9), ("name.initials", 1), ("address.words", 0.85),
                ("contact.alike", 0.9), ("mail.local", 0.9), ("domain.alike", 0.92), ("postcode.alike", 1),
            )
        )  # fmt: skip
        chance = np.select([self.y | (signs >= 5), signs >= 3, signs >= 2], [1.0, 0.5, 0.2], 0.04)
        keep = random_.random(len(chance)) < chance
        return self.x[keep], self.y[keep], (self.weight / chance)[keep]


def tables(bench: Path, *, small: bool) -> list[Pairs]:
    sizes = [(10_000, 101, 0), (10_000, 102, 0), (30_000, 103, 0), (10_000, 104, 5), (10_000, 105, 8), (2_000, 106, 0)]
    if not small:
        sizes += [(40_000, 107, 0), (10_000, 108, 11), *((500, seed, 0) for seed in (109, 110, 111)), (500, 112, 4)]
    found = [Pairs(*bench_table(bench, *size)) for size in sizes]
    for seed in range(1000, 1020 if small else 1045):
        rows, truth = other_tables.make((60, 300, 1000, 3000)[seed % 4], seed)
        found.append(Pairs(rows, truth))
    return found


def numbers(x: np.ndarray) -> np.ndarray:
    return np.where(x == np.float32(MISSING), np.nan, x)


def export(model: HistGradientBoostingClassifier) -> dict[str, Any]:
    """The trees with the right child behind the left one, and inner nodes holding the mean of what is below."""
    # scikit-learn has no other way to read its trees than its private parts
    base, predictors = model._baseline_prediction, model._predictors  # noqa: SLF001
    trees, depth = [], 0
    for (predictor,) in predictors:
        nodes = predictor.nodes
        order, place = [0], {0: 0}
        for old in order:
            if not nodes[old]["is_leaf"]:
                for child in (int(nodes[old]["left"]), int(nodes[old]["right"])):
                    place[child] = len(order)
                    order.append(child)
        value = np.zeros(len(order))
        for old in reversed(order):
            node = nodes[old]
            if node["is_leaf"]:
                value[place[old]] = node["value"]
                continue
            left, right = int(node["left"]), int(node["right"])
            share = nodes[left]["count"] / max(1, nodes[left]["count"] + nodes[right]["count"])
            value[place[old]] = share * value[place[left]] + (1 - share) * value[place[right]]
        high = len(FEATURES)
        trees.append({
            "column": [0 if nodes[o]["is_leaf"] else int(nodes[o]["feature_idx"]) + (0 if nodes[o]["missing_go_to_left"] else high) for o in order],
            "threshold": [0 if nodes[o]["is_leaf"] else round(float(nodes[o]["num_threshold"]), 5) for o in order],
            "left": [-1 if nodes[o]["is_leaf"] else place[int(nodes[o]["left"])] for o in order],
            "value": [round(float(v), 5) for v in value],
        })  # fmt: skip
        depth = max(depth, int(nodes["depth"].max()))
    return {
        "features": list(FEATURES),
        "base": float(base.ravel()[0]),
        "depth": depth,
        "trees": trees,
    }


def path_weights(model: HistGradientBoostingClassifier, sets: list[Pairs]) -> list[float]:
    """What a common neighbour adds to the log-odds, by how sure the weaker of its two links is."""
    columns, truth = [], []
    for pairs in sets:
        p = model.predict_proba(numbers(pairs.x))[:, 1]
        kept = p > 0.02
        i, j, p, y = pairs.i[kept], pairs.j[kept], p[kept], pairs.y[kept]
        packed, weaker, _ = best_paths(i, j, p, len(pairs.table))
        key = i * len(pairs.table) + j
        at = np.searchsorted(packed, key).clip(0, len(packed) - 1)
        path = np.where(packed[at] == key, weaker[at], 0.0)
        grade = np.searchsorted(PATH_BARS, path, side="right")
        columns.append(np.column_stack([np.log(p / (1 - p)), *(grade == g for g in range(1, len(PATH_BARS) + 1))]))
        truth.append(y)
    x, y = np.vstack(columns), np.concatenate(truth)
    fitted = LogisticRegression(C=100.0, max_iter=500).fit(x, y)
    print("paths:", np.round(fitted.coef_, 3), np.round(fitted.intercept_, 3))
    return [
        round(float(fitted.intercept_[0]), 4),
        *(round(min(float(c), MOST_OF_A_NEIGHBOUR), 4) for c in fitted.coef_[0]),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=Path, default=HERE / "customers")
    parser.add_argument("--small", action="store_true", help="fewer tables, to try something out")
    parser.add_argument("--trees", type=int, default=320)
    parser.add_argument("--out", type=Path, default=MODEL)
    args = parser.parse_args()
    random_ = np.random.default_rng(1)
    start = time.time()
    parts = [pairs.thinned(random_) for pairs in tables(args.bench, small=args.small)]
    x, y, weight = (np.concatenate([part[k] for part in parts]) for k in range(3))
    print(f"{len(y)} pairs to learn from, {y.mean():.3f} true, after {time.time() - start:.0f} s", flush=True)
    rising = dict.fromkeys(RISING, 1) | dict.fromkeys(FALLING, -1)
    model = HistGradientBoostingClassifier(
        max_iter=args.trees, learning_rate=0.08, max_leaf_nodes=31, max_depth=6, min_samples_leaf=40,
        l2_regularization=3.0, monotonic_cst=[rising.get(name, 0) for name in FEATURES], early_stopping=False,
        random_state=1,
    ).fit(numbers(x), y, sample_weight=weight)  # fmt: skip
    print(f"trained after {time.time() - start:.0f} s", flush=True)
    stored = export(model)
    stored["paths"] = path_weights(
        model, [Pairs(*bench_table(args.bench, 10_000, 121)), Pairs(*bench_table(args.bench, 30_000, 122))]
    )
    stored["path_bars"] = list(PATH_BARS)
    args.out.write_text(json.dumps(stored, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{args.out.name}: {args.out.stat().st_size // 1024} KB after {time.time() - start:.0f} s")


if __name__ == "__main__":
    main()
