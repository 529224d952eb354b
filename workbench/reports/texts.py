"""The words of the register's workbook, in Chinese and English.

A workbook has a language of its own: a clerk in Ningbo and an auditor in Hamburg may ask for the same register on the
same machine. So its words do not come from the process's catalogue (``workbench.i18n``) but from the pairs below.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from workbench.errors import ConfigurationError
from workbench.i18n import _

__all__ = ["Language", "Pair", "Texts"]

Language = Literal["zh", "en"]


class Pair(NamedTuple):
    """One text in both languages."""

    zh: str
    en: str


SHEETS: Mapping[str, Pair] = {
    "today": Pair("今日", "Today"),
    "customers": Pair("客户", "Customers"),
    "contacts": Pair("联系人", "Contacts"),
    "orders": Pair("订单", "Orders"),
    "instalments": Pair("分期", "Instalments"),
    "receipts": Pair("收款", "Receipts"),
    "matches": Pair("匹配", "Matches"),
    "unmatched": Pair("未匹配", "Unmatched"),
    "settlements": Pair("核销", "Settlements"),
    "month_end": Pair("月末", "Month end"),
    "duplicates": Pair("重复客户", "Duplicates"),
    "questions": Pair("待确认", "Questions"),
    "exposure": Pair("外汇敞口", "Exposure"),
    "followups": Pair("跟进", "Follow-ups"),
    "chase": Pair("催收", "To chase"),
    "rates": Pair("汇率", "Rates"),
    "settings": Pair("设置", "Settings"),
    "help": Pair("帮助", "Help"),
}
"""Every sheet, in the order of the workbook."""

ABOUT: Mapping[str, Pair] = {
    "customers": Pair(
        "每个客户一行；未收与逾期按原币列示。", "One row a customer; open and overdue in the documents' own currencies."
    ),
    "contacts": Pair(
        "客户方的联系人，每人一行；客户名称从列表中选择。",
        "One row a person at a customer; choose the customer from the list.",
    ),
    "orders": Pair(
        "每个订单一行；本位币金额旁列出所用汇率、日期、来源与依据。",
        "One row an order; each base amount has its rate, date, source and evidence beside it.",
    ),
    "instalments": Pair(
        "定金、尾款等应收款；逾期在最前。未收金额按原币计算，结清以原币为准。",
        "Deposits, balances and other amounts due; overdue first. Open and paid are judged in document currency.",
    ),
    "receipts": Pair(
        "银行流水，最新在前；待匹配的款项标为橙色。",
        "The bank's entries, newest first; money not yet matched is amber.",
    ),
    "matches": Pair(
        "每笔收款对应哪个订单、为什么。待复核的在最前：在“回答”列选择后推送，一次变更全部入账。",
        "Which receipt pays which order, and why. What waits comes first: choose in the column Answer and push.",
    ),
    "unmatched": Pair(
        "还有余额未处理的收款，金额大、等待久的在最前，并说明原因。",
        "Receipts of which something waits, most money and longest waiting first, and why.",
    ),
    "month_end": Pair(
        "已结账月末的重估：未收原币按期末汇率折算，次日冲回；不可退的预收款不重估。",
        "Closed month ends: open amounts at the closing rate, taken back the next day; advances are not revalued.",
    ),
    "settlements": Pair(
        "已核销的款项：账面汇率、结算汇率与已实现汇兑损益。",
        "What was settled: carrying rate, settlement rate and realised FX gain or loss.",
    ),
    "duplicates": Pair(
        "可能是同一客户的两条记录并排列出，请在“决定”列选择。",
        "Two records that may be one customer, side by side; choose in the column Decision.",
    ),
    "questions": Pair(
        "所有读不懂或有歧义的内容都在这里，不作猜测。",
        "Everything that was not understood is listed here; nothing is guessed.",
    ),
    "exposure": Pair(
        "各币种未收金额按到期月份列示，由“分期”表的公式汇总；下表按当日汇率折合本位币。",
        "What is open by currency and due month, added up by formulas over Instalments; below, its value at the day's rates.",
    ),
    "followups": Pair(
        "待办事项：谁、何时、做什么。登记册建议催收的款项见“催收”。",
        "What is to be done, by whom and when. What the register suggests to chase is on the sheet To chase.",
    ),
    "chase": Pair(
        "登记册建议催收的逾期分期，金额最大的在前，附负责人与联系方式；最多 500 笔。",
        "Overdue instalments that the register suggests to chase, largest first, with owner and contact; 500 at most.",
    ),
    "rates": Pair(
        "上表：各币种最新汇率；下表：登记册中各金额实际使用的汇率。",
        "Above: the latest rate per currency. Below: the rates that the register's figures stand on.",
    ),
    "settings": Pair(
        "本位币、政策，以及下拉列表所用的币种与状态。", "Base currency, policies, and the lists behind the drop-downs."
    ),
    "help": Pair("如何填写、颜色的含义、快捷键、如何同步。", "How to type, what colours mean, keys, and how to sync."),
}

HEADINGS: Mapping[str, Pair] = {
    "id": Pair("编号", "Id"),
    "version": Pair("版本", "Version"),
    "check": Pair("校验", "Check"),
    "marks": Pair("标记", "Marks"),
    "name": Pair("姓名", "Name"),
    "role": Pair("职务", "Role"),
    "summary": Pair("事项", "What"),
    "to_customer": Pair("→客户", "→ Cust."),
    "to_order": Pair("→订单", "→ Order"),
    "to_receipt": Pair("→收款", "→ Rcpt."),
    "to_instalment": Pair("→分期", "→ Inst."),
    "to_merged": Pair("→并入", "→ Into"),
    "to_a": Pair("→A", "→ A"),
    "to_b": Pair("→B", "→ B"),
    "customer_a": Pair("客户编号 A", "Customer id A"),
    "customer_b": Pair("客户编号 B", "Customer id B"),
    "first_receipt": Pair("首笔收款编号", "First receipt id"),
    "first_order": Pair("首个订单编号", "First order id"),
    "reasons": Pair("理由", "Reasons"),
    "sync": Pair("同步", "Sync"),
    "code": Pair("客户代码", "Customer code"),
    "legal_name": Pair("客户名称", "Legal name"),
    "local_name": Pair("本地名称", "Local name"),
    "country": Pair("国家", "Country"),
    "country_name": Pair("国家名称", "Country's name"),
    "default_currency": Pair("默认币种", "Default currency"),
    "allowed_currencies": Pair("可用币种", "Allowed currencies"),
    "payment_terms": Pair("付款条件", "Payment terms"),
    "tax_id": Pair("税号", "Tax id"),
    "email": Pair("邮箱", "Email"),
    "phone": Pair("电话", "Phone"),
    "address": Pair("地址", "Address"),
    "tags": Pair("标签", "Tags"),
    "tier": Pair("等级", "Tier"),
    "owner": Pair("负责人", "Owner"),
    "language": Pair("语言", "Language"),
    "time_zone": Pair("时区", "Time zone"),
    "source_channel": Pair("来源渠道", "Source channel"),
    "special_requirements": Pair("特殊要求", "Special requirements"),
    "screening_state": Pair("合规筛查", "Screening"),
    "merged_into": Pair("已并入", "Merged into"),
    "note": Pair("备注", "Note"),
    "order_count": Pair("订单数", "Orders"),
    "open_text": Pair("未收金额", "Open"),
    "overdue_text": Pair("逾期金额", "Overdue"),
    "source_place": Pair("数据来源", "Adopted from"),
    "number": Pair("订单号", "Order no."),
    "customer_name": Pair("客户", "Customer"),
    "customer_id": Pair("客户编号", "Customer id"),
    "customer_po": Pair("客户订单号", "Customer's PO"),
    "order_date": Pair("订单日期", "Order date"),
    "currency": Pair("币种", "Currency"),
    "amount": Pair("金额", "Amount"),
    "incoterm": Pair("贸易术语", "Incoterm"),
    "incoterm_place": Pair("术语地点", "Incoterm place"),
    "deposit_percent": Pair("定金 %", "Deposit %"),
    "due_date": Pair("到期日", "Due date"),
    "status": Pair("状态", "Status"),
    "salesperson": Pair("业务员", "Salesperson"),
    "base_currency": Pair("本位币", "Base currency"),
    "base_amount": Pair("本位币金额", "Base amount"),
    "rate_value": Pair("汇率", "Rate"),
    "rate_date": Pair("汇率日期", "Rate date"),
    "rate_source": Pair("汇率来源", "Rate source"),
    "rate_kind": Pair("汇率类型", "Rate kind"),
    "rate_policy": Pair("取价政策", "Rate policy"),
    "legs_text": Pair("折算依据", "Crossed from"),
    "receipts_text": Pair("收款", "Receipts"),
    "orders_text": Pair("对应订单", "Pays orders"),
    "order_id": Pair("订单编号", "Order id"),
    "order_number": Pair("订单号", "Order no."),
    "sequence": Pair("期次", "No."),
    "kind": Pair("类型", "Kind"),
    "basis": Pair("到期依据", "Due on"),
    "refundable": Pair("可退", "Refundable"),
    "days_overdue": Pair("逾期天数", "Days overdue"),
    "state": Pair("状态", "Status"),
    "settled_amount": Pair("已收", "Settled"),
    "open_amount": Pair("未收", "Open"),
    "open_base": Pair("未收本位币", "Open in base"),
    "account": Pair("银行账户", "Account"),
    "value_date": Pair("起息日", "Value date"),
    "booking_date": Pair("记账日", "Booking date"),
    "instructed_currency": Pair("指示币种", "Instructed currency"),
    "instructed_amount": Pair("指示金额", "Instructed amount"),
    "fee_currency": Pair("费用币种", "Fee currency"),
    "fee_amount": Pair("银行费用", "Bank fee"),
    "payer": Pair("付款人", "Payer"),
    "payer_account": Pair("付款账户", "Payer account"),
    "reference": Pair("附言", "Reference"),
    "bank_reference": Pair("银行参考号", "Bank reference"),
    "fingerprint": Pair("指纹", "Fingerprint"),
    "matched_amount": Pair("已匹配", "Matched"),
    "unmatched_amount": Pair("未匹配", "Unmatched"),
    "receipt_id": Pair("收款编号", "Receipt"),
    "instalment_id": Pair("分期编号", "Instalment"),
    "decision": Pair("决定", "Decision"),
    "survivor": Pair("保留", "Survivor"),
    "take": Pair("字段取自", "Take fields"),
    "why": Pair("决定理由", "Why so"),
    "would_keep": Pair("合并后保留", "A merge would keep"),
    "answer": Pair("回答", "Answer"),
    "days_waiting": Pair("等待天数", "Days waiting"),
    "unmatched_base": Pair("未匹配本位币", "Unmatched in base"),
    "month_end": Pair("月末", "Month end"),
    "closing_rate": Pair("期末汇率", "Closing rate"),
    "closing_rate_date": Pair("期末汇率日期", "Closing rate date"),
    "unrealised_fx": Pair("未实现汇兑损益", "Unrealised FX"),
    "reversal_date": Pair("冲回日", "Taken back on"),
    "confidence": Pair("置信度", "Confidence"),
    "reasons_text": Pair("理由", "Reasons"),
    "alternatives_text": Pair("其他可能", "Alternatives"),
    "decided_by": Pair("决定人", "Decided by"),
    "allocation_date": Pair("核销日", "Settled on"),
    "receipt_currency": Pair("收款币种", "Receipt currency"),
    "receipt_amount": Pair("收款金额", "From receipt"),
    "document_currency": Pair("单据币种", "Document currency"),
    "document_amount": Pair("核销金额", "Settled amount"),
    "carrying_rate": Pair("账面汇率", "Carrying rate"),
    "carrying_rate_date": Pair("账面汇率日期", "Carrying rate date"),
    "carrying_amount": Pair("账面金额", "Carrying amount"),
    "settlement_rate": Pair("结算汇率", "Settlement rate"),
    "settlement_rate_date": Pair("结算汇率日期", "Settlement rate date"),
    "settlement_amount": Pair("收款本位币", "Cash in base"),
    "realised_fx": Pair("已实现汇兑损益", "Realised FX"),
    "score": Pair("相似度", "Score"),
    "a_name": Pair("客户 A", "Customer A"),
    "b_name": Pair("客户 B", "Customer B"),
    "a_country": Pair("国家 A", "Country A"),
    "b_country": Pair("国家 B", "Country B"),
    "a_email": Pair("邮箱 A", "Email A"),
    "b_email": Pair("邮箱 B", "Email B"),
    "a_phone": Pair("电话 A", "Phone A"),
    "b_phone": Pair("电话 B", "Phone B"),
    "a_tax": Pair("税号 A", "Tax id A"),
    "b_tax": Pair("税号 B", "Tax id B"),
    "a_orders": Pair("订单数 A", "Orders A"),
    "b_orders": Pair("订单数 B", "Orders B"),
    "severity": Pair("级别", "Severity"),
    "place": Pair("位置", "Place"),
    "value": Pair("内容", "Value"),
    "what": Pair("问题", "What"),
    "candidates_text": Pair("可选", "Candidates"),
    "remedy": Pair("如何处理", "What to do"),
    "finding_code": Pair("代码", "Code"),
    "pair": Pair("币对", "Pair"),
    "age_days": Pair("距今天数", "Age in days"),
    "problem": Pair("问题", "Problem"),
    "uses": Pair("使用次数", "Figures"),
    "first_use": Pair("示例", "For instance"),
    "setting": Pair("项目", "Setting"),
    "setting_value": Pair("值", "Is"),
    "currency_code": Pair("币种代码", "Currency code"),
    "currency_zh": Pair("中文名", "Name in Chinese"),
    "currency_en": Pair("英文名", "Name in English"),
    "minor_units": Pair("小数位", "Minor units"),
}

LABELS: Mapping[str, Pair] = {
    "unchecked": Pair("未筛查", "Unchecked"),
    "clear": Pair("通过", "Clear"),
    "review": Pair("待复核", "Review"),
    "blocked": Pair("禁止", "Blocked"),
    "open": Pair("未收", "Open"),
    "shipped": Pair("已发货", "Shipped"),
    "part_paid": Pair("部分收款", "Part paid"),
    "paid": Pair("已结清", "Paid"),
    "cancelled": Pair("已取消", "Cancelled"),
    "deposit": Pair("定金", "Deposit"),
    "balance": Pair("尾款", "Balance"),
    "full": Pair("全款", "Full"),
    "letter_of_credit": Pair("信用证", "Letter of credit"),
    "credit_note": Pair("贷项", "Credit note"),
    "customer": Pair("客户货款", "Customer"),
    "fee": Pair("手续费", "Fee"),
    "interest": Pair("利息", "Interest"),
    "transfer": Pair("内部划转", "Transfer"),
    "refund": Pair("退款", "Refund"),
    "other": Pair("其他", "Other"),
    "unknown": Pair("未知", "Unknown"),
    "merge": Pair("合并", "Merge"),
    "apart": Pair("不是同一家", "Apart"),
    "later": Pair("稍后", "Later"),
    "sister": Pair("同集团姊妹公司", "Sister companies"),
    "parent_a": Pair("A 是 B 的母公司", "A is parent of B"),
    "parent_b": Pair("B 是 A 的母公司", "B is parent of A"),
    "duplicate_pairs.survivor.a": Pair("A", "A"),
    "duplicate_pairs.survivor.b": Pair("B", "B"),
    "posted": Pair("已入账", "Posted"),
    "rejected": Pair("已否决", "Rejected"),
    "no_match": Pair("无对应", "No match"),
    "overdue": Pair("逾期", "Overdue"),
    "part": Pair("部分收款", "Part paid"),
    "matched": Pair("已匹配", "Matched"),
    "part_matched": Pair("部分匹配", "Part matched"),
    "unmatched": Pair("未匹配", "Unmatched"),
    "not_applicable": Pair("无需匹配", "Not applicable"),
    "ask": Pair("请选择", "Ask"),
    "report": Pair("已告知", "Reported"),
    "refuse": Pair("未导入", "Refused"),
    "answered": Pair("已回答", "Answered"),
    "dismissed": Pair("已忽略", "Dismissed"),
    "done": Pair("已完成", "Done"),
    "dropped": Pair("已放弃", "Dropped"),
    "tasks.state.open": Pair("待办", "To do"),
    "orders.status.open": Pair("进行中", "Open"),
    "open_findings.state.open": Pair("待处理", "Open"),
    "rate_source.ecb": Pair("欧洲央行", "ECB"),
    "rate_source.cfets": Pair("外汇交易中心", "CFETS"),
    "rate_source.boc": Pair("中国银行", "Bank of China"),
    "rate_source.hmrc": Pair("英国税务海关总署", "HMRC"),
    "rate_source.treasury": Pair("美国财政部", "US Treasury"),
    "rate_kind.mid": Pair("中间价", "mid"),
    "rate_kind.parity": Pair("法定比价", "parity"),
    "rate_kind.reference": Pair("参考价", "reference"),
    "rate_kind.monthly": Pair("月度", "monthly"),
    "rate_kind.quarterly": Pair("季度", "quarterly"),
    "rate_kind.bank_buy": Pair("银行买入价", "bank buys"),
    "rate_kind.bank_sell": Pair("银行卖出价", "bank sells"),
    "rate_kind.vat": Pair("税务", "VAT"),
    "rate_kind.customs": Pair("海关", "customs"),
    "rate_kind.month_end": Pair("月末", "month end"),
    "rate_kind.contract": Pair("合同汇率", "contract"),
    "rate_kind.lock": Pair("锁定汇率", "lock"),
    "rate_kind.manual": Pair("手工", "manual"),
    "rate_policy.on_or_before": Pair("当日或此前最近", "on or before"),
    "rate_policy.strictly_before": Pair("当日之前最近", "before the day"),
    "rate_policy.exact": Pair("当日", "that very day"),
    "rate_policy.period": Pair("有效期内", "valid on the day"),
    "rate_policy.month_first": Pair("当月一日有效", "first of the month"),
    "rate_policy.month_first_next": Pair("当月首次公布", "first in the month"),
    "rate_policy.month_end": Pair("上月末", "last month end"),
    "rate_policy.month_average": Pair("上月平均", "last month's average"),
    "rate_policy.customs_cn": Pair("海关计征", "customs (China)"),
    "rate_problem.rate.missing": Pair("没有汇率", "no rate"),
    "rate_problem.rate.stale": Pair("汇率已过期", "stale"),
    "rate_problem.rate.retired": Pair("币种已停用", "retired currency"),
    "rate_problem.rate.before-first": Pair("早于最早汇率", "before the first rate"),
    "rate_problem.rate.suspect": Pair("汇率存疑", "suspect"),
    "true": Pair("是", "Yes"),
    "false": Pair("否", "No"),
}

SENTENCES: Mapping[str, Pair] = {
    "title": Pair("外贸登记册", "Trade register"),
    "as-of": Pair("截至 {date}", "As of {date}"),
    "base": Pair("本位币 {currency}", "Base currency {currency}"),
    "rates-line": Pair(
        "汇率：{sources}；取价政策 {policy}；最新公布日 {date}",
        "Rates: {sources}; policy {policy}; newest published {date}",
    ),
    "rates-none": Pair("尚未用到汇率", "No rate was needed yet"),
    "rates-own": Pair("全部为本位币，无需汇率", "All in base currency; no rate is needed"),
    "state-line": Pair("登记册状态：第 {number} 次变更 {hash}", "Register at changeset {number} {hash}"),
    "back": Pair("← 今日", "← Today"),
    "total": Pair("合计 {currency}（随筛选）", "Total {currency} (filtered)"),
    "legend": Pair(
        "深色标题可填写；浅色标题为计算结果，不回写。",
        "Dark headings can be edited; light headings are computed and never pushed.",
    ),
    "attention": Pair("需要处理", "Needs attention"),
    "item": Pair("事项", "What"),
    "count": Pair("笔数", "Count"),
    "amounts": Pair("原币金额", "In document currency"),
    "in-base": Pair("折合 {currency}", "In {currency}"),
    "go": Pair("查看 →", "Open →"),
    "nothing": Pair("无", "none"),
    "card-open": Pair("应收未收", "Open receivables"),
    "card-overdue": Pair("已逾期", "Overdue"),
    "card-due": Pair("7 天内到期", "Due within 7 days"),
    "card-unmatched": Pair("待匹配收款", "Receipts to match"),
    "card-decide": Pair("待您决定", "Waiting for you"),
    "card-instalments": Pair("{count} 笔分期", "{count} instalments"),
    "card-receipts": Pair("{count} 笔收款", "{count} receipts"),
    "card-decide-sub": Pair(
        "重复 {duplicates} · 匹配 {matches} · 问题 {questions}",
        "{duplicates} duplicates · {matches} matches · {questions} questions",
    ),
    "card-label": Pair("{label}（{currency}）", "{label} ({currency})"),
    "without": Pair("不含 {currencies}", "without {currencies}"),
    "no-rate": Pair("无可用汇率", "no usable rate"),
    "update-rates": Pair("请更新汇率：workbench rates update", "Update the rates: workbench rates update"),
    "need-overdue": Pair("逾期未收的分期", "Instalments overdue"),
    "need-due-7": Pair("7 天内到期", "Due within 7 days"),
    "need-due-30": Pair("8 至 30 天内到期", "Due in 8 to 30 days"),
    "need-no-date": Pair("没有到期日的未收分期", "Open instalments without a due date"),
    "need-unmatched": Pair("未匹配的收款", "Receipts not matched"),
    "need-review": Pair("待确认的匹配", "Matches to confirm"),
    "need-duplicates": Pair("疑似重复的客户", "Customers that may be duplicates"),
    "need-questions": Pair("导入时未读懂的内容", "Open questions from adoption"),
    "need-followups": Pair("到期的跟进事项", "Follow-ups due"),
    "need-rates": Pair("缺失或过期的汇率", "Rates missing or stale"),
    "need-evidence": Pair("没有汇率依据的订单", "Orders without rate evidence"),
    "largest": Pair("逾期金额最大的 {count} 笔", "The {count} largest overdue"),
    "by-currency": Pair("各币种应收未收", "Open receivables by currency"),
    "ageing": Pair("账龄", "Ageing"),
    "ageing-of": Pair("账龄（{currency}）", "Ageing ({currency})"),
    "by-currency-in": Pair("各币种应收未收（{currency}）", "Open receivables by currency ({currency})"),
    "age-none": Pair("未到期", "Not due"),
    "age-30": Pair("1–30 天", "1–30 days"),
    "age-60": Pair("31–60 天", "31–60 days"),
    "age-90": Pair("61–90 天", "61–90 days"),
    "age-more": Pair("90 天以上", "Over 90 days"),
    "age-undated": Pair("无到期日", "No due date"),
    "bucket": Pair("区间", "Bucket"),
    "sum": Pair("合计", "Total"),
    "empty": Pair(
        "登记册还是空的。请先导入现有表格：workbench adopt 文件.xlsx --apply",
        "The register is still empty. Adopt the sheets you have: workbench adopt FILE.xlsx --apply",
    ),
    "latest": Pair("各币种最新汇率（截至 {date}）", "Latest rate per currency (as of {date})"),
    "used": Pair("登记册所用汇率", "Rates the register's figures stand on"),
    "cut": Pair(
        "……【已截断：原文共 {length} 字，全文见登记册】",
        " … [cut: {length} characters in all; the register has the full text]",
    ),
    "check-currency": Pair("请从列表中选择 ISO 币种代码。", "Choose an ISO currency code from the list."),
    "check-amount": Pair(
        "请填写数字，小数位不得超过该币种允许的位数（日元、韩元为整数）。",
        "A number with no more decimals than the currency has (JPY and KRW: whole numbers).",
    ),
    "check-date": Pair("请填写日期，例如 2026-03-31。", "A date, such as 2026-03-31."),
    "check-choice": Pair("请从列表中选择。", "Choose from the list."),
    "check-name": Pair(
        "列表中没有这个名称。请核对；若是新的，请先在相应工作表中新增一行。",
        "That name is not in the list. Check it; if it is new, add its row on its own sheet as well.",
    ),
    "check-country": Pair("请填写两位国家代码，例如 DE。", "A two-letter country code, such as DE."),
    "check-title": Pair("请核对", "Please check"),
    "note-rate": Pair("汇率 {value}（1 {quote} 折 {base}）", "Rate {value} ({base} per 1 {quote})"),
    "note-date": Pair(
        "公布日 {date} · {source} · {kind} · {policy}", "Published {date} · {source} · {kind} · {policy}"
    ),
    "note-leg": Pair("经 1 {base} = {value} {quote}（{date}）", "Via 1 {base} = {value} {quote} ({date})"),
    "exposure-document": Pair("未收金额（原币，按到期月份）", "Open by due month, in document currency"),
    "exposure-base": Pair("折合 {currency}（按当日汇率）", "In {currency} at the day's rates"),
    "exposure-from": Pair("起始日", "From"),
    "exposure-overdue": Pair("已逾期", "Overdue"),
    "exposure-later": Pair("更晚", "Later"),
    "exposure-undated": Pair("无到期日", "No date"),
    "exposure-percent": Pair("汇率变动 1%", "1 % moves"),
    "exposure-chart": Pair("未收金额按到期月份（{currency}）", "Open receivables by due month ({currency})"),
    "page": Pair("第 &P 页，共 &N 页", "Page &P of &N"),
    "setting-base": Pair("本位币", "Base currency"),
    "setting-language": Pair("工作簿语言", "Language of this workbook"),
    "language-name": Pair("中文", "English"),
    "setting-as-of": Pair("截至日期", "As of"),
    "setting-policy": Pair("取价政策", "Rate policy"),
    "setting-sources": Pair("汇率来源", "Rate sources"),
    "setting-changeset": Pair("登记册变更号", "Register changeset"),
    "setting-hash": Pair("变更链哈希", "Hash of the change chain"),
    "own-field": Pair("自定义", "Own field"),
    "kinds-more": Pair("等 {count} 项", "and {count} more"),
}


class Texts:
    """The workbook's words in one language, with the other language at hand for the small second headings."""

    def __init__(self, language: str) -> None:
        if language not in ("zh", "en"):
            raise ConfigurationError(
                _("no workbook language {language}").format(language=language),
                remedy=_("Use zh or en; either workbook shows the other language's headings in small."),
            )
        self.language: Language = "zh" if language == "zh" else "en"

    @property
    def other(self) -> Texts:
        """The same words in the other language."""
        return Texts("en" if self.language == "zh" else "zh")

    def sheet(self, key: str) -> str:
        """Name of a sheet."""
        return self.pick(SHEETS[key])

    def about(self, key: str) -> str:
        """What a sheet shows, in a sentence."""
        return self.pick(ABOUT[key])

    def heading(self, key: str) -> str:
        """Heading of a column."""
        return self.pick(HEADINGS[key])

    def label(self, code: str, field: str = "") -> str:
        """What people read for a stored code (``part_paid`` → 部分收款); the code itself where no label is kept.

        ``field`` is ``table.field`` where one code reads differently in different places.
        """
        pair = LABELS.get(f"{field}.{code}") or LABELS.get(code)
        return self.pick(pair) if pair else code

    def say(self, key: str, **values: object) -> str:
        """A sentence with its named places filled."""
        return self.pick(SENTENCES[key]).format(**values)

    def join(self, parts: list[str]) -> str:
        """Reasons and the like as one text."""
        return ("；" if self.language == "zh" else "; ").join(parts)

    def pick(self, pair: Pair) -> str:
        """The text of a pair in this language."""
        return pair.zh if self.language == "zh" else pair.en
