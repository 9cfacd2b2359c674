// The two halves of a film's page. Both are made once; drawing a frame moves, fills and rewrites what is there.

import { drawingContext, html, scrollBox, svg } from "../kit/kit.js";

/** @import { Chart, Film, Kind, Line, Tick, Trace, Traits } from "./types.js" */

const SLOP = 8; // pixels that a finger may slip while it taps
const ZERO = 128; // the byte of a zero, as maps.py makes them

/**
 * The maps: { node, choose(units), draw(frame, scale, weight) }.
 *
 * @param {Film} film
 * @param {Uint8Array} pixels
 * @param {Uint8Array} palette
 */
export function mapsPanel(film, pixels, palette) {
  const colours = new Uint32Array(256);
  for (let at = 0; at < 256; at += 1) {
    const [red, green, blue] = palette.subarray(3 * at, 3 * at + 3);
    colours[at] = (255 << 24) | (blue << 16) | (green << 8) | red;
  }
  const [rows, columns] = film.image_shape;
  const body = html("div", {});
  const ring = html(
    "span",
    { class: "film-ring" },
    html("span", { "aria-hidden": "true" }),
    "the weight charted",
  );
  const node = html(
    "div",
    { class: "film-maps" },
    body,
    html("p", { class: "film-key" }, ...colourBar(palette), ring),
  );
  /** @type {MapFrame[]} */
  let shown = [];

  /** @param {number[]} units */
  function choose(units) {
    shown = [];
    const kinds = film.maps.map((kind) => {
      /** @type {MapFrame[]} */
      const ours = [];
      for (const unit of units) {
        const place = kind.units.indexOf(film.units[unit]);
        if (place < 0) continue;
        const one = mapFrame(kind, place, rows, columns);
        ours.push(one);
      }
      shown.push(...ours);
      const name = { role: "group", "aria-label": `Maps of ${kind.title}` };
      const frames = scrollBox({ class: "film-frames", ...name }, ...ours.map(({ node }) => node));
      frames.style.setProperty("--film-columns", String(Math.max(frames.children.length, 2)));
      return html("div", { class: `film-role-${kind.role}` }, heading(kind), frames);
    });
    body.replaceChildren(...(units.length ? kinds : [html("p", {}, "Choose a unit above to see its maps.")]));
  }

  /** @type {(frame: number, scale: Traits["scale"], weight: number) => void} */
  function draw(frame, scale, weight) {
    const trace = film.traces.at(weight);
    ring.hidden = !shown.some(({ unit }) => pixelOf(trace, unit) !== null);
    for (const one of shown) {
      const { kind, place } = one;
      const own = kind.scales.map.reach[frame][place];
      const { reach, texts } = kind.scales[scale];
      const at = Math.min(frame, reach.length - 1); // a scale over the whole film has a single row
      const start = kind.start + (frame * kind.units.length + place) * rows * columns;
      fill(one, pixels, start, own && own / reach[at][place], colours);
      const note = kind.notes[frame] && ` (${kind.notes[frame]})`;
      one.caption.textContent = `${texts[at][place]}${note}`;
      const most = `no entry beyond ${kind.scales.map.texts[frame][place]}`;
      one.canvas.setAttribute(
        "aria-label",
        `${kind.title} of ${one.unit} at step ${film.steps[frame]}: ${most}`,
      );
      const pixel = pixelOf(trace, one.unit);
      one.pixel.hidden = pixel === null;
      if (pixel === null) continue;
      one.pixel.style.left = `${(100 * (pixel % columns)) / columns}%`;
      one.pixel.style.top = `${(100 * Math.floor(pixel / columns)) / rows}%`;
    }
  }
  return { node, choose, draw };
}

/**
 * The pixel of a traced weight in the map of a unit; null where it is none of this unit's.
 *
 * @param {Trace | undefined} trace
 * @param {string} unit
 */
function pixelOf(trace, unit) {
  return trace?.unit === unit ? trace.pixel : null;
}

/** @param {{ mark: string, title: string }} of */
function heading({ mark, title }) {
  return html(
    "p",
    { class: "film-title" },
    html("span", { class: "film-mark", "aria-hidden": "true" }, mark),
    ` ${title}`,
  );
}

/** @typedef {ReturnType<typeof mapFrame>} MapFrame */

/**
 * @param {Kind} kind
 * @param {number} place Of the unit, among those of this kind.
 * @param {number} rows
 * @param {number} columns
 */
