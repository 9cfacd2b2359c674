// The two lines of arithmetic of a step, whose terms light up as the label on the arrow comes to them.
import { html } from "../kit/kit.js";

/** @import { Drawn, DrawnPass, GraphScene, Sum, Term } from "./types.js" */

const TERMS = 5;

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
/** @type {Sum} */
const NOTHING = { title: "Before the forward pass", product: [], total: [] };

/** Which terms are lit at each stage of a message, counted through both lines. */
const LIT = [[0], [0, 1, 2], [3, 4], [5, 6, 7, 8, 9]];

/**
 * What is computed at a step of the forward pass, which counts up to 0; nothing before the first.
 *
 * @param {Pick<GraphScene, "forward">} scene
 * @param {number} step
 */
export function computed(scene, step) {
  return scene.forward[step + scene.forward.length - 1];
}

/**
 * Upstream × local = contribution; so far + contribution = now. Of a computation: operands and result, then the local
 * derivatives.
 */
export function arithmetic() {
  const title = html("strong", { class: "flow-who" });
  const terms = Array.from({ length: 2 * TERMS }, () => ({ text: html("span"), words: html("small") }));
  const cells = terms.map(({ text, words }, at) =>
    html("span", { class: (at % TERMS) % 2 ? "flow-sign" : "flow-term" }, text, words),
  );
  const line = (/** @type {number} */ from) =>
    html("span", { class: "flow-line" }, ...cells.slice(from, from + TERMS));
  const node = html(
    "div",
    { class: "flow-sum" },
    title,
    html("div", { class: "flow-lines" }, line(0), line(TERMS)),
  );
  /** @type {(from: number, parts: Term[]) => void} */
  const write = (from, parts) => {
    for (let at = 0; at < TERMS; at += 1) {
      const [text, words] = parts[at] ?? ["", ""];
      terms[from + at].text.textContent = text;
      terms[from + at].words.textContent = words;
    }
  };
  /** @param {Sum} sum */
  const tell = (sum) => {
    title.textContent = sum.title;
    write(0, sum.product);
    write(TERMS, sum.total);
  };
  /** @param {number} stage Of a message on its way; −1: all terms are there. */
  const light = (stage) => {
    node.classList.toggle("flow-partly", stage >= 0);
    const lit = LIT[stage] ?? [];
    const seen = Math.max(...lit, -1);
    for (const [at, cell] of cells.entries()) {
      cell.classList.toggle("flow-lit", lit.includes(at));
      cell.classList.toggle("flow-to-come", stage >= 0 && at > seen);
    }
  };
  /** @type {(scene: Drawn, pass: DrawnPass, step: number) => void} */
  const show = (scene, pass, step) => {
    tell(step > 0 ? pass.sums[step - 1] : step === 0 ? COMING : (computed(scene, step) ?? NOTHING));
    light(-1);
  };
  /** The last computation, which step 0 no longer shows. @type {(scene: Drawn, step: number) => void} */
  const depart = (scene, step) => {
    if (step <= 0) tell(computed(scene, step));
  };
  return { node, show, depart, light };
}
