"""What every request must pass: the right host, our own page, a person's token, a body of bearable size."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from workbench.errors import ConflictError, WorkbenchError
from workbench.i18n import _, speaking
from workbench.register import NotPermitted, RegisterBusy
from workbench.server.errors import BadRequest, TooMuch
from workbench.server.limits import Limits
from workbench.server.tokens import Tokens

__all__ = ["API", "Guard", "Refused", "broken_at", "failed", "language_of"]

API = "/api/"
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
_LOG = logging.getLogger("workbench.server")
# Where Excel shows the pane: its own pages on the web, and the shells of the programs.
_FRAMES = (
    "'self' https://*.officeapps.live.com https://*.office.com https://*.office365.com https://*.microsoft365.com "
    "https://*.sharepoint.com https://*.live.com https://*.cloud.microsoft https://*.partner.officewebapps.cn "
    "https://*.sharepoint.cn"
)
_CDN = "https://appsforoffice.microsoft.com"
_POLICY = (
    f"default-src 'none'; script-src 'self' {_CDN}; connect-src 'self' {_CDN} https://*.events.data.microsoft.com; "
    f"style-src 'self'; img-src 'self'; font-src 'self'; frame-ancestors {_FRAMES}; "
    "base-uri 'none'; form-action 'none'; object-src 'none'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
)
_DATA_HEADERS = ((b"cross-origin-resource-policy", b"same-origin"), (b"cache-control", b"no-store"))
# Excel on the web reads the functions' description and the icons from a page of its own. They hold nothing but what the
# package holds, and Excel for Windows shows no icon that may not be kept.
_FILE_HEADERS = (
    (b"access-control-allow-origin", b"*"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"cache-control", b"no-cache"),
)
_STATUS: tuple[tuple[type[WorkbenchError], int], ...] = (
    (BadRequest, HTTPStatus.BAD_REQUEST),
    (TooMuch, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (NotPermitted, HTTPStatus.FORBIDDEN),
    (RegisterBusy, HTTPStatus.SERVICE_UNAVAILABLE),
    (ConflictError, HTTPStatus.CONFLICT),
)


class Refused(Exception):
    """Ends a request before anything looks at it."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class Guard:
    """Middleware around the whole application.

    - The Host must be one of ours, or the name was bound to this computer by somebody else (DNS rebinding).
    - A request for data must be a POST of JSON with a token in its Authorization header, which no form, image or link of
      another site can send; an Origin that is not ours is refused all the same.
    - Whatever goes wrong inside, the answer says only under which number the log tells more.
    """

    def __init__(self, app: Any, *, origins: Iterable[str], tokens: Tokens, limits: Limits) -> None:
        self._app = app
        self._origins = frozenset(origins)
        self._hosts = frozenset(origin.partition("://")[2] for origin in self._origins)
        self._tokens, self._limits = tokens, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the server's beginning and end."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, status = time.perf_counter(), 0
        scope["workbench.user"] = ""

        async def guarded(message: dict[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                kind = _DATA_HEADERS if scope["path"].startswith(API) or status >= 400 else _FILE_HEADERS
                message = {**message, "headers": [*message.get("headers", ()), *_HEADERS, *kind]}
            await send(message)

        headers = _headers(scope)
        try:
            with speaking(language_of(headers)):
                self._check(scope, headers)
                if scope["path"].startswith(API):
                    body = await self._body(headers, receive)
                    scope["workbench.body"] = body
                await self._app(scope, receive, guarded)
        except Refused as refused:
            await _answer(guarded, refused.status, "server.refused", str(refused))
        except Exception:  # noqa: BLE001 - the last one who can answer
            broken = broken_at(scope["path"])
            if not status:
                await _answer(guarded, HTTPStatus.INTERNAL_SERVER_ERROR, broken["code"], broken["message"])
        finally:
            _LOG.info(
                "%s %s %s %.0f ms %s",
                scope["method"], scope["path"], status, (time.perf_counter() - began) * 1000,
                scope["workbench.user"] or "-",
            )  # fmt: skip

    def _check(self, scope: Scope, headers: Mapping[str, list[str]]) -> None:
        if len(headers.get("host", ())) != 1 or headers["host"][0].lower() not in self._hosts:
            raise Refused(HTTPStatus.MISDIRECTED_REQUEST, _("This server is not at that address."))
        if not scope["path"].startswith(API):
            if scope["method"] not in {"GET", "HEAD"}:
                raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, _("Files can only be read."))
            return
        if scope["method"] != "POST":
            raise Refused(HTTPStatus.METHOD_NOT_ALLOWED, _("Questions are asked with POST."))
        foreign = any(origin.lower() not in self._origins for origin in headers.get("origin", ()))
        if foreign or any(site.lower() not in {"same-origin", "none"} for site in headers.get("sec-fetch-site", ())):
            raise Refused(HTTPStatus.FORBIDDEN, _("Another site's page may not ask this server."))
        scope["workbench.user"] = self._user(headers)
        kinds = headers.get("content-type", [])
        if len(kinds) != 1 or kinds[0].partition(";")[0].strip().lower() != "application/json":
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, _("Questions are asked in JSON."))

    def _user(self, headers: Mapping[str, list[str]]) -> str:
        given = headers.get("authorization", [])
        scheme, _space, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        holder = self._tokens.holder(token.strip()) if scheme.lower() == "bearer" and token.strip() else None
        if holder is None:
            raise Refused(HTTPStatus.UNAUTHORIZED, _("The token is missing or does not hold; enter it in the pane."))
        return holder

    async def _body(self, headers: Mapping[str, list[str]], receive: Receive) -> bytes:
        told = headers.get("content-length", ["0"])[0]
        if told.isascii() and told.isdigit() and int(told[:20]) > self._limits.body:
            raise _too_large()
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._limits.reading):
                more = True
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Refused(HTTPStatus.BAD_REQUEST, _("The question ended early."))
                    part = message.get("body", b"")
                    size += len(part)
                    if size > self._limits.body:
                        raise _too_large()
                    parts.append(part)
                    more = message.get("more_body", False)
        except TimeoutError:
            raise Refused(HTTPStatus.REQUEST_TIMEOUT, _("The question took too long to arrive.")) from None
        return b"".join(parts)


def _too_large() -> Refused:
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _("The question is too large."))


def _headers(scope: Scope) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


def language_of(headers: Mapping[str, list[str]]) -> str:
    """``zh`` or ``en``: the first that Accept-Language names."""
    return "zh" if ",".join(headers.get("accept-language", ())).strip().lower().startswith("zh") else "en"


def broken_at(place: str) -> dict[str, str]:
    """Log the exception that is being handled under a number, and tell no more than that number."""
    number = secrets.token_hex(4)
    _LOG.exception("error %s at %s", number, place)
    message = _("Internal error {number}; see the server's log.").format(number=number)
    return {"code": "server.internal", "message": message, "remedy": ""}


def failed(error: WorkbenchError) -> tuple[int, dict[str, Any]]:
    """Status and body for an error that was meant to be told."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), HTTPStatus.UNPROCESSABLE_ENTITY)
    return int(status), {"error": error.as_dict()}


async def _answer(send: Send, status: HTTPStatus, code: str, message: str) -> None:
    body = json.dumps({"error": {"code": code, "message": message, "where": None, "remedy": ""}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == HTTPStatus.UNAUTHORIZED:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": body})
