"""The engine room of the measures: the register as Arrow, DuckDB or Spark over it, and figures with their evidence."""

from workbench.analysis.aggregate import grouped, split, summed
from workbench.analysis.engines import engine, tables_on
from workbench.analysis.facts import Facts, decimals, looked_up, objects, read_facts
from workbench.analysis.measure import Measure, measure
from workbench.analysis.orders import FIGURES, order_figures
from workbench.analysis.ratios import percent, rounded_to_sum, to_places
from workbench.analysis.reading import read_tables

__all__ = [
    "FIGURES",
    "Facts",
    "Measure",
    "decimals",
    "engine",
    "grouped",
    "looked_up",
    "measure",
    "objects",
    "order_figures",
    "percent",
    "read_facts",
    "read_tables",
    "rounded_to_sum",
    "split",
    "summed",
    "tables_on",
    "to_places",
]
