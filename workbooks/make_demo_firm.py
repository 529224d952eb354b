"""Make the sample firm's files in workbooks/demo, the same bytes for the same seed.

    python workbooks/make_demo_firm.py [FOLDER] [--seed N]

Three salespeople's order books and a cost sheet (.xlsx), two years of bank statements (MT940, CAMT.053, CSV), and
beside the folder FOLDER_truth.json: what really happened, for tests.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
from collections import Counter
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from demo_firm.banks import write_statements
from demo_firm.legacy import Trap, write_costs, write_en, write_mixed, write_zh
from demo_firm.world import World, build_world

SEED = 20261


def make(folder: Path, seed: int = SEED) -> World:
    """Write every file into ``folder`` (replaced)."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    world = build_world(seed)
    traps = [
        *write_zh(world, folder / "王芳_订单台账.xlsx", random.Random(seed + 1)),
        *write_en(world, folder / "Tom_orders.xlsx", random.Random(seed + 2)),
        *write_mixed(world, folder / "李娜_OrderList.xlsx", random.Random(seed + 3)),
    ]
    write_costs(world, folder / "成本表.xlsx")
    write_statements(world, folder / "statements", random.Random(seed + 4))
    truth_file(folder).write_text(
        json.dumps(truth(world, traps), ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8"
    )
    return world


def truth_file(folder: Path) -> Path:
    """Where the truth about a folder of files is kept: beside it, so that it is not shipped with the files."""
    return folder.with_name(f"{folder.name}_truth.json")


def truth(world: World, traps: list[Trap]) -> dict[str, object]:
    """What tests compare the demo's claims with."""
    totals: Counter[str] = Counter()
    for one in world.orders:
        totals[one.currency] += one.amount  # type: ignore[assignment]  # Counter adds decimals exactly
    return {
        "customers": [
            {"number": one.number, "country": one.country.code, "currency": one.currency, "spellings": one.spellings}
            for one in world.customers
        ],
        "orders": [
            {
                "number": one.number,
                "customer": one.customer.number,
                "sales": one.sales,
                "date": one.day.isoformat(),
                "currency": one.currency,
                "amount": format(one.amount, "f"),
                "terms": one.terms,
                "instalments": [format(part.amount, "f") for part in one.instalments],
            }
            for one in world.orders
        ],
        "payments": [
            {
                "reference": one.reference,
                "account": one.account,
                "date": one.day.isoformat(),
                "currency": one.currency,
                "amount": format(one.amount, "f"),
                "kind": one.kind,
                "parts": [[number, index, format(amount, "f")] for number, index, amount in one.parts],
            }
            for one in world.payments
        ],
        "traps": [asdict(one) for one in traps],
        "order_totals": {code: format(Decimal(total), "f") for code, total in sorted(totals.items())},
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parent / "demo")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    world = make(options.folder, options.seed)
    print(
        f"{len(world.customers)} customers, {len(world.orders)} orders, {len(world.payments)} statement entries in {options.folder}"
    )


if __name__ == "__main__":
    main()
