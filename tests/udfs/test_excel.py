"""Excel for Windows as far as it goes without Excel: the VBA, the files, and the call path up to the COM wire."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

xw = pytest.importorskip("xlwings")
olevba = pytest.importorskip("oletools.olevba")

from tests.udfs.calc_support import expected, table  # noqa: E402
from udfs.excel import building, calls, installing, wrappers  # noqa: E402
from udfs.excel.container import compound, packed, unpacked  # noqa: E402
from udfs.excel.settings import read_settings, write_settings  # noqa: E402
from udfs.macros import MACROS, NoSuchMacro  # noqa: E402
from udfs.registry import FUNCTIONS  # noqa: E402
from workbench.cli import run  # noqa: E402
from workbench.i18n import use_language  # noqa: E402

WORKBOOKS = Path(__file__).resolve().parents[2] / "workbooks"
STUB = Path(__file__).with_name("com_stub.py")


def modules(path: Path) -> dict[str, str]:
    parser = olevba.VBA_Parser(str(path))
    try:
        return {name: code for _file, _stream, name, code in parser.extract_macros()}
    finally:
        parser.close()


@pytest.mark.parametrize(("name", "made"), [("Workbench.xlsm", building.workbook), ("Workbench.xlam", building.addin)])
def test_the_files_are_those_that_the_registry_gives(name: str, made: Any) -> None:
    assert (WORKBOOKS / name).read_bytes() == made(), "run scripts/make_excel_workbooks.py"


@pytest.mark.parametrize("name", ["Workbench.xlsm", "Workbench.xlam"])
def test_an_independent_reader_finds_the_modules_whole(name: str) -> None:
    found = modules(WORKBOOKS / name)
    assert {"ThisWorkbook.cls", "Sheet1.cls", "xlwings.bas", "WB.bas"} <= found.keys()
    lines = wrappers.functions_source().splitlines()
    assert found["WB.bas"].splitlines()[-len(lines) + 10 :] == lines[10:]
    assert found["xlwings.bas"].splitlines()[-500:] == wrappers.runtime_source().splitlines()[-500:]
    assert all(len(line) < 1023 for code in found.values() for line in code.splitlines())  # VBA cuts longer ones


def test_every_function_and_macro_has_its_wrapper() -> None:
    code = wrappers.functions_source()
    for name, declared in FUNCTIONS.items():
        [line] = [one for one in code.splitlines() if one.startswith(f"Public Function {name}(")]
        assert line.count("ByRef") == len(declared.parameters) or name == "WB_LAST_ERROR"
        assert line.count("Optional") == sum(one.optional for one in declared.parameters)
    for name in MACROS:
        assert f"Public Sub {wrappers.procedure(name)}()\n" in code
        assert f'tag="{name}"' in wrappers.ribbon()
    assert code.isascii()
    words = [
        line.split("(")[0].split()[-1] for line in code.splitlines() if line.startswith(("Public ", "Private Func"))
    ]
    assert len(words) == len({word.upper() for word in words})


def test_nothing_in_a_workbook_chooses_what_runs() -> None:
    code = wrappers.runtime_source()
    assert 'If source = "" Or source = "user" Then' in code
    assert 'source = "" Or source = "sheet"' not in code
    assert 'source = "" Or source = "directory"' not in code
    assert "ADD_WORKBOOK_TO_PYTHONPATH" not in code
    assert "VBProject" not in wrappers.functions_source()  # needs no "trust access to the VBA project object model"
    assert "BSD 3-clause" in code


def test_only_errors_that_vba_knows_by_number_come_out() -> None:
    code = wrappers.functions_source()
    assert [code.count(f"CVErr({number})") > 0 for number in (2042, 2036, 2015, 2007, 2023, 2029, 2000)] == [True] * 7


@given(st.binary(max_size=9000) | st.text("ab\r\n", max_size=9000).map(str.encode))
@example(b"")
@example(b"a" * 4097)
def test_packing_can_be_undone(data: bytes) -> None:
    found = unpacked(packed(data))
    assert found[: len(data)] == data
    assert not found[len(data) :].strip(b"\0")


def test_packing_is_read_by_an_independent_reader() -> None:
    data = wrappers.runtime_source().encode("ascii", "replace")
    assert bytes(olevba.decompress_stream(bytearray(packed(data)))) == data
    assert len(packed(data)) < len(data) / 2


@given(
    st.dictionaries(
        st.text("abcXYZ_", min_size=1, max_size=20), st.binary(max_size=9000), min_size=1, max_size=20
    ).filter(lambda tree: len({name.upper() for name in tree}) == len(tree))
)
def test_a_compound_file_is_read_by_an_independent_reader(tree: dict[str, bytes]) -> None:
    olefile = pytest.importorskip("olefile")
    with olefile.OleFileIO(io.BytesIO(compound({"inside": tree, "empty": b""}))) as found:
        assert not found.parsing_issues
        assert {tuple(one) for one in found.listdir()} == {("empty",), *(("inside", name) for name in tree)}
        for name, content in tree.items():
            assert found.openstream(["inside", name]).read() == content


def asked(calls_made: list[Any]) -> list[Any]:
    done = subprocess.run(
        [sys.executable, str(STUB)], input=json.dumps(calls_made), capture_output=True, text=True, check=True
    )
    found: list[Any] = json.loads(done.stdout)
    return found


def shown(value: Any) -> Any:
    """What the VBA makes of it: an error's name, nothing for an empty text."""
    if isinstance(value, list):
        rows = value if value and isinstance(value[0], list) else [value]
        return [[shown(one) for one in row] for row in rows]
    if isinstance(value, str) and value.startswith(calls.MARK):
        return value[1:].partition(calls.MARK)[0]
    return None if value == "" else float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def serial(value: Any) -> Any:
    from datetime import date

    return (value - date(1899, 12, 30)).days if isinstance(value, date) else value


