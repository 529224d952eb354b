"""A customer row as typed becomes a record that can be compared: folded, split, and without what says nothing."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["COLUMNS", "Name", "Record", "country_code", "fold", "name_tokens", "record_of"]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("legal_name", "company_name", "name", "customer", "公司名称", "客户名称"),
    "local_name": ("local_name", "latin_name"),
    "country": ("country", "国家"),
    "city": ("city", "城市"),
    "address": ("address", "地址"),
    "postcode": ("postcode", "zip", "邮编"),
    "tax_id": ("tax_id", "vat_id", "税号"),
    "email": ("email", "e_mail", "邮箱"),
    "phone": ("phone", "mobile", "telephone", "tel", "电话", "手机"),
    "website": ("website", "url", "网址"),
    "contact": ("contact_person", "contact", "联系人"),
}
"""Field and the columns it is read from; a caller's own mapping goes before. All that are filled are used."""

LONGEST_TEXT = 500
"""Characters that are read of a cell: no name or address is longer, and hostile cells stay cheap."""

_EMAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
_DOTTED = re.compile(r"\b(?:\w[./]){1,}\w\b\.?")
_BRACKET = re.compile(r"\s[(（][^)）]*[)）]\s*$|\s-\s[^-]*$")  # a remark typed behind the name
_NOT_WORD = re.compile(r"[\W_]+")
_EXTENSION = re.compile(r"(?:ext|extension|分机|доб)\.?\s*\d+", re.IGNORECASE)
_PLACEHOLDER_MAIL = ("none@", "test@", "noemail@", "no@", "na@", "example@")
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "herr", "frau"})
_SCRIPTS_WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# Labels before these in a domain name are the registrant's own: acme.com.br, acme.co.uk.
_SECOND_LEVEL = frozenset({"com", "co", "net", "org", "gov", "edu", "ac", "or", "ne", "gob", "web"})


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a customer: as typed, its words (see ``name_tokens``), and the words written together."""

    text: str
    tokens: tuple[str, ...]
    compact: str

    @classmethod
    def of(cls, text: str) -> Name:
        """The comparable form of a name as typed."""
        tokens = name_tokens(text)
        return cls(text, tokens, "".join(tokens))


@dataclass(frozen=True, slots=True)
class Record:
    """One customer row, ready to compare. Empty where the row says nothing (or a placeholder)."""

    id: str
    names: tuple[Name, ...]  # the legal name, and the local name where it differs
    country: str  # ISO 3166-1 alpha-2
    city: str
    address: tuple[str, ...]
    postcode: str
    tax_id: str  # letters and digits
    emails: frozenset[str]
    domains: frozenset[str]  # without the domains anybody can have an address at
    phones: frozenset[str]  # last eight digits
    contact: frozenset[str]

    @property
    def words(self) -> frozenset[str]:
        """The words of all its names."""
        return frozenset(word for name in self.names for word in name.tokens)


def _lines(name: str) -> list[str]:
    text = (files("workbench.duplicates") / "data" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@cache
def _legal_forms() -> tuple[frozenset[tuple[str, ...]], tuple[str, ...]]:
    """Forms as word sequences, and those that are written without a space before them (longest first)."""
    forms = [tuple(line.split()) for line in _lines("legal_forms.txt")]
    joined = [
        form[0] for form in forms if len(form) == 1 and len(form[0]) > 1 and _SCRIPTS_WITHOUT_SPACES.search(form[0])
    ]
    return frozenset(forms), tuple(sorted(joined, key=lambda form: (-len(form), form)))


@cache
def _free_mail() -> frozenset[str]:
    return frozenset(_lines("free_mail.txt"))


@cache
def _letters() -> dict[int, str]:
    tables = json.loads((files("workbench.duplicates") / "data" / "scripts.json").read_text(encoding="utf-8"))
    return {ord(letter): latin for table in tables.values() for letter, latin in table.items()}


@cache
def _countries() -> dict[str, str]:
    table = json.loads((files("workbench.duplicates") / "data" / "countries.json").read_text(encoding="utf-8"))
    return {name: code for code, names in table.items() for name in (code.casefold(), *names)}


def fold(text: str) -> str:
    """NFKC, lower case, Latin, Greek and Cyrillic letters without marks; other scripts keep theirs."""
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", "".join(letter for letter in decomposed if not "\u0300" <= letter <= "\u036f"))


def _words(text: str) -> list[str]:
    """Folded words; ``S.A. de C.V.`` gives sa, de, cv and ``A/S`` gives as."""
    joined = _DOTTED.sub(lambda match: re.sub(r"[./]", "", match.group()), fold(text).replace("&", " and "))
    return _NOT_WORD.sub(" ", re.sub(r"[\"'’״׳`]", "", joined)).split()


def name_tokens(name: str) -> tuple[str, ...]:
    """The words of a company's name without its legal form and a remark in brackets behind it, Cyrillic and Greek in Latin letters.

    A name that is nothing but legal forms keeps its words.
    """
    name = name[:LONGEST_TEXT]
    words = _without_forms(_words(_BRACKET.sub(" ", name))) or _words(name)
    return tuple(word.translate(_letters()) or word for word in words if word != "and")


def _without_forms(words: list[str]) -> list[str]:
    forms, joined = _legal_forms()
    left = [_cut_joined(word, joined) for word in words]
    left = [word for word in left if word]
    changed = True
    while changed and left:
        changed = False
        for size in range(min(6, len(left)), 0, -1):
            if tuple(left[-size:]) in forms:
                left, changed = left[:-size], True
                break
            if size < len(left) and tuple(left[:size]) in forms:
                left, changed = left[size:], True
                break
    return left


def _cut_joined(word: str, joined: tuple[str, ...]) -> str:
    if not _SCRIPTS_WITHOUT_SPACES.search(word):
        return word
    for form in joined:
        if word == form:
            return ""
        if word.endswith(form):
            return word[: -len(form)]
        if word.startswith(form):
            return word[len(form) :]
    return word


def country_code(text: str) -> str:
    """ISO alpha-2 of a country written as code or name in one of many languages; empty when it is none."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().replace(".", " ").split())
    known = _countries()
    without_bracket = re.sub(r"\s*\(.*\)$", "", plain)
    return known.get(plain) or known.get(plain.replace(",", "")) or known.get(without_bracket) or ""


