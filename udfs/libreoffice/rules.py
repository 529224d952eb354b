"""Data validation and conditional formats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from udfs.libreoffice.cells import Cells
from udfs.libreoffice.errors import NotInLibreOffice, NotThere
from udfs.libreoffice.formats import Color, from_color, to_color
from udfs.libreoffice.names import Name
from workbench.i18n import _

if TYPE_CHECKING:
    from udfs.libreoffice.connection import Native

__all__ = ["ConditionalFormat", "ConditionalFormats", "DataValidation"]

_COMPARED = {"whole_number", "decimal", "date", "time", "text_length"}
_NO_RULE = {"none", "mixed_criteria", "inconsistent"}


class DataValidation(base_classes.DataValidation):
    """What may be typed into cells."""

    def __init__(self, cells: Cells) -> None:
        self.parent = cells

    @property
    def api(self) -> Native:
        """LibreOffice's validation."""
        found: Native = self.parent.api.Validation
        return found

    def _facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = self.parent.call("validation.get")
        return facts

    def _fact(self, name: str, kinds: set[str] | None = None) -> Any:
        facts = self._facts()
        if facts["type"] in _NO_RULE or (kinds is not None and facts["type"] not in kinds):
            return None
        return facts[name]

    @property
    def type(self) -> str:
        """The kind of rule; ``none``, and where cells differ ``inconsistent`` or ``mixed_criteria``."""
        return str(self._facts()["type"])

    @property
    def operator(self) -> str | None:
        """How a value is compared."""
        found: str | None = self._fact("operator", _COMPARED)
        return found

    @property
    def formula1(self) -> str | None:
        """What it is compared with."""
        found: str | None = self._fact("formula1", _COMPARED)
        return found

    @property
    def formula2(self) -> str | None:
        """The other bound."""
        between = self.operator in {"between", "not_between"}
        found: str | None = self._fact("formula2", _COMPARED) if between else None
        return found

    @property
    def formula(self) -> str | None:
        """The formula that must be true."""
        found: str | None = self._fact("formula1", {"custom"})
        return found

    @property
    def source(self) -> str | None:
        """The values of a list, or where they are."""
        found: str | None = self._fact("formula1", {"list"})
        return found

    @property
    def in_cell_dropdown(self) -> bool | None:
        """Whether a list drops down."""
        found: bool | None = self._fact("dropdown", {"list"})
        return found

    @property
    def ignore_blank(self) -> bool | None:
        """Whether cells may stay empty."""
        found: bool | None = self._fact("blank")
        return found

    def _message(self, kind: str, place: int) -> Any:
        found = self._fact(kind)
        return None if found is None else found[place]

    @property
    def input_title(self) -> str | None:
        """The title of the hint."""
        found: str | None = self._message("input", 0)
        return found

    @property
    def input_message(self) -> str | None:
        """The text of the hint."""
        found: str | None = self._message("input", 1)
        return found

    @property
    def show_input(self) -> bool | None:
        """Whether the hint is shown."""
        found: bool | None = self._message("input", 2)
        return found

    @property
    def error_title(self) -> str | None:
        """The title of the warning."""
        found: str | None = self._message("error", 0)
        return found

    @property
    def error_message(self) -> str | None:
        """The text of the warning."""
        found: str | None = self._message("error", 1)
        return found

    @property
    def show_error(self) -> bool | None:
        """Whether wrong values are refused."""
        found: bool | None = self._message("error", 2)
        return found

    @property
    def alert_style(self) -> str | None:
        """``stop``, ``warning`` or ``information``."""
        found: str | None = self._fact("alert")
        return found

    def set_list(self, source: Any, in_cell_dropdown: bool) -> None:
        """Allows the values of a list, of cells, or of a name for cells."""
        spec: dict[str, Any] = {"type": "list", "dropdown": in_cell_dropdown}
        if isinstance(source, Name):
            spec["formula1"] = source.name
        elif isinstance(source, Cells):
            spec["formula1"] = f"{_quoted(source.sheet.name)}!{source.address}"
        else:
            spec["items"] = list(source)
        self.parent.call("validation.set", spec)

    def set_rule(self, rule_type: str, operator: str | None, formula1: str, formula2: str | None) -> None:
        """Allows what compares so, or what makes a formula true."""
        spec = {"type": rule_type, "operator": operator, "formula1": formula1.removeprefix("=")}
        if formula2 is not None:
            spec["formula2"] = formula2.removeprefix("=")
        self.parent.call("validation.set", spec)

    def delete(self) -> None:
        """Allows anything."""
        self.parent.call("validation.set", None)


def _quoted(sheet: str) -> str:
    doubled = sheet.replace("'", "''")
    return f"'{doubled}'"


