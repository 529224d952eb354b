"""What is missing for a figure, in words."""

from __future__ import annotations

from typing import Final

from workbench.findings import Kind, Severity, add_kinds

__all__ = ["KINDS"]

KINDS: Final = {
    "measure.rate-missing": Kind(
        Severity.REPORT,
        "no rate for {value} ({problem}): {count} figures are left out",
        "没有 {value} 的汇率（{problem}）：略去 {count} 个数字",
        "Add the rate, then ask again.",
        "请补充汇率后重新查询。",
    ),
    "measure.no-cost": Kind(
        Severity.REPORT,
        "{count} orders have no cost; their margin is not known and is left out",
        "{count} 个订单没有成本；毛利未知，已略去",
        "Enter what the orders cost.",
        "请录入这些订单的成本。",
    ),
    "measure.no-invoice": Kind(
        Severity.REPORT,
        "{count} orders have no invoice; their receivable is taken to arise on the order date",
        "{count} 个订单没有发票；应收款视为在订单日产生",
        "Enter the invoices to have the booking rate of the invoice date.",
        "请录入发票，以采用发票日的入账汇率。",
    ),
    "measure.no-lines": Kind(
        Severity.REPORT,
        "{count} orders have no lines; they cannot be told by product",
        "{count} 个订单没有明细行；无法按产品区分",
        "Enter the order lines.",
        "请录入订单明细行。",
    ),
    "measure.lines-differ": Kind(
        Severity.REPORT,
        "the lines of {count} orders do not add up to the order; they are left out by product",
        "{count} 个订单的明细行合计与订单不符；按产品统计时略去",
        "Correct the lines or the order.",
        "请更正明细行或订单。",
    ),
    "measure.table-empty": Kind(
        Severity.REPORT,
        "the register has no rows in {value}; what needs them is left out",
        "登记册的 {value} 没有记录；相关数字已略去",
        "Enter them to have these figures.",
        "录入后即可得到这些数字。",
    ),
    "measure.not-kept": Kind(
        Severity.REPORT,
        "the register does not keep {value}; what needs it cannot be told",
        "登记册不保存 {value}；相关数字无法给出",
        "Keep it elsewhere, or as custom fields.",
        "请另行保存，或用自定义字段记录。",
    ),
    "measure.history-short": Kind(
        Severity.REPORT,
        "too few days of rates for {value} to tell a risk from; it is left out",
        "{value} 的汇率天数太少，无法计算风险；已略去",
        "Load the rate history of the currency.",
        "请载入该币种的历史汇率。",
    ),
    "measure.books-differ": Kind(
        Severity.REPORT,
        "{count} paid orders stand in the books at other rates than their booking day's; the books are followed",
        "{count} 个已付清订单的账面汇率与入账日汇率不同；以账面为准",
        "Nothing to do where invoices were entered after the receipts were posted.",
        "如发票在收款过账后才录入，则无需处理。",
    ),
}
add_kinds(KINDS)
