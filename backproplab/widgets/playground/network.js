// The network as a drawing: a small map for each unit, a line for each weight and one for its gradient.

import { drag, html, keys, OWN_KEYS, svg } from "../kit/kit.js";
import { offsets, onScale, shades } from "./forward.js";
import { SMALL, STRIDE, shadedMap } from "./plane.js";

/** @import { Model } from "../kit/types.js" */
/** @import { Picture, Theme, Traits } from "./types.js" */

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
 * @typedef {object} Pair The lines of a weight.
 * @property {SVGLineElement} weight
 * @property {SVGLineElement} gradient
 * @property {SVGLineElement} hold Broad and unseen: what a hand takes.
 * @property {number} at Its place among the parameters.
 *
 * @typedef {object} Hands
 * @property {(index: number) => void} choose A unit was picked.
 * @property {(at: number) => void} take A weight was picked.
 * @property {(at: number, by: number) => void} pull It was moved by so much since it was picked.
 */

const MANY = 40; // lines, from where on the thin ones step back
const TALL = 204; // pixels, as tall as the large map beside it
const PULL = 0.05; // of a weight, for a pixel that a hand moves up
const NAME = 14; // pixels above a map, for its name

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
    return html("span", { class: "pg-sample" }, sample, ` ${["≥ 1", "0.001", "≤ 1e−6"][at]}`);
  });
  return html("span", { class: "pg-scale" }, ...samples);
}

/**
 * Draws into `node`; a hand picks a unit or a weight. { node, build(), draw(picture), mark(), name() }.
 *
 * @param {Model<Traits>} model
 * @param {Hands} hands
 * @param {Theme} theme
 */
export function networkDrawing(model, { choose, take, pull }, theme) {
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
    const size = tallest > 6 ? 22 : tallest > 4 ? 28 : tallest > 2 ? 42 : 56;
    const pitch = Math.max(size + NAME + 3, Math.min(112, TALL / tallest));
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
      let at = offsets(sizes)[column - 1];
      for (const [x1, y1] of places[column - 1]) {
        for (const [x2, y2] of places[column]) pairs.push(edge(at++, x1, y1, x2, y2));
      }
    }
    lines.replaceChildren(...pairs.flatMap((pair) => [pair.weight, pair.gradient, pair.hold]));
    node.replaceChildren(lines, ...tiles.map((one) => one.node));
    node.setAttribute(
      "aria-label",
      `Network ${sizes.join("-")}. Arrow keys choose a unit, Home and End the first input and the output; Space starts and pauses.`,
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

  /** @type {(at: number, x1: number, y1: number, x2: number, y2: number) => Pair} */
  function edge(at, x1, y1, x2, y2) {
    /** @param {number} lift */
    const ends = (lift) => ({ x1: `${x1}%`, x2: `${x2}%`, y1: y1 + lift, y2: y2 + lift });
    const hold = svg("line", { class: "pg-hold", ...ends(0), dataset: { at: String(at) } });
    let from = 0;
    drag(hold, {
      start: (event) => {
        from = event.clientY;
        take(at);
        event.preventDefault();
      },
      move: (event) => {
        if (event.clientY !== from) pull(at, PULL * (from - event.clientY));
      },
    });
    // A finger on it does not scroll the page: touch-action is not heeded on a part of a drawing.
    hold.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    return {
      weight: svg("line", { class: "pg-weight", ...ends(-2.4) }),
      gradient: svg("line", { class: "pg-gradient", ...ends(2.4) }),
      hold,
      at,
    };
  }

  /** @param {Picture} picture */
  function draw({ units, net, gradient, stale, dead }) {
    for (const [index, one] of tiles.entries()) {
      const last = index === tiles.length - 1;
      const { values, ends } = units[index];
      one.paint(shades(values, ends, STRIDE), theme(last ? "classes" : "values"));
      const isDead = dead[index];
      one.node.classList.toggle("pg-dead", isDead);
      const text = isDead ? `${one.name} dead` : one.name;
      if (one.label.textContent !== text) one.label.textContent = text;
    }
    let largest = 0;
    for (const { at } of pairs)
      if (Number.isFinite(net.parameters[at])) largest = Math.max(largest, Math.abs(net.parameters[at]));
    for (const pair of pairs) {
      const weight = net.parameters[pair.at];
      thicken(pair.weight, Number.isFinite(weight) ? weight / (largest || 1) : 0, pairs.length > MANY);
      thicken(pair.gradient, stale ? 0 : onScale(gradient[pair.at]), true);
    }
    mark();
  }

  /** @type {(line: SVGLineElement, value: number, fades: boolean) => void} */
  function thicken(line, value, fades) {
    const part = Math.abs(value);
    line.setAttribute("stroke-width", thickness(part));
    const opacity = part === 0 ? 0.2 : fades ? 0.3 + 0.7 * part : 1; // 0: hardly a line
    line.setAttribute("stroke-opacity", opacity.toFixed(2));
    const dashes = value < 0 ? "5 3" : "none";
    if (line.getAttribute("stroke-dasharray") !== dashes) line.setAttribute("stroke-dasharray", dashes);
  }

  function mark() {
    const now = chosen();
    for (const [index, one] of tiles.entries()) one.node.classList.toggle("pg-chosen", index === now);
    for (const { hold, at } of pairs) hold.classList.toggle("pg-taken", at === model.get("weight"));
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
