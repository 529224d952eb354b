"""Every command that the documentation shows is run, in the order it is shown."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("README*.md"), *(ROOT / "docs").glob("*.md")])
FENCE = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands_of(page: Path) -> list[str]:
    """Shell lines of a page's ``sh`` blocks; a trailing backslash joins lines."""
    lines = []
    for block in FENCE.findall(page.read_text(encoding="utf-8")):
        lines += [line.strip() for line in block.replace("\\\n", " ").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def test_pages_show_commands() -> None:
    assert sum(len(commands_of(page)) for page in PAGES) > 30


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_of_page_run(page: Path, demo_dir: Path, tmp_path: Path) -> None:
    """Each page starts in a folder that holds a fresh copy of ``demo/`` and the sample files of ``workbooks/``."""
    shutil.copytree(demo_dir, tmp_path / "demo")
    shutil.copytree(ROOT / "workbooks" / "demo", tmp_path / "workbooks" / "demo")
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "WORKBENCH_AUTHOR": "li.na",
        "WORKBENCH_REGISTER": "demo/register.sqlite",
    }
    for line in commands_of(page):
        words = line.split()
        if words[0] == "make":
            assert set(words[1:]) <= targets(), line
            continue
        if words[0] in {"git", "cd"}:
            continue
        done = subprocess.run(
            ["sh", "-c", line], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        expected = 1 if line.endswith("# refused") else 0
        assert done.returncode == expected, f"{page.name}: {line}\n{done.stdout}\n{done.stderr}"


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
