"""Values, formulas and books through xlwings on LibreOffice: what comes out must be what Excel gives."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xlwings as xw
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from udfs.libreoffice.errors import BookRefused, CellRefused, FormulaRefused, NotThere, OfficeGone

pytestmark = pytest.mark.xdist_group("libreoffice")


# Values


def test_every_kind_of_value_comes_back_as_excel_gives_it(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [
        ["text", 1, 2.5, True],
        [None, dt.date(2024, 2, 29), dt.datetime(2024, 1, 2, 3, 4, 5, 678000), Decimal("12.30")],
    ]
    assert sheet["A1:D2"].value == [
        ["text", 1.0, 2.5, True],
        [None, dt.datetime(2024, 2, 29), dt.datetime(2024, 1, 2, 3, 4, 5, 678000), 12.3],
    ]
    assert type(sheet["B1"].value) is float
    assert type(sheet["D1"].value) is bool


@pytest.mark.parametrize(
    "text", ["007", "1e5", "1.234,56", "3/4", "2024-01-02", "TRUE", "#N/A", "12%", "USD 5", " 1 ", "+1", "１２", "1\n2"]
)
def test_text_that_looks_like_something_else_stays_text(sheet: xw.Sheet, text: str) -> None:
    sheet["A1"].value = text
    sheet["B1:C2"].value = text
    assert sheet["A1"].value == text
    assert sheet["B1:C2"].value == [[text, text], [text, text]]
    assert sheet["A1"].api.getCellByPosition(0, 0).Type.value == "TEXT"


def test_an_apostrophe_makes_text_of_a_formula(sheet: xw.Sheet) -> None:
    sheet["A1"].value = ["'=1+1", "=1+1", "="]
    assert sheet["A1:C1"].value == ["=1+1", 2.0, "="]


def test_errors_are_none_or_their_names(sheet: xw.Sheet) -> None:
    sheet["A1"].value = ["=1/0", "=NA()", "=NOSUCH(1)", '="a"+1', "=SQRT(-1)", "=INDEX(B9:B10,7)", "ok"]
    row = sheet["A1:G1"]
    assert row.value == [None] * 6 + ["ok"]
    names = row.options(err_to_str=True).value
    assert names[:4] == ["#DIV/0!", "#N/A", "#NAME?", "#VALUE!"]
    assert row.raw_value[0][:2] == [-2146826281, -2146826246]


def test_a_text_that_reads_like_an_error_is_no_error(sheet: xw.Sheet) -> None:
    sheet["A1"].value = ["#DIV/0!", "=1/0"]
    assert sheet["A1:B1"].value == ["#DIV/0!", None]


def test_empty_cells_and_empty_texts_are_none(sheet: xw.Sheet) -> None:
    sheet["A1"].value = ['=""', "", None, "x"]
    assert sheet["A1:D1"].value == [None, None, None, "x"]
    assert sheet["A1:C1"].options(empty="-").value == ["-", "-", "-"]


def test_a_time_alone_is_a_fraction_of_a_day(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [dt.time(6), dt.timedelta(hours=36)]
    assert sheet["A1:B1"].value == [0.25, 1.5]


def test_a_number_over_a_truth_value_is_a_number(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [[True], [False]]
    sheet["A1"].value = 5
    assert sheet["A1:A2"].value == [5.0, False]


def test_a_date_keeps_the_format_that_is_there(sheet: xw.Sheet) -> None:
    sheet["A1"].number_format = "dd/mm/yyyy"
    sheet["A1:B1"].value = [dt.date(2024, 1, 2)] * 2
    assert sheet["A1"].number_format.upper() == "DD/MM/YYYY"
    assert sheet["B1"].number_format == "YYYY-MM-DD"
    sheet["C1"].number_format = "0.00"
    sheet["C1"].value = dt.date(2024, 1, 2)
    assert sheet["C1"].value == 45293.0


def test_notes_survive_new_values(sheet: xw.Sheet) -> None:
    sheet["B2"].add_note("why")
    sheet["A1"].value = [[1, 2, 3]] * 3
    assert sheet["B2"].note.text == "why"


def test_dates_options_and_numbers_options(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [dt.datetime(2024, 5, 6), 2]
    assert sheet["A1"].options(dates=dt.date).value == dt.date(2024, 5, 6)
    assert sheet["A1:B1"].options(numbers=int).value == [dt.datetime(2024, 5, 6), 2]


def test_values_that_no_cell_can_hold_are_refused_before_anything_is_written(sheet: xw.Sheet) -> None:
    sheet["A1"].value = "before"
    with pytest.raises(CellRefused):
        sheet["A1"].value = [[1, float("inf")]]
    with pytest.raises(CellRefused):
        sheet["A1"].value = [[object()]]
    assert sheet["A1:B1"].value == ["before", None]


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False, width=64),
    st.integers(-(2**53), 2**53).map(float),
    st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="￾￿"), min_size=1, max_size=20).filter(
        lambda text: text[0] not in "='"
    ),
    st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(2200, 1, 1)).map(
        lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    ),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.integers(2, 5).flatmap(lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=2))
)
def test_a_table_of_anything_comes_back_unchanged(sheet: xw.Sheet, data: list[list[object]]) -> None:
    sheet.clear()
    sheet["C3"].value = data
    assert sheet["C3"].resize(len(data), len(data[0])).options(ndim=2).value == data


def test_a_float_comes_back_to_the_last_bit(sheet: xw.Sheet) -> None:
    numbers = [0.1 + 0.2, 1e-300, 1.7976931348623157e308, 2.0**53 + 2, 1 / 3]
    sheet["A1"].value = numbers
    assert sheet["A1:E1"].value == numbers


def test_data_frames_go_there_and_back(sheet: xw.Sheet) -> None:
    frame = pd.DataFrame(
        {
            "客户": ["宏远贸易", "Müller GmbH", "007"],
            "amount": [1.5, np.nan, 3.0],
            "note": ["a", None, "b"],
            "count": np.array([1, 2, 3], dtype=np.int64),
            "on": pd.to_datetime(["2024-01-01", None, "2024-03-01"]),
        }
    )
    sheet["B2"].options(index=False).value = frame
    back = sheet["B2"].options(pd.DataFrame, index=False, expand="table").value
    pd.testing.assert_frame_equal(back, frame.astype({"count": float}), check_dtype=False)


def test_numpy_and_nullable_values(sheet: xw.Sheet) -> None:
    sheet["A1"].value = np.array([[1, 2], [3, 4]])
    assert sheet["A1:B2"].options(np.array).value.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    sheet["A5"].value = [
        np.bool_(True),
        np.float32(0.5),
        pd.NA,
        pd.NaT,
        np.datetime64("2024-01-02"),
        pd.Timestamp(2024, 1, 3),
    ]
    assert sheet["A5:F5"].value == [True, 0.5, None, None, dt.datetime(2024, 1, 2), dt.datetime(2024, 1, 3)]


def test_whole_columns_and_far_corners(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [[1], [2]]
    assert sheet["A:A"].shape == (1_048_576, 1)
    assert sheet["1:1"].value[:3] == [1.0, None, None]
    assert len(sheet["1:1"].value) == 16_384
    sheet["B1048576"].value = "end"
    assert sheet["B1048576"].value == "end"
    assert sheet["Z50:AA51"].value == [[None, None], [None, None]]


# Formulas


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=SUM(A1:B2,10)", 20.0),
        ("='My Sheet'!A1&\"; x, y\"", "there; x, y"),
        ('=IF(A1>0,"a,b;c","")', "a,b;c"),
        ("=VLOOKUP(2,A1:B2,2,FALSE)", None),
        ("=IF(TRUE,A2,B2)", 3.0),
        ("=IFERROR(NA(),7)", 7.0),
        ("={1,2;3,4}", 1.0),
        ("=SUM($A:$A)", 4.0),
        ("=STDEV.S(A1:A2)", 1.4142135623730951),
        ("=-2^2", 4.0),
        ("=SUM(My_Total)", 10.0),
        ('=TEXT(A1,"0.00")&"TRUE"', "1.00TRUE"),
    ],
)
def test_formulas_are_read_and_written_in_excels_spelling(
    book: xw.Book, sheet: xw.Sheet, formula: str, value: object
) -> None:
    sheet["A1"].value = [[1, 2], [3, 4]]
    book.sheets.add("My Sheet", after=sheet)["A1"].value = "there"
    book.names.add("My_Total", "=Sheet1!$A$1:$B$2")
    sheet["D1"].formula = formula
    assert sheet["D1"].value == value
    assert sheet["D1"].formula == formula


def test_quick_and_thorough_spelling_agree(book: xw.Book, sheet: xw.Sheet) -> None:
    """Plain formulas are respelled without LibreOffice's parser: both ways must come to the same."""
    sheet["A1"].value = [[1.5, "x;y", 3]] * 4
    texts = [
        "=A1+B1%", "=SUM(A1:A3,C1)*2", '=IF(A1>1,"a;b,c","")', "=sum(a1:a2)", "=ROUND(A1,0)+CEILING(A1,1)", "=A1&\"TRUE,FALSE\"",
        "=IF(FALSE,1,TRUE)", "=SUM(A:A)", "=SUM(1:1)", "=STDEV.S(A1:A3)", "=Sheet1!A1+'Sheet1'!C1", "=INDEX({1,2;3,4},2,1)",
        "=$A$1^2-(A1<=C1)", "=IFERROR(1/0,#N/A)", "=DATE(2024,1,2)+1.5E3", "=ERROR.TYPE(1/0)", "=FLOOR(A1,1)", "=NETWORKDAYS(1,9)",
        "=WORKDAY(45000,3)", "=EDATE(45000,1)", "=COUNTIFS(A1:A3,\">1\",C1:C3,3)", "=MyName*2", "=LOG10(100)",
    ]  # fmt: skip
    book.names.add("MyName", "=Sheet1!$A$1")
    sheet["E1"].resize(len(texts), 1).formula = [[text] for text in texts]
    block = sheet["E1"].resize(len(texts), 1)
    together = [(row[0], cell.raw_value) for row, cell in zip(block.formula, block, strict=True)]
    document = book.api
    parser = document.createInstance("com.sun.star.sheet.FormulaParser")
    mapper = document.createInstance("com.sun.star.sheet.FormulaOpCodeMapper")
    parser.CompileEnglish, parser.FormulaConvention = True, 1
    parser.OpCodeMap = mapper.getAvailableMappings(4, 0x7FFFFFFF)
    alone = []
    for row, text in enumerate(texts):
        cell = sheet[row, 4].api.getCellByPosition(0, 0)
        spelled = text[1:].replace("(FALSE,1,TRUE)", "(FALSE(),1,TRUE())").replace("#N/A", "NA()")
        cell.setTokens(parser.parseFormula(spelled, cell.CellAddress))
        printed = parser.printFormula(cell.getTokens(), cell.CellAddress).replace(
            "(FALSE(),1,TRUE())", "(FALSE,1,TRUE)"
        )
        alone.append(("=" + printed, sheet[row, 4].raw_value))
    assert together == alone


