"""How sure two records are one customer: evidence for and against, added up with documented weights."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from workbench.duplicates.normalise import Name, Record, domain_label
from workbench.duplicates.reasons import DuplicateReason

__all__ = ["WEIGHTS", "Corpus", "Verdict", "judge"]

WEIGHTS: Mapping[str, float] = {
    # Points of log-odds, set by hand: what an experienced clerk would give, checked against a made-up register.
    "prior": -7.0,
    "name": 8.0,  # times likeness (0 to 1) of the names, squared
    "name.unread": 3.9,  # names in two scripts cannot be compared: what is otherwise there decides
    "tax.same": 7.0,
    "tax.other": -4.0,
    "email.same": 4.0,
    "domain.same": 4.0,
    "domain.shared": 1.0,
    "domain.other": -1.0,
    "name.domain": 3.0,
    "phone.same": 4.5,
    "country.same": 0.5,
    "country.other": -5.0,
    "city.same": 0.5,
    "postcode.same": 1.5,
    "address.same": 2.0,
    "contact.same": 1.0,
}
DUPLICATE_FROM = Decimal("0.75")
REVIEW_FROM = Decimal("0.35")
_SAME_NAME = 0.93
_CLOSE_NAME = 0.72
_SHARED_FROM = 6  # records that use one domain, address or number: more often than one firm is typed in


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is common among the records at hand."""

    records: int
    tokens: Mapping[str, int]
    contacts: Mapping[str, int]  # records that use a domain, mail address or telephone number

    @classmethod
    def of(cls, records: Sequence[Record]) -> Corpus:
        """Counts over all records."""
        return cls(
            len(records),
            Counter(word for record in records for word in record.words),
            Counter(one for record in records for one in record.domains | record.emails | record.phones),
        )

    def weight(self, token: str) -> float:
        """How much a word tells: the square of the logarithm of how rare it is, so that a brand outweighs its trade."""
        return math.log((self.records + 2) / (self.tokens.get(token, 0) + 1)) ** 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """Score (0 to 1, four places), decision and reasons for one pair."""

    score: Decimal
    decision: str
    reasons: tuple[DuplicateReason, ...]


@dataclass(frozen=True, slots=True)
class _Evidence:
    points: float
    reason: DuplicateReason | None = None


def judge(a: Record, b: Record, corpus: Corpus) -> Verdict:
    """Weigh one pair; the same whichever record comes first."""
    a, b = sorted((a, b), key=lambda record: record.id)
    found = [_name(a, b, corpus)]
    found += [one for rule in _COUNTING_RULES if (one := rule(a, b, corpus))]
    found += [one for rule in _RULES if (one := rule(a, b))]
    total = WEIGHTS["prior"] + sum(one.points for one in found)
    score = Decimal(f"{1 / (1 + math.exp(-max(-30.0, min(30.0, total)))):.4f}")
    reasons = tuple(one.reason for one in found if one.reason)
    return _decide(score, reasons)


def _decide(score: Decimal, reasons: tuple[DuplicateReason, ...]) -> Verdict:
    """Same name but another country or tax number: perhaps one group, never merged without a person."""
    codes = {reason.code for reason in reasons}
    related = codes & {"name.same", "domain.same", "domain.shared", "email.same", "phone.same"}
    for against, why in (("country.other", "group.country"), ("tax.other", "group.tax")):
        if against in codes and related and "tax.same" not in codes:
            return Verdict(score, "group", (*reasons, DuplicateReason(why)))
    if score >= DUPLICATE_FROM:
        return Verdict(score, "duplicate", reasons)
    return Verdict(score, "review" if score >= REVIEW_FROM else "apart", reasons)


def _name(a: Record, b: Record, corpus: Corpus) -> _Evidence:
    """The best that any of one record's names and any of the other's have in common."""
    if not a.names or not b.names:
        return _Evidence(0.0)
    found = [
        _names(one, other, corpus)
        for one in a.names
        for other in b.names
        if _script(one.compact) == _script(other.compact)
    ]
    return max(found, key=lambda evidence: evidence.points, default=_Evidence(WEIGHTS["name.unread"]))


