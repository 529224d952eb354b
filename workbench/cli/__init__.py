"""The ``workbench`` command: what people type and what scheduled jobs call.

Exit status: 0 done, 1 refused or failed with a reason, 2 wrong usage. With ``--json`` exactly one JSON object goes to
standard output; progress and messages go to standard error.
"""

from __future__ import annotations

import gettext
import importlib
import io
import os
import sys
from collections.abc import Sequence

import click

from workbench import __version__
from workbench.cli.output import emit_error
from workbench.errors import FileRefused, WorkbenchError
from workbench.i18n import LOCALE_DIR, _, current_language

__all__ = ["FileUnusable", "main", "run"]

_COMMANDS: dict[str, str] = {
    "demo": "workbench.cli.demo:command",
    "new": "workbench.cli.register:new",
    "adopt": "workbench.cli.adopt:command",
    "pull": "workbench.cli.sync:pull_command",
    "push": "workbench.cli.sync:push_command",
    "status": "workbench.cli.sync:status_command",
    "bind": "workbench.cli.sync:bind_command",
    "rates": "workbench.cli.rates:group",
    "money": "workbench.cli.money:group",
    "duplicates": "workbench.cli.duplicates:group",
    "receipts": "workbench.cli.receipts:group",
    "report": "workbench.cli.report:command",
    "doctor": "workbench.cli.doctor:command",
    "macro": "workbench.cli.macro:group",
    "relink": "workbench.cli.relink:command",
    "excel": "workbench.cli.excel:group",
    "serve": "workbench.cli.serve:group",
    "lab": "workbench.cli.lab:lab",
    "dashboard": "workbench.cli.lab:dashboard",
    "log": "workbench.cli.register:log",
    "undo": "workbench.cli.register:undo",
    "verify": "workbench.cli.register:verify",
    "libreoffice": "workbench.cli.libreoffice:group",
    "backup": "workbench.cli.register:backup",
    "restore": "workbench.cli.register:restore",
    "upgrade": "workbench.cli.register:upgrade",
    "completion": "workbench.cli.completion:command",
}


class FileUnusable(FileRefused):
    """The operating system refused to read or write a file: no right to, no space, a folder in its place."""

    code = "file.unusable"


class _LazyGroup(click.Group):
    """Imports a command's module when it is called, so that ``workbench rates get`` does not load the workbook writer."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        target = _COMMANDS.get(cmd_name)
        if target is None:
            return None
        module, _colon, attribute = target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=_("Turn a trading firm's spreadsheets into an exact multi-currency register, and keep both."),
    epilog=_("Start with: workbench demo. The register is named by --register or WORKBENCH_REGISTER."),
)
@click.version_option(__version__, prog_name="workbench", help=_("Show the version and exit."))
def _workbench() -> None:
    """Root of all commands."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit status."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit status (0 done, 1 refused, 2 wrong usage)."""
    _speak_click()
    _write_any_letter()
    try:
        outcome = _workbench.main(args=list(arguments), prog_name="workbench", standalone_mode=False)
        sys.stdout.flush()
    except WorkbenchError as error:
        emit_error(error, as_json="--json" in arguments)
        return 1
    except click.ClickException as error:
        error.show()
        return 2
    except click.Abort:
        click.echo(_("Stopped; nothing of the unfinished step was kept."), err=True)
        return 1
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: nothing is left to tell it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        emit_error(_unusable(error), as_json="--json" in arguments)
        return 1
    return outcome if isinstance(outcome, int) else 0


def _unusable(error: OSError) -> FileUnusable:
    return FileUnusable(
        _("The system refuses: {reason}.").format(reason=error.strerror or str(error)),
        where=str(error.filename) if error.filename is not None else None,
        remedy=_("Check that the path exists, that you may read and write there, and that the disk is not full."),
    )


def _write_any_letter() -> None:
    """Names in any script go out as UTF-8; what is no text in a file's name goes out escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _speak_click() -> None:
    """Let click's own words ("Usage", "Options") come from our catalogue as well."""
    os.environ["LANGUAGE"] = current_language()
    gettext.bindtextdomain("workbench", LOCALE_DIR)
    gettext.textdomain("workbench")
