// One order of a pass over a `Value` graph: its arithmetic, its drawing, its sentence.
import { announcer, freshId, html, OWN_KEYS, scrollBox, svg } from "../kit/kit.js";

/** @import { Described, Entry, GraphNode, GraphScene, Panel, Pass, Sum, Term } from "./types.js" */

const MARGIN = 6; // around the drawing: a thick outline needs it
const CORNER = { computed: 14, leaf: 0, constant: 0 };
const SMALLEST = 0.72; // a drawing that almost fits shrinks by this much, and scrolls rather than shrink more
const BESIDE = 360; // pixels that a drawing needs to stand beside another one; a larger one scrolls
const SCROLLS = 900; // pixels: a wider one keeps its size

/**
 * { node, show(step) }; `choose(box)` is called for a box that is clicked.
 *
 * @param {object} parts
 * @param {GraphScene} parts.scene
 * @param {Pass} parts.pass
 * @param {boolean} parts.wrong
 * @param {Described} parts.described
 * @param {(box: number) => void} parts.choose
 * @returns {Panel}
 */
export function graphPanel({ scene, pass, wrong, described, choose }) {
  const sum = arithmetic(pass.sums);
  const drawing = graph(scene, pass, choose);
  const { node: said, say } = announcer();
  const order = wrong ? "The wrong order, depth first" : "The right order";
  const name = wrong ? "Graph, stepped in the wrong order" : "Graph, stepped in the right order";
  const attributes = { class: "bps-graph", role: "group", tabindex: 0, "aria-label": name };
  const box = scrollBox({ ...attributes, ...described, ...OWN_KEYS }, drawing.node);
  const node = html(
    "div",
    { class: wrong ? "bps-order bps-beside" : "bps-order", role: "group", "aria-label": order },
    html(
      "p",
      { class: "bps-title" },
      wrong ? "✗ Wrong: depth first, a box speaks at once" : "✓ Right: a box speaks once it has heard all",
    ),
    sum.node,
    box,
    said,
  );
  node.style.flexBasis = `${Math.min(drawing.least + 24, BESIDE)}px`; // two beside each other can be compared
  let shown = 0;
  let due = 0;
  const scroll = () => {
    due = 0;
    bringIntoView(box, drawing.reach(shown));
  };
  const settle = () => {
    if (!due) due = requestAnimationFrame(scroll); // measuring waits until all is drawn: the step is at once
  };
  /** @param {number} step */
  const show = (step) => {
    shown = step;
    sum.show(step);
    drawing.show(step);
    say(pass.said[step]);
    settle();
  };
  return { node, show };
}

/** What a message will look like, in its place before there is one. @type {Sum} */
const COMING = {
  title: "Before the first message",
  product: [
    ["?", "upstream"],
    ["×", ""],
    ["?", "local"],
    ["=", ""],
    ["?", "contribution"],
  ],
  total: [
    ["?", "so far"],
    ["+", ""],
    ["?", "contribution"],
    ["=", ""],
    ["?", "now"],
  ],
};

/**
 * The two lines of a message: upstream × local = contribution; so far + contribution = now.
 *
 * @param {Sum[]} sums
 */
function arithmetic(sums) {
  const title = html("strong", { class: "bps-who" });
  /** @param {number} length */
  const line = (length) => {
    const terms = Array.from({ length }, () => [html("span"), html("small")]);
    const cells = terms.map(([text, words], at) =>
      html("span", { class: at % 2 ? "bps-sign" : "bps-term" }, text, words),
    );
    /** @param {Term[]} parts */
    const write = (parts) => {
      for (const [at, [text, words]] of parts.entries()) {
        terms[at][0].textContent = text;
        terms[at][1].textContent = words;
      }
    };
    return { node: html("span", { class: "bps-line" }, ...cells), write };
  };
  const product = line(5);
  const total = line(5);
  const lines = html("div", { class: "bps-lines" }, product.node, total.node);
  const node = html("div", { class: "bps-sum" }, title, lines);
  /** @param {number} step */
  const show = (step) => {
    const told = step ? sums[step - 1] : COMING;
    title.textContent = told.title;
    product.write(told.product);
    total.write(told.total);
  };
  return { node, show };
}

