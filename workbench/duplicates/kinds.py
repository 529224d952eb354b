"""What can be found about duplicates and decisions on them, in words."""

from __future__ import annotations

from typing import Final

from workbench.findings import Kind, Severity, add_kinds

__all__ = ["KINDS"]

KINDS: Final = {
    "duplicate.customer-missing": Kind(
        Severity.REFUSE,
        "there is no customer {value}",
        "没有客户 {value}",
        "Name two customers of the register by their ids.",
        "请用客户编号指定登记册中的两个客户。",
    ),
    "duplicate.kept-apart": Kind(
        Severity.REFUSE,
        "{value} cannot be merged: {candidates} were decided to be two customers",
        "{value} 不能合并：{candidates} 已被判定为两个客户",
        "Change that decision first if it was wrong.",
        "如该判定有误，请先更改。",
    ),
    "duplicate.merged": Kind(
        Severity.REFUSE,
        "{value} are merged already, over other records",
        "{value} 已经通过其他记录合并为一家",
        "Take the merge back first: workbench duplicates unmerge ID",
        "请先撤销合并：workbench duplicates unmerge ID",
    ),
    "duplicate.survivor": Kind(
        Severity.REFUSE,
        "{value} is neither of the two customers",
        "{value} 不是这两个客户之一",
        "Name one of {candidates} as the record that stands.",
        "请在 {candidates} 中指定保留的记录。",
    ),
    "duplicate.take": Kind(
        Severity.REFUSE,
        "{value} does not say which field to take from which record",
        "{value} 未说明哪个字段取自哪条记录",
        "Write for example email=b, phone=a; fields are {fields}.",
        "请写成例如 email=b, phone=a；可用字段：{fields}。",
    ),
    "duplicate.decision": Kind(
        Severity.REFUSE,
        "{value} is no decision",
        "{value} 不是有效的决定",
        "Write one of {candidates}.",
        "请填写 {candidates} 之一。",
    ),
    "duplicate.role": Kind(
        Severity.REFUSE,
        "{value} may not merge customers: it needs the role {role}",
        "{value} 无权合并客户：需要角色 {role}",
        "Ask a person with that role to decide.",
        "请由具有该角色的人员决定。",
    ),
    "duplicate.customer": Kind(
        Severity.ASK,
        "the new customer {value} may be there already: {candidates}",
        "新客户 {value} 可能已经存在：{candidates}",
        "Decide in the sheet Duplicates.",
        "请在“重复客户”表中判定。",
    ),
    "duplicate.order": Kind(
        Severity.ASK,
        "the order {value} has the customer order number {po} that {candidates} has, too",
        "订单 {value} 的客户订单号 {po} 与 {candidates} 相同",
        "Cancel one of the two if the customer ordered once.",
        "如客户只下了一次单，请取消其中一张。",
    ),
    "duplicate.invoice": Kind(
        Severity.ASK,
        "the invoice {value} may be raised twice: {candidates}",
        "发票 {value} 可能重复开具：{candidates}",
        "Check both invoices; a receivable counted twice overstates sales.",
        "请核对两张发票；应收款重复会虚增销售。",
    ),
    "duplicate.receipt": Kind(
        Severity.ASK,
        "the receipt {value} may be the same money as {candidates}",
        "收款 {value} 可能与 {candidates} 是同一笔款项",
        "Compare both with the bank's statement before either is posted.",
        "入账前请与银行对账单核对这两笔。",
    ),
}

add_kinds(KINDS)
