// One order of the passes over a `Value` graph: its drawing, its arithmetic, its sentence.
import { announcer, freshId, html, OWN_KEYS, scrollBox, svg } from "../kit/kit.js";
import { arithmetic, computed } from "./arithmetic.js";
import { boxOf } from "./boxes.js";
import { travel } from "./travel.js";

/** @import { Described, GraphScene, Panel, Pass } from "./types.js" */

const MARGIN = 6; // around the drawing: a thick outline needs it
const SMALLEST = 0.72; // a drawing that almost fits shrinks by this much, and scrolls rather than shrink more
const BESIDE = 360; // pixels that a drawing needs to stand beside another one; a larger one scrolls
const SCROLLS = 900; // pixels: a wider one keeps its size
const ARRIVAL = 3; // the stage at which a message has come to its box

/**
 * `choose(box)` is called for a box that is clicked.
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
  const sum = arithmetic(scene, pass);
  const { node: said, say } = announcer();
  const carried = html("p", { class: "flow-carried" });
  let shown = Number.NaN;
  let pointed = -1;
  const tellCarried = () => {
    const edge = pointed >= 0 ? pointed : shown > 0 ? pass.moves[shown - 1][2] : -1;
    const child = edge >= 0 ? scene.edges[edge].ends[1] : -1;
    const entry = edge >= 0 ? pass.carried[edge].findLast((one) => one[0] <= Math.max(0, shown)) : undefined;
    carried.textContent = !entry
      ? "Point at an arrow: what has it carried?"
      : shown < knownFrom(scene, child)
        ? "Nothing has come along this arrow yet."
        : entry[1];
  };
  /** @param {number} edge −1: none. */
  const point = (edge) => {
    pointed = edge;
    drawing.point(edge);
    tellCarried();
  };
  const drawing = graph({ scene, pass, choose, point });
  const order = wrong ? "The wrong order, depth first" : "The right order";
  const name = wrong ? "Graph, stepped in the wrong order" : "Graph, stepped in the right order";
  const attributes = { class: "flow-graph", role: "group", tabindex: 0, "aria-label": name };
  const box = scrollBox({ ...attributes, ...described, ...OWN_KEYS }, drawing.stage);
  /** @type {(label: string, ...children: HTMLElement[]) => HTMLElement} */
  const side = (label, ...children) =>
    html(
      "div",
      { class: wrong ? "flow-order flow-beside" : "flow-order", role: "group", "aria-label": label },
      html(
        "p",
        { class: "flow-title" },
        wrong ? "✗ Wrong: depth first, a box speaks at once" : "✓ Right: a box speaks once it has heard all",
      ),
      ...children,
    );
  const picture = side(order, box);
  const words = side(wrong ? "Wrong, in words" : "Right, in words", sum.node, said, carried);
  for (const each of [picture, words]) each.style.flexBasis = `${Math.min(drawing.least + 24, BESIDE)}px`;

  let due = 0;
  const scroll = () => {
    due = 0;
    bringIntoView(box, drawing.reach(shown));
  };
  const settle = () => {
    if (!due) due = requestAnimationFrame(scroll); // measuring waits until all is drawn: the step is at once
  };
  let stage = ARRIVAL;
  /** @param {number} step */
  const show = (step) => {
    const made = computed(scene, step);
    const ended = step === 0 && shown === -1; // the last computation, said before the first message is
    shown = step;
    pointed = -1;
    stage = ARRIVAL;
    sum.show(step);
    drawing.show(step);
    say(step > 0 || (step === 0 && !ended) ? pass.said[step] : (made?.said ?? scene.before));
    tellCarried();
    settle();
  };
  /** @param {number} step */
  const depart = (step) => {
    sum.depart(step);
    drawing.depart(step);
    stage = -1;
    fly(0);
  };
  /** @param {number} part */
  const fly = (part) => {
    const reached = drawing.fly(part);
    if (reached === stage) return;
    stage = reached;
    if (shown > 0) sum.light(stage);
    if (stage === ARRIVAL) drawing.arrive(shown);
  };
  const land = () => {
    if (stage !== ARRIVAL) drawing.arrive(shown);
    stage = ARRIVAL;
    drawing.rest(shown);
    sum.show(shown);
  };
  return { picture, words, show, depart, fly, land, select: drawing.select };
}

