"""Where LibreOffice is, which Python can talk to it, and which LibreOffices of ours are running."""

from __future__ import annotations

import functools
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from udfs.libreoffice.errors import OfficeMissing, OfficePythonMissing
from udfs.libreoffice.host.sockets import remove_sockets
from workbench.i18n import _

__all__ = [
    "Installation",
    "Record",
    "alive",
    "clean_environment",
    "find_installation",
    "kill",
    "new_folder",
    "pipe_name",
    "records",
    "write_record",
]

OFFICE_VARIABLE = "WORKBENCH_SOFFICE"
PYTHON_VARIABLE = "WORKBENCH_SOFFICE_PYTHON"
_PLACES = (
    "/usr/lib/libreoffice/program/soffice",
    "/usr/lib64/libreoffice/program/soffice",
    "/opt/libreoffice*/program/soffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.exe",
    "C:/Program Files (x86)/LibreOffice/program/soffice.exe",
)
_DEBRIS_AGE = 3600.0  # seconds after which a folder without a record is nobody's


@dataclass(frozen=True, slots=True)
class Installation:
    """A LibreOffice and the Python that can talk to it."""

    soffice: Path
    """The program that is started."""
    python: Path
    """A Python with the module ``uno``; it need not be the one that runs this."""


@dataclass(frozen=True, slots=True)
class Record:
    """A running LibreOffice."""

    pid: int
    pipe: str
    folder: str
    shared: bool
    """Whether other processes may find it; one without a window is its starter's alone."""


def find_installation(program: str | None = None) -> Installation:
    """The LibreOffice to use.

    That is ``program``, else the one that ``WORKBENCH_SOFFICE`` names, else the first found on the path or in the
    usual places.

    Raises:
        OfficeMissing: There is none.
        OfficePythonMissing: No Python here has the module ``uno``.
    """
    soffice = _find_soffice(program or os.environ.get(OFFICE_VARIABLE))
    return Installation(soffice, _find_python(soffice))


def _find_soffice(named: str | None) -> Path:
    candidates = [named] if named else [shutil.which("soffice"), shutil.which("libreoffice"), *_usual_places()]
    for candidate in candidates:
        if candidate and Path(candidate).is_file():
            program = Path(candidate).resolve()
            # The launcher forks; the program itself stays the process that was started and can be watched.
            direct = program.with_name("soffice.bin")
            return direct if direct.is_file() else program
    raise OfficeMissing(
        _("LibreOffice was not found."),
        where=named,
        remedy=_("Install LibreOffice Calc, or set {variable} to the path of its program soffice.").format(
            variable=OFFICE_VARIABLE
        ),
    )


def _usual_places() -> Iterator[str]:
    for place in _PLACES:
        path = Path(place)
        if "*" in place:
            root, pattern = Path(path.anchor), str(path.relative_to(path.anchor))
            yield from (str(found) for found in sorted(root.glob(pattern), reverse=True))
        else:
            yield place


@functools.cache
def _find_python(soffice: Path) -> Path:
    """Asks each candidate whether it can ``import uno``; LibreOffice's own Python first."""
    named = os.environ.get(PYTHON_VARIABLE)
    program = soffice.parent
    candidates = [
        program / "python",
        program / "python.exe",
        program.parent / "Resources" / "python",
        Path("/usr/bin/python3"),
        Path(sys.executable),
    ]
    on_path = shutil.which("python3")
    if on_path:
        candidates.append(Path(on_path))
    for candidate in [Path(named)] if named else candidates:
        if candidate.is_file() and _has_uno(candidate):
            return candidate
    raise OfficePythonMissing(
        _("No Python here can talk to LibreOffice."),
        where=named,
        remedy=_("Install the package python3-uno, or set {variable} to a Python that has the module uno.").format(
            variable=PYTHON_VARIABLE
        ),
    )


def _has_uno(python: Path) -> bool:
    tried = subprocess.run(  # noqa: S603  # an interpreter of this machine, asked for one import
        [str(python), "-c", "import uno"], capture_output=True, timeout=60, check=False, env=clean_environment()
    )
    return tried.returncode == 0


def clean_environment() -> dict[str, str]:
    """The environment without what would lead another Python to this one's packages."""
    leave = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"}
    return {name: value for name, value in os.environ.items() if name not in leave}


def pipe_name() -> str:
    """A name for a pipe that cannot be guessed."""
    return f"workbench{secrets.token_hex(16)}"


def _base() -> Path:
    """The folder of all running LibreOffices of this user; nobody else can look into it."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and Path(runtime).is_dir():
        base = Path(runtime) / "workbench-libreoffice"
    else:
        user = str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
        base = Path(tempfile.gettempdir()) / f"workbench-libreoffice-{user}"
    base.mkdir(mode=0o700, exist_ok=True)
    facts = base.lstat()
    if hasattr(os, "getuid") and (base.is_symlink() or facts.st_uid != os.getuid()):
        return Path(tempfile.mkdtemp(prefix="workbench-libreoffice-"))
    base.chmod(0o700)
    return base


def new_folder() -> Path:
    """A new private folder for one LibreOffice; what dead ones left behind is removed on the way."""
    _sweep()
    return Path(tempfile.mkdtemp(dir=_base()))


def write_record(record: Record) -> None:
    """Notes a LibreOffice down, for other processes of this user and for cleaning up after a crash."""
    path = Path(record.folder) / "record.json"
    path.write_text(json.dumps(asdict(record)), encoding="utf-8")


def records() -> list[Record]:
    """The running LibreOffices that others may connect to, the one started last first."""
    found = []
    for path in _base().glob("*/record.json"):
        record = _read_record(path)
        if record is not None and record.shared and alive(record.pid):
            found.append((path.stat().st_mtime, record))
    return [record for __, record in sorted(found, key=lambda pair: pair[0], reverse=True)]


def _read_record(path: Path) -> Record | None:
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return Record(int(fields["pid"]), str(fields["pipe"]), str(path.parent), bool(fields["shared"]))
    except (OSError, ValueError, KeyError):
        return None  # it is being written or removed right now


def alive(pid: int) -> bool:
    """Whether this process runs and, where that can be seen, is a LibreOffice."""
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    command = Path(f"/proc/{pid}/cmdline")
    try:
        return b"soffice" in command.read_bytes()
    except OSError:
        return not Path("/proc/self").exists()


def _sweep() -> None:
    for folder in _base().iterdir():
        record = _read_record(folder / "record.json")
        in_use = alive(record.pid) if record else time.time() - folder.stat().st_mtime < _DEBRIS_AGE
        if not in_use:
            if record is not None:
                remove_sockets(record.pipe, (folder / "profile").as_uri())
            shutil.rmtree(folder, ignore_errors=True)


def kill(pid: int) -> None:
    """Ends a process at once; one that is gone already is fine."""
    try:
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    except ProcessLookupError:
        return
