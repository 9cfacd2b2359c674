// The examples of the frame's batch with the largest losses: each as its picture, and what the network made of it.

import { drawingContext, html } from "../kit/kit.js";
import { heading } from "./charts.js";

/** @import { Film } from "./types.js" */

const DARKEST = 15; // of the pictures' greys, as worst.py makes them

/**
 * Their panel: { node, draw(frame) }; null where none were recorded.
 *
 * @param {Film} film
 * @param {Uint8Array} pixels Of all pictures, one after the other.
 */
export function worstPanel({ worst, image_shape: [rows, columns] }, pixels) {
  if (!worst) return null;
  const note = html("span", { class: "film-reading" });
  const title = heading({ mark: "◆", title: "Largest losses of the batch" });
  title.append(note);
  const most = Math.max(...worst.frames.map((those) => those.length));
  const places = Array.from({ length: most }, () => onePlace(rows, columns));
  const figures = html("div", { class: "film-worst-row" }, ...places.map((place) => place.node));
  const node = html("div", { class: "film-worst film-role-loss" }, title, figures);

  /** @param {number} frame */
  function draw(frame) {
    note.textContent = worst?.notes[frame] ? `(${worst.notes[frame]})` : "";
    for (const [at, place] of places.entries()) {
      const one = worst?.frames[frame][at];
      place.node.hidden = !one;
      if (one) place.draw(one, pixels);
    }
  }
  return { node, draw };
}

/** @type {(rows: number, columns: number) => { node: HTMLElement, draw: (one: Example, pixels: Uint8Array) => void }} */
function onePlace(rows, columns) {
  const canvas = html("canvas", { width: columns, height: rows, role: "img" });
  const context = drawingContext(canvas);
  const image = context.createImageData(columns, rows);
  const words = new Uint32Array(image.data.buffer);
  const read = html("span", { class: "film-read" });
  const loss = html("span", { class: "film-reach" });
  const node = html("figure", {}, canvas, html("figcaption", {}, read, loss));

  /** @type {(one: Example, pixels: Uint8Array) => void} */
  function draw([picture, label, guess, probability, value], pixels) {
    const start = picture * rows * columns;
    for (let at = 0; at < words.length; at += 1) {
      const grey = 255 - Math.round((255 * pixels[start + at]) / DARKEST);
      words[at] = (255 << 24) | (grey << 16) | (grey << 8) | grey;
    }
    context.putImageData(image, 0, 0);
    canvas.setAttribute("aria-label", `A picture of a ${label}`);
    node.classList.toggle("film-misread", label !== guess);
    read.textContent = `${label} read as ${guess}`;
    loss.textContent = `p(${guess})\u00a0${probability}, loss\u00a0${value}`;
  }
  return { node, draw };
}

/** @typedef {NonNullable<Film["worst"]>["frames"][number][number]} Example */

/**
 * The same in a sentence; "" where none were recorded.
 *
 * @param {Film} film
 * @param {number} frame
 */
export function describeWorst({ worst }, frame) {
  const those = worst?.frames[frame] ?? [];
  const each = those.map(([, label, guess, , loss]) => `${label} read as ${guess}, loss ${loss}`);
  return each.length ? `Largest losses: ${each.join("; ")}.` : "";
}
