"use strict";
// The cells' calls: collected for a moment, the same question asked once, and sent together.

(() => {
  const WINDOW = 4; // milliseconds in which calls are collected
  const MOST = 2500; // calls in one request
  const KEPT = 100; // errors that the pane shows
  const SILENT = "#N/A";
  const REASONS = 20000; // cells whose reason WB_LAST_ERROR can tell
  const reasons = new Map(); // address of a cell → why it shows an error

  let waiting = new Map(); // question → its group of askers
  const asked = new Map(); // the same, while the server works on it
  let timer = 0;

  const words = () => (typeof WORDS === "undefined" ? {} : WORDS[Workbench.language()]);

  class Group {
    constructor(key, call) {
      this.key = key;
      this.call = call;
      this.askers = new Set();
      this.job = "";
    }

    settle(result) {
      asked.delete(this.key);
      for (const asker of this.askers) asker.resolve(result, this.call[0]);
      this.askers.clear();
    }
  }

  // Excel gives every argument as a range; a range of one cell is sent as that cell.
  const single = (one) => {
    if (!Array.isArray(one)) return sent(one);
    if (one.length === 1 && one[0].length === 1) return sent(one[0][0]);
    return one.some((row) => row.some((each) => typeof each === "object" && each !== null)) ? one.map((row) => row.map(sent)) : one;
  };

  // An error or a formatted number comes as an object: the one is sent as an error, the other as its number.
  function sent(value) {
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof CustomFunctions.Error) return { error: String(value.code) };
    if (value.type === "Error" || value.basicType === "Error") return { error: String(value.basicValue) };
    return value.basicValue === undefined ? String(value) : value.basicValue;
  }

  // Excel takes no other error values from a function.
  const CODES = () => {
    const codes = CustomFunctions.ErrorCode;
    return { "#N/A": codes.notAvailable, "#VALUE!": codes.invalidValue, "#NUM!": codes.invalidNumber, "#DIV/0!": codes.divisionByZero, "#NULL!": codes.nullReference };
  };

  function question(name, given, invocation) {
    const call = [name, ...given.map(single)];
    while (call.length > 1 && (call[call.length - 1] === null || call[call.length - 1] === undefined)) call.pop();
    const key = JSON.stringify(call);
    let group = asked.get(key) || waiting.get(key);
    if (!group) {
      group = new Group(key, call);
      waiting.set(key, group);
      if (waiting.size >= MOST) flush();
      else if (!timer) timer = setTimeout(flush, WINDOW);
    }
    return new Promise((resolve, reject) => {
      const asker = {
        resolve: (result, of) => {
          try {
            resolve(shown(result, of, invocation));
          } catch (error) {
            reject(error);
          }
        },
      };
      group.askers.add(asker);
      if (invocation) invocation.onCanceled = () => leave(group, asker);
    });
  }

  // A cell does not want its answer any more; the last one to leave takes the question with it.
  function leave(group, asker) {
    group.askers.delete(asker);
    if (group.askers.size) return;
    waiting.delete(group.key);
    asked.delete(group.key);
    if (group.job) Workbench.once("cancel", { jobs: [group.job] }).catch(() => {});
    else if (group.request) group.request.leave(group);
  }

  function flush() {
    clearTimeout(timer);
    timer = 0;
    const groups = [...waiting.values()];
    waiting = new Map();
    for (const group of groups) asked.set(group.key, group);
    for (let start = 0; start < groups.length; start += MOST) send(groups.slice(start, start + MOST));
  }

  async function send(groups) {
    const abort = new AbortController();
    const wanted = new Set(groups);
    const request = {
      leave: (group) => {
        wanted.delete(group);
        if (!wanted.size) abort.abort();
      },
    };
    for (const group of groups) group.request = request;
    try {
      const told = await Workbench.ask("calls", `{"calls":[${groups.map((one) => one.key).join(",")}]}`, abort.signal);
      take(groups, told.results);
    } catch (problem) {
      fail(groups, problem);
    }
  }

  function take(groups, results) {
    const later = [];
    groups.forEach((group, number) => {
      const result = results[number];
      group.request = null;
      if (result && result.job) {
        group.job = result.job;
        if (group.askers.size) later.push(group);
        else Workbench.once("cancel", { jobs: [group.job] }).catch(() => {});
      } else group.settle(result);
    });
    if (later.length) follow(later);
  }

  // Asks for what takes longer until all of it is there; a server that was started anew is asked again from the start.
  async function follow(groups) {
    let left = groups;
    while (left.length) {
      let told;
      try {
        told = await Workbench.ask("jobs", { jobs: left.map((one) => one.job), wait: 10 });
      } catch (problem) {
        fail(left, problem);
        return;
      }
      const open = [];
      const lost = [];
      left.forEach((group, number) => {
        const result = told.results[number];
        if (!group.askers.size) return;
        if (result === null) lost.push(group);
        else if (result && result.job) open.push(group);
        else group.settle(result);
      });
      for (const group of lost) group.job = "";
      if (lost.length) send(lost);
      left = open;
    }
  }

  function fail(groups, problem) {
    if (problem.name === "AbortError") return;
    const told = words();
    const message =
      problem instanceof Workbench.Away
        ? told.away_cell || "The Workbench server does not answer."
        : `${problem.message} ${problem.remedy || ""}`.trim();
    Workbench.state.interrupted = true;
    for (const group of groups) group.settle({ error: SILENT, message });
  }

  // What Excel takes for a result: values, and error objects of its own.
  function shown(result, name, invocation) {
    if (invocation && invocation.address) reasons.delete(placeOf(invocation.address));
    if (Array.isArray(result)) return result.map((row) => row.map((one) => cell(one, name, invocation)));
    const value = cell(result, name, invocation);
    if (value instanceof CustomFunctions.Error) throw value;
    return [[value]];
  }

  function cell(value, name, invocation) {
    if (value === null || typeof value !== "object") return value;
    if (value.error !== undefined) return errorOf(value, name, invocation);
    if (value.day !== undefined) return day(value.day);
    return String(value);
  }

  function errorOf(value, name, invocation) {
    const code = CODES()[value.error] || CODES()["#VALUE!"];
    remember(invocation && invocation.address, value.message);
    note({ at: new Date(), cell: (invocation && invocation.address) || "", name, kind: value.error, message: value.message });
    return new CustomFunctions.Error(code, value.message);
  }

  // The first of a range's errors, as the other hosts tell it by the range's first cell.
  function remember(address, message) {
    const place = placeOf(address || "");
    if (!place || reasons.has(place)) return;
    if (reasons.size >= REASONS) reasons.delete(reasons.keys().next().value);
    reasons.set(place, message);
  }

  const lastError = (_cell, invocation) => {
    const [address] = (invocation && invocation.parameterAddresses) || [];
    return reasons.get(placeOf(address || "")) || "";
  };

  // Sheet and first cell; the workbook, which is always this one, is written or not.
  const placeOf = (address) => address.replace(/'/g, "").replace(/^\[[^\]]*\]/, "").replace(/\$/g, "").split(":")[0];

  let told = 0;
  function note(failure) {
    const failures = Workbench.state.failures;
    const same = failure.cell ? failures.findIndex((one) => one.cell === failure.cell) : -1;
    if (same >= 0) failures.splice(same, 1);
    failures.unshift(failure);
    failures.length = Math.min(failures.length, KEPT);
    if (!told) {
      told = setTimeout(() => {
        told = 0;
        Workbench.changed();
      }, 100);
    }
  }

  const FORMATTED = () => {
    try {
      return Office.context.requirements.isSetSupported("CustomFunctionsRuntime", "1.4");
    } catch {
      return false;
    }
  };

  function day(serial) {
    if (!FORMATTED()) return serial;
    const format = Number.isInteger(serial) ? "yyyy-mm-dd" : "yyyy-mm-dd hh:mm:ss";
    return { type: "FormattedNumber", basicValue: serial, numberFormat: format };
  }

  Workbench.associate = (names) => {
    CustomFunctions.associate("WB_LAST_ERROR", lastError);
    for (const name of names) {
      CustomFunctions.associate(name, (...given) => {
        const invocation = given.pop();
        return question(name, given, invocation);
      });
    }
  };
})();
