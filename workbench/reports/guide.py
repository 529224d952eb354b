"""The sheet Help: how to type, what colours mean, which keys help, how workbook and register are brought to agree."""

from __future__ import annotations

from typing import NamedTuple

from xlsxwriter.worksheet import Worksheet

from workbench.reports.layout import HEAD_ROW, SheetWriter
from workbench.reports.plain import fit
from workbench.reports.styles import ATTENTION, Palette
from workbench.reports.texts import Pair

__all__ = ["write_help"]

_NARROW, _WIDE = 30, 96  # columns in characters


class _Line(NamedTuple):
    """What it is about, what there is to know, and the colours of a sample."""

    what: Pair
    told: Pair
    sample: tuple[str, str] | None = None  # ink and paper


_SECTIONS: tuple[tuple[Pair, tuple[_Line, ...]], ...] = (
    (
        Pair("填写", "Typing"),
        (
            _Line(
                Pair("深色标题", "Dark headings"),
                Pair("可以填写；同步时写入登记册。", "You may type here; syncing brings it into the register."),
                ("#FFFFFF", Palette.HEAD),
            ),
            _Line(
                Pair("浅色标题", "Light headings"),
                Pair(
                    "由登记册计算，改了也不会写入，并会在同步时提示。",
                    "Computed by the register; what is typed here is not taken, and syncing says so.",
                ),
                (Palette.HEAD_COMPUTED_INK, Palette.HEAD_COMPUTED),
            ),
            _Line(
                Pair("新增一行", "A new row"),
                Pair(
                    "紧接在表格最后一行下面填写，表格会自动扩展；编号与版本（隐藏列）请留空。",
                    "Type right below the last row, the table grows; leave id and version (hidden columns) empty.",
                ),
            ),
            _Line(
                Pair("删除一行", "Deleting a row"),
                Pair(
                    "筛选或移动不算删除。从表中删掉的行，同步时会先询问。",
                    "Filtering or moving a row does not delete it. Rows taken out of the table are asked about first.",
                ),
            ),
            _Line(
                Pair("客户、订单", "Customers and orders"),
                Pair(
                    "按名称或订单号填写，从列表中选择；新客户请先在“客户”表新增。",
                    "Typed by name or order number, chosen from the list; add a new customer on its own sheet.",
                ),
            ),
            _Line(
                Pair("金额", "Amounts"),
                Pair(
                    "小数位随该行币种：日元、韩元不收小数，科威特第纳尔三位。不同币种从不相加。",
                    "As many decimals as the row's currency has: none for JPY and KRW, three for KWD. "
                    "Currencies are never added together.",
                ),
            ),
            _Line(
                Pair("日期", "Dates"),
                Pair(
                    "例如 2026-03-31；不要用 3/4 这类两可的写法。",
                    "As 2026-03-31; nothing that reads two ways, such as 3/4.",
                ),
            ),
            _Line(
                Pair("排序、筛选、自己的列", "Sorting, filters, own columns"),
                Pair(
                    "随意排序和筛选，箭头 → 仍会找到对应的行。自己加的列只留在本工作簿。",
                    "Sort and filter as you like, the arrows → still find their rows. "
                    "Columns that you add stay in this workbook.",
                ),
            ),
        ),
    ),
    (
        Pair("颜色", "Colours"),
        (
            _Line(
                Pair("红色", "Red"),
                Pair("逾期、禁止、缺少依据。", "Overdue, blocked, or without evidence."),
                ATTENTION["RED"],
            ),
            _Line(
                Pair("橙色", "Amber"),
                Pair("等您决定，或即将到期。", "Waiting for you, or due soon."),
                ATTENTION["AMBER"],
            ),
            _Line(Pair("绿色", "Green"), Pair("已结清、已匹配。", "Paid, matched, done."), ATTENTION["GREEN"]),
            _Line(
                Pair("“同步”列", "Column Sync"),
                Pair(
                    "平时为空；同步后写明该行哪里有问题。",
                    "Empty when all is well; after syncing it says what is wrong with the row.",
                ),
                ATTENTION["AMBER"],
            ),
            _Line(
                Pair("批注", "Notes"),
                Pair(
                    "本位币金额上的批注列出汇率、公布日、来源与经过的币种；旁边的列对每一行都有。",
                    "On amounts in base currency: rate, day published, source and legs; "
                    "the columns beside have them for every row.",
                ),
                (Palette.INK, Palette.NOTE),
            ),
        ),
    ),
    (
        Pair("按键", "Keys"),
        (
            _Line(Pair("Alt + ↓", "Alt + ↓"), Pair("打开下拉列表或筛选。", "Opens the list of a cell, or the filter.")),
            _Line(Pair("Ctrl + ;", "Ctrl + ;"), Pair("填入今天的日期。", "Types today's date.")),
            _Line(Pair("Ctrl + D", "Ctrl + D"), Pair("照抄上一行。", "Copies the cell above.")),
            _Line(
                Pair("Ctrl + PgUp / PgDn", "Ctrl + PgUp / PgDn"),
                Pair("上一张、下一张工作表。", "The sheet before, the sheet after."),
            ),
            _Line(
                Pair("Ctrl + Shift + L", "Ctrl + Shift + L"),
                Pair("打开或关闭筛选。", "Turns the filter on or off."),
            ),
            _Line(
                Pair("列上方的 +", "The + above columns"),
                Pair("展开汇率依据和不常用的列。", "Unfolds the evidence of rates and columns seldom needed."),
            ),
        ),
    ),
    (
        Pair("同步", "Syncing"),
        (
            _Line(
                Pair("workbench status 文件", "workbench status FILE"),
                Pair("只看不改：哪些单元格有变动、有冲突。", "Looks only: which cells differ, and which conflict."),
            ),
            _Line(
                Pair("workbench pull 文件", "workbench pull FILE"),
                Pair(
                    "把登记册的新内容取入工作簿；您填写而未推送的保留。",
                    "Brings the register's news into the workbook; what you typed and did not push stays.",
                ),
            ),
            _Line(
                Pair("workbench push 文件", "workbench push FILE"),
                Pair(
                    "把您的改动写入登记册：全部检查通过才写入，任何一次都可以撤销。",
                    "Brings your changes into the register: all of them or none; any push can be undone.",
                ),
            ),
            _Line(
                Pair("两人改了同一格", "Two changed the same cell"),
                Pair(
                    "谁的都不会被覆盖：“冲突”表并列双方的值与原值，由您选择。",
                    "Nobody's is overwritten: the sheet of conflicts shows both values and the one before; you choose.",
                ),
            ),
            _Line(
                Pair("同步前", "Before syncing"),
                Pair("请先保存并关闭工作簿。", "Save the workbook and close it."),
            ),
            _Line(
                Pair("有疑问", "Whom to ask"),
                Pair(
                    "请告知负责登记册的同事“今日”顶部的变更号；凭它可以查到每一次改动。",
                    "Tell whoever looks after the register the changeset number at the top of Today: "
                    "it leads to every change that was made.",
                ),
            ),
        ),
    ),
)


