"""The plan: what of people's workbooks would become records, what is asked, what is refused, and the proof of it."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.adoption.account import AccountOpen, ControlTotal, SheetAccount, account_of
from workbench.adoption.answers import Answers, read_answers
from workbench.adoption.choices import IGNORE, SETTING, Learned, merged, settle_tables
from workbench.adoption.conflicts import customer_key, in_conflict, same_customer, version_chosen
from workbench.adoption.lint import lint_table, reader_findings
from workbench.adoption.order_lines import lines_added
from workbench.errors import ConfigurationError, FileRefused
from workbench.findings import Finding, Severity, count_by_code
from workbench.i18n import _
from workbench.money import in_use
from workbench.rates import RateBook
from workbench.sheets import Record, Role, SheetLayout, TableMap, Workbook, find_tables, read, read_records
from workbench.sheets.cells import finer_than_currency
from workbench.sheets.mapping import KINDS, WIDEST
from workbench.sheets.model import Box, Sheet
from workbench.sheets.words import plain

if TYPE_CHECKING:
    from workbench.register import Register

__all__ = ["Decision", "Item", "Part", "Plan", "Source", "is_asked", "plan"]

Progress = Callable[[str, int, int], None]

_NEEDED = {
    "customers": ((("customer.name", "customer.name_local", "customer.code"), "name", "名称"),),
    "orders": (
        (("order.number",), "number", "编号"),
        (("order.date",), "date", "日期"),
        (("order.customer", "order.customer_code"), "customer", "客户"),
        (("order.currency",), "currency", "币种"),
        (("order.amount",), "amount", "金额"),
    ),
    "receipts": (
        (("receipt.date",), "date", "日期"),
        (("receipt.currency",), "currency", "币种"),
        (("receipt.amount",), "amount", "金额"),
    ),
    "costs": (
        (("cost.order_number",), "order number", "订单号"),
        (("cost.currency",), "currency", "币种"),
        (("cost.amount",), "amount", "金额"),
    ),
}
"""What a record has to have to enter the register: any one of each group, and its name in English and Chinese."""
_USUAL = {kind: {names[0] for names, _what, _what_zh in groups} for kind, groups in _NEEDED.items()}


_FACTS = {
    "customers": ("name", "name_local", "code"),
    "receipts": ("date", "currency", "amount", "payer", "reference", "order_number"),
    "costs": ("order_number", "kind", "supplier", "date", "currency", "amount"),
}


_PREFIX = {kind: f"{kind[:-1]}." for kind in _NEEDED}


class SameName(FileRefused):
    """Two files of one plan have the same name, so that no place in them could be told apart."""

    code = "file.same-name"


class Decision(Enum):
    """What becomes of a record."""

    IMPORTED = "imported"
    HELD = "held"  # something about it is asked first
    REFUSED = "refused"  # something it cannot do without is missing or damaged
    KNOWN = "known"  # the register has it already


@dataclass(slots=True)
class Item:
    """One record with its decision."""

    record: Record
    decision: Decision
    sha256: str
    occurrence: int = 0
    """How many records with the same facts come before it; two equal receipts are two receipts."""
    replaces: str = ""
    """Id of the order in the register that takes this record's facts, because an answer says so."""

    @property
    def name(self) -> str:
        """What it is, in the singular: ``order``."""
        return self.record.kind[:-1]

    @property
    def facts(self) -> tuple[str, ...]:
        """What tells the record apart from others of its kind, wherever and however it is written: 1,500.00 is 1500."""
        return (self.record.kind, *(_as_text(self.value(name)) for name in _FACTS[self.record.kind]))

    @property
    def currency_as_written(self) -> str:
        """What is known of a currency that is not settled: ``? USS``, ``? USD/HKD``; unlike ones are never summed."""
        for name, one in self.record.findings:
            if name == f"{self.name}.currency":
                if one.code == "cell.currency-retired":
                    return f"? {one.details['code']}"
                return f"? {one.value}" if one.code == "cell.currency-unknown" else f"? {'/'.join(one.candidates[:2])}"
        return "?"

    def value(self, field_name: str) -> object:
        """The record's value of ``amount``, ``currency``, …; None where it has none."""
        return self.record.values.get(_PREFIX[self.record.kind] + field_name)


