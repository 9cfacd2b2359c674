// Steps through a backward pass that Python has told: controls, keys, play; the panels do the drawing.

import { keepInNotebook } from "../kit/kept.js";
import { button, freshId, html, keys, menu, OWN_KEYS, player, slider } from "../kit/kit.js";
import { graphLegend, graphPanel } from "./graph.js";
import { layersPanel } from "./layers.js";

const PACE = 1500; // milliseconds a step while playing: time to read one line of arithmetic
const HELP =
  "Keys, after a click or Tab into here: → next, ← back, Space plays and pauses, Home start, End last.";

function render({ model, el }) {
  const scene = model.get("scene");
  const { last } = scene;
  const stops = []; // what to undo when the view goes
  let shown = -1;
  let chosen = null; // the menu of a graph's boxes

  const go = (step) => {
    show(Math.max(0, Math.min(last, step)));
    model.set("step", shown);
    model.save_changes();
  };
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
  if (scene.kind === "graph") root.append(choices(), graphLegend());
  root.append(help);

  function show(step) {
    if (step === shown) return;
    shown = step;
    for (const panel of panels) if (!panel.node.hidden) panel.show(step);
    scrubber.show(step);
  }

  // A graph's own controls: which box to go to next, and the wrong order.

  function choose(node) {
    const moves = scene.passes[0].moves;
    const reaches = (move, at) => move[1] === node && at >= shown;
    let found = moves.findIndex(reaches);
    if (found < 0) found = moves.findIndex((move) => move[1] === node);
    if (found < 0) return;
    chosen.input.value = String(node);
    stepTo(found + 1);
  }

  function choices() {
    const reached = [...new Set(scene.passes[0].moves.map((move) => move[1]))];
    const options = reached.map((node) => [String(node), scene.nodes[node].name]);
    chosen = menu({ label: "next message to", options, value: options[0][0], onchange: () => {} });
    chosen.row.append(button("go there", () => choose(Number(chosen.input.value))));
    const id = freshId("wrong");
    const tick = html("input", { type: "checkbox", id, ...OWN_KEYS });
    tick.addEventListener("change", () => {
      model.set("wrong_order", tick.checked);
      model.save_changes();
    });
    const compare = () => {
      tick.checked = model.get("wrong_order");
      beside.classList.toggle("bps-both", tick.checked);
      panels[1].node.hidden = !tick.checked;
      if (tick.checked && shown >= 0) panels[1].show(shown);
    };
    model.on("change:wrong_order", compare);
    stops.push(() => model.off("change:wrong_order", compare));
    compare();
    const label = html("label", { for: id }, "also a wrong order, depth first");
    return html(
      "div",
      { class: "bpl-row bps-choices" },
      chosen.row,
      html("div", { class: "bpl-row" }, tick, label),
    );
  }

  const by = (move) => (event) => (event.target.matches("select") ? false : stepTo(move()));
  keys(root, {
    ArrowRight: by(() => shown + 1),
    ArrowLeft: by(() => shown - 1),
    Home: by(() => 0),
    End: by(() => last),
    " ": (event) => (event.target.matches("select, button, input[type=checkbox]") ? false : startOrStop()),
  });

  const follow = () => show(model.get("step"));
  model.on("change:step", follow);
  el.append(root);
  follow();
  return () => {
    playing.stop();
    model.off("change:step", follow);
    for (const stop of stops) stop();
  };
}

export default { initialize: keepInNotebook, render };
