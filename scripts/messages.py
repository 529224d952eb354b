"""Keep the message catalogue in step with the code (``make messages``).

Collects every ``_("…")`` of workbench/ and udfs/ and click's own words into workbench/locale, keeps existing
translations, and compiles the .mo file. With ``--check`` it changes nothing and fails when a message is missing,
untranslated, or the compiled file is out of date. The same code and translations give the same bytes on any day.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "workbench" / "locale"
PO = LOCALE / "zh_CN" / "LC_MESSAGES" / "workbench.po"
MO = PO.with_suffix(".mo")

Id = str | tuple[str, str]

# What click itself prints around our help and about wrong usage; it looks these up in the same catalogue. A pair is
# a singular with its plural, of which Chinese has one form.
CLICK_WORDS: tuple[Id, ...] = (
    "Usage:",
    "Options",
    "Commands",
    "Positional arguments",
    "Show this message and exit.",
    "Show the version and exit.",
    "%(prog)s, version %(version)s",
    "default: {default}",
    "env var: {var}",
    "required",
    "file",
    "directory",
    "path",
    "unknown error",
    "Error: {message}",
    "Try '{command} {option}' for help.",
    "Missing command.",
    "No such command {name!r}.",
    "No such option {name!r}.",
    "No such option: {name}",  # click before 8.2
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    "Missing argument",
    "Missing option",
    "Missing parameter",
    "Missing parameter: {param_name}",
    "Missing {param_type}",
    "Choose from:\n\t{choices}",
    "Invalid value: {message}",
    "Invalid value for {param_hint}: {message}",
    "Option {name!r} does not take a value.",
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    ("{value!r} does not match the format {format}.", "{value!r} does not match the formats {formats}."),
    "{value!r} is not a valid {number_type}.",
    "{value} is not in the range {range}.",
    "Could not open file {filename!r}: {message}",
    "{name} {filename!r} does not exist.",
    "{name} {filename!r} is a file.",
    "{name} {filename!r} is a directory.",
    "{name} {filename!r} is not readable.",
    "{name} {filename!r} is not writable.",
)


class FixedCatalog(Catalog):
    """A catalogue whose header holds only what readers of it need: no dates, no version of the tool that wrote it."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The header's fields."""
        return [
            ("Project-Id-Version", "workbench"),
            ("Language", "zh_CN"),
            ("Plural-Forms", "nplurals=1; plural=0;"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def first(text: Id) -> str:
    """The text itself, or the singular of a pair."""
    return text if isinstance(text, str) else text[0]


def marked(path: Path) -> Iterator[str]:
    """The texts that a module gives to ``_``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            match node.args:
                case [ast.Constant(value=str(text))]:
                    yield text
                case _:
                    raise SystemExit(f"{path}:{node.lineno}: _() takes one string constant")


def messages() -> dict[Id, set[str]]:
    """Every message with the files that use it, in the order of the catalogue."""
    found: dict[Id, set[str]] = {word: {"click"} for word in CLICK_WORDS}
    for path in sorted([*(ROOT / "workbench").rglob("*.py"), *(ROOT / "udfs").rglob("*.py")]):
        for text in marked(path):
            found.setdefault(text, set()).add(path.relative_to(ROOT).as_posix())
    return dict(sorted(found.items(), key=lambda item: first(item[0])))


def catalogue() -> Catalog:
    """The catalogue with the code's messages and the translations known so far."""
    known = read_po(io.BytesIO(PO.read_bytes()), locale="zh_CN") if PO.exists() else Catalog(locale="zh_CN")
    fresh = FixedCatalog(locale="zh_CN", fuzzy=False)
    fresh.header_comment = "# Chinese messages of Workbench."
    for text, places in messages().items():
        old = known.get(text)
        entry = fresh.add(text, old.string if old else "", locations=[(place, None) for place in sorted(places)])
        # Set here, because what babel guesses differs between its versions: "{share} % of" is no place for a value.
        entry.flags = {"fuzzy"} if old and old.fuzzy else set()
        if re.search(r"\{\w", first(text)):
            entry.flags.add("python-brace-format")
        elif "%(" in first(text):
            entry.flags.add("python-format")
    return fresh


def files_of(fresh: Catalog) -> tuple[bytes, bytes]:
    """The catalogue as the bytes of its .po and .mo files."""
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, fresh, width=0, include_lineno=False)
    write_mo(mo, fresh)
    return po.getvalue(), mo.getvalue()


def untranslated(fresh: Catalog) -> list[str]:
    """The messages without a Chinese text that somebody stands behind."""
    return [first(message.id) for message in fresh if message.id and (message.fuzzy or not any(message.string))]


def problems(fresh: Catalog) -> list[str]:
    """What keeps the stored files from being the catalogue of this code."""
    po, mo = files_of(fresh)
    found = [f"untranslated: {text}" for text in untranslated(fresh)]
    if not PO.exists() or PO.read_bytes() != po or not MO.exists() or MO.read_bytes() != mo:
        found.append("the catalogue is out of date: run make messages")
    return found


def write(fresh: Catalog) -> None:
    """Store the catalogue and its compiled file."""
    PO.parent.mkdir(parents=True, exist_ok=True)
    po, mo = files_of(fresh)
    PO.write_bytes(po)
    MO.write_bytes(mo)


def main() -> None:
    """Update, or check with ``--check``."""
    fresh = catalogue()
    if "--check" in sys.argv[1:]:
        found = problems(fresh)
        print(*found, sep="\n", end="\n" if found else "")
        sys.exit(1 if found else 0)
    write(fresh)
    print(f"{len(fresh)} messages, {len(untranslated(fresh))} without Chinese")


if __name__ == "__main__":
    main()