@dataclass(slots=True)
class Source:
    """One file that was read: its sheets' layouts, and the tables that were understood."""

    book: Workbook
    layouts: list[SheetLayout] = field(default_factory=list)
    tables: list[TableMap] = field(default_factory=list)
    accounts: list[SheetAccount] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """What a trial looks at: so many records of each table (0: all), and the sheets of those names (none: all)."""

    rows: int = 0
    sheets: tuple[str, ...] = ()


@dataclass(slots=True)
class Plan:
    """What adopting some files would do.

    ``items`` are all records with their decisions; ``findings`` everything asked, reported and refused; ``refused`` the
    files that could not be read at all. Nothing is written before ``apply``.
    """

    sources: list[Source]
    items: list[Item]
    findings: list[Finding]
    refused: list[FileRefused]
    book: RateBook
    answered: list[Finding] = field(default_factory=list)
    given: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """The answers that it was made with, by place and code."""
    part: Part = Part()
    left_out: list[str] = field(default_factory=list)
    learned: Learned = field(default_factory=dict)
    """Choices on tables and columns that were given now; importing keeps them for the next file of that family."""

    def of(self, kind: str, decision: Decision | None = None) -> list[Item]:
        """Records of a kind (customers, orders, receipts, costs), of one decision or all."""
        return [
            item for item in self.items if item.record.kind == kind and (decision is None or item.decision is decision)
        ]

    @property
    def asked(self) -> list[Finding]:
        """What a person has to answer before everything can be imported."""
        return [finding for finding in self.findings if is_asked(finding)]

    def counts(self) -> dict[str, dict[str, int]]:
        """How many records of each kind are imported, held, refused, known."""
        counts: dict[str, Counter[str]] = {}
        for item in self.items:
            counts.setdefault(item.record.kind, Counter())[item.decision.value] += 1
        return {kind: dict(counter) for kind, counter in counts.items()}

    def control_totals(self) -> list[ControlTotal]:
        """Per file, sheet, kind and currency: the sheet's amounts = imported + held + refused + known."""
        totals: dict[tuple[str, str, str, str], ControlTotal] = {}
        for item in self.items:
            amount = item.value("amount")
            if not isinstance(amount, Decimal):
                continue
            sheet = item.record.sheet
            key = (sheet.book, sheet.name, item.record.kind, str(item.value("currency") or item.currency_as_written))
            totals.setdefault(key, ControlTotal(*key)).add(amount, item.decision.value)
        for total in totals.values():
            if total.sheet != total.imported + total.held + total.refused + total.known:
                raise AccountOpen(_("the amounts do not add up"), where=f"{total.file}!{total.sheet_name}")
        return [totals[key] for key in sorted(totals)]

    def accounts(self) -> list[SheetAccount]:
        """Where every non-empty cell of every sheet is."""
        return [account for source in self.sources for account in source.accounts]

    def apply(self, register: Register, author: str, *, book: RateBook | None = None) -> int | None:
        """Import in one changeset, which can be undone as a whole; returns its number, None where nothing is new.

        Records that the register has already are left alone, so the same file again changes nothing.
        """
        from workbench.adoption.applying import apply_plan

        with _collection_paused():
            return apply_plan(self, register, author, book or self.book)

    def export(self, folder: str | Path) -> list[Path]:
        """Write what was read as CSV, a folder per workbook."""
        from workbench.adoption.export import export_plan

        return export_plan(self, Path(folder))

    def write_workbook(self, path: str | Path) -> Path:
        """Write the plan as a workbook to look at and to answer from."""
        from workbench.adoption.report import write_plan_workbook

        return write_plan_workbook(self, Path(path))

    def as_dict(self) -> dict[str, object]:
        """The plan in numbers, as ``workbench adopt --json`` prints it."""
        return {
            "files": [source.book.file for source in self.sources],
            "left_out": list(self.left_out),
            "records": self.counts(),
            "control_totals": [total.as_dict() for total in self.control_totals()],
            "findings": count_by_code(self.findings),
            "asked": [finding.as_dict() for finding in self.asked],
            "accounts": [account.as_dict() for account in self.accounts()],
            "refused": [error.as_dict() for error in self.refused],
        }


