"""What a column holds, counted over a sample of its records."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from workbench.dates import buddhist_date, existing_day, read_date
from workbench.money import parse
from workbench.sheets.model import Cell, CellKind
from workbench.sheets.number_formats import meaning_of
from workbench.sheets.words import country_of, currency_of, looks_like_firm, plain, status_of

__all__ = ["INCOTERM", "Profile", "date_like", "is_day", "is_value", "minguo_date", "profile"]

INCOTERM = re.compile(r"(EXW|FCA|CPT|CIP|DAP|DPU|DAT|DDP|FAS|FOB|CFR|CNF|C&F|CIF)(?![A-Z])", re.IGNORECASE)
_DATE = re.compile(
    r"\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?[日号]?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?|\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{2,4}"
    r"|\d{1,2}\s?月\s?\d{1,2}\s?[日号]?|\d{1,2}[./-]\d{1,2}\.?|(?:19|20)\d{6}"
    r"|\d{1,2}(?:st|nd|rd|th)?[-. ]*[A-Za-zÀ-ž]{3,9}\.?,?[-. ]*\d{2,4}|[A-Za-zÀ-ž]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}"
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"(?:tel\.?:?\s*)?'?\+?[\d\s()/.-]{7,22}", re.IGNORECASE)
_SERIALS = (20_000, 60_000)
"""Day numbers from 1954 to 2064 in either date system."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares (0 to 1) of a column's filled cells that read as each thing."""

    filled: int
    date: float = 0.0
    serial: float = 0.0
    amount: float = 0.0
    percent: float = 0.0
    small: float = 0.0
    currency: float = 0.0
    country: float = 0.0
    incoterm: float = 0.0
    email: float = 0.0
    phone: float = 0.0
    status: float = 0.0
    code: float = 0.0
    text: float = 0.0
    money: float = 0.0  # an amount that is no date, percentage, small number or running number
    mixed: float = 0.0  # a code of letters and digits
    firm: float = 0.0
    distinct: float = 0.0

    def fit(self, kind: str) -> float:
        """How well the column holds values of that kind; 0.5 where it is empty."""
        if not self.filled:
            return 0.5
        fits = {
            "date": max(self.date, 0.9 * self.serial),
            "amount": self.amount,
            "currency": self.currency,
            "country": self.country,
            "incoterm": self.incoterm,
            "percent": max(self.percent, 0.85 * self.small),
            "rate": self.small if not self.percent else 0.2,
            "email": self.email,
            "phone": self.phone,
            "status": max(self.status, 0.5 * self.text),
            "code": max(self.code, 0.35 * self.text),
            "text": max(self.text, 0.4 * self.code if self.amount < 0.5 and self.date < 0.5 else 0.0),
        }
        return min(1.0, fits[kind])


_LONGEST_DATE = 32
_WRITTEN_OUT = re.compile(r"[^\W\d_]|\d\D+\d+\D+\d")
"""Letters, or three groups of digits: what a date has and an amount or a code seldom."""
_MINGUO = re.compile(
    r"(1[0-4]\d)(?:\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?日?|(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]))"
)


@lru_cache(maxsize=65536)
def date_like(text: str) -> bool:
    """Whether a text has the shape of a date."""
    if len(text) > _LONGEST_DATE or not any(map(str.isdigit, text)):
        return False
    if _DATE.fullmatch(text):
        return True
    if not _WRITTEN_OUT.search(text):
        return minguo_date(text) is not None
    read = read_date(text)
    return (
        read.date is not None
        or bool(read.candidates)
        or minguo_date(text) is not None
        or buddhist_date(text) is not None
    )


def is_day(cell: Cell) -> bool:
    """Whether a cell shows a day: as such, by its format, or typed."""
    return cell.kind is CellKind.DATE or meaning_of(cell.number_format).is_date or date_like(plain(cell.text))


def minguo_date(text: str) -> date | None:
    """A date whose year of three digits counts from 1911, as in Taiwan: 114/03/01 and 1140301 are 1 March 2025."""
    found = _MINGUO.fullmatch(text)
    if not found:
        return None
    month, day = found.group(2) or found.group(4), found.group(3) or found.group(5)
    return existing_day(1911 + int(found.group(1)), int(month), int(day))


def profile(cells: Sequence[Cell]) -> Profile:
    """Count what the cells read as."""
    filled = [cell for cell in cells if cell.kind is not CellKind.ERROR]
    if not filled:
        return Profile(0)
    counts: dict[str, int] = {}
    for cell in filled:
        for name in _readings(cell):
            counts[name] = counts.get(name, 0) + 1
    shares = {name: count / len(filled) for name, count in counts.items()}
    return Profile(filled=len(filled), distinct=len({cell.text for cell in filled}) / len(filled), **shares)


def _readings(cell: Cell) -> set[str]:
    number = cell.number
    if cell.kind is CellKind.DATE:
        return {"date"}
    if number is not None:
        meaning = meaning_of(cell.number_format)
        if meaning.is_date:
            return {"date"}
        found = {"percent"} if meaning.is_percent else {"amount"}
        if number == number.to_integral_value() and _SERIALS[0] < number < _SERIALS[1]:
            found.add("serial")
        if 0 < number <= 100:
            found.add("small")
        if "amount" in found and (
            number != number.to_integral_value() or meaning.symbol or "#,##" in cell.number_format
        ):
            found.add("money")
        if number == number.to_integral_value() and number >= 0:
            found.add("code")
            if number > 10**7:
                found.add("phone")
        return found
    return _text_readings(plain(cell.text))


def is_value(cell: Cell) -> bool:
    """Whether a text is a value rather than a heading: a date, currency, country, state, address or a firm's name."""
    found = _text_readings(plain(cell.text)) if cell.kind is CellKind.TEXT else {"amount"}
    return bool(found & {"date", "amount", "currency", "country", "incoterm", "email", "status", "firm"})


def _is_currency(text: str) -> bool:
    if len(text) >= 24 or INCOTERM.fullmatch(text):  # FOB has the shape of a code, but names no currency
        return False
    codes, mistyped = currency_of(text)
    return bool(codes) or mistyped


def _is_phone(text: str) -> bool:
    return bool(_PHONE.fullmatch(text)) and sum(letter.isdigit() for letter in text) >= 7


def _is_code(text: str) -> bool:
    return bool(re.search(r"\d", text)) and " " not in text and len(text) <= 30 and "@" not in text


def _is_mixed(text: str) -> bool:
    return _is_code(text) and any(map(str.isalpha, text))


_TEXT_TESTS: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("date", date_like),
    ("currency", _is_currency),
    ("country", country_of),
    ("incoterm", INCOTERM.match),
    ("email", _EMAIL.fullmatch),
    ("phone", _is_phone),
    ("status", status_of),
    ("code", _is_code),
    ("mixed", _is_mixed),
    ("firm", looks_like_firm),
)


def _text_readings(text: str) -> set[str]:
    if re.fullmatch(r"\d{1,3}(?:[.,]\d+)?\s?%", text):
        return {"percent"}
    found = {name for name, test in _TEXT_TESTS if test(text)}
    if "date" not in found and re.search(r"\d", text):
        parsed = parse(text)
        if parsed.amount is not None or parsed.amount_candidates:
            found.add("amount")
        if parsed.amount is not None and 0 < parsed.amount <= 100:
            found.add("small")
        if parsed.amount is not None and (parsed.amount != parsed.amount.to_integral_value() or parsed.currency):
            found.add("money")
    if not found & {"date", "amount", "email"}:
        found.add("text")
    return found
