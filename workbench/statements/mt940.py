"""MT940 and MT942: the SWIFT customer statement and the interim report, in the dialects that banks really send.

A tokenizer of our own, because readers that know one bank's habits drop entries of the next. It takes: statements with
or without SWIFT envelopes, missing or odd statement numbers, entry dates left out, third amounts letters, text behind
``:61:`` on a line of its own, structured ``:86:`` (``?20…``, ``/REMI/…``), and trailing rubbish after ``-}``.

An MT942 (``:34F:``) carries no balances but counts and sums its entries (``:90D:``, ``:90C:``), and is held to that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from workbench.i18n import _
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
from workbench.statements.swift import fields_of

__all__ = ["looks_like", "read"]

_WIDEST = 65  # characters of a line; a longer text goes on in the next, in the middle of a word
_GROUPED = re.compile(r"\d{1,3}(\.\d{3})+,\d*")
_BALANCE = re.compile(r"^([CD])(\d{6})([A-Z]{3})([\d.,]+)")
_ENTRY = re.compile(
    r"^(?P<value>\d{6})\s?(?P<booked>\d{4})?\s?(?P<mark>[RE]?[CD])(?P<funds>[A-Z])?\s?(?P<amount>\d[\d.]*,?\d*)"
    r"(?P<code>[A-Z][A-Z0-9]{3})?(?P<rest>.*)$",
    re.DOTALL,
)
_SUBFIELD = re.compile(r"\?(\d{2})")
_SLASH_CODE = re.compile(
    r"/(ORDP|BENM|REMI|EREF|OCMT|CHGS|EXCH|NAME|IBAN|BIC|CNTP|TRTP|MARF|ISDT|PREF|RTRN|CSID|SVWZ)/"
)
_SUM = re.compile(r"^(\d{1,5})([A-Z]{3})([\d.,]+)")
_FLOOR = re.compile(r"^([A-Z]{3})([CD]?)([\d.,]+)")
_RATE = re.compile(r"/EXCH/(\d{1,9}(?:[.,]\d{1,12})?)(?=/|$|\s)")
_MONEY = re.compile(r"^([A-Z]{3})([\d.]+,\d*|\d+)$")


@dataclass(slots=True)
class _Draft:
    """A statement being read."""

    line: int
    account: str = ""
    opening: tuple[Decimal, str] | None = None
    closing: tuple[Decimal, str] | None = None
    entries: list[Entry] = field(default_factory=list)
    expected: list[Entry] = field(default_factory=list)
    """Entries that the bank has not booked yet (EC, ED)."""
    number: str = ""
    continues: bool = False
    goes_on: bool = False
    """Whether a page of it comes before (:60M:), and after (:62M:)."""
    floor: str = ""
    """Currency of the floor limit: the draft is an interim report."""
    detailed: list[Entry] = field(default_factory=list)
    """The entries to whose last one an information line belongs."""
    sums: list[tuple[str, int, str, Decimal, int]] = field(default_factory=list)
    """Direction, count, currency, sum and line of what the report says it holds."""

    @property
    def currency(self) -> str:
        """Of the account, once it is known."""
        return self.opening[1] if self.opening else self.floor


def looks_like(text: str) -> bool:
    """Whether the text has the tags of an MT940 or MT942."""
    # Blanks but no line ends before the colon: a megabyte of empty lines would be gone through once for each of them.
    begins = re.search(r"(?:^|[\r\n]|\{4:)[ \t]*:20:", text)
    if begins and re.search(r"[\r\n][ \t]*:(25P?|60F|60M|61|34F):", text):
        return True
    # A piece of one, which is then refused as such.
    return bool(re.match(r"\s*:\d{2}[A-Z]?:", text[:200]))


def read(text: str, file: str) -> list[Statement]:
    """Every statement of the file, each counted and added up.

    Raises:
        StatementTruncated: a statement has no closing balance, or the file ends within one.
        StatementUnreadable: a line does not have MT940's form; names file and line.
        StatementDoesNotAddUp: balances, counts and entries contradict each other.
    """
    drafts: list[_Draft] = []
    counted = 0
    for tag, value, line in fields_of(text):
        if tag == "20":
            drafts.append(_Draft(line))
        elif not drafts:
            raise _unreadable(file, line, _("a statement begins with :20:"))
        draft = drafts[-1]
        if tag == "61":
            counted += 1
        _take(draft, tag, value, file, line)
    if not drafts:
        raise _unreadable(file, 1, _("there is no statement in it"))
    statements = [_statement(draft, file) for draft in drafts]
    _check_pages(drafts, file)
    if sum(len(one.entries) + one.pending for one in statements) != counted:
        raise _unreadable(file, 1, _("entries were lost while reading"))
    return statements


def _take(draft: _Draft, tag: str, value: str, file: str, line: int) -> None:
    """Put one field into the statement."""
    if tag in {"25", "25P"}:
        draft.account = value.split("\n", maxsplit=1)[0].strip()
    elif tag in {"28", "28C"}:
        draft.number = value.split("\n", maxsplit=1)[0].strip()
    elif tag == "34F":
        draft.floor = draft.floor or _floor(value, file, line)
    elif tag in {"60F", "60M"}:
        draft.opening, draft.continues = _balance(value, file, line), tag == "60M"
    elif tag == "61":
        _take_entry(draft, value, file, line)
    elif tag == "86" and draft.closing is None and not draft.sums:
        _details(draft, value)
    elif tag in {"62F", "62M"}:
        draft.closing, draft.goes_on = _balance(value, file, line), tag == "62M"
    elif tag in {"90D", "90C"}:
        draft.sums.append((tag[2], *_sum(value, file, line), line))


def _take_entry(draft: _Draft, value: str, file: str, line: int) -> None:
    entry = _entry(value, draft, file, line)
    draft.detailed = draft.expected if re.match(r"\d{6}\s?(\d{4})?\s?E", value) else draft.entries
    draft.detailed.append(entry)


def _check_pages(drafts: list[_Draft], file: str) -> None:
    """The pages of a statement follow each other: one that is missing would take its entries with it."""
    pages: dict[tuple[str, str], _Draft] = {}
    for draft in drafts:
        statement = (draft.account, draft.number.partition("/")[0])
        before = pages.get(statement)
        if before and (draft.continues or before.goes_on) and before.closing != draft.opening and draft.opening:
            raise StatementDoesNotAddUp(
                _("A page is missing: the one before closes with {closing}, this one opens with {opening}.").format(
                    closing=before.closing[0] if before.closing else "-", opening=draft.opening[0]
                ),
                where=f"{file}:{draft.line}",
                remedy=_("Get the file from the bank again; nothing of it was imported."),
            )
        pages[statement] = draft


def _statement(draft: _Draft, file: str) -> Statement:
    if draft.floor and draft.opening is None and draft.closing is None:
        return _interim(draft, file)
    if draft.opening is None or draft.closing is None:
        raise StatementTruncated(
            _("The statement has no opening balance.")
            if draft.opening is None
            else _("The statement has no closing balance."),
            where=f"{file}:{draft.line}",
            remedy=_("The file is cut off or incomplete; get it from the bank again."),
        )
    currency = draft.closing[1]
    if draft.opening[1] != currency:
        raise _unreadable(file, draft.line, _("its balances are in two currencies"))
    opening, closing, entries = draft.opening[0], draft.closing[0], tuple(draft.entries)
    pending = len(draft.expected)
    made = Statement(
        file, "mt940", draft.account, currency, opening, closing, entries, draft.line, draft.number, pending,
        goes_on=draft.goes_on,
    )  # fmt: skip
    return checked(made)


def _interim(draft: _Draft, file: str) -> Statement:
    """An MT942, whose entries must be as many, and come to as much, as it says."""
    if not draft.sums:
        raise StatementTruncated(
            _("The interim report does not count its entries (:90D:, :90C:)."),
            where=f"{file}:{draft.line}",
            remedy=_("The file is cut off or incomplete; get it from the bank again."),
        )
    told = {mark: 0 for mark, *_rest in draft.sums}
    for mark, count, currency, total, line in draft.sums:
        told[mark] += count
        some, every = (
            [one.amount for one in entries if (one.amount < 0) == (mark == "D") and one.currency == currency]
            for entries in (draft.entries, [*draft.entries, *draft.expected])
        )
        come_to = abs(sum(some, Decimal(0)))
        if (count, total) not in {(len(some), come_to), (len(every), abs(sum(every, Decimal(0))))}:
            raise StatementDoesNotAddUp(
                _("It says {told} entries of {sum} {currency} and has {count} of {total}.").format(
                    told=count, sum=total, currency=currency, count=len(some), total=come_to
                ),
                where=f"{file}:{line}",
                remedy=_("Get the file from the bank again; nothing of it was imported."),
            )
    uncounted = [one for one in draft.entries if ("D" if one.amount < 0 else "C") not in told]
    if uncounted:
        raise StatementDoesNotAddUp(
            _("Its counts leave out {count} entries.").format(count=len(uncounted)),
            where=f"{file}:{uncounted[0].line}",
            remedy=_("Get the file from the bank again; nothing of it was imported."),
        )
    entries = tuple(draft.entries)
    made = Statement(
        file, "mt942", draft.account, draft.floor, None, None, entries, draft.line, draft.number, len(draft.expected)
    )
    return checked(made)


def _floor(value: str, file: str, line: int) -> str:
    found = _FLOOR.match(value.strip())
    if not found:
        raise _unreadable(file, line, _("a floor limit is currency, C or D, and amount"))
    return found[1]


def _sum(value: str, file: str, line: int) -> tuple[int, str, Decimal]:
    found = _SUM.match(value.strip())
    if not found:
        raise _unreadable(file, line, _("a sum is a count, currency and amount"))
    return int(found[1]), found[2], _amount(found[3], file, line)


def _balance(value: str, file: str, line: int) -> tuple[Decimal, str]:
    found = _BALANCE.match(value.strip())
    if not found:
        raise _unreadable(file, line, _("a balance is C or D, date, currency and amount"))
    mark, _day, currency, amount = found.groups()
    number = _amount(amount, file, line)
    return (number if mark == "C" else -number), currency


def _entry(value: str, draft: _Draft, file: str, line: int) -> Entry:
    first, _newline, supplementary = value.partition("\n")
    found = _ENTRY.match(first.strip())
    if not found:
        raise _unreadable(file, line, _("an entry is date, C or D, amount, code and reference"))
    if not draft.currency:
        raise _unreadable(file, line, _("an entry stands before the opening balance"))
    amount = _amount(found["amount"], file, line)
    # RC is a reversed credit and takes money away; RD gives it back.
    if found["mark"] in {"D", "ED", "RC"}:
        amount = -amount
    value_date = _day(found["value"], file, line)
    own, _slashes, bank = found["rest"].strip().partition("//")
    code = found["code"] or ""
    return Entry(
        account=draft.account,
        value_date=value_date,
        booking_date=_booking_day(found["booked"], value_date),
        currency=draft.currency,
        amount=amount,
        line=line,
        bank_reference=reference_of(bank.strip()),
        reference=reference_of(own.strip()),
        payer="",
        kind=classify(amount, "", supplementary, code),
    )


def _details(draft: _Draft, value: str) -> None:
    """Put what ``:86:`` says into the entry before it."""
    if not draft.detailed:
        return
    one = draft.detailed[-1]
    payer, payer_account, text = _structured(value)
    instructed = _tagged_money(value, "OCMT")
    fee = _tagged_money(value, "CHGS")
    reference = " ".join(part for part in (text, one.reference) if part)
    code = one.kind if one.kind in {"fee", "interest"} else ""
    draft.detailed[-1] = replace(
        one,
        payer=payer,
        payer_account=payer_account,
        reference=reference.strip(),
        instructed_currency=instructed[0] if instructed else None,
        instructed_amount=instructed[1] if instructed else None,
        fee_currency=fee[0] if fee else None,
        fee_amount=fee[1] if fee else None,
        exchange_rate=_tagged_rate(value),
        exchange_pair=f"{instructed[0]}/{one.currency}" if instructed and _tagged_rate(value) else "",
        kind=code or classify(one.amount, payer, reference),
    )


def _structured(value: str) -> tuple[str, str, str]:
    """Payer, payer's account and text of an information line, in whichever structure the bank uses."""
    joined = value.replace("\n", "")
    if _SUBFIELD.search(joined):
        parts = _SUBFIELD.split(joined)
        fields: dict[str, str] = {}
        for number, content in zip(parts[1::2], parts[2::2], strict=True):
            fields[number] = fields.get(number, "") + content
        text = "".join(fields.get(f"{number}", "") for number in [*range(20, 30), *range(60, 64)])
        return (fields.get("32", "") + fields.get("33", "")).strip(), fields.get("31", "").strip(), text.strip()
    if _SLASH_CODE.search(joined):
        parts = _SLASH_CODE.split(joined)
        tagged = {name: content.strip("/ ") for name, content in zip(parts[1::2], parts[2::2], strict=True)}
        payer = tagged.get("ORDP") or tagged.get("NAME", "")
        text = re.sub(r"^(USTD|STRD)//?", "", tagged.get("REMI") or tagged.get("SVWZ", ""))
        own = tagged.get("EREF", "")
        told = own and own.upper() != "NOTPROVIDED" and own not in text
        return payer, tagged.get("IBAN", ""), f"{text} {own}".strip() if told else text
    lines = value.split("\n")
    return "", "", " ".join("".join(line if len(line) >= _WIDEST else f"{line} " for line in lines).split())


