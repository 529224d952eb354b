"""Write workbench/duplicates/data/han_readings.txt from Unicode's Unihan database.

python benchmarks/duplicates/make_readings.py UNIHAN_FOLDER     # holds Unihan_Readings.txt and Unihan_Variants.txt

The characters of GB 2312 level 1, Big5 level 1 and JIS X 0208 level 1, each with its Hong Kong spelling (made from the
Cantonese reading), its native and its Sino-Japanese reading, and its simplified form. Unicode data, Unicode License v3.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from pathlib import Path

TARGET = Path(__file__).parents[2] / "workbench/duplicates/data/han_readings.txt"
HEAD = """\
# Han characters: Hong Kong spelling, native and Sino-Japanese reading, simplified form; - where there is none or it is the same.
# Made by benchmarks/duplicates/make_readings.py from the Unihan database, (c) Unicode, Inc., Unicode License v3.
"""
INITIALS = {"b": "p", "d": "t", "g": "k", "gw": "kw", "z": "ch", "c": "ch", "j": "y"}
FINALS = {
    "oeng": "eung", "oek": "euk", "oe": "eu", "eon": "un", "eot": "ut", "eoi": "ui", "aa": "a", "aai": "ai", "aau": "au",
    "aam": "am", "aan": "an", "aang": "ang", "aap": "ap", "aat": "at", "aak": "ak", "ou": "o", "yun": "uen",
    "yut": "uet", "yu": "ue", "an": "an",
}  # fmt: skip


def hong_kong(jyutping: str) -> str:
    found = re.fullmatch(r"(gw|kw|ng|[bpmfdtnlgkhwzcsj]?)([a-z]*?)[1-6]?", jyutping)
    if not found:
        return ""
    initial, final = found.groups()
    if initial == "j" and final.startswith("yu"):
        return "y" + FINALS.get(final, final)
    return INITIALS.get(initial, initial) + FINALS.get(final, final)


def common(letter: str) -> bool:
    for encoding, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6), ("shift_jis", 0x88, 0x98)):
        try:
            lead = letter.encode(encoding)[0]
        except UnicodeEncodeError:
            continue
        if first <= lead <= last:
            return True
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    facts: dict[str, dict[str, str]] = defaultdict(dict)
    for name in ("Unihan_Readings.txt", "Unihan_Variants.txt"):
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            if line.startswith("U+"):
                code, field, value = line.split("\t")
                facts[chr(int(code, 0))][field] = value
    lines = []
    for letter in sorted(facts):
        if not common(letter):
            continue
        known = facts[letter]
        simple = [chr(int(code[2:].split("<")[0], 16)) for code in known.get("kSimplifiedVariant", "").split()]
        columns = (
            hong_kong(known.get("kCantonese", "").split(" ")[0]),
            known.get("kJapaneseKun", "").split(" ")[0].lower(),
            known.get("kJapaneseOn", "").split(" ")[0].lower(),
            next((one for one in simple if one != letter), ""),
        )
        if any(columns):
            lines.append(" ".join((letter, *(column or "-" for column in columns))))
    TARGET.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(len(lines), "characters")


if __name__ == "__main__":
    main()
