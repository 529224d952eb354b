"""The three salespeople's old workbooks and the cost sheet, as such people keep them, with the mistakes that happen."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from demo_firm.world import Customer, Order, World
from workbench.money import minor_units

__all__ = ["Trap", "write_costs", "write_en", "write_mixed", "write_zh"]

_MADE = datetime(2026, 10, 8, 9, 0)
_WORDS_ZH = {"USD": "美元", "EUR": "欧元", "JPY": "日元", "HKD": "港币", "KRW": "韩元", "GBP": "英镑", "AUD": "澳元", "CAD": "加元",
             "SGD": "新币", "CHF": "瑞郎", "THB": "泰铢", "MXN": "MXN", "ZAR": "兰特", "PLN": "PLN"}  # fmt: skip
_STATUS_ZH = {"open": "未付", "part_paid": "部分付款", "paid": "已付清", "cancelled": "取消", "shipped": "已发货"}
_STATUS_EN = {"open": "open", "part_paid": "part paid", "paid": "paid", "cancelled": "cancelled", "shipped": "shipped"}
_FORMATS = {"USD": "[$$-409]#,##0.00", "EUR": "[$€-407] #,##0.00", "GBP": "[$£-809]#,##0.00", "HKD": "[$HK$-C04]#,##0.00",
            "CAD": "[$$-1009]#,##0.00", "MXN": "[$$-80A]#,##0.00", "ZAR": "[$R-1C09] #,##0.00", "CHF": "[$CHF-807] #,##0.00",
            "AUD": "[$$-C09]#,##0.00", "SGD": "[$$-4809]#,##0.00", "JPY": "[$¥-411]#,##0", "KRW": "[$₩-412]#,##0",
            "THB": "[$฿-41E]#,##0.00", "PLN": "#,##0.00 [$zł-415]"}  # fmt: skip


@dataclass(slots=True)
class Trap:
    """A cell that is damaged or ambiguous on purpose: where, what kind, what was meant."""

    file: str
    sheet: str
    cell: str
    kind: str
    meant: str
    order: str = ""


@dataclass(slots=True)
class _Sheet:
    """A worksheet being written, with what is wrong in it by order number and column."""

    book: Any
    sheet: Any
    file: str
    name: str
    formats: dict[str, Any] = field(default_factory=dict)

    def format(self, **properties: Any) -> Any:
        key = repr(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.book.add_format({"font_name": "宋体", "font_size": 10, **properties})
        return self.formats[key]


def _open(path: Path) -> Any:
    book = xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"created": _MADE, "author": path.stem.split("_")[0]})
    return book


def _pick(rng: random.Random, orders: list[Order], count: int, wanted: Callable[[Order], bool] = bool) -> set[str]:
    possible = [one.number for one in orders if wanted(one) and not one.cancelled]
    return set(rng.sample(possible, min(count, len(possible))))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def _number(amount: Decimal) -> float:
    """What a cell holds: Excel knows binary numbers only, exact up to 15 digits."""
    return float(amount)


# ---- 王芳: everything in Chinese, a sheet a year, a subtotal every month


def write_zh(world: World, path: Path, rng: random.Random) -> list[Trap]:
    """客户 and one 订单 sheet a year, grouped by month."""
    book = _open(path)
    traps: list[Trap] = []
    own = [one for one in world.customers if "王芳" in one.sales]
    _customers_zh(book, path.name, own, traps, rng)
    orders = [one for one in world.orders if one.sales == "王芳"]
    wrong = {
        "typo": _pick(rng, orders, 3, lambda one: one.currency == "USD"),
        "yen": _pick(rng, orders, 2, lambda one: one.currency == "JPY"),
        "sign": _pick(rng, orders, 3, lambda one: one.currency == "JPY"),
        "formula": _pick(rng, orders, 3),
        "error": _pick(rng, orders, 2),
    }
    wrong["sign"] -= wrong["yen"]
    for year in sorted({one.day.year for one in orders}):
        _orders_zh(book, path.name, year, [one for one in orders if one.day.year == year], wrong, traps)
    book.close()
    return traps


def _customers_zh(book: Any, file: str, own: list[Customer], traps: list[Trap], rng: random.Random) -> None:
    made = _Sheet(book, book.add_worksheet("客户"), file, "客户")
    sheet = made.sheet
    sheet.merge_range(
        "A1:I1", "宁波海逸进出口有限公司  客户资料表", made.format(bold=True, font_size=16, align="center")
    )
    sheet.write("A2", "更新：王芳 2026-09-30", made.format(font_color="#7F7F7F"))
    heading = made.format(bold=True, bg_color="#DDEBF7", border=1, align="center")
    titles = ("客户编号", "客户名称", "当地名称", "国家", "结算币种", "邮箱", "电话", "税号", "付款方式")
    for column, title in enumerate(titles):
        sheet.write(3, column, title, heading)
    damaged = set(rng.sample([number for number, one in enumerate(own) if one.tax_id], 2))
    plain = made.format(border=1)
    for number, one in enumerate(own):
        row = 4 + number
        cells = (f"W{one.number:04d}", one.spellings["王芳"], one.local_name, one.country.name_zh, _WORDS_ZH[one.currency],
                 one.email, one.phone, one.tax_id, "见合同")  # fmt: skip
        for column, value in enumerate(cells):
            sheet.write_string(row, column, value, plain) if value else sheet.write_blank(row, column, None, plain)
        if number in damaged:
            sheet.write_string(row, 7, "9.13302E+17", plain)
            traps.append(Trap(file, "客户", xl_rowcol_to_cell(row, 7), "lost_digits", one.tax_id))
    sheet.set_column("A:A", 10)
    sheet.set_column("B:C", 34)
    sheet.set_column("D:I", 16)
    sheet.freeze_panes(4, 2)


def _orders_zh(
    book: Any, file: str, year: int, orders: list[Order], wrong: dict[str, set[str]], traps: list[Trap]
) -> None:
    made = _Sheet(book, book.add_worksheet(f"订单{year}"), file, f"订单{year}")
    sheet = made.sheet
    sheet.merge_range("A1:M1", f"{year} 年外销订单台账", made.format(bold=True, font_size=16, align="center"))
    sheet.write("A2", "单位：原币；制表：王芳", made.format(font_color="#7F7F7F"))
    heading = made.format(bold=True, bg_color="#FCE4D6", border=1, align="center", text_wrap=True)
    titles = (
        "序号",
        "订单号",
        "下单日期",
        "客户名称",
        "品名",
        "币种",
        "订单金额",
        "价格条款",
        "付款方式",
        "定金比例",
        "到期日",
        "状态",
        "备注",
    )
    for column, title in enumerate(titles):
        sheet.write(2, column, title, heading)
    row, serial = 3, 0
    for month, some in groupby(orders, key=lambda one: one.day.month):
        first = row
        for one in some:
            serial += 1
            _order_zh(made, row, serial, one, wrong, traps)
            row += 1
        subtotal = made.format(bold=True, bg_color="#F2F2F2", border=1)
        for column in range(13):
            sheet.write_blank(row, column, None, subtotal)
        sheet.write(row, 1, f"{month}月小计", subtotal)
        sheet.write_formula(row, 2, f"=COUNTA(B{first + 1}:B{row})", subtotal, row - first)
        row += 1
    sheet.write(row + 1, 1, "审核：", made.format())
    sheet.write(row + 1, 6, "制表：王芳", made.format())
    sheet.set_column("A:A", 6)
    sheet.set_column("B:C", 13)
    sheet.set_column("D:E", 30)
    sheet.set_column("F:M", 12)
    sheet.freeze_panes(3, 2)


def _order_zh(made: _Sheet, row: int, serial: int, one: Order, wrong: dict[str, set[str]], traps: list[Trap]) -> None:
    sheet, plain = made.sheet, made.format(border=1)

    def trap(column: int, kind: str, meant: str) -> None:
        traps.append(Trap(made.file, made.name, xl_rowcol_to_cell(row, column), kind, meant, one.number))

    sheet.write_number(row, 0, serial, plain)
    sheet.write_string(row, 1, one.number, plain)
    # Typed as text in three ways, by whim of the month; the year comes first in all of them.
    style = one.day.month % 3
    if style == 0:
        sheet.write_datetime(row, 2, _midnight(one.day), made.format(border=1, num_format="yyyy/m/d"))
    else:
        texts = {
            1: f"{one.day.year}.{one.day.month}.{one.day.day}",
            2: f"{one.day.year}年{one.day.month}月{one.day.day}日",
        }
        sheet.write_string(row, 2, texts[style], plain)
    sheet.write_string(row, 3, one.customer.spellings["王芳"], plain)
    sheet.write_string(row, 4, one.product, plain)
    currency = _WORDS_ZH[one.currency]
    if one.number in wrong["typo"]:
        currency = "USS"
        trap(5, "unknown_currency", one.currency)
    elif one.number in wrong["sign"]:
        currency = "¥"
        trap(5, "ambiguous_currency", one.currency)
    sheet.write_string(row, 5, currency, plain)
    money = made.format(border=1, num_format="#,##0.00" if minor_units(one.currency) else "#,##0")
    amount = _number(one.amount)
    if one.number in wrong["yen"]:
        amount += 0.5
        trap(6, "minor_units", format(one.amount, "f"))
    if one.number in wrong["error"]:
        sheet.write_formula(row, 6, "=#REF!*1.05", money, "#REF!")
        trap(6, "broken_formula", format(one.amount, "f"))
    else:
        sheet.write_number(row, 6, amount, money)
    sheet.write_string(row, 7, one.incoterm, plain)
    sheet.write_string(row, 8, one.terms, plain)
    if one.deposit_percent:
        sheet.write_number(row, 9, one.deposit_percent / 100, made.format(border=1, num_format="0%"))
    else:
        sheet.write_blank(row, 9, None, plain)
    sheet.write_datetime(row, 10, _midnight(one.instalments[-1].due), made.format(border=1, num_format="yyyy/m/d"))
    sheet.write_string(row, 11, _STATUS_ZH[one.status], plain)
    if one.number in wrong["formula"]:
        sheet.write_string(row, 12, "=加急，先出货", plain)
        trap(12, "formula_text", "=加急，先出货")
    else:
        sheet.write_blank(row, 12, None, plain)


# ---- Tom Zhang: English, one long list, the currency only in the number format


def write_en(world: World, path: Path, rng: random.Random) -> list[Trap]:
    """Customers and Orders."""
    book = _open(path)
    traps: list[Trap] = []
    own = [one for one in world.customers if "Tom Zhang" in one.sales]
    made = _Sheet(book, book.add_worksheet("Customers"), path.name, "Customers")
    heading = made.format(font_name="Calibri", font_size=11, bold=True, bg_color="#1F4E78", font_color="#FFFFFF")
    plain = made.format(font_name="Calibri", font_size=11)
    titles = ("Code", "Company", "Country", "Currency", "Contact", "E-mail", "Phone", "VAT No.", "Payment terms")
    for column, title in enumerate(titles):
        made.sheet.write(0, column, title, heading)
    for number, one in enumerate(own, start=1):
        cells = (f"T{one.number:04d}", one.spellings["Tom Zhang"], one.country.name_en, one.currency, one.contact, one.email,
                 one.phone, one.tax_id, "as agreed")  # fmt: skip
        for column, value in enumerate(cells):
            if value:
                made.sheet.write_string(number, column, value, plain)
    made.sheet.autofilter(0, 0, len(own), len(titles) - 1)
    made.sheet.set_column("B:B", 36)
    made.sheet.set_column("C:I", 20)
    made.sheet.freeze_panes(1, 2)
    orders = [one for one in world.orders if one.sales == "Tom Zhang"]
    _orders_en(book, path.name, orders, traps, rng)
    book.close()
    return traps


def _orders_en(book: Any, file: str, orders: list[Order], traps: list[Trap], rng: random.Random) -> None:
    made = _Sheet(book, book.add_worksheet("Orders"), file, "Orders")
    sheet = made.sheet
    font = {"font_name": "Calibri", "font_size": 11}
    plain, heading = (
        made.format(**font),
        made.format(**font, bold=True, bg_color="#1F4E78", font_color="#FFFFFF", text_wrap=True),
    )
    sheet.write("A1", "Order list - Tom Zhang", made.format(**{**font, "font_size": 14}, bold=True))
    sheet.write("A2", "All amounts in the currency shown in the cell.", made.format(**font, italic=True))
    titles = ("Order No.", "Order date", "Customer", "Product", "Order value", "Incoterm", "Payment terms", "Deposit %", "Due date", "Customer PO",
              "Status", "Remarks")  # fmt: skip
    for column, title in enumerate(titles):
        sheet.write(3, column, title, heading)
    dollars = {"USD", "CAD", "HKD", "MXN"}
    signs = _pick(rng, orders, 6, lambda one: one.currency in dollars)
    days = _pick(rng, orders, 2, lambda one: one.day.day <= 12 and one.day.day != one.day.month)
    notes = _pick(rng, orders, 2)
    for row, one in enumerate(orders, start=4):
        sheet.write_string(row, 0, one.number, plain)
        if one.number in days:
            sheet.write_string(row, 1, f"{one.day.day:02d}/{one.day.month:02d}/{one.day.year}", plain)
            traps.append(
                Trap(file, "Orders", xl_rowcol_to_cell(row, 1), "ambiguous_date", one.day.isoformat(), one.number)
            )
        else:
            sheet.write_datetime(
                row,
                1,
                _midnight(one.day),
                made.format(**font, num_format="dd-mmm-yyyy"),
            )
        sheet.write_string(row, 2, one.customer.spellings["Tom Zhang"], plain)
        sheet.write_string(row, 3, one.product.split(" ", 1)[1] if one.product[0] > "\u2e80" else one.product, plain)
        number_format = _FORMATS[one.currency]
        if one.number in signs:
            number_format = '"$"#,##0.00'
            traps.append(
                Trap(file, "Orders", xl_rowcol_to_cell(row, 4), "ambiguous_currency", one.currency, one.number)
            )
        sheet.write_number(row, 4, _number(one.amount), made.format(**font, num_format=number_format))
        sheet.write_string(row, 5, one.incoterm, plain)
        sheet.write_string(row, 6, one.terms, plain)
        if one.deposit_percent:
            sheet.write_number(row, 7, one.deposit_percent / 100, made.format(**font, num_format="0%"))
        sheet.write_datetime(row, 8, _midnight(one.instalments[-1].due), made.format(**font, num_format="dd-mmm-yyyy"))
        sheet.write_string(row, 9, one.po, plain)
        sheet.write_string(row, 10, _STATUS_EN[one.status], plain)
        if one.number in notes:
            sheet.write_string(row, 11, "+1 spare part box free", plain)
            traps.append(
                Trap(file, "Orders", xl_rowcol_to_cell(row, 11), "formula_text", "+1 spare part box free", one.number)
            )
    last = 4 + len(orders)
    sheet.write(last, 0, "Total orders", made.format(**font, bold=True))
    sheet.write_formula(last, 1, f"=COUNTA(A5:A{last})", made.format(**font, bold=True), len(orders))
    sheet.write(last + 2, 0, "Checked by: ____________", plain)
    sheet.set_column("A:B", 13)
    sheet.set_column("C:D", 34)
    sheet.set_column("E:L", 16)
    sheet.freeze_panes(4, 1)


# ---- 李娜: two languages, a sheet a quarter, two rows of headings, the customer only in a group's first row


def write_mixed(world: World, path: Path, rng: random.Random) -> list[Trap]:
    """A sheet a quarter, grouped by customer."""
    book = _open(path)
    traps: list[Trap] = []
    orders = [one for one in world.orders if one.sales == "李娜"]
    wrong = {
        "text": _pick(rng, orders, 2, lambda one: one.currency == "EUR" and 1000 <= one.amount < 10**6),
        "typo": _pick(rng, orders, 2, lambda one: one.currency == "EUR"),
        "note": _pick(rng, orders, 1),
    }
    for (year, quarter), some in groupby(orders, key=lambda one: (one.day.year, (one.day.month + 2) // 3)):
        _quarter(book, path.name, f"{year}Q{quarter}", list(some), wrong, traps)
    book.close()
    return traps


def _quarter(
    book: Any, file: str, name: str, orders: list[Order], wrong: dict[str, set[str]], traps: list[Trap]
) -> None:
    made = _Sheet(book, book.add_worksheet(name), file, name)
    sheet = made.sheet
    sheet.merge_range("A1:L1", f"李娜 订单 Order list {name}", made.format(bold=True, font_size=14, align="center"))
    group = made.format(bold=True, bg_color="#E2EFDA", border=1, align="center")
    sheet.merge_range("A2:B2", "客户 Customer", group)
    sheet.merge_range("C2:E2", "订单 Order", group)
    sheet.merge_range("F2:G2", "金额 Amount", group)
    sheet.merge_range("H2:L2", "条款 Terms", group)
    titles = ("名称 Name", "国家 Country", "订单号 Order No.", "日期 Date", "品名 Product", "币种 Currency", "金额 Amount", "价格条款 Incoterm",
              "付款 Payment", "定金 Deposit %", "到期日 Due date", "备注 Remarks")  # fmt: skip
    for column, title in enumerate(titles):
        sheet.write(2, column, title, group)
    plain = made.format(border=1)
    row = 3
    by_customer = sorted(orders, key=lambda one: (one.customer.number, one.day, one.number))
    for _number_, some in groupby(by_customer, key=lambda one: one.customer.number):
        rows = list(some)
        customer = rows[0].customer
        for column, value in ((0, customer.spellings["李娜"]), (1, customer.country.name_en)):
            if len(rows) > 1:
                sheet.merge_range(
                    row, column, row + len(rows) - 1, column, value, made.format(border=1, valign="vcenter")
                )
            else:
                sheet.write_string(row, column, value, plain)
        for one in rows:
            _order_mixed(made, row, one, wrong, traps)
            row += 1
    total = made.format(bold=True, bg_color="#E2EFDA", border=1)
    sheet.write(row, 0, "合计 Total", total)
    sheet.write_formula(row, 2, f"=COUNTA(C4:C{row})", total, len(orders))
    sheet.set_column("A:A", 36)
    sheet.set_column("B:D", 14)
    sheet.set_column("E:E", 30)
    sheet.set_column("F:L", 14)
    sheet.freeze_panes(3, 1)


def _order_mixed(made: _Sheet, row: int, one: Order, wrong: dict[str, set[str]], traps: list[Trap]) -> None:
    sheet, plain = made.sheet, made.format(border=1)

    def trap(column: int, kind: str, meant: str) -> None:
        traps.append(Trap(made.file, made.name, xl_rowcol_to_cell(row, column), kind, meant, one.number))

    sheet.write_string(row, 2, one.number, plain)
    sheet.write_datetime(row, 3, _midnight(one.day), made.format(border=1, num_format="yyyy-mm-dd"))
    sheet.write_string(row, 4, one.product, plain)
    currency = one.currency
    if one.number in wrong["typo"]:
        currency = "ERU"
        trap(5, "unknown_currency", one.currency)
    sheet.write_string(row, 5, currency, plain)
    if one.number in wrong["text"]:
        # Three digits behind one comma, typed as text: thousands in Ningbo, decimals in Munich.
        sheet.write_string(row, 6, f"{int(one.amount) // 1000},{int(one.amount) % 1000:03d}", plain)
        trap(6, "ambiguous_number", format(one.amount, "f"))
    else:
        money = made.format(border=1, num_format="#,##0.00" if minor_units(one.currency) else "#,##0")
        sheet.write_number(row, 6, _number(one.amount), money)
    sheet.write_string(row, 7, one.incoterm, plain)
    sheet.write_string(row, 8, one.terms, plain)
    if one.deposit_percent:
        sheet.write_number(row, 9, one.deposit_percent, plain)
    else:
        sheet.write_blank(row, 9, None, plain)
    sheet.write_datetime(row, 10, _midnight(one.instalments[-1].due), made.format(border=1, num_format="yyyy-mm-dd"))
    if one.number in wrong["note"]:
        sheet.write_string(row, 11, "@QC 验货后放单", plain)
        trap(11, "formula_text", "@QC 验货后放单")
    else:
        sheet.write_blank(row, 11, None, plain)


# ---- costs


def write_costs(world: World, path: Path) -> None:
    """What each order cost: purchase with VAT, domestic costs and freight, a sheet a year."""
    book = _open(path)
    for year in sorted({one.day.year for one in world.orders}):
        made = _Sheet(book, book.add_worksheet(f"成本{year}"), path.name, f"成本{year}")
        sheet = made.sheet
        sheet.merge_range("A1:H1", f"{year} 年订单成本表", made.format(bold=True, font_size=14, align="center"))
        heading = made.format(bold=True, bg_color="#FFF2CC", border=1, align="center", text_wrap=True)
        titles = (
            "订单号",
            "供应商",
            "日期",
            "采购金额(CNY 含税)",
            "增值税率",
            "退税率",
            "国内费用(CNY)",
            "海运费(USD)",
        )
        for column, title in enumerate(titles):
            sheet.write(1, column, title, heading)
        plain, percent = made.format(border=1), made.format(border=1, num_format="0%")
        day, money = made.format(border=1, num_format="yyyy-mm-dd"), made.format(border=1, num_format="#,##0.00")
        rows = [one for one in world.orders if one.day.year == year and not one.cancelled]
        for row, one in enumerate(rows, start=2):
            sheet.write_string(row, 0, one.number, plain)
            sheet.write_string(row, 1, one.cost.supplier, plain)
            sheet.write_datetime(row, 2, _midnight(one.day), day)
            sheet.write_number(row, 3, _number(one.cost.purchase), money)
            sheet.write_number(row, 4, 0.13, percent)
            sheet.write_number(row, 5, one.cost.rebate_percent / 100, percent)
            sheet.write_number(row, 6, _number(one.cost.domestic), money)
            sheet.write_number(row, 7, _number(one.cost.freight_usd), money)
        sheet.set_column("A:A", 12)
        sheet.set_column("B:B", 24)
        sheet.set_column("C:H", 15)
        sheet.freeze_panes(2, 1)
    book.close()