function mapFrame(kind, place, rows, columns) {
  const canvas = html("canvas", { width: columns, height: rows, role: "img" });
  const pixel = html("span", { class: "film-pixel", hidden: true });
  pixel.style.width = `${100 / columns}%`;
  pixel.style.height = `${100 / rows}%`;
  const caption = html("span", { class: "film-reach" });
  const unit = kind.units[place];
  const picture = html("div", { class: "film-picture" }, canvas, pixel);
  const node = html("figure", {}, picture, html("figcaption", {}, `${unit} `, caption));
  const context = drawingContext(canvas);
  const image = context.createImageData(columns, rows);
  return {
    node,
    canvas,
    context,
    image,
    words: new Uint32Array(image.data.buffer),
    pixel,
    caption,
    kind,
    place,
    unit,
  };
}

/**
 * Colour the pixels of a map, which begin at `start`. A byte is stretched by `share`: from the scale of its own map
 * to the one that is shown.
 *
 * @param {MapFrame} frame
 * @param {Uint8Array} pixels
 * @param {number} start
 * @param {number} share
 * @param {Uint32Array} colours
 */
function fill({ context, image, words }, pixels, start, share, colours) {
  for (let at = 0; at < words.length; at += 1) {
    words[at] = colours[ZERO + Math.round((pixels[start + at] - ZERO) * share)];
  }
  context.putImageData(image, 0, 0);
}

/** @param {Uint8Array} palette */
function colourBar(palette) {
  const stops = [];
  for (let at = 1; at < 256; at += 14) stops.push(`rgb(${palette.subarray(3 * at, 3 * at + 3).join(" ")})`);
  const bar = html("span", { class: "film-bar", "aria-hidden": "true" });
  bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  return [html("span", {}, "− blue"), bar, html("span", {}, "vermillion +")];
}

/**
 * The charts on one axis of steps: { node, arrange(axis, weight), draw(frame) }; onpick(frame) at a click.
 *
 * @param {Film} film
 * @param {(frame: number) => void} onpick
 */
export function chartsPanel(film, onpick) {
  const charts = film.charts.map((chart) => oneChart(chart));
  const steps = html("div", { class: "film-steps", "aria-hidden": "true" });
  const node = html("div", { class: "film-charts" }, ...charts.map((chart) => chart.node), steps);
  /** @type {number[]} */
  let across = [];

  /** @type {(axis: Traits["axis"], weight: number) => void} */
  function arrange(axis, weight) {
    const { at, ticks } = film.axes[axis];
    across = at;
    for (const chart of charts) chart.arrange(axis, weight, ticks);
    steps.replaceChildren(...ticks.map(([left, text]) => placed({ left }, text)), html("span", {}, "step"));
  }

  /** @type {{ x: number, y: number, picks: boolean } | null} */
  let finger = null; // where it came down, and whether it is known to be at work in the chart: it may want to scroll

  /** @type {(plot: HTMLElement, event: PointerEvent) => void} */
  function follow(plot, event) {
    if (event.pointerType !== "touch") {
      if (event.type !== "pointerup" && event.buttons & 1) pick(plot, event);
      return;
    }
    if (event.type === "pointerdown") finger = { x: event.clientX, y: event.clientY, picks: false };
    if (!finger) return;
    const across = Math.abs(event.clientX - finger.x);
    const along = Math.abs(event.clientY - finger.y);
    finger.picks ||= across > SLOP && across > along;
    const tapped = event.type === "pointerup" && across <= SLOP && along <= SLOP;
    if (finger.picks || tapped) pick(plot, event);
    if (event.type === "pointerup" || event.type === "pointercancel") finger = null;
  }

  /** @type {(plot: HTMLElement, event: PointerEvent) => void} */
  function pick(plot, event) {
    const box = plot.getBoundingClientRect();
    const wanted = (100 * (event.clientX - box.left)) / box.width;
    let best = 0;
    across.forEach((left, frame) => {
      if (Math.abs(left - wanted) < Math.abs(across[best] - wanted)) best = frame;
    });
    onpick(best);
    event.preventDefault();
  }
  for (const { plot } of charts) {
    for (const type of /** @type {const} */ (["pointerdown", "pointermove", "pointerup", "pointercancel"])) {
      plot.addEventListener(type, (event) => follow(plot, event));
    }
  }
  /** @param {number} frame */
  const draw = (frame) => {
    for (const chart of charts) chart.draw(frame, across[frame]);
  };
  return { node, arrange, draw };
}

