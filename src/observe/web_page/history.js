// What the page remembers of the past: one row per sync cycle, and events. It is bounded: to more
// than an hour at one cycle per second. A restart of the daemon only leaves a break in it.

const MOST_ROWS = 4096;
const MOST_EVENTS = 500;

/** Returns the row's reading of one clock: its offset, its bound, and whether it was counted. */
function readingAt(row, index) {
  const [offset, bound] = row.figures.subarray(2 * index, 2 * index + 2);
  return { offset, bound, counted: row.counted[index] };
}

/** Yields all clocks of a row as [name, reading]; an unknown figure is NaN. */
export function* readingsOf(row) {
  for (let index = 0; index < row.names.length; ++index) {
    yield [row.names[index], readingAt(row, index)];
  }
}

function rowOf(point, names) {
  const { offsets } = point;
  const figures = new Float64Array(2 * offsets.length);
  offsets.forEach(([, offset, bound], index) => {
    figures[2 * index] = offset ?? NaN;
    figures[2 * index + 1] = bound ?? NaN;
  });
  return {
    x: point.time_ms,
    average: point.average_ns,
    spread: point.spread_ns,
    bound: point.bound_ns,
    quantiles: point.quantiles ?? null,
    names: offsets.map(([name]) => names[name]),
    counted: offsets.map(([, , , counted]) => counted),
    figures,
  };
}

export class History {
  /** Oldest first, and `x` (milliseconds of group time) only grows. */
  rows = [];
  /** Oldest first: { x, kind, text }. */
  events = [];
  /** How many rows have ever been added; the ordinal of the last one is one less. */
  count = 0;
  /** Changes whenever old rows have moved. */
  generation = 0;

  #instance = null;
  #next = 0;
  #lastEvent = -1;
  #breakNext = false;

  /** The index from which to ask the daemon for points. */
  get next() {
    return this.#next;
  }

  /** Adds an answer of /history.json. Returns false if the daemon was restarted since the last one,
   *  so that its history has to be requested from the start. */
  add(answer) {
    if (answer.instance !== this.#instance) {
      const restarted = this.#instance !== null;
      this.#instance = answer.instance;
      this.#lastEvent = -1;
      this.#breakNext = restarted;
      const old = this.#next;
      this.#next = 0;
      if (restarted && old > 0) {
        return false;
      }
    }
    const waiting = this.#newOf(answer.events);
    for (const point of answer.points) {
      const row = rowOf(point, answer.names);
      const interval = answer.interval_ns / 1e6;
      // The times of events before a step forward are behind by that step.
      const step = Math.max(0, stepOf(row, interval));
      while (waiting.length > 0 && waiting[0].time_ms + step <= row.x) {
        this.#keep(waiting.shift(), step);
      }
      this.#append(row, interval);
    }
    waiting.forEach((event) => this.#keep(event, 0));
    this.#next = answer.next;
    return true;
  }

  /** Adds the events from /status.json, which may be newer. */
  addEvents(instance, events) {
    if (instance === this.#instance) {
      this.#newOf(events).forEach((event) => this.#keep(event, 0));
    }
  }

  #newOf(events) {
    return events.filter(({ number }) => number > this.#lastEvent);
  }

  #keep({ number, time_ms: time, kind, clock, text }, step) {
    this.#lastEvent = number;
    this.events.push({ x: time + step, kind, text: clock ? `${clock} ${text}` : text,
      settled: step > 0 });
    this.events.splice(0, this.events.length - MOST_EVENTS);
  }

  #append(row, interval) {
    const last = this.rows.at(-1);
    const step = stepOf(row, interval);
    const jump = last ? row.x - last.x : 0;
    const wasSet = step !== 0 && Math.abs(jump - step) < 4 * interval + 1000;
    if (!last || wasSet || this.#breakNext) {
      // The events since the last row have times from before the step.
      move(this.events.filter(({ settled }) => !settled), step);
    }
    if (last && (wasSet || jump <= 0)) {
      this.#moveAlong(wasSet && jump > step ? step : jump - interval);
    }
    row.afterBreak = last !== undefined &&
      (this.#breakNext || row.x - last.x > Math.max(5000, 4 * interval));
    this.events.forEach((event) => (event.settled = true));
    this.#breakNext = false;
    this.rows.push(row);
    ++this.count;
    this.rows.splice(0, this.rows.length - MOST_ROWS);
  }

  /** Moves the past along where the group's time was set, so that it keeps its distance in time. */
  #moveAlong(step) {
    const last = this.rows.at(-1).x;
    move(this.events.filter(({ settled, x }) => settled && x <= last), step);
    move(this.rows, step);
    ++this.generation;
  }
}

function move(items, step) {
  for (const item of items) {
    item.x += step;
  }
}

/** Returns by how many milliseconds the row's sync cycle moved the time that it is told in; 0 if
 *  that is at most `interval`. */
function stepOf(row, interval) {
  const step = (row.average ?? -(row.figures[0] || 0)) / 1e6;
  return Math.abs(step) > interval ? step : 0;
}
