// The nudge lens: a point dragged along a curve, and beside it what a lens shows that is as near as the nudge.

import { keepInNotebook } from "../kit/kept.js";
import { drag, html, listen, number, restingAnnouncer, saver, scrollBox, slider, svg } from "../kit/kit.js";
import { BOX, HEIGHT, scale, touching, WIDTH } from "../linked_panels/panel.js";

/** @import { Model, View, Widget } from "../kit/types.js" */
/** @import { Traits } from "./types.js" */

const REACH = 2.5; // nudges to either side that the lens shows, as in widget.py
const DRAG = 6; // pixels under the lens for one place among the nudges
const SMALLEST = 5; // pixels: half of the frame that shows where the lens is

/** @param {View<Traits>} view */
function render({ model, el }) {
  const [of, name] = model.get("names");
  const nudges = model.get("nudges");
  const saying = restingAnnouncer();
  const save = saver(model);
  /** @param {number} wanted */
  const go = (wanted) => {
    const place = Math.min(Math.max(Math.round(wanted), 0), nudges.length - 1);
    if (place !== model.get("place")) save({ place });
  };
  const [whole, lens] = [0, 1].map(() =>
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "panels-picture", role: "img" }),
  );
  const across = scale(model.get("x"), BOX.left, BOX.right);

  /** @type {(picture: SVGSVGElement, event: MouseEvent) => number} */
  const pixel = (picture, event) => {
    const { left, width } = picture.getBoundingClientRect();
    return ((event.clientX - left) / width) * WIDTH;
  };
  let before = { x: 0, place: model.get("place") };
  /** @param {MouseEvent} event On the whole curve, the nudge that ends nearest to the pointer. */
  const point = (event) => {
    const wanted = Math.max(across.back(pixel(whole, event)) - model.get("at"), nudges[0]);
    go(nudges.findLastIndex((one) => one <= wanted * 2 ** 0.125));
  };
  /** @param {PointerEvent} event Under the lens, where each nudge stands at the same place: the way since it was taken. */
  const pull = (event) => {
    go(before.place + (pixel(lens, event) - before.x) / DRAG);
  };
  const cancel = () => go(before.place);
  /** @type {(picture: SVGSVGElement, event: MouseEvent) => void} */
  const take = (picture, event) => {
    before = { x: pixel(picture, event), place: model.get("place") };
  };
  drag(whole, {
    start: (event) => {
      take(whole, event);
      if (event.pointerType !== "touch") point(event); // a finger may be about to scroll: its tap is a click
    },
    move: point,
    cancel,
  });
  whole.addEventListener("click", point);
  drag(lens, { start: (event) => take(lens, event), move: pull, cancel });

  const nudge = slider({
    label: `Nudge Δ${of}`,
    min: 0,
    max: nudges.length - 1,
    value: model.get("place"),
    read: (place) => `Δ${of} = ${inShort(nudges[place])}`,
    oninput: go,
  });
  const rows = [`nudge Δ${name}/Δ${of}`, `tangent d${name}/d${of}`, "difference"].map((title, place) => {
    const cell = html("td", { class: ["panels-rate", "panels-slope", ""][place] });
    return { cell, row: html("tr", {}, html("th", { scope: "row" }, title), cell) };
  });
  const table = html("table", { class: "panels-table" }, html("tbody", {}, ...rows.map(({ row }) => row)));

  function draw() {
    const place = model.get("place");
    const [n, change, slope] = [nudges[place], model.get("changes")[place], model.get("slope")];
    whole.replaceChildren(...wholeCurve(model, n, change));
    lens.replaceChildren(...underLens(model, place, change));
    const text =
      `Δ${of} = ${inShort(n)} changes ${name} by ${inShort(change)}: Δ${name}/Δ${of} = ` +
      `${inShort(change / n)}, and the tangent has the slope ${inShort(slope)}.`;
    const labels = model.get("labels");
    whole.setAttribute(
      "aria-label",
      `A curve of ${labels[1]} over ${labels[0]}, its tangent and a nudge. ${text}`,
    );
    const far = inShort(REACH * n);
    lens.setAttribute(
      "aria-label",
      `The same under a lens, ${far} to either side of ${inShort(model.get("at"))}.`,
    );
    [change / n, slope, change / n - slope].forEach((value, row) => {
      rows[row].cell.textContent = value.toFixed(5).replace("-", "−");
    });
    nudge.show(place);
    saying.say(text);
  }

  el.append(
    html(
      "div",
      { class: "bpl panels lens", role: "group", "aria-label": "A nudge under a lens" },
      html("p", { class: "panels-task" }, "Drag the open point closer."),
      html("div", { class: "panels-row" }, whole, lens),
      html(
        "div",
        { class: "panels-below" },
        scrollBox({ role: "region", "aria-label": "Both slopes" }, table),
        html("div", { class: "panels-sliders" }, nudge.row),
      ),
      saying.node,
    ),
  );
  draw();
  const end = listen(model, { place: draw });
  return () => {
    saying.end();
    end();
  };
}

