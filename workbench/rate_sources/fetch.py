"""The one way to the network: bounded in time, size and trust. Only ever called by an explicit update."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import ipaddress
import json
import os
import socket
import ssl
import threading
import time
import urllib.error
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, UnknownHandler
from urllib.request import Request as HttpRequest

from workbench import __version__
from workbench.errors import SourceError
from workbench.i18n import _
from workbench.rate_sources.errors import (
    SourceEmpty,
    SourceLeftPath,
    SourceMissing,
    SourceNotData,
    SourceOverloaded,
    SourceRefused,
    SourceTimeout,
    SourceTooLarge,
    SourceTruncated,
    SourceUnreachable,
)
from workbench.rate_sources.model import Request

__all__ = ["DEFAULT_LIMITS", "Fetched", "Fetcher", "Limits"]

USER_AGENT = f"Mozilla/5.0 (compatible; multicurrency-workbench/{__version__})"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK = 1 << 16
_RETRIED = (SourceTimeout, SourceUnreachable, SourceOverloaded, SourceTruncated)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one request: seconds of silence, seconds in all (tries and pauses included), tries, bytes, hops."""

    silence: float = 15.0
    deadline: float = 60.0
    tries: int = 3
    pause: float = 0.5
    largest: int = 16 << 20
    hops: int = 5


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Fetched:
    """One answer. ``fetched_at`` is when the body came over the network, also where the cache gave it back."""

    url: str
    body: bytes
    fetched_at: datetime
    from_cache: bool = False
    etag: str = ""
    last_modified: str = ""

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of the body."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Reads addresses within limits.

    ``cache`` is a folder for answers that were found good, asked for again only when changed (ETag, Last-Modified);
    None: no cache. File names come from the address without keys.
    """

    cache: Path | None = None
    limits: Limits = DEFAULT_LIMITS
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def get(self, request: Request) -> Fetched:
        """The answer to one request, tried again where the fault may pass.

        Raises:
            SourceError: with a code, the address without keys, and what to do.
        """
        known = self._cached(request)
        end = time.monotonic() + self.limits.deadline
        for attempt in range(1, self.limits.tries + 1):
            try:
                return _ask(request, known, self.limits, end)
            except _RETRIED:
                pause = self.limits.pause * 2 ** (attempt - 1)
                if attempt == self.limits.tries or time.monotonic() + pause >= end:
                    raise
                self.sleep(pause)
        raise AssertionError("a request is tried at least once")

    def keep(self, answer: Fetched) -> None:
        """Put an answer that was read without complaint into the cache."""
        if self.cache is None or answer.from_cache or not (answer.etag or answer.last_modified):
            return
        self.cache.mkdir(parents=True, exist_ok=True)
        head = {
            "url": answer.url,
            "etag": answer.etag,
            "last_modified": answer.last_modified,
            "fetched_at": answer.fetched_at.isoformat(),
            "sha256": answer.sha256,
        }
        # The body first: a head without its body is never trusted, and the hash ties the two together.
        for suffix, content in (("body", answer.body), ("json", json.dumps(head).encode())):
            path = self._path(answer.url, suffix)
            beside = path.with_suffix(f".{suffix}.{os.getpid()}.part")
            beside.write_bytes(content)
            beside.replace(path)

    def _path(self, url: str, suffix: str) -> Path:
        folder = self.cache or Path()
        return folder / f"{hashlib.sha256(url.encode()).hexdigest()[:40]}.{suffix}"

    def _cached(self, request: Request) -> Fetched | None:
        if self.cache is None:
            return None
        try:
            head = json.loads(self._path(request.url, "json").read_bytes())
            body = self._path(request.url, "body").read_bytes()
            answer = Fetched(
                url=request.url,
                body=body,
                fetched_at=datetime.fromisoformat(head["fetched_at"]),
                from_cache=True,
                etag=str(head["etag"]),
                last_modified=str(head["last_modified"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return answer if head.get("sha256") == answer.sha256 and head.get("url") == request.url else None


def _ask(request: Request, known: Fetched | None, limits: Limits, end: float) -> Fetched:
    url = request.url
    if request.secrets:
        url += ("&" if "?" in url else "?") + urlencode(request.secrets)
    for _hop in range(limits.hops + 1):
        with _opened(url, request, known, limits, end) as response:
            if response.status in _REDIRECTS:
                url = _redirected(url, response.headers.get("Location", ""), request)
                continue
            if response.status == 304 and known is not None:
                return known
            _check_status(response.status, request)
            body = _body(response, request, limits, end)
            _check_body(body, response.headers, request)
            return Fetched(
                url=request.url,
                body=body,
                fetched_at=datetime.now(UTC),
                etag=response.headers.get("ETag", ""),
                last_modified=response.headers.get("Last-Modified", ""),
            )
    raise SourceLeftPath(
        _("The source redirects in a circle."), where=request.url, remedy=_("Check the address of the source.")
    )


class _Line:
    """The connection in use, so that it can be cut when time is up even while a header drips in byte by byte."""

    def __init__(self) -> None:
        self.connection: http.client.HTTPConnection | None = None
        self.cut = False

    def cut_off(self) -> None:
        self.cut = True
        sock = self.connection.sock if self.connection else None
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


class _Http(HTTPHandler):
    def __init__(self, line: _Line) -> None:
        super().__init__()
        self._line = line

    def http_open(self, req: HttpRequest) -> http.client.HTTPResponse:
        return self.do_open(self._connection, req)

    def _connection(self, host: str, /, **options: Any) -> http.client.HTTPConnection:
        self._line.connection = http.client.HTTPConnection(host, **options)
        return self._line.connection


class _Https(HTTPSHandler):
    def __init__(self, line: _Line) -> None:
        self._trust = ssl.create_default_context()
        super().__init__(context=self._trust)
        self._line = line

    def https_open(self, req: HttpRequest) -> http.client.HTTPResponse:
        return self.do_open(self._connection, req)

    def _connection(self, host: str, /, **options: Any) -> http.client.HTTPConnection:
        self._line.connection = http.client.HTTPSConnection(host, context=self._trust, **options)
        return self._line.connection


@contextlib.contextmanager
def _opened(
    url: str, request: Request, known: Fetched | None, limits: Limits, end: float
) -> Iterator[http.client.HTTPResponse]:
    line = _Line()
    opener = OpenerDirector()
    # This machine is never asked through a proxy: the proxy would mean another machine by the same name.
    handlers = (ProxyHandler({}) if _is_local(url) else ProxyHandler(), UnknownHandler(), _Http(line))
    for handler in handlers:
        opener.add_handler(handler)
    if url.startswith("https:"):
        opener.add_handler(_Https(line))
    left = end - time.monotonic()
    watch = threading.Timer(max(left, 0), line.cut_off)
    watch.daemon = True
    watch.start()
    try:
        with opener.open(_http_request(url, request, known), timeout=max(min(limits.silence, left), 0.001)) as response:
            yield response
    except SourceError:
        raise
    # The causes are not chained: their texts may hold the address with its key.
    except TimeoutError:
        raise _late(request) from None
    except urllib.error.URLError as error:
        if line.cut or isinstance(error.reason, TimeoutError):
            raise _late(request) from None
        raise _unreachable(request, error.reason) from None
    except http.client.IncompleteRead:
        raise _late(request) if line.cut else _truncated(request) from None
    except (http.client.HTTPException, OSError) as error:
        raise _late(request) if line.cut else _unreachable(request, type(error).__name__) from None
    finally:
        watch.cancel()
        if line.connection is not None:
            line.connection.close()


def _http_request(url: str, request: Request, known: Fetched | None) -> HttpRequest:
    headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **dict(request.headers)}
    if known is not None and known.etag:
        headers["If-None-Match"] = known.etag
    if known is not None and known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    return HttpRequest(url, headers=headers)  # noqa: S310 - the scheme is checked by _redirected and the sources


def _redirected(url: str, location: str, request: Request) -> str:
    try:
        target = urljoin(url, location)
        parts = urlsplit(target)
        inward = _is_local(target) and not _is_local(url)
    except ValueError:
        target, parts, inward = "", urlsplit(""), False
    downgraded = url.startswith("https:") and parts.scheme != "https"
    followed = location.isascii() and location.isprintable() and parts.scheme in {"http", "https"}
    if not location or not followed or downgraded or inward or parts.username is not None:
        raise SourceLeftPath(
            _("The source sends the request to an address that is not safe to follow."),
            where=request.url,
            remedy=_("Check the network; a hotel or company gateway may be answering in the source's place."),
        )
    return target


def _is_local(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_private or address.is_loopback or address.is_link_local


def _check_status(status: int, request: Request) -> None:
    if status == 200:
        return
    if status in {401, 403, 407, 429}:
        raise SourceRefused(
            _("The source refuses the request ({status}).").format(status=status),
            where=request.url,
            remedy=_("Wait a while, and check the access key and whether the network blocks the source.")
            if request.secrets
            else _("Wait a while and check whether the network blocks the source, or load the rates from a file."),
            status=str(status),
        )
    if status in {404, 410}:
        raise SourceMissing(
            _("The source has nothing at this address ({status}).").format(status=status),
            where=request.url,
            remedy=_("Ask for other days; if this persists, the source has moved and Workbench needs an update."),
            status=str(status),
        )
    if status >= 500:
        raise SourceOverloaded(
            _("The source reports a fault of its own ({status}).").format(status=status),
            where=request.url,
            remedy=_("Try again later; the rates already stored stay in use."),
            status=str(status),
        )
    raise SourceNotData(
        _("The source answers with status {status} in place of data.").format(status=status),
        where=request.url,
        remedy=_("Try again later, or load the rates from a file."),
        status=str(status),
    )


def _body(response: http.client.HTTPResponse, request: Request, limits: Limits, end: float) -> bytes:
    declared = response.headers.get("Content-Length")
    size = int(declared) if declared and declared.isascii() and declared.isdigit() else None
    if size is not None and size > limits.largest:
        raise _too_large(request, limits)
    received = bytearray()
    while chunk := response.read1(_CHUNK):
        received += chunk
        if len(received) > limits.largest:
            raise _too_large(request, limits)
        if time.monotonic() >= end:
            raise _late(request)
    if time.monotonic() >= end:
        raise _late(request)
    if size is not None and len(received) < size:
        raise _truncated(request)
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in {"", "identity"}:
        return bytes(received)
    if encoding not in {"gzip", "x-gzip"}:
        raise SourceNotData(
            _("The answer is packed as {encoding}, which was not asked for.").format(encoding=encoding[:20]),
            where=request.url,
            remedy=_("Try again later, or load the rates from a file."),
        )
    return _unpacked(bytes(received), request, limits)


def _unpacked(packed: bytes, request: Request, limits: Limits) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        body = unpacker.decompress(packed, limits.largest + 1)
    except zlib.error:
        raise SourceNotData(
            _("The answer says that it is packed, but it is not."),
            where=request.url,
            remedy=_("Try again later, or load the rates from a file."),
        ) from None
    if len(body) > limits.largest:
        raise _too_large(request, limits)
    if not unpacker.eof:
        raise _truncated(request)
    return body


def _check_body(body: bytes, headers: Message, request: Request) -> None:
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start and not body.strip(b"\xef\xbb\xbf \t\r\n"):
        if request.may_be_empty:
            return
        raise SourceEmpty(
            _("The source answers, but with nothing."),
            where=request.url,
            remedy=_("Ask for a longer period: on holidays nothing is published."),
        )
    lowered = start[:64].lower()
    page = headers.get_content_type() in {"text/html", "application/xhtml+xml"} and request.expects != "zip"
    if page or lowered.startswith((b"<!doctype html", b"<html", b"<head", b"<script")):
        raise SourceNotData(
            _("The source answers with a web page in place of data."),
            where=request.url,
            remedy=_("Open the address in a browser: it may ask for a sign-in, or the network blocks the source."),
        )
    beginnings = {"xml": (b"<",), "json": (b"{", b"["), "zip": (b"PK",), "text": ()}[request.expects]
    if beginnings and not start.startswith(beginnings):
        raise SourceNotData(
            _("The answer is not {format}.").format(format=request.expects.upper()),
            where=request.url,
            remedy=_("Try again later; if this persists, the source has changed and Workbench needs an update."),
        )


def _late(request: Request) -> SourceTimeout:
    return SourceTimeout(
        _("The source did not answer in time."),
        where=request.url,
        remedy=_("Try again later; the rates already stored stay in use."),
    )


def _truncated(request: Request) -> SourceTruncated:
    return SourceTruncated(
        _("The answer breaks off before its end."), where=request.url, remedy=_("Try again; nothing of it was used.")
    )


def _too_large(request: Request, limits: Limits) -> SourceTooLarge:
    return SourceTooLarge(
        _("The answer is larger than {limit} bytes.").format(limit=limits.largest),
        where=request.url,
        remedy=_("Ask for a shorter period; if this persists, do not trust the source."),
    )


def _unreachable(request: Request, reason: object) -> SourceUnreachable:
    why = reason.strerror or type(reason).__name__ if isinstance(reason, OSError) else str(reason)
    return SourceUnreachable(
        _("The source cannot be reached: {why}").format(why=why),
        where=request.url,
        remedy=_("Check the network and the proxy settings, or load the rates from a file."),
    )
