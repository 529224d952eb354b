"use strict";
// What only Excel has, as far as the pane uses it: sheets of cells that scripts read and write. office.js is the real one.

window.MockExcel = { sheets: [], tables: [], notes: {}, saves: 0, calculations: 0, active: { sheet: "Sheet1", row: 0, column: 0 }, failWrite: "" };

(() => {
  if (window !== window.top) return; // a frame of office.js
  const mock = window.MockExcel;
  const sheetNamed = (name) => mock.sheets.find((one) => one.name === name);
  mock.addSheet = (name, cells = []) => {
    const sheet = { name, visibility: "Visible", cells: new Map() };
    for (const [row, column, value, formula, format, isError] of cells) sheet.cells.set(`${row},${column}`, { value, formula, format, isError });
    mock.sheets.push(sheet);
    return sheet;
  };
  mock.addSheet("Sheet1");
  mock.dump = (name) => [...sheetNamed(name).cells].map(([at, one]) => [...at.split(",").map(Number), one.value, one.formula || "", one.format || "General", Boolean(one.isError)]);

  const columnOf = (letters) => [...letters].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0);
  const parse = (address) => {
    const [first, last = first] = address.replace(/\$/g, "").split(":");
    const at = (text) => {
      const [, letters, digits] = /^([A-Z]+)(\d+)$/.exec(text);
      return [Number(digits) - 1, columnOf(letters) - 1];
    };
    const [top, left] = at(first);
    const [bottom, right] = at(last);
    return [top, left, bottom - top + 1, right - left + 1];
  };
  const letters = (number) => {
    let name = "";
    for (let left = number; left > 0; left = Math.floor((left - 1) / 26)) name = String.fromCharCode(65 + ((left - 1) % 26)) + name;
    return name;
  };

  class Range {
    constructor(sheet, row, column, rows, columns) {
      Object.assign(this, { sheet, rowIndex: row, columnIndex: column, rowCount: rows, columnCount: columns, isNullObject: false, format: {} });
    }
    load() {}
    get worksheet() {
      return new Sheet(this.sheet);
    }
    get address() {
      return `${this.sheet.name}!${letters(this.columnIndex + 1)}${this.rowIndex + 1}`;
    }
    map(make) {
      return Array.from({ length: this.rowCount }, (_r, down) =>
        Array.from({ length: this.columnCount }, (_c, across) => make(this.sheet.cells.get(`${this.rowIndex + down + 1},${this.columnIndex + across + 1}`))),
      );
    }
    get values() {
      return this.map((cell) => (cell ? cell.value : ""));
    }
    set values(rows) {
      if (mock.failWrite) throw new Error(mock.failWrite);
      rows.forEach((row, down) =>
        row.forEach((value, across) => {
          const at = `${this.rowIndex + down + 1},${this.columnIndex + across + 1}`;
          const held = this.sheet.cells.get(at) || { format: "General" };
          if (value === "") this.sheet.cells.delete(at);
          else if (typeof value === "string" && value.startsWith("'")) this.sheet.cells.set(at, { ...held, value: value.slice(1), formula: "" });
          else if (typeof value === "string" && value.startsWith("=")) this.sheet.cells.set(at, { ...held, value: 0, formula: value });
          else this.sheet.cells.set(at, { ...held, value, formula: "" });
        }),
      );
    }
    get formulas() {
      return this.map((cell) => (cell ? cell.formula || cell.value : ""));
    }
    get numberFormat() {
      return this.map((cell) => (cell && cell.format) || "General");
    }
    set numberFormat(rows) {
      rows.forEach((row, down) =>
        row.forEach((format, across) => {
          const at = `${this.rowIndex + down + 1},${this.columnIndex + across + 1}`;
          this.sheet.cells.set(at, { value: "", ...this.sheet.cells.get(at), format });
        }),
      );
    }
    get valueTypes() {
      return this.map((cell) => (!cell ? "Empty" : cell.isError ? "Error" : typeof cell.value === "number" ? "Double" : "String"));
    }
    clear() {
      this.sheet.cells.clear();
    }
    select() {
      mock.active = { sheet: this.sheet.name, row: this.rowIndex, column: this.columnIndex };
    }
  }

  class Sheet {
    constructor(sheet) {
      this.of = sheet;
      this.isNullObject = !sheet;
    }
    load() {}
    get name() {
      return this.of.name;
    }
    get visibility() {
      return this.of.visibility;
    }
    set visibility(shown) {
      this.of.visibility = shown;
    }
    activate() {}
    delete() {
      mock.sheets.splice(mock.sheets.indexOf(this.of), 1);
    }
    getRange(address) {
      return address ? new Range(this.of, ...parse(address)) : new Range(this.of, 0, 0, 1, 1);
    }
    getRangeByIndexes(row, column, rows, columns) {
      return new Range(this.of, row, column, rows, columns);
    }
    getUsedRangeOrNullObject() {
      const places = [...this.of.cells].filter(([, cell]) => cell.value !== "" || cell.formula).map(([at]) => at.split(",").map(Number));
      if (!places.length) return { isNullObject: true, load() {} };
      const rows = places.map((one) => one[0]);
      const columns = places.map((one) => one[1]);
      const [top, left] = [Math.min(...rows), Math.min(...columns)];
      return new Range(this.of, top - 1, left - 1, Math.max(...rows) - top + 1, Math.max(...columns) - left + 1);
    }
    get tables() {
      const of = this.of;
      return {
        load() {},
        items: mock.tables
          .filter((table) => table.sheet === of.name)
          .map((table) => ({
            getRange: () => new Range(of, ...parse(table.area)),
            resize: (area) => {
              table.area = area;
            },
          })),
      };
    }
    get notes() {
      const of = this.of;
      return {
        getItemOrNullObject: (at) => ({ isNullObject: !((`${of.name}!${at}`) in mock.notes), load() {}, delete: () => delete mock.notes[`${of.name}!${at}`] }),
        add: (at, words) => {
          mock.notes[`${of.name}!${at}`] = words;
        },
      };
    }
  }

  const workbook = {
    load() {},
    name: "Book1.xlsx",
    application: { calculate: () => (mock.calculations += 1) },
    getActiveCell: () => new Range(sheetNamed(mock.active.sheet), mock.active.row, mock.active.column, 1, 1),
    save: () => (mock.saves += 1),
    worksheets: {
      load() {},
      get items() {
        return mock.sheets.map((one) => new Sheet(one));
      },
      getItem: (name) => new Sheet(sheetNamed(name)),
      getItemOrNullObject: (name) => new Sheet(sheetNamed(name)),
      add: (name) => new Sheet(mock.addSheet(name)),
    },
  };
  window.Excel = {
    CalculationType: { full: "Full" },
    SaveBehavior: { save: "Save" },
    run: async (work) => work({ workbook, sync: async () => {} }),
  };

  // office.js outside Excel has the association of functions, but not the errors.
  const errors = { divisionByZero: "#DIV/0!", invalidValue: "#VALUE!", notAvailable: "#N/A", invalidNumber: "#NUM!", invalidReference: "#REF!", invalidName: "#NAME?", nullReference: "#NULL!" };
  const complete = () => {
    CustomFunctions.ErrorCode = CustomFunctions.ErrorCode || errors;
    CustomFunctions.Error = CustomFunctions.Error || class extends Error {
      constructor(code, message) {
        super(message);
        this.code = code;
      }
    };
    const supported = { isSetSupported: () => true };
    Office.onReady(() => {
      Object.defineProperty(Office.context, "requirements", { value: supported });
    });
    // As Excel would: every argument a range, and the invocation at the end.
    mock.call = async (name, args, address = "") => {
      const invocation = { address };
      const told = CustomFunctions._association.mappings[name](...args, invocation);
      mock.invocations = [...(mock.invocations || []), invocation];
      try {
        const rows = await told;
        return rows.map((row) => row.map((one) => (one instanceof CustomFunctions.Error ? { code: one.code, message: one.message } : one)));
      } catch (error) {
        return { code: error.code, message: error.message };
      }
    };
  };
  document.addEventListener("DOMContentLoaded", complete);
})();
