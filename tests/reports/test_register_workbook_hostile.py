"""Registers nobody would wish for: empty, hostile, overlong, large; and what LibreOffice makes of the file."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import zipfile
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from tests.reports.workbook_reading import AS_OF, NS, OWN_FORMULA, formulas, opened, parts, table_rows, tables_of
from workbench.money import number_format
from workbench.rates import RateBook
from workbench.register import FieldKind, Register
from workbench.reports import write_register_workbook

HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1",
    "@SUM(A1)",
    "-1",
    "\t=1+1",
    "\n=1+1",
    "'quoted",
    "=HYPERLINK(\"http://evil.example\",\"x\")",
    "{=1+1}",
    "https://evil.example/",
    "internal:Settings!A1",
    "<r><t>x</t></r>",
    "<r>&lt;<bad></r>",
    "]]><x/>&amp;",
    "_x0041_ and \x01\x0b\x1f",
    "\ufffe\uffff",
    "a" * 300 + "[]:*?/\\",
    "名称\u202egnp.exe",
    "  padded  ",
]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_text_stays_text(make_register: Register, book: RateBook, tmp_path: Path, language: str) -> None:
    register = make_register
    with register.changeset(origin="test", reason="hostile", author="li.na") as changes:
        ids = changes.insert("customers", [{"legal_name": text, "note": text} for text in HOSTILE])
        orders = [
            {
                "number": text,
                "customer_id": id_,
                "order_date": date(2024, 1, 2),
                "currency": "USD",
                "amount": Decimal(100),
                "note": text,
            }
            for text, id_ in zip(HOSTILE, ids, strict=True)
        ]
        order_ids = changes.insert("orders", orders)
        instalments = [
            {
                "order_id": id_,
                "sequence": 1,
                "kind": "full",
                "due_date": date(2024, 2, 2),
                "currency": "USD",
                "amount": Decimal(100),
            }
            for id_ in order_ids
        ]
        instalment_ids = changes.insert("instalments", instalments)
        money = {"currency": "USD", "amount": Decimal(100), "value_date": date(2024, 2, 2), "account": "ACC-1"}
        receipts = changes.insert("receipts", [{**money, "payer": text, "fingerprint": text} for text in HOSTILE])
        decisions = [
            {"receipt_id": id_, "decision": "review", "reasons": [], "alternatives": [{"instalment_id": other}]}
            for id_, other in zip(receipts, instalment_ids, strict=True)
        ]
        changes.insert("match_decisions", decisions)
    stored = {row["id"]: row["legal_name"] for row in register.rows("customers")}
    path = write_register_workbook(register, book, tmp_path / "Register.xlsx", language=language, as_of=AS_OF).path

    assert [text for _sheet, text in formulas(path) if not OWN_FORMULA.fullmatch(text)] == []
    rules = [rule for sheet in opened(path) for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    lists = [rule.formula1 for rule in rules if not re.fullmatch(r"lst\w+", rule.formula1)]
    assert any('""http://evil.example""' in one for one in lists), "the orders' numbers are offered as answers"
    assert [one for one in lists if not re.fullmatch(r'"([^"]|"")*"', one)] == []
    name, key = ("Legal name", "Id") if language == "en" else ("客户名称", "编号")
    for row in table_rows(path, "tblCustomers"):
        text = stored[row[key].value]
        if "_x" not in f"{text}{row[name].value}":  # openpyxl does not undo the escape as Excel does
            assert row[name].value == text
        assert row[name].data_type == "s"
        assert row[name].quotePrefix == text.startswith(tuple("=+-@\t\r\n'"))
        assert row[name].hyperlink is None
    part = parts(path)["xl/worksheets/sheet2.xml"]
    strings = {_as_excel("".join(one.itertext())) for one in part.iterfind(".//m:is", NS)}
    assert set(stored.values()) <= strings
    _check_package(path)


def test_own_fields_become_columns_whatever_they_are_called(
    make_register: Register, book: RateBook, tmp_path: Path
) -> None:
    names = ["HS code", "=1+1", "Amount", "amount", "two\nlines", "_x0041_", "  "]
    for name in names:
        make_register.define_custom_field("customers", name, FieldKind.TEXT, author="li.na")
    with make_register.changeset(origin="test", reason="own fields", author="li.na") as changes:
        changes.insert("customers", [{"legal_name": "A", "custom": {name: f"value of {name}" for name in names}}])
    path = write_register_workbook(make_register, book, tmp_path / "R.xlsx", language="en", as_of=AS_OF).path
    (row,) = table_rows(path, "tblCustomers")
    values = [str(cell.value) for cell in row.values()]
    assert all(any(value.startswith("value of") and name.strip() in value for value in values) for name in names)
    assert list(formulas(path)) == []
    _check_package(path)


def test_own_fields_keep_their_kind(make_register: Register, book: RateBook, tmp_path: Path) -> None:
    define = make_register.define_custom_field
    for name, kind in (("Paid out on", FieldKind.DATE), ("Audited", FieldKind.BOOLEAN), ("Weight", FieldKind.DECIMAL)):
        define("orders", name, kind, author="li.na")
    define("orders", "Held in", FieldKind.CURRENCY, author="li.na")
    define("orders", "Held", FieldKind.MONEY, author="li.na", currency_field="Held in")
    own = {
        "Paid out on": date(2024, 2, 3),
        "Audited": True,
        "Weight": Decimal("12.125"),
        "Held in": "JPY",
        "Held": Decimal(7),
    }
    with make_register.changeset(origin="test", reason="own fields", author="li.na") as changes:
        (customer,) = changes.insert("customers", [{"legal_name": "A"}])
        order = {"number": "1", "customer_id": customer, "order_date": date(2024, 1, 1), "currency": "USD"}
        changes.insert("orders", [{**order, "amount": Decimal(100), "custom": own}])
    report = write_register_workbook(make_register, book, tmp_path / "R.xlsx", language="en", as_of=AS_OF)
    (row,) = table_rows(report.path, "tblOrders")
    assert row["Paid out on"].value.date() == date(2024, 2, 3)
    assert row["Audited"].value == "Yes"
    assert row["Weight"].value == 12.125
    assert (row["Held"].value, row["Held"].number_format) == (7, number_format("JPY"))
    view = next(view for view in report.views if view.table == "orders")
    assert (view.column("custom.Held").heading, view.column("custom.Held").field) == ("Held", "custom.Held")
    assert view.column("custom.Audited").labels == {"Yes": "true", "No": "false"}


def test_text_longer_than_a_cell_is_cut_in_the_open(make_register: Register, book: RateBook, tmp_path: Path) -> None:
    texts = ["x" * 40_000, "𝄞" * 20_000, "y" * 32_767]
    with make_register.changeset(origin="test", reason="long", author="li.na") as changes:
        changes.insert("customers", [{"legal_name": "A", "note": text} for text in texts])
    report = write_register_workbook(make_register, book, tmp_path / "R.xlsx", language="en", as_of=AS_OF)
    assert [finding.code for finding in report.findings] == ["workbook.text-cut"] * 2
    assert report.findings[0].where.startswith("Customers!")
    notes = [row["Note"].value for row in table_rows(report.path, "tblCustomers")]
    for text, note in zip(texts, notes, strict=True):
        assert len(note.encode("utf-16-le")) <= 2 * 32_767
        assert note == text or note.endswith(
            f" … [cut: {len(text):,} characters in all; the register has the full text]"
        )
    assert notes[2] == texts[2]


def test_amounts_beyond_a_spreadsheet_s_digits_stay_exact(
    make_register: Register, book: RateBook, tmp_path: Path
) -> None:
    amount = Decimal("12345678901234567.89")
    with make_register.changeset(origin="test", reason="huge", author="li.na") as changes:
        (customer,) = changes.insert("customers", [{"legal_name": "A"}])
        order = {"number": "1", "customer_id": customer, "order_date": date(2024, 1, 1), "currency": "USD"}
        changes.insert("orders", [{**order, "amount": amount}])
    report = write_register_workbook(make_register, book, tmp_path / "R.xlsx", language="en", as_of=AS_OF)
    (row,) = table_rows(report.path, "tblOrders")
    assert Decimal(str(row["Amount"].value).replace(",", "")) == amount
    assert [finding.code for finding in report.findings] == ["workbook.amount-as-text"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_empty_register_is_a_workbook_to_begin_with(
    make_register: Register, book: RateBook, tmp_path: Path, language: str
) -> None:
    report = write_register_workbook(make_register, book, tmp_path / "R.xlsx", language=language, as_of=AS_OF)
    sheet, table = tables_of(report.path)["tblOrders"]
    assert range_boundaries(table.ref)[1::2] == (4, 5)
    assert sheet.data_validations.dataValidation
    assert "workbench adopt" in " ".join(str(cell) for row in opened(report.path).worksheets[0].values for cell in row)
    _check_package(report.path)


def test_the_package_is_strictly_well_formed(firm: Register, book: RateBook, tmp_path: Path) -> None:
    for language in ("en", "zh"):
        _check_package(
            write_register_workbook(firm, book, tmp_path / f"{language}.xlsx", language=language, as_of=AS_OF).path
        )


def test_a_register_of_some_size_adds_up(make_register: Register, book: RateBook, tmp_path: Path) -> None:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    currencies = [("USD", "0.01"), ("JPY", "1"), ("KWD", "0.001"), ("EUR", "0.01")]
    with make_register.changeset(origin="test", reason="many", author="li.na") as changes:
        customers = changes.insert("customers", [{"legal_name": f"Customer {n}"} for n in range(40)])
        orders = []
        for n in range(2_100):  # more than are read at a time
            currency, unit = currencies[n % 4]
            amount = Decimal(100_000 + 37 * n) * Decimal(unit)
            totals[currency] += amount
            orders.append(
                {
                    "number": f"N{n}",
                    "customer_id": customers[n % 40],
                    "order_date": date(2024, 1, 1) + timedelta(n % 90),
                    "currency": currency,
                    "amount": amount,
                }
            )
        ids = changes.insert("orders", orders)
        changes.insert(
            "instalments",
            [
                {
                    "order_id": id_,
                    "sequence": 1,
                    "kind": "full",
                    "due_date": date(2024, 6, 1) + timedelta(n % 60),
                    "currency": order["currency"],
                    "amount": order["amount"],
                }
                for n, (id_, order) in enumerate(zip(ids, orders, strict=True))
            ],
        )
    path = write_register_workbook(make_register, book, tmp_path / "R.xlsx", language="en", as_of=AS_OF).path
    for name, column in (("tblOrders", "Amount"), ("tblInstalments", "Open")):
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for row in table_rows(path, name):
            sums[row["Currency"].value] += Decimal(repr(row[column].value))
        assert sums == totals


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_it_and_adds_up_the_same(firm: Register, book: RateBook, tmp_path: Path) -> None:
    written = write_register_workbook(firm, book, tmp_path / "Register.xlsx", language="zh", as_of=AS_OF).path
    bare = tmp_path / "bare.xlsx"
    _without_cached_values(written, bare)
    kept, pdf, csv_file = (_convert(bare, kind, tmp_path) for kind in ("xlsx:Calc MS Excel 2007 XML", "pdf", "csv"))
    ours = openpyxl.load_workbook(written, data_only=True)
    theirs = openpyxl.load_workbook(kept, data_only=True)
    compared = 0
    for sheet, text in formulas(written):
        assert OWN_FORMULA.fullmatch(text)
        for row in opened(written)[sheet].iter_rows():
            for cell in row:
                if cell.value == text:
                    value = theirs[sheet][cell.coordinate].value
                    assert value == pytest.approx(ours[sheet][cell.coordinate].value, abs=1e-6), (sheet, text)
                    compared += 1
    assert compared >= 8
    for title in ("订单", "分期", "收款"):
        sums: list[dict[str, Decimal]] = []
        for workbook in (ours, theirs):
            head = [cell.value for cell in workbook[title][4]]
            money, code = head.index("金额"), head.index("币种")
            total: dict[str, Decimal] = defaultdict(Decimal)
            for row in workbook[title].iter_rows(min_row=5, values_only=True):
                if row[code]:
                    total[row[code]] += Decimal(repr(row[money]))
            sums.append(dict(total))
        assert sums[0] == sums[1]
    assert pdf.read_bytes().startswith(b"%PDF")
    with csv_file.open(encoding="utf-8") as lines:
        assert any("应收未收" in cell for row in csv.reader(lines) for cell in row)


def _convert(path: Path, kind: str, folder: Path) -> Path:
    out = folder / f"out-{kind.partition(':')[0]}"
    profile = (folder / "profile").as_uri()
    filters = f"{kind}:Text - txt - csv (StarCalc):44,34,76" if kind == "csv" else kind
    command = ["soffice", "--headless", f"-env:UserInstallation={profile}", "--convert-to", filters]
    done = subprocess.run([*command, "--outdir", str(out), str(path)], capture_output=True, text=True, check=False)
    made = out / f"{path.stem}.{kind.partition(':')[0]}"
    assert made.exists(), done.stderr
    return made


def _without_cached_values(source: Path, target: Path) -> None:
    """The same workbook with the results of its formulas struck out, so that the reader has to compute them."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                body = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", body)
            new.writestr(name, body)


