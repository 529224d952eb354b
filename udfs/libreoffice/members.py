"""What all collections have in common: members by name or position, counted from 1."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from udfs.libreoffice.errors import NotThere
from workbench.i18n import _

if TYPE_CHECKING:
    from udfs.libreoffice.connection import Native

__all__ = ["Members"]


class Members:
    """A collection whose members are made from names."""

    def _names(self) -> list[str]:
        raise NotImplementedError

    def _member(self, name: str, position: int) -> Any:
        raise NotImplementedError

    @property
    def api(self) -> Native | None:
        """LibreOffice has no object of its own for it."""
        return None

    def __call__(self, key: str | int) -> Any:
        """A member by name or by position, counted from 1."""
        names = self._names()
        if isinstance(key, int):
            if 1 <= key <= len(names):
                return self._member(names[key - 1], key)
        else:
            for position, name in enumerate(names, 1):
                if name.lower() == str(key).lower():
                    return self._member(name, position)
        raise NotThere(_("there is no {name} among them").format(name=key))

    def __contains__(self, key: str | int) -> bool:
        try:
            self(key)
        except NotThere:
            return False
        return True

    def __len__(self) -> int:
        return len(self._names())

    def __iter__(self) -> Iterator[Any]:
        for position, name in enumerate(self._names(), 1):
            yield self._member(name, position)
