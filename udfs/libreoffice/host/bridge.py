"""The process between the project's Python and LibreOffice: starts LibreOffice, relays requests, leaves nothing behind.

It is run by a Python that can ``import uno``. Requests come line by line on standard input and are answered line by
line on standard output. When standard input ends, or the process that started this one is gone, a LibreOffice that
was started for it alone is ended and its folder is removed.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time
from typing import Any, Callable

import uno

HERE = os.path.dirname(os.path.abspath(__file__))
sockets: Any = importlib.import_module("sockets")  # lies beside this file, which is run by itself
RESTART = 81  # LibreOffice's exit status that asks to be started once more (new profile)
PR_SET_PDEATHSIG = 1
OWN_WITHIN = 30  # characters: number and operation stand first in a request
PATIENCE_AT_QUIT = 5.0  # seconds
NOT_YET = ("NoConnectException", "ConnectionSetupException", "DisposedException")


class StartFailed(Exception):
    """LibreOffice did not come up."""


def die_with_parent() -> None:
    """On Linux the kernel ends LibreOffice when this process is gone, however it went."""
    if sys.platform.startswith("linux"):
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Bridge:
    """The one LibreOffice of this process."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.folder = ""
        self.pipe = ""
        self.owned = False
        self.context: Any = None
        self.host: Any = None
        self._cleaning = threading.Lock()

    def start(self, options: dict[str, Any]) -> dict[str, Any]:
        """Starts LibreOffice and connects to it."""
        self.folder = options["folder"]
        self.owned = options["owned"]
        command: list[str] = [
            *options["command"],
            "--accept=pipe,name={};urp;StarOffice.ComponentContext".format(options["pipe"]),
        ]
        deadline = time.monotonic() + options["timeout"]
        self._spawn(command)
        self._connect(options["pipe"], deadline, command)
        return self._load(in_process=options["in_process"])

    def attach(self, options: dict[str, Any]) -> dict[str, Any]:
        """Connects to a LibreOffice that listens already, or asks the user's running one to listen."""
        deadline = time.monotonic() + options["timeout"]
        command: list[str] = []
        if options["command"]:
            self.folder = options["folder"]
            command = [
                *options["command"],
                "--accept=pipe,name={};urp;StarOffice.ComponentContext".format(options["pipe"]),
            ]
            self._spawn(command)
        self._connect(options["pipe"], deadline, command, may_hand_over=True)
        return self._load(in_process=options["in_process"])

    def _spawn(self, command: list[str]) -> None:
        environment = {
            name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"}
        }
        posix: dict[str, Any] = {}
        if os.name == "posix":
            posix = {"start_new_session": True, "preexec_fn": die_with_parent if self.owned else None}
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  # the command is made by our own other half
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, **posix
            )

    def _connect(self, pipe: str, deadline: float, command: list[str], *, may_hand_over: bool = False) -> None:
        """Waits for LibreOffice to answer; it may have handed the request over to one that runs already."""
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        while True:
            try:
                self.context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
                break
            except Exception as problem:
                if not type(problem).__name__.endswith(NOT_YET):
                    raise
            ended = self.process.poll() if self.process and command else None
            if ended == RESTART and command:
                self._spawn(command)
            elif ended is not None and not (may_hand_over and ended == 0):
                raise StartFailed(f"exit status {ended}: {self._log()}")
            if time.monotonic() > deadline:
                raise StartFailed(f"no answer in time: {self._log()}")
            time.sleep(0.02)
        self.pipe = pipe
        sockets.keep_private(pipe)

    def _log(self) -> str:
        try:
            with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as log:
                return log.read()[-2000:].strip()
        except OSError:
            return ""

    def _load(self, *, in_process: bool) -> dict[str, Any]:
        """Puts our service into LibreOffice's process; where its Python cannot, the service runs here instead."""
        path = os.path.join(HERE, "component.py")
        problem = ""
        if in_process:
            try:
                loader = self.context.ServiceManager.createInstanceWithContext(
                    "com.sun.star.loader.Python", self.context
                )
                factory = loader.activate("workbench.libreoffice.Host", "", uno.systemPathToFileUrl(path), None)
                self.host = factory.createInstanceWithContext(self.context)
            except Exception as raised:  # noqa: BLE001  # whatever stands in the way, the slower way remains
                problem = str(raised)
        if self.host is None:
            sys.path.insert(0, HERE)
            self.host = importlib.import_module("component").Host(self.context)
            in_process = False
        pid = json.loads(self.call(json.dumps([0, "office.pid"])))[2] if in_process else None
        if pid is None and self.process is not None:
            pid = self.process.pid
        return {"pid": pid, "in_process": in_process, "problem": problem, "python": sys.version.split()[0]}

    def call(self, request: str) -> str:
        """Relays one request."""
        value = uno.createUnoStruct("com.sun.star.beans.NamedValue")
        value.Name, value.Value = "request", request
        answer: str = self.host.execute((value,))
        return answer

    def quit(self) -> None:
        """Closes every document unsaved and ends LibreOffice."""
        asked = threading.Thread(target=self._ask_to_end, daemon=True)
        asked.start()
        asked.join(PATIENCE_AT_QUIT)
        self.end()

    def _ask_to_end(self) -> None:
        with contextlib.suppress(Exception):  # it may end before it answers, or hang; end() makes sure of it
            self.call(json.dumps([0, "office.close-all"]))
            desktop = self.context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", self.context)
            desktop.terminate()

    def end(self) -> None:
        """Waits for our LibreOffice to end, makes it end, and removes its folder."""
        process = self.process
        if process is not None:
            if self.context is None and process.poll() is None:
                self._kill(process)
            try:
                process.wait(PATIENCE_AT_QUIT)
            except subprocess.TimeoutExpired:
                self._kill(process)
        if self.folder:
            if self.pipe:
                sockets.remove_sockets(self.pipe, pathlib.Path(self.folder, "profile").as_uri())
            shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def _kill(process: subprocess.Popen[bytes]) -> None:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()

    def leave(self) -> None:
        """The other side is gone: unlock what it locked, and end what was started for it alone."""
        with self._cleaning:
            if self.owned and self.process is not None:
                self.quit()
            elif self.host is not None:
                with contextlib.suppress(Exception):  # LibreOffice itself may be gone, then there is nothing to undo
                    self.call(json.dumps([0, "office.release"]))
            os._exit(0)


