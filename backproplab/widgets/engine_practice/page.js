// Be the engine: choose the arrow that carries the next message, type the number, and read the verdict.

import { folded } from "../flow/fold.js";
import { bringIntoView, graph, graphPanel } from "../flow/graph.js";
import { clock, wantsNoMotion } from "../flow/motion.js";
import { keepInNotebook } from "../kit/kept.js";
import {
  announcer,
  button,
  freshId,
  html,
  keys,
  listen,
  menu,
  OWN_KEYS,
  saver,
  scrollBox,
} from "../kit/kit.js";
import { heardBy, inShort, judge } from "./judge.js";

/** @import { View, Widget } from "../kit/types.js" */
/** @import { Entry, Pass } from "../flow/types.js" */
/** @import { Message, PracticeScene, Traits } from "./types.js" */

const PACE = 2000; // milliseconds a message of the engine's own pass

/** @param {View<Traits>} view */
function render({ model, el }) {
  const { node: said, say } = announcer({ class: "bpl-said practice-said" });
  const drawn = html("div", { class: "practice-drawing" });
  const form = html("form", { class: "bpl-row practice-form", ...OWN_KEYS });
  const number = html("input", {
    type: "text",
    inputmode: "text",
    autocomplete: "off",
    "aria-label": "the message, a number",
    placeholder: "message",
    size: 8,
    ...OWN_KEYS,
  });
  const count = html("output", { class: "practice-count" });
  const scene = () => model.get("scenes")[model.get("graph")];
  /** @type {HTMLSelectElement | null} */
  let arrows = null;
  let chosen = -1;

  const save = saver(model);
  /** @param {number} edge */
  const choose = (edge) => {
    if (!arrows || !scene().messages[edge] || model.get("sent").includes(edge)) return;
    chosen = edge;
    arrows.value = String(edge);
    number.focus();
  };
  const send = () => {
    if (!arrows?.value) return;
    chosen = Number(arrows.value);
    const typed = number.value.trim().replace("−", "-").replace(",", ".");
    const verdict = judge(scene(), model.get("sent"), chosen, typed === "" ? Number.NaN : Number(typed));
    root.dataset.verdict = verdict.right ? "right" : "wrong";
    if (!verdict.right) {
      say(verdict.said);
      number.select();
      return;
    }
    const sent = [...model.get("sent"), chosen];
    number.value = "";
    save({ sent });
    const all = scene().messages.filter(Boolean).length;
    say(sent.length < all ? verdict.said : `${verdict.said} ${ending(scene(), sent)}`);
  };

  const draw = () => {
    const one = scene();
    const sent = model.get("sent");
    const open = one.messages.flatMap((message, edge) => (message && !sent.includes(edge) ? [edge] : []));
    const all = one.messages.filter(Boolean).length;
    const drawing = folded({ ...one, forward: [], passes: [passOf(one, sent)] }, []);
    const picture = graph({
      scene: drawing,
      pass: drawing.passes[0],
      choose: (box) => choose(open.find((edge) => one.messages[edge]?.[0] === box) ?? -1),
      point: () => {},
      press: choose,
    });
    picture.show(sent.length);
    const attributes = { class: "flow-graph", role: "group", tabindex: 0, "aria-label": "Graph" };
    const box = scrollBox(attributes, picture.stage);
    drawn.replaceChildren(box);
    // Where it does not fit: the box that starts, or those of the last message. Once the picture knows its size.
    requestAnimationFrame(() => requestAnimationFrame(() => bringIntoView(box, picture.reach(sent.length))));
    const next = menu({
      label: "next message",
      options: open.map((edge) => [String(edge), arrowName(one, edge)]),
      value: String(open.includes(chosen) ? chosen : open[0]),
      onchange: () => {},
    });
    arrows = next.input;
    form.replaceChildren(
      next.row,
      number,
      button("send", undefined, { type: "submit", disabled: !open.length }),
    );
    count.textContent = `${sent.length} of ${all} sent`;
    undo.disabled = !sent.length;
  };

  const undo = button("undo", () => {
    save({ sent: model.get("sent").slice(0, -1) });
    root.dataset.verdict = "";
    say("The last message is taken back.");
  });
  const another = button("another graph", () => {
    save({ sent: [], graph: (model.get("graph") + 1) % model.get("scenes").length });
    chosen = -1;
    root.dataset.verdict = "";
    say(BEGIN);
    if (!beside.hidden) showEngine();
  });

  const beside = html("div", {
    class: "flow-orders practice-engine",
    role: "group",
    "aria-label": "the engine's own pass",
    hidden: true,
  });
  /** @type {{ show: (step: number) => void, depart: (step: number, from: number) => void, fly: (part: number) => void, land: () => void } | null} */
  let engine = null;
  let step = 0;
  const playing = clock(
    (part) => {
      if (!wantsNoMotion()) engine?.fly(part);
    },
    () => {
      engine?.land();
      goOn();
    },
  );
  const goOn = () => {
    if (!engine || step >= scene().last) return;
    step += 1;
    engine.show(step);
    if (!wantsNoMotion()) engine.depart(step, step - 1);
    playing.start(PACE);
  };
  const showEngine = () => {
    playing.end();
    const one = scene();
    const help = { "aria-describedby": task.id };
    const panel = graphPanel({
      scene: one,
      order: 0,
      described: help,
      choose: () => {},
    });
    beside.replaceChildren(panel.picture, panel.words);
    beside.hidden = false;
    engine = panel;
    step = 0;
    panel.show(0);
    requestAnimationFrame(goOn); // once its size is known
  };
  const watch = button("▶ the engine's own pass", () => {
    if (beside.hidden) return showEngine();
    playing.end();
    beside.hidden = true;
  });

  const task = html("p", { class: "practice-task", id: freshId("task") }, TASK);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  const root = html(
    "div",
    { class: "bpl bpl-flow bpl-practice", tabindex: -1, ...OWN_KEYS },
    task,
    drawn,
    form,
    said,
    html("div", { class: "bpl-row" }, count, undo, another, watch),
    beside,
  );
  keys(form, { Enter: (event) => (event.target === number ? send() : false) });
  say(BEGIN);
  draw();
  const end = listen(model, { sent: draw, graph: draw });
  el.append(root);
  return () => {
    playing.end();
    end();
  };
}

