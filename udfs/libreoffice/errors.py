"""What can go wrong between xlwings and LibreOffice."""

from __future__ import annotations

from workbench.errors import MissingComponent, WorkbenchError
from workbench.i18n import _

__all__ = [
    "BookRefused",
    "CellRefused",
    "FormulaRefused",
    "MissingXlwings",
    "NoSuchAttribute",
    "NotInLibreOffice",
    "NotThere",
    "OfficeError",
    "OfficeGone",
    "OfficeMissing",
    "OfficePythonMissing",
    "OfficeTimeout",
    "StartFailed",
]


class MissingXlwings(MissingComponent):
    """The package xlwings is not installed."""

    code = "libreoffice.xlwings-missing"

    def __init__(self) -> None:
        super().__init__(
            _("The package xlwings is not installed."), remedy="pip install 'multicurrency-workbench[excel]'"
        )


class OfficeMissing(MissingComponent):
    """No LibreOffice was found."""

    code = "libreoffice.missing"


class OfficePythonMissing(MissingComponent):
    """No Python was found that can talk to LibreOffice."""

    code = "libreoffice.python-missing"


class OfficeError(WorkbenchError, RuntimeError):
    """LibreOffice refused, or could not do what was asked."""

    code = "libreoffice.error"


class StartFailed(OfficeError):
    """LibreOffice was found but did not come up."""

    code = "libreoffice.start"


class OfficeGone(OfficeError, ConnectionError):
    """LibreOffice ended, or was ended, while it was being used."""

    code = "libreoffice.gone"


class OfficeTimeout(OfficeError, TimeoutError):
    """LibreOffice did not answer in time."""

    code = "libreoffice.timeout"


class NotThere(OfficeError, KeyError):
    """No open book, sheet, name or other object goes by this name."""

    code = "libreoffice.not-there"


class NoSuchAttribute(OfficeError, AttributeError):
    """An object of LibreOffice has no such property or method."""

    code = "libreoffice.no-attribute"


class BookRefused(OfficeError, ValueError):
    """A file that LibreOffice cannot open or save."""

    code = "libreoffice.book"


class CellRefused(OfficeError, TypeError):
    """A Python value that no cell can hold."""

    code = "libreoffice.cell"


class FormulaRefused(OfficeError, ValueError):
    """A text that is not a formula, or not a number format."""

    code = "libreoffice.formula"


class NotInLibreOffice(OfficeError, NotImplementedError):
    """Excel has it, LibreOffice has not."""

    code = "libreoffice.unsupported"
