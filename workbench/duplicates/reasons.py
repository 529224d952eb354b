"""Why two customer records are, or are not, one customer: each field's part in words, with its weight."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.i18n import _
from workbench.reasons import Reason

__all__ = ["DuplicateReason"]


class DuplicateReason(Reason):
    """A reason of the duplicate scan, told in the reader's language.

    The fact ``weight`` is what the field adds to the log-odds that the two are one customer: +3 makes it twenty times
    likelier, -3 twenty times less likely.
    """

    __slots__ = ()

    @classmethod
    def sentences(cls) -> Mapping[str, str]:
        """The sentence of every code in the current language, with a place for its weight."""
        return {code: sentence + " ({weight})" for code, sentence in _sentences().items()}


def _sentences() -> Mapping[str, str]:
    return {
        "name.same": _("same name: {name}"),
        "name.close": _("names are alike: {a} / {b}"),
        "name.part": _("one name is part of the other: {a} / {b}"),
        "name.other": _("names differ: {a} / {b}"),
        "name.initials": _("one name is the initials of the other: {a} / {b}"),
        "name.letters": _("one name in other letters: {a} / {b}"),
        "name.common": _("{count} rows have a name of this sound"),
        "trade.same": _("both names tell the same trade"),
        "trade.other": _("the names tell different trades"),
        "nation.same": _("both names tell the same place"),
        "nation.other": _("the names tell different places"),
        "tax.same": _("same tax number {value}"),
        "tax.close": _("tax numbers differ in one place: {a} / {b}"),
        "tax.other": _("different tax numbers: {a} / {b}"),
        "email.same": _("same mail address {value}"),
        "email.shared": _("same mail address {value}, which {count} rows use"),
        "email.close": _("mail addresses are alike: {a} / {b}"),
        "domain.same": _("same mail or web domain {value}"),
        "domain.shared": _("same domain {value}, which {count} records use"),
        "domain.close": _("domains are alike: {a} / {b}"),
        "domain.other": _("different domains: {a} / {b}"),
        "name.domain": _("one's name is the other's mail or web domain: {domain}"),
        "phone.same": _("same telephone number, ending in {value}"),
        "phone.shared": _("same telephone number, ending in {value}, which {count} rows use"),
        "phone.close": _("telephone numbers differ in one digit"),
        "phone.other": _("different telephone numbers"),
        "country.same": _("same country {value}"),
        "country.other": _("different countries: {a} / {b}"),
        "city.same": _("same city {value}"),
        "city.other": _("different cities: {a} / {b}"),
        "postcode.same": _("same postcode {value}"),
        "postcode.other": _("different postcodes: {a} / {b}"),
        "address.same": _("addresses are alike: {a} / {b}"),
        "address.other": _("different addresses: {a} / {b}"),
        "contact.same": _("same contact person {value}"),
        "contact.other": _("different contact persons: {a} / {b}"),
        "column.same": _("same {column}: {value}"),
        "column.close": _("{column} is alike: {a} / {b}"),
        "column.other": _("{column} differs: {a} / {b}"),
        "link.both": _("both are like {id}"),
        "group.country": _("the same name in two countries may be two companies of one group"),
        "group.tax": _("two tax numbers under one name may be two companies of one group"),
        "group.trade": _("one name in two trades may be two companies of one group"),
        "alone.word": _("nothing but the name speaks for it, and names differ in a word that many names have"),
        "cluster.bridge": _("the only link between two groups of records"),
        "decision.person": _("decided by a person"),
        "decision.hand": _("put together by a person"),
    }
