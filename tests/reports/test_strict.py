"""Every workbook that Workbench writes, held against what Excel demands: schemas, Microsoft's SDK, and rules of our own.

The doctor, which looks at a workbook in its own way, has to find each of them healthy.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.reports.conftest import fill_firm
from tests.reports.workbook_reading import AS_OF
from tests.workbook_rules import Book, problems
from tests.workbook_rules.schemas import schema_problems
from tests.workbook_rules.sdk import sdk_problems
from workbench import adoption
from workbench.cli import run
from workbench.doctor import examine
from workbench.rates import RateBook
from workbench.register import Register
from workbench.reports import write_register_workbook

LEGACY = Path(__file__).parents[2] / "workbooks" / "demo"
KINDS = ["en", "zh", "empty", "plan", "pulled", "edited in place", "with refusals"]


@pytest.fixture(scope="session")
def written(firm: Register, book: RateBook, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each kind of workbook by name."""
    folder = tmp_path_factory.mktemp("strict")
    made = {
        language: write_register_workbook(firm, book, folder / f"{language}.xlsx", language=language, as_of=AS_OF).path
        for language in ("en", "zh")
    }
    with Register.create(folder / "empty.sqlite", base_currency="EUR", actor="li.na") as empty:
        made["empty"] = write_register_workbook(empty, book, folder / "empty.xlsx", as_of=AS_OF).path
    legacy = sorted(LEGACY.glob("*.xlsx"))[:2]
    made["plan"] = adoption.plan(legacy, book).write_workbook(folder / "plan.xlsx")
    made |= _synchronised(folder)
    return made


def _synchronised(folder: Path) -> dict[str, Path]:
    """A bound workbook as it is made, after news were brought into it, and after a push of which nothing could be taken."""
    location, path = folder / "firm.sqlite", folder / "Bound.xlsx"
    arguments = [str(path), "--register", str(location), "--author", "li.na"]
    with Register.create(location, base_currency="CNY", actor="li.na") as register:
        fill_firm(register)
        assert run(["pull", *arguments]) == 0
        made = {"pulled": _kept(path, "pulled")}
        order = register.rows("orders")[0]
        with register.changeset(origin="test", reason="news", author="wang") as changes:
            changes.update("orders", order["id"], {"note": "=1+1 <&> news"}, expected_version=order["version"])
            changes.insert("customers", [{"legal_name": "=cmd|new"}, {"legal_name": "Neu GmbH", "country": "DE"}])
    assert run(["pull", *arguments]) == 0
    made["edited in place"] = _kept(path, "edited")
    _type_over(path, "東京精密株式会社", "東京精密")
    assert run(["push", *arguments]) == 1
    made["with refusals"] = _kept(path, "refused")
    return made


def _kept(path: Path, name: str) -> Path:
    kept = path.with_name(f"{name}.xlsx")
    kept.write_bytes(path.read_bytes())
    return kept


def _type_over(path: Path, old: str, new: str) -> None:
    """What somebody does who replaces a text everywhere, in computed cells too."""
    with zipfile.ZipFile(path) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, body in parts.items():
            out.writestr(name, body.replace(old.encode(), new.encode()))


@pytest.mark.parametrize("kind", KINDS)
def test_no_rule_of_excel_is_broken(written: dict[str, Path], kind: str) -> None:
    assert problems(written[kind]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_parts_are_as_their_schemas_say(written: dict[str, Path], kind: str) -> None:
    assert list(schema_problems(Book(written[kind]))) == []


@pytest.mark.parametrize("kind", KINDS)
def test_microsoft_s_sdk_finds_nothing(written: dict[str, Path], kind: str) -> None:
    assert sdk_problems(written[kind]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_doctor_finds_it_healthy(written: dict[str, Path], kind: str) -> None:
    diagnosis = examine(written[kind])
    assert diagnosis.healthy, [finding.as_dict() for finding in diagnosis.findings]
