"""Whatever single bit of a register's file flips: either nothing that is stored changed, or verify tells."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from workbench.errors import WorkbenchError
from workbench.register import TABLES, FieldKind, Register

FLIPS = 40


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a register with rows of several kinds, changes, a deletion and an undo."""
    path = tmp_path_factory.mktemp("proof") / "register.sqlite"
    with Register.create(path) as register:
        register.define_custom_field("customers", "grade", FieldKind.TEXT, author="x")
        with register.changeset(origin="t", reason="t", author="x") as cs:
            firms = ({"legal_name": f"灯具 {n}", "tags": ["a", n], "custom": {"grade": "A"}} for n in range(20))
            customers = cs.insert("customers", firms)
            order = {"order_date": date(2026, 1, 1), "currency": "USD", "deposit_percent": Decimal("12.5")}
            cs.insert(
                "orders",
                (
                    {**order, "number": f"{n}", "customer_id": one, "amount": Decimal(n)}
                    for n, one in enumerate(customers)
                ),
            )
        with register.changeset(origin="t", reason="t", author="x") as cs:
            cs.update("customers", customers[0], {"tier": "A"})
            cs.delete("orders", "O-000003")
        register.undo(cs.number, author="x", reason="wrong")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes()


def content(path: Path) -> list[Any] | None:
    """Everything that is stored, by SQLite alone; None where it cannot be read."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            tables = (*TABLES, "changesets", "changes", "sequences")
            return [connection.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables]
    except (sqlite3.Error, UnicodeDecodeError):
        return None


@pytest.mark.parametrize("seed", range(3))
def test_no_flipped_bit_of_the_file_is_overlooked(whole: bytes, tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    path = tmp_path / "register.sqlite"
    path.write_bytes(whole)
    stored = content(path)
    written = [at for at, byte in enumerate(whole) if byte]
    found = 0
    for _flip in range(FLIPS):
        at = draw.choice(written)
        damaged = bytearray(whole)
        damaged[at] ^= 1 << draw.randrange(8)
        path.write_bytes(damaged)
        for beside in ("-wal", "-shm"):
            Path(f"{path}{beside}").unlink(missing_ok=True)
        try:
            with Register.open(path, read_only=True) as register:
                told = not register.verify().ok
        except WorkbenchError:
            told = True
        found += told
        assert told or content(path) == stored, f"byte {at}"
    assert found > FLIPS / 2
