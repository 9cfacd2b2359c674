// Stations in a row, from the inputs to the loss, and the label that goes from one to the next and back again.
import { html, OWN_KEYS, scrollBox } from "../kit/kit.js";
import { eased, pulse } from "./motion.js";

/** @import { Described, Panel, Point } from "./types.js" */

const LEAVES = 0.1; // of a move's time
const ARRIVES = 0.8;

/**
 * A row in a box that scrolls: { box, show(step), depart(step), fly(part), land(), stops() }, as a panel has them. At
 * step 0 the forward pass has come to the loss, the last station; on the way back the first is left out.
 *
 * @param {object} parts
 * @param {HTMLElement[]} parts.stations
 * @param {{ list: string, box: string }} parts.names What a screen reader calls the list, and the box around it.
 * @param {string} parts.style
 * @param {Described} parts.described
 * @param {(step: number) => void} parts.draw How the stations look once this step is there.
 * @param {(step: number, from: number) => string} parts.sent What goes from a station at this step.
 */
export function stationRow({ stations, names, style, described, draw, sent }) {
  const first = 1 - stations.length;
  const last = stations.length - 2;
  const carried = pulse("flow-message");
  const list = html("ol", { class: style, "aria-label": names.list }, ...stations);
  const stage = html("div", { class: "flow-stage flow-row" }, list, carried.node);
  const attributes = { class: "flow-cards", role: "group", tabindex: 0, "aria-label": names.box };
  const box = scrollBox({ ...attributes, ...described, ...OWN_KEYS }, stage);

  let shown = Number.NaN;
  let due = 0;
  const scroll = () => {
    due = 0;
    const at = shown > 0 ? stations.length - 1 - shown : shown < 0 ? shown - first : stations.length - 2;
    const node = stations[at];
    const left = node.offsetLeft;
    if (left < box.scrollLeft || left + node.offsetWidth > box.scrollLeft + box.clientWidth) {
      box.scrollLeft = left + (node.offsetWidth - box.clientWidth) / 2;
    }
  };
  /** @param {number} step */
  const show = (step) => {
    shown = step;
    draw(step);
    carried.hide();
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
    const from = step > 0 ? stations.length - step : step - first - 1; // on the way back the loss sends first
    draw(step - 1);
    there = false;
    const [start, stop] = [from, step > 0 ? from - 1 : from + 1].map((at) => {
      const { offsetLeft, offsetWidth, offsetTop, offsetHeight } = stations[at];
      return /** @type {Point} */ ([offsetLeft + offsetWidth / 2, offsetTop + offsetHeight / 2]);
    });
    way = [start, stop];
    carried.node.classList.toggle("flow-value", step <= 0);
    carried.write(sent(step, from));
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
  return { box, show, depart, fly, land, stops };
}

/**
 * The panel of such a row: it tells each step in a sentence, and nothing in it can be selected or folded.
 *
 * @param {object} parts
 * @param {ReturnType<typeof stationRow>} parts.row
 * @param {HTMLElement} parts.picture
 * @param {HTMLElement} parts.words
 * @param {(text: string) => void} parts.say
 * @param {{ said: string }[]} parts.forward Of each station, what the run does there.
 * @param {{ said: string }[]} parts.steps Of the way back.
 * @param {(step: number) => void} [parts.onshow]
 * @returns {Panel}
 */
export function rowPanel({ row, picture, words, say, forward, steps, onshow = () => {} }) {
  const first = 1 - forward.length;
  let shown = Number.NaN;
  /** @param {number} step */
  const show = (step) => {
    const ended = step === 0 && shown === -1;
    shown = step;
    onshow(step);
    row.show(step);
    if (step < 0 || ended) say(forward[step - first].said);
    else say(`Step ${step} of ${steps.length - 1}. ${steps[step].said}`);
  };
  const { depart, fly, land, stops } = row;
  const none = () => {};
  return { picture, words, show, depart, fly, land, select: none, stops, fold: none, focus: none };
}

/**
 * Mark a station's button by where the sweep and the run are; what its note then says.
 *
 * @param {HTMLElement} open
 * @param {[style: string, words: string][]} states Before the sweep comes, while it is there, and after.
 * @param {{ side: number, computed: boolean, computes: boolean }} now `side`: −1 before, 0 there, 1 after; and
 *   whether the run has come there, and is there.
 * @param {{ computes: string, waits: string }} words
 */
export function marked(open, states, { side, computed, computes }, words) {
  const [style, swept] = states[side + 1];
  open.className = `flow-card ${style} ${computes && "flow-computes"}`;
  open.setAttribute("aria-current", side === 0 || computes ? "step" : "false");
  if (computes) return words.computes;
  return computed ? swept : words.waits;
}
