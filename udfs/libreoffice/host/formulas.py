"""Formulas and number formats as Excel writes them, whatever language and settings this LibreOffice has."""

from __future__ import annotations

import re
from typing import Any, Callable

from .service import Refused, struct

XL_ENGLISH = 4  # com.sun.star.sheet.FormulaLanguage
XL_A1 = 1  # com.sun.star.sheet.AddressConvention
ALL_NAMES = 0x7FFFFFFF
SYNTAX_ERRORS = frozenset({501, 508, 509, 510, 511, 512, 514, 515, 516, 517, 518, 520, 533})
"""Errors that mean: this is not a formula. Excel refuses it, LibreOffice would show the error in the cell."""

_PARTS = re.compile(r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'|[^"\']+')
_NEW_FUNCTION = re.compile(r"_xlfn\.(?:_xlws\.)?([A-Za-z][A-Za-z0-9.]*)(?=\()")
_TRUTH = re.compile(r"(?<![A-Za-z0-9_.$!:])(TRUE|FALSE)(?![A-Za-z0-9_.(!:$])", re.IGNORECASE)
_TRUTH_CALL = re.compile(r"\b(TRUE|FALSE)\(\)")
_NOT_AVAILABLE = re.compile(r"#N/A", re.IGNORECASE)


def outside_quotes(text: str, change: Callable[[str], str]) -> str:
    """Applies a change to the parts of a formula that are neither text nor quoted names."""
    return "".join(part if part[0] in "\"'" and len(part) > 1 else change(part) for part in _PARTS.findall(text))


class Grammar:
    """Reads and writes formulas of one document in Excel's English spelling."""

    def __init__(self, document: Any) -> None:
        mapper = document.createInstance("com.sun.star.sheet.FormulaOpCodeMapper")
        names = mapper.getAvailableMappings(XL_ENGLISH, ALL_NAMES)
        self._known: set[str] = {entry.Name for entry in names}
        self._parser = document.createInstance("com.sun.star.sheet.FormulaParser")
        self._parser.CompileEnglish = True
        self._parser.FormulaConvention = XL_A1
        self._parser.OpCodeMap = names

    def tokens(self, text: str, address: Any) -> Any:
        """The formula (with its ``=``) as LibreOffice's tokens, for a cell at this address."""
        return self._parser.parseFormula(outside_quotes(text[1:], self._for_libreoffice), address)

    def write(self, cell: Any, text: str) -> bool:
        """Puts a formula into a cell; False where it is none."""
        cell.setTokens(self.tokens(text, cell.CellAddress))
        return cell.getError() not in SYNTAX_ERRORS

    def read(self, cell: Any) -> str:
        """The formula of a cell; of an array formula the whole, whichever of its cells is asked."""
        if cell.getArrayFormula():
            cursor = cell.Spreadsheet.createCursorByRange(cell)
            cursor.collapseToCurrentArray()
            return self.text(cursor.getArrayTokens(), cursor.getCellByPosition(0, 0).CellAddress)
        return self.text(cell.getTokens(), cell.CellAddress)

    def text(self, tokens: Any, address: Any) -> str:
        """Tokens as a formula."""
        printed: str = self._parser.printFormula(tokens, address)
        return "=" + outside_quotes(printed, lambda part: _TRUTH_CALL.sub(r"\1", part))

    def _for_libreoffice(self, part: str) -> str:
        part = _NEW_FUNCTION.sub(lambda found: found[1] if found[1].upper() in self._known else found[0], part)
        return _NOT_AVAILABLE.sub("NA()", _TRUTH.sub(lambda found: found[0].upper() + "()", part))


def format_key(document: Any, code: str) -> int:
    """The key of a number format by its English code, added to the document if it is new."""
    if code.lower() == "general":
        return 0
    locale = struct("com.sun.star.lang.Locale", Language="en", Country="US")
    formats = document.NumberFormats
    key: int = formats.queryKey(code, locale, False)
    if key != -1:
        return key
    try:
        key = formats.addNew(code, locale)
    except Exception as problem:
        raise Refused("format", code) from problem
    return key


def format_code(document: Any, key: int) -> str:
    """The English code of a number format."""
    found = document.NumberFormats.getByKey(key)
    code: str = found.FormatString
    locale = found.Locale
    if (locale.Language, locale.Country) not in {("en", "US"), ("", "")}:
        formats = document.NumberFormats
        english = struct("com.sun.star.lang.Locale", Language="en", Country="US")
        code = formats.getByKey(formats.addNewConverted(code, locale, english)).FormatString
    return "General" if code == "Standard" else code
