"""The application: the add-in's files, its cells' calls, and the task pane's questions."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from workbench import __version__
from workbench.errors import WorkbenchError
from workbench.i18n import _
from workbench.server.calls import Calls
from workbench.server.desk import Desk
from workbench.server.errors import BadRequest
from workbench.server.guard import API, Guard, broken_at, failed
from workbench.server.limits import Limits
from workbench.server.ports import AddIn
from workbench.server.tokens import Tokens

__all__ = ["create_app"]

_ESCAPED = re.compile(r"\\u(?:[dD]|0000)")
_NO_CHARACTER = re.compile("[\x00\ud800-\udfff]")
Handler = Callable[[Any, str, Callable[[], bool]], Awaitable[dict[str, Any]]]


def create_app(
    addin: AddIn, register: str | None, *, tokens: Tokens, origins: Iterable[str], limits: Limits | None = None
) -> Guard:
    """The whole server as one ASGI application.

    Args:
        addin: the add-in's files and functions.
        register: path or URL of the register behind the task pane; None shows only rates.
        tokens: who may ask.
        origins: addresses of this server, the one that the add-in's files name first (``https://localhost:8643``).
        limits: how much one request may ask.
    """
    bounds = limits or Limits()
    names = list(origins)
    calls, desk = Calls(addin, bounds), Desk(register)
    started = secrets.token_hex(8)

    async def hello(_asked: object, user: str, _gone: Callable[[], bool]) -> dict[str, Any]:
        return {"version": __version__, "started": started, "user": user, "register": desk.name}

    async def cancel(asked: object, user: str, _gone: Callable[[], bool]) -> dict[str, Any]:
        return calls.cancel(asked, user)

    async def jobs(asked: object, user: str, _gone: Callable[[], bool]) -> dict[str, Any]:
        return await calls.jobs(asked, user)

    async def question(handler: Any, asked: object, user: str, _gone: Callable[[], bool]) -> dict[str, Any]:
        told: dict[str, Any] = await handler(asked, user)
        return told

    handlers: dict[str, Handler] = {
        "hello": hello,
        "calls": calls.answer,
        "jobs": jobs,
        "cancel": cancel,
        **{name: partial(question, handler) for name, handler in desk.handlers.items()},
    }

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await calls.lane.close()
        desk.close()

    async def file(request: Request) -> Response:
        found = addin.file(request.path_params["name"], names[0])
        if found is None:
            return Response(status_code=404)
        kind, content = found
        return Response(content, headers={"content-type": kind})

    async def front(_request: Request) -> Response:
        return RedirectResponse("/taskpane.html")

    routes = [
        *(Route(f"{API}{name}", partial(_answered, handler), methods=["POST"]) for name, handler in handlers.items()),
        Route("/", front),
        Route("/{name:path}", file),
    ]
    return Guard(Starlette(routes=routes, lifespan=lifespan), origins=names, tokens=tokens, limits=bounds)


async def _answered(handler: Handler, request: Request) -> Response:
    gone = False

    async def watch() -> None:
        nonlocal gone
        while (await request.receive())["type"] != "http.disconnect":
            pass
        gone = True

    watcher = asyncio.create_task(watch())
    try:
        asked = _parsed(request.scope["workbench.body"])
        told, status = await handler(asked, request.scope["workbench.user"], lambda: gone), 200
    except WorkbenchError as error:
        status, told = failed(error)
    except Exception:  # noqa: BLE001 - the page gets a number, the log the rest
        status, told = 500, {"error": broken_at(request.url.path)}
    finally:
        watcher.cancel()
        with suppress(asyncio.CancelledError):
            await watcher
    return Response(json.dumps(told, separators=(",", ":")), status, media_type="application/json")


def _parsed(body: bytes) -> Any:
    try:
        text = body.decode()
        asked = json.loads(text, parse_constant=_no_constant, parse_int=_number)
        return _storable(asked) if _ESCAPED.search(text) else asked
    except (ValueError, RecursionError) as error:
        raise BadRequest(_("The question is no JSON.")) from error


def _storable(asked: Any) -> Any:
    """The same with a mark for what is no character: JSON can escape it, and no database takes it."""
    if isinstance(asked, str):
        return _NO_CHARACTER.sub("\ufffd", asked)
    if isinstance(asked, list):
        return [_storable(one) for one in asked]
    if isinstance(asked, dict):
        return {_storable(name): _storable(one) for name, one in asked.items()}
    return asked


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _number(digits: str) -> int | float:
    """A whole number as a cell holds it; longer ones are no exact figures for a browser either."""
    return int(digits) if len(digits) <= 16 else float(digits)
