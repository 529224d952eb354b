"""Functions and macros that spreadsheets see, and the hosts that expose them."""
