"""Excel's side of the COM call without Windows: pywin32 is replaced, everything of xlwings behind it is the real one.

Reads calls as JSON from standard input, ``[name, from_1904, arguments]`` each, makes them through xlwings' COM server as
the VBA of the workbooks does, and writes what would go over the wire. ``{"error": number}`` stands for an error value.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import sys
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

PYWIN32 = (
    "pythoncom", "pywintypes", "win32api", "win32com", "win32com.client", "win32com.client.dynamic", "win32com.server", "win32com.server.dispatcher", "win32com.util", "win32com.server.dispatcher", "win32com.util",
    "win32com.server.policy", "win32com.server.util", "win32con", "win32event", "win32gui", "win32process",
    "win32timezone", "winerror", "winreg", "_winreg", "comtypes",
)  # fmt: skip


class _Stub(ModuleType):
    __path__: list[str] = []  # noqa: RUF012

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = type(name, (Exception,), {}) if name.endswith(("error", "Error")) else MagicMock(name=name)
        setattr(self, name, made)
        return made


class _PyIDispatch:
    """The type of COM's objects; none of ours is one."""


class _Policy:
    """The base class of xlwings' class factory."""


def prepare() -> Any:
    """The COM object that Excel talks to."""
    for name in PYWIN32:
        sys.modules[name] = _Stub(name)
    for name in PYWIN32:
        parent, _dot, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, sys.modules[name])
    sys.modules["pywintypes"].TimeType = type("TimeType", (), {})  # type: ignore[attr-defined]
    sys.modules["pywintypes"].IID = str  # type: ignore[attr-defined]
    sys.modules["win32com.server.policy"].DesignatedWrapPolicy = _Policy  # type: ignore[attr-defined]
    sys.modules["win32com.server.policy"].BasicWrapPolicy = _Policy  # type: ignore[attr-defined]
    sys.modules["win32com.server.util"].unwrap = MagicMock(side_effect=TypeError)  # type: ignore[attr-defined]
    sys.modules["pythoncom"].__file__ = "pythoncom311.dll"
    ctypes.PyDLL = MagicMock()  # type: ignore[misc, assignment]
    ctypes.windll = MagicMock()  # type: ignore[attr-defined]
    ctypes.oledll = MagicMock()  # type: ignore[attr-defined]
    ctypes.WINFUNCTYPE = MagicMock()  # type: ignore[attr-defined]
    ctypes.HRESULT = ctypes.c_long  # type: ignore[attr-defined]
    import xlwings

    windows = importlib.import_module("xlwings._xlwindows")
    xlwings._xlwindows = windows
    xlwings.engines.add(xlwings.main.Engine(impl=windows.engine))
    windows.is_range_instance = lambda _value: False
    server = importlib.import_module("xlwings.com_server")
    server.PyIDispatch = _PyIDispatch
    return server.XLPython()


def over_the_wire(value: Any) -> Any:
    """A value as pywin32 hands it over: ranges as tuples of tuples, numbers as float, errors as whole numbers."""
    if isinstance(value, dict):
        return value["error"]
    if isinstance(value, list):
        return tuple(map(over_the_wire, value))
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def main() -> None:
    server = prepare()
    answers = []
    for name, from_1904, arguments in json.load(sys.stdin):
        given = (name, from_1904, over_the_wire(arguments))
        answers.append(server.CallUDF("udfs.excel.calls", "answer", given, None, None))
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
