"""Custom functions of the Excel add-in, end to end in Chromium: our batches beside one request a cell, in one run.

The page is the real one with the real office.js, the server the real one over TLS on this machine; only Excel itself is
a stand-in that calls the functions. Times are medians of wall clock, from the first call to the last answer.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

BATCHED = """async ([count, from]) => {
  const mapped = CustomFunctions._association.mappings.FX_RATE;
  const began = performance.now();
  const told = await Promise.all(
    Array.from({length: count}, (_, n) => mapped([['USD']], [['CNY']], [[from + n % 5000]], [[n < 5000 ? '' : 'on_or_before']], {address: ''})),
  );
  const took = performance.now() - began;
  if (told.length !== count || !told.every((one) => typeof one[0][0] === 'number')) throw new Error('a cell has no figure');
  return took;
}"""
ONE_BY_ONE = """async ([count, from]) => {
  const began = performance.now();
  const told = await Promise.all(
    Array.from({length: count}, (_, n) => Workbench.once('calls', {calls: [['FX_RATE', 'USD', 'CNY', from + n % 5000]]})),
  );
  const took = performance.now() - began;
  if (!told.every((one) => typeof one.results[0] === 'number')) throw new Error('a cell has no figure');
  return took;
}"""
RANGE = """async ([count, from]) => {
  const mapped = CustomFunctions._association.mappings.FX_RATE;
  const days = Array.from({length: count}, (_, n) => [from + n % 5000]);
  const began = performance.now();
  const told = await mapped([['USD']], [['CNY']], days, {address: ''});
  const took = performance.now() - began;
  if (told.length !== count) throw new Error('a cell is missing');
  return took;
}"""
FIRST_DAY = 38500  # in 2005, so that no two calls among 5,000 are the same question


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, nargs="+", default=[1, 1000, 10000])
    parser.add_argument("--peer", type=int, default=1000, help="cells of the run with one request a cell")
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()

    from playwright.sync_api import sync_playwright

    from tests.server.conftest import CHROMIUM, Served, open_pane

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        server = Served(Path(folder) / "home", None)
        server.start()
        try:
            browser = play.chromium.launch(
                executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
            )
            page = open_pane(browser, server)
            page.wait_for_selector("#connection.connected")
            page.evaluate(BATCHED, [10, FIRST_DAY])

            def timed(script: str, count: int, repeat: int) -> float:
                return statistics.median(page.evaluate(script, [count, FIRST_DAY]) for _ in range(repeat))

            peer = timed(ONE_BY_ONE, options.peer, max(1, options.repeat // 3))
            print(f"{'cells':>7}  {'how':<24} {'ms':>9} {'µs a cell':>10} {'against one request a cell':>27}")
            print(
                f"{options.peer:>7}  {'one request a cell':<24} {peer:9.1f} {peer / options.peer * 1000:10.1f} {'1':>27}"
            )
            for how, script in (("batched", BATCHED), ("one range formula", RANGE)):
                for count in options.cells:
                    took = timed(script, count, options.repeat)
                    ratio = (peer / options.peer) / (took / count)
                    print(f"{count:>7}  {how:<24} {took:9.1f} {took / count * 1000:10.1f} {ratio:26.1f}×")
            browser.close()
        finally:
            server.stop()


if __name__ == "__main__":
    main()
