"""The zip package of a workbook, looked at before anything in it is believed."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Final

from workbench.i18n import _

__all__ = ["Package", "Refused", "refuse_entities"]

MOST_ENTRIES: Final = 10_000
MOST_BYTES: Final = 512 * 2**20
MOST_BYTES_OF_LARGE: Final = 3 * 2**30
MODEST_RATIO: Final = 16
"""A million rows of twenty columns unpack to 0.9 GB, eight times their size; what shrinks like that is data, no trick."""
MOST_RATIO: Final = 200
SMALL: Final = 2**20
"""Below this many bytes a high ratio is harmless (an empty sheet compresses well)."""

_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)|<\0!\0D\0O\0C\0T|\0<\0!\0D\0O\0C", re.IGNORECASE)
_MARKS: Final = (b"<!", b"<\0!", b"\0<\0!")
"""One of these stands in every part that defines something; looking for them costs next to nothing."""


class Refused(Exception):
    """The file is refused with a code of ``refusals``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Package:
    """A zip package whose table of contents has passed the checks; parts are read by name."""

    def __init__(self, source: Path | bytes, *, large: bool = False) -> None:
        """Check the archive; ``large`` allows for one that is itself large what a process of its own can bear."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise Refused("file.corrupt", _("the package cannot be opened")) from error
        entries = self._zip.infolist()
        self.names = {entry.filename: entry for entry in entries}
        packed = max(1, len(source) if isinstance(source, bytes) else source.stat().st_size)
        total = sum(entry.file_size for entry in entries)
        if len(entries) > MOST_ENTRIES:
            raise Refused("file.hostile", _("it holds {count} parts").format(count=len(entries)))
        if len(self.names) != len(entries):
            raise Refused("file.hostile", _("two of its parts have one name"))
        for name in self.names:
            if ".." in name.replace("\\", "/").split("/") or name.startswith(("/", "\\")) or ":" in name:
                raise Refused("file.hostile", _("a part is named {name}").format(name=name[:80]))
        if total > SMALL and total / packed > MOST_RATIO:
            raise Refused("file.hostile", _("it unpacks to {ratio} times its size").format(ratio=total // packed))
        if total > (max(MOST_BYTES, min(MOST_BYTES_OF_LARGE, MODEST_RATIO * packed)) if large else MOST_BYTES):
            raise Refused("file.too-large", _("it unpacks to {size} MB").format(size=total // 2**20))
        if any(entry.flag_bits & 1 for entry in entries):
            raise Refused("file.locked", _("its parts are encrypted"))

    @property
    def entries(self) -> list[zipfile.ZipInfo]:
        """The table of contents, in its own order."""
        return self._zip.infolist()

    @property
    def contents_at(self) -> int:
        """Where in the file the table of contents begins."""
        return self._zip.start_dir

    @property
    def comment(self) -> bytes:
        """The archive's comment."""
        return self._zip.comment

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def xml(self, name: str) -> bytes:
        """The part's bytes, refused where they define entities."""
        try:
            data = self._zip.read(self.names[name])
        except KeyError as error:
            raise Refused("file.corrupt", _("the part {name} is missing").format(name=name)) from error
        except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]  # zipfile re-exports zlib
            raise Refused("file.corrupt", _("the part {name} is damaged").format(name=name)) from error
        refuse_entities(data, name)
        return data


def refuse_entities(data: bytes, name: str) -> None:
    """Refuse a part that defines entities; none that a spreadsheet program writes does.

    Raises:
        Refused: with the code ``file.hostile``.
    """
    # In UTF-16 a zero byte stands among the first four; without one there, only the short mark has to be looked for.
    marks = _MARKS if b"\0" in data[:4] else _MARKS[:1]
    if any(mark in data for mark in marks) and _DOCTYPE.search(data):
        raise Refused("file.hostile", _("the part {name} defines XML entities").format(name=name))