class ConditionalFormats(base_classes.ConditionalFormats):
    """The conditional formats of cells, the first to be tried first."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells

    @property
    def parent(self) -> Cells:
        """The cells."""
        return self._cells

    @property
    def api(self) -> Native:
        """LibreOffice's conditional entries."""
        found: Native = self.parent.api.ConditionalFormat
        return found

    def _list(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.parent.call("conditions.list")
        return found

    def _replace(self, conditions: list[dict[str, Any]]) -> None:
        if any(condition["type"] == "unknown" for condition in conditions):
            raise NotInLibreOffice(_("colour scales, bars and icons of these cells would be lost"))
        self.parent.call("conditions.set", conditions)

    def __len__(self) -> int:
        return len(self._list())

    def __call__(self, key: int) -> ConditionalFormat:
        """One by its position, counted from 1."""
        if not 1 <= key <= len(self):
            raise NotThere(_("there is no {name} among them").format(name=key))
        return ConditionalFormat(self, key - 1)

    def __iter__(self) -> Iterator[ConditionalFormat]:
        for position in range(len(self)):
            yield ConditionalFormat(self, position)

    def _add(
        self, spec: dict[str, Any], kind: str, operator: str | None, formulas: list[str | None]
    ) -> ConditionalFormat:
        looks = {name: spec.get(name) for name in ("font_bold", "font_italic")}
        colors = {name: _color(spec.get(name)) for name in ("fill_color", "font_color")}
        made = {"type": kind, "operator": operator, "formulas": formulas, **looks, **colors}
        self._replace([made, *self._list()])
        return ConditionalFormat(self, 0)

    def add_cell_value(self, spec: dict[str, Any]) -> ConditionalFormat:
        """A format for values that compare so; it comes first."""
        return self._add(spec, "cell_value", spec["operator"], [_formula(spec["formula1"]), _formula(spec["formula2"])])

    def add_custom(self, spec: dict[str, Any]) -> ConditionalFormat:
        """A format for cells where a formula is true; it comes first."""
        return self._add(spec, "custom", None, [_formula(spec["formula"]), None])

    def clear(self) -> None:
        """Takes all away."""
        self.parent.call("conditions.set", [])


def _formula(text: Any) -> str | None:
    if text is None:
        return None
    return str(text) if str(text).startswith("=") else f"={text}"


def _color(value: Any) -> int | None:
    return None if value is None else to_color(value)


class ConditionalFormat(base_classes.ConditionalFormat):
    """One conditional format, by its position."""

    def __init__(self, parent: ConditionalFormats, position: int) -> None:
        self._parent = parent
        self._position = position

    def _facts(self) -> dict[str, Any]:
        return self._parent._list()[self._position]  # noqa: SLF001  # one list, two classes

    @property
    def api(self) -> Native:
        """LibreOffice's conditional entry."""
        found: Native = self._parent.api.getByIndex(self._position)
        return found

    @property
    def type(self) -> str:
        """``cell_value``, ``custom``, or ``unknown`` for colour scales, bars and icons."""
        return str(self._facts()["type"])

    @property
    def stop_if_true(self) -> bool:
        """LibreOffice always stops at the first that holds."""
        return True

    @property
    def operator(self) -> str | None:
        """How values are compared."""
        found: str | None = self._facts().get("operator")
        return found

    def _formulas(self, kind: str) -> list[str | None]:
        facts = self._facts()
        return facts["formulas"] if facts["type"] == kind else [None, None]

    @property
    def formula1(self) -> str | None:
        """What values are compared with."""
        return self._formulas("cell_value")[0]

    @property
    def formula2(self) -> str | None:
        """The other bound."""
        return self._formulas("cell_value")[1]

    @property
    def formula(self) -> str | None:
        """The formula that is true where the format holds."""
        return self._formulas("custom")[0]

    @property
    def fill_color(self) -> Color | None:
        """The fill as RGB."""
        return from_color(self._facts().get("fill_color"))

    @property
    def font_color(self) -> Color | None:
        """The font's colour as RGB."""
        return from_color(self._facts().get("font_color"))

    @property
    def font_bold(self) -> bool | None:
        """Whether the font is bold."""
        found: bool | None = self._facts().get("font_bold")
        return found

    @property
    def font_italic(self) -> bool | None:
        """Whether the font is slanted."""
        found: bool | None = self._facts().get("font_italic")
        return found

    def set(self, changes: dict[str, Any]) -> None:
        """Changes what is named."""
        conditions = self._parent._list()  # noqa: SLF001  # one list, two classes
        mine = conditions[self._position]
        for name, value in changes.items():
            if name in ("fill_color", "font_color"):
                mine[name] = _color(value)
            elif name in ("formula", "formula1", "formula2"):
                mine["formulas"][1 if name == "formula2" else 0] = _formula(value)
            elif name != "stop_if_true":
                mine[name] = value
        self._parent._replace(conditions)  # one list, two classes

    def delete(self) -> None:
        """Takes it away."""
        conditions = self._parent._list()  # noqa: SLF001  # one list, two classes
        del conditions[self._position]
        self._parent._replace(conditions)  # one list, two classes
