"""The add-in in a person's own Excel for Windows: put in, taken out, examined."""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from udfs.checks import Check
from udfs.excel import building
from udfs.excel.settings import read_settings, settings_file, write_settings
from workbench.i18n import _

__all__ = ["ADDIN", "Step", "addin_folder", "doctor", "install", "plan", "uninstall"]

ADDIN = "Workbench.xlam"


@dataclass(frozen=True, slots=True)
class Step:
    """One file that is written or taken away, and what it is for."""

    path: Path
    what: str


def on_windows() -> bool:
    """Whether Excel for Windows can run here."""
    return sys.platform == "win32"


def addin_folder() -> Path:
    """The folder in which Excel looks for a person's own add-ins."""
    base = os.environ.get("APPDATA")
    return (Path(base) if base else Path("%APPDATA%")) / "Microsoft" / "AddIns"


def interpreter() -> Path:
    """The Python without a console that Excel starts: the one that runs this."""
    own = Path(sys.executable)
    windowless = own.with_name("pythonw.exe")
    return windowless if windowless.exists() else own


def plan(folder: Path | None = None) -> list[Step]:
    """What ``install`` writes."""
    return [
        Step((folder or addin_folder()) / ADDIN, _("the add-in: functions, macros and a tab in the ribbon")),
        Step(settings_file(), _("which Python it starts, and which register it looks into")),
    ]


def install(folder: Path | None = None, *, python: str = "", register: str = "") -> list[Step]:
    """Write the add-in and its settings, in the place of earlier ones.

    Args:
        folder: Excel's folder of add-ins; the user's own if None.
        python: interpreter that has Workbench; this one if empty.
        register: what functions look into where WORKBENCH_REGISTER names no other.

    Raises:
        OSError: a file cannot be written; Excel has the add-in open.
    """
    done = plan(folder)
    done[0].path.parent.mkdir(parents=True, exist_ok=True)
    building.write(done[0].path)
    settings = {"INTERPRETER_WIN": python or str(interpreter())}
    write_settings({**settings, "REGISTER": register} if register else settings)
    return done


def uninstall(folder: Path | None = None) -> list[Step]:
    """Take the add-in and its settings away; those that were there."""
    gone = [step for step in plan(folder) if step.path.exists()]
    for step in gone:
        step.path.unlink()
    return gone


def doctor(folder: Path | None = None) -> list[Check]:
    """Everything that has to be right, in the order in which it matters."""
    return [
        _platform(),
        _component("xlwings"),
        _component("win32com"),
        _library(),
        _addin(folder),
        _python(),
        _computes(),
    ]


def _platform() -> Check:
    if on_windows():
        return Check("windows", good=True, detail=sys.platform)
    words = _("This is {platform}; the add-in works in Excel for Windows only.").format(platform=sys.platform)
    return Check(
        "windows", good=False, detail=words, remedy=_("Elsewhere: workbench serve, or workbench libreoffice install")
    )


def _component(name: str) -> Check:
    have = importlib.util.find_spec(name) is not None
    detail = _("{name} is installed").format(name=name) if have else _("{name} is not installed").format(name=name)
    return Check(name, good=have, detail=detail, remedy="" if have else 'pip install "workbench[excel]"')


def _library() -> Check:
    """The library that starts Python lies beside the interpreter, or above it in a virtual environment."""
    found = [
        one for folder in (Path(sys.executable).parent, Path(sys.prefix)) for one in folder.glob("xlwings64-*.dll")
    ]
    if found:
        return Check("xlwings-dll", good=True, detail=str(found[0]))
    return Check(
        "xlwings-dll",
        good=False,
        detail=_("xlwings64-….dll is missing"),
        remedy="pip install --force-reinstall xlwings",
    )


def _addin(folder: Path | None) -> Check:
    path = (folder or addin_folder()) / ADDIN
    remedy = "workbench excel install"
    if not path.exists():
        return Check("add-in", good=False, detail=_("There is no {file}.").format(file=path), remedy=remedy)
    if path.read_bytes() != building.addin():
        words = _("{file} is of another version.").format(file=path)
        return Check("add-in", good=False, detail=words, remedy=remedy)
    return Check("add-in", good=True, detail=str(path))


def _python() -> Check:
    named = read_settings().get("INTERPRETER_WIN", "")
    if named and Path(named).is_file():
        return Check("interpreter", good=True, detail=named)
    words = _("{file} names no Python that exists: {value}").format(file=settings_file(), value=repr(named))
    return Check("interpreter", good=False, detail=words, remedy="workbench excel install")


def _computes() -> Check:
    """Asks as Excel would, without Excel."""
    from udfs.excel.calls import answer

    [[found]] = answer("FX_RATE", False, ("USD", "CNY", 45_293.0))
    good = isinstance(found, float)
    return Check("functions", good=good, detail=f'FX_RATE("USD","CNY",2024-01-02) = {found}')
