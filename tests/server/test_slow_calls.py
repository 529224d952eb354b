"""Calls that take long: answered later, cancelled for real, kept within a time, and never in the way of quick ones."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from workbench.server.calls import Calls
from workbench.server.limits import Limits

# Answers SLOW after its argument's seconds, DIE by ending the process, WHO by its own number, all else by its name.
WORKER = """
import json, os, sys, time
for line in sys.stdin:
    for name, *arguments in json.loads(line)["calls"]:
        if name == "SLOW":
            time.sleep(arguments[0])
        if name == "DIE":
            os._exit(1)
        print(json.dumps(os.getpid() if name == "WHO" else name), flush=True)
"""


class Host:
    """A host whose quick function is QUICK."""

    def __init__(self, folder: Path) -> None:
        self.script = folder / "worker.py"
        self.script.write_text(WORKER, encoding="utf-8")

    def file(self, _name: str, _origin: str) -> None:
        return None

    def is_quick(self, name: object) -> bool:
        return name == "QUICK"

    def answers(self, calls: Sequence[Any], stop: Callable[[], bool]) -> Iterator[Any]:
        for one in calls:
            if stop():
                return
            if len(one) > 1:
                time.sleep(one[1])
            yield "quick"

    def refusal(self, message: str) -> Any:
        return {"error": "#N/A", "message": message}

    def worker(self) -> list[str]:
        return [sys.executable, str(self.script)]


def run(work: Callable[[Calls], Coroutine[Any, Any, None]], folder: Path, **limits: Any) -> None:
    async def whole() -> None:
        calls = Calls(Host(folder), Limits(**limits))
        try:
            await work(calls)
        finally:
            await calls.lane.close()

    asyncio.run(asyncio.wait_for(whole(), 60))


async def ask(calls: Calls, *asked: Any, gone: Callable[[], bool] = lambda: False) -> list[Any]:
    told: list[Any] = (await calls.answer({"calls": list(asked)}, "li.na", gone))["results"]
    return told


async def finished(calls: Calls, job: str) -> Any:
    while True:
        (told,) = (await calls.jobs({"jobs": [job], "wait": 5}, "li.na"))["results"]
        if not (isinstance(told, dict) and "job" in told):
            return told


def test_slow_calls_are_answered_later_and_quick_ones_now(tmp_path: Path) -> None:
    async def work(calls: Calls) -> None:
        quick, slow = await ask(calls, ["QUICK"], ["SLOW", 1.5])
        assert quick == "quick"
        assert await ask(calls, ["QUICK"]) == ["quick"]
        assert await finished(calls, slow["job"]) == "SLOW"
        assert (await calls.jobs({"jobs": [slow["job"]]}, "li.na"))["results"] == [None]  # fetched, so forgotten

    run(work, tmp_path)


def test_results_come_in_the_order_of_the_calls(tmp_path: Path) -> None:
    async def work(calls: Calls) -> None:
        told = await ask(calls, *([f"N{number}"] for number in range(700)))
        results = [await finished(calls, one["job"]) if isinstance(one, dict) else one for one in told]
        assert results == [f"N{number}" for number in range(700)]

    run(work, tmp_path)


def test_a_job_is_its_own_persons_only(tmp_path: Path) -> None:
    async def work(calls: Calls) -> None:
        (slow,) = await ask(calls, ["SLOW", 1])
        assert (await calls.jobs({"jobs": [slow["job"]]}, "wang"))["results"] == [None]
        assert calls.cancel({"jobs": [slow["job"]]}, "wang") == {"cancelled": 0}
        assert await finished(calls, slow["job"]) == "SLOW"

    run(work, tmp_path)


def test_a_cancelled_call_ends_its_process_and_the_next_one_gets_another(tmp_path: Path) -> None:
    async def work(calls: Calls) -> None:
        told = await ask(calls, ["WHO"])
        first = told[0] if isinstance(told[0], int) else await finished(calls, told[0]["job"])
        (slow,) = await ask(calls, ["SLOW", 3600])
        assert calls.cancel({"jobs": [slow["job"]]}, "li.na") == {"cancelled": 1}
        (who,) = await ask(calls, ["WHO"])
        second = who if isinstance(who, int) else await finished(calls, who["job"])
        assert second != first
        with pytest.raises(ProcessLookupError):
            os.kill(first, 0)

    run(work, tmp_path)


def test_a_call_that_takes_too_long_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    async def work(calls: Calls) -> None:
        told = await ask(calls, ["SLOW", 3600], ["AFTER"])
        results = [await finished(calls, one["job"]) if isinstance(one, dict) else one for one in told]
        assert results[0]["error"] == "#N/A"
        assert results[1] == "AFTER"

    run(work, tmp_path, slow_call=1.0)


def test_a_call_that_its_process_dies_of_is_refused_once(tmp_path: Path) -> None:
    async def work(calls: Calls) -> None:
        told = await ask(calls, ["BEFORE"], ["DIE"], ["AFTER"])
        results = [await finished(calls, one["job"]) if isinstance(one, dict) and "job" in one else one for one in told]
        assert results[0] == "BEFORE"
        assert results[1]["error"] == "#N/A"
        assert results[2] == "AFTER"

    run(work, tmp_path)


def test_quick_calls_stop_when_nobody_listens_or_the_time_is_over(tmp_path: Path) -> None:
    async def work(calls: Calls) -> None:
        began = time.monotonic()
        assert (await ask(calls, *([["QUICK", 0.05]] * 200)))[-1]["error"] == "#N/A"
        await ask(calls, *([["QUICK", 0.05]] * 200), gone=lambda: True)
        assert time.monotonic() - began < 5

    run(work, tmp_path, answering=0.3)


def test_more_than_may_wait_is_refused(tmp_path: Path) -> None:
    from workbench.server.errors import TooMuch

    async def work(calls: Calls) -> None:
        with pytest.raises(TooMuch):
            await ask(calls, *([["SLOW", 1]] * 11))

    run(work, tmp_path, waiting=10)


def test_the_real_worker_answers_as_this_process_does() -> None:
    from udfs.officejs import AddIn

    addin = AddIn(None)
    calls = [["FX_RATE", "USD", "CNY", 45293], ["FX_RATE", "USD", "XXX", 45293], ["FX_PARSE", [["USD 5"]]], ["NOPE"]]

    async def work() -> list[Any]:
        process = await asyncio.create_subprocess_exec(
            *addin.worker(), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        line = json.dumps({"language": "en", "calls": calls}).encode() + b"\n"
        out, _errors = await process.communicate(line)
        return [json.loads(one) for one in out.splitlines()]

    from workbench.i18n import speaking

    with speaking("en"):
        assert asyncio.run(work()) == list(addin.answers(calls, lambda: False))
