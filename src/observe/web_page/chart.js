// One chart over time, drawn by dygraphs. The names of clocks stay out of it: they come from peers,
// and dygraphs is told only the names of its own columns.

/* global Dygraph */

// The other plugins are not used here, and one sets styles in a way that the daemon's policy
// forbids.
Dygraph.PLUGINS = [Dygraph.Plugins.Axes, Dygraph.Plugins.Annotations, Dygraph.Plugins.Grid];

const DASHES = [null, [7, 3], [2, 3], [9, 3, 2, 3]];
const COLOURS = 6;
const MARKS = { joined: "+", left: "−", excluded: "✕", counted: "✓", role: "◆", restart: "↻" };
const MARK_SIZE = 16;
const MARK_DISTANCE = 40;
const MOST_TEXTS = 8;

export function cssValue(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Returns the colour and dashes of one of `count` lines; 24 of them differ. The more lines there
 *  are, the fainter are their bounds, which lie on top of each other. */
export function lineStyle(index, count) {
  return {
    fillAlpha: Math.min(0.15, Math.max(0.02, 0.35 / count)),
    color: cssValue(`--line-${index % COLOURS}`),
    strokePattern: DASHES[Math.floor(index / COLOURS) % DASHES.length],
  };
}

/** Merges all events whose marks would lie on top of each other into one mark. */
function marksOf(events, columns, pixelsPerMs) {
  const slots = new Map();
  for (const { x, kind, text } of events) {
    const column = columns.find((candidate) => candidate.x >= x) ?? columns.at(-1);
    const series = isAcross(kind) ? "across" : "marks";
    const key = `${series} ${Math.round((column.x * pixelsPerMs) / MARK_DISTANCE)}`;
    const mark = slots.get(key) ?? { series, x: column.x, kinds: new Set(), texts: [] };
    mark.kinds.add(kind);
    mark.texts.push(text);
    slots.set(key, mark);
  }
  return [...slots.values()];
}

function isAcross(kind) {
  return kind === "role" || kind === "restart";
}

function annotationOf({ series, x, kinds, texts }, height) {
  const across = series === "across";
  const rest = texts.length - MOST_TEXTS;
  return {
    series,
    x,
    shortText: [...kinds].map((kind) => MARKS[kind] ?? "•").join(""),
    text: [...texts.slice(0, MOST_TEXTS), ...(rest > 0 ? [`and ${rest} more`] : [])].join("\n"),
    cssClass: ["mark", ...[...kinds].map((kind) => `mark-${kind}`)].join(" "),
    attachAtBottom: true,
    // dygraphs stacks marks of the same width, and these two kinds have to stay apart.
    width: across ? MARK_SIZE + 2 : MARK_SIZE * kinds.size,
    height: MARK_SIZE,
    tickHeight: across ? height - MARK_SIZE - 4 : 3,
    tickColor: cssValue("--mark"),
    tickWidth: 1,
  };
}

export class Chart {
  #element;
  #graph = null;
  #columns = [];
  #ticks = [];
  #onPoint;

  /** Calls `onPoint` with the column and the index of the line under the pointer, or with null. */
  constructor(element, onPoint) {
    this.#element = element;
    this.#onPoint = onPoint;
  }

  /**
   * `lines` are { style, bars(column) → [low, middle, high] in nanoseconds, or null }, `window` is
   * [from, to] in milliseconds, and `events` are those within it.
   */
  draw({ columns, lines, scale, window, events }) {
    this.#columns = [];
    this.#ticks = scale.ticks;
    const file = this.#cells(columns, lines, scale);
    if (file.length === 0) {
      return;
    }
    const names = lines.map((_, index) => `line ${index}`);
    const series = Object.fromEntries(lines.map(({ style }, index) => [names[index], style]));
    // Two invisible lines for the marks: dygraphs has at most one annotation per point of a line.
    series.marks = series.across = { color: "rgba(0,0,0,0)", strokeWidth: 0 };
    const options = {
      file,
      labels: ["time", ...names, "marks", "across"],
      series,
      dateWindow: window,
      valueRange: scale.range,
      axisLineColor: cssValue("--rule"),
      gridLineColor: cssValue("--grid"),
    };
    this.#graph ??= this.#create(options);
    this.#graph.setAnnotations(this.#annotations(columns, window, events), true);
    this.#graph.updateOptions(options);
  }

  /** Returns dygraphs' table, with a row without figures where the lines have to break. */
  #cells(columns, lines, scale) {
    const middle = (scale.range[0] + scale.range[1]) / 2;
    const unseen = [middle, middle, middle];
    const none = lines.map(() => null);
    const file = [];
    for (const column of columns) {
      if (column.afterBreak && file.length > 0) {
        file.push([new Date(column.x - 1), ...none, null, null]);
        this.#columns.push(null);
      }
      const bars = lines.map((line) => line.bars(column)?.map(scale.map) ?? null);
      file.push([new Date(column.x), ...bars, unseen, unseen]);
      this.#columns.push(column);
    }
    return file;
  }

  #annotations(columns, window, events) {
    const { w: width, h: height } = this.#graph.getArea();
    return marksOf(events, columns, width / (window[1] - window[0]))
      .map((mark) => annotationOf(mark, height));
  }

  #create(options) {
    const narrow = this.#element.clientWidth < 500;
    return new Dygraph(this.#element, options.file, {
      ...options,
      customBars: true,
      connectSeparatedPoints: false,
      // No zooming: the pointer only points, and a finger scrolls the page.
      interactionModel: {},
      highlightCircleSize: 3,
      highlightSeriesOpts: { strokeWidth: 2.5 },
      highlightSeriesBackgroundAlpha: 1,
      highlightCallback: (event, x, points, row, name) => this.#point(row, name),
      unhighlightCallback: () => this.#onPoint?.(null),
      strokeWidth: 1.5,
      fillAlpha: 0.12,
      axisLabelFontSize: 12,
      gridLineWidth: 1,
      axes: {
        x: { drawGrid: false, pixelsPerLabel: 70 },
        y: { ticker: () => this.#ticks, axisLabelWidth: narrow ? 58 : 68 },
      },
      rightGap: 8,
    });
  }

  #point(row, name) {
    const column = this.#columns[row];
    const index = Number(/^line (\d+)$/.exec(name ?? "")?.[1] ?? NaN);
    this.#onPoint?.(column ? { column, index } : null);
  }
}
