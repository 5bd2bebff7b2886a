// The page's charts: the offsets of the clocks, and the group's spread and average or, if the clock
// is not a master's, its own offset and bound.

import { Chart, lineStyle } from "./chart.js";
import { bandItem, legendItem, readingTexts } from "./legend.js";
import { Places, bandLines, clockLine, extentsOf, figureLine } from "./lines.js";
import { scaleFor } from "./scale.js";
import { timeText } from "./units.js";
import { View, farthestNames, lastingNames } from "./view.js";

const MOST_LINES = 20;
const MOST_LINES_OVER_BANDS = 6;
const SHORTEST_WINDOW = 20000;

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

  /** `elements` are the places of the charts, the legend, the reading under the pointer, etc. */
  constructor(history, elements) {
    this.#history = history;
    this.#view = new View(history);
    this.#elements = elements;
    this.#offsets = new Chart(elements.offsets, (point) => this.#showReading(point));
    this.#spread = new Chart(elements.spread);
    this.#average = new Chart(elements.average);
    this.#bound = new Chart(elements.bound);
  }

  /** Draws the last `minutes` before `now`, with a sync cycle every `interval`, both in
   *  milliseconds. `kind` of scale is "linear" or "log"; `withBounds` draws the bounds as bands;
   *  `leads` tells a clock that leads a group from one that follows. */
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
      this.#drawFigure(this.#spread, common, "spread", true);
      this.#drawFigure(this.#average, common, "average", false);
    } else {
      this.#drawFigure(this.#bound, common, "bound", true);
    }
    const hasBands = columns.some(({ quantiles }) => quantiles);
    this.#elements.bounds.disabled = hasBands;
    this.#showLegend(columns.at(-1), scale, hasBands);
    this.#elements.resolution.textContent = [
      size === 1 ? "" : `Each point is the farthest of ${size} sync cycles.`,
      this.#lines.length === MOST_LINES ? `The ${MOST_LINES} farthest clocks.` : "",
    ].join(" ");
  }

  /** Returns the time of the last sync cycle, or `now` if another should have ended since. */
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
    // The bands have the first colour, so no clock gets it.
    const clocks = names.map((name, index) =>
      clockLine(name, lineStyle(places[index] + bands.length, names.length), withBounds && !over, over));
    this.#lines = [...bands, ...clocks];
    const scale = scaleFor(kind, extentsOf(columns, this.#lines, kind === "log"));
    const events = this.#history.events.filter(({ x }) => x >= window[0] && x <= window[1]);
    this.#offsets.draw({ columns, lines: this.#lines, scale, window, events });
    return scale;
  }

  #drawFigure(chart, { columns, window, kind }, name, fromZero) {
    const line = figureLine(name, fromZero);
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

/** Lets a short history fill the chart, rather than stick to its right edge. */
function windowOf(columns, end, minutes) {
  const start = Math.max(end - minutes * 60000, Math.min(columns[0].x, end - SHORTEST_WINDOW));
  return [start, end + (end - start) * 0.005];
}
