// The page's charts: offsets of the clocks, and the group's spread and average, or, where the clock
// is not a master's, its own corrections and bound.

import { Chart, cssValue, lineStyle } from "./chart.js";
import { scaleFor } from "./scale.js";
import { offsetText, spanText, timeText } from "./units.js";
import { View, farthestNames, lastingNames } from "./view.js";

const MOST_LINES = 20;
const MOST_LINES_OVER_BANDS = 6;
const SHORTEST_WINDOW = 20000;

function extentOf(bars) {
  let low = Infinity;
  let high = -Infinity;
  for (const [lowest, , highest] of bars) {
    low = Math.min(low, lowest);
    high = Math.max(high, highest);
  }
  return high >= low ? [low, high] : null;
}

function isFinite3(bars) {
  return bars.every(Number.isFinite) ? bars : null;
}

function readingBars({ offset, bound }, withBounds) {
  const reach = withBounds && Number.isFinite(bound) ? bound : 0;
  return isFinite3([offset - reach, offset, offset + reach]);
}

function clockLine(name, style, withBounds, overBands) {
  return {
    name,
    style,
    isFitted: ({ readings }) => !overBands && readings.get(name)?.state === "c",
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

function bandLines() {
  return [band("min", "max", 0.12, 0), band("p5", "p95", 0.16, 0), band("p25", "p75", 0.28, 1.5)];
}

/** What the chart has to have room for: everything, or what the lines say the scale is fitted to. */
function extentsOf(columns, lines, everything) {
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

function figureLine(style, figure) {
  return {
    style: { color: cssValue("--line-0"), ...style },
    bars: (column) => {
      const value = figure(column);
      return value === null ? null : [value, value, value];
    },
  };
}

/** A stretch from zero to the figure, filled. */
function areaLine(figure) {
  return {
    style: { color: cssValue("--line-0") },
    bars: (column) => {
      const value = figure(column);
      return value === null ? null : [0, value, value];
    },
  };
}

/** A clock keeps its place, and so its colour, for as long as it is drawn. */
class Places {
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

export class Charts {
  #view;
  #history;
  #offsets;
  #spread;
  #average;
  #bound;
  #lines = [];
  #places = new Places();
  #elements;

  /** `elements`: the places of the charts, the legend, the reading under the pointer, and so on. */
  constructor(history, elements) {
    this.#history = history;
    this.#view = new View(history);
    this.#elements = elements;
    this.#offsets = new Chart(elements.offsets, (point) => this.#showReading(point));
    this.#spread = new Chart(elements.spread);
    this.#average = new Chart(elements.average);
    this.#bound = new Chart(elements.bound);
  }

  /** `minutes` of the past up to `now`, with a sync cycle each `interval`, both in milliseconds;
   *  `kind` of scale, "linear" or "log"; the bounds as bands or not; for a clock that `leads` a
   *  group, or that follows. */
  draw({ minutes, now, interval, kind, withBounds, leads }) {
    const end = this.#endOf(now, interval);
    const { columns, size } = this.#view.columns(end - minutes * 60000);
    this.#showWhether(columns.length > 0);
    if (columns.length === 0) {
      return;
    }
    const window = windowOf(columns, end, minutes);
    const common = { columns, window, kind };
    const scale = this.#drawOffsets({ ...common, withBounds });
    if (leads) {
      this.#drawFigure(this.#spread, common, areaLine(({ spread }) => spread), true);
      this.#drawFigure(this.#average, common, figureLine({}, ({ average }) => average), false);
    } else {
      this.#drawFigure(this.#bound, common, areaLine(({ bound }) => bound), true);
    }
    const hasBands = columns.some(({ quantiles }) => quantiles);
    this.#elements.bounds.disabled = hasBands;
    this.#showLegend(columns.at(-1), scale, hasBands);
    this.#elements.resolution.textContent = [
      size === 1 ? "" : `Each point is the farthest of ${size} sync cycles.`,
      this.#lines.length === MOST_LINES ? `The ${MOST_LINES} farthest clocks.` : "",
    ].join(" ");
  }

  /** The last sync cycle, or now, where there should have been another one. */
  #endOf(now, interval) {
    const last = this.#history.rows.at(-1)?.x ?? now;
    return now - last > 2 * interval + 2000 ? now : last;
  }

  #showWhether(there) {
    const { empty, offsets, spread, average, bound } = this.#elements;
    empty.hidden = there;
    for (const chart of [offsets, spread, average, bound]) {
      chart.classList.toggle("blank", !there);
    }
  }

  #drawOffsets({ columns, window, kind, withBounds }) {
    const bands = columns.some(({ quantiles }) => quantiles) ? bandLines() : [];
    const over = bands.length > 0;
    const names = over ? lastingNames(columns, MOST_LINES_OVER_BANDS) : farthestNames(columns, MOST_LINES);
    const places = this.#places.of(names);
    const clocks = names.map((name, index) =>
      clockLine(name, lineStyle(places[index], names.length), withBounds && !over, over));
    this.#lines = [...bands, ...clocks];
    const scale = scaleFor(kind, extentsOf(columns, this.#lines, kind === "log"));
    const events = this.#history.events.filter(({ x }) => x >= window[0] && x <= window[1]);
    this.#offsets.draw({ columns, lines: this.#lines, scale, window, events });
    return scale;
  }

  #drawFigure(chart, { columns, window, kind }, line, fromZero) {
    const scale = scaleFor(kind, extentsOf(columns, [line], true), fromZero);
    chart.draw({ columns, lines: [line], scale, window, events: [] });
  }

  #showLegend(last, scale, hasBands) {
    const items = this.#lines.filter(({ name }) => name)
      .map((line) => legendItem(line, last.readings.get(line.name), scale));
    this.#elements.legend.replaceChildren(...(hasBands ? [bandItem()] : []), ...items);
  }

  #showReading(point) {
    const { reading } = this.#elements;
    if (!point) {
      reading.textContent = "";
      return;
    }
    const { column, index } = point;
    const line = this.#lines[index];
    reading.textContent = [timeText(column.x), ...readingTexts(line, column)].join("   ");
  }
}

