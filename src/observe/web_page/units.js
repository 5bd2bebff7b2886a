// Durations and rates as people read them, written as in the daemons' tables. Durations are in
// nanoseconds.

const SECOND = 1e9;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const YEAR = 365.25 * DAY;

export const UNKNOWN = "–";

// Values up to `below` are shown in units of `size`, with `decimals` digits after the point.
const SCALES = [
  { below: 1e3, size: 1, decimals: 0, unit: "ns" },
  { below: 1e6, size: 1e3, decimals: 1, unit: "µs" },
  { below: 10e6, size: 1e6, decimals: 3, unit: "ms" },
  { below: 100e6, size: 1e6, decimals: 2, unit: "ms" },
  { below: SECOND, size: 1e6, decimals: 1, unit: "ms" },
  { below: 10 * SECOND, size: SECOND, decimals: 3, unit: "s" },
  { below: MINUTE, size: SECOND, decimals: 2, unit: "s" },
];

/** Returns "1.2 µs", "25 min 0.000 s", "4 years 12 d"; rounds before it chooses the unit. */
function magnitudeText(ns) {
  for (const { below, size, decimals, unit } of SCALES) {
    const text = (ns / size).toFixed(decimals);
    if (Number(text) * size < below) {
      return `${text} ${unit}`;
    }
  }
  ns = Math.max(Math.round(ns / 1e6) * 1e6, MINUTE);
  if (ns < HOUR) {
    return `${Math.floor(ns / MINUTE)} min ${((ns % MINUTE) / SECOND).toFixed(3)} s`;
  }
  if (ns < DAY) {
    return `${Math.floor(ns / HOUR)} h ${Math.floor((ns % HOUR) / MINUTE)} min`;
  }
  if (ns < YEAR) {
    return `${Math.floor(ns / DAY)} d ${Math.floor((ns % DAY) / HOUR)} h`;
  }
  const years = Math.floor(ns / YEAR);
  return `${years} ${years === 1 ? "year" : "years"} ${Math.floor((ns % YEAR) / DAY)} d`;
}

function isKnown(value) {
  return typeof value === "number" && Number.isFinite(value);
}

/** Formats a span, which is never negative. */
export function spanText(ns) {
  return isKnown(ns) ? magnitudeText(Math.abs(ns)) : UNKNOWN;
}

/** Formats an offset, with its sign. */
export function offsetText(ns) {
  if (!isKnown(ns)) {
    return UNKNOWN;
  }
  const text = magnitudeText(Math.abs(ns));
  return Math.round(ns) === 0 ? text : (ns < 0 ? "−" : "+") + text;
}

/** Returns "500 ns", "2 µs", "1 min", without digits that say nothing; `plus` is the sign of
 *  positive values. */
export function tickText(ns, plus = "") {
  if (ns === 0) {
    return "0";
  }
  const size = Math.abs(ns);
  const units = [[YEAR, "y"], [DAY, "d"], [HOUR, "h"], [MINUTE, "min"], [SECOND, "s"], [1e6, "ms"],
    [1e3, "µs"], [1, "ns"]];
  const [unit, name] = units.find(([unit]) => size >= unit * 0.9999) ?? [1, "ns"];
  return `${ns < 0 ? "−" : plus}${Number((size / unit).toPrecision(3))} ${name}`;
}

/** Formats parts per billion as "+39.998 ppm". */
export function driftText(ppb) {
  if (!isKnown(ppb)) {
    return UNKNOWN;
  }
  const whole = Math.round(ppb);
  const sign = whole === 0 ? "" : whole < 0 ? "−" : "+";
  return `${sign}${(Math.abs(whole) / 1000).toFixed(3)} ppm`;
}

/** Says how long ago something was. */
export function agoText(seconds) {
  if (!isKnown(seconds)) {
    return UNKNOWN;
  }
  if (seconds < 1) {
    return "now";
  }
  if (seconds < 60) {
    return `${Math.floor(seconds)} s ago`;
  }
  return seconds < 3600 ? `${Math.floor(seconds / 60)} min ago` : `${Math.floor(seconds / 3600)} h ago`;
}

/** Returns the time of day in the reader's time zone. */
export function timeText(ms) {
  return new Date(ms).toLocaleTimeString("en-GB");
}
