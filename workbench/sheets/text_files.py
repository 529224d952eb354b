"""CSV and other tables of text: which encoding, which separator, then cells like any sheet's."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

from charset_normalizer import from_bytes

from workbench.archives import Refused
from workbench.guards import unguarded
from workbench.i18n import _
from workbench.places import LAST_COLUMN
from workbench.sheets.raw import LONGEST_CELL, RawSheet, Texts
from workbench.sheets.words import column_fields

__all__ = ["decoded", "read_markup", "read_text", "separator"]

_MOST_TEXT = 512 * 2**20
_MOST_SPANNED = 100_000
"""Cells under merged ones that a web page may have; what spans more is read without its spans."""
_SAMPLE = 200_000
_SEPARATORS = ",;\t|"


def decoded(data: bytes) -> tuple[str, str]:
    """The text and its encoding. Raises Refused for bytes that are no text."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace"), encoding
    if data[1:2] == b"\0" or data[:1] == b"\0":
        encoding = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
        if data[:2000].count(b"\0") > len(data[:2000]) // 4:
            return data.decode(encoding, errors="replace"), encoding
    if b"\0" in data[:_SAMPLE]:
        raise Refused("file.not-a-workbook", _("it holds bytes that are no text"))
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _guessed(data)


_ENCODINGS = ("gb18030", "big5", "cp932", "cp949", "cp1251", "cp1252")


def _guessed(data: bytes) -> tuple[str, str]:
    """A text in an older encoding: the one in which it has known headings, else the one whose letters are usual."""
    sample = data[:_SAMPLE]
    readings = [(text, encoding) for encoding in _ENCODINGS if (text := _strictly(sample, encoding))]
    best = max(readings, key=lambda one: (_known_words(one[0]), _plausible(*one)), default=None)
    if best and (_known_words(best[0]) or _plausible(*best) > 0.9):
        whole = _strictly(data, best[1])
        if whole:
            return whole, best[1]
    found = from_bytes(sample).best()
    encoding = found.encoding if found else "cp1252"
    return data.decode(encoding, errors="replace"), encoding


