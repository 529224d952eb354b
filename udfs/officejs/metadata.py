"""``functions.json``: what Excel must know of every function, from the registry."""

from __future__ import annotations

from typing import Any

from udfs.registry import FUNCTIONS, Function, Parameter

__all__ = ["LAST_ERROR", "NAMESPACE", "functions_json"]

NAMESPACE = "WB"
"""What stands before the name in a formula: ``=WB.FX_RATE(…)``."""


LAST_ERROR = "WB_LAST_ERROR"
"""The function that the page answers itself: why a cell shows an error."""
_CELL = Parameter("cell", "the cell that shows an error", "显示错误的单元格")
_WHY = {
    "en": "Why the cell shows an error, in words; empty where it shows none.",
    "zh": "用文字说明单元格显示错误的原因；没有错误时为空。",
}


def functions_json(language: str) -> dict[str, Any]:
    """The metadata of all functions in ``en`` or ``zh``.

    Every parameter and every result is a range, because the registry takes and gives cells and ranges alike; a single
    cell is a range of one. Days come back as numbers with a format, which needs the custom data types; an error in
    an argument is passed on as it is, for which Excel must hand it over.
    """
    return {
        "allowCustomDataForDataTypeAny": True,
        "allowErrorForDataTypeAny": True,
        "functions": [*(_function(one, language) for _name, one in sorted(FUNCTIONS.items())), _last_error(language)],
    }


def _last_error(language: str) -> dict[str, Any]:
    return {
        "id": LAST_ERROR,
        "name": LAST_ERROR,
        "description": _WHY[language],
        "parameters": [_parameter(_CELL, language)],
        "result": {"type": "string", "dimensionality": "scalar"},
        "options": {"requiresParameterAddresses": True},
    }


def _function(declared: Function, language: str) -> dict[str, Any]:
    return {
        "id": declared.name,
        "name": declared.name,
        "description": declared.help_zh if language == "zh" else declared.help_en,
        "parameters": [_parameter(one, language) for one in declared.parameters],
        "result": {"type": "any", "dimensionality": "matrix"},
        "options": {"cancelable": True, "requiresAddress": True},
    }


def _parameter(declared: Parameter, language: str) -> dict[str, Any]:
    return {
        "name": declared.name,
        "description": declared.help_zh if language == "zh" else declared.help_en,
        "type": "any",
        "dimensionality": "matrix",
        "optional": declared.optional,
    }
