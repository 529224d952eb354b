"""What the extension is made from: functions of the registry and macros, as Calc needs to know them."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass

from udfs.registry import FUNCTIONS, Function

__all__ = ["ALIASES", "LAST_ERROR", "SERVICE", "CalcFunction", "CalcMacro", "functions", "macros", "uno_name"]

SERVICE = "WB"
"""Name of the service, and so the first half of ``WB.FX_RATE``, as versions before 25 write it into .xlsx."""
ALIASES = {"": "{name}", "XLDUDF_": "_xldudf_WB_{name}", "XLL_": "_xll.{name}"}
"""Prefix of the method (UNO's identifiers allow underscores between capitals only), and how the function is spelled in .xlsx: by hand, by Office.js, by add-ins of the XLL kind."""
LAST_ERROR = "WB_LAST_ERROR"


@dataclass(frozen=True, slots=True)
class CalcFunction:
    """A function as the wizard shows it."""

    name: str
    parameters: tuple[tuple[str, str, str, bool], ...]
    """Name, help in English and Chinese, and whether it may be left out."""
    help_en: str
    help_zh: str
    days: tuple[int, ...]
    """Positions of the parameters that are days: their numbers depend on the workbook's date system."""
    carried: bool
    """Whether it needs nothing but the rates and money that the extension carries inside."""
    by_cell: bool
    """Whether a range in gives a range out, cell by cell."""
    dated: bool
    """Whether days go in or may come out, so that it has to know the workbook's date system."""
    from_rates: bool
    """Whether its answer may depend on rates: where a register is named, on that one's."""


@dataclass(frozen=True, slots=True)
class CalcMacro:
    """A macro as menu and toolbar show it."""

    name: str
    title_en: str
    title_zh: str


def uno_name(parameter: str) -> str:
    """The parameter's name as UNO allows it: ``as_of`` is ``pAsOf``, and no word of the IDL's own."""
    return "p" + "".join(part.capitalize() for part in parameter.split("_"))


def functions() -> list[CalcFunction]:
    """All functions of the registry in its order, and the one that tells the message behind an error."""
    importlib.import_module("udfs.functions")  # declares them
    found = [_function(one) for name, one in FUNCTIONS.items() if name != LAST_ERROR]
    cell = ("cell", "the cell that shows an error", "显示错误的单元格", False)
    return [
        *found,
        CalcFunction(
            LAST_ERROR,
            (cell,),
            "Why the cell shows an error, in words; empty where it shows none.",
            "用文字说明单元格显示错误的原因；没有错误时为空。",
            (),
            carried=True,
            by_cell=False,
            dated=False,
            from_rates=False,
        ),
    ]


def _function(declared: Function) -> CalcFunction:
    whole, needs_register = bool(getattr(declared, "whole", False)), bool(getattr(declared, "needs_register", False))
    days = tuple(place for place, one in enumerate(declared.parameters) if _is_day(one))
    return CalcFunction(
        declared.name,
        tuple((one.name, one.help_en, one.help_zh, one.optional) for one in declared.parameters),
        declared.help_en,
        declared.help_zh,
        days,
        carried=bool(getattr(declared, "carried", True)) and not needs_register,
        by_cell=not whole,
        dated=bool(days) or whole or needs_register,
        from_rates=declared.category != "money",
    )


def _is_day(parameter: object) -> bool:
    kind = getattr(parameter, "kind", None)
    return getattr(kind, "value", "") == "date" or getattr(parameter, "name", "") == "date"


def macros() -> list[CalcMacro]:
    """All macros, in the order in which they are declared; none where the project has none."""
    if importlib.util.find_spec("udfs.macros") is None:
        return []
    declared = importlib.import_module("udfs.macros").MACROS
    return [
        CalcMacro(name, str(getattr(one, "title_en", name)), str(getattr(one, "title_zh", name)))
        for name, one in declared.items()
    ]
