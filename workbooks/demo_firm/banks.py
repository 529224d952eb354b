"""The banks' files: MT940 for USD, HKD and SGD, CAMT.053 for the European currencies, a GB18030 CSV for the rest."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

from demo_firm.world import FIRST_DAY, Payment, World
from workbench.money import minor_units

__all__ = ["write_statements"]

ACCOUNTS = {
    "USD": "332901008800123456", "HKD": "332901008800123464", "SGD": "332901008800123472", "EUR": "DE75512108001245126199",
    "GBP": "GB33BUKB20201555555555", "CHF": "CH5604835012345678009", "PLN": "PL10105000997603123456789123",
    "JPY": "332901008800200017", "KRW": "332901008800200025", "AUD": "332901008800200033", "CAD": "332901008800200041",
    "THB": "332901008800200058", "MXN": "332901008800200066", "ZAR": "332901008800200074",
}  # fmt: skip
_MT940, _CAMT = ("USD", "HKD", "SGD"), ("EUR", "GBP", "CHF", "PLN")


def write_statements(world: World, folder: Path, rng: random.Random) -> None:
    """All files; sets ``account`` and ``reference`` of every payment on the way."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(world.payments, start=1):
        one.account = ACCOUNTS[one.currency]
        one.reference = f"FT{one.day:%y%m%d}{number:05d}"
    for currency, account in ACCOUNTS.items():
        entries = [one for one in world.payments if one.currency == currency]
        opening = Decimal(rng.randint(20, 90)) * (1000 if minor_units(currency) else 100000)
        if currency in _MT940:
            _mt940(folder, currency, account, opening, entries)
        elif currency in _CAMT:
            _camt(folder, currency, account, opening, entries)
        else:
            _csv(folder, currency, account, opening, entries)


def _months(entries: list[Payment]) -> Iterator[tuple[date, list[Payment]]]:
    """Every month of the two years, with its entries."""
    by_month = {month: list(some) for month, some in groupby(entries, key=lambda one: one.day.replace(day=1))}
    month = FIRST_DAY
    while month <= date(2026, 9, 1):
        yield month, by_month.get(month, [])
        month = (month + timedelta(days=32)).replace(day=1)


def _last_day(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _comma(amount: Decimal) -> str:
    text = format(abs(amount), "f")
    return text.replace(".", ",") if "." in text else f"{text},"


def _mt940(folder: Path, currency: str, account: str, opening: Decimal, entries: list[Payment]) -> None:
    """One statement a month, four files of half a year."""
    files: dict[str, list[str]] = {}
    balance = opening
    for number, (month, some) in enumerate(_months(entries), start=1):
        lines = [f":20:STMT{month:%y%m}{currency}", f":25:{account}", f":28C:{number}/1"]
        lines.append(f":60F:{'D' if balance < 0 else 'C'}{month:%y%m%d}{currency}{_comma(balance)}")
        for one in some:
            balance += one.amount
            mark = "C" if one.amount >= 0 else "D"
            code = {"fee": "NCHG", "interest": "NINT", "transfer": "NTRF"}.get(one.kind, "NTRF")
            lines.append(f":61:{one.day:%y%m%d}{one.day:%m%d}{mark}{_comma(one.amount)}{code}NONREF//{one.reference}")
            details = f"/ORDP/{one.payer}/REMI/{one.text}" if one.payer else one.text
            if one.instructed is not None and one.fee is not None:
                details += f"/OCMT/{currency}{_comma(one.instructed)}/CHGS/{currency}{_comma(one.fee)}"
            pieces = [details[start : start + 65] for start in range(0, len(details), 65)]
            lines.append(":86:" + "\r\n".join(pieces))
        lines.append(f":62F:{'D' if balance < 0 else 'C'}{_last_day(month):%y%m%d}{currency}{_comma(balance)}")
        half = f"{month.year}H{1 if month.month <= 6 else 2}"
        block = "{1:F01BKCHCNBJA92AXXX0000000000}{2:I940NBHYCNXXXXXXN}{4:\r\n" + "\r\n".join(lines) + "\r\n-}\r\n"
        files.setdefault(half, []).append(block)
    for half, blocks in files.items():
        (folder / f"BOC_{currency}_{half}.sta").write_bytes("".join(blocks).encode("ascii", "replace"))


def _camt(folder: Path, currency: str, account: str, opening: Decimal, entries: list[Payment]) -> None:
    """One file a year, a statement a month."""
    balance = opening
    files: dict[int, list[str]] = {}
    for number, (month, some) in enumerate(_months(entries), start=1):
        start = balance
        booked = []
        for one in some:
            balance += one.amount
            booked.append(_camt_entry(one))
        files.setdefault(month.year, []).append(
            f"<Stmt><Id>{currency}-{month:%Y%m}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>"
            f"<CreDtTm>{_last_day(month)}T20:00:00</CreDtTm>"
            f"<Acct><Id>{_camt_account(account)}</Id><Ccy>{currency}</Ccy></Acct>"
            + _camt_balance("OPBD", start, currency, month)
            + _camt_balance("CLBD", balance, currency, _last_day(month))
            + "".join(booked)
            + "</Stmt>"
        )
    for year, statements in files.items():
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
            f"<BkToCstmrStmt><GrpHdr><MsgId>{currency}{year}</MsgId><CreDtTm>{year}-12-31T20:00:00</CreDtTm></GrpHdr>\n"
            + "\n".join(statements)
            + "\n</BkToCstmrStmt></Document>\n"
        )
        (folder / f"EUROBANK_{currency}_{year}.camt053.xml").write_bytes(text.encode())


