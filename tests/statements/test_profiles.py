"""Tables of banks and payment houses: every layout that ships reads a file written as its house publishes it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from workbench.cli import run
from workbench.errors import ConfigurationError, FileRefused
from workbench.statements import (
    Statement,
    StatementDoesNotAddUp,
    StatementTruncated,
    StatementUnreadable,
    built_in_profiles,
    load_profiles,
    profile_from,
    read_statements,
)

# House, encoding, text. Written for these tests after the layouts that the houses publish; all names and numbers are made up.
SAMPLES: dict[str, tuple[str, str]] = {
    "boc": ("gb18030", """\
查询账号[Inquirer account number],3329010088
"交易类型[ Transaction Type ]","付款人名称[ Payer's Name ]","付款人账号[ Debit Account No. ]","收款人名称[ Payee's Name ]","收款人账号[ Payee's Account Number ]","交易日期[ Transaction Date ]","交易时间[ Transaction time ]","交易货币[ Trade Currency ]","交易金额[ Trade Amount ]","交易后余额[ After-transaction balance ]","起息日期[ Value Date ]","汇率[ Exchange rate ]","交易流水号[ Transaction reference number ]","摘要[ Reference ]","交易附言[ Remark ]"
来账,MAPLERIDGE LTD,/US123,我司,3329010088,20260105,101112,USD,"1,000.00","1,500.00",20260106,0,FT260001,汇款,INV HY260001
往账,我司,3329010088,某货代,622200,20260107,090000,USD,-200.00,"1,300.00",20260107,0,FT260002,运费,FREIGHT
"""),
    "icbc": ("gb18030", """\
[HISTORYDETAIL]
凭证号,本方账号,对方账号,交易时间,借/贷,借方发生额,贷方发生额,对方行号,摘要,用途,对方单位名称,余额,附言,币种
10001,1202000001,6222001,2026-01-05 10:11:12,贷,,"1,000.00",102,汇入,货款,宁波某公司,"1,500.00",HY260001,人民币
10002,1202000001,6222002,2026-01-06 10:11:12,借,200.00,,102,手续费,,,"1,300.00",,人民币
"""),
    "ccb": ("utf-8-sig", """\
账号,账户名称,交易时间,借方发生额（支取）,贷方发生额（收入）,余额,币种,对方户名,对方账号,对方开户机构,记账日期,摘要,备注,账户明细编号-交易流水号,企业流水号,凭证种类,凭证号
="3310500001",我司,20260105 10:11:12,0.00,"1,000.00","1,500.00",人民币元,宁波某公司,6222001,建行,20260105,转账,HY260001,1-0001,,,
="3310500001",我司,20260106 10:11:12,200.00,0.00,"1,300.00",人民币元,,,建行,20260106,手续费,,1-0002,,,
"""),
    "cmb": ("gb18030", """\
# 招商银行账务明细
# 账号: [574900001 人民币]
# 合计笔数: 2
交易日,交易时间,起息日,交易类型,借方金额,贷方金额,余额,摘要,流水号,用途,业务参考号,收/付方名称,收/付方帐号
20260105,101112,20260105,汇入,,1000.00,1500.00,货款,C001,HY260001,REF1,宁波某公司,6222001
20260106,101112,20260106,收费,200.00,,1300.00,手续费,C002,,REF2,,
"""),
    "abc": ("gb18030", """\
账户,392000001
币种,人民币
交易时间,收入金额,支出金额,账户余额,交易行名,对方省市,对方账号,对方户名,交易用途,交易流水号
2026-01-06 09:00:00,,200.00,1300.00,宁波,浙江,,,手续费,A002
2026-01-05 10:11:12,1000.00,,1500.00,宁波,浙江,6222001,宁波某公司,货款 HY260001,A001
合计,1000.00,200.00
"""),
    "hsbc": ("utf-8-sig", """\
