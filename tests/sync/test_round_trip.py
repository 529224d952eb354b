"""Cells that programs like to change come back exactly, or are refused at the cell; nothing is pushed in silence.

    WORKBENCH_ROUND_TRIP_CELLS=100000 python -m pytest tests/sync/test_round_trip.py -s

compares at least that many cells; a run of all tests compares a few thousand. A register is shown in three workbooks: the
register's own, and a bound sheet that rows were spliced into, counting days from 1900 and from 1904. Each is then left
alone, or opened and saved by openpyxl or by LibreOffice. Cells are read by a reader of this file's own.
"""

from __future__ import annotations

import math
import os
import random
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZipFile

import openpyxl
import pytest
import xlsxwriter
from lxml import etree
from openpyxl.worksheet.worksheet import Worksheet

from workbench.money import CURRENCIES, from_minor
from workbench.places import a1, column_number
from workbench.rates import RateBook
from workbench.register import TABLES, FieldKind, Register
from workbench.reports.bound_workbook import write_bound_workbook
from workbench.splicing import WorkbookEditor
from workbench.sync import BoundColumn, SheetColumns, bind_views, carried_rows, pull, push, status
from workbench.sync.binding import SheetView
from workbench.sync.closed import ClosedFile, origin_of, put_hidden
from workbench.sync.model import Binding

pytestmark = pytest.mark.xdist_group("libreoffice")

CELLS = int(os.environ.get("WORKBENCH_ROUND_TRIP_CELLS", "6000"))
SEED = int(os.environ.get("WORKBENCH_ROUND_TRIP_SEED", "20260331"))
ROUTES = ("register workbook", "bound sheet", "bound sheet of 1904")
PROGRAMS = ("nobody", "openpyxl", "LibreOffice")
_CELLS_A_ROW = 28  # of a customer and an order together, at least
ROWS = max(20, math.ceil(CELLS / (len(ROUTES) * len(PROGRAMS) * _CELLS_A_ROW)))

TEXTS = (
    "007", "00123456789012345678", "1234567890123456789", "1E5", "1e-5", "0x10", "1_000", "-0", "0.0", "1.0", "１２３", "NaN",
    "=1+1", '=HYPERLINK("http://x","y")', "@x", "+86 21", "-5", "'quoted", "''", "trailing ", "  leading", "two  spaces",
    "nb\u00a0sp", "\u00a0", " ", "tab\tin", "\tlead", "line\nbreak", "\n", "cr\rlf\r\nx", "\r", "ctl\x01\x08\x0b\x1f",
    "\x7f\x85\x9f", "emoji 🧾👩‍💻", "مرحبا \u202eRTL", "_x0041_", "a_x000D_b", "_x000a_", "__x0041_", "_X0041_", "<r>x</r>",
    "<b>&amp;</b>", "]]>", "2026-01-02", "12/05/2026", "3-4", "1/2", "TRUE", "false", "None", "1,234.56", "50%", "$5", "￥10",
    "#N/A", "#REF!", "\ufeffbom", "\u200b", "e\u0301 é", "中文 字符", "\ufffe\uffff", "\U0010ffff", "a;b", "\u2028x\u2029",
    "%s{0}\\n", "x" * 300,
)  # fmt: skip
MISREAD = ("_x005F_x0041_", "1_x005F_x000D_2")
"""Texts that openpyxl and LibreOffice are known to change when they save them."""
LONG = ("y" * 32_767, "z" * 40_000, "🧾" * 20_000, "line\r\n" * 8_000)
DAYS = (
    date(1, 1, 1), date(1899, 12, 31), date(1900, 1, 1), date(1900, 2, 28), date(1900, 3, 1), date(1903, 12, 31),
    date(1904, 1, 1), date(1904, 1, 2), date(2026, 12, 31), date(9999, 12, 31),
)  # fmt: skip
NUMBERS = (
    "0", "-0", "1", "0.1", "-0.30", "1E+3", "1.50", "123456789012345", "1234567890123456", "0.1234567890123456789", "1E-20",
    "-99999999999999.9", "3.3333333333333335",
)  # fmt: skip
UNITS = (0, 1, -1, 10**14, 10**15 - 1, 10**15, -(10**17) - 1, 2**63 - 1)

