"""What is wrong with a workbook, where, and what to do: ``examine`` explains any .xlsx or .xlsm without changing it."""

from __future__ import annotations

from workbench.doctor.examining import Diagnosis, Examiner, examine

__all__ = ["Diagnosis", "Examiner", "examine"]
