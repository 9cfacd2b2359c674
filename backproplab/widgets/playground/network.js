// The network as a drawing: a small map for each unit, a line for each weight and one for its gradient.

import { bytes, floats, html, keys, OWN_KEYS, svg } from "../kit/kit.js";
import { SMALL, shadedMap } from "./plane.js";

/** @import { Model } from "../kit/types.js" */
/** @import { Theme, Traits } from "./types.js" */

/**
 * A unit of the drawing, its place among the layers and the map that it holds.
 *
 * @typedef {object} Tile
 * @property {HTMLElement} node
 * @property {ReturnType<typeof shadedMap>["paint"]} paint
 * @property {HTMLElement} label
 * @property {string} name
 * @property {number} column
 * @property {number} row
 *
 * @typedef {{ weight: SVGLineElement, gradient: SVGLineElement }} Pair The two lines of a weight.
 */

const MANY = 40; // lines, from where on the thin ones step back
const TALL = 290; // pixels, as tall as the large map beside it
const NAME = 15; // pixels above a map, for its name

/**
 * How thick a line is, in pixels, for a part from 0 to 1.
 *
 * @param {number} part
 */
function thickness(part) {
  return (0.7 + 3.8 * part).toFixed(2);
}

/** What thicknesses of a gradient's line stand for: the ends of Python's scale, and its middle. */
export function gradientScale() {
  const samples = [1, 0.5, 0].map((part, at) => {
    const style = { "stroke-width": thickness(part), "stroke-opacity": 0.3 + 0.7 * part };
    const line = svg("line", { class: "pg-gradient", x1: 0, x2: 20, y1: 4, y2: 4, ...style });
    const sample = svg("svg", { width: 20, height: 8, "aria-hidden": "true" }, line);
    return html("span", { class: "pg-sample" }, sample, ` ${["1 or more", "0.001", "1e−6 or less"][at]}`);
  });
  return html("span", { class: "pg-scale" }, "always ", ...samples);
}

/**
 * Draws into `node`; `choose(index)` when a unit is picked. { node, build(), draw(), mark(), name() }.
 *
 * @param {Model<Traits>} model
 * @param {(index: number) => void} choose
 * @param {Theme} theme
 */
