"""The extension in a person's own LibreOffice: put in, taken out, examined."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from udfs.checks import Check
from udfs.libreoffice import office
from udfs.libreoffice.addin import basic, build, model
from udfs.libreoffice.addin.recalculating import PLAIN_NAMES_SINCE
from udfs.libreoffice.connection import Connection
from udfs.service.client import Client, ServiceGone
from workbench import __version__
from workbench.errors import ConfigurationError, WorkbenchError
from workbench.i18n import _

__all__ = ["Installed", "ProfileInUse", "doctor", "install", "profile_folder", "uninstall"]

_PROBE = '=FX_RATE("USD";"CNY";DATE(2024;1;2))'


class ProfileInUse(ConfigurationError):
    """The LibreOffice whose settings are to be changed is running."""

    code = "libreoffice.profile-in-use"


@dataclass(frozen=True, slots=True)
class Installed:
    """What was put in or taken out."""

    version: str
    profile: Path
    shim: bool
    """Whether functions in Basic were put in beside, for a LibreOffice that does not read plain names."""
    done: bool = True


def profile_folder() -> Path:
    """The folder of this user's LibreOffice settings, whether it exists or not."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "LibreOffice" / "4"
    if os.name == "nt":
        return Path(os.environ.get("APPDATA") or Path.home()) / "LibreOffice" / "4"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "libreoffice" / "4"


@contextmanager
def _opened(profile: Path) -> Iterator[Connection]:
    """A LibreOffice without a window on this profile.

    Raises:
        ProfileInUse: one runs on it; starting another would hand over to it, and ending ours would end it.
    """
    if (profile / ".lock").exists() and _somebody_runs(profile):
        raise ProfileInUse(
            _("LibreOffice is open with these settings."),
            where=str(profile),
            remedy=_("Close every window of it, the quick starter too, and run this again."),
        )
    profile.mkdir(parents=True, exist_ok=True)
    connection = Connection.start(visible=False, profile=profile)
    try:
        yield connection
    finally:
        connection.close(terminate=True)


def _somebody_runs(profile: Path) -> bool:
    """Whether a LibreOffice works with this profile; where processes cannot be seen, the lock alone decides."""
    processes = Path("/proc")
    if not (processes / "self" / "cmdline").exists():
        return True
    own = f"-env:UserInstallation={profile.absolute().as_uri()}".encode()
    for path in processes.glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes().split(b"\0")
        except OSError:
            continue  # it ended between the look and the reading
        if not command[0].endswith((b"soffice.bin", b"soffice")):
            continue
        named = [one for one in command if one.startswith(b"-env:UserInstallation=")]
        if own in named or (not named and profile == profile_folder()):
            return True
    return False


def install(profile: Path | None = None, *, python: str = "", register: str = "") -> Installed:
    """Puts the extension into a profile, in the place of an earlier one.

    Args:
        profile: folder of the settings; the user's own if None.
        python: interpreter of the heavy functions and the macros; this one if empty.
        register: what functions look into, where WORKBENCH_REGISTER names no other.

    Raises:
        ProfileInUse: LibreOffice is open.
        OfficeError, MissingComponent: LibreOffice is missing or refuses.
    """
    where = profile or profile_folder()
    with tempfile.TemporaryDirectory(prefix="workbench-oxt-") as folder, _opened(where) as connection:
        package = build.build(Path(folder) / "workbench.oxt", python=python, register=register)
        connection.call("extensions.add", str(package))
        version = str(connection.call("office.facts")["version"])
        shim = int(version.split(".", maxsplit=1)[0]) < PLAIN_NAMES_SINCE
        source = basic.shim_source(model.functions()) if shim else None
        connection.call("basic.put", basic.SHIM_MODULE, source)
    return Installed(version, where, shim)