Account name,Account number,Bank name,Currency,Location,BIC,IBAN,Bank reference,Narrative,Customer reference,TRN type,Value date,Credit amount,Debit amount,Time,Post date,Balance
OUR FIRM LTD,400-123456-838,HSBC,USD,HK,HSBCHKHH,,HK0500001,MAPLERIDGE LTD INV HY260001,HY260001,TRANSFER,05/01/2026,"1,000.00",,10:11,25/01/2026,"1,500.00"
OUR FIRM LTD,400-123456-838,HSBC,USD,HK,HSBCHKHH,,HK0500002,CHARGES,,CHARGES,06/01/2026,,-200.00,10:12,26/01/2026,"1,300.00"
"""),
    "citi": ("utf-8", """\
Account Number,Account Name,Account Currency,Entry Date,Value Date,Transaction Amount,Debit/Credit,Bank Reference,Customer Reference,Transaction Description,Payment Details,Ordering Party Name,Beneficiary Name
0055001,OUR FIRM,USD,01/25/2026,01/25/2026,"1,000.00",Credit,CT001,HY260001,FUNDS TRANSFER,INV HY260001,MAPLERIDGE LTD,
0055001,OUR FIRM,USD,01/26/2026,01/26/2026,200.00,Debit,CT002,,CHARGES,WIRE FEE,,CITIBANK
Opening Ledger Balance,500.00
Closing Ledger Balance,"1,300.00"
"""),
    "dbs": ("utf-8", """\
Account Details For:,0039000001
Currency:,USD
Date,Value Date,Transaction Description 1,Transaction Description 2,Debit,Credit,Running Balance
05-Jan-2026,05-Jan-2026,INWARD TT,INV HY260001,,"1,000.00","1,500.00"
06-Jan-2026,06-Jan-2026,CHARGES,,200.00,,"1,300.00"
Printed By: SOMEBODY
"""),
    "paypal": ("utf-8-sig", """\
"Date","Time","TimeZone","Name","Type","Status","Currency","Gross","Fee","Net","From Email Address","To Email Address","Transaction ID","Invoice Number","Balance","Balance Impact"
"01/25/2026","10:11:12","PST","Maple Shop","Express Checkout Payment","Completed","USD","1,040.00","-40.00","1,000.00","m@x.example","us@x.example","PP001","HY260001","1,500.00","Credit"
"01/25/2026","10:11:13","PST","Maple Shop","Order","Completed","USD","1,040.00","0.00","1,040.00","m@x.example","us@x.example","PP000","","1,500.00","Memo"
"01/26/2026","10:11:12","PST","","Refund","Completed","USD","-200.00","0.00","-200.00","","","PP002","","1,300.00","Debit"
"01/27/2026","10:11:12","PST","B","Payment","Pending","USD","9.00","0.00","9.00","","","PP003","","1,309.00","Credit"
"""),
    "stripe_payout": ("utf-8", """\
id,Amount,Created (UTC),Currency,Arrival Date (UTC),Source Type,Status,Type,Method,Description
po_1,1000.00,2026-01-04 00:00,usd,2026-01-05 00:00,card,paid,bank_account,standard,STRIPE PAYOUT
po_2,-200.00,2026-01-05 00:00,usd,2026-01-06 00:00,card,paid,bank_account,standard,STRIPE PAYOUT
po_3,7.00,2026-01-06 00:00,usd,2026-01-07 00:00,card,in_transit,bank_account,standard,STRIPE PAYOUT
"""),
    "stripe_balance": ("utf-8", """\
balance_transaction_id,created,available_on,currency,gross,fee,net,reporting_category,description
txn_1,2026-01-04 10:11:12,2026-01-05 00:00:00,usd,1040.00,40.00,1000.00,charge,HY260001
txn_2,2026-01-05 10:11:12,2026-01-06 00:00:00,usd,-200.00,0.00,-200.00,payout,STRIPE PAYOUT
"""),
    "wise": ("utf-8", """\