_WRITTEN = ("local_name", "payment_terms", "tax_id", "email", "phone", "address", "tier", "owner", "note")
_OWN = {
    "day": FieldKind.DATE, "flag": FieldKind.BOOLEAN, "factor": FieldKind.DECIMAL, "count": FieldKind.INTEGER,
    "fee": FieldKind.MONEY, "remark": FieldKind.TEXT,
}  # fmt: skip
CUSTOMERS = SheetColumns(
    (
        BoundColumn("Name", "legal_name"),
        BoundColumn("Code", "code"),
        BoundColumn("Currency", "default_currency"),
        BoundColumn("Country", "country"),
        BoundColumn("Tags", "tags"),
        BoundColumn("Screening", "screening_state", labels={"To do": "unchecked", "Fine": "clear", "Stop": "blocked"}),
        *(BoundColumn(one.title(), one) for one in _WRITTEN),
        *(BoundColumn(f"Own {one}", f"custom.{one}") for one in _OWN),
    ),
    key="id",
    version="version",
    state="Sync",
)
ORDERS = SheetColumns(
    (
        BoundColumn("Number", "number"),
        BoundColumn("Customer", "customer_id", lookup="customers.code"),
        BoundColumn("PO", "customer_po"),
        BoundColumn("Date", "order_date"),
        BoundColumn("Currency", "currency"),
        BoundColumn("Amount", "amount"),
        BoundColumn("In base", "base_amount", editable=False),
        BoundColumn("Deposit", "deposit_percent"),
        BoundColumn("Due", "due_date"),
        BoundColumn("Status", "status", labels={"Open": "open", "Paid": "paid"}),
        BoundColumn("Note", "note"),
    ),
    key="id",
    version="version",
    state="Sync",
)


# The firm


class Draw(random.Random):
    """Draws texts out of all that programs like to change."""

    texts: Sequence[str] = (*TEXTS, *MISREAD)


class PlainDraw(Draw):
    """Leaves out what openpyxl misreads: where it stands for the person who types, it must not change other cells."""

    texts = tuple(one for one in TEXTS if not re.search("_x", one, re.IGNORECASE))


def make_firm(location: Path, draw: Draw) -> Register:
    """A register full of what programs like to change."""
    register = Register.create(location, base_currency="CNY", actor="test")
    for name, kind in _OWN.items():
        currency = "default_currency" if kind is FieldKind.MONEY else ""
        register.define_custom_field("customers", name, kind, author="test", currency_field=currency)
    with register.changeset(origin="test", reason="fill", author="test") as cs:
        ids = cs.insert("customers", [customer(number, draw) for number in range(ROWS)])
        orders = [order(number, draw, ids) for number in range(ROWS)]
        made = cs.insert("orders", orders)
        parts = [
            {"order_id": one, "sequence": 1, "kind": "full", "currency": row["currency"], "amount": row["amount"],
             "due_date": row["due_date"], "refundable": sometimes(draw, draw.random() < 0.5)}
            for one, row in zip(made, orders, strict=True)
        ]  # fmt: skip
        cs.insert("instalments", parts)
    return register


def customer(number: int, draw: Draw) -> dict[str, Any]:
    code = sorted(CURRENCIES)[number % len(CURRENCIES)]
    own = {
        "day": sometimes(draw, a_day(draw)),
        "flag": sometimes(draw, draw.random() < 0.5),
        "factor": sometimes(draw, a_number(draw)),
        "count": sometimes(draw, draw.choice((0, -1, 7, 10**12, 10**15, 10**17 + 1))),
        "fee": sometimes(draw, an_amount(draw, code)),
        "remark": sometimes(draw, a_text(draw)),
    }
    row = {
        **{name: sometimes(draw, a_text(draw)) for name in _WRITTEN},
        "legal_name": f"{number} {a_text(draw)}",
        "code": f"{number:06d}",
        "default_currency": code,
        "country": draw.choice(("CN", "US", None)),
        "tags": sometimes(draw, draw.sample(("a", "b c", "ü", "007", "TRUE", "1E5"), draw.randint(1, 3))),
        "screening_state": draw.choice(("unchecked", "clear", "blocked", None)),
        "custom": {name: value for name, value in own.items() if value is not None},
    }
    if number < len(LONG):
        row["note"] = LONG[number]
    elif number == len(LONG):
        row["note"] = ""  # not the same as none at all in the register, and the same in a sheet
    return row


