"""Functions and macros in Excel for Windows: VBA made from the registry, which asks Python through xlwings' BSD part.

``calls`` is what Excel's process asks, ``wrappers`` makes the VBA, ``project`` and ``container`` put it into the form
that a workbook carries, ``building`` makes ``Workbench.xlsm`` and ``Workbench.xlam``, ``installing`` puts the add-in
into a person's Excel. Nothing of it needs "trust access to the VBA project object model".
"""
