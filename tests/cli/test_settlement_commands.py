"""``workbench receipts queue | accept | … | close | export | dun``, and answers pushed from the sheet."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Workbench, state
from tests.settlement.firm import RATES, make_firm, receipt
from workbench.register import Register


@pytest.fixture
def location(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small firm, with its rates in the register and two receipts that wait."""
    path = tmp_path / "firm.sqlite"
    rows = (receipt("15100", "2026-03-01", 1, reference="SO26-00101"), receipt("70", "2026-04-20", 2, reference="-"))
    with make_firm(path, *rows) as made:
        common = {
            "source": "ecb",
            "kind": "mid",
            "base": "USD",
            "quote": "CNY",
            "unit": 1,
            "revision": 1,
            "status": "ok",
        }

        with made.changeset(origin="test", reason="rates", author="li.na") as cs:
            cs.insert(
                "rate_observations",
                [{**common, "value": value, "rate_date": date.fromisoformat(day)} for day, value in RATES.items()],
            )
    monkeypatch.setenv("WORKBENCH_REGISTER", str(path))
    return path


def test_the_queue_and_answers(workbench: Workbench, location: Path) -> None:
    workbench("receipts", "post", "--bar", "1")
    told = workbench("receipts", "queue", "--as-of", "2026-04-30", "--json").json
    assert [one["receipt"] for one in told["waiting"]] == ["R-000001", "R-000002"]
    assert told["adds_up"]
    before = state(location)[0]
    split = workbench("receipts", "split", "R-000001", "SO26-00101/1=15000", "I-000002=100", "--json").json
    assert [one["amount"] for one in split["allocations"]] == ["15000", "100"]
    assert workbench("receipts", "undo", "--json").json["undone"] == split["changeset"]
    assert state(location)[0] == before
    kept = workbench("receipts", "accept", "R-000001", "--instalment", "SO26-00101/1", "--json").json
    assert kept["credit"] == "100.00"
    workbench("receipts", "reject", "R-000002", "--no-payment", "--why", "interest")
    assert workbench("receipts", "queue", "--as-of", "2026-04-30", "--json").json["count"] == 0
    workbench("receipts", "accept", "R-000001", "--json").error("settlement.refused")
    workbench("receipts", "split", "R-000002", "SO26-00101=1", "--json").error("configuration.error")
    workbench("receipts", "write-off", "I-000002", "--json").error("settlement.reason-missing")
    workbench("receipts", "teach", "R-000002", "nobody", "--json").error("configuration.error")
    assert workbench("receipts", "teach", "R-000002", "Acme Ltd", "--json").status == 0
    used = workbench("receipts", "use-credit", "R-000001", "I-000002", "--on", "2026-04-22", "--json").json
    assert used["allocations"][0]["amount"] == "100.00"
    gone = workbench("receipts", "write-off", "I-000002", "--why", "closed down", "--on", "2026-04-22", "--json")
    assert gone.status == 0
    for arguments in (("queue", "--as-of", "2026-04-30"), ("undo",)):
        spoken = workbench("receipts", *arguments)
        assert (spoken.status, spoken.err) == (0, "")


def test_a_month_is_closed_exported_and_reopened(workbench: Workbench, location: Path, tmp_path: Path) -> None:
    dry = workbench("receipts", "close", "--as-of", "2026-03-31", "--dry-run", "--json").json
    assert dry["changeset"] is None
    assert {line["closing_rate"] for line in dry["lines"]} == {"7.18"}
    closed = workbench("receipts", "close", "--as-of", "2026-03-31", "--json").json
    assert closed["fingerprint"] == dry["fingerprint"]
    workbench("receipts", "close", "--as-of", "2026-03-31", "--json").error("closing.refused")
    workbench("receipts", "close", "--as-of", "2026-03-30", "--json").error("closing.day")
    for name in ("v.csv", "v.xlsx", "f.beancount", "f.journal"):
        made = workbench("receipts", "export", "--as-of", "2026-04-30", "--out", tmp_path / name, "--json").json
        assert made["entries"]
        assert (tmp_path / name).stat().st_size
    workbench("receipts", "close", "--as-of", "2026-03-31", "--reopen", "--json").error("settlement.reason-missing")
    opened = workbench("receipts", "close", "--as-of", "2026-03-31", "--reopen", "--why", "late", "--json")
    assert opened.json["reopened"] == "2026-03-31"
    assert workbench("receipts", "close", "--as-of", "2026-03-31").status == 0


def test_reminders_are_drafts_only(workbench: Workbench, location: Path, tmp_path: Path) -> None:
    told = workbench("receipts", "dun", "--as-of", "2026-04-30", "--out", tmp_path / "mails", "--json").json
    (one,) = told["customers"]
    assert one["ageing"]["USD"]["31-60"] == "15000.00"
    assert [Path(path).suffix for path in told["drafts"]] == [".eml"]
    assert workbench("receipts", "dun", "--as-of", "2026-04-30").status == 0


def test_an_answer_in_the_sheet_is_posted_by_a_push(workbench: Workbench, location: Path, tmp_path: Path) -> None:
    workbench("receipts", "post", "--bar", "1")
    file = tmp_path / "Mine.xlsx"
    assert workbench("pull", file, "--language", "en", "--json").status == 0
    _answer(file, "R-000001", "SO26-00101/2=99999999")
    refused = workbench("push", file, "--json")
    assert [one["code"] for one in refused.json["refused"]] == ["receipt.answer"]
    _answer(file, "R-000001", "SO26-00101/1=15000; I-000002=100")
    pushed = workbench("push", file, "--json").json
    assert (pushed["refused"], pushed["conflicts"]) == ([], [])
    with Register.open(location) as register:
        rows = {row["instalment_id"]: row["document_amount"] for row in register.rows("allocations")}
        assert rows == {"I-000001": 15000, "I-000002": 100}
        assert register.verify().ok
    assert workbench("push", file, "--json").json["changeset"] is None
    assert workbench("undo", str(pushed["changeset"]), "--json").status == 0
    with Register.open(location) as register:
        assert register.count("allocations") == 0


def _answer(file: Path, receipt_id: str, said: str) -> None:
    book = openpyxl.load_workbook(file)
    sheet = book["Matches"]
    head = {cell.value: cell.column for cell in sheet[4]}
    row = next(row for row in range(5, sheet.max_row + 1) if sheet.cell(row, head["Receipt"]).value == receipt_id)
    sheet.cell(row, head["Answer"]).value = said
    book.save(file)
