"""Opening, saving, closing of spreadsheets; their sheets and names; the application as a whole."""

from __future__ import annotations

import os
import re
from typing import Any

import uno

from . import cells, formulas
from .service import Office, Refused, operation, properties, struct

FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".xltx": "Calc MS Excel 2007 XML Template",
    ".xls": "MS Excel 97",
    ".xlt": "MS Excel 97 Vorlage/Template",
    ".ods": "calc8",
    ".ots": "calc8_template",
    ".fods": "OpenDocument Spreadsheet Flat XML",
    ".csv": "Text - txt - csv (StarCalc)",
    ".txt": "Text - txt - csv (StarCalc)",
    ".html": "HTML (StarCalc)",
    ".pdf": "calc_pdf_Export",
}
CSV_UTF8 = "44,34,76,1,,0,false,true,false,false,false,-1"
UTF8 = 76


@operation("office.pid")
def pid(office: Office) -> int:  # noqa: ARG001  # every operation is handed the office
    """The process that this runs in."""
    return os.getpid()


@operation("office.facts")
def facts(office: Office) -> dict[str, Any]:
    """Version and folder of this LibreOffice."""
    settings = office.create("com.sun.star.configuration.ConfigurationProvider")
    node = properties(nodepath="/org.openoffice.Setup/Product")
    product = settings.createInstanceWithArguments("com.sun.star.configuration.ConfigurationAccess", node)
    paths = office.create("com.sun.star.util.PathSubstitution")
    return {
        "version": product.getByName("ooSetupVersionAboutBox") or product.getByName("ooSetupVersion"),
        "program": uno.fileUrlToSystemPath(paths.substituteVariables("$(prog)", True)),
        "user": uno.fileUrlToSystemPath(paths.substituteVariables("$(user)", True)),
    }


@operation("office.close-all")
def close_all(office: Office) -> None:
    """Closes every document without saving."""
    for document in office.documents():
        document.setModified(False)
        document.close(True)


@operation("office.release")
def release(office: Office) -> None:
    """Undoes what would outlive its caller: locked screens and held objects."""
    for uid in list(office.locked):
        lock(office, uid, on=False)
    office.objects.clear()


@operation("office.calculate")
def calculate(office: Office) -> None:
    """Recalculates what is out of date, in all documents."""
    for document in office.documents():
        document.calculate()


@operation("office.automatic")
def automatic(office: Office, wanted: bool | None = None) -> bool:
    """Whether all documents calculate by themselves; set where wanted is given."""
    documents = office.documents()
    if wanted is not None:
        for document in documents:
            document.enableAutomaticCalculation(wanted)
    return all(document.isAutomaticCalculationEnabled() for document in documents)


@operation("office.status")
def status(office: Office, text: str | None) -> None:
    """Shows a text in the status bar of the active window, or gives the bar back."""
    controller = office.desktop.getCurrentFrame() and office.desktop.getCurrentFrame().Controller
    if controller is None:
        return
    indicator = controller.StatusIndicator
    indicator.end()
    if text is not None:
        indicator.start(text, 0)


@operation("office.alert")
def alert(office: Office, prompt: str, title: str, buttons: str, critical: bool) -> str:
    """A message box over the active window; the name of the button that was pressed."""
    frame = office.desktop.getCurrentFrame()
    window = frame.ContainerWindow
    sets = {"ok": 1, "ok_cancel": 2, "yes_no": 3, "yes_no_cancel": 4}
    kind = uno.Enum("com.sun.star.awt.MessageBoxType", "ERRORBOX" if critical else "INFOBOX")
    if buttons != "ok":
        kind = uno.Enum("com.sun.star.awt.MessageBoxType", "QUERYBOX")
    box = window.Toolkit.createMessageBox(window, kind, sets[buttons], title, prompt)
    return {0: "cancel", 1: "ok", 2: "yes", 3: "no"}[box.execute()]


@operation("office.run")
def run(office: Office, uid: str | None, macro: str, arguments: list[Any]) -> Any:
    """Runs a Basic macro (``Library.Module.Name``), of a document or of the application."""
    libraries = None if uid is None else office.document(uid).BasicLibraries
    macro = _full_name(office, libraries, macro)
    if uid is None:
        factory = office.context.getValueByName(
            "/singletons/com.sun.star.script.provider.theMasterScriptProviderFactory"
        )
        provider = factory.createScriptProvider("")
        location = "application"
    else:
        provider = office.document(uid).getScriptProvider()
        location = "document"
    script = provider.getScript(f"vnd.sun.star.script:{macro}?language=Basic&location={location}")
    result, __, __ = script.invoke(tuple(arguments), (), ())
    return result if result is None or isinstance(result, (bool, int, float, str)) else str(result)


