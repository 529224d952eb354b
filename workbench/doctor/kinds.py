"""What the doctor can find, in words.

REFUSE: the file is damaged or dangerous, or a figure in it cannot be trusted. ASK: somebody has to look. REPORT: worth
knowing; such a workbook is healthy.
"""

from __future__ import annotations

from typing import Final

from workbench.findings import Kind, Severity, add_kinds

__all__ = ["KINDS"]

_PACKAGE: Final = {
    "doctor.package-damaged": Kind(
        Severity.REFUSE,
        "the package is damaged at {value}: {problem}",
        "文件包在 {value} 处损坏：{problem}",
        "Take the last good copy; or open it in Excel (File > Open > Open and Repair), check what was dropped, and save it.",
        "请使用最近的完好副本；或在 Excel 中“打开并修复”，核对丢失的内容后另存。",
    ),
    "doctor.hostile": Kind(
        Severity.REFUSE,
        "the file is built as no spreadsheet program builds one: {value}",
        "文件的构造方式不是任何电子表格程序所为：{value}",
        "Do not open it; ask the sender where it comes from.",
        "请勿打开；请向发件人核实来源。",
    ),
    "doctor.part-missing": Kind(
        Severity.REFUSE,
        "the part {value} is missing; {by} names it as {kind}",
        "缺少部件 {value}；{by} 将其列为 {kind}",
        "Excel will offer a repair and drop what belonged there: take the last good copy, or repair and check.",
        "Excel 会提示修复并丢弃相关内容：请使用最近的完好副本，或修复后核对。",
    ),
    "doctor.part-type": Kind(
        Severity.REFUSE,
        "the part {value} is a {kind}, but its content type is {given}",
        "部件 {value} 是 {kind}，但其内容类型为 {given}",
        "Excel will refuse or repair the file: save it again from the program that opens it.",
        "Excel 会拒绝或修复该文件：请用能打开它的程序重新保存。",
    ),
    "doctor.sheet-lost": Kind(
        Severity.REFUSE,
        "the sheet {value} is listed, but nothing says which part holds it",
        "工作表 {value} 已列出，但没有任何部件与之对应",
        "Take the sheet from the last good copy.",
        "请从最近的完好副本中取回该工作表。",
    ),
    "doctor.cells-disordered": Kind(
        Severity.REFUSE,
        "cells stand out of order, or twice, in {value}",
        "{value} 中的单元格顺序错乱或重复",
        "Excel repairs such a file and may drop cells: check it against its source and save it again.",
        "Excel 会修复此类文件并可能丢弃单元格：请与来源核对后重新保存。",
    ),
    "doctor.merges-overlap": Kind(
        Severity.REFUSE,
        "the merged range {value} covers cells of another one",
        "合并区域 {value} 与另一合并区域重叠",
        "Excel drops all merges of the sheet when it repairs it: unmerge one of the two.",
        "Excel 修复时会取消该表的全部合并：请取消其中一个合并。",
    ),
    "doctor.text-long": Kind(
        Severity.REFUSE,
        "a text of {length} characters (it begins {value}) is longer than the {most} that a cell holds",
        "一段文本有 {length} 个字符（开头为 {value}），超过单元格上限 {most}",
        "Excel cuts it off when it repairs the file: shorten it.",
        "Excel 修复文件时会截断：请缩短文本。",
    ),
    "doctor.links-many": Kind(
        Severity.REFUSE,
        "the sheet has {value} links; Excel keeps {most} and drops the rest",
        "该表有 {value} 个链接；Excel 只保留 {most} 个",
        "Use the HYPERLINK function, or fewer links.",
        "请改用 HYPERLINK 函数，或减少链接。",
    ),
}

