"""Charts as Vega-Lite v5 specifications: drawn by JupyterLab itself without a network, as SVG, PNG and PDF anywhere."""

from workbench.charts.amounts import ageing, ladder, ranking, waterfall
from workbench.charts.chart import Caption, Chart, PicturesMissing, nothing
from workbench.charts.flows import Flow, flow
from workbench.charts.grids import heat
from workbench.charts.lines import Lock, comparison, rate_history

__all__ = [
    "Caption",
    "Chart",
    "Flow",
    "Lock",
    "PicturesMissing",
    "ageing",
    "comparison",
    "flow",
    "heat",
    "ladder",
    "nothing",
    "ranking",
    "rate_history",
    "waterfall",
]
