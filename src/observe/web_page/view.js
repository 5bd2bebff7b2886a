// What a chart can show of the history: a stretch of time in a few hundred columns.

import { readingsOf } from "./history.js";

const MOST_COLUMNS = 400;
const FIGURES = ["average", "spread", "bound"];
const LOWER = ["min", "p5", "p25"];
const UPPER = ["p75", "p95", "max"];

function farther(a, b) {
  return b === null || (a !== null && Math.abs(a) > Math.abs(b)) ? a : b;
}

function mergedQuantiles(older, newer) {
  if (!older || !newer) {
    return older ?? newer;
  }
  const merged = { ...newer };
  for (const name of LOWER) {
    merged[name] = Math.min(older[name], newer[name]);
  }
  for (const name of UPPER) {
    merged[name] = Math.max(older[name], newer[name]);
  }
  return merged;
}

/** Merges several rows into one column: of each figure the one farthest from zero, so that none is
 *  missed. */
function columnOf(rows) {
  const column = { x: rows.at(-1).x, afterBreak: rows.some((row) => row.afterBreak),
    readings: new Map(), quantiles: null, average: null, spread: null, bound: null };
  for (const row of rows) {
    for (const figure of FIGURES) {
      column[figure] = farther(row[figure], column[figure]);
    }
    column.quantiles = mergedQuantiles(column.quantiles, row.quantiles);
    for (const [name, reading] of readingsOf(row)) {
      const before = column.readings.get(name);
      if (!before || !(Math.abs(before.offset) >= Math.abs(reading.offset))) {
        column.readings.set(name, reading);
      }
    }
  }
  return column;
}

export class View {
  #history;
  #complete = new Map();
  #key = "";

  constructor(history) {
    this.#history = history;
  }

  /** Returns the columns from `start` on, and how many rows each of them stands for. */
  columns(start) {
    const { rows, count, generation } = this.#history;
    const found = rows.findIndex((row) => row.x >= start);
    const first = found < 0 ? rows.length : found;
    const size = sizeFor(rows.length - first);
    this.#forgetUnless(`${size} ${generation}`);

    const columns = [];
    const firstOrdinal = count - rows.length;
    // Columns begin at multiples of their size, so that they stay put while new ones are added.
    for (let index = first; index < rows.length;) {
      const number = Math.floor((firstOrdinal + index) / size);
      const until = Math.min(rows.length, (number + 1) * size - firstOrdinal);
      columns.push(this.#column(number, size, index, until));
      index = until;
    }
    return { columns, size };
  }

  #column(number, size, from, until) {
    const known = this.#complete.get(number);
    if (known) {
      return known;
    }
    const column = columnOf(this.#history.rows.slice(from, until));
    if (until - from === size) {
      this.#complete.set(number, column);
    }
    return column;
  }

  #forgetUnless(key) {
    if (this.#key !== key || this.#complete.size > 2 * MOST_COLUMNS) {
      this.#complete.clear();
      this.#key = key;
    }
  }
}

function sizeFor(rows) {
  let size = 1;
  while (rows > size * MOST_COLUMNS) {
    size *= 2;
  }
  return size;
}

const byName = new Intl.Collator("en", { numeric: true }).compare;

/** Returns the names of the clocks to draw a line for, sorted: at most `most`, those that were
 *  farthest for longest. */
export function farthestNames(columns, most) {
  return [...totals(columns).values()]
    .sort((a, b) => b.distance - a.distance)
    .slice(0, most)
    .map(({ name }) => name)
    .sort(byName);
}

/** As farthestNames(), where a column has only its farthest clocks: those that do not count now, or
 *  that are there most of the time. */
export function lastingNames(columns, most) {
  const last = columns.at(-1).readings;
  const lasting = [...totals(columns).values()].filter(({ name, times }) =>
    last.get(name)?.counted === false || times > 0.75 * columns.length);
  return lasting.sort((a, b) => b.times - a.times).slice(0, most).map(({ name }) => name).sort(byName);
}

function totals(columns) {
  const seen = new Map();
  for (const { readings } of columns) {
    for (const [name, { offset }] of readings) {
      const entry = seen.get(name) ?? { name, times: 0, distance: 0 };
      entry.times += 1;
      entry.distance += Number.isNaN(offset) ? 0 : Math.log10(1 + Math.abs(offset));
      seen.set(name, entry);
    }
  }
  return seen;
}
