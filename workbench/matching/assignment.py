"""One assignment of all receipts at once: every receipt pays one thing, every open amount is paid once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.matching.candidates import Hypotheses
from workbench.matching.columns import Floats, Ints, Mask, totals

__all__ = ["Marginals", "marginals"]

_ROUNDS = 14
_DAMPING = 0.5
_SMALLEST = 1e-9


@dataclass(frozen=True, slots=True)
class Marginals:
    """How likely each hypothesis is once all others are weighed, and how free its instalments are of other claims."""

    probability: Floats  # by hypothesis; what is missing to 1 over a receipt's hypotheses is "none of them"
    free: Floats  # by hypothesis: the chance that no other receipt pays a member
    edge_receipt: Ints
    edge_item: Ints
    edge_probability: Floats  # that the receipt pays the instalment

    def claims_before(self) -> Floats:
        """For every pair of receipt and instalment how likely receipts that came before pay the instalment."""
        order = np.lexsort((self.edge_receipt, self.edge_item))
        item, claims = self.edge_item[order], self.edge_probability[order]
        running = np.cumsum(claims) - claims
        before = np.empty(len(order))
        before[order] = running - running[np.searchsorted(item, item)]
        return before


def marginals(hypotheses: Hypotheses, log_odds: Floats, partial: Mask, items: int) -> Marginals:
    """Weigh all hypotheses against each other by belief propagation.

    Args:
        hypotheses: sorted by receipt.
        log_odds: of each, as if no other receipt existed; that of "none of them" is 0.
        partial: whether it pays only a part; several receipts may pay parts of one instalment.
        items: how many instalments there are.

    Each instalment tells each receipt how likely the others leave it free, each receipt tells each instalment how much
    it wants it, and so on for a fixed number of rounds; the work is the same for any amounts.
    """
    owner, count = hypotheses.owner, len(hypotheses)
    receipt = hypotheses.receipt
    receipts = int(receipt.max(initial=-1)) + 1
    edges, edge = np.unique(receipt[owner] * max(items, 1) + hypotheses.item, return_inverse=True)
    edge_receipt, edge_item = edges // max(items, 1), edges % max(items, 1)
    part = partial[owner]
    free_whole = np.zeros(len(edges))  # logarithms of the chance that others leave the instalment free
    free_part = np.zeros(len(edges))
    log_weight = np.clip(log_odds, -30, 30)
    free = np.zeros(count)
    probability = np.zeros(count)
    for _round in range(_ROUNDS):
        leave = np.where(part, free_part[edge], free_whole[edge])
        free = totals(owner, leave, count)
        weight = np.exp(log_weight + np.maximum(free, -60))
        total = 1 + totals(receipt, weight, receipts)
        probability = weight / total[receipt]
        held = totals(edge, weight[owner], len(edges))
        rest = np.maximum(total[edge_receipt] - held, _SMALLEST * total[edge_receipt])
        del held
        wanted = weight[owner] * np.exp(-np.maximum(leave, -60))
        del leave, weight
        claims = totals(edge, np.where(part, 0, wanted), len(edges)) / rest
        others = totals(edge_item, claims, items)[edge_item] - claims
        _approach(free_part, others)
        claims = totals(edge, np.where(part, wanted, 0), len(edges)) / rest
        del wanted, rest
        others += totals(edge_item, claims, items)[edge_item] - claims
        _approach(free_whole, others)
    paid = totals(edge, probability[owner], len(edges))
    return Marginals(probability, np.exp(free), edge_receipt, edge_item, paid)


def _approach(free: Floats, claims: Floats) -> None:
    """Move logarithms halfway to the chance that none of the claims is true; in place, as there may be millions."""
    free *= _DAMPING
    free -= (1 - _DAMPING) * np.log1p(np.maximum(claims, 0))
