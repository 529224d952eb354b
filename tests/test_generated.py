"""What scripts generate from data or code is what the repository holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    "script",
    [
        "make_countries.py",
        "make_reference.py",
        "make_doctor_reference.py",
        "make_functions.py",
        "make_golden.py",
        "make_unit_names.py",
    ],
)
def test_generated_file_is_up_to_date(script: str) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / script, "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"run python scripts/{script}"
