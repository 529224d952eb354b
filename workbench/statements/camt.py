"""CAMT.052, .053 and .054: ISO 20022 account reports, statements and notifications, any version.

Elements are found by their local names, so that versions and namespaces do not matter. Document types and entities are
refused before anything is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from lxml import etree

from workbench.i18n import _
from workbench.statements.entries import (
    Entry,
    Statement,
    StatementDoesNotAddUp,
    StatementUnreadable,
    amount_of,
    batch_identity,
    checked,
    classify,
    reference_of,
)

__all__ = ["read"]

_REPORTS = {"Stmt": "camt.053", "Rpt": "camt.052", "Ntfctn": "camt.054"}
_BOOKED = frozenset({"", "BOOK"})
"""The other states (PDNG, FUTR, INFO) are of money that has not moved, or was booked elsewhere."""
_OURS = re.compile(r"camt\.05[234]", re.IGNORECASE)
_RATE = re.compile(r"\d{1,9}(\.\d{1,12})?")
_OPENING, _CLOSING = ("OPBD", "PRCD"), ("CLBD",)


def read(data: bytes, file: str) -> list[Statement]:
    """Every statement of the file, each counted and added up where it carries balances, counts or sums.

    Raises:
        StatementUnreadable: not well-formed, hostile, of another message, or without a statement; names file and line.
        StatementDoesNotAddUp: balances, counts or sums and the entries contradict each other.
    """
    root = _parsed(data, file)
    namespace = etree.QName(root).namespace or ""
    if namespace and not _OURS.search(namespace):
        raise _unreadable(file, 1, _("its namespace {name} is no CAMT statement's").format(name=namespace[:100]))
    reports = root.iter(*(f"{{*}}{name}" for name in _REPORTS))
    statements = [_statement(one, _REPORTS[_local(one)], file) for one in reports]
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
    account = account or _text(element, "Acct", "Id", "PrtryAcct", "Id")
    balances = {code: amount for code, amount in _balances(element, file)}  # noqa: C416 - the last one of a code counts
    # Where an entry has no date of its own, the day the bank made the report is what is known.
    made_on = _day_in(_text(element, "CreDtTm"), element, file)
    every = list(_children(element, "Ntry"))
    booked = [one for one in every if _status(one) in _BOOKED]
    entries = [part for one in booked for part in _bookings(one, account, made_on, file)]
    opening = next((balances[code] for code in _OPENING if code in balances), None)
    closing = next((balances[code] for code in _CLOSING if code in balances), None)
    currency = _text(element, "Acct", "Ccy") or next((one[1] for one in balances.values()), "")
    currency = currency or (entries[0].currency if entries else "")
    pages = {"camt.053": "Stmt", "camt.052": "Rpt", "camt.054": "Ntfctn"}[kind]
    _check_balances(opening, closing, element, file)
    _check_summary(element, every, file)
    return checked(
        Statement(
            file,
            kind,
            account,
            currency,
            opening[0] if opening else None,
            closing[0] if closing else None,
            tuple(entries),
            _line(element),
            _text(element, "ElctrncSeqNb") or _text(element, "LglSeqNb") or _text(element, "Id"),
            len(every) - len(booked),
            goes_on=any(_text(one, "LastPgInd") in {"false", "0"} for one in _children(element, f"{pages}Pgntn")),
        )
    )


def _check_balances(
    opening: tuple[Decimal, str] | None, closing: tuple[Decimal, str] | None, element: etree._Element, file: str
) -> None:
    if opening and closing and opening[1] != closing[1]:
        raise StatementDoesNotAddUp(
            _("It opens in {opening} and closes in {closing}.").format(opening=opening[1], closing=closing[1]),
            where=f"{file}:{_line(element)}",
            remedy=_("Get the file from the bank again; nothing of it was imported."),
        )


def _check_summary(element: etree._Element, every: list[etree._Element], file: str) -> None:
    """The counts and sums that the bank tells must be those of the entries that are there."""
    credited = [one for one in every if _text(one, "CdtDbtInd") == "CRDT"]
    debited = [one for one in every if _text(one, "CdtDbtInd") == "DBIT"]
    for name, some in (("TtlNtries", every), ("TtlCdtNtries", credited), ("TtlDbtNtries", debited)):
        told = _descend(element, "TxsSummry", name)
        if told is None:
            continue
        count, total = _text(told, "NbOfNtries"), _text(told, "Sum")
        come_to = sum((_money(_child(one, "Amt"), file)[0] for one in some), Decimal(0))
        wrong_count = count.isdecimal() and int(count[:18]) != len(some)
        wrong_sum = bool(total) and amount_of(total.lstrip("-+")) not in {None, come_to}
        if wrong_count or wrong_sum:
            raise StatementDoesNotAddUp(
                _("Its summary tells {told} entries of {sum}; there are {count} of {total}.").format(
                    told=count[:20] or "-", sum=total[:40] or "-", count=len(some), total=come_to
                ),
                where=f"{file}:{_line(told)}",
                remedy=_("Get the file from the bank again; nothing of it was imported."),
            )


def _balances(element: etree._Element, file: str) -> Iterator[tuple[str, tuple[Decimal, str]]]:
    for balance in _children(element, "Bal"):
        code = _text(balance, "Tp", "CdOrPrtry", "Cd")
        amount, currency = _money(_child(balance, "Amt"), file)
        yield code, (amount if _text(balance, "CdtDbtInd") != "DBIT" else -amount, currency)


def _bookings(element: etree._Element, account: str, made_on: date | None, file: str) -> list[Entry]:
    """The entry; where it is a batch of payments that add up to it, each of them, so that each finds its customer."""
    parts = _details(element)
    whole = _entry(element, parts, account, made_on, file)
    amounts = [_part_amount(one, whole.currency, file) for one in parts]
    if len(parts) < 2 or any(one is None for one in amounts):
        return [whole]
    split = []
    for one, amount in zip(parts, amounts, strict=True):
        entry = _entry(element, [one], account, made_on, file)
        sign = -1 if (_text(one, "CdtDbtInd") or _text(element, "CdtDbtInd")) == "DBIT" else 1
        split.append(replace(entry, amount=sign * (amount or Decimal(0)), line=_line(one), batch=batch_identity(whole)))
    return split if sum((one.amount for one in split), Decimal(0)) == whole.amount else [whole]


def _part_amount(one: etree._Element, currency: str, file: str) -> Decimal | None:
    """What a part adds to its entry: in the account's currency, wherever the version has it."""
    for path in (
        ("Amt",),
        ("AmtDtls", "TxAmt", "Amt"),
        ("AmtDtls", "CntrValAmt", "Amt"),
        ("AmtDtls", "InstdAmt", "Amt"),
    ):
        found = _descend(one, *path)
        if found is not None and found.get("Ccy", currency) == currency:
            return _money(found, file)[0]
    return None


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
    places = [one for one in (single, element) if one is not None]
    instructed = _instructed(places, currency, file)
    fee = next((found for one in places if (found := _charges(one, file))), None)
    rate, pair = next((found for one in places if (found := _exchange(one, file))), (None, ""))
    returned = _returned(places)
    # Of a reversal the parties are those of the payment that it takes back.
    reversal = _text(element, "RvslInd") in {"true", "1"}
    payer, payer_account, debtor = _party(places[0], credit=credit != reversal)
    reference = " ".join(dict.fromkeys(text for one in details for text in _remittance(one)))
    reference = reference or _text(element, "AddtlNtryInf")
    bank_reference = _text(single, "Refs", "AcctSvcrRef") if single is not None else ""
    bank_reference = _text(element, "AcctSvcrRef") or bank_reference
    signed = amount if credit else -amount
    code = _text(element, "BkTxCd", "Domn", "Fmly", "Cd")
    kind = classify(signed, payer, f"{reference} {_text(element, 'AddtlNtryInf')}", code)
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
        kind="refund" if reversal or returned else kind,
        exchange_rate=rate,
        exchange_pair=pair,
        debtor=debtor,
        end_to_end=reference_of(_text(single, "Refs", "UETR") or _text(single, "Refs", "EndToEndId"))
        if single is not None
        else "",
        return_reason=returned or ("reversal" if reversal else ""),
    )


