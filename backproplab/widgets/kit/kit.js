// What all widgets share: making elements, controls with names, keys, words for a screen reader, numbers.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element: attributes by name, `onclick: f` for a listener, `dataset: {…}`; then its children. */
export function html(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** An SVG element, likewise. */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

let made = 0;

/** An id that no other element of this page has: for <label for> and aria-describedby. */
export function freshId(name) {
  made += 1;
  return `bpl-${name}-${made}-${Math.random().toString(36).slice(2, 8)}`;
}

/** A button that keeps its keys to itself: JupyterLab would run the cell at Enter. */
export function button(text, onclick, attributes = {}) {
  return html("button", { type: "button", onclick, ...OWN_KEYS, ...attributes }, text);
}

/** JupyterLab leaves the keys of an element that carries this alone. */
export const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

/** A labelled native range: { row, input, show(value) }; `read` turns a value into the words beside it. */
export function slider({ label, min, max, step = 1, value, read = String, oninput }) {
  const id = freshId("range");
  const output = html("output", { for: id, "aria-live": "off" }, read(value)); // the slider itself says it
  const input = html("input", { id, type: "range", min, max, step, value, ...OWN_KEYS });
  const show = (now) => {
    input.value = now;
    output.textContent = read(now);
    input.setAttribute("aria-valuetext", output.textContent);
  };
  show(value);
  input.addEventListener("input", () => {
    show(Number(input.value));
    oninput(Number(input.value));
  });
  return {
    row: html("div", { class: "bpl-row" }, html("label", { for: id }, label), input, output),
    input,
    show,
  };
}

/** A labelled native select: { row, input }; options are [value, text] pairs, values are text. */
export function menu({ label, options, value, onchange }) {
  const id = freshId("menu");
  const input = html("select", { id, ...OWN_KEYS });
  for (const [key, text] of options)
    input.append(html("option", { value: key, selected: key === value }, text));
  input.addEventListener("change", () => onchange(input.value));
  return { row: html("div", { class: "bpl-row" }, html("label", { for: id }, label), input), input };
}

/** Answer keys on a node and all it holds: { ArrowRight: f }. A key that is answered goes no further. */
export function keys(node, actions) {
  node.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = actions[event.key];
    if (!action || action(event) === false) return; // false: not mine after all
    event.preventDefault();
    event.stopPropagation();
  });
}

/** A polite live region: { node, say(text) }. What it says can be read on the page as well. */
export function announcer(attributes = {}) {
  const node = html("p", { class: "bpl-said", role: "status", "aria-live": "polite", ...attributes });
  const say = (text) => {
    if (node.textContent !== text) node.textContent = text;
  };
  return { node, say };
}

/** Calls `tick` every so many milliseconds while playing; `onchange(playing)` whenever that changes. */
export function player(tick, milliseconds, onchange = () => {}) {
  let timer = null;
  const stop = () => {
    if (timer === null) return;
    clearInterval(timer);
    timer = null;
    onchange(false);
  };
  const start = () => {
    if (timer !== null) return;
    timer = setInterval(() => tick() === false && stop(), milliseconds); // false: the end is reached
    onchange(true);
  };
  return { start, stop, toggle: () => (timer === null ? start() : stop()), playing: () => timer !== null };
}

/** A number as the pictures write it: `number` of plots/words.py, but for exact halves (2.5 becomes 3). */
export function number(value, digits = 2) {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const [mantissa, power] = value.toExponential(digits - 1).split("e"); // rounded first: 999.6 has a place more
  if (power >= 6 || power < -4) {
    const short = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
    return `${short}e${Number(power)}`.replaceAll("-", "−");
  }
  const [whole, part] = Number(`${mantissa}e${power}`)
    .toFixed(Math.max(0, digits - 1 - power))
    .split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...(part ? [part] : [])].join(".").replace("-", "−");
}

/** Numbers from the little-endian bytes that a Bytes trait holds. */
export function floats(view) {
  return new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

/** The bytes of such a trait, unsigned: pixels, palette indices. */
export function bytes(view) {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