_CARRIED: Final = {
    "doctor.macros": Kind(
        Severity.REPORT,
        "the workbook carries macros ({value})",
        "工作簿带有宏（{value}）",
        "Leave them off unless you know who wrote them. Workbench never runs them.",
        "除非了解作者，否则请勿启用。Workbench 从不运行宏。",
    ),
    "doctor.macro-sheet": Kind(
        Severity.REFUSE,
        "the workbook carries macro sheets of Excel 4, a favourite of malware ({count}: {value})",
        "工作簿带有 {count} 个 Excel 4 宏表（{value}），恶意软件常用此法",
        "Do not enable anything; ask the sender, and save the data as .xlsx.",
        "请勿启用任何内容；请询问发件人，并将数据另存为 .xlsx。",
    ),
    "doctor.connection": Kind(
        Severity.REPORT,
        "the connection {value} fetches data from {source}",
        "连接 {value} 从 {source} 获取数据",
        "Its figures are as old as its last refresh: check the source, or replace them by values.",
        "其数据停留在上次刷新时：请核对来源，或替换为数值。",
    ),
    "doctor.query": Kind(
        Severity.REPORT,
        "{value} is a Power Query; its figures are as old as its last refresh",
        "{value} 是 Power Query 查询；其数据停留在上次刷新时",
        "Refresh it in Excel before you rely on it; other programs only see the last result.",
        "使用前请在 Excel 中刷新；其他程序只能看到上次结果。",
    ),
    "doctor.embedded": Kind(
        Severity.REPORT,
        "files or controls are embedded ({count}: {value})",
        "嵌入了 {count} 个文件或控件（{value}）",
        "Open them only if you know the sender.",
        "仅在了解发件人时打开。",
    ),
    "doctor.ribbon": Kind(
        Severity.REPORT,
        "the workbook changes Excel's ribbon ({value})",
        "工作簿会更改 Excel 功能区（{value}）",
        "Nothing to do, unless nobody knows why.",
        "无需处理；除非无人知道原因。",
    ),
    "doctor.signature": Kind(
        Severity.REPORT,
        "the workbook is signed ({value}); any change removes the signature",
        "工作簿带有数字签名（{value}）；任何修改都会使签名失效",
        "Work on a copy if the signature matters.",
        "如需保留签名，请在副本上操作。",
    ),
    "doctor.interpreter": Kind(
        Severity.REFUSE,
        "the sheet {value} chooses which Python program its macros run: whoever sent it decides what runs here",
        "工作表 {value} 指定宏运行哪个 Python 程序：发件人可决定在此运行的内容",
        "Delete the sheet unless you made it yourself; keep such settings in your own profile.",
        "除非由您本人创建，否则请删除该表；请将此类设置放在自己的配置中。",
    ),
    "doctor.dde": Kind(
        Severity.REFUSE,
        "{value} asks another program for data (DDE); this is how a formula starts programs",
        "{value} 向其他程序请求数据（DDE）；公式借此可启动程序",
        "Do not confirm Excel's question; replace it by the value or delete it.",
        "请勿确认 Excel 的提示；请替换为数值或删除。",
    ),
    "doctor.external-link": Kind(
        Severity.ASK,
        "another file is read: {value}; where it is moved or renamed its old figures stay (formulas: {count})",
        "{count} 个公式读取其他文件：{value}；该文件移动或改名后只显示旧数据",
        "Put the figures on a sheet of this workbook, or break the link (Data > Edit Links).",
        "请将数据放入本工作簿，或断开链接（数据 > 编辑链接）。",
    ),
}

