// The large map of the chosen unit and the points on it, which can be moved, turned into the other class, added, removed.

import { drag, drawingContext, html, keys, OWN_KEYS, svg } from "../kit/kit.js";
import { SIDE, shades, zeroLine } from "./forward.js";

/** @import { Inks, Picture, Theme, Window } from "./types.js" */

export const STRIDE = 2; // a small map takes every second point
export const SMALL = 22; // points along its side
const PIXELS = 640; // of the points' canvas
const REACH = 0.05; // of the plane's side, around a point that a hand takes
const TAP = 0.01; // of it, below which a hand has tapped and not moved
const NUDGE = 0.05; // of it, for an arrow key
const MOST = 400; // points that Python takes

/**
 * A map of side × side shades: { node, canvas, paint(shades, palette) }. Its outermost points lie on its edges.
 *
 * @param {number} side
 */
export function shadedMap(side) {
  const canvas = html("canvas", { width: side, height: side, "aria-hidden": "true" });
  const context = drawingContext(canvas, { willReadFrequently: true });
  const image = context.createImageData(side, side);
  image.data.fill(255);
  // The browser smooths what it enlarges; half a point hangs over at each edge.
  canvas.style.width = canvas.style.height = `${(100 * side) / (side - 1)}%`;
  canvas.style.left = canvas.style.top = `${-50 / (side - 1)}%`;
  /** @type {(shades: Uint8Array, palette: Uint8Array) => void} */
  const paint = (shades, palette) => {
    for (let index = 0; index < side * side; index += 1) {
      const colour = 3 * shades[index];
      for (let part = 0; part < 3; part += 1) image.data[4 * index + part] = palette[colour + part];
    }
    context.putImageData(image, 0, 0);
  };
  return { node: html("div", { class: "pg-map" }, canvas), canvas, paint };
}

/**
 * A box for a map, a line, points and the ends of both axes: { node, canvas, lines, frame(), scatter() }.
 *
 * @param {{ node: HTMLElement }} map
 * @param {string[]} axes
 * @param {() => Inks} inks
 * @param {...SVGElement} drawn
 */
