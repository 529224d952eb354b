"""Data validation and conditional formats."""

from __future__ import annotations

import re
from typing import Any

import uno

from .formulas import grammar as grammar_of
from .service import Office, Rect, operation, properties

TYPES = {
    "whole_number": "WHOLE", "decimal": "DECIMAL", "list": "LIST", "date": "DATE", "time": "TIME",
    "text_length": "TEXT_LEN", "custom": "CUSTOM",
}  # fmt: skip
TYPE_NAMES = {value: key for key, value in TYPES.items()}
OPERATORS = {
    "between": "BETWEEN", "not_between": "NOT_BETWEEN", "equal_to": "EQUAL", "not_equal_to": "NOT_EQUAL",
    "greater_than": "GREATER", "less_than": "LESS", "greater_than_or_equal": "GREATER_EQUAL",
    "less_than_or_equal": "LESS_EQUAL",
}  # fmt: skip
OPERATOR_NAMES = {value: key for key, value in OPERATORS.items()}
ALERTS = {"STOP": "stop", "WARNING": "warning", "INFO": "information", "MACRO": "stop"}


def _operator(name: str | None) -> Any:
    return uno.Enum("com.sun.star.sheet.ConditionOperator", OPERATORS.get(name or "", "FORMULA"))


@operation("validation.get")
def get_validation(office: Office, uid: str, name: str, rect: Rect) -> dict[str, Any]:
    """The rule of these cells: its type, ``none``, or ``inconsistent`` where cells differ."""
    found = office.cells(uid, name, rect)
    groups = found.getUniqueCellFormatRanges()
    rules = [_rule(office, uid, groups.getByIndex(index)) for index in range(groups.Count)]
    if all(rule == rules[0] for rule in rules):
        return rules[0]
    none = any(rule["type"] == "none" for rule in rules)
    return {"type": "mixed_criteria" if none else "inconsistent"}


def _rule(office: Office, uid: str, cells: Any) -> dict[str, Any]:
    rule = cells.Validation
    kind = TYPE_NAMES.get(rule.Type.value)
    if kind is None:
        return {"type": "none"}
    grammar, at = grammar_of(office, office.document(uid)), rule.getSourcePosition()
    return {
        "type": kind,
        "operator": OPERATOR_NAMES.get(rule.getOperator().value),
        "formula1": _items(rule.getFormula1()) or grammar.from_native(rule.getFormula1(), at),
        "formula2": grammar.from_native(rule.getFormula2(), at) if rule.getFormula2() else None,
        "dropdown": bool(rule.ShowList),
        "blank": bool(rule.IgnoreBlankCells),
        "input": [rule.InputTitle, rule.InputMessage, bool(rule.ShowInputMessage)],
        "error": [rule.ErrorTitle, rule.ErrorMessage, bool(rule.ShowErrorMessage)],
        "alert": ALERTS[rule.ErrorAlertStyle.value],
    }


def _items(text: str) -> str:
    """Values of a list as Excel writes them, ``yes,no``; nothing if the list is somewhere else."""
    return (
        ",".join(item.replace('""', '"') for item in re.findall(r'"((?:[^"]|"")*)"', text)) if text[:1] == '"' else ""
    )


@operation("validation.set")
def set_validation(office: Office, uid: str, name: str, rect: Rect, spec: dict[str, Any] | None) -> None:
    """Gives the cells a rule, or takes it away."""
    found = office.cells(uid, name, rect)
    rule = found.Validation
    if spec is None:
        rule.Type = uno.Enum("com.sun.star.sheet.ValidationType", "ANY")
        rule.ShowErrorMessage = False
        found.Validation = rule
        return
    grammar = grammar_of(office, office.document(uid))
    at = found.getCellByPosition(0, 0).CellAddress
    rule.Type = uno.Enum("com.sun.star.sheet.ValidationType", TYPES[spec["type"]])
    rule.setOperator(_operator(spec.get("operator")))
    rule.setSourcePosition(at)
    if "items" in spec:
        quoted = ";".join('"{}"'.format(item.replace('"', '""')) for item in spec["items"])
        rule.setFormula1(quoted)
    else:
        rule.setTokens(0, grammar.tokens("=" + spec["formula1"], at))
        if spec.get("formula2") is not None:
            rule.setTokens(1, grammar.tokens("=" + spec["formula2"], at))
    rule.ShowList = 1 if spec.get("dropdown", True) else 0
    rule.ShowErrorMessage = True
    rule.ErrorAlertStyle = uno.Enum("com.sun.star.sheet.ValidationAlertStyle", "STOP")
    found.Validation = rule