/** A short history fills the chart; it does not stick to its right edge. */
function windowOf(columns, end, minutes) {
  const start = Math.max(end - minutes * 60000, Math.min(columns[0].x, end - SHORTEST_WINDOW));
  return [start, end + (end - start) * 0.005];
}

function readingTexts(line, { quantiles, readings }) {
  const found = line?.name && readings.get(line.name);
  if (found) {
    const bound = Number.isFinite(found.bound) ? ` ± ${spanText(found.bound)}` : "";
    const excluded = found.state === "c" ? "" : ", not counted";
    return [`${line.name}: ${offsetText(found.offset)}${bound}${excluded}`];
  }
  return quantiles ? [`half of the clocks: ${offsetText(quantiles.p25)} to ${offsetText(quantiles.p75)}`,
    `all: ${offsetText(quantiles.min)} to ${offsetText(quantiles.max)}`] : [];
}

const SVG = "http://www.w3.org/2000/svg";

function sample({ color, strokePattern }) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("width", "26");
  svg.setAttribute("height", "8");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "line");
  for (const [key, value] of Object.entries({ x1: 0, x2: 26, y1: 4, y2: 4, stroke: color,
    "stroke-width": 2.5, "stroke-dasharray": strokePattern?.join(" ") ?? "none" })) {
    line.setAttribute(key, value);
  }
  svg.append(line);
  return svg;
}

function offScaleText(reading, { map, range }) {
  const height = reading ? map(reading.offset) : NaN;
  return height > range[1] ? " ▲ off the scale" : height < range[0] ? " ▼ off the scale" : "";
}

function legendItem({ name, style }, reading, scale) {
  const item = document.createElement("li");
  item.append(sample(style), name + offScaleText(reading, scale));
  return item;
}

function bandItem() {
  const item = document.createElement("li");
  const swatch = document.createElement("span");
  swatch.className = "swatch";
  item.append(swatch, "all clocks: half of them, 90 %, all of them, and the median");
  return item;
}
