"""The extension's descriptions: types, functions with their help, menu and toolbar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from udfs.libreoffice.addin.model import ALIASES, LAST_ERROR, SERVICE, CalcFunction, CalcMacro, uno_name

__all__ = ["add_ins", "add_ons", "description", "idl", "manifest"]

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_DATA = (
    '<oor:component-data xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
    ' oor:name="{name}" oor:package="org.openoffice.Office">\n'
)
_SHEETS = "com.sun.star.sheet.SpreadsheetDocument"
_TITLE = "Workbench"


def manifest() -> str:
    """META-INF/manifest.xml: which file is what."""
    python = "application/vnd.sun.star.uno-component;type=Python"
    entries = (
        ("functions.idl", "application/vnd.sun.star.uno-typelibrary;type=RDB"),
        ("workbench_functions.py", python),
        ("workbench_commands.py", python),
        ("CalcAddIns.xcu", "application/vnd.sun.star.configuration-data"),
        ("Addons.xcu", "application/vnd.sun.star.configuration-data"),
        ("Workbench/", "application/vnd.sun.star.basic-library"),
    )
    lines = [
        f"  <manifest:file-entry manifest:full-path={quoteattr(path)} manifest:media-type={quoteattr(kind)}/>"
        for path, kind in entries
    ]
    return (
        _HEAD
        + '<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">\n'
        + "\n".join(lines)
        + "\n</manifest:manifest>\n"
    )


def description(identifier: str, version: str) -> str:
    """description.xml: what the extension manager shows."""
    return (
        _HEAD + '<description xmlns="http://openoffice.org/extensions/description/2006"'
        ' xmlns:xlink="http://www.w3.org/1999/xlink">\n'
        f"  <identifier value={quoteattr(identifier)}/>\n  <version value={quoteattr(version)}/>\n"
        '  <dependencies><LibreOffice-minimal-version value="7.0" xmlns="http://libreoffice.org/extensions/'
        'description/2011" name="LibreOffice 7.0"/></dependencies>\n'
        '  <display-name><name lang="en">Workbench: exact currencies</name>'
        '<name lang="zh-CN">Workbench：精确的多币种</name></display-name>\n</description>\n'
    )


def idl(functions: Iterable[CalcFunction]) -> str:
    """The types of the services; a function with days is handed the document, for its date system."""
    lines = []
    for one in functions:
        for prefix in ALIASES:
            if one.name == LAST_ERROR:
                parameters = ["[in] com::sun::star::table::XCellRange pCell"]
            else:
                parameters = ["[in] com::sun::star::beans::XPropertySet document"] if one.dated else []
                parameters += [f"[in] any {uno_name(name)}" for name, *_rest in one.parameters]
            lines.append(f"  sequence< sequence<any> > {prefix}{one.name}({', '.join(parameters)});")
    return (
        "module org { module multicurrency { module workbench {\n"
        "interface XFunctions {\n" + "\n".join(lines) + "\n};\n"
        "interface XShim {\n  sequence< sequence<any> > evaluate([in] string name, [in] sequence<any> arguments);\n};\n"
        "}; }; };\n"
    )


def add_ins(functions: Iterable[CalcFunction]) -> str:
    """CalcAddIns.xcu: each function, and each other spelling of it that files may hold."""
    nodes = "".join(
        _function(one, prefix + one.name, spelling.format(name=one.name))
        for one in functions
        for prefix, spelling in ALIASES.items()
    )
    return (
        _HEAD
        + _DATA.format(name="CalcAddIns")
        + f'<node oor:name="AddInInfo"><node oor:name="{SERVICE}" oor:op="replace"><node oor:name="AddInFunctions">\n'
        + nodes
        + "</node></node></node>\n</oor:component-data>\n"
    )


def _function(one: CalcFunction, method: str, spelling: str) -> str:
    parameters = "".join(
        f'<node oor:name="{uno_name(name)}" oor:op="replace">{_both("DisplayName", name, name)}{_both("Description", en, zh)}</node>'
        for name, en, zh, _optional in one.parameters
    )
    compatible = "".join(
        f"<value xml:lang={quoteattr(language)}>{escape(spelling)}</value>" for language in ("en", "zh-CN")
    )
    # Only one of the spellings may be what people type; the others stand in files.
    shown = one.name if method == one.name else method
    return (
        f'<node oor:name="{method}" oor:op="replace">{_both("DisplayName", shown, shown)}'
        f"{_both('Description', one.help_en, one.help_zh)}"
        '<prop oor:name="Category"><value>Add-In</value></prop>'
        f'<prop oor:name="CompatibilityName">{compatible}</prop>'
        f'<node oor:name="Parameters">{parameters}</node></node>\n'
    )


def _both(name: str, english: str, chinese: str) -> str:
    return (
        f'<prop oor:name="{name}"><value xml:lang="en">{escape(english)}</value>'
        f'<value xml:lang="zh-CN">{escape(chinese)}</value></prop>'
    )


def add_ons(macros: Sequence[CalcMacro]) -> str:
    """Addons.xcu: a menu and a toolbar with the macros, in spreadsheets only."""
    if not macros:
        return _HEAD + _DATA.format(name="Addons") + "</oor:component-data>\n"
    items = "".join(_item(number, one) for number, one in enumerate(macros, 1))
    buttons = CalcMacro("add_buttons", "Put a button for each macro onto the sheet", "在工作表上为每个宏放置按钮")
    menu = (
        f'<node oor:name="OfficeMenuBar"><node oor:name="org.multicurrency.workbench" oor:op="replace">'
        f'<prop oor:name="Context"><value>{_SHEETS}</value></prop>{_both("Title", _TITLE, _TITLE)}'
        f'<node oor:name="Submenu">{items}{_item(99, buttons)}</node></node></node>'
    )
    bar = f'<node oor:name="OfficeToolBar"><node oor:name="org.multicurrency.workbench" oor:op="replace">{items}</node></node>'
    return _HEAD + _DATA.format(name="Addons") + f'<node oor:name="AddonUI">{menu}{bar}</node>\n</oor:component-data>\n'


def _item(number: int, one: CalcMacro) -> str:
    return (
        f'<node oor:name="m{number:02d}" oor:op="replace"><prop oor:name="Context"><value>{_SHEETS}</value></prop>'
        f'<prop oor:name="URL"><value>service:org.multicurrency.workbench.Commands?{escape(one.name)}</value></prop>'
        f"{_both('Title', one.title_en, one.title_zh)}"
        '<prop oor:name="Target"><value>_self</value></prop></node>'
    )
