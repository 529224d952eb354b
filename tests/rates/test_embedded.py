"""The packed history against the distribution it was packed from, and what opening it costs."""

from __future__ import annotations

import csv
import hashlib
import io
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import currency_converter
import pytest

import workbench.rates
from workbench.errors import FileRefused
from workbench.rates import RateBook
from workbench.rates.packed import PackedHistory, pack

DATA = Path(workbench.rates.__file__).parent / "data" / "ecb.rates"
ARCHIVE = Path(currency_converter.__file__).with_name("eurofxref-hist.zip")


@pytest.fixture(scope="module")
def table() -> bytes:
    with zipfile.ZipFile(ARCHIVE) as archive:
        return archive.read("eurofxref-hist.csv")


def test_every_published_digit_is_there(embedded: RateBook, table: bytes) -> None:
    heading, *rows = csv.reader(io.StringIO(table.decode()))
    published = _published(heading, rows, embedded)
    packed = {(one.quote, one.rate_date.isoformat()): one.digits for one in embedded.observations()}
    assert len(packed) > 220_000
    assert packed == published


def _published(heading: list[str], rows: list[list[str]], book: RateBook) -> dict[tuple[str, str], str]:
    # A newer distribution than the one packed has further days at its end.
    last = max(one.last for one in book.coverage() if one.source == "ecb" and one.last)
    return {
        (code, row[0]): text
        for row in rows
        if date.fromisoformat(row[0]) <= last
        for code, text in zip(heading[1:], row[1:], strict=True)
        if code and text != "N/A"
    }


def test_rows_are_in_the_published_direction_and_traceable(embedded: RateBook, table: bytes) -> None:
    rows = list(embedded.observations(quote="JPY"))
    assert {(row.source, row.kind, row.base, row.unit, row.status, row.revision) for row in rows} == {
        ("ecb", "mid", "EUR", 1, "ok", 1)
    }
    if max(row.rate_date for row in rows).isoformat() == table.decode().split("\n")[1].partition(",")[0]:
        assert {row.payload_sha256 for row in rows} == {hashlib.sha256(table).hexdigest()}


def test_the_file_is_small() -> None:
    assert DATA.stat().st_size <= 400_000


def test_import_and_first_rate_load_nothing_heavy() -> None:
    script = (
        "import sys, datetime; from workbench.rates import RateBook\n"
        "RateBook.embedded().get('USD', 'CNY', datetime.date(2026, 10, 30)).as_dict()\n"
        "print(' '.join({name.partition('.')[0] for name in sys.modules}))"
    )
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()
    assert not {"numpy", "pandas", "sqlalchemy", "pyarrow", "lxml", "requests", "zipfile", "csv"} & set(loaded)


def test_only_the_columns_asked_for_are_decoded() -> None:
    series = PackedHistory(DATA).series()
    book = RateBook(series=series)
    book.get("USD", "CNY", date(2026, 10, 30))
    decoded = {key.quote for key, one in series.items() if one._built is not None}
    assert decoded == {"USD", "CNY"}


def test_a_gap_in_a_column_comes_back_as_a_gap(tmp_path: Path) -> None:
    days = [date(2026, 1, day).toordinal() for day in (5, 6, 7, 8)]
    path = tmp_path / "some.rates"
    columns = {"USD": ["1.1", "1.25", "", "2"], "IDR": ["", "20275.17", "20000", ""]}
    pack(path, days, columns, source="bank", kind="mid", base="EUR", payload_sha256="0")
    book = RateBook(series=PackedHistory(path).series())
    found = {(row.quote, row.rate_date.day): row.digits for row in book.observations()}
    assert found == {
        ("USD", 5): "1.1",
        ("USD", 6): "1.25",
        ("USD", 8): "2",
        ("IDR", 6): "20275.17",
        ("IDR", 7): "20000",
    }


def test_the_script_packs_an_archive_of_the_bank(tmp_path: Path) -> None:
    archive, packed = tmp_path / "eurofxref-hist.zip", tmp_path / "ecb.rates"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("eurofxref-hist.csv", "Date,USD,CNY,\n2026-10-30,1.1172,7.4326,\n2026-10-29,1.11,N/A,\n")
    script = Path(__file__).parents[2] / "scripts" / "pack_ecb_history.py"
    subprocess.run([sys.executable, str(script), str(archive), "--out", str(packed)], check=True, capture_output=True)
    rows = RateBook(series=PackedHistory(packed).series()).observations()
    assert sorted((row.quote, row.rate_date.day, row.digits) for row in rows) == [
        ("CNY", 30, "7.4326"),
        ("USD", 29, "1.11"),
        ("USD", 30, "1.1172"),
    ]


def test_digits_that_cannot_be_kept_are_not_packed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="USD"):
        pack(tmp_path / "x", [1, 2], {"USD": ["1.10", "1.2"]}, source="b", kind="mid", base="EUR", payload_sha256="")


@pytest.mark.parametrize("change", ["magic", "header", "cut", "column"])
def test_a_damaged_file_is_refused(tmp_path: Path, change: str) -> None:
    body = bytearray(DATA.read_bytes())
    if change == "magic":
        body[0] ^= 1
    elif change == "header":
        body[40] ^= 0xFF
    elif change == "cut":
        del body[len(body) // 2 :]
    else:
        body[-2000:] = bytes(2000)
    path = tmp_path / "damaged.rates"
    path.write_bytes(body)
    with pytest.raises(FileRefused):
        [series.table for series in PackedHistory(path).series().values()]
