"""Tables of a sheet, which LibreOffice calls database ranges."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from udfs.libreoffice.errors import NotInLibreOffice, NotThere
from udfs.libreoffice.filters import AutoFilter
from udfs.libreoffice.members import Members
from workbench.i18n import _

if TYPE_CHECKING:
    import xlwings

    from udfs.libreoffice.books import Sheet
    from udfs.libreoffice.connection import Native
    from udfs.libreoffice.ranges import Range

__all__ = ["Table", "Tables"]

_SUM, _COUNT = 109, 103  # of SUBTOTAL: visible cells only


class Tables(Members, base_classes.Tables):
    """The tables of one sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self.parent = sheet

    def _names(self) -> list[str]:
        names: list[str] = self.parent.call("tables.list")
        return names

    def _member(self, name: str, position: int) -> Table:  # noqa: ARG002  # tables go by name
        return Table(self.parent, name)

    def add(
        self,
        source_type: Any = None,  # noqa: ARG002  # always cells
        source: xlwings.Range | None = None,
        link_source: Any = None,  # noqa: ARG002  # for other sources than cells
        has_headers: Any = None,
        destination: Any = None,  # noqa: ARG002  # for other sources than cells
        table_style_name: str | None = None,  # noqa: ARG002  # LibreOffice has no styles of tables
        name: str | None = None,
    ) -> Table:
        """Makes cells a table; a single cell stands for the block around it, as in Excel."""
        if source is None:
            raise NotInLibreOffice(_("a table needs cells"))
        cells: Range = source.impl
        if cells.shape == (1, 1):
            cells = cells.current_region
        return Table(self.parent, self.parent.call("tables.add", cells.wire, name, bool(has_headers)))


