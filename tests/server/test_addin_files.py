"""The add-in's files: made from the registry, and such as Microsoft's own tools take them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.server.conftest import HERE, office_js
from udfs import registry
from udfs.officejs import NAMESPACE, AddIn
from udfs.officejs.metadata import LAST_ERROR
from udfs.registry import FUNCTIONS, Parameter, function

ORIGIN = "https://localhost:8643"
ADDIN = AddIn(None)


def content(name: str, addin: AddIn = ADDIN) -> bytes:
    found = addin.file(name, ORIGIN)
    assert found is not None, name
    return found[1]


def described(language: str = "") -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads(content(f"functions{language}.json"))["functions"]
    return told


def node(*words: str) -> str:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    return subprocess.run(["node", *words], capture_output=True, text=True, check=True).stdout


def test_every_function_is_described_and_associated() -> None:
    assert {one["id"] for one in described()} == {*FUNCTIONS, LAST_ERROR}
    named = re.search(r"Workbench\.associate\((\[.*?\])\)", content("functions.js").decode())
    assert named is not None
    assert set(json.loads(named[1])) == set(FUNCTIONS)


@pytest.mark.parametrize(("language", "help_in"), [("", "help_en"), (".zh", "help_zh")])
def test_help_and_parameters_are_those_of_the_registry(language: str, help_in: str) -> None:
    for one in described(language):
        if one["id"] == LAST_ERROR:
            continue  # the page answers it
        declared = FUNCTIONS[one["id"]]
        assert one["description"] == getattr(declared, help_in)
        assert [each["name"] for each in one["parameters"]] == [each.name for each in declared.parameters]
        assert [each["optional"] for each in one["parameters"]] == [each.optional for each in declared.parameters]


def test_a_function_that_is_declared_appears_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "FUNCTIONS", registry.FUNCTIONS)
    monkeypatch.setitem(FUNCTIONS, "T_TWICE", FUNCTIONS["FX_PARSE"])
    del FUNCTIONS["T_TWICE"]
    try:
        number = Parameter("x", "a number", "数")
        function("T_TWICE", number, category="test", help_en="Twice.", help_zh="两倍。", slow=True)(lambda x: x)
        assert "T_TWICE" in {one["id"] for one in described()}
        assert '"T_TWICE"' in content("functions.js").decode()
        assert not ADDIN.is_quick("T_TWICE")
    finally:
        FUNCTIONS.pop("T_TWICE", None)


def test_names_are_such_as_excel_takes() -> None:
    for one in described():
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_.]{2,127}", one["id"])
        assert one["description"]
        for each in one["parameters"]:
            assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", each["name"])


def test_manifest_names_only_files_that_are_served() -> None:
    root = etree.fromstring(content("manifest.xml"))
    urls = {value for one in root.iter() for value in one.attrib.values() if str(value).startswith("http")}
    assert all(str(url).startswith(ORIGIN) for url in urls)
    served = {str(url).removeprefix(f"{ORIGIN}/") for url in urls} - {""}
    assert len(served) > 6
    assert all(ADDIN.file(name, ORIGIN) for name in served), served
    resids = {one.get("resid") for one in root.iter() if one.get("resid")}
    assert resids <= {one.get("id") for one in root.iter() if one.get("id") and "basictypes" in one.tag}


def test_manifest_is_read_by_microsofts_tool(tmp_path: Path) -> None:
    modules = office_js()
    (tmp_path / "manifest.xml").write_bytes(content("manifest.xml"))
    told = node(str(modules / "office-addin-manifest" / "cli.js"), "info", str(tmp_path / "manifest.xml"))
    assert "Workbench" in told
    assert "defaultLocale" in told or "en-US" in told


def test_unified_manifest_keeps_microsofts_schema(tmp_path: Path) -> None:
    modules = office_js()
    manifest = json.loads(content("manifest.json"))
    functions = manifest["extensions"][0]["runtimes"][0]["customFunctions"]
    assert functions["namespace"]["id"] == NAMESPACE
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert json.loads(node(str(HERE / "validate_unified.mjs"), str(modules), str(path))) == []
    del functions["functions"][0]["id"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert json.loads(node(str(HERE / "validate_unified.mjs"), str(modules), str(path)))


def test_pane_loads_office_js_from_microsoft_and_nothing_else_from_outside() -> None:
    page = content("taskpane.html").decode()
    outside = re.findall(r'(?:src|href)="(https?:[^"]+)"', page)
    assert outside == ["https://appsforoffice.microsoft.com/lib/1/hosted/office.js"]
    assert "onclick=" not in page
    assert "style=" not in page
    for name in re.findall(r'(?:src|href)="(?!https?:)([^"]+)"', page):
        assert ADDIN.file(name, ORIGIN), name


def test_every_word_that_the_pane_says_is_there_in_both_languages() -> None:
    told = content("words.js").decode().removeprefix("const WORDS = ").rstrip().rstrip(";")
    words = json.loads(told)
    script = content("pane.js").decode() + content("dom.js").decode() + content("calls.js").decode()
    used = set(re.findall(r'word\("([a-z_]+)"', script)) | set(
        re.findall(r'data-word="([a-z_]+)"', content("taskpane.html").decode())
    )
    assert len(used) > 40
    assert used <= words["en"].keys()
    assert words["en"].keys() == words["zh"].keys()
    assert all(re.search(r"[\u4e00-\u9fff]", text) for text in words["zh"].values())


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [("text", "ground", 7), ("text", "card", 7), ("soft", "ground", 4.5), ("soft", "card", 4.5), ("bad", "bad-soft", 4.5),
     ("text", "bad-soft", 7), ("warn", "warn-soft", 4.5), ("good", "accent-soft", 4.5), ("accent", "card", 4.5),
     ("accent-text", "accent", 4.5), ("card", "bad", 4.5), ("line-strong", "card", 3)],
)  # fmt: skip
def test_text_stands_out_from_its_ground(scheme: int, text: str, ground: str, least: float) -> None:
    blocks = re.findall(r":root \{(.*?)\}", content("pane.css").decode(), re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", blocks[scheme]))
    one, other = sorted((_luminance(colours[text]), _luminance(colours[ground])), reverse=True)
    assert (one + 0.05) / (other + 0.05) >= least
