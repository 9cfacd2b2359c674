// The charts of a film, on one axis of steps. Drawing a frame moves and rewrites what is there.

import { html, svg } from "../kit/kit.js";
import { follow } from "./pointer.js";

/** @import { Chart, Film, Line, Tick, Traits } from "./types.js" */

/**
 * The charts on one axis of steps: { node, arrange(axis, weight), trace(charts), draw(frame) }; onpick(frame) at a
 * click. Charts to trace, of a weight that was picked in a map, stand in place of those of the menu's weight.
 *
 * @param {Film} film
 * @param {(frame: number) => void} onpick
 */
export function chartsPanel(film, onpick) {
  /** @param {Chart} chart */
  const made = (chart) => {
    const one = oneChart(chart);
    follow(one.plot, (event) => pick(one.plot, event));
    return one;
  };
  const charts = film.charts.map(made);
  /** @type {ReturnType<typeof made>[]} */
  let traced = [];
  const steps = html("div", { class: "film-steps", "aria-hidden": "true" });
  const node = html("div", { class: "film-charts" }, ...charts.map((chart) => chart.node), steps);
  /** @type {number[]} */
  let across = [];

  /** @type {Traits["axis"]} */
  let axisNow = "log";

  /** @type {(axis: Traits["axis"], weight: number) => void} */
  function arrange(axis, weight) {
    axisNow = axis;
    const { at, ticks } = film.axes[axis];
    across = at;
    for (const chart of charts) chart.arrange(axis, weight, ticks);
    for (const chart of traced) chart.arrange(axis, 0, ticks);
    steps.replaceChildren(...ticks.map(([left, text]) => placed({ left }, text)), html("span", {}, "step"));
  }

  /** @param {Chart[]} picked */
  function trace(picked) {
    for (const { node } of traced) node.remove();
    traced = picked.map(made);
    for (const chart of traced) chart.arrange(axisNow, 0, film.axes[axisNow].ticks);
    steps.before(...traced.map((chart) => chart.node));
    for (const chart of charts) chart.node.hidden = chart.single && picked.length > 0;
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
  /** @param {number} frame */
  const draw = (frame) => {
    for (const chart of [...charts, ...traced]) chart.draw(frame, across[frame]);
  };
  return { node, arrange, trace, draw };
}

/**
 * A title with the mark of its role.
 *
 * @param {{ mark: string, title: string }} of
 */
export function heading({ mark, title }) {
  return html(
    "p",
    { class: "film-title" },
    html("span", { class: "film-mark", "aria-hidden": "true" }, mark),
    ` ${title}`,
  );
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
  return { node, plot, single: chart.single, arrange, draw };
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
  const dots = first.dots ? svg("path", { ...attributes, class: "film-line film-dots" }) : null;
  if (dots) curves.append(dots);
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
    if (dots && line.dots) dots.setAttribute("d", line.dots[axis]);
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
 * @param {Chart[]} picked Charts that stand in place of those of the menu's weight.
 */
export function describe(film, frame, weight, picked) {
  const shown = film.charts.filter(({ single }) => !single || !picked.length);
  const charts = [...shown, ...picked].map(({ title, single, lines }) => {
    const read = (single ? [picked.length ? lines[0] : lines[weight]] : lines).map(({ name, texts }) =>
      `${name} ${texts[frame]}`.trim(),
    );
    return `${title}: ${read.join(", ")}.`;
  });
  return [`Step ${film.steps[frame]}.`, ...charts].join(" ");
}
