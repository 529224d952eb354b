"""The one tree of exceptions.

An exception means wrong *use*, or an input that cannot be worked with at all (not a workbook, an unknown currency
code, a missing rate). Wrong *data* inside a readable input is a value instead: see ``workbench.findings``.

Every error carries a stable ``code`` for programs, and for people what was wrong, where, and what to do next. Modules
raise the leaves below or derive their own from the branch that fits; each leaf is also the builtin it resembles, so
that ``except ValueError`` and ``except LookupError`` work as a Python user expects.
"""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "ConfigurationError",
    "ConflictError",
    "DataRefused",
    "FileRefused",
    "MissingComponent",
    "MoneyError",
    "RateError",
    "RegisterError",
    "SourceError",
    "WorkbenchError",
]


class WorkbenchError(Exception):
    """Root of every error that Workbench raises on purpose.

    ``code`` is stable and dotted (``rate.missing``); ``where`` is ``Book.xlsx!Sheet!B7``, ``file.sta:12`` or a row
    key; ``remedy`` says what to do next. ``extra`` holds further machine-readable facts (``successor``, ``ratio``).
    """

    code: ClassVar[str] = "workbench.error"

    def __init__(self, message: str, *, where: str | None = None, remedy: str = "", **extra: str) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.remedy = remedy
        self.extra = extra

    def as_dict(self) -> dict[str, str | None]:
        """The error as the command line's ``{"error": …}`` object."""
        return {"code": self.code, "message": self.message, "where": self.where, "remedy": self.remedy, **self.extra}

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{place}{self.message}{remedy}"


class MoneyError(WorkbenchError, ValueError):
    """An amount or currency that cannot be used: see the leaves in ``workbench.money``."""

    code = "money.error"


class RateError(WorkbenchError, LookupError):
    """No rate can be given that could be stood behind: see the leaves in ``workbench.rates``."""

    code = "rate.error"


class SourceError(WorkbenchError, RuntimeError):
    """A rate source answered with nothing usable (time-out, error page, truncated or hostile body)."""

    code = "source.error"


class FileRefused(WorkbenchError, ValueError):
    """A file that cannot be read at all: not a workbook, empty, locked by a password, truncated, hostile."""

    code = "file.refused"


class RegisterError(WorkbenchError, RuntimeError):
    """The register cannot do what was asked: missing, of a newer version, damaged, undo refused."""

    code = "register.error"


class DataRefused(RegisterError, ValueError):
    """A batch with invalid rows; nothing of it was written. ``findings`` lists every problem at once."""

    code = "register.data-refused"


class ConflictError(RegisterError):
    """Somebody else changed the row since it was read; tells what changed, by whom and when."""

    code = "register.conflict"


class ConfigurationError(WorkbenchError, ValueError):
    """A setting, profile or mapping that does not make sense."""

    code = "configuration.error"


class MissingComponent(WorkbenchError, ImportError):
    """An optional part is not installed; the remedy names the extra or the system package."""

    code = "component.missing"
