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
const BLINK = 100; // milliseconds for which a sentence is away before it is said again

/** @param {View<Traits>} view */
function render({ model, el }) {
  const { node: said, say } = announcer({ class: "bpl-said practice-said" });
  const drawn = html("div", { class: "practice-drawing" });
  const number = html("input", {
    type: "text",
    inputmode: "text",
    autocomplete: "off",
    "aria-label": "the message, a number",
    placeholder: "message",
    size: 8,
    ...OWN_KEYS,
  });
  const { row, input: arrows } = menu({
    label: "next message",
    options: [],
    value: "",
    onchange: (edge) => {
      chosen = Number(edge);
    },
  });
  const submit = button("send", undefined, { type: "submit" });
  const form = html("form", { class: "bpl-row practice-form", ...OWN_KEYS }, row, number, submit);
  const count = html("output", { class: "practice-count" });
  const scene = () => model.get("scenes")[model.get("graph")];
  let chosen = -1;

  let later = 0;
  /**
   * What stands there already is taken away first, for a moment: else nobody would see or hear that it is said again.
   *
   * @param {string} text
   * @param {"right" | "wrong" | ""} [verdict]
   */
  const tell = (text, verdict = "") => {
    clearTimeout(later);
    root.dataset.verdict = verdict;
    const again = said.textContent === text;
    say(again ? "" : text);
    if (again) later = setTimeout(say, BLINK, text);
  };

  const save = saver(model);
  /** @param {number} edge */
  const choose = (edge) => {
    if (!scene().messages[edge] || model.get("sent").includes(edge)) return;
    chosen = edge;
    arrows.value = String(edge);
    number.focus();
  };
  const send = () => {
    if (!arrows.value) return; // all are sent
    chosen = Number(arrows.value);
    const typed = number.value.trim().replace("−", "-").replace(",", ".");
    const verdict = judge(scene(), model.get("sent"), chosen, typed === "" ? Number.NaN : Number(typed));
    if (!verdict.right) {
      tell(verdict.said, "wrong");
      number.select();
      return;
    }
    const sent = [...model.get("sent"), chosen];
    number.value = "";
    save({ sent });
    const all = scene().messages.filter(Boolean).length;
    tell(sent.length < all ? verdict.said : `${verdict.said} ${ending(scene(), sent)}`, "right");
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
    arrows.replaceChildren(
      ...open.map((edge) => html("option", { value: edge, selected: edge === chosen }, arrowName(one, edge))),
    );
    count.textContent = `${sent.length} of ${all} sent`;
    submit.setAttribute("aria-disabled", String(!open.length)); // a disabled one would lose the focus
    undo.setAttribute("aria-disabled", String(!sent.length));
  };
  const showSent = () => {
    draw();
    tell(model.get("sent").length ? "" : BEGIN); // who has sent it here is told more, right after this
  };
  const showGraph = () => {
    chosen = -1;
    showSent();
    if (!beside.hidden) showEngine();
  };

  const undo = button("undo", () => {
    const sent = model.get("sent");
    if (!sent.length) return;
    save({ sent: sent.slice(0, -1) });
    tell("The last message is taken back.");
  });
  const another = button("another graph", () =>
    save({ sent: [], graph: (model.get("graph") + 1) % model.get("scenes").length }),
  );

  const beside = html("div", {
    class: "flow-orders practice-engine",
    role: "group",
    "aria-label": "the engine's own pass",
    hidden: true,
  });
  /** @type {{ show: (step: number) => void, depart: (step: number, from: number) => void, fly: (part: number) => void, land: () => void } | null} */
  let engine = null;
  let step = 0;
  let begins = 0; // the frame in which the pass starts
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
  const stopEngine = () => {
    cancelAnimationFrame(begins);
    playing.end();
  };
  const showEngine = () => {
    stopEngine();
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
    watch.setAttribute("aria-expanded", "true");
    engine = panel;
    step = 0;
    panel.show(0);
    begins = requestAnimationFrame(goOn); // once its size is known
  };
  const hideEngine = () => {
    stopEngine();
    beside.hidden = true;
    watch.setAttribute("aria-expanded", "false");
  };
  const watch = button("▶ the engine's own pass", () => (beside.hidden ? showEngine() : hideEngine()), {
    "aria-expanded": "false",
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
  showSent();
  const end = listen(model, { sent: showSent, graph: showGraph });
  el.append(root);
  return () => {
    stopEngine();
    clearTimeout(later);
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
