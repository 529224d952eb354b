"""The shared strings of a workbook, each read when it is asked for."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from typing import overload

from workbench.splicing.markup import Markup
from workbench.splicing.values import parsed, rich_text

__all__ = ["SharedStrings"]

_ITEM = re.compile(rb"<(?:[^\s<>/:]+:)?si(?=[\s/>])")


class SharedStrings(Sequence[str]):
    """The texts of a shared strings part by their number."""

    def __init__(self, markup: Markup) -> None:
        self._data = markup.data
        self._starts = array("Q", (found.start() for found in _ITEM.finditer(markup.scan)))
        self._starts.append(markup.root.close)
        self._scopes = markup.declarations(markup.root)

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        item = self._data[self._starts[index] : self._starts[index + 1]]
        return rich_text(parsed(item, self._scopes))
