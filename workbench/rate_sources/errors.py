"""What can go wrong with a rate source: each reason is its own class with a stable code.

``where`` of these errors is the address asked (never with a key in it) or a place in the answer; a failing source
yields nothing at all, so that half an answer is never taken for a whole one.
"""

from __future__ import annotations

from workbench.errors import ConfigurationError, SourceError

__all__ = [
    "KeyMissing",
    "ProviderMissing",
    "RateRefused",
    "SourceEmpty",
    "SourceHostile",
    "SourceLeftPath",
    "SourceMissing",
    "SourceNotData",
    "SourceOverloaded",
    "SourceRefused",
    "SourceTimeout",
    "SourceTooLarge",
    "SourceTruncated",
    "SourceUnexpected",
    "SourceUnknown",
    "SourceUnreachable",
]


class SourceTimeout(SourceError):
    """The source did not answer in full within the time allowed."""

    code = "source.timeout"


class SourceUnreachable(SourceError):
    """No connection to the source: no such host, no network, a certificate that does not hold."""

    code = "source.unreachable"


class SourceRefused(SourceError):
    """The source answered that this request is not allowed: 401, 403, or too many requests."""

    code = "source.refused"


class SourceMissing(SourceError):
    """The source has nothing at that address: not published yet, or the address has changed."""

    code = "source.missing"


class SourceOverloaded(SourceError):
    """The source reports a fault of its own (5xx), again after several tries."""

    code = "source.overloaded"


class SourceLeftPath(SourceError):
    """The source sends the request elsewhere: to another kind of address, in a circle, or into this machine."""

    code = "source.redirect"


class SourceEmpty(SourceError):
    """The answer is there but holds nothing."""

    code = "source.empty"


class SourceNotData(SourceError):
    """The answer is a web page or another thing than the data asked for."""

    code = "source.not-data"


class SourceTruncated(SourceError):
    """The answer ends before its end."""

    code = "source.truncated"


class SourceTooLarge(SourceError):
    """The answer is larger than any honest one, as sent or when unpacked."""

    code = "source.too-large"


class SourceUnexpected(SourceError):
    """The answer is data, but not in the form this source is known for."""

    code = "source.unexpected-shape"


class SourceHostile(SourceError):
    """The answer has parts that no rate table needs and that can do harm: entities, endless nesting, repeated names."""

    code = "source.hostile"


class RateRefused(SourceError):
    """The answer holds a rate that cannot be one: zero, negative, not a number, out of all range."""

    code = "source.bad-rate"


class SourceUnknown(ConfigurationError):
    """No source of that name is installed."""

    code = "configuration.unknown-source"


class KeyMissing(ConfigurationError):
    """The source needs an access key and none was given."""

    code = "configuration.key-missing"


class ProviderMissing(ConfigurationError):
    """A collector of other institutions' rates was asked without naming one institution."""

    code = "configuration.provider-missing"
