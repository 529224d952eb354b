"""The weights of one pair's comparisons, told field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from workbench.duplicates.compare import FEATURES
from workbench.duplicates.pairs import DUPLICATE_FROM, OTHER_TAX_NUMBER
from workbench.duplicates.reasons import DuplicateReason
from workbench.duplicates.table import NONE, Floats, Table

__all__ = ["WEIGHED", "decide", "explain", "field_weights", "may_be_group"]

_AT = {name: number for number, name in enumerate(FEATURES)}
_SAME_NAME, _CLOSE_NAME = 0.95, 0.75
_WORTH_TELLING = 0.2
_RARE_NAME = 2.0  # log2 of the rows that may have a name for it to be a group's own
_SHARED_FROM = 6  # rows that use one domain, mailbox or number: more often than one firm is typed in

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "name": (
        "name.brand", "name.brand_start", "name.brand_part", "name.sound", "name.bones", "name.full", "name.native",
        "name.words_low", "name.words_high", "name.shared", "name.unshared", "name.rare", "name.initials",
        "name.length", "name.script",
    ),
    "common": ("table.brand_rows", "table.rows"),
    "trade": ("name.trade_same", "name.trade_other", "name.trade_open", "name.common_other"),
    "nation": ("name.place", "name.nation"),
    "tax": ("tax.alike",),
    "mail": ("mail.same", "mail.uses", "mail.local"),
    "domain": ("domain.same", "domain.uses", "domain.alike", "label.brand"),
    "phone": ("phone.same", "phone.uses", "phone.slip"),
    "country": ("country.same", "home.same"),
    "city": ("city.alike",),
    "postcode": ("postcode.alike",),
    "address": ("address.alike", "address.words", "address.number"),
    "contact": ("contact.alike", "contact.word"),
}  # fmt: skip
WEIGHED = tuple(_FIELDS)
"""The fields whose parts ``field_weights`` tells, in its order."""

_FIELD_SUMS = np.array([[float(name in names) for names in _FIELDS.values()] for name in FEATURES], dtype=np.float32)


class _Pair:
    """One pair with its comparisons by name: row ``i`` of one table, row ``j`` of the same or another."""

    def __init__(self, tables: tuple[Table, Table], i: int, j: int, values: Floats) -> None:
        self.a, self.b = tables
        self.i, self.j = i, j
        self._values = values

    def __getitem__(self, name: str) -> float:
        return float(self._values[_AT[name]])

    def shared(self, column: str) -> int:
        """The first number both rows hold, or -1."""
        other = set(getattr(self.b, column)[self.j].tolist()) - {NONE}
        return next((number for number in getattr(self.a, column)[self.i].tolist() if number in other), NONE)

    def texts(self, column: str) -> tuple[str, str]:
        """The two rows' texts in a column."""
        return str(getattr(self.a, column)[self.i]), str(getattr(self.b, column)[self.j])

    def firsts(self, column: str) -> tuple[str, str]:
        """The first mail address or domain of each row."""
        tables = ((self.a, self.i), (self.b, self.j))
        a, b = (table.contact_text(int(getattr(table, column)[row, 0])).lstrip("@") for table, row in tables)
        return a, b

    def names(self) -> tuple[str, str]:
        """The two names as typed."""
        return str(self.a.names[0].text[self.i]), str(self.b.names[0].text[self.j])

    def rows(self, name: str) -> int:
        """A count that is kept as its logarithm."""
        return int(np.rint(2 ** self[name]))


_Found = tuple[str, dict[str, object]] | None


def explain(
    table: Table, pair: tuple[int, int], values: Floats, weights: Floats, other: Table | None = None
) -> list[DuplicateReason]:
    """The reasons of a pair, heaviest first: ``weights`` holds what each field adds, see ``field_weights``."""
    at = _Pair((table, other or table), *pair, values)
    told = []
    for field, weight in zip(_FIELDS, weights.tolist(), strict=True):
        found = _TELL[field](at)
        if found and (abs(weight) >= _WORTH_TELLING or found[0] in _ALWAYS):
            told.append((weight, found))
    told.sort(key=lambda item: (-abs(item[0]), item[1][0]))
    return [DuplicateReason.of(code, **facts, weight=f"{weight:+.1f}") for weight, (code, facts) in told]


def field_weights(contributions: Floats) -> Floats:
    """Pairs x fields: what each field's comparisons add together."""
    return np.asarray(contributions @ _FIELD_SUMS)


_ALWAYS = frozenset({"name.same", "tax.same", "email.same", "domain.same", "phone.same", "country.other", "tax.other"})


def may_be_group(features: Floats) -> NDArray[np.bool_]:
    """Which pairs, one customer or not, look like two companies of one group: one name, and something that differs."""
    value = {name: features[:, number] for name, number in _AT.items()}
    linked = (value["domain.same"] == 1) | (value["mail.same"] == 1) | (value["phone.same"] == 1)
    named = np.maximum(value["name.words_low"], value["name.brand"]) >= _SAME_NAME
    rare = (value["table.brand_rows"] >= 0) & (value["table.brand_rows"] <= _RARE_NAME)
    part = linked & (value["name.words_high"] >= _SAME_NAME)
    # Two firms of one word in two trades, that share nothing else, are many: to suggest a group there needs more.
    rare &= value["name.trade_other"] < 1
    why = _difference(value)
    return np.asarray(((named & (linked | rare)) | part) & (why != ""))