def plan(
    paths: Iterable[str | Path],
    book: RateBook,
    register: Register | None = None,
    answers: str | Path | Answers | None = None,
    progress: Progress | None = None,
    part: Part | None = None,
) -> Plan:
    """Read people's workbooks and plan their adoption.

    Args:
        paths: spreadsheets; one that cannot be read is listed in ``refused`` and does not stop the others.
        book: the rate book that figures in base currency will come from.
        register: where given, what it has already is told apart as known.
        answers: answers to what an earlier plan asked.
        progress: called with what is being done, how many are done, and of how many.
        part: a trial on some sheets, or on the first records of each table.

    Raises:
        ConfigurationError: an answer cannot be one, or no file has a sheet of a name that ``part`` gives.
    """
    given = answers if isinstance(answers, Answers) else read_answers(answers) if answers else Answers()
    with _collection_paused():
        return _planned([Path(path) for path in paths], book, register, given, progress, part or Part())


@contextmanager
def _collection_paused() -> Iterator[None]:
    """Millions of small values that all stay alive are made at once; looking through them for cycles is in vain."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _planned(
    files: list[Path],
    book: RateBook,
    register: Register | None,
    given: Answers,
    progress: Progress | None,
    part: Part,
) -> Plan:
    made = Plan([], [], [], [], book, given=given.given, part=part)
    kept = register.setting(SETTING, {}) if register is not None else {}
    for number, path in enumerate(files, start=1):
        try:
            if path.name in {one.name for one in files[: number - 1]}:
                raise SameName(
                    _("Two of the files are called {name}.").format(name=path.name),
                    where=str(path),
                    remedy=_("Adopt them one after the other, or rename one: places are told by the file's name."),
                )
            workbook = read(path)
        except FileRefused as error:
            made.refused.append(error)
        else:
            _take_in(made, workbook, given, kept)
        if progress:
            progress(_("reading sheets"), number, len(files))
    _check_part(made)
    _count_occurrences(made)
    _tell_double_numbers(made, given)
    if register is not None:
        from workbench.adoption.applying import tell_known

        tell_known(made, register)
    made.control_totals()
    return made


def _check_part(made: Plan) -> None:
    names = [layout.sheet.name for source in made.sources for layout in source.layouts]
    for name in made.part.sheets:
        if name not in names and made.sources:
            raise ConfigurationError(
                _("None of the files has a sheet {sheet}.").format(sheet=name),
                where=", ".join(source.book.file for source in made.sources),
                remedy=_("They have: {sheets}").format(
                    sheets=", ".join(sheet.name for source in made.sources for sheet in source.book.sheets)
                ),
            )


def _take_in(made: Plan, workbook: Workbook, answers: Answers, kept: Mapping[str, object]) -> None:
    """Read one workbook's sheets into the plan."""
    source = Source(workbook)
    made.sources.append(source)
    made.findings.extend(reader_findings(workbook.file, workbook.differences))
    wanted = [sheet for sheet in workbook.sheets if not made.part.sheets or sheet.name in made.part.sheets]
    made.left_out.extend(f"{workbook.file}!{sheet.name}" for sheet in workbook.sheets if sheet not in wanted)
    source.layouts.extend(find_tables(sheet) for sheet in wanted)
    settled = settle_tables([table for layout in source.layouts for table in layout.tables], answers, kept)
    made.learned = merged(made.learned, settled.learned)
    understood = iter(settled.tables)
    for layout in source.layouts:
        if not layout.tables and (question := _without_table(layout.sheet)) is not None:
            made.findings.append(question)
        mapped, records, taken = [], [], []
        held: dict[int, Finding] = {}
        for table, one in zip(layout.tables, understood, strict=False):
            if one is None:
                where = f"{layout.sheet.book}!{layout.sheet.name}!{table.box}"
                finding = Finding("table.unrecognised", where, table.columns[0].label)
                if len(table.columns) > WIDEST:
                    finding = Finding("table.too-wide", where, f"{len(table.columns):,}")
                (made.answered if any(table is other for other in settled.ignored) else made.findings).append(finding)
                continue
            if made.part.rows:
                _leave_out_rest(made, one)
            mapped.append(one)
            read_here = read_records(one, workbook)
            made.findings.extend((*table.findings, *lint_table(one, read_here)))
            records.extend(read_here)
            orders, told = lines_added(one, read_here)
            made.findings.extend(told)
            taken.extend(orders)
            if not one.told:
                question = _what_it_lists(one)
                made.findings.append(question)
                held.update((id(record), question) for record in read_here)
        source.tables.extend(mapped)
        source.accounts.append(account_of(layout, mapped, records))
        for record in taken:
            made.items.append(_item(record, workbook.sha256, settled.answers, made, held.get(id(record))))