def test_the_call_path_gives_what_the_direct_call_gives() -> None:
    rows = table()
    found = asked([[name, False, [serial(one) for one in arguments]] for name, arguments in rows])
    for (name, arguments), value in zip(rows, found, strict=True):
        wanted = expected(name, arguments)
        assert shown(value) == (
            [[shown(one) for one in row] for row in wanted] if isinstance(wanted, list) else wanted
        ), (
            name,
            arguments,
        )


def test_ranges_days_and_errors_cross_the_wire() -> None:
    found = asked(
        [
            ["FX_RATE", False, ["USD", "CNY", 46112]],
            ["FX_RATE", True, ["USD", "CNY", 46112 - 1462]],
            ["FX_RATE", True, [[["USD"], ["EUR"]], "CNY", [[46112 - 1462], [46112 - 1462]]]],
            ["FX_RATE", False, [[["USD", "EUR"]], "CNY", 46112]],
            ["FX_ROUND", False, [[[1.005], [{"error": -2146826246}]], "USD"]],
            ["FX_RATE", False, ["USD", "CNY", 46112, None]],
            ["NO_SUCH", False, []],
            ["FX_SUM", False, [[[1.0], [{"error": -2146826281}]], "USD", 46112, "CNY"]],
        ]
    )
    rate, euro = found[0], found[3][1]
    assert found[1] == rate
    assert found[2] == [[rate], [euro]]
    assert found[3] == [rate, euro]
    assert found[4][0] == [1.01]
    assert shown(found[4][1][0]) == "#N/A"
    assert found[5] == rate
    assert shown(found[6]) == "#VALUE!"
    assert shown(found[7]) == "#DIV/0!"


def test_a_text_that_holds_the_mark_is_no_error() -> None:
    [[found]] = calls.answer("FX_WORDS", False, (1.0, "USD", f"{calls.MARK}#N/A{calls.MARK}"))
    assert found.startswith(f"{calls.MARK}#VALUE!{calls.MARK}")
    assert calls.MARK not in found[len(calls.MARK) * 2 + len("#VALUE!") :] or found.count(calls.MARK) > 1