def order(number: int, draw: Draw, customers: Sequence[str]) -> dict[str, Any]:
    code = sorted(CURRENCIES)[number * 7 % len(CURRENCIES)]
    return {
        "number": f"{number} {a_text(draw)}",
        "customer_id": draw.choice(customers),
        "customer_po": sometimes(draw, a_text(draw)),
        "order_date": a_day(draw),
        "currency": code,
        "amount": an_amount(draw, code, UNITS[:-2]),  # the largest have no figure in base currency
        "deposit_percent": sometimes(draw, a_number(draw)),
        "due_date": sometimes(draw, a_day(draw)),
        "status": draw.choice(("open", "paid", None)),
        "note": sometimes(draw, a_text(draw)),
    }


def sometimes(draw: Draw, value: Any) -> Any:
    return None if draw.random() < 0.15 else value


def a_text(draw: Draw) -> str:
    kind = draw.random()
    if kind < 0.6:
        return draw.choice(draw.texts)
    if kind < 0.85:
        return "".join(draw.choices(draw.texts, k=draw.randint(2, 3)))
    points = ((1, 0xFF), (0x20, 0x2FFF), (0xE000, 0xFFFF), (0x1F300, 0x1FAFF))
    return "".join(chr(draw.randint(*draw.choice(points))) for _n in range(draw.randint(1, 12)))


def a_day(draw: Draw) -> date:
    return draw.choice(DAYS) if draw.random() < 0.3 else date(1900, 1, 1) + timedelta(draw.randint(0, 80_000))


def an_amount(draw: Draw, code: str, units: Sequence[int] = UNITS) -> Decimal:
    return from_minor(draw.choice((*units, draw.randint(-(10**6), 10**6), draw.randint(-(10**12), 10**12))), code)


def a_number(draw: Draw) -> Decimal:
    return Decimal(draw.choice((*NUMBERS, str(draw.random()))))


# Its workbooks


def write_workbook(register: Register, route: str, path: Path) -> None:
    """The register in one of the workbooks."""
    if route == "register workbook":
        write_bound_workbook(register, RateBook.embedded(), path, language="en", author="li.na")
        return
    views = {"Customers": ("customers", CUSTOMERS), "Orders": ("orders", ORDERS)}
    with xlsxwriter.Workbook(str(path), {"date_1904": route.endswith("1904")}) as book:
        for sheet, (_table, columns) in views.items():
            headings = [columns.key, columns.version, *(one.heading for one in columns.bound), columns.state]
            book.add_worksheet(sheet).write_row(0, 0, headings)
    stamp = bind_views(
        register,
        [SheetView(sheet, "", table, columns, {}) for sheet, (table, columns) in views.items()],
        file=path.name,
        origin=origin_of(path),
        language="en",
        author="li.na",
    )
    editor = WorkbookEditor.open(path)
    put_hidden(editor, carried_rows(replace(stamp, fresh=tuple(stamp.bindings))))
    editor.save(keep=0)
    assert pull(register, ClosedFile(path), author="li.na").added == 2 * ROWS


def save_with_openpyxl(source: Path, target: Path) -> None:
    openpyxl.load_workbook(source).save(target)


def save_with_libreoffice(sources: Sequence[Path], folder: Path) -> None:
    """All of the files at once: starting LibreOffice takes longer than saving."""
    profile = (folder / "profile").as_uri()
    command = [
        "soffice",
        "--headless",
        f"-env:UserInstallation={profile}",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
    ]
    subprocess.run(
        [*command, "--outdir", str(folder), *map(str, sources)], check=True, capture_output=True, timeout=600
    )


