// How a figure becomes a height in a chart: linear and fitted to most of the figures, or
// logarithmic on both sides of zero, from nanoseconds to years.

import { DAY, HOUR, MINUTE, tickText, YEAR } from "./units.js";

const POWERS = [10, 100, 1e3, 10e3, 100e3, 1e6, 10e6, 100e6, 1e9, 10e9, MINUTE, 10 * MINUTE,
  HOUR, 10 * HOUR, DAY, 10 * DAY, 100 * DAY, YEAR, 10 * YEAR, 100 * YEAR];

/** Nearly linear below 10 ns. */
function signedLog(ns) {
  return Math.sign(ns) * Math.log10(1 + Math.abs(ns) / 10);
}

function quantile(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

function niceStep(span, most) {
  const step = 10 ** Math.floor(Math.log10(span / most));
  return [1, 2, 5, 10].map((factor) => factor * step).find((size) => span / size <= most);
}

function steps(low, high, step) {
  const values = [];
  for (let count = Math.ceil(low / step - 1e-9); count * step <= high * (1 + 1e-9); ++count) {
    values.push(count * step);
  }
  return values;
}

/** `extents` are [lowest, highest] for each column. A few columns may be cut off. */
function linear(extents, fromZero) {
  const lows = extents.map(([low]) => low).sort((a, b) => b - a);
  const highs = extents.map(([, high]) => high).sort((a, b) => a - b);
  let low = fromZero ? 0 : Math.min(0, quantile(lows, 0.95) ?? 0);
  let high = Math.max(0, quantile(highs, 0.95) ?? 0);
  const room = 0.1 * Math.max(high - low, 20);
  const step = niceStep(high - low + 2 * room, 6);
  low = fromZero ? 0 : Math.floor((low - room) / step) * step;
  high = Math.ceil((high + room) / step) * step;
  return { map: (ns) => ns, range: [low, high], ticks: steps(low, high, step) };
}

function logarithmic(extents, fromZero) {
  let low = 0;
  let high = 10;
  for (const [lowest, highest] of extents) {
    low = Math.min(low, lowest);
    high = Math.max(high, highest);
  }
  const range = [fromZero ? 0 : Math.min(signedLog(low) * 1.05, -1), Math.max(signedLog(high) * 1.05, 1)];
  const all = [...POWERS.map((power) => -power), 0, ...POWERS];
  const inside = all.filter((ns) => signedLog(ns) >= range[0] && signedLog(ns) <= range[1]);
  const every = Math.ceil(inside.length / 9);
  const zero = inside.indexOf(0);
  const ticks = inside.filter((_, index) => (index - zero) % every === 0);
  return { map: signedLog, range, ticks };
}

/** Returns a scale: `map` turns nanoseconds into heights, `range` is in heights, `ticks` have
 *  labels. */
export function scaleFor(kind, extents, fromZero = false) {
  const { map, range, ticks } = (kind === "log" ? logarithmic : linear)(extents, fromZero);
  // A label at the very end would be cut off.
  const inside = ticks.filter((ns) => ns === 0 || (map(ns) > range[0] && map(ns) < range[1]));
  const sign = fromZero ? "" : "+";
  return { map, range, ticks: inside.map((ns) => ({ v: map(ns), label: tickText(ns, sign) })) };
}
