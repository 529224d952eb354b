"""OFX 1.x (SGML), OFX 2.x (XML) and QFX: what banks in many countries offer for bookkeeping programs.

Version 1 leaves out the closing tags of values and version 2 is XML; one tokenizer takes both, without entities other
than the few that text needs. A file carries the balance at its end and none at its beginning.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from workbench.i18n import _
from workbench.statements.entries import (
    Entry,
    Statement,
    StatementTruncated,
    StatementUnreadable,
    amount_of,
    checked,
    classify,
    reference_of,
)

__all__ = ["looks_like", "read"]

_BEGINS = re.compile(r"\s*(OFXHEADER\s*:|(<\?xml[^>]{0,200}\?>\s*)?(<\?OFX\b|<OFX>))", re.IGNORECASE)
_TOKEN = re.compile(r"<(/?)([A-Za-z0-9_.]{1,64})(?:\s[^<>]{0,200})?(/?)>([^<]*)")
_REPORTS = {"STMTRS", "CCSTMTRS"}
_LISTS = {"STMTTRN"}
_AMOUNT = re.compile(r"([+-]?)(\d[\d.,]*|[.,]\d+)")
_RATE = re.compile(r"\d{0,9}[.,]?\d{1,12}")
_DEEPEST = 40


@dataclass(slots=True)
class _Node:
    tag: str
    line: int
    text: str = ""
    children: list[_Node] = field(default_factory=list)

    def get(self, *path: str) -> str:
        node = self.at(*path)
        return node.text if node is not None else ""

    def at(self, *path: str) -> _Node | None:
        node: _Node | None = self
        for name in path:
            node = next((one for one in node.children if one.tag == name), None) if node is not None else None
        return node

    def every(self, *tags: str) -> Iterator[_Node]:
        for child in self.children:
            if child.tag in tags:
                yield child
            else:
                yield from child.every(*tags)


def looks_like(text: str) -> bool:
    """Whether the text begins as an OFX file of either version."""
    return bool(_BEGINS.match(text[:4096].lstrip("\ufeff")))


def read(data: bytes, file: str) -> list[Statement]:
    """Every bank and card statement of the file, its entries counted against the file.

    Raises:
        StatementUnreadable: a value cannot be read, or there is no statement; names file and line.
        StatementTruncated: the file ends within a statement.
    """
    text = _decoded(data, file)
    if re.search(r"<!(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise _unreadable(file, 1, _("it declares a document type, which a statement never does"))
    root = _tree(text, file)
    statements = [_statement(one, file) for one in root.every(*_REPORTS)]
    if not statements:
        raise _unreadable(file, 1, _("there is no statement in it"))
    counted = len(re.findall(r"<STMTTRN[\s>]", text, re.IGNORECASE))
    if counted != sum(len(one.entries) for one in statements):
        raise _unreadable(file, 1, _("entries were lost while reading"))
    return statements


def _decoded(data: bytes, file: str) -> str:
    """By what the header says; files that say nothing useful are UTF-8, else cp1252."""
    head = data[:1024].decode("latin-1").upper()
    if "ENCODING:UTF-8" in head or "ENCODING:UNICODE" in head or 'ENCODING="UTF-8"' in head:
        encodings = ["utf-8-sig", "cp1252"]
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        told = re.search(r"CHARSET:\s*(\d{3,5}|ISO-8859-1)", head)
        named = {"ISO-8859-1": "cp1252", "936": "gb18030"}.get(told[1], f"cp{told[1]}") if told else "cp1252"
        encodings = ["utf-8-sig", named, "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise _unreadable(file, 1, _("the text is in no encoding that is known"))


def _tree(text: str, file: str) -> _Node:
    """The tags as a tree; a tag with a text behind it is a value and needs no closing tag."""
    root = _Node("", 1)
    open_tags = [root]
    line, at = 1, 0
    for found in _TOKEN.finditer(text):
        line += text.count("\n", at, found.start())
        at = found.start()
        closing, tag, empty, value = found[1], found[2].upper(), found[3], found[4].strip()
        if closing:
            _close(open_tags, tag)
            continue
        node = _Node(tag, line, html.unescape(value))
        open_tags[-1].children.append(node)
        if not empty and not value and len(open_tags) < _DEEPEST:
            open_tags.append(node)
    left = next((one for one in open_tags if one.tag in _REPORTS | _LISTS | {"BANKTRANLIST"}), None)
    if left is not None:
        raise StatementTruncated(
            _("The file ends within <{tag}>.").format(tag=left.tag),
            where=f"{file}:{left.line}",
            remedy=_("The file is cut off; get it from the bank again."),
        )
    return root


def _close(open_tags: list[_Node], tag: str) -> None:
    """Close the tag and what is open inside it; a value's closing tag closes nothing."""
    at = next((index for index in range(len(open_tags) - 1, 0, -1) if open_tags[index].tag == tag), None)
    if at is None:
        return
    for node in open_tags[at + 1 :]:
        # An empty value without a closing tag took what follows for its own.
        if node.tag not in _REPORTS and len(open_tags) > at + 1:
            open_tags[at].children += node.children
            node.children = []
    del open_tags[at:]