/**
 * The step from which on a box has its value.
 *
 * @param {GraphScene} scene
 * @param {number} box
 */
function knownFrom(scene, box) {
  const at = scene.forward.findIndex((one) => one.node === box);
  return at < 0 ? -Infinity : at + 1 - scene.forward.length;
}

/**
 * @param {object} parts
 * @param {GraphScene} parts.scene
 * @param {Pass} parts.pass
 * @param {(box: number) => void} parts.choose
 * @param {(edge: number) => void} parts.point Is called for an arrow that is pointed at; −1: no longer.
 * @param {(edge: number) => void} [parts.press] For one that is clicked.
 */
export function graph({ scene, pass, choose, point, press = () => {} }) {
  const forward = head("flow-head", "M0 1L8 4L0 7z");
  const backward = head("flow-head-now", "M0 0L10 5L0 10z", 10);
  const width = scene.width + 2 * MARGIN;
  const height = scene.height + 2 * MARGIN;
  const node = svg("svg", { role: "img", viewBox: `${-MARGIN} ${-MARGIN} ${width} ${height}` });
  const least = width < SCROLLS ? width * SMALLEST : width;
  node.append(svg("defs", {}, forward, backward));

  const edges = scene.edges.map(({ path, label, x, y, ends }, at) => {
    const line = svg("path", { d: path, class: "flow-edge", "marker-end": `url(#${forward.id})` });
    const local = svg("text", { x, y, class: "flow-local", "text-anchor": "end" }, label);
    const target = svg("path", {
      d: path,
      class: "flow-target",
      onpointerenter: () => point(at),
      onclick: () => press(at),
      onpointerleave: (/** @type {PointerEvent} */ event) => {
        if (event.pointerType === "mouse") point(-1); // a finger that is lifted leaves what it tapped
      },
    });
    const told = pass.moves.findIndex((move) => move[2] === at) + 1;
    node.append(line, local, target);
    return { line, local, state: -1, known: knownFrom(scene, ends[1]), told: told || Infinity };
  });
  const now = svg("path", { class: "flow-now", "marker-start": `url(#${backward.id})` });
  node.append(now);
  const boxes = scene.nodes.map((box, index) => {
    const heard = pass.moves.flatMap((move, at) =>
      move[1] === index ? [{ step: at + 1, late: pass.late[at] }] : [],
    );
    const held = pass.held[index];
    const known = knownFrom(scene, index);
    return boxOf({ box, row: scene.row, known, held, heard, onclick: () => choose(index) });
  });
  node.append(...boxes.map((box) => box.node));

  const stage = html("div", { class: "flow-stage" }, node);
  stage.style.cssText = `max-width: ${width}px; min-width: ${least}px`;
  let scale = 1;
  new ResizeObserver(() => {
    scale = stage.clientWidth / width;
  }).observe(stage);
  const moving = travel(
    scene,
    pass,
    edges.map((one) => one.line),
    ([x, y]) => [(x + MARGIN) * scale, (y + MARGIN) * scale],
  );
  stage.append(...moving.nodes);

  /** The boxes and arrows that take part in a step. @param {number} step */
  const parts = (step) => {
    if (step > 0) {
      const [speaker, hearer, edge] = pass.moves[step - 1];
      return { speaker, hearer, into: [edge] };
    }
    const made = computed(scene, step);
    return { speaker: -1, hearer: made?.node ?? -1, into: made?.edges ?? [] };
  };
  /**
   * Arrows as they are at a step. The numbers of `hidden` ones are still on their way.
   *
   * @type {(step: number, hidden: number[]) => void}
   */
  const showEdges = (step, hidden) => {
    const current = step === 0 ? [] : parts(step).into;
    for (const [at, one] of edges.entries()) {
      const known = step >= one.known && !hidden.includes(at);
      const state = (step >= one.told ? 1 : 0) + (current.includes(at) ? 2 : 0) + (known ? 4 : 0);
      if (state === one.state) continue;
      one.state = state;
      one.line.classList.toggle("flow-told", step >= one.told);
      one.line.classList.toggle("flow-carries", step < 0 && current.includes(at));
      one.local.classList.toggle("flow-local-now", current.includes(at));
      one.local.classList.toggle("flow-unknown", !known);
    }
    now.setAttribute("d", step > 0 ? scene.edges[current[0]].path : "");
  };
  const tell = () => {
    const words = boxes.map((box) => box.words()).filter(Boolean);
    node.setAttribute("aria-label", `Computational graph. ${words.join("; ")}.`);
  };
  /** @param {number} step */
  const show = (step) => {
    const { speaker, hearer } = step === 0 ? { speaker: -1, hearer: -1 } : parts(step);
    const hears = step > 0 ? "hears" : "computes";
    showEdges(step, []);
    for (const [at, box] of boxes.entries()) {
      box.show(step, at === speaker ? "speaks" : at === hearer ? hears : "");
    }
    tell();
    point(-1);
    moving.rest(step);
  };
  /** @param {number} step */
  const depart = (step) => {
    const { hearer, into } = parts(step);
    boxes[hearer].show(step - 1, "");
    if (step <= 0) showEdges(step, into);
    if (step === 0) for (const edge of into) edges[edge].line.classList.add("flow-carries");
    moving.depart(step);
  };
  /** @param {number} step */
  const arrive = (step) => {
    const { hearer, into } = parts(step);
    boxes[hearer].show(step, step > 0 ? "hears" : step < 0 ? "computes" : "");
    if (step <= 0) showEdges(step, []);
    if (step === 0) for (const edge of into) edges[edge].line.classList.remove("flow-carries");
  };
  let was = -1;
  /** @param {number} edge */
  const pointAt = (edge) => {
    edges[was]?.line.classList.remove("flow-pointed");
    edges[edge]?.line.classList.add("flow-pointed");
    was = edge;
  };
  /** @param {number} chosen */
  const select = (chosen) => {
    for (const [at, box] of boxes.entries()) box.select(at === chosen);
  };

  /**
   * The rectangle of a step's boxes on the page.
   *
   * @param {number} step
   * @returns {Rectangle}
   */
  const reach = (step) => {
    const { speaker, hearer, into } = parts(step);
    const among = step > 0 ? [speaker, hearer] : [hearer, ...into.map((edge) => scene.edges[edge].ends[0])];
    const ends = (step === 0 ? [scene.nodes.length - 1] : among.filter((at) => at >= 0)).map(
      (at) => scene.nodes[at],
    );
    if (!ends.length) return [0, 0, 0, 0]; // before the forward pass: where it begins
    const left = Math.min(...ends.map((end) => end.x));
    const top = Math.min(...ends.map((end) => end.y));
    const right = Math.max(...ends.map((end) => end.x + end.width)) + 2 * MARGIN;
    const bottom = Math.max(...ends.map((end) => end.y + end.height)) + 2 * MARGIN;
    return [left * scale, top * scale, right * scale, bottom * scale];
  };
  return {
    stage,
    least,
    show,
    depart,
    fly: moving.fly,
    arrive,
    rest: moving.rest,
    point: pointAt,
    select,
    reach,
  };
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

/** @typedef {[left: number, top: number, right: number, bottom: number]} Rectangle */

/**
 * Scroll the drawing within its box, and nothing else, until a rectangle is seen.
 *
 * @param {HTMLElement} box
 * @param {Rectangle} rectangle
 */
export function bringIntoView(box, [left, top, right, bottom]) {
  /** @type {(start: number, end: number, from: number, size: number) => number} */
  const along = (start, end, from, size) => {
    if (start >= from && end <= from + size) return from;
    return end - start > size ? start : (start + end - size) / 2;
  };
  if (box.scrollWidth > box.clientWidth) box.scrollLeft = along(left, right, box.scrollLeft, box.clientWidth);
  if (box.scrollHeight > box.clientHeight)
    box.scrollTop = along(top, bottom, box.scrollTop, box.clientHeight);
}
