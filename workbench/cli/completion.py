"""``workbench completion``: the script that makes a shell complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from workbench.errors import ConfigurationError
from workbench.i18n import _


@click.command(
    "completion",
    short_help=_("Print a shell's completion script."),
    help=_('Print the completion script of a shell, e.g. for bash: eval "$(workbench completion bash)".'),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the script on standard output."""
    completion = get_completion_class(shell)
    if completion is None:
        raise ConfigurationError(
            _("There is no completion for {shell}.").format(shell=shell), remedy=_("Use bash, zsh or fish.")
        )
    root = context.find_root().command
    click.echo(completion(root, {}, "workbench", "_WORKBENCH_COMPLETE").source())
