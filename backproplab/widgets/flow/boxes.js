// A box of a graph: name, value, gradient so far, and the bar that fills as it hears.
import { svg } from "../kit/kit.js";

/** @import { Entry, GraphNode } from "./types.js" */

const CORNER = { computed: 14, leaf: 0, constant: 0, group: 14 };
const STACKED = 5; // pixels by which the outline behind a closed group is seen
const BAR = { height: 6, inset: 11, below: 9, gap: 2 };

/**
 * @param {object} parts
 * @param {GraphNode} parts.box
 * @param {number} parts.row
 * @param {number} parts.known The step from which on its value is known.
 * @param {Entry[]} parts.held What it shows from some step on; none for a constant.
 * @param {{ step: number, late: boolean }[]} parts.heard The messages to it.
 * @param {() => void} parts.onclick
 */
export function boxOf({ box, row, known, held, heard, onclick }) {
  const { x, y, width, height, kind, name, heading, value } = box;
  const outline = svg("rect", { x, y, width, height, rx: CORNER[kind], class: `flow-box flow-${kind}` });
  const style = held.length ? "flow-node" : "flow-node flow-still";
  const node = svg("g", { class: style, onclick }, outline);
  if (kind === "group") {
    const behind = { x: x + STACKED, y: y + STACKED, width, height, rx: CORNER.group, class: "flow-behind" };
    node.prepend(svg("rect", behind));
  }
  const left = x + 11;
  let line = y + 4 + row * 0.75;
  if (heading.length) {
    const parts = heading.map(([text, weight], at) =>
      svg("tspan", { "font-weight": weight, dx: at ? 8 : 0 }, text),
    );
    node.append(
      svg("text", { x: x + width / 2, y: line, "text-anchor": "middle", class: "flow-name" }, ...parts),
    );
    line += row;
  }
  /** @type {(mark: (x: number, y: number) => string, text: string, style: string) => SVGTextElement} */
  const written = (mark, text, style) => {
    const shape = svg("path", { d: mark(left + 4, line - 5), class: style });
    const words = svg("text", { x: left + 16, y: line, class: `flow-number ${style}-text` }, text);
    node.append(shape, words);
    line += row;
    return words;
  };
  if (kind === "constant") line = y + height / 2 + 5;
  const result = written(dot, value, "flow-dot");
  if (!held.length) {
    return { node, show: () => {}, select: () => {}, words: () => "" };
  }

  const gradient = written(triangle, "", "flow-triangle");
  const note = svg("text", { x: x + width / 2, y: line, "text-anchor": "middle", class: "flow-note" });
  const pips = bar(box, heard.length);
  node.append(note, ...pips);
  let entry = held[0];
  let plays = "";
  let there = true;
  let selected = false;
  const write = () => {
    result.textContent = there ? value : "?";
    gradient.textContent = there ? entry[1] : "?";
    note.textContent = there ? entry[2] : "";
    const styles = ["flow-node", `flow-${there ? entry[3] : "unknown"}`];
    if (plays) styles.push(`flow-${plays}`);
    if (selected) styles.push("flow-selected");
    node.setAttribute("class", styles.join(" "));
  };
  write();
  /** @type {(step: number, role: string) => void} */
  const show = (step, role) => {
    const now = held.findLast((one) => one[0] <= step) ?? held[0];
    for (const [at, pip] of pips.entries()) {
      pip.classList.toggle("flow-full", heard[at].step <= step);
      pip.classList.toggle("flow-too-late", heard[at].step <= step && heard[at].late);
    }
    if (now === entry && role === plays && there === step >= known) return;
    entry = now;
    plays = role;
    there = step >= known;
    write();
  };
  /** @param {boolean} yes */
  const select = (yes) => {
    if (yes === selected) return;
    selected = yes;
    write();
  };
  const words = () => {
    if (!there) return `${name}: not computed yet`;
    const told = entry[1] === "?" ? "gradient not known" : `gradient ${entry[1]}`;
    return `${name}: value ${value}, ${told}, ${entry[2]}${plays && `, ${plays} now`}`;
  };
  return { node, show, select, words };
}

/**
 * A bar with as many parts as a box has messages to hear.
 *
 * @param {GraphNode} box
 * @param {number} due
 */
function bar({ x, y, width, height }, due) {
  const room = width - 2 * BAR.inset;
  const gap = due > room / 8 ? 0 : BAR.gap;
  const part = (room + gap) / due - gap;
  const top = y + height - BAR.below - BAR.height / 2;
  return Array.from({ length: due }, (_, at) =>
    svg("rect", {
      x: x + BAR.inset + at * (part + gap),
      y: top,
      width: part,
      height: BAR.height,
      class: "flow-pip",
    }),
  );
}

/** @type {(x: number, y: number) => string} */
export const dot = (x, y) => `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z`;
/** @type {(x: number, y: number) => string} */
export const triangle = (x, y) => `M${x} ${y - 5}l5 9h-10z`;
