"""Workbench: customers, orders and receipts in many currencies, kept exact, dated and explainable."""

__version__ = "0.1.0"