def _names(a: Name, b: Name, corpus: Corpus) -> _Evidence:
    likeness, part = _likeness(a, b, corpus)
    names = {"a": a.text, "b": b.text}
    if likeness >= _SAME_NAME:
        return _Evidence(WEIGHTS["name"] * likeness**2, DuplicateReason.of("name.same", name=a.text))
    if likeness >= _CLOSE_NAME:
        return _Evidence(WEIGHTS["name"] * likeness**2, DuplicateReason.of("name.close", **names))
    if part >= _SAME_NAME:
        middle = (likeness + 0.85) / 2
        return _Evidence(WEIGHTS["name"] * middle**2, DuplicateReason.of("name.part", **names))
    if _initials(a, b) or _initials(b, a):
        return _Evidence(WEIGHTS["name"] * 0.4, DuplicateReason.of("name.initials", **names))
    return _Evidence(WEIGHTS["name"] * likeness**2, DuplicateReason.of("name.other", **names))


def _likeness(a: Name, b: Name, corpus: Corpus) -> tuple[float, float]:
    """Likeness of two names, and how far one is contained in the other."""
    written_together = fuzz.ratio(a.compact, b.compact) / 100
    if a.compact == b.compact:
        return 1.0, 1.0
    found_a, all_a = _found(a.tokens, b.tokens, corpus)
    found_b, all_b = _found(b.tokens, a.tokens, corpus)
    by_words = (found_a + found_b) / (all_a + all_b)
    part = max(found_a / all_a, found_b / all_b)
    return max(by_words, written_together if written_together >= 0.92 else 0.0), part


def _found(tokens: Sequence[str], others: Sequence[str], corpus: Corpus) -> tuple[float, float]:
    found = total = 0.0
    for token in tokens:
        weight = corpus.weight(token)
        total += weight
        found += weight * max(_word_likeness(token, other) for other in others)
    return found, total


@lru_cache(maxsize=1 << 18)
def _word_likeness(a: str, b: str) -> float:
    if a == b:
        return 1.0
    short, long = sorted((a, b), key=len)
    if len(short) >= 3 and long.startswith(short):
        return 0.9
    if len(short) >= 4 and short[0] == long[0] and _consonants(short) == _consonants(long):
        return 0.85
    if len(short) >= 4 and DamerauLevenshtein.distance(short, long, score_cutoff=2) <= len(short) // 4:
        return 0.85
    if len(short) >= 3 and not short.isascii():
        alike = fuzz.ratio(short, long) / 100
        return alike if alike >= 0.6 else 0.0
    return 0.0


@lru_cache(maxsize=1 << 16)
def _consonants(word: str) -> str:
    return word[0] + "".join(letter for letter in word[1:] if letter not in "aeiouy")


def _initials(short: Name, long: Name) -> bool:
    return len(long.tokens) >= 3 and short.tokens[0] == "".join(token[0] for token in long.tokens)


