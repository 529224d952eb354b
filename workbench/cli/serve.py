"""``workbench serve``: the add-in's server for Excel on the web, on a Mac and in Windows 365."""

from __future__ import annotations

import importlib.util
import logging
import subprocess
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from workbench.cli.options import author_option, open_register, register_option
from workbench.cli.output import emit, json_option, say
from workbench.errors import ConfigurationError, MissingComponent
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.server import Certificates, Tokens

PORT = 8643


class PortTaken(ConfigurationError):
    """Another program listens on the port already."""

    code = "server.port-taken"


@click.group(
    "serve",
    invoke_without_command=True,
    short_help=_("Serve the add-in for Excel on the web, Mac and Windows 365."),
    help=_(
        "Serve the add-in for Excel on the web, on a Mac and in Windows 365, on this computer only. The first time: "
        "workbench serve certificate --trust, then workbench serve manifest --out DIR, and load what it wrote into Excel."
    ),
)
@register_option
@author_option
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1024, 65535), help=_("Port to listen on."))
@click.option("--verbose", is_flag=True, help=_("Tell every request on standard error."))
@click.pass_context
def group(context: click.Context, location: str | None, author: str, port: int, verbose: bool) -> None:  # noqa: FBT001 - click passes flags so
    """Run the server, unless a command follows."""
    if context.invoked_subcommand is None:
        _run(location, author, port, verbose=verbose)


@group.command(
    "certificate",
    short_help=_("Make the certificate, and let this system trust it."),
    help=_(
        "Make the certificate of this computer's own address, and with --trust let this system's browsers and Excel trust "
        "it. It holds for localhost only, and is yours alone."
    ),
)
@click.option("--trust", is_flag=True, help=_("Run the system's own command for trusting it."))
@click.option("--anew", is_flag=True, help=_("Make all of it anew."))
@json_option
def certificate(trust: bool, anew: bool) -> None:  # noqa: FBT001
    """Make and trust."""
    from workbench.server import trust_command

    held = _certificates()
    new = held.make(anew=anew)
    how = trust_command(held.authority)
    if trust:
        _trusted(list(how.command), how.instructions)

    def render(console: Console) -> None:
        say(
            console,
            _("Made: {file}").format(file=held.authority) if new else _("It holds: {file}").format(file=held.authority),
        )
        say(console, _("SHA-256 {fingerprint}").format(fingerprint=held.fingerprint()))
        if trust:
            say(console, _("This system trusts it now. Restart Excel and the browser."))
        else:
            say(console, _("Let this system trust it with --trust, or with:"))
            say(console, "  " + subprocess.list2cmdline(list(how.command)))
        say(console, how.instructions)

    emit(
        {"authority": held.authority, "new": new, "trusted": trust, "fingerprint": held.fingerprint(),
         "command": list(how.command)},
        render,
    )  # fmt: skip


@group.command(
    "token",
    short_help=_("Make a new token for a person."),
    help=_(
        "Make a new token for a person, to be entered in the task pane once; the person's earlier one ceases to hold."
    ),
)
@author_option
@click.option("--revoke", is_flag=True, help=_("Only take the person's token away."))
@json_option
def token(author: str, revoke: bool) -> None:  # noqa: FBT001
    """Make, or take away."""
    tokens = _tokens()
    if revoke:
        taken = tokens.revoke(author)
        words = _("{person} has no token any more.") if taken else _("{person} had no token.")
        emit({"person": author, "revoked": taken}, lambda console: say(console, words.format(person=author)))
        return
    made = tokens.renew(author)
    emit({"person": author, "token": made}, lambda console: _tell_token(console, author, made))


@group.command(
    "manifest",
    short_help=_("Write the files by which Excel finds the add-in."),
    help=_("Write manifest.xml, which every Excel takes, and the unified manifest as workbench.zip into a folder."),
)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help=_("Folder to write into."))
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(1024, 65535), help=_("Port to listen on."))
@json_option
def manifest(out: Path, port: int) -> None:
    """Write both manifests."""
    from udfs.officejs import AddIn

    addin, origin = AddIn(None), f"https://localhost:{port}"
    out.mkdir(parents=True, exist_ok=True)
    plain, package = out / "manifest.xml", out / "workbench.zip"
    plain.write_bytes(_file(addin, "manifest.xml", origin))
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("manifest.json", "icons/32.png", "icons/192.png"):
            archive.writestr(name, _file(addin, name, origin))

    def render(console: Console) -> None:
        say(console, _("Written: {files}").format(files=f"{plain}, {package}"))
        say(console, _("Excel: Home, Add-ins, My add-ins, Upload my add-in, and choose manifest.xml."))

    emit({"manifest": plain, "package": package, "origin": origin}, render)


def _file(addin: Any, name: str, origin: str) -> bytes:
    found = addin.file(name, origin)
    if found is None:
        raise FileNotFoundError(name)
    content: bytes = found[1]
    return content


def _run(location: str | None, author: str, port: int, *, verbose: bool) -> None:
    certificates, tokens = _certificates(), _tokens()
    if not certificates.ready:
        certificates.make()
    from udfs.officejs import AddIn
    from workbench.server import create_app, serve

    if location:
        open_register(location).close()  # told now, not in every cell
    console = Console(stderr=True, highlight=False)
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(asctime)s %(message)s")
    origins = [f"https://{name}:{port}" for name in ("localhost", "127.0.0.1", "[::1]")]
    app = create_app(AddIn(location), location, tokens=tokens, origins=origins)
    if author not in tokens.people:
        _tell_token(console, author, tokens.renew(author))

    def ready() -> None:
        say(console, _("Serving at {address}; stop with Ctrl+C.").format(address=origins[0]))
        if not location:
            say(console, _("Without a register there are rates only; name one with --register."))

    try:
        serve(app, port=port, certificates=certificates, ready=ready)
    except OSError as error:
        raise PortTaken(
            _("Port {port} cannot be used: {problem}").format(port=port, problem=error.strerror or error),
            remedy=_("Stop what uses it, or choose another with --port and write the manifest anew with it."),
        ) from error


def _tell_token(console: Console, person: str, made: str) -> None:
    say(console, _("Token of {person}, shown this once; enter it in the task pane:").format(person=person))
    say(console, f"  {made}")


def _trusted(command: list[str], instructions: str) -> None:
    from workbench.server import CertificateTrouble

    if "sql:" in " ".join(command):
        Path(command[command.index("-d") + 1].removeprefix("sql:")).mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - made by us
        problem = "" if done.returncode == 0 else (done.stderr or done.stdout).strip()
    except OSError as error:
        problem = error.strerror or str(error)
    if problem:
        raise CertificateTrouble(
            _("The system's command failed: {problem}").format(problem=problem),
            where=subprocess.list2cmdline(command),
            remedy=instructions,
        )


def _certificates() -> Certificates:
    _need_server()
    from workbench.server import Certificates
    from workbench.server.private import private_folder

    return Certificates(private_folder() / "serve")


def _tokens() -> Tokens:
    _need_server()
    from workbench.server import Tokens
    from workbench.server.private import private_folder

    return Tokens(private_folder() / "serve" / "tokens.json")


def _need_server() -> None:
    missing = [name for name in ("cryptography", "starlette", "uvicorn") if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingComponent(
            _("The server's packages are not installed: {packages}").format(packages=", ".join(missing)),
            remedy=_("pip install 'multicurrency-workbench[server]'"),
        )
