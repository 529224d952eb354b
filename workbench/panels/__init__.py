"""What analysts see: the register on the desk, measures as charts, control totals, and panels to try and decide things.

Notebooks import from here, call and show; the panels need ipywidgets (``pip install 'multicurrency-workbench[lab]'``).
"""

from workbench.panels.controls import Check, Controls
from workbench.panels.desk import Desk
from workbench.panels.work import LabMissing

__all__ = ["Check", "Controls", "Desk", "LabMissing"]