/**
 * The whole curve with its tangent, the point and the nudged one, and a frame where the lens is.
 *
 * @param {Model<Traits>} model
 * @param {number} nudge
 * @param {number} change
 */
function wholeCurve(model, nudge, change) {
  const [xs, ys, at, value, slope] = [
    model.get("x"),
    model.get("y"),
    model.get("at"),
    model.get("value"),
    model.get("slope"),
  ];
  const across = scale(xs, BOX.left, BOX.right).to;
  const up = scale(ys, BOX.bottom, BOX.top).to;
  const [x, y] = [across(at), up(value)];
  const half = Math.max(across(at + REACH * nudge) - x, SMALLEST);
  const tall = Math.max((half * (BOX.bottom - BOX.top)) / (BOX.right - BOX.left), SMALLEST);
  const frame = {
    x: Math.max(x - half, BOX.left),
    y: Math.max(y - tall, BOX.top),
    width: Math.min(x + half, BOX.right) - Math.max(x - half, BOX.left),
    height: Math.min(y + tall, BOX.bottom) - Math.max(y - tall, BOX.top),
  };
  return [
    svg("path", { d: `M${BOX.left},${BOX.top}V${BOX.bottom}H${BOX.right}`, class: "panels-axis" }),
    svg("polyline", { points: line(xs.map(across), ys.map(up)), class: "panels-curve" }),
    svg("path", { d: touching(x, y, slope, across, up), class: "panels-tangent" }),
    svg("rect", { ...frame, class: "lens-frame" }),
    svg("circle", { cx: x, cy: y, r: 4, class: "panels-point" }),
    svg("circle", { cx: across(at + nudge), cy: up(value + change), r: 7, class: "panels-then" }),
    svg("text", { x: BOX.left, y: 14 }, model.get("labels")[1]),
    svg("text", { x: BOX.right, y: BOX.bottom + 15, "text-anchor": "end" }, model.get("labels")[0]),
  ];
}

/**
 * What the lens shows: all lengths are counted in nudges, so the triangle keeps its width and the curve straightens.
 *
 * @param {Model<Traits>} model
 * @param {number} place
 * @param {number} change
 */
function underLens(model, place, change) {
  const [near, slope, names] = [model.get("near"), model.get("slope"), model.get("names")];
  const nudge = model.get("nudges")[place];
  const rises = near[place];
  const ts = rises.map((_, index) => REACH * ((2 * index) / (rises.length - 1) - 1));
  const across = scale(ts, BOX.left, BOX.right).to;
  const up = scale([...near[near.length - 1], ...near[0]], BOX.bottom, BOX.top).to; // the same however near
  const [x, y, xThen, yThen] = [across(0), up(0), across(1), up(change / nudge)];
  const frame = { x: 1, y: 1, width: WIDTH - 2, height: HEIGHT - 2, rx: 14 };
  return [
    svg("rect", { ...frame, class: "lens-frame" }),
    svg("path", { d: `M${x},${y}H${xThen}V${yThen}Z`, class: "panels-ribbon" }),
    svg("polyline", { points: line(ts.map(across), rises.map(up)), class: "panels-curve" }),
    svg("path", { d: touching(x, y, slope, across, up), class: "panels-tangent" }),
    svg("circle", { cx: x, cy: y, r: 4, class: "panels-point" }),
    svg("circle", { cx: xThen, cy: yThen, r: 7, class: "panels-then" }),
    svg("text", { x: BOX.left, y: 20 }, `Δ${names[0]} = ${inShort(nudge)}`),
    svg("text", { x: BOX.left, y: 36 }, `Δ${names[1]} = ${inShort(change)}`),
  ];
}

/** @type {(xs: number[], ys: number[]) => string} */
const line = (xs, ys) => xs.map((x, at) => `${x.toFixed(1)},${ys[at].toFixed(1)}`).join(" ");

/**
 * A number in the least room: `short` of plots/words.py, with four digits.
 *
 * @param {number} value
 */
function inShort(value) {
  if (Number.isInteger(value) && Math.abs(value) < 1e5) return String(value + 0).replace("-", "−");
  const text = number(value, 4).replaceAll(",", "");
  return text.includes(".") && !text.includes("e") ? text.replace(/\.?0+$/, "") : text;
}

/** @type {Widget<Traits>} */
export default { initialize: keepInNotebook, render };
