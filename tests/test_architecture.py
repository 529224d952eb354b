"""The shape of the code: imports go one way, start-up stays light, and no forbidden habit slips in."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "workbench"

LEVELS = {
    "errors": 0,
    "files": 0,
    "findings": 0,
    "guards": 0,
    "i18n": 0,
    "money": 0,
    "on_demand": 0,
    "dates": 0,
    "places": 0,
    "reasons": 0,
    "archives": 1,
    "rates": 1,
    "pricing": 1,
    "refusals": 1,
    "rate_files": 2,
    "rate_sources": 2,
    "register": 2,
    "sheets": 2,
    "splicing": 2,
    "statements": 3,
    "spellings": 3,
    "rate_store": 3,
    "sync": 4,
    "duplicates": 3,
    "settlement": 3,
    "analysis": 3,
    "matching": 4,
    "receipts": 4,
    "adoption": 4,
    "profit": 4,
    "exposure": 4,
    "charts": 5,
    "reports": 5,
    "doctor": 5,
    "demo": 6,
    "packs": 6,
    "panels": 6,
    "server": 6,
    "cli": 7,
}
# Inside level 0 and where a level has several rooms, these may use those.
SAME_LEVEL = {("errors", "i18n"), ("findings", "i18n"), ("money", "errors"), ("money", "i18n"), ("money", "findings"),
              ("dates", "errors"), ("dates", "i18n"), ("dates", "findings"), ("i18n", "errors"),
              ("settlement", "rate_store"), ("panels", "demo")}  # fmt: skip
SCALAR_PATH_FORBIDS = {"numpy", "pandas", "sqlalchemy", "xlwings", "openpyxl", "lxml", "click", "rich"}


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            if node.module == "workbench":
                for alias in node.names:
                    yield f"workbench.{alias.name}", node.lineno
            else:
                yield node.module, node.lineno


def test_every_room_has_a_level() -> None:
    rooms = {room_of(path) for path in sources()} - {"__init__", "__main__"}
    assert rooms <= LEVELS.keys()


def test_imports_go_to_lower_levels_only() -> None:
    wrong = []
    for path in sources():
        here = room_of(path)
        if here in {"__init__", "__main__"}:
            continue
        for name, line in imports_of(path):
            if not name.startswith("workbench."):
                continue
            there = name.split(".")[1]
            if there == here or there not in LEVELS or (here, there) in SAME_LEVEL:
                continue
            if LEVELS[there] >= LEVELS[here]:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert not wrong


def test_imports_are_absolute() -> None:
    """A relative import would go unseen by the test of levels."""
    relative = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not relative


def test_a_module_is_short_enough_to_be_read_at_once() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in [*sources(), *sorted((ROOT / "udfs").rglob("*.py"))]
        if "migrations" not in path.parts and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 600
    }
    assert not long


@pytest.mark.parametrize(
    "module",
    [
        "workbench.money",
        "workbench.rates",
        "workbench.dates",
        "workbench.findings",
        "workbench.reasons",
        "udfs.functions",
    ],
)
def test_scalar_path_loads_nothing_heavy(module: str) -> None:
    script = f"import sys, {module}; print(' '.join(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    assert not SCALAR_PATH_FORBIDS & set(loaded)


def test_no_pickle_no_eval_no_builtin_round_on_money() -> None:
    wrong = []
    for path in [*sources(), *sorted((ROOT / "udfs").rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = ""
            if isinstance(node, ast.Import):
                name = next((a.name for a in node.names if a.name in {"pickle", "joblib", "shelve", "marshal"}), "")
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}:
                name = node.func.id
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "round":
                name = "round"
            if name:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} uses {name}")
    assert not wrong


def test_error_codes_are_unique_and_dotted() -> None:
    import importlib
    import pkgutil

    import workbench
    from workbench.errors import WorkbenchError

    for module in pkgutil.walk_packages(workbench.__path__, "workbench."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    codes: dict[str, str] = {}

    def visit(kind: type[WorkbenchError]) -> None:
        for child in kind.__subclasses__():
            if child.__module__.startswith("workbench."):
                if "code" in vars(child):
                    assert re.fullmatch(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)+", child.code), child
                    assert codes.setdefault(child.code, child.__qualname__) == child.__qualname__
                assert child.__doc__, f"{child.__qualname__} says nothing about itself"
            visit(child)

    visit(WorkbenchError)
    assert {
        "rate.missing",
        "rate.stale",
        "rate.retired",
        "rate.before-first",
        "currency.unknown",
        "rate.suspect",
    } <= codes.keys()


def test_code_speaks_only_of_the_project() -> None:
    machine_path = re.compile(r"(?<![\w.])/(root|work|home|farm)/")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    wrong = []
    for name in filter(None, tracked):
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".sh", ".txt", ".po", ".ini"} and path.is_file():
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if machine_path.search(line) and "test_architecture" not in name:
                    wrong.append(f"{name}:{number}")
    assert not wrong
