// The network of a sheet as a picture: what is pointed at lights its way to L, and its weights are dragged.

import { drag, keys, lookUp, number, OWN_KEYS, svg } from "../kit/kit.js";
import { wayToLoss } from "./chain.js";
import { titleOf } from "./words.js";

/** @import { Chain } from "./chain.js" */
/** @import { Numbers, Page } from "./types.js" */

const WIDTH = 420;
const ROW = 66;
const TALL = 44; // a unit's box: its sum above, what it gives out below
const WIDE = 70;
const LABEL = { width: 70, height: 30 }; // high enough for a finger
const NARROW = 50; // an input's box
const COLUMNS = [27, 166, 315, 387]; // the middles of inputs, units and L
const STEP = 0.01; // of a weight, for each unit of the picture that it is dragged
const KEYS = { small: 0.05, large: 0.5 };
const MOST = 10; // as far as a weight is moved from 0, unless it is farther already

/**
 * The picture: { node, show(values), light(name) }.
 *
 * @param {Page} page
 * @param {Chain} chain
 * @param {object} reader What the reader did is told to these.
 * @param {(name: string) => void} reader.onselect
 * @param {(name: string) => void} reader.onhold Before a weight begins to move.
 * @param {(name: string, value: number) => void} reader.onturn
 * @param {() => void} reader.onlift Once a hand has let it go.
 */