class Table(base_classes.Table):
    """One table; it goes by its name."""

    def __init__(self, sheet: Sheet, name: str) -> None:
        self._sheet = sheet
        self._name = name

    def _call(self, operation: str, *arguments: Any) -> Any:
        return self._sheet.book.call(operation, self._name, *arguments)

    def _facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = self._call("tables.get")
        return facts

    @property
    def api(self) -> Native:
        """LibreOffice's database range."""
        found: Native = self._sheet.book.api.DatabaseRanges.getByName(self._name)
        return found

    @property
    def parent(self) -> Sheet:
        """Its sheet."""
        return self._sheet

    @property
    def name(self) -> str:
        """Its name."""
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        self._call("tables.rename", value)
        self._name = value

    @property
    def display_name(self) -> str:
        """Its name."""
        return self._name

    @display_name.setter
    def display_name(self, value: str) -> None:
        self.name = value

    @property
    def range(self) -> Range:
        """All its cells."""
        return self._sheet.rect(self._facts()["rect"])

    def _part(self, first: int, count: int) -> Range | None:
        row, column, __, columns = self._facts()["rect"]
        return self._sheet.rect((row + first, column, count, columns)) if count > 0 else None

    @property
    def header_row_range(self) -> Range | None:
        """Its heading, if it is shown."""
        return self._part(0, int(self.show_headers))

    @property
    def data_body_range(self) -> Range | None:
        """Its rows without heading and totals; None if there is none."""
        facts = self._facts()
        return self._part(facts["headers"], facts["rect"][2] - facts["headers"] - facts["totals"])

    @property
    def totals_row_range(self) -> Range | None:
        """Its totals, if they are shown."""
        facts = self._facts()
        return self._part(facts["rect"][2] - 1, int(facts["totals"]))

    @property
    def insert_row_range(self) -> Range | None:
        """The row for the first entry of an empty table."""
        body = self.data_body_range
        if body is None or body.shape[0] > 1 or any(value is not None for row in _rows(body) for value in row):
            return None
        return body

    @property
    def autofilter(self) -> AutoFilter:
        """Its filter."""
        return AutoFilter(self._sheet, {"table": self._name}, self.range.shape[1])

    @property
    def show_autofilter(self) -> bool:
        """Whether its heading has buttons for filters."""
        return bool(self._facts()["buttons"])

    @show_autofilter.setter
    def show_autofilter(self, value: bool) -> None:
        self._call("tables.set", "buttons", bool(value))

    @property
    def show_headers(self) -> bool:
        """Whether its first row is a heading."""
        return bool(self._facts()["headers"])

    @show_headers.setter
    def show_headers(self, value: bool) -> None:
        self._call("tables.set", "headers", bool(value))

    @property
    def show_totals(self) -> bool:
        """Whether its last row holds totals."""
        return bool(self._facts()["totals"])

    @show_totals.setter
    def show_totals(self, value: bool) -> None:
        """Adds a row with the sum (or count) of the last column, as Excel does, or takes it away."""
        facts = self._facts()
        if bool(value) == facts["totals"]:
            return
        row, column, rows, columns = facts["rect"]
        if not value:
            self._call("tables.set", "totals", False)
            self._resize((row, column, rows - 1, columns))
            self._sheet.rect((row + rows - 1, column, 1, columns)).delete("up")
            return
        below = self._sheet.rect((row + rows, column, 1, columns))
        below.insert("down")
        self._resize((row, column, rows + 1, columns))
        self._call("tables.set", "totals", True)
        body = self._sheet.rect((row + facts["headers"], column + columns - 1, rows - facts["headers"], 1))
        numbers = any(isinstance(value, float) for line in _rows(body) for value in line)
        if columns > 1:
            below(1, 1).raw_value = "Total"
        below(1, columns).raw_value = f"=SUBTOTAL({_SUM if numbers else _COUNT},{body.address})"

    # LibreOffice 7 and 25 do not draw styles of tables: they are off, and stay off.

    @property
    def table_style(self) -> None:
        """LibreOffice has no styles of tables."""
        return

    @table_style.setter
    def table_style(self, value: Any) -> None:
        _refuse_style(value)

    @property
    def show_table_style_column_stripes(self) -> bool:
        """Not in LibreOffice."""
        return False

    @show_table_style_column_stripes.setter
    def show_table_style_column_stripes(self, value: bool) -> None:
        _refuse_style(value)

    @property
    def show_table_style_row_stripes(self) -> bool:
        """Not in LibreOffice."""
        return False

    @show_table_style_row_stripes.setter
    def show_table_style_row_stripes(self, value: bool) -> None:
        _refuse_style(value)

    @property
    def show_table_style_first_column(self) -> bool:
        """Not in LibreOffice."""
        return False

    @show_table_style_first_column.setter
    def show_table_style_first_column(self, value: bool) -> None:
        _refuse_style(value)

    @property
    def show_table_style_last_column(self) -> bool:
        """Not in LibreOffice."""
        return False

    @show_table_style_last_column.setter
    def show_table_style_last_column(self, value: bool) -> None:
        _refuse_style(value)

    def resize(self, range: xlwings.Range) -> None:  # noqa: A002  # xlwings' name
        """Gives it other cells."""
        self._resize(range.impl.wire)

    def _resize(self, rect: tuple[int, int, int, int]) -> None:
        self._call("tables.resize", self._sheet.name, rect)

    def sort(self, keys: list[int], ascending: list[bool]) -> None:
        """Sorts its rows by these columns, counted from 1."""
        body = self.data_body_range
        if body is not None:
            body.sort(keys, ascending, has_headers=False)

    @property
    def rows(self) -> TableRows:
        """Its rows without heading and totals."""
        return TableRows(self)

    @property
    def columns(self) -> TableColumns:
        """Its columns."""
        return TableColumns(self)


def _refuse_style(value: Any) -> None:
    if value:
        raise NotInLibreOffice(_("LibreOffice has no styles of tables"))


def _rows(cells: Range) -> list[list[Any]]:
    value = cells.raw_value
    return value if isinstance(value, list) else [[value]]


