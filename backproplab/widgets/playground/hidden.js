// The hidden space: where two units of the last hidden layer put the points, and the plane's own grid, folded.

import { html, menu, svg } from "../kit/kit.js";
import { ends, forward, grid, SIDE, shades, sigmoid, zeroLine } from "./forward.js";
import { framed, shadedMap } from "./plane.js";

/** @import { Model } from "../kit/types.js" */
/** @import { Inks, Picture, SetTrait, Theme, Traits, Window } from "./types.js" */

const MESH = 6; // every so many points of the plane's grid: eight lines along each axis

/**
 * { node, draw(picture) }; with two hidden units, where the output is ½ as well: a straight line.
 *
 * @param {Model<Traits>} model
 * @param {SetTrait} set
 * @param {Theme} theme
 * @param {() => Inks} inks
 */
export function hiddenDrawing(model, set, theme, inks) {
  const map = shadedMap(SIDE);
  const mesh = svg("path", { class: "pg-mesh" });
  const line = svg("path", { class: "pg-line" });
  const space = framed(map, ["h", "h"], inks, mesh, line);
  const [across, up] = [".pg-x", ".pg-y"].map(
    (name) => /** @type {HTMLElement} */ (space.node.querySelector(name)),
  );
  const caption = html("p", { class: "pg-key" });
  const menus = html("div", { class: "pg-pair" });
  const node = html("div", { class: "pg-hidden" }, caption, space.node, menus);
  space.node.setAttribute("role", "img");
  let offered = "";
  /** @type {HTMLSelectElement[]} */
  let selects = [];

  /**
   * Two menus where there are more than two units to choose from.
   *
   * @param {string[]} names
   */
  function offer(names) {
    offered = names.join();
    if (names.length < 3) {
      selects = [];
      menus.replaceChildren();
      return;
    }
    const made = ["across", "up"].map((label, axis) => {
      /** @type {[value: string, text: string][]} */
      const options = names.map((name, at) => [String(at), name]);
      return menu({
        label,
        options,
        value: "0",
        onchange: (at) =>
          set(
            "pair",
            model.get("pair").map((other, one) => (one === axis ? Number(at) : other)),
          ),
      });
    });
    selects = made.map(({ input }) => input);
    menus.replaceChildren(...made.map(({ row }) => row));
  }

  /** @param {Picture} picture */
  function draw(picture) {
    const { net, names, points, held } = picture;
    const width = net.sizes[net.sizes.length - 2];
    const layer = net.sizes.length - 2;
    const isHidden = net.sizes.length > 2 && width > 1;
    space.node.hidden = !isHidden;
    const here = isHidden ? names.slice(-1 - width, -1) : [];
    if (offered !== here.join()) offer(here);
    if (!isHidden) {
      put(caption, "Two hidden units make a plane of their own: choose more units.");
      return;
    }
    const [first, second] = model.get("pair").map((at) => Math.min(at, width - 1));
    selects.forEach((select, axis) => {
      select.value = String([first, second][axis]);
    });
    put(across, here[first]);
    put(up, here[second]);
    const x = points.filter((_, at) => at % 3 < 2);
    const values = forward(net, x).values[layer];
    const folded = picture.units.slice(-1 - width, -1).map((unit) => unit.values);
    const frame = around(net.activation, values);
    mesh.setAttribute("d", meshPath(folded[first], folded[second], frame));
    const exact = width === 2 && first !== second;
    if (exact) {
      const [v1, v2, bias] = net.parameters.slice(-3);
      const at = grid(frame);
      const sums = Float64Array.from(
        { length: SIDE * SIDE },
        (_, cell) => at[2 * cell] * (first ? v2 : v1) + at[2 * cell + 1] * (second ? v2 : v1) + bias,
      );
      map.paint(shades(sums.map(sigmoid), [0, 1]), theme("classes"));
      line.setAttribute("d", zeroLine(sums));
    } else {
      map.paint(new Uint8Array(SIDE * SIDE), theme("values"));
      line.setAttribute("d", "");
    }
    put(caption, "Hidden space: the plane, folded");
    space.frame(frame);
    space.scatter(frame, (at) => [values[at * width + first], values[at * width + second]], points, held);
    space.node.setAttribute(
      "aria-label",
      `${caption.textContent}. ${exact ? "On the line y is ½. " : ""}${foldedWords(points, values, width, first, second)}`,
    );
  }

  return { node, draw };
}

/**
 * The part of the hidden space to show: all that a sigmoid or tanh can say, else what is said of the points.
 *
 * @param {string} activation
 * @param {Float64Array} values
 * @returns {Window}
 */
function around(activation, values) {
  const [low, high] = ends(activation, values);
  const margin = 0.12 * (high - low);
  return [low - margin, high + margin, low - margin, high + margin];
}

/** @type {(across: Float64Array, up: Float64Array, window: Window) => string} */
function meshPath(across, up, [left, right, bottom, top]) {
  let path = "";
  /** @type {(at: number, command: string) => void} */
  const to = (at, command) => {
    const x = (across[at] - left) / (right - left);
    const y = (top - up[at]) / (top - bottom);
    path += `${command}${x.toFixed(3)} ${y.toFixed(3)}`;
  };
  for (let line = 0; line < SIDE; line += MESH) {
    for (let at = 0; at < SIDE; at += 1) to(line * SIDE + at, at ? "L" : "M");
    for (let at = 0; at < SIDE; at += 1) to(at * SIDE + line, at ? "L" : "M");
  }
  return path.includes("NaN") || path.includes("Infinity") ? "" : path;
}

/** @type {(points: Float64Array, values: Float64Array, width: number, first: number, second: number) => string} */
function foldedWords(points, values, width, first, second) {
  const count = points.length / 3;
  if (count > 8) return `${count} points.`;
  const places = Array.from({ length: count }, (_, at) => {
    const [x1, x2] = points.subarray(3 * at, 3 * at + 2);
    const [one, two] = [first, second].map((unit) => values[at * width + unit].toFixed(2));
    return `(${Number(x1.toFixed(2))}, ${Number(x2.toFixed(2))}) lies at (${one}, ${two})`;
  });
  return `${places.join(", ")}.`.replaceAll("-", "−");
}

/** @type {(node: HTMLElement, text: string) => void} */
export function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
