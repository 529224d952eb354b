"""A workbook that was adopted before and came back changed: nothing of what changed in it passes in silence.

An order whose amount, date or currency differ is asked in ``changed``. Here: records that are gone from it, other facts that
were edited, and receipts and costs that look like corrected ones, which would else be taken a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any

from workbench.adoption.answers import Answers, no_answer
from workbench.findings import Finding, Kind, Severity, add_kinds
from workbench.register import Register

if TYPE_CHECKING:
    from workbench.adoption.plan import Item, Plan

__all__ = ["Names", "tell_earlier"]

add_kinds({
    "record.gone": Kind(
        Severity.REPORT,
        "the register has {value} from this workbook, where it no longer stands",
        "登记册中的 {value} 来自该工作簿，而该工作簿中已无此记录",
        "Nothing is taken away; cancel or correct it in the register if that was meant.",
        "不会删除任何内容；若确应取消，请在登记册中取消或更正。",
    ),
    "record.edited": Kind(
        Severity.REPORT,
        "{value} was edited in the sheet since it was adopted ({what}); the register keeps what it has",
        "{value} 在导入后于表中改动过（{what}）；登记册保持原样",
        "Make the same change in the register, or in a sheet that is bound to it.",
        "请在登记册或与其关联的工作表中作同样的改动。",
    ),
    "record.perhaps-corrected": Kind(
        Severity.ASK,
        "{value} may be a correction of {other}, which the register has from this workbook",
        "{value} 可能是对 {other} 的更正，后者已由该工作簿导入登记册",
        "Answer new where it is a further one; answer same where it is that one, and correct it in the register.",
        "若为另一笔，请答 new；若为同一笔，请答 same，并在登记册中更正。",
    ),
})  # fmt: skip

_ANSWERS = ("new", "same")
_ENOUGH = 2
_FACTS = {
    "receipts": (("date", "value_date"), ("amount", "amount"), ("payer", "payer"), ("reference", "reference")),
    "costs": (("date", "cost_date"), ("amount", "amount"), ("supplier", "supplier"), ("kind", "kind")),
}
"""What may tell that a receipt or a cost is a corrected one: the record's own fields and the register's."""
_Gone = tuple[Mapping[str, Any], Mapping[str, Any]]
"""A row of the register, and how it was typed."""
Names = Callable[["Item"], frozenset[object]]
"""What tells a record of a plan apart; a row of the register has one of these names."""


def tell_earlier(
    plan: Plan, register: Register, name_of: Callable[[str, Mapping[str, Any]], object], names: Names
) -> None:
    """Compare the plan's workbooks with what was taken from files of the same names.

    Args:
        plan: takes the findings; receipts and costs that may be corrections are held, or decided as was answered.
        register: remembers each record as it was typed.
        name_of: what tells a row of a table of the register apart.
        names: the same of a record.

    Raises:
        ConfigurationError: the answer to a question is neither new nor same.
    """
    if plan.part.rows or plan.part.sheets:
        return  # what a trial leaves out is not gone
    files = [source.book.file for source in plan.sources]
    earlier = {(one["table_name"], one["row_id"]): one for one in register.rows("source_records", {"file": files})}
    if not earlier:
        return
    now: dict[tuple[str, object], list[Item]] = {}
    for item in plan.items:
        for name in names(item):
            now.setdefault((item.record.kind, name), []).append(item)
    labels = {label for source in earlier.values() for label in source["raw"] or {}}
    found: list[Finding] = []
    gone: dict[str, list[_Gone]] = {}
    for table in ("customers", "orders", "receipts", "costs"):
        for row_id, row in register.rows_by_id(table, [row_id for one, row_id in earlier if one == table]).items():
            source = earlier[table, row_id]
            items = now.get((table, name_of(table, row)), [])
            if len(items) == 1:
                found.extend(_edited(items[0], source, labels))
            elif not items and table != "customers":  # one that no order names any more is still a customer
                gone.setdefault(table, []).append((row, source))
    for item in plan.items:
        found.extend(_correction(plan, item, gone.get(item.record.kind, ())))
    for table, lost in gone.items():
        found.extend(
            Finding("record.gone", f"{source['file']}!{source['sheet']}", _described(table, row))
            for row, source in lost
        )
    told = {(one.code, one.where, one.value) for one in plan.findings}  # a plan may be held against the register twice
    plan.findings.extend(one for one in found if (one.code, one.where, one.value) not in told)


def _edited(item: Item, source: Mapping[str, Any], labels: AbstractSet[str]) -> Iterator[Finding]:
    """What was typed otherwise when the record was taken, or not at all in one of the columns (``labels``) of then."""
    from workbench.adoption.plan import Decision

    before, after = source["raw"] or {}, item.record.raw
    if item.decision is not Decision.KNOWN or len(before.keys() & after.keys()) < len(before) / 2:
        return
    changed = [
        label for label in (*before, *after) if label in after and label in labels and before.get(label) != after[label]
    ]
    if changed:
        what = "; ".join(f"{label}: {before.get(label, '')} → {after[label]}" for label in dict.fromkeys(changed))
        value = str(item.value("number") or item.value("name") or item.value("name_local") or item.record.place)
        yield Finding("record.edited", item.record.place, value, details={"what": what})


def _correction(plan: Plan, item: Item, gone: Sequence[_Gone]) -> Iterator[Finding]:
    """Hold a receipt or cost that looks like one which is gone, until it is said whether it is that one."""
    from workbench.adoption.plan import Decision

    kind = item.record.kind
    if kind not in _FACTS or item.decision not in (Decision.IMPORTED, Decision.HELD):
        return
    like = [row for row, source in gone if source["file"] == item.record.sheet.book and _alike(item, row, source)]
    if not like:
        return
    place = item.record.place
    value = f"{item.value('date') or ''} {item.value('currency')} {item.value('amount')}".strip()
    question = Finding("record.perhaps-corrected", place, value, _ANSWERS, {"other": _described(kind, like[0])})
    said = Answers(plan.given).at(place, question.code)
    if said is None:
        item.decision = Decision.HELD
        yield question
        return
    if said not in _ANSWERS:
        raise no_answer(said, question)
    if said == "same":
        item.decision = Decision.KNOWN
    if question not in plan.answered:
        plan.answered.append(question)


def _alike(item: Item, row: Mapping[str, Any], source: Mapping[str, Any]) -> bool:
    """It stands where that one stood, or shares most of what they both tell."""
    if source["place"].split(" ")[0] == item.record.place.split(" ")[0] and source["sheet"] == item.record.sheet.name:
        return True
    both = [
        (value, row.get(field)) for own, field in _FACTS[item.record.kind] if (value := item.value(own)) is not None
    ]
    same = sum(value == other for value, other in both if other is not None)
    return bool(same >= _ENOUGH and same > len(both) / 2)


def _described(table: str, row: Mapping[str, Any]) -> str:
    """A row of the register in a few words."""
    day = row.get({"orders": "order_date", "receipts": "value_date", "costs": "cost_date"}.get(table, ""))
    whose = row.get("number") or row.get("payer") or row.get("supplier") or row.get("legal_name")
    parts = (row["id"], whose, day, row.get("currency"), row.get("amount"))
    return " ".join(str(part) for part in parts if part not in (None, ""))