def _instructed(places: list[etree._Element], currency: str, file: str) -> tuple[Decimal, str] | None:
    """What the payer told its bank to send; else what was moved in another currency than the account's."""
    for name in ("InstdAmt", "TxAmt", "CntrValAmt"):
        for one in places:
            found = _descend(one, "AmtDtls", name, "Amt")
            if found is None and name == "InstdAmt":
                found = _child(one, "InstdAmt")
            if found is not None and (name == "InstdAmt" or found.get("Ccy", currency) != currency):
                return _money(found, file)
    return None


def _exchange(one: etree._Element, file: str) -> tuple[Decimal, str] | None:
    """The bank's exchange rate and between which currencies: ``USD/EUR`` is the price of one dollar in euros."""
    details = _child(one, "AmtDtls")
    if details is None:
        return None
    for name in ("InstdAmt", "TxAmt", "CntrValAmt", "AnncdPstngAmt"):
        exchange = _descend(details, name, "CcyXchg")
        told = _text(exchange, "XchgRate") if exchange is not None else ""
        if exchange is None or not told:
            continue
        if not _RATE.fullmatch(told) or not Decimal(told):
            raise _unreadable(file, _line(exchange), _("{text} is no exchange rate").format(text=repr(told[:40])))
        source, target, unit = (_text(exchange, tag) for tag in ("SrcCcy", "TrgtCcy", "UnitCcy"))
        # Prices are of one unit of the currency that is named as the unit; where none is, of the source.
        other = source if unit == target else target
        return Decimal(told), "/".join(code for code in (unit or source, other) if code)
    return None


