// Asks the daemon for its state and history, once per interval, and shows both.

import { Charts } from "./charts.js";
import { ClockTable } from "./clocks.js";
import { element, setText } from "./dom.js";
import { headlineOf } from "./headline.js";
import { History } from "./history.js";
import { agoText, offsetText, spanText, tickText, timeText, UNKNOWN } from "./units.js";

const SHORTEST_WAIT = 1000;
const LONGEST_WAIT = 10000;
const PATIENCE = 5000;
const MOST_EVENTS_SHOWN = 30;
const SYMBOLS = { good: "✓", attention: "!", trouble: "✕" };
const ROLES = { active: "active master", standby: "standby", slave: "slave" };

const at = (id) => document.getElementById(id);

const history = new History();
const controls = at("controls").elements;
const charts = new Charts(history, { offsets: at("offsets"), spread: at("spread"),
  average: at("average"), bound: at("bound"), legend: at("legend"), reading: at("reading"),
  empty: at("empty"), resolution: at("resolution"), bounds: controls.bounds });
const table = new ClockTable({ table: at("clocks"), filter: at("filter"), note: at("clocks-note") });

let status = null;
let heardAt = 0;

// --- asking ---

class NoAnswer extends Error {}

async function ask(path) {
  try {
    const response = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (response.ok) {
      return await response.json();
    }
  } catch {
    // The browser's console tells why.
  }
  throw new NoAnswer(path);
}

async function update() {
  status = await ask("status.json");
  for (let more = true; more;) {
    const answer = await ask(`history.json?since=${history.next}`);
    more = history.add(answer) ? answer.more : true;
  }
  history.addEvents(status.instance, status.events);
  heardAt = performance.now();
}

function wait(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function tryToUpdate() {
  try {
    await update();
    return true;
  } catch (error) {
    if (!(error instanceof NoAnswer)) {
      console.error(error);
    }
    return false;
  }
}

/** Sends one request after another, for as long as the page is open. */
async function follow() {
  let failures = 0;
  for (;;) {
    const started = performance.now();
    const there = await tryToUpdate();
    failures = there ? 0 : failures + 1;
    showConnection(there);
    if (there) {
      show();
    }
    await wait(Math.max(pauseAfter(failures) - (performance.now() - started), SHORTEST_WAIT / 4));
  }
}

function pauseAfter(failures) {
  const interval = (status?.interval_ns ?? 0) / 1e6;
  const pause = failures > 0 ? SHORTEST_WAIT * 2 ** Math.min(failures - 1, 10) : interval;
  return Math.min(Math.max(pause, SHORTEST_WAIT), LONGEST_WAIT);
}

// --- showing ---

function showConnection(there) {
  const box = at("connection");
  document.body.classList.toggle("stale", !there);
  if (there) {
    box.hidden = true;
    return;
  }
  const program = status?.program ?? "the daemon";
  const silence = heardAt > 0 ? ` Last heard ${agoText((performance.now() - heardAt) / 1000)}.` : "";
  // A screen reader says this once, not each time that the silence is longer.
  setText(at("announcement"), `No connection to ${program}.`);
  setText(box, `No connection to ${program}, trying again.${silence}`);
  box.hidden = false;
  document.title = `✕ no connection – ${program}`;
}

function showHeadline() {
  const { level, label, big, sentence, essence } = headlineOf(status);
  at("headline").dataset.level = level;
  setText(at("headline-label"), label);
  setText(at("big"), big);
  setText(at("symbol"), SYMBOLS[level]);
  setText(at("sentence"), sentence);
  setText(at("announcement"), essence);
  document.title = `${SYMBOLS[level]} ${big} – ${status.name}`;
}

function showHeader() {
  setText(at("program"), status.program);
  setText(at("name"), status.name === "master" ? "" : status.name);
  setText(at("role"), ROLES[status.role] ?? status.role);
  setText(at("clock"), `group time ${timeText(Date.parse(status.time))}`);
}

function details() {
  const { group, cycle, interval_ns: interval, bound_ns: bound } = status;
  const facts = [["sync cycle", cycle ?? UNKNOWN], ["interval", tickText(interval)]];
  if (status.role === "active") {
    facts.unshift(["own bound", bound === null ? UNKNOWN : `± ${spanText(bound)}`],
      ["average moved", offsetText(group?.average_ns ?? null)]);
    facts.push(["cycle time", spanText(group?.duration_ns ?? null)]);
  } else {
    facts.unshift(["master", status.master?.address ?? UNKNOWN]);
  }
  return facts;
}

function showDetails() {
  at("details").replaceChildren(...details().map(([term, value]) =>
    element("div", "", element("dt", "", term), element("dd", "", value))));
}

function eventItem({ x, text }) {
  return element("li", "", element("time", "", timeText(x)), element("span", "", text));
}

function showEvents() {
  const latest = history.events.slice(-MOST_EVENTS_SHOWN).reverse();
  at("events").replaceChildren(...latest.map(eventItem));
}

function showCharts() {
  const leads = status.role === "active";
  at("group-charts").hidden = !leads;
  at("own-charts").hidden = leads;
  setText(at("offsets-hint"), leads ? "Each clock minus the master’s, before the sync cycle adjusted it."
    : "This clock minus what the master told it, before it was adjusted.");
  charts.draw({ minutes: Number(controls.minutes.value), now: Date.parse(status.time),
    interval: status.interval_ns / 1e6, kind: controls.kind.value, withBounds: controls.bounds.checked, leads });
}

function show() {
  if (status === null) {
    return;
  }
  showHeadline();
  if (document.hidden) {
    return;  // the tab's title is all that can be seen
  }
  showHeader();
  showDetails();
  table.show(status.clocks);
  at("filter-label").hidden = status.clocks.length < 2;
  showEvents();
  showCharts();
}

at("controls").addEventListener("change", show);
at("controls").addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("visibilitychange", show);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
follow();
