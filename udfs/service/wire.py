"""How the two sides speak: frames of JSON, and a proof of the shared secret by each side.

Standard library only, Python 3.8 or later: it is carried along into LibreOffice.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import socket
import struct
from pathlib import Path
from typing import Any

__all__ = [
    "LONGEST",
    "TOKEN_BYTES",
    "WireError",
    "prove_as_client",
    "prove_as_server",
    "receive",
    "send",
    "state_folder",
]

LONGEST = 64 * 1024 * 1024
"""Bytes of the largest message; a longer one is refused unread."""
TOKEN_BYTES = 32
_HEAD = struct.Struct(">I")
_NONCE = 32


class WireError(Exception):
    """The other side broke off, is not who it should be, or does not keep to the form."""


def state_folder() -> Path:
    """The private folder of secret, address and lock of this user's service.

    ``WORKBENCH_SERVICE_FOLDER`` names another one.
    """
    named = os.environ.get("WORKBENCH_SERVICE_FOLDER")
    if named:
        return Path(named)
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home()) / "Workbench" / "service"
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "workbench" / "service"


def send(connection: socket.socket, message: Any) -> None:
    """One message.

    Raises:
        WireError: it is longer than the other side takes.
        OSError: the connection is gone.
    """
    body = json.dumps(message, separators=(",", ":")).encode("utf-8")
    if len(body) > LONGEST:
        raise WireError("message too long")
    connection.sendall(_HEAD.pack(len(body)) + body)


def receive(connection: socket.socket) -> Any:
    """The next message; None where the other side has closed in good order.

    Raises:
        WireError: it broke off within a message, or sent no JSON, or too much.
        OSError: the connection is gone, or the time is over.
    """
    head = _exactly(connection, _HEAD.size, may_end=True)
    if not head:
        return None
    (length,) = _HEAD.unpack(head)
    if length > LONGEST:
        raise WireError("message too long")
    try:
        return json.loads(_exactly(connection, length).decode("utf-8"))
    except (ValueError, RecursionError) as problem:
        raise WireError("no JSON") from problem


def _exactly(connection: socket.socket, length: int, *, may_end: bool = False) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        part = connection.recv(min(1 << 20, length - len(parts)))
        if not part:
            if may_end and not parts:
                return b""
            raise WireError("broke off")
        parts += part
    return bytes(parts)


def _proof(token: bytes, who: bytes, client: bytes, server: bytes) -> bytes:
    return hmac.new(token, who + client + server, hashlib.sha256).digest()


def prove_as_client(connection: socket.socket, token: bytes) -> None:
    """Both sides show that they know the secret, the server first: a stranger on its address learns nothing.

    Raises:
        WireError: the server does not know it.
        OSError: the connection is gone.
    """
    mine = secrets.token_bytes(_NONCE)
    connection.sendall(mine)
    theirs = _exactly(connection, _NONCE)
    shown = _exactly(connection, 32)
    if not hmac.compare_digest(shown, _proof(token, b"server", mine, theirs)):
        raise WireError("not our service")
    connection.sendall(_proof(token, b"client", mine, theirs))


def prove_as_server(connection: socket.socket, token: bytes) -> None:
    """The other half of ``prove_as_client``.

    Raises:
        WireError: the client does not know the secret.
        OSError: the connection is gone.
    """
    theirs = _exactly(connection, _NONCE)
    mine = secrets.token_bytes(_NONCE)
    connection.sendall(mine + _proof(token, b"server", theirs, mine))
    if not hmac.compare_digest(_exactly(connection, 32), _proof(token, b"client", theirs, mine)):
        raise WireError("not our client")
