"""Receipts that wait, what is proposed and why, and a person's answer, which can be taken back."""

from __future__ import annotations

import html
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import pandas as pd

from workbench.analysis import Measure
from workbench.errors import ConfigurationError
from workbench.i18n import _
from workbench.panels.controls import Check, Controls
from workbench.panels.decided import Decided
from workbench.panels.desk import Desk
from workbench.panels.work import Work, button, labelled, widgets
from workbench.register import Changeset
from workbench.settlement import answers
from workbench.settlement.queue import Waiting, queue

__all__ = ["MatchPanel", "waiting_receipts"]


def waiting_receipts(desk: Desk) -> Measure:
    """Receipts up to the day that wait: left (in their currency), base (None without a rate), days, state, why."""
    found = _queue(desk)
    columns: dict[str, list[object]] = {
        "receipt": [one.receipt["id"] for one in found],
        "value_date": [one.receipt["value_date"] for one in found],
        "payer": [one.receipt.get("payer") or "" for one in found],
        "currency": [one.receipt["currency"] for one in found],
        "left": [one.left for one in found],
        "base": [one.base for one in found],
        "days": [one.days for one in found],
        "state": [one.state for one in found],
        "why": ["; ".join(_reasons(one)) for one in found],
    }
    return Measure(pd.DataFrame(columns, dtype=object), desk.facts.base, _("value date"), desk.as_of)


def _queue(desk: Desk) -> list[Waiting]:
    with desk.reading() as register:
        return queue(register, desk.book, desk.as_of)


def _reasons(one: Waiting) -> list[str]:
    return list(
        dict.fromkeys(str(reason.get("text", "")) for row in one.decisions for reason in row.get("reasons") or ())
    )


