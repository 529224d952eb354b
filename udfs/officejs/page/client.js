"use strict";
// The connection to the server: token, language, one way to ask, and what happens while the server is away.

const Workbench = (() => {
  const TOKEN = "workbench.token";
  const LANGUAGE = "workbench.language";
  const WAITS = [250, 500, 1000, 2000, 4000];
  const PATIENCE = 60000;
  const listeners = new Set();
  const state = { connection: "unknown", started: "", failures: [] };

  const stored = (name) => {
    try {
      return window.localStorage.getItem(name) || "";
    } catch {
      return "";
    }
  };

  const store = (name, value) => {
    try {
      window.localStorage.setItem(name, value);
    } catch {
      // A browser that keeps nothing asks again next time.
    }
  };

  let token = stored(TOKEN);

  const language = () => {
    const chosen = stored(LANGUAGE);
    if (chosen) return chosen;
    const shown = (window.Office && Office.context && Office.context.displayLanguage) || navigator.language || "en";
    return shown.toLowerCase().startsWith("zh") ? "zh" : "en";
  };

  const tell = () => listeners.forEach((listener) => listener(state));

  const become = (connection) => {
    if (state.connection !== connection) {
      state.connection = connection;
      tell();
    }
  };

  class Refusal extends Error {
    constructor(status, error) {
      super(error.message);
      this.status = status;
      this.code = error.code;
      this.remedy = error.remedy || "";
      this.where = error.where || "";
      this.facts = error;
    }
  }

  class Away extends Error {}

  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  async function once(path, question, signal) {
    let answer;
    try {
      answer = await fetch(`/api/${path}`, {
        method: "POST",
        signal,
        cache: "no-store",
        credentials: "omit",
        headers: {
          "Content-Type": "application/json",
          "Accept-Language": language(),
          Authorization: `Bearer ${token}`,
        },
        body: typeof question === "string" ? question : JSON.stringify(question),
      });
    } catch (problem) {
      if (problem.name === "AbortError") throw problem;
      become("away");
      throw new Away();
    }
    if (answer.status === 503) throw new Away();
    let told;
    try {
      told = await answer.json();
    } catch {
      become("away");
      throw new Away(); // it ended in the middle of its answer
    }
    if (answer.ok) {
      become("connected");
      return told;
    }
    become(answer.status === 401 ? "refused" : "connected");
    throw new Refusal(answer.status, told.error || { message: String(answer.status), code: "" });
  }

  // Asks until there is an answer: a question about cells changes nothing, so it may be put again.
  async function ask(path, question, signal) {
    const until = Date.now() + PATIENCE;
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await once(path, question, signal);
      } catch (problem) {
        if (!(problem instanceof Away) || Date.now() > until) throw problem;
        await pause(WAITS[Math.min(attempt, WAITS.length - 1)]);
      }
    }
  }

  return {
    state,
    ask,
    once,
    pause,
    language,
    Away,
    Refusal,
    listen: (listener) => listeners.add(listener),
    changed: tell,
    hasToken: () => token !== "",
    useToken: (given) => {
      token = given.trim();
      store(TOKEN, token);
    },
    useLanguage: (chosen) => {
      store(LANGUAGE, chosen);
      tell();
    },
  };
})();