def _difference(value: Mapping[str, Floats]) -> NDArray[np.str_]:
    """What tells two companies of one name apart; empty where nothing does."""
    tax = (value["tax.alike"] >= 0) & (value["tax.alike"] < 0.85)
    checks = [value["country.same"] == 0, tax, value["home.same"] == 0, value["name.trade_other"] >= 1]
    return np.select(checks, ["group.country", "group.tax", "group.country", "group.trade"], "")


def decide(
    p: float, values: Floats, reasons: list[DuplicateReason], *, group: bool
) -> tuple[str, list[DuplicateReason]]:
    """The decision on a pair, and its reasons with what speaks for a group added where that is the decision.

    ``group`` is what ``may_be_group`` says of it.
    """
    other_tax = 0 <= float(values[_AT["tax.alike"]]) < OTHER_TAX_NUMBER
    if p >= DUPLICATE_FROM and not other_tax:
        return "duplicate", reasons
    if not group:
        return "review", reasons
    code = str(_difference({name: values[None, number] for name, number in _AT.items()})[0])
    return "group", [*reasons, DuplicateReason.of(code, weight="–")]


def _name(pair: _Pair) -> _Found:
    if pair["name.words_low"] < 0:
        return None
    a, b = pair.names()
    both: dict[str, object] = {"a": a, "b": b}
    if max(pair["name.words_low"], pair["name.brand"], pair["name.sound"]) >= _SAME_NAME:
        if not pair["name.script"]:
            return "name.letters", both
        return ("name.same", {"name": a}) if pair["name.full"] >= _CLOSE_NAME else ("name.close", both)
    if max(pair["name.words_low"], pair["name.brand"], pair["name.full"], pair["name.native"]) >= _CLOSE_NAME:
        return "name.close", both
    if pair["name.initials"] == 1:
        return "name.initials", both
    if max(pair["name.words_high"], pair["name.brand_part"]) >= _SAME_NAME:
        return "name.part", both
    return "name.other", both


def _common(pair: _Pair) -> _Found:
    count = pair.rows("table.brand_rows") if pair["table.brand_rows"] >= 0 else 0
    return ("name.common", {"count": count}) if count > 2 else None


def _trade(pair: _Pair) -> _Found:
    if pair["name.trade_other"] >= 1 or pair["name.common_other"] >= 1:
        return "trade.other", {}
    return ("trade.same", {}) if pair["name.trade_same"] >= 1 else None


def _nation(pair: _Pair) -> _Found:
    if 0 in (pair["name.nation"], pair["name.place"]):
        return "nation.other", {}
    return ("nation.same", {}) if max(pair["name.nation"], pair["name.place"]) > 0 else None


def _tax(pair: _Pair) -> _Found:
    alike, (a, b) = pair["tax.alike"], pair.texts("tax")
    if alike < 0:
        return None
    if alike == 1:
        return "tax.same", {"value": a}
    return ("tax.close" if alike >= 0.85 else "tax.other"), {"a": a, "b": b}


def _mail(pair: _Pair) -> _Found:
    if pair["mail.same"] == 1:
        return _used("email", pair.a.contact_text(pair.shared("mails")), pair.rows("mail.uses"))
    if pair["mail.local"] >= 0.8:
        a, b = pair.firsts("mails")
        return "email.close", {"a": a, "b": b}
    return None


def _used(code: str, value: str, count: int) -> _Found:
    """Something that is the same, and how many rows use it if they are many."""
    if count >= _SHARED_FROM:
        return code + ".shared", {"value": value, "count": count}
    return code + ".same", {"value": value}


def _domain(pair: _Pair) -> _Found:
    if pair["domain.same"] == 1:
        return _used("domain", pair.a.contact_text(pair.shared("domains")).lstrip("@"), pair.rows("domain.uses"))
    a, b = pair.firsts("domains")
    if pair["domain.same"] == 0:
        return ("domain.close" if pair["domain.alike"] >= 0.9 else "domain.other"), {"a": a, "b": b}
    return ("name.domain", {"domain": a or b}) if pair["label.brand"] >= 0.9 else None


def _phone(pair: _Pair) -> _Found:
    if pair["phone.same"] == 1:
        return _used("phone", f"{pair.shared('phones') % 10_000:04}", pair.rows("phone.uses"))
    if pair["phone.slip"] == 1:
        return "phone.close", {}
    return ("phone.other", {}) if pair["phone.same"] == 0 else None


def _country(pair: _Pair) -> _Found:
    if pair["home.same"] < 0:
        return None
    a, b = pair.a.country_text(int(pair.a.home[pair.i])), pair.b.country_text(int(pair.b.home[pair.j]))
    return ("country.same", {"value": a}) if a == b else ("country.other", {"a": a, "b": b})


def _texts(code: str, feature: str, same: float) -> Callable[[_Pair], _Found]:
    def tell(pair: _Pair) -> _Found:
        a, b = pair.texts(code)
        if pair[feature] < 0:
            return None
        if pair[feature] >= same:
            return code + ".same", {"value": a, "a": a, "b": b}
        return code + ".other", {"a": a, "b": b}

    return tell


_TELL: Mapping[str, Callable[[_Pair], _Found]] = {
    "name": _name,
    "common": _common,
    "trade": _trade,
    "nation": _nation,
    "tax": _tax,
    "mail": _mail,
    "domain": _domain,
    "phone": _phone,
    "country": _country,
    "city": _texts("city", "city.alike", 0.9),
    "postcode": _texts("postcode", "postcode.alike", 0.99),
    "address": _texts("address", "address.words", 0.8),
    "contact": _texts("contact", "contact.alike", 0.8),
}