def write_help(worksheet: Worksheet, writer: SheetWriter) -> None:
    """Write the sheet."""
    pick, get = writer.texts.pick, writer.styles.get
    worksheet.hide_gridlines(2)
    worksheet.set_column(0, 0, _NARROW)
    worksheet.set_column(1, 1, _WIDE)
    writer.title(worksheet, "help", 0)
    row = HEAD_ROW
    section = get(bold=True, font_size=12, font_color=Palette.HEAD, bottom=2, bottom_color=Palette.HEAD)
    for title, lines in _SECTIONS:
        worksheet.set_row(row, 26)
        worksheet.write_string(row, 0, pick(title), section)
        worksheet.write_blank(row, 1, None, section)
        for line in lines:
            row += 1
            _line(worksheet, writer, row, line)
        row += 2
    writer.page(worksheet)
    worksheet.fit_to_pages(1, 1)


def _line(worksheet: Worksheet, writer: SheetWriter, row: int, line: _Line) -> None:
    pick, cell = writer.texts.pick, writer.styles.cell
    told = pick(line.told)
    ink, paper = line.sample or (Palette.INK, "#FFFFFF")
    worksheet.set_row(row, 8 + 14 * -(-fit(told) // (_WIDE + 8)))  # most letters are narrower than a digit
    worksheet.write_string(row, 0, pick(line.what), cell(bold=True, indent=1, font_color=ink, bg_color=paper))
    worksheet.write_string(row, 1, told, cell(text_wrap=True, indent=1))
