// The lines that a chart can have: { name, style, bars, isFitted }. `bars` turns a column into
// [low, middle, high] in nanoseconds, or null; `isFitted` says whether a fitted scale must have
// room for it.

import { cssValue } from "./chart.js";

function extentOf(bars) {
  let low = Infinity;
  let high = -Infinity;
  for (const [lowest, , highest] of bars) {
    low = Math.min(low, lowest);
    high = Math.max(high, highest);
  }
  return high >= low ? [low, high] : null;
}

function finiteOrNull(bars) {
  return bars.every(Number.isFinite) ? bars : null;
}

function readingBars({ offset, bound }, withBounds) {
  const reach = withBounds && Number.isFinite(bound) ? bound : 0;
  return finiteOrNull([offset - reach, offset, offset + reach]);
}

/** Returns the line of a clock's offset, with or without its bound around it. Over bands, the scale
 *  is fitted to them. */
export function clockLine(name, style, withBounds, overBands) {
  return {
    name,
    style,
    isFitted: ({ readings }) => !overBands && readings.get(name)?.counted,
    bars: ({ readings }) => {
      const reading = readings.get(name);
      return reading ? readingBars(reading, withBounds) : null;
    },
  };
}

function band(low, high, fillAlpha, strokeWidth) {
  return {
    isFitted: () => low !== "min",
    style: { color: cssValue("--band"), fillAlpha, strokeWidth },
    bars: ({ quantiles: q }) => (q ? [q[low], q.p50, q[high]] : null),
  };
}

/** Returns the bands of the distribution of all clocks. */
export function bandLines() {
  return [band("min", "max", 0.12, 0), band("p5", "p95", 0.16, 0), band("p25", "p75", 0.28, 1.5)];
}

/** Returns what the chart must have room for: everything, or only what the lines say that the scale
 *  is fitted to. */
export function extentsOf(columns, lines, everything) {
  const extents = [];
  for (const column of columns) {
    const fitted = lines.filter((line) => everything || line.isFitted(column));
    const extent = extentOf(fitted.map((line) => line.bars(column)).filter(Boolean));
    if (extent) {
      extents.push(extent);
    }
  }
  return extents;
}

/** Returns the line of a figure of the columns, by its name; `fromZero` fills the stretch from zero
 *  to it. */
export function figureLine(name, fromZero) {
  return {
    style: { color: cssValue("--line-0") },
    bars: ({ [name]: value }) => (value === null ? null : [fromZero ? 0 : value, value, value]),
  };
}

/** A clock keeps its place, and so its colour, for as long as it is drawn. */
export class Places {
  #taken = new Map();

  of(names) {
    const wanted = new Set(names);
    for (const name of this.#taken.keys()) {
      if (!wanted.has(name)) {
        this.#taken.delete(name);
      }
    }
    return names.map((name) => this.#placeOf(name));
  }

  #placeOf(name) {
    if (!this.#taken.has(name)) {
      const used = new Set(this.#taken.values());
      let place = 0;
      while (used.has(place)) {
        ++place;
      }
      this.#taken.set(name, place);
    }
    return this.#taken.get(name);
  }
}
