"""Synthetic firms for training and measuring: the bench's profiles, and mixes between and beyond them."""

from __future__ import annotations

import contextlib
import csv
import io
import random
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.matching.candidates import Hypotheses
from workbench.matching.columns import Codes, Ledger, Receipts
from workbench.matching.files import read_folder
from workbench.matching.repeats import repeats
from workbench.matching.workspace import Workspace
from workbench.rates import RateBook

BENCH = Path(__file__).resolve().parent / "receipts_bench"
MIXED = "mix"
PROFILES = ("base", "hard", "cold")
_RANGES = {
    "p_refund": (0.005, 0.02),
    "p_unrelated": (0.02, 0.08),
    "p_unrelated_lookalike": (0.03, 0.12),
    "p_double_pay": (0.002, 0.008),
    "p_dup_report": (0.005, 0.03),
    "p_on_account": (0.004, 0.015),
    "p_over": (0.008, 0.03),
    "p_short": (0.02, 0.06),
    "p_unpaid": (0.08, 0.22),
}


def make(folder: Path, *, profile: str, seed: int, receipts: int) -> Path:
    """The folder of a firm, made where it is not there yet; ``mix`` draws shares between base and hard, and beyond."""
    if (folder / "meta.json").is_file():
        return folder
    if str(BENCH) not in sys.path:
        sys.path.append(str(BENCH))
    import generator

    shares = _mixed(generator, seed) if profile == MIXED else generator.PROFILES[profile]
    with contextlib.redirect_stdout(io.StringIO()):
        world = generator.Gen(generator.Config(receipts=receipts, seed=seed, **shares)).run()
        world.write(str(folder))
    return folder


def _mixed(generator, seed: int) -> dict:
    draw = random.Random(f"mix/{seed}")
    base, hard, toward = generator.Config(), generator.PROFILES["hard"], draw.random()
    shares = {}
    for name, value in hard.items():
        if name != "ref":
            step = min(1.2, max(0.0, toward + draw.uniform(-0.3, 0.3)))
            shares[name] = getattr(base, name) + (value - getattr(base, name)) * step
    shares["ref"] = {
        name: max(0.003, base.ref[name] + (hard["ref"][name] - base.ref[name]) * toward) for name in base.ref
    }
    shares["history_per_receipt"] = draw.choice([0, 0.1, 0.3, 0.5, 0.8])
    return shares | {name: draw.uniform(*limits) for name, limits in _RANGES.items()}


@dataclass(slots=True)
class World:
    """A firm's folder with what is true in it."""

    folder: Path
    space: Workspace
    earlier: Receipts
    paid: list[frozenset[int]]  # instalments by receipt
    orders: list[frozenset[int]]
    label: list[str]

    @classmethod
    def of(cls, folder: Path, book: RateBook) -> World:
        """Reads the folder and its truth."""
        rows = read_folder(folder)
        currencies, customers = Codes(), Codes()
        currencies.add("USD")
        for customer in sorted(row["id"] for row in rows.customers):
            customers.add(customer)
        ledger = Ledger.of(rows.instalments, rows.orders, customers, [], currencies)
        receipts = Receipts.of(rows.receipts, currencies)
        earlier = Receipts.of(rows.earlier_receipts, currencies)
        skip = np.zeros(len(receipts), np.bool_)
        skip[list(repeats(receipts, earlier))] = True
        space = Workspace(receipts, ledger, rows.customers, book, earlier=earlier, links=rows.earlier_links, skip=skip)
        at = {id_: number for number, id_ in enumerate(receipts.ids)}
        item_at = {id_: number for number, id_ in enumerate(ledger.ids)}
        paid: list[set[int]] = [set() for _id in receipts.ids]
        for row in _rows(folder / "truth" / "allocations.csv"):
            paid[at[row["receipt_id"]]].add(item_at[row["item_id"]])
        label = [""] * len(receipts)
        for row in _rows(folder / "truth" / "receipts.csv"):
            label[at[row["receipt_id"]]] = row["label"]
        orders = [frozenset(ledger.order[sorted(items)].tolist()) for items in paid]
        return cls(folder, space, earlier, [frozenset(items) for items in paid], orders, label)

    def right(self, hypotheses: Hypotheses, chosen: npt.NDArray[np.int64] | None = None) -> npt.NDArray[np.bool_]:
        """Whether each hypothesis is exactly what was paid (of the chosen ones: whether its orders are)."""
        order, start, receipt = self.space.ledger.order, hypotheses.start.tolist(), hypotheses.receipt.tolist()
        item = hypotheses.item
        if chosen is None:
            members = item.tolist()
            return np.array(
                [self.paid[one] == set(members[start[k] : start[k + 1]]) for k, one in enumerate(receipt)], np.bool_
            )
        found = (set(order[item[start[k] : start[k + 1]]].tolist()) == self.orders[receipt[k]] for k in chosen.tolist())
        return np.fromiter(found, np.bool_, len(chosen))


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))
