"""Statements as CSV files, each bank's layout told by a profile: a small TOML file that names headings.

A profile fits when every heading it requires is found in one row. Where the file carries running balances they must
agree with the entries, line by line.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib import resources

from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.money import parse
from workbench.statements.entries import (
    Entry,
    Statement,
    StatementDoesNotAddUp,
    StatementTruncated,
    StatementUnreadable,
    amount_of,
    checked,
    classify,
    reference_of,
)

__all__ = ["Profile", "built_in_profiles", "profile_from", "read"]

_HEADING_WITHIN = 30
_AMOUNTS = {
    mark: re.compile(
        rf"(?P<sign>[+-]?)[ \u00a0]*(?P<whole>[0-9]{{1,3}}(?:[{group} \u00a0\u202f'][0-9]{{3}})+|[0-9]+)(?:[{mark}](?P<part>[0-9]+))?"
    )
    for mark, group in ((".", ","), (",", "."))
}
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Profile:
    """How one bank's CSV is laid out: field → headings it may have, and how its cells are written."""

    name: str
    title: str
    columns: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]
    dates: tuple[str, ...]
    decimal_mark: str
    settled: tuple[str, ...] = ()
    """Words in the ``status`` column of rows that moved money; empty where every row did."""

    def places(self, headings: Sequence[str]) -> dict[str, list[int]] | None:
        """Column numbers by field; None where a required heading is not there."""
        plain = [heading.strip().strip("\ufeff") for heading in headings]
        found = {
            name: [plain.index(alias) for alias in aliases if alias in plain] for name, aliases in self.columns.items()
        }
        return found if all(found.get(name) for name in self.required) else None


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    entry: Entry
    balance: Decimal | None
    moved: bool
    """Whether the line tells an amount; one that only carries a balance forward does not."""


def profile_from(text: str, name: str) -> Profile:
    """A profile from its TOML text.

    Raises:
        ConfigurationError: the text is no TOML, or a part is missing.
    """
    try:
        raw = tomllib.loads(text)
        columns = {field: tuple(aliases) for field, aliases in raw["columns"].items()}
        settings = raw["read"]
        required, dates = tuple(settings["required"]), tuple(settings["dates"])
        mark = settings.get("decimal_mark", ".")
        settled = tuple(settings.get("settled", ()))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            _("The statement profile {name} is not complete: {why}.").format(name=name, why=error),
            where=name,
            remedy=_("A profile has [columns] with headings and [read] with required, dates and decimal_mark."),
        ) from None
    unknown = ({*required, "status"} if settled else set(required)) - columns.keys()
    if unknown or mark not in {".", ","}:
        raise ConfigurationError(
            _("The statement profile {name} requires columns that it does not name: {columns}.").format(
                name=name, columns=", ".join(sorted(unknown)) or mark
            ),
            where=name,
            remedy=_("Add them under [columns]."),
        )
    return Profile(name, str(raw.get("title", name)), columns, required, dates, mark, settled)


@cache
def built_in_profiles() -> tuple[Profile, ...]:
    """The profiles that come with Workbench."""
    folder = resources.files("workbench.statements") / "profiles"
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name)
    return tuple(profile_from(one.read_text(encoding="utf-8"), one.name.removesuffix(".toml")) for one in files)


def read(text: str, file: str, profiles: Sequence[Profile] = ()) -> list[Statement]:
    """Every statement of a CSV file: one per account and currency, in the file's own order.

    Args:
        text: the decoded file.
        file: its name, for messages. Where it has no column with the account, the profile's name is the account.
        profiles: the user's own, tried before the built-in ones.

    Raises:
        StatementUnreadable: no profile fits, or a cell cannot be read; names file and line.
        StatementTruncated: a row ends before its last column.
        StatementDoesNotAddUp: a running balance does not follow from the one before.
    """
    if any(len(line) > _LONGEST_LINE for line in text.splitlines()):
        raise _unreadable(file, 1, _("a line is longer than a megabyte"))
    lines = list(_rows(text, file))
    for number, (_line, cells) in enumerate(lines[:_HEADING_WITHIN]):
        for profile in (*profiles, *built_in_profiles()):
            places = profile.places(cells)
            if places is not None:
                rows = _read_rows(lines[number + 1 :], len(cells), profile, places, file)
                return _statements(rows, profile, file)
    raise _unreadable(file, 1, _("its headings are those of no bank that is known"))


