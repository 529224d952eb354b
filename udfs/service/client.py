"""The host's side: finds the service or starts it, asks, and says plainly when there is no answer.

Standard library only, Python 3.8 or later: it is carried along into LibreOffice.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

from udfs.service import wire

__all__ = ["Client", "ServiceGone"]

_START_PAUSE = 0.05


class ServiceGone(Exception):
    """The service cannot be started, has died, or does not answer in time."""


class Client:
    """One host's connection; safe to use from several threads.

    Args:
        python: the interpreter that has the project installed.
        folder: where secret and address lie (``wire.state_folder()``).
        start_timeout: longest wait for the service to come up, in seconds.
        timeout: longest wait for one answer, in seconds.
        start: whether to start a service where none answers.
    """

    def __init__(
        self, python: str, folder: str = "", start_timeout: float = 20.0, timeout: float = 60.0, *, start: bool = True
    ) -> None:
        self._python = python
        self._folder = Path(folder) if folder else wire.state_folder()
        self._start_timeout = start_timeout
        self._timeout = timeout
        self._start = start
        self._connection: socket.socket | None = None
        self._lock = threading.Lock()

    def ask(self, request: dict[str, Any], timeout: float = 0.0) -> Any:
        """The answer to one request.

        A service that died since the last request is started anew, and asked once more where it cannot have begun.

        Raises:
            ServiceGone: there is no answer; it says why.
        """
        with self._lock:
            fresh = self._connection is None
            try:
                return self._exchange(request, timeout)
            except TimeoutError as late:
                self.close()
                raise ServiceGone(f"no answer within {timeout or self._timeout:g} s") from late
            except (OSError, wire.WireError) as problem:
                self.close()
                if fresh or not request.get("again", True):
                    raise ServiceGone(str(problem) or type(problem).__name__) from problem
            try:
                return self._exchange(request, timeout)
            except (OSError, wire.WireError) as problem:
                self.close()
                raise ServiceGone(str(problem) or type(problem).__name__) from problem

    def _exchange(self, request: dict[str, Any], timeout: float) -> Any:
        connection = self._connection or self._open()
        self._connection = connection
        connection.settimeout(timeout or self._timeout)
        wire.send(connection, request)
        answer = wire.receive(connection)
        if answer is None:
            raise wire.WireError("the service has ended")
        return answer

    def close(self) -> None:
        """Lets go of the connection; the next request makes a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(OSError):  # it is gone already
                connection.close()

    def _open(self) -> socket.socket:
        with contextlib.suppress(OSError, ValueError, KeyError, wire.WireError):  # none runs, or a dead one's address
            return self._connect()
        if not self._start:
            raise wire.WireError("no service runs")
        process = self._spawn()
        deadline = time.monotonic() + self._start_timeout
        problem: Exception = wire.WireError("no answer")
        while time.monotonic() < deadline:
            try:
                return self._connect()
            except (OSError, ValueError, KeyError, wire.WireError) as again:
                problem = again
            ended = process.poll()
            # One that finds another at work ends at once with 0; that other one will answer.
            if ended:
                raise wire.WireError(f"it did not start (exit status {ended}, see {self.log})")
            time.sleep(_START_PAUSE)
        raise wire.WireError(f"it did not start within {self._start_timeout:g} s: {problem}")

    def _connect(self) -> socket.socket:
        address = json.loads((self._folder / "address.json").read_text(encoding="utf-8"))
        token = (self._folder / "token").read_bytes()
        if len(token) != wire.TOKEN_BYTES:
            raise wire.WireError("the secret is damaged")
        if address["family"] == "unix":
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            place: Any = address["path"]
        else:
            connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            place = ("127.0.0.1", int(address["port"]))
        try:
            connection.settimeout(5.0)
            connection.connect(place)
            wire.prove_as_client(connection, token)
        except BaseException:
            connection.close()
            raise
        return connection

    @property
    def log(self) -> Path:
        """Where the service writes what went wrong."""
        return self._folder / "log"

    def _spawn(self) -> subprocess.Popen[bytes]:
        if not self._python or not Path(self._python).is_file():
            raise wire.WireError(f"there is no Python at {self._python!r}")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Each request names its register; what the host names that happened to start the service is not everybody's.
        leave = {
            "PYTHONPATH",
            "PYTHONHOME",
            "VIRTUAL_ENV",
            "__PYVENV_LAUNCHER__",
            "LD_LIBRARY_PATH",
            "WORKBENCH_REGISTER",
        }
        environment = {name: value for name, value in os.environ.items() if name not in leave}
        apart: dict[str, Any] = (
            {"start_new_session": True} if os.name == "posix" else {"creationflags": 0x08000000 | 0x00000200}
        )
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603  # the project's own interpreter and module
                [self._python, "-P", "-m", "udfs.service", "--folder", str(self._folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                cwd=str(self._folder),
                **apart,
            )
