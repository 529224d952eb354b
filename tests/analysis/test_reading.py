"""The register's tables come over in pages, not row by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.analysis import read_tables, reading
from workbench.register import Register


def test_a_page_holds_as_many_rows_as_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = []
    monkeypatch.setattr(reading, "PAGE", 4)
    monkeypatch.setattr(
        reading, "_parsed", lambda text, fields, read=reading._parsed: pages.append(1) or read(text, fields)
    )
    with Register.create(tmp_path / "register.sqlite") as register:
        with register.changeset(origin="test", reason="customers", author="test") as cs:
            cs.insert("customers", [{"legal_name": f"Firm {number}"} for number in range(10)])
        table = read_tables(register, {"customers": ["legal_name"]})["customers"]
    assert sorted(table["legal_name"].to_pylist()) == sorted(f"Firm {number}" for number in range(10))
    assert len(pages) == 3
