"""What the doctor is told about a bound workbook: whether it can be synchronised with its register, and what waits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbench.errors import FileRefused
from workbench.findings import Finding
from workbench.register import Register
from workbench.sync.carried import Unbound
from workbench.sync.closed import ClosedFile
from workbench.sync.engine import status

__all__ = ["examine_binding"]


def examine_binding(register: Register, path: Path) -> Iterator[Finding]:
    """Findings about the workbook as a view of the register; a workbook that is not bound has none."""
    try:
        told = status(register, ClosedFile(path))
    except Unbound:
        return
    except FileRefused as refused:
        details = {"why": refused.message, "what": refused.remedy}
        yield Finding("sync.unusable", refused.where or path.name, details=details)
        return
    yield from told.refused
    yield from told.notes
    for one in told.conflicts:
        details = {"field": one.heading, "theirs": one.theirs or "—", "author": one.author or "—"}
        yield Finding("sync.conflict", one.place, one.mine or "—", details=details)
    if told.asked:
        yield Finding("sync.asked", path.name, str(len(told.asked)))
