"""Rows of a statement table become entries, each bank's layout told by a profile.

Where the table carries running balances they must agree with the entries, line by line; where it tells how many entries
it has, or what they come to, that must be so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import pairwise, takewhile

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
from workbench.statements.layouts import Profile, heading_key

__all__ = ["HEADING_WITHIN", "Line", "amount_by", "begins_with", "day_by", "find_heading", "read_lines"]

Line = tuple[int, list[str]]
"""A line's number in the file with its cells."""
Places = Mapping[str, list[int]]

HEADING_WITHIN = 40
_AMOUNTS = {
    mark: re.compile(
        rf"[¥￥$€£]?(?P<sign>[+-]?)[ \u00a0]*[¥￥$€£]?"
        rf"(?P<whole>[0-9]{{1,3}}(?:[{group} \u00a0\u202f'][0-9]{{3}})+|[0-9]+|(?=[{mark}]))(?:[{mark}](?P<part>[0-9]+))?"
    )
    for mark, group in ((".", ","), (",", "."))
}
_WRAPPED = re.compile(r'="([^"]*)"')
_RATE = re.compile(r"\d{1,9}([.,]\d{1,12})?")


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    entry: Entry
    balance: Decimal | None
    moved: bool
    """Whether the line tells an amount; one that only carries a balance forward does not."""


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands above and below the table."""

    account: str
    currency: str
    opening: str
    closing: str
    count: str


@dataclass(frozen=True, slots=True)
class _Reader:
    """One table with its profile."""

    profile: Profile
    places: Places
    file: str

    def cell(self, cells: Sequence[str], name: str) -> str:
        return next((text for at in self.places.get(name, ()) if (text := _plain(cells[at]))), "")

    def money(self, cells: Sequence[str], name: str, line: int) -> Decimal | None:
        text = self.cell(cells, name)
        return _amount(text, self.profile, self.file, line) if text and text not in {"-", "--", "/"} else None


def find_heading(
    lines: Sequence[Line], profiles: Sequence[Profile]
) -> tuple[int, Profile, dict[str, list[int]]] | None:
    """Where the headings stand, and the profile that knows most of them; earlier profiles win where they know as many."""
    for number, (_line, cells) in enumerate(lines[:HEADING_WITHIN]):
        best: tuple[int, Profile, dict[str, list[int]]] | None = None
        most = (0, 0)
        for profile in profiles:
            places = profile.places(cells)
            if places is None:
                continue
            known = (len({at for ats in places.values() for at in ats}), len(profile.required))
            if known > most:
                best, most = (number, profile, places), known
        if best:
            return best
    return None


def read_lines(
    lines: Sequence[Line], heading: int, profile: Profile, places: Places, file: str, form: str
) -> list[Statement]:
    """Every statement of a table: one per account and currency, in the file's own order.

    Args:
        lines: the file's lines that hold anything.
        heading: which of them are the headings.
        profile: how the table is laid out.
        places: column numbers by field.
        file: its name, for messages.
        form: ``csv`` or ``xlsx``, for the statement's format.

    Raises:
        StatementUnreadable: a cell cannot be read; names file and line.
        StatementTruncated: a row ends before its last column.
        StatementDoesNotAddUp: a balance, a count or a total is not what the entries make.
    """
    reader = _Reader(profile, places, file)
    width = len(lines[heading][1])
    whole, end = _table(lines, heading, width, reader)
    if "group" in places:
        whole = _filled(whole, reader)
    around = _around(lines[:heading], lines[end:], profile)
    rows = _rows(whole, reader, around)
    if "group" in places:
        rows = _lumps(rows, whole, reader)
    return _statements(rows, reader, around, f"{form}:{profile.name}")


def _table(lines: Sequence[Line], heading: int, width: int, reader: _Reader) -> tuple[list[Line], int]:
    """The lines of the table, and where what is below it begins."""
    profile, places = reader.profile, reader.places
    whole: list[Line] = []
    furthest = max((at for ats in places.values() for at in ats), default=0)
    keyed = heading_key(lines[heading][1][places["value_date"][0]])
    for number, (line, cells) in enumerate(lines[heading + 1 :], start=heading + 1):
        first = _plain(next((one for one in cells if one.strip()), ""))
        if profile.ends and first.startswith(profile.ends):
            return whole, number
        if len(cells) < width and not any(cell.strip() for cell in cells[1:]):
            continue  # a closing remark in the first cell
        # Some banks leave out what is empty at a line's end.
        if len(cells) <= furthest:
            raise StatementTruncated(
                _("The line ends in its column {column} of {width}.").format(column=len(cells), width=width),
                where=f"{reader.file}:{line}",
                remedy=_("The file is cut off; get it from the bank again."),
            )
        if heading_key(cells[places["value_date"][0]]) == keyed:
            continue  # headings again, at the top of a page
        unsettled = profile.settled and places.get("status") and reader.cell(cells, "status") not in profile.settled
        if not unsettled and not (profile.ignored and reader.cell(cells, "mark") in profile.ignored):
            whole.append((line, cells))
    return whole, len(lines)


def _around(above: Sequence[Line], below: Sequence[Line], profile: Profile) -> _Around:
    outside = [cells for _line, cells in (*above, *below)]
    found = {name: _labelled(outside, words) for name, words in profile.labels.items()}
    get = found.get
    return _Around(get("account", ""), get("currency", ""), get("opening", ""), get("closing", ""), get("count", ""))


def _labelled(rows: Sequence[Sequence[str]], words: Sequence[str]) -> str:
    """What stands behind one of the words: in the same cell, in the next one, or in the one below."""
    for number, cells in enumerate(rows):
        for at, cell in enumerate(cells):
            text = unicodedata.normalize("NFKC", _plain(cell)[:300]).lstrip("#- ")
            word = next((one for one in words if begins_with(text, one)), None)
            if word is None:
                continue
            rest = text[len(word) :].strip(" :[]")
            beside = _plain(cells[at + 1]).strip(" []") if at + 1 < len(cells) else ""
            below = rows[number + 1] if number + 1 < len(rows) else ()
            under = _plain(below[at]) if at < len(below) else ""
            if rest and (re.search(r"\d", rest) or not beside):
                return rest
            # A word beside a word is a row of headings: what it is about stands below.
            return under if under and not re.search(r"\d", beside) and re.search(r"\d", under) else beside or under
    return ""


def begins_with(text: str, word: str) -> bool:
    """Whether a text begins with a word, and that word ends there."""
    return text.casefold().startswith(word.casefold()) and not text[len(word) : len(word) + 1].isalnum()


def _rows(whole: Sequence[Line], reader: _Reader, around: _Around) -> list[_Row]:
    forms = {
        name: _date_form([(line, reader.cell(cells, name)) for line, cells in whole], reader, optional=optional)
        for name, optional in (("value_date", False), ("booking_date", True))
    }
    # Debits are written with or without a minus; where some have none, one that has it was taken back.
    debits = [amount for line, cells in whole if (amount := reader.money(cells, "debit", line))]
    reversals = any(amount > 0 for amount in debits)
    return [_row(cells, line, reader, forms, around, reversals=reversals) for line, cells in whole]


def _row(
    cells: list[str], line: int, reader: _Reader, forms: Mapping[str, str], around: _Around, *, reversals: bool
) -> _Row:
    def money(name: str) -> Decimal | None:
        return reader.money(cells, name, line)

    told, credit, debit = _signed(cells, line, reader), money("credit"), money("debit")
    taken = debit or Decimal(0)
    amount = told if told is not None else (credit or Decimal(0)) - (taken if reversals else abs(taken))
    moved = any(one is not None for one in (told, credit, debit))
    balance = money("balance")
    if not moved and balance is None and "group" not in reader.places:
        raise _unreadable(reader.file, line, _("there is no amount in the line"))
    fee, instructed = money("fee"), money("instructed_amount")
    code = _currency(reader.cell(cells, "currency") or around.currency or reader.profile.currency)
    text = " ".join(dict.fromkeys(one for at in reader.places.get("text", ()) if (one := _plain(cells[at]))))
    payer, payer_account = _other_side(cells, reader, incoming=amount >= 0)
    sent_in = _currency(reader.cell(cells, "instructed_currency")) or code
    booked = reader.cell(cells, "booking_date")
    entry = Entry(
        # Not the file's name: it changes from download to download, and entries would seem new each time.
        account=reader.cell(cells, "account") or _account(around.account) or reader.profile.name,
        value_date=_day(reader.cell(cells, "value_date"), forms["value_date"], reader.file, line),
        booking_date=_day(booked, forms["booking_date"], reader.file, line) if booked else None,
        currency=code,
        amount=amount,
        line=line,
        instructed_currency=sent_in if instructed else None,
        instructed_amount=abs(instructed) if instructed else None,
        fee_currency=code if fee else None,
        fee_amount=abs(fee) if fee else None,
        exchange_rate=_rate(reader.cell(cells, "exchange_rate")),
        payer=payer,
        payer_account=payer_account,
        reference=text,
        bank_reference=reference_of(reader.cell(cells, "bank_reference")),
        kind=classify(amount, payer, text),
    )
    return _Row(line, entry, balance, moved)


def _signed(cells: Sequence[str], line: int, reader: _Reader) -> Decimal | None:
    """The amount, its sign from the column that tells the direction where there is one."""
    amount, profile = reader.money(cells, "amount", line), reader.profile
    if amount is None or not profile.incoming or not reader.places.get("direction"):
        return amount
    direction = reader.cell(cells, "direction")
    if direction in profile.incoming:
        return abs(amount)
    if direction in profile.outgoing:
        return -abs(amount)
    raise _unreadable(reader.file, line, _("{text} tells no direction").format(text=repr(direction[:40])))


def _other_side(cells: Sequence[str], reader: _Reader, *, incoming: bool) -> tuple[str, str]:
    if incoming or not reader.places.get("payee"):
        return reader.cell(cells, "payer") or reader.profile.payer, reader.cell(cells, "payer_account")
    return reader.cell(cells, "payee"), reader.cell(cells, "payee_account")


def _account(text: str) -> str:
    """``4019 USD`` or ``4019]`` without what follows the number; an IBAN in groups as one."""
    parts = re.split(r"[\s\[\],]+", text.strip(" []"))
    return "".join(takewhile(lambda part: any(one.isdigit() for one in part), parts)) or parts[0]


@lru_cache(maxsize=256)
def _currency(text: str) -> str:
    """The ISO code; banks in China write 人民币 and 美元."""
    return (parse(f"1 {text[:40]}").currency or text.upper()) if text else ""


def _rate(text: str) -> Decimal | None:
    try:
        return (Decimal(text.replace(",", ".")) or None) if _RATE.fullmatch(text) else None
    except InvalidOperation:
        return None


def _filled(whole: Sequence[Line], reader: _Reader) -> list[Line]:
    """Lines of a payout with its day and currency, which only the first of them tells."""
    firsts: dict[str, list[str]] = {}
    made = []
    for line, cells in whole:
        first = firsts.setdefault(reader.cell(cells, "group"), cells)
        filled = list(cells)
        for at in (one for name in ("value_date", "currency", "account") for one in reader.places.get(name, ())):
            filled[at] = cells[at] if cells[at].strip() else first[at]
        made.append((line, filled))
    return made


def _lumps(rows: Sequence[_Row], whole: Sequence[Line], reader: _Reader) -> list[_Row]:
    """One entry for all lines of a payout, whose sum must be the total that the file tells; fees are what was kept."""
    groups: dict[str, list[tuple[_Row, list[str]]]] = {}
    for row, (_line, cells) in zip(rows, whole, strict=True):
        groups.setdefault(reader.cell(cells, "group"), []).append((row, cells))
    made = []
    for group, some in groups.items():
        total = next((one for row, cells in some if (one := reader.money(cells, "total", row.line)) is not None), None)
        amounts = [row.entry.amount for row, _cells in some if row.moved]
        first = some[0][0]
        if total is None or sum(amounts, Decimal(0)) != total:
            raise StatementDoesNotAddUp(
                _("The lines of {group} come to {sum}, its total is {total}.").format(
                    group=group[:40], sum=sum(amounts, Decimal(0)), total=total
                ),
                where=f"{reader.file}:{first.line}",
                remedy=_("A line is missing or changed; get the file from the bank again."),
            )
        kept = -sum((one for one in amounts if one < 0), Decimal(0))
        gross = total + kept
        entry = replace(
            first.entry,
            amount=total,
            bank_reference=group,
            fee_currency=first.entry.currency if kept else None,
            fee_amount=kept or None,
            instructed_currency=first.entry.currency,
            instructed_amount=gross,
            kind=classify(total, first.entry.payer, ""),
        )
        made.append(_Row(first.line, entry, None, moved=True))
    return made


def _statements(rows: list[_Row], reader: _Reader, around: _Around, form: str) -> list[Statement]:
    file, profile = reader.file, reader.profile
    groups: dict[tuple[str, str], list[_Row]] = {}
    for row in rows:
        groups.setdefault((row.entry.account, row.entry.currency), []).append(row)
    moved = sum(row.moved for row in rows)
    count = re.match(r"\D{0,3}(\d{1,9})", around.count)
    if count and int(count[1]) != moved:
        raise StatementDoesNotAddUp(
            _("It says {told} entries and has {count}.").format(told=int(count[1]), count=moved),
            where=f"{file}:{rows[-1].line if rows else 1}",
            remedy=_("The file is cut off; get it from the bank again."),
        )
    statements = []
    for (account, code), some in groups.items():
        ordered = some if _follows(some) or not _follows(some[::-1]) else some[::-1]
        opening, closing = _balances(ordered, file)
        if len(groups) == 1:
            opening = _told(around.opening, opening, profile, file)
            closing = _told(around.closing, closing, profile, file)
        entries = tuple(row.entry for row in ordered if row.moved)
        statements.append(checked(Statement(file, form, account, code, opening, closing, entries, some[0].line)))
    if not statements:
        raise _unreadable(file, 1, _("there is no entry in it"))
    return statements


def _told(text: str, counted: Decimal | None, profile: Profile, file: str) -> Decimal | None:
    """A balance from above or below the table; where the lines tell it too, both must be the same."""
    figures = re.search(r"[+-]?[\d.,]*\d", text)
    told = _amount(figures[0], profile, file, 1) if figures else None
    if told is not None and counted is not None and told != counted:
        raise StatementDoesNotAddUp(
            _("The balance outside the table is {told}, by its lines it is {counted}.").format(
                told=told, counted=counted
            ),
            where=f"{file}:1",
            remedy=_("A line is missing or changed; get the file from the bank again."),
        )
    return counted if told is None else told


def _follows(rows: Sequence[_Row]) -> bool:
    return all(
        before.balance is None or after.balance is None or before.balance + after.entry.amount == after.balance
        for before, after in pairwise(rows)
    )


def _balances(rows: Sequence[_Row], file: str) -> tuple[Decimal | None, Decimal | None]:
    """Opening and closing balance; every running balance must follow from the one before."""
    first, last = rows[0], rows[-1]
    if first.balance is None or last.balance is None:
        return None, None
    for before, after in pairwise(rows):
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


def _plain(text: str) -> str:
    """A cell without what some banks put around figures so that a spreadsheet takes them for text."""
    text = text.strip()
    if text[:1] == "`":
        return text[1:].strip()
    wrapped = _WRAPPED.fullmatch(text) if text[:2] == '="' else None
    return wrapped[1].strip() if wrapped else text


def amount_by(text: str, mark: str) -> Decimal | None:
    """An amount with that decimal mark; None where the text is none."""
    found = _AMOUNTS[mark].fullmatch(text[:60])
    if found is None or len(text) > 60:
        return None
    whole, part = re.sub(r"\D", "", found["whole"]) or "0", found["part"] or ""
    amount = amount_of(f"{whole}.{part}" if part else whole)
    return -amount if amount is not None and found["sign"] == "-" else amount


def day_by(text: str, form: str) -> date | None:
    """A day in that form, with or without a time behind it; None where the text is none."""
    return _day_in(_day_part(text), form)


def _amount(text: str, profile: Profile, file: str, line: int) -> Decimal:
    """``-1,234.50`` by the profile's decimal mark; groups of other than three figures are no groups."""
    amount = amount_by(text, profile.decimal_mark)
    if amount is None:
        raise _unreadable(file, line, _("{text} is no amount").format(text=repr(text[:40])))
    return amount


