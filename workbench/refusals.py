"""Why a file cannot be read at all, each with what to do next."""

from __future__ import annotations

from workbench.errors import FileRefused, WorkbenchError
from workbench.i18n import _

__all__ = [
    "REFUSALS", "FileCorrupt", "FileEmpty", "FileHostile", "FileLocked", "FileMissing", "FileNotAWorkbook", "FileTooLarge",
    "refusal",
]  # fmt: skip


class FileMissing(FileRefused):
    """There is no such file."""

    code = "file.missing"


class FileEmpty(FileRefused):
    """The file holds nothing."""

    code = "file.empty"


class FileNotAWorkbook(FileRefused):
    """The file is something else than a spreadsheet or a table of text."""

    code = "file.not-a-workbook"


class FileLocked(FileRefused):
    """The workbook is encrypted with a password."""

    code = "file.locked"


class FileCorrupt(FileRefused):
    """The workbook is damaged: truncated, or its parts do not fit together."""

    code = "file.corrupt"


class FileTooLarge(FileRefused):
    """The file is larger, unpacked, than is accepted, or needs more time or memory than it is given."""

    code = "file.too-large"


class FileHostile(FileRefused):
    """The file is built as no spreadsheet program builds one: a zip bomb, XML entities, doubled or outside names."""

    code = "file.hostile"


REFUSALS: dict[str, type[FileRefused]] = {
    kind.code: kind
    for kind in (FileMissing, FileEmpty, FileNotAWorkbook, FileLocked, FileCorrupt, FileTooLarge, FileHostile)
}


def _remedy(code: str) -> str:
    remedies = {
        "file.missing": _("Check the name and the folder."),
        "file.empty": _("Ask for the file again."),
        "file.not-a-workbook": _("Open it in its own program and save it as .xlsx or .csv."),
        "file.locked": _("Open it with its password, remove the protection (File > Info) and save it."),
        "file.corrupt": _("Open it in Excel or LibreOffice, let it repair the file, and save it as .xlsx."),
        "file.too-large": _("Save only the sheets that are needed as a new workbook."),
        "file.hostile": _("Do not open it; ask the sender where it comes from."),
    }
    return remedies[code]


def refusal(code: str, message: str, where: str) -> WorkbenchError:
    """The error of that code with its remedy."""
    return REFUSALS[code](message, where=where, remedy=_remedy(code))
