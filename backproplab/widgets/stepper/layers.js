// A network's backward pass: its layers in a row, and what the one that speaks hears, keeps and sends on.
import { announcer, html, OWN_KEYS, scrollBox } from "../kit/kit.js";

/** @import { Card, Described, LayersScene, Panel, Told } from "./types.js" */

/**
 * { node, show(step) }; `choose(step)` is called for a layer that is pressed.
 *
 * @param {{ scene: LayersScene, described: Described, choose: (step: number) => void }} parts
 * @returns {Panel}
 */
export function layersPanel({ scene, described, choose }) {
  const { cards, steps, last } = scene;
  const [, ...told] = steps;
  /** @param {number} place */
  const stepOf = (place) => last - place; // the last layer speaks first
  const row = cards.map((card, place) =>
    layerCard(card, told[stepOf(place) - 1].norm, () => choose(stepOf(place))),
  );
  /** @type {(text: string, words: string) => HTMLElement} */
  const end = (text, words) =>
    html("li", { class: "bps-end" }, html("strong", {}, text), html("span", {}, words));
  const list = html("ol", { class: "bps-layers", "aria-label": "layers, from inputs to loss" });
  list.append(end("x", scene.inputs), ...row.map((card) => card.node), end(...scene.loss));
  const name = "Layers; each opens what it hears and sends on";
  const attributes = { role: "group", tabindex: 0, "aria-label": name };
  const box = scrollBox({ ...attributes, ...described, ...OWN_KEYS }, list);

  const pages = steps.map((step) => page(step)); // made once; a step shows one and hides the other
  const { node: said, say } = announcer();
  const node = html("div", { role: "group", "aria-label": "backward pass" }, box, ...pages, said);

  let before = 0;
  let due = 0;
  /** @param {number} step */
  const show = (step) => {
    pages[before].hidden = true;
    pages[step].hidden = false;
    before = step;
    for (const [place, card] of row.entries()) card.show(Math.sign(step - stepOf(place)));
    say(`Step ${step} of ${last}. ${steps[step].said}`);
    settle();
  };
  const scroll = () => {
    due = 0;
    const card = row[before ? last - before : last - 1].node;
    const left = card.offsetLeft - list.offsetLeft;
    if (left < box.scrollLeft || left + card.offsetWidth > box.scrollLeft + box.clientWidth) {
      box.scrollLeft = left + (card.offsetWidth - box.clientWidth) / 2;
    }
  };
  const settle = () => {
    if (!due) due = requestAnimationFrame(scroll);
  };
  return { node, show };
}

const STATES = [
  ["bps-unheard", "has heard nothing"],
  ["bps-speaks", "speaks now"],
  ["bps-complete", "✓ has spoken"],
];

/**
 * @param {Card} card
 * @param {string} norm
 * @param {() => void} onclick
 */
function layerCard({ name, layer, formula }, norm, onclick) {
  const gradient = html("span", { class: "bps-norm" });
  const note = html("small");
  const open = html(
    "button",
    { type: "button", onclick, ...OWN_KEYS },
    html("strong", {}, name),
    html("small", {}, layer),
    html("span", {}, formula),
    gradient,
    note,
  );
  const node = html("li", {}, open);
  /** @param {number} side −1 before it speaks, 0 then, 1 after. */
  const show = (side) => {
    const [style, words] = STATES[side + 1];
    open.className = `bps-card ${style}`;
    open.setAttribute("aria-current", side === 0 ? "step" : "false");
    note.textContent = words;
    gradient.textContent = side < 0 ? "▲ ?" : `▲ norm ${norm}`;
  };
  return { node, show };
}

/** @param {Told} told */
function page({ title, parts }) {
  const figures = parts.map((part) =>
    html(
      "figure",
      { class: "bps-array" },
      html(
        "figcaption",
        {},
        html("small", {}, part.name),
        html("span", { class: "bps-formula" }, part.formula),
      ),
      part.rows ? table(part.name, part.rows) : null,
      html("small", {}, `shape ${part.shape}, norm ${part.norm}`),
    ),
  );
  return html(
    "div",
    { class: "bps-page", hidden: true },
    html("strong", { class: "bps-who" }, title),
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