def _date_form(texts: Sequence[tuple[int, str]], reader: _Reader, *, optional: bool) -> str:
    """The one form that all dates of the column are in: a file does not change it from line to line."""
    forms = list(reader.profile.dates)
    known: dict[str, int] = {}
    for line, text in texts:
        if text or not optional:
            known.setdefault(_day_part(text), line)
    for text, line in known.items():
        left = [form for form in forms if _day_in(text, form) is not None]
        if not left:
            raise _unreadable(reader.file, line, _("{text} is no date").format(text=repr(text[:40])))
        forms = left
    for text, line in known.items():
        if len({_day_in(text, form) for form in forms}) > 1:
            raise _unreadable(reader.file, line, _("{text} may be one of two days").format(text=repr(text[:40])))
    return forms[0]


def _day(text: str, form: str, file: str, line: int) -> date:
    day = _day_in(_day_part(text), form)
    if day is None:
        raise _unreadable(file, line, _("{text} is no date").format(text=repr(text[:40])))
    return day


def _day_part(text: str) -> str:
    """A date without its time of day."""
    return re.split(r"(?<=\d)[T ]+(?=\d{1,2}:?\d{2})", text[:60], maxsplit=1)[0]


@lru_cache(maxsize=4096)
def _day_in(text: str, form: str) -> date | None:
    try:
        return datetime.strptime(text, form).date()
    except ValueError:
        return None


def _unreadable(file: str, line: int, why: str) -> StatementUnreadable:
    return StatementUnreadable(
        _("The statement table cannot be read: {why}.").format(why=why),
        where=f"{file}:{line}",
        remedy=_("Get the file from the bank again, or add a profile with its headings."),
    )
