"""Why a request is refused."""

from __future__ import annotations

from workbench.errors import WorkbenchError

__all__ = ["BadRequest", "TooMuch"]


class BadRequest(WorkbenchError, ValueError):
    """A request that no page of ours sends."""

    code = "server.bad-request"


class TooMuch(WorkbenchError, ValueError):
    """A request that asks for more than one request may."""

    code = "server.too-much"
