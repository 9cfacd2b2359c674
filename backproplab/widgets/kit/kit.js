// What all widgets share: making elements, controls with names, keys, words for a screen reader, numbers.

/** @import { Attributes, Child, KeyAction, Model } from "./types.js" */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element: attributes by name, `onclick: f` for a listener, `dataset: {…}`; then its children.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 */
export function html(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/**
 * An SVG element, likewise.
 *
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {...Child} children
 */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * @template {HTMLElement | SVGElement} Made
 * @param {Made} node
 * @param {Attributes} attributes
 * @param {Child[]} children
 */
function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      node.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    } else if (typeof value === "object" && value !== null) Object.assign(node.dataset, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

let made = 0;

/**
 * An id that no other element of this page has: for <label for> and aria-describedby.
 *
 * @param {string} name
 */
export function freshId(name) {
  made += 1;
  return `bpl-${name}-${made}-${Math.random().toString(36).slice(2, 8)}`;
}

/**
 * A button that keeps its keys to itself: JupyterLab would run the cell at Enter. `off(true)` puts it out of use until
 * `off(false)`, and leaves it the focus, which a disabled one would lose.
 *
 * @param {string} text
 * @param {((event: MouseEvent) => unknown) | undefined} onclick None for one that submits its form.
 * @param {Attributes} [attributes]
 */
export function button(text, onclick, attributes = {}) {
  const node = html("button", { type: "button", onclick: heed, ...OWN_KEYS, ...attributes }, text);
  /** @param {MouseEvent} event */
  function heed(event) {
    if (node.getAttribute("aria-disabled") === "true") event.preventDefault();
    else onclick?.(event);
  }
  /** @param {boolean} yes */
  const off = (yes) => node.setAttribute("aria-disabled", String(yes));
  return Object.assign(node, { off });
}

/** JupyterLab leaves the keys of an element that carries this alone. */
export const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

/**
 * A box that scrolls where its content is wider or taller. It is a stop for Tab then, unless it is given a tabindex or
 * holds a stop itself. `data-more` says on which side content is cut off, for the style sheet to show it.
 *
 * @param {Attributes} attributes
 * @param {...Child} children
 */
export function scrollBox(attributes, ...children) {
  const node = html("div", attributes, ...children);
  node.classList.add("bpl-scroll");
  const look = () => {
    const { scrollLeft, scrollWidth, clientWidth, scrollHeight, clientHeight } = node;
    const left = scrollLeft > 1;
    const right = scrollWidth - clientWidth - scrollLeft > 1;
    if (left || right) node.dataset.more = left && right ? "both" : left ? "left" : "right";
    else delete node.dataset.more;
    if ("tabindex" in attributes || node.querySelector('[tabindex="0"], button, input, select')) return;
    if (scrollWidth > clientWidth || scrollHeight > clientHeight) node.tabIndex = 0;
    else node.removeAttribute("tabindex");
  };
  node.addEventListener("scroll", look, { passive: true });
  const measured = new ResizeObserver(look);
  for (const each of [node, ...node.children]) measured.observe(each);
  return node;
}

/**
 * A labelled native range: { row, input, show(value) }; `read` turns a value into the words beside it.
 *
 * @param {object} options
 * @param {string} options.label
 * @param {number} options.min
 * @param {number} options.max
 * @param {number} [options.step]
 * @param {number} options.value
 * @param {(value: number) => string} [options.read]
 * @param {(value: number) => void} options.oninput
 */
export function slider({ label, min, max, step = 1, value, read = String, oninput }) {
  const id = freshId("range");
  const output = html("output", { for: id, "aria-live": "off" }, read(value)); // the slider itself says it
  const input = html("input", { id, type: "range", min, max, step, value, ...OWN_KEYS });
  /** @param {number} now */
  const show = (now) => {
    input.value = String(now);
    output.textContent = read(now);
    input.setAttribute("aria-valuetext", output.textContent);
  };
  show(value);
  input.addEventListener("input", () => {
    show(Number(input.value));
    oninput(Number(input.value));
  });
  const row = html("div", { class: "bpl-row" }, html("label", { for: id }, label), input, output);
  return { row, input, show };
}

/**
 * A labelled native select: { row, input }; options are [value, text] pairs, values are text.
 *
 * @template {string} Value
 * @param {object} options
 * @param {string} options.label
 * @param {[value: Value, text: string][]} options.options
 * @param {Value} options.value
 * @param {(value: Value) => void} options.onchange
 */
export function menu({ label, options, value, onchange }) {
  const id = freshId("menu");
  const input = html("select", { id, ...OWN_KEYS });
  for (const [key, text] of options) {
    input.append(html("option", { value: key, selected: key === value }, text));
  }
  input.addEventListener("change", () => onchange(/** @type {Value} */ (input.value)));
  return { row: html("div", { class: "bpl-row" }, html("label", { for: id }, label), input), input };
}

/**
 * Answer keys on a node and all it holds: { ArrowRight: f }. A key that is answered goes no further.
 *
 * @param {GlobalEventHandlers & Element} node
 * @param {Record<string, KeyAction>} actions
 */
export function keys(node, actions) {
  node.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = actions[event.key];
    if (!action || action(event) === false) return; // false: not mine after all
    event.preventDefault();
    event.stopPropagation();
  });
}

