// A network's two passes: its layers in a row, and what the one at work takes in, keeps and hands on.
import { announcer, html, OWN_KEYS } from "../kit/kit.js";
import { marked, rowPanel, stationRow } from "./row.js";

/** @import { Card, Described, LayersScene, Panel, Told } from "./types.js" */

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
  /** @param {number} step */
  const draw = (step) => {
    for (const [place, card] of row.entries()) {
      card.show(Math.sign(step - stepOf(place)), step >= first + 1 + place, step === first + 1 + place);
    }
    loss.words.textContent = step < 0 ? "L = ?" : scene.loss[1];
  };
  const travelling = stationRow({
    stations: [inputs.node, ...row.map((card) => card.node), loss.node],
    names: {
      list: "layers, from inputs to loss",
      box: "Layers; each opens what it hears and sends on",
    },
    style: "flow-layers",
    described,
    draw,
    sent: (step, from) => {
      if (step > 0) return `▲ ${told[step - 1].norm}`;
      return `● ${from === 0 ? (forward[0].parts?.[0].norm ?? "") : forward[from].norm}`;
    },
  });

  /** @type {(told: { title?: string, parts?: Told["parts"] }) => HTMLElement} */
  const made = (one) => page(one.title ?? "", one.parts ?? []);
  // Made once, from the inputs to the last that is told; a step shows one and hides the others. The loss has none.
  const pages = [...forward.slice(0, -1).map(made), ...steps.map(made)];
  const { node: said, say } = announcer();
  const words = html("div", { role: "group", "aria-label": "what the layer does" }, said, ...pages);
  const picture = html("div", { role: "group", "aria-label": "both passes" }, travelling.box);

  let before = 0;
  /** @param {number} step */
  const onshow = (step) => {
    pages[before].hidden = true;
    before = step - first;
    pages[before].hidden = false;
  };
  return rowPanel({ row: travelling, picture, words, say, forward, steps, onshow });
}

/** @type {[style: string, words: string][]} */
const STATES = [
  ["flow-unheard", "has heard nothing"],
  ["flow-speaks", "speaks now"],
  ["flow-complete", "✓ has spoken"],
];

const PASS = { computes: "computes now", waits: "not computed yet" };

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
    note.textContent = marked(open, STATES, { side, computed, computes }, PASS);
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
