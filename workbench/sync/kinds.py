"""What a synchronisation can find, in words."""

from __future__ import annotations

from typing import Final

from workbench.findings import Kind, Severity, add_kinds

__all__ = ["KINDS"]

KINDS: Final = {
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
        "What to do: {what}",
        "处理方法：{what}",
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

add_kinds(KINDS)
