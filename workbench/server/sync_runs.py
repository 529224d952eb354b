"""Synchronisations from the task pane: begun, fed with cells, followed step by step until there is a report."""

from __future__ import annotations

import queue
import secrets
import threading
import time
from collections.abc import Mapping
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any

from anyio import to_thread

from workbench.errors import WorkbenchError
from workbench.findings import Finding
from workbench.i18n import _
from workbench.rate_store import load_book
from workbench.register import Register
from workbench.reports.bound_workbook import fresh_image
from workbench.server.errors import BadRequest
from workbench.server.guard import broken_at
from workbench.server.page_port import PagePort
from workbench.sync import SyncReport, pull, push, status

__all__ = ["SyncRuns"]

_ACTIONS = frozenset({"status", "pull", "push"})
_KEPT = 900.0
_STEP = 5.0
_SHOWN = 50


@dataclass(slots=True)
class _Run:
    action: str
    user: str
    port: PagePort
    began: float = field(default_factory=time.monotonic)
    thread: threading.Thread | None = None


class SyncRuns:
    """The runs of all users; each has one at a time, and a new one takes the place of one that was left."""

    def __init__(self, location: str) -> None:
        self._location = location
        self._runs: dict[str, _Run] = {}

    def begin(self, asked: Mapping[str, Any], user: str) -> dict[str, Any]:
        """``{"action", "name", "place"}`` → ``{"run": number}``."""
        action, name, place = (asked.get(one, "") for one in ("action", "name", "place"))
        if not isinstance(action, str) or not isinstance(name, str) or not isinstance(place, str):
            raise BadRequest(_("That is no synchronisation."))
        if action not in _ACTIONS:
            raise BadRequest(_("That is no synchronisation."))
        now = time.monotonic()
        for number, run in list(self._runs.items()):
            if (run.user == user and not (run.thread and run.thread.is_alive())) or now - run.began > _KEPT:
                del self._runs[number]
        number = secrets.token_urlsafe(12)
        self._runs[number] = _Run(action, user, PagePort(name, place[:2000]))
        return {"run": number}

    def sheet(self, asked: Mapping[str, Any], user: str) -> dict[str, Any]:
        """Cells of a sheet: ``{"run", "sheet", "top", "left", "rows"}``."""
        run = self._run(asked, user)
        sheet, top, left, rows = (asked.get(one) for one in ("sheet", "top", "left", "rows"))
        if (
            run.thread is not None
            or not isinstance(sheet, str)
            or not isinstance(top, int)
            or not isinstance(left, int)
            or not isinstance(rows, list)
        ):
            raise BadRequest(_("That is no part of a sheet."))
        run.port.take(sheet, top, left, rows)
        return {}

    async def next(self, asked: Mapping[str, Any], user: str) -> dict[str, Any]:
        """What the pane is to do next: ``{"write": edits}``, ``{"step": words}``, ``{"report": …}`` or ``{"error": …}``."""
        run = self._run(asked, user)
        if run.thread is None:
            context = copy_context()
            run.thread = threading.Thread(target=context.run, args=(self._work, run), daemon=True)
            run.thread.start()
        return await to_thread.run_sync(_next, run.port)

    def written(self, asked: Mapping[str, Any], user: str) -> dict[str, Any]:
        """The pane has written: ``{"run", "problem"}``, the problem empty where there was none."""
        problem = asked.get("problem", "")
        self._run(asked, user).port.written(problem if isinstance(problem, str) else "?")
        return {}

    def _run(self, asked: Mapping[str, Any], user: str) -> _Run:
        number = asked.get("run")
        run = self._runs.get(number) if isinstance(number, str) else None
        if run is None or run.user != user:
            raise BadRequest(_("The server knows nothing of this synchronisation."), remedy=_("Begin it again."))
        return run

    def _work(self, run: _Run) -> None:
        try:
            with Register.open(self._location, actor=run.user) as register:
                report = _synchronise(register, run)
            run.port.outbox.put({"report": _told(report)})
        except WorkbenchError as error:
            run.port.outbox.put({"failure": error.as_dict()})
        except Exception:  # noqa: BLE001 - the pane must hear of it, and nobody else can tell it
            run.port.outbox.put({"failure": broken_at("sync")})


def _next(port: PagePort) -> dict[str, Any]:
    try:
        told = port.outbox.get(timeout=_STEP)
    except queue.Empty:
        return {"step": ""}
    while "step" in told:
        try:
            told = port.outbox.get_nowait()
        except queue.Empty:
            break
    return told


def _synchronise(register: Register, run: _Run) -> SyncReport:
    def step(stage: str, _done: int, _total: int) -> None:
        run.port.outbox.put({"step": stage})

    if run.action == "status":
        return status(register, run.port, progress=step)
    if run.action == "push":
        return push(register, run.port, author=run.user, progress=step)
    rates = load_book(register)
    return pull(
        register,
        run.port,
        author=run.user,
        fresh=lambda words, views: fresh_image(register, rates, words, views),
        progress=step,
    )


def _told(report: SyncReport) -> dict[str, Any]:
    names = ("created", "updated", "deleted", "edits", "same", "refreshed", "added", "gone", "changeset")
    return {
        **{name: getattr(report, name) for name in names},
        "file": report.file,
        "conflicts": [
            {"place": one.place, "mine": str(one.mine), "theirs": str(one.theirs), "author": one.author}
            for one in report.conflicts[:_SHOWN]
        ],
        "conflict_count": len(report.conflicts),
        "refused": _findings(report.refused),
        "asked": _findings(report.asked),
        "notes": _findings(report.notes),
        "unwritten": report.unwritten.message if report.unwritten else "",
    }


def _findings(findings: list[Finding]) -> list[dict[str, str]]:
    return [{"place": one.where, "message": one.message, "remedy": one.remedy} for one in findings[:_SHOWN]]
