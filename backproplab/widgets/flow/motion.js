// What moves: a clock that draws once a frame, and the label that travels. No frame changes the layout of the page.
import { html } from "../kit/kit.js";

/** @import { Point } from "./types.js" */

/**
 * A clock for one move after another: `draw(part)` once a frame, from 0 to 1, then `done()`.
 *
 * @param {(part: number) => void} draw
 * @param {() => void} done
 */
export function clock(draw, done) {
  let frame = 0;
  let begun = 0;
  let part = 1;
  let length = 1;
  /** @param {number} now */
  const tick = (now) => {
    part = Math.max(0, Math.min(1, (now - begun) / length));
    draw(part);
    frame = part < 1 ? requestAnimationFrame(tick) : 0;
    if (part === 1) done();
  };
  const pause = () => {
    cancelAnimationFrame(frame);
    frame = 0;
  };
  const resume = () => {
    begun = performance.now() - part * length;
    frame = requestAnimationFrame(tick);
  };
  /** @param {number} milliseconds */
  const start = (milliseconds) => {
    pause();
    part = 0;
    length = milliseconds;
    resume();
  };
  const end = () => {
    pause();
    part = 1;
  };
  return { start, pause, resume, end, underway: () => part < 1 };
}

/** Whether this reader has asked for pages that stand still. */
export function wantsNoMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/**
 * A label that travels over a drawing: { node, write(text), place(point), hide(), late(yes) }. A late one stands to the
 * right of its point, so that it covers no box.
 *
 * @param {string} style
 */
export function pulse(style) {
  const node = html("span", { class: `flow-pulse ${style}`, "aria-hidden": "true", hidden: true });
  let across = "-50%";
  /** @param {string} text */
  const write = (text) => {
    if (node.textContent !== text) node.textContent = text;
    node.hidden = false;
  };
  /** @param {Point} point */
  const place = ([x, y]) => {
    node.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(${across}, -50%)`;
  };
  const hide = () => {
    node.hidden = true;
  };
  /** @param {boolean} yes Whether it comes to a box that has spoken. */
  const late = (yes) => {
    node.classList.toggle("flow-late", yes);
    across = yes ? "0" : "-50%";
  };
  return { node, write, place, hide, late };
}

/**
 * How far one is between two moments, slow at both ends: 0 before `start`, 1 after `end`.
 *
 * @param {number} part
 * @param {number} start
 * @param {number} end
 */
export function eased(part, start, end) {
  const at = Math.max(0, Math.min(1, (part - start) / (end - start)));
  return at * at * (3 - 2 * at);
}

/**
 * The point of a way at a share of its length; a way is points at equal distances.
 *
 * @param {Point[]} way
 * @param {number} share
 * @returns {Point}
 */
export function along(way, share) {
  const at = share * (way.length - 1);
  const before = Math.min(Math.floor(at), way.length - 2);
  const [from, to] = [way[before], way[before + 1]];
  const rest = at - before;
  return [from[0] + (to[0] - from[0]) * rest, from[1] + (to[1] - from[1]) * rest];
}
