"""The sheets Rates and Settings: what the figures stand on, and the lists behind the drop-downs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal

from xlsxwriter.utility import xl_range_abs
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from workbench.money import CURRENCIES
from workbench.register.countries import COUNTRIES
from workbench.register.tables import TABLES
from workbench.reports.columns import Alert, Column, Kind, Sheet, Table
from workbench.reports.evidence import legs_text, rates_used, sources_named, stored_rate
from workbench.reports.figures import Figures, Row
from workbench.reports.layout import FIRST_ROW, HEAD_ROW, SheetWriter, list_name
from workbench.reports.plain import fit
from workbench.reports.styles import Palette
from workbench.reports.tables import TableBuilder
from workbench.reports.texts import Texts

__all__ = ["used_rates", "write_rates", "write_settings"]

_ROOM = 20
"""Currencies that find room above the rates in use: pulling writes into the page as it is, and moves no table."""

_RATE_COLUMNS = (
    Column("pair", width=13),
    Column("rate_value", Kind.RATE),
    Column("rate_date", Kind.DATE),
    Column("rate_source", Kind.CHOICE, choices="rate_source"),
    Column("rate_kind", Kind.CHOICE, choices="rate_kind"),
    Column("rate_policy", Kind.CHOICE, choices="rate_policy"),
    Column("legs_text", width=58),
)
_CURRENCIES_LEFT, _LISTS_LEFT = 3, 8


def write_rates(worksheet: Worksheet, writer: SheetWriter, figures: Figures, used: Table) -> int:
    """Latest rate of each currency in use, then the frame for ``used``, the rates that stored figures stand on.

    Returns the row, 0-based, of the headings of ``used``.
    """
    latest = Table(
        "tblRatesLatest",
        (
            *_RATE_COLUMNS,
            Column("age_days", Kind.INTEGER),
            Column("problem", Kind.CHOICE, choices="rate_problem", width=18),
            Column("remedy", width=40),
        ),
        alerts=(Alert("age_days", "AMBER", above=5), Alert("problem", "RED", filled=True)),
    )
    rows = [_latest(figures, code, writer.texts) for code in sorted(figures.rates) if code != figures.base]
    writer.title(worksheet, "rates", 0)
    head = HEAD_ROW + 2
    section = writer.styles.get(bold=True, font_size=11, font_color=Palette.HEAD)
    worksheet.write_string(head - 2, 0, writer.texts.say("latest", date=figures.as_of.isoformat()), section)
    writer.small_table(worksheet, latest, rows, head)
    head += max(len(rows), _ROOM) + 4
    worksheet.write_string(head - 2, 0, writer.texts.say("used"), section)
    writer.table_frame(worksheet, used, head, widths=False)
    worksheet.freeze_panes(HEAD_ROW, 1)
    writer.page(worksheet)
    return head


def used_rates(builder: TableBuilder) -> Table:
    """The rates that the register's figures stand on."""
    columns = (*_RATE_COLUMNS, Column("uses", Kind.INTEGER), Column("first_use", width=18))
    return builder.told("tblRates", columns, rates_used(builder.snapshot, builder.queries))


def _latest(figures: Figures, code: str, texts: Texts) -> Row:
    latest = figures.rates[code]
    row: Row = {"pair": f"{code}→{figures.base}", "problem": latest.problem}
    if latest.problem:
        row["remedy"] = texts.say("update-rates")
    if latest.rate:
        row |= latest.rate.as_fields()
        row["age_days"] = latest.rate.age_days
        row["legs_text"] = legs_text(stored_rate(latest.rate)["rate_legs"])
    return row


def write_settings(
    workbook: Workbook, worksheet: Worksheet, writer: SheetWriter, figures: Figures, sheets: Sequence[Sheet]
) -> int:
    """Settings, currencies, countries and lists side by side, and the names by which validation refers to them.

    Returns the number of settings.
    """
    writer.title(worksheet, "settings", 0)
    settings = Table("tblSettings", (Column("setting", width=26), Column("setting_value", width=66)))
    currencies = Table(
        "tblCurrencies",
        (
            Column("currency_code", width=11),
            Column("currency_zh", width=22),
            Column("currency_en", width=34),
            Column("minor_units", Kind.INTEGER, width=11),
        ),
    )
    codes = [
        {
            "currency_code": one.code,
            "currency_zh": one.name_zh,
            "currency_en": one.name_en,
            "minor_units": one.minor_units,
        }
        for one in sorted(CURRENCIES.values(), key=lambda one: one.code)
    ]
    worksheet.set_column(2, 2, 3)
    worksheet.set_column(7, 7, 3)
    kept = _settings(writer, figures)
    writer.small_table(worksheet, settings, kept, HEAD_ROW)
    writer.small_table(worksheet, currencies, codes, HEAD_ROW, left=_CURRENCIES_LEFT)
    name, rows = writer.texts.sheet("settings"), (HEAD_ROW + 1, HEAD_ROW + len(codes))
    _define(workbook, "lstCurrencies", name, rows, _CURRENCIES_LEFT)
    _define(workbook, "lstMinorUnits", name, rows, _CURRENCIES_LEFT + 3)
    _lists(workbook, worksheet, writer, sheets)
    _name_lists(workbook, writer, sheets)
    worksheet.freeze_panes(HEAD_ROW + 1, 0)
    writer.page(worksheet, repeat=HEAD_ROW)
    return len(kept)


