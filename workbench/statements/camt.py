"""CAMT.052, .053 and .054: ISO 20022 account reports, statements and notifications, any version.

Elements are found by their local names, so that versions and namespaces do not matter. Document types and entities are
refused before anything is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from lxml import etree

from workbench.i18n import _
from workbench.statements.entries import (
    Entry,
    Statement,
    StatementUnreadable,
    amount_of,
    checked,
    classify,
    reference_of,
)

__all__ = ["read"]

_REPORTS = {"Stmt": "camt.053", "Rpt": "camt.052", "Ntfctn": "camt.054"}
_BOOKED = frozenset({"", "BOOK"})
"""The other states (PDNG, FUTR, INFO) are of money that has not moved, or was booked elsewhere."""
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)


def read(data: bytes, file: str) -> list[Statement]:
    """Every statement of the file, each counted and added up where it carries balances.

    Raises:
        StatementUnreadable: not well-formed, hostile, or without a statement; names file and line.
        StatementDoesNotAddUp: balances and entries contradict each other.
    """
    root = _parsed(data, file)
    statements = []
    for element in root.iter(etree.Element):
        name = _local(element)
        if name in _REPORTS:
            statements.append(_statement(element, _REPORTS[name], file))
    if not statements:
        raise _unreadable(file, 1, _("there is no statement in it"))
    return statements


def _parsed(data: bytes, file: str) -> etree._Element:
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise _unreadable(file, 1, _("it declares a document type, which a statement never does"))
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise _unreadable(file, line, _("it is no whole XML document ({why})").format(why=error.msg)) from None
    # Once more on what was parsed: in another encoding the bytes above look otherwise.
    if root.getroottree().docinfo.internalDTD is not None:
        raise _unreadable(file, 1, _("it declares a document type, which a statement never does"))
    return root


def _statement(element: etree._Element, kind: str, file: str) -> Statement:
    account = _text(element, "Acct", "Id", "IBAN") or _text(element, "Acct", "Id", "Othr", "Id")
    balances = {code: amount for code, amount in _balances(element, file)}  # noqa: C416 - the last one of a code counts
    entries: list[Entry] = []
    # Where an entry has no date of its own, the day the bank made the report is what is known.
    made_on = _day_in(_text(element, "CreDtTm"), element, file)
    count = 0
    for entry in _children(element, "Ntry"):
        count += 1
        if _status(entry) not in _BOOKED:
            continue
        entries.extend(_bookings(entry, account, made_on, file))
    currency = _text(element, "Acct", "Ccy") or next(iter(balances.values()), (Decimal(0), ""))[1]
    currency = currency or (entries[0].currency if entries else "")
    opening = next((balances[code][0] for code in _OPENING if code in balances), None)
    closing = next((balances[code][0] for code in _CLOSING if code in balances), None)
    told = _text(element, "TxsSummry", "TtlNtries", "NbOfNtries")
    if told.isdecimal() and int(told) != count:
        raise _unreadable(
            file, _line(element), _("it says {told} entries and has {count}").format(told=told, count=count)
        )
    made = Statement(file, kind, account, currency, opening, closing, tuple(entries), _line(element))
    return checked(made)


def _balances(element: etree._Element, file: str) -> Iterator[tuple[str, tuple[Decimal, str]]]:
    for balance in _children(element, "Bal"):
        code = _text(balance, "Tp", "CdOrPrtry", "Cd")
        amount, currency = _money(_child(balance, "Amt"), file)
        yield code, (amount if _text(balance, "CdtDbtInd") != "DBIT" else -amount, currency)


def _bookings(element: etree._Element, account: str, made_on: date | None, file: str) -> list[Entry]:
    """The entry; where it is a batch of payments that add up to it, each of them, so that each finds its customer."""
    whole = _entry(element, _details(element), account, made_on, file)
    parts = _details(element)
    if len(parts) < 2 or any(_child(one, "Amt") is None for one in parts):
        return [whole]
    split = []
    for one in parts:
        entry = _entry(element, [one], account, made_on, file)
        amount, currency = _money(_child(one, "Amt"), file)
        sign = -1 if (_text(one, "CdtDbtInd") or _text(element, "CdtDbtInd")) == "DBIT" else 1
        split.append(replace(entry, amount=sign * amount, currency=currency, line=_line(one)))
    same = {one.currency for one in split} == {whole.currency}
    return split if same and sum((one.amount for one in split), Decimal(0)) == whole.amount else [whole]


def _details(element: etree._Element) -> list[etree._Element]:
    return [one for group in _children(element, "NtryDtls") for one in _children(group, "TxDtls")]


def _entry(
    element: etree._Element, details: list[etree._Element], account: str, made_on: date | None, file: str
) -> Entry:
    amount, currency = _money(_child(element, "Amt"), file)
    direction = _text(element, "CdtDbtInd")
    if direction not in {"CRDT", "DBIT"}:
        raise _unreadable(file, _line(element), _("an entry says neither CRDT nor DBIT"))
    credit = direction == "CRDT"
    booked, valued = _day(element, "BookgDt", file), _day(element, "ValDt", file)
    value_date = valued or booked or made_on
    if value_date is None:
        raise _unreadable(file, _line(element), _("an entry has neither a booking nor a value date"))
    single = details[0] if len(details) == 1 else None
    # Amount details, charges and parties may stand at the entry or at its only transaction.
    instructed = _first_money(file, (single, "AmtDtls", "InstdAmt", "Amt"), (element, "AmtDtls", "InstdAmt", "Amt"),
                              (single, "InstdAmt"))  # fmt: skip
    fee = _charges(single, file) or _charges(element, file)
    payer, payer_account = _party(single if single is not None else element, credit=credit)
    reference = " ".join(dict.fromkeys(text for one in details for text in _remittance(one)))
    reference = reference or _text(element, "AddtlNtryInf")
    bank_reference = _text(single, "Refs", "AcctSvcrRef") if single is not None else ""
    bank_reference = _text(element, "AcctSvcrRef") or bank_reference
    signed = amount if credit else -amount
    code = _text(element, "BkTxCd", "Domn", "Fmly", "Cd")
    return Entry(
        account=account,
        value_date=value_date,
        booking_date=booked,
        currency=currency,
        amount=signed,
        line=_line(element),
        instructed_currency=instructed[1] if instructed else None,
        instructed_amount=instructed[0] if instructed else None,
        fee_currency=fee[1] if fee else None,
        fee_amount=fee[0] if fee else None,
        payer=payer,
        payer_account=payer_account,
        reference=reference,
        bank_reference=reference_of(bank_reference),
        kind=classify(signed, payer, f"{reference} {_text(element, 'AddtlNtryInf')}", code),
    )


def _status(entry: etree._Element) -> str:
    return _text(entry, "Sts", "Cd") or _text(entry, "Sts")


def _charges(element: etree._Element | None, file: str) -> tuple[Decimal, str] | None:
    if element is None:
        return None
    charges = _child(element, "Chrgs")
    if charges is None:
        return None
    found = [_money(_child(record, "Amt"), file) for record in _children(charges, "Rcrd")]
    found = found or [_money(amount, file) for amount in _children(charges, "Amt")]
    if not found or len({currency for _amount, currency in found}) > 1:
        return None
    return sum((amount for amount, _currency in found), Decimal(0)), found[0][1]


def _party(element: etree._Element, *, credit: bool) -> tuple[str, str]:
    """Who stands on the other side: the ultimate debtor of a credit before the debtor, likewise for debits."""
    parties = _child(element, "RltdPties")
    if parties is None:
        return "", ""
    who = "Dbtr" if credit else "Cdtr"
    name = ""
    for tag in (f"Ultmt{who}", who):
        name = name or _text(parties, tag, "Pty", "Nm") or _text(parties, tag, "Nm")
    account = _text(parties, f"{who}Acct", "Id", "IBAN") or _text(parties, f"{who}Acct", "Id", "Othr", "Id")
    return name, account


def _remittance(details: etree._Element) -> Iterator[str]:
    info = _child(details, "RmtInf")
    if info is not None:
        for one in _children(info, "Ustrd"):
            yield " ".join((one.text or "").split())
        for one in _children(info, "Strd"):
            text = _text(one, "CdtrRefInf", "Ref") or _text(one, "RfrdDocInf", "Nb")
            if text:
                yield text
    end_to_end = _text(details, "Refs", "EndToEndId")
    if end_to_end and end_to_end.upper() != "NOTPROVIDED":
        yield end_to_end


def _first_money(file: str, *places: tuple[etree._Element | str | None, ...]) -> tuple[Decimal, str] | None:
    for start, *path in places:
        if start is not None and not isinstance(start, str):
            found = _descend(start, *(str(name) for name in path))
            if found is not None:
                return _money(found, file)
    return None


def _money(element: etree._Element | None, file: str) -> tuple[Decimal, str]:
    if element is None:
        raise _unreadable(file, 1, _("an amount is missing"))
    text = (element.text or "").strip()
    amount = amount_of(text)
    if amount is None:
        raise _unreadable(file, _line(element), _("{text} is no amount").format(text=repr(text[:40])))
    return amount, element.get("Ccy", "")


def _day(element: etree._Element, name: str, file: str) -> date | None:
    return _day_in(_text(element, name, "Dt") or _text(element, name, "DtTm"), element, file)


def _day_in(text: str, element: etree._Element, file: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise _unreadable(file, _line(element), _("{text} is no date").format(text=text)) from None


def _local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in element if isinstance(child.tag, str) and _local(child) == name)


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next(_children(element, name), None)


def _descend(element: etree._Element, *path: str) -> etree._Element | None:
    found: etree._Element | None = element
    for name in path:
        if found is None:
            return None
        found = _child(found, name)
    return found


def _text(element: etree._Element, *path: str) -> str:
    found = _descend(element, *path)
    return (found.text or "").strip() if found is not None else ""


def _line(element: etree._Element) -> int:
    return int(element.sourceline or 1)


def _unreadable(file: str, line: int, why: str) -> StatementUnreadable:
    return StatementUnreadable(
        _("The CAMT file cannot be read: {why}.").format(why=why),
        where=f"{file}:{line}",
        remedy=_("Get the file from the bank again; nothing of it was imported."),
    )
