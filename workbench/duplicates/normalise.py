"""A customer row as typed becomes a record that can be compared: folded, split, and without what says nothing."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

from rapidfuzz.distance import OSA

__all__ = [
    "LONGEST_TEXT",
    "calling_country",
    "company_domain",
    "country_code",
    "cut_remark",
    "data_lines",
    "domain_label",
    "emails_of",
    "fold",
    "host_of",
    "name_tokens",
    "nation_of",
    "phone_numbers",
    "tax_number",
    "words_and_form",
]

LONGEST_TEXT = 500
"""Characters that are read of a cell: no name or address is longer, and hostile cells stay cheap."""

_EMAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
_DOTTED = re.compile(r"\b(?:\w[./]){1,}\w\b\.?")
_BRACKET = re.compile(r"\s[(（][^)）]*[)）]\s*$|\s-\s[^-]*$")  # a remark typed behind the name
_NOT_WORD = re.compile(r"[\W_]+")
_EXTENSION = re.compile(r"(?:ext|extension|分机|доб)\.?\s*\d+", re.IGNORECASE)
_PLACEHOLDER_MAIL = re.compile(
    r"(?:none|no|na|n\.a|test|noemail|nomail|no-?reply|unknown|example|xxx+|abc|aaa+|email|mail)@"
    r"|.*@(?:none|no|test|example|xxx+|abc|aaa+|email|unknown|nomail|noemail)\."
)
_TAX_WORDS = re.compile(r"^(?:VAT|TAX|TIN|ID|NO|NUMBER|REG|NIF|CIF|EIN|GST|USTID|UID|NIP|INN|ИНН|税号)+(?=.*\d)")
_INTERNATIONAL = re.compile(r"\D*?(?:\+|\b00)\s*([\d .()/-]{3,})")
_BETWEEN_PHONES = re.compile(r"\s+/\s+|[;,|\n]")
_SCRIPTS_WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# Labels before these in a domain name are the registrant's own: acme.com.br, acme.co.uk.
_SECOND_LEVEL = frozenset({"com", "co", "net", "org", "gov", "edu", "ac", "or", "ne", "gob", "web"})


def data_lines(name: str) -> list[str]:
    """The lines of a word list that comes with the package, without its comments."""
    text = (files("workbench.duplicates") / "data" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@cache
def _legal_forms() -> tuple[frozenset[tuple[str, ...]], tuple[str, ...]]:
    """Forms as word sequences, and those that are written without a space before them (longest first)."""
    forms = [tuple(line.split()) for line in data_lines("legal_forms.txt")]
    joined = [
        form[0] for form in forms if len(form) == 1 and len(form[0]) > 1 and _SCRIPTS_WITHOUT_SPACES.search(form[0])
    ]
    return frozenset(forms), tuple(sorted(joined, key=lambda form: (-len(form), form)))


@cache
def _free_mail() -> frozenset[str]:
    return frozenset(data_lines("free_mail.txt"))


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
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", "".join(letter for letter in decomposed if not "\u0300" <= letter <= "\u036f"))


def _words(text: str) -> list[str]:
    """Folded words; ``S.A. de C.V.`` gives sa, de, cv and ``A/S`` gives as."""
    joined = _DOTTED.sub(lambda match: re.sub(r"[./]", "", match.group()), fold(text).replace("&", " and "))
    return _NOT_WORD.sub(" ", re.sub(r"[\"'’״׳`]", "", joined)).split()


def cut_remark(name: str) -> str:
    """A name as typed without a remark in brackets, or behind a dash, at its end."""
    return _BRACKET.sub(" ", name[:LONGEST_TEXT])


def words_and_form(name: str) -> tuple[list[str], str]:
    """The folded words of a name without its legal form (all of them where nothing else is left), and that form."""
    words = _words(name[:LONGEST_TEXT])
    own = _without_forms(words)
    if not own:
        return words, ""
    whole, left = "".join(words), "".join(own)
    return own, whole.replace(left, "", 1) if left in whole else ""


def name_tokens(name: str) -> tuple[str, ...]:
    """The words of a company's name without its legal form and a remark in brackets behind it, Cyrillic and Greek in Latin letters.

    A name that is nothing but legal forms keeps its words.
    """
    words = _without_forms(_words(cut_remark(name))) or _words(name[:LONGEST_TEXT])
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


@lru_cache(maxsize=50_000)
def country_code(text: str) -> str:
    """ISO alpha-2 of a country written as code or name in one of many languages; empty when it is none."""
    plain = " ".join(unicodedata.normalize("NFKC", text).casefold().replace(".", " ").split())
    known = _countries()
    without_bracket = re.sub(r"\s*\(.*\)$", "", plain)
    return known.get(plain) or known.get(plain.replace(",", "")) or known.get(without_bracket) or ""


def domain_label(domain: str) -> str:
    """The label that is the registrant's own: ``acme`` of ``mail.acme.com.br`` is not told apart from ``acme.com``."""
    labels = domain.split(".")[:-1]
    while len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
        labels.pop()
    return labels[-1].replace("-", "") if labels else ""