const TASK =
  "Be the engine: choose a message, work it out, send it. Its number is the speaker's gradient × the number on the arrow.";
const BEGIN = "The last box starts with a gradient of 1. Who speaks first?";

/**
 * "d tells b"; two arrows between the same boxes are told apart.
 *
 * @param {PracticeScene} scene
 * @param {number} edge
 */
function arrowName(scene, edge) {
  const name = (/** @type {number} */ at) => {
    const [speaker, hearer] = /** @type {Message} */ (scene.messages[at]);
    return `${scene.nodes[speaker].name} tells ${scene.nodes[hearer].name}`;
  };
  const before = scene.messages.slice(0, edge).filter((one, at) => one && name(at) === name(edge)).length;
  return before ? `${name(edge)}, arrow ${before + 1}` : name(edge);
}

/**
 * The pass so far, in the form in which Flow draws one, and after it the messages that are still due. What a box has
 * heard stands side by side, not added.
 *
 * @param {PracticeScene} scene
 * @param {number[]} sent
 * @returns {Pass}
 */
function passOf(scene, sent) {
  const rest = scene.messages.flatMap((message, edge) => (message && !sent.includes(edge) ? [edge] : []));
  const moves = [...sent, ...rest].map((edge) => {
    const [speaker, hearer] = /** @type {Message} */ (scene.messages[edge]);
    return /** @type {[number, number, number]} */ ([speaker, hearer, edge]);
  });
  const held = scene.nodes.map((_, box) => {
    if (box === scene.nodes.length - 1) return [/** @type {Entry} */ ([0, "1", "✓ starts", "complete"])];
    const due = scene.messages.find((one) => one?.[1] === box)?.[5];
    if (!due) return [];
    /** @type {Entry[]} */
    const entries = [[0, "?", `heard 0 of ${due}`, "unheard"]];
    for (const [at, move] of moves.slice(0, sent.length).entries()) {
      if (move[1] !== box) continue;
      const heard = heardBy(scene, sent.slice(0, at + 1), box);
      const all = heard.length === due;
      const note = all ? `✓ ${due} of ${due}` : `heard ${heard.length} of ${due}`;
      entries.push([at + 1, heard.map(inShort).join(", "), note, all ? "complete" : "waiting"]);
    }
    return entries;
  });
  return { said: [], held, sums: [], moves, late: moves.map(() => false), carried: [] };
}

/**
 * What all is worth in the end: the gradients of the leaves.
 *
 * @param {PracticeScene} scene
 * @param {number[]} sent
 */
function ending(scene, sent) {
  const leaves = scene.nodes.flatMap((node, box) => {
    const heard = heardBy(scene, sent, box);
    if (node.kind !== "leaf" || !heard.length) return [];
    const total = inShort(heard.reduce((sum, one) => sum + one, 0));
    return [
      heard.length > 1
        ? `${node.name}: ${heard.map(inShort).join(" + ").replaceAll("+ −", "− ")} = ${total}`
        : `${node.name}: ${total}`,
    ];
  });
  return `The pass is over. Gradients of the leaves: ${leaves.join("; ")}.`;
}

/** @type {Widget<Traits>} */
export default { initialize: keepInNotebook, render };
