"""The command line run in this process, on registers that each test has for itself."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from workbench.cli import run
from workbench.register import Register


@dataclass(frozen=True)
class Outcome:
    """What a command line came to."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on standard output; fails where there is anything else."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found

    def error(self, code: str) -> dict[str, Any]:
        """The error object, of the status, shape and code that scripts rely on."""
        assert self.status == 1, self.out + self.err
        found: dict[str, Any] = self.json["error"]
        assert found.keys() >= {"code", "message", "where", "remedy"}
        assert found["code"] == code
        assert found["message"]
        assert found["remedy"]
        assert "Traceback" not in self.out + self.err
        return found


Workbench = Callable[..., Outcome]


@pytest.fixture
def workbench(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Workbench:
    """Run ``workbench`` with these arguments (anything with a text form)."""
    monkeypatch.setenv("WORKBENCH_AUTHOR", "li.na")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("WORKBENCH_REGISTER", raising=False)

    def call(*arguments: object) -> Outcome:
        capsys.readouterr()
        status = run([str(one) for one in arguments])
        told = capsys.readouterr()
        return Outcome(status, told.out, told.err)

    return call


@pytest.fixture(scope="session")
def _empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    location = tmp_path_factory.mktemp("empty") / "register.sqlite"
    Register.create(location, base_currency="CNY", actor="li.na").close()
    return location


@pytest.fixture
def register(_empty: Path, tmp_path: Path) -> Path:
    """An empty register in CNY."""
    return Path(shutil.copy(_empty, tmp_path / "register.sqlite"))


@pytest.fixture
def demo_register(demo_dir: Path, tmp_path: Path) -> Path:
    """The sample firm's register, to write in."""
    with Register.open(demo_dir / "register.sqlite") as made:
        made.backup(tmp_path / "demo.backup")
    Register.restore(tmp_path / "demo.backup", tmp_path / "demo.sqlite").close()
    return tmp_path / "demo.sqlite"


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """A workbook with two plain orders, one of an unknown currency, and one of a day that can be read in two ways."""
    return write_orders(tmp_path / "Orders.xlsx")


def write_orders(path: Path) -> Path:
    rows: list[list[object]] = [
        ["Order No.", "Order date", "Customer", "Currency", "Amount"],
        ["A-1", date(2026, 3, 2), "Acme Ltd", "USD", 1200.5],
        ["A-2", date(2026, 3, 3), "Beta GmbH", "EUR", 900],
        ["A-3", date(2026, 3, 4), "Acme Ltd", "USS", 10],
        ["A-4", "04/05/2026", "Beta GmbH", "EUR", 77.25],
    ]
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("Orders")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def state(location: Path) -> tuple[str, int]:
    """What a register holds: the hash over all rows, and how many changesets made it."""
    with Register.open(location) as register:
        return register.state_hash(), len(register.log())


MT940 = """\
:20:STMT0326
:25:332901008800123464
:28C:1/1
:60F:C260301USD1000,
:61:2603021602C1200,50NTRFNONREF//FT26030200007
:86:/ORDP/ACME LTD/REMI/INV A-1
:61:2603021602D20,00NCHGNONREF//FT26030200008
:86:WIRE FEE
:62F:C260331USD2180,50
-
"""


@pytest.fixture
def statement(tmp_path: Path) -> Path:
    path = tmp_path / "march.sta"
    path.write_text(MT940, encoding="ascii")
    return path