/**
 * @param {GraphScene} scene
 * @param {Pass} pass
 * @param {(box: number) => void} choose
 */
function graph(scene, pass, choose) {
  const forward = head("bps-head", "M0 1L8 4L0 7z");
  const backward = head("bps-head-now", "M0 0L10 5L0 10z", 10);
  const width = scene.width + 2 * MARGIN;
  const height = scene.height + 2 * MARGIN;
  const node = svg("svg", {
    role: "img",
    viewBox: `${-MARGIN} ${-MARGIN} ${width} ${height}`,
  });
  const least = width < SCROLLS ? width * SMALLEST : width;
  node.style.cssText = `width: 100%; max-width: ${width}px; min-width: ${least}px`;
  node.append(svg("defs", {}, forward, backward));

  const edges = scene.edges.map(({ path, label, x, y }) => {
    const line = svg("path", { d: path, class: "bps-edge", "marker-end": `url(#${forward.id})` });
    const local = svg("text", { x, y, class: "bps-local", "text-anchor": "end" }, label);
    node.append(line, local);
    return { line, local, state: 0 };
  });
  const now = svg("path", { class: "bps-now", "marker-start": `url(#${backward.id})` });
  node.append(now);
  const boxes = scene.nodes.map((one, index) => boxOf(one, scene.row, pass.held[index], () => choose(index)));
  node.append(...boxes.map((box) => box.node));

  /** @param {number} step */
  const show = (step) => {
    const [speaker, hearer, edge] = step ? pass.moves[step - 1] : [-1, -1, -1];
    const told = new Set(pass.moves.slice(0, step).map((move) => move[2]));
    edges.forEach((one, at) => {
      const state = (told.has(at) ? 1 : 0) + (at === edge ? 2 : 0);
      if (state === one.state) return;
      one.state = state;
      one.line.classList.toggle("bps-told", state > 0);
      one.local.classList.toggle("bps-local-now", state > 1);
    });
    now.setAttribute("d", step ? scene.edges[edge].path : "");
    for (const [at, box] of boxes.entries()) {
      box.show(step, at === speaker ? "speaks" : at === hearer ? "hears" : "");
    }
    const words = boxes.map((box) => box.words()).filter(Boolean);
    node.setAttribute("aria-label", `Computational graph. ${words.join("; ")}.`);
  };

  /**
   * The rectangle of a step's two boxes on the page.
   *
   * @param {number} step
   * @returns {Rectangle}
   */
  const reach = (step) => {
    const ends = (step ? pass.moves[step - 1].slice(0, 2) : [scene.nodes.length - 1]).map(
      (at) => scene.nodes[at],
    );
    const scale = node.clientWidth / width;
    const left = Math.min(...ends.map((end) => end.x));
    const top = Math.min(...ends.map((end) => end.y));
    const right = Math.max(...ends.map((end) => end.x + end.width)) + 2 * MARGIN;
    const bottom = Math.max(...ends.map((end) => end.y + end.height)) + 2 * MARGIN;
    return [left * scale, top * scale, right * scale, bottom * scale];
  };
  return { node, show, reach, least };
}

/**
 * @param {string} style
 * @param {string} shape
 * @param {number} [size]
 */
function head(style, shape, size = 8) {
  const attributes = { viewBox: `0 0 ${size} ${size}`, refX: size - 1, refY: size / 2, class: style };
  const sizes = { markerWidth: size, markerHeight: size, markerUnits: "userSpaceOnUse" };
  const turn = { orient: "auto-start-reverse", id: freshId("head") };
  return svg("marker", { ...attributes, ...sizes, ...turn }, svg("path", { d: shape }));
}

/**
 * A box with a name, a value, and the gradient and note that hold from some step on.
 *
 * @param {GraphNode} box
 * @param {number} row
 * @param {Entry[]} held
 * @param {() => void} onclick
 */
