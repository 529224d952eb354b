"""All files of a pack in one folder, with a manifest of what they were made from."""

from __future__ import annotations

import json
import platform
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from workbench.findings import Finding
from workbench.i18n import current_language, speaking
from workbench.packs.html import page, steady
from workbench.packs.model import Pack
from workbench.packs.month_end import collect
from workbench.packs.parquet import write_parquet
from workbench.packs.pdf import write_pdf
from workbench.packs.workbook import write_workbook
from workbench.register import Register

__all__ = ["WrittenPack", "write_month_end"]

_PACKAGES = (
    "multicurrency-workbench",
    "pandas",
    "pyarrow",
    "duckdb",
    "ibis-framework",
    "xlsxwriter",
    "typst",
    "vl-convert-python",
)
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class WrittenPack:
    """A pack that was written: the figures, and each file with its SHA-256 and size."""

    pack: Pack
    files: tuple[Mapping[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "as_of": self.pack.as_of,
            "changeset": self.pack.changeset,
            "closes": self.pack.closes,
            "files": list(self.files),
            "controls": [one.as_dict() for one in self.pack.controls],
            "findings": [one.as_dict() for one in self.pack.findings],
        }


def write_month_end(
    register: Register,
    out: Path,
    as_of: date,
    *,
    known_at: datetime | int | None = None,
    language: str = "",
    progress: Progress = lambda _stage, _done, _total: None,
) -> WrittenPack:
    """Write the month-end pack into ``out``: .xlsx, .html, .pdf, parquet/ and manifest.json.

    The same state of the register gives the same bytes with the same versions of the packages. Files of an earlier
    pack of that folder are replaced; nothing else in it is touched.

    Args:
        register: read only.
        out: the folder; made where it is not there.
        as_of: the day; usually the last of its month.
        known_at: a changeset or a moment with its zone; None: as the month was closed, else as the register is.
        language: ``zh`` or ``en``; "" speaks as the process does.
        progress: told of each step.

    Raises:
        ConfigurationError: there was no register at that moment.
        PicturesMissing: the packages for pictures and PDF are not installed.
    """
    with speaking(language or current_language()):
        progress("figures", 0, 5)
        pack = collect(register, as_of, known_at=known_at)
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".pack-") as folder:
            fresh = Path(folder)
            told = _write_all(pack, fresh, progress)
            pack = replace(pack, findings=(*pack.findings, *told))
            files = _described(fresh)
            manifest = _manifest(pack, files)
            (fresh / "manifest.json").write_text(manifest, encoding="utf-8", newline="\n")
            _take_over(fresh, out)
        progress("figures", 5, 5)
    return WrittenPack(pack, (*files, _file(out / "manifest.json", "manifest.json")))


def _write_all(pack: Pack, folder: Path, progress: Progress) -> tuple[Finding, ...]:
    stem = f"month-end-{pack.as_of.isoformat()}"
    pictures = {name: steady(chart.svg(), name) for name, chart in pack.charts.items()}
    progress("figures", 1, 5)
    told = write_pdf(pack, pictures, folder / f"{stem}.pdf")
    progress("figures", 2, 5)
    (folder / f"{stem}.html").write_text(page(pack, pictures), encoding="utf-8", newline="\n")
    write_workbook(pack, folder / f"{stem}.xlsx")
    progress("figures", 3, 5)
    write_parquet(pack.tables, folder / "parquet")
    progress("figures", 4, 5)
    return told


def _file(path: Path, name: str) -> dict[str, Any]:
    data = path.read_bytes()
    return {"file": name, "sha256": sha256(data).hexdigest(), "bytes": len(data)}


def _described(folder: Path) -> list[dict[str, Any]]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [_file(path, path.relative_to(folder).as_posix()) for path in paths]


def _manifest(pack: Pack, files: list[dict[str, Any]]) -> str:
    told = {
        "report": "month_end",
        "parameters": {
            "as_of": pack.as_of,
            "changeset": pack.changeset,
            "language": current_language()[:2],
            "base_currency": pack.base,
        },
        **pack.made_from,
        "versions": {"python": platform.python_version(), **_versions()},
        "controls": [one.as_dict() for one in pack.controls],
        "closes": pack.closes,
        "findings": [
            {"code": one.code, "where": one.where, "value": one.value, "message": one.message} for one in pack.findings
        ],
        "files": files,
    }
    return json.dumps(told, ensure_ascii=False, indent=2, default=_plain) + "\n"


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = ""
    return found


def _plain(value: object) -> object:
    return f"{value:f}" if isinstance(value, Decimal) else value.isoformat() if isinstance(value, date) else str(value)


def _take_over(fresh: Path, out: Path) -> None:
    """Put the new files in place, the manifest last, and remove what an earlier manifest names beyond them."""
    old = _named(out / "manifest.json")
    names = [path.relative_to(fresh).as_posix() for path in sorted(fresh.rglob("*")) if path.is_file()]
    (out / "parquet").mkdir(exist_ok=True)
    for name in sorted(names, key=lambda one: one == "manifest.json"):
        shutil.move(fresh / name, out / name)
    for name in old - set(names):
        (out / name).unlink(missing_ok=True)


def _named(manifest: Path) -> set[str]:
    """Files of an earlier pack; names that lead out of the folder are nobody's."""
    try:
        told = json.loads(manifest.read_text(encoding="utf-8"))
        names = {str(one["file"]) for one in told["files"]} if told.get("report") == "month_end" else set()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return set()
    return {name for name in names if ".." not in Path(name).parts and not Path(name).is_absolute()}
