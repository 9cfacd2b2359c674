// A picture's way through a network and the sweep back: a box a layer, in pictures and counts.
import { announcer, html, OWN_KEYS } from "../kit/kit.js";
import { drawn } from "./drawings.js";
import { marked, rowPanel, stationRow } from "./row.js";

/** @import { Described, Panel, PictureBox, PictureScene } from "./types.js" */

/**
 * `choose(step)` is called for a box that is pressed.
 *
 * @param {{ scene: PictureScene, described: Described, choose: (step: number) => void }} parts
 * @returns {Panel}
 */
export function picturePanel({ scene, described, choose }) {
  const { image, boxes, loss, forward, steps, tally, knobs, last } = scene;
  const first = 1 - forward.length;
  /** @param {number} place */
  const stepOf = (place) => last - place; // the sweep comes to the last box first
  const cards = boxes.map((box, place) => boxCard(box, () => choose(stepOf(place))));

  const start = html(
    "li",
    { class: "flow-end" },
    html("strong", {}, image.name),
    drawn(image.drawing, "value"),
    html("small", {}, image.says),
  );
  const bars = drawn(loss.drawing, "value");
  const answers = html("small");
  const value = html("span", { class: "flow-loss" });
  const end = html(
    "li",
    { class: "flow-end" },
    html("strong", {}, loss.name),
    html("small", {}, "from probabilities"),
    bars,
    answers,
    value,
  );

  const bar = html("progress", { max: knobs, "aria-label": "knobs that have their gradient" });
  const count = html("span");
  /** @param {number} step */
  const draw = (step) => {
    for (const [place, card] of cards.entries()) {
      card.show(Math.sign(step - stepOf(place)), step >= first + 1 + place, step === first + 1 + place);
    }
    bars.classList.toggle("flow-to-come", step < 0);
    answers.textContent = step < 0 ? "● ?" : `● ${loss.says}`;
    value.textContent = step < 0 ? "◆ ?" : `◆ ${loss.value}`;
    const { filled, text } = tally[Math.max(0, step)];
    bar.value = filled;
    count.textContent = text;
  };
  const travelling = stationRow({
    stations: [start, ...cards.map((card) => card.node), end],
    names: { list: "from the picture to the loss", box: "Boxes; each opens what the sweep leaves there" },
    style: "flow-layers flow-boxes",
    described,
    draw,
    sent: (step, from) => (step > 0 ? `▲ ${steps[step].sent}` : `● ${forward[from].sent}`),
  });
  const { node: said, say } = announcer();
  const words = html(
    "div",
    { class: "flow-told", role: "group", "aria-label": "what happens" },
    said,
    signs(),
  );
  const filled = html("p", { class: "flow-tally" }, bar, count);
  const picture = html(
    "div",
    { class: "flow-of-picture", role: "group", "aria-label": "one run and one sweep" },
    travelling.box,
    filled,
  );

  return rowPanel({ row: travelling, picture, words, say, forward, steps });
}

/** What the signs and colours mean, and which keys step. */
function signs() {
  /** @type {[tag: "span" | "kbd", sign: string, text: string][]} */
  const entries = [
    ["span", "●", "what is put out"],
    ["span", "▲", "gradient (of a weight: blue is minus, vermillion plus)"],
    ["span", "◆", "loss"],
    ["kbd", "← →", "step"],
    ["kbd", "Space", "play, pause"],
  ];
  const items = entries.map(([tag, sign, text]) => html("li", {}, html(tag, {}, sign), text));
  return html("ul", { class: "flow-legend", "aria-label": "what the signs mean" }, ...items);
}

/** @type {[style: string, words: string][]} */
const SWEPT = [
  ["flow-unheard", "not swept yet"],
  ["flow-speaks", "the sweep is here"],
  ["flow-complete", "✓ swept"],
];

const RUN = { computes: "the run is here", waits: "not reached yet" };

/**
 * @param {PictureBox} box
 * @param {() => void} onclick
 */
function boxCard({ name, size, value, puts_out, gradient, caption, holds }, onclick) {
  const output = drawn(value, "value");
  const numbers = html("span", { class: "flow-norm-value" });
  const slopes = gradient ? drawn(gradient, "gradient") : null;
  const whose = caption ? html("small", {}, caption) : null;
  const gradients = html("span", { class: "flow-norm" });
  const note = html("small");
  const open = html(
    "button",
    { type: "button", onclick, ...OWN_KEYS },
    html("span", { class: "flow-heading" }, html("strong", {}, name), html("small", {}, size)),
    html("span", { class: "flow-half" }, output, numbers),
    html("span", { class: "flow-half" }, slopes, whose, gradients),
    note,
  );
  const node = html("li", {}, open);
  /**
   * @param {number} side −1 before the sweep comes, 0 then, 1 after.
   * @param {boolean} computed
   * @param {boolean} computes Whether it does so now.
   */
  const show = (side, computed, computes) => {
    note.textContent = marked(open, SWEPT, { side, computed, computes }, RUN);
    output.classList.toggle("flow-to-come", !computed);
    numbers.textContent = computed ? `● ${puts_out}` : "● ?";
    for (const each of [slopes, whose]) each?.classList.toggle("flow-to-come", side < 0);
    gradients.textContent = side < 0 ? "▲ ?" : `▲ ${holds}`;
  };
  return { node, show };
}
