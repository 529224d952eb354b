"""Makes the extension: one ``.oxt`` with functions, help, menu, toolbar, Basic and the code that answers."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from udfs.libreoffice.addin import basic, markup
from udfs.libreoffice.addin.model import ALIASES, SERVICE, CalcFunction, CalcMacro, functions, macros
from workbench import __version__
from workbench.i18n import _

__all__ = ["IDENTIFIER", "build", "contents", "unpack"]

IDENTIFIER = "org.multicurrency.workbench"
_ROOT = Path(__file__).resolve().parents[3]
_HOST = Path(__file__).resolve().parents[1] / "host" / "calc"
_COMPONENTS = ("workbench_functions.py", "workbench_commands.py")
_BESIDE = ("workbench_formulas.py",)
_CORE = """
import sys, udfs.functions, udfs.service.cells, udfs.service.client
for name, module in list(sys.modules.items()):
    if name.partition(".")[0] in {"udfs", "workbench"} and getattr(module, "__file__", None):
        print(module.__file__)
"""
_STAMP = (2020, 1, 1, 0, 0, 0)


def build(target: Path, *, python: str = "", register: str = "") -> Path:
    """Writes the extension to ``target``; the same sources give the same bytes.

    Args:
        target: the ``.oxt``.
        python: the interpreter that runs the heavy functions and the macros; this one if empty.
        register: path or address of the register that functions look into, where WORKBENCH_REGISTER names no other.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in sorted(contents(functions(), macros(), python=python, register=register).items()):
            package.writestr(zipfile.ZipInfo(name, _STAMP), body, zipfile.ZIP_DEFLATED)
    return target


def unpack(folder: Path, *, python: str = "", register: str = "") -> Path:
    """Writes the extension's files into ``folder``: what ``BUNDLED_EXTENSIONS`` of a LibreOffice points above."""
    for name, body in contents(functions(), macros(), python=python, register=register).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return folder


def contents(
    known: Sequence[CalcFunction], commands: Sequence[CalcMacro], *, python: str = "", register: str = ""
) -> dict[str, bytes]:
    """Every file of the extension by its name inside."""
    texts = {
        "META-INF/manifest.xml": markup.manifest(),
        "description.xml": markup.description(IDENTIFIER, __version__),
        "functions.idl": markup.idl(known),
        "CalcAddIns.xcu": markup.add_ins(known),
        "Addons.xcu": markup.add_ons(commands),
        "workbench.json": json.dumps(
            _facts(known, commands, python or sys.executable, register), ensure_ascii=False, indent=1
        ),
        **{f"Workbench/{name}": text for name, text in basic.button_library(commands).items()},
    }
    return {
        **{name: text.encode("utf-8") for name, text in texts.items()},
        **{name: (_HOST / name).read_bytes() for name in _COMPONENTS},
        **{f"pythonpath/{name}": (_HOST / name).read_bytes() for name in _BESIDE},
        **{f"pythonpath/{path}": (_ROOT / path).read_bytes() for path in _core()},
    }


def _facts(
    known: Iterable[CalcFunction], commands: Iterable[CalcMacro], python: str, register: str
) -> Mapping[str, object]:
    return {
        "service": SERVICE,
        "python": python,
        "version": __version__,
        "start_timeout": 20.0,
        "timeout": 60.0,
        "prefixes": list(ALIASES),
        "functions": {
            one.name: {
                "days": list(one.days), "carried": one.carried, "by_cell": one.by_cell, "dated": one.dated, "from_rates": one.from_rates,
            }
            for one in known
        },
        "register": register,
        "macros": {one.name: {"en": one.title_en, "zh": one.title_zh} for one in commands},
        "button_url": basic.button_url("{name}"),
        "texts": {
            "service_gone": _("The part of Workbench that runs beside LibreOffice does not answer ({problem}). Run: workbench libreoffice doctor"),
            "system_1904": _("A workbook that counts its days from 1904 is open; save it in the 1900 system, or spell the function WB.…"),
            "system_unknown": _("The workbook counts its days from neither 1900 nor 1904."),
            "passed_on": _("{cell} shows an error itself, and it is passed on."),
            "not_ours": _("The error does not come from a function of Workbench."),
            "no_macro": _("The macro {name} cannot run: no workbook is in front, or there is no such macro."),
            "no_sheet": _("LibreOffice has no sheet to put the buttons on."),
            "still_running": _("Another macro is still running."),
        },
    }  # fmt: skip


def _core() -> list[str]:
    """Files that the carried functions need, found by importing them alone in a fresh interpreter."""
    found = subprocess.run(  # noqa: S603  # this interpreter and a fixed script
        [sys.executable, "-c", _CORE], check=True, capture_output=True, text=True, cwd=_ROOT
    ).stdout.splitlines()
    files = {Path(one).resolve().relative_to(_ROOT).as_posix() for one in found}
    data = {one.relative_to(_ROOT).as_posix() for one in (_ROOT / "workbench" / "rates" / "data").iterdir()}
    words = {one.relative_to(_ROOT).as_posix() for one in (_ROOT / "workbench" / "locale").rglob("*.mo")}
    return sorted(files | data | words)