def _statement(report: _Node, file: str) -> Statement:
    default = report.get("CURDEF").upper()
    card = report.tag == "CCSTMTRS"
    account = report.get("CCACCTFROM" if card else "BANKACCTFROM", "ACCTID")
    entries = tuple(_entry(one, account, default, file) for one in report.every("STMTTRN"))
    codes = {one.currency for one in entries}
    told = report.at("LEDGERBAL", "BALAMT")
    closing = _amount(told, file) if told is not None else None
    code = default or next(iter(codes), "")
    return checked(
        Statement(file, "ofx", account, code, None, closing, entries, report.line, report.get("BANKTRANLIST", "DTEND"))
    )


def _entry(node: _Node, account: str, default: str, file: str) -> Entry:
    told, posted = node.at("TRNAMT"), node.get("DTPOSTED")
    if told is None or not posted:
        raise _unreadable(file, node.line, _("an entry has an amount and a date"))
    amount = _amount(told, file)
    # <CURRENCY> says that this entry's amount is in another currency than the account's; <ORIGCURRENCY> that it was once.
    other, original = node.at("CURRENCY"), node.at("ORIGCURRENCY")
    code = other.get("CURSYM").upper() if other is not None else default
    exchange = other if other is not None else original
    payer = node.get("NAME") or node.get("PAYEE", "NAME")
    memo = " ".join(one for one in (node.get("MEMO"), node.get("CHECKNUM"), node.get("REFNUM")) if one)
    kind = {"FEE": "NCHG", "SRVCHG": "NCHG", "INT": "NINT"}.get(node.get("TRNTYPE").upper(), "")
    posted_on = _day(posted, file, node.line)
    available = node.get("DTAVAIL")
    return Entry(
        account=account,
        value_date=_day(available, file, node.line) if available else posted_on,
        booking_date=posted_on,
        currency=code,
        amount=amount,
        line=node.line,
        exchange_rate=_rate(exchange.get("CURRATE")) if exchange is not None else None,
        exchange_pair=f"{exchange.get('CURSYM').upper()}/{default}" if exchange is not None and default else "",
        payer=payer,
        payer_account=node.get("BANKACCTTO", "ACCTID"),
        reference=memo or payer,
        bank_reference=reference_of(node.get("FITID")),
        kind=classify(amount, payer, memo, kind),
    )


def _amount(node: _Node, file: str) -> Decimal:
    """``-1234.56``; some banks write the comma of their country, and separate thousands."""
    found = _AMOUNT.fullmatch(node.text.replace(" ", "").replace("\u00a0", "")[:60])
    if found:
        whole, mark, part = _split(found[2])
        amount = amount_of(f"{whole or '0'}.{part}" if part else whole or "0")
        if amount is not None and (mark or not part):
            return -amount if found[1] == "-" else amount
    raise _unreadable(file, node.line, _("{text} is no amount").format(text=repr(node.text[:40])))


def _split(text: str) -> tuple[str, str, str]:
    """Whole, decimal mark and part: the last mark is the decimal one, the others separate thousands."""
    at = max(text.rfind("."), text.rfind(","))
    if at < 0:
        return text, "", ""
    whole, mark, part = text[:at], text[at], text[at + 1 :]
    grouped = re.fullmatch(r"\d{1,3}([.,])\d{3}(\1\d{3})*|\d*", whole)
    return (re.sub(r"\D", "", whole), mark, part) if grouped and mark not in whole else ("?", "", "?")


def _rate(text: str) -> Decimal | None:
    try:
        return (Decimal(text.replace(",", ".")) or None) if _RATE.fullmatch(text) else None
    except InvalidOperation:
        return None


def _day(text: str, file: str, line: int) -> date:
    """The day of ``20260105120000.000[-5:EST]``, as the bank counts days."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise _unreadable(file, line, _("{text} is no date").format(text=repr(text[:40]))) from None


def _unreadable(file: str, line: int, why: str) -> StatementUnreadable:
    return StatementUnreadable(
        _("The OFX file cannot be read: {why}.").format(why=why),
        where=f"{file}:{line}",
        remedy=_("Get the file from the bank again; nothing of it was imported."),
    )