def uninstall(profile: Path | None = None) -> Installed:
    """Takes the extension and its Basic out again; ``done`` is False where there was none.

    Raises:
        ProfileInUse: LibreOffice is open.
    """
    where = profile or profile_folder()
    with _opened(where) as connection:
        version = str(connection.call("office.facts")["version"])
        had_shim = bool(connection.call("basic.has", basic.SHIM_MODULE))
        connection.call("basic.put", basic.SHIM_MODULE, None)
        done = bool(connection.call("extensions.remove", build.IDENTIFIER))
    return Installed(version, where, had_shim, done)


def doctor(profile: Path | None = None, *, python: str = "") -> list[Check]:
    """Everything that has to be right, looked at in the order in which it matters; ends where nothing further can be."""
    where = profile or profile_folder()
    checks: list[Check] = []
    try:
        found = office.find_installation()
    except WorkbenchError as missing:
        return [Check("libreoffice", good=False, detail=missing.message, remedy=missing.remedy)]
    checks.append(Check("libreoffice", good=True, detail=str(found.soffice)))
    checks.append(Check("python-uno", good=True, detail=str(found.python)))
    try:
        with _opened(where) as connection:
            checks += [look(connection) for look in _LOOKS]
    except WorkbenchError as refused:
        checks.append(Check("profile", good=False, detail=refused.message, remedy=refused.remedy))
    checks.append(_service(python))
    return checks


def _version(connection: Connection) -> Check:
    facts, inside = connection.call("office.facts"), connection.call("office.python")
    core = tuple(map(int, inside.split(".")[:2])) >= (3, 11)
    words = (
        _("LibreOffice {version}, its Python {python}: rates and money are computed inside")
        if core
        else _("LibreOffice {version}, its Python {python}: every function is computed by the service")
    )
    return Check("version", good=True, detail=words.format(version=facts["version"], python=inside))


def _extension(connection: Connection) -> Check:
    have = {name: version for name, version, _place in connection.call("extensions.list")}
    version = have.get(build.IDENTIFIER)
    remedy = "workbench libreoffice install"
    if version is None:
        return Check("extension", good=False, detail=_("The extension is not installed."), remedy=remedy)
    if version != __version__:
        words = _("The extension is of version {old}, the project of {new}.").format(old=version, new=__version__)
        return Check("extension", good=False, detail=words, remedy=remedy)
    return Check("extension", good=True, detail=version)


def _plain_names(connection: Connection) -> Check:
    version = connection.call("office.facts")["version"]
    if int(version.split(".")[0]) >= PLAIN_NAMES_SINCE:
        return Check("plain-names", good=True, detail=_("read by LibreOffice itself"))
    if connection.call("basic.has", basic.SHIM_MODULE):
        return Check("plain-names", good=True, detail=_("read through functions in Basic"))
    return Check(
        "plain-names",
        good=False,
        detail=_("=FX_RATE(…) in an .xlsx shows #NAME?."),
        remedy="workbench libreoffice install",
    )


def _computes(connection: Connection) -> Check:
    import udfs.functions  # noqa: F401  # declares them
    from udfs.registry import call

    expected = call("FX_RATE", "USD", "CNY", 45293.0)
    found = connection.call("office.probe", _PROBE)
    if found == float(str(expected)):
        return Check("functions", good=True, detail=f'FX_RATE("USD","CNY",2024-01-02) = {expected}')
    words = _("A cell shows {found} where {expected} is right.").format(found=found, expected=expected)
    return Check("functions", good=False, detail=words, remedy="workbench libreoffice install")


_LOOKS: tuple[Callable[[Connection], Check], ...] = (_version, _extension, _plain_names, _computes)


def _service(python: str) -> Check:
    """Starts the service if none runs, and asks it once."""
    client = Client(python or sys.executable)
    try:
        reply = client.ask({"op": "ping"}, timeout=10.0)
    except ServiceGone as gone:
        return Check(
            "service",
            good=False,
            detail=str(gone),
            remedy=_("Install again with the Python that has Workbench: workbench libreoffice install"),
        )
    finally:
        client.close()
    return Check("service", good=True, detail=_("answers as process {pid}").format(pid=reply["result"]["pid"]))
