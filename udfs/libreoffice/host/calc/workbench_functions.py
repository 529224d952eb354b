"""What LibreOffice calls for each cell: the functions, their errors, and the message behind an error.

The scalar functions are carried inside and computed here where LibreOffice's Python is recent enough; all others, and
all of them under an older Python, are asked of the service in the project's own Python.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import time
from collections import OrderedDict
from typing import Any, Tuple

import uno
import unohelper
from com.sun.star.lang import XServiceInfo
from org.multicurrency.workbench import XFunctions, XShim  # type: ignore[import-not-found]

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "workbench.json"), encoding="utf-8") as _text:
    FACTS: dict[str, Any] = json.load(_text)
CORE_PYTHON = (3, 11)
"""The oldest Python that the carried functions run under."""
SHIM = "org.multicurrency.workbench.Shim"
Cells = Tuple[Tuple[Any, ...], ...]
ERRORS = {
    "#N/A": 0x7FFF, "#VALUE!": 519, "#NUM!": 503, "#DIV/0!": 532, "#REF!": 524, "#NAME?": 525, "#NULL!": 521,
}  # fmt: skip
REMEMBERED = 20_000
DAYS_1904 = 1462.0
DATE_SYSTEM_1900 = (1899, 12, 30)
DATE_SYSTEM_1904 = (1904, 1, 1)
MOST_TOLD = 3
SYSTEM_HOLDS = 0.01  # seconds: a run over many cells asks once, a person who changes the setting is never that quick


def error_value(kind: str) -> float:
    """The number that Calc takes for an error value: no number, with the error's code in its lower half."""
    value: float = struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000000 | ERRORS.get(kind, 519)))[0]
    return value


