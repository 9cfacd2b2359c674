// The activation curves: a function above its slope, drawn as sampled, and one point that moves on both.

import { keepInNotebook } from "../kit/kept.js";
import { drag, freshId, html, keys, listen, menu, restingAnnouncer, saver, slider, svg } from "../kit/kit.js";

/** @import { View, Widget } from "../kit/types.js" */
/** @import { Curve, Traits } from "./types.js" */

const WIDTH = 360;
const LEFT = 34;
const RIGHT = 352;
const UPPER = { top: 8, bottom: 168 };
const LOWER = { top: 190, bottom: 290 };
const SLOPES = { low: -0.25, high: 1.25, ticks: [0, 0.5, 1] };
const LEAP = 20; // places, for the Page keys: 1 in z
const HELP = "Drag the point, or use the slider's keys: ← → by 0.05, Page Up and Down by 1, Home, End.";

/** @typedef {{ top: number, bottom: number }} Box */
/** @typedef {{ low: number, high: number, ticks: number[] }} Scale */

/** @param {View<Traits>} view */
function render({ model, el }) {
  const z = model.get("z");
  const curves = model.get("curves");
  const last = z.length - 1;
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} 326`, class: "curves-picture", role: "img" });
  const words = html("p", { class: "curves-words" });
  const saying = restingAnnouncer();
  const save = saver(model);
  /** @param {number} place */
  const go = (place) => save({ place: Math.min(Math.max(Math.round(place), 0), last) });

  function draw() {
    const curve = curves[model.get("which")];
    const place = model.get("place");
    const at = z[place].toFixed(2).replace("-", "−");
    picture.replaceChildren(...drawing(z, curve, place));
    const text = `${curve.caption} at z = ${at}: ${curve.said[place]}`;
    picture.setAttribute("aria-label", `A curve above its slope, with a point on each. ${text}`);
    words.textContent = text;
    which.input.value = String(model.get("which"));
    scrubber.show(place);
    saying.say(text);
  }

  /** @type {[place: string, caption: string][]} */
  const options = curves.map(({ caption }, index) => [String(index), caption]);
  const which = menu({
    label: "Activation",
    options,
    value: String(model.get("which")),
    onchange: (value) => save({ which: Number(value) }),
  });
  const scrubber = slider({
    label: "z",
    min: 0,
    max: last,
    value: model.get("place"),
    read: (place) => `z = ${z[place].toFixed(2).replace("-", "−")}`,
    oninput: go,
  });
  keys(scrubber.input, {
    PageUp: () => go(model.get("place") + LEAP),
    PageDown: () => go(model.get("place") - LEAP),
  });
  const help = html("p", { class: "curves-help", id: freshId("help") }, HELP);
  scrubber.input.setAttribute("aria-describedby", help.id);

  let before = model.get("place");
  /** @param {MouseEvent} event */
  const point = (event) => {
    const { left, width } = picture.getBoundingClientRect();
    const x = ((event.clientX - left) / width) * WIDTH;
    go(((x - LEFT) / (RIGHT - LEFT)) * last);
  };
  drag(picture, {
    start: (event) => {
      before = model.get("place");
      if (event.pointerType !== "touch") point(event); // a finger may be about to scroll: its tap is a click
    },
    move: point,
    cancel: () => go(before),
  });
  picture.addEventListener("click", point);

  el.append(
    html(
      "div",
      { class: "bpl curves", role: "group", "aria-label": "Activation curves" },
      html("div", { class: "bpl-row" }, which.row, scrubber.row),
      help,
      picture,
      words,
      saying.node,
    ),
  );
  draw();
  const end = listen(model, { which: draw, place: draw });
  return () => {
    saying.end();
    end();
  };
}

/**
 * @param {number[]} z
 * @param {Curve} curve
 * @param {number} place
 */
function drawing(z, curve, place) {
  /** @param {number} value */
  const across = (value) => LEFT + ((value - z[0]) / (z[z.length - 1] - z[0])) * (RIGHT - LEFT);
  const x = across(z[place]);
  /** @type {(values: number[], box: Box, scale: Scale, role: string, name: string) => SVGElement[]} */
  const panel = (values, box, scale, role, name) => {
    /** @param {number} value */
    const up = (value) =>
      box.bottom - ((value - scale.low) / (scale.high - scale.low)) * (box.bottom - box.top);
    const points = values.map((value, index) => `${across(z[index]).toFixed(2)},${up(value).toFixed(2)}`);
    const y = up(values[place]);
    const marker =
      role === "value"
        ? svg("circle", { cx: x, cy: y, r: 6, class: "curves-point curves-value" })
        : svg("path", { d: `M${x},${y - 8}l7,13h-14z`, class: "curves-point curves-gradient" });
    return [
      ...scale.ticks.flatMap((tick) => [
        svg("line", { x1: LEFT, x2: RIGHT, y1: up(tick), y2: up(tick), class: "curves-grid" }),
        svg("text", { x: LEFT - 6, y: up(tick) + 4, "text-anchor": "end" }, String(tick).replace("-", "−")),
      ]),
      svg("polyline", { points: points.join(" "), class: `curves-line curves-${role}` }),
      svg("text", { x: LEFT + 6, y: box.top + 12, class: "curves-name" }, name),
      marker,
    ];
  };
  return [
    svg("line", { x1: x, x2: x, y1: UPPER.top, y2: LOWER.bottom, class: "curves-plumb" }),
    ...panel(curve.a, UPPER, curve, "value", "a"),
    ...panel(curve.slope, LOWER, SLOPES, "gradient", "slope ∂a/∂z"),
    ...[-6, -4, -2, 0, 2, 4, 6].map((tick) =>
      svg("text", { x: across(tick), y: 306, "text-anchor": "middle" }, String(tick).replace("-", "−")),
    ),
    svg("text", { x: (LEFT + RIGHT) / 2, y: 322, "text-anchor": "middle" }, "z"),
  ];
}

/** @type {Widget<Traits>} */
export default { initialize: keepInNotebook, render };
