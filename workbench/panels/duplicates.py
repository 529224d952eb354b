"""Pairs of customers side by side: why they may be one, and a person's decision, which can be taken back."""

from __future__ import annotations

import html
from typing import Any, Final

import pandas as pd

from workbench.analysis import Measure
from workbench.duplicates.decisions import Decision, Outcome, decide
from workbench.duplicates.queue import Waiting, bars, queue
from workbench.i18n import _
from workbench.panels.controls import Check, Controls
from workbench.panels.decided import Decided
from workbench.panels.desk import Desk
from workbench.panels.work import Work, button, labelled, widgets

__all__ = ["DuplicatePanel", "bars_of", "waiting_pairs"]

_SHOWN: Final = (
    *("id", "code", "legal_name", "local_name", "country", "address", "tax_id", "email", "phone", "owner"),
    *("default_currency", "payment_terms", "special_requirements", "note"),
)


def waiting_pairs(desk: Desk) -> Measure:
    """Pairs that wait: one, other, names, score and reasons, the best evidence first."""
    with desk.reading() as register:
        found = queue(register)
    columns: dict[str, list[object]] = {
        "one": [one.a["id"] for one in found],
        "name": [one.a["legal_name"] for one in found],
        "other": [one.b["id"] for one in found],
        "other_name": [one.b["legal_name"] for one in found],
        "score": [one.score for one in found],
        "reasons": ["; ".join(reason.text for reason in one.reasons) for one in found],
    }
    return Measure(pd.DataFrame(columns, dtype=object), "", _("probability"), desk.as_of)


def bars_of(desk: Desk) -> Measure:
    """What merging all waiting pairs from each score on would come to."""
    with desk.reading() as register:
        found = bars(register)
    rows = [
        {"bar": one.bar, "merged": one.merged, "review": one.review, "precision": f"{one.precision:.4f}",
         "recall": f"{one.recall:.4f}", "decided": one.known}
        for one in found
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["bar", "merged", "review", "precision", "recall", "decided"])
    return Measure(frame, "", _("probability; decided pairs as decided"), desk.as_of)


class DuplicatePanel(Decided):
    """The queue as a list, the chosen pair side by side, and the decisions.

    Attributes:
        widget: to be shown.
        changesets: what was decided here, newest last; undo takes back from its end.
    """

    def __init__(self, desk: Desk) -> None:
        kit = widgets()
        super().__init__(desk)
        self.waiting: list[Waiting] = []
        self.pairs = kit.Select(options=[], rows=10, layout=kit.Layout(width="26em"))
        self.why = labelled("Text", _("why"))
        self.survivor = labelled("Dropdown", _("stands"), options=[])
        self.merge = button(_("Merge"), _("Both become one customer"), lambda: self.decide("merge"), "primary")
        self.apart = button(_("Keep apart"), _("They are two customers"), lambda: self.decide("apart"))
        self.later = button(_("Later"), _("Put it off"), lambda: self.decide("later"))
        self.undo = button(_("Undo"), _("Take the last decision back"), self.take_back)
        self._detail = kit.HTML()
        buttons = [self.merge, self.apart, self.later, self.undo]
        self.work = Work([*buttons, self.pairs])
        self.pairs.observe(self._chosen, names="value")
        self._read()
        right = kit.VBox([self._detail, self.survivor, self.why, kit.HBox(buttons), self.work.view])
        self.widget = kit.HBox([self.pairs, right])

    @property
    def chosen(self) -> Waiting | None:
        """The pair that is shown."""
        return next((one for one in self.waiting if one.pair == self.pairs.value), None)

    def decide(self, decision: str) -> None:
        """Store a decision on the chosen pair, as a changeset of the register."""
        pair = self.chosen
        if pair is None:
            self.work.say(_("No pair waits for a decision."))
            return
        told = Decision(
            pair.a["id"], pair.b["id"], decision, self.survivor.value or "", why=self.why.value, pair=pair.pair
        )
        words = _("{one} and {other}: {decision}").format(
            one=pair.a["id"], other=pair.b["id"], decision=_word_of(decision)
        )

        def step(_progress: object) -> Outcome:
            with self.desk.writing() as register:
                return decide(register, [told], author=self.desk.author, reason=words)

        self.work.run(step, lambda outcome: self._stored(outcome.changeset, words))

    def controls(self) -> Controls:
        """The list shows every pair that waits in the register."""
        with self.desk.reading() as register:
            held = len(queue(register))
        return Controls([Check.count(_("pairs that wait"), len(self.waiting), held)])

    def _read(self) -> None:
        place = self.pairs.index or 0
        with self.desk.reading() as register:
            self.waiting = queue(register)
        self.pairs.options = [
            (f"{one.score:.2f}  {one.a['legal_name']} / {one.b['legal_name']}", one.pair) for one in self.waiting
        ]
        if self.waiting:
            self.pairs.index = min(place, len(self.waiting) - 1)
        self._chosen()

    def _chosen(self, _change: Any = None) -> None:
        pair = self.chosen
        if pair is None:
            self._detail.value, self.survivor.options = html.escape(_("No pair waits for a decision.")), []
            return
        named = [(f"{row['id']} {row['legal_name']}", row["id"]) for row in (pair.a, pair.b)]
        self.survivor.options = [(_("by the rule: the one with more orders"), ""), *named]
        self._detail.value = _side_by_side(pair)


def _word_of(decision: str) -> str:
    return {"merge": _("merged"), "apart": _("kept apart"), "later": _("put off")}[decision]


def _side_by_side(pair: Waiting) -> str:
    rows = []
    for name in _SHOWN:
        one, other = (str(row.get(name) or "") for row in (pair.a, pair.b))
        if one or other:
            mark = "background:#FFF4D6;" if one and other and one != other and name != "id" else ""
            cells = "".join(f"<td style='{mark}text-align:left'>{html.escape(text)}</td>" for text in (one, other))
            rows.append(f"<tr><th style='text-align:left'>{html.escape(name)}</th>{cells}</tr>")
    why = "".join(f"<li>{html.escape(reason.text)}</li>" for reason in pair.reasons)
    told = html.escape(_("probability {score}").format(score=pair.score))
    return f"<table>{''.join(rows)}</table><p><b>{told}</b></p><ul>{why}</ul>"
