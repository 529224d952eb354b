"""Findings: what is wrong or open in somebody's data, as values with a place.

Reading a sheet or validating a batch never stops at the first problem: it returns every finding in one pass. The
catalogue below is the only place where a code, its severity and its words in English and Chinese are defined; a room
with many kinds of its own adds them with ``add_kinds``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from workbench.i18n import current_language

__all__ = ["CATALOGUE", "Finding", "Kind", "Severity", "add_kinds", "count_by_code"]


class Severity(Enum):
    """What a finding asks of the user."""

    ASK = "ask"  # not knowable from the data: a person must choose
    REPORT = "report"  # damaged or odd: imported as far as it is sure, and told
    REFUSE = "refuse"  # the record or batch is not accepted as it stands


class Kind(NamedTuple):
    """One entry of the catalogue. Texts may use ``{value}`` and the names in a finding's ``details``."""

    severity: Severity
    title_en: str
    title_zh: str
    remedy_en: str
    remedy_zh: str


CATALOGUE: dict[str, Kind] = {
    "cell.currency-missing": Kind(
        Severity.ASK,
        "no currency can be told for {value}",
        "无法判断 {value} 的币种",
        "Write the ISO code beside the amount, or give the sheet's currency.",
        "请在金额旁写明 ISO 币种代码，或指定整张表的币种。",
    ),
    "cell.currency-ambiguous": Kind(
        Severity.ASK,
        "{value} may be {candidates}",
        "{value} 可能是 {candidates}",
        "Choose the currency meant.",
        "请选择实际币种。",
    ),
    "cell.currency-unknown": Kind(
        Severity.ASK,
        "{value} is no currency code in use",
        "{value} 不是现行币种代码",
        "Correct the code; {candidates} looks similar.",
        "请更正代码；{candidates} 与之相近。",
    ),
    "cell.currency-retired": Kind(
        Severity.ASK,
        "{value}: {code} was replaced by {successor} on {day}; {ratio} {code} are 1 {successor}",
        "{value}：{code} 已于 {day} 由 {successor} 取代，{ratio} {code} 折合 1 {successor}",
        "Convert the amount in the sheet and write {successor} beside it, or name the currency in which it stands.",
        "请在表中换算金额并写明 {successor}，或指明该金额的实际币种。",
    ),
    "cell.amount-ambiguous": Kind(
        Severity.ASK,
        "{value} can be read as {candidates}",
        "{value} 可读作 {candidates}",
        "Choose the amount meant, or give the sheet's decimal mark.",
        "请选择实际金额，或指定该表的小数点符号。",
    ),
    "cell.amount-unreadable": Kind(
        Severity.REFUSE,
        "{value} is no amount",
        "{value} 不是金额",
        "Type a plain number.",
        "请输入数字。",
    ),
    "cell.date-ambiguous": Kind(
        Severity.ASK,
        "{value} can be {candidates}",
        "{value} 可能是 {candidates}",
        "Choose the date meant, or say whether the sheet writes the day or the month first.",
        "请选择实际日期，或说明该表先写日还是先写月。",
    ),
    "cell.date-unreadable": Kind(
        Severity.REFUSE,
        "{value} is no date",
        "{value} 不是日期",
        "Type the date as 2026-03-31.",
        "请按 2026-03-31 的格式输入日期。",
    ),
    "cell.minor-units": Kind(
        Severity.REPORT,
        "{value} has more decimals than {currency} has",
        "{value} 的小数位超过 {currency} 允许的位数",
        "Check the amount or the currency.",
        "请核对金额或币种。",
    ),
    "cell.error": Kind(
        Severity.REPORT,
        "the cell holds the error {value}",
        "单元格为错误值 {value}",
        "Repair the formula or type the value.",
        "请修复公式或直接输入数值。",
    ),
    "cell.formula-text": Kind(
        Severity.REPORT,
        "the text {value} would run as a formula; it is kept as text",
        "文本 {value} 会被当作公式执行；已按文本保存",
        "Nothing to do; check the text.",
        "无需处理；请核对该文本。",
    ),
    "cell.lost-digits": Kind(
        Severity.REPORT,
        "{value} has lost its last digits",
        "{value} 末尾数字已丢失",
        "Type the number again as text.",
        "请以文本格式重新输入该号码。",
    ),
    "workbook.text-cut": Kind(
        Severity.REPORT,
        "the text beginning {value} is longer than a cell holds; the cell shows its beginning",
        "以 {value} 开头的文本超过单元格上限；单元格只显示前半部分",
        "Nothing is lost: the register has the full text.",
        "内容未丢失：登记册保存全文。",
    ),
    "workbook.amount-as-text": Kind(
        Severity.REPORT,
        "{value} has more digits than a spreadsheet's number holds; the cell shows it as text",
        "{value} 的位数超过电子表格数字的精度；单元格以文本显示",
        "Leave it out of sums in the sheet; the register adds it exactly.",
        "请勿在表内求和；登记册按精确值计算。",
    ),
    "settlement.rate-missing": Kind(
        Severity.ASK,
        "no rate for {value}: {problem}",
        "没有 {value} 的汇率：{problem}",
        "Nothing was settled. Add the rate, then run it again. {remedy}",
        "未做任何核销。请补充汇率后重新运行。{remedy}",
    ),
    "row.required": Kind(Severity.REFUSE, "{field} is required", "{field} 为必填", "Fill it in.", "请填写。"),
    "row.type": Kind(
        Severity.REFUSE,
        "{value} does not fit {field}",
        "{value} 不符合 {field} 的类型",
        "Correct the value.",
        "请更正该值。",
    ),
    "row.choice": Kind(
        Severity.REFUSE,
        "{value} is none of the values allowed for {field}",
        "{value} 不在 {field} 的可选值内",
        "Choose one of the listed values.",
        "请从列表中选择。",
    ),
    "row.currency": Kind(
        Severity.REFUSE,
        "{value} is no currency in circulation",
        "{value} 不是流通中的币种",
        "Use an ISO 4217 code such as USD.",
        "请使用 ISO 4217 代码，例如 USD。",
    ),
    "row.country": Kind(
        Severity.REFUSE,
        "{value} is no country code",
        "{value} 不是国家或地区代码",
        "Use an ISO 3166 code such as DE.",
        "请使用 ISO 3166 代码，例如 DE。",
    ),
    "row.minor-units": Kind(
        Severity.REFUSE,
        "{value} is finer than the currency's smallest unit",
        "{value} 比该币种最小单位更细",
        "Round the amount, or check the currency.",
        "请四舍五入，或核对币种。",
    ),
    "row.money-without-currency": Kind(
        Severity.REFUSE,
        "{value} has no valid currency beside it",
        "{value} 旁没有有效币种",
        "Give the currency of the amount.",
        "请给出该金额的币种。",
    ),
    "row.date": Kind(Severity.REFUSE, "{value} is no date", "{value} 不是日期", "Give a date.", "请给出日期。"),
    "row.timestamp": Kind(
        Severity.REFUSE,
        "{value} is no point in time with its zone",
        "{value} 不是带时区的时间",
        "Give date, time and zone.",
        "请给出日期、时间和时区。",
    ),
    "row.reference": Kind(
        Severity.REFUSE,
        "{value} names no row of {table}",
        "{table} 中没有 {value}",
        "Add that row first, or correct the id.",
        "请先添加该行，或更正编号。",
    ),
    "row.duplicate": Kind(
        Severity.REFUSE,
        "{value} occurs already; {field} must be unique",
        "{value} 已存在；{field} 不可重复",
        "Use the row that exists, or another value.",
        "请使用已有的行，或改用其他值。",
    ),
    "row.unknown-field": Kind(
        Severity.REFUSE,
        "there is no such field (value {value})",
        "没有该字段（值 {value}）",
        "Correct the name, or define it as a custom field.",
        "请更正名称，或将其定义为自定义字段。",
    ),
    "row.field-name": Kind(
        Severity.REFUSE,
        "{value} cannot be the name of a field of {table}",
        "{value} 不能作为 {table} 的字段名",
        "Choose a name that the table does not have, of at most 100 characters.",
        "请选择该表尚未使用的名称，最多 100 个字符。",
    ),
    "row.in-use": Kind(
        Severity.REFUSE,
        "{value} is still used by {table}",
        "{value} 仍被 {table} 引用",
        "Remove what uses it first.",
        "请先移除引用它的行。",
    ),
    "cell.formula-stale": Kind(
        Severity.REPORT,
        "the cell shows {value}, its formula gives {candidates}; the formula's result is taken",
        "单元格显示 {value}，而公式结果为 {candidates}；已采用公式结果",
        "Recalculate the workbook and save it.",
        "请重新计算并保存工作簿。",
    ),
    "cell.code-unknown": Kind(
        Severity.REPORT,
        "{value} is no {what} that is known; the field is left empty",
        "{value} 不是已知的{what_zh}；该字段留空",
        "Write it in the usual way, or add it in the register afterwards.",
        "请按通用写法填写，或之后在登记册中补上。",
    ),
    "record.incomplete": Kind(
        Severity.REFUSE,
        "the record has no {what}",
        "该记录缺少{what_zh}",
        "Fill it in and adopt the file again; nothing is taken twice.",
        "请补全后重新导入；不会重复导入。",
    ),
    "record.order-unknown": Kind(
        Severity.REFUSE,
        "the order {value} is neither in these files nor in the register",
        "订单 {value} 既不在这些文件中，也不在登记册中",
        "Adopt the file that holds the order as well, or correct the number.",
        "请一并导入包含该订单的文件，或更正编号。",
    ),
    "record.changed": Kind(
        Severity.ASK,
        "the register has the order {value} with other facts: {candidates}",
        "登记册中订单 {value} 的内容不同：{candidates}",
        "Choose whose facts hold, or give the new order a number of its own.",
        "请选择以哪一方为准，或为新订单另编号码。",
    ),
    "record.number-twice": Kind(
        Severity.REPORT,
        "the order number {value} is used for different orders; each is kept",
        "订单号 {value} 用于不同的订单；均已保留",
        "Check whether one of them is a mistake.",
        "请核对是否有误。",
    ),
    "rate.unavailable": Kind(
        Severity.REPORT,
        "no {currency} rate for {date} can be stood behind ({reason}); the figure in {base} is left empty",
        "{date} 没有可靠的 {currency} 汇率（{reason}）；{base} 金额留空",
        "Load rates for that day, then convert again.",
        "请载入当日汇率后重新折算。",
    ),
    "table.kind": Kind(
        Severity.ASK,
        "no heading or title says what the table that begins with {value} lists; by what it holds it may be {candidates}",
        "没有标题说明以 {value} 开头的表格是什么；从内容看可能是 {candidates}",
        "Say what it lists; its columns are on the sheet Columns. Until then nothing of it is imported.",
        "请说明该表格的内容；各列见工作表“列对应”。在此之前不会导入其中任何内容。",
    ),
    "table.unrecognised": Kind(
        Severity.REPORT,
        "the table that begins with {value} is neither customers, orders, receipts nor costs; nothing of it is taken",
        "以 {value} 开头的表格不是客户、订单、收款或成本；未导入任何内容",
        "Give its columns usual headings if it should be taken.",
        "如需导入，请使用通用的列标题。",
    ),
    "table.too-wide": Kind(
        Severity.REPORT,
        "the table has {value} columns, more than any list that people keep; nothing of it is taken",
        "该表格有 {value} 列，超出任何人工维护的清单；未导入任何内容",
        "Put the list alone on a sheet, and take away what is far to the right of it; then adopt the file again.",
        "请把清单单独放在一个工作表中，删除其右侧远处的内容，再重新导入。",
    ),
    "cell.readers-differ": Kind(
        Severity.REPORT,
        "two readers of the file see this cell otherwise: {value} and {other}; the first is taken",
        "两个读取程序对该单元格的结果不同：{value} 与 {other}；采用前者",
        "Compare it with what the spreadsheet program shows.",
        "请与电子表格程序中显示的内容核对。",
    ),
    "sheet.mixed-sum": Kind(
        Severity.REPORT,
        "{value} adds up amounts in {candidates} as if they were of one currency",
        "{value} 把 {candidates} 的金额当作同一币种相加",
        "Do not use this figure; the register gives a total for each currency.",
        "请勿使用该数字；登记册按币种分别给出合计。",
    ),
    "sheet.total-misses-rows": Kind(
        Severity.REPORT,
        "{value} leaves out the amounts in {candidates}",
        "{value} 漏掉了 {candidates} 的金额",
        "Extend the formula over all rows; the control totals here count every row.",
        "请把公式扩展到所有行；此处的控制合计已计入每一行。",
    ),
    "sheet.rate-unexplained": Kind(
        Severity.REPORT,
        "the converted amounts of column {value} follow no rate that is written on the sheet",
        "{value} 列的折算金额与表中写明的任何汇率都不一致",
        "They are not taken over; the register converts with rates that can be shown.",
        "这些金额未导入；登记册按可出示依据的汇率折算。",
    ),
    "table.month-only": Kind(
        Severity.REPORT,
        "the amounts of {value} are told by month only; the first day of the month is taken as their date",
        "{value} 的金额只注明月份；以该月第一天作为日期",
        "Put in the day where it matters.",
        "如有需要，请补上具体日期。",
    ),
    "cell.formula-empty": Kind(
        Severity.REPORT,
        "the formula {value} was saved without its result",
        "公式 {value} 保存时没有结果",
        "Open the workbook, recalculate and save it.",
        "请打开工作簿，重新计算并保存。",
    ),
    "record.written-twice": Kind(
        Severity.REPORT,
        "the order {value} is written twice with the same facts; it is taken once",
        "订单 {value} 以相同内容出现两次；只导入一次",
        "Nothing to do, unless two orders were meant.",
        "无需处理；除非确为两笔订单。",
    ),
}