class TableRows(base_classes.TableRows):
    """The rows of a table without heading and totals."""

    def __init__(self, table: Table) -> None:
        self._table = table

    @property
    def parent(self) -> Table:
        """Its table."""
        return self._table

    @property
    def api(self) -> None:
        """LibreOffice has no object of its own for it."""
        return

    def __len__(self) -> int:
        body = self.parent.data_body_range
        return 0 if body is None else body.shape[0]

    def __call__(self, key: int) -> TableRow:
        """A row by its position, counted from 1."""
        if not 1 <= key <= len(self):
            raise NotThere(_("there is no {name} among them").format(name=key))
        return TableRow(self.parent, key)

    def __iter__(self) -> Iterator[TableRow]:
        for position in range(1, len(self) + 1):
            yield TableRow(self.parent, position)

    def __contains__(self, key: int) -> bool:
        return 1 <= key <= len(self)

    @property
    def column_count(self) -> int:
        """How many values a row has."""
        return self.parent.range.shape[1]

    def add(self, values: list[Any] | None, index: int | None) -> TableRow:
        """A new row before this position, or at the end; what lies below the table moves down."""
        facts = self.parent._facts()  # noqa: SLF001  # one table, two classes
        row, column, rows, columns = facts["rect"]
        position = len(self) + 1 if index is None else index
        sheet = self.parent.parent
        place = sheet.rect((row + facts["headers"] + position - 1, column, 1, columns))
        place.insert("down")
        self.parent._resize((row, column, rows + 1, columns))  # noqa: SLF001  # one table, two classes
        if values is not None:
            place.raw_value = [values]
        return TableRow(self.parent, position)


class TableRow(base_classes.TableRow):
    """One row of a table."""

    def __init__(self, table: Table, position: int) -> None:
        self._table = table
        self._position = position

    @property
    def index(self) -> int:
        """Its position below the heading, counted from 1."""
        return self._position

    @property
    def range(self) -> Range:
        """Its cells."""
        body = self._table.data_body_range
        if body is None:
            raise NotThere(_("there is no {name} among them").format(name=self._position))
        return body.rows[self._position - 1]

    def delete(self) -> None:
        """Takes it out; what lies below moves up."""
        row, column, rows, columns = self._table.range.wire
        self.range.delete("up")
        self._table._resize((row, column, rows - 1, columns))  # noqa: SLF001  # one table, two classes


class TableColumns(Members, base_classes.TableColumns):
    """The columns of a table."""

    def __init__(self, table: Table) -> None:
        self.parent = table

    def _names(self) -> list[str]:
        header = self.parent.header_row_range
        if header is None:
            return [f"Column{position}" for position in range(1, self.parent.range.shape[1] + 1)]
        return [_heading(value, position) for position, value in enumerate(_rows(header)[0], 1)]

    def _member(self, name: str, position: int) -> TableColumn:
        return TableColumn(self.parent, name, position)

    def add(self, name: str, index: int | None) -> TableColumn:
        """A new column before this position, or at the end; what lies beside the table moves right."""
        row, column, rows, columns = self.parent.range.wire
        position = columns + 1 if index is None else index
        place = self.parent.parent.rect((row, column + position - 1, rows, 1))
        place.insert("right")
        self.parent._resize((row, column, rows, columns + 1))  # noqa: SLF001  # one table, two classes
        if self.parent.show_headers:
            place(1, 1).raw_value = f"'{name}"
        return TableColumn(self.parent, name, position)


def _heading(value: Any, position: int) -> str:
    if value is None:
        return f"Column{position}"
    return f"{value:g}" if isinstance(value, float) else str(value)


class TableColumn(base_classes.TableColumn):
    """One column of a table."""

    def __init__(self, table: Table, name: str, position: int) -> None:
        self._table = table
        self._name = name
        self._position = position

    @property
    def name(self) -> str:
        """Its heading."""
        return self._name

    @property
    def index(self) -> int:
        """Its position, counted from 1."""
        return self._position

    @property
    def range(self) -> Range:
        """Its cells with heading and total."""
        return self._table.range.columns[self._position - 1]

    @property
    def data_body_range(self) -> Range | None:
        """Its cells without heading and total."""
        body = self._table.data_body_range
        return None if body is None else body.columns[self._position - 1]

    def delete(self) -> None:
        """Takes it out; what lies beside moves left."""
        row, column, rows, columns = self._table.range.wire
        if columns == 1:
            raise ValueError(_("a table needs a column"))
        self.range.delete("left")
        self._table._resize((row, column, rows, columns - 1))  # noqa: SLF001  # one table, two classes
