"""Register.xlsx as its readers open it: openpyxl for what is in the file, by hand for what the figures must be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from tests.reports.workbook_reading import AS_OF, OWN_FORMULA, followed, formulas, opened, table_rows, tables_of
from workbench.errors import ConfigurationError
from workbench.i18n import current_language
from workbench.money import CURRENCIES, number_format
from workbench.rates import RateBook
from workbench.register import Register
from workbench.register.tables import TABLES
from workbench.reports import HIDDEN_SHEET, TableView, WorkbookInUse, WorkbookReport, write_register_workbook

EN = [
    *(
        "Today",
        "Customers",
        "Contacts",
        "Orders",
        "Instalments",
        "Receipts",
        "Matches",
        "Unmatched",
        "Settlements",
        "Month end",
        "Duplicates",
    ),
    *("Questions", "Exposure", "Follow-ups", "To chase", "Rates", "Settings", "Help"),
]
ZH = [
    *("今日", "客户", "联系人", "订单", "分期", "收款", "匹配", "未匹配", "核销", "月末", "重复客户"),
    *("待确认", "外汇敞口", "跟进", "催收", "汇率", "设置", "帮助"),
]
TABLES_OF_ROWS = [name for name in EN[1:15] if name != "Exposure"]


@pytest.fixture(scope="module")
def english(firm: Register, book: RateBook, tmp_path_factory: pytest.TempPathFactory) -> WorkbookReport:
    path = tmp_path_factory.mktemp("en") / "Register.xlsx"
    return write_register_workbook(firm, book, path, language="en", as_of=AS_OF)


@pytest.fixture(scope="module")
def chinese(firm: Register, book: RateBook, tmp_path_factory: pytest.TempPathFactory) -> WorkbookReport:
    path = tmp_path_factory.mktemp("zh") / "Register.xlsx"
    return write_register_workbook(firm, book, path, language="zh", as_of=AS_OF)


def test_sheets_follow_the_language(english: WorkbookReport, chinese: WorkbookReport) -> None:
    assert opened(english.path).sheetnames == EN
    assert opened(chinese.path).sheetnames == ZH
    assert english.rows["Orders"] == chinese.rows["订单"] == 4
    assert set(tables_of(english.path)) == set(tables_of(chinese.path))


def test_either_reader_finds_the_other_language_above(chinese: WorkbookReport) -> None:
    sheet = opened(chinese.path)["订单"]
    pairs = {sheet.cell(4, col).value: sheet.cell(3, col).value for col in range(1, sheet.max_column + 1)}
    assert pairs["金额"] == "Amount"
    assert pairs["汇率日期"] == "Rate date"


def test_no_other_language_is_taken_for_one_of_them(firm: Register, book: RateBook, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        write_register_workbook(firm, book, tmp_path / "x.xlsx", language="de", as_of=AS_OF)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["tblCustomers", "tblOrders", "tblInstalments", "tblReceipts", "tblMatches"])
def test_key_and_version_are_there_but_hidden(english: WorkbookReport, firm: Register, name: str) -> None:
    sheet, table = tables_of(english.path)[name]
    assert table.ref.startswith("A4:")
    assert [sheet["A4"].value, sheet["B4"].value] == ["Id", "Version"]
    assert sheet.column_dimensions["A"].hidden
    assert sheet.column_dimensions["B"].hidden
    view = next(view for view in english.views if view.range_name == name)
    stored = {row["id"]: row["version"] for row in firm.rows(view.table)}
    assert {row["Id"].value: row["Version"].value for row in table_rows(english.path, name)} == stored


def test_headings_stay_in_sight_and_on_paper(english: WorkbookReport) -> None:
    book = opened(english.path)
    for sheet in map(book.__getitem__, TABLES_OF_ROWS):
        assert sheet.freeze_panes.endswith("5"), sheet.title
        assert sheet.freeze_panes > "C", sheet.title
        assert sheet.print_title_rows == "$4:$4"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToHeight == 0
        assert "&P" in sheet.oddFooter.right.text
        assert all(table.autoFilter for table in sheet.tables.values())
    assert not book["Today"].sheet_view.showGridLines


def test_money_wears_its_own_currency(english: WorkbookReport) -> None:
    orders = {row["Order no."].value: row for row in table_rows(english.path, "tblOrders")}
    for number, currency, amount in (
        ("NB-1", "USD", "50000.00"),
        ("NB-2", "JPY", "1234567"),
        ("NB-3", "KWD", "1000.125"),
        ("NB-4", "CNY", "800.50"),
    ):
        cell = orders[number]["Amount"]
        assert cell.number_format == number_format(currency)
        assert Decimal(repr(cell.value)) == Decimal(amount)
    assert orders["NB-1"]["Order date"].value.date() == date(2024, 5, 1)
    assert orders["NB-1"]["Order date"].number_format == "yyyy-mm-dd"


def test_instalments_are_judged_in_document_currency(english: WorkbookReport) -> None:
    rows = [
        (row["Order no."].value, row["No."].value, row["Status"].value, row["Open"].value, row["Days overdue"].value)
        for row in table_rows(english.path, "tblInstalments")
    ]
    assert rows == [
        ("NB-1", 2, "Overdue", 35000, 27),
        ("NB-2", 1, "Open", 1234567, None),
        ("NB-3", 1, "Open", 1000.125, None),
        ("NB-1", 1, "Paid", 0, None),
        ("NB-4", 1, "Paid", 0, None),
    ]


def test_receipts_say_what_is_still_to_be_matched(english: WorkbookReport) -> None:
    rows = {
        (row["Currency"].value, row["Amount"].value): (
            row["Status"].value,
            row["Unmatched"].value,
            row["Pays orders"].value,
        )
        for row in table_rows(english.path, "tblReceipts")
    }
    assert rows == {
        ("USD", 15000): ("Matched", 0, "NB-1"),
        ("CNY", 800.5): ("Matched", 0, "NB-4"),
        ("USD", 9975): ("Review", 9975, None),
        ("JPY", 500000): ("Unmatched", 500000, None),
        ("USD", -25): ("Not applicable", 0, None),
    }


def test_open_amounts_are_valued_row_by_row_at_the_rate_of_the_day(english: WorkbookReport, book: RateBook) -> None:
    for row in table_rows(english.path, "tblInstalments"):
        currency, amount = row["Currency"].value, Decimal(repr(row["Open"].value))
        if not amount or currency == "KWD":  # the ECB publishes no dinar
            assert row["Open in base"].value is None
            assert row["Rate"].value is None
            continue
        rate = book.get(currency, "CNY", AS_OF)
        assert Decimal(repr(row["Open in base"].value)) == rate.convert(amount)
        assert row["Rate date"].value.date() == rate.rate_date
        assert row["Rate source"].value.lower() == rate.source.lower()


def test_a_converted_figure_shows_where_it_comes_from(english: WorkbookReport) -> None:
    row = next(row for row in table_rows(english.path, "tblOrders") if row["Order no."].value == "NB-1")
    assert row["Base amount"].value == 361958.21
    assert row["Rate"].value == 7.2391642
    assert row["Rate date"].value.date() == date(2024, 4, 30)
    assert [row[name].value for name in ("Rate source", "Rate kind", "Rate policy")] == ["ECB", "mid", "on or before"]
    assert row["Crossed from"].value == "EUR→USD 1.0720 (2024-04-30) · EUR→CNY 7.7604 (2024-04-30)"
    note = row["Base amount"].comment.text
    for fact in ("USD 50,000.00", "CNY 361,958.21", "7.2391642", "2024-04-30", "ECB", "1.0720", "7.7604"):
        assert fact in note


def test_an_order_without_evidence_has_no_base_figure_and_is_told(english: WorkbookReport) -> None:
    orders = {row["Order no."].value: row for row in table_rows(english.path, "tblOrders")}
    assert orders["NB-2"]["Base amount"].value is None
    assert orders["NB-2"]["Base amount"].comment is None
    assert _needs(english)["Orders without rate evidence"] == 2


def test_today_counts_what_needs_attention(english: WorkbookReport) -> None:
    assert _needs(english) == {
        "Instalments overdue": 1,
        "Due within 7 days": 1,
        "Due in 8 to 30 days": 1,
        "Open instalments without a due date": 0,
        "Receipts not matched": 1,
        "Matches to confirm": 1,
        "Customers that may be duplicates": 1,
        "Open questions from adoption": 1,
        "Follow-ups due": 1,
        "Rates missing or stale": 1,
        "Orders without rate evidence": 2,
    }


def test_today_prints_what_its_figures_stand_on(english: WorkbookReport) -> None:
    sheet = opened(english.path)["Today"]
    assert "2024-06-28" in sheet["B2"].value
    assert "CNY" in sheet["B2"].value
    assert "on or before" in sheet["B3"].value
    assert len(sheet._charts) == 2


def test_today_adds_up_to_the_sheets(english: WorkbookReport, book: RateBook) -> None:
    values = openpyxl.load_workbook(english.path, data_only=True)["Today"]
    usd = book.get("USD", "CNY", AS_OF).convert(Decimal("35000.00"))
    jpy = book.get("JPY", "CNY", AS_OF).convert(Decimal(1234567))
    cells = [cell.value for row in values.iter_rows() for cell in row if cell.value is not None]
    assert float(usd + jpy) in cells
    assert any("without KWD" in str(cell) for cell in cells)


def test_rates_too_old_are_not_used_and_told(firm: Register, book: RateBook, tmp_path: Path) -> None:
    path = tmp_path / "R.xlsx"
    report = write_register_workbook(firm, book, path, language="en", as_of=date(2039, 1, 1))
    latest = {row["Pair"].value: row for row in table_rows(path, "tblRatesLatest")}
    assert {pair: row["Problem"].value for pair, row in latest.items()} == {
        "JPY→CNY": "stale",
        "KWD→CNY": "no rate",
        "USD→CNY": "stale",
    }
    assert all(row["Open in base"].value is None for row in table_rows(path, "tblInstalments"))
    cards = opened(path)["Today"]
    assert cards["B6"].value == "—"
    assert "without JPY, KWD, USD" in cards["B7"].value
    assert _needs(report)["Rates missing or stale"] == 3


def test_lines_of_today_lead_to_the_first_row_concerned(english: WorkbookReport) -> None:
    today = opened(english.path)["Today"]
    cells = {today.cell(row, 2).value: today.cell(row, 11) for row in range(11, 22)}
    assert "NB-1" in followed(english.path, cells["Instalments overdue"])
    assert cells["Rates missing or stale"].hyperlink.location == "'Rates'!A1"
    assert datetime(2024, 6, 21) in followed(english.path, cells["Receipts not matched"])
    assert today.column_dimensions["M"].hidden


def test_orders_lead_to_customers_and_receipts_and_back(english: WorkbookReport) -> None:
    order = next(row for row in table_rows(english.path, "tblOrders") if row["Order no."].value == "NB-1")
    assert "Hansen Möbel GmbH" in followed(english.path, order["→ Cust."])
    assert 15000 in followed(english.path, order["→ Rcpt."])
    receipt = next(row for row in table_rows(english.path, "tblReceipts") if row["Amount"].value == 15000)
    assert "NB-1" in followed(english.path, receipt["→ Order"])
    (late,) = table_rows(english.path, "tblChase")
    assert "NB-1" in followed(english.path, late["→ Inst."])
    unpaid = next(row for row in table_rows(english.path, "tblOrders") if row["Order no."].value == "NB-2")
    assert unpaid["→ Rcpt."].value is None


def test_names_are_chosen_from_the_sheets_themselves(english: WorkbookReport) -> None:
    book = opened(english.path)
    for name, table, heading in (
        ("lstCustomersLegalName", "tblCustomers", "Legal name"),
        ("lstOrdersNumber", "tblOrders", "Order no."),
    ):
        ((sheet, place),) = book.defined_names[name].destinations
        listed = [row[0].value for row in book[sheet][place.replace("$", "")]]
        assert listed == [row[heading].value for row in table_rows(english.path, table)]
    rules = {rule.formula1: rule for rule in book["Orders"].data_validations.dataValidation}
    assert rules["lstCustomersLegalName"].errorStyle == "warning"  # a new customer's row may come with the order


def test_contacts_and_follow_ups_have_their_sheets(english: WorkbookReport) -> None:
    (contact,) = table_rows(english.path, "tblContacts")
    assert (contact["Name"].value, contact["Customer"].value) == ("Anke Hansen", "Hansen Möbel GmbH")
    open_, done = table_rows(english.path, "tblTasks")
    assert (open_["Status"].value, open_["Order no."].value, done["Status"].value) == ("To do", "NB-1", "Done")
    views = {view.table: view for view in english.views}
    assert views["tasks"].column("order_number").lookup == "orders.number"
    assert views["contacts"].column("customer_name").field == "customer_id"


def test_what_to_chase_names_owner_and_contact(english: WorkbookReport) -> None:
    (late,) = table_rows(english.path, "tblChase")
    assert (late["Customer"].value, late["Open"].value, late["Days overdue"].value) == ("Hansen Möbel GmbH", 35000, 27)
    assert late["Open"].number_format == number_format("USD")


def test_exposure_adds_up_to_what_is_open(english: WorkbookReport, book: RateBook) -> None:
    sheet = openpyxl.load_workbook(english.path, data_only=True)["Exposure"]
    rows = {row[0]: row for row in sheet.iter_rows(min_row=7, max_row=9, values_only=True)}
    assert rows["USD"][1] == 35000  # overdue
    assert rows["JPY"][3] == 1234567  # July
    assert rows["KWD"][3] == rows["KWD"][10] == 1000.125
    (total,) = (row for row in sheet.iter_rows(values_only=True) if row[0] == "Total")
    worth = sum(
        book.get(code, "CNY", AS_OF).convert(Decimal(units)) for code, units in (("USD", 35000), ("JPY", 1234567))
    )
    assert Decimal(str(total[10])) == worth
    formula = opened(english.path)["Exposure"]["B7"].value
    assert formula.startswith("=SUMIFS(tblInstalments[Open],tblInstalments[Currency],$A7,")
    assert len(opened(english.path)["Exposure"]._charts) == 1


def test_help_is_in_the_workbook_s_language(english: WorkbookReport, chinese: WorkbookReport) -> None:
    told = [
        " ".join(str(cell) for row in opened(one.path).worksheets[-1].values for cell in row)
        for one in (english, chinese)
    ]
    for text, words in zip(told, (("Dark headings", "workbench push"), ("深色标题", "workbench push")), strict=True):
        assert all(word in text for word in words)


def test_typing_is_checked_by_the_row_s_currency(english: WorkbookReport) -> None:
    sheet, table = tables_of(english.path)["tblOrders"]
    heads = {cell.value: cell.column_letter for cell in sheet[table.ref][0]}
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    amount, code = f"{heads['Amount']}5", f"${heads['Currency']}5"
    assert rules[amount].formula1 == (
        f"AND(ISNUMBER({amount}),ROUND({amount},INDEX(lstMinorUnits,MATCH({code},lstCurrencies,0)))={amount})"
    )
    assert rules[f"{heads['Currency']}5"].formula1 == "lstCurrencies"
    assert rules[f"{heads['Status']}5"].formula1 == "lstOrdersStatus"
    assert rules[f"{heads['Order date']}5"].type == "date"
    assert all(rule.error for rule in rules.values())


def test_lists_of_settings_are_what_validation_refers_to(english: WorkbookReport) -> None:
    book = opened(english.path)

    def listed(name: str) -> list[object]:
        ((sheet, place),) = book.defined_names[name].destinations
        return [row[0].value for row in book[sheet][place.replace("$", "")]]

    assert listed("lstCurrencies") == sorted(CURRENCIES)
    assert dict(zip(listed("lstCurrencies"), listed("lstMinorUnits"), strict=True))["KWD"] == 3
    assert listed("lstDuplicatePairsDecision") == [
        "Review", "Merge", "Apart", "Later", "Sister companies", "A is parent of B", "B is parent of A",
    ]  # fmt: skip
    used = {rule.formula1 for sheet in book for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    offered = {one for one in used if one.startswith('"')}
    assert offered, "each match that waits has a list of answers of its own"
    assert used - offered <= set(book.defined_names)


def test_attention_is_coloured(english: WorkbookReport) -> None:
    sheet, _ = tables_of(english.path)["tblInstalments"]
    rules = [rule for rules in sheet.conditional_formatting for rule in rules.rules]
    assert any(rule.formula == ['"Overdue"'] and rule.dxf.font.color.rgb == "FFB42318" for rule in rules)


def test_questions_are_told_in_the_workbook_s_language(english: WorkbookReport, chinese: WorkbookReport) -> None:
    (question,) = table_rows(english.path, "tblQuestions")
    assert question["What"].value == "¥1,200 may be CNY; JPY"
    (question,) = table_rows(chinese.path, "tblQuestions")
    assert question["问题"].value.startswith("¥1,200 可能是")


def test_reasons_are_told_anew_from_their_codes(english: WorkbookReport) -> None:
    review = next(row for row in table_rows(english.path, "tblMatches") if row["Decision"].value == "Review")
    assert review["Reasons"].value == "first told so; the remittance text names NB-1"
    assert review["Alternatives"].value == "NB-2 Full JPY 1,234,567"


def test_the_process_keeps_its_language(firm: Register, book: RateBook, tmp_path: Path) -> None:
    before = current_language()
    for language in ("zh", "en"):
        write_register_workbook(firm, book, tmp_path / f"{language}.xlsx", language=language, as_of=AS_OF)
        assert current_language() == before


def test_rates_used_are_listed_with_their_source(english: WorkbookReport) -> None:
    used = {(row["Pair"].value, row["Rate"].value): row for row in table_rows(english.path, "tblRates")}
    assert used["USD→CNY", 7.2391642]["Rate source"].value in {"ECB", "Bank of China"}
    assert used["USD→CNY", 7.15]["Rate source"].value == "Bank of China"
    latest = {row["Pair"].value: row for row in table_rows(english.path, "tblRatesLatest")}
    assert latest["KWD→CNY"]["Rate"].value is None
    assert latest["KWD→CNY"]["Problem"].value == "no rate"


def test_formulas_name_columns_and_never_data(english: WorkbookReport, chinese: WorkbookReport) -> None:
    for report in (english, chinese):
        found = list(formulas(report.path))
        assert found
        assert [text for _sheet, text in found if not OWN_FORMULA.fullmatch(text)] == []


def test_views_tell_how_to_read_the_sheets_back(english: WorkbookReport, chinese: WorkbookReport) -> None:
    for report in (english, chinese):
        for view in report.views:
            sheet, table = tables_of(report.path)[view.range_name]
            assert sheet.title == view.sheet
            left, top, _right, bottom = range_boundaries(table.ref)
            assert (left, top) == (1, view.head_row)
            assert bottom == view.first_row + max(view.row_count, 1) - 1
            assert [cell.value for cell in sheet[table.ref][0]] == [column.heading for column in view.columns]
            assert [view.columns[0].heading, view.columns[1].heading] == [view.key_column, view.version_column]
            _check_columns(view)


def _check_columns(view: TableView) -> None:
    stored = {"id", "version", *(field.name for field in TABLES[view.table].fields)}
    keys = {column.key for column in view.columns}
    for column in view.columns:
        assert not column.field or column.field in stored
        assert column.editable == bool(column.field and column.field not in {"id", "version"})
        assert (column.kind == "money") == bool(column.currency_field)
        assert column.currency_field in {"", *keys}
        if column.field and column.kind in {"choice", "boolean"}:
            choices = TABLES[view.table].field_named(column.field).choices
            assert sorted(column.labels.values()) == sorted(choices or ("true", "false"))
    assert bool(view.status_column) == any(column.editable for column in view.columns)


def test_customers_and_orders_are_typed_by_name(english: WorkbookReport) -> None:
    views = {view.table: view for view in english.views}
    name = views["orders"].column("customer_name")
    assert (name.field, name.lookup, name.editable) == ("customer_id", "customers.legal_name", True)
    number = views["instalments"].column("order_number")
    assert (number.field, number.lookup) == ("order_id", "orders.number")
    assert views["orders"].column("amount").currency_field == "currency"
    assert not views["orders"].column("base_amount").editable


def test_the_hidden_sheet_carries_what_it_is_given(firm: Register, book: RateBook, tmp_path: Path) -> None:
    seen: list[TableView] = []

    def rows(views: Sequence[TableView]) -> list[list[str]]:
        seen.extend(views)
        return [["workbook", "W-1"], ["=1+1", "0012", " padded "]]

    path = tmp_path / "R.xlsx"
    report = write_register_workbook(firm, book, path, language="en", as_of=AS_OF, hidden=rows)
    assert tuple(seen) == report.views
    sheet = opened(path)[HIDDEN_SHEET]
    assert sheet.sheet_state == "veryHidden"
    assert [list(row) for row in sheet.values] == [["workbook", "W-1", None], ["=1+1", "0012", " padded "]]
    assert sheet["A2"].data_type == "s"


def test_a_view_shows_only_what_is_wanted(firm: Register, book: RateBook, tmp_path: Path) -> None:
    where = {"orders": {"currency": ["USD", "JPY"]}, "customers": {"country": "DE"}}
    report = write_register_workbook(firm, book, tmp_path / "R.xlsx", language="en", as_of=AS_OF, where=where)
    assert {row["Country"].value for row in table_rows(report.path, "tblCustomers")} == {"DE"}
    assert {row["Order no."].value for row in table_rows(report.path, "tblOrders")} == {"NB-1"}
    assert {row["Order no."].value for row in table_rows(report.path, "tblInstalments")} == {"NB-1"}
    views = {view.table: view for view in report.views}
    assert (views["customers"].where, views["orders"].row_count) == ({"country": "DE"}, 1)
    assert _needs(report)["Due within 7 days"] == 0  # Tokyo's instalment is none of this reader's


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"order_date": date(2024, 5, 2)}, {"NB-2"}),
        ({"salesperson": None, "status": ["paid", None]}, {"NB-4"}),
        ({"id": "O-000003"}, {"NB-3"}),
    ],
)
def test_views_go_by_any_plain_field(
    firm: Register, book: RateBook, tmp_path: Path, wanted: dict[str, object], numbers: set[str]
) -> None:
    where = {"orders": wanted}
    report = write_register_workbook(firm, book, tmp_path / "R.xlsx", language="en", as_of=AS_OF, where=where)
    assert {row["Order no."].value for row in table_rows(report.path, "tblOrders")} == numbers


def test_a_view_by_an_amount_is_refused(firm: Register, book: RateBook, tmp_path: Path) -> None:
    where = {"orders": {"amount": Decimal(1)}}
    with pytest.raises(ConfigurationError):
        write_register_workbook(firm, book, tmp_path / "R.xlsx", as_of=AS_OF, where=where)


def test_the_same_register_on_the_same_day_gives_the_same_bytes(firm: Register, book: RateBook, tmp_path: Path) -> None:
    first, second = tmp_path / "Register.xlsx", tmp_path / "again" / "Register.xlsx"
    second.parent.mkdir()
    for path in (first, second):
        write_register_workbook(firm, book, path, as_of=AS_OF)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("mark", [".~lock.Register.xlsx#", "~$Register.xlsx"])
def test_an_open_workbook_is_left_alone(firm: Register, book: RateBook, tmp_path: Path, mark: str) -> None:
    target = tmp_path / "Register.xlsx"
    target.write_bytes(b"yesterday's")
    (tmp_path / mark).write_bytes(b"")
    with pytest.raises(WorkbookInUse) as caught:
        write_register_workbook(firm, book, target, as_of=AS_OF)
    assert mark in caught.value.remedy
    assert target.read_bytes() == b"yesterday's"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_failed_run_leaves_yesterday_s_workbook(firm: Register, book: RateBook, tmp_path: Path) -> None:
    target = tmp_path / "Register.xlsx"
    target.write_bytes(b"yesterday's")

    def stop(_stage: str, done: int, _total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_register_workbook(firm, book, target, as_of=AS_OF, progress=stop)
    assert [one.name for one in tmp_path.iterdir()] == ["Register.xlsx"]
    assert target.read_bytes() == b"yesterday's"


def test_a_folder_that_is_not_there_is_told(firm: Register, book: RateBook, tmp_path: Path) -> None:
    with pytest.raises(WorkbookInUse):
        write_register_workbook(firm, book, tmp_path / "none" / "Register.xlsx", as_of=AS_OF)


def _needs(report: WorkbookReport) -> dict[str, int]:
    sheet = opened(report.path)["Today"]
    rows = sheet.iter_rows(min_row=11, max_row=21, min_col=2, max_col=5, values_only=True)
    return {row[0]: row[3] for row in rows}


def test_nobody_is_reminded_of_what_was_paid_too_much(firm: Register, book: RateBook, tmp_path: Path) -> None:
    """The amount was lowered after the payment: what is open is then a credit, not overdue."""
    firm.backup(tmp_path / "firm.sqlite")
    with Register.open(tmp_path / "firm.sqlite") as register:
        paid = register.rows("allocations")[0]["instalment_id"]
        with register.changeset(origin="test", reason="amended", author="li.na") as changes:
            changes.update("instalments", paid, {"amount": Decimal("10000.00"), "due_date": date(2024, 6, 30)})
        report = write_register_workbook(register, book, tmp_path / "R.xlsx", language="en", as_of=date(2024, 6, 30))
    row = next(row for row in table_rows(report.path, "tblInstalments") if row["Id"].value == paid)
    assert (row["Status"].value, row["Open"].value, row["Days overdue"].value) == ("Paid", -5000, None)
    needs = _needs(report)
    assert (needs["Instalments overdue"], needs["Due within 7 days"]) == (1, 1)
    assert needs["Open instalments without a due date"] == 0
