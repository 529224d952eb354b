"""Run as ``python -m udfs.service``: serves this user's spreadsheet programs until nobody asks any more."""

from __future__ import annotations

import argparse
from pathlib import Path

from udfs.service import wire
from udfs.service.server import serve


def main() -> int:
    """Serve; 0 also where another service is at work already."""
    reader = argparse.ArgumentParser(prog="python -m udfs.service", description=__doc__)
    reader.add_argument("--folder", type=Path, default=wire.state_folder(), help="secret, address and lock")
    reader.add_argument("--idle", type=float, default=900.0, help="seconds without a request after which it ends")
    asked = reader.parse_args()
    return serve(asked.folder, idle=asked.idle)


if __name__ == "__main__":
    raise SystemExit(main())
