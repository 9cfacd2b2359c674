// The paper of the digit pad: ink by mouse, finger or pen, or by keyboard with a pen that arrows move.

import { drawingContext, freshId, html, keys, OWN_KEYS, svg } from "../kit/kit.js";

/** @import { Action } from "./types.js" */

const CELLS = 28; // a step of the keyboard's pen is one of these across the paper
const FAR = 5; // with Shift
const NEAR = 0.7; // units: points closer than this are not kept

/**
 * The place of the last action that cleared the paper or put a digit on it; −1 if none has.
 *
 * @param {Action[]} actions
 */
export function lastGround(actions) {
  return actions.findLastIndex((action) => "clear" in action || "sample" in action);
}

/**
 * What is drawn now.
 *
 * @param {Action[]} actions
 */
function strokesOf(actions) {
  return actions.slice(lastGround(actions) + 1).flatMap((action) => (action.stroke ? [action.stroke] : []));
}

/**
 * { node, show(actions), lay(pixels), lift(), drawing() }; the functions it is given are told what the reader does.
 *
 * @param {object} options
 * @param {number} options.size
 * @param {number} options.pen
 * @param {(stroke: number[], isNew: boolean) => void} options.onstroke
 * @param {() => void} options.onlift
 * @param {(words: string) => void} options.onpen
 * @param {() => void} options.onundo
 */
export function padPaper({ size, pen, onstroke, onlift, onpen, onundo }) {
  const helpId = freshId("help");
  const base = html("canvas", { class: "bpl-pad-base", width: CELLS, height: CELLS, "aria-hidden": "true" });
  const ink = svg("g", { class: "bpl-pad-ink", "stroke-width": 2 * pen });
  const place = svg("circle", { class: "bpl-pad-pen", r: pen });
  const surface = svg(
    "svg",
    {
      viewBox: `0 0 ${size} ${size}`,
      class: "bpl-pad-surface",
      role: "application",
      tabindex: 0,
      "aria-label": "Paper to draw a digit on",
      "aria-describedby": helpId,
      ...OWN_KEYS,
    },
    ink,
    place,
  );
  const invitation = html(
    "span",
    { class: "bpl-pad-invitation", "aria-hidden": "true" },
    "Draw a digit here",
  );
  const sheet = html("div", { class: "bpl-pad-paper" }, base, invitation, surface);
  const help = html(
    "p",
    { id: helpId, class: "bpl-pad-help" },
    "Keys: arrows move the pen, Home, End, Page Up and Page Down move it slantwise, with Shift five times as far. " +
      "Space puts it down and lifts it. Backspace undoes.",
  );

  // Where the keyboard's pen is, in units of the paper; whether it, or a pointer, leaves ink.
  const cell = size / CELLS;
  let [x, y] = [13.5 * cell, 6.5 * cell];
  /** @type {number[] | null} */
  let inked = null; // the stroke that grows
  /** @type {number | null} */
  let pointer = null;

  const showPen = () => {
    place.setAttribute("cx", String(x));
    place.setAttribute("cy", String(y));
    place.classList.toggle("bpl-pad-down", inked !== null && pointer === null);
  };
  const where = () => `row ${Math.floor(y / cell) + 1}, column ${Math.floor(x / cell) + 1} of ${CELLS}`;

  const begin = () => {
    inked = [x, y];
    onstroke(inked, true);
  };
  /** @type {(stroke: number[], toX: number, toY: number) => void} */
  const extend = (stroke, toX, toY) => {
    const [fromX, fromY] = stroke.slice(-2);
    if (Math.hypot(toX - fromX, toY - fromY) < NEAR) return;
    inked = [...stroke, toX, toY];
    onstroke(inked, false);
  };
  const lift = () => {
    if (inked === null) return;
    inked = null;
    pointer = null;
    showPen();
    onlift();
  };

  /** @type {(right: number, down: number) => (event: KeyboardEvent) => void} */
  const move = (right, down) => (event) => {
    const by = cell * (event.shiftKey ? FAR : 1);
    /** @param {number} at */
    const inside = (at) => Math.min(size - cell / 2, Math.max(cell / 2, at));
    [x, y] = [inside(x + right * by), inside(y + down * by)];
    if (inked !== null) extend(inked, x, y);
    showPen();
    onpen(inked === null ? `Pen at ${where()}.` : `Ink to ${where()}.`);
  };
  keys(surface, {
    ArrowLeft: move(-1, 0),
    ArrowRight: move(1, 0),
    ArrowUp: move(0, -1),
    ArrowDown: move(0, 1),
    Home: move(-1, -1),
    PageUp: move(1, -1),
    End: move(-1, 1),
    PageDown: move(1, 1),
    " ": () => {
      if (inked !== null) return lift();
      begin();
      showPen();
      onpen(`Pen down at ${where()}.`);
    },
    Escape: () => (inked === null ? false : lift()),
    Backspace: () => onundo(),
  });

  /** @param {number} length */
  const rounded = (length) => Math.round(10 * length) / 10;
  /** @type {(event: PointerEvent) => [x: number, y: number]} */
  const at = (event) => {
    const box = surface.getBoundingClientRect();
    /** @param {number} share */
    const inside = (share) => rounded(size * Math.min(1, Math.max(0, share)));
    return [inside((event.clientX - box.left) / box.width), inside((event.clientY - box.top) / box.height)];
  };
  surface.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || pointer !== null) return;
    lift();
    surface.setPointerCapture(event.pointerId);
    pointer = event.pointerId;
    [x, y] = at(event);
    begin();
    showPen();
  });
  surface.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const seen = event.getCoalescedEvents?.() ?? [];
    for (const one of seen.length ? seen : [event]) if (inked) extend(inked, ...at(one));
    if (inked) [x, y] = inked.slice(-2);
    showPen();
  });
  surface.addEventListener("blur", lift); // who goes elsewhere has ended the line
  /** @param {PointerEvent} event */
  const release = (event) => event.pointerId === pointer && lift();
  surface.addEventListener("pointerup", release);
  surface.addEventListener("pointercancel", release);

  /** @type {SVGPolylineElement[]} */
  const lines = [];
  /** @param {Action[]} actions */
  const show = (actions) => {
    const strokes = strokesOf(actions);
    while (lines.length > strokes.length) lines.pop()?.remove();
    for (const [index, stroke] of strokes.entries()) {
      if (!lines[index]) {
        lines[index] = svg("polyline");
        ink.append(lines[index]);
      }
      const points = stroke.length === 2 ? [...stroke, ...stroke] : stroke; // a dot
      const text = points.join(" ");
      if (lines[index].getAttribute("points") !== text) lines[index].setAttribute("points", text);
    }
    invitation.hidden = actions.length > 0;
  };

  /**
   * Put a digit of MNIST, or nothing, under the ink.
   *
   * @param {Uint8Array} pixels
   */
  const lay = (pixels) => {
    const context = drawingContext(base);
    context.clearRect(0, 0, CELLS, CELLS);
    if (!pixels.length) return;
    const picture = context.createImageData(CELLS, CELLS);
    for (const [index, amount] of pixels.entries()) picture.data.set([0, 0, 0, amount], 4 * index);
    context.putImageData(picture, 0, 0);
  };

  showPen();
  return { node: html("div", {}, sheet, help), show, lay, lift, drawing: () => inked !== null };
}
