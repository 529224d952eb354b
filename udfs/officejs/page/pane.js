"use strict";
// The task pane: five views, one at a time.

(() => {
  const { word, element, icon, button, facts, problem } = Dom;
  const VIEWS = ["rates", "duplicates", "matches", "sync", "errors"];
  const byId = (name) => document.getElementById(name);
  let view = "rates";
  let waiting = { duplicates: 0, matches: 0 };
  let hello = null;
  let head = null; // newest changeset of the register that the cells have been computed from
  let drawn = 0; // counts views shown, so that a late answer does not overwrite a newer view

  const today = () => {
    const now = new Date();
    return new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
  };

  // frame

  function frame() {
    const state = Workbench.state.connection;
    document.documentElement.lang = Workbench.language() === "zh" ? "zh-CN" : "en";
    document.querySelectorAll("[data-word]").forEach((one) => {
      one.textContent = word(one.dataset.word);
    });
    byId("language").textContent = Workbench.language() === "zh" ? "EN" : "中文";
    byId("language").setAttribute("aria-label", Workbench.language() === "zh" ? "English" : "中文");
    byId("connection").className = state;
    byId("connection-text").textContent =
      state === "connected" && hello ? hello.register || word("no_register") : word(`state_${state}`);
    byId("connection").title = state === "connected" && hello ? `${hello.user} · ${hello.register}` : "";
    const connected = Workbench.hasToken() && state !== "refused";
    byId("connect").hidden = connected;
    byId("main").hidden = !connected;
    tabs();
  }

  function tabs() {
    const counts = { ...waiting, errors: Workbench.state.failures.length };
    const list = byId("tabs");
    list.setAttribute("aria-label", word("views"));
    const focused = document.activeElement && document.activeElement.getAttribute("role") === "tab";
    list.replaceChildren(
      ...VIEWS.map((name) => {
        const count = counts[name] || 0;
        const shown = count > 99 ? "99+" : String(count);
        return element(
          "button",
          {
            role: "tab",
            type: "button",
            id: `tab-${name}`,
            "aria-selected": String(name === view),
            "aria-controls": "panel",
            "aria-label": count ? `${word(`tab_${name}`)}, ${count}` : null,
            tabindex: name === view ? "0" : "-1",
            onclick: () => show(name),
          },
          icon(name),
          element("span", {}, word(`tab_${name}`)),
          count ? element("span", { class: "badge", "aria-hidden": "true" }, shown) : null,
        );
      }),
    );
    byId("panel").setAttribute("aria-labelledby", `tab-${view}`);
    if (focused) byId(`tab-${view}`).focus();
  }

  function show(name) {
    view = name;
    drawn += 1;
    tabs();
    const panel = byId("panel");
    panel.replaceChildren();
    panel.scrollTop = 0;
    ({ rates, duplicates, matches, sync, errors })[name](panel, drawn);
  }

  byId("tabs").addEventListener("keydown", (event) => {
    const at = VIEWS.indexOf(view);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: VIEWS.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    show(VIEWS[(to + VIEWS.length) % VIEWS.length]);
    byId(`tab-${view}`).focus();
  });

  byId("language").addEventListener("click", () => {
    Workbench.useLanguage(Workbench.language() === "zh" ? "en" : "zh");
    if (!byId("main").hidden) show(view);
  });

  byId("connect-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    Workbench.useToken(byId("token").value);
    byId("connect-problem").textContent = "";
    try {
      await begin();
      byId("token").value = "";
      if (Book.available()) Book.recalculate().catch(() => {});
    } catch (error) {
      byId("connect-problem").textContent = error instanceof Workbench.Away ? word("away_pane") : error.message;
    }
  });

  let toastTimer = 0;
  function toast(text, action) {
    const box = byId("toast");
    box.replaceChildren(element("span", {}, text), ...(action ? [button(action.text, action.run)] : []));
    box.hidden = false;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => {
      box.hidden = true;
    }, 12000);
  }

  const busy = (panel) => panel.replaceChildren(element("p", { class: "empty busy", role: "status" }, word("loading")));

  // Puts what is asked for into the panel, or why there is none and a way to try again.
  async function fill(panel, turn, path, question, make) {
    busy(panel);
    try {
      const told = await Workbench.once(path, question);
      if (turn !== drawn) return;
      if (told.waiting) {
        waiting = told.waiting;
        tabs();
      }
      panel.replaceChildren(...make(told));
    } catch (error) {
      if (turn === drawn) panel.replaceChildren(problem(error), button(word("again"), () => show(view)));
    }
  }

  // rates

  const asked = { base: "USD", quote: "CNY", day: today(), amount: "" };
  let currencies = null;

  function rates(panel) {
    const result = element("div", { id: "rate", "aria-live": "polite" });
    const field = (name, properties) =>
      element(
        "div",
        {},
        element("label", { for: name }, word(name)),
        element("input", { id: name, value: asked[name], autocomplete: "off", spellcheck: "false", ...properties }),
      );
    const look = async (event) => {
      if (event) event.preventDefault();
      for (const name of Object.keys(asked)) asked[name] = byId(name).value.trim();
      asked.base = asked.base.toUpperCase();
      asked.quote = asked.quote.toUpperCase();
      try {
        result.replaceChildren(...evidence(await Workbench.once("rates", asked)));
      } catch (error) {
        const card = problem(error);
        const newest = error.code === "rate.stale" && error.facts.rate_date;
        const take = () => {
          byId("day").value = newest;
          look();
        };
        if (newest) card.append(button(word("take_day", { day: newest }), take));
        result.replaceChildren(card);
      }
    };
    const swap = () => {
      [byId("base").value, byId("quote").value] = [byId("quote").value, byId("base").value];
      look();
    };
    const code = { list: "codes", maxlength: "3", required: true, "aria-describedby": "rate" };
    panel.replaceChildren(
      element(
        "form",
        { class: "card", onsubmit: look },
        element("div", { class: "row" }, field("base", code), button("⇄", swap, { class: "swap", "aria-label": word("swap") }), field("quote", code)),
        element("div", { class: "two" }, field("day", { type: "date", required: true }), field("amount", { inputmode: "decimal" })),
        element("button", { class: "primary" }, word("look_up")),
        element("datalist", { id: "codes" }, (currencies || []).map(([value, name]) => element("option", { value, label: `${value} ${name}` }))),
      ),
      result,
    );
    if (!currencies || currencies.language !== Workbench.language()) {
      Workbench.once("rates", {})
        .then((told) => {
          currencies = Object.entries(told.currencies);
          currencies.language = Workbench.language();
          const list = byId("codes");
          if (list) list.replaceChildren(...currencies.map(([value, name]) => element("option", { value, label: `${value} ${name}` })));
        })
        .catch(() => {});
    }
    look();
  }

  const quoted = (text) => `"${text}"`;

  function evidence(rate) {
    const [year, month, date] = rate.date.split("-").map(Number);
    const when = `DATE(${year},${month},${date})`;
    const pair = `${quoted(rate.base)},${quoted(rate.quote)},${when}`;
    const converted = rate.converted !== undefined;
    const formula = converted ? `=WB.FX_CONVERT(${rate.amount},${pair})` : `=WB.FX_RATE(${pair})`;
    const put = (value, format) => async () => {
      try {
        toast(word("written_to", { place: await Book.insert(value, format) }));
      } catch (error) {
        toast(error.message);
      }
    };
    const age = rate.age_days === 0 ? word("age_today") : word("age_days", { days: rate.age_days });
    const legs = rate.legs.map((leg) => `1 ${leg.base} = ${leg.value} ${leg.quote} (${leg.rate_date})`);
    return [
      element(
        "div",
        { class: "card" },
        element(
          "div",
          {},
          element("p", { class: "figure" }, grouped(converted ? rate.converted : trimmed(rate.value)), " ", element("small", {}, rate.quote)),
          element("p", { class: "under" }, converted ? `${grouped(rate.amount)} ${rate.base} × ${trimmed(rate.value)}` : `1 ${rate.base} =`),
        ),
        facts([
          [word("published"), `${rate.rate_date} (${age})`],
          [word("source"), rate.words.source],
          [word("kind"), rate.words.kind],
          [word("policy"), rate.words.policy],
          [word("legs"), legs.length > 1 ? element("div", {}, legs.map((leg) => element("div", {}, leg))) : ""],
        ]),
        element(
          "div",
          { class: "actions" },
          button(word("insert_formula"), put(formula), { disabled: !Book.available() }),
          button(word("insert_value"), put(Number(converted ? rate.converted : rate.value)), { disabled: !Book.available() }),
        ),
      ),
    ];
  }

  // A rate to six significant digits after its leading zeros; the cell gets all of them.
  const trimmed = (value) => (value.length > 12 ? String(Number(Number(value).toPrecision(8))) : value);
  const grouped = (value) => {
    const [whole, part] = value.split(".");
    return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part === undefined ? "" : `.${part}`);
  };

  // duplicates

  function duplicates(panel, turn) {
    fill(panel, turn, "duplicates", { offset: 0 }, (told) =>
      told.pairs.length
        ? [element("p", { class: "intro" }, word("duplicates_intro")), ...told.pairs.map(pairCard)]
        : [element("p", { class: "empty" }, word("duplicates_none"))],
    );
  }

  const share = (score) => `${Math.floor(Number(score) * 1000) / 10} %`;

  function pairCard(pair) {
    const [a, b] = pair.sides;
    const rows = ["country", "email", "phone", "tax", "orders"]
      .filter((name) => a[name] || b[name])
      .map((name) => {
        const same = a[name] && a[name] === b[name] && name !== "orders" ? "same" : null;
        const told = (value) => (value === null || value === undefined || value === "" ? "–" : String(value));
        return element("tr", {}, element("th", { scope: "row" }, word(`field_${name}`)), element("td", { class: same }, told(a[name])), element("td", { class: same }, told(b[name])));
      });
    const decide = (decision) => (event) =>
      decided(event.target.closest("article"), "duplicates/decide", { id: pair.id, version: pair.version, decision }, word(`done_${decision}`));
    return element(
      "article",
      { class: "card", "aria-label": `${a.name} / ${b.name}`, tabindex: "-1" },
      element("div", { class: "head" }, element("h3", {}, word("same_question")), element("span", { class: "pill", title: word("score") }, share(pair.score))),
      element(
        "table",
        {},
        element("colgroup", {}, element("col", { class: "what" }), element("col"), element("col")),
        element("thead", {}, element("tr", {}, element("td", {}), element("th", { scope: "col" }, a.name), element("th", { scope: "col" }, b.name))),
        element("tbody", {}, rows),
      ),
      reasonList(pair.reasons),
      element(
        "div",
        { class: "actions" },
        button(word("merge"), decide("merge"), { class: "primary" }),
        button(word("apart"), decide("apart")),
        button(word("later"), decide("later")),
      ),
    );
  }

  // A reason ends with its weight in brackets: what it adds for or against.
  function reasonList(reasons) {
    return element(
      "ul",
      { class: "reasons", "aria-label": word("reasons") },
      reasons.map((reason) => {
        const weighed = reason.match(/^(.*?)\s*[（(]([+\-−]?\d+(?:\.\d+)?)[）)]$/s);
        if (!weighed) return element("li", {}, reason);
        const against = /^[-−]/.test(weighed[2]);
        return element("li", {}, element("span", {}, weighed[1]), element("span", { class: `weight ${against ? "against" : "for"}` }, weighed[2]));
      }),
    );
  }

  async function decided(card, path, question, text) {
    card.querySelectorAll("button, input").forEach((one) => {
      one.disabled = true;
    });
    try {
      const told = await Workbench.once(path, question);
      waiting = told.waiting;
      tabs();
      const next = card.nextElementSibling || card.previousElementSibling;
      card.remove();
      if (next && next.focus && next.tagName === "ARTICLE") next.focus();
      else if (!byId("panel").querySelector("article")) show(view);
      toast(text, { text: word("undo"), run: () => undo(told.changeset) });
      follow({ quiet: true });
    } catch (error) {
      card.querySelectorAll(".problem").forEach((one) => one.remove());
      card.append(problem(error));
      card.querySelectorAll("button, input").forEach((one) => {
        one.disabled = false;
      });
    }
  }

  async function undo(changeset) {
    try {
      const told = await Workbench.once("undo", { changeset });
      waiting = told.waiting;
      toast(word("undone"));
      show(view);
      follow({ quiet: true });
    } catch (error) {
      toast(error.message);
    }
  }

  // matches

  function matches(panel, turn) {
    fill(panel, turn, "matches", { offset: 0 }, (told) =>
      told.receipts.length
        ? [element("p", { class: "intro" }, word("matches_intro")), ...told.receipts.map(receiptCard)]
        : [element("p", { class: "empty" }, word("matches_none"))],
    );
  }

  function receiptCard(one) {
    const choices = [];
    const open = one.parts.length > 0 && one.parts.every((part) => part.open);
    if (one.parts.length) choices.push({ ids: one.parts.map((part) => part.id), text: one.parts.map((part) => part.text).join(" + "), open });
    for (const other of one.others) {
      if (!one.parts.some((part) => part.id === other.id)) choices.push({ ids: [other.id], text: other.text, open: other.open });
    }
    const name = `pays-${one.receipt}`;
    const options = choices.map((choice, number) =>
      element(
        "label",
        { class: "choice" },
        element("input", { type: "radio", name, value: String(number), checked: number === 0 }),
        element("span", {}, choice.text, choice.open ? "" : ` · ${word("paid_already")}`),
      ),
    );
    const chosen = (card) => choices[Number((card.querySelector("input:checked") || { value: "0" }).value)].ids;
    const decide = (decision) => (event) => {
      const card = event.target.closest("article");
      const instalments = decision === "none" ? [] : chosen(card);
      decided(card, "matches/decide", { receipt: one.receipt, decision, instalments }, word(`done_${decision}`));
    };
    return element(
      "article",
      { class: "card", "aria-label": `${one.amount} ${one.payer}`, tabindex: "-1" },
      element("div", { class: "head" }, element("h3", {}, one.amount), one.confidence ? element("span", { class: Number(one.confidence) < 0.8 ? "pill warn" : "pill", title: word("score") }, share(one.confidence)) : null),
      facts([
        [word("payer"), one.payer],
        [word("value_date"), one.day],
        [word("remittance"), one.reference],
      ]),
      reasonList(one.reasons),
      options.length ? element("fieldset", {}, element("legend", {}, word("may_pay")), options) : null,
      element(
        "div",
        { class: "actions" },
        options.length ? button(word("post"), decide("post"), { class: "primary" }) : null,
        options.length ? button(word("not_this"), decide("reject")) : null,
        button(word("no_payment"), decide("none")),
      ),
    );
  }

  // sync

  function sync(panel) {
    const told = element("div", { id: "sync-result", "aria-live": "polite" });
    const run = (action) => async (event) => {
      const buttons = event.target.closest(".card").querySelectorAll("button");
      buttons.forEach((one) => {
        one.disabled = true;
      });
      const say = (text) => told.replaceChildren(element("div", { class: "card" }, element("p", { class: "busy" }, text), element("progress", { "aria-label": text })));
      try {
        told.replaceChildren(...report(await synchronise(action, say), action));
        follow({ quiet: true });
      } catch (error) {
        told.replaceChildren(problem(error));
      }
      buttons.forEach((one) => {
        one.disabled = false;
      });
    };
    const able = Book.available();
    panel.replaceChildren(
      element("p", { class: "intro" }, word(able ? "sync_intro" : "sync_outside")),
      element(
        "div",
        { class: "card" },
        element("div", { class: "actions" }, button(word("sync_status"), run("status"), { disabled: !able })),
        element("div", { class: "actions" }, button(word("sync_push"), run("push"), { class: "primary", disabled: !able }), button(word("sync_pull"), run("pull"), { disabled: !able })),
        element("div", { class: "actions" }, button(word("recalculate"), () => Book.recalculate().then(() => toast(word("recalculated"))), { disabled: !able })),
      ),
      told,
    );
  }

  async function synchronise(action, say) {
    say(word("sync_reading"));
    const { run } = await Workbench.once("sync/begin", { action, ...(await Book.identity()) });
    await Book.read((part) => Workbench.once("sync/sheet", { run, ...part }));
    for (;;) {
      const told = await Workbench.once("sync/next", { run });
      if (told.failure) throw new Workbench.Refusal(0, told.failure);
      if (told.report) return told.report;
      if (told.write) {
        say(word("sync_writing"));
        let trouble = "";
        try {
          await Book.write(told.write);
        } catch (error) {
          trouble = error.message || String(error);
        }
        await Workbench.once("sync/written", { run, problem: trouble });
      } else if (told.step) say(told.step);
    }
  }

  function report(told, action) {
    const counted = ["created", "updated", "edits", "deleted", "same", "refreshed", "added", "gone"].filter((name) => told[name]);
    const last = told.refused.length
      ? word("sync_nothing")
      : told.changeset !== null
        ? word("sync_stored", { number: told.changeset })
        : action === "status" && counted.length
          ? word("sync_would")
          : told.conflict_count
            ? word("sync_decide")
            : word("sync_agree");
    const listed = (title, items) => (items.length ? [element("h3", {}, title), element("ul", { class: "list" }, items.map((one) => element("li", {}, element("b", {}, one.place), element("p", {}, one.message || `${one.mine} / ${one.theirs} (${one.author})`), one.remedy ? element("p", { class: "hint" }, one.remedy) : null)))] : []);
    return [
      element(
        "div",
        { class: "card" },
        element("h3", {}, last),
        told.unwritten ? element("p", { class: "kind" }, told.unwritten) : null,
        facts(counted.map((name) => [word(`sync_${name}`), String(told[name])])),
        ...listed(word("sync_refused"), told.refused),
        ...listed(word("sync_conflicts"), told.conflicts),
        ...listed(word("sync_asked"), told.asked),
        ...listed(word("sync_notes"), told.notes),
        told.changeset !== null ? element("div", { class: "actions" }, button(word("undo"), () => undo(told.changeset))) : null,
      ),
    ];
  }

  // errors

  function errors(panel) {
    const failures = Workbench.state.failures;
    if (!failures.length) {
      panel.replaceChildren(element("p", { class: "empty" }, word("errors_none")));
      return;
    }
    const clear = () => {
      Workbench.state.failures = [];
      Workbench.changed();
      show("errors");
    };
    panel.replaceChildren(
      element("p", { class: "intro" }, word("errors_intro")),
      element(
        "div",
        { class: "card" },
        element(
          "ul",
          { class: "list" },
          failures.map((one) =>
            element(
              "li",
              {},
              element(
                "div",
                { class: "place" },
                element("b", {}, one.cell ? one.cell.replace(/^\[.*\]/, "") : one.name),
                element("span", {}, one.at.toLocaleTimeString()),
              ),
              element("p", {}, element("span", { class: "kind" }, one.kind), " ", one.name),
              element("p", {}, one.message),
              one.cell && Book.available() ? button(word("show_cell"), () => Book.go(one.cell).catch((error) => toast(error.message)), { class: "quiet" }) : null,
            ),
          ),
        ),
      ),
      element("div", { class: "actions" }, button(word("recalculate"), () => Book.recalculate(), { disabled: !Book.available() }), button(word("clear"), clear)),
    );
  }

  // life

  async function begin() {
    hello = await Workbench.once("hello", {});
    if (hello.register) {
      const told = await Workbench.once("overview", {});
      waiting = told.waiting;
      asked.quote = told.base;
      if (asked.base === asked.quote) asked.base = asked.base === "USD" ? "EUR" : "USD";
    }
    frame();
    show(view);
    follow();
  }

  let before = "unknown";
  Workbench.listen((state) => {
    frame();
    if (view === "errors" && !byId("main").hidden) show("errors");
    const back = state.connection === "connected" && before === "away";
    before = state.connection;
    if (back) {
      toast(word("back"));
      if (state.interrupted && Book.available()) {
        state.interrupted = false;
        Book.recalculate().catch(() => {});
      }
    }
  });

  // Cells show the register: when somebody has changed it, they are calculated again, and nothing else makes them be.
  async function follow({ quiet = false } = {}) {
    if (!hello || !hello.register || Workbench.state.connection !== "connected") return;
    try {
      const told = await Workbench.once("news", { since: head || 0 });
      const changed = head !== null && told.head !== head;
      head = told.head;
      if (!changed) return;
      waiting = told.waiting;
      tabs();
      if (!Book.available()) return;
      await Book.recalculate();
      if (!quiet) toast(word("followed"));
    } catch {
      // The next look will find it.
    }
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) follow();
  });

  // While the server is away it is looked for, so that the pane and the cells recover by themselves.
  async function watch() {
    for (let turn = 1; ; turn += 1) {
      await Workbench.pause(document.hidden ? 15000 : 3000);
      if (turn % 5 === 0) await follow();
      if (Workbench.hasToken() && Workbench.state.connection === "away") {
        try {
          await begin();
        } catch {
          // It is looked for again.
        }
      }
    }
  }

  Office.onReady(async () => {
    if (!Workbench.language()) return;
    frame();
    if (Workbench.hasToken()) await begin().catch(() => frame());
    else byId("token").focus();
    watch();
  });
})();