/** @param {Chart} chart */
function oneChart(chart) {
  const curves = svg("svg", { viewBox: "0 0 1000 1000", preserveAspectRatio: "none", "aria-hidden": "true" });
  for (const [top] of chart.ticks) curves.append(straight(0, 10 * top, 1000, 10 * top));
  const upright = svg("g", {});
  curves.append(upright);
  const cursor = html("span", { class: "film-cursor" });
  const ticks = chart.ticks.map(([top, text]) => placed({ top }, text));
  const plot = html("div", { class: "film-plot" }, curves, ...ticks, cursor);
  const title = heading(chart);
  const lines = (chart.single ? chart.lines.slice(0, 1) : chart.lines).map((line, index) => {
    const shade =
      chart.single || chart.lines.length === 1 ? 100 : 45 + (55 * index) / (chart.lines.length - 1);
    return oneLine(chart, line, `--film-shade: ${shade}%`, { curves, plot, title });
  });
  const node = html("div", { class: `film-chart film-role-${chart.role}` }, title, plot);

  /** @type {(axis: Traits["axis"], weight: number, times: Tick[]) => void} */
  function arrange(axis, weight, times) {
    upright.replaceChildren(...times.map(([left]) => straight(10 * left, 0, 10 * left, 1000)));
    for (const [index, line] of lines.entries())
      line.arrange(chart.lines[chart.single ? weight : index], axis);
  }
  /** @type {(frame: number, left: number) => void} */
  function draw(frame, left) {
    cursor.style.left = `${left}%`;
    for (const line of lines) line.draw(frame, left);
  }
  return { node, plot, arrange, draw };
}

/**
 * @param {Chart} chart
 * @param {Line} first The one that is shown at first.
 * @param {string} style
 * @param {{ curves: SVGElement, plot: HTMLElement, title: HTMLElement }} places
 */
function oneLine(chart, first, style, { curves, plot, title }) {
  const { dash, means } = first;
  const attributes = { class: "film-line", style, "vector-effect": "non-scaling-stroke" };
  const recorded = svg("path", { ...attributes, class: means ? "film-line film-pale" : "film-line" });
  curves.append(recorded);
  const bold = { ...attributes, class: "film-line film-mean", "stroke-dasharray": dash || false };
  const mean = means ? svg("path", bold) : null;
  if (mean) curves.append(mean);
  const frame = { class: "film-sample", viewBox: "0 0 20 8", "aria-hidden": "true" };
  const several = chart.lines.length > 1 && !chart.single;
  const sample = several ? svg("svg", frame, svg("path", { ...bold, d: "M0 4H20" })) : null;
  const name = html("span", { class: "film-name" });
  const value = html("span", { class: "film-value" });
  title.append(html("span", { class: "film-reading" }, sample, name, value));
  const mark = html("span", { class: "film-point", style, "aria-hidden": "true" }, chart.mark);
  plot.append(mark);
  let line = first;

  /** @type {(now: Line, axis: Traits["axis"]) => void} */
  function arrange(now, axis) {
    line = now;
    recorded.setAttribute("d", line.paths[axis]);
    if (mean && line.means) mean.setAttribute("d", line.means[axis]);
    name.textContent = line.name;
  }
  /** @type {(frame: number, left: number) => void} */
  function draw(frame, left) {
    value.textContent = line.texts[frame];
    const top = line.heights[frame];
    mark.hidden = top === null;
    mark.style.left = `${left}%`;
    mark.style.top = `${top}%`;
  }
  return { arrange, draw };
}

/** @type {(x1: number, y1: number, x2: number, y2: number) => SVGLineElement} */
function straight(x1, y1, x2, y2) {
  return svg("line", { class: "film-grid", x1, y1, x2, y2, "vector-effect": "non-scaling-stroke" });
}

/**
 * @param {{ left: number } | { top: number }} where In percent.
 * @param {string} text
 */
function placed(where, text) {
  const node = html("span", { class: "film-tick", "aria-hidden": "true" }, text);
  for (const [side, place] of Object.entries(where)) node.style.setProperty(side, `${place}%`);
  return node;
}

/**
 * What stands at a frame, in sentences.
 *
 * @param {Film} film
 * @param {number} frame
 * @param {number} weight
 */
export function describe(film, frame, weight) {
  const charts = film.charts.map(({ title, single, lines }) => {
    const read = (single ? [lines[weight]] : lines).map(({ name, texts }) =>
      `${name} ${texts[frame]}`.trim(),
    );
    return `${title}: ${read.join(", ")}.`;
  });
  return [`Step ${film.steps[frame]}.`, ...charts].join(" ");
}
