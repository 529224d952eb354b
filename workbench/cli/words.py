"""Words for codes: what a kind of finding is called where many of a kind are counted."""

from __future__ import annotations

import re

from workbench.findings import CATALOGUE, Severity
from workbench.i18n import _, current_language

__all__ = ["heading_of", "severity_word"]

_HEADINGS = {
    "cell.amount-ambiguous": _("amounts that can be read in two ways"),
    "cell.amount-unreadable": _("amounts that cannot be read"),
    "cell.code-unknown": _("codes that are not known; the field is left empty"),
    "cell.currency-ambiguous": _("amounts whose currency sign stands for several currencies"),
    "cell.currency-missing": _("amounts without a currency"),
    "cell.currency-retired": _("amounts in currencies that were replaced"),
    "cell.currency-unknown": _("currency codes that are not in use"),
    "cell.date-ambiguous": _("dates that can be read in two ways"),
    "cell.date-unreadable": _("dates that cannot be read"),
    "cell.error": _("cells that hold an error"),
    "cell.formula-empty": _("formulas saved without their result"),
    "cell.formula-stale": _("formulas whose saved result is out of date; calculated again"),
    "cell.formula-text": _("texts that would run as a formula; kept as text"),
    "cell.lost-digits": _("numbers that have lost their last digits"),
    "cell.minor-units": _("amounts with more decimals than their currency has"),
    "rate.unavailable": _("amounts without a rate that can be stood behind"),
    "record.in-two-files": _("receipts that stand in several workbooks; taken once"),
    "record.incomplete": _("records that lack something needed"),
    "record.number-twice": _("order numbers used for different orders"),
    "record.order-unknown": _("records of orders that are in no file"),
    "record.written-twice": _("orders written twice; taken once"),
    "table.unrecognised": _("tables of another kind; not taken"),
}


def heading_of(code: str) -> str:
    """What findings of that code are, said of many at once; without a value of any single one."""
    if code in _HEADINGS:
        return _HEADINGS[code]
    kind = CATALOGUE[code]
    return re.sub(r"\{\w+\}", "…", kind.title_zh if current_language() == "zh_CN" else kind.title_en)


def severity_word(code: str) -> str:
    """What findings of that code ask of the user, in one word."""
    words = {Severity.ASK: _("ask"), Severity.REPORT: _("told"), Severity.REFUSE: _("refused")}
    return words[CATALOGUE[code].severity]