@lru_cache(maxsize=1 << 16)
def _script(text: str) -> str:
    """Names in Latin letters (Cyrillic and Greek were transliterated), or in the script of their first other letter."""
    for letter in text:
        if not letter.isascii() and letter.isalpha():
            code = ord(letter)
            if code >= 0x3400:
                return "hangul" if 0xAC00 <= code <= 0xD7AF else "han"
            if 0x3040 <= code <= 0x30FF:
                return "han"
            if code >= 0x0590:
                return str(code // 0x80)
    return "latin"


def _tax(a: Record, b: Record) -> _Evidence | None:
    if not a.tax_id or not b.tax_id:
        return None
    if a.tax_id == b.tax_id:
        return _Evidence(WEIGHTS["tax.same"], DuplicateReason.of("tax.same", value=a.tax_id))
    if DamerauLevenshtein.distance(a.tax_id, b.tax_id, score_cutoff=1) <= 1:
        return None  # a slip of the pen, or a sister company's next number: says nothing
    return _Evidence(WEIGHTS["tax.other"], DuplicateReason.of("tax.other", a=a.tax_id, b=b.tax_id))


def _mail_and_web(a: Record, b: Record, corpus: Corpus) -> _Evidence | None:
    mails = sorted(a.emails & b.emails)
    domains = sorted(a.domains & b.domains, key=lambda domain: (corpus.contacts[domain], domain))
    if mails and not (domains and corpus.contacts[domains[0]] >= _SHARED_FROM):
        return _Evidence(WEIGHTS["email.same"], DuplicateReason.of("email.same", value=mails[0]))
    if domains:
        users = corpus.contacts[domains[0]]
        code = "domain.shared" if users >= _SHARED_FROM else "domain.same"
        facts = {"count": users} if code == "domain.shared" else {}
        return _Evidence(WEIGHTS[code], DuplicateReason.of(code, value=domains[0], **facts))
    if not a.domains or not b.domains:
        return _named_by_domain(a, b) or _named_by_domain(b, a)
    labels_a, labels_b = ({domain_label(domain) for domain in record.domains} for record in (a, b))
    if labels_a & labels_b:
        return None
    return _Evidence(WEIGHTS["domain.other"], DuplicateReason.of("domain.other", a=min(a.domains), b=min(b.domains)))


def _named_by_domain(a: Record, b: Record) -> _Evidence | None:
    """A record whose name cannot be compared may still be named by the other's domain."""
    scripts_a, scripts_b = ({_script(name.compact) for name in record.names} for record in (a, b))
    if scripts_a & scripts_b:
        return None
    for domain in sorted(b.domains):
        label = domain_label(domain)
        if len(label) >= 5 and any(name.compact.startswith(label) for name in a.names):
            return _Evidence(WEIGHTS["name.domain"], DuplicateReason.of("name.domain", domain=domain))
    return None


def _phone(a: Record, b: Record, corpus: Corpus) -> _Evidence | None:
    for one in sorted(a.phones):
        for other in sorted(b.phones):
            if one[-7:] == other[-7:] and max(corpus.contacts[one], corpus.contacts[other]) < _SHARED_FROM:
                return _Evidence(WEIGHTS["phone.same"], DuplicateReason.of("phone.same", value=one[-4:]))
    return None


def _country(a: Record, b: Record) -> _Evidence | None:
    if not a.country or not b.country:
        return None
    if a.country == b.country:
        return _Evidence(WEIGHTS["country.same"], DuplicateReason.of("country.same", value=a.country))
    return _Evidence(WEIGHTS["country.other"], DuplicateReason.of("country.other", a=a.country, b=b.country))


def _city(a: Record, b: Record) -> _Evidence | None:
    if a.city and a.city == b.city:
        return _Evidence(WEIGHTS["city.same"], DuplicateReason.of("city.same", value=a.city))
    return None


def _postcode(a: Record, b: Record) -> _Evidence | None:
    if a.postcode and a.postcode == b.postcode:
        return _Evidence(WEIGHTS["postcode.same"], DuplicateReason.of("postcode.same", value=a.postcode))
    return None


def _address(a: Record, b: Record) -> _Evidence | None:
    if not a.address or not b.address:
        return None
    one, other = " ".join(a.address), " ".join(b.address)
    house_numbers = [{word for word in record.address if word.isdigit()} for record in (a, b)]
    if house_numbers[0] & house_numbers[1] and fuzz.token_set_ratio(one, other) >= 85:
        return _Evidence(WEIGHTS["address.same"], DuplicateReason.of("address.same", a=one, b=other))
    return None


def _contact(a: Record, b: Record) -> _Evidence | None:
    common = sorted(word for word in a.contact & b.contact if len(word) >= 3)
    if common:
        return _Evidence(WEIGHTS["contact.same"], DuplicateReason.of("contact.same", value=" ".join(common)))
    return None


_RULES: tuple[Callable[[Record, Record], _Evidence | None], ...] = (
    _tax,
    _country,
    _city,
    _postcode,
    _address,
    _contact,
)
_COUNTING_RULES: tuple[Callable[[Record, Record, Corpus], _Evidence | None], ...] = (_mail_and_web, _phone)
