"""Basic that is generated: what buttons call, and the functions for versions that do not know add-ins by plain names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from udfs.libreoffice.addin.model import LAST_ERROR, CalcFunction, CalcMacro

__all__ = ["BUTTONS", "SHIM_MODULE", "button_library", "button_url", "shim_source"]

BUTTONS = "Workbench"
SHIM_MODULE = "WorkbenchFunctions"
_XBA = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">\n'
    '<script:module xmlns:script="http://openoffice.org/2000/script" script:name="{name}"'
    ' script:language="StarBasic">{source}</script:module>\n'
)
_XLB = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">\n'
    '<library:library xmlns:library="http://openoffice.org/2000/library" library:name="{name}"'
    ' library:readonly="false" library:passwordprotected="false">{elements}</library:library>\n'
)
_RUN = """
Private Sub WorkbenchRun(name As String, event As Variant)
  Dim target As Object, uid As String
  uid = ""
  If IsObject(event) Then
    If Not IsNull(event) Then
      target = event.Source.Model
      Do While Not HasUnoInterfaces(target, "com.sun.star.frame.XModel")
        target = target.Parent
      Loop
      uid = target.RuntimeUID
    End If
  End If
  createUnoService("org.multicurrency.workbench.Commands").trigger(name & ":" & uid)
End Sub
"""
_CALL = """Dim wbService As Object

Function WorkbenchCall(name As String, values As Variant) As Variant
  Dim found As Variant, cells() As Variant, row As Long, column As Long
  If IsNull(wbService) Then wbService = createUnoService("org.multicurrency.workbench.Shim")
  found = wbService.evaluate(name, values)
  If UBound(found) = 0 Then
    If UBound(found(0)) = 0 Then
      WorkbenchCall = found(0)(0)
      Exit Function
    End If
  End If
  ReDim cells(1 To UBound(found) + 1, 1 To UBound(found(0)) + 1) As Variant
  For row = 0 To UBound(found)
    For column = 0 To UBound(found(row))
      cells(row + 1, column + 1) = found(row)(column)
    Next column
  Next row
  WorkbenchCall = cells
End Function
"""


def button_url(macro: str) -> str:
    """What a button's event is bound to."""
    return f"vnd.sun.star.script:{BUTTONS}.Buttons.{macro}?language=Basic&location=application"


def button_library(macros: Sequence[CalcMacro]) -> dict[str, str]:
    """The files of the library that the extension carries: one routine per macro."""
    routines = "".join(
        f'\nSub {one.name}(Optional event)\n  If IsMissing(event) Then\n    WorkbenchRun("{one.name}", Nothing)\n'
        f'  Else\n    WorkbenchRun("{one.name}", event)\n  End If\nEnd Sub\n'
        for one in macros
    )
    return {
        "script.xlb": _XLB.format(name=BUTTONS, elements='<library:element library:name="Buttons"/>'),
        "dialog.xlb": _XLB.format(name=BUTTONS, elements=""),
        "Buttons.xba": _XBA.format(name="Buttons", source=escape(_RUN + routines)),
    }


def shim_source(functions: Iterable[CalcFunction]) -> str:
    """A Basic function for each of ours, under its plain name, for LibreOffice before 25."""
    return _CALL + "".join(_shim(one) for one in functions if one.name != LAST_ERROR)


def _shim(one: CalcFunction) -> str:
    names = [f"p_{name}" for name, *_rest in one.parameters]
    last = len(names) - 1
    lines = [
        f"\nFunction {one.name}({', '.join(f'Optional {name}' for name in names)}) As Variant",
        f"  Dim values({last}) As Variant",
        *(f"  If Not IsMissing({name}) Then values({place}) = {name}" for place, name in enumerate(names)),
        f'  {one.name} = WorkbenchCall("{one.name}", values)',
        "End Function\n",
    ]
    return "\n".join(lines)