/**
 * Follow a pointer from where its first button, or a finger, goes down on a node until it is let go. One that went
 * down elsewhere and comes by, to select text, is none of ours.
 *
 * @param {HTMLElement | SVGElement} node
 * @param {object} handlers
 * @param {(event: PointerEvent) => void} handlers.start
 * @param {(event: PointerEvent) => void} handlers.move
 * @param {(event: PointerEvent) => void} [handlers.end] It was let go.
 * @param {() => void} [handlers.cancel] It was the page that moved, under a finger.
 */
export function drag(node, { start, move, end = () => {}, cancel = () => {} }) {
  /** @type {number | null} */
  let held = null;
  /** @type {(type: string, heed: (event: PointerEvent) => void) => void} */
  const whileHeld = (type, heed) =>
    node.addEventListener(type, (event) => {
      if (event instanceof PointerEvent && event.pointerId === held) heed(event);
    });
  node.addEventListener(
    "pointerdown",
    /** @type {EventListener} */ (
      (/** @type {PointerEvent} */ event) => {
        if (event.button !== 0 || !event.isPrimary) return;
        held = event.pointerId;
        node.setPointerCapture(held);
        start(event);
      }
    ),
  );
  whileHeld("pointermove", move);
  whileHeld("pointerup", (event) => {
    held = null;
    end(event);
  });
  whileHeld("pointercancel", () => {
    held = null;
    cancel();
  });
}

/**
 * A polite live region: { node, say(text) }. What it says can be read on the page as well.
 *
 * @param {Attributes} [attributes]
 */
export function announcer(attributes = {}) {
  const node = html("p", { class: "bpl-said", role: "status", "aria-live": "polite", ...attributes });
  /** @param {string} text */
  const say = (text) => {
    if (node.textContent !== text) node.textContent = text;
  };
  return { node, say };
}

const REST = 250; // milliseconds

/**
 * A live region, out of sight, for what changes while a hand moves: { node, say(text), end() }. It speaks when that has
 * come to rest; not of what it is told first, which nobody has asked for.
 */
export function restingAnnouncer() {
  const { node, say: speak } = announcer({ class: "bpl-hidden" });
  /** @type {number | undefined} */
  let quiet;
  let isFirst = true;
  const end = () => clearTimeout(quiet);
  /** @param {string} text */
  const say = (text) => {
    end();
    if (!isFirst) quiet = setTimeout(() => speak(text), REST);
    isFirst = false;
  };
  return { node, say, end };
}

/**
 * Calls `tick` every so many milliseconds while playing; `onchange(playing)` whenever that changes.
 *
 * @param {() => boolean} tick False: the end is reached.
 * @param {number} milliseconds
 * @param {(playing: boolean) => void} [onchange]
 */
export function player(tick, milliseconds, onchange = () => {}) {
  /** @type {number | null} */
  let timer = null;
  const stop = () => {
    if (timer === null) return;
    clearInterval(timer);
    timer = null;
    onchange(false);
  };
  const start = () => {
    if (timer !== null) return;
    timer = setInterval(() => tick() || stop(), milliseconds);
    onchange(true);
  };
  return { start, stop, toggle: () => (timer === null ? start() : stop()), playing: () => timer !== null };
}

/**
 * A number as the pictures write it: `number` of plots/words.py, but for exact halves (2.5 becomes 3).
 *
 * @param {number} value
 * @param {number} [digits]
 */
export function number(value, digits = 2) {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  // Rounded first: 999.6 has a place more.
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const power = Number(exponent);
  if (power >= 6 || power < -4) {
    const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
    return `${short}e${power}`.replaceAll("-", "−");
  }
  const [whole, part] = Number(`${mantissa}e${power}`)
    .toFixed(Math.max(0, digits - 1 - power))
    .split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...(part ? [part] : [])].join(".").replace("-", "−");
}

/**
 * A function that sets traits, and tells Python: save({ step: 3 }).
 *
 * @template {object} T
 * @param {Model<T>} model
 */
export function saver(model) {
  return (/** @type {Partial<T>} */ changes) => {
    model.set(changes);
    model.save_changes();
  };
}

/**
 * Calls a listener whenever its trait has changed: { step: f }. Returns what ends it.
 *
 * @template {object} T
 * @param {Model<T>} model
 * @param {{ [Name in keyof T]?: () => void }} listeners
 */
export function listen(model, listeners) {
  const each = /** @type {[name: keyof T & string, listener: () => void][]} */ (Object.entries(listeners));
  for (const [name, listener] of each) model.on(`change:${name}`, listener);
  return () => {
    for (const [name, listener] of each) model.off(`change:${name}`, listener);
  };
}

/**
 * What a map holds under a key that must be in it; an Error if it is not.
 *
 * @template Key, Value
 * @param {Map<Key, Value>} map
 * @param {Key} key
 */
export function lookUp(map, key) {
  const found = map.get(key);
  if (found === undefined) throw new Error(`There is no ${key} here, only ${[...map.keys()].join(", ")}.`);
  return found;
}

/**
 * The context to draw on a canvas with.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
export function drawingContext(canvas, settings) {
  const context = canvas.getContext("2d", settings);
  if (context === null)
    throw new Error("The browser gives no 2D canvas to draw on: close what else draws, then reload.");
  return context;
}

/**
 * Numbers from the little-endian bytes that a Bytes trait holds.
 *
 * @param {DataView} view
 */
export function floats(view) {
  return new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

/**
 * The bytes of such a trait, unsigned: pixels, palette indices.
 *
 * @param {DataView} view
 */
export function bytes(view) {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