_CALCULATION: Final = {
    "doctor.calculation-manual": Kind(
        Severity.ASK,
        "calculation is set to {value}: figures stay as they were until somebody presses F9",
        "计算方式为手动（{value}）：按 F9 前数据不会更新",
        "Set Formulas > Calculation Options > Automatic and save.",
        "请设为“公式 > 计算选项 > 自动”并保存。",
    ),
    "doctor.calculation-iterates": Kind(
        Severity.ASK,
        "circular formulas are computed up to {value} times instead of being told",
        "循环引用会迭代计算最多 {value} 次，而不会提示",
        "Switch iteration off (File > Options > Formulas) and repair the circles that show up.",
        "请关闭迭代计算（文件 > 选项 > 公式），并修复出现的循环引用。",
    ),
    "doctor.calculation-rounds": Kind(
        Severity.ASK,
        "numbers are cut to what their cells show ({value}); digits that were typed are gone",
        "数字被截为所显示的精度（{value}）；原始位数已丢失",
        "Switch “set precision as displayed” off and round where it is meant, with ROUND.",
        "请关闭“将精度设为所显示的精度”，需要时用 ROUND 取整。",
    ),
    "doctor.epoch-1904": Kind(
        Severity.REPORT,
        "the workbook counts days from {value}; days copied to or from other workbooks shift by four years and a day",
        "工作簿采用 {value} 日期系统；与其他工作簿互相复制日期会相差四年零一天",
        "Copy dates as text such as 2026-03-31, or switch the date system off and correct the days.",
        "请以 2026-03-31 这样的文本复制日期，或关闭该日期系统后更正。",
    ),
    "doctor.dates-shifted": Kind(
        Severity.ASK,
        "days lie four years from the rest of their column; {value} days is the difference of the two date systems "
        "(cells: {count}; {ranges})",
        "{count} 个日期（{ranges}）与同列其余日期相差四年；{value} 天正是两种日期系统之差",
        "They were pasted from a workbook of the other date system: add or take off 1,462 days.",
        "这些日期粘贴自另一日期系统的工作簿：请加上或减去 1,462 天。",
    ),
    "doctor.circle": Kind(
        Severity.REFUSE,
        "the formula {value} reads its own result: {path}",
        "公式 {value} 引用了自身的结果：{path}",
        "Take its own cell out of the range, or give the total a cell outside of it.",
        "请将该单元格移出引用区域，或将合计放在区域之外。",
    ),
    "doctor.result-stale": Kind(
        Severity.REFUSE,
        "an old result is shown: {value}, where {formula} gives {candidates} (cells: {count}; {ranges})",
        "{count} 个单元格（{ranges}）显示旧结果：显示 {value}，而 {formula} 的结果为 {candidates}",
        "Open the workbook, recalculate (Ctrl+Alt+F9) and save it.",
        "请打开工作簿，重新计算（Ctrl+Alt+F9）并保存。",
    ),
    "doctor.result-missing": Kind(
        Severity.ASK,
        "saved without its result: {value}; programs that read the file see nothing (formulas: {count})",
        "{count} 个公式保存时没有结果，第一个为 {value}；读取文件的程序看不到数据",
        "Open the workbook in Excel or LibreOffice and save it.",
        "请在 Excel 或 LibreOffice 中打开并保存。",
    ),
    "doctor.volatile": Kind(
        Severity.REPORT,
        "{value} is computed again at every change and gives another result another day (formulas: {count})",
        "{count} 个公式使用 {value}，每次更改都会重算，且结果随时间变化",
        "Use a fixed date or INDEX where the figure must stay.",
        "需要固定数据时，请改用固定日期或 INDEX。",
    ),
}

