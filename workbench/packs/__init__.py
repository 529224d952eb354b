"""Packs: everything that is told of a period, in one folder with a manifest of what it was made from."""

from workbench.packs.model import Control, Pack, PackTable
from workbench.packs.month_end import collect
from workbench.packs.writing import WrittenPack, write_month_end

__all__ = ["Control", "Pack", "PackTable", "WrittenPack", "collect", "write_month_end"]
