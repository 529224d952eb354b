"""What a pack has to say of itself, in words."""

from __future__ import annotations

from typing import Final

from workbench.findings import Kind, Severity, add_kinds

__all__ = ["KINDS"]

KINDS: Final = {
    "pack.not-month-end": Kind(
        Severity.REPORT,
        "{value} is not the last day of a month; no revaluation is worked out",
        "{value} 不是月末；未计算重估",
        "Ask for {last} to have the month's revaluation and its voucher.",
        "如需本月重估及凭证，请指定 {last}。",
    ),
    "pack.not-closed": Kind(
        Severity.REPORT,
        "the month of {value} is not closed; its figures may still change",
        "{value} 所在月份尚未结账；数字仍可能变化",
        "Close it with: workbench receipts close --as-of {value}",
        "结账命令：workbench receipts close --as-of {value}",
    ),
    "pack.control-open": Kind(
        Severity.ASK,
        "the control total {value} does not close: {difference} is left over",
        "控制总额 {value} 不平：差额 {difference}",
        "Look into the difference before the figures are used.",
        "使用这些数字前请先查明差额。",
    ),
    "pack.rates-differ": Kind(
        Severity.REPORT,
        "{value} was closed at another rate ({closed}) than the rate book has now ({now}); revaluation follows the closing",
        "{value} 结账汇率（{closed}）与现有汇率簿（{now}）不同；重估以结账为准",
        "Nothing to do where the rate was corrected after closing.",
        "如汇率在结账后更正，则无需处理。",
    ),
    "pack.font-missing": Kind(
        Severity.REPORT,
        "no font with Chinese characters is installed; some characters of the PDF are blank",
        "系统未安装中文字体；PDF 中部分字符为空白",
        "Install Noto Sans CJK SC, or read the HTML file.",
        "请安装 Noto Sans CJK SC 字体，或改用 HTML 文件。",
    ),
}
add_kinds(KINDS)
