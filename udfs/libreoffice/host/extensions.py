"""Extensions of a profile, modules of its Basic, and workbooks that are recalculated with them."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

import uno
import unohelper
from com.sun.star.task import XInteractionHandler
from com.sun.star.ucb import XCommandEnvironment

from .service import Office, operation, properties

APPROVE = uno.getTypeByName("com.sun.star.task.XInteractionApprove")
FORMULAS = 16  # com.sun.star.sheet.CellFlags.FORMULA
ERROR_RESULTS = 4  # com.sun.star.sheet.FormulaResult.ERROR
SPELLED = {32767: "#N/A", 519: "#VALUE!", 503: "#NUM!", 502: "#VALUE!", 524: "#REF!", 525: "#NAME?", 532: "#DIV/0!"}
CALLED = re.compile(r"([A-Za-z_][\w.]*)\s*\(")
TEXT = re.compile(r'"(?:[^"]|"")*"')


class _Silent(unohelper.Base, XCommandEnvironment, XInteractionHandler):  # type: ignore[misc]  # LibreOffice's classes have no types
    """Asks nobody anything: what is to be approved is approved, since a person has asked for it already."""

    def getInteractionHandler(self) -> Any:
        return self

    def getProgressHandler(self) -> None:
        return None

    def handle(self, request: Any) -> None:
        for one in request.getContinuations():
            if one.queryInterface(APPROVE) is not None:
                one.select()
                return


def _manager(office: Office) -> Any:
    return office.context.getValueByName("/singletons/com.sun.star.deployment.ExtensionManager")


@operation("extensions.list")
def list_extensions(office: Office) -> list[list[str]]:
    """Identifier and version of each extension that the profile has, and of each that comes along."""
    manager = _manager(office)
    return [
        [str(one.Identifier.Value), str(one.Version), place]
        for place in ("user", "bundled", "shared")
        for one in manager.getDeployedExtensions(place, manager.createAbortChannel(), _Silent())
    ]


@operation("extensions.add")
def add_extension(office: Office, path: str) -> str:
    """Puts an extension into the profile, in the place of an older or newer one of the same identifier."""
    manager = _manager(office)
    made = manager.addExtension(uno.systemPathToFileUrl(path), (), "user", manager.createAbortChannel(), _Silent())
    return str(made.Identifier.Value)


@operation("extensions.remove")
def remove_extension(office: Office, identifier: str) -> bool:
    """Takes an extension out of the profile; False where it has none of this identifier."""
    manager = _manager(office)
    for one in manager.getDeployedExtensions("user", manager.createAbortChannel(), _Silent()):
        if one.Identifier.Value == identifier:
            manager.removeExtension(identifier, one.Name, "user", manager.createAbortChannel(), _Silent())
            return True
    return False


def _standard(office: Office) -> Any:
    libraries = office.create("com.sun.star.script.ApplicationScriptLibraryContainer")
    if not libraries.hasByName("Standard"):
        libraries.createLibrary("Standard")
    libraries.loadLibrary("Standard")
    return libraries, libraries.getByName("Standard")


@operation("basic.put")
def put_module(office: Office, name: str, source: str | None) -> None:
    """Makes ``source`` the module ``name`` of the user's own Basic; None takes it away."""
    libraries, standard = _standard(office)
    if standard.hasByName(name):
        standard.removeByName(name)
    if source is not None:
        standard.insertByName(name, source)
    libraries.storeLibraries()


@operation("basic.has")
def has_module(office: Office, name: str) -> bool:
    """Whether the user's own Basic has a module of this name."""
    return bool(_standard(office)[1].hasByName(name))


@operation("books.recalculate")
def recalculate(office: Office, uid: str) -> None:
    """Computes every formula of a workbook anew, whether its arguments have changed or not."""
    office.document(uid).calculateAll()


@operation("office.python")
def python_version(office: Office) -> str:  # noqa: ARG001  # every operation is handed the office
    """The version of the Python inside this LibreOffice."""
    return sys.version.split()[0]


@operation("books.survey")
def survey(office: Office, uid: str, most: int) -> dict[str, Any]:
    """How many cells hold a formula, how many of them which error, and how often each function stands in them.

    The first ``most`` error cells are listed with the message that our own functions gave.
    """
    found: dict[str, Any] = {"formulas": 0, "errors": {}, "functions": {}, "cells": []}
    explain = office.create("WB")
    for sheet in office.document(uid).Sheets:
        for place in sheet.queryContentCells(FORMULAS).RangeAddresses:
            _count(_area(sheet, place).getFormulaArray(), found)
        for place in sheet.queryFormulaCells(ERROR_RESULTS).RangeAddresses:
            for row in range(place.StartRow, place.EndRow + 1):
                for column in range(place.StartColumn, place.EndColumn + 1):
                    cell = sheet.getCellByPosition(column, row)
                    kind = SPELLED.get(cell.getError(), f"Err:{cell.getError()}")
                    found["errors"][kind] = found["errors"].get(kind, 0) + 1
                    if len(found["cells"]) < most:
                        message = explain.WB_LAST_ERROR(cell)[0][0] if explain is not None else ""
                        found["cells"].append([sheet.Name, row, column, kind, message])
    return found


def _area(sheet: Any, place: Any) -> Any:
    return sheet.getCellRangeByPosition(place.StartColumn, place.StartRow, place.EndColumn, place.EndRow)


def _count(lines: Any, found: dict[str, Any]) -> None:
    functions = found["functions"]
    for line in lines:
        found["formulas"] += len(line)
        for formula in line:
            for name in CALLED.findall(TEXT.sub('""', formula)):
                plain = name.upper().rpartition(".")[2] if name.upper().startswith("WB.") else name.upper()
                functions[plain] = functions.get(plain, 0) + 1


@operation("office.probe")
def probe(office: Office, formula: str) -> Any:
    """What a cell of a new workbook shows for a formula; the workbook is thrown away."""
    document = office.desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, properties(Hidden=True))
    try:
        cell = document.Sheets.getByIndex(0).getCellByPosition(0, 0)
        cell.setFormula(formula)
        if cell.getError():
            return SPELLED.get(cell.getError(), f"Err:{cell.getError()}")
        return cell.getValue() or cell.getString()
    finally:
        document.close(True)


COMMANDS = "org.multicurrency.workbench.Commands"


@operation("commands.trigger")
def trigger(office: Office, event: str) -> None:
    """What a button does: ``macro:uid``."""
    office.create(COMMANDS).trigger(event)


@operation("commands.last")
def last_outcome(office: Office) -> dict[str, Any]:
    """What the last macro said: ``text`` and ``failed``; empty while one runs."""
    outcome = office.create(COMMANDS).execute(())
    found: dict[str, Any] = json.loads(outcome)
    return found


@operation("commands.dispatch")
def dispatch(office: Office, url: str) -> None:
    """What a menu's entry does, in the window in front."""
    helper = office.create("com.sun.star.frame.DispatchHelper")
    helper.executeDispatch(office.desktop.getCurrentFrame(), url, "_self", 0, ())