def emails_of(text: str) -> list[str]:
    """Mail addresses in a text, lower case, without placeholders."""
    found = (match.group().casefold() for match in _EMAIL.finditer(text[:LONGEST_TEXT]))
    return [mail for mail in found if not _PLACEHOLDER_MAIL.match(mail)]


def company_domain(host: str) -> str:
    """A host as it names a company; empty for mail providers that anybody can use, and for slips in their names."""
    host = host.removeprefix("www.")
    return "" if _is_free(host) else host


@lru_cache(maxsize=200_000)
def _is_free(host: str) -> bool:
    known = _free_mail()
    if host in known or host.replace(".con", ".com") in known:
        return True
    same_length = (one for one in _common_free_mail() if one[0] == host[:1] and abs(len(one) - len(host)) <= 1)
    return any(OSA.distance(one, host, score_cutoff=1) <= 1 for one in same_length)


@cache
def _common_free_mail() -> tuple[str, ...]:
    """Providers with names long enough that a slip in one is not another company's domain."""
    return tuple(sorted(one for one in _free_mail() if len(one.partition(".")[0]) >= 5))


def host_of(text: str) -> str:
    """The host of a web address as typed."""
    host = re.sub(r"^[a-z]+:/*", "", text[:LONGEST_TEXT].strip().casefold()).split("/")[0].split("?")[0]
    host = host.removeprefix("www.")
    return host if re.fullmatch(r"[\w-]+(\.[\w-]+)+", host) else ""


def tax_number(text: str) -> str:
    """Letters and digits of a tax number without words and the country before it; empty for a placeholder."""
    plain = _TAX_WORDS.sub("", _NOT_WORD.sub("", unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).upper()))
    digits = re.sub(r"\D", "", plain)
    if len(digits) < 6 or len(set(digits)) < 3 or digits in "01234567890123456789":
        return ""
    return re.sub(r"^(?:ATU|CHE|[A-Z]{2})(?=[0-9A-Z]{7,}$)", "", plain)


def phone_numbers(text: str) -> list[str]:
    """The last eight digits of each telephone number in a text: where countries and trunk prefixes no longer differ."""
    found = []
    plain = _EXTENSION.sub("", unicodedata.normalize("NFKC", text[:LONGEST_TEXT]))
    for part in _BETWEEN_PHONES.split(plain):
        digits = re.sub(r"\D", "", part)
        if 7 <= len(digits) <= 18 and len(set(digits)) > 2 and digits not in "01234567890123456789":
            found.append(digits[-8:])
    return found


@lru_cache(maxsize=200_000)
def nation_of(word: str) -> str:
    """The country that a word of a name names, as ISO alpha-2; empty for codes, which are words as well."""
    if len(word) < 4 and word.isascii() and word not in {"uk", "usa", "uae"}:
        return ""
    return _countries().get(word, "")


@cache
def _calling_codes() -> dict[str, str]:
    return dict(line.split() for line in data_lines("calling_codes.txt"))


def calling_country(text: str) -> str:
    """The country that a telephone number with an international prefix belongs to."""
    found = _INTERNATIONAL.match(unicodedata.normalize("NFKC", text[:LONGEST_TEXT]))
    if not found:
        return ""
    digits = re.sub(r"\D", "", found.group(1))
    return _calling_codes().get(digits[:3]) or _calling_codes().get(digits[:2]) or ""