def _full_name(office: Office, libraries: Any, macro: str) -> str:
    """Library, module and name of a macro of which the first may be left out, as in Excel."""
    if macro.count(".") >= 2:
        return macro
    if libraries is None:
        libraries = office.create("com.sun.star.script.ApplicationScriptLibraryContainer")
    module, __, name = macro.rpartition(".")
    for library in libraries.ElementNames:
        libraries.loadLibrary(library)
        modules = libraries.getByName(library)
        for candidate in modules.ElementNames:
            declared = rf"^\s*(?:(?:public|private|static)\s+)*(?:sub|function)\s+{re.escape(name)}\b"
            source = modules.getByName(candidate)
            if module.lower() in ("", candidate.lower()) and re.search(declared, source, re.IGNORECASE | re.MULTILINE):
                return f"{library}.{candidate}.{name}"
    raise Refused("no-macro", macro)


def describe(document: Any) -> dict[str, Any]:
    """Identity, title and file of a document."""
    url = document.URL
    path = uno.fileUrlToSystemPath(url) if url.startswith("file:") else url
    return {"uid": document.RuntimeUID, "title": document.Title, "path": path}


@operation("books.list")
def list_books(office: Office) -> list[dict[str, Any]]:
    """All open spreadsheets, oldest first."""
    return [describe(document) for document in office.documents()]


@operation("books.describe")
def describe_book(office: Office, uid: str) -> dict[str, Any]:
    """One open spreadsheet."""
    return describe(office.document(uid))


@operation("books.active")
def active_book(office: Office) -> str | None:
    """The spreadsheet in front, or the one opened last."""
    current = office.desktop.getCurrentComponent()
    documents = office.documents()
    for document in documents:
        if current is not None and document == current:
            return str(document.RuntimeUID)
    return str(documents[-1].RuntimeUID) if documents else None


@operation("books.add")
def add_book(office: Office, title: str) -> dict[str, Any]:
    """A new empty spreadsheet."""
    document = office.desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, ())
    document.setTitle(title)
    document.setModified(False)
    return describe(document)


@operation("books.open")
def open_book(office: Office, path: str, options: dict[str, Any]) -> dict[str, Any]:
    """Opens a file: no macro runs unless ``macros`` says so, no link is followed unless ``update_links`` does."""
    values: dict[str, Any] = {
        "ReadOnly": bool(options.get("read_only")),
        "UpdateDocMode": 3 if options.get("update_links") else 0,
        "MacroExecutionMode": options.get("macros", 0),
    }
    if options.get("password") is not None:
        values["Password"] = options["password"]
    if options.get("delimiter"):
        values["FilterName"] = FILTERS[".csv"]
        values["FilterOptions"] = f"{ord(options['delimiter'])},34,{UTF8},1"
    try:
        document = office.desktop.loadComponentFromURL(uno.systemPathToFileUrl(path), "_blank", 0, properties(**values))
    except Exception as problem:
        raise Refused("open", str(getattr(problem, "Message", problem))) from problem
    if document is None:
        raise Refused("open", "")
    if not document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
        document.close(True)
        raise Refused("not-a-spreadsheet", "")
    return describe(document)


@operation("books.save")
def save_book(office: Office, uid: str, path: str | None, password: str | None) -> dict[str, Any]:
    """Saves to its own file, or to another one, which becomes its own."""
    document = office.document(uid)
    if path is None:
        document.store()
        return describe(document)
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in FILTERS or suffix == ".pdf":
        raise Refused("file-type", suffix)
    values: dict[str, Any] = {"FilterName": FILTERS[suffix], "Overwrite": True}
    if suffix in {".csv", ".txt"}:
        values["FilterOptions"] = CSV_UTF8
    if password is not None:
        values.update(_locked_with(suffix, password))
    document.storeAsURL(uno.systemPathToFileUrl(path), properties(**values))
    document.setTitle(os.path.basename(path))
    document.setModified(False)
    return describe(document)