class Engine:
    """All answers of this LibreOffice; one for all documents."""

    def __init__(self, context: Any) -> None:
        self.context = context
        self.known: dict[tuple[Any, ...], Any] = {}
        self.messages: OrderedDict[tuple[Any, ...], str] = OrderedDict()
        self._core: Any = None
        self._system = DATE_SYSTEM_1900
        self._system_of: Any = None
        self._system_until = 0.0
        self._client: Any = None
        self.speaks = os.environ.get("WORKBENCH_LANG") or self.language()
        named = os.environ.get("WORKBENCH_REGISTER") or FACTS["register"]
        self.register = named if "://" in named or not named else os.path.abspath(named)
        self.use_language()

    def use_language(self) -> None:
        """Messages in the language that LibreOffice speaks."""
        if sys.version_info < CORE_PYTHON:
            return
        from workbench.i18n import use_language

        use_language(self.speaks)

    def language(self) -> str:
        """The language of LibreOffice's menus, such as ``zh-CN``."""
        provider = self.context.ServiceManager.createInstanceWithContext(
            "com.sun.star.configuration.ConfigurationProvider", self.context
        )
        node = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        node.Name, node.Value = "nodepath", "/org.openoffice.Setup/L10N"
        access = provider.createInstanceWithArguments("com.sun.star.configuration.ConfigurationAccess", (node,))
        return str(access.getByName("ooLocale") or "en")

    def client(self) -> Any:
        """The way to the service."""
        if self._client is None:
            from udfs.service.client import Client

            self._client = Client(
                os.environ.get("WORKBENCH_PYTHON") or FACTS["python"],
                start_timeout=FACTS["start_timeout"],
                timeout=FACTS["timeout"],
            )
        return self._client

    def system(self, document: Any) -> tuple[int, int, int]:
        """The day that a workbook counts from; asked anew after some milliseconds, and for another workbook."""
        now = time.monotonic()
        if now > self._system_until or document != self._system_of:
            self._system, self._system_of, self._system_until = _system(document), document, now + SYSTEM_HOLDS
        return self._system

    def refused(self, name: str, message: str) -> Cells:
        """An error value that no argument of the function is to blame for."""
        self.messages[(name, ())] = message
        return ((error_value("#VALUE!"),),)

    def value(self, name: str, arguments: tuple[Any, ...], late: bool = False) -> Cells:
        """The function's answer as Calc takes it, rows of cells.

        ``arguments`` count days as in the 1900 system; days come out as the workbook counts them, ``late`` from 1904.
        """
        key = (name, arguments, True) if late else (name, arguments)
        try:
            known: Cells = self.known[key]
            return known
        except KeyError:
            pass
        facts = FACTS["functions"][name]
        if not facts["carried"] or sys.version_info < CORE_PYTHON or (facts["from_rates"] and self.register):
            # Only what cannot change while LibreOffice runs is kept: never an answer of the service.
            return self._outward(self._ask(name, arguments, late), (name, arguments))
        shapes = {(len(one), len(one[0])) for one in arguments if isinstance(one, tuple)}
        if facts["by_cell"] and not late and len(shapes) == 1:
            return self._by_cell(name, arguments, *shapes.pop())
        value = self._outward(self._compute(name, arguments, late), (name, arguments))
        if len(value) == len(value[0]) == 1:
            if len(self.known) >= REMEMBERED * 5:
                self.known.clear()
            self.known[key] = value
        return value

    def _by_cell(self, name: str, arguments: tuple[Any, ...], height: int, width: int) -> Cells:
        """A range from ranges of one shape, each cell as if it stood alone: what is known already is not computed."""
        known, value, rows = self.known, self.value, []
        for row in range(height):
            line = []
            for at in range(width):
                single = tuple([one[row][at] if isinstance(one, tuple) else one for one in arguments])
                found = known.get((name, single))
                line.append((value(name, single) if found is None else found)[0][0])
            rows.append(tuple(line))
        return tuple(rows)

    def _compute(self, name: str, arguments: tuple[Any, ...], late: bool) -> Any:
        if self._core is None:
            import udfs.functions  # noqa: F401  # declares them
            from udfs.service.cells import answer

            self._core = answer
        try:
            return self._core(name, list(arguments), from_1904=late)
        except Exception as problem:  # noqa: BLE001  # a cell shows an error, and the message tells which
            return {"error": "#VALUE!", "message": f"{type(problem).__name__}: {problem}"}

    def _ask(self, name: str, arguments: tuple[Any, ...], late: bool) -> Any:
        from udfs.service.client import ServiceGone

        try:
            reply = self.client().ask(
                {
                    "op": "call",
                    "name": name,
                    "arguments": arguments,
                    "from_1904": late,
                    "language": self.speaks,
                    "register": self.register,
                }
            )
        except ServiceGone as gone:
            return {"error": "#N/A", "message": FACTS["texts"]["service_gone"].format(problem=gone)}
        return reply.get("result", reply)

    def _outward(self, answer: Any, key: tuple[Any, ...]) -> Cells:
        if isinstance(answer, list):
            return tuple(tuple(self._single(cell, key) for cell in row) for row in answer) or (("",),)
        return ((self._single(answer, key),),)

    def _single(self, answer: Any, key: tuple[Any, ...]) -> Any:
        if isinstance(answer, dict):
            self.messages[key] = answer["message"]
            self.messages.move_to_end(key)
            if len(self.messages) > REMEMBERED:
                self.messages.popitem(last=False)
            return error_value(answer["error"])
        if isinstance(answer, bool):
            return float(answer)  # in a range Calc takes a truth value for 1, be it true or not
        return "" if answer is None else answer

    def last_error(self, cell: Any) -> str:
        """The message behind the error value in a cell, or an empty text where there is none.

        The functions in the cell's formula are looked at from the outermost on, with the values that their arguments
        have now. Where some are computed within the formula, all messages that fit the others are told.
        """
        try:
            first = cell.getCellByPosition(0, 0)
            if not first.getError():
                return ""
            formula = first.getFormula()
        except Exception:  # noqa: BLE001  # not a cell
            return ""
        from workbench_formulas import calls_in, error_behind  # type: ignore[import-not-found]

        place = error_behind(formula, first)
        if place:
            return str(FACTS["texts"]["passed_on"].format(cell=place))
        for name, arguments in calls_in(formula, first, FACTS["functions"]):
            told = self._told(name, self.shifted(name, arguments, _counts_from_1904(first)))
            if told:
                return told
        return str(FACTS["texts"]["not_ours"])

    def _told(self, name: str, arguments: tuple[Any, ...]) -> str:
        """The message that these arguments lead to; those that are not known may have been anything."""
        from workbench_formulas import UNKNOWN

        if UNKNOWN not in arguments:
            values = [one for row in self.value(name, arguments) for one in row]
            failed = any(one != one for one in values)  # noqa: PLR0124  # an error is no number
            return self.messages.get((name, arguments), "") if failed else ""
        fitting = [
            text
            for (known, given), text in self.messages.items()
            if known == name and len(given) == len(arguments)
            and all(mine is UNKNOWN or mine == theirs for mine, theirs in zip(arguments, given))
        ]  # fmt: skip
        return " / ".join(list(dict.fromkeys(reversed(fitting)))[:MOST_TOLD])

    @staticmethod
    def shifted(name: str, arguments: tuple[Any, ...], from_1904: bool) -> tuple[Any, ...]:
        """Arguments with their days counted as in the 1900 system; what is left out at the end is dropped."""
        while arguments and arguments[-1] is None:
            arguments = arguments[:-1]
        if not from_1904:
            return arguments
        days = FACTS["functions"][name]["days"]
        return tuple(_later(one) if position in days else one for position, one in enumerate(arguments))