def _returned(places: list[etree._Element]) -> str:
    """Why a payment came back, in the bank's code and words."""
    for one in places:
        info = _child(one, "RtrInf")
        if info is not None:
            told = (_text(info, "Rsn", "Cd"), _text(info, "Rsn", "Prtry"), _text(info, "AddtlInf"))
            return " ".join(text for text in told if text) or "returned"
    return ""


def _status(entry: etree._Element) -> str:
    return _text(entry, "Sts", "Cd") or _text(entry, "Sts")


def _charges(element: etree._Element, file: str) -> tuple[Decimal, str] | None:
    """What banks kept, in every version's place for it; what they gave back is subtracted."""
    found: list[tuple[Decimal, str]] = []
    total = None
    for charges in _children(element, "Chrgs"):
        for record in (*_children(charges, "Rcrd"), *([charges] if _child(charges, "Amt") is not None else [])):
            amount, currency = _money(_child(record, "Amt"), file)
            found.append((-amount if _text(record, "CdtDbtInd") == "CRDT" else amount, currency))
        whole = _child(charges, "TtlChrgsAndTaxAmt")
        total = _money(whole, file) if whole is not None else total
    if not found and total:
        found = [total]
    kept = sum((amount for amount, _currency in found), Decimal(0))
    return (kept, found[0][1]) if kept > 0 and len({currency for _amount, currency in found}) == 1 else None


def _party(element: etree._Element, *, credit: bool) -> tuple[str, str, str]:
    """Who stands on the other side, the account, and whose account it is where somebody paid for another.

    The ultimate debtor of a credit goes before the debtor, likewise for debits.
    """
    parties = _child(element, "RltdPties")
    if parties is None:
        return "", "", ""
    who = "Dbtr" if credit else "Cdtr"
    names = [_text(parties, tag, "Pty", "Nm") or _text(parties, tag, "Nm") for tag in (f"Ultmt{who}", who)]
    agent = _text(parties, who, "Agt", "FinInstnId", "Nm")
    account = _text(parties, f"{who}Acct", "Id", "IBAN") or _text(parties, f"{who}Acct", "Id", "Othr", "Id")
    account = account or _text(parties, f"{who}Acct", "Id", "PrtryAcct", "Id")
    name = names[0] or names[1] or agent
    return name, account, names[1] if names[0] and names[1] != names[0] else ""


def _remittance(details: etree._Element) -> Iterator[str]:
    info = _child(details, "RmtInf")
    if info is not None:
        for one in _children(info, "Ustrd"):
            yield " ".join((one.text or "").split())
        for one in _children(info, "Strd"):
            yield from _structured(one)
    end_to_end = _text(details, "Refs", "EndToEndId")
    if end_to_end and end_to_end.upper() != "NOTPROVIDED":
        yield end_to_end


def _structured(one: etree._Element) -> Iterator[str]:
    """The creditor's reference, every document it names, and what is said besides."""
    told = [_text(one, "CdtrRefInf", "Ref"), _text(one, "CdtrRefInf", "CdtrRef")]
    told += [_text(document, "Nb") or _text(document, "RfrdDocNb") for document in _children(one, "RfrdDocInf")]
    told += [(extra.text or "").strip() for extra in _children(one, "AddtlRmtInf")]
    yield from (" ".join(text.split()) for text in told if text)


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
    found: Iterator[etree._Element] = element.iterchildren(f"{{*}}{name}")
    return found


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next(element.iterchildren(f"{{*}}{name}"), None)


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