def record_of(row: Mapping[str, object], id_: str, columns: Mapping[str, str] | None = None) -> Record:
    """The comparable record of a row; ``columns`` names the row's own column for a field of ``COLUMNS``."""
    own = columns or {}

    def texts(field: str) -> list[str]:
        names = (own[field],) if field in own else COLUMNS[field]
        return [str(row[name])[:LONGEST_TEXT].strip() for name in names if row.get(name) not in (None, "")]

    names = [Name.of(text) for text in (*texts("name")[:1], *texts("local_name"))]
    emails = {match.group().casefold() for text in texts("email") for match in _EMAIL.finditer(text)}
    emails = {mail for mail in emails if not mail.startswith(_PLACEHOLDER_MAIL)}
    hosts = {mail.rpartition("@")[2] for mail in emails} | {_host(text) for text in texts("website")}
    return Record(
        id=id_,
        names=tuple({name.compact: name for name in reversed(names) if name.compact}.values())[::-1],
        country=next(filter(None, map(country_code, texts("country"))), ""),
        city=" ".join(_words(" ".join(texts("city")[:1]))),
        address=tuple(_words(" ".join(texts("address")[:1]))),
        postcode="".join(_words(" ".join(texts("postcode")[:1]))),
        tax_id=_tax_id(" ".join(texts("tax_id")[:1])),
        emails=frozenset(emails),
        domains=frozenset(host for host in hosts if host and host not in _free_mail()),
        phones=frozenset(number for text in texts("phone") for number in _numbers(text)),
        contact=frozenset(word for text in texts("contact") for word in _words(text) if word not in _TITLES),
    )


def domain_label(domain: str) -> str:
    """The label that is the registrant's own: ``acme`` of ``mail.acme.com.br`` is not told apart from ``acme.com``."""
    labels = domain.split(".")[:-1]
    while len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    return labels[-1].replace("-", "") if labels else ""


def _host(text: str) -> str:
    host = re.sub(r"^[a-z]+://", "", text.strip().casefold()).split("/")[0].split("?")[0]
    host = host.removeprefix("www.")
    return host if re.fullmatch(r"[\w-]+(\.[\w-]+)+", host) else ""


def _tax_id(text: str) -> str:
    plain = _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).upper())
    digits = re.sub(r"\D", "", plain)
    if len(digits) < 6 or len(set(digits)) < 3:
        return ""
    return re.sub(r"^[A-Z]{2}(?=[0-9A-Z]{7,}$)", "", plain)


def _numbers(text: str) -> list[str]:
    found = []
    for part in re.split(r"\s+/\s+|[;,|]", _EXTENSION.sub("", unicodedata.normalize("NFKC", text))):
        digits = re.sub(r"\D", "", part)
        if len(digits) >= 7 and len(set(digits)) > 2 and digits not in "01234567890123456789":
            found.append(digits[-8:])
    return found
