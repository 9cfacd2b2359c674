// Steps through a backward pass that Python has told: controls, keys, play; the panels do the drawing.

import { keepInNotebook } from "../kit/kept.js";
import { button, freshId, html, keys, listen, menu, OWN_KEYS, player, slider } from "../kit/kit.js";
import { graphLegend, graphPanel } from "./graph.js";
import { layersPanel } from "./layers.js";

/** @import { View, Widget } from "../kit/types.js" */
/** @import { GraphScene, Traits } from "./types.js" */

const PACE = 1500; // milliseconds a step while playing: time to read one line of arithmetic
const HELP =
  "Keys, after a click or Tab into here: → next, ← back, Space plays and pauses, Home start, End last.";

/** @param {View<Traits>} view */
function render({ model, el }) {
  const scene = model.get("scene");
  const { last } = scene;
  let shown = -1;

  /** @param {number} step */
  const go = (step) => {
    show(Math.max(0, Math.min(last, step)));
    model.set("step", shown);
    model.save_changes();
  };
  /** @param {number} step */
  const stepTo = (step) => {
    playing.stop();
    go(step);
  };
  const playing = player(
    () => {
      go(shown + 1);
      return shown < last;
    },
    PACE,
    (on) => {
      play.textContent = on ? "❚❚ pause" : "▶ play";
    },
  );
  const startOrStop = () => {
    if (!playing.playing() && shown === last) go(0);
    playing.toggle();
  };

  const help = html("p", { class: "bps-help", id: freshId("help") }, HELP);
  const described = { "aria-describedby": help.id };
  /** @param {number} box */
  const choose = (box) => controls?.choose(box);
  const panels =
    scene.kind === "graph"
      ? scene.passes.map((pass, index) => graphPanel({ scene, pass, wrong: index === 1, described, choose }))
      : [layersPanel({ scene, described, choose: stepTo })];

  const play = button("▶ play", startOrStop, { class: "bps-play" });
  const scrubber = slider({
    label: "step",
    min: 0,
    max: last,
    value: 0,
    read: (step) => `${step} of ${last}`,
    oninput: stepTo,
  });
  const bar = html(
    "div",
    { class: "bpl-row", role: "group", "aria-label": "step" },
    button("|◀", () => stepTo(0), { "aria-label": "start", title: "start (Home)" }),
    button("◀", () => stepTo(shown - 1), { "aria-label": "one step back", title: "back (←)" }),
    play,
    button("▶", () => stepTo(shown + 1), { "aria-label": "one step on", title: "next (→)" }),
    button("▶|", () => stepTo(last), { "aria-label": "last", title: "last (End)" }),
    scrubber.row,
  );

  const root = html("div", { class: "bpl bpl-stepper", tabindex: -1, ...OWN_KEYS }, bar); // a click anywhere will do
  const beside = html("div", { class: "bps-orders" }, ...panels.map((panel) => panel.node));
  root.append(beside);

  /** @param {boolean} both Whether the wrong order stands beside the right one. */
  const compare = (both) => {
    beside.classList.toggle("bps-both", both);
    panels[1].node.hidden = !both;
    if (both && shown >= 0) panels[1].show(shown);
  };
  const controls =
    scene.kind === "graph" ? graphControls({ model, scene, shown: () => shown, stepTo, compare }) : null;
  if (controls) root.append(controls.node, graphLegend());
  root.append(help);

  /** @param {number} step */
  function show(step) {
    if (step === shown) return;
    shown = step;
    for (const panel of panels) if (!panel.node.hidden) panel.show(step);
    scrubber.show(step);
  }

  /** @param {Event} event */
  const onSelect = (event) => event.target instanceof HTMLSelectElement;
  /** @param {Event} event */
  const onControl = (event) =>
    event.target instanceof Element && event.target.matches("select, button, input[type=checkbox]");
  /** @type {(move: () => number) => (event: KeyboardEvent) => unknown} */
  const by = (move) => (event) => (onSelect(event) ? false : stepTo(move()));
  keys(root, {
    ArrowRight: by(() => shown + 1),
    ArrowLeft: by(() => shown - 1),
    Home: by(() => 0),
    End: by(() => last),
    " ": (event) => (onControl(event) ? false : startOrStop()),
  });

  const follow = () => show(model.get("step"));
  const end = listen(model, { step: follow });
  el.append(root);
  follow();
  return () => {
    playing.stop();
    end();
    controls?.end();
  };
}

/**
 * A graph's own controls, which box to go to next and the wrong order: { node, choose(box), end() }.
 *
 * @param {object} parts
 * @param {View<Traits>["model"]} parts.model
 * @param {GraphScene} parts.scene
 * @param {() => number} parts.shown
 * @param {(step: number) => void} parts.stepTo
 * @param {(both: boolean) => void} parts.compare
 */
function graphControls({ model, scene, shown, stepTo, compare }) {
  const moves = scene.passes[0].moves;
  const reached = [...new Set(moves.map((move) => move[1]))];
  /** @param {number} box */
  const labelled = (box) => scene.nodes[box].heading[0]?.[1] === "bold";
  /**
   * What the menu calls a box. Whoever types "w₃" there means that one, and not "w₃ × h".
   *
   * @param {number} box
   */
  const called = (box) => (labelled(box) ? "" : "box ") + scene.nodes[box].name;
  const boxes = menu({
    label: "next message to",
    options: reached.map((box) => [String(box), called(box)]),
    value: String(reached[0]),
    onchange: () => {},
  });

  const goThere = () => {
    const box = Number(boxes.input.value);
    let found = moves.findIndex((move, at) => move[1] === box && at >= shown());
    if (found < 0) found = moves.findIndex((move) => move[1] === box);
    stepTo(found + 1);
  };
  boxes.row.append(button("go there", goThere));

  /**
   * A click on a box chooses it, and no more: whoever clicks the picture to step on has asked for no answer.
   *
   * @param {number} box
   */
  function choose(box) {
    if (reached.includes(box)) boxes.input.value = String(box);
  }

  const id = freshId("wrong");
  const tick = html("input", { type: "checkbox", id, ...OWN_KEYS });
  tick.addEventListener("change", () => {
    model.set("wrong_order", tick.checked);
    model.save_changes();
  });
  const follow = () => {
    tick.checked = model.get("wrong_order");
    compare(tick.checked);
  };
  follow();
  const label = html("label", { for: id }, "also a wrong order, depth first");
  const node = html(
    "div",
    { class: "bpl-row bps-choices" },
    boxes.row,
    html("div", { class: "bpl-row" }, tick, label),
  );
  return { node, choose, end: listen(model, { wrong_order: follow }) };
}

/** @type {Widget<Traits>} */
export default { initialize: keepInNotebook, render };
