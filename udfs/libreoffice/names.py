"""Names for cells and formulas, of a book or of one sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlwings import base_classes

from udfs.libreoffice.errors import NotThere
from workbench.i18n import _

if TYPE_CHECKING:
    from udfs.libreoffice.books import Book, Sheet
    from udfs.libreoffice.connection import Native
    from udfs.libreoffice.ranges import Range

__all__ = ["Name", "Names"]


class Names(base_classes.Names):
    """The names of a book, with those of its sheets; or those of one sheet."""

    def __init__(self, book: Book, sheet: Sheet | None) -> None:
        self.book = book
        self.sheet = sheet

    @property
    def api(self) -> Native:
        """LibreOffice's collection of names."""
        owner = self.sheet if self.sheet is not None else self.book
        found: Native = owner.api.NamedRanges
        return found

    def _list(self) -> list[Name]:
        scope = None if self.sheet is None else self.sheet.name
        return [
            Name(self.book, name, None if owner is None else self.book.sheet(owner))
            for name, owner in self.book.call("names.list", scope)
        ]

    def __call__(self, name_or_index: str | int) -> Name:
        """A name by its text (with or without its sheet) or its position, counted from 1."""
        names = self._list()
        if isinstance(name_or_index, int):
            if 1 <= name_or_index <= len(names):
                return names[name_or_index - 1]
        else:
            wanted = name_or_index.lower()
            for name in names:
                if wanted in {name.name.lower(), name.local.lower()}:
                    return name
        raise NotThere(_("there is no name {name}").format(name=name_or_index))

    def contains(self, name_or_index: str | int) -> bool:
        """Whether there is such a name."""
        try:
            self(name_or_index)
        except NotThere:
            return False
        return True

    def __len__(self) -> int:
        return len(self._list())

    def add(self, name: str, refers_to: str) -> Name:
        """A new name for a formula such as ``=Sheet1!$A$1:$B$2``; ``Sheet1!name`` holds on that sheet only."""
        scope, __, local = name.rpartition("!")
        sheet = self.book.sheets(scope.strip("'")) if scope else self.sheet
        made = Name(self.book, local, sheet)
        made.refers_to = refers_to
        return made


class Name(base_classes.Name):
    """One name."""

    def __init__(self, book: Book, local: str, sheet: Sheet | None) -> None:
        self.book = book
        self.local = local
        self.sheet = sheet

    @property
    def _scope(self) -> str | None:
        return None if self.sheet is None else self.sheet.name

    @property
    def api(self) -> Native:
        """LibreOffice's name, ``com.sun.star.sheet.NamedRange``."""
        owner = self.sheet if self.sheet is not None else self.book
        found: Native = owner.api.NamedRanges.getByName(self.local)
        return found

    def delete(self) -> None:
        """Removes it."""
        self.book.call("names.delete", self._scope, self.local)

    @property
    def name(self) -> str:
        """The name; with its sheet in front if it holds only there."""
        if self.sheet is None:
            return self.local
        owner = self.sheet.name
        plain = owner.replace("_", "").isalnum() and not owner[0].isdigit()
        return f"{owner}!{self.local}" if plain else f"'{owner}'!{self.local}"

    @name.setter
    def name(self, value: str) -> None:
        new = value.rpartition("!")[2]
        self.book.call("names.rename", self._scope, self.local, new)
        self.local = new

    @property
    def refers_to(self) -> str:
        """What it stands for, as a formula."""
        formula: str = self.book.call("names.get", self._scope, self.local)
        return formula

    @refers_to.setter
    def refers_to(self, value: str) -> None:
        formula = value if value.startswith("=") else f"={value}"
        self.book.call("names.set", self._scope, self.local, formula)

    @property
    def refers_to_range(self) -> Range:
        """The cells it stands for."""
        found = self.book.call("names.resolve", self._scope, self.local)
        if found is None:
            raise NotThere(_("{name} does not stand for cells").format(name=self.name))
        return self.book.sheet(found["sheet"]).rect(found["rect"])
