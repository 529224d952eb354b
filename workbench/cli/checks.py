"""How a command tells what it found where an installation is examined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from workbench.cli.output import emit, table
from workbench.errors import ConfigurationError
from workbench.i18n import _

if TYPE_CHECKING:
    from udfs.checks import Check

__all__ = ["emit_checks"]


def emit_checks(checks: Sequence[Check], failure: type[ConfigurationError]) -> None:
    """Show every check; where one is not good, the command ends with ``failure`` that names the first.

    Raises:
        ConfigurationError: as ``failure``, where something is wrong.
    """
    wrong = [one for one in checks if not one.good]
    error = None
    if wrong:
        said = _("{count} of {all} checks failed, first: {detail}")
        error = failure(
            said.format(count=len(wrong), all=len(checks), detail=wrong[0].detail),
            where=wrong[0].name,
            remedy=wrong[0].remedy,
        )
    told = [{("ok" if key == "good" else key): value for key, value in asdict(one).items()} for one in checks]
    rows = [("✓" if one.good else "✗", one.name, one.detail, one.remedy) for one in checks]
    emit(
        {"healthy": not wrong, "checks": told},
        lambda console: console.print(table("", ("", _("check"), _("found"), _("remedy")), rows)),
        failure=error,
    )
