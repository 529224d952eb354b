"""Profiles: how one bank's CSV or workbook is laid out, as a small TOML file that anybody can write."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, NoReturn

from workbench.errors import ConfigurationError, MoneyError
from workbench.i18n import _
from workbench.money import currency

__all__ = ["FIELDS", "LABELS", "Profile", "built_in_profiles", "heading_key", "load_profiles", "profile_from"]

FIELDS = (
    "account", "currency", "value_date", "booking_date", "bank_reference", "amount", "direction", "debit", "credit",
    "balance", "fee", "instructed_amount", "instructed_currency", "exchange_rate", "payer", "payer_account", "payee",
    "payee_account", "text", "status", "mark", "group", "total",
)  # fmt: skip
"""What a column may hold; the first heading of a field that is there and filled counts, of ``text`` all."""
LABELS = ("account", "currency", "opening", "closing", "count")
"""What may stand above or below the table behind a word."""
_SETTINGS: Mapping[str, type[str | list[str]]] = {
    "required": list, "dates": list, "decimal_mark": str, "currency": str, "settled": list, "ignored": list,
    "incoming": list, "outgoing": list, "ends": list, "payer": str,
}  # fmt: skip
_BRACKETS = re.compile(r"\s*\[[^\]]*\]\s*$")
_LARGEST = 1 << 18


@dataclass(frozen=True, slots=True)
class Profile:
    """How one bank's table is laid out: field → headings it may have, and how its cells are written."""

    name: str
    title: str
    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    dates: tuple[str, ...]
    decimal_mark: str = "."
    settled: tuple[str, ...] = ()
    """Words in the ``status`` column of rows that moved money; empty where every row did."""
    ignored: tuple[str, ...] = ()
    """Words in the ``mark`` column of rows that moved none."""
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    """Words in the ``direction`` column, where amounts carry no sign."""
    ends: tuple[str, ...] = ()
    """How the first cell of the line below the last entry begins."""
    currency: str = ""
    """Of accounts that know only one."""
    payer: str = ""
    """Of accounts that one house pays into."""
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def places(self, headings: Sequence[str]) -> dict[str, list[int]] | None:
        """Column numbers by field; None where a required heading is not there."""
        plain: dict[str, int] = {}
        for at, heading in enumerate(headings):
            plain.setdefault(heading_key(heading), at)
        found = {
            name: [plain[key] for alias in aliases if (key := heading_key(alias)) in plain]
            for name, aliases in self.columns.items()
        }
        return found if all(found.get(name) for name in self.required) else None


@cache
def heading_key(text: str) -> str:
    """A heading as it is compared: without blanks around, case, width and a translation in brackets."""
    plain = unicodedata.normalize("NFKC", text[:300]).strip().strip("\ufeff\"'`")
    return " ".join(_BRACKETS.sub("", plain).split()).casefold()


def profile_from(text: str, name: str) -> Profile:
    """A profile from its TOML text.

    Raises:
        ConfigurationError: the text is no TOML, or a part is missing, unknown or of the wrong kind; says which.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _refuse(name, str(error))
    for part in ("columns", "read"):
        if not isinstance(raw.get(part), dict):
            _refuse(name, _("there is no [{part}]").format(part=part))
    columns = _words(name, "columns", raw["columns"], FIELDS)
    labels = _words(name, "labels", raw.get("labels", {}), LABELS)
    settings = _settings(name, raw["read"])
    made = Profile(
        name=name,
        title=str(raw.get("title", name)),
        columns=columns,
        labels=labels,
        decimal_mark=settings.pop("decimal_mark", "."),
        currency=settings.pop("currency", ""),
        payer=settings.pop("payer", ""),
        **{key: tuple(words) for key, words in settings.items()},
    )
    _check(made)
    return made


def _words(name: str, part: str, told: Any, known: Sequence[str]) -> dict[str, tuple[str, ...]]:
    if not isinstance(told, dict):
        _refuse(name, _("there is no [{part}]").format(part=part))
    for key, words in told.items():
        if key not in known:
            _refuse(
                name, _("[{part}] names {key}; known are {known}").format(part=part, key=key, known=", ".join(known))
            )
        if not isinstance(words, list) or not words or not all(isinstance(one, str) and one.strip() for one in words):
            _refuse(name, _("{key} is a list of texts in quotes").format(key=f"{part}.{key}"))
    return {key: tuple(words) for key, words in told.items()}


def _settings(name: str, told: Mapping[str, Any]) -> dict[str, Any]:
    for key, value in told.items():
        kind = _SETTINGS.get(key)
        if kind is None:
            known = ", ".join(_SETTINGS)
            _refuse(name, _("[{part}] names {key}; known are {known}").format(part="read", key=key, known=known))
        fits = isinstance(value, kind) and (kind is str or all(isinstance(one, str) and one for one in value))
        if not fits:
            shape = _("{key} is a text in quotes") if kind is str else _("{key} is a list of texts in quotes")
            _refuse(name, shape.format(key=f"read.{key}"))
    for key in ("required", "dates"):
        if not told.get(key):
            _refuse(name, _("read.{key} is missing").format(key=key))
    return dict(told)


def _check(profile: Profile) -> None:
    needed = {*profile.required, "value_date"}
    needed |= {"status"} if profile.settled else set()
    needed |= {"mark"} if profile.ignored else set()
    needed |= {"direction", "amount"} if profile.incoming or profile.outgoing else set()
    needed |= {"total"} if "group" in profile.columns else set()
    missing = sorted(needed - profile.columns.keys())
    if missing:
        _refuse(profile.name, _("it needs these under [columns]: {columns}").format(columns=", ".join(missing)))
    if not {"amount", "credit", "debit"} & profile.columns.keys():
        _refuse(profile.name, _("it names no column with an amount: amount, or credit and debit"))
    if bool(profile.incoming) != bool(profile.outgoing):
        _refuse(profile.name, _("incoming and outgoing words belong together"))
    if profile.decimal_mark not in {".", ","}:
        _refuse(profile.name, _("read.decimal_mark is a point or a comma"))
    for form in profile.dates:
        if "%d" not in form or not {"%m", "%b", "%B"} & set(re.findall(r"%\w", form)) or "%Y" not in form:
            _refuse(profile.name, _("{form} has no day, month and year of four figures").format(form=form))
    try:
        if profile.currency:
            currency(profile.currency)
    except MoneyError as error:
        _refuse(profile.name, error.message)


def _refuse(name: str, why: str) -> NoReturn:
    raise ConfigurationError(
        _("The statement profile {name} cannot be used: {why}.").format(name=name, why=why),
        where=name,
        remedy=_("A profile has [columns] with headings and [read] with required, dates and decimal_mark."),
    )


@cache
def built_in_profiles() -> tuple[Profile, ...]:
    """The profiles that come with Workbench."""
    folder = resources.files("workbench.statements") / "profiles"
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name)
    return tuple(profile_from(one.read_text(encoding="utf-8"), one.name.removesuffix(".toml")) for one in files)


def load_profiles(paths: Sequence[Path]) -> tuple[Profile, ...]:
    """The user's own profiles, each a TOML file.

    Raises:
        ConfigurationError: a file is missing, no text, or no profile.
    """
    made = []
    for path in paths:
        try:
            text = path.read_bytes()[:_LARGEST].decode("utf-8-sig")
        except (OSError, UnicodeDecodeError):
            _refuse(path.name, _("there is no such text file in UTF-8"))
        made.append(profile_from(text, path.stem))
    return tuple(made)
