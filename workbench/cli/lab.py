"""``workbench lab`` and ``workbench dashboard``: the analysts' notebooks beside a register, on this computer only."""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import click
from rich.console import Console

from workbench.cli.options import author_option, open_register, register_option
from workbench.cli.output import progress, say
from workbench.errors import ConfigurationError, MissingComponent
from workbench.i18n import _

__all__ = ["dashboard", "lab", "lab_command", "voila_command", "working_copies"]

_DASHBOARDS = ("profitability", "fx_exposure")
_NO_OTHER_HOST = "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; frame-ancestors 'self'"
_folder = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("notebooks-mine"),
    show_default=True,
    help=_("Your folder: working copies of the notebooks, and the demo where no register is named."),
)
_port = click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help=_("Port to listen on; 0 takes a free one.")
)
_no_browser = click.option("--no-browser", is_flag=True, help=_("Only print the address."))


class NotebooksMissing(ConfigurationError):
    """The notebooks are neither in the installed package nor beside it."""

    code = "lab.notebooks-missing"


@click.command(
    "lab",
    short_help=_("Open the analysts' notebooks in JupyterLab."),
    help=_(
        "Open JupyterLab on the analysts' notebooks with a register, or with the demo. It listens on this computer only "
        "and asks for a token. The notebooks are working copies in your folder; yours are never overwritten."
    ),
)
@_folder
@_port
@_no_browser
@register_option
@author_option
def lab(folder: Path, port: int, no_browser: bool, location: str | None, author: str) -> None:  # noqa: FBT001 - click passes flags so
    """Start JupyterLab and stay until it ends."""
    _need("jupyterlab", "lab")
    _need("ipywidgets", "lab")
    register = _register(location, folder)
    working_copies(folder)
    token, taken = secrets.token_urlsafe(24), port or _free_port()
    _run(
        lab_command(folder, taken, no_browser=no_browser),
        f"http://127.0.0.1:{taken}/lab/tree/start_here.ipynb?token={token}",
        _environment(register, author, folder, token),
    )


@click.command(
    "dashboard",
    short_help=_("Show profitability and exposure in the browser, read-only."),
    help=_(
        "Serve the notebooks on profitability and exposure as pages without code. They listen on this computer only, ask "
        "for a token, and cannot change the register."
    ),
)
@_folder
@_port
@_no_browser
@register_option
@author_option
def dashboard(folder: Path, port: int, no_browser: bool, location: str | None, author: str) -> None:  # noqa: FBT001 - as above
    """Start voila and stay until it ends."""
    _need("voila", "dashboard")
    _need("ipywidgets", "lab")
    register = _register(location, folder)
    pages = folder / "dashboard"
    _copy_anew(pages, _DASHBOARDS)
    token, taken = secrets.token_urlsafe(24), port or _free_port()
    _run(
        voila_command(pages, taken, no_browser=no_browser),
        f"http://127.0.0.1:{taken}/?token={token}",
        _environment(register, author, folder, token),
    )


def lab_command(folder: Path, port: int, *, no_browser: bool) -> list[str]:
    """The command that starts JupyterLab: this computer only, no news, no look for updates; the token is in its environment."""
    return [
        *(sys.executable, "-m", "jupyterlab", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"),
        *(f"--ServerApp.root_dir={folder.resolve()}", "--ServerApp.allow_remote_access=False"),
        *("--LabApp.news_url=", "--LabApp.default_url=/lab/tree/start_here.ipynb"),
        "--LabApp.check_for_updates_class=jupyterlab.handlers.announcements.NeverCheckForUpdate",
        *(("--no-browser",) if no_browser else ()),
        *(("--allow-root",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()),
    ]


def voila_command(pages: Path, port: int, *, no_browser: bool) -> list[str]:
    """The command that serves pages without code on this computer only; the token is in its environment.

    The browser is told to load nothing from another host: voila's own pages name fonts on one.
    """
    return [
        *(sys.executable, "-m", "voila", str(pages.resolve()), "--Voila.ip=127.0.0.1", f"--port={port}"),
        *("--strip_sources=True", "--template=lab", "--theme=light", "--token"),
        f"--Voila.tornado_settings={{'headers': {{'Content-Security-Policy': {_NO_OTHER_HOST!r}}}}}",
        *(("--no-browser",) if no_browser else ()),
    ]


def working_copies(folder: Path) -> list[Path]:
    """Copy the notebooks that are not in the folder yet; what is there is left alone.

    Raises:
        NotebooksMissing: there are none to copy.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for source in _shipped():
        target = folder / source.name
        if not target.exists():
            shutil.copyfile(source, target)
            made.append(target)
    return made


def _copy_anew(folder: Path, names: tuple[str, ...]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for source in _shipped():
        if source.stem in names:
            shutil.copyfile(source, folder / source.name)


def _shipped() -> list[Path]:
    package = Path(__file__).resolve().parents[1]
    for place in (package / "shipped_notebooks", package.parent / "notebooks"):
        found = sorted(place.glob("*.ipynb"))
        if found:
            return found
    raise NotebooksMissing(_("The notebooks are not there."), where=str(package), remedy=_("Install Workbench again."))


def _register(location: str | None, folder: Path) -> str:
    """The register named, or the demo's in the folder, made when it is not there."""
    if location:
        open_register(location).close()  # told now, not in the first cell
        return location if "://" in location else str(Path(location).resolve())
    made = folder / "demo" / "register.sqlite"
    if not made.exists():
        from workbench.demo import run_demo

        with progress() as step:
            run_demo(made.parent, progress=step)
    return str(made.resolve())


def _environment(register: str, author: str, folder: Path, token: str) -> dict[str, str]:
    """The server's and its kernels' environment; the token goes here, so that no list of processes shows it."""
    settings = folder.resolve() / ".jupyter"
    _quiet(settings / "settings")
    return os.environ | {
        "WORKBENCH_REGISTER": register,
        "WORKBENCH_AUTHOR": author,
        "JUPYTER_TOKEN": token,
        "JUPYTERLAB_SETTINGS_DIR": str(settings / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(settings / "workspaces"),
    }


def _quiet(settings: Path) -> None:
    """No news and no question about updates, for the notebooks need no network; every cell is in the page, to be searched."""
    chosen: dict[str, dict[str, object]] = {
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
        "notebook-extension/tracker": {"windowingMode": "none"},
    }
    for name, told in chosen.items():
        target = settings / "@jupyterlab" / f"{name}.jupyterlab-settings"
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            target.write_text(json.dumps(told), encoding="utf-8")


def _run(command: list[str], address: str, environment: dict[str, str]) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    say(console, _("Opens at {address}; stop with Ctrl+C.").format(address=address))
    process = subprocess.Popen(command, env=environment)  # noqa: S603 - made by us
    try:
        process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _need(package: str, extra: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise MissingComponent(
            _("A package is not installed: {packages}").format(packages=package),
            remedy=f"pip install 'multicurrency-workbench[{extra}]'",
        )
