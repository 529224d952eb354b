"""Old workbooks: what was read, what is asked, answers beside the questions, and the import, which can be taken back."""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from workbench.adoption import Answers, Plan, plan
from workbench.analysis import Measure
from workbench.errors import FileRefused
from workbench.i18n import _
from workbench.panels.controls import Controls
from workbench.panels.desk import Desk
from workbench.panels.work import Progress, Work, button, widgets

__all__ = ["AdoptionPanel"]

_ASKED: Final = 30
_READABLE: Final = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".csv"})
_DECISIONS: Final = ("imported", "held", "refused", "known")


class AdoptionPanel:
    """The plan of some workbooks against the register, with a field for each answer.

    Args:
        desk: the register to import into.
        files: a workbook or a folder of them; empty is the sample firm's.

    Attributes:
        plan: what would become of every row.
        widget: to be shown.
    """

    def __init__(self, desk: Desk, files: str = "") -> None:
        kit = widgets()
        self.desk, self.paths, self.changesets = desk, _workbooks(files), list[int]()
        self._answers = kit.VBox()
        self._told = kit.HTML()
        self.again = button(_("Plan again"), _("With the answers given"), self.plan_again)
        self.apply = button(_("Import"), _("Everything that is settled, in one changeset"), self.import_it, "primary")
        self.undo = button(_("Undo"), _("Take the import back"), self.take_back)
        buttons = [self.again, self.apply, self.undo]
        self.work = Work(buttons)
        self.fields: dict[tuple[str, str], Any] = {}
        self.plan = self._planned(None)
        self._show()
        self.widget = kit.VBox([self._told, self._answers, kit.HBox(buttons), self.work.view])

    @property
    def records(self) -> Measure:
        """Records by kind, and what becomes of them."""
        counts = self.plan.counts()
        rows = [{"kind": kind} | {name: found.get(name, 0) for name in _DECISIONS} for kind, found in counts.items()]
        frame = pd.DataFrame(rows, columns=["kind", *_DECISIONS])
        return Measure(frame, "", ", ".join(path.name for path in self.paths), self.desk.as_of)

    @property
    def questions(self) -> Measure:
        """What is asked: where, what stands there, what it may mean."""
        rows = [(one.where, one.code, one.value, ", ".join(one.candidates), one.message) for one in self.plan.asked]
        frame = pd.DataFrame(rows, columns=["where", "code", "value", "candidates", "message"])
        return Measure(frame, "", _("asked"), self.desk.as_of)

    @property
    def given(self) -> Mapping[tuple[str, str], str]:
        """The answers in the fields."""
        return dict(self.plan.given) | {
            key: field.value.strip() for key, field in self.fields.items() if field.value.strip()
        }

    def plan_again(self) -> None:
        """Plan with the answers, off the page's thread."""
        given = self.given
        self.work.run(lambda progress: self._planned(progress, given), self._take)

    def import_it(self) -> None:
        """Plan with the answers and import what is settled, as one changeset."""
        given = self.given

        def step(progress: Progress) -> tuple[Plan, int | None]:
            made = self._planned(progress, given)
            with self.desk.writing() as register:
                return made, made.apply(register, self.desk.author)

        def then(done: tuple[Plan, int | None]) -> str:
            made, number = done
            if number is None:
                self._take(made)
                return _("Nothing new to import.")
            self.changesets.append(number)
            self._take(self._planned(None, given))
            return _("Imported as changeset {number}.").format(number=number)

        self.work.run(step, then)

    def take_back(self) -> None:
        """Undo the import made here."""
        if not self.changesets:
            self.work.say(_("Nothing was imported here yet."))
            return
        number = self.changesets[-1]

        def step(_progress: Progress) -> Plan:
            with self.desk.writing() as register:
                register.undo(number, author=self.desk.author, reason=_("import taken back"))
            return self._planned(None, self.given)

        def then(made: Plan) -> str:
            self.changesets.pop()
            self._take(made)
            return _("changeset {number} is taken back").format(number=number)

        self.work.run(step, then)

    def controls(self) -> Controls:
        """The sheets' amounts are imported, held, refused or known."""
        return Controls.of_plan(self.plan)

    def _planned(self, progress: Progress | None, given: Mapping[tuple[str, str], str] | None = None) -> Plan:
        with self.desk.reading() as register:
            return plan(self.paths, self.desk.book, register=register, answers=Answers(given or {}), progress=progress)

    def _take(self, made: Plan) -> str:
        self.plan = made
        self._show()
        return _("{count} questions are open").format(count=len(made.asked))

    def _show(self) -> None:
        kit = widgets()
        counts = self.plan.counts()
        told = "; ".join(
            f"{kind}: " + ", ".join(f"{count:,} {word}" for word, count in found.items())
            for kind, found in counts.items()
        )
        refused = "".join(f"<li>{html.escape(str(error))}</li>" for error in self.plan.refused)
        self._told.value = f"<p>{html.escape(told)}</p>" + (f"<ul>{refused}</ul>" if refused else "")
        self.fields = {}
        lines = []
        for one in self.plan.asked[:_ASKED]:
            field = kit.Combobox(
                options=list(one.candidates), placeholder=", ".join(one.candidates[:3]), ensure_option=False
            )
            self.fields[one.where, one.code] = field
            lines.append(kit.HBox([kit.HTML(f"{html.escape(one.where)}: {html.escape(one.message)}"), field]))
        self._answers.children = lines


def _workbooks(files: str) -> list[Path]:
    """The workbooks that a path names.

    Raises:
        FileRefused: there is no such file or folder, or no workbook in it.
    """
    from workbench.demo import sample_files

    place = Path(files) if files else sample_files()
    found = [place] if place.is_file() else sorted(one for one in place.glob("*") if one.suffix.lower() in _READABLE)
    if not found:
        raise FileRefused(
            _("There is no workbook in {place}.").format(place=place), remedy=_("Name a workbook, or a folder of them.")
        )
    return found
