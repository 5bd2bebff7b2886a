// The table of the clocks: sorted by the column that the reader chooses, filtered by name, and never
// longer than a screen or two, however many clocks there are.

import { element, setText } from "./dom.js";
import { agoText, driftText, offsetText, spanText } from "./units.js";

const MOST_ROWS = 20;

// The degrees of gravity of a standing, the gravest first, and their symbols.
const SYMBOLS = { wrong: "✕", pending: "◐", lost: "○", counted: "●" };
const GRAVITIES = Object.keys(SYMBOLS);

// What the daemons' words mean. A `pending` clock is not wrong, and will probably count soon.
const STANDINGS = {
  counted: { gravity: "counted" },
  outlier: { gravity: "wrong", meaning: "too far from the middle of the clocks" },
  "no majority": { gravity: "wrong", meaning: "two clocks farther apart than the sanity limit" },
  trimmed: { gravity: "wrong", meaning: "among the highest or lowest, which the method drops" },
  "not middle": { gravity: "wrong", meaning: "not among the middle ones, which the method takes" },
  late: { gravity: "pending", meaning: "did not answer in this sync cycle" },
  newcomer: { gravity: "pending", meaning: "not on the group's time yet since it joined" },
  "too fast": { gravity: "wrong", meaning: "its rate is farther from the others' than --max-drift allows" },
  jumped: { gravity: "wrong",
    meaning: "no longer on the group's time: its clock was set or stood still" },
  "no sync cycle": { gravity: "pending", meaning: "too few slaves, so nothing is measured now" },
  lost: { gravity: "lost", meaning: "it has left" },
  "not synchronized": { gravity: "pending", meaning: "its clock was never adjusted" },
  holdover: { gravity: "pending", meaning: "no adjustment came for a while" },
  suspended: { gravity: "pending",
    meaning: "the machine was suspended, and its clock is to be measured again" },
  stopped: { gravity: "pending",
    meaning: "the machine was stopped by its host, and its clock is to be measured again" },
};

export function gravityOf({ standing }) {
  return STANDINGS[standing]?.gravity ?? "wrong";
}

function standingText(clock) {
  return `${SYMBOLS[gravityOf(clock)]} ${clock.standing}`;
}

function nameText({ name, kind, address }) {
  return name + (kind === "lab" ? " (lab)" : address === "" ? " (this)" : "");
}

function offsetAndBound({ offset_ns: offset, bound_ns: bound }) {
  return offset === null || bound === null ? offsetText(offset)
    : `${offsetText(offset)} ± ${spanText(bound)}`;
}

function distance(value) {
  return value === null ? -1 : Math.abs(value);
}

/** What a column shows and sorts by; a `figure` is sorted by size, the largest first. */
const COLUMNS = {
  name: { text: nameText, key: (clock) => clock.name },
  standing: { text: standingText, key: (clock) => GRAVITIES.indexOf(gravityOf(clock)) },
  offset: { text: offsetAndBound, key: (clock) => distance(clock.offset_ns), figure: true },
  delay: { text: (clock) => spanText(clock.delay_ns), key: (clock) => distance(clock.delay_ns),
    figure: true },
  drift: { text: (clock) => driftText(clock.drift_ppb), key: (clock) => distance(clock.drift_ppb),
    figure: true },
  change: { text: (clock) => offsetText(clock.change_ns),
    key: (clock) => distance(clock.change_ns), figure: true },
  seen: { text: (clock) => agoText(clock.last_seen_s), key: (clock) => distance(clock.last_seen_s),
    figure: true },
};

const collator = new Intl.Collator("en", { numeric: true });

function compare(a, b) {
  return typeof a === "string" ? collator.compare(a, b) : a - b;
}

/** Sorts the clocks that do not count first, then by distance. */
function worstFirst(a, b) {
  return compare(COLUMNS.standing.key(a), COLUMNS.standing.key(b)) ||
    compare(COLUMNS.offset.key(b), COLUMNS.offset.key(a)) || compare(a.name, b.name);
}