_FIGURES_TELL = 8


def _without_table(sheet: Sheet) -> Finding | None:
    """A sheet of figures in which no table was found: nothing of it is taken, and that has to be said."""
    rows = list(sheet.rows)
    kinds = [[kind for _column, kind in sheet.kinds_of(row)] for row in rows]
    if sum(one.count("n") for one in kinds) < _FIGURES_TELL or sum("n" in one for one in kinds) < 2:
        return None
    columns = [column for row in rows for column in sheet.columns_of(row)]
    box = Box(rows[0], min(columns), rows[-1], max(columns))
    first = next((cell.text for row in rows for cell in sheet.row(row)), "")
    return Finding("table.unrecognised", f"{sheet.book}!{sheet.name}!{box}", plain(first)[:80])


def _what_it_lists(mapped: TableMap) -> Finding:
    """The question about a table that no word explains: it is read, and held until somebody says what it is."""
    where = f"{mapped.table.sheet.book}!{mapped.table.sheet.name}!{mapped.table.box}"
    kinds = tuple(dict.fromkeys(kind for kind in (mapped.kind, mapped.rival, *KINDS, IGNORE) if kind))
    return Finding("table.kind", where, mapped.table.columns[0].label, kinds)


def _leave_out_rest(made: Plan, mapped: TableMap) -> None:
    """A trial takes the first records of a table; the account shows the others as left out."""
    table = mapped.table
    rest = table.records[made.part.rows :]
    for row in rest:
        table.rows[row] = Role.LEFT_OUT
    if rest:
        made.left_out.append(f"{table.sheet.book}!{table.sheet.name}!{rest[0]}:{rest[-1]}")


def _item(record: Record, sha256: str, answers: Answers, made: Plan, question: Finding | None) -> Item:
    """Answer what can be answered, and decide; ``question`` is about its whole table."""
    _settle_retired(record)
    still_open: list[tuple[str, Finding]] = []
    for name, finding in record.findings:
        answer = answers.to(finding) if is_asked(finding) or finding.severity is Severity.REFUSE else None
        if answer is None:
            still_open.append((name, finding))
        else:
            record.values[name] = answer
            made.answered.append(finding)
    record.findings = still_open
    _check_units(record, answers, made.answered)
    decision = _decision(record)
    made.findings.extend(finding for _name, finding in record.findings)
    if question is not None:
        record.findings.append(("", question))
        decision = Decision.HELD if decision is Decision.IMPORTED else decision
    return Item(record, decision, sha256)


def is_asked(finding: Finding) -> bool:
    """Whether somebody has to answer: an amount finer than its currency is damage, and holds its record, too."""
    return finding.severity is Severity.ASK or finding.code == "cell.minor-units"


def _settle_retired(record: Record) -> None:
    """A currency that was replaced later was still in use on the record's own day: then there is nothing to ask."""
    day = record.values.get(f"{record.kind[:-1]}.date")
    if not isinstance(day, date):
        return
    for entry in [one for one in record.findings if one[1].code == "cell.currency-retired"]:
        name, finding = entry
        if in_use(finding.details["code"], day):
            record.values[name] = finding.details["code"]
            record.findings.remove(entry)


def _check_units(record: Record, answers: Answers, answered: list[Finding]) -> None:
    """An answered currency may have fewer decimals than the amount; that can be answered in turn."""
    prefix = record.kind[:-1]
    amount, currency = record.values.get(f"{prefix}.amount"), record.values.get(f"{prefix}.currency")
    if not isinstance(amount, Decimal) or not isinstance(currency, str):
        return
    told = any(finding.code == "cell.minor-units" for _name, finding in record.findings)
    if finer_than_currency(amount, currency) and not told:
        where = record.sheet.place(*record.cells.get(f"{prefix}.amount", (record.row, record.box.left)))
        finding = Finding("cell.minor-units", where, f"{amount:f}", details={"currency": currency})
        answer = answers.to(finding)
        if answer is None:
            record.findings.append((f"{prefix}.amount", finding))
        else:
            record.values[f"{prefix}.amount"] = answer
            answered.append(finding)


