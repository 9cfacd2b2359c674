// One order of the passes over a `Value` graph: its drawing, its arithmetic, its sentence.
import { announcer, freshId, html, OWN_KEYS, scrollBox, svg } from "../kit/kit.js";
import { arithmetic, computed } from "./arithmetic.js";
import { boxOf } from "./boxes.js";
import { folded } from "./fold.js";
import { groupHandles } from "./handles.js";
import { travel } from "./travel.js";

/** @import { Described, Drawn, DrawnPass, GraphScene, Panel, Point } from "./types.js" */

const MARGIN = 6; // around the drawing: a thick outline needs it
const STRIP = 30; // above a drawing, for what closes a group of groups
const SMALLEST = 0.72; // a drawing that almost fits shrinks by this much, and scrolls rather than shrink more
const BESIDE = 360; // pixels that a drawing needs to stand beside another one; a larger one scrolls
const SCROLLS = 900; // pixels: a wider one keeps its size
const AROUND = 60; // pixels around a handle that are brought into view with it
const ARRIVAL = 3; // the stage at which a message has come to its box

/**
 * `choose(nodes)` is called for a box that is clicked, with all that it stands for.
 *
 * @param {object} parts
 * @param {GraphScene} parts.scene
 * @param {number} parts.order Which of its passes.
 * @param {Described} parts.described
 * @param {(nodes: number[]) => void} parts.choose
 * @param {(group: number) => void} [parts.toggle] Is called for a group that is to be closed or opened.
 * @returns {Panel}
 */
export function graphPanel({ scene: whole, order: which, described, choose, toggle = () => {} }) {
  const wrong = which === 1;
  let scene = folded(whole, []);
  let pass = scene.passes[which];
  const sum = arithmetic();
  const { node: said, say } = announcer();
  const carried = html("p", { class: "flow-carried" });
  let shown = Number.NaN;
  let pointed = -1;
  const tellCarried = () => {
    const edge = pointed >= 0 ? pointed : shown > 0 ? (pass.turns[shown - 1].moves[0]?.[2] ?? -1) : -1;
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
  const handles = groupHandles({
    groups: whole.groups,
    toggle,
    point: (members) => drawing.mark(members),
  });
  const chooseBox = (/** @type {number} */ box) =>
    choose(scene.boxOf.flatMap((own, node) => (own === box ? [node] : [])));
  const draw = () => {
    const made = graph({ scene, pass, choose: chooseBox, point });
    made.stage.append(...handles.nodes);
    handles.place(scene, made.place);
    return made;
  };
  let drawing = draw();
  const order = wrong ? "The wrong order, depth first" : "The right order";
  const name = wrong ? "Graph, stepped in the wrong order" : "Graph, stepped in the right order";
  const attributes = { class: "flow-graph", role: "group", tabindex: 0, "aria-label": name };
  const frame = html("div", {}, drawing.stage);
  const box = scrollBox({ ...attributes, ...described, ...OWN_KEYS }, frame);
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
  const settleWidth = () => {
    for (const each of [picture, words]) each.style.flexBasis = `${Math.min(drawing.least + 24, BESIDE)}px`;
  };
  settleWidth();

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
    sum.show(scene, pass, step);
    drawing.show(step);
    say(step > 0 || (step === 0 && !ended) ? pass.said[step] : (made?.said ?? scene.before));
    tellCarried();
    settle();
  };
  let from = 0;
  /** @type {(step: number, before: number) => void} */
  const depart = (step, before) => {
    from = before;
    sum.depart(scene, step);
    drawing.depart(step, from);
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
    sum.show(scene, pass, shown);
  };
  /** @type {(closed: string[], selected: number[]) => void} */
  const fold = (closed, selected) => {
    scene = folded(whole, closed);
    pass = scene.passes[which];
    const focused = handles.focused();
    drawing = draw();
    frame.replaceChildren(drawing.stage);
    settleWidth();
    drawing.select(selected);
    if (!Number.isNaN(shown)) show(shown);
    if (focused >= 0) focus(focused); // a button that is put elsewhere loses it, and the keys with it
  };
  /** @param {number} group */
  const focus = (group) => {
    const place = handles.focus(group);
    if (place) requestAnimationFrame(() => bringIntoView(box, drawing.around(place)));
  };
  const stops = () => [...scene.stops, ...pass.stops];
  const select = (/** @type {number[]} */ nodes) => drawing.select(nodes);
  return { picture, words, show, depart, fly, land, select, stops, fold, focus };
}

/**
 * The step from which on a box has its value.
 *
 * @param {Drawn} scene
 * @param {number} box
 */
function knownFrom(scene, box) {
  const at = scene.forward.findLastIndex((one) => one.node === box);
  return at < 0 ? -Infinity : at + 1 - scene.forward.length;
}

/**
 * @param {object} parts
 * @param {Drawn} parts.scene
 * @param {DrawnPass} parts.pass
 * @param {(box: number) => void} parts.choose
 * @param {(edge: number) => void} parts.point Is called for an arrow that is pointed at; −1: no longer.
 * @param {(edge: number) => void} [parts.press] For one that is clicked.
 */
