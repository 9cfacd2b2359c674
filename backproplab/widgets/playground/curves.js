// Loss and gradient norms over the steps: curves and ticks come from Python as parts of their boxes.

import { floats, html, svg } from "../kit/kit.js";

/** @import { Scales, Tick } from "./types.js" */

const DASHES = ["none", "6 3", "2 3", "8 3 2 3"];

/** Two plots: { node, draw(), stand() }; of a recorded run they are whole, and a line stands where the page is. */
export function curvesDrawing() {
  const loss = plot("Loss", "pg-loss");
  const norms = plot("Each layer’s gradient norm (logarithmic)", "pg-norms");
  const node = html("div", { class: "pg-curves" }, loss.node, norms.node);

  /** @type {(drawn: DataView, scales: Scales, layers: number) => void} */
  function draw(drawn, scales, layers) {
    const numbers = floats(drawn);
    const count = numbers.length / (2 + layers);
    /** @param {number} index */
    const row = (index) => numbers.subarray(index * count, (index + 1) * count);
    loss.draw(row(0), [row(1)], scales.steps, scales.loss);
    norms.draw(
      row(0),
      Array.from({ length: layers }, (_, index) => row(2 + index)),
      scales.steps,
      scales.norms,
    );
    norms.name(layers > 1 ? scales.names : []);
  }

  /** @param {number | null} now A part of the way; null where no run is recorded. */
  function stand(now) {
    for (const one of [loss, norms]) one.stand(now);
  }

  return { node, draw, stand };
}

/**
 * @param {string} title
 * @param {string} kind
 */
function plot(title, kind) {
  const lines = svg("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" });
  const [left, below, right] = ["pg-left", "pg-below", "pg-right"].map((name) =>
    html("div", { class: name }),
  );
  const box = html("div", { class: "pg-box", "aria-hidden": "true" }, lines, left, below, right);
  const place = html("div", { class: "pg-now" });
  box.append(place);
  const node = html("figure", { class: kind }, html("figcaption", {}, title), box);

  /** @type {(x: Float32Array, rows: Float32Array[], across: Tick[], up: Tick[]) => void} */
  function draw(x, rows, across, up) {
    while (lines.childElementCount > rows.length) lines.lastElementChild?.remove();
    while (lines.childElementCount < rows.length) {
      lines.append(svg("polyline", { "stroke-dasharray": DASHES[lines.childElementCount % DASHES.length] }));
    }
    for (const [index, y] of rows.entries()) {
      let points = "";
      for (let at = 0; at < x.length; at += 1) points += `${x[at].toFixed(4)},${(1 - y[at]).toFixed(4)} `;
      lines.children[index].setAttribute("points", points);
    }
    write(below, across, "left");
    write(left, up, "bottom");
  }

  /** @param {number[]} places */
  const name = (places) => {
    /** @type {Tick[]} */
    const names = places.map((place, index) => [place, `layer ${index + 1}`]);
    write(right, names, "bottom");
  };

  /** @param {number | null} now */
  const stand = (now) => {
    place.hidden = now === null;
    place.style.left = `${(100 * (now ?? 0)).toFixed(2)}%`;
  };

  return { node, draw, name, stand };
}

/**
 * One span for each tick; only what changed is touched.
 *
 * @param {HTMLElement} node
 * @param {Tick[]} ticks
 * @param {"left" | "bottom"} side
 */
function write(node, ticks, side) {
  while (node.childElementCount > ticks.length) node.lastElementChild?.remove();
  while (node.childElementCount < ticks.length) node.append(html("span"));
  const spans = node.querySelectorAll("span");
  for (const [index, [place, text]] of ticks.entries()) {
    spans[index].style[side] = `${(100 * place).toFixed(2)}%`;
    if (spans[index].textContent !== text) spans[index].textContent = text;
  }
}