def _decision(record: Record) -> Decision:
    if not record.findings and _USUAL[record.kind] <= record.values.keys():
        return Decision.IMPORTED
    prefix = record.kind[:-1]
    needed = [names for names, _what, _what_zh in _NEEDED[record.kind]]
    essential = {name for names in needed for name in names}
    for name, finding in record.findings:
        if name in essential and finding.severity is Severity.ASK:
            return Decision.HELD
        if name == f"{prefix}.amount" and finding.code == "cell.minor-units":
            return Decision.HELD
    missing = [
        (what, zh) for names, what, zh in _NEEDED[record.kind] if not any(name in record.values for name in names)
    ]
    if not missing:
        return Decision.IMPORTED
    details = {"what": ", ".join(what for what, _zh in missing), "what_zh": "、".join(zh for _what, zh in missing)}
    record.findings.append(("", Finding("record.incomplete", record.place, details=details)))
    return Decision.REFUSED


def _count_occurrences(made: Plan) -> None:
    """Number the records of a file with equal facts, and leave out what another file, or another line of an order, has.

    Two equal receipts of one file are two receipts, as two people paid the same; the same receipt in two people's files
    is one. An order has a number, so it is one order however often it is written.
    """
    orders: dict[tuple[object, ...], Item] = {}
    seen: dict[tuple[str, ...], Item] = {}
    counts: Counter[tuple[str, ...]] = Counter()
    for item in made.items:
        if item.record.kind == "orders":
            other = orders.setdefault(_order_facts(item), item)
            if other is not item and item.decision is Decision.IMPORTED and same_customer(item, other):
                _leave_out(made, item, "record.written-twice", str(item.value("number")))
            continue
        facts = item.facts
        here = (item.record.sheet.book, *facts)
        item.occurrence = counts[here]
        counts[here] += 1
        other = seen.setdefault((*facts, str(item.occurrence)), item)
        if item.record.kind == "receipts" and other is not item and item.decision is Decision.IMPORTED:
            _leave_out(made, item, "record.in-two-files", _as_text(item.value("amount")), {"other": other.record.place})


def _order_facts(item: Item) -> tuple[object, ...]:
    values = item.record.values
    return tuple(map(values.get, ("order.number", "order.date", "order.currency", "order.amount")))


def _leave_out(made: Plan, item: Item, code: str, value: str, details: Mapping[str, str] | None = None) -> None:
    item.decision = Decision.KNOWN
    made.findings.append(Finding(code, item.record.place, value, details=details or {}))


def _as_text(value: object) -> str:
    """A value as its facts have it; amounts without zeros at their end, which depend on how they were typed."""
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value or "")


def _tell_double_numbers(made: Plan, answers: Answers) -> None:
    """One order number for orders that differ: of one order that several files tell differently, one is chosen."""
    seen: dict[str, list[Item]] = {}
    for item in made.of("orders"):
        number = item.value("number")
        if number:
            seen.setdefault(str(number), []).append(item)
    for number, items in seen.items():
        if len(items) == 1:
            continue
        versions: dict[tuple[object, ...], Item] = {}
        for item in items:
            versions.setdefault((*_order_facts(item), customer_key(item)), item)
        if len(versions) < 2:
            continue
        taken = [item for item in versions.values() if item.decision is Decision.IMPORTED]
        if len(taken) > 1 and in_conflict(taken):
            _settle_conflict(made, taken, number, answers)
        else:
            made.findings.extend(Finding("record.number-twice", item.record.place, number) for item in items[1:])


def _settle_conflict(made: Plan, versions: list[Item], number: str, answers: Answers) -> None:
    chosen, question = version_chosen(versions, number, answers)
    (made.findings if chosen is None else made.answered).append(question)
    for item in versions:
        if chosen is None:
            item.decision = Decision.HELD
        elif item is not chosen:
            item.decision = Decision.REFUSED
            made.findings.append(Finding("record.not-chosen", item.record.place, number))
