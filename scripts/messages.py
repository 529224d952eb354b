"""Keep the message catalogue in step with the code (``make messages``).

Collects every ``_("…")`` of workbench/ and udfs/ and click's own words into workbench/locale, keeps existing
translations, and compiles the .mo files. With ``--check`` it changes nothing and fails when a message is missing,
untranslated, or the compiled file is out of date.
"""

from __future__ import annotations

import ast
import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "workbench" / "locale"
PO = LOCALE / "zh_CN" / "LC_MESSAGES" / "workbench.po"
# What click itself prints around our help; it looks these up in the same catalogue.
CLICK_WORDS = (
    "Usage:", "Options", "Commands", "Arguments", "Show this message and exit.", "Show the version and exit.",
    "Error: {message}", "Try '{command} {option}' for help.", "No such command {name!r}.", "No such option: {name}",
    "Missing argument", "Missing option", "Missing argument '{param_hint}'.", "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}", "default: {default}", "required", "[OPTIONS]",
)  # fmt: skip


def messages() -> dict[str, list[str]]:
    """Every message with the files that use it."""
    found: dict[str, list[str]] = {}
    for path in sorted([*(ROOT / "workbench").rglob("*.py"), *(ROOT / "udfs").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_" and node.args:
                argument = node.args[0]
                if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                    if path.name != "i18n.py" and not isinstance(argument, ast.Name | ast.Attribute | ast.Subscript):
                        raise SystemExit(f"{path}:{node.lineno}: _() takes one string constant")
                    continue
                found.setdefault(argument.value, []).append(path.relative_to(ROOT).as_posix())
            # N_("…") marks a text that is translated later, where it is shown.
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "N_":
                found.setdefault(ast.literal_eval(node.args[0]), []).append(path.relative_to(ROOT).as_posix())
    for word in CLICK_WORDS:
        found.setdefault(word, []).append("click")
    return found


def catalogue() -> Catalog:
    """The catalogue with the code's messages and the translations known so far."""
    known = read_po(PO.open(encoding="utf-8"), locale="zh_CN") if PO.exists() else Catalog(locale="zh_CN")
    fresh = Catalog(locale="zh_CN", project="workbench", version="", creation_date=known.creation_date,
                    revision_date=known.revision_date, fuzzy=False)  # fmt: skip
    fresh.header_comment = "# Chinese messages of Workbench."
    for text, places in sorted(messages().items()):
        old = known.get(text)
        fresh.add(text, old.string if old else "", locations=[(place, None) for place in sorted(set(places))])
    return fresh


def main() -> None:
    """Update, or check with ``--check``."""
    fresh = catalogue()
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, fresh, width=110, include_lineno=False, omit_header=False)
    write_mo(mo, fresh)
    missing = [message.id for message in fresh if message.id and not message.string]
    if "--check" in sys.argv:
        stale = (
            not PO.exists() or PO.read_bytes() != po.getvalue() or PO.with_suffix(".mo").read_bytes() != mo.getvalue()
        )
        for text in missing:
            print(f"untranslated: {text}")
        if stale:
            print("the catalogue is out of date: run make messages")
        sys.exit(1 if missing or stale else 0)
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(po.getvalue())
    PO.with_suffix(".mo").write_bytes(mo.getvalue())
    print(f"{len(fresh)} messages, {len(missing)} without Chinese")


if __name__ == "__main__":
    main()