def watch_parent(bridge: Bridge) -> None:
    """Standard input may stay open in a fork of a process that was killed; its number tells the truth."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.5)
    bridge.leave()


def handle(bridge: Bridge, line: str) -> str:
    """The answer to one line."""
    if '"bridge.' not in line[:OWN_WITHIN]:
        return bridge.call(line)
    number, name, *arguments = json.loads(line)
    actions: dict[str, Callable[..., Any]] = {
        "bridge.start": bridge.start,
        "bridge.attach": bridge.attach,
        "bridge.quit": bridge.quit,
    }
    return json.dumps([number, "ok", actions[name](*arguments)])


def main() -> None:
    """Relays until standard input ends."""
    bridge = Bridge()
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not get between the answers
    if os.name == "posix":
        threading.Thread(target=watch_parent, args=(bridge,), daemon=True).start()
    for raw in requests:
        line = raw.decode("utf-8")
        try:
            answer = handle(bridge, line)
        except Exception as problem:  # noqa: BLE001  # told to the other side, which raises it
            kind = "start" if isinstance(problem, StartFailed) else "lost"
            number = json.loads(line)[0]
            answer = json.dumps([number, kind, f"{type(problem).__name__}: {problem}"])
        answers.write(answer.encode("utf-8") + b"\n")
        answers.flush()
    bridge.leave()


if __name__ == "__main__":
    main()