export function networkPicture(page, chain, { onselect, onhold, onturn, onlift }) {
  const { inputs, units } = chain;
  const height = Math.max(inputs.length * ROW, ROW / 2 + TALL + 2 * LABEL.height) + 8;
  const middle = (inputs.length * ROW) / 2 + 4;
  const node = svg("svg", {
    viewBox: `0 0 ${WIDTH} ${height}`,
    class: "bpl-sheet-network",
    role: "group",
    "aria-label": `The ${page.title} network, with a slider for each weight and bias`,
  });
  /** @type {Map<string, SVGElement>} What lights up, by name; an edge is lit with its weight. */
  const parts = new Map();
  /** @type {Map<string, SVGTextElement>} */
  const texts = new Map();
  /** @type {Map<string, SVGElement>} */
  const handles = new Map();
  /** @type {Numbers} */
  let values = new Map();

  /** @type {(name: string, x: number, y: number) => SVGTextElement} */
  const label = (name, x, y) => {
    const text = svg("text", { x, y, "text-anchor": "middle" });
    texts.set(name, text);
    return text;
  };
  /** @type {(names: string[], x: number, y: number, wide: number) => void} */
  const box = (names, x, y, wide) => {
    const tall = names.length > 1 ? TALL : LABEL.height;
    const frame = { x: x - wide / 2, y: y - tall / 2, width: wide, height: tall, rx: 6 };
    const part = svg(
      "g",
      { class: "bpl-sheet-part" },
      svg("rect", frame),
      ...names.map((name, line) => {
        const text = label(name, x, y + 4 + (names.length > 1 ? 18 * line - 9 : 0));
        text.addEventListener("click", () => onselect(name));
        return text;
      }),
    );
    for (const name of names) parts.set(name, part);
    node.append(part);
  };
  /** @type {(d: string, ...names: string[]) => SVGElement} */
  const edge = (d, ...names) => {
    const line = svg("path", { d, class: "bpl-sheet-edge" });
    for (const name of names) parts.set(`edge of ${name}`, line);
    node.append(line);
    return line;
  };
  /** @type {(name: string, x: number, y: number) => void} */
  const handle = (name, x, y) => {
    const { width, height: tall } = LABEL;
    const part = svg(
      "g",
      {
        class: "bpl-sheet-part bpl-sheet-handle",
        role: "slider",
        tabindex: 0,
        "aria-label": titleOf(page, name),
        ...OWN_KEYS,
      },
      svg("rect", { x: x - width / 2, y: y - tall / 2, width, height: tall }),
      label(name, x, y + 4),
    );
    let held = { x: 0, value: 0, moved: false };
    /** @param {PointerEvent} event */
    const across = (event) => (event.clientX / node.getBoundingClientRect().width) * WIDTH;
    drag(part, {
      start: (event) => {
        held = { x: across(event), value: lookUp(values, name), moved: false };
        onselect(name);
      },
      move: (event) => {
        const turned = turnedTo(held.value, (across(event) - held.x) * STEP);
        if (turned === lookUp(values, name)) return;
        if (!held.moved) onhold(name);
        held.moved = true;
        onturn(name, turned);
      },
      end: onlift,
      cancel: () => {
        if (held.moved) onturn(name, held.value);
        onlift();
      },
    });
    /** @param {number} by */
    const turn = (by) => () => {
      const before = lookUp(values, name);
      const turned = turnedTo(before, by);
      if (turned === before) return; // the end is reached
      onhold(name);
      onturn(name, turned);
    };
    keys(/** @type {GlobalEventHandlers & Element} */ (/** @type {unknown} */ (part)), {
      ArrowRight: turn(KEYS.small),
      ArrowUp: turn(KEYS.small),
      ArrowLeft: turn(-KEYS.small),
      ArrowDown: turn(-KEYS.small),
      PageUp: turn(KEYS.large),
      PageDown: turn(-KEYS.large),
    });
    part.addEventListener("focus", () => onselect(name));
    parts.set(name, part);
    handles.set(name, part);
    node.append(part);
  };

  /** @param {number} place */
  const inputRow = (place) => place * ROW + ROW / 2 + 4;
  const below = middle + TALL / 2 + 22;
  for (const [layer, { edges, bias }] of units.entries()) {
    const [left, right] = [COLUMNS[layer] + (layer ? WIDE : NARROW) / 2, COLUMNS[layer + 1] - WIDE / 2];
    for (const [place, { weight }] of edges.entries()) {
      edge(`M${left},${layer ? middle : inputRow(place)}L${right},${middle}`, weight);
    }
    if (bias) edge(`M${COLUMNS[layer + 1]},${below}V${middle}`, bias);
  }
  edge(`M${COLUMNS[2] + WIDE / 2},${middle}H${COLUMNS[3]}`, "L");
  for (const [place, name] of inputs.entries()) box([name], COLUMNS[0], inputRow(place), NARROW);
  for (const [layer, { sum, out }] of units.entries()) box([sum, out], COLUMNS[layer + 1], middle, WIDE);
  box(["L"], COLUMNS[3], middle, NARROW + 12);
  for (const [layer, { edges, bias }] of units.entries()) {
    const between = (COLUMNS[layer] + (layer ? WIDE : NARROW) / 2 + COLUMNS[layer + 1] - WIDE / 2) / 2;
    for (const [place, { weight }] of edges.entries()) {
      handle(weight, between, layer ? middle : (inputRow(place) + middle) / 2);
    }
    if (bias) handle(bias, COLUMNS[layer + 1], below);
  }

  /** @param {Numbers} now */
  const show = (now) => {
    values = now;
    for (const [name, text] of texts) {
      const written = inBrief(lookUp(now, name));
      text.textContent = `${titleOf(page, name)} ${written}`;
      const most = reach(lookUp(now, name));
      for (const [attribute, value] of Object.entries({
        "aria-valuemin": -most,
        "aria-valuemax": most,
        "aria-valuenow": lookUp(now, name),
        "aria-valuetext": `${written}, L is ${inBrief(lookUp(now, "L"))}`,
      }))
        handles.get(name)?.setAttribute(attribute, String(value));
    }
  };
  /** @param {string} cell */
  const light = (cell) => {
    const way = wayToLoss(chain, cell);
    const lit = new Set(way);
    for (const { edges, bias } of units) {
      for (const { weight, from } of edges)
        if (lit.has(from) || way[0] === weight) lit.add(`edge of ${weight}`);
      if (way[0] === bias) lit.add(`edge of ${bias}`);
    }
    if (way.length > 1 && !/^t\d*$/.test(way[0])) lit.add("edge of L");
    for (const part of parts.values()) part.classList.remove("bpl-sheet-lit");
    for (const name of lit) parts.get(name)?.classList.add("bpl-sheet-lit");
  };
  return { node, show, light };
}

/** @param {number} value How far from 0 a weight of this value may be moved. */
function reach(value) {
  return Math.max(MOST, Math.abs(value));
}

/**
 * Where a weight comes to: to a hundredth, so that a number that was dragged is short, and no farther than it may.
 *
 * @param {number} from
 * @param {number} by
 */
function turnedTo(from, by) {
  const rounded = Math.round(100 * (from + by)) / 100 + 0;
  return Math.min(Math.max(rounded, -reach(from)), reach(from));
}

/** @param {number} value As short as its box: three places after the point, and no zeros at the end. */
function inBrief(value) {
  const rounded = value.toFixed(3);
  if (Math.abs(value) >= 10 || (Number(rounded) === 0 && value !== 0)) return number(value, 2);
  return String(Number(rounded) + 0).replace("-", "−");
}
