"""One order that several people's workbooks tell differently: all are held, and one of them is chosen."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from workbench.errors import ConfigurationError
from workbench.findings import Finding, Kind, Severity, add_kinds
from workbench.i18n import _
from workbench.sheets.words import plain

if TYPE_CHECKING:
    from workbench.adoption.answers import Answers
    from workbench.adoption.plan import Item

__all__ = ["SAME_ORDER_WITHIN", "facts_of", "in_conflict", "version_chosen"]

SAME_ORDER_WITHIN = 183
"""Days within which one order number means one order."""

add_kinds({
    "record.conflict": Kind(
        Severity.ASK,
        "several workbooks tell the order {value} differently: {candidates}",
        "多个工作簿对订单 {value} 的记载不同：{candidates}",
        "Choose the one that counts; the others are not taken.",
        "请选择以哪一条为准；其余不导入。",
    ),
    "record.not-chosen": Kind(
        Severity.REFUSE,
        "another workbook's version of the order {value} was chosen",
        "订单 {value} 已选用另一工作簿的记载",
        "Nothing is left to do; correct the workbook if it stays in use.",
        "无需处理；若仍使用该工作簿，请更正。",
    ),
})  # fmt: skip


def facts_of(item: Item) -> str:
    """Where a version of an order stands, and what it says."""
    amount = item.value("amount")
    return f"{item.record.place}: {item.value('date')} {item.value('currency')} {amount}"


def in_conflict(items: list[Item]) -> bool:
    """Whether orders of one number are one order told differently: of one customer, near each other, in several files."""
    customers = {plain(str(item.value("customer") or item.value("customer_code"))).casefold() for item in items}
    days = [day for item in items if isinstance(day := item.value("date"), date)]
    files = {item.record.sheet.book for item in items}
    near = len(days) == len(items) and (max(days) - min(days)).days <= SAME_ORDER_WITHIN
    return near and len(customers) == 1 and len(files) > 1


def version_chosen(items: list[Item], number: str, answers: Answers) -> tuple[Item | None, Finding]:
    """The version that an answer names, by what it offers or by its place or file; None where there is no answer yet.

    Raises:
        ConfigurationError: the answer names none of them, or several.
    """
    question = Finding("record.conflict", items[0].record.place, number, tuple(map(facts_of, items)))
    said = answers.at(question.where, question.code)
    if said is None:
        return None, question
    named = [item for item in items if said in (facts_of(item), item.record.place) or said == item.record.sheet.book]
    if len(named) != 1:
        raise ConfigurationError(
            _("{answer} is no answer to: {question}").format(answer=said, question=question.message),
            where=question.where,
            remedy=_("Give one of {candidates}.").format(candidates=", ".join(question.candidates)),
        )
    return named[0], question
