"""The pack on paper: A4 across, set by typst from plain data, so that no text of the register is ever markup."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from workbench.charts import PicturesMissing
from workbench.findings import Finding
from workbench.i18n import _, current_language
from workbench.packs.model import Pack, PackTable
from workbench.packs.shown import amount_text, cell_text, total_text

__all__ = ["write_pdf"]

_ROWS: Final = 30
_LATIN: Final = ("Noto Sans", "Segoe UI", "Arial", "Liberation Sans", "DejaVu Sans")
_CHINESE: Final = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimSun", "WenQuanYi Zen Hei",
)  # fmt: skip
_HAN: Final = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_TEMPLATE: Final = r"""
#let data = json(bytes(sys.inputs.data))
#let ink = rgb("#1f2933")
#let head = rgb("#243b53")
#let muted = rgb("#616e7c")
#let line-colour = rgb("#e1e6eb")
#set document(title: data.title, date: none)
#set page(paper: "a4", flipped: true, margin: (x: 13mm, top: 13mm, bottom: 14mm),
  footer: context [#set text(size: 7pt, fill: muted)
    #data.title · #data.firm #h(1fr) #counter(page).display("1 / 1", both: true)])
#set text(font: data.fonts, size: 8.5pt, fill: ink, lang: data.lang)
#set par(leading: 0.62em)
#show heading.where(level: 1): it => block(above: 14pt, below: 6pt, text(size: 15pt, fill: head, it.body))
#show heading.where(level: 2): it => block(above: 12pt, below: 4pt, sticky: true, text(size: 10.5pt, fill: head, it.body))
#let quiet(body) = text(size: 7pt, fill: muted, body)
#let figures(one) = {
  set text(size: if one.columns.len() > 13 { 5.3pt } else if one.columns.len() > 9 { 6.2pt } else { 7.5pt })
  let side(at) = if one.numeric.at(at) { right } else { left }
  table(
    columns: one.columns.len(),
    stroke: (x, y) => (bottom: 0.4pt + line-colour),
    inset: (x: if one.columns.len() > 13 { 2pt } else { 4pt }, y: 2.2pt),
    fill: (x, y) => if y == 0 { head } else { none },
    align: (x, y) => side(x),
    table.header(..one.columns.map(name => text(fill: white, weight: "bold", name))),
    ..one.rows.enumerate().map(pair => pair.at(1).map(cell =>
      if pair.at(0) in one.strong { text(weight: "bold", cell) } else { cell })).flatten(),
    ..one.totals.map(cell => text(weight: "bold", cell)),
  )
}
#text(size: 21pt, weight: "bold", fill: head, data.title) \
#text(size: 10pt, data.firm) \
#quiet[#data.state]
#v(4pt)
#grid(columns: (1fr,) * 3, gutter: 7pt, ..data.cards.map(card =>
  block(fill: rgb("#f6f8fa"), stroke: 0.5pt + line-colour, radius: 3pt, inset: 8pt, width: 100%)[
    #card.at(0) \ #text(size: 13pt, weight: "bold", card.at(1))]))
#block(fill: if data.closes { rgb("#1b7f4b") } else { rgb("#b42318") }, radius: 2pt, inset: 6pt,
  text(fill: white, weight: "bold", data.verdict))
#for section in data.sections {
  if section.key != "summary" { pagebreak(weak: true) }
  heading(level: 1, section.title)
  for one in section.tables {
    heading(level: 2, one.title)
    for told in one.told { block(above: 2pt, below: 2pt, sticky: true, quiet(told)) }
    if one.picture != "" { align(center, box(width: 170mm, height: 66mm, image(bytes(one.picture), format: "svg", width: 100%, height: 100%, fit: "contain"))) }
    if one.rows.len() > 0 { figures(one) } else { [#data.nothing] }
    if one.more != "" { quiet(one.more) }
  }
}
"""


def write_pdf(pack: Pack, pictures: Mapping[str, str], path: Path) -> tuple[Finding, ...]:
    """Write it; returns a finding where the machine has no font for the characters in it.

    Raises:
        PicturesMissing: typst is not installed.
    """
    typst = _typesetter()
    installed = typst.Fonts()
    families = set(installed.families())
    chinese = [name for name in _CHINESE if name in families]
    fonts = [name for name in _LATIN if name in families][:1] + chinese[:1]
    told = json.dumps(_told(pack, pictures, fonts), ensure_ascii=False)
    made = typst.Compiler(font_paths=installed).compile(
        _TEMPLATE.encode(), format="pdf", sys_inputs={"data": told}, timestamp=0
    )
    path.write_bytes(made)
    if chinese or not _HAN.search(told):
        return ()
    return (Finding("pack.font-missing", path.name),)


def _typesetter() -> ModuleType:
    try:
        import typst
    except ImportError as error:
        raise PicturesMissing(
            _("The PDF of a pack needs a package that is not installed."),
            remedy="pip install 'multicurrency-workbench[pictures]'",
        ) from error
    module: ModuleType = typst
    return module


def _told(pack: Pack, pictures: Mapping[str, str], fonts: list[str]) -> dict[str, Any]:
    left = sum(not one.closes for one in pack.controls)
    count = len(pack.controls)
    verdict = (
        _("All {count} control totals close to 0.").format(count=count)
        if pack.closes
        else _("{left} of {count} control totals do not close.").format(left=left, count=count)
    )
    sections = [
        {
            "key": key,
            "title": title,
            "tables": [_table(table, pictures.get(table.name, "")) for table in pack.tables if table.section == key],
        }
        for key, title in pack.sections.items()
    ]
    return {
        "title": pack.title,
        "firm": pack.firm,
        "state": f"{_('state of the register')}: {pack.made_from['register']['head']}",
        "fonts": fonts or ["Libertinus Serif"],
        "lang": current_language()[:2],
        "cards": [
            (title, _("not known") if amount is None else f"{amount_text(amount, pack.base)} {pack.base}")
            for title, amount in pack.figures
        ],
        "closes": pack.closes,
        "verdict": verdict,
        "nothing": _("Nothing to show."),
        "sections": sections,
    }


def _table(table: PackTable, picture: str) -> dict[str, Any]:
    rows = table.rows[: _limit(table)]
    more = ""
    if len(table.rows) > len(rows):
        more = _("{shown} of {count} rows; all of them are in the workbook and in Parquet, and in the total.").format(
            shown=len(rows), count=len(table.rows)
        )
    totals = [total_text(table, column) for column in table.columns] if table.has_totals else []
    if totals:
        totals[0] = _("total")
    return {
        "title": table.title,
        "told": [line for line in (table.caption(), table.formula, table.note) if line],
        "columns": [column.title for column in table.columns],
        "numeric": [column.kind in {"money", "number", "rate", "count"} for column in table.columns],
        "rows": [
            [cell_text(table, column, row, value) for column, value in zip(table.columns, row, strict=True)]
            for row in rows
        ],
        "strong": [at for at, row in enumerate(rows) if table.name == "bridge" and row[1] == row[2]],
        "totals": totals,
        "more": more,
        "picture": picture,
    }


def _limit(table: PackTable) -> int:
    return table.shown if table.section in {"summary", "evidence"} else min(table.shown, _ROWS)