@dataclass(frozen=True, slots=True)
class Firm:
    """A register, its workbooks as they were written, and as they are after a program has saved them."""

    register: Register
    written: Mapping[str, Path]
    saved: Mapping[tuple[str, str], Path]

    def copy(self, route: str, program: str, folder: Path) -> Path:
        """A workbook of one's own, and the only one: a copy of one that is still there would get a new identity."""
        path = folder / f"{route}.xlsx"
        shutil.copy(self.saved[route, program], path)
        return path


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    folder = tmp_path_factory.mktemp("firm")
    draw = Draw(SEED)
    with make_firm(folder / "register.sqlite", draw) as register:
        written: dict[str, Path] = {}
        saved: dict[tuple[str, str], Path] = {}
        for route in ROUTES:
            written[route] = saved[route, "nobody"] = folder / f"{route}.xlsx"
            write_workbook(register, route, written[route])
            saved[route, "openpyxl"] = folder / "openpyxl" / f"{route}.xlsx"
            saved[route, "openpyxl"].parent.mkdir(exist_ok=True)
            save_with_openpyxl(written[route], saved[route, "openpyxl"])
        if shutil.which("soffice"):
            (folder / "LibreOffice").mkdir()
            save_with_libreoffice(list(written.values()), folder / "LibreOffice")
            saved |= {(route, "LibreOffice"): folder / "LibreOffice" / f"{route}.xlsx" for route in ROUTES}
        yield Firm(register, written, saved)


@pytest.fixture(params=[(route, program) for route in ROUTES for program in PROGRAMS], ids=" saved by ".join)
def case(request: pytest.FixtureRequest, firm: Firm) -> tuple[str, str]:
    if request.param not in firm.saved:
        pytest.skip("LibreOffice is not installed")
    return request.param  # type: ignore[no-any-return]  # pytest's params are not typed


# Reading, independently


class Held(NamedTuple):
    """What a cell holds: ``n`` and a number, or another kind and text."""

    kind: str
    value: float | str


def read_sheets(path: Path) -> dict[str, dict[str, Held]]:
    """Cells of all sheets by reference; empty ones and those with formulas are left out."""
    with ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    links = {one.get("Id"): one.get("Target", "") for one in xml(parts["xl/_rels/workbook.xml.rels"])}
    shared = parts.get("xl/sharedStrings.xml")
    strings = [text_of(one) for one in xml(shared)] if shared else []
    sheets = {}
    for one in xml(parts["xl/workbook.xml"]).iterfind("{*}sheets/{*}sheet"):
        target = links[next(value for name, value in one.items() if name.endswith("}id"))]
        root = xml(parts[f"xl/{target.removeprefix('/xl/')}"])
        held = {cell.get("r", ""): held_by(cell, strings) for cell in root.iterfind("{*}sheetData/{*}row/{*}c")}
        sheets[one.get("name", "")] = {place: one for place, one in held.items() if one is not None}
    return sheets


def xml(data: bytes) -> etree._Element:
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, huge_tree=True))


def held_by(cell: etree._Element, strings: Sequence[str]) -> Held | None:
    kind = cell.get("t", "n")
    value, inline = cell.find("{*}v"), cell.find("{*}is")
    if cell.find("{*}f") is not None:
        return None
    if kind == "inlineStr":
        text = "" if inline is None else text_of(inline)
    elif value is None or value.text is None:
        return None
    elif kind == "n":
        return Held("n", float(value.text))
    else:
        text = strings[int(value.text)] if kind == "s" else value.text
    return Held("b" if kind == "b" else "s", text) if text else None


def text_of(node: etree._Element) -> str:
    written = "".join(one.text or "" for one in node.iter("{*}t"))
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), written)


def plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def same_lines(written: str, saved: str) -> bool:
    """Programs keep CR as LF, make one of LF and CR, or leave it out."""
    return plain(saved) in {plain(written), plain(written.replace("\n\r", "\n")), written.replace("\r", "")}


