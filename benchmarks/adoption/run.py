"""Make generated workbooks with truth, adopt them, and score what was read.

python benchmarks/adoption/run.py --seed 9001 --rows 60                 # the public layouts of legacy_bench
python benchmarks/adoption/run.py --set other --seed 1 2 3 --rows 40    # other arrangements, in eleven languages and more
python benchmarks/adoption/run.py --set sealed --seed 1 2 3 --rows 40   # still others, never used while the code was written
python benchmarks/adoption/run.py --set third --seed 1 2 3 --rows 40    # five languages more
python benchmarks/adoption/run.py --set fourth --seed 1 2 3 --rows 40   # half of it in languages without any vocabulary
python benchmarks/adoption/run.py --set crossed --seed 1 2 3 --rows 40  # the third set's arrangements in the fourth's languages
python benchmarks/adoption/run.py --set fifth --seed 1 2 3 --rows 40    # written blind: forms, accounts, cross-tabs; a part in rarer languages
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import third_layouts
from fifth_layouts import FIFTH_LAYOUTS
from fourth_layouts import FOURTH_LAYOUTS, UNUSUAL
from legacy_bench.book import Book
from legacy_bench.generate import known_layouts
from legacy_bench.score import score_workbook, summary
from other_layouts import OTHER_LAYOUTS
from sealed_layouts import SEALED_LAYOUTS
from third_layouts import THIRD_LAYOUTS

from workbench import adoption
from workbench.rates import RateBook


def _layouts(group: str, name: str) -> list[Callable[[int, int], Book]]:
    if group == "public":
        return list(known_layouts(name).values())
    if group == "crossed":
        third_layouts.speak(UNUSUAL)
    layouts = {
        "other": OTHER_LAYOUTS,
        "sealed": SEALED_LAYOUTS,
        "third": THIRD_LAYOUTS,
        "fourth": FOURTH_LAYOUTS,
        "crossed": THIRD_LAYOUTS,
        "fifth": FIFTH_LAYOUTS,
    }[group]
    return list(layouts.values()) if name == "all" else [layouts[name]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument(
        "--set", choices=("public", "other", "sealed", "third", "fourth", "crossed", "fifth"), default="public"
    )
    parser.add_argument("--layout", default="all")
    parser.add_argument("--rows", type=int, default=60)
    parser.add_argument("--data", type=Path, help="folder of workbooks made before, instead of making them")
    parser.add_argument("--keep", type=Path, help="folder for workbooks and results")
    parser.add_argument("--json", type=Path, help="write all figures here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        data, tool = options.data or folder / "data", folder / "tool"
        if not options.data:
            for make in _layouts(options.set, options.layout):
                for seed in options.seed:
                    make(seed, options.rows).save(data)
        results, book = [], RateBook.embedded()
        begun = time.process_time()
        for truth_file in sorted(data.glob("*/truth.json")):
            truth = json.loads(truth_file.read_text(encoding="utf-8"))
            plan = adoption.plan([truth_file.parent / truth["file"]], book)
            plan.export(tool)
            results.append(score_workbook(truth_file.parent, tool / truth_file.parent.name))
        print(summary(results))
        print(f"\n{len(results)} workbooks, {time.process_time() - begun:.1f} s of processor time in this process")
        cells = [
            sum(group.get(state, 0) for one in results for group in one["cells"].values())
            for state in ("right", "wrong", "blank")
        ]
        print(f"cells: {cells[0]} right, {cells[1]} wrong ({cells[1] / sum(cells):.2%}), {cells[2]} blank")
        core = sum(r["records"].get("core_right", 0) for r in results)
        total = sum(r["records"].get("truth", 0) for r in results)
        print(f"records with every core value right: {core} of {total} ({core / total:.1%})")
        if options.json:
            options.json.write_text(json.dumps(results, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
