"""The calls of cells: a batch in, results or the numbers of jobs out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from anyio import CapacityLimiter, to_thread

from workbench.i18n import _, current_language
from workbench.server.errors import BadRequest, TooMuch
from workbench.server.lane import Job, Lane
from workbench.server.limits import Limits
from workbench.server.ports import AddIn, Call

__all__ = ["Calls"]

_AT_FIRST = 0.25
"""Seconds that a batch waits for its slow calls before it tells their numbers."""
_LONGEST_WAIT = 20.0
_PIECE = 500
"""Quick calls between two looks at the clock and at whether anybody still listens."""


class Calls:
    """Answers batches: quick calls at once in a thread, slow ones in the lane."""

    def __init__(self, addin: AddIn, limits: Limits) -> None:
        self._addin, self._limits = addin, limits
        self._threads = CapacityLimiter(4)
        self.lane = Lane(addin, waiting=limits.waiting, slow_call=limits.slow_call)

    async def answer(self, asked: object, user: str, gone: Callable[[], bool]) -> dict[str, Any]:
        """``{"calls": [[NAME, argument, …], …]}`` → ``{"results": […]}``; ``{"job": number}`` is answered later.

        Raises:
            BadRequest, TooMuch: it is no batch, or too large a one.
        """
        calls = self._read(asked)
        quick = [number for number, one in enumerate(calls) if self._addin.is_quick(one[0])]
        chosen = set(quick)
        slow = [number for number in range(len(calls)) if number not in chosen]
        results: list[Any] = [None] * len(calls)
        jobs = self.lane.submit([calls[number] for number in slow], current_language()[:2], user)
        if quick:
            told = await to_thread.run_sync(
                self._quick, [calls[number] for number in quick], gone, limiter=self._threads
            )
            for number, result in zip(quick, told, strict=True):
                results[number] = result
        if jobs:
            await self._wait(jobs, _AT_FIRST)
            for number, job in zip(slow, jobs, strict=True):
                results[number] = self._told(job)
        return {"results": results}

    async def jobs(self, asked: object, user: str) -> dict[str, Any]:
        """``{"jobs": [number, …], "wait": seconds}`` → ``{"results": […]}``; None is a job that is not known any more."""
        numbers = _numbers(asked, self._limits.calls)
        wait = asked.get("wait") if isinstance(asked, dict) else 0
        seconds = min(float(wait), _LONGEST_WAIT) if isinstance(wait, int | float) and wait > 0 else 0.0
        jobs = [self.lane.job(number, user) for number in numbers]
        await self._wait([job for job in jobs if job], seconds)
        return {"results": [self._told(job) if job else None for job in jobs]}

    def cancel(self, asked: object, user: str) -> dict[str, Any]:
        """``{"jobs": [number, …]}``: nobody wants them any more."""
        found = [self.lane.job(number, user) for number in _numbers(asked, self._limits.calls)]
        for job in filter(None, found):
            self.lane.cancel(job)
        return {"cancelled": sum(job is not None for job in found)}

    def _told(self, job: Job) -> Any:
        if not job.done.is_set():
            return {"job": job.id}
        self.lane.forget(job)
        return job.result

    async def _wait(self, jobs: Sequence[Job], seconds: float) -> None:
        """Until one of them is done that was not before, or all, or the time is over."""
        waits = [asyncio.create_task(job.done.wait()) for job in jobs if not job.done.is_set()]
        if len(waits) < len(jobs) and seconds > _AT_FIRST:
            seconds = _AT_FIRST  # something can be told already
        try:
            if waits:
                done, _left = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
                if done:
                    await asyncio.wait(waits, timeout=min(seconds, _AT_FIRST))
        finally:
            for one in waits:
                one.cancel()

    def _quick(self, calls: Sequence[Call], gone: Callable[[], bool]) -> list[Any]:
        overdue = time.monotonic() + self._limits.answering
        answers = self._addin.answers(calls, lambda: gone() or time.monotonic() > overdue)
        results: list[Any] = []
        while piece := list(islice(answers, _PIECE)):
            results += piece
        if len(results) < len(calls):
            refusal = self._addin.refusal(_("The cells took too long together; calculate fewer at once."))
            results += [refusal] * (len(calls) - len(results))
        return results

    def _read(self, asked: object) -> list[Call]:
        calls = asked.get("calls") if isinstance(asked, dict) else None
        if not isinstance(calls, list) or not all(
            isinstance(one, list) and one and isinstance(one[0], str) for one in calls
        ):
            raise BadRequest(_("That is no batch of calls."))
        if len(calls) > self._limits.calls:
            raise TooMuch(_("These are more than {count} calls.").format(count=self._limits.calls))
        if sum(map(_size, calls)) > self._limits.cells:
            raise TooMuch(_("These are more than {count} cells.").format(count=self._limits.cells))
        return calls


def _size(call: Call) -> int:
    return sum(
        sum(len(row) if isinstance(row, list) else 1 for row in one) if isinstance(one, list) else 1 for one in call
    )


def _numbers(asked: object, most: int) -> list[str]:
    numbers = asked.get("jobs") if isinstance(asked, dict) else None
    if not isinstance(numbers, list) or not all(isinstance(one, str) for one in numbers):
        raise BadRequest(_("That is no list of jobs."))
    if len(numbers) > most:
        raise TooMuch(_("These are more than {count} calls.").format(count=most))
    return numbers
