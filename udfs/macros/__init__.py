"""Macros: the steps finance people take in a workbook, each written once and run in every program.

``run(name, book)`` takes an ``xlwings.Book`` that Excel or LibreOffice has open, or the path of a closed workbook. Each
tells in words what it did, and ``undo`` takes the last one back.
"""

from udfs.macros.catalogue import MACROS, run
from udfs.macros.desk import Desk, NoSuchMacro, Outcome
from udfs.macros.model import Macro

__all__ = ["MACROS", "Desk", "Macro", "NoSuchMacro", "Outcome", "run"]
