"""Excel's own charts in the pack: a waterfall of stacked columns, the exposure ladder, ageing and margins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from xlsxwriter.utility import xl_rowcol_to_cell

from workbench.i18n import _
from workbench.packs.model import PackTable
from workbench.reports.styles import Palette

if TYPE_CHECKING:
    from workbench.packs.workbook import Book

__all__ = ["CHARTED", "draw"]

CHARTED: Final = frozenset({"bridge", "ladder", "margins_by_month", "margins_by_country"})
"""Tables with a chart beside them."""

_UP: Final = "#0072B2"
_DOWN: Final = "#D55E00"
_LEVEL: Final = "#4B5563"
_SERIES: Final = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C8C00", "#4B5563")
_AGES: Final = ("#0072B2", "#F0C75E", "#E69F00", "#D97A1E", "#D55E00")
_HEAD: Final = 5
_SIZE: Final = {"width": 860, "height": 380}


def draw(book: Book) -> None:
    """Put the charts beside their tables."""
    if book.pack.table("orders").rows:
        _waterfall(book, book.pack.table("bridge"))
    if any(value is not None for value in book.pack.table("ladder").values("net_base")):
        _ladder(book, book.pack.table("ladder"))
    if any(value is not None for value in book.pack.table("ageing").values("total_base")):
        _ageing(book, book.pack.table("ageing"))
    for name in ("margins_by_month", "margins_by_country"):
        if book.pack.table(name).rows:
            _margins(book, book.pack.table(name))


def _waterfall(book: Book, table: PackTable) -> None:
    """Each bar from one running total to the next: an invisible base below it, and the part that is seen.

    What lies below nought is a part of its own, as stacked columns add up on either side of the axis.
    """
    sheet, name = book.sheets["bridge"], book.names["bridge"]
    first, left = _HEAD + 1, 28
    kinds = (
        ("level", _("level"), _LEVEL, "#,##0,;;"),
        ("more", _("more"), _UP, "+#,##0,;;"),
        ("less", _("less"), _DOWN, "-#,##0,;;"),
    )
    quiet = book.text(font_color=Palette.FAINT, font_size=8)
    headings = [
        _("from"),
        _("to"),
        _("base"),
        *(f"{title} {side}" for _k, title, _c, _f in kinds for side in ("+", "-")),
    ]
    for place, heading in enumerate(headings):
        sheet.write_string(_HEAD, left + place, heading, quiet)
    steps = [column.name for column in book.pack.table("orders").columns[1:]]
    before = 0.0
    for at, step in enumerate(steps):
        level = step.endswith("_margin")
        running = float(table.rows[at][2])
        start = 0.0 if level else before
        row = first + at
        own, previous = xl_rowcol_to_cell(row, 2), xl_rowcol_to_cell(row - 1, 2)
        begin, end = xl_rowcol_to_cell(row, left), xl_rowcol_to_cell(row, left + 1)
        sheet.write_formula(row, left, "=0" if level else f"={previous}", quiet, start)
        sheet.write_formula(row, left + 1, f"={own}", quiet, running)
        low, high = min(start, running), max(start, running)
        sheet.write_formula(
            row, left + 2, f"=MAX(MIN({begin},{end}),0)+MIN(MAX({begin},{end}),0)", quiet, max(low, 0) + min(high, 0)
        )
        kind = "level" if level else ("more" if running >= start else "less")
        for count, (one, _title, _colour, _form) in enumerate(kinds):
            wanted = "TRUE" if (one == "level") == level and one == "level" else "FALSE" if level or one == "level" else (
                f"{end}>={begin}" if one == "more" else f"{end}<{begin}"
            )  # fmt: skip
            above = f"=IF({wanted},MAX({begin},{end},0)-MAX(MIN({begin},{end}),0),0)"
            below = f"=IF({wanted},MIN({begin},{end},0)-MIN(MAX({begin},{end}),0),0)"
            shown = one == kind
            sheet.write_formula(row, left + 3 + count * 2, above, quiet, max(high, 0) - max(low, 0) if shown else 0)
            sheet.write_formula(row, left + 4 + count * 2, below, quiet, min(low, 0) - min(high, 0) if shown else 0)
        before = running
    chart = book.workbook.add_chart({"type": "column", "subtype": "stacked"})
    last = first + len(steps) - 1
    categories = [name, first, 0, last, 0]
    chart.add_series({"name": _("base"), "categories": categories, "values": [name, first, left + 2, last, left + 2],
                      "fill": {"none": True}, "border": {"none": True}, "gap": 45})  # fmt: skip
    for count, (_kind, title, colour, form) in enumerate(kinds):
        for side in (0, 1):
            place = left + 3 + count * 2 + side
            chart.add_series({
                "name": title, "categories": categories, "values": [name, first, place, last, place],
                "fill": {"color": colour}, "border": {"none": True},
                "data_labels": {"value": True, "num_format": form if not side else form.replace("+", "").replace(",;;", ",;-#,##0,;"),
                                "position": "inside_end", "font": {"size": 8, "color": "#FFFFFF" if _kind == "level" else Palette.INK}},
            })  # fmt: skip
    _finish(book, chart, table, _("thousand {unit}").format(unit=book.pack.base), "#,##0,", legend=False)
    sheet.insert_chart(_HEAD, 4, chart)


def _ladder(book: Book, table: PackTable) -> None:
    """Columns by due month, one colour a currency: the largest by themselves, the others together."""
    sheet, name = book.sheets["ladder"], book.names["ladder"]
    months = sorted({str(row[1]) for row in table.rows})
    size: dict[str, Any] = {}
    for row in table.rows:
        if row[6] is not None:
            size[row[0]] = size.get(row[0], 0) + abs(row[6])
    ranked = sorted(size, key=lambda code: (-size[code], code))
    codes, rest = ranked[:7], ranked[7:]
    left, quiet = 30, book.text(font_color=Palette.FAINT, font_size=8)
    figures = book.text(font_color=Palette.FAINT, font_size=8, num_format="#,##0")
    span = (_HEAD + 1, _HEAD + len(table.rows))
    currency, month, base = (
        f"{xl_rowcol_to_cell(span[0], at, True, True)}:{xl_rowcol_to_cell(span[1], at, True, True)}" for at in (0, 1, 6)
    )
    series = [*codes, *([_("others")] if rest else [])]
    for place, code in enumerate(series):
        sheet.write_string(_HEAD, left + 1 + place, code, quiet)
    for at, one in enumerate(months):
        under = _HEAD + 1 + at
        sheet.write_string(under, left, one, quiet)
        label = xl_rowcol_to_cell(under, left, False, True)
        named = [
            f"SUMIFS({base},{currency},{xl_rowcol_to_cell(_HEAD, left + 1 + place, True)},{month},{label})"
            for place in range(len(codes))
        ]
        for place, code in enumerate(series):
            formula = named[place] if place < len(codes) else f"SUMIFS({base},{month},{label})-" + "-".join(named)
            members = (code,) if place < len(codes) else tuple(rest)
            value = sum(
                float(row_[6])
                for row_ in table.rows
                if str(row_[1]) == one and row_[0] in members and row_[6] is not None
            )
            sheet.write_formula(under, left + 1 + place, f"={formula}", figures, value)
    chart = book.workbook.add_chart({"type": "column", "subtype": "stacked"})
    last = _HEAD + len(months)
    for place, code in enumerate(series):
        at = left + 1 + place
        chart.add_series({"name": code, "categories": [name, _HEAD + 1, left, last, left], "values": [name, _HEAD + 1, at, last, at],
                          "fill": {"color": _SERIES[place]}, "border": {"none": True}, "gap": 60})  # fmt: skip
    _finish(book, chart, table, _("thousand {unit}").format(unit=book.pack.base), "#,##0,", legend=True)
    sheet.insert_chart(_HEAD, len(table.columns) + 1, chart)


def _ageing(book: Book, table: PackTable) -> None:
    sheet, name = book.sheets["ageing"], book.names["ageing"]
    first, last = table.place("not_due_base"), table.place("91+_base")
    row = _HEAD + 1 + len(table.rows)
    chart = book.workbook.add_chart({"type": "column"})
    chart.add_series({
        "name": table.title, "categories": [name, _HEAD, first, _HEAD, last], "values": [name, row, first, row, last],
        "points": [{"fill": {"color": colour}} for colour in _AGES], "gap": 60,
        "data_labels": {"value": True, "num_format": "#,##0,;-#,##0,;", "font": {"size": 8}},
    })  # fmt: skip
    _finish(book, chart, table, _("thousand {unit}").format(unit=book.pack.base), "#,##0,", legend=False)
    sheet.insert_chart(row + 2, 0, chart)


def _margins(book: Book, table: PackTable) -> None:
    sheet, name = book.sheets[table.name], book.names[table.name]
    at, last = table.place("margin"), _HEAD + len(table.rows)
    chart = book.workbook.add_chart({"type": "column"})
    chart.add_series({"name": table.title, "categories": [name, _HEAD + 1, 0, last, 0], "values": [name, _HEAD + 1, at, last, at],
                      "fill": {"color": _UP}, "border": {"none": True}, "gap": 40})  # fmt: skip
    _finish(book, chart, table, _("thousand {unit}").format(unit=book.pack.base), "#,##0,", legend=False)
    sheet.insert_chart(_HEAD, len(table.columns) + 1, chart)


def _finish(book: Book, chart: Any, table: PackTable, unit: str, form: str, *, legend: bool) -> None:
    font = {"name": book.styles.font, "size": 9, "color": Palette.INK, "bold": False}
    chart.set_title(
        {
            "name": f"{table.title} · {unit} · {table.as_of.isoformat()}",
            "name_font": {**font, "size": 12},
            "overlay": False,
        }
    )
    chart.set_x_axis(
        {"num_font": font, "line": {"color": Palette.LINE}, "major_tick_mark": "none", "label_position": "low"}
    )
    chart.set_y_axis(
        {
            "num_font": font,
            "num_format": form,
            "line": {"none": True},
            "major_gridlines": {"visible": True, "line": {"color": Palette.LINE}},
        }
    )
    chart.set_legend({"position": "bottom", "font": font} if legend else {"none": True})
    chart.set_chartarea({"border": {"color": Palette.LINE}})
    chart.set_size(dict(_SIZE))