def _settings(writer: SheetWriter, figures: Figures) -> list[Row]:
    say = writer.texts.say
    rates = [latest.rate for latest in figures.rates.values() if latest.rate]
    sources = sources_named(rates, writer.texts)
    number, hash_ = figures.changeset
    own: list[tuple[str, object]] = [
        (say("setting-base"), figures.base),
        (say("setting-as-of"), figures.as_of.isoformat()),
        (say("setting-language"), say("language-name")),
        (say("setting-policy"), ", ".join(sorted({writer.texts.label(rate.policy, "rate_policy") for rate in rates}))),
        (say("setting-sources"), ", ".join(sources)),
        (say("setting-changeset"), str(number)),
        (say("setting-hash"), hash_),
    ]
    kept = [(name, _text(json.loads(value))) for name, value in figures.settings]
    return [{"setting": name, "setting_value": value} for name, value in own + kept]


def _text(value: object) -> object:
    return str(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else value


def _lists(workbook: Workbook, worksheet: Worksheet, writer: SheetWriter, sheets: Sequence[Sheet]) -> None:
    """One column a drop-down: what people read, in the order in which the register names the codes."""
    label = writer.texts.label
    fields = sorted(
        {column.choices for sheet in sheets for column in sheet.table.columns if column.field and column.choices}
    )
    lists = {list_name(one): (_heading(writer, one), _labels(writer, one)) for one in fields}
    yes, no = label("true"), label("false")
    lists["lstYesNo"] = (f"{yes} / {no}", [yes, no])
    countries = sorted(COUNTRIES)
    names = [COUNTRIES[code][1 if writer.texts.language == "zh" else 0] for code in countries]
    lists["lstCountries"] = (writer.texts.heading("country"), countries)
    lists["lstCountryNames"] = (writer.texts.heading("country_name"), names)
    name, cell = writer.texts.sheet("settings"), writer.styles.cell(indent=1)
    for col, (list_, (heading, labels)) in enumerate(lists.items(), _LISTS_LEFT):
        worksheet.set_column(col, col, min(34, max(20, *(fit(text) + 2 for text in labels))))
        worksheet.write_string(HEAD_ROW, col, heading, writer.styles.heading(computed=True, numeric=False))
        for row, text in enumerate(labels, HEAD_ROW + 1):
            worksheet.write_string(row, col, text, cell)
        _define(workbook, list_, name, (HEAD_ROW + 1, HEAD_ROW + len(labels)), col)


def _name_lists(workbook: Workbook, writer: SheetWriter, sheets: Sequence[Sheet]) -> None:
    """Drop-downs of names that live in another sheet of the workbook: customers and orders as they stand there."""
    tables = {sheet.table.source: sheet for sheet in sheets}
    for lookup in sorted({column.lookup for sheet in sheets for column in sheet.table.columns if column.lookup}):
        table, _, name = lookup.partition(".")
        sheet = tables[table]
        col = next(i for i, column in enumerate(sheet.table.columns) if column.key == name)
        rows = (FIRST_ROW, FIRST_ROW + max(sheet.table.count, 1) - 1)
        _define(workbook, list_name(lookup), writer.texts.sheet(sheet.key), rows, col)


def _labels(writer: SheetWriter, field: str) -> list[str]:
    table, _, name = field.partition(".")
    return [writer.texts.label(code, field) for code in TABLES[table].field_named(name).choices]


def _heading(writer: SheetWriter, field: str) -> str:
    table, _, name = field.partition(".")
    return f"{writer.texts.sheet(_SHEET_OF.get(table, table))} · {writer.texts.heading(name)}"


_SHEET_OF = {
    "match_decisions": "matches",
    "duplicate_pairs": "duplicates",
    "open_findings": "questions",
    "tasks": "followups",
}


def _define(workbook: Workbook, name: str, sheet: str, rows: tuple[int, int], col: int) -> None:
    workbook.define_name(name, f"='{sheet}'!{xl_range_abs(rows[0], col, rows[1], col)}")
