"""Processes that write into a register while tests kill them, or let them compete.

A ``Writer`` is a Python that has everything imported and forks one process per job, so that a job starts within
milliseconds. The Python that forks never opens a register: no connection crosses a fork.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg  # noqa: F401 - imported once here instead of in every forked process

from workbench.register import Register, RowChanged

ROOT = Path(__file__).resolve().parents[2]


class Writer:
    """One forking Python; runs one job at a time. ``lines`` ends when the job's process is gone.

    ``module`` is what it runs: one whose ``main`` serves jobs.
    """

    def __init__(self, module: str = "tests.register.writer") -> None:
        self._python = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self.pid = 0
        self.status = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._python.stdin is not None
        if self.pid:
            self.kill()
        self._python.stdin.close()
        self._python.wait()
        assert self._python.stdout is not None
        self._python.stdout.close()

    def start(self, job: str, location: str, **arguments: Any) -> None:
        """Begin a job; returns when its process runs."""
        assert self._python.stdin is not None
        self._python.stdin.write(json.dumps([job, location, arguments]) + "\n")
        self._python.stdin.flush()
        self.pid = int(self._line()[1])

    def kill(self) -> None:
        """SIGKILL, unless the job has ended already."""
        if self.pid:  # 0 would be this very process and all of its group
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    def lines(self) -> Iterator[list[str]]:
        """What the job has told, word by word; sets ``status`` (-9 after a kill)."""
        while (words := self._line())[0] != "ended":
            yield words
        self.pid, self.status = 0, int(words[1])

    def _line(self) -> list[str]:
        assert self._python.stdout is not None
        line = self._python.stdout.readline()
        assert line.endswith("\n"), f"the writer died: {line!r}"
        return line.split()


def tell(*words: object) -> None:
    # One write of the whole line: a kill comes before or after it, never in between.
    os.write(1, f"{' '.join(map(str, words))}\n".encode())


def mixed(location: str, *, seed: int) -> None:
    """Small changes, large batches and undos for ever; tells each changeset once it is committed."""
    draw = random.Random(seed)
    with Register.open(location) as register:
        while True:
            kind = draw.random()
            if kind < 0.1 and (last := register.log(1)[0]).number > 1 and last.origin == "batch":
                made = register.undo(last.number, author="writer", reason="wrong file")
            else:
                with register.changeset(origin="batch", reason="customers", author="writer") as made:
                    rows = draw.randint(1000, 3000) if kind > 0.7 else draw.randint(1, 5)
                    ids = made.insert("customers", ({"legal_name": f"{seed} {n}", "tags": [n]} for n in range(rows)))
                    for one in ids[:3]:
                        made.update("customers", one, {"tier": "A", "tags": None})
                    made.delete("customers", ids[-1])
            tell("committed", made.number, made.hash)


def creating(location: str) -> None:
    """Create a register, and tell."""
    with Register.create(location, base_currency="EUR"):
        tell("created")


def increments(location: str, *, row: str, times: int) -> None:
    """Add 1 to a row's number ``times`` times, against others who do the same; tells how often it came too late."""
    late = 0
    with Register.open(location) as register:
        for _turn in range(times):
            while True:
                read = register.get("tasks", row)
                try:
                    with register.changeset(origin="test", reason="one more", author="writer") as cs:
                        more = {"summary": str(int(read["summary"]) + 1)}
                        cs.update("tasks", row, more, expected_version=read["version"])
                    break
                except RowChanged:
                    late += 1
    tell("late", late)


def batches(location: str, *, name: str, times: int, rows: int) -> None:
    """Insert batches of rows that all carry the batch's name."""
    with Register.open(location) as register:
        for turn in range(times):
            with register.changeset(origin="test", reason="batch", author=name) as cs:
                cs.insert("tasks", ({"summary": f"{name} {turn}", "state": "open"} for _row in range(rows)))
            tell("committed", cs.number, cs.hash)


JOBS: dict[str, Callable[..., None]] = {
    "mixed": mixed,
    "creating": creating,
    "increments": increments,
    "batches": batches,
}


def serve(jobs: Mapping[str, Callable[..., None]]) -> None:
    """Fork a process for each job that is asked for on standard input."""
    for line in sys.stdin:
        job, location, arguments = json.loads(line)
        pid = os.fork()
        if pid == 0:
            tell("pid", os.getpid())
            try:
                jobs[job](location, **arguments)
            except BaseException:  # noqa: BLE001 - the forked process must never go on with this loop
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        tell("ended", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


if __name__ == "__main__":
    serve(JOBS)
