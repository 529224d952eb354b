"""The spreadsheet functions; importing this package declares them all in ``udfs.registry.FUNCTIONS``.

Each is one plain function over single cells, or over whole ranges where it says so. Importing costs nothing beyond the
standard library: what needs the register loads it when it is called.
"""

from udfs.functions.customers import customer_duplicates, customer_find, customer_view
from udfs.functions.documents import order_margin, order_open, receipt_match, receipt_why, register_list
from udfs.functions.host import use_book, use_register
from udfs.functions.money import fx_check, fx_parse, fx_round, fx_words
from udfs.functions.prices import export_rebate, price_cif, price_fob, price_quote
from udfs.functions.rates import fx_convert, fx_rate, fx_source, fx_sum

__all__ = [
    "customer_duplicates",
    "customer_find",
    "customer_view",
    "export_rebate",
    "fx_check",
    "fx_convert",
    "fx_parse",
    "fx_rate",
    "fx_round",
    "fx_source",
    "fx_sum",
    "fx_words",
    "order_margin",
    "order_open",
    "price_cif",
    "price_fob",
    "price_quote",
    "receipt_match",
    "receipt_why",
    "register_list",
    "use_book",
    "use_register",
]
