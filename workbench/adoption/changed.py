"""An order that the register has with other facts: the answer says which of them holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.adoption.answers import Answers, no_answer
from workbench.errors import ConfigurationError
from workbench.findings import Finding
from workbench.i18n import _
from workbench.register import Register
from workbench.register.tables import TABLES

if TYPE_CHECKING:
    from workbench.adoption.plan import Item, Plan

__all__ = ["settle_changed"]

_GOES_WITH_IT = ("instalments", "costs")
"""What refers to an order and may: its instalments are made anew, its costs stay its costs."""


def settle_changed(plan: Plan, item: Item, register: Register, order_ids: Sequence[str], facts: Sequence[str]) -> None:
    """Hold an order until it is said whether the register's facts or the sheet's are right; then do as was said.

    Args:
        plan: takes the question, or notes that it was answered.
        item: the order as the sheet has it.
        register: has an order, or several, of that number.
        order_ids: their ids.
        facts: what each of them says, as it is offered for an answer.

    Raises:
        ConfigurationError: the answer is none of what is offered, or the order cannot be changed any more.
    """
    from workbench.adoption.plan import Decision

    now = f"{item.value('date')} {item.value('currency')} {item.value('amount')}"
    question = Finding("record.changed", item.record.place, str(item.value("number")), (*facts, now))
    said = Answers(plan.given).at(question.where, question.code)
    item.decision, item.replaces = Decision.HELD, ""
    if said is None:
        plan.findings.append(question)
        return
    if said in facts:
        item.decision = Decision.KNOWN
    elif said == now and len(order_ids) == 1:
        _must_be_free(register, order_ids[0], question)
        item.decision, item.replaces = Decision.IMPORTED, order_ids[0]
    else:
        raise no_answer(said, question)
    if question not in plan.answered:  # a plan may be held against the register more than once
        plan.answered.append(question)


def _must_be_free(register: Register, order_id: str, question: Finding) -> None:
    """An order that money is settled against, or papers are made for, is corrected where that can be seen."""
    instalments = [row["id"] for row in register.rows("instalments", {"order_id": order_id})]
    for table in TABLES.values():
        for field in table.fields:
            wanted = {"orders": [order_id], "instalments": instalments}.get(field.references)
            if not wanted or table.name in _GOES_WITH_IT:
                continue
            if register.rows(table.name, {field.name: wanted}):
                raise ConfigurationError(
                    _("{order} cannot take the sheet's facts: {table} refer to it.").format(
                        order=question.value, table=table.name
                    ),
                    where=question.where,
                    remedy=_("Correct it in the register, or answer {candidates}.").format(
                        candidates=question.candidates[0]
                    ),
                )