def _camt_account(account: str) -> str:
    return f"<IBAN>{account}</IBAN>" if account[:2].isalpha() else f"<Othr><Id>{account}</Id></Othr>"


def _camt_balance(code: str, amount: Decimal, currency: str, day: date) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="{currency}">{abs(amount)}</Amt>'
        f"<CdtDbtInd>{'CRDT' if amount >= 0 else 'DBIT'}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _camt_entry(one: Payment) -> str:
    code = {"fee": "CHRG", "interest": "INTR", "transfer": "ICDT"}.get(one.kind, "RCDT")
    details = ""
    if one.instructed is not None and one.fee is not None:
        details = (
            f'<AmtDtls><InstdAmt><Amt Ccy="{one.currency}">{one.instructed}</Amt></InstdAmt></AmtDtls>'
            f'<Chrgs><Rcrd><Amt Ccy="{one.currency}">{one.fee}</Amt><CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>'
        )
    payer = f"<RltdPties><Dbtr><Pty><Nm>{escape(one.payer)}</Nm></Pty></Dbtr></RltdPties>" if one.payer else ""
    return (
        f'<Ntry><Amt Ccy="{one.currency}">{abs(one.amount)}</Amt><CdtDbtInd>{"CRDT" if one.amount >= 0 else "DBIT"}</CdtDbtInd>'
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{one.day}</Dt></BookgDt><ValDt><Dt>{one.day}</Dt></ValDt>"
        f"<AcctSvcrRef>{one.reference}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{code}</Cd><SubFmlyCd>OTHR</SubFmlyCd>"
        f"</Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><AcctSvcrRef>{one.reference}</AcctSvcrRef></Refs>{details}{payer}"
        f"<RmtInf><Ustrd>{escape(one.text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def _csv(folder: Path, currency: str, account: str, opening: Decimal, entries: list[Payment]) -> None:
    """One file of two years in a Chinese bank's layout."""
    lines = ["账号,币种,交易日期,交易流水号,对方户名,借方发生额,贷方发生额,账户余额,摘要,附言"]
    balance = opening
    for one in entries:
        balance += one.amount
        debit, credit = ("", f"{one.amount}") if one.amount >= 0 else (f"{-one.amount}", "")
        summary = {"fee": "账户管理费", "interest": "结息", "transfer": "转账"}.get(one.kind, "汇入汇款")
        cells = [
            account,
            currency,
            f"{one.day:%Y%m%d}",
            one.reference,
            one.payer,
            debit,
            credit,
            f"{balance}",
            summary,
            one.text,
        ]
        lines.append(",".join(f'"{cell}"' if "," in cell else cell for cell in cells))
    (folder / f"交易明细_{currency}.csv").write_bytes("\r\n".join([*lines, ""]).encode("gb18030"))
