// The names of a chart's lines, and what lies under the pointer.

import { element } from "./dom.js";
import { offsetText, spanText } from "./units.js";

/** Returns the reading of the line under the pointer, or of all clocks. */
export function readingTexts(line, { quantiles, readings }) {
  const found = line?.name && readings.get(line.name);
  if (found) {
    const bound = Number.isFinite(found.bound) ? ` ± ${spanText(found.bound)}` : "";
    const excluded = found.counted ? "" : ", excluded";
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

export function legendItem({ name, style }, reading, scale) {
  return element("li", "", sample(style), name + offScaleText(reading, scale));
}

export function bandItem() {
  return element("li", "", element("span", "swatch"),
    "all clocks: half of them, 90 %, all of them, and the median");
}