@operation("conditions.list")
def list_conditions(office: Office, uid: str, name: str, rect: Rect) -> list[dict[str, Any]]:
    """The conditional formats of these cells, the first to be tried first."""
    document = office.document(uid)
    entries = office.cells(uid, name, rect).ConditionalFormat
    grammar = grammar_of(office, document)
    styles = document.StyleFamilies.getByName("CellStyles")
    found = []
    for index in range(entries.Count):
        entry = entries.getByIndex(index)
        operator = entry.getOperator().value
        facts: dict[str, Any] = {"type": "unknown"}
        if operator == "FORMULA" or operator in OPERATOR_NAMES:
            at = entry.getSourcePosition()
            spelled = (entry.getFormula1(), entry.getFormula2())
            texts = [grammar.from_native(text, at) if text else None for text in spelled]
            facts = {
                "type": "custom" if operator == "FORMULA" else "cell_value",
                "operator": OPERATOR_NAMES.get(operator),
                "formulas": texts,
                **_style_facts(styles, entry.getStyleName()),
            }
        found.append(facts)
    return found


def _style_facts(styles: Any, name: str) -> dict[str, Any]:
    if not styles.hasByName(name):
        return {}
    style = styles.getByName(name)
    return {
        "fill_color": style.CellBackColor,
        "font_color": style.CharColor,
        "font_bold": style.CharWeight > 100,
        "font_italic": style.CharPosture.value != "NONE",
    }


@operation("conditions.set")
def set_conditions(office: Office, uid: str, name: str, rect: Rect, conditions: list[dict[str, Any]]) -> None:
    """Replaces the conditional formats of these cells."""
    document, found = office.document(uid), office.cells(uid, name, rect)
    native = grammar_of(office, document)
    at = found.getCellByPosition(0, 0).CellAddress
    entries = found.ConditionalFormat
    entries.clear()
    for condition in conditions:
        texts = [native.native(text, at) if text else "" for text in condition["formulas"]]
        entries.addNew(
            properties(
                Operator=_operator(condition["operator"]),
                Formula1=texts[0],
                Formula2=texts[1],
                StyleName=_style(document, condition),
                SourcePosition=at,
            )
        )
    found.ConditionalFormat = entries


def _style(document: Any, condition: dict[str, Any]) -> str:
    """A cell style that looks so, made if there is none yet."""
    looks = {key: condition.get(key) for key in ("fill_color", "font_color", "font_bold", "font_italic")}
    name = "Conditional " + " ".join(f"{key[:9]}={value}" for key, value in looks.items() if value is not None)
    styles = document.StyleFamilies.getByName("CellStyles")
    if styles.hasByName(name):
        return name
    style = document.createInstance("com.sun.star.style.CellStyle")
    styles.insertByName(name, style)
    style.ParentStyle = "Default"
    if looks["fill_color"] is not None:
        style.CellBackColor = looks["fill_color"]
    if looks["font_color"] is not None:
        style.CharColor = looks["font_color"]
    if looks["font_bold"] is not None:
        style.CharWeight = 150.0 if looks["font_bold"] else 100.0
    if looks["font_italic"] is not None:
        style.CharPosture = uno.Enum("com.sun.star.awt.FontSlant", "ITALIC" if looks["font_italic"] else "NONE")
    return name
