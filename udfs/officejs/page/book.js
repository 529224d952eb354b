"use strict";
// The workbook that Excel has open: formulas put into cells, all sheets read, and edits written.

const Book = (() => {
  const CELLS = 20000; // cells fetched or written in one go; Excel on the web takes about 5 MB

  const letters = (number) => {
    let name = "";
    for (let left = number; left > 0; left = Math.floor((left - 1) / 26)) name = String.fromCharCode(65 + ((left - 1) % 26)) + name;
    return name;
  };
  const place = (row, column) => `${letters(column)}${row}`;

  const available = () => typeof Excel !== "undefined" && typeof Excel.run === "function";

  const recalculate = () =>
    Excel.run(async (context) => {
      context.workbook.application.calculate(Excel.CalculationType.full);
      await context.sync();
    });

  const insert = (value, format) =>
    Excel.run(async (context) => {
      const cell = context.workbook.getActiveCell();
      if (format) cell.numberFormat = [[format]];
      cell.values = [[value]];
      cell.load("address");
      await context.sync();
      return cell.address;
    });

  const go = (address) =>
    Excel.run(async (context) => {
      const at = address.lastIndexOf("!");
      const sheet = address.slice(0, at).replace(/^.*\]/, "").replace(/^'|'$/g, "").replace(/''/g, "'");
      const target = context.workbook.worksheets.getItem(sheet).getRange(address.slice(at + 1));
      target.worksheet.activate();
      target.select();
      await context.sync();
    });

  // Reads every sheet and gives its cells away in parts: value, formula, number format, whether it is an error.
  const read = (give) =>
    Excel.run(async (context) => {
      const sheets = context.workbook.worksheets;
      sheets.load("items/name");
      await context.sync();
      for (const sheet of sheets.items) {
        const used = sheet.getUsedRangeOrNullObject(true);
        used.load("rowIndex,columnIndex,rowCount,columnCount,isNullObject");
        await context.sync();
        if (used.isNullObject) {
          await give({ sheet: sheet.name, top: 1, left: 1, rows: [] });
          continue;
        }
        const height = Math.max(1, Math.floor(CELLS / used.columnCount));
        for (let start = 0; start < used.rowCount; start += height) {
          const rows = Math.min(height, used.rowCount - start);
          const part = sheet.getRangeByIndexes(used.rowIndex + start, used.columnIndex, rows, used.columnCount);
          part.load("values,formulas,numberFormat,valueTypes");
          await context.sync();
          await give({ sheet: sheet.name, top: used.rowIndex + start + 1, left: used.columnIndex + 1, rows: cells(part) });
        }
      }
    });

  const cells = (part) => {
    const { values, formulas, numberFormat, valueTypes } = part;
    return values.map((row, down) =>
      row.map((value, across) => {
        const formula = formulas[down][across];
        const written = typeof formula === "string" && formula.startsWith("=") ? formula : "";
        if (value === "" && !written) return null;
        return [value, written, String(numberFormat[down][across]), valueTypes[down][across] === "Error"];
      }),
    );
  };

  const identity = () =>
    Excel.run(async (context) => {
      context.workbook.load("name");
      await context.sync();
      const url = (Office.context.document && Office.context.document.url) || "";
      return { name: context.workbook.name, place: url };
    });

  const put = (sheet, [row, column, value, format]) => {
    const cell = sheet.getRange(place(row, column));
    if (format) cell.numberFormat = [[format]];
    cell.values = [[value]];
  };

  // Writes what the synchronisation asks for and saves the workbook; the server waits until this is done.
  const write = (edits) =>
    Excel.run(async (context) => {
      const sheets = context.workbook.worksheets;
      let queued = 0;
      const step = async (cost = 1) => {
        queued += cost;
        if (queued > 2000) {
          queued = 0;
          await context.sync();
        }
      };
      for (const [name, list] of Object.entries(edits.cells)) {
        for (const one of list) {
          put(sheets.getItem(name), one);
          await step();
        }
      }
      for (const [name, { last, rows }] of Object.entries(edits.added)) await append(context, sheets.getItem(name), last, rows, step);
      for (const [name, list] of Object.entries(edits.notes)) await annotate(context, name, list);
      for (const [name, own] of Object.entries(edits.own)) await replace(context, name, own);
      await context.sync();
      context.workbook.save(Excel.SaveBehavior ? Excel.SaveBehavior.save : "Save");
      await context.sync();
    });

  const append = async (context, sheet, last, rows, step) => {
    const tables = sheet.tables;
    tables.load("items/name");
    await context.sync();
    const areas = tables.items.map((table) => {
      const area = table.getRange();
      area.load("rowIndex,columnIndex,rowCount,columnCount");
      return { table, area };
    });
    await context.sync();
    for (let number = 0; number < rows.length; number += 1) {
      for (const [column, value, format] of rows[number]) {
        put(sheet, [last + 1 + number, column, value, format]);
        await step();
      }
    }
    const below = last + rows.length;
    for (const { table, area } of areas) {
      const top = area.rowIndex + 1;
      const bottom = area.rowIndex + area.rowCount;
      if (top <= last && last <= bottom && bottom < below) {
        const right = area.columnIndex + area.columnCount;
        table.resize(`${place(top, area.columnIndex + 1)}:${place(below, right)}`);
      }
    }
    await context.sync();
  };

  // Notes came with ExcelApi 1.18; in an older Excel the words stand in the sheet's own column only.
  const annotate = async (context, name, list) => {
    if (!Office.context.requirements.isSetSupported("ExcelApi", "1.18")) return;
    const sheet = context.workbook.worksheets.getItem(name);
    for (const [row, column, words] of list) {
      const note = sheet.notes.getItemOrNullObject(place(row, column));
      note.load("isNullObject");
      await context.sync();
      if (!note.isNullObject) note.delete();
      if (words) sheet.notes.add(place(row, column), words);
    }
    await context.sync();
  };

  const replace = async (context, name, own) => {
    const there = context.workbook.worksheets.getItemOrNullObject(name);
    there.load("isNullObject");
    await context.sync();
    if (own === null) {
      if (!there.isNullObject) {
        there.visibility = "Visible"; // a very hidden sheet cannot be deleted
        there.delete();
      }
      return;
    }
    const sheet = there.isNullObject ? context.workbook.worksheets.add(name) : there;
    if (!there.isNullObject) sheet.getRange().clear("Contents");
    const width = own.rows.length ? own.rows[0].length : 0;
    const height = Math.max(1, Math.floor(CELLS / Math.max(1, width)));
    for (let start = 0; width && start < own.rows.length; start += height) {
      const rows = own.rows.slice(start, start + height);
      sheet.getRangeByIndexes(start, 0, rows.length, width).values = rows;
      await context.sync();
    }
    own.widths.forEach((wide, column) => {
      sheet.getRangeByIndexes(0, column, 1, 1).format.columnWidth = wide * 6;
    });
    sheet.visibility = own.hidden ? "VeryHidden" : "Visible";
  };

  return { available, recalculate, insert, go, read, write, identity };
})();