def _tagged_money(value: str, name: str) -> tuple[str, Decimal] | None:
    joined = value.replace("\n", "")
    found = re.search(rf"/{name}/([A-Z]{{3}}[\d.,]+)", joined)
    money = _MONEY.match(found.group(1).rstrip("/")) if found else None
    amount = amount_of(money.group(2).replace(".", "").replace(",", ".").rstrip(".")) if money else None
    return (money.group(1), amount) if money and amount is not None else None


def _tagged_rate(value: str) -> Decimal | None:
    found = _RATE.search(value.replace("\n", ""))
    return (Decimal(found[1].replace(",", ".")) or None) if found else None


def _amount(text: str, file: str, line: int) -> Decimal:
    """``1234,56``; some banks write a point, some both: ``1.234,56``."""
    plain = text.replace(".", "") if _GROUPED.fullmatch(text) else text
    amount = amount_of(plain.replace(",", ".").rstrip("."))
    if amount is None:
        raise _unreadable(file, line, _("{text} is no amount").format(text=text[:40]))
    return amount


def _day(text: str, file: str, line: int) -> date:
    year = int(text[:2])
    try:
        return date(2000 + year if year < 80 else 1900 + year, int(text[2:4]), int(text[4:6]))
    except ValueError:
        # Banks that count interest in months of thirty days write 30 February; the month's last day is meant.
        if text[2:4] == "02" and text[4:6] in {"29", "30"}:
            return date(2000 + year if year < 80 else 1900 + year, 3, 1) - timedelta(days=1)
        raise _unreadable(file, line, _("{text} is no date").format(text=text)) from None


def _booking_day(text: str | None, value_date: date) -> date | None:
    """Month and day only: the year is the one that brings it nearest to the value date."""
    if not text:
        return None
    days = []
    for year in (value_date.year - 1, value_date.year, value_date.year + 1):
        try:
            days.append(date(year, int(text[:2]), int(text[2:])))
        except ValueError:
            continue
    return min(days, key=lambda day: abs((day - value_date).days), default=None)


def _unreadable(file: str, line: int, why: str) -> StatementUnreadable:
    return StatementUnreadable(
        _("The MT940 file cannot be read: {why}.").format(why=why),
        where=f"{file}:{line}",
        remedy=_("Get the file from the bank again, or send us the line."),
    )
