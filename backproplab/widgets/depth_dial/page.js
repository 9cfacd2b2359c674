// The dial: three controls, and the sizes of signal and message over the layers; Python has computed every case.

import { keepInNotebook } from "../kit/kept.js";
import { announcer, html, listen, menu, saver, slider, svg } from "../kit/kit.js";

/** @import { View, Widget } from "../kit/types.js" */
/** @import { Frame, Traits } from "./types.js" */

/** @param {View<Traits>} view */
function render({ model, el }) {
  const { activations, starts, depths, frames } = model.get("cases");
  const save = saver(model);
  /** @param {string} text @returns {[string, string]} */
  const same = (text) => [text, text];

  const activation = menu({
    label: "Activation",
    options: activations.map(same),
    value: model.get("activation"),
    onchange: (value) => save({ activation: value }),
  });
  const start = menu({
    label: "Start: s =",
    options: starts.map(same),
    value: model.get("start"),
    onchange: (value) => save({ start: value }),
  });
  const depth = slider({
    label: "Depth",
    min: 0,
    max: depths.length - 1,
    value: depths.indexOf(model.get("depth")),
    read: (place) => `${depths[place]} layers`,
    oninput: (place) => save({ depth: depths[place] }),
  });
  const chart = plot(depths[depths.length - 1]);
  const saying = announcer();

  function draw() {
    const now = frames[model.get("activation")][model.get("start")][String(model.get("depth"))];
    activation.input.value = model.get("activation");
    start.input.value = model.get("start");
    depth.show(depths.indexOf(model.get("depth")));
    chart.draw(now);
    saying.say(now.words);
  }
  const end = listen(model, { activation: draw, start: draw, depth: draw });
  el.append(
    html(
      "div",
      { class: "bpl dial", role: "group", "aria-label": "Signal and message by depth" },
      html("div", { class: "bpl-row" }, activation.row, start.row, depth.row),
      chart.node,
      saying.node,
    ),
  );
  draw();
  return end;
}

/**
 * The plot: { node, draw(frame) }. Its curves are told in words below it.
 *
 * @param {number} deepest
 */
function plot(deepest) {
  const grid = svg("g", {});
  const line = { fill: "none", "vector-effect": "non-scaling-stroke" };
  const signal = svg("path", { ...line, class: "dial-signal" });
  const message = svg("path", { ...line, class: "dial-message", "stroke-dasharray": "7 4" });
  const curves = svg(
    "svg",
    { viewBox: "0 0 1000 1000", preserveAspectRatio: "none", "aria-hidden": "true" },
    grid,
    signal,
    message,
  );
  const marks = html("div", {});
  const area = html("div", { class: "dial-plot", "aria-hidden": "true" }, curves, marks);
  const under = html("div", { class: "dial-layers", "aria-hidden": "true" });
  for (let layer = 0; layer <= deepest; layer += 10)
    under.append(placed("left", layer / deepest, String(layer)));
  under.append(html("span", { class: "dial-axis" }, "layer (0 is the input)"));
  const key = html(
    "p",
    { class: "dial-key", "aria-hidden": "true" },
    html("span", { class: "dial-of-signal" }, "● signal, forward →"),
    html("span", { class: "dial-of-message" }, "▲ ← message, back"),
    html("span", {}, "size, in powers of ten"),
  );
  const node = html("div", {}, key, area, under);

  /** @param {Frame} frame */
  function draw(frame) {
    const { low, high, ticks } = frame;
    /** @param {number} power */
    const down = (power) => (high - power) / (high - low);
    grid.replaceChildren(
      ...ticks.map((power) => {
        const y = 1000 * down(power);
        const kind = power === 0 ? "dial-grid dial-one" : "dial-grid";
        return svg("line", {
          class: kind,
          x1: 0,
          x2: 1000,
          y1: y,
          y2: y,
          "vector-effect": line["vector-effect"],
        });
      }),
    );
    marks.replaceChildren(
      ...ticks.map((power) => placed("top", down(power), power === 0 ? "1" : `1e${power}`.replace("-", "−"))),
    );
    for (const [path, powers, mark, kind] of /** @type {const} */ ([
      [signal, frame.signal, "●", "dial-point dial-of-signal"],
      [message, frame.message, "▲", "dial-point dial-of-message"],
    ])) {
      const points = powers.map((power, layer) => [layer / deepest, down(power)]);
      path.setAttribute(
        "d",
        `M${points.map((point) => point.map((part) => 1000 * part).join(" ")).join("L")}`,
      );
      const every = Math.max(1, Math.round((powers.length - 1) / 5));
      for (let layer = 0; layer < points.length; layer += every) {
        const point = placed("left", points[layer][0], mark);
        point.className = kind;
        point.style.top = `${100 * points[layer][1]}%`;
        marks.append(point);
      }
    }
  }
  return { node, draw };
}

/**
 * @param {"left" | "top"} side
 * @param {number} share
 * @param {string} text
 */
function placed(side, share, text) {
  const node = html("span", { class: "dial-tick" }, text);
  node.style.setProperty(side, `${100 * share}%`);
  return node;
}

/** @type {Widget<Traits>} */
export default { initialize: keepInNotebook, render };
