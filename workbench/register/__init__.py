"""The register: one place for customers, orders and receipts that forgets nothing."""
