"""Every workbook that Workbench writes, held against what Excel demands: schemas, Microsoft's SDK, and rules of our own."""

from __future__ import annotations

from pathlib import Path

import pytest
from workbook_reading import AS_OF

from tests.workbook_rules import Book, problems
from tests.workbook_rules.schemas import schema_problems
from tests.workbook_rules.sdk import sdk_problems
from workbench import adoption
from workbench.rates import RateBook
from workbench.register import Register
from workbench.reports import write_register_workbook

LEGACY = Path(__file__).parents[2] / "workbooks" / "demo"


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
    return made


KINDS = ["en", "zh", "empty", "plan"]


@pytest.mark.parametrize("kind", KINDS)
def test_no_rule_of_excel_is_broken(written: dict[str, Path], kind: str) -> None:
    assert problems(written[kind]) == []


@pytest.mark.parametrize("kind", KINDS)
def test_parts_are_as_their_schemas_say(written: dict[str, Path], kind: str) -> None:
    assert list(schema_problems(Book(written[kind]))) == []


@pytest.mark.parametrize("kind", KINDS)
def test_microsoft_s_sdk_finds_nothing(written: dict[str, Path], kind: str) -> None:
    assert sdk_problems(written[kind]) == []