def test_one_formula_for_many_cells_follows_its_references(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [[1], [2], [3]]
    sheet["B1:C3"].formula = "=$A1*10+COLUMN()"
    assert sheet["B1:C3"].value == [[12.0, 13.0], [22.0, 23.0], [32.0, 33.0]]
    assert sheet["C3"].formula == "=$A3*10+COLUMN()"
    sheet["D1:D3"].value = "=A1+1"
    assert sheet["D1:D3"].value == [2.0, 3.0, 4.0]


def test_constants_show_as_in_the_formula_bar(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [1.5, "007", True, dt.date(2024, 1, 2), None, 0.1 + 0.2]
    assert sheet["A1:F1"].formula == (("1.5", "007", "TRUE", "45293", "", "0.3"),)


def test_what_is_no_formula_is_refused(sheet: xw.Sheet) -> None:
    for wrong in ("=SUM(1,,", "=A1+", "=*2"):
        with pytest.raises(FormulaRefused, match="not a formula"):
            sheet["A1"].formula = wrong
        assert sheet["A1"].value is None


def test_array_formulas(sheet: xw.Sheet) -> None:
    sheet["A1"].value = [[1], [2], [3]]
    sheet["B1:B3"].formula_array = "=A1:A3*2"
    assert sheet["B1:B3"].value == [2.0, 4.0, 6.0]
    assert sheet["B2"].formula_array == "=A1:A3*2"
    assert sheet["B1:B3"].has_array
    assert not sheet["A1"].has_array


# Places


def test_expand_end_region_and_used_range(sheet: xw.Sheet) -> None:
    sheet["B2"].value = [["a", "b", "c"], [1, 2, 3], [4, 5, 6]]
    sheet["B6"].value = "alone"
    assert sheet["B2"].expand().address == "$B$2:$D$4"
    assert sheet["B2"].expand("down").address == "$B$2:$B$4"
    assert sheet["B2"].expand("right").address == "$B$2:$D$2"
    assert sheet["B2"].end("down").address == "$B$4"
    assert sheet["B4"].end("down").address == "$B$6"
    assert sheet["B6"].end("down").address == "$B$1048576"
    assert sheet["B6"].end("up").address == "$B$4"
    assert sheet["B2"].end("left").address == "$A$2"
    assert sheet["A2"].end("right").address == "$B$2"
    assert sheet["C3"].current_region.address == "$B$2:$D$4"
    assert sheet.used_range.address == "$B$2:$D$6"


def test_ranges_by_name_index_corner_and_slice(book: xw.Book, sheet: xw.Sheet) -> None:
    sheet["A1"].value = [[1, 2, 3], [4, 5, 6]]
    assert sheet.range("A1", "B2").address == "$A$1:$B$2"
    assert sheet.range((2, 3)).value == 6.0
    assert sheet.range((1, 1), (2, 2)).value == [[1.0, 2.0], [4.0, 5.0]]
    assert sheet[0:2, 1:3].value == [[2.0, 3.0], [5.0, 6.0]]
    assert sheet["1:2"].shape == (2, 16_384)
    assert sheet["A1:C2"].rows[1].value == [4.0, 5.0, 6.0]
    assert sheet["A1:C2"].columns[-1].value == [3.0, 6.0]
    assert [cell.value for cell in sheet["A1:B2"]] == [1.0, 2.0, 4.0, 5.0]
    assert sheet["A1"].offset(1, 2).value == 6.0
    assert sheet["B2"].get_address(False, True, external=True) == "[Book1]Sheet1!$B2"
    with pytest.raises(NotThere):
        sheet["NoSuchName"]
    with pytest.raises(IndexError):
        sheet.range((0, 1))


# Books and sheets


def test_a_file_is_opened_changed_and_saved(calc: xw.App, tmp_path: Path) -> None:
    path = tmp_path / "回款 2024.xlsx"
    made = openpyxl.Workbook()
    assert made.active is not None
    made.active.append(["客户", "金额"])
    made.active.append(["宏远", 12.5])
    made.active["C2"] = "=B2*2"
    made.save(path)
    book = xw.Book(str(path))
    assert book.app == calc
    assert (book.name, book.fullname) == (path.name, str(path))
    assert xw.Book(str(path)).sheets[0]["C2"].value == 25.0
    book.sheets[0]["B2"].value = 20
    book.save()
    book.close()
    again = openpyxl.load_workbook(path, data_only=True)
    assert [[cell.value for cell in row] for row in again.active.iter_rows()] == [
        ["客户", "金额", None],
        ["宏远", 20, 40],
    ]


def test_saving_elsewhere_moves_the_book_there(book: xw.Book, tmp_path: Path) -> None:
    book.sheets[0]["A1"].value = [True, dt.datetime(2024, 1, 2), "007"]
    book.save(tmp_path / "one.xlsx")
    assert book.name == "one.xlsx"
    assert "one.xlsx" in [other.name for other in book.app.books]
    sheet = openpyxl.load_workbook(tmp_path / "one.xlsx").active
    assert [cell.value for cell in sheet[1]] == [True, dt.datetime(2024, 1, 2), "007"]
    book.save(tmp_path / "two.ods")
    assert book.fullname == str(tmp_path / "two.ods")
    assert (tmp_path / "one.xlsx").exists()


def test_what_cannot_be_opened_or_written_is_refused(calc: xw.App, book: xw.Book, tmp_path: Path) -> None:
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(BookRefused):
        calc.books.open(tmp_path / "broken.xlsx")
    with pytest.raises(FileNotFoundError):
        calc.books.open(tmp_path / "none.xlsx")
    with pytest.raises(BookRefused, match=r"\.xlsb"):
        book.save(tmp_path / "x.xlsb")


def test_a_password_opens_and_a_wrong_one_does_not(calc: xw.App, book: xw.Book, tmp_path: Path) -> None:
    book.sheets[0]["A1"].value = "secret"
    book.save(tmp_path / "locked.xlsx", password="p4ss")
    book.close()
    for password in (None, "wrong"):
        with pytest.raises(BookRefused):
            calc.books.open(tmp_path / "locked.xlsx", password=password)
    opened = calc.books.open(tmp_path / "locked.xlsx", password="p4ss")
    assert opened.sheets[0]["A1"].value == "secret"
    opened.close()


def test_sheets_are_added_named_moved_copied_and_deleted(book: xw.Book) -> None:
    first = book.sheets[0]
    second = book.sheets.add("Rates", after=first)
    third = book.sheets.add(before=first)
    assert [sheet.name for sheet in book.sheets] == ["Sheet2", "Sheet1", "Rates"]
    assert book.sheets.active == third
    same = book.sheets["rates"]
    second.name = "汇率"
    assert same.name == "汇率"
    second["A1"].value = 7
    copied = second.copy(name="copy")
    assert copied["A1"].value == 7.0
    first.move(after=copied)
    assert [sheet.name for sheet in book.sheets][-1] == "Sheet1"
    second.delete()
    assert "汇率" not in [sheet.name for sheet in book.sheets]
    with pytest.raises(NotThere):
        same["A1"].value  # noqa: B018  # the object of a deleted sheet must not lead to another one
    with pytest.raises(ValueError, match="already"):
        book.sheets.add("COPY")


def test_names_of_the_book_and_of_a_sheet(book: xw.Book, sheet: xw.Sheet) -> None:
    other = book.sheets.add("My Sheet", after=sheet)
    sheet["A1"].value = [[1, 2], [3, 4]]
    sheet["A1:B2"].name = "block"
    other["C3"].value = "local"
    other.names.add("here", "='My Sheet'!$C$3")
    assert sheet["block"].address == "$A$1:$B$2"
    assert sheet["A1:B2"].name.name == "block"
    assert sheet["A1"].name is None
    assert book.names["block"].refers_to == "=Sheet1!$A$1:$B$2"
    assert book.names["block"].refers_to_range.value == [[1.0, 2.0], [3.0, 4.0]]
    assert {name.name for name in book.names} == {"block", "'My Sheet'!here"}
    assert other["here"].value == "local"
    assert "block" in book.names
    book.names["block"].delete()
    assert "block" not in book.names


def test_a_closed_book_says_so(calc: xw.App) -> None:
    book = calc.books.add()
    sheet = book.sheets[0]
    book.close()
    with pytest.raises(OfficeGone):
        sheet["A1"].value = 1


def test_application_properties(calc: xw.App, book: xw.Book, sheet: xw.Sheet) -> None:
    assert calc.version.major >= 6
    sheet["A1"].value = [1, "=A1*2"]
    with calc.properties(calculation="manual", screen_updating=False, status_bar="busy", display_alerts=False):
        sheet["A1"].value = 5
        assert calc.calculation == "manual"
        assert sheet["B1"].value == 2.0
        calc.calculate()
        assert sheet["B1"].value == 10.0
    assert calc.calculation == "automatic"
    sheet["B2:C3"].select()
    assert calc.selection.address == "$B$2:$C$3"
    assert calc.books.active == book


def test_the_native_object_is_at_hand(sheet: xw.Sheet) -> None:
    sheet["A1"].value = "x"
    cell = sheet.api.getCellByPosition(0, 0)
    assert cell.String == "x"
    cell.CellBackColor = 0xFF8000
    assert sheet["A1"].color == (255, 128, 0)
    assert not hasattr(cell, "NoSuchThing")
    assert sheet["A1"].api.RangeAddress.EndColumn == 0


@pytest.mark.parametrize("epoch", [openpyxl.utils.datetime.WINDOWS_EPOCH, openpyxl.utils.datetime.MAC_EPOCH])
def test_a_file_of_another_program_is_read_as_excel_reads_it(calc: xw.App, tmp_path: Path, epoch: dt.datetime) -> None:
    made = openpyxl.Workbook()
    made.epoch = epoch
    page = made.active
    page.append([True, False, dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 13, 30), dt.time(6), "#N/A", "007", 0.25])
    page.append(["=A1", "=1>2", "=C1+1", "=NA()", '=""', "=SUM(H1,1)", "x\ny", None])
    page["F1"].data_type = "e"
    page["H1"].number_format = "0%"
    path = tmp_path / "other.xlsx"
    made.save(path)
    book = calc.books.open(path)
    first, second = book.sheets[0]["A1:H2"].options(err_to_str=True).value
    assert first == [True, False, dt.datetime(2024, 2, 29), dt.datetime(2024, 2, 29, 13, 30), 0.25, "#N/A", "007", 0.25]
    assert second == [True, False, dt.datetime(2024, 3, 1), "#N/A", None, 1.25, "x\ny", None]
    book.sheets[0]["A3"].value = dt.datetime(2024, 2, 29, 12)
    assert book.sheets[0]["A3"].value == dt.datetime(2024, 2, 29, 12)
    book.close()