def add_kinds(kinds: Mapping[str, Kind]) -> None:
    """Add a room's own kinds to the catalogue.

    Raises:
        ValueError: a code is in the catalogue already, with other words.
    """
    for code, kind in kinds.items():
        if CATALOGUE.setdefault(code, kind) is not kind:
            raise ValueError(f"finding code {code!r} is defined twice")


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem with its place.

    ``where`` is ``Book.xlsx!Sheet!B7``, ``file.sta:12`` or ``orders O-000012.amount``. ``candidates`` are the readings
    between which a person must choose.
    """

    code: str
    where: str
    value: str = ""
    candidates: tuple[str, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.code not in CATALOGUE:
            raise KeyError(f"finding code {self.code!r} is not in the catalogue")

    @property
    def severity(self) -> Severity:
        """What the finding asks of the user."""
        return CATALOGUE[self.code].severity

    @property
    def message(self) -> str:
        """What is wrong, in the current language."""
        kind = CATALOGUE[self.code]
        return self._fill(kind.title_zh if current_language() == "zh_CN" else kind.title_en)

    @property
    def remedy(self) -> str:
        """What to do next, in the current language."""
        kind = CATALOGUE[self.code]
        return self._fill(kind.remedy_zh if current_language() == "zh_CN" else kind.remedy_en)

    def as_dict(self) -> dict[str, object]:
        """The finding for ``--json``, with its words in the current language."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "where": self.where,
            "value": self.value,
            "candidates": list(self.candidates),
            "message": self.message,
            "remedy": self.remedy,
        }

    def as_row(self) -> dict[str, object]:
        """The finding as a row of the register's ``open_findings``."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "place": self.where,
            "value": self.value or None,
            "candidates": list(self.candidates),
            "details": dict(self.details),
            "state": "open",
        }

    def _fill(self, text: str) -> str:
        words = {"value": self.value, "candidates": ", ".join(self.candidates) or "—", **self.details}
        for name, word in words.items():
            text = text.replace("{" + name + "}", word)
        return text


def count_by_code(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings there are of each code, most frequent first."""
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.code] = counts.get(finding.code, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
