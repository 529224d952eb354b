"""The worked examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).resolve().parent.parent / "data" / "money_vectors.json"


@pytest.fixture(scope="session")
def vectors() -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in json.loads(VECTORS.read_text(encoding="utf-8"))}
