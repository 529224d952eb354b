"""Make PNG pictures of sheets of a workbook, as LibreOffice shows them on paper, without white margins.

    python scripts/make_pictures.py Register.xlsx docs/images 今日=register-today 订单=register-orders

Needs LibreOffice (soffice) and poppler (pdftoppm, pdftotext). Fonts that only Windows has are stood in for by Noto.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

# Two families that Windows and Office bring along, and what looks closest where they are not installed.
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <match target="pattern">
    <test name="family"><string>Microsoft YaHei</string></test>
    <edit name="family" mode="assign" binding="strong"><string>Noto Sans CJK SC</string></edit>
  </match>
  <match target="pattern">
    <test name="family"><string>Calibri</string></test>
    <edit name="family" mode="assign" binding="strong">
      <string>Carlito</string><string>Liberation Sans</string>
    </edit>
  </match>
</fontconfig>
"""
FOOT = 0.06  # share of the page that the footer takes; it is left out of the picture
MARGIN = 12  # pixels of white kept around


def main() -> int:
    """Make the pictures; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workbook", type=Path)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("sheets", nargs="+", metavar="SHEET=NAME", help="sheet and the picture's name without .png")
    parser.add_argument("--dpi", type=int, default=130)
    parser.add_argument("--max-height", type=int, default=1000, help="pixels; a longer page is cut")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        pdf = to_pdf(options.workbook, Path(scratch))
        pages = pages_of(pdf)
        for wanted in options.sheets:
            sheet, _, name = wanted.partition("=")
            if sheet not in pages:
                sys.stderr.write(f"no sheet named {sheet}; there are {', '.join(pages)}\n")
                return 1
            picture = options.folder / f"{name or sheet}.png"
            draw(pdf, pages[sheet], picture, options.dpi, options.max_height)
            print(f"{picture}  {picture.stat().st_size // 1024} kB")
    return 0


def to_pdf(workbook: Path, folder: Path) -> Path:
    """The workbook printed to PDF by LibreOffice, with a profile and fonts of its own."""
    fonts = folder / "fonts.conf"
    fonts.write_text(FONTS, encoding="utf-8")
    command = [
        "soffice",
        "--headless",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        *("--convert-to", "pdf", "--outdir", str(folder), str(workbook.resolve())),
    ]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "FONTCONFIG_FILE": str(fonts)})
    return folder / f"{workbook.stem}.pdf"


def pages_of(pdf: Path) -> dict[str, int]:
    """The first page of each sheet: the footer, the last line of a page, has the sheet's name in its middle."""
    command = ["pdftotext", "-layout", str(pdf), "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    pages: dict[str, int] = {}
    for number, page in enumerate(text.split("\f"), 1):
        lines = [line.strip() for line in page.splitlines() if line.strip()]
        footer = re.split(r"\s{3,}", lines[-1]) if lines else []
        if len(footer) == 3:
            pages.setdefault(footer[1], number)
    return pages


def draw(pdf: Path, page: int, picture: Path, dpi: int, max_height: int) -> None:
    """Draw one page, cropped to what is on it."""
    one = ["pdftoppm", "-r", str(dpi), "-f", str(page), "-l", str(page), "-singlefile"]
    raw = subprocess.run([*one, "-gray", str(pdf)], check=True, capture_output=True).stdout
    _magic, size, _depth, pixels = raw.split(b"\n", 3)
    width, height = (int(part) for part in size.split())
    grey = np.frombuffer(pixels, dtype=np.uint8).reshape(height, width)[: int(height * (1 - FOOT))]
    rows, columns = np.flatnonzero((grey < 250).any(axis=1)), np.flatnonzero((grey < 250).any(axis=0))
    left, top = max(int(columns[0]) - MARGIN, 0), max(int(rows[0]) - MARGIN, 0)
    wide = min(int(columns[-1]) + MARGIN, width) - left
    high = min(int(rows[-1]) + MARGIN - top, max_height)
    crop = ["-x", str(left), "-y", str(top), "-W", str(wide), "-H", str(high), "-png"]
    subprocess.run([*one, *crop, str(pdf), str(picture.with_suffix(""))], check=True, capture_output=True)


if __name__ == "__main__":
    raise SystemExit(main())
