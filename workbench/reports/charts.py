"""The native charts of Today; they draw from the cells beside them, so that they follow when those are recalculated."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from workbench.reports.layout import SheetWriter
from workbench.reports.styles import Palette

__all__ = ["TodayCharts"]

_MAX_BARS = 8
_AGES = (Palette.ACCENT, "#E9B949", "#E08E45", "#CF5C36", Palette.RED, Palette.FAINT)
_SIZE = {"width": 490, "height": 250}


class TodayCharts:
    """Makes charts of base currency and puts them into Today. Places are (row, column), 0-based."""

    def __init__(self, workbook: Workbook, worksheet: Worksheet, writer: SheetWriter, base: str) -> None:
        self._workbook, self._sheet, self._writer, self._base = workbook, worksheet, writer, base

    def by_currency(self, count: int, first: tuple[int, int], place: tuple[int, int]) -> None:
        """Bars of the open receivables per currency: names in the first column, amounts three to the right."""
        count = min(count, _MAX_BARS)
        title = self._writer.texts.say("by-currency-in", currency=self._base)
        chart = self._chart("bar", title)
        self._series(chart, first, 3, [Palette.ACCENT] * count)
        # Room on the right for the label of the longest bar.
        chart.set_plotarea({"layout": {"x": 0.12, "y": 0.17, "width": 0.68, "height": 0.78}})
        chart.set_y_axis({"reverse": True, "interval_unit": 1, **self._axis()})
        chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
        self._sheet.insert_chart(*place, chart, {"x_offset": 2, "object_position": 2, "description": title})

    def ageing(self, first: tuple[int, int], place: tuple[int, int]) -> None:
        """Columns of the open receivables by days overdue, warmer the later."""
        title = self._writer.texts.say("ageing-of", currency=self._base)
        chart = self._chart("column", title)
        self._series(chart, first, 1, _AGES)
        chart.set_x_axis(self._axis())
        chart.set_y_axis({"visible": False, "major_gridlines": {"visible": False}})
        self._sheet.insert_chart(*place, chart, {"x_offset": 6, "object_position": 2, "description": title})

    def _chart(self, kind: str, title: str) -> Chart:
        chart = self._workbook.add_chart({"type": kind})
        font = {**self._font(Palette.HEAD), "size": 11, "bold": True}
        chart.set_title({"name": title, "name_font": font, "overlay": False})
        chart.set_legend({"none": True})
        chart.set_chartarea({"border": {"color": Palette.LINE}, "fill": {"color": "#FFFFFF"}})
        chart.set_size(_SIZE)
        return chart

    def _series(self, chart: Chart, first: tuple[int, int], across: int, colours: Sequence[str]) -> None:
        """One series of as many points as there are colours; its names start at ``first``."""
        sheet = self._writer.texts.sheet("today")
        (top, names), bottom = first, first[0] + len(colours) - 1
        chart.add_series(
            {
                "categories": [sheet, top, names, bottom, names],
                "values": [sheet, top, names + across, bottom, names + across],
                "points": [{"fill": {"color": colour}, "border": {"none": True}} for colour in colours],
                "gap": 55,
                "data_labels": {"value": True, "num_format": "#,##0;-#,##0;", "font": self._font(Palette.MUTED)},
            }
        )

    def _axis(self) -> dict[str, object]:
        return {
            "num_font": self._font(Palette.INK),
            "line": {"color": Palette.LINE},
            "major_tick_mark": "none",
            "major_gridlines": {"visible": False},
        }

    def _font(self, colour: str) -> dict[str, object]:
        return {"name": self._writer.styles.font, "size": 9, "color": colour, "bold": False}