export function networkDrawing(model, choose, theme) {
  const lines = svg("svg", { "aria-hidden": "true", class: "pg-edges" });
  const node = html("div", {
    class: "pg-network",
    role: "application",
    tabindex: "0",
    "aria-roledescription": "network drawing",
    ...OWN_KEYS,
  });
  /** @type {Tile[]} */
  let tiles = [];
  /** @type {Pair[]} */
  let pairs = [];

  const chosen = () => ((model.get("unit") % tiles.length) + tiles.length) % tiles.length; // as Python takes it

  function build() {
    const { sizes, names } = model.get("shape");
    const tallest = Math.max(...sizes);
    const size = tallest > 6 ? 30 : tallest > 4 ? 38 : tallest > 2 ? 48 : 60;
    const pitch = Math.max(size + NAME + 5, Math.min(120, TALL / tallest));
    const height = tallest * pitch;
    node.style.height = `${height}px`;
    node.style.setProperty("--pg-tile", `${size}px`);
    tiles = [];
    const places = sizes.map((count, column) => {
      const x = (100 * (column + 0.5)) / sizes.length;
      return Array.from({ length: count }, (_, row) => {
        const y = height / 2 + (row - (count - 1) / 2) * pitch;
        tiles.push(tile(names[tiles.length], column, row, x, y, size));
        return [x, y + NAME / 2];
      });
    });
    pairs = [];
    for (let column = 1; column < sizes.length; column += 1) {
      for (const [x1, y1] of places[column - 1]) {
        for (const [x2, y2] of places[column]) pairs.push(edge(x1, y1, x2, y2));
      }
    }
    lines.replaceChildren(...pairs.flatMap((pair) => [pair.weight, pair.gradient]));
    node.replaceChildren(lines, ...tiles.map((one) => one.node));
    node.setAttribute(
      "aria-label",
      `Network ${sizes.join("-")}. Arrow keys choose a unit, Space starts and pauses training.`,
    );
  }

  /** @type {(name: string, column: number, row: number, x: number, y: number, size: number) => Tile} */
  function tile(name, column, row, x, y, size) {
    const map = shadedMap(SMALL);
    const label = html("span", {}, name);
    const one = html(
      "div",
      { class: "pg-unit", onclick: () => choose(index), dataset: { name } },
      label,
      map.node,
    );
    one.style.left = `calc(${x}% - ${size / 2}px)`;
    one.style.top = `${y - (size + NAME) / 2}px`;
    const index = tiles.length;
    return { node: one, paint: map.paint, label, name, column, row };
  }

  /** @type {(x1: number, y1: number, x2: number, y2: number) => Pair} */
  function edge(x1, y1, x2, y2) {
    /** @param {number} lift */
    const ends = (lift) => ({ x1: `${x1}%`, x2: `${x2}%`, y1: y1 + lift, y2: y2 + lift });
    return {
      weight: svg("line", { class: "pg-weight", ...ends(-2.4) }),
      gradient: svg("line", { class: "pg-gradient", ...ends(2.4) }),
    };
  }

  function draw() {
    const units = bytes(model.get("units"));
    const step = SMALL * SMALL;
    const { dead } = model.get("report");
    for (const [index, one] of tiles.entries()) {
      const last = index === tiles.length - 1;
      one.paint(units.subarray(index * step, (index + 1) * step), theme(last ? "classes" : "values"));
      const isDead = Boolean(dead[index - 2]);
      one.node.classList.toggle("pg-dead", isDead);
      const text = isDead ? `${one.name} dead` : one.name;
      if (one.label.textContent !== text) one.label.textContent = text;
    }
    thicken("weight", floats(model.get("weights")));
    thicken("gradient", floats(model.get("gradients")));
    mark();
  }

  /** @type {(kind: keyof Pair, values: Float32Array) => void} */
  function thicken(kind, values) {
    for (const [index, pair] of pairs.entries()) {
      const part = Math.abs(values[index]);
      pair[kind].setAttribute("stroke-width", thickness(part));
      const fades = kind === "gradient" || pairs.length > MANY;
      const opacity = part === 0 ? 0.2 : fades ? 0.3 + 0.7 * part : 1; // 0: hardly a line
      pair[kind].setAttribute("stroke-opacity", opacity.toFixed(2));
      const dashes = values[index] < 0 ? "5 3" : "none";
      if (pair[kind].getAttribute("stroke-dasharray") !== dashes)
        pair[kind].setAttribute("stroke-dasharray", dashes);
    }
  }

  function mark() {
    const now = chosen();
    for (const [index, one] of tiles.entries()) one.node.classList.toggle("pg-chosen", index === now);
    node.dataset.lines = model.get("lines");
  }

  /** @type {(columns: number, rows: number) => void} */
  function move(columns, rows) {
    const from = tiles[chosen()];
    const column = tiles.filter((one) => one.column === from.column + columns);
    if (!column.length) return;
    const near = columns ? closest(column, from) : column.find((one) => one.row === from.row + rows);
    if (near) choose(tiles.indexOf(near));
  }

  /** @type {(column: Tile[], from: Tile) => Tile} */
  function closest(column, from) {
    /** @param {Tile} one */
    const middle = (one) => Number.parseFloat(one.node.style.top);
    /** @param {Tile} one */
    const gap = (one) => Math.abs(middle(one) - middle(from));
    return column.reduce((best, one) => (gap(one) < gap(best) ? one : best));
  }

  keys(node, {
    ArrowLeft: () => move(-1, 0),
    ArrowRight: () => move(1, 0),
    ArrowUp: () => move(0, -1),
    ArrowDown: () => move(0, 1),
    Home: () => choose(0),
    End: () => choose(tiles.length - 1),
  });

  return { node, build, draw, mark, name: () => tiles[chosen()]?.name ?? "" };
}
