"""Every notebook is as a notebook should lie, and runs from top to bottom, also with other parameters and other data."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from tests.notebooks.conftest import NOTEBOOKS, Run
from workbench.register import Register

CHANGED: dict[str, dict[str, object]] = {
    "start_here": {"as_of": "2026-06-30"},
    "profitability": {"as_of": "2026-06-15", "shock_percent": -7, "hedge_percent": 40, "order_of_effects": "fx_first"},
    "fx_exposure": {"as_of": "2026-08-31", "currency": "JPY", "days": 30, "confidence": 99, "seed": 7},
    "receivables": {"as_of": "2026-03-31", "most": 3, "sales_days": 180},
    "month_end": {"as_of": "2026-08-17"},
    "clean_duplicates": {"as_of": "2026-08-31"},
    "match_receipts": {"as_of": "2025-12-31"},
    "adopt_legacy_sheets": {"as_of": "2026-08-31"},
}
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def text_of(notebook: Any) -> str:
    """Everything that the page would show."""
    told = []
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            told.append(data.get("text/html") or data.get("text/plain") or output.get("text", ""))
    return "\n".join(told)


def test_all_notebooks_are_there() -> None:
    assert {path.stem for path in NOTEBOOKS} == set(CHANGED)


@each
def test_it_is_stripped_and_has_fixed_ids(path: Path) -> None:
    found = cells(path)
    code = [cell for cell in found if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)
    assert [cell["id"] for cell in found] == [f"{path.stem.replace('_', '-')}-{n:02d}" for n in range(len(found))]
    assert "widgets" not in json.loads(path.read_text(encoding="utf-8"))["metadata"]


@each
def test_its_cells_are_short_and_hold_no_logic(path: Path) -> None:
    found = cells(path)
    assert found[0]["cell_type"] == "markdown"
    assert "?" in found[0]["source"][0], "opens with its question"
    assert found[1]["metadata"]["tags"] == ["parameters"]
    parameters = ast.parse("".join(found[1]["source"]))
    assert all(isinstance(line, ast.Assign) for line in parameters.body)
    for line in parameters.body:
        ast.literal_eval(line.value)  # type: ignore[attr-defined]
    forbidden = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Lambda, ast.comprehension, ast.If, ast.Try)
    for cell in found[2:]:
        if cell["cell_type"] == "code":
            assert not any(isinstance(node, forbidden) for node in ast.walk(ast.parse("".join(cell["source"]))))
            assert len(cell["source"]) <= 6
    last = [cell for cell in found if cell["cell_type"] == "code"][-1]
    assert any(isinstance(node, ast.Assert) for node in ast.parse("".join(last["source"])).body)


@each
@pytest.mark.parametrize("changed", [False, True], ids=["default", "changed"])
def test_it_runs(path: Path, run: Run, demo_dir: Path, *, changed: bool) -> None:
    register = demo_dir / "register.sqlite"
    before = state(register)
    parameters = {"register_path": str(register)} | (CHANGED[path.stem] if changed else {})
    notebook = run(path, parameters)
    told = text_of(notebook)
    assert "All control totals agree." in told
    assert "✗" not in told
    assert state(register) == before, "running a notebook changes nothing"


def test_without_parameters_it_reads_the_demo_beside_it(run: Run, demo_dir: Path) -> None:
    path = next(path for path in NOTEBOOKS if path.stem == "start_here")
    notebook = run(path, {}, folder=demo_dir.parent)
    assert "2026-09-30" in text_of(notebook)


def state(register: Path) -> str:
    with Register.open(register, read_only=True) as opened:
        return opened.state_hash()
