"""The ledger as vouchers (CSV, XLSX) and as journals that beancount and hledger read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from workbench.files import written_whole
from workbench.guards import CsvWriter
from workbench.i18n import _
from workbench.money import minor_units
from workbench.settlement.ledger import ACCOUNTS, Entry, Ledger, Line

__all__ = ["VOUCHER_COLUMNS", "to_beancount", "to_hledger", "voucher_rows", "write_voucher_csv", "write_voucher_xlsx"]

VOUCHER_COLUMNS = (
    "voucher", "date", "kind", "source", "account", "account_name", "detail", "currency", "rate", "amount",
    "debit_base", "credit_base", "base_currency",
)  # fmt: skip
_INFERRED = {"receivable": "revenue", "payment": "realised_fx", "taken_back": "realised_fx", "credit": "realised_fx"}
"""By kind of entry the account whose amount journals leave out, for their reader to work out."""


def voucher_rows(ledger: Ledger, accounts: Mapping[str, str] | None = None) -> Iterable[dict[str, str]]:
    """The lines as rows of text, entry by entry; each voucher's debits equal its credits.

    Args:
        ledger: the entries.
        accounts: account key → the firm's own account number.
    """
    numbers = {**{key: number for key, (number, _name) in ACCOUNTS.items()}, **(accounts or {})}
    for count, entry in enumerate(ledger.entries, start=1):
        for line in entry.lines:
            base = f"{abs(line.base):f}"
            yield {
                "voucher": f"{entry.day:%Y%m}-{count:06d}",
                "date": entry.day.isoformat(),
                "kind": entry.kind,
                "source": entry.source,
                "account": numbers[line.account],
                "account_name": ACCOUNTS[line.account][1],
                "detail": line.detail,
                "currency": line.currency,
                "rate": "" if line.rate is None else f"{line.rate:f}",
                "amount": f"{line.amount:f}",
                "debit_base": base if line.base > 0 else "",
                "credit_base": base if line.base < 0 else "",
                "base_currency": ledger.base_currency,
            }


def write_voucher_csv(ledger: Ledger, path: Path, accounts: Mapping[str, str] | None = None) -> int:
    """Write the vouchers as CSV (UTF-8 with its mark, for Excel); returns the number of lines."""
    rows = [list(row.values()) for row in voucher_rows(ledger, accounts)]
    with written_whole(path) as beside, beside.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = CsvWriter(stream)
        writer.writerow(VOUCHER_COLUMNS)
        writer.writerows(rows)
    return len(rows)


def write_voucher_xlsx(ledger: Ledger, path: Path, accounts: Mapping[str, str] | None = None) -> int:
    """Write the vouchers as a workbook, figures as numbers; returns the number of lines."""
    import xlsxwriter

    figures = {"amount", "debit_base", "credit_base"}
    count = 0
    with written_whole(path) as beside:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with xlsxwriter.Workbook(str(beside), options) as book:
            sheet = book.add_worksheet(_("Vouchers"))
            bold = book.add_format({"bold": True, "bg_color": "#1F4E5F", "font_color": "#FFFFFF"})
            formats = {scale: book.add_format({"num_format": _number_format(scale)}) for scale in (0, 2, 3, 4)}
            sheet.write_row(0, 0, VOUCHER_COLUMNS, bold)
            for count, row in enumerate(voucher_rows(ledger, accounts), start=1):
                for column, name in enumerate(VOUCHER_COLUMNS):
                    if name in figures and row[name]:
                        code = row["currency"] if name == "amount" else row["base_currency"]
                        sheet.write_number(count, column, float(row[name]), formats[minor_units(code)])
                    else:
                        sheet.write_string(count, column, row[name])
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, max(count, 1), len(VOUCHER_COLUMNS) - 1)
            sheet.set_column(0, 3, 13)
            sheet.set_column(4, len(VOUCHER_COLUMNS) - 1, 16)
    return count


def to_beancount(ledger: Ledger) -> str:
    """A beancount journal; revenue and realised differences are left out, for beancount to work out."""
    used = sorted({_account(line) for entry in ledger.entries for line in entry.lines})
    first = min((entry.day for entry in ledger.entries), default=None)
    head = [f'option "operating_currency" "{ledger.base_currency}"', ""]
    head += [f"{first} open {account}" for account in used] if first else []
    body = []
    for entry in ledger.entries:
        lines = [f"{entry.day.isoformat()} * {_quoted(entry.kind + ' ' + entry.source)}"]
        lines += [f"  {text}" for text in _postings(entry, ledger.base_currency)]
        body.append("\n".join(lines))
    return "\n".join(head) + "\n\n" + "\n\n".join(body) + "\n"


def to_hledger(ledger: Ledger) -> str:
    """An hledger journal, with the same entries."""
    codes = sorted({line.currency for entry in ledger.entries for line in entry.lines} | {ledger.base_currency})
    head = [f"commodity 1{'.' + '0' * minor_units(code) if minor_units(code) else '.'} {code}" for code in codes]
    body = []
    for entry in ledger.entries:
        lines = [f"{entry.day.isoformat()} {_plain(entry.kind + ' ' + entry.source)}"]
        lines += [f"    {text}" for text in _postings(entry, ledger.base_currency)]
        body.append("\n".join(lines))
    return "\n".join(head) + "\n\n" + "\n\n".join(body) + "\n"


def _postings(entry: Entry, base: str) -> Iterable[str]:
    """Lines of a transaction; the one that its reader works out comes without an amount."""
    left_out = _INFERRED.get(entry.kind)
    seen = [line for line in entry.lines if line.account == left_out]
    for line in entry.lines:
        if line.account == left_out and len(seen) == 1:
            yield _account(line)
        elif line.currency == base or not line.amount:
            yield f"{_account(line)}  {line.base:f} {base}"
        else:
            yield f"{_account(line)}  {line.amount:f} {line.currency} @@ {abs(line.base):f} {base}"


def _account(line: Line) -> str:
    name = ACCOUNTS[line.account][1]
    return f"{name}:{line.currency}" if name.startswith(("Assets", "Liabilities")) else name


def _quoted(text: str) -> str:
    return '"' + _plain(text).replace('"', " ") + '"'


def _plain(text: str) -> str:
    return re.sub(r"[\x00-\x1f;|\\]", " ", text)


def _number_format(scale: int) -> str:
    return "#,##0" + (f".{'0' * scale}" if scale else "")
