"""The words of the task pane, in the language that is being spoken."""

from __future__ import annotations

from workbench.i18n import _

__all__ = ["words"]


def words() -> dict[str, str]:
    """Every text of the pane by its key; ``{name}`` is a place for a value."""
    return {**_frame(), **_rates(), **_review(), **_sync(), **_errors()}


def _frame() -> dict[str, str]:
    return {
        "connect": _("Connect"),
        "connect_title": _("Connect to your register"),
        "connect_text": _("Start “workbench serve” on this computer and enter the token that it shows."),
        "connect_hint": _("The token stays in this browser. A new one is made with “workbench serve token”."),
        "token": _("Token"),
        "views": _("Views"),
        "tab_rates": _("Rates"),
        "tab_duplicates": _("Duplicates"),
        "tab_matches": _("Matches"),
        "tab_sync": _("Sync"),
        "tab_errors": _("Errors"),
        "state_unknown": _("Not connected"),
        "state_connected": _("Connected"),
        "state_away": _("Server is away"),
        "state_refused": _("Token refused"),
        "no_register": _("Rates only"),
        "away_pane": _("The server does not answer. Start “workbench serve”; the pane connects by itself."),
        "away_cell": _("The Workbench server does not answer; start “workbench serve” and calculate again."),
        "back": _("The server is back."),
        "loading": _("Loading …"),
        "again": _("Try again"),
        "undo": _("Undo"),
        "undone": _("Taken back."),
    }


def _rates() -> dict[str, str]:
    return {
        "base": _("From"),
        "quote": _("To"),
        "swap": _("Swap the currencies"),
        "day": _("Day"),
        "amount": _("Amount"),
        "look_up": _("Look up"),
        "take_day": _("Take the rate of {day}"),
        "published": _("Published"),
        "age_today": _("the same day"),
        "age_days": _("{days} days before"),
        "source": _("Source"),
        "kind": _("Kind"),
        "policy": _("Rule"),
        "legs": _("Crossed from"),
        "insert_formula": _("Insert formula"),
        "insert_value": _("Insert value"),
        "written_to": _("Written to {place}."),
    }


def _review() -> dict[str, str]:
    return {
        "score": _("How sure it is"),
        "reasons": _("Reasons"),
        "duplicates_intro": _("Customers that may be one. Every decision can be taken back."),
        "duplicates_none": _("No customers wait for a decision."),
        "same_question": _("One customer?"),
        "field_country": _("Country"),
        "field_email": _("Mail"),
        "field_phone": _("Phone"),
        "field_tax": _("Tax number"),
        "field_orders": _("Orders"),
        "merge": _("Same customer"),
        "apart": _("Keep apart"),
        "later": _("Later"),
        "done_merge": _("Marked as one customer."),
        "done_apart": _("Kept apart."),
        "done_later": _("Put off."),
        "matches_intro": _("Receipts that the matching leaves to you. Every decision can be taken back."),
        "matches_none": _("No receipts wait for a decision."),
        "payer": _("Payer"),
        "value_date": _("Value date"),
        "remittance": _("Remittance"),
        "may_pay": _("It may pay"),
        "paid_already": _("paid already"),
        "post": _("Post"),
        "not_this": _("Not this one"),
        "no_payment": _("No customer's payment"),
        "done_post": _("Posted."),
        "done_reject": _("Ruled out."),
        "done_none": _("Marked as no customer's payment."),
    }


def _sync() -> dict[str, str]:
    return {
        "sync_intro": _(
            "This workbook and the register are brought to agree, cell by cell. The workbook must be one that "
            "“workbench pull” has made or “workbench bind” has bound."
        ),
        "sync_outside": _("The pane is not inside Excel, so there is no workbook to synchronise."),
        "sync_status": _("Compare only"),
        "sync_push": _("Push my edits"),
        "sync_pull": _("Pull news"),
        "sync_reading": _("Reading the workbook"),
        "sync_writing": _("Writing the workbook"),
        "sync_nothing": _("Nothing was applied."),
        "sync_stored": _("Stored as changeset {number}."),
        "sync_would": _("This is what a push and a pull would do."),
        "sync_decide": _("Decide the conflicts."),
        "sync_agree": _("Workbook and register agree."),
        "sync_created": _("new rows"),
        "sync_updated": _("changed rows"),
        "sync_edits": _("edited cells"),
        "sync_deleted": _("deleted rows"),
        "sync_same": _("edited alike on both sides"),
        "sync_refreshed": _("cells with newer values"),
        "sync_added": _("rows the sheet lacked"),
        "sync_gone": _("rows deleted in the register"),
        "sync_refused": _("Refused"),
        "sync_conflicts": _("Conflicts"),
        "sync_asked": _("Asked"),
        "sync_notes": _("Noticed"),
        "recalculate": _("Calculate all cells again"),
        "recalculated": _("Calculated."),
        "followed": _("The register has changed; the cells are calculated again."),
    }


def _errors() -> dict[str, str]:
    return {
        "errors_intro": _("What the cells with errors would say if they could, the newest first."),
        "errors_none": _("No cell has reported an error."),
        "show_cell": _("Show the cell"),
        "clear": _("Clear the list"),
    }
