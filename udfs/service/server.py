"""The service's side: one process per user, one thread per host, calls and macros."""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import secrets
import socket
import threading
import time
from pathlib import Path
from typing import IO, Any

from udfs.service import wire
from udfs.service.cells import answer
from workbench.errors import WorkbenchError
from workbench.i18n import _, use_language

__all__ = ["serve"]

_log = logging.getLogger("udfs.service")
_UNIX_LONGEST = 100  # bytes of a socket's path that every system takes
_PROOF_TIME = 5.0
_REGISTER = threading.Lock()


class _Clock:
    """When somebody last asked, and what is under way."""

    def __init__(self) -> None:
        self.last = time.monotonic()
        self.busy = 0
        self._lock = threading.Lock()

    def begin(self) -> None:
        with self._lock:
            self.busy += 1

    def end(self) -> None:
        with self._lock:
            self.busy -= 1
            self.last = time.monotonic()


def serve(folder: Path, *, idle: float) -> int:
    """Serves until ``idle`` seconds have passed without a request; 0 also where another one serves already."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    with (folder / "lock").open("a+b") as lock:
        if not _take(lock):
            return 0
        token = _token(folder / "token")
        listener, address = _listen(folder)
        _publish(folder / "address.json", address)
        import udfs.functions  # noqa: F401  # declares the functions, before anybody is let in

        _log.info("serves as process %s", os.getpid())
        try:
            _accept(listener, token, idle)
        finally:
            listener.close()
            (folder / "address.json").unlink(missing_ok=True)
            if address["family"] == "unix":
                Path(str(address["path"])).unlink(missing_ok=True)
        _log.info("ends after %g s without a request", idle)
    return 0


def _take(lock: IO[bytes]) -> bool:
    """Whether this process is the only one; the system lets go of the lock with the process, however it ends."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(lock.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _token(path: Path) -> bytes:
    """The secret, made anew at each start, readable by its owner only from its first byte on."""
    token = secrets.token_bytes(wire.TOKEN_BYTES)
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as secret:
        secret.write(token)
    return token


def _listen(folder: Path) -> tuple[socket.socket, dict[str, object]]:
    path = folder / "socket"
    if hasattr(socket, "AF_UNIX") and os.name == "posix" and len(os.fsencode(path)) < _UNIX_LONGEST:
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        path.chmod(0o600)
        address: dict[str, object] = {"family": "unix", "path": str(path)}
    else:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.bind(("127.0.0.1", 0))
        address = {"family": "inet", "port": listener.getsockname()[1]}
    listener.listen(16)
    return listener, {**address, "pid": os.getpid()}


def _publish(path: Path, address: dict[str, object]) -> None:
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(address), encoding="utf-8")
    beside.chmod(0o600)
    beside.replace(path)


def _accept(listener: socket.socket, token: bytes, idle: float) -> None:
    clock = _Clock()
    listener.settimeout(min(1.0, idle / 2 or 0.05))
    while clock.busy or time.monotonic() - clock.last < idle:
        with contextlib.suppress(TimeoutError):
            connection, _peer = listener.accept()
            threading.Thread(target=_converse, args=(connection, token, clock), daemon=True).start()


def _converse(connection: socket.socket, token: bytes, clock: _Clock) -> None:
    with connection, contextlib.suppress(OSError, wire.WireError):  # a host that has gone needs no answer
        connection.settimeout(_PROOF_TIME)
        wire.prove_as_server(connection, token)
        connection.settimeout(None)
        while (request := wire.receive(connection)) is not None:
            clock.begin()
            try:
                reply = _reply(request)
            finally:
                clock.end()
            wire.send(connection, reply)


def _call(request: dict[str, Any]) -> Any:
    """One function; one at a time, because the register that it looks into is the asking host's."""
    functions = importlib.import_module("udfs.functions")
    with _REGISTER:
        if hasattr(functions, "use_register"):
            functions.use_register(request.get("register") or None)
        use_language(str(request.get("language") or "en"))
        return answer(str(request["name"]), list(request["arguments"]), from_1904=bool(request.get("from_1904")))


def _reply(request: Any) -> dict[str, Any]:
    try:
        operation = request["op"]
        if operation == "call":
            return {"result": _call(request)}
        if operation == "macro":
            from udfs.service.macros import run

            return {"result": run(request)}
        if operation == "ping":
            return {"result": {"pid": os.getpid()}}
    except WorkbenchError as refused:
        return {"error": "#VALUE!", "message": str(refused)}
    except Exception as problem:  # noqa: BLE001  # a host must get an answer, whatever a function does
        _log.exception("a request failed")
        told = _("The function failed ({problem}); the service's log tells more.")
        return {"error": "#VALUE!", "message": told.format(problem=type(problem).__name__)}
    return {"error": "#VALUE!", "message": _("The service does not know this request.")}