def _as_excel(text: str) -> str:
    """The text as Excel reads it: control characters are kept in the file as ``_x0001_``."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)


def _check_package(path: Path) -> None:
    """Every part parses; tables, names and links point at what is there; nothing leads out of the file."""
    found = parts(path)
    assert not [name for name in found if "external" in name.lower() or "connection" in name.lower()]
    names: list[str] = []
    ids: list[str] = []
    book = opened(path)
    sheets = set(book.sheetnames)
    for name, root in found.items():
        if name.startswith("xl/tables/"):
            names.append(root.get("name").lower())
            ids.append(root.get("id"))
            heads = [one.get("name") for one in root.iterfind("m:tableColumns/m:tableColumn", NS)]
            assert len({head.lower() for head in heads}) == len(heads) == int(root[1].get("count"))
            left, top, right, _bottom = range_boundaries(root.get("ref"))
            assert right - left + 1 == len(heads)
            sheet = tables_of(path)[root.get("name")][0]
            assert [sheet.cell(top, col).value for col in range(left, right + 1)] == heads
        if name.startswith("xl/worksheets/_rels"):
            assert not [one for one in root if one.get("TargetMode") == "External"]
        if name.startswith("xl/worksheets/sheet"):
            for link in root.iterfind(".//m:hyperlink", NS):
                sheet_name, _, _cell = link.get("location").rpartition("!")
                assert sheet_name.strip("'") in sheets
    assert len(names) == len(set(names))
    assert len(ids) == len(set(ids))
    defined = [one.get("name") for one in found["xl/workbook.xml"].iterfind("m:definedNames/m:definedName", NS)]
    own = [one.lower() for one in defined if not one.startswith("_xlnm")]
    assert len(own) == len(set(own))
    assert not set(own) & set(names)
    for one in found["xl/workbook.xml"].iterfind("m:definedNames/m:definedName", NS):
        assert one.text.rpartition("!")[0].strip("'").rpartition("'")[2] in sheets
