"""``workbench duplicates review | merge | unmerge | apart | …``: what people decide about pairs, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from workbench.cli.options import author_option, open_register, refuse_targets, register_option
from workbench.cli.output import emit, json_option, progress, say, table
from workbench.errors import ConfigurationError
from workbench.i18n import _

if TYPE_CHECKING:
    from workbench.duplicates.decisions import Outcome
    from workbench.duplicates.queue import Bar, Waiting

__all__ = ["COMMANDS"]

SHOWN = 20
_REVIEWED = ("customer_a", "name_a", "customer_b", "name_b", "score", "reasons", "decision", "survivor", "take", "why")


def _out(text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=None, help=text)


_why = click.option("--why", default="", metavar="TEXT", help=_("Why it is decided so; kept for ever."))


@click.command(
    "review",
    short_help=_("List the pairs that wait for a decision."),
    help=_("List the pairs that wait for a decision, best evidence first; --out writes a file to decide in."),
)
@click.option("--limit", type=click.IntRange(1), default=SHOWN, show_default=True, help=_("How many pairs to show."))
@_out(_("Pairs as CSV with an empty column decision; take it in with: duplicates decisions --import FILE"))
@register_option
@json_option
def review(limit: int, out: Path | None, location: str | None) -> None:
    """The queue."""
    from workbench.duplicates.queue import queue

    refuse_targets(out, sources=[location])
    with open_register(location) as register:
        waiting = queue(register)
    if out:
        _write_queue(waiting, out)
    shown = waiting[:limit]

    def render(console: Console) -> None:
        if not waiting:
            say(console, _("No pair waits for a decision."))
            return
        rows = [
            (one.a["id"], one.a["legal_name"], one.b["id"], one.b["legal_name"], one.score,
             "; ".join(reason.text for reason in one.reasons))
            for one in shown
        ]  # fmt: skip
        headings = (_("one"), _("name"), _("other"), _("name"), _("score"), _("reasons"))
        title = _("{count} pairs wait").format(count=len(waiting))
        console.print(table(title, headings, rows, right=(4,), whole=(0, 2, 4)))
        say(console, _("Decide with: workbench duplicates merge|apart|later|sister|parent ID ID"))

    emit({"waiting": len(waiting), "pairs": [_as_dict(one) for one in shown], "out": out}, render)


def _as_dict(one: Waiting) -> dict[str, object]:
    return {
        "pair": one.pair,
        "customer_a": one.a["id"],
        "name_a": one.a["legal_name"],
        "customer_b": one.b["id"],
        "name_b": one.b["legal_name"],
        "score": one.score,
        "later": one.later,
        "reasons": [reason.text for reason in one.reasons],
    }


def _write_queue(waiting: Sequence[Waiting], path: Path) -> None:
    from workbench.guards import CsvWriter

    with path.open("w", encoding="utf-8", newline="") as out:
        writer = CsvWriter(out)
        writer.writerow(_REVIEWED)
        for one in waiting:
            told = "; ".join(reason.text for reason in one.reasons)
            names = (one.a["id"], one.a["legal_name"], one.b["id"], one.b["legal_name"])
            writer.writerow((*names, f"{one.score:f}", told, "", "", "", ""))


@click.command(
    "merge",
    short_help=_("Merge customer B into A, or all sure pairs."),
    help=_(
        "Merge two customers into one. Orders, contacts and everything else follow; the other record stays as a link, and"
        " unmerge brings everything back. With --above, merge the waiting pairs from that score on."
    ),
)
@click.argument("ids", nargs=-1, metavar="[A B]")
@click.option("--survivor", default="", metavar="ID", help=_("The record that stands (else the one with more orders)."))
@click.option("--take", multiple=True, metavar="FIELD=ID", help=_("Take a field from that record, against the rule."))
@click.option(
    "--above", default=None, metavar="SCORE", help=_("Merge all waiting pairs from this score on, e.g. 0.98.")
)
@_why
@register_option
@author_option
@json_option
def merge(
    ids: tuple[str, ...],
    survivor: str,
    take: tuple[str, ...],
    above: str | None,
    why: str,
    location: str | None,
    author: str,
) -> None:
    """Merge one pair, or all that are sure."""
    from workbench.duplicates.decisions import Decision, decide
    from workbench.duplicates.queue import sure

    if (len(ids) != 2) == (above is None):
        raise click.UsageError(_("Name two customers, or give --above SCORE."))
    with open_register(location, actor=author) as register:
        if above is None:
            decisions = [Decision(ids[0], ids[1], "merge", survivor, ", ".join(take), why)]
            reason = _("merge {a} and {b}").format(a=ids[0], b=ids[1])
        else:
            decisions = sure(register, _score(above))
            reason = _("merge {count} pairs from {score} on").format(count=len(decisions), score=above)
        outcome = decide(register, decisions, author=author, reason=reason)
        _emit_outcome(outcome, register.state_hash())


def _score(text: str) -> Decimal:
    try:
        score = Decimal(text)
    except InvalidOperation:
        score = Decimal(-1)
    if not Decimal("0.5") <= score <= 1:
        raise ConfigurationError(
            _("{text} is no score to merge from.").format(text=text),
            where="--above",
            remedy=_("Give a number from 0.5 to 1; see workbench duplicates tune"),
        )
    return score


@click.command(
    "unmerge",
    short_help=_("Take a merge back."),
    help=_("Make a merged customer ID a record of its own again: what followed the merge goes back."),
)
@click.argument("id_", metavar="ID")
@click.option("--apart", is_flag=True, help=_("Decide as well that the two are not one customer."))
@_why
@register_option
@author_option
@json_option
def unmerge(id_: str, apart: bool, why: str, location: str | None, author: str) -> None:  # noqa: FBT001 - click's signature
    """Take back."""
    from workbench.duplicates.decisions import unmerge as take_back

    with open_register(location, actor=author) as register:
        outcome = take_back(register, id_, author=author, reason=why, apart=apart)
        _emit_outcome(outcome, register.state_hash())


def _emit_outcome(outcome: Outcome, state: str) -> None:
    """What was decided; ``state`` is the hash over all rows, so that a merge and its way back can be compared."""
    merged = [
        {"kept": one.kept, "merged": one.merged, "moved": {place: len(ids) for place, ids in one.moved.items()},
         "fields": [{"field": two.field, "value": two.value, "from": two.source, "rule": two.rule} for two in one.choices]}
        for one in outcome.merged
    ]  # fmt: skip
    unmerged = [
        {"kept": one.kept, "merged": one.merged, "moved": {place: len(ids) for place, ids in one.moved.items()},
         "stayed": list(one.stayed)}
        for one in outcome.unmerged
    ]  # fmt: skip

    def render(console: Console) -> None:
        for one in outcome.merged[:SHOWN]:
            moved = sum(map(len, one.moved.values()))
            say(console, _("{merged} is merged into {kept}; {count} rows followed.").format(
                merged=one.merged, kept=one.kept, count=moved))  # fmt: skip
            rows = [(two.field, two.value, two.source, two.rule) for two in one.choices]
            if rows:
                console.print(table("", (_("field"), _("value"), _("from"), _("rule")), rows, whole=(0, 2, 3)))
        for back in outcome.unmerged:
            moved = sum(map(len, back.moved.values()))
            say(console, _("{merged} is a customer of its own again; {count} rows went back.").format(
                merged=back.merged, count=moved))  # fmt: skip
            for place in back.stayed:
                say(console, _("Changed since, and left: {place}").format(place=place))
        say(console, _("{count} decisions in changeset {number}; state of the register {state}.").format(
            count=outcome.decided, number=outcome.changeset or "–", state=state[:16]))  # fmt: skip

    emit(
        {"decided": outcome.decided, "merged": merged, "unmerged": unmerged, "changeset": outcome.changeset,
         "state": state},
        render,
    )  # fmt: skip


def _decision_command(name: str, decision: str, short: str, text: str) -> click.Command:
    @click.command(name, short_help=short, help=text)
    @click.argument("a")
    @click.argument("b")
    @_why
    @register_option
    @author_option
    @json_option
    def command(a: str, b: str, why: str, location: str | None, author: str) -> None:
        from workbench.duplicates.decisions import Decision, decide

        first = (len(a), a) <= (len(b), b)
        told = {"parent": "parent_a" if first else "parent_b"}.get(decision, decision)
        with open_register(location, actor=author) as register:
            reason = _("{decision}: {a} and {b}").format(decision=told, a=a, b=b)
            outcome = decide(register, [Decision(a, b, told, why=why)], author=author, reason=reason)
            _emit_outcome(outcome, register.state_hash())

    return command


@click.command(
    "decisions",
    short_help=_("List, export or import decisions."),
    help=_("List every decision that was taken, newest last; nothing is ever forgotten."),
)
@_out(_("All decisions as CSV."))
@click.option(
    "--import",
    "source",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help=_("Take decisions from CSV."),
)
@register_option
@author_option
@json_option
def decisions(out: Path | None, source: Path | None, location: str | None, author: str) -> None:
    """The history."""
    from workbench.duplicates.decisions import decide
    from workbench.duplicates.history import history, read_decisions, write_decisions

    refuse_targets(out, sources=[location, source])
    with open_register(location, actor=author if source else None) as register:
        if source:
            found = read_decisions(source, register)
            reason = _("decisions from {file}").format(file=source.name)
            outcome = decide(register, found, author=author, reason=reason)
            _emit_outcome(outcome, register.state_hash())
            return
        every = history(register)
        if out:
            write_decisions(register, out)

    def render(console: Console) -> None:
        rows = [(one.changeset, f"{one.at:%Y-%m-%d %H:%M}", one.by, one.a, one.b, one.decision, one.why or one.reason)
                for one in every[-SHOWN:]]  # fmt: skip
        headings = (_("changeset"), _("when"), _("who"), _("one"), _("other"), _("decision"), _("why"))
        console.print(
            table(_("{count} decisions").format(count=len(every)), headings, rows, right=(0,), whole=(3, 4, 5))
        )

    told = [
        {"changeset": one.changeset, "at": one.at, "by": one.by, "pair": one.pair, "customer_a": one.a,
         "customer_b": one.b, "decision": one.decision, "survivor": one.survivor, "take": one.take, "why": one.why,
         "reason": one.reason}
        for one in every
    ]  # fmt: skip
    emit({"decisions": told, "out": out}, render)


@click.command(
    "why",
    short_help=_("Tell how the score of two customers comes about."),
    help=_("Tell field by field what speaks for and against two customers being one."),
)
@click.argument("a")
@click.argument("b")
@register_option
@json_option
def why(a: str, b: str, location: str | None) -> None:
    """The waterfall."""
    from workbench.duplicates.queue import waterfall

    with open_register(location) as register:
        found = waterfall(register, a, b)

    def render(console: Console) -> None:
        total, rows = (
            found.start,
            [("", f"{found.start:+.2f}", f"{found.start:+.2f}", _("before anything is compared"))],
        )
        for field, weight, text in found.steps:
            total += weight
            rows.append((field, f"{weight:+.2f}", f"{total:+.2f}", text))
        headings = (_("field"), _("adds"), _("log-odds"), _("why"))
        title = _("{a} and {b}: score {score}").format(a=a, b=b, score=f"{found.score:.4f}")
        console.print(table(title, headings, rows, right=(1, 2), whole=(0, 1, 2)))

    steps = [{"field": field, "adds": f"{weight:.4f}", "why": text} for field, weight, text in found.steps]
    emit(
        {"a": a, "b": b, "start": f"{found.start:.4f}", "steps": steps, "log_odds": f"{found.log_odds:.4f}",
         "score": f"{found.score:.4f}"},
        render,
    )  # fmt: skip


@click.command(
    "tune",
    short_help=_("Precision, recall and pairs to review at each bar."),
    help=_(
        "What merging from each score on would come to. On the register decided pairs count as decided and others by their"
        " score; on a table IN with --truth COLUMN, which says what each row is a record of, the figures are facts."
    ),
)
@click.argument("source", metavar="[IN]", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--truth", default=None, metavar="COLUMN", help=_("Column of IN with the true customer of each row."))
@click.option(
    "--id", "id_column", default=None, metavar="COLUMN", help=_("Column with the row's id (else row_id or id).")
)
@register_option
@json_option
def tune(source: Path | None, truth: str | None, id_column: str | None, location: str | None) -> None:
    """The bars."""
    from workbench.duplicates.queue import bars

    if (source is None) != (truth is None):
        raise click.UsageError(_("IN and --truth COLUMN belong together."))
    if source is not None and truth is not None:
        found = _bars_of_file(source, truth, id_column)
    else:
        with open_register(location) as register:
            found = bars(register)

    def render(console: Console) -> None:
        rows = [
            (f"{one.bar}", one.merged, f"{one.precision:.3f}", f"{one.recall:.3f}", one.review, one.known)
            for one in found
        ]
        headings = (_("from score"), _("merged"), _("precision"), _("recall"), _("to review"), _("known"))
        console.print(table("", headings, rows, right=(0, 1, 2, 3, 4, 5)))

    told = [
        {"bar": one.bar, "merged": one.merged, "precision": f"{one.precision:.4f}", "recall": f"{one.recall:.4f}",
         "review": one.review, "known": one.known}
        for one in found
    ]  # fmt: skip
    emit({"bars": told}, render)


def _bars_of_file(source: Path, truth: str, id_column: str | None) -> list[Bar]:
    from workbench import duplicates
    from workbench.duplicates.queue import bars_of

    rows = duplicates.read_rows(source)
    if truth not in rows[0]:
        raise ConfigurationError(
            _("The table has no column {column}.").format(column=truth),
            where="--truth",
            remedy=_("It has {columns}.").format(columns=", ".join(map(str, rows[0]))),
        )
    things = [str(row[truth]) for row in rows]
    plain = [{name: value for name, value in row.items() if name != truth} for row in rows]
    with progress() as step:
        pairs = duplicates.scan(plain, id_column=id_column, progress=step)
    ids = duplicates.identified(plain, id_column)
    return bars_of(pairs, dict(zip(ids, things, strict=True)))


@click.command(
    "retrain",
    short_help=_("Learn weights from the firm's own decisions."),
    help=_(
        "Learn weights from the firm's own decisions. They are used only where they judge held-out decisions better, and"
        " never move far from the shipped ones."
    ),
)
@click.option("--forget", is_flag=True, help=_("Go back to the shipped weights."))
@register_option
@author_option
@json_option
def retrain(forget: bool, location: str | None, author: str) -> None:  # noqa: FBT001 - click's signature
    """Own weights."""
    from workbench.duplicates.adjusting import retrain as learn

    with open_register(location, actor=author) as register:
        found = learn(register, author=author, forget=forget)

    def render(console: Console) -> None:
        if forget:
            say(console, _("The shipped weights count again."))
            return
        told = (
            _("The firm's own weights are used from now on.")
            if found.used
            else _("The shipped weights judge no worse; kept.")
        )
        say(console, told)
        say(console, _("Log loss on held-out decisions: {own} with own weights, {shipped} with the shipped ones.").format(
            own=f"{found.loss_own:.4f}", shipped=f"{found.loss_shipped:.4f}"))  # fmt: skip

    emit(
        {"decisions": found.decisions, "merges": found.merges, "loss_shipped": f"{found.loss_shipped:.4f}",
         "loss_own": f"{found.loss_own:.4f}", "used": found.used, "weights": found.adjustment.as_dict(),
         "changeset": found.changeset},
        render,
    )  # fmt: skip


COMMANDS: tuple[click.Command, ...] = (
    review,
    merge,
    unmerge,
    _decision_command("apart", "apart", _("Keep two customers apart."), _("Decide that A and B are two customers.")),
    _decision_command("later", "later", _("Put a pair off."), _("Put the decision on A and B off; they come last.")),
    _decision_command(
        "sister", "sister", _("Two companies of one group."), _("Decide that A and B are companies of one group.")
    ),
    _decision_command(
        "parent", "parent", _("A is B's parent company."), _("Decide that A is the parent company of B; both stay.")
    ),
    why,
    decisions,
    tune,
    retrain,
)