def _strictly(data: bytes, encoding: str) -> str:
    """The text, or nothing where the bytes are none; a sample may end inside a character."""
    for cut in range(4 if len(data) == _SAMPLE else 1):
        try:
            return data[: len(data) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""


def _known_words(text: str) -> int:
    """How many of the first lines' fields are headings with letters beyond ASCII."""
    words = {word for line in text.splitlines()[:12] for word in re.split("[,;\t|]", line)[:40]}
    return sum(
        not word.isascii() and len(word) < 40 and max(column_fields(word).values(), default=0.0) >= 0.7
        for word in words
    )


def _plausible(text: str, encoding: str) -> float:
    """Share of the non-ASCII characters that people use in tables of that encoding."""
    foreign = [letter for letter in text if ord(letter) > 127]
    if not foreign:
        return 1.0
    if encoding == "cp1252":
        usual = sum(letter.isalpha() or letter in "€£¥°–—’‘“”…§ß\u00a0" for letter in foreign)
        runs = max((len(run) for run in re.findall(r"[\u0080-\u00ff]+", text)), default=0)
        return usual / len(foreign) * (0.95 if runs <= 3 else 0.5)
    if encoding in ("cp949", "cp1251"):
        usual = sum(
            "\uac00" <= one <= "\ud7a3" if encoding == "cp949" else "\u0400" <= one <= "\u045f" or one in "№«»–"
            for one in foreign
        )
        return 0.93 * usual / len(foreign)
    common = sum(
        "\u4e00" <= letter <= "\u9fa5" or "\u3000" <= letter <= "\u30ff" or "\uff01" <= letter <= "\uffe5"
        for letter in foreign
    )
    frequent = sum(letter in _FREQUENT for letter in foreign)
    return common / len(foreign) * (0.9 + min(0.1, frequent / len(foreign)))


_FREQUENT = frozenset(
    "的一是在有个人这中大国上海订单号客户金额日期币种付款收汇合同公司有限出口美元欧元人民状态备注编号名称地址电话数量单价总计合计小计"
    "訂單號戶額幣種匯編稱電話數單價總計東北京深圳廣州宁波市省区路の日本円会社"
)


def read_text(data: bytes, name: str) -> dict[str, Any]:
    """A CSV or TSV file as a workbook of one sheet, named as the file without its ending."""
    if len(data) > _MOST_TEXT:
        raise Refused("file.too-large", _("it has {size} MB").format(size=len(data) // 2**20))
    text, encoding = decoded(data)
    if not text.strip():
        raise Refused("file.empty", _("there is no text in it"))
    if _control_share(text[:_SAMPLE]) > 0.02:
        raise Refused("file.not-a-workbook", _("it holds bytes that are no text"))
    texts = Texts()
    sheet = RawSheet(Path(name).stem, texts)
    usual_limit = csv.field_size_limit(2**31 - 1)  # the whole process's; put back below
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text), strict=False)
        for row, fields in enumerate(reader, 1):
            if len(fields) > LAST_COLUMN:
                raise Refused(
                    "file.too-large", _("its line {row} has {count} fields").format(row=row, count=len(fields))
                )
            for column, value in enumerate(fields, 1):
                sheet.add(row, column, "s", unguarded(value))
    except csv.Error as error:
        raise Refused("file.corrupt", _("its lines cannot be split into fields")) from error
    finally:
        csv.field_size_limit(usual_limit)
    return {
        "format": "csv",
        "encoding": encoding,
        "sheets": [sheet],
        "texts": texts,
        "formats": ["General"],
        "carries": [],
    }


def _control_share(text: str) -> float:
    return sum(letter < " " and letter not in "\t\r\n\x0b\x0c" for letter in text) / max(1, len(text))


def separator(text: str) -> str:
    """The separator under which the most lines have the same number (above one) of fields."""
    sample = text[:_SAMPLE]
    if len(sample) == _SAMPLE:
        sample = sample.rsplit("\n", 1)[0]

    def evenness(mark: str) -> float:
        widths = [len(row) for row in csv.reader(io.StringIO(sample, newline=""), delimiter=mark) if row]
        wide = [width for width in widths if width > 1]
        if not wide:
            return 0.0
        usual = max(set(wide), key=wide.count)
        return wide.count(usual) / len(widths) + usual / 1000

    try:
        return max(_SEPARATORS, key=evenness)
    except csv.Error:
        return ","


def read_markup(data: bytes, name: str) -> dict[str, Any]:
    """A web page that calls itself .xls: its tables below each other on one sheet, named as the file."""
    from lxml import etree, html

    text, encoding = _markup_text(data)
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        page = html.document_fromstring(text, parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise Refused("file.corrupt", _("the page in it cannot be read")) from error
    texts = Texts()
    sheet = RawSheet(Path(name).stem, texts)
    row = 0
    tables = [table for table in page.iter("table") if not any(True for _ancestor in table.iterancestors("table"))]
    if not tables:
        raise Refused("file.not-a-workbook", _("it is a web page without a table"))
    for table in tables:
        row = _read_table(table, sheet, row) + 1
    return {
        "format": "html",
        "encoding": encoding,
        "sheets": [sheet],
        "texts": texts,
        "formats": ["General"],
        "carries": [],
    }


def _markup_text(data: bytes) -> tuple[str, str]:
    declared = re.search(rb"charset=[\"']?([\w-]+)", data[:4096])
    if declared:
        try:
            encoding = declared.group(1).decode("ascii")
            return data.decode(encoding), encoding
        except (UnicodeDecodeError, LookupError):
            return decoded(data)
    return decoded(data)


def _read_table(table: Any, sheet: RawSheet, row: int) -> int:
    """Add a table below ``row``; returns its last row."""
    taken: set[tuple[int, int]] = set()
    for line in table.iter("tr"):
        row += 1
        column = 0
        for cell in line:
            if cell.tag not in ("td", "th"):
                continue
            column += 1
            while (row, column) in taken:
                column += 1
            down, across = _span(cell.get("rowspan")), _span(cell.get("colspan"))
            if len(taken) < _MOST_SPANNED and (down > 1 or across > 1):
                sheet.merges.append((row, column, row + down - 1, column + across - 1))
                taken.update((row + r, column + c) for r in range(down) for c in range(across))
            text = re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(cell.itertext()))
            sheet.add(row, column, "s", text[: LONGEST_CELL + 1])
            column += across - 1
    return row


def _span(value: str | None) -> int:
    return min(int(value), 1000) if value and value.isdigit() and value != "0" else 1
