"""Running the server: TLS on loopback, until it is told to stop."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable

import uvicorn

from workbench.server.certificates import Certificates
from workbench.server.guard import Guard

__all__ = ["serve"]

_HOST = "127.0.0.1"


def serve(app: Guard, *, port: int, certificates: Certificates, ready: Callable[[], None]) -> None:
    """Serve until a signal ends it; ``ready`` is called once questions are answered.

    Raises:
        OSError: the port is taken.
    """
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    config = uvicorn.Config(
        app,
        ssl_certfile=certificates.certificate,
        ssl_keyfile=certificates.key,
        access_log=False,
        server_header=False,
        limit_concurrency=256,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=3,
        log_config=None,
        ws="none",
    )
    with _bound(port) as listening:
        _Server(config, ready).run(sockets=[listening])


def _bound(port: int) -> socket.socket:
    """A socket on the port that nobody else has or can take."""
    # With the protocol named, or asyncio would not send small answers at once.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "nt":
            made.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_EXCLUSIVEADDRUSE"), 1)  # noqa: B009 - Windows only
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((_HOST, port))
        made.listen(128)
    except OSError:
        made.close()
        raise
    return made


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, and tell that it has begun."""
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()
