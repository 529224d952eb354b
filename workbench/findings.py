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
        "Change the order in the register, or give the new order a number of its own.",
        "请在登记册中更改该订单，或为新订单另编号码。",
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
    "table.unrecognised": Kind(
        Severity.REPORT,
        "the table that begins with {value} is neither customers, orders, receipts nor costs; nothing of it is taken",
        "以 {value} 开头的表格不是客户、订单、收款或成本；未导入任何内容",
        "Give its columns usual headings if it should be taken.",
        "如需导入，请使用通用的列标题。",
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
    "sync.computed": Kind(
        Severity.REFUSE,
        "{field} is computed by the register; {value} typed over it is not taken",
        "{field} 由登记册计算得出；不接受手工输入的 {value}",
        "Undo the change in the cell, or pull to get the computed value back.",
        "请撤销该单元格的修改，或重新拉取以恢复计算值。",
    ),
    "sync.protected": Kind(
        Severity.REFUSE,
        "{field} cannot be changed in the sheet ({value})",
        "{field} 不能在表中修改（{value}）",
        "Undo the change in the cell; {why}.",
        "请撤销该单元格的修改；{why}。",
    ),
    "sync.formula": Kind(
        Severity.REFUSE,
        "the cell of {field} holds the formula ={value}, not a value",
        "{field} 的单元格是公式 ={value}，而不是数值",
        "Type the value, or push again with --take-formula-results.",
        "请直接输入数值，或使用 --take-formula-results 重新推送。",
    ),
    "sync.error-cell": Kind(
        Severity.REFUSE,
        "the cell of {field} holds the error {value}",
        "{field} 的单元格为错误值 {value}",
        "Repair the formula or type the value.",
        "请修复公式或直接输入数值。",
    ),
    "sync.number-for-text": Kind(
        Severity.REFUSE,
        "the cell of {field} holds the number {value} where the text {text} was: a program has taken it for a number",
        "{field} 原为文本 {text}，现在变成了数字 {value}：可能被程序当作数字处理",
        "Format the cell as text and type it again.",
        "请将单元格设为文本格式后重新输入。",
    ),
    "sync.digits-lost": Kind(
        Severity.REFUSE,
        "the number {value} in {field} has more digits than a spreadsheet keeps; the last ones may be lost",
        "{field} 中的数字 {value} 超过电子表格可保留的位数，末尾数字可能已丢失",
        "Format the cell as text and type it again.",
        "请将单元格设为文本格式后重新输入。",
    ),
    "sync.text-cut": Kind(
        Severity.REFUSE,
        "the text in {field} is longer than a cell holds, so the sheet shows its beginning only and cannot change it",
        "{field} 的文本超过单元格上限，表中只显示开头部分，不能在此修改",
        "Undo the change in the cell; change the text in the register.",
        "请撤销该单元格的修改；请在登记册中修改该文本。",
    ),
    "sync.shown-otherwise": Kind(
        Severity.REFUSE,
        "the cell of {field} holds the number {value} and shows it as a date, a percentage or with a sign",
        "{field} 的单元格实为数字 {value}，但显示为日期、百分比或带符号",
        "Format the cell as text, or as a plain number for figures, and type it again.",
        "请将单元格设为文本格式（数字字段请设为普通数字格式）后重新输入。",
    ),
    "sync.text-misread": Kind(
        Severity.REFUSE,
        "{field} shows {value} where {text} was: a program that saved the file has misread it",
        "{field} 原为 {text}，现显示 {value}：保存该文件的程序误读了内容",
        "Type it as it was; if the change is meant, make it in the register.",
        "请按原样重新输入；如确需修改，请在登记册中修改。",
    ),
    "sync.yes-no": Kind(
        Severity.REFUSE,
        "{value} is neither yes nor no",
        "{value} 既不是“是”也不是“否”",
        "Choose one of: {candidates}",
        "请选择：{candidates}",
    ),
    "sync.whole-number": Kind(
        Severity.REFUSE, "{value} is no whole number", "{value} 不是整数", "Type a whole number.", "请输入整数。"
    ),
    "sync.number": Kind(Severity.REFUSE, "{value} is no number", "{value} 不是数字", "Type a number.", "请输入数字。"),
    "sync.other-currency": Kind(
        Severity.REFUSE,
        "{value} names another currency than the row, which is in {currency}",
        "{value} 的币种与本行币种 {currency} 不同",
        "Correct the amount or the row's currency.",
        "请更正金额或本行币种。",
    ),
    "sync.lookup-missing": Kind(
        Severity.REFUSE,
        "there is no {table} called {value}",
        "找不到名为 {value} 的 {table}",
        "Choose from the list, or add it in its own sheet first; similar: {candidates}",
        "请从列表中选择，或先在对应的表中新增；相近：{candidates}",
    ),
    "sync.lookup-ambiguous": Kind(
        Severity.REFUSE,
        "{value} may be {candidates}",
        "{value} 可能是 {candidates}",
        "Type the id or the code of the one that is meant.",
        "请输入所指对象的编号或代码。",
    ),
    "sync.key-unknown": Kind(
        Severity.REFUSE,
        "the row carries the id {value}, which this register never had",
        "该行带有编号 {value}，但登记册中从未有过",
        "Empty the id if the row is new; else take the row from its own workbook.",
        "若为新行，请清空编号；否则请在其原工作簿中处理。",
    ),
    "sync.key-doubled": Kind(
        Severity.REFUSE,
        "the id {value} stands in several rows ({candidates}), and none of them is the row as it was",
        "编号 {value} 出现在多行（{candidates}），且均与原行不同",
        "Empty the id in the rows that are new.",
        "请清空新行的编号。",
    ),
    "sync.version-unknown": Kind(
        Severity.REFUSE,
        "the version beside the id {value} is missing or was changed, so it cannot be told what was edited",
        "编号 {value} 旁的版本号缺失或被改动，无法判断修改内容",
        "Pull into a new file and make the change there.",
        "请拉取到新文件后再修改。",
    ),
    "sync.key-shown": Kind(
        Severity.REPORT,
        "the row with the id {value} stood twice; the copy is taken as a new row",
        "编号 {value} 的行出现两次；副本按新行处理",
        "Nothing to do; check the new row.",
        "无需处理；请核对新行。",
    ),
    "sync.deleted": Kind(
        Severity.ASK,
        "the row {value} ({label}) is no longer in the sheet",
        "行 {value}（{label}）已不在表中",
        "Push with --delete to delete it in the register, or pull with --restore to get it back.",
        "使用 push --delete 在登记册中删除，或使用 pull --restore 恢复该行。",
    ),
    "sync.many-deleted": Kind(
        Severity.REFUSE,
        "{value} of {total} rows are no longer in the sheet; that many are not deleted at once",
        "表中缺少 {value} 行（共 {total} 行）；不会一次删除这么多",
        "If it is meant, push with --delete-at-most {value}.",
        "如确需删除，请使用 --delete-at-most {value} 推送。",
    ),
    "sync.rows-apart": Kind(
        Severity.REPORT,
        "{value} rows stand apart below the table and were not read",
        "表格下方有 {value} 行与表格不相连，未读取",
        "Move them directly below the table if they belong to it.",
        "若属于该表，请移到表格正下方。",
    ),
    "sync.totals-left": Kind(
        Severity.REPORT,
        "the row holds formulas only, like a line of totals; it was not read as a row",
        "该行只有公式，类似合计行，未作为记录读取",
        "Nothing to do.",
        "无需处理。",
    ),
    "sync.settled": Kind(
        Severity.REFUSE,
        "{field} cannot become {value}: {settled} of it is settled by receipts",
        "{field} 不能改为 {value}：其中 {settled} 已由收款核销",
        "Undo the posting first, then change the amount.",
        "请先撤销入账，再修改金额。",
    ),
    "sync.sheet-gone": Kind(
        Severity.REPORT,
        "no sheet shows the table {value} any more; its rows were left alone",
        "已没有工作表显示 {value}；其记录未作任何改动",
        "Pull into a new file to get the sheet back.",
        "如需恢复该表，请拉取到新文件。",
    ),
    "sync.unusable": Kind(
        Severity.REFUSE,
        "the workbook cannot be synchronised with its register: {why}",
        "该工作簿无法与登记册同步：{why}",
        "{what}",
        "{what}",
    ),
    "sync.conflict": Kind(
        Severity.ASK,
        "{field} is {value} here and {theirs} in the register (changed by {author})",
        "{field} 在此为 {value}，在登记册中为 {theirs}（修改人 {author}）",
        "Push, and choose in the sheet with the conflicts which one to keep.",
        "请推送，并在冲突表中选择保留哪一个。",
    ),
    "sync.asked": Kind(
        Severity.ASK,
        "{value} rows of the register are no longer in their sheets",
        "登记册中有 {value} 行已不在其工作表中",
        "Push with --delete to delete them, or pull with --restore to get them back.",
        "使用 push --delete 删除，或使用 pull --restore 恢复。",
    ),
    "sync.column-renamed": Kind(
        Severity.REPORT,
        "the column {field} is now called {value}; it was recognised by what it holds",
        "列 {field} 现名为 {value}；已根据内容识别",
        "Nothing to do.",
        "无需处理。",
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
