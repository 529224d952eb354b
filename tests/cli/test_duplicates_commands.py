"""``workbench duplicates``: decisions, queue, bars and the door from the command line, as scripts use them."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.conftest import Workbench, state
from workbench.register import Register

ROWS = [
    {"legal_name": "Falkon Werke GmbH", "country": "DE", "email": "a@falkonwerke.de"},
    {"legal_name": "FALKON WERKE", "country": "DE", "email": "b@falkonwerke.de", "phone": "+49 89 37942502"},
    {"legal_name": "Kontiki Marine", "country": "NZ"},
    {"legal_name": "Kontiki Marine Ltd", "country": "GB"},
]
A, B, C, D = (f"C-00000{number}" for number in range(1, 5))


@pytest.fixture
def firm(register: Path, workbench: Workbench) -> Path:
    with Register.open(register) as opened, opened.changeset(origin="test", reason="firm", author="li.na") as cs:
        cs.insert("customers", ROWS)
    assert workbench("duplicates", "scan", "--register", register, "--json").status == 0
    return register


def test_merge_and_unmerge_leave_the_register_as_it_was(workbench: Workbench, firm: Path) -> None:
    before, _count = state(firm)
    done = workbench("duplicates", "merge", A, B, "--take", f"email={B}", "--register", firm, "--json").json
    (merged,) = done["merged"]
    assert {merged["kept"], merged["merged"]} == {A, B}
    assert {"field": "email", "value": "b@falkonwerke.de", "from": B, "rule": "hand"} in merged["fields"]
    assert done["state"] == state(firm)[0] != before
    back = workbench("duplicates", "unmerge", merged["merged"], "--register", firm, "--json").json
    assert back["unmerged"][0]["stayed"] == []
    assert back["state"] == before == state(firm)[0]
    assert workbench("verify", "--register", firm).status == 0
    workbench("duplicates", "unmerge", B, "--register", firm, "--json").error("duplicates.not-merged")


def test_decisions_go_out_and_come_in(workbench: Workbench, firm: Path, tmp_path: Path) -> None:
    assert workbench("duplicates", "apart", C, D, "--why", "two firms", "--register", firm).status == 0
    assert workbench("duplicates", "parent", B, C, "--register", firm).status == 0
    out = tmp_path / "decisions.csv"
    told = workbench("duplicates", "decisions", "--out", out, "--register", firm, "--json").json["decisions"]
    assert [(one["decision"], one["why"], one["by"]) for one in told] == [
        ("apart", "two firms", "li.na"), ("parent_a", "", "li.na"),
    ]  # fmt: skip
    again = workbench("duplicates", "decisions", "--import", out, "--register", firm, "--json").json
    assert (again["decided"], again["changeset"]) == (0, None)
    refused = workbench("duplicates", "merge", C, D, "--register", firm, "--json")
    assert refused.status == 0, "the pair's own decision may be changed"
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n", encoding="utf-8")
    workbench("duplicates", "decisions", "--import", other, "--register", firm, "--json").error("file.refused")
    workbench("duplicates", "decisions", "--import", tmp_path / "no.csv", "--register", firm, "--json").error(
        "file.refused"
    )


def test_a_queue_is_decided_in_a_file(workbench: Workbench, firm: Path, tmp_path: Path) -> None:
    out = tmp_path / "queue.csv"
    found = workbench("duplicates", "review", "--out", out, "--register", firm, "--json").json
    assert found["waiting"] == len(found["pairs"]) >= 1
    with out.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    (row,) = (row for row in rows if {row["customer_a"], row["customer_b"]} == {A, B})
    row["decision"] = "merge"
    with out.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    done = workbench("duplicates", "decisions", "--import", out, "--register", firm, "--json").json
    assert (done["decided"], len(done["merged"])) == (1, 1)


def test_contradictions_are_refused(workbench: Workbench, firm: Path) -> None:
    workbench("duplicates", "merge", A, B, "--register", firm)
    workbench("duplicates", "sister", B, C, "--register", firm)
    before = state(firm)
    workbench("duplicates", "merge", A, C, "--register", firm, "--json").error("duplicates.refused")
    workbench("duplicates", "merge", A, "C-000099", "--register", firm, "--json").error("duplicates.refused")
    assert state(firm) == before
    assert workbench("duplicates", "merge", A, "--register", firm).status == 2
    workbench("duplicates", "merge", "--above", "0.2", "--register", firm, "--json").error("configuration.error")


def test_sure_pairs_merge_together(workbench: Workbench, firm: Path) -> None:
    found = workbench("duplicates", "merge", "--above", "0.5", "--register", firm, "--json").json
    assert [{one["kept"], one["merged"]} for one in found["merged"]] == [{A, B}], "two countries are no sure pair"
    assert workbench("duplicates", "merge", "--above", "0.5", "--register", firm, "--json").json["changeset"] is None


def test_figures_of_a_pair_and_of_bars(workbench: Workbench, firm: Path, tmp_path: Path) -> None:
    found = workbench("duplicates", "why", A, B, "--register", firm, "--json").json
    total = float(found["start"]) + sum(float(step["adds"]) for step in found["steps"])
    assert total == pytest.approx(float(found["log_odds"]), abs=0.01)
    assert workbench("duplicates", "why", A, B, "--register", firm).status == 0
    workbench("duplicates", "why", A, "C-000099", "--register", firm, "--json").error("register.row-missing")
    assert len(workbench("duplicates", "tune", "--register", firm, "--json").json["bars"]) == 12
    table = tmp_path / "known.csv"
    table.write_text(
        "id,name,country,who\n1,Falkon Werke GmbH,DE,f\n2,FALKON WERKE,DE,f\n3,Zubr,PL,z\n", encoding="utf-8"
    )
    bars = workbench("duplicates", "tune", table, "--truth", "who", "--json").json["bars"]
    assert (bars[0]["precision"], bars[0]["recall"]) == ("1.0000", "1.0000")
    workbench("duplicates", "tune", table, "--truth", "nobody", "--json").error("configuration.error")
    workbench("duplicates", "retrain", "--register", firm, "--json").error("configuration.error")


def test_the_door(workbench: Workbench, firm: Path) -> None:
    before = state(firm)
    found = workbench(
        "duplicates", "check", "name=Falkon Werke", "email=a@falkonwerke.de", "--register", firm, "--json"
    )
    assert found.json["found"][0]["decision"] == "duplicate"
    assert workbench("duplicates", "check", "name=Zubrowka Foods", "--register", firm, "--json").json == {"found": []}
    workbench("duplicates", "check", "Falkon", "--register", firm, "--json").error("configuration.error")
    assert workbench("duplicates", "documents", "--register", firm, "--json").json["findings"] == []
    assert state(firm) == before


def test_money_that_somebody_typed_before_the_statement_came(
    workbench: Workbench, register: Path, statement: Path
) -> None:
    typed = {"account": "by hand", "value_date": date(2026, 3, 1), "currency": "USD", "amount": Decimal("1200.50"),
             "payer": "Acme Ltd.", "fingerprint": "typed"}  # fmt: skip
    with Register.open(register) as opened, opened.changeset(origin="test", reason="typed", author="li.na") as cs:
        cs.insert("receipts", [typed])
    found = workbench("receipts", "import", statement, "--register", register, "--json").json
    assert [(one["code"], one["where"]) for one in found["findings"]] == [("duplicate.receipt", "march.sta:5")]
    with Register.open(register) as opened:
        assert [row["code"] for row in opened.rows("open_findings")] == ["duplicate.receipt"]
        assert opened.count("receipts") == 3, "both are kept until a person says which is right"
