// A network's two passes: its layers in a row, and what the one at work takes in, keeps and hands on.
import { announcer, html, OWN_KEYS, scrollBox } from "../kit/kit.js";
import { eased, pulse } from "./motion.js";

/** @import { Card, Described, LayersScene, Panel, Point, Told } from "./types.js" */

const LEAVES = 0.1; // of a move's time
const ARRIVES = 0.8;

/**
 * `choose(step)` is called for a layer that is pressed.
 *
 * @param {{ scene: LayersScene, described: Described, choose: (step: number) => void }} parts
 * @returns {Panel}
 */
export function layersPanel({ scene, described, choose }) {
  const { cards, steps, forward, last } = scene;
  const [, ...told] = steps;
  const first = 1 - forward.length;
  /** @param {number} place */
  const stepOf = (place) => last - place; // the last layer speaks first
  const row = cards.map((card, place) =>
    layerCard(card, forward[place + 1].norm, told[stepOf(place) - 1].norm, () => choose(stepOf(place))),
  );
  /** @type {(text: string, words: string) => { node: HTMLElement, words: HTMLElement }} */
  const end = (text, said) => {
    const words = html("span", {}, said);
    return { node: html("li", { class: "flow-end" }, html("strong", {}, text), words), words };
  };
  const [inputs, loss] = [end("x", scene.inputs), end(...scene.loss)];
  const stations = [inputs.node, ...row.map((card) => card.node), loss.node];
  const list = html("ol", { class: "flow-layers", "aria-label": "layers, from inputs to loss" }, ...stations);
  const carried = pulse("flow-message");
  const stage = html("div", { class: "flow-stage flow-row" }, list, carried.node);
  const name = "Layers; each opens what it hears and sends on";
  const attributes = { class: "flow-cards", role: "group", tabindex: 0, "aria-label": name };
  const box = scrollBox({ ...attributes, ...described, ...OWN_KEYS }, stage);

  /** @type {(told: { title?: string, parts?: Told["parts"] }) => HTMLElement} */
  const made = (one) => page(one.title ?? "", one.parts ?? []);
  // Made once, from the inputs to the last that is told; a step shows one and hides the others. The loss has none.
  const pages = [...forward.slice(0, -1).map(made), ...steps.map(made)];
  const { node: said, say } = announcer();
  const words = html("div", { role: "group", "aria-label": "what the layer does" }, said, ...pages);
  const picture = html("div", { role: "group", "aria-label": "both passes" }, box);

  let shown = Number.NaN;
  let before = 0;
  let due = 0;
  /** The stations that a step leads between, and what goes there. @param {number} step */
  const trip = (step) => {
    if (step > 0) {
      const from = stations.length - step; // the loss sends first
      return { from, to: from - 1, text: `▲ ${told[step - 1].norm}` };
    }
    const from = step - first - 1;
    const sent = from === 0 ? (forward[0].parts?.[0].norm ?? "") : forward[from].norm;
    return { from, to: from + 1, text: `● ${sent}` };
  };
  /** @param {number} step */
  const draw = (step) => {
    for (const [place, card] of row.entries()) {
      card.show(Math.sign(step - stepOf(place)), step >= first + 1 + place, step === first + 1 + place);
    }
    loss.words.textContent = step < 0 ? "L = ?" : scene.loss[1];
  };
  /** @param {number} step */
  const show = (step) => {
    const ended = step === 0 && shown === -1;
    shown = step;
    pages[before].hidden = true;
    before = step - first;
    pages[before].hidden = false;
    draw(step);
    carried.hide();
    if (step < 0 || ended) say(forward[step - first].said);
    else say(`Step ${step} of ${last}. ${steps[step].said}`);
    settle();
  };
  const scroll = () => {
    due = 0;
    const at = shown > 0 ? stations.length - 1 - shown : shown < 0 ? shown - first : stations.length - 2;
    const node = stations[at];
    const left = node.offsetLeft;
    if (left < box.scrollLeft || left + node.offsetWidth > box.scrollLeft + box.clientWidth) {
      box.scrollLeft = left + (node.offsetWidth - box.clientWidth) / 2;
    }
  };
  const settle = () => {
    if (!due) due = requestAnimationFrame(scroll);
  };

  /** @type {[from: Point, to: Point]} */
  let way = [
    [0, 0],
    [0, 0],
  ];
  let there = true;
  /** @param {number} step */
  const depart = (step) => {
    const { from, to, text } = trip(step);
    draw(step - 1);
    there = false;
    const [start, stop] = [from, to].map((at) => {
      const { offsetLeft, offsetWidth, offsetTop, offsetHeight } = stations[at];
      return /** @type {Point} */ ([offsetLeft + offsetWidth / 2, offsetTop + offsetHeight / 2]);
    });
    way = [start, stop];
    carried.node.classList.toggle("flow-value", step <= 0);
    carried.write(text);
    fly(0);
  };
  /** @param {number} part */
  const fly = (part) => {
    if (there) return;
    if (part >= ARRIVES) return land();
    const share = eased(part, LEAVES, ARRIVES);
    const [[x, y], [toX, toY]] = way;
    carried.place([x + (toX - x) * share, y + (toY - y) * share]);
  };
  const land = () => {
    if (there) return;
    there = true;
    carried.hide();
    draw(shown);
  };
  const stops = () => Array.from({ length: last - first + 1 }, (_, at) => first + at);
  const none = () => {};
  return { picture, words, show, depart, fly, land, select: none, stops, fold: none, focus: none };
}

