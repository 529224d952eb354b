"""What the add-in is told about this computer: which Python to start, and which register to look into.

One file in the user's own profile, in the form that xlwings' VBA reads. Nothing in a workbook, and no file beside one,
can say otherwise.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from pathlib import Path

from workbench.files import written_whole

__all__ = ["read_settings", "settings_file", "write_settings"]


def settings_file() -> Path:
    """Where the settings lie, whether they exist or not."""
    home = os.environ.get("USERPROFILE") if os.name == "nt" else None
    return Path(home or Path.home()) / ".workbench" / "workbench.conf"


def read_settings(path: Path | None = None) -> dict[str, str]:
    """The settings by name; none where there is no file."""
    path = path or settings_file()
    if not path.is_file():
        return {}
    rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
    return {row[0].upper(): row[1] for row in rows if len(row) == 2}


def write_settings(settings: Mapping[str, str], path: Path | None = None) -> Path:
    """Write the settings; returns where.

    Raises:
        ValueError: a value holds a quotation mark or a line break, which VBA cannot read back.
    """
    path = path or settings_file()
    for value in settings.values():
        if '"' in value or "\n" in value or "\r" in value:
            raise ValueError(value)
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as beside:
        beside.write_text("".join(f'"{name}","{value}"\r\n' for name, value in settings.items()), "utf-8", newline="")
    return path
