"""What menu, toolbar and buttons call: macros, run in the project's own Python while LibreOffice stays usable."""

from __future__ import annotations

import itertools
import json
import os
import secrets
import sys
import threading
from typing import Any

import uno
import unohelper
from com.sun.star.bridge import XInstanceProvider
from com.sun.star.lang import XServiceInfo
from com.sun.star.task import XJob, XJobExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "workbench.json"), encoding="utf-8") as _text:
    FACTS: dict[str, Any] = json.load(_text)
COMMANDS = "org.multicurrency.workbench.Commands"
LONGEST_MACRO = 3600.0  # seconds
ADD_BUTTONS = "add_buttons"
FORM = "Workbench"
BUTTON = (4600, 720)  # width and height in hundredths of a millimetre
RUNNING = threading.Lock()
DOOR: list[str] = []
LAST: dict[str, Any] = {}
TOLD = itertools.count(1)


def place_buttons(document: Any, sheet: Any, near: Any, language: str) -> None:
    """A button for each macro, one below the other, from the selected cell on; those that are there already stay."""
    page = sheet.DrawPage
    if page.Forms.hasByName(FORM):
        form = page.Forms.getByName(FORM)
    else:
        form = document.createInstance("com.sun.star.form.component.Form")
        page.Forms.insertByName(FORM, form)
    place = near.Position if hasattr(near, "Position") else None
    across, down = (place.X, place.Y) if place is not None else (0, 0)
    for name, titles in FACTS["macros"].items():
        if form.hasByName(name):
            continue
        model = document.createInstance("com.sun.star.form.component.CommandButton")
        model.Name, model.Label = name, titles[language]
        shape = document.createInstance("com.sun.star.drawing.ControlShape")
        size, point = uno.createUnoStruct("com.sun.star.awt.Size"), uno.createUnoStruct("com.sun.star.awt.Point")
        size.Width, size.Height = BUTTON
        point.X, point.Y = across, down
        down += BUTTON[1] + BUTTON[1] // 6
        shape.Size, shape.Position, shape.Control = size, point, model
        form.insertByIndex(form.Count, model)
        page.add(shape)
        bound = uno.createUnoStruct("com.sun.star.script.ScriptEventDescriptor")
        bound.ListenerType, bound.EventMethod = "XActionListener", "actionPerformed"
        bound.ScriptType, bound.ScriptCode = "Script", FACTS["button_url"].format(name=name)
        form.registerScriptEvent(form.Count - 1, bound)


def _language(context: Any) -> str:
    provider = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.configuration.ConfigurationProvider", context
    )
    node = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    node.Name, node.Value = "nodepath", "/org.openoffice.Setup/L10N"
    access = provider.createInstanceWithArguments("com.sun.star.configuration.ConfigurationAccess", (node,))
    return str(access.getByName("ooLocale") or "en")


