"""How the US Treasury names currencies, and the ISO 4217 code each name stood for in which days."""

from __future__ import annotations

from datetime import date

__all__ = ["code_of"]

_LABELS = """
AED United Arab Emirates-Dirham | AFN Afghanistan-Afghani | ALL Albania-Lek | AMD Armenia-Dram | AOA Angola-Kwanza
ARS Argentina-Peso | AUD Australia-Dollar | AZN Azerbaijan-Manat | BAM Bosnia-Marka | BBD Barbados-Dollar
BDT Bangladesh-Taka | BHD Bahrain-Dinar | BIF Burundi-Franc | BMD Bermuda-Dollar | BND Brunei-Dollar
BOB Bolivia-Boliviano | BRL Brazil-Real | BSD Bahamas-Dollar | BWP Botswana-Pula | BYN Belarus-New Ruble
BZD Belize-Dollar | CAD Canada-Dollar | CDF Democratic Republic Of Congo-Congolese Franc
CDF Democratic Republic Of Congo-Franc | CHF Switzerland-Franc | CLP Chile-Peso | CNY China-Renminbi
COP Colombia-Peso | CRC Costa Rica-Colon | CUP Cuba-Peso | CVE Cape Verde-Escudo | CZK Czech Republic-Koruna
DJF Djibouti-Franc | DKK Denmark-Krone | DOP Dominican Republic-Peso | DZD Algeria-Dinar | EGP Egypt-Pound
ERN Eritrea-Nakfa | ETB Ethiopia-Birr | EUR Euro Zone-Euro | FJD Fiji-Dollar | GBP United Kingdom-Pound
GEL Georgia-Lari | GHS Ghana-Cedi | GMD Gambia-Dalasi | GNF Guinea-Franc | GTQ Guatemala-Quetzal | GYD Guyana-Dollar
HKD Hong Kong-Dollar | HNL Honduras-Lempira | HTG Haiti-Gourde | HUF Hungary-Forint | IDR Indonesia-Rupiah
ILS Israel-Shekel | INR India-Rupee | IQD Iraq-Dinar | IRR Iran-Rial | ISK Iceland-Krona | JMD Jamaica-Dollar
JOD Jordan-Dinar | JPY Japan-Yen | KES Kenya-Shilling | KGS Kyrgyzstan-Som | KHR Cambodia-Riel | KMF Comoros-Franc
KRW Korea-Won | KWD Kuwait-Dinar | KYD Cayman Islands-Dollar | KZT Kazakhstan-Tenge | LAK Laos-Kip
LBP Lebanon-Pound | LKR Sri Lanka-Rupee | LRD Liberia-Dollar | LSL Lesotho-Maloti | LYD Libya-Dinar
MAD Morocco-Dirham | MDL Moldova-Leu | MGA Madagascar-Ariary | MKD Republic Of North Macedonia-Denar
MMK Burma-Kyat | MMK Myanmar-Kyat | MNT Mongolia-Tugrik | MOP Macao-Mop | MUR Mauritius-Rupee | MVR Maldives-Rufiyaa
MWK Malawi-Kwacha | MXN Mexico-Peso | MYR Malaysia-Ringgit | MZN Mozambique-Metical | NAD Namibia-Dollar
NGN Nigeria-Naira | NIO Nicaragua-Cordoba | NOK Norway-Krone | NPR Nepal-Rupee | NZD New Zealand-Dollar
OMR Oman-Rial | PEN Peru-Sol | PGK Papua New Guinea-Kina | PHP Philippines-Peso | PKR Pakistan-Rupee
PLN Poland-Zloty | PYG Paraguay-Guarani | QAR Qatar-Riyal | RON Romania-New Leu | RSD Serbia-Dinar
RUB Russia-Ruble | RWF Rwanda-Franc | SAR Saudi Arabia-Riyal | SBD Solomon Islands-Dollar | SCR Seychelles-Rupee
SDG Sudan-Pound | SDG Sudan-Sudanese Pound | SEK Sweden-Krona | SGD Singapore-Dollar | SOS Somali-Shilling
SRD Suriname-Dollar | SSP South Sudan-Sudanese Pound | STN Sao Tome & Principe-New Dobras | SYP Syria-Pound
SZL Eswatini-Lilangeni | SZL Swaziland-Lilangeni | THB Thailand-Baht | TJS Tajikistan-Somoni
TMT Turkmenistan-New Manat | TND Tunisia-Dinar | TOP Tonga-Pa'Anga | TRY Turkey-New Lira
TTD Trinidad & Tobago-Dollar | TWD Taiwan-Dollar | TZS Tanzania-Shilling | UAH Ukraine-Hryvnia | UGX Uganda-Shilling
UYU Uruguay-Peso | UZS Uzbekistan-Som | VES Venezuela-Bolivar Soberano | VND Vietnam-Dong | VUV Vanuatu-Vatu
WST Western Samoa-Tala | XAF Cameroon-Cfa Franc | XAF Central African Republic-Cfa Franc | XAF Chad-Cfa Franc
XAF Congo-Cfa Franc | XAF Equatorial Guinea-Cfa Franc | XAF Gabon-Cfa Franc
XCD Antigua & Barbuda-East Caribbean Dollar | XCD Grenada-East Caribbean Dollar | XCD St. Lucia-East Caribbean Dollar
XCG Curacao-Caribbean Guilder | XOF Benin-Cfa Franc | XOF Burkina Faso-Cfa Franc | XOF Cote D'Ivoire-Cfa Franc
XOF Guinea Bissau-Cfa Franc | XOF Mali-Cfa Franc | XOF Niger-Cfa Franc | XOF Senegal-Cfa Franc | XOF Togo-Cfa Franc
YER Yemen-Rial | ZAR South Africa-Rand | ZMW Zambia-New Kwacha | ZWG Zimbabwe-Gold
"""

# A name kept across a redenomination: the code before the day, and from it on.
_CHANGED = {
    "Mauritania-Ouguiya": ("MRO", date(2018, 6, 30), "MRU"),
    "Sierra Leone-Leone": ("SLL", date(2022, 7, 1), "SLE"),
    "Croatia-Kuna": ("HRK", date(2023, 1, 1), ""),
    "Bulgaria-Lev New": ("BGN", date(2026, 1, 1), ""),
    "Netherlands Antilles-Guilder": ("ANG", date(2025, 7, 1), ""),
}


def _table() -> dict[str, str]:
    table = {}
    for line in _LABELS.strip().splitlines():
        for entry in line.split(" | "):
            code, _blank, label = entry.partition(" ")
            table[label.casefold()] = code
    return table


_CODES = _table()
_CHANGES = {label.casefold(): change for label, change in _CHANGED.items()}


def code_of(label: str, day: date) -> str:
    """The ISO code that the name stood for on that day; empty where it is not known."""
    name = label.strip().casefold()
    if name in _CHANGES:
        before, since, after = _CHANGES[name]
        return after if day >= since else before
    return _CODES.get(name, "")
