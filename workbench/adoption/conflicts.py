"""One order that several people's workbooks tell differently: all are held, and one of them is chosen."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from workbench.adoption.answers import Answers, no_answer
from workbench.duplicates.normalise import name_tokens
from workbench.findings import Finding, Kind, Severity, add_kinds

if TYPE_CHECKING:
    from workbench.adoption.plan import Item

__all__ = ["SAME_ORDER_WITHIN", "customer_key", "facts_of", "in_conflict", "same_customer", "version_chosen"]

SAME_ORDER_WITHIN = 183
"""Days within which one order number means one order."""

add_kinds({
    "record.conflict": Kind(
        Severity.ASK,
        "the order {value} is told differently: {candidates}",
        "订单 {value} 有不同的记载：{candidates}",
        "Choose the one that counts; the others are not taken.",
        "请选择以哪一条为准；其余不导入。",
    ),
    "record.in-two-files": Kind(
        Severity.REPORT,
        "the receipt of {value} stands in another workbook, too ({other}); it is taken once",
        "金额为 {value} 的收款在另一个工作簿中也有（{other}）；只导入一次",
        "Nothing to do, unless two payments were meant; then give each its bank reference.",
        "无需处理；若确为两笔收款，请分别填写银行流水号。",
    ),
    "record.not-chosen": Kind(
        Severity.REFUSE,
        "another version of the order {value} was chosen",
        "订单 {value} 已选用另一处的记载",
        "Nothing is left to do; correct the workbook if it stays in use.",
        "无需处理；若仍使用该工作簿，请更正。",
    ),
})  # fmt: skip


def customer_key(item: Item) -> str:
    """Its customer's name without case, marks and legal form, so that ways of writing it are one; else its code."""
    name = item.value("customer")
    return " ".join(name_tokens(str(name))) if name else f"#{item.value('customer_code')}"


def same_customer(item: Item, other: Item) -> bool:
    """Whether two orders may be of one customer: their names are alike, or one has only a code where the other has a name."""
    keys = customer_key(item), customer_key(other)
    return keys[0] == keys[1] or keys[0].startswith("#") != keys[1].startswith("#")


def facts_of(item: Item, *, customer: bool = False) -> str:
    """Where a version of an order stands, and what it says."""
    whose = f" {item.value('customer') or item.value('customer_code')}" if customer else ""
    return f"{item.record.place}: {item.value('date')} {item.value('currency')} {item.value('amount')}{whose}"


def in_conflict(items: list[Item]) -> bool:
    """Whether orders of one number are one order told differently.

    They are near each other, in several files and of one customer; or they differ in nothing but the customer.
    """
    facts = {(item.value("date"), item.value("currency"), item.value("amount")) for item in items}
    if len(facts) == 1:
        return True
    days = [day for item in items if isinstance(day := item.value("date"), date)]
    files = {item.record.sheet.book for item in items}
    near = len(days) == len(items) and (max(days) - min(days)).days <= SAME_ORDER_WITHIN
    return near and _customers(items) == 1 and len(files) > 1


def _customers(items: list[Item]) -> int:
    return len(set(map(customer_key, items)))


def version_chosen(items: list[Item], number: str, answers: Answers) -> tuple[Item | None, Finding]:
    """The version that an answer names, by what it offers or by its place or file; None where there is no answer yet.

    Raises:
        ConfigurationError: the answer names none of them, or several.
    """
    told = {facts_of(item, customer=_customers(items) > 1): item for item in items}
    question = Finding("record.conflict", items[0].record.place, number, tuple(told))
    said = answers.at(question.where, question.code)
    if said is None:
        return None, question
    named = [item for words, item in told.items() if said in (words, item.record.place, item.record.sheet.book)]
    if len(named) != 1:
        raise no_answer(said, question)
    return named[0], question
