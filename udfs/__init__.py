"""Functions and macros that spreadsheets see, and the hosts that expose them.

A spreadsheet function is one plain Python function of ``udfs.functions``, declared once in ``udfs.registry``. Nothing
here computes: the words and argument shapes of a sheet are translated into calls of the library. The import is light
(no numpy, no pandas), because a host loads it at start-up and calls it at every recalculation.
"""
