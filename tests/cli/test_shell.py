"""The command line as a program: help, usage, languages, pipes, completion."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.cli.conftest import Workbench
from workbench.cli import _workbench
from workbench.cli.words import heading_of, severity_word
from workbench.findings import CATALOGUE


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


COMMANDS = list(commands(_workbench))


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("WORKBENCH", "LC_", "LANG"))}
    return subprocess.run(
        [sys.executable, "-m", "workbench", *arguments], capture_output=True, env={**clean, **environment}, check=False
    )


@pytest.mark.parametrize("path", [(), *COMMANDS], ids=" ".join)
def test_help_fits_and_is_complete(workbench: Workbench, path: tuple[str, ...]) -> None:
    shown = workbench(*path, "--help")
    assert shown.status == 0
    assert shown.err == ""
    assert all(len(line) <= 80 for line in shown.out.splitlines())
    assert "..." not in re.sub(r"\[ARGS\]\.\.\.|\w*\]?\.\.\.(?=\s|$)", "", shown.out.partition("\n\n")[0])
    assert "..." not in shown.out.partition("\n\n")[2], "a text is cut"
    command: click.Command = _workbench
    for name in path:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    untold = [one.name for one in command.params if isinstance(one, click.Option) and not one.help]
    assert untold == []


@pytest.mark.parametrize(
    "path", [path for path in COMMANDS if len(path) > 1 or path[0] in {"log", "verify", "undo"}], ids=" ".join
)
def test_every_command_that_answers_has_json(workbench: Workbench, path: tuple[str, ...]) -> None:
    assert "--json" in workbench(*path, "--help").out


@pytest.mark.parametrize(
    "arguments", [("nothing",), ("rates", "nothing"), ("adopt",), ("log", "--what"), ("undo", "x")]
)
def test_wrong_usage(workbench: Workbench, arguments: tuple[str, ...]) -> None:
    found = workbench(*arguments)
    assert (found.status, found.out) == (2, "")
    assert "workbench" in found.err


def test_version(workbench: Workbench) -> None:
    assert re.fullmatch(r"workbench, version \d+\.\d+\.\d+\S*\n", workbench("--version").out)


def test_money_parse(workbench: Workbench) -> None:
    found = workbench("money", "parse", "HK$ 12,000.50", "--json")
    assert (found.status, found.err) == (0, "")
    assert found.json.keys() == {"amount", "currency", "candidates", "amount_candidates", "ambiguous", "evidence"}
    assert (found.json["amount"], found.json["currency"], found.json["ambiguous"]) == ("12000.50", "HKD", False)
    dollar = workbench("money", "parse", "$5", "--json").json
    assert (dollar["amount"], dollar["currency"], dollar["ambiguous"]) == ("5", None, True)
    assert {"USD", "HKD", "AUD"} <= set(dollar["candidates"])
    assert workbench("money", "parse", "$5", "--hint", "aud", "--json").json["currency"] == "AUD"
    assert workbench("money", "parse", "1.234", "--json").json["amount_candidates"] == ["1234", "1.234"]
    nothing = workbench("money", "parse", "soon", "--json")
    assert (nothing.status, nothing.json["amount"]) == (0, None)
    workbench("money", "parse", "5", "--hint", "XYZ", "--json").error("currency.unknown")


def test_findings_have_words_without_places() -> None:
    for code in CATALOGUE:
        assert "{" not in heading_of(code)
        assert severity_word(code)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(workbench: Workbench, shell: str) -> None:
    script = workbench("completion", shell)
    assert script.status == 0
    assert "_WORKBENCH_COMPLETE" in script.out


def test_completion_completes() -> None:
    done = python("", _WORKBENCH_COMPLETE="bash_complete", COMP_WORDS="workbench rates co", COMP_CWORD="2")
    assert done.stdout.split() == [b"plain,convert"]


def test_completion_of_no_shell(workbench: Workbench) -> None:
    assert workbench("completion", "tcsh").status == 2


def test_python_dash_m_speaks_json_in_utf_8_wherever_it_runs() -> None:
    done = python("rates", "sources", "--json", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert (done.returncode, done.stderr) == (0, b"")
    titles = [one["title"] for one in json.loads(done.stdout.decode("utf-8"))["sources"]]
    assert any("人民币" in title for title in titles)


def test_a_reader_that_leaves_is_no_error() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "workbench", "rates", "check", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.read(10)
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait() in {0, 1}


def test_chinese_where_the_user_speaks_it(demo_dir: Path) -> None:
    done = python("rates", "get", "EUR", "USD", "2026-03-31", "--json", WORKBENCH_LANG="zh")
    assert json.loads(done.stdout)["value"] == "1.1498"
    register = str(demo_dir / "register.sqlite")
    plan = Path(__file__).parents[2] / "workbooks" / "demo" / "Tom_orders.xlsx"
    done = python("adopt", str(plan), "--json", "--register", register, WORKBENCH_LANG="zh_CN.UTF-8")
    assert done.returncode == 0
    assert all(re.search("[一-鿿]", one["message"]) for one in json.loads(done.stdout)["asked"])