const STATES = [
  ["flow-unheard", "has heard nothing"],
  ["flow-speaks", "speaks now"],
  ["flow-complete", "✓ has spoken"],
];

/**
 * @param {Card} card
 * @param {string} value The norm of what it computes.
 * @param {string} norm Of the gradient that it hears.
 * @param {() => void} onclick
 */
function layerCard({ name, layer, formula }, value, norm, onclick) {
  const output = html("span", { class: "flow-norm-value" });
  const gradient = html("span", { class: "flow-norm" });
  const note = html("small");
  const open = html(
    "button",
    { type: "button", onclick, ...OWN_KEYS },
    html("strong", {}, name),
    html("small", {}, layer),
    html("span", {}, formula),
    output,
    gradient,
    note,
  );
  const node = html("li", {}, open);
  /**
   * @param {number} side −1 before it speaks, 0 then, 1 after.
   * @param {boolean} computed
   * @param {boolean} computes Whether it does so now.
   */
  const show = (side, computed, computes) => {
    const [style, words] = STATES[side + 1];
    open.className = `flow-card ${style} ${computes && "flow-computes"}`;
    open.setAttribute("aria-current", side === 0 || computes ? "step" : "false");
    note.textContent = computes ? "computes now" : computed ? words : "not computed yet";
    output.textContent = computed ? `● norm ${value}` : "● ?";
    gradient.textContent = side < 0 ? "▲ ?" : `▲ norm ${norm}`;
  };
  return { node, show };
}

/**
 * @param {string} title
 * @param {Told["parts"]} parts
 */
function page(title, parts) {
  const figures = parts.map((part) =>
    html(
      "figure",
      { class: "flow-array" },
      html(
        "figcaption",
        {},
        html("small", {}, part.name),
        html("span", { class: "flow-formula" }, part.formula),
      ),
      part.rows ? table(part.name, part.rows) : null,
      html("small", {}, `shape ${part.shape}, norm ${part.norm}`),
    ),
  );
  return html(
    "div",
    { class: "flow-page", hidden: true },
    html("strong", { class: "flow-who" }, title),
    ...figures,
  );
}

/**
 * @param {string} name
 * @param {string[][]} rows
 */
function table(name, rows) {
  /** @param {string[]} row */
  const line = (row) => html("tr", {}, ...row.map((text) => html("td", {}, text)));
  return html("table", { "aria-label": name }, html("tbody", {}, ...rows.map(line)));
}
