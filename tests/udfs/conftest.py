"""One LibreOffice for all tests of one process."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

xw = pytest.importorskip("xlwings")


@pytest.fixture(scope="session")
def calc() -> Iterator[xw.App]:
    """A LibreOffice without a window, as xlwings sees it."""
    from udfs import libreoffice
    from workbench.errors import MissingComponent

    libreoffice.activate()
    try:
        app = xw.App(visible=False, add_book=False)
    except MissingComponent as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))
    yield app
    app.quit()


@pytest.fixture
def book(calc: xw.App) -> Iterator[xw.Book]:
    """A new book that is closed afterwards."""
    made = calc.books.add()
    yield made
    if made.impl.uid in {other.impl.uid for other in calc.books}:
        made.close()


@pytest.fixture
def sheet(book: xw.Book) -> xw.Sheet:
    """The one sheet of a new book."""
    return book.sheets[0]