class _Context(unohelper.Base, XInstanceProvider):  # type: ignore[misc]  # LibreOffice's classes have no types
    """Hands the component context to the one who comes through the pipe."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def getInstance(self, name: str) -> Any:
        """XInstanceProvider."""
        return self._context if name == "StarOffice.ComponentContext" else None


def door(context: Any) -> str:
    """The name of a pipe at which this LibreOffice answers; only this user can open it."""
    if DOOR:
        return DOOR[0]
    name = "workbench" + secrets.token_hex(16)
    create = context.ServiceManager.createInstanceWithContext
    acceptor = create("com.sun.star.connection.Acceptor", context)
    bridges = create("com.sun.star.bridge.BridgeFactory", context)
    provider = _Context(context)

    def accept() -> None:
        while True:
            connection = acceptor.accept("pipe,name=" + name)
            if connection is None:
                return
            bridges.createBridge("", "urp", connection, provider)

    threading.Thread(target=accept, daemon=True).start()
    DOOR.append(name)
    return name


class Commands(unohelper.Base, XJob, XJobExecutor, XServiceInfo):  # type: ignore[misc]  # LibreOffice's classes have no types
    """Runs the macro of a given name on the workbook in front, or on the one that is named behind a colon."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def trigger(self, event: str) -> None:
        """XJobExecutor: returns at once; what came of it is told when it is done."""
        name, _colon, uid = event.partition(":")
        document = self._document(uid)
        if name == ADD_BUTTONS:
            self._add_buttons(document)
            return
        if name not in FACTS["macros"] or document is None:
            self._tell(document, FACTS["texts"]["no_macro"].format(name=name), failed=True)
            return
        if not RUNNING.acquire(blocking=False):
            self._tell(document, FACTS["texts"]["still_running"], failed=True)
            return
        LAST.clear()
        threading.Thread(target=self._run, args=(name, document), daemon=True).start()

    def execute(self, arguments: Any) -> str:  # noqa: ARG002  # XJob's signature
        """XJob: what the last macro said and the how manieth it was, as JSON; empty while one runs."""
        return json.dumps(LAST)

    def _add_buttons(self, document: Any) -> None:
        controller = None if document is None else document.getCurrentController()
        if controller is None:
            self._tell(document, FACTS["texts"]["no_sheet"], failed=True)
            return
        # The engine of the functions asks the same; a button shows one language, as a heading does.
        chinese = str(document.CharLocale.Language) == "zh" or _language(self._context).startswith("zh")
        place_buttons(document, controller.ActiveSheet, controller.Selection, "zh" if chinese else "en")

    def _run(self, name: str, document: Any) -> None:
        from udfs.service.client import Client, ServiceGone

        try:
            client = Client(
                os.environ.get("WORKBENCH_PYTHON") or FACTS["python"],
                start_timeout=FACTS["start_timeout"],
                timeout=LONGEST_MACRO,
            )
            request = {
                "op": "macro", "name": name, "pipe": door(self._context), "uid": document.RuntimeUID,
                "pid": os.getpid(), "again": False, "register": os.environ.get("WORKBENCH_REGISTER") or FACTS["register"],
                "language": os.environ.get("WORKBENCH_LANG") or _language(self._context),
            }  # fmt: skip
            try:
                reply = client.ask(request)
            except ServiceGone as gone:
                reply = {"message": FACTS["texts"]["service_gone"].format(problem=gone)}
            finally:
                client.close()
            if "result" in reply:
                document.calculateAll()  # what cells show from the register may be another now
        except Exception as problem:  # noqa: BLE001  # told to the person who pressed the button
            reply = {"message": f"{type(problem).__name__}: {problem}"}
        finally:
            RUNNING.release()
        failed = "result" not in reply
        self._tell(document, reply["message"] if failed else reply["result"], failed=failed)

    def _tell(self, document: Any, text: str, failed: bool) -> None:
        LAST.update(text=text, failed=failed, number=next(TOLD))
        window = self._window(document)
        if window is None:
            sys.stderr.write("workbench: " + text + "\n")
            return
        box = window.getToolkit().createMessageBox(
            window,
            uno.Enum("com.sun.star.awt.MessageBoxType", "WARNINGBOX" if failed else "INFOBOX"),
            1,
            "Workbench",
            text,
        )
        box.execute()

    @staticmethod
    def _window(document: Any) -> Any:
        """The window to show a box in; None where nobody would see it."""
        controller = None if document is None else document.getCurrentController()
        if controller is None or os.environ.get("SAL_USE_VCLPLUGIN") == "svp" or "--headless" in _command_line():
            return None
        return controller.Frame.ContainerWindow

    def _document(self, uid: str) -> Any:
        desktop = self._context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", self._context)
        if not uid:
            found = desktop.CurrentComponent
            return found if _is_sheet(found) else None
        components = desktop.Components.createEnumeration()
        while components.hasMoreElements():
            one = components.nextElement()
            if _is_sheet(one) and one.RuntimeUID == uid:
                return one
        return None

    def getImplementationName(self) -> str:
        """XServiceInfo."""
        return COMMANDS

    def supportsService(self, name: str) -> bool:
        """XServiceInfo."""
        return name == COMMANDS

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        """XServiceInfo."""
        return (COMMANDS,)


def _is_sheet(component: Any) -> bool:
    return hasattr(component, "supportsService") and component.supportsService("com.sun.star.sheet.SpreadsheetDocument")


def _command_line() -> list[str]:
    try:
        with open("/proc/self/cmdline", "rb") as text:
            return text.read().decode("utf-8", "replace").split("\0")
    except OSError:
        return []


g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816  # the name that the loader looks for
g_ImplementationHelper.addImplementation(Commands, COMMANDS, (COMMANDS,))