_ERRORS: Final = {
    "doctor.error-division": Kind(
        Severity.REFUSE,
        "division by zero or by an empty cell: {formula} (cells: {count}; {ranges})",
        "{count} 个单元格（{ranges}）除以零或空单元格：{formula}",
        "Fill the divisor in, or say what an empty one means: IF(divisor=0, …).",
        "请补上除数，或说明除数为空时的含义：IF(除数=0, …)。",
    ),
    "doctor.error-not-found": Kind(
        Severity.REFUSE,
        "what is looked for is not there: {formula} (cells: {count}; {ranges})",
        "{count} 个单元格（{ranges}）查找的内容不存在：{formula}",
        "Check the key for spaces and for numbers that are text; add what is missing to the list.",
        "请检查查找值是否含空格或为文本数字；并在列表中补上缺少的内容。",
    ),
    "doctor.error-name": Kind(
        Severity.REFUSE,
        "a name that nobody knows: {formula} (cells: {count}; {ranges})",
        "{count} 个单元格（{ranges}）使用了未知名称：{formula}",
        "Correct the name, or install the add-in that brings the function; see the findings about functions.",
        "请更正名称，或安装提供该函数的加载项；参见有关函数的说明。",
    ),
    "doctor.error-null": Kind(
        Severity.REFUSE,
        "two ranges that do not meet: {formula} (cells: {count}; {ranges})",
        "{count} 个单元格（{ranges}）引用的两个区域没有交集：{formula}",
        "A comma or colon is missing between two ranges.",
        "两个区域之间缺少逗号或冒号。",
    ),
    "doctor.error-number": Kind(
        Severity.REFUSE,
        "a number that does not exist or cannot be shown: {formula} (cells: {count}; {ranges})",
        "{count} 个单元格（{ranges}）的计算结果不存在或无法显示：{formula}",
        "Check the arguments: a negative root, a rate that does not converge, a date before 1900.",
        "请检查参数：负数开方、不收敛的利率、1900 年以前的日期。",
    ),
    "doctor.error-reference": Kind(
        Severity.REFUSE,
        "the cells referred to are lost: {formula} (cells: {count}; {ranges})",
        "{count} 个单元格（{ranges}）引用的单元格已不存在：{formula}",
        "Rows, columns or a sheet were deleted: undo, or point the formula to where the figures are now.",
        "行、列或工作表已被删除：请撤销，或将公式指向现有数据。",
    ),
    "doctor.error-value": Kind(
        Severity.REFUSE,
        "text is computed with: {formula} (cells: {count}; {ranges})",
        "{count} 个单元格（{ranges}）用文本进行计算：{formula}",
        "Look for numbers that are text, spaces, or a date typed in another order.",
        "请检查是否有文本数字、空格或顺序不同的日期。",
    ),
    "doctor.error-spill": Kind(
        Severity.REFUSE,
        "no room for the result: {formula} (cells: {count}; {ranges})",
        "{count} 个单元格（{ranges}）没有空间显示结果：{formula}",
        "Empty the cells below and beside, or unmerge them.",
        "请清空下方和旁边的单元格，或取消合并。",
    ),
    "doctor.error-other": Kind(
        Severity.REFUSE,
        "{value} is shown: {formula} (cells: {count}; {ranges})",
        "{count} 个单元格（{ranges}）显示 {value}：{formula}",
        "Open the workbook in the program that made it and recalculate.",
        "请在创建它的程序中打开并重新计算。",
    ),
    "doctor.error-pasted": Kind(
        Severity.REFUSE,
        "the error {value} stands as a value; no formula is left to repair it (cells: {count}; {ranges})",
        "{count} 个单元格（{ranges}）的值就是错误 {value}；已没有公式可修复",
        "Type the figure, or copy it again from its source.",
        "请直接输入数据，或从来源重新复制。",
    ),
    "doctor.error-follows": Kind(
        Severity.REPORT,
        "cells of the sheet that only pass on an error of another cell: {value}",
        "该表另有 {value} 个单元格只是传递其他单元格的错误",
        "They heal with the cell where the error begins.",
        "修复错误源头后会自行恢复。",
    ),
    "doctor.reference-lost": Kind(
        Severity.REFUSE,
        "what the formula referred to is lost, and it hides that: {value} (cells: {count}; {ranges})",
        "{count} 个公式（{ranges}）丢失了引用，却未显示错误：{value}",
        "Point the formula to where the figures are now; IFERROR hides that they are gone.",
        "请将公式指向现有数据；IFERROR 掩盖了数据已丢失。",
    ),
    "doctor.name-broken": Kind(
        Severity.ASK,
        "the defined name {value} points nowhere: {formula}",
        "定义的名称 {value} 没有指向：{formula}",
        "Delete it, or point it to where the figures are now (Formulas > Name Manager).",
        "请删除，或改为指向现有数据（公式 > 名称管理器）。",
    ),
}