export function framed(map, axes, inks, ...drawn) {
  const lines = svg(
    "svg",
    { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" },
    ...drawn,
  );
  const over = html("canvas", { width: PIXELS, height: PIXELS, "aria-hidden": "true" });
  const ends = ["left", "right", "bottom", "top"].map((name) => html("span", { class: `pg-${name}` }));
  const names = axes.map((axis, at) => html("span", { class: at ? "pg-y" : "pg-x" }, axis));
  const node = html("div", { class: "pg-plane" }, map.node, lines, over, ...ends, ...names);

  /** @param {Window} window */
  function frame(window) {
    for (const [index, end] of ends.entries()) {
      const text = Number(window[index].toFixed(1)).toString().replace("-", "−");
      if (end.textContent !== text) end.textContent = text;
    }
  }

  /**
   * @param {Window} window
   * @param {(at: number) => [number, number]} place Of a point.
   * @param {Float64Array} points
   * @param {number} held
   */
  function scatter([left, right, bottom, top], place, points, held) {
    const context = drawingContext(over);
    const few = points.length / 3 < 20;
    const radius = few ? 17 : 8;
    const { none, one, paper, ink } = inks();
    context.clearRect(0, 0, PIXELS, PIXELS);
    context.font = "32px sans-serif";
    for (let index = 0; index < points.length / 3; index += 1) {
      const [across, up] = place(index);
      const x = (PIXELS * (across - left)) / (right - left);
      const y = (PIXELS * (top - up)) / (top - bottom);
      const isOne = points[3 * index + 2] > 0.5;
      context.beginPath();
      if (isOne) triangle(context, x, y, 1.25 * radius);
      else context.arc(x, y, radius, 0, 2 * Math.PI);
      context.closePath();
      context.fillStyle = isOne ? one : none;
      context.fill();
      context.lineWidth = radius < 10 ? 2 : 4;
      context.strokeStyle = paper;
      context.stroke();
      context.fillStyle = context.strokeStyle = ink;
      if (index === held) {
        context.beginPath();
        context.arc(x, y, 1.9 * radius, 0, 2 * Math.PI);
        context.lineWidth = 5;
        context.stroke();
      }
      const [x1, x2] = points.subarray(3 * index, 3 * index + 2);
      if (few && [0, 1].includes(x1) && [0, 1].includes(x2)) {
        // As lesson 08 writes them: 10 and 11 below, for 01 and 10 may lie on each other.
        context.textAlign = x > 0.85 * PIXELS ? "right" : "left";
        const aside = x > 0.85 * PIXELS ? -24 : 24;
        context.fillText(`${x1}${x2}`, x + aside, y + (x1 ? 38 : -14));
      }
    }
  }

  return { node, canvas: over, lines, frame, scatter };
}

/**
 * The plane: { node, draw(picture) }. `change(points, held)` when a hand or a key has changed them, or chosen one.
 *
 * @param {(points: Float64Array, held: number) => void} change
 * @param {Theme} theme
 * @param {() => Inks} inks
 */
export function planeDrawing(change, theme, inks) {
  const map = shadedMap(SIDE);
  const line = svg("path", { class: "pg-line" });
  const { node, canvas, frame, scatter } = framed(map, ["x₁", "x₂"], inks, line);
  for (const [name, value] of Object.entries({
    tabindex: "0",
    role: "application",
    "aria-roledescription": "plane of points",
    ...OWN_KEYS,
  }))
    node.setAttribute(name, value);
  /** @type {Picture | null} */
  let now = null;

  /** @param {Picture} picture */
  function draw(picture) {
    now = picture;
    const { units, chosen, window, points, held } = picture;
    const { sums, values, ends } = units[chosen];
    map.paint(shades(values, ends), theme(chosen === units.length - 1 ? "classes" : "values"));
    line.setAttribute("d", zeroLine(sums));
    frame(window);
    scatter(window, (at) => [points[3 * at], points[3 * at + 1]], points, held);
  }

  /**
   * Where a pointer is: parts of the plane, and its own numbers.
   *
   * @param {PointerEvent} event
   */
  function where(event) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const [right, down] = [(event.clientX - left) / width, (event.clientY - top) / height];
    const [x1, end, bottom, up] = now?.window ?? [0, 1, 0, 1];
    return { right, down, at: [x1 + right * (end - x1), up - down * (up - bottom)] };
  }

  /** @param {PointerEvent} event */
  function near(event) {
    const { at } = where(event);
    const { points, window } = /** @type {Picture} */ (now);
    let [best, found] = [REACH * (window[1] - window[0]), -1];
    for (let index = 0; index < points.length / 3; index += 1) {
      const far = Math.hypot(points[3 * index] - at[0], points[3 * index + 1] - at[1]);
      if (far < best) [best, found] = [far, index];
    }
    return found;
  }

  let grip = { index: -1, right: 0, down: 0, moved: false };
  drag(canvas, {
    start: (event) => {
      if (!now) return;
      const { right, down } = where(event);
      grip = { index: near(event), right, down, moved: false };
      change(now.points, grip.index);
    },
    move: (event) => {
      if (grip.index < 0 || !now) return;
      const { right, down, at } = where(event);
      grip.moved ||= Math.hypot(right - grip.right, down - grip.down) > TAP;
      if (!grip.moved) return;
      const points = now.points.slice();
      points.set(inside(at, now.window), 3 * grip.index);
      change(points, grip.index);
    },
    end: (event) => {
      const { index, moved } = grip;
      if (!now) return;
      if (index >= 0 && moved && leaves(event)) remove(index);
      else if (moved) return;
      else if (index >= 0) flip(index);
      else add(where(event).at);
    },
  });

  /** @param {PointerEvent} event */
  function leaves(event) {
    const { right, down } = where(event);
    return right < -TAP || right > 1 + TAP || down < -TAP || down > 1 + TAP;
  }

  /** @param {number} index */
  function flip(index) {
    if (!now || index < 0) return;
    const points = now.points.slice();
    points[3 * index + 2] = 1 - points[3 * index + 2];
    change(points, index);
  }

  /** @param {number[]} at */
  function add(at) {
    if (!now || now.points.length / 3 >= MOST) return;
    change(Float64Array.from([...now.points, ...inside(at, now.window), 0]), now.points.length / 3);
  }

  /** @param {number} index */
  function remove(index) {
    if (!now || index < 0 || now.points.length < 6) return; // the last one stays
    const points = now.points.filter((_, at) => Math.floor(at / 3) !== index);
    change(points, -1);
  }

  /** @type {(right: number, up: number) => () => unknown} */
  const nudge = (right, up) => () => {
    if (!now) return false;
    const { window, held } = now;
    if (held < 0) return choose(1)();
    const points = now.points.slice();
    const step = NUDGE * (window[1] - window[0]);
    const to = [points[3 * held] + step * right, points[3 * held + 1] + step * up];
    points.set(inside(to, window), 3 * held);
    return change(points, held);
  };

  /** @type {(by: number) => () => unknown} */
  const choose = (by) => () => {
    if (!now) return false;
    const count = now.points.length / 3;
    return change(now.points, now.held < 0 ? (by > 0 ? 0 : count - 1) : (now.held + by + count) % count);
  };

  const middle = () => {
    const [left, right, bottom, top] = now?.window ?? [0, 1, 0, 1];
    return [(left + right) / 2, (bottom + top) / 2];
  };
  keys(node, {
    n: choose(1),
    p: choose(-1),
    ArrowLeft: nudge(-1, 0),
    ArrowRight: nudge(1, 0),
    ArrowUp: nudge(0, 1),
    ArrowDown: nudge(0, -1),
    Enter: () => flip(now?.held ?? -1),
    " ": () => flip(now?.held ?? -1),
    "+": () => add(middle()),
    Delete: () => remove(now?.held ?? -1),
    Backspace: () => remove(now?.held ?? -1),
    Escape: () => now && change(now.points, -1),
  });

  return { node, draw };
}

/** @type {(at: number[], window: Window) => number[]} */
function inside([x1, x2], [left, right, bottom, top]) {
  return [Math.min(right, Math.max(left, x1)), Math.min(top, Math.max(bottom, x2))];
}

/** @type {(context: CanvasRenderingContext2D, x: number, y: number, radius: number) => void} */
function triangle(context, x, y, radius) {
  for (const turn of [-90, 30, 150]) {
    const angle = (turn * Math.PI) / 180;
    context.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
}
