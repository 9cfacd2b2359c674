// What the digit pad shows of Python's answer: the picture, the gradient map, ten bars of probability.

import { drawingContext, freshId, html, OWN_KEYS } from "../kit/kit.js";

/** @import { Answer } from "./types.js" */

/**
 * A map of 28 × 28 pixels under its name: { node, paint(values, colour), tell(name, words) }.
 *
 * @param {string} kind
 * @param {HTMLElement | null} over What lies over the map.
 */
export function pixelMap(kind, over = null) {
  const canvas = html("canvas", { width: 28, height: 28, role: "img" });
  const name = html("strong");
  const words = html("span", { class: "bpl-pad-words" });
  /** @type {(values: Uint8Array, colour: (value: number) => Iterable<number>) => void} */
  const paint = (values, colour) => {
    const context = drawingContext(canvas);
    const picture = context.createImageData(28, 28);
    for (const [index, value] of values.entries()) picture.data.set([...colour(value), 255], 4 * index);
    context.putImageData(picture, 0, 0);
  };
  /** @type {(title: string, more: string, unseen?: string) => void} */
  const tell = (title, more, unseen = "") => {
    name.textContent = title;
    words.textContent = more;
    canvas.setAttribute("aria-label", `${title}: ${more}. ${unseen}`.trim());
  };
  const frame = html("div", { class: "bpl-pad-frame" }, canvas, over);
  const node = html("figure", { class: kind }, html("figcaption", {}, name, words), frame);
  return { node, paint, tell };
}

/** The signs at the two strongest places of the gradient map: { node, show(places) }. */
export function signs() {
  const both = ["+", "−"].map((sign) => html("span", { class: "bpl-pad-sign", "aria-hidden": "true" }, sign));
  /** @param {number[]} places Two pixels, or none. */
  const show = (places) => {
    for (const [index, sign] of both.entries()) {
      sign.hidden = places.length === 0;
      sign.style.left = `${((places[index] % 28) + 0.5) / 0.28}%`;
      sign.style.top = `${(Math.floor(places[index] / 28) + 0.5) / 0.28}%`;
    }
  };
  return { node: html("div", { class: "bpl-pad-signs" }, ...both), show };
}

export function legendOfSigns() {
  /** @type {(kind: string, sign: string, text: string) => HTMLElement} */
  const line = (kind, sign, text) =>
    html(
      "span",
      {},
      html("span", { class: `bpl-pad-key bpl-pad-${kind}`, "aria-hidden": "true" }, sign),
      text,
    );
  return html(
    "p",
    { class: "bpl-pad-help bpl-pad-signed" },
    "More ink, most of all at the sign:",
    line("raises", "+", "raises the loss (vermillion)"),
    line("lowers", "−", "lowers the loss (blue)"),
  );
}

/**
 * Ten bars of probability, each a radio that makes its digit the target: { node, show(answer), choose(target) }.
 *
 * @param {(digit: number) => void} onchoose
 */
export function digitBars(onchoose) {
  const name = freshId("target");
  const rows = Array.from({ length: 10 }, (_, digit) => {
    const input = html("input", {
      type: "radio",
      name,
      value: digit,
      onchange: () => onchoose(digit),
      ...OWN_KEYS,
    });
    const bar = html("span", { class: "bpl-pad-share" });
    const text = html("span", { class: "bpl-pad-percent" });
    const label = html(
      "label",
      {},
      input,
      html("span", {}, String(digit)),
      html("span", { class: "bpl-pad-bar" }, bar),
      text,
    );
    return { input, bar, text, label };
  });
  /** @param {Answer} answer */
  const show = ({ shares, percents, best }) => {
    for (const [digit, { bar, text, label }] of rows.entries()) {
      bar.style.width = `${100 * shares[digit]}%`;
      text.textContent = percents[digit];
      label.classList.toggle("bpl-pad-best", digit === best);
    }
  };
  /** @param {number} target */
  const choose = (target) => {
    rows[target].input.checked = true;
  };
  const node = html(
    "fieldset",
    {},
    html("legend", {}, "Probabilities; choose a target"),
    ...rows.map(({ label }) => label),
  );
  return { node, show, choose };
}
