"""The Chinese catalogue: complete, compiled, true to the English text, and what people see on the command line."""

from __future__ import annotations

import importlib.util
import os
import re
import string
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from workbench.doctor.kinds import KINDS  # noqa: F401 - its import adds to the catalogue
from workbench.findings import CATALOGUE
from workbench.i18n import _, current_language, speaking, use_language

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "scripts" / "messages.py"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# What must reach the reader letter for letter: options, commands, variables, example days, files. FX is a word.
VERBATIM = re.compile(
    r"--[a-z]+|workbench (?:demo|new|log|rates|adopt)\b|WORKBENCH_\w+|\d{4}-\d\d-\d\d|\b(?!FX\b)[A-Z]{2,}(?:\.[a-z]+)?\b|\.[a-z]{3,}\b"
)


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


messages = _script()


def _translations() -> Iterator[tuple[str, str]]:
    for message in messages.catalogue():
        if message.id and any(message.string):  # what is missing is told by the first test alone
            paired = isinstance(message.id, tuple)
            # Of a singular and a plural, Chinese has one form: the plural's, which holds for any number.
            yield (message.id[1], message.string[0]) if paired else (message.id, message.string)


TRANSLATIONS = list(_translations())


def _places(text: str) -> list[str]:
    """The places for values in a text, with how each is written: ``name!r``."""
    named = [
        f"{name}!{conversion}:{spec}"
        for _text, name, spec, conversion in string.Formatter().parse(text)
        if name is not None
    ]
    return sorted([*named, *re.findall(r"%\(\w+\)s", text)])


def _run(*arguments: str, language: str = "zh") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "WORKBENCH_LANG": language, "COLUMNS": "100"}
    environment.pop("WORKBENCH_REGISTER", None)
    return subprocess.run(
        [sys.executable, "-m", "workbench", *arguments],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        env=environment,
        check=False,
    )


def test_every_message_is_translated_and_compiled() -> None:
    done = subprocess.run(
        [sys.executable, SCRIPT, "--check"], capture_output=True, encoding="utf-8", cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stdout


def test_collecting_again_gives_the_same_bytes() -> None:
    po, mo = messages.files_of(messages.catalogue())
    assert messages.files_of(messages.catalogue()) == (po, mo)
    assert b"Date" not in po.split(b"\n\n")[0]


def test_places_for_values_are_the_same_in_both_languages() -> None:
    assert {english: chinese for english, chinese in TRANSLATIONS if _places(english) != _places(chinese)} == {}


def test_translations_keep_the_space_around_a_text() -> None:
    assert [english for english, chinese in TRANSLATIONS if chinese != chinese.strip()] == []
    assert [english for english, _chinese in TRANSLATIONS if english != english.strip()] == []


def test_commands_options_codes_and_example_days_stay_as_they_are() -> None:
    differing = {
        english: chinese
        for english, chinese in TRANSLATIONS
        if not set(VERBATIM.findall(english)) <= set(VERBATIM.findall(chinese))
    }
    assert differing == {}


def test_chinese_texts_are_chinese() -> None:
    commands_alone = "pip install "
    unread = [
        english
        for english, chinese in TRANSLATIONS
        if not CHINESE.search(chinese) and not english.startswith(commands_alone)
    ]
    assert unread == []


def test_chinese_texts_are_punctuated_in_one_way() -> None:
    """Full-width marks, and a space between Chinese and Latin letters or a value."""
    marks = re.compile(r"[\u4e00-\u9fff}][,;!?](?!\d)|[\u4e00-\u9fff}]\.(?!\w)")
    close = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9{]|[A-Za-z0-9}][\u4e00-\u9fff]")
    assert [chinese for _english, chinese in TRANSLATIONS if marks.search(chinese) or close.search(chinese)] == []


def test_one_thing_has_one_name() -> None:
    """The register is 登记册 throughout; a second word would read as a second thing."""
    assert [chinese for _english, chinese in TRANSLATIONS if "登记簿" in chinese] == []


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_findings_say_the_same_in_both_languages(code: str) -> None:
    kind = CATALOGUE[code]
    for english, chinese in ((kind.title_en, kind.title_zh), (kind.remedy_en, kind.remedy_zh)):
        assert english
        assert CHINESE.search(chinese)
        # A finding may bring a word of its own for each language: {what} and {what_zh}.
        assert _places(chinese.replace("_zh}", "}")) == _places(english)


def test_language_is_switched_within_a_process() -> None:
    before = current_language()
    try:
        use_language("zh")
        assert _("Customers") == "客户"
        use_language("en")
        assert _("Customers") == "Customers"
    finally:
        use_language(before)


