"""How our functions are spelled in the files of each host, and workbooks brought from one spelling to another.

One function has several names on disk: ``FX_RATE(`` where a macro or LibreOffice brings it, ``_xldudf_WB_FX_RATE(`` in
Excel on the web, ``_xll.FX_RATE(`` where an add-in of the XLL kind does, ``WB.FX_RATE(`` in LibreOffice before 25, and
``[1]!FX_RATE(`` where it is called in another file. A host shows ``#NAME?`` for the spelling of another one.
"""

from workbench.spellings.names import HOSTS, own_functions, own_spelling, spelled
from workbench.spellings.relinking import CannotRelink, Left, Relinked, relink

__all__ = [
    "HOSTS",
    "CannotRelink",
    "Left",
    "Relinked",
    "own_functions",
    "own_spelling",
    "relink",
    "spelled",
]