_FUNCTIONS: Final = {
    "doctor.function-unknown": Kind(
        Severity.REFUSE,
        "Excel has no function {value} (formulas: {count})",
        "{count} 个公式调用 {value}，Excel 没有此函数",
        "It is misspelt, or an add-in is missing: install that, or replace the formulas by values.",
        "可能拼写有误，或缺少加载项：请安装，或将公式替换为数值。",
    ),
    "doctor.function-macro": Kind(
        Severity.REPORT,
        "Excel has no function {value}; the workbook's macros may bring it (formulas: {count})",
        "{count} 个公式调用 {value}，Excel 没有此函数；可能由工作簿的宏提供",
        "They work only where its macros are allowed to run.",
        "仅在允许运行宏时有效。",
    ),
    "doctor.function-prefix": Kind(
        Severity.REFUSE,
        "{value} is stored without the prefix of newer functions; Excel shows #NAME? (formulas: {count})",
        "{count} 个公式调用 {value} 时缺少新函数在文件中的前缀；Excel 会显示 #NAME?",
        "Click into the cell and press Enter, or let the program that wrote the file write _xlfn. before the name.",
        "请进入单元格后按 Enter，或让生成文件的程序在函数名前写上 _xlfn.。",
    ),
    "doctor.function-elsewhere": Kind(
        Severity.ASK,
        "{value} is called in another file, {source}, and works only where that file lies at that place (formulas: {count})",
        "{count} 个公式调用另一文件 {source} 中的 {value}；仅当该文件位于原处时有效",
        "Install the add-in here, then: workbench relink FILE --to plain.",
        "请在本机安装该加载项，然后运行：workbench relink FILE --to plain。",
    ),
    "doctor.function-ours": Kind(
        Severity.REPORT,
        "{function} of Workbench is called, spelled {value} ({host}; formulas: {count})",
        "{count} 个公式调用 Workbench 的 {function}，写作 {value}（{host}）",
        "Nothing to do here; for another host: workbench relink FILE --to plain|officejs|xll|libreoffice74.",
        "本机无需处理；用于其他程序时：workbench relink FILE --to plain|officejs|xll|libreoffice74。",
    ),
    "doctor.addin-missing": Kind(
        Severity.REFUSE,
        "{function} of Workbench is called, spelled {value}, and shows #NAME? ({host}; formulas: {count})",
        "{count} 个公式调用 Workbench 的 {function}，写作 {value}（{host}），显示 #NAME?",
        "Install Workbench's add-in for this host, or: workbench relink FILE --to plain|officejs|xll|libreoffice74.",
        "请为该程序安装 Workbench 加载项，或运行：workbench relink FILE --to plain|officejs|xll|libreoffice74。",
    ),
    "doctor.function-spellings": Kind(
        Severity.ASK,
        "functions of Workbench are spelled for different hosts: {candidates}; no single host knows all of them ({value})",
        "Workbench 的函数按不同程序拼写：{candidates}；没有一个程序全部认识（{value}）",
        "Bring them to one spelling: workbench relink FILE --to plain.",
        "请统一拼写：workbench relink FILE --to plain。",
    ),
    "doctor.function-dangerous": Kind(
        Severity.REFUSE,
        "{value} reaches out of the workbook: it can fetch, send or start something (formulas: {count})",
        "{count} 个公式调用 {value}，会与外部交互：可能获取、发送数据或启动程序",
        "Replace them by values unless you put them there yourself.",
        "除非由您本人设置，否则请替换为数值。",
    ),
    "doctor.link-leaks": Kind(
        Severity.REFUSE,
        "{value} puts cells of the sheet into a web address: a click sends them away",
        "{value} 将单元格内容放入网址：点击即会外泄",
        "Delete the formula; ask where it came from.",
        "请删除该公式，并查明来源。",
    ),
    "doctor.formula-live": Kind(
        Severity.REFUSE,
        "among the texts of {heading} stands a live formula: {value}; it came with data",
        "{heading} 的文本中有一个有效公式：{value}；它随数据而来",
        "Replace it by the text that was meant; Workbench's own exports write such text as text.",
        "请替换为原本的文本；Workbench 导出时会将此类内容写为文本。",
    ),
    "doctor.text-formula": Kind(
        Severity.REPORT,
        "the text {value} begins like a formula and would run in a CSV file (cells: {count}; {ranges})",
        "{count} 个文本（{ranges}）开头像公式：{value}；在 CSV 文件中会被执行",
        "Nothing to do in this workbook; do not send the sheet on as CSV without a guard.",
        "在本工作簿中无需处理；未加防护时请勿转为 CSV 发送。",
    ),
}