function boxOf({ x, y, width, height, kind, name, heading, value }, row, held, onclick) {
  const outline = svg("rect", { x, y, width, height, rx: CORNER[kind], class: `bps-box bps-${kind}` });
  const node = svg("g", { class: held.length ? "bps-node" : "bps-node bps-still", onclick }, outline);
  const left = x + 11;
  let line = y + 4 + row * 0.75;
  if (heading.length) {
    const parts = heading.map(([text, weight], at) =>
      svg("tspan", { "font-weight": weight, dx: at ? 8 : 0 }, text),
    );
    node.append(
      svg("text", { x: x + width / 2, y: line, "text-anchor": "middle", class: "bps-name" }, ...parts),
    );
    line += row;
  }
  /** @type {(mark: (x: number, y: number) => string, text: string, style: string) => SVGTextElement} */
  const written = (mark, text, style) => {
    const shape = svg("path", { d: mark(left + 4, line - 5), class: style });
    const words = svg("text", { x: left + 16, y: line, class: `bps-number ${style}-text` }, text);
    node.append(shape, words);
    line += row;
    return words;
  };
  if (kind === "constant") line = y + height / 2 + 5;
  written(dot, value, "bps-dot");
  if (!held.length) return { node, show: () => {}, words: () => "" };

  const gradient = written(triangle, "", "bps-triangle");
  const note = svg("text", { x: x + width / 2, y: line, "text-anchor": "middle", class: "bps-note" });
  node.append(note);
  let entry = held[0];
  let role = "";
  const write = () => {
    gradient.textContent = entry[1];
    note.textContent = entry[2];
    node.setAttribute("class", `bps-node bps-${entry[3]} ${role && `bps-${role}`}`);
  };
  write();
  /** @type {(step: number, plays: string) => void} */
  const show = (step, plays) => {
    const now = held.findLast((one) => one[0] <= step) ?? held[0];
    if (now === entry && plays === role) return;
    entry = now;
    role = plays;
    write();
  };
  const words = () => {
    const told = entry[1] === "?" ? "gradient not known" : `gradient ${entry[1]}`;
    return `${name}: value ${value}, ${told}, ${entry[2]}${role && `, ${role} now`}`;
  };
  return { node, show, words };
}

/** @type {(x: number, y: number) => string} */
const dot = (x, y) => `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z`;
/** @type {(x: number, y: number) => string} */
const triangle = (x, y) => `M${x} ${y - 5}l5 9h-10z`;

/** @typedef {[left: number, top: number, right: number, bottom: number]} Rectangle */

/**
 * Scroll the drawing within its box, and nothing else, until a rectangle is seen.
 *
 * @param {HTMLElement} box
 * @param {Rectangle} rectangle
 */
function bringIntoView(box, [left, top, right, bottom]) {
  /** @type {(start: number, end: number, from: number, size: number) => number} */
  const along = (start, end, from, size) => {
    if (start >= from && end <= from + size) return from;
    return end - start > size ? start : (start + end - size) / 2;
  };
  if (box.scrollWidth > box.clientWidth) box.scrollLeft = along(left, right, box.scrollLeft, box.clientWidth);
  if (box.scrollHeight > box.clientHeight)
    box.scrollTop = along(top, bottom, box.scrollTop, box.clientHeight);
}

/** What shapes, outlines and marks mean. */
export function graphLegend() {
  /** @param {...SVGElement} shapes */
  const sign = (...shapes) => svg("svg", { width: 26, height: 16, "aria-hidden": "true" }, ...shapes);
  /** @param {string} style */
  const rect = (style) => {
    const place = { x: 3, y: 2, width: 20, height: 12 };
    return svg("g", { class: style }, svg("rect", { ...place, class: "bps-box" }));
  };
  const entries = [
    [sign(svg("path", { d: dot(13, 8), class: "bps-dot" })), "value"],
    [sign(svg("path", { d: triangle(13, 9), class: "bps-triangle" })), "gradient so far"],
    [
      sign(
        svg("path", { d: "M2 12H24", class: "bps-edge" }),
        svg("text", { x: 10, y: 9, class: "bps-note" }, "n"),
      ),
      "local derivative",
    ],
    [sign(rect("bps-unheard")), "has heard nothing"],
    [sign(rect("bps-waiting")), "has heard some, waits"],
    [sign(rect("bps-complete")), "✓ has heard all"],
  ];
  const items = entries.map(([shape, text]) => html("li", {}, shape, text));
  return html("ul", { class: "bps-legend", "aria-label": "what the signs mean" }, ...items);
}
