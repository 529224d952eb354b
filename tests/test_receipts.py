"""Statement files become receipts once each; a file that cannot be taken does not stop the others."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

from workbench.rates import RateBook
from workbench.receipts import import_statements
from workbench.register import Register

GOOD = """:20:A
:25:NL01
:28C:1
:60F:C260101EUR100,00
:61:2601050105C50,00NTRFNONREF//B1
:86:/ORDP/SMITH LTD/REMI/HY260001
:62F:C260131EUR150,00
"""


def register_in(folder: Path) -> Register:
    return Register.create(folder / "r.sqlite", actor="li.na")


def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "good.sta").write_text(GOOD)
    with register_in(tmp_path) as register:
        first = import_statements(register, [tmp_path / "good.sta"], RateBook.embedded(), author="li.na")
        again = import_statements(register, [tmp_path / "good.sta"], RateBook.embedded(), author="li.na")
        assert (first.files[0].new, first.totals) == (1, {"EUR": Decimal("50.00")})
        assert (again.files[0].new, again.files[0].known, again.changeset) == (0, 1, None)
        (row,) = register.rows("receipts")
        assert (row["rate_source"], row["rate_date"], row["base_currency"]) == ("ecb", date(2026, 1, 5), "CNY")


def test_a_refused_file_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "good.sta").write_text(GOOD)
    (tmp_path / "cut.sta").write_text(GOOD[:90])
    (tmp_path / "marks.sta").write_text(GOOD.replace("EUR", "DEM"))
    with register_in(tmp_path) as register:
        outcome = import_statements(register, sorted(tmp_path.glob("*.sta")), RateBook.embedded(), author="li.na")
        codes = {one.file: one.error.code if one.error else "" for one in outcome.files}
        assert codes.pop("good.sta") == ""
        assert all(codes.values())
        assert register.count("receipts") == 1
        assert [one.as_dict()["refused"] for one in outcome.files] == [1, 0, 1]


def test_a_receipt_without_a_rate_is_kept_and_told(tmp_path: Path) -> None:
    dong = GOOD.replace("EUR100,00", "VND0,").replace("C50,00", "C5000,").replace("EUR150,00", "VND5000,")
    (tmp_path / "dong.sta").write_text(dong)
    with register_in(tmp_path) as register:
        outcome = import_statements(register, [tmp_path / "dong.sta"], RateBook.embedded(), author="li.na")
        assert outcome.files[0].error is None, outcome.files[0].error
        (row,) = register.rows("receipts")
        assert row["base_amount"] is None
        assert [one.code for one in outcome.findings] == ["rate.unavailable"]
        assert register.rows("open_findings")[0]["place"] == "dong.sta:5"
