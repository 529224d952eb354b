"""All macros in the order of the menu, and the one way to run one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from udfs.macros import steps
from udfs.macros.desk import Desk, NoSuchMacro, Outcome, Progress
from udfs.macros.freezing import freeze
from udfs.macros.model import Macro
from workbench.i18n import _

if TYPE_CHECKING:
    import xlwings

__all__ = ["MACROS", "run"]

_ALL = (
    Macro("update_rates", "Update rates", "更新汇率", "Fetch new rates from the sources the firm goes by.", "从约定来源取最新汇率。", steps.update_rates),
    Macro("pull", "Pull", "拉取", "Bring the register's news into the workbook; what was typed stays.", "将登记册的更新带入工作簿，已输入内容保留。", steps.pull),
    Macro("push", "Push", "推送", "Take what was typed in the workbook into the register.", "将工作簿中的输入写入登记册。", steps.push),
    Macro("find_duplicates", "Find duplicates", "查找重复客户", "Look for customers that may be one; a person decides.", "查找可能重复的客户，由人决定。", steps.find_duplicates),
    Macro("match_receipts", "Match receipts", "匹配收款", "Propose orders for the receipts that wait; nothing is posted.", "为待处理收款建议订单，不入账。", steps.match_receipts),
    Macro("post", "Post", "入账", "Match, and post what is at least as sure as the firm's bar.", "匹配并对达到把握标准的收款入账。", steps.post),
    Macro("adopt_sheet", "Adopt this sheet", "导入此表", "Take the records of the sheet in front into the register, with a plan to look at.", "将当前工作表的记录导入登记册并生成方案。", steps.adopt_sheet),
    Macro("freeze", "Freeze", "固化公式", "Turn our formulas into values, with formula and source in a note.", "将公式转为数值，并在批注中保留公式与来源。", freeze),
    Macro("month_end", "Month end", "月末", "Work the last complete month out on a sheet of its own.", "在单独工作表中计算上个完整月份。", steps.month_end),
    Macro("undo", "Undo", "撤销", "Take the last macro back that changed something.", "撤销上一个有改动的宏。", steps.undo),
)  # fmt: skip
MACROS: dict[str, Macro] = {one.name: one for one in _ALL}


def run(
    name: str,
    book: xlwings.Book | str | Path,
    *,
    location: str = "",
    author: str = "",
    sheet: str = "",
    progress: Progress | None = None,
) -> Outcome:
    """Run a macro on a workbook that is open, or on a closed one by its path.

    Args:
        name: one of ``MACROS``.
        book: an ``xlwings.Book``, or a path.
        location: the register; WORKBENCH_REGISTER, else ``register.sqlite`` beside the workbook.
        author: who does it.
        sheet: the sheet to work on; the one in front, or the first.
        progress: told of each step.

    Raises:
        NoSuchMacro: there is none of that name.
        WorkbenchError: the macro refused; nothing was half done.
    """
    if name not in MACROS:
        raise NoSuchMacro(
            _("There is no macro {name}.").format(name=repr(name)),
            remedy=_("Choose one of: {words}").format(words=", ".join(MACROS)),
        )
    desk = Desk(book, location=location, author=author, sheet=sheet, progress=progress)
    try:
        outcome = MACROS[name].work(desk)
        desk.record(name, outcome)
    finally:
        desk.close()
    return outcome
