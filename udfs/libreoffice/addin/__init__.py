"""The extension for LibreOffice Calc: functions in cells, menu, toolbar and buttons.

``build`` makes the ``.oxt`` from the registry of functions and the list of macros; ``installing`` puts it into a
profile; ``recalculating`` computes a closed workbook with it. The files in ``host/calc`` are carried inside and run under
LibreOffice's own Python (3.8 or later).
"""
