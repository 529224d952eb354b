"""Statement entries become receipts of the register, each once, however often its statement is imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from workbench.duplicates.entrance import tell_new
from workbench.errors import MoneyError, WorkbenchError
from workbench.findings import Finding, Kind, Severity, add_kinds
from workbench.i18n import _
from workbench.money import Balances, Money, currency
from workbench.rate_store import converted_fields
from workbench.rates import RateBook
from workbench.register import Register
from workbench.statements import Entry, KnownMoney, Profile, Statement, Told, evidence_of, form_of, read_statements

add_kinds(
    {
        "receipt.taken-for-known": Kind(
            Severity.REPORT,
            "{value} entries without a bank reference are like known ones in everything and were taken for the same money",
            "{value} 笔没有银行流水号的记录与已知记录完全相同，被视为同一笔款项",
            "Where one of them is another payment, enter it by hand; the balances of the account tell.",
            "如其中确有另一笔付款，请手工登记；可核对账户余额。",
        ),
        "receipt.page-missing": Kind(
            Severity.REPORT,
            "the statement of {value} goes on on a page that is not in the file",
            "{value} 的对账单还有后续页，但不在该文件中",
            "Import the file with the next page as well; until then its entries are missing.",
            "请同时导入包含下一页的文件；在此之前缺少其中的记录。",
        ),
    }
)

__all__ = ["ImportedFile", "ReceiptsImport", "import_statements"]

_TAKEN = (
    "account", "value_date", "booking_date", "currency", "amount", "instructed_currency", "instructed_amount",
    "fee_currency", "fee_amount", "payer", "payer_account", "reference", "bank_reference", "fingerprint", "kind",
)  # fmt: skip
_OWN = {
    "exchange_rate": ("decimal", "the bank's exchange rate, as its statement tells it"),
    "exchange_pair": ("text", "between which currencies: USD/EUR is the price of one dollar in euros"),
    "debtor": ("text", "whose account paid, where somebody paid for the payer"),
    "end_to_end": ("text", "the payer's own reference that banks pass on, or the payment's UETR"),
    "return_reason": ("text", "why a payment came back or was reversed"),
}
"""Fields of receipts beside the register's own, made when a statement first tells one."""


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What came of one statement file; ``error`` is set where the file was refused as a whole."""

    file: str
    format: str
    entries: int
    new: int
    known: int
    opening: Mapping[str, Decimal]
    closing: Mapping[str, Decimal]
    adds_up: bool
    error: WorkbenchError | None = None

    def as_dict(self) -> dict[str, object]:
        """The shape that ``workbench receipts import --json`` prints for a file."""
        return {
            "file": self.file,
            "format": self.format,
            "entries": self.entries,
            "new": self.new,
            "known": self.known,
            "refused": 0 if self.error is None else 1,
            "opening": dict(self.opening),
            "closing": dict(self.closing),
            "adds_up": self.adds_up,
            **({"error": self.error.as_dict()} if self.error else {}),
        }


@dataclass(frozen=True, slots=True)
class ReceiptsImport:
    """What came of a batch of statement files.

    ``totals`` is the sum of the new entries per currency, debits subtracted; ``changeset`` is None where nothing was new.
    """

    files: tuple[ImportedFile, ...]
    findings: tuple[Finding, ...]
    totals: Mapping[str, Decimal]
    changeset: int | None


def import_statements(
    register: Register,
    paths: Iterable[Path],
    book: RateBook,
    *,
    author: str,
    profiles: Sequence[Profile] = (),
    progress: Callable[[str, int, int], None] | None = None,
) -> ReceiptsImport:
    """Read statement files and add what the register does not know yet, in one changeset.

    A file that cannot be read or does not add up is refused as a whole and told in its ``error``; the others go on.
    The amount in base currency is filled from ``book`` on the value date; without a rate it stays empty and a finding
    says so. ``profiles`` are the user's own, of CSV files and workbooks.
    """
    sources_known = list(register.rows("source_records", {"table_name": "receipts"}))
    known = KnownMoney(register.rows("receipts"), sources_known)
    seen = {row["file_sha256"] for row in sources_known}
    rows: list[dict[str, Any]] = []
    sources: list[tuple[Statement, Entry, Path]] = []
    again: list[tuple[Told, Statement, Entry, Path]] = []
    findings: list[Finding] = []
    files = []
    every = list(paths)
    for number, path in enumerate(every, start=1):
        try:
            statements = read_statements(path, profiles)
            _refuse_old_money(path, statements)
        except WorkbenchError as error:
            files.append(ImportedFile(path.name, "", 0, 0, 0, {}, {}, adds_up=False, error=error))
            continue
        findings += [
            Finding("receipt.page-missing", f"{path.name}:{one.line}", one.account) for one in _cut(statements)
        ]
        taken = known.take(statements)
        if taken.alike and sha256(path.read_bytes()).hexdigest() not in seen:
            findings.append(Finding("receipt.taken-for-known", path.name, str(taken.alike)))
        again += [(*one, path) for one in taken.again]
        for statement, entry in taken.new:
            row = {name: getattr(entry, name) for name in _TAKEN}
            row["custom"] = {name: value for name in _OWN if (value := getattr(entry, name))}
            evidence, problem = converted_fields(
                book,
                entry.amount,
                entry.currency,
                register.base_currency,
                entry.value_date,
                f"{path.name}:{entry.line}",
            )
            findings.extend([problem] if problem else [])
            rows.append({**row, **evidence})
            sources.append((statement, entry, path))
        files.append(_imported(path, statements, len(taken.new)))
        if progress:
            progress(_("reading statements"), number, len(every))
    totals = Balances(Money(row["amount"], row["currency"]) for row in rows)
    changeset = _store(register, rows, sources, again, findings, author) if rows or again else None
    return ReceiptsImport(tuple(files), tuple(findings), dict(totals.items()), changeset)


def _refuse_old_money(path: Path, statements: list[Statement]) -> None:
    """A currency that no longer circulates cannot be received; the file is refused before anything of it is taken."""
    for entry in (entry for statement in statements for entry in statement.entries):
        try:
            currency(entry.currency)
        except MoneyError as error:
            error.where = f"{path.name}:{entry.line}"
            raise


def _cut(statements: Sequence[Statement]) -> list[Statement]:
    """Pages after which another one is to come that is not in the file."""
    last = {(one.account, one.currency): one for one in statements}
    return [one for one in last.values() if one.goes_on]


def _imported(path: Path, statements: list[Statement], fresh: int) -> ImportedFile:
    entries = sum(len(one.entries) for one in statements)
    opening: dict[str, Decimal] = {}
    closing: dict[str, Decimal] = {}
    for one in statements:
        # Statements of one account follow each other: the first opening and the last closing balance are the file's.
        key = f"{one.account} {one.currency}"
        if one.opening is not None:
            opening.setdefault(key, one.opening)
        if one.closing is not None:
            closing[key] = one.closing
    return ImportedFile(
        path.name,
        statements[0].format if statements else "",
        entries,
        fresh,
        entries - fresh,
        opening,
        closing,
        adds_up=all(one.adds_up for one in statements),
    )


def _store(
    register: Register,
    rows: list[dict[str, Any]],
    sources: list[tuple[Statement, Entry, Path]],
    again: list[tuple[Told, Statement, Entry, Path]],
    findings: list[Finding],
    author: str,
) -> int:
    paths = {one[2] for one in sources} | {one[3] for one in again}
    names = sorted({path.name for path in paths})
    hashes = {path: sha256(path.read_bytes()).hexdigest() for path in paths}
    reason = _("bank statements: {files}").format(files=", ".join(names[:5]) + (" …" if len(names) > 5 else ""))
    _make_fields(register, {name for row in rows for name in row["custom"]}, author)

    def source(row_id: str, entry: Entry, path: Path, raw: dict[str, str]) -> dict[str, Any]:
        place = f"{path.name}:{entry.line}"
        told = {"table_name": "receipts", "row_id": row_id, "file": path.name, "place": place}
        return {**told, "file_sha256": hashes[path], "raw": raw}

    with register.changeset(origin="statements", reason=reason, author=author) as cs:
        ids = cs.insert("receipts", rows)
        made = [
            source(row_id, entry, path, evidence_of(entry, statement))
            for row_id, (statement, entry, path) in zip(ids, sources, strict=True)
        ]
        findings += tell_new(cs, "receipts", {one["row_id"]: one["place"] for one in made})
        made_now = {row["fingerprint"]: row_id for row_id, row in zip(ids, rows, strict=True)}
        made += [
            source(told.row_id or made_now[told.identity], entry, path, form_of(entry, statement))
            for told, statement, entry, path in again
        ]
        cs.insert("source_records", made)
        cs.insert("open_findings", [one.as_row() for one in findings])
    return cs.number


def _make_fields(register: Register, needed: set[str], author: str) -> None:
    """Fields of receipts that are not there yet, in a changeset of their own: taking back an import leaves them."""
    missing = sorted(needed - register.custom_fields("receipts").keys())
    if missing:
        with register.changeset(origin="statements", reason=_("fields that statements tell"), author=author) as cs:
            cs.insert(
                "custom_fields",
                [
                    {"table_name": "receipts", "name": name, "kind": _OWN[name][0], "meaning": _OWN[name][1]}
                    for name in missing
                ],
            )
