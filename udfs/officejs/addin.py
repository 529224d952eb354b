"""The add-in as the server sees it: files to serve, cells to answer, and how to start a process for slow ones."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import udfs.functions  # noqa: F401 - its import declares the functions
from udfs.officejs.answers import Call, answers, refusal
from udfs.officejs.host import Host
from udfs.officejs.manifest import unified_manifest, xml_manifest
from udfs.officejs.metadata import functions_json
from udfs.officejs.words import words
from udfs.registry import FUNCTIONS, ErrorKind
from workbench.i18n import speaking

__all__ = ["AddIn"]

_PAGE = Path(__file__).parent / "page"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}


class AddIn:
    """The Office.js add-in over one register, or over the rates of the package where there is none."""

    def __init__(self, register: str | None) -> None:
        self._register = register
        self._host = Host(register)

    def file(self, name: str, origin: str) -> tuple[str, bytes] | None:
        """Media type and content of a file of the add-in; None where there is none of that name."""
        made = self._made(origin).get(name)
        content = made() if made else self._pages.get(name)
        return None if content is None else (_TYPES[Path(name).suffix], content)

    def _made(self, origin: str) -> dict[str, Callable[[], bytes]]:
        return {
            "manifest.xml": lambda: xml_manifest(origin),
            "manifest.json": lambda: _json(unified_manifest(origin)),
            "functions.json": lambda: _json(functions_json("en")),
            "functions.zh.json": lambda: _json(functions_json("zh")),
            "functions.js": self._script,
            "words.js": _words,
        }

    @cached_property
    def _pages(self) -> dict[str, bytes]:
        return {
            path.relative_to(_PAGE).as_posix(): path.read_bytes() for path in _PAGE.rglob("*") if path.suffix in _TYPES
        }

    def _script(self) -> bytes:
        names = json.dumps(sorted(FUNCTIONS))
        parts = [self._pages["client.js"].decode(), self._pages["calls.js"].decode()]
        return "\n".join([*parts, f"Workbench.associate({names});", ""]).encode()

    def is_quick(self, name: object) -> bool:
        """Whether a function is computed in memory, microseconds a cell, so that the request may wait for it."""
        declared = FUNCTIONS.get(name) if isinstance(name, str) else None
        return declared is None or not declared.slow

    def answers(self, calls: Sequence[Call], stop: Callable[[], bool]) -> Iterator[Any]:
        """The result of each call, as JSON; ends early once ``stop`` says so."""
        self._host.refresh()
        return answers(calls, stop)

    def refusal(self, message: str) -> Any:
        """``#N/A`` with a message, as JSON."""
        return refusal(ErrorKind.NA, message)

    def worker(self) -> list[str]:
        """The command of a process that answers batches, a line each."""
        return [sys.executable, "-m", "udfs.officejs.worker", *([self._register] if self._register else [])]


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()


def _words() -> bytes:
    told = {}
    for language in ("en", "zh"):
        with speaking(language):
            told[language] = words()
    return f"const WORDS = {json.dumps(told, ensure_ascii=False, indent=1)};\n".encode()