TransferWise ID,Date,Amount,Currency,Description,Payment Reference,Running Balance,Exchange From,Exchange To,Exchange Rate,Payer Name,Payee Name,Payee Account Number,Merchant,Card Last Four Digits,Card Holder Full Name,Attachment,Note,Total fees
TRANSFER-2,06-01-2026,-200.00,USD,Sent money,,1300.00,USD,EUR,0.92000,,Somebody,DE01,,,,,,4.10
TRANSFER-1,05-01-2026,1000.00,USD,Received money,HY260001,1500.00,,,,Maple Shop,,,,,,,,0.00
"""),
    "payoneer": ("utf-8", """\
Transaction date,Transaction time,Time zone,Transaction ID,Description,Credit amount,Debit amount,Currency,Transfer amount,Transfer amount currency,Status,Running balance,Additional description,Store name,Source,Target,Reference ID
01-25-2026,10:11:12,UTC,9001,Payment from Maple,"1,000.00",,USD,,,Completed,"1,500.00",HY260001,,Maple Shop,,
01-26-2026,10:11:12,UTC,9002,Withdrawal,,200.00,USD,200.00,USD,Completed,"1,300.00",,,,Bank,
01-27-2026,10:11:12,UTC,9003,Withdrawal,,100.00,USD,100.00,USD,Cancelled,,,,,Bank,
"""),
    "airwallex": ("utf-8", """\
Time,Type,Financial Transaction Type,Transaction Id,Description,Wallet Currency,Target Currency,Target Amount,Conversion Rate,Mature Date,Amount,Fee,Debit Net Amount,Credit Net Amount,Account Balance,Available Balance,Created At,Request Id,Reference,Note to Self
2026-01-05T10:11:12+0800,Deposit,DEPOSIT,aw-1,Global account collection,USD,,,,,1040.00,40.00,,1000.00,1500.00,1500.00,2026-01-05T10:11:12+0800,,HY260001,
2026-01-06T10:11:12+0800,Payout,PAYOUT,aw-2,Payout,USD,EUR,184.00,0.92,,200.00,0.00,200.00,,1300.00,1300.00,2026-01-06T10:11:12+0800,,,
"""),
    "pingpong": ("utf-8-sig", """\
交易时间,入账时间,交易类型,交易流水号,币种,交易金额,手续费,入账金额,账户余额,状态,付款方,附言
2026-01-04 10:11:12,2026-01-05 10:11:12,收款,P001,USD,1040.00,40.00,1000.00,1500.00,成功,MAPLE SHOP,HY260001
2026-01-06 10:11:12,2026-01-06 10:11:12,提现,P002,USD,-200.00,0.00,-200.00,1300.00,成功,,
2026-01-07 10:11:12,2026-01-07 10:11:12,提现,P003,USD,-100.00,0.00,-100.00,,处理中,,
"""),
    "alipay": ("gb18030", """\
#支付宝账务明细查询
#账号：[20880001]
#起始日期：[2026年01月01日 00:00:00]   终止日期：[2026年02月01日 00:00:00]
#-----------------------------------------账务明细列表----------------------------------------
账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,交易渠道,业务类型,备注
9001\t,2026\t,HY260001\t,灯具\t,2026-01-05 10:11:12,maple@x.example,1000.00,0.00,1500.00,支付宝,交易付款,
9002\t,2026\t,\t,\t,2026-01-06 10:11:12,,0.00,-200.00,1300.00,支付宝,提现,
#-----------------------------------------账务明细列表结束------------------------------------
#支出合计：1笔，共-200.00元
#收入合计：1笔，共1000.00元
"""),
    "wechat_pay": ("utf-8-sig", """\
