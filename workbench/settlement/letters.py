"""The words of reminders, in the languages that customers are written to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["LETTERS", "Letter"]


@dataclass(frozen=True, slots=True)
class Letter:
    """Sentences with named places: orders; customer; day; order, po, due, days, amount; amount."""

    subject: str
    greeting: str
    opening: str
    line: str
    total: str
    closing: str
    regards: str


LETTERS: Mapping[str, Letter] = {
    "en": Letter(
        "Payment reminder: {orders}",
        "Dear {customer},",
        "by our books of {day} the following amounts are overdue:",
        "- order {order}{po}: due {due}, {days} days overdue, {amount}",
        "Total overdue: {amount}",
        "Please pay them soon, or tell us when we may expect the payment. If you have paid meanwhile, please send us the "
        "bank's confirmation and disregard this message.",
        "Kind regards",
    ),
    "zh": Letter(
        "付款提醒：{orders}",
        "{customer}：",
        "您好！截至 {day}，我司账面显示以下款项已逾期：",
        "- 订单 {order}{po}：到期日 {due}，逾期 {days} 天，{amount}",
        "逾期合计：{amount}",
        "请尽快安排付款，或告知预计付款日期。如已付款，请将银行水单发给我们，并忽略本提醒。",
        "此致",
    ),
    "de": Letter(
        "Zahlungserinnerung: {orders}",
        "Guten Tag {customer},",
        "nach unseren Büchern vom {day} sind folgende Beträge überfällig:",
        "- Auftrag {order}{po}: fällig am {due}, {days} Tage überfällig, {amount}",
        "Überfällig insgesamt: {amount}",
        "Bitte begleichen Sie diese Beträge bald oder teilen Sie uns mit, wann wir mit der Zahlung rechnen dürfen. Sollten "
        "Sie inzwischen gezahlt haben, senden Sie uns bitte den Bankbeleg; diese Nachricht ist dann gegenstandslos.",
        "Mit freundlichen Grüßen",
    ),
    "fr": Letter(
        "Rappel de paiement : {orders}",
        "Bonjour {customer},",
        "selon nos livres au {day}, les montants suivants sont échus :",
        "- commande {order}{po} : échéance {due}, {days} jours de retard, {amount}",
        "Total échu : {amount}",
        "Merci de procéder au règlement ou de nous indiquer la date de paiement prévue. Si vous avez payé entre-temps, "
        "merci de nous envoyer l'avis bancaire et de ne pas tenir compte de ce message.",
        "Cordialement",
    ),
    "es": Letter(
        "Recordatorio de pago: {orders}",
        "Estimados señores de {customer}:",
        "según nuestros libros a {day}, los siguientes importes están vencidos:",
        "- pedido {order}{po}: vencimiento {due}, {days} días de retraso, {amount}",
        "Total vencido: {amount}",
        "Les rogamos que efectúen el pago o nos indiquen cuándo podemos esperarlo. Si ya han pagado, envíennos por favor "
        "el comprobante del banco y no tengan en cuenta este mensaje.",
        "Atentamente",
    ),
    "ja": Letter(
        "お支払いのご確認：{orders}",
        "{customer} 御中",
        "平素よりお世話になっております。{day} 現在、下記のお支払いが期日を過ぎております。",
        "- ご注文 {order}{po}：期日 {due}、{days} 日経過、{amount}",
        "期日超過合計：{amount}",
        "お手数ですが、お支払いいただくか、お支払い予定日をお知らせください。行き違いですでにお支払い済みの場合は、"
        "銀行の控えをお送りいただき、本メールはご放念ください。",
        "よろしくお願いいたします。",
    ),
}
