"""Where a person's server keeps what is his alone."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

__all__ = ["private_folder", "write_private"]


def private_folder() -> Path:
    """The folder for certificate and tokens: WORKBENCH_HOME, or where the system keeps a person's settings."""
    named = os.environ.get("WORKBENCH_HOME")
    if named:
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "Workbench"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Workbench"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "workbench"


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made readable for its owner only
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
