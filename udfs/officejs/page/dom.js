"use strict";
// Elements made from plain data. Text is always text, whatever a customer is called.

const Dom = (() => {
  const word = (key, values = {}) => {
    const text = WORDS[Workbench.language()][key];
    if (text === undefined) throw new Error(`no word ${key}`);
    return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  };

  const element = (tag, properties = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (value === undefined || value === null || value === false) continue;
      if (name === "onclick" || name === "onsubmit" || name === "onchange") made.addEventListener(name.slice(2), value);
      else if (name === "value") made.value = value;
      else made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
    return made;
  };

  const ICONS = {
    rates: "M4 7h13l-3-3M20 17H7l3 3",
    duplicates: "M8 8h11v11H8zM5 16V5h11",
    matches: "M9 15l6-6M10 6l2-2a4.2 4.2 0 0 1 6 6l-2 2M14 18l-2 2a4.2 4.2 0 0 1-6-6l2-2",
    sync: "M20 11a8 8 0 0 0-14-4L4 9M4 4v5h5M4 13a8 8 0 0 0 14 4l2-2M20 20v-5h-5",
    errors: "M12 4l9 16H3zM12 10v4M12 17.2v.1",
  };

  const icon = (name) => {
    const space = "http://www.w3.org/2000/svg";
    const drawing = document.createElementNS(space, "svg");
    drawing.setAttribute("viewBox", "0 0 24 24");
    drawing.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", ICONS[name]);
    drawing.append(path);
    return drawing;
  };

  const button = (text, onclick, properties = {}) => element("button", { type: "button", onclick, ...properties }, text);

  const facts = (pairs) =>
    element("dl", {}, pairs.filter(([, told]) => told !== "").map(([name, told]) => [element("dt", {}, name), element("dd", {}, told)]));

  const problem = (error) =>
    element(
      "div",
      { class: "card problem", role: "alert" },
      element("p", {}, error instanceof Workbench.Away ? word("away_pane") : error.message),
      error.remedy ? element("p", { class: "remedy" }, error.remedy) : null,
    );

  return { word, element, icon, button, facts, problem };
})();