def _locked_with(suffix: str, password: str) -> dict[str, Any]:
    """How a type of file is told its password; one that cannot have any is refused rather than written open."""
    if suffix in {".ods", ".ots", ".xls", ".xlt"}:
        return {"Password": password}
    if suffix in {".xlsx", ".xlsm", ".xltx"}:
        secrets = tuple(
            struct("com.sun.star.beans.NamedValue", Name=name, Value=value)
            for name, value in (("OOXPassword", password), ("CryptoType", "Standard"))
        )
        return {"EncryptionData": uno.Any("[]com.sun.star.beans.NamedValue", secrets)}
    raise Refused("no-password", suffix)


@operation("books.export")
def export_book(office: Office, uid: str, path: str, quality: str) -> None:
    """Writes the document as PDF (or HTML) beside its own file."""
    document = office.document(uid)
    suffix = os.path.splitext(path)[1].lower()
    values: dict[str, Any] = {"FilterName": FILTERS[".pdf" if suffix == ".pdf" else ".html"], "Overwrite": True}
    if suffix == ".pdf" and quality == "minimum":
        settings = properties(Quality=50, ReduceImageResolution=True, MaxImageResolution=150)
        values["FilterData"] = uno.Any("[]com.sun.star.beans.PropertyValue", settings)
    document.storeToURL(uno.systemPathToFileUrl(path), properties(**values))


@operation("books.close")
def close_book(office: Office, uid: str) -> None:
    """Closes without saving."""
    document = office.document(uid)
    lock(office, uid, on=False)
    document.setModified(False)
    document.close(True)
    office.forget(uid)


@operation("books.activate")
def activate_book(office: Office, uid: str) -> None:
    """Brings the document to the front."""
    frame = office.document(uid).CurrentController.Frame
    frame.activate()
    frame.ContainerWindow.toFront()


@operation("books.lock")
def lock(office: Office, uid: str, on: bool) -> None:
    """Stops (or starts) the drawing of a document's windows."""
    if on and uid not in office.locked:
        office.document(uid).lockControllers()
        office.locked[uid] = 1
    elif not on and office.locked.pop(uid, 0):
        office.document(uid).unlockControllers()


@operation("sheets.list")
def list_sheets(office: Office, uid: str) -> list[str]:
    """The names of all sheets, in order."""
    return list(office.document(uid).Sheets.ElementNames)


@operation("sheets.active")
def active_sheet(office: Office, uid: str) -> str:
    """The name of the sheet in front."""
    name: str = office.document(uid).CurrentController.ActiveSheet.Name
    return name


@operation("sheets.activate")
def activate_sheet(office: Office, uid: str, name: str) -> None:
    """Brings a sheet to the front."""
    office.document(uid).CurrentController.setActiveSheet(office.sheet(uid, name))


@operation("sheets.add")
def add_sheet(office: Office, uid: str, name: str | None, position: int) -> str:
    """A new sheet at this position; named by the next free ``Sheet1``, ``Sheet2``… if no name is given."""
    document = office.document(uid)
    sheets = document.Sheets
    if name is None:
        taken = {existing.lower() for existing in sheets.ElementNames}
        name = next(
            candidate for candidate in map("Sheet{}".format, range(1, 100_000)) if candidate.lower() not in taken
        )
    sheets.insertNewByName(name, position)
    document.CurrentController.setActiveSheet(sheets.getByName(name))
    return name


@operation("sheets.rename")
def rename_sheet(office: Office, uid: str, name: str, new: str) -> None:
    """Renames a sheet; references follow."""
    sheets = office.document(uid).Sheets
    if new.lower() != name.lower() and new.lower() in {existing.lower() for existing in sheets.ElementNames}:
        raise Refused("sheet-name", new)
    office.sheet(uid, name).setName(new)
    if not sheets.hasByName(new):
        raise Refused("sheet-name", new)


@operation("sheets.delete")
def delete_sheet(office: Office, uid: str, name: str) -> None:
    """Deletes a sheet; the last one stays, as in Excel."""
    office.sheet(uid, name)
    sheets = office.document(uid).Sheets
    if sheets.Count == 1:
        raise Refused("last-sheet", name)
    sheets.removeByName(name)