def test_a_macro_works_on_the_workbook_in_front(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import udfs.macros

    seen: list[Any] = []

    class Front:
        class app:  # noqa: N801 - as xlwings names it
            status_bar = ""

    def work(name: str, book: Any, *, location: str, progress: Any) -> str:
        progress("reading", 1, 3)
        seen.append((name, book, location, book.app.status_bar))
        if name == "undo":
            raise NoSuchMacro("nothing to undo", remedy="do something first")
        return "done"

    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.delenv("WORKBENCH_REGISTER", raising=False)
    write_settings({"INTERPRETER_WIN": "C:\\Python\\pythonw.exe", "REGISTER": "C:\\firm\\register.sqlite"})
    monkeypatch.setattr(xw.Book, "caller", staticmethod(Front))
    monkeypatch.setattr(udfs.macros, "run", work)
    assert calls.run_macro("pull") == "done"
    assert seen[0][0] == "pull"
    assert seen[0][2] == "C:\\firm\\register.sqlite"
    assert seen[0][3] == "Workbench: reading (1/3)"
    assert calls.run_macro("undo") == "nothing to undo\ndo something first"


def test_settings_are_read_back_as_vba_reads_them(tmp_path: Path) -> None:
    settings = {"INTERPRETER_WIN": "C:\\Program Files\\Py, 3\\pythonw.exe", "REGISTER": "postgresql://x/y"}
    path = write_settings(settings, tmp_path / "a" / "workbench.conf")
    assert read_settings(path) == settings
    assert dict(csv.reader(io.StringIO(path.read_text("utf-8")))) == settings
    with pytest.raises(ValueError, match="quote"):
        write_settings({"REGISTER": 'a"quote'}, path)


def test_install_examine_and_uninstall(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(installing, "on_windows", lambda: True)
    for name in ("HOME", "USERPROFILE", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    assert run(["excel", "install", "--register", "postgresql://firm/register", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["installed"]
    assert len(told["steps"]) == 2
    addin = tmp_path / "Microsoft" / "AddIns" / "Workbench.xlam"
    assert addin.read_bytes() == building.addin()
    assert read_settings()["REGISTER"] == "postgresql://firm/register"
    run(["excel", "doctor", "--json"])
    checks = {one["name"]: one["ok"] for one in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["add-in"]
    assert checks["interpreter"]
    assert checks["functions"]
    addin.write_bytes(b"an older one")
    assert run(["excel", "doctor", "--json"]) == 1
    checks = {one["name"]: one["ok"] for one in json.loads(capsys.readouterr().out)["checks"]}
    assert not checks["add-in"]
    assert run(["excel", "uninstall", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["files"]) == 2
    assert not addin.exists()


def test_elsewhere_it_says_what_it_would_do_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(installing, "on_windows", lambda: False)
    for name in ("HOME", "USERPROFILE", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    assert run(["excel", "install", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert not told["installed"]
    assert told["error"]["code"] == "excel.not-here"
    assert len(told["steps"]) == 2
    assert not list(tmp_path.iterdir())
    target = tmp_path / "Mine.xlam"
    assert run(["excel", "install", "--to", str(target), "--json"]) == 0
    assert target.read_bytes() == building.addin()


def test_the_addin_says_what_it_is_and_names_its_ribbon() -> None:
    with zipfile.ZipFile(WORKBOOKS / "Workbench.xlam") as package:
        assert b"addin.macroEnabled" in package.read("[Content_Types].xml")
        assert b"customUI/customUI14.xml" in package.read("_rels/.rels")
        ribbon = package.read("customUI/customUI14.xml").decode()
    assert ribbon.count("<button") == len(MACROS)
    assert 'onAction="WB_Ribbon"' in ribbon
    assert "Public Sub WB_Ribbon(" in wrappers.functions_source()


def test_messages_behind_errors_are_in_the_reader_s_language() -> None:
    use_language("zh")
    try:
        [[found]] = calls.answer("FX_RATE", False, ("ZZZ", "CNY", 46112.0))
    finally:
        use_language("en")
    assert found.startswith(f"{calls.MARK}#VALUE!{calls.MARK}")
    assert not found.isascii()
    assert "不是" in found


def test_libreoffice_opens_it_with_each_button_bound_to_its_macro(calc: Any) -> None:
    from tests.udfs.excel_support import buttons

    assert buttons(WORKBOOKS / "Workbench.xlsm") == {wrappers.procedure(name) for name in MACROS}


def test_the_adapter_gives_plain_functions_with_their_signatures() -> None:
    import inspect

    from udfs.excel.adapter import declared

    marked: list[Any] = []
    found = declared(lambda plain: (marked.append(plain), plain)[1])
    assert found.keys() == {name.lower() for name in FUNCTIONS}
    assert list(found.values()) == marked
    assert str(inspect.signature(found["fx_rate"])) == "(base, quote, date, policy=None)"
    day = 46112.0
    rate = found["fx_rate"]("USD", "CNY", day, None)
    assert rate == float(str(expected("FX_RATE", ("USD", "CNY", day))))
    assert found["fx_rate"]([["USD"], ["ZZZ"]], "CNY", day) == [[rate], ["#VALUE!"]]