_DATA: Final = {
    "doctor.number-text": Kind(
        Severity.ASK,
        "numbers of {heading} are text, such as {value}; sums leave them out (cells: {count}; {ranges})",
        "{heading} 中有 {count} 个数字（{ranges}）是文本，例如 {value}；求和时会遗漏",
        "Turn them into numbers (Data > Text to Columns > Finish) and compare the total before and after.",
        "请转换为数字（数据 > 分列 > 完成），并核对前后的合计。",
    ),
    "doctor.date-text": Kind(
        Severity.ASK,
        "dates of {heading} are text, such as {value}; sorting and sums by month leave them out (cells: {count}; {ranges})",
        "{heading} 中有 {count} 个日期（{ranges}）是文本，例如 {value}；排序和按月汇总时会遗漏",
        "Turn them into dates (Data > Text to Columns, with the order of day and month).",
        "请转换为日期（数据 > 分列，并指定年月日顺序）。",
    ),
    "doctor.date-text-unclear": Kind(
        Severity.ASK,
        "dates of {heading} are text, and {value} can be two days (cells: {count}; {ranges})",
        "{heading} 中有 {count} 个日期（{ranges}）是文本，且 {value} 可指两个不同日期",
        "Ask who typed it whether day or month comes first, then turn the column into dates.",
        "请向录入者确认先写日还是先写月，再转换为日期。",
    ),
    "doctor.sum-mixed": Kind(
        Severity.REFUSE,
        "{value} adds {candidates} in {area} as if they were one currency; the result is an amount in no currency",
        "{value} 将 {area} 中的 {candidates} 当作同一币种相加；结果不属于任何币种",
        "Sum per currency (SUMIFS with the currency column), or convert first: FX_SUM.",
        "请按币种分别求和（SUMIFS 加币种列），或先折算：FX_SUM。",
    ),
    "doctor.heading-twice": Kind(
        Severity.ASK,
        "{count} columns are headed {value}: this one and {others}",
        "有 {count} 列标题同为 {value}：此列与 {others}",
        "Give each column a heading of its own; lookups and imports take the first.",
        "请为每列设置不同标题；查找和导入只取第一列。",
    ),
    "doctor.merge-in-table": Kind(
        Severity.REFUSE,
        "cells are merged inside of a table: {value}; Excel repairs that (ranges: {count})",
        "表格内有 {count} 个合并区域，第一个为 {value}；Excel 会提示修复",
        "Unmerge them and fill the value into each row.",
        "请取消合并，并在每行填入该值。",
    ),
    "doctor.merge-in-list": Kind(
        Severity.ASK,
        "cells are merged inside of a list: {value}; only the first row has the value (ranges: {count})",
        "列表内有 {count} 个合并区域，第一个为 {value}；只有首行有值",
        "Unmerge them and fill the value into each row: sorting, filters and sums by row need it.",
        "请取消合并，并在每行填入该值：排序、筛选和按行汇总需要。",
    ),
    "doctor.table-twice": Kind(
        Severity.REFUSE,
        "the name or id of the table {value} is used twice ({part})",
        "表格 {value} 的名称或编号重复（{part}）",
        "Excel repairs such a file: rename one of the two in the program that opens it, and save.",
        "Excel 会修复此类文件：请在能打开它的程序中重命名其一并保存。",
    ),
    "doctor.table-range": Kind(
        Severity.REFUSE,
        "the table {value} has {columns} columns, and its range does not fit them ({part})",
        "表格 {value} 有 {columns} 列，与其区域不符（{part}）",
        "Turn it into a range and back into a table (Table Design > Convert to Range).",
        "请先转换为区域，再重新创建表格（表设计 > 转换为区域）。",
    ),
    "doctor.table-heading": Kind(
        Severity.REFUSE,
        "the column {value} of the table {table} is headed {shown} in its cell",
        "表格 {table} 的列 {value} 在单元格中的标题为 {shown}",
        "Type the heading again; formulas that name the column break otherwise.",
        "请重新输入标题；否则引用该列的公式会失效。",
    ),
    "doctor.table-overlap": Kind(
        Severity.REFUSE,
        "the tables {value} and {other} share cells",
        "表格 {value} 与 {other} 有重叠单元格",
        "Excel drops one of them when it repairs the file: make one smaller.",
        "Excel 修复时会丢弃其一：请缩小其中一个。",
    ),
}

