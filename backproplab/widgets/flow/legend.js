// What the signs of a graph mean, and the graph as lines of code.
import { html, OWN_KEYS, svg } from "../kit/kit.js";
import { computed } from "./arithmetic.js";
import { dot, triangle } from "./boxes.js";

/** @import { GraphScene } from "./types.js" */

/**
 * What shapes, outlines and marks mean, and which keys step.
 *
 * @param {boolean} closes Whether there is anything to close.
 */
export function graphLegend(closes) {
  /** @param {...SVGElement} shapes */
  const sign = (...shapes) => svg("svg", { width: 26, height: 16, "aria-hidden": "true" }, ...shapes);
  /** @param {string} style */
  const rect = (style) => {
    const place = { x: 3, y: 2, width: 20, height: 12 };
    return svg("g", { class: style }, svg("rect", { ...place, class: "flow-box" }));
  };
  /** @type {[shape: SVGElement | string, text: string][]} */
  const entries = [
    [sign(svg("path", { d: dot(13, 8), class: "flow-dot" })), "value"],
    [sign(svg("path", { d: triangle(13, 9), class: "flow-triangle" })), "gradient so far"],
    [
      sign(
        svg("path", { d: "M2 12H24", class: "flow-edge" }),
        svg("text", { x: 10, y: 9, class: "flow-note" }, "n"),
      ),
      "local derivative",
    ],
    [sign(rect("flow-unheard")), "has heard nothing"],
    [sign(rect("flow-waiting")), "has heard some, waits"],
    [sign(rect("flow-complete")), "✓ has heard all"],
    ["← →", "step"],
    ["Space", "play, pause"],
  ];
  if (closes) {
    entries.push([sign(svg("g", {}, behind(), svg("rect", CLOSED))), "closed group"]);
    entries.push(["− +", "close, open all groups"]);
  }
  const items = entries.map(([shape, text]) =>
    html("li", {}, typeof shape === "string" ? html("kbd", {}, shape) : shape, text),
  );
  return html("ul", { class: "flow-legend", "aria-label": "what the signs mean" }, ...items);
}

const CLOSED = { x: 3, y: 1, width: 17, height: 10, rx: 3, class: "flow-box" };
const behind = () => svg("rect", { ...CLOSED, x: 6, y: 4, class: "flow-behind" });

/**
 * A graph read as code, a button a line: { node, show(step), select(nodes) }. The line whose box is at work is marked.
 *
 * @param {GraphScene} scene
 * @param {(nodes: number[]) => void} choose
 */
export function codeLines(scene, choose) {
  const lines = scene.code.map(([box, text]) => {
    const line = html("button", { type: "button", onclick: () => choose([box]), ...OWN_KEYS }, text);
    return { box, line, item: html("li", {}, line) };
  });
  const node = html(
    "details",
    { class: "flow-code" },
    html("summary", { ...OWN_KEYS }, "as code"),
    html("ol", {}, ...lines.map((one) => one.item)),
  );
  /** @param {number} step */
  const show = (step) => {
    const made = computed(scene, step);
    const working = step > 0 ? scene.passes[0].moves[step - 1][0] : step < 0 ? (made?.node ?? -1) : -1;
    for (const { box, line } of lines) line.setAttribute("aria-current", box === working ? "step" : "false");
  };
  /** @param {number[]} chosen */
  const select = (chosen) => {
    for (const { box, line } of lines) line.setAttribute("aria-pressed", String(chosen.includes(box)));
  };
  return { node, show, select };
}
