"""Tables as nobody wants them: a clear error or a bounded answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from workbench.duplicates import CustomerIndex, blocking, clusters, map_columns, read_rows, scan
from workbench.errors import ConfigurationError, FileRefused


def test_no_usable_column() -> None:
    with pytest.raises(ConfigurationError):
        scan([{"id": str(number), "x": "1"} for number in range(50)])


def test_rows_of_nothing() -> None:
    rows = [{"id": str(number), "legal_name": None, "email": "", "phone": None} for number in range(200)]
    assert scan(rows) == []
    assert CustomerIndex([{"id": "a", "legal_name": "Harrow Ltd"}]).check({"legal_name": None, "email": ""}) == []


def test_twenty_thousand_rows_of_one_name() -> None:
    """Pairs grow with the rows: each row meets its neighbours only."""
    rows = [{"id": f"{number:06}", "legal_name": "General Trading"} for number in range(20_000)]
    pairs = scan(rows)
    assert len(pairs) <= 20_000 * 24
    assert len(clusters(pairs)) <= 20_000


def test_a_name_of_a_hundred_thousand_letters() -> None:
    long = "Harrow " * 15_000
    rows = [{"id": "1", "legal_name": long}, {"id": "2", "legal_name": long + "x"}, {"id": "3", "legal_name": "Zubr"}]
    pairs = scan(rows)
    assert {(one.id_a, one.id_b) for one in pairs} <= {("1", "2")}
    assert all(len(reason.text) < 5_000 for one in pairs for reason in one.reasons)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("id,公司名称\n1,宁波达泰电子有限公司\n2,宁波达泰电子\n".encode(encoding))
    assert [row["公司名称"] for row in read_rows(path)] == ["宁波达泰电子有限公司", "宁波达泰电子"]


@pytest.mark.parametrize(("encoding", "mark"), [("cp1252", ";"), ("utf-16", "\t"), ("utf-8", "|"), ("cp1252", ",")])
def test_a_list_as_spreadsheet_programs_save_it(tmp_path: Path, encoding: str, mark: str) -> None:
    """Excel writes semicolons and Windows letters in half of Europe, and tabs in UTF-16 as "Unicode text"."""
    path = tmp_path / "Kunden.csv"
    lines = ["id,Firma,Land", "1,Brückner Möbel GmbH,DE", "2,Brueckner Moebel,DE", "3,Süßwaren Köhler AG,AT"]
    path.write_bytes("\r\n".join(lines).replace(",", mark).encode(encoding))
    rows = read_rows(path)
    assert [row["Firma"] for row in rows] == ["Brückner Möbel GmbH", "Brueckner Moebel", "Süßwaren Köhler AG"]
    assert [(one.id_a, one.id_b, one.decision) for one in scan(rows)] == [("1", "2", "duplicate")]


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"id,name\n1,Fal\0kon\n2,Falkon\n")
    with pytest.raises(FileRefused):
        read_rows(path)


def test_headings_that_nobody_has_seen() -> None:
    """A column is the name where what stands in it ends in legal forms."""
    rows = [
        {"id": "1", "Bill-To Party": "Falkon Werke GmbH", "Ctry": "DE", "Dial": "+49 89 37942502"},
        {"id": "2", "Bill-To Party": "FALKON WERKE", "Ctry": "DE", "Dial": "0049 89 37942502"},
        {"id": "3", "Bill-To Party": "Kontiki Marine Ltd", "Ctry": "NZ", "Dial": "+64 9 5550142"},
        {"id": "4", "Bill-To Party": "Harrow Tools PLC", "Ctry": "GB", "Dial": "+44 20 79460958"},
    ]
    assert map_columns(rows, leave=("id",)) == {"name": ("Bill-To Party",), "country": ("Ctry",), "phone": ("Dial",)}
    (pair,) = scan(rows)
    assert {"phone.same", "name.same"} <= {reason.code for reason in pair.reasons}


def test_mixed_encodings_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("id,name\n1,宁波\n".encode("gb18030") + b"2,\xff\xfe\xff\n" + "3,Brückner\n".encode("latin-1"))
    with pytest.raises(FileRefused) as refused:
        read_rows(path)
    assert refused.value.remedy


def test_ids_that_repeat_or_are_missing() -> None:
    for ids in (("1", "1"), ("1", "")):
        with pytest.raises(ConfigurationError) as refused:
            scan([{"id": id_, "legal_name": "Harrow"} for id_ in ids])
        assert refused.value.where


def test_blocks_sorted_in_shares_give_the_same_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large table's keys are sorted a share at a time, so that memory stays bounded."""
    random = np.random.default_rng(1)
    rows, keys = random.integers(0, 900, 20_000), random.integers(-700, 700, 20_000)
    place = random.permutation(900)
    whole = blocking.pairs_within(rows, keys, place, 900)
    monkeypatch.setattr(blocking, "_SORTED_AT_ONCE", 1_500)
    assert np.array_equal(blocking.pairs_within(rows, keys, place, 900), whole)