def _later(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_later(one) for one in value)
    return value + DAYS_1904 if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _system(document: Any) -> tuple[int, int, int]:
    day = document.getPropertyValue("NullDate")
    return (day.Year, day.Month, day.Day)


def _counts_from_1904(cell: Any) -> bool:
    return False if cell is None else _system(_document_of(cell)) == DATE_SYSTEM_1904


def _document_of(cell: Any) -> Any:
    return cell.getSpreadsheet().DrawPage.Forms.Parent


ENGINE: list[Engine] = []


def engine(context: Any) -> Engine:
    """The one engine."""
    if not ENGINE:
        ENGINE.append(Engine(context))
    return ENGINE[0]


class Functions(unohelper.Base, XFunctions, XServiceInfo):  # type: ignore[misc]  # LibreOffice's classes have no types
    """The service whose methods are the functions."""

    def __init__(self, context: Any) -> None:
        self._engine = engine(context)

    def WB_LAST_ERROR(self, cell: Any) -> Cells:
        """The message behind a cell's error."""
        return ((self._engine.last_error(cell),),)

    def getImplementationName(self) -> str:
        """XServiceInfo."""
        return str(FACTS["service"])

    def supportsService(self, name: str) -> bool:
        """XServiceInfo."""
        return bool(name == FACTS["service"])

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        """XServiceInfo."""
        return (FACTS["service"],)


def _method(name: str) -> Any:
    if FACTS["functions"][name]["dated"]:

        def dated(self: Any, document: Any, *arguments: Any) -> Any:
            own = self._engine
            system = own.system(document)
            if system == DATE_SYSTEM_1900:
                return own.value(name, own.shifted(name, arguments, False))
            if system == DATE_SYSTEM_1904:
                return own.value(name, own.shifted(name, arguments, True), True)
            return own.refused(name, FACTS["texts"]["system_unknown"])

        return dated

    def plain(self: Any, *arguments: Any) -> Any:
        return self._engine.value(name, self._engine.shifted(name, arguments, False))

    return plain


for _name in FACTS["functions"]:
    if _name != "WB_LAST_ERROR":
        for _prefix in FACTS["prefixes"]:
            setattr(Functions, _prefix + _name, _method(_name))
for _prefix in FACTS["prefixes"]:
    setattr(Functions, _prefix + "WB_LAST_ERROR", Functions.WB_LAST_ERROR)


class Shim(unohelper.Base, XShim, XServiceInfo):  # type: ignore[misc]  # LibreOffice's classes have no types
    """What the Basic functions of older versions call: they do not know the document they stand in."""

    def __init__(self, context: Any) -> None:
        self._engine = engine(context)
        self._desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)

    def evaluate(self, name: str, arguments: Any) -> Cells:
        """The function's answer; an error where days would be counted in two ways."""
        if FACTS["functions"][name]["dated"] and self._other_system():
            return self._engine.refused(name, FACTS["texts"]["system_1904"])
        return self._engine.value(name, self._engine.shifted(name, tuple(arguments), False))

    def _other_system(self) -> bool:
        components = self._desktop.Components.createEnumeration()
        while components.hasMoreElements():
            one = components.nextElement()
            if (
                hasattr(one, "supportsService")
                and one.supportsService("com.sun.star.sheet.SpreadsheetDocument")
                and _system(one) != DATE_SYSTEM_1900
            ):
                return True
        return False

    def getImplementationName(self) -> str:
        """XServiceInfo."""
        return SHIM

    def supportsService(self, name: str) -> bool:
        """XServiceInfo."""
        return name == SHIM

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        """XServiceInfo."""
        return (SHIM,)


g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816  # the name that the loader looks for
g_ImplementationHelper.addImplementation(Functions, FACTS["service"], (FACTS["service"],))
g_ImplementationHelper.addImplementation(Shim, SHIM, (SHIM,))
