"""The scan on Spark beside the scan on one machine: the same pairs and clusters, and what each costs.

python benchmarks/duplicates/on_spark.py                                                   # 2,000 rows, two threads
python benchmarks/duplicates/on_spark.py --rows 100000 --master "local-cluster[2,1,2048]"  # two workers, 2 GB each

Processor seconds are of the driver and of all that it started, the workers' Python among them.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parents[1]))

from run import bench  # noqa: E402 - a sibling script

from workbench.duplicates import clusters, scan  # noqa: E402 - found through the line above
from workbench.duplicates.spark import scan_on_spark, session  # noqa: E402


def _spent() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=341)
    parser.add_argument("--master", default="local[2]")
    args = parser.parse_args()
    rows, _, _ = bench(args.rows, args.seed)
    start, began = time.perf_counter(), _spent()
    alone = scan(rows, id_column="row_id")
    joined = clusters(alone)
    print("| | seconds by the clock | cpu s | pairs | clusters |\n|---|---|---|---|---|")
    seconds, cpu = time.perf_counter() - start, _spent() - began
    print(f"| one machine | {seconds:.0f} | {cpu:.0f} | {len(alone)} | {len(set(joined.values()))} |", flush=True)
    start, began = time.perf_counter(), _spent()
    with session(args.master) as spark:
        found = scan_on_spark(spark, rows, id_column="row_id")
    together = clusters(found)
    seconds, cpu = time.perf_counter() - start, _spent() - began
    print(f"| {args.master} | {seconds:.0f} | {cpu:.0f} | {len(found)} | {len(set(together.values()))} |")
    same = found == alone and together == joined
    print(f"\npairs, scores, decisions, reasons and clusters {'are the same' if same else 'DIFFER'}")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
