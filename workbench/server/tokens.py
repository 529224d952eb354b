"""Who may ask: a token a person, kept as its hash."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from pathlib import Path

from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.server.private import write_private

__all__ = ["Tokens"]


class Tokens:
    """Tokens by person, in a file that only its owner can read; the tokens themselves are nowhere."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def people(self) -> list[str]:
        """Who has a token."""
        return sorted(self._read())

    def renew(self, person: str) -> str:
        """A new token for a person; the one before ceases to hold.

        Raises:
            ConfigurationError: a person without a name.
        """
        if not person.strip():
            raise ConfigurationError(_("A token belongs to a person."), remedy=_("Name the person."))
        token = secrets.token_urlsafe(32)
        self._write({**self._read(), person.strip(): _hashed(token)})
        return token

    def revoke(self, person: str) -> bool:
        """Take a person's token away; False where there was none."""
        held = self._read()
        if held.pop(person, None) is None:
            return False
        self._write(held)
        return True

    def holder(self, token: str) -> str | None:
        """Whose token it is. Takes as long for a wrong one as for a right one."""
        given, found = _hashed(token), None
        for person, held in self._read().items():
            if hmac.compare_digest(given, held):
                found = person
        return found

    def _read(self) -> dict[str, str]:
        try:
            held = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            raise ConfigurationError(
                _("The file of tokens cannot be read."),
                where=str(self._path),
                remedy=_("Delete it and make new tokens: workbench serve token"),
            ) from error
        return {str(person): str(hashed) for person, hashed in held.items()} if isinstance(held, dict) else {}

    def _write(self, held: dict[str, str]) -> None:
        write_private(self._path, json.dumps(held, ensure_ascii=False, indent=1).encode())


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
