"""From weighed hypotheses to one verdict a receipt: the likeliest orders, how sure that is, and what else it could be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.matching.columns import Floats, Ints, distinct, runs, totals
from workbench.matching.features import Columns
from workbench.matching.workspace import Judged, Workspace

__all__ = ["Verdicts", "verdicts"]


@dataclass(slots=True)
class Verdicts:
    """By receipt that has hypotheses: the likeliest one and what speaks about it among its rivals.

    ``ranked`` are the numbers of the best hypotheses of each receipt, one for every set of orders, likeliest first, those
    of receipt k from ``start[k]`` on.
    """

    receipt: Ints
    best: Ints
    columns: Columns
    ranked: Ints
    start: Ints
    by_group: Ints  # all hypotheses, those of one receipt and set of orders together, likeliest first
    group_start: Ints  # of the best group of each receipt in ``by_group``
    group_size: Ints

    def members(self, place: int) -> list[int]:
        """The hypotheses that mean the orders judged likeliest, likeliest first."""
        begin, size = int(self.group_start[place]), int(self.group_size[place])
        members: list[int] = self.by_group[begin : begin + size].tolist()
        return members


def verdicts(space: Workspace, judged: Judged) -> Verdicts:
    """Hypotheses that mean the same orders count as one."""
    hypotheses, probability = judged.hypotheses, judged.weighed.probability
    receipt = hypotheses.receipt
    if not len(receipt):
        return Verdicts(receipt, receipt, {}, receipt, np.zeros(1, np.int64), receipt, receipt, receipt)
    group = _order_sets(space, judged)
    chance = totals(group, probability, len(group))[group]
    # The likeliest of every group stands for it; groups of a receipt follow each other by their chance.
    order = np.lexsort((group, -probability, -chance, receipt))
    ranked = order[np.sort(np.unique(group[order], return_index=True)[1])]
    who, start = np.unique(receipt[ranked], return_index=True)
    best = ranked[start]
    count = np.diff(np.append(start, len(ranked)))
    second: Floats = np.zeros(len(best), np.float64)
    second[count > 1] = chance[ranked[start[count > 1] + 1]]
    columns = space.features_of(judged, best)
    columns |= {
        "chance": _logit(chance[best]),
        "chance_item": _logit(probability[best]),
        "chance_second": _logit(second),
        "chance_none": _logit(1 - np.minimum(totals(receipt, probability, len(space.receipts))[who], 1)),
        "log_odds": judged.log_odds[best],
        "free": judged.weighed.free[best],
        "rivals": count,
        "twins": np.add(columns["twins_before"], columns["twins_after"]),
    }
    by_group = np.lexsort((-probability, group))
    groups = group[by_group]
    begin, size = runs(groups, group[best])
    return Verdicts(who, best, columns, ranked, np.append(start, len(ranked)), by_group, begin, size)


def _order_sets(space: Workspace, judged: Judged) -> Ints:
    """A number for every pair of receipt and set of orders."""
    hypotheses = judged.hypotheses
    owner, order = hypotheses.owner, space.ledger.order[hypotheses.item]
    width = max(len(space.ledger.orders), 1)
    pairs = distinct(owner * width + order)
    tokens = space.market.order_tokens[pairs % width]
    mark = totals(pairs // width, tokens, len(hypotheses))
    sort = np.lexsort((mark, hypotheses.receipt))
    differs = np.zeros(len(sort), np.bool_)
    differs[1:] = (np.diff(mark[sort]) != 0) | (np.diff(hypotheses.receipt[sort]) != 0)
    number = np.empty(len(sort), np.int64)
    number[sort] = np.cumsum(differs)
    return number


def _logit(chance: Floats) -> Floats:
    bounded = np.clip(chance, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(bounded / (1 - bounded)))
