"""Running the server: TLS on loopback, until it is told to stop."""

from __future__ import annotations

import logging
from collections.abc import Callable

import uvicorn

from workbench.server.certificates import Certificates
from workbench.server.guard import Guard

__all__ = ["serve"]

_HOST = "127.0.0.1"


def serve(app: Guard, *, port: int, certificates: Certificates, ready: Callable[[int], None]) -> None:
    """Serve until a signal ends it; ``ready`` is called with the port once questions are answered.

    Raises:
        OSError: the port is taken.
    """
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    config = uvicorn.Config(
        app,
        host=_HOST,
        port=port,
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
    _Server(config, ready).run()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[int], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets=sockets)  # type: ignore[arg-type]
        if self.started:
            self._ready(self.servers[0].sockets[0].getsockname()[1])
