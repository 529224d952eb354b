"""The lane for calls that may take long: one process that answers them, ended where a call is cancelled or overdue."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from workbench.i18n import _, speaking
from workbench.server.errors import TooMuch
from workbench.server.ports import AddIn, Call

__all__ = ["Job", "Lane"]

_LOG = logging.getLogger("workbench.server")
_AT_ONCE = 256
"""Calls given to the process in one go."""
_KEPT = 300.0
"""Seconds for which a result waits to be fetched."""
_LONGEST_LINE = 64 << 20


@dataclass(eq=False, slots=True)
class Job:
    """One call that is answered later."""

    call: Call
    language: str
    user: str
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    done: asyncio.Event = field(default_factory=asyncio.Event)
    result: Any = None
    cancelled: bool = False


class Lane:
    """Answers jobs in order, some at a time, in a process of its own that starts with the first job."""

    def __init__(self, addin: AddIn, *, waiting: int, slow_call: float) -> None:
        self._addin, self._most, self._slow_call = addin, waiting, slow_call
        self._queue: deque[Job] = deque()
        self._jobs: dict[str, Job] = {}
        self._running: list[Job] = []
        self._process: asyncio.subprocess.Process | None = None
        self._news = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    def submit(self, calls: list[Call], language: str, user: str) -> list[Job]:
        """Queue calls.

        Raises:
            TooMuch: too many are waiting already.
        """
        if not calls:
            return []
        if len(self._jobs) + len(calls) > self._most:
            raise TooMuch(_("Too many calls are waiting."), remedy=_("Wait, or close workbooks."))
        jobs = [Job(call, language, user) for call in calls]
        for job in jobs:
            self._jobs[job.id] = job
        self._queue.extend(jobs)
        self._news.set()
        if self._loop is None or self._loop.done():
            self._loop = asyncio.create_task(self._work())
        return jobs

    def job(self, number: str, user: str) -> Job | None:
        """A job of that person; None where it is not known (any more)."""
        job = self._jobs.get(number)
        return job if job is not None and job.user == user else None

    def forget(self, job: Job) -> None:
        """Let a job go whose result was fetched."""
        self._jobs.pop(job.id, None)

    def cancel(self, job: Job) -> None:
        """Nobody wants the result any more; where the process is busy with nothing else, it is ended."""
        job.cancelled = True
        job.done.set()
        self.forget(job)
        if self._running and all(one.cancelled or one.done.is_set() for one in self._running):
            self._end()

    async def close(self) -> None:
        """End the process and everything that waits."""
        if self._loop is not None:
            self._loop.cancel()
            with suppress(asyncio.CancelledError):
                await self._loop
        process = self._process
        self._end()
        if process is not None:
            await process.wait()

    def _end(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _work(self) -> None:
        while True:
            while not self._queue:
                self._news.clear()
                await self._news.wait()
            batch = self._next_batch()
            if batch:
                await self._answer(batch)

    def _next_batch(self) -> list[Job]:
        """The next jobs of one language that somebody still wants."""
        batch: list[Job] = []
        while self._queue and len(batch) < _AT_ONCE:
            if self._queue[0].cancelled:
                self._queue.popleft()
            elif batch and self._queue[0].language != batch[0].language:
                break
            else:
                batch.append(self._queue.popleft())
        return batch

    async def _answer(self, batch: list[Job]) -> None:
        self._running = batch
        waiting = deque(batch)
        try:
            process = await self._started()
            line = json.dumps({"language": batch[0].language, "calls": [job.call for job in batch]})
            assert process.stdin is not None  # noqa: S101 - it was asked for
            assert process.stdout is not None  # noqa: S101
            process.stdin.write(line.encode() + b"\n")
            await process.stdin.drain()
            while waiting:
                async with asyncio.timeout(self._slow_call):
                    told = await process.stdout.readline()
                if not told:
                    raise ConnectionError
                self._finish(waiting.popleft(), json.loads(told))
        except TimeoutError:
            job = waiting.popleft()
            with speaking(job.language):
                refusal = _("It took longer than {seconds} seconds.").format(seconds=int(self._slow_call))
            self._finish(job, self._addin.refusal(refusal))
            await self._again(waiting)
        except (OSError, ValueError):
            # Ended because its call was cancelled, or it died; the call it died of must not kill the next one.
            if waiting:
                job = waiting.popleft()
                if not job.cancelled:
                    _LOG.error("the process for slow calls ended at %s", job.call[0])
                    with speaking(job.language):
                        self._finish(job, self._addin.refusal(_("The function failed; the server's log says why.")))
            await self._again(waiting)
        finally:
            self._running = []

    async def _again(self, waiting: deque[Job]) -> None:
        self._queue.extendleft(reversed([job for job in waiting if not job.cancelled]))
        self._end()
        if self._process is not None:
            await self._process.wait()

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *self._addin.worker(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=_LONGEST_LINE,
                env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            )
        return self._process

    def _finish(self, job: Job, result: Any) -> None:
        job.result = result
        job.done.set()
        asyncio.get_running_loop().call_later(_KEPT, self.forget, job)