export function graph({ scene, pass, choose, point, press = () => {} }) {
  const forward = head("flow-head", "M0 1L8 4L0 7z");
  const backward = head("flow-head-now", "M0 0L10 5L0 10z", 10);
  const width = scene.width + 2 * MARGIN;
  const above = MARGIN + (scene.groups.some((group) => group.within >= 0) ? STRIP : 0);
  const height = scene.height + MARGIN + above;
  const node = svg("svg", { role: "img", viewBox: `${-MARGIN} ${-above} ${width} ${height}` });
  const least = width < SCROLLS ? width * SMALLEST : width;
  node.append(svg("defs", {}, forward, backward));

  const edges = scene.edges.map(({ path, label, x, y, ends, hidden }, at) => {
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
    if (!hidden) node.append(line, local, target);
    return { line, local, state: -1, known: knownFrom(scene, ends[1]), told: pass.told[at] };
  });
  const most = Math.max(0, ...pass.turns.map((turn) => turn.moves.length));
  const now = Array.from({ length: most }, () =>
    svg("path", { class: "flow-now", "marker-start": `url(#${backward.id})` }),
  );
  node.append(...now);
  const boxes = scene.nodes.map((box, index) => {
    const [held, heard] = [pass.held[index], pass.heard[index]];
    const known = knownFrom(scene, index);
    return boxOf({ box, row: scene.row, known, held, heard, onclick: () => choose(index) });
  });
  const seen = boxes.filter((_, index) => !scene.nodes[index].hidden);
  node.append(...seen.map((box) => box.node));

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
    ([x, y]) => [(x + MARGIN) * scale, (y + above) * scale],
  );
  stage.append(...moving.nodes);

  /** The boxes and arrows that take part in a step. @param {number} step */
  const parts = (step) => {
    if (step > 0) {
      const { speaker, moves } = pass.turns[step - 1];
      return { speaker, hearers: moves.map((move) => move[1]), into: moves.map((move) => move[2]) };
    }
    const made = computed(scene, step);
    return { speaker: -1, hearers: made ? [made.node] : [], into: made?.edges ?? [] };
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
    for (const [at, line] of now.entries()) {
      line.setAttribute("d", (step > 0 && scene.edges[current[at]]?.path) || "");
    }
  };
  const tell = () => {
    const words = seen.map((box) => box.words()).filter(Boolean);
    node.setAttribute("aria-label", `Computational graph. ${words.join("; ")}.`);
  };
  /** @param {number} step */
  const show = (step) => {
    const { speaker, hearers } = parts(step);
    const still = step === 0; // the result is there, and nobody has spoken
    const hears = step > 0 ? "hears" : "computes";
    showEdges(step, []);
    for (const [at, box] of boxes.entries()) {
      box.show(step, still ? "" : at === speaker ? "speaks" : hearers.includes(at) ? hears : "");
    }
    tell();
    point(-1);
    moving.rest(step);
  };
  /** @type {(step: number, from: number) => void} */
  const depart = (step, from) => {
    const { hearers, into } = parts(step);
    for (const hearer of hearers) boxes[hearer].show(from, "");
    if (step <= 0) showEdges(step, into);
    if (step === 0) for (const edge of into) edges[edge].line.classList.add("flow-carries");
    moving.depart(step);
  };
  /** @param {number} step */
  const arrive = (step) => {
    const { hearers, into } = parts(step);
    for (const hearer of hearers) boxes[hearer].show(step, step > 0 ? "hears" : step < 0 ? "computes" : "");
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
  /** @param {number[]} chosen Nodes, wherever they are now. */
  const select = (chosen) => {
    const among = new Set(chosen.map((one) => scene.boxOf[one]));
    for (const [at, box] of boxes.entries()) box.select(among.has(at));
  };
  /** Show which boxes a group has. @param {number[]} members */
  const mark = (members) => {
    const among = new Set(members.map((one) => scene.boxOf[one]));
    for (const [at, box] of boxes.entries()) box.node.classList.toggle("flow-member", among.has(at));
  };

  /**
   * The rectangle of a step's boxes on the page.
   *
   * @param {number} step
   * @returns {Rectangle}
   */
  const reach = (step) => {
    const { speaker, hearers, into } = parts(step);
    const among =
      step > 0 ? [speaker, ...hearers] : [...hearers, ...into.map((edge) => scene.edges[edge].ends[0])];
    const result = scene.boxOf[scene.boxOf.length - 1];
    const ends = (step === 0 ? [result] : among.filter((at) => at >= 0)).map((at) => scene.nodes[at]);
    if (!ends.length) return [0, 0, 0, 0]; // before the forward pass: where it begins
    const left = Math.min(...ends.map((end) => end.x));
    const top = Math.min(...ends.map((end) => end.y));
    const right = Math.max(...ends.map((end) => end.x + end.width)) + 2 * MARGIN;
    const bottom = Math.max(...ends.map((end) => end.y + end.height)) + MARGIN + above;
    return [left * scale, top * scale, right * scale, bottom * scale];
  };
  /** Where a point of the drawing is on the stage, in shares of it. @type {(point: Point) => Point} */
  const place = ([x, y]) => [(x + MARGIN) / width, (y + above) / height];
  /** The rectangle around such a place. @type {(at: Point) => Rectangle} */
  const around = ([x, y]) => {
    const [across, down] = [x * width * scale, y * height * scale];
    return [across - AROUND, down - AROUND, across + AROUND, down + AROUND];
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
    mark,
    reach,
    place,
    around,
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
