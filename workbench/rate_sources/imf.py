"""International Monetary Fund: representative rates, one table of tab-separated text a month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from workbench.i18n import _
from workbench.rate_sources.model import Context, Request, Source, Wanted
from workbench.rate_sources.readers import observed, read_csv, unexpected, written_day
from workbench.rates.observation import Observation

__all__ = ["IMF", "parse"]

_TABLE = "https://www.imf.org/external/np/fin/data/rms_mth.aspx"
_PER_UNIT = "(1)"
_NAMES = """
AED U.A.E. dirham | AFN Afghan afghani | AOA Angolan kwanza | AUD Australian dollar | BBD Barbados dollar
BDT Bangladeshi taka | BHD Bahrain dinar | BND Brunei dollar | BRL Brazilian real | BSD Bahamian dollar
BWP Botswana pula | CAD Canadian dollar | CHF Swiss franc | CLP Chilean peso | CNY Chinese yuan | COP Colombian peso
CRC Costa Rican colon | CZK Czech koruna | DJF Djibouti franc | DKK Danish krone | DZD Algerian dinar
EGP Egyptian pound | EUR Euro | FJD Fiji dollar | GBP U.K. pound | HUF Hungarian forint | ILS Israeli New Shekel
INR Indian rupee | IRR Iranian rial | ISK Icelandic krona | JOD Jordanian dinar | JPY Japanese yen | KRW Korean won
KWD Kuwaiti dinar | KZT Kazakhstani tenge | LKR Sri Lankan rupee | LYD Libyan dinar | MAD Moroccan dirham
MDL Moldovan leu | MMK Myanmar kyat | MNT Mongolian tugrik | MUR Mauritian rupee | MXN Mexican peso
MYR Malaysian ringgit | MZN Mozambican metical | NAD Namibian dollar | NGN Nigerian naira | NOK Norwegian krone
NPR Nepalese rupee | NZD New Zealand dollar | OMR Omani rial | PEN Peruvian sol | PHP Philippine peso
PKR Pakistani rupee | PLN Polish zloty | QAR Qatari riyal | RON Romanian leu | RUB Russian ruble | RWF Rwandan franc
SAR Saudi Arabian riyal | SEK Swedish krona | SGD Singapore dollar | THB Thai baht | TND Tunisian dinar
TTD Trinidadian dollar | UGX Ugandan shilling | USD U.S. dollar | UYU Uruguayan peso | VES Venezuelan bolivar
WST Samoan tala | YER Yemeni rial | ZAR South African rand | ZMW Zambian kwacha
"""
_CODES = {
    name.casefold(): code
    for line in _NAMES.strip().splitlines()
    for code, _blank, name in (entry.partition(" ") for entry in line.split(" | "))
}


def requests(wanted: Wanted) -> Iterator[Request]:
    """One table a month, named by its last day."""
    first = wanted.since.replace(day=1)
    while first <= wanted.until:
        following = (first + timedelta(days=31)).replace(day=1)
        query = f"SelectDate={following - timedelta(days=1)}&reportType=REP&tsvflag=Y"
        yield Request(f"{_TABLE}?{query}", "text", may_be_empty=first >= wanted.today.replace(day=1))
        first = following


def parse(body: bytes, context: Context) -> list[Observation]:
    """Blocks of a line of days and lines of rates: units per 1 USD, or with the mark (1) USD per 1 unit."""
    found: list[Observation] = []
    days: list[date] = []
    for row in read_csv(body, context, delimiter="\t"):
        if row[0] == "Currency":
            days = [written_day(cell, context) for cell in row[1:] if cell]
        elif days and len(row) > 1:
            found += _rates(row, days, context)
    if not days:
        raise unexpected(context, _("no line of days"))
    return found


def _rates(row: list[str], days: list[date], context: Context) -> Iterator[Observation]:
    name = row[0].removesuffix(_PER_UNIT).strip()
    code = _CODES.get(name.casefold(), "")
    if not code:
        context.left_out.add(name[:60])
    if not code or code == "USD":
        return
    cells = row[1:]
    if len(cells) > len(days) and any(cells[len(days) :]):
        raise unexpected(context, _("a row with {count} cells").format(count=len(row)))
    base, quote = (code, "USD") if row[0].endswith(_PER_UNIT) else ("USD", code)
    for cell, day in zip(cells, days, strict=False):
        if cell not in {"", "NA"} and context.wants(day):
            value = cell.replace(",", "")
            yield observed(context, source="imf", kind="mid", base=base, quote=quote, value=value, rate_date=day)


IMF = Source(
    name="imf",
    title="International Monetary Fund (representative rates)",
    kinds=("mid",),
    attribution="Source: International Monetary Fund, representative exchange rates.",
    parse=parse,
    requests=requests,
)