def test_a_thread_speaks_its_own_language() -> None:
    before = current_language()
    use_language("en")
    inside, outside = threading.Event(), threading.Event()
    heard: list[str] = []

    def chinese() -> None:
        with speaking("zh"):
            inside.set()
            outside.wait(10)
            heard.append(_("Customers"))
        heard.append(_("Customers"))

    other = threading.Thread(target=chinese)
    try:
        other.start()
        assert inside.wait(10)
        assert _("Customers") == "Customers"
        outside.set()
        other.join()
        assert heard == ["客户", "Customers"]
    finally:
        outside.set()
        use_language(before)


class TestScript:
    def test_text_that_is_put_together_is_refused(self, tmp_path: Path) -> None:
        module = tmp_path / "module.py"
        module.write_text('_(f"no sheet {sheet}")\n', encoding="utf-8")
        with pytest.raises(SystemExit, match=r"module\.py:1: _\(\) takes one string constant"):
            list(messages.marked(module))

    def test_texts_are_found_wherever_they_are_called(self, tmp_path: Path) -> None:
        module = tmp_path / "module.py"
        module.write_text(
            'A = [_("one")]\n\ndef f(x=_("two " "words")):\n    return other("three")\n', encoding="utf-8"
        )
        assert sorted(messages.marked(module)) == ["one", "two words"]

    def test_text_in_doubt_counts_as_untranslated(self) -> None:
        fresh = messages.FixedCatalog(locale="zh_CN", fuzzy=False)
        fresh.add("sure", "确定")
        fresh.add("in doubt", "存疑", flags={"fuzzy"})
        fresh.add("open", "")
        fresh.add(("one", "many"), ("",))
        assert sorted(messages.untranslated(fresh)) == ["in doubt", "one", "open"]

    def test_stored_files_that_are_behind_are_told(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        fresh = messages.FixedCatalog(locale="zh_CN", fuzzy=False)
        fresh.add("sure", "确定")
        monkeypatch.setattr(messages, "PO", tmp_path / "w.po")
        monkeypatch.setattr(messages, "MO", tmp_path / "w.mo")
        behind = ["the catalogue is out of date: run make messages"]
        assert messages.problems(fresh) == behind
        messages.write(fresh)
        assert messages.problems(fresh) == []
        (tmp_path / "w.mo").write_bytes(b"old")
        assert messages.problems(fresh) == behind


class TestCommandLine:
    def test_help_is_chinese(self) -> None:
        done = _run("--help")
        assert done.returncode == 0
        assert done.stdout.startswith("用法: workbench")
        assert "选项:" in done.stdout
        assert "命令:" in done.stdout
        assert "显示本帮助并退出。" in done.stdout

    @pytest.mark.parametrize("command", [("rates", "get"), ("adopt",), ("receipts", "import"), ("undo",)])
    def test_help_of_a_command_is_chinese_throughout(self, command: tuple[str, ...]) -> None:
        done = _run(*command, "--help")
        assert done.returncode == 0
        described = [line for line in done.stdout.splitlines() if line.startswith("  -")]
        assert len(described) > 1
        assert [line for line in described if not CHINESE.search(line)] == []

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (("nothing",), "没有命令 'nothing'"),
            (("rates", "get"), "缺少参数 'BASE'"),
            (("rates", "get", "USD", "CNY", "2024-03-28", "--nothing"), "没有选项"),
            (("rates", "get", "USD", "CNY", "31.3.2024"), "'DATE' 的取值无效"),
            (("rates", "get", "USD", "CNY", "2024-03-28", "more"), "多余的参数（more）"),
            (("completion", "ksh"), "'ksh' 不是可选值；可选：'bash', 'zsh', 'fish'"),
            (("log", "--limit", "x"), "'x' 不是有效数值（integer）"),
        ],
    )
    def test_wrong_usage_is_told_in_chinese(self, arguments: tuple[str, ...], told: str) -> None:
        done = _run(*arguments)
        assert done.returncode == 2
        assert told in done.stderr
        assert "错误：" in done.stderr
        assert not re.search(r"Usage|Error|Try |Missing|Invalid|No such", done.stderr)

    def test_refusal_is_told_in_chinese_with_its_code(self) -> None:
        done = _run("rates", "get", "USD", "ABC", "2024-03-28")
        assert done.returncode == 1
        assert "currency.unknown" in done.stderr
        assert CHINESE.search(done.stderr)
        assert "Use " not in done.stderr

    def test_other_languages_get_english(self) -> None:
        assert _run("--help", language="de").stdout.startswith("Usage: workbench")
