"""From people's sheets to the register: plan what would be imported, ask what is open, import in one undoable step."""

from __future__ import annotations

from workbench.adoption.account import AccountOpen, ControlTotal, SheetAccount
from workbench.adoption.answers import Answers, read_answers
from workbench.adoption.plan import Decision, Item, Part, Plan, Source, plan

__all__ = [
    "AccountOpen",
    "Answers",
    "ControlTotal",
    "Decision",
    "Item",
    "Part",
    "Plan",
    "SheetAccount",
    "Source",
    "plan",
    "read_answers",
]
