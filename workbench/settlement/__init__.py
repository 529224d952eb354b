"""Settlement: receipts set off against receivables, exchange differences realised and unrealised, and their journal."""

from workbench.settlement.allocation import AllocationRefused, Part, Settlement, allocate_receipt, rate_missing
from workbench.settlement.books import Books, first_open_day, open_items, realised_fx, standing_by_order
from workbench.settlement.journal import Delivery, journal
from workbench.settlement.lifecycle import (
    Advance,
    CreditNote,
    Recognition,
    closing_rates,
    credit_note,
    lock_identity,
    lock_variance,
    recognise_revenue,
    revalue,
    reversal,
)
from workbench.settlement.receivables import Basis, OpenItem, Receivables
from workbench.settlement.tolerance import Difference, Limits, ToleranceError, classify_difference, tolerance_limit
from workbench.settlement.valuation import RateChoice, Valuation, Valuer

__all__ = [
    "Advance",
    "AllocationRefused",
    "Basis",
    "Books",
    "CreditNote",
    "Delivery",
    "Difference",
    "Limits",
    "OpenItem",
    "Part",
    "RateChoice",
    "Receivables",
    "Recognition",
    "Settlement",
    "ToleranceError",
    "Valuation",
    "Valuer",
    "allocate_receipt",
    "classify_difference",
    "closing_rates",
    "credit_note",
    "first_open_day",
    "journal",
    "lock_identity",
    "lock_variance",
    "open_items",
    "rate_missing",
    "realised_fx",
    "recognise_revenue",
    "revalue",
    "reversal",
    "standing_by_order",
    "tolerance_limit",
]