记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号
`2026-01-05 10:11:12,`42001,`W001,`交易,`交易,`收入,`1000.00,`1500.00,`system,`,`HY260001
`2026-01-06 10:11:12,`42002,`W002,`提现,`提现,`支出,`200.00,`1300.00,`system,`,`
资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额
`2,`1,`1000.00,`1,`200.00
"""),
    "cn_bank": ("gb18030", """\
账号,币种,交易日期,流水号,对方名称,借方金额,贷方金额,余额,附言
62281,USD,20260105,N1,MAPLE,,1000.00,1500.00,HY260001
62281,USD,20260106,N2,,200.00,,1300.00,手续费
"""),
}  # fmt: skip
SETTLEMENT = """\
settlement-id\tsettlement-start-date\tsettlement-end-date\tdeposit-date\ttotal-amount\tcurrency\ttransaction-type\torder-id\tamount-type\tamount-description\tamount
900001\t2026-01-01 00:00:00 UTC\t2026-01-14 00:00:00 UTC\t2026-01-16 00:00:00 UTC\t850.00\tUSD\t\t\t\t\t
900001\t\t\t\t\t\tOrder\t111-1\tItemPrice\tPrincipal\t1000.00
900001\t\t\t\t\t\tOrder\t111-1\tItemFees\tCommission\t-150.00
"""


def written(tmp_path: Path, text: str, encoding: str = "utf-8", name: str = "download.csv") -> Path:
    file = tmp_path / name
    file.write_bytes(text.encode(encoding))
    return file


def one_of(statements: list[Statement]) -> Statement:
    (only,) = statements
    return only


def test_every_profile_that_ships_is_tried_here() -> None:
    assert {one.name for one in built_in_profiles()} == {*SAMPLES, "amazon_settlement"}


@pytest.mark.parametrize("house", SAMPLES)
def test_a_houses_file_is_read_as_it_is_downloaded(house: str, tmp_path: Path) -> None:
    encoding, text = SAMPLES[house]
    statement = one_of(read_statements(written(tmp_path, text, encoding)))
    assert statement.format == f"csv:{house}"
    assert [one.amount for one in statement.entries] == [Decimal("1000.00"), Decimal("-200.00")]
    assert statement.currency == {"icbc": "CNY", "ccb": "CNY", "cmb": "CNY", "abc": "CNY", "alipay": "CNY",
                                  "wechat_pay": "CNY"}.get(house, "USD")  # fmt: skip
    if not house.startswith("stripe"):
        assert (statement.opening, statement.closing, statement.adds_up) == (
            Decimal("500.00"),
            Decimal("1300.00"),
            True,
        )
    first = statement.entries[0]
    assert "HY260001" in first.reference or house == "stripe_payout"
    assert first.bank_reference or house == "dbs"
    assert first.value_date in {date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 25)}


@pytest.mark.parametrize(
    ("house", "account"),
    [("boc", "3329010088"), ("icbc", "1202000001"), ("ccb", "3310500001"), ("cmb", "574900001"), ("abc", "392000001"),
     ("dbs", "0039000001"), ("alipay", "20880001"), ("hsbc", "400-123456-838"), ("paypal", "paypal")],
)  # fmt: skip
def test_the_account_is_found_in_the_table_or_above_it(house: str, account: str, tmp_path: Path) -> None:
    encoding, text = SAMPLES[house]
    assert one_of(read_statements(written(tmp_path, text, encoding))).account == account


@pytest.mark.parametrize("house", ["paypal", "stripe_balance", "airwallex", "pingpong"])
def test_what_was_kept_and_what_was_sent_are_told(house: str, tmp_path: Path) -> None:
    encoding, text = SAMPLES[house]
    first = one_of(read_statements(written(tmp_path, text, encoding))).entries[0]
    assert (first.instructed_amount, first.fee_amount) == (Decimal("1040.00"), Decimal("40.00"))


def test_both_sides_of_a_payment_are_told_apart(tmp_path: Path) -> None:
    encoding, text = SAMPLES["boc"]
    received, paid = one_of(read_statements(written(tmp_path, text, encoding))).entries
    assert (received.payer, received.payer_account) == ("MAPLERIDGE LTD", "/US123")
    assert (paid.payer, paid.payer_account) == ("某货代", "622200")
    assert (received.value_date, received.booking_date) == (date(2026, 1, 6), date(2026, 1, 5))


@pytest.mark.parametrize("house", [one for one in SAMPLES if not one.startswith("stripe")])
def test_a_changed_amount_is_refused(house: str, tmp_path: Path) -> None:
    encoding, text = SAMPLES[house]
    changed = text.replace("300.00", "301.00", 1)
    with pytest.raises(StatementDoesNotAddUp) as refused:
        read_statements(written(tmp_path, changed, encoding))
    assert str(refused.value.where).startswith("download.csv:")


def test_a_count_below_the_table_is_held_against_it(tmp_path: Path) -> None:
    encoding, text = SAMPLES["wechat_pay"]
    with pytest.raises(StatementDoesNotAddUp, match="3 entries"):
        read_statements(written(tmp_path, text.replace("`2,`1", "`3,`1"), encoding))


def test_a_settlement_is_one_receipt_with_what_was_kept(tmp_path: Path) -> None:
    entry = one_of(read_statements(written(tmp_path, SETTLEMENT, name="s.txt"))).entries[0]
    assert (entry.amount, entry.instructed_amount, entry.fee_amount) == (
        Decimal("850.00"), Decimal("1000.00"), Decimal("150.00"),
    )  # fmt: skip
    assert (entry.value_date, entry.payer, entry.bank_reference, entry.currency) == (
        date(2026, 1, 16), "Amazon", "900001", "USD",
    )  # fmt: skip


def test_a_settlement_whose_lines_are_not_its_total_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StatementDoesNotAddUp) as refused:
        read_statements(written(tmp_path, SETTLEMENT.replace("-150.00", "-150.01"), name="s.txt"))
    assert refused.value.where == "s.txt:2"


def test_balances_of_several_currencies_are_each_their_own(tmp_path: Path) -> None:
    encoding, text = SAMPLES["paypal"]
    euros = '"01/26/2026","10:11:12","PST","E","Payment","Completed","EUR","5.00","0.00","5.00","","","PP9","","7.00","Credit"\n'
    dollars, others = read_statements(written(tmp_path, text + euros, encoding))
    assert (dollars.currency, dollars.closing) == ("USD", Decimal("1300.00"))
    assert (others.currency, others.opening, others.closing) == ("EUR", Decimal("2.00"), Decimal("7.00"))


def test_the_same_table_as_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["账户", "392000001"])
    sheet.append(["币种", "人民币"])
    sheet.append(["交易时间", "收入金额", "支出金额", "账户余额", "对方账号", "对方户名", "交易用途", "交易流水号"])
    sheet.append([date(2026, 1, 5), 1000.1, None, 1500.1, "6222001", "宁波某公司", "货款 HY260001", "A001"])
    sheet.append([date(2026, 1, 6), None, 200, 1300.1, None, None, "手续费", "A002"])
    book.save(tmp_path / "a.xlsx")
    statement = one_of(read_statements(tmp_path / "a.xlsx"))
    assert (statement.format, statement.account, statement.adds_up) == ("xlsx:abc", "392000001", True)
    assert [(one.value_date, one.amount, one.line) for one in statement.entries] == [
        (date(2026, 1, 5), Decimal("1000.1"), 4), (date(2026, 1, 6), Decimal(-200), 5),
    ]  # fmt: skip


GOOD = (
    '[columns]\nvalue_date=["Tag"]\namount=["Betrag"]\n[read]\nrequired=["value_date","amount"]\ndates=["%d.%m.%Y"]\n'
)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (("[read]", "[reed]"), "[read]"),
        (("amount=[", "amout=["), "amout"),
        (('["Tag"]', '"Tag"'), "columns.value_date"),
        (('dates=["%d.%m.%Y"]', 'dates=["%d.%m.%y"]'), "%d.%m.%y"),
        (('dates=["%d.%m.%Y"]', ""), "read.dates"),
        (('dates=["%d.%m.%Y"]', 'dates=["%d.%m.%Y"]\ndecimal_mark=";"'), "decimal_mark"),
        (('dates=["%d.%m.%Y"]', 'dates=["%d.%m.%Y"]\ncurrency="EURO"'), "EURO"),
        (('dates=["%d.%m.%Y"]', 'dates=["%d.%m.%Y"]\nsettled=["ok"]'), "status"),
        (('dates=["%d.%m.%Y"]', 'dates=["%d.%m.%Y"]\nskip=["ok"]'), "skip"),
        (('"amount"]', '"amount","balance"]'), "balance"),
        (("[columns]", "[columns"), "1"),
    ],
)
def test_a_profile_that_is_wrong_says_what(change: tuple[str, str], word: str) -> None:
    assert profile_from(GOOD, "mine").columns["amount"] == ("Betrag",)
    with pytest.raises(ConfigurationError) as refused:
        profile_from(GOOD.replace(*change), "mine")
    assert word in str(refused.value)


UNKNOWN = """\
Kontoauszug;;;;;;
Konto: DE12 3456;;;;;;
Buchungstag;Valuta;Empfänger/Auftraggeber;Verwendungszweck;Betrag;Währung;Saldo
05.01.2026;06.01.2026;Müller GmbH;RE HY260001;1.234,50;EUR;2.234,50
27.01.2026;28.01.2026;Meier AG;"=cmd|' /C calc'!A0";-34,50;EUR;2.200,00
29.01.2026;29.01.2026;Schulz KG;HY260009;800,00;EUR;3.000,00
"""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_a_profile_is_proposed_and_then_reads_the_file(tmp_path: Path, encoding: str) -> None:
    file, out = written(tmp_path, UNKNOWN, encoding), tmp_path / "hausbank.toml"
    with pytest.raises(StatementUnreadable, match="receipts profile"):
        read_statements(file)
    assert run(["receipts", "profile", str(file), "--out", str(out)]) == 0
    statement = one_of(read_statements(file, load_profiles([out])))
    assert (statement.format, statement.account, statement.adds_up) == ("csv:hausbank", "DE123456", True)
    assert [one.amount for one in statement.entries] == [Decimal("1234.50"), Decimal("-34.50"), Decimal("800.00")]
    assert statement.entries[1].reference == "=cmd|' /C calc'!A0"
    assert statement.entries[0].payer == "Müller GmbH"


def test_a_profile_is_proposed_from_what_columns_hold(tmp_path: Path) -> None:
    """Headings that say nothing: the amount is the column that leads from one balance to the next."""
    rows = [
        (f"2026-01-{day:02}", f"ref {day}", f"{day}.50", f"{sum(range(1, day + 1)) + day * 0.5:.2f}")
        for day in range(1, 9)
    ]
    text = "Aaa,Bbb,Ccc,Ddd\n" + "".join(",".join(row) + "\n" for row in rows)
    from workbench.statements.proposing import propose

    proposal = propose(written(tmp_path, text), "x")
    assert (proposal.profile.columns["amount"], proposal.profile.columns["balance"]) == (("Ccc",), ("Ddd",))


@pytest.mark.parametrize("text", ["", "hello\n", "a,b\n1,2\n", "Name,Town\nA,B\nC,D\n"])
def test_nothing_is_proposed_where_there_is_no_statement(tmp_path: Path, text: str) -> None:
    from workbench.statements.proposing import propose

    with pytest.raises(FileRefused):
        propose(written(tmp_path, text), "x")


def test_a_line_that_ends_early_is_refused(tmp_path: Path) -> None:
    encoding, text = SAMPLES["hsbc"]
    with pytest.raises(StatementTruncated) as refused:
        read_statements(written(tmp_path, text[: text.rindex(",26/01")], encoding))
    assert refused.value.where == "download.csv:3"