_LAYOUT: Final = {
    "doctor.sheet-hidden": Kind(
        Severity.REPORT,
        "the sheet {value} is hidden and holds data (cells: {count})",
        "工作表 {value} 已隐藏，含 {count} 个单元格",
        "Look into it before you send the workbook on (right-click a tab > Unhide).",
        "发送前请先查看（右击标签 > 取消隐藏）。",
    ),
    "doctor.sheet-very-hidden": Kind(
        Severity.REPORT,
        "the sheet {value} is hidden so that Excel's menu does not list it, and holds data (cells: {count})",
        "工作表 {value} 被深度隐藏（菜单中不显示），含 {count} 个单元格",
        "Programs keep such sheets; look into it in the VBA editor before you send the workbook on.",
        "此类工作表通常由程序保存；发送前请在 VBA 编辑器中查看。",
    ),
    "doctor.rows-hidden": Kind(
        Severity.REPORT,
        "rows with data are hidden, and sums count them (rows: {value})",
        "有 {value} 行数据被隐藏；求和仍会计入",
        "Unhide them, or make sure that they are meant to count.",
        "请取消隐藏，或确认应当计入。",
    ),
    "doctor.rows-filtered": Kind(
        Severity.REPORT,
        "a filter hides rows with data; SUM counts them, SUBTOTAL does not (rows: {value})",
        "筛选隐藏了 {value} 行数据；SUM 会计入，SUBTOTAL 不会",
        "Clear the filter before you copy or sum.",
        "复制或求和前请清除筛选。",
    ),
    "doctor.columns-hidden": Kind(
        Severity.REPORT,
        "columns with data are hidden: {value}",
        "有数据的列被隐藏：{value}",
        "Look at them before you send the workbook on.",
        "发送前请先查看。",
    ),
    "doctor.rows-empty": Kind(
        Severity.ASK,
        "{value} formatted rows without content: the data end in row {last}, the used range in row {used}",
        "有 {value} 行只有格式没有内容：数据止于第 {last} 行，已用区域止于第 {used} 行",
        "Delete the rows below the data (select them, right-click > Delete) and save; the file shrinks.",
        "请删除数据下方的行（选中后右击 > 删除）并保存；文件会变小。",
    ),
    "doctor.columns-empty": Kind(
        Severity.ASK,
        "{value} formatted columns without content stand right of the data",
        "数据右侧有 {value} 列只有格式没有内容",
        "Delete them and save; the file shrinks.",
        "请删除并保存；文件会变小。",
    ),
    "doctor.styles-many": Kind(
        Severity.ASK,
        "the workbook has {value} cell formats and {named} named styles; Excel stops at 65,490 and is slow long before",
        "工作簿有 {value} 种单元格格式和 {named} 个命名样式；Excel 上限为 65,490，此前早已变慢",
        "Copy the sheets as values into a new workbook, or remove unused styles.",
        "请将工作表以数值粘贴到新工作簿，或删除未使用的样式。",
    ),
    "doctor.formats-fragmented": Kind(
        Severity.ASK,
        "the sheet has {value} conditional formats, but only {different} different ones: copying has cut them up",
        "该表有 {value} 个条件格式，但只有 {different} 种：复制粘贴使其碎片化",
        "Clear the rules of the sheet and set each one again over its whole column.",
        "请清除该表的规则，并对整列重新设置。",
    ),
    "doctor.validations-fragmented": Kind(
        Severity.ASK,
        "the sheet has {value} data validations, but only {different} different ones: copying has cut them up",
        "该表有 {value} 个数据验证，但只有 {different} 种：复制粘贴使其碎片化",
        "Clear them and set each one again over its whole column.",
        "请清除后对整列重新设置。",
    ),
}

KINDS: Final = {**_PACKAGE, **_CARRIED, **_CALCULATION, **_ERRORS, **_FUNCTIONS, **_DATA, **_LAYOUT}

add_kinds(KINDS)
