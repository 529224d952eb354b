"""Statement files: what is read of each, beside other readers' counts, and how fast a hundred thousand entries are.

Every ``.sta``, ``.xml``, ``.ofx``, ``.qfx``, ``.csv`` and ``.xlsx`` file of the folders is read. "raw" is how many
entries the file has by a plain search for their marks, so that nothing that was lost goes unseen. The other readers are
mt-940 and ofxtools; for CAMT the standard library counts the elements.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

from workbench.errors import WorkbenchError
from workbench.statements import read_statements

SAMPLES = Path(__file__).resolve().parent.parent / "tests" / "statements" / "samples"
SUFFIXES = {".sta", ".xml", ".ofx", ".qfx", ".csv", ".xlsx", ".txt"}
ENTRY = "2601050105C10,00NTRFNONREF//B{at}\n:86:/ORDP/SMITH LTD/REMI/INV HY{at}\n"


def raw_count(file: Path) -> int:
    """Entries by their marks alone."""
    text = file.read_bytes().decode("latin-1")
    marks = {".xml": r"<(?:\w+:)?Ntry[\s>]", ".ofx": r"<STMTTRN>", ".qfx": r"<STMTTRN>"}
    return len(re.findall(marks.get(file.suffix.lower(), r"^\s*:61:"), text, re.MULTILINE | re.IGNORECASE))


def peer_count(file: Path) -> str:
    """Entries that the other reader finds, or that it fails."""
    try:
        if file.suffix.lower() == ".xml":
            return str(sum(one.tag.endswith("}Ntry") for one in ET.fromstring(file.read_bytes()).iter()))
        if file.suffix.lower() in {".ofx", ".qfx"}:
            from ofxtools.Parser import OFXTree

            parser = OFXTree()
            parser.parse(io.BytesIO(file.read_bytes()))
            return str(sum(len(one.transactions) for one in parser.convert().statements))
        if file.suffix.lower() == ".sta":
            import mt940

            return str(len(mt940.models.Transactions().parse(file.read_bytes().decode("cp1252", "replace"))))
    except Exception as error:  # noqa: BLE001 - whatever another reader raises is its answer
        return type(error).__name__
    return "-"


def told_of(file: Path) -> tuple[str, str, str]:
    """Format, entries and whether it adds up; of a refused file the line and why."""
    try:
        statements = read_statements(file)
    except WorkbenchError as error:
        return "refused", "-", f"line {str(error.where).rpartition(':')[2]}: {error.message[:90]}"
    entries = sum(len(one.entries) for one in statements)
    pending = sum(one.pending for one in statements)
    balances = [one for one in statements if one.opening is not None and one.closing is not None]
    adds = "adds up" if balances and all(one.adds_up for one in balances) else "no balances"
    return statements[0].format, f"{entries}" + (f" + {pending} pending" if pending else ""), adds


def table(folders: list[Path]) -> Counter[str]:
    """Print a line for each file; gives how many files came to what."""
    counts: Counter[str] = Counter()
    print("| file | format | raw | ours | other reader | |\n|---|---|--:|--:|--:|---|")
    for folder in folders:
        for file in sorted(one for one in folder.rglob("*") if one.suffix.lower() in SUFFIXES):
            form, entries, adds = told_of(file)
            raw = raw_count(file)
            counts["files"] += 1
            counts["refused" if form == "refused" else "read"] += 1
            if form != "refused" and file.suffix.lower() in {".sta", ".xml", ".ofx", ".qfx"}:
                counts["entries"] += sum(int(one) for one in re.findall(r"\d+", entries))
                counts["raw entries"] += raw
            print(f"| {file.name} | {form} | {raw} | {entries} | {peer_count(file)} | {adds} |", flush=True)
    return counts


def mt940_text(count: int) -> str:
    """A statement of so many entries."""
    lines = "".join(":61:" + ENTRY.format(at=at) for at in range(count))
    return f":20:A\n:25:NL01\n:28C:1/1\n:60F:C260101EUR0,00\n{lines}:62F:C260131EUR{count * 10},00\n"


def camt_text(count: int) -> str:
    """The same as CAMT.053."""
    head = '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>'
    balance = '<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>'
    entry = (
        '<Ntry><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><ValDt><Dt>2026-01-05</Dt></ValDt>'
        "<AcctSvcrRef>B{at}</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>SMITH LTD</Nm></Pty></Dbtr></RltdPties>"
        "<RmtInf><Ustrd>INV HY{at}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
    )
    body = "".join(entry.format(at=at) for at in range(count))
    balances = balance.format(code="OPBD", amount=0) + balance.format(code="CLBD", amount=count * 10)
    account = "<Acct><Id><IBAN>NL01</IBAN></Id><Ccy>EUR</Ccy></Acct>"
    return f"{head}{account}{balances}\n{body}</Stmt></BkToCstmrStmt></Document>"


def ofx_text(count: int) -> str:
    """The same as OFX 1."""
    entry = (
        "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260105<TRNAMT>10.00<FITID>B{at}<NAME>SMITH LTD<MEMO>INV HY{at}</STMTTRN>\n"
    )
    body = "".join(entry.format(at=at) for at in range(count))
    head = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS>"
    account = "<CURDEF>EUR<BANKACCTFROM><ACCTID>NL01</BANKACCTFROM><BANKTRANLIST>\n"
    return f"{head}{account}{body}</BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"


def csv_text(count: int) -> str:
    """The same as a bank's table with running balances."""
    rows = "".join(f"0039,EUR,20260105,B{at},SMITH LTD,,10.00,{(at + 1) * 10}.00,INV HY{at}\n" for at in range(count))
    return "账号,币种,交易日期,流水号,对方名称,借方金额,贷方金额,余额,附言\n" + rows


def mt940_peer(text: str) -> int:
    """Entries by mt-940."""
    import mt940

    return len(mt940.models.Transactions().parse(text))


def speed(count: int, peer_entries: int) -> None:
    """Print entries a second for each form, beside mt-940 on a smaller file of its form."""
    makers: dict[str, Callable[[int], str]] = {
        "MT940": mt940_text,
        "CAMT.053": camt_text,
        "OFX": ofx_text,
        "CSV": csv_text,
    }
    print(f"\n| {count:,} entries | s | entries a second |\n|---|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        for name, make in makers.items():
            file = Path(folder) / "statement"
            file.write_text(make(count), encoding="utf-8")
            started = time.process_time()
            found = sum(len(one.entries) for one in read_statements(file))
            taken = time.process_time() - started
            if found != count:
                raise SystemExit(f"{name}: {found} entries of {count}")
            print(f"| {name} | {taken:.2f} | {count / taken:,.0f} |", flush=True)
    text = mt940_text(peer_entries)
    started = time.process_time()
    found = mt940_peer(text)
    taken = time.process_time() - started
    print(f"| mt-940 ({found:,} entries) | {taken:.2f} | {found / taken:,.0f} |")


def main() -> None:
    """Read, count, and measure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path, default=[SAMPLES], help="folders with statement files")
    parser.add_argument("--entries", type=int, default=20_000, help="entries of the files that are timed")
    parser.add_argument("--peer-entries", type=int, default=5_000, help="entries that mt-940 is given")
    arguments = parser.parse_args()
    counts = table(arguments.folders)
    print("\n" + ", ".join(f"{name} {count}" for name, count in counts.items()))
    speed(arguments.entries, arguments.peer_entries)
    if counts["entries"] != counts["raw entries"]:
        sys.exit("entries were lost")


if __name__ == "__main__":
    main()