export class ClockTable {
  #body;
  #note;
  #filter;
  #heads;
  #rows = new Map();
  #clocks = [];
  /** null until the reader chooses: in the daemon's order, or the worst first if there are many. */
  #order = null;

  /** `elements` are the table, the filter (a search box) and the note (how many are shown). */
  constructor({ table, filter, note }) {
    this.#body = table.tBodies[0];
    this.#note = note;
    this.#filter = filter;
    this.#heads = [...table.tHead.querySelectorAll("th")];
    for (const head of this.#heads) {
      head.querySelector("button").addEventListener("click", () => this.#sortBy(head.dataset.column));
    }
    filter.addEventListener("input", () => this.#draw());
  }

  show(clocks) {
    this.#clocks = clocks;
    this.#draw();
  }

  #sortBy(column) {
    const descending = this.#order?.column === column ? !this.#order.descending
      : COLUMNS[column].figure === true;
    this.#order = { column, descending };
    for (const head of this.#heads) {
      if (head.dataset.column === column) {
        head.setAttribute("aria-sort", descending ? "descending" : "ascending");
      } else {
        head.removeAttribute("aria-sort");
      }
    }
    this.#draw();
  }

  #sorted(clocks) {
    if (!this.#order) {
      return clocks.length > MOST_ROWS ? [...clocks].sort(worstFirst) : clocks;
    }
    const { key } = COLUMNS[this.#order.column];
    const sign = this.#order.descending ? -1 : 1;
    const keyed = clocks.map((clock) => ({ clock, key: key(clock) }));
    keyed.sort((a, b) => sign * (compare(a.key, b.key) || compare(a.clock.name, b.clock.name)));
    return keyed.map(({ clock }) => clock);
  }

  #draw() {
    const wanted = this.#filter.value.trim().toLowerCase();
    const found = this.#clocks.filter(({ name }) => name.toLowerCase().includes(wanted));
    const shown = this.#sorted(found).slice(0, MOST_ROWS);
    this.#note.textContent = noteText(shown.length, found.length, this.#clocks.length,
      wanted !== "", this.#order === null);
    this.#place(shown);
  }

  /** Keeps the rows that stay, so that a selection or a screen reader's place in them stays. */
  #place(clocks) {
    const rows = new Map(clocks.map((clock) => [clock.name, this.#rows.get(clock.name) ?? newRow()]));
    for (const [name, row] of this.#rows) {
      if (!rows.has(name)) {
        row.remove();
      }
    }
    this.#rows = rows;
    clocks.forEach((clock, index) => {
      const row = rows.get(clock.name);
      fillRow(row, clock);
      if (this.#body.rows[index] !== row) {
        this.#body.insertBefore(row, this.#body.rows[index] ?? null);
      }
    });
  }
}

function noteText(shown, found, all, filtered, worst) {
  if (shown === found) {
    return filtered ? `${found} of ${all} clocks` : "";
  }
  return `The ${shown} ${worst ? "worst" : "first"} of ${found} clocks${filtered ? " found" : ""}`;
}

function newRow() {
  const row = document.createElement("tr");
  row.setAttribute("role", "row");
  for (const column of Object.keys(COLUMNS)) {
    const cell = element(column === "name" ? "th" : "td", `cell-${column}`);
    cell.setAttribute("role", column === "name" ? "rowheader" : "cell");
    if (column === "name") {
      cell.scope = "row";
    }
    row.append(cell);
  }
  return row;
}

function fillRow(row, clock) {
  Object.values(COLUMNS).forEach(({ text }, index) => setText(row.cells[index], text(clock)));
  row.className = `clock-${gravityOf(clock)}`;
  const meaning = STANDINGS[clock.standing]?.meaning;
  row.cells[1].title = meaning ? `${clock.standing}: ${meaning}` : "";
  row.cells[0].title = clock.address;
}
