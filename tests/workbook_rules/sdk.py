"""A workbook against Microsoft's own Open XML SDK: schema, semantics and package, as Office 2019 takes them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

__all__ = ["sdk_problems"]

_PROGRAM = (
    Path(__file__).with_name("open_xml_sdk") / "node_modules" / "@xarsh" / "ooxml-validator" / "dist" / "src" / "cli.js"
)


def sdk_problems(path: Path) -> list[str]:
    """Every error that the SDK finds; skips the test where the SDK is not installed (``scripts/open_xml_sdk.sh``)."""
    node = shutil.which("node")
    if node is None or not _PROGRAM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("the Open XML SDK is not installed, and in CI nothing is skipped")
        pytest.skip("the Open XML SDK is not installed: sh scripts/open_xml_sdk.sh")
    done = subprocess.run(
        [node, _PROGRAM, path, "--officeVersion", "Office2019"], capture_output=True, text=True, check=False
    )
    answer = json.loads(done.stdout)
    return [f"{one['path']} {one.get('xPath', '')}: {one['description']}" for one in answer["errors"]]
