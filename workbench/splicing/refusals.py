"""Why an edit is not made; each refusal leaves the file exactly as it was."""

from __future__ import annotations

from typing import TypeVar

from workbench.errors import FileRefused
from workbench.i18n import _

__all__ = [
    "ArrayFormula",
    "BeyondTheSheet",
    "EditRefused",
    "FileChanged",
    "FileInUse",
    "FormulaInTheWay",
    "MergedCell",
    "NameRefused",
    "NoRoom",
    "NotEditable",
    "NotOurs",
    "NotWritable",
    "NoteRefused",
    "PivotInTheWay",
    "ReadBackFailed",
    "SharedFormula",
    "SignedWorkbook",
    "StyleRefused",
    "TableRefused",
    "UnknownSheet",
    "UnusualStructure",
    "ValueRefused",
    "refused",
]

_Kind = TypeVar("_Kind", bound="EditRefused")


class EditRefused(FileRefused):
    """An edit that cannot be made without risk to what is in the workbook."""

    code = "edit.refused"


class NotEditable(EditRefused):
    """The file is a spreadsheet, but not an .xlsx or .xlsm one."""

    code = "edit.format"


class SignedWorkbook(EditRefused):
    """The workbook is digitally signed; any edit breaks the signature."""

    code = "edit.signed"


class UnknownSheet(EditRefused):
    """There is no worksheet of that name."""

    code = "edit.unknown-sheet"


class BeyondTheSheet(EditRefused):
    """The cell lies outside what a sheet can hold."""

    code = "edit.beyond-the-sheet"


class ValueRefused(EditRefused):
    """A cell cannot hold this value exactly."""

    code = "edit.value"


class FormulaInTheWay(EditRefused):
    """The cell holds a formula and overwriting formulas was not asked for."""

    code = "edit.formula"


class ArrayFormula(EditRefused):
    """The cell belongs to an array formula, a spilled result or a data table."""

    code = "edit.array-formula"


class SharedFormula(EditRefused):
    """The cell holds the formula that other cells share, and it cannot be handed on."""

    code = "edit.shared-formula"


class MergedCell(EditRefused):
    """The cell is covered by a merged range; a value in it would not be seen."""

    code = "edit.merged-cell"


class PivotInTheWay(EditRefused):
    """The cell belongs to a pivot table, which would write over it."""

    code = "edit.pivot"


class TableRefused(EditRefused):
    """The edit would break a table: its header, its totals row, or its shape."""

    code = "edit.table"


class NoRoom(EditRefused):
    """Something else stands where new rows or columns would go."""

    code = "edit.no-room"


class StyleRefused(EditRefused):
    """The workbook's styles cannot take another one."""

    code = "edit.style"


class NoteRefused(EditRefused):
    """The note cannot be set or removed without touching somebody else's."""

    code = "edit.note"


class NotOurs(EditRefused):
    """The sheet, name or note of that name was made by somebody else."""

    code = "edit.not-ours"


class NameRefused(EditRefused):
    """A name that a spreadsheet does not accept."""

    code = "edit.name"


class UnusualStructure(EditRefused):
    """The part is built in a way that cannot be edited with certainty."""

    code = "edit.structure"


class FileChanged(EditRefused):
    """Somebody saved the file since it was opened here."""

    code = "edit.file-changed"


class FileInUse(EditRefused):
    """A spreadsheet program has the file open."""

    code = "edit.file-in-use"


class NotWritable(EditRefused):
    """The file or its folder cannot be written to."""

    code = "edit.not-writable"


class ReadBackFailed(EditRefused):
    """What was written did not read back as intended; the file was left alone."""

    code = "edit.read-back"


def _remedies() -> dict[str, str]:
    by_hand = _("Make this change by hand in the spreadsheet program.")
    return {
        "edit.format": _("Save it as .xlsx (or .xlsm where it holds macros) and use that file."),
        "edit.signed": _("Ask the signer, or allow the signature to be broken."),
        "edit.unknown-sheet": _("Check the name of the sheet; it may have been renamed."),
        "edit.beyond-the-sheet": _("Use rows 1 to 1,048,576 and columns A to XFD."),
        "edit.value": _("Round the number, shorten the text or write it as text."),
        "edit.formula": _("Keep the formula, or say that formulas may be overwritten."),
        "edit.merged-cell": _("Write to the first cell of the merged range, or unmerge it."),
        "edit.table": _("Change the table by hand in the spreadsheet program."),
        "edit.no-room": _("Move what stands below or beside the table, and try again."),
        "edit.not-ours": _("Choose another name; what others made is never replaced."),
        "edit.name": _("Choose another name."),
        "edit.structure": _("Open and save the file once in the spreadsheet program, then try again."),
        "edit.file-changed": _("Read the file again; its new contents come first."),
        "edit.file-in-use": _("Close the file there (or delete a lock mark left by a crash), then try again."),
        "edit.not-writable": _("Check the permissions of the file and its folder, and the space on the disk."),
        "edit.read-back": _("Nothing was changed. Please report this file's kind."),
        "": by_hand,
    }


def refused(kind: type[_Kind], message: str, where: str) -> _Kind:
    """The refusal with its remedy."""
    remedies = _remedies()
    return kind(message, where=where, remedy=remedies.get(kind.code, remedies[""]))