class MatchPanel(Decided):
    """The queue as a list, the chosen receipt with what is proposed, and the answers.

    Attributes:
        widget: to be shown.
        changesets: what was answered here, newest last; undo takes back from its end.
    """

    def __init__(self, desk: Desk) -> None:
        kit = widgets()
        super().__init__(desk)
        self.waiting: list[Waiting] = []
        self.receipts = kit.Select(options=[], rows=10, layout=kit.Layout(width="26em"))
        self.alternative = labelled("Dropdown", _("take"), options=[(_("what is proposed"), 0)])
        self.parts = labelled("Text", _("split"), placeholder="I-000990=100.00, I-000991=50.00")
        self.why = labelled("Text", _("why"))
        self.accept = button(_("Accept"), _("Post what is proposed"), self.accept_it, "primary")
        self.split = button(_("Split"), _("Share it among the instalments named"), self.split_it)
        self.reject = button(_("Reject"), _("Rule the proposal out"), self.reject_it)
        self.no_payment = button(_("No payment"), _("It is no customer's payment"), self.rule_out)
        self.undo = button(_("Undo"), _("Take the last answer back"), self.take_back)
        self._detail = kit.HTML()
        buttons = [self.accept, self.split, self.reject, self.no_payment, self.undo]
        self.work = Work([*buttons, self.receipts])
        self.receipts.observe(self._chosen, names="value")
        self._read()
        fields = [self.alternative, self.parts, self.why]
        right = kit.VBox([self._detail, *fields, kit.HBox(buttons), self.work.view])
        self.widget = kit.HBox([self.receipts, right])

    @property
    def chosen(self) -> Waiting | None:
        """The receipt that is shown."""
        return next((one for one in self.waiting if one.receipt["id"] == self.receipts.value), None)

    def accept_it(self) -> None:
        """Post the proposal, or the alternative that was taken."""
        number, why = self.alternative.value or 0, self.why.value
        self._answer(
            _("accepted"),
            lambda cs, one: answers.accept(cs, self.desk.book, one, self.desk.author, alternative=number, why=why),
        )

    def split_it(self) -> None:
        """Share the receipt among the instalments named; the rest stays open."""
        text, why = self.parts.value, self.why.value

        def answer(cs: Changeset, one: str) -> object:
            chosen = _parts(text)
            return answers.pay(cs, self.desk.book, one, chosen, self.desk.author, keep_rest=False, why=why)

        self._answer(_("split"), answer)

    def reject_it(self) -> None:
        """Rule out the instalments that are proposed."""
        one, why = self.chosen, self.why.value
        ids = [row["instalment_id"] for row in one.decisions if row.get("instalment_id")] if one else []
        if not ids:
            self.work.say(_("Nothing is proposed for it."))
            return
        self._answer(_("rejected"), lambda cs, receipt: answers.reject(cs, receipt, self.desk.author, ids, why))

    def rule_out(self) -> None:
        """Say that it is no customer's payment."""
        why = self.why.value
        self._answer(_("no payment"), lambda cs, receipt: answers.reject(cs, receipt, self.desk.author, (), why))

    def controls(self) -> Controls:
        """The list shows every receipt that waits in the register."""
        return Controls([Check.count(_("receipts that wait"), len(self.waiting), len(_queue(self.desk)))])

    def _answer(self, word: str, answer: Callable[[Changeset, str], object]) -> None:
        one = self.chosen
        if one is None:
            self.work.say(_("No receipt waits for you."))
            return
        receipt = str(one.receipt["id"])
        words = _("receipt {receipt}: {decision}").format(receipt=receipt, decision=word)

        def step(_progress: object) -> int:
            with self.desk.writing() as register:
                with register.changeset(origin="receipts", reason=words, author=self.desk.author) as cs:
                    answer(cs, receipt)
                return cs.number

        self.work.run(step, lambda number: self._stored(number, words))

    def _read(self) -> None:
        place = self.receipts.index or 0
        self.waiting = _queue(self.desk)
        self.receipts.options = [
            (f"{one.receipt['currency']} {one.left:,f}  {one.receipt.get('payer') or ''}", one.receipt["id"])
            for one in self.waiting
        ]
        if self.waiting:
            self.receipts.index = min(place, len(self.waiting) - 1)
        self._chosen()

    def _chosen(self, _change: Any = None) -> None:
        one = self.chosen
        if one is None:
            self._detail.value = html.escape(_("No receipt waits for you."))
            return
        others = [other for row in one.decisions[:1] for other in row.get("alternatives") or ()]
        options = [(_("what is proposed"), 0)]
        options += [(_("alternative {number}").format(number=number), number) for number in range(1, len(others) + 1)]
        self.alternative.options = options
        self._detail.value = self._told(one, others)

    def _told(self, one: Waiting, others: list[Any]) -> str:
        receipt = one.receipt
        facts = [
            (_("receipt"), f"{receipt['id']}, {receipt['value_date']}"),
            (_("payer"), str(receipt.get("payer") or "")),
            (_("text"), str(receipt.get("reference") or "")),
            (_("left"), f"{one.left:,f} {receipt['currency']}"),
            *self._proposed(one),
            *(
                (_("alternative {number}").format(number=number), _in_words(other))
                for number, other in enumerate(others, 1)
            ),
        ]
        rows = "".join(
            f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
            f"<td style='text-align:left;white-space:normal'>{html.escape(text)}</td></tr>"
            for name, text in facts
        )
        why = "".join(f"<li>{html.escape(text)}</li>" for text in _reasons(one))
        return f"<table style='max-width:46em'>{rows}</table><ul>{why}</ul>"

    def _proposed(self, one: Waiting) -> list[tuple[str, str]]:
        ids = [row["instalment_id"] for row in one.decisions if row.get("instalment_id")]
        if not ids:
            return [(_("proposed"), _("nothing"))]
        with self.desk.reading() as register:
            parts = register.rows_by_id("instalments", ids)
            orders = register.rows_by_id("orders", {part["order_id"] for part in parts.values()})
        told = []
        for row in one.decisions:
            part = parts.get(row.get("instalment_id") or "")
            if part is not None:
                order = orders[part["order_id"]]
                due = part["due_date"].isoformat() if part["due_date"] else _("no day")
                amount = (row.get("proposed") or {}).get("amount") or f"{part['amount']}"
                text = f"{part['id']} {order['number']}, {amount} {part['currency']}, {due}"
                told.append((_("proposed"), f"{text} ({row['confidence']})" if row.get("confidence") else text))
        return told


def _in_words(other: Any) -> str:
    return ", ".join(f"{name} {value}" for name, value in other.items()) if isinstance(other, dict) else str(other)


def _parts(text: str) -> list[answers.Chosen]:
    """``I-000990=100.00, I-000991=50.00``."""
    chosen = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _equals, amount = part.partition("=")
        try:
            chosen.append(answers.Chosen(name.strip(), Decimal(amount.strip()) if amount.strip() else None))
        except InvalidOperation as error:
            raise ConfigurationError(
                _("{text} is no amount.").format(text=amount), remedy=_("Write INSTALMENT=AMOUNT, INSTALMENT=AMOUNT.")
            ) from error
    return chosen
