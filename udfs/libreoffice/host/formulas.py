"""Formulas and number formats as Excel writes them, whatever language and settings this LibreOffice has."""

from __future__ import annotations

import re
from typing import Any, Callable

from .service import Office, Refused, struct

XL_ENGLISH, API = 4, 6  # com.sun.star.sheet.FormulaLanguage
XL_A1 = 1  # com.sun.star.sheet.AddressConvention
ALL_NAMES = 0x7FFFFFFF
LAST_ROW = "1048576"
SYNTAX_ERRORS = frozenset({501, 508, 509, 510, 511, 512, 514, 515, 516, 517, 518, 520, 533})
"""Errors that mean: this is not a formula. Excel refuses it, LibreOffice would show the error in the cell."""

_PARTS = re.compile(r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'|[^"\']+')
_NEW_FUNCTION = re.compile(r"_xlfn\.(?:_xlws\.)?([A-Za-z][A-Za-z0-9.]*)(?=\()")
_TRUTH = re.compile(r"(?<![A-Za-z0-9_.$!:])(TRUE|FALSE)(?![A-Za-z0-9_.(!:$])", re.IGNORECASE)
_TRUTH_CALL = re.compile(r"\b(TRUE|FALSE)\(\)")
_NOT_AVAILABLE = re.compile(r"#N/A", re.IGNORECASE)


# A formula with none of these reads the same in both spellings, but for its separators and functions: no sheets, no
# quoted names, no arrays written out, no error values, no structured references, no whole columns or rows.
_PECULIAR = re.compile(r"['!{}~|#\[\]@\\]")
_WHOLE = re.compile(r"(?<![\w.$])\$?(?:[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\d+:\$?\d+)(?![\w(.])")
_WORD = re.compile(r"[^\W\d][\w.]*\(?")
_SAME: set[str] = set()


def outside_quotes(text: str, change: Callable[[str], str]) -> str:
    """Applies a change to the parts of a formula that are neither text nor quoted names."""
    return "".join(part if part[0] in "\"'" and len(part) > 1 else change(part) for part in _PARTS.findall(text))


class Grammar:
    """Reads and writes formulas of one document in Excel's English spelling."""

    def __init__(self, document: Any) -> None:
        mapper = document.createInstance("com.sun.star.sheet.FormulaOpCodeMapper")
        names = mapper.getAvailableMappings(XL_ENGLISH, ALL_NAMES)
        self._document = document
        self._mapper = mapper
        self._known: set[str] = {entry.Name for entry in names}
        self._parser = document.createInstance("com.sun.star.sheet.FormulaParser")
        self._parser.CompileEnglish = True
        self._parser.FormulaConvention = XL_A1
        self._parser.OpCodeMap = names

    def tokens(self, text: str, address: Any) -> Any:
        """The formula (with its ``=``) as LibreOffice's tokens, for a cell at this address."""
        return self._parser.parseFormula(outside_quotes(text[1:], self._for_libreoffice), address)

    def write(self, cell: Any, text: str) -> None:
        """Puts a formula into a cell; where it is none, the cell shows one of ``SYNTAX_ERRORS``."""
        cell.setTokens(self.tokens(text, cell.CellAddress))

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

    def _same_names(self) -> set[str]:
        """Functions that both spellings call the same; found once, it is a matter of the program."""
        if not _SAME:
            ours = {entry.Name: (entry.Token.OpCode, entry.Token.Data) for entry in self._parser.OpCodeMap}
            theirs = self._mapper.getAvailableMappings(API, ALL_NAMES)
            _SAME.update(e.Name for e in theirs if ours.get(e.Name) == (e.Token.OpCode, e.Token.Data))
        return _SAME

    def _is_simple(self, part: str) -> bool:
        if _PECULIAR.search(part) or _WHOLE.search(part) or LAST_ROW in part:
            return False
        for word in _WORD.findall(part):
            if word.endswith("("):
                if word[:-1].upper() not in self._same_names():
                    return False
            elif "." in word:
                return False
        return True

    def quick_native(self, text: str) -> str | None:
        """The formula as LibreOffice's interfaces take it, ``=`` in front; None where that takes its parser."""
        parts = _PARTS.findall(text)
        plain = [part for part in parts if part[0] != '"']
        if ";" in "".join(plain) or not all(map(self._is_simple, plain)):
            return None
        return "".join(
            part if part[0] == '"' else _TRUTH.sub(lambda found: found[0].upper() + "()", part).replace(",", ";")
            for part in parts
        )

    def quick_excel(self, text: str) -> str | None:
        """What LibreOffice's interfaces told, ``=`` in front, in Excel's spelling; None where that takes its parser."""
        parts = _PARTS.findall(text)
        if text[0] != "=" or not all(part[0] == '"' or self._is_simple(part) for part in parts):
            return None
        return "".join(part if part[0] == '"' else _TRUTH_CALL.sub(r"\1", part.replace(";", ",")) for part in parts)

    def native(self, text: str, address: Any) -> str:
        """A formula in the spelling that LibreOffice's own interfaces take, without ``=``."""
        return self.native_tokens(self.tokens(text, address), address)

    def native_tokens(self, tokens: Any, address: Any) -> str:
        """The same for tokens; relative references are told as seen from the address."""
        printer = self._document.createInstance("com.sun.star.sheet.FormulaParser")
        printer.CompileEnglish = True
        spelled: str = printer.printFormula(tokens, address)
        return spelled

    def from_native(self, text: str, address: Any) -> str:
        """The other way: a formula that LibreOffice told without ``=``, in Excel's spelling."""
        reader = self._document.createInstance("com.sun.star.sheet.FormulaParser")
        reader.CompileEnglish = True
        return self.text(reader.parseFormula(text, address), address)

    def _for_libreoffice(self, part: str) -> str:
        part = _NEW_FUNCTION.sub(lambda found: found[1] if found[1].upper() in self._known else found[0], part)
        return _NOT_AVAILABLE.sub("NA()", _TRUTH.sub(lambda found: found[0].upper() + "()", part))


def grammar(office: Office, document: Any) -> Grammar:
    """The reader and writer of formulas for a document, made once."""
    uid = document.RuntimeUID
    if uid not in office.grammars:
        office.grammars[uid] = Grammar(document)
    found: Grammar = office.grammars[uid]
    return found


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
