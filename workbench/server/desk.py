"""What the task pane asks of the register, one question at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date
from typing import Any, TypeVar

from anyio import to_thread

from workbench.dates import read_date
from workbench.errors import RegisterError
from workbench.i18n import _, current_language
from workbench.money import CURRENCIES, from_cell, parse
from workbench.rate_store import load_book
from workbench.rates import RateBook
from workbench.register import Register
from workbench.reports.texts import Texts
from workbench.server import review
from workbench.server.errors import BadRequest
from workbench.server.sync_runs import SyncRuns

__all__ = ["Desk", "NoRegister"]

_T = TypeVar("_T")
_PAGE = 20
Question = Callable[[Register, Mapping[str, Any], str], dict[str, Any]]


class NoRegister(RegisterError):
    """The server was started without a register, so there is nothing to review or synchronise."""

    code = "server.no-register"


class Desk:
    """Answers the pane. All questions share one thread, so that writes come one after another, each by its user."""

    def __init__(self, location: str | None) -> None:
        self._location = location
        self._thread = ThreadPoolExecutor(1, "workbench-desk")
        self._runs = SyncRuns(location) if location else None

    @property
    def name(self) -> str:
        """The register as people may see it: the file's name, or the database without who opens it."""
        if self._location is None:
            return ""
        return self._location.rpartition("@")[2].replace("\\", "/").rpartition("/")[2]

    @property
    def handlers(self) -> dict[str, Callable[[Any, str], Awaitable[dict[str, Any]]]]:
        """The questions by their name."""
        asked: dict[str, Question] = {
            "overview": _overview,
            "news": _news,
            "duplicates": _duplicates,
            "duplicates/decide": _decide_pair,
            "matches": _matches,
            "matches/decide": _decide_match,
            "undo": _undo,
        }
        return {
            "rates": self._rates,
            **{name: self._about(question) for name, question in asked.items()},
            **{f"sync/{name}": self._sync(name) for name in ("begin", "sheet", "written", "next")},
        }

    def close(self) -> None:
        """End the thread once its question is answered."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _about(self, question: Question) -> Callable[[Any, str], Awaitable[dict[str, Any]]]:
        async def answer(asked: Any, user: str) -> dict[str, Any]:
            return await self._in_thread(lambda: self._ask(question, _object(asked), user))

        return answer

    def _sync(self, name: str) -> Callable[[Any, str], Awaitable[dict[str, Any]]]:
        async def answer(asked: Any, user: str) -> dict[str, Any]:
            given = _object(asked)
            if self._runs is None:
                raise self._no_register()
            told: dict[str, Any] = (
                await self._runs.next(given, user)
                if name == "next"
                else await to_thread.run_sync(getattr(self._runs, name), given, user)
            )
            return told

        return answer

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        context = copy_context()  # with the language of the request
        return await asyncio.get_running_loop().run_in_executor(self._thread, context.run, work)

    def _ask(self, question: Question, asked: Mapping[str, Any], user: str) -> dict[str, Any]:
        with self._opened(user) as register:
            return question(register, asked, user)

    def _opened(self, user: str) -> Register:
        if self._location is None:
            raise self._no_register()
        return Register.open(self._location, actor=user)

    @staticmethod
    def _no_register() -> NoRegister:
        return NoRegister(
            _("The server was started without a register."),
            remedy=_("Start it with: workbench serve --register PATH"),
        )

    async def _rates(self, asked: Any, user: str) -> dict[str, Any]:
        return await self._in_thread(lambda: self._rate(_object(asked), user))

    def _rate(self, asked: Mapping[str, Any], user: str) -> dict[str, Any]:
        if self._location is None:
            return _rate(RateBook.embedded(), asked)
        with self._opened(user) as register:
            return _rate(load_book(register), asked)


def _rate(book: RateBook, asked: Mapping[str, Any]) -> dict[str, Any]:
    """A rate with its evidence, and an amount at it."""
    if "base" not in asked:
        chinese = current_language() == "zh_CN"
        return {"currencies": {code: one.name_zh if chinese else one.name_en for code, one in CURRENCIES.items()}}
    base, quote = _code(asked, "base"), _code(asked, "quote")
    rate = book.get(base, quote, _day(asked), policy=_text(asked, "policy") or "on_or_before")
    texts = Texts("zh" if current_language() == "zh_CN" else "en")
    told: dict[str, Any] = rate.as_dict()
    told["words"] = {name: texts.label(str(told[name]), f"rate_{name}") for name in ("source", "kind", "policy")}
    amount = _text(asked, "amount")
    if amount:
        figure = parse(amount)
        if figure.amount is None or len(figure.amount_candidates) > 1:
            candidates = ", ".join(format(one, "f") for one in figure.amount_candidates)
            raise BadRequest(
                _("{text} cannot be read for sure ({candidates}).").format(text=amount, candidates=candidates or "—"),
                where="amount",
                remedy=_("Write a plain number: 1234.50"),
            )
        told["amount"] = format(figure.amount, "f")
        told["converted"] = format(from_cell(rate.convert(figure.amount)), "f")
    return told


def _overview(register: Register, _asked: Mapping[str, Any], _user: str) -> dict[str, Any]:
    newest = register.log(5)
    return {
        "base": register.base_currency,
        "waiting": review.counts(register),
        "changesets": [
            {"number": one.number, "author": one.author, "at": one.at.isoformat(), "reason": one.reason}
            for one in newest
        ],
    }


def _news(register: Register, asked: Mapping[str, Any], _user: str) -> dict[str, Any]:
    """Number of the newest changeset; where it is not ``since``, what waits in the queues, too."""
    newest = register.log(1)
    head = newest[0].number if newest else 0
    return {"head": head, "waiting": None if head == _count(asked, "since") else review.counts(register)}


def _duplicates(register: Register, asked: Mapping[str, Any], _user: str) -> dict[str, Any]:
    return {"pairs": review.pairs(register, _count(asked, "offset"), _PAGE), "waiting": review.counts(register)}


def _decide_pair(register: Register, asked: Mapping[str, Any], user: str) -> dict[str, Any]:
    number = review.decide_pair(register, _text(asked, "id"), _count(asked, "version"), _text(asked, "decision"), user)
    return {"changeset": number, "waiting": review.counts(register)}


def _matches(register: Register, asked: Mapping[str, Any], _user: str) -> dict[str, Any]:
    return {"receipts": review.matches(register, _count(asked, "offset"), _PAGE), "waiting": review.counts(register)}


def _decide_match(register: Register, asked: Mapping[str, Any], user: str) -> dict[str, Any]:
    chosen = asked.get("instalments", [])
    if not isinstance(chosen, list) or len(chosen) > 100 or not all(isinstance(one, str) for one in chosen):
        raise BadRequest(_("That is no list of instalments."))
    number = review.decide_match(register, _text(asked, "receipt"), _text(asked, "decision"), chosen, user)
    return {"changeset": number, "waiting": review.counts(register)}


def _undo(register: Register, asked: Mapping[str, Any], user: str) -> dict[str, Any]:
    number = _count(asked, "changeset")
    taken_back = register.undo(number, author=user, reason=_("taken back in the task pane"))
    return {"changeset": taken_back.number, "waiting": review.counts(register)}


def _object(asked: Any) -> Mapping[str, Any]:
    if not isinstance(asked, dict):
        raise BadRequest(_("The question is no object."))
    return asked


def _text(asked: Mapping[str, Any], name: str) -> str:
    value = asked.get(name, "")
    if not isinstance(value, str) or len(value) > 1_000:
        raise BadRequest(_("{name} is no text.").format(name=name), where=name)
    return value.strip()


def _code(asked: Mapping[str, Any], name: str) -> str:
    return _text(asked, name).upper()


def _count(asked: Mapping[str, Any], name: str) -> int:
    value = asked.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 31:
        raise BadRequest(_("{name} is no count.").format(name=name), where=name)
    return value


def _day(asked: Mapping[str, Any]) -> date:
    read = read_date(_text(asked, "day"))
    if read.date is None:
        raise BadRequest(_("There is no date."), where="day", remedy=_("Give a date cell or 2026-03-31."))
    return read.date