def alike(one: Held | None, other: Held | None) -> bool:
    if one is None or other is None or one.kind != "n" or other.kind != "n":
        return one == other or (
            one is not None
            and other is not None
            and one.kind == other.kind
            and same_lines(str(one.value), str(other.value))
        )
    return math.isclose(float(one.value), float(other.value), rel_tol=1e-14, abs_tol=0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A bound sheet: its headings by column letters, and the rows of ids."""

    binding: Binding
    head: int
    columns: Mapping[str, int]
    rows: Mapping[int, str]

    @classmethod
    def found(cls, binding: Binding, cells: Mapping[str, Held]) -> Sheet:
        key = next(place for place, held in cells.items() if held.value == binding.columns.key)
        head = int(re.sub(r"\D", "", key))
        columns = {
            str(held.value): column_number(place.removesuffix(str(head)))
            for place, held in cells.items()
            if re.fullmatch(rf"[A-Z]+{head}", place)
        }
        letters = key.removesuffix(str(head))
        rows = {
            int(place.removeprefix(letters)): str(held.value)
            for place, held in cells.items()
            if re.fullmatch(rf"{letters}\d+", place) and place != key
        }
        return cls(binding, head, columns, rows)


def bound_sheets(register: Register, path: Path) -> dict[str, Sheet]:
    """Bound sheets of a workbook by name."""
    cells = read_sheets(path)
    hidden = cells["_workbench"]
    ids = {str(held.value) for place, held in hidden.items() if place.startswith("B")}
    bindings = [Binding.from_row(row) for row in register.rows("bindings") if row["id"] in ids]
    return {one.sheet: Sheet.found(one, cells[one.sheet]) for one in bindings}


# Nothing typed


def test_what_nobody_typed_is_no_edit(firm: Firm, case: tuple[str, str], tmp_path: Path) -> None:
    """The report names just those cells that the program has changed, and no other."""
    route, program = case
    before, after = read_sheets(firm.written[route]), read_sheets(firm.saved[case])
    changed, compared = set(), 0
    for name, sheet in bound_sheets(firm.register, firm.written[route]).items():
        places = [a1(row, sheet.columns[one.heading]) for row in sheet.rows for one in sheet.binding.columns.bound]
        compared += len(places)
        changed |= {(name, place) for place in places if not alike(before[name].get(place), after[name].get(place))}
    told = status(firm.register, ClosedFile(firm.copy(route, program, tmp_path)))
    print(
        f"\n{route}, saved by {program}: {compared:,} cells compared, {len(changed)} changed by the program and refused"
    )
    assert compared >= CELLS / len(ROUTES) / len(PROGRAMS)
    assert refused_cells(told.refused) == changed
    assert (told.edits, told.created, told.refreshed, told.added, told.gone, told.conflicts) == (0, 0, 0, 0, 0, [])
    assert told.asked == []
    if program == "nobody":
        assert not changed


def refused_cells(findings: Sequence[Any]) -> set[tuple[str, str]]:
    return {tuple(one.where.split("!")[1:]) for one in findings}  # sheet and cell


# Typed


REFUSED = object()
"""Stands for: refused at the cell."""


class Typed(NamedTuple):
    """What is typed (through openpyxl), what the register is to have then, and the number format that goes with it."""

    value: Any
    wanted: Any
    number_format: str = ""


def same_text(text: str) -> Typed:
    return Typed(text, plain(text))


@cache
def typed_by_kind() -> Mapping[str, Sequence[Typed]]:
    """Edits by kind of the field. openpyxl cannot type control characters, nor what looks like their escapes."""
    texts = [
        one for one in TEXTS if not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|_x[0-9a-fA-F]{4}_|[\ufffe\uffff]", one)
    ]
    return {
        "text": [
            *map(same_text, texts),
            Typed("é" * 32_767, "é" * 32_767),
            Typed(None, None),
            Typed(42, "42"),
            Typed(Decimal("1.5"), "1.5"),
            Typed(-0.25, "-0.25"),
            Typed(True, "TRUE"),
            Typed(Decimal(1234567890123456789), REFUSED),
            Typed(date(2026, 3, 4), REFUSED),  # 3-4, typed into a cell that was not formatted as text
            Typed(datetime(2026, 3, 4, 12, 30), REFUSED),
            Typed(0.5, REFUSED, "0%"),
            Typed(7, "00007", "00000"),
            Typed(5, REFUSED, "[$$-409]#,##0"),
        ],
        "money": [
            Typed(7, Decimal(7)),
            Typed(-12, Decimal(-12)),
            Typed(0, Decimal(0)),
            Typed(Decimal(123456789012345), Decimal(123456789012345)),
            Typed("1200", Decimal(1200)),
            Typed(Decimal("0.00001"), REFUSED),
            Typed(Decimal(10) ** 15, REFUSED),
            Typed("about 5", REFUSED),
            Typed(True, REFUSED),
            Typed(date(2026, 3, 4), REFUSED),
            Typed(0.5, REFUSED, "0%"),
        ],
        "decimal": [
            Typed(Decimal("0.125"), Decimal("0.125")),
            Typed(30, Decimal(30)),
            Typed("1,234.5", Decimal("1234.5")),
            Typed(Decimal(10) ** 15, REFUSED),
            Typed("x", REFUSED),
            Typed(False, REFUSED),
            Typed(date(2026, 3, 4), REFUSED),
        ],
        "integer": [
            Typed(12, 12),
            Typed("12", 12),
            Typed(2.5, REFUSED),
            Typed(Decimal(10) ** 15 + 1, REFUSED),
            Typed(True, REFUSED),
            Typed(date(2026, 3, 4), REFUSED),
        ],
        "date": [
            *(Typed(day, day) for day in (date(1904, 1, 2), date(1999, 12, 31), date(2000, 2, 29), date(2026, 5, 6))),
            Typed("2026-05-07", date(2026, 5, 7)),
            Typed("05/06/2026", REFUSED),
            Typed("soon", REFUSED),
            Typed(datetime(2026, 5, 6, 13, 30), REFUSED),
            Typed(True, REFUSED),
        ],
        "boolean": [
            Typed(True, True),
            Typed(False, False),
            Typed("yes", True),
            Typed("perhaps", REFUSED),
            Typed(None, None),
        ],
        "list": [Typed("a, b; c", ["a", "b", "c"]), Typed("ü", ["ü"]), Typed("007", ["007"]), Typed(None, None)],
        "labelled": [Typed("?!", REFUSED)],
        "percent": [Typed(30, Decimal(30)), Typed(12.5, Decimal("12.5")), Typed(0.3, Decimal(30), "0%")],
        "any": [Typed("=1+1", REFUSED), Typed("#N/A", REFUSED)],
    }


def kind_of(register: Register, table: str, one: BoundColumn) -> str:
    name = one.field.removeprefix("custom.")
    field = register.custom_fields(table)[name] if "custom." in one.field else TABLES[table].field_named(name)
    if one.lookup or one.labels:
        return "labelled" if field.kind is not FieldKind.BOOLEAN else "boolean"
    if name.endswith("_percent"):
        return "percent"
    return {FieldKind.JSON: "list", FieldKind.CURRENCY: "", FieldKind.COUNTRY: ""}.get(field.kind, field.kind.value)


class Edit(NamedTuple):
    """One typed cell, and what may be typed there that can be taken."""

    table: str
    row: str
    field: str
    sheet: str
    place: str
    typed: Typed
    takeable: Sequence[Typed]


def draw_edits(register: Register, path: Path, draw: Draw) -> list[Edit]:
    """Two edits in each row."""
    edits = []
    for name, sheet in bound_sheets(register, path).items():
        table = sheet.binding.table
        columns = [one for one in sheet.binding.columns.bound if one.editable and one.field and one.field not in KEPT]
        for number, row_id in sheet.rows.items():
            for one in draw.sample(columns, 2):
                takeable, refused = choices_for(register, table, one)
                if takeable:
                    typed = draw.choice([*takeable, *refused])
                    edits.append(
                        Edit(table, row_id, one.field, name, a1(number, sheet.columns[one.heading]), typed, takeable)
                    )
    return edits


def choices_for(register: Register, table: str, one: BoundColumn) -> tuple[list[Typed], list[Typed]]:
    """What may be typed into cells of a column: what can be taken, and what is refused."""
    kind = kind_of(register, table, one)
    choices = list(typed_by_kind().get(kind, ()))
    if kind == "labelled":
        choices += [Typed(label, code) for label, code in one.labels.items()]
    if kind != "text":
        choices += typed_by_kind()["any"]
    takeable = [each for each in choices if each.wanted is not REFUSED]
    return takeable, [each for each in choices if each.wanted is REFUSED]


KEPT = frozenset({"merged_into", "legal_name", "order_id", "customer_id", "sequence", "code", "number"})
"""Fields by which rows are known; what they may hold is tested elsewhere."""


def type_into(path: Path, edits: Sequence[Edit]) -> None:
    book = openpyxl.load_workbook(path)
    for one in edits:
        put(book[one.sheet], one.place, one.typed)
    book.save(path)


def put(sheet: Worksheet, place: str, typed: Typed) -> None:
    cell = sheet[place]
    cell.value = typed.value
    if isinstance(typed.value, str) and typed.wanted is not REFUSED:
        cell.data_type = "s"
    elif typed.number_format:
        cell.number_format = typed.number_format
    elif not isinstance(typed.value, date):
        cell.number_format = "General"


def stored(register: Register, one: Edit) -> Any:
    row = register.get(one.table, one.row)
    value = row["custom"].get(one.field.removeprefix("custom.")) if "custom." in one.field else row[one.field]
    return None if value == "" else value


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("route", ROUTES)
def test_what_was_typed_arrives_or_is_refused_at_its_cell(route: str, program: str, tmp_path: Path) -> None:
    draw = Draw(f"{SEED} {route} {program}")
    if program == "LibreOffice" and not shutil.which("soffice"):
        pytest.skip("LibreOffice is not installed")
    with make_firm(tmp_path / "register.sqlite", PlainDraw(SEED)) as register:
        path = tmp_path / f"{route}.xlsx"
        write_workbook(register, route, path)
        saved = tmp_path / "saved" / path.name
        saved.parent.mkdir()
        if program == "openpyxl":
            save_with_openpyxl(path, saved)
        elif program == "LibreOffice":
            save_with_libreoffice([path], saved.parent)
        if saved.exists():
            saved.replace(path)
        _type_and_push(register, path, draw)


def _type_and_push(register: Register, path: Path, draw: Draw) -> None:
    before = {
        table: {row["id"]: row for row in register.rows(table)} for table in ("customers", "orders", "instalments")
    }
    edits = [one for one in draw_edits(register, path, draw) if not is_same(stored(register, one), one.typed)]
    edits = [one for one in edits if not shown_cut(stored(register, one))]
    type_into(path, edits)
    wrong = {(one.sheet, one.place) for one in edits if one.typed.wanted is REFUSED}
    told = push(register, ClosedFile(path), author="li.na")
    assert refused_cells(told.refused) == wrong
    assert told.changeset is None
    assert before == {table: {row["id"]: row for row in register.rows(table)} for table in before}

    mended = [one._replace(typed=draw.choice(one.takeable)) if one.typed.wanted is REFUSED else one for one in edits]
    type_into(path, [one for one in mended if (one.sheet, one.place) in wrong])
    told = push(register, ClosedFile(path), author="li.na")
    assert told.refused == []
    assert told.changeset
    wanted = {(one.table, one.row, one.field): one.typed.wanted for one in mended}
    for one in mended:
        assert stored(register, one) == wanted[one.table, one.row, one.field], one
    changed = {
        (table, row_id, field)
        for table, rows in before.items()
        for row_id, row in rows.items()
        for field in changed_fields(row, register.get(table, row_id))
    }
    assert changed <= wanted.keys()
    assert register.verify().ok
    told = status(register, ClosedFile(path))
    assert (told.edits, told.refused, told.conflicts, told.refreshed) == (0, [], [], 0)


def is_same(stored: Any, typed: Typed) -> bool:
    """Whether the typed cell looks as it did, or holds as a number what stood there as text (which is refused)."""
    if isinstance(stored, str) and stored.lstrip("0") == str(typed.value):
        return True
    text = isinstance(stored, str) and isinstance(typed.value, str) and same_lines(stored, typed.value)
    return text or stored in (typed.wanted, typed.value)


def shown_cut(value: Any) -> bool:
    return isinstance(value, str) and len(value.encode("utf-16-le")) > 2 * 32_767


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    own = {f"custom.{name}" for name in _OWN if before["custom"].get(name) != after["custom"].get(name)}
    ignored = {"version", "custom", "base_currency", "base_amount"}
    names = {name for name in before if name not in ignored and not name.startswith("rate_")}
    return own | {name for name in names if before[name] != after[name]}
