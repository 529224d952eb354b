"""The pack as one page that needs nothing else: pictures inside, no request leaves the machine, and it prints."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from decimal import Decimal
from hashlib import sha256
from html import escape
from typing import Final

from workbench.i18n import _, current_language
from workbench.packs.model import Column, Pack, PackTable
from workbench.packs.shown import amount_text, cell_text, total_text

__all__ = ["page"]

_STYLE: Final = """
:root{--ink:#1f2933;--muted:#616e7c;--line:#e1e6eb;--head:#243b53;--paper:#f6f8fa;--good:#1b7f4b;--bad:#b42318}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:var(--ink);
font:14px/1.5 "Noto Sans","Segoe UI","Noto Sans CJK SC","Microsoft YaHei","PingFang SC",Arial,sans-serif}
header,main{max-width:1240px;margin:0 auto;padding:24px 28px}
header{border-bottom:3px solid var(--head);padding-bottom:16px}
h1{margin:0;font-size:28px;color:var(--head)}h2{margin:40px 0 8px;font-size:20px;color:var(--head)}
h3{margin:28px 0 2px;font-size:15px}
p{margin:2px 0}.quiet{color:var(--muted);font-size:12px}
nav{margin-top:12px;display:flex;flex-wrap:wrap;gap:4px 18px}nav a{color:#1f5fa8;text-decoration:none}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(185px,1fr));gap:12px;margin:16px 0}
.card{background:var(--paper);border:1px solid var(--line);border-radius:6px;padding:10px 14px}
.card b{display:block;font-size:18px;font-variant-numeric:tabular-nums;white-space:nowrap}
.state{display:inline-block;border-radius:4px;padding:4px 10px;margin:10px 0;color:#fff;background:var(--good)}
.state.open{background:var(--bad)}
.wide{overflow-x:auto}
table{border-collapse:collapse;margin:6px 0 4px;font-size:12.5px;width:100%}
th{background:var(--head);color:#fff;font-weight:600;text-align:left;padding:5px 9px;vertical-align:bottom;position:sticky;top:0}
th button{all:unset;cursor:pointer}th button:focus-visible{outline:2px solid #fff}
th[aria-sort=ascending] button::after{content:" ▲"}th[aria-sort=descending] button::after{content:" ▼"}
td{border-bottom:1px solid var(--line);padding:3px 9px;vertical-align:top}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.minus{color:var(--bad)}tfoot td{font-weight:700;border-top:2px solid var(--head);border-bottom:0}
tr.level td{font-weight:700;background:var(--paper)}
figure{margin:10px 0}figure svg{max-width:100%;height:auto}
@media print{@page{size:A4 landscape;margin:12mm}body{font-size:11px}header,main{max-width:none;padding:0}
nav,th button::after{display:none}table{font-size:8.5px}td,th{padding:1.5px 4px}thead{display:table-header-group}
tr,figure,.cards{break-inside:avoid}h2,h3{break-after:avoid}.wide{overflow:visible}th{position:static;
print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
# Sorts a table by a column of its own figures; works with the keyboard, too.
_SCRIPT: Final = """
document.querySelectorAll("th button").forEach(function(button){button.addEventListener("click",function(){
var head=button.parentNode,table=head.closest("table"),at=head.cellIndex,up=head.getAttribute("aria-sort")!=="ascending";
var rows=Array.from(table.tBodies[0].rows),key=function(row){var cell=row.cells[at];
return cell.classList.contains("n")?(parseFloat(cell.textContent.replace(/,/g,""))||0):cell.textContent;};
rows.sort(function(a,b){var x=key(a),y=key(b);
return (typeof x==="number"?x-y:String(x).localeCompare(String(y)))*(up?1:-1);});
Array.from(head.parentNode.cells).forEach(function(one){one.removeAttribute("aria-sort");});
head.setAttribute("aria-sort",up?"ascending":"descending");
rows.forEach(function(row){table.tBodies[0].appendChild(row);});});});
"""


def page(pack: Pack, pictures: Mapping[str, str]) -> str:
    """The page; ``pictures`` are SVG texts by the name of their table."""
    script = b64encode(sha256(_SCRIPT.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{script}'; img-src data:"
    parts = [
        f'<!DOCTYPE html>\n<html lang="{current_language().replace("_", "-")}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy, quote=True)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(pack.title)}</title><style>{_STYLE}</style></head><body>",
        *_header(pack),
        "<main>",
    ]
    for key, title in pack.sections.items():
        parts.append(f'<section id="{key}"><h2>{escape(title)}</h2>')
        if key == "summary":
            parts += _summary(pack)
        for table in pack.tables:
            if table.section == key:
                parts += _table(table, pictures.get(table.name, ""))
        parts.append("</section>")
    parts.append(f"</main><script>{_SCRIPT}</script></body></html>\n")
    return "\n".join(parts)


def _header(pack: Pack) -> Iterator[str]:
    yield f"<header><h1>{escape(pack.title)}</h1><p>{escape(pack.firm)}</p>"
    register = pack.made_from["register"]
    yield f'<p class="quiet">{escape(_("state of the register"))}: {register["head"]}</p><nav>'
    for key, title in pack.sections.items():
        yield f'<a href="#{key}">{escape(title)}</a>'
    yield "</nav></header>"


def _summary(pack: Pack) -> Iterator[str]:
    count = len(pack.controls)
    if pack.closes:
        yield f'<p class="state">{escape(_("All {count} control totals close to 0.").format(count=count))}</p>'
    else:
        left = sum(not one.closes for one in pack.controls)
        yield f'<p class="state open">{escape(_("{left} of {count} control totals do not close.").format(left=left, count=count))}</p>'
    yield '<div class="cards">'
    for title, amount in pack.figures:
        yield f'<div class="card">{escape(title)}<b>{escape(_headline(pack, amount))}</b></div>'
    yield "</div>"
    if pack.findings:
        said = _("{count} findings say what is missing; they are at the end.").format(count=len(pack.findings))
        yield f'<p><a href="#evidence">{escape(said)}</a></p>'


def _headline(pack: Pack, amount: Decimal | None) -> str:
    return _("not known") if amount is None else f"{amount_text(amount, pack.base)} {pack.base}"


def _table(table: PackTable, picture: str) -> Iterator[str]:
    yield f'<h3 id="{table.name}">{escape(table.title)}</h3><p class="quiet">{escape(table.caption())}</p>'
    for line in (table.formula, table.note):
        if line:
            yield f'<p class="quiet">{escape(line)}</p>'
    if picture:
        yield f"<figure>{picture}</figure>"
    if not table.rows:
        yield f"<p>{escape(_('Nothing to show.'))}</p>"
        return
    head = "".join(
        f'<th scope="col"{_class(column)}><button>{escape(column.title)}</button></th>' for column in table.columns
    )
    yield f'<div class="wide"><table data-name="{table.name}"><thead><tr>{head}</tr></thead><tbody>'
    for row in table.rows[: table.shown]:
        mark = ' class="level"' if table.name == "bridge" and row[1] == row[2] else ""
        yield f"<tr{mark}>{''.join(_cells(table, row))}</tr>"
    yield "</tbody>"
    if table.has_totals:
        cells = [f"<td{_class(one)}>{escape(total_text(table, one))}</td>" for one in table.columns]
        cells[0] = f"<td>{escape(_('total'))}</td>"
        yield f"<tfoot><tr>{''.join(cells)}</tr></tfoot>"
    yield "</table></div>"
    if len(table.rows) > table.shown:
        said = _("{shown} of {count} rows; all of them are in the workbook and in Parquet, and in the total.")
        yield f'<p class="quiet">{escape(said.format(shown=table.shown, count=len(table.rows)))}</p>'


def _cells(table: PackTable, row: tuple[object, ...]) -> Iterator[str]:
    for column, value in zip(table.columns, row, strict=True):
        minus = " minus" if column.kind == "money" and isinstance(value, Decimal) and value < 0 else ""
        classes = f"n{minus}" if _numeric(column) else ""
        mark = f' class="{classes}"' if classes else ""
        yield f"<td{mark}>{escape(cell_text(table, column, row, value))}</td>"


def _numeric(column: Column) -> bool:
    return column.kind in {"money", "number", "rate", "count"}


def _class(column: Column) -> str:
    return ' class="n"' if _numeric(column) else ""


def steady(svg: str, name: str) -> str:
    """A picture whose inner names depend on nothing but its table, so that the same figures give the same bytes."""
    found = dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg))
    for count, one in enumerate(found):
        fresh = f"{name}-{count}"
        svg = re.sub(rf'(\bid="|url\(#|href="#){re.escape(one)}(?=["\)])', rf"\g<1>{fresh}", svg)
    return svg
