"""Notebooks as they lie, run headless on one shared register of the demo."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
Run = Callable[..., tuple[Any, float]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a notebook with parameters set after its own; gives it with outputs, and the processor seconds it took."""
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    monkeypatch.setenv("WORKBENCH_LANG", "en")
    monkeypatch.delenv("WORKBENCH_REGISTER", raising=False)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(NOTEBOOKS[0].parents[1]), os.environ.get("PYTHONPATH", "")]))

    def go(path: Path, parameters: Mapping[str, object], folder: Path = tmp_path) -> tuple[Any, float]:
        notebook = nbformat.read(path, as_version=4)
        lines = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
        cell = nbformat.v4.new_code_cell(lines, metadata={"tags": ["injected-parameters"]})
        notebook.cells.insert(2, cell)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        client = NotebookClient(
            notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
        )
        client.execute()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return notebook, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    return go
