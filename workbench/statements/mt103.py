"""MT103 and MT910 as text: the payment message that a bank shows, or its confirmation of a credit.

Either is an advice of one receipt. It tells what the payer sent (``:33B:``), at which rate (``:36:``), and what banks on
the way kept (``:71F:``). The amount that arrives is ``:32A:``, and it is refused where the three contradict each other.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from workbench.i18n import _
from workbench.money import currency
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
from workbench.statements.swift import Field, fields_of

__all__ = ["looks_like", "read"]

_SETTLED = re.compile(r"(\d{2})(\d{2})(\d{2})([A-Z]{3})([\d.,]+)\s*")
_MONEY = re.compile(r"([A-Z]{3})([\d.,]+)\s*")
_PARTY = re.compile(r"^(50|59)[AFK]?$")
_NUMBERED = re.compile(r"^\d/")
_BEGINS = re.compile(r"(?:^|[\r\n]|\{4:)[ \t]*:20:")
_TELLS = re.compile(r"[\r\n][ \t]*:32A:")
_CUT = Decimal("0.00005")
"""Of a rate; five significant figures are the fewest that banks use."""
_STATES = re.compile(r"[\r\n][ \t]*:(60[FM]|61|62[FM]|34F):")
_UETR = re.compile(r"\{121:([0-9a-fA-F-]{36})\}")


def looks_like(text: str) -> bool:
    """Whether the text has the tags of a payment message or of a confirmation of credit."""
    return bool(_BEGINS.search(text) and _TELLS.search(text) and not _STATES.search(text))


def read(text: str, file: str) -> list[Statement]:
    """Every message of the file, each as a statement of one entry.

    Raises:
        StatementTruncated: a message ends before it names its amount.
        StatementUnreadable: a field does not have its form; names file and line.
        StatementDoesNotAddUp: what was sent, the rate and the charges do not make the amount that arrived.
    """
    messages: list[list[Field]] = []
    for one in fields_of(text):
        if one.tag == "20":
            messages.append([])
        elif not messages:
            raise _unreadable(file, one.line, _("a message begins with :20:"))
        messages[-1].append(one)
    if not messages:
        raise _unreadable(file, 1, _("there is no message in it"))
    uetrs = _UETR.findall(text)
    same = len(uetrs) == len(messages)
    return [_message(one, file, uetrs[at].lower() if same else "") for at, one in enumerate(messages)]


def _message(fields: list[Field], file: str, uetr: str) -> Statement:
    told = {one.tag: one for one in reversed(fields)}
    first = fields[0]
    settled = told.get("32A")
    if settled is None:
        raise StatementTruncated(
            _("The message has no :32A: with date, currency and amount."),
            where=f"{file}:{first.line}",
            remedy=_("The file is cut off or incomplete; get it from the bank again."),
        )
    day, code, amount = _settled(settled, file)
    instructed = _money(told["33B"], file) if "33B" in told else None
    rate = _number(told["36"], told["36"].value.strip(), file) if "36" in told else None
    fees = [_money(one, file) for one in fields if one.tag == "71F"]
    payer, payer_account = _party(fields, "50")
    _name, account = _party(fields, "59")
    account = told["25"].value.strip() if "25" in told else account
    reference = _joined(told["70"].value) if "70" in told else _joined(told["72"].value) if "72" in told else ""
    sender = first.value.strip()
    kept = {fee[0] for fee in fees}
    entry = Entry(
        account=account or "MT103",
        value_date=day,
        currency=code,
        amount=amount,
        line=first.line,
        instructed_currency=instructed[0] if instructed else None,
        instructed_amount=instructed[1] if instructed else None,
        fee_currency=next(iter(kept)) if len(kept) == 1 else None,
        fee_amount=sum((fee[1] for fee in fees), Decimal(0)) if len(kept) == 1 else None,
        exchange_rate=rate,
        exchange_pair=f"{instructed[0]}/{code}" if rate and instructed else "",
        payer=payer,
        payer_account=payer_account,
        reference=reference,
        bank_reference=reference_of(sender),
        sender_reference=told["21"].value.strip() if "21" in told else sender,
        end_to_end=uetr,
        kind=classify(amount, payer, ""),
    )
    form = "mt910" if "25" in told and "59" not in {one.tag[:2] for one in fields} else "mt103"
    made = checked(Statement(file, form, entry.account, code, None, None, (entry,), first.line, sender))
    _check(amount, code, instructed, rate, fees, f"{file}:{settled.line}")
    return made


def _check(
    amount: Decimal,
    code: str,
    instructed: tuple[str, Decimal] | None,
    rate: Decimal | None,
    fees: list[tuple[str, Decimal]],
    where: str,
) -> None:
    """What was sent, less charges, in the currency that arrived; where a charge is in a third currency nothing is known."""
    if instructed is None or (instructed[0] != code and rate is None):
        return
    if any(fee[0] not in {instructed[0], code} for fee in fees):
        return
    cent = Decimal(1).scaleb(-currency(code).minor_units)
    rate = Decimal(1) if instructed[0] == code or rate is None else rate
    sent = instructed[1] - sum((fee[1] for fee in fees if fee[0] == instructed[0]), Decimal(0))
    kept = sum((fee[1] for fee in fees if fee[0] != instructed[0]), Decimal(0))
    made = (sent * rate).quantize(cent, ROUND_HALF_UP) - kept
    # A rate may be cut: half of its last figure, on the whole amount, may be missing. A short one is exact.
    half = min(Decimal(5).scaleb(int(rate.as_tuple().exponent) - 1), rate * _CUT)
    slack = cent + (abs(sent) * half if rate != 1 else Decimal(0))
    if abs(made - amount) > slack:
        raise StatementDoesNotAddUp(
            _("{sent} {currency} sent, less charges, makes {made}, not the {amount} that arrived.").format(
                sent=instructed[1], currency=instructed[0], made=made, amount=amount
            ),
            where=where,
            remedy=_("Ask the bank which amount was credited; nothing of the file was imported."),
        )


def _settled(one: Field, file: str) -> tuple[date, str, Decimal]:
    found = _SETTLED.fullmatch(one.value.split("\n")[0])
    if not found:
        raise _unreadable(file, one.line, _(":32A: is date, currency and amount"))
    try:
        day = date(2000 + int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise _unreadable(file, one.line, _("{text} is no date").format(text=one.value[:6])) from None
    return day, found[4], _number(one, found[5], file)


def _money(one: Field, file: str) -> tuple[str, Decimal]:
    found = _MONEY.fullmatch(one.value.split("\n")[0])
    if not found:
        raise _unreadable(file, one.line, _(":{tag}: is currency and amount").format(tag=one.tag))
    return found[1], _number(one, found[2], file)


def _number(one: Field, text: str, file: str) -> Decimal:
    plain = text.replace(".", "") if text.count(",") == 1 else text
    amount = Decimal(plain.replace(",", ".")) if re.fullmatch(r"\d{1,15}[.,]?\d{0,12}", plain) else None
    if amount is None or (one.tag != "36" and amount_of(format(amount, "f")) is None):
        raise _unreadable(file, one.line, _("{text} is no amount").format(text=repr(text[:40])))
    return amount


def _party(fields: list[Field], number: str) -> tuple[str, str]:
    """Name and account of a party; option F numbers its lines, 1 being the name."""
    found = next((one for one in fields if _PARTY.match(one.tag) and one.tag.startswith(number)), None)
    if found is None:
        return "", ""
    lines = [one.strip() for one in found.value.split("\n") if one.strip()]
    account = lines.pop(0)[1:] if lines and lines[0].startswith("/") else ""
    if any(_NUMBERED.match(one) for one in lines):
        return " ".join(one[2:] for one in lines if one.startswith("1/")), account
    return (lines[0] if lines else ""), account


def _joined(value: str) -> str:
    return " ".join(value.replace("\n//", " ").split())


def _unreadable(file: str, line: int, why: str) -> StatementUnreadable:
    return StatementUnreadable(
        _("The payment message cannot be read: {why}.").format(why=why),
        where=f"{file}:{line}",
        remedy=_("Get the file from the bank again; nothing of it was imported."),
    )
