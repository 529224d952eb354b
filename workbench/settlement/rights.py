"""Who may write money off or reopen a month, and how much everybody may."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.register import NotPermitted
from workbench.settlement.books import Rows
from workbench.settlement.tolerance import Limits

__all__ = ["TOLERANCES", "ReasonMissing", "limits_for", "require_reason", "require_right"]

TOLERANCES = "tolerances"
"""Setting: customer id, or ``*`` for all, to ``{"amount": "30", "percent": "0.5"}``, in the document's currency."""
_SENIOR = ("supervisor", "administrator")


class ReasonMissing(ConfigurationError):
    """Something that needs a reason was to be done without one."""

    code = "settlement.reason-missing"


def require_right(source: Rows, person: str, what: str) -> None:
    """Refuse whoever is neither supervisor nor administrator; where nobody has a role, everybody may.

    Raises:
        NotPermitted: with the role that is needed.
    """
    roles = {row["name"]: row["role"] for row in source.rows("users")}
    if roles and roles.get(person) not in _SENIOR:
        raise NotPermitted(
            _("{person} may not {what}.").format(person=person, what=what),
            remedy=_("Ask a supervisor or an administrator to do it."),
        )


def require_reason(why: str, what: str) -> str:
    """The reason without blanks around it.

    Raises:
        ReasonMissing: there is none.
    """
    if not why.strip():
        raise ReasonMissing(
            _("To {what} a reason is needed.").format(what=what), remedy=_("Say why with --why, in words.")
        )
    return why.strip()


def limits_for(source: Rows, customer_id: str) -> Limits:
    """The tolerance of a customer, else that of all; nothing is tolerated where none is set."""
    found = source.rows("settings", {"name": TOLERANCES})
    told: dict[str, Any] = (found[0]["value"] or {}) if found else {}
    one = told.get(customer_id) or told.get("*") or {}
    return Limits(Decimal(str(one.get("amount", 0))), Decimal(str(one.get("percent", 0))))