@operation("sheets.copy")
def copy_sheet(office: Office, uid: str, name: str, target: str, position: int, new: str) -> str:
    """Copies a sheet within its document, or into another one."""
    office.sheet(uid, name)
    if uid == target:
        office.document(uid).Sheets.copyByName(name, new, position)
        return new
    sheets = office.document(target).Sheets
    sheets.importSheet(office.document(uid), name, position)
    imported: str = sheets.getByIndex(position).Name
    return imported


@operation("sheets.move")
def move_sheet(office: Office, uid: str, name: str, position: int) -> None:
    """Moves a sheet before the one at this position."""
    office.document(uid).Sheets.moveByName(name, position)


@operation("sheets.facts")
def sheet_facts(office: Office, uid: str, name: str) -> dict[str, Any]:
    """Position (from 0) and size of a sheet, and whether it is shown."""
    sheet = office.sheet(uid, name)
    return {
        "index": sheet.RangeAddress.Sheet,
        "rows": sheet.Rows.Count,
        "columns": sheet.Columns.Count,
        "visible": sheet.IsVisible,
    }


@operation("sheets.show")
def show_sheet(office: Office, uid: str, name: str, visible: bool) -> None:
    """Shows or hides a sheet."""
    office.sheet(uid, name).IsVisible = visible


@operation("sheets.gridlines")
def gridlines(office: Office, uid: str, name: str, shown: bool | None = None) -> bool:
    """Whether grid lines are shown; they are a property of the view of the sheet in front."""
    controller = office.document(uid).CurrentController
    before = controller.ActiveSheet
    controller.setActiveSheet(office.sheet(uid, name))
    if shown is not None:
        controller.ShowGrid = shown
    answer = bool(controller.ShowGrid)
    controller.setActiveSheet(before)
    return answer


@operation("sheets.freeze")
def freeze(office: Office, uid: str, name: str, columns: int, rows: int) -> None:
    """Keeps the first columns and rows in sight; none of both thaws."""
    controller = office.document(uid).CurrentController
    before = controller.ActiveSheet
    controller.setActiveSheet(office.sheet(uid, name))
    controller.freezeAtPosition(columns, rows)
    controller.setActiveSheet(before)


@operation("sheets.print-area")
def print_area(office: Office, uid: str, name: str) -> list[int] | None:
    """The first print area, as a rectangle."""
    areas = office.sheet(uid, name).getPrintAreas()
    if not areas:
        return None
    at = areas[0]
    return [at.StartRow, at.StartColumn, at.EndRow - at.StartRow + 1, at.EndColumn - at.StartColumn + 1]


@operation("sheets.set-print-area")
def set_print_area(office: Office, uid: str, name: str, rect: list[int] | None) -> None:
    """Sets or removes the print area."""
    areas = () if rect is None else (office.cells(uid, name, tuple(rect)).RangeAddress,)  # type: ignore[arg-type]
    office.sheet(uid, name).setPrintAreas(areas)


@operation("selection.get")
def selection(office: Office, uid: str) -> dict[str, Any] | None:
    """The selected cells: sheet and rectangle, or None where something else is selected."""
    document = office.document(uid)
    selected = document.CurrentController.getSelection()
    if selected is None:
        return None
    if hasattr(selected, "RangeAddress"):
        at = selected.RangeAddress
    elif hasattr(selected, "RangeAddresses") and selected.RangeAddresses:
        at = selected.RangeAddresses[0]
    else:
        return None
    rect = [at.StartRow, at.StartColumn, at.EndRow - at.StartRow + 1, at.EndColumn - at.StartColumn + 1]
    return {"sheet": document.Sheets.getByIndex(at.Sheet).Name, "rect": rect}


@operation("selection.set")
def select(office: Office, uid: str, name: str, rect: list[int]) -> None:
    """Selects cells."""
    found = office.cells(uid, name, tuple(rect))  # type: ignore[arg-type]
    office.document(uid).CurrentController.select(found)


def names_of(office: Office, uid: str, sheet: str | None) -> Any:
    """The names of a document, or those of one sheet."""
    return office.document(uid).NamedRanges if sheet is None else office.sheet(uid, sheet).NamedRanges


@operation("names.list")
def list_names(office: Office, uid: str, sheet: str | None) -> list[list[str | None]]:
    """Name and sheet of all names: the document's own first, then those of each sheet (or of the one asked for)."""
    document = office.document(uid)
    found: list[list[str | None]] = []
    if sheet is None:
        found += [[name, None] for name in document.NamedRanges.ElementNames]
    for each in document.Sheets.ElementNames if sheet is None else (sheet,):
        found += [[name, each] for name in document.Sheets.getByName(each).NamedRanges.ElementNames]
    return found