def _rows(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(text[:4096], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise _unreadable(file, line, str(error)) from None


def _read_rows(
    lines: Sequence[tuple[int, list[str]]], width: int, profile: Profile, places: Mapping[str, list[int]], file: str
) -> list[_Row]:
    whole = []
    for line, cells in lines:
        if len(cells) < width and not any(cell.strip() for cell in cells[1:]):
            continue  # a closing remark in the first cell
        if len(cells) < width:
            raise StatementTruncated(
                _("The line ends in its column {column} of {width}.").format(column=len(cells), width=width),
                where=f"{file}:{line}",
                remedy=_("The file is cut off; get it from the bank again."),
            )
        if not (profile.settled and places.get("status")) or _cell(cells, places, "status") in profile.settled:
            whole.append((line, cells))
    form = _date_form([(line, _cell(cells, places, "value_date")) for line, cells in whole], profile, file)
    return [_row(cells, line, profile, form, places, file) for line, cells in whole]


def _cell(cells: Sequence[str], places: Mapping[str, list[int]], name: str) -> str:
    return next((cells[at].strip() for at in places.get(name, ()) if cells[at].strip()), "")


def _row(cells: list[str], line: int, profile: Profile, form: str, places: Mapping[str, list[int]], file: str) -> _Row:
    def cell(name: str) -> str:
        return _cell(cells, places, name)

    def money(name: str) -> Decimal | None:
        text = cell(name)
        return _amount(text, profile, file, line) if text and text != "-" else None

    told, credit, debit = money("amount"), money("credit"), money("debit")
    amount = told if told is not None else (credit or Decimal(0)) - abs(debit or Decimal(0))
    moved = any(one is not None for one in (told, credit, debit))
    balance = money("balance")
    if not moved and balance is None:
        raise _unreadable(file, line, _("there is no amount in the line"))
    fee = money("fee")
    currency = _currency(cell("currency"))
    text = " ".join(dict.fromkeys(cells[at].strip() for at in places.get("text", ()) if cells[at].strip()))
    payer = cell("payer")
    entry = Entry(
        # Not the file's name: it changes from download to download, and entries would seem new each time.
        account=cell("account") or profile.name,
        value_date=_day(cell("value_date"), form, file, line),
        currency=currency,
        amount=amount,
        line=line,
        instructed_currency=currency if money("instructed_amount") is not None else None,
        instructed_amount=money("instructed_amount"),
        fee_currency=currency if fee else None,
        fee_amount=abs(fee) if fee else None,
        payer=payer,
        payer_account=cell("payer_account"),
        reference=text,
        bank_reference=reference_of(cell("bank_reference")),
        kind=classify(amount, payer, text),
    )
    return _Row(line, entry, balance, moved)


def _currency(text: str) -> str:
    """The ISO code; banks in China write 人民币 and 美元."""
    return parse(f"1 {text}").currency or text.upper()


def _statements(rows: list[_Row], profile: Profile, file: str) -> list[Statement]:
    groups: dict[tuple[str, str], list[_Row]] = {}
    for row in rows:
        groups.setdefault((row.entry.account, row.entry.currency), []).append(row)
    statements = []
    for (account, currency), some in groups.items():
        ordered = some if _follows(some) or not _follows(some[::-1]) else some[::-1]
        opening, closing = _balances(ordered, file)
        entries = tuple(row.entry for row in ordered if row.moved)
        form = f"csv:{profile.name}"
        statements.append(checked(Statement(file, form, account, currency, opening, closing, entries, some[0].line)))
    if not statements:
        raise _unreadable(file, 1, _("there is no entry in it"))
    return statements


def _follows(rows: Sequence[_Row]) -> bool:
    return all(
        before.balance is None or after.balance is None or before.balance + after.entry.amount == after.balance
        for before, after in itertools.pairwise(rows)
    )


def _balances(rows: Sequence[_Row], file: str) -> tuple[Decimal | None, Decimal | None]:
    """Opening and closing balance; every running balance must follow from the one before."""
    first, last = rows[0], rows[-1]
    if first.balance is None or last.balance is None:
        return None, None
    for before, after in itertools.pairwise(rows):
        if (
            before.balance is not None
            and after.balance is not None
            and before.balance + after.entry.amount != after.balance
        ):
            raise StatementDoesNotAddUp(
                _("The balance before was {before}; with {amount} it is not {after}.").format(
                    before=before.balance, amount=after.entry.amount, after=after.balance
                ),
                where=f"{file}:{after.line}",
                remedy=_("A line is missing or changed; get the file from the bank again."),
            )
    return first.balance - first.entry.amount, last.balance


def _amount(text: str, profile: Profile, file: str, line: int) -> Decimal:
    """``-1,234.50`` by the profile's decimal mark; groups of other than three figures are no groups."""
    found = _AMOUNTS[profile.decimal_mark].fullmatch(text)
    whole, part = (re.sub(r"\D", "", found["whole"]), found["part"] or "") if found else ("", "")
    amount = amount_of(f"{whole}.{part}" if part else whole)
    if found is None or amount is None:
        raise _unreadable(file, line, _("{text} is no amount").format(text=repr(text[:40])))
    return -amount if found["sign"] == "-" else amount


def _date_form(texts: Sequence[tuple[int, str]], profile: Profile, file: str) -> str:
    """The one form that all dates of the column are in: a file does not change it from line to line."""
    forms = list(profile.dates)
    for line, text in texts:
        left = [form for form in forms if _day_in(text, form) is not None]
        if not left:
            raise _unreadable(file, line, _("{text} is no date").format(text=repr(text[:40])))
        forms = left
    for line, text in texts:
        if len({_day_in(text, form) for form in forms}) > 1:
            raise _unreadable(file, line, _("{text} may be one of two days").format(text=repr(text[:40])))
    return forms[0]


def _day(text: str, form: str, file: str, line: int) -> date:
    day = _day_in(text, form)
    if day is None:
        raise _unreadable(file, line, _("{text} is no date").format(text=repr(text[:40])))
    return day


def _day_in(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text.split(" ", maxsplit=1)[0], form).date()
    except ValueError:
        return None


def _unreadable(file: str, line: int, why: str) -> StatementUnreadable:
    return StatementUnreadable(
        _("The CSV statement cannot be read: {why}.").format(why=why),
        where=f"{file}:{line}",
        remedy=_("Get the file from the bank again, or add a profile with its headings."),
    )
