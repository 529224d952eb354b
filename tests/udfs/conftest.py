"""One LibreOffice for all tests of one process, and a service of its own beside it, never the user's."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator

import pytest

xw = pytest.importorskip("xlwings")


@pytest.fixture(scope="session", autouse=True)
def own_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where the service of tests that name no folder runs; it knows no register but those that tests name."""
    folder = tmp_path_factory.mktemp("s")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_SERVICE_FOLDER", str(folder))
        patch.delenv("WORKBENCH_REGISTER", raising=False)
        yield
    address = folder / "address.json"
    if address.exists():
        os.kill(json.loads(address.read_text())["pid"], signal.SIGTERM)


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