@operation("names.get")
def get_name(office: Office, uid: str, sheet: str | None, name: str) -> str:
    """What a name stands for, as a formula."""
    names = names_of(office, uid, sheet)
    if not names.hasByName(name):
        raise Refused("no-name", name)
    found = names.getByName(name)
    return formulas.grammar(office, office.document(uid)).text(found.getTokens(), found.ReferencePosition)


@operation("names.set")
def set_name(office: Office, uid: str, sheet: str | None, name: str, refers_to: str) -> None:
    """Makes a name, or changes what it stands for."""
    names = names_of(office, uid, sheet)
    at = struct("com.sun.star.table.CellAddress")
    if not names.hasByName(name):
        try:
            names.addNewByName(name, "0", at, 0)
        except Exception as problem:
            raise Refused("name", name) from problem
    found = names.getByName(name)
    found.setTokens(formulas.grammar(office, office.document(uid)).tokens(refers_to, found.ReferencePosition))


@operation("names.rename")
def rename_name(office: Office, uid: str, sheet: str | None, name: str, new: str) -> None:
    """Renames a name."""
    names_of(office, uid, sheet).getByName(name).setName(new)


@operation("names.delete")
def delete_name(office: Office, uid: str, sheet: str | None, name: str) -> None:
    """Removes a name."""
    names_of(office, uid, sheet).removeByName(name)


@operation("names.resolve")
def resolve(office: Office, uid: str, sheet: str | None, name: str) -> dict[str, Any] | None:
    """The cells that a name or table stands for: sheet and rectangle; the sheet's own names come first."""
    document = office.document(uid)
    places = [document.NamedRanges]
    if sheet is not None:
        places.insert(0, office.sheet(uid, sheet).NamedRanges)
    for names in places:
        if names.hasByName(name):
            referred = names.getByName(name).getReferredCells()
            return None if referred is None else _place(document, referred.RangeAddress)
    if document.DatabaseRanges.hasByName(name):
        return _place(document, document.DatabaseRanges.getByName(name).DataArea)
    return None


@operation("names.at")
def name_at(office: Office, uid: str, sheet: str, rect: list[int]) -> list[str | None] | None:
    """The name that stands for exactly these cells: name and the sheet it belongs to."""
    wanted = {"sheet": sheet, "rect": rect}
    document = office.document(uid)
    for name, owner in list_names(office, uid, None):
        names = names_of(office, uid, owner)
        referred = names.getByName(name).getReferredCells()
        if referred is not None and _place(document, referred.RangeAddress) == wanted:
            return [name, owner]
    return None


def _place(document: Any, at: Any) -> dict[str, Any]:
    rect = [at.StartRow, at.StartColumn, at.EndRow - at.StartRow + 1, at.EndColumn - at.StartColumn + 1]
    return {"sheet": document.Sheets.getByIndex(at.Sheet).Name, "rect": rect}


@operation("notes.list")
def list_notes(office: Office, uid: str, name: str) -> list[list[int]]:
    """Row and column of every note of a sheet."""
    notes = office.sheet(uid, name).Annotations
    found = [notes.getByIndex(index).Position for index in range(notes.Count)]
    return sorted([at.Row, at.Column] for at in found)


@operation("notes.get")
def get_note(office: Office, uid: str, name: str, row: int, column: int) -> dict[str, str] | None:
    """Text and author of a cell's note."""
    sheet = office.sheet(uid, name)
    if [row, column] not in list_notes(office, uid, name):
        return None
    note = sheet.getCellByPosition(column, row).Annotation
    return {"text": note.String, "author": note.Author}


@operation("notes.set")
def set_note(office: Office, uid: str, name: str, row: int, column: int, text: str) -> None:
    """Gives a cell a note, in place of the one it has."""
    sheet = office.sheet(uid, name)
    sheet.Annotations.insertNew(
        struct("com.sun.star.table.CellAddress", Sheet=sheet.RangeAddress.Sheet, Row=row, Column=column), text
    )


@operation("notes.delete")
def delete_note(office: Office, uid: str, name: str, row: int, column: int) -> None:
    """Removes a cell's note."""
    office.cells(uid, name, (row, column, 1, 1)).clearContents(cells.NOTES)
