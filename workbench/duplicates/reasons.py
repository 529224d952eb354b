"""Why two customer records are, or are not, one customer."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.i18n import _
from workbench.reasons import Reason

__all__ = ["DuplicateReason"]


class DuplicateReason(Reason):
    """A reason of the duplicate scan, told in the reader's language."""

    __slots__ = ()

    @classmethod
    def sentences(cls) -> Mapping[str, str]:
        """The sentence of every code in the current language."""
        return {
            "name.same": _("same name: {name}"),
            "name.close": _("names are alike: {a} / {b}"),
            "name.part": _("one name is part of the other: {a} / {b}"),
            "name.other": _("names differ: {a} / {b}"),
            "name.initials": _("one name is the initials of the other: {a} / {b}"),
            "name.domain": _("one's name is the other's mail or web domain: {domain}"),
            "tax.same": _("same tax number {value}"),
            "tax.other": _("different tax numbers: {a} / {b}"),
            "email.same": _("same mail address {value}"),
            "domain.same": _("same mail or web domain {value}"),
            "domain.shared": _("same domain {value}, which {count} records use"),
            "domain.other": _("different domains: {a} / {b}"),
            "phone.same": _("same telephone number, ending in {value}"),
            "country.same": _("same country {value}"),
            "country.other": _("different countries: {a} / {b}"),
            "city.same": _("same city {value}"),
            "postcode.same": _("same postcode {value}"),
            "address.same": _("addresses are alike: {a} / {b}"),
            "contact.same": _("same contact person {value}"),
            "group.country": _("the same name in two countries may be two companies of one group"),
            "group.tax": _("two tax numbers under one name may be two companies of one group"),
        }
