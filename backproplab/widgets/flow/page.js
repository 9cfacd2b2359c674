// Goes through both passes as Python has told them: controls, keys, play; the panels do the drawing.

import { keepInNotebook } from "../kit/kept.js";
import { button, freshId, html, keys, listen, OWN_KEYS, slider } from "../kit/kit.js";
import { graphControls } from "./controls.js";
import { graphPanel } from "./graph.js";
import { layersPanel } from "./layers.js";
import { codeLines, graphLegend } from "./legend.js";
import { clock, wantsNoMotion } from "./motion.js";
import { picturePanel } from "./picture.js";

/** @import { View, Widget } from "../kit/types.js" */
/** @import { Traits } from "./types.js" */

/** @typedef {"forward" | "backward"} Way */

const PACE = { forward: 1100, backward: 2000 }; // milliseconds a step while playing: time to read its arithmetic
const BY_HAND = 900; // milliseconds of a step that somebody has asked for
const HELP = "Arrow right: next step. Arrow left: back. Space: play and pause. Home: start. End: last.";
const GROUP_HELP = " Minus: close all groups. Plus: open them. Tab comes to the button of each.";

/** @param {View<Traits>} view */
function render({ model, el }) {
  const scene = model.get("scene");
  const { last } = scene;
  const first = scene.kind === "graph" ? -scene.forward.length : 1 - scene.forward.length;
  let shown = Number.NaN;
  /** @type {Way | ""} */
  let playing = "";
  /** @type {Way | ""} */
  let flying = ""; // which play the move that is under way belongs to

  const groups = scene.kind === "graph" ? scene.groups : [];
  const keysOfGroups = groups.length ? GROUP_HELP : "";
  const help = html("p", { class: "bpl-hidden", id: freshId("help") }, HELP + keysOfGroups);
  const described = { "aria-describedby": help.id };
  /** @type {number[]} */
  let selected = [];
  /** @param {number[]} nodes */
  const choose = (nodes) => {
    selected = nodes;
    controls?.choose(nodes);
    code?.select(nodes);
    for (const panel of panels) panel.select(nodes);
  };
  /** @param {string[]} closed */
  const close = (closed) => {
    model.set("closed", closed);
    model.save_changes();
  };
  const panels =
    scene.kind === "graph"
      ? scene.passes.map((_, order) => {
          const toggle = (/** @type {number} */ group) => {
            const closed = model.get("closed");
            const { name } = groups[group];
            close(closed.includes(name) ? closed.filter((one) => one !== name) : [...closed, name]);
            panels[order].focus(group);
          };
          return graphPanel({ scene, order, described, choose, toggle });
        })
      : scene.kind === "picture"
        ? [picturePanel({ scene, described, choose: (step) => stepTo(step) })]
        : [layersPanel({ scene, described, choose: (step) => stepTo(step) })];
  const visible = () => panels.filter((panel) => !panel.picture.hidden);
  /** The steps at which somebody who goes on, or back, halts. Of what a closed box does, only the end is one. */
  const stops = () => [first, ...visible().flatMap((panel) => panel.stops()), last];
  /** @param {number} step */
  const next = (step) => Math.min(last, ...stops().filter((stop) => stop > step));
  /** @param {number} step */
  const previous = (step) => Math.max(first, ...stops().filter((stop) => stop < step));

  const moving = clock(
    (part) => {
      if (flies) for (const panel of visible()) panel.fly(part);
    },
    () => {
      land();
      if (playing) goOn();
    },
  );
  let flies = false;
  const land = () => {
    moving.end();
    if (flies) for (const panel of visible()) panel.land();
    flies = false;
    flying = "";
  };

  /**
   * Show a step; if it is the next one, let it move there.
   *
   * @param {number} step
   * @param {number} milliseconds
   */
  const go = (step, milliseconds) => {
    land();
    const to = Math.max(first, Math.min(last, step));
    const from = shown;
    flies = to > from && to === next(from) && !wantsNoMotion();
    show(to);
    if (flies) for (const panel of visible()) panel.depart(to, from);
    if (flies || playing) moving.start(milliseconds);
    flying = playing;
    model.set("step", to);
    model.save_changes();
  };
  /** @param {number} step */
  const stepTo = (step) => {
    setPlaying("");
    go(step, BY_HAND);
  };

  /** @param {Way | ""} way */
  const setPlaying = (way) => {
    playing = way;
    forward.textContent = way === "forward" ? "❚❚ pause" : "▶ forward";
    backward.textContent = way === "backward" ? "❚❚ pause" : "◀ backward";
  };
  const ends = { forward: 0, backward: last };
  const goOn = () => {
    const way = /** @type {Way} */ (playing);
    if (shown >= ends[way]) setPlaying("");
    else go(next(shown), PACE[way]);
  };
  /** @param {Way} way */
  const play = (way) => {
    if (playing === way) {
      setPlaying("");
      moving.pause();
      return;
    }
    setPlaying(way);
    if (moving.underway() && flying === way) {
      moving.resume();
      return;
    }
    const start = way === "forward" ? first : 0;
    if (shown < start || shown >= ends[way]) go(start, PACE[way]);
    land();
    goOn();
  };

  const forward = button("", () => play("forward"), {
    class: "flow-play flow-forward",
    title: "play the forward pass: values run to the result",
  });
  const backward = button("", () => play("backward"), {
    class: "flow-play flow-backward",
    title: "play the backward pass: gradients run back (Space)",
  });
  setPlaying("");
  const scrubber = slider({
    label: "step",
    min: first,
    max: last,
    value: 0,
    read: (step) =>
      step < 0
        ? `${step - first} of ${-first} computed`
        : `${step} of ${last} ${scene.kind === "picture" ? "swept" : "told"}`,
    oninput: (step) => stepTo(step > shown ? next(step - 1) : previous(step + 1)),
  });
  scrubber.row.classList.add("flow-scrubber");
  const strip = html(
    "div",
    { class: "bpl-row flow-strip", role: "group", "aria-label": "controls" },
    html("div", { class: "bpl-row" }, forward, backward),
    html(
      "div",
      { class: "bpl-row flow-steps" },
      button("‹", () => stepTo(previous(shown)), { "aria-label": "one step back", title: "back (←)" }),
      button("›", () => stepTo(next(shown)), { "aria-label": "one step on", title: "next (→)" }),
      scrubber.row,
    ),
  );

  const pictures = html("div", { class: "flow-orders" }, ...panels.map((panel) => panel.picture));
  const words = html("div", { class: "flow-orders" }, ...panels.map((panel) => panel.words));
  const root = html("div", { class: "bpl bpl-flow", tabindex: -1, ...OWN_KEYS }, pictures, strip, words);

  /** @param {boolean} both Whether the wrong order stands beside the right one. */
  const compare = (both) => {
    for (const each of [pictures, words]) each.classList.toggle("flow-both", both);
    for (const each of [panels[1].picture, panels[1].words]) each.hidden = !both;
    if (both && !Number.isNaN(shown)) panels[1].show(shown);
  };
  const controls =
    scene.kind === "graph"
      ? graphControls({ model, scene, shown: () => shown, stepTo: (step) => stepTo(next(step - 1)), compare })
      : null;
  const code = scene.kind === "graph" ? codeLines(scene, choose) : null;
  if (controls && code) {
    strip.append(controls.node);
    root.append(code.node, graphLegend(groups.length > 0));
  }
  root.append(help);

  /** @param {number} step */
  function show(step) {
    if (step === shown) return;
    shown = step;
    for (const panel of visible()) panel.show(step);
    code?.show(step);
    scrubber.show(step);
  }

  /** @param {Event} event */
  const onSelect = (event) => event.target instanceof HTMLSelectElement;
  /** @param {Event} event */
  const onControl = (event) =>
    event.target instanceof Element && event.target.matches("select, button, summary, input[type=checkbox]");
  /** @type {(move: () => number) => (event: KeyboardEvent) => unknown} */
  const by = (move) => (event) => (onSelect(event) ? false : stepTo(move()));
  /** @type {(closed: () => string[]) => (event: KeyboardEvent) => unknown} */
  const byGroups = (closed) => (event) => (groups.length && !onSelect(event) ? close(closed()) : false);
  const midway = () => flying || (shown < 0 ? "forward" : "backward");
  keys(root, {
    ArrowRight: by(() => next(shown)),
    ArrowLeft: by(() => previous(shown)),
    Home: by(() => first),
    End: by(() => last),
    " ": (event) => (onControl(event) ? false : play(playing || midway())),
    "-": byGroups(() => groups.map((group) => group.name)),
    "+": byGroups(() => []),
    "=": byGroups(() => []), // where + needs a shift
  });

  const follow = () => {
    if (model.get("step") === shown) return;
    setPlaying(""); // somebody else has taken the next step
    land();
    show(model.get("step"));
  };
  const fold = () => {
    land();
    for (const panel of panels) panel.fold(model.get("closed"), selected);
    if (playing) goOn();
  };
  const end = listen(model, { step: follow, closed: fold });
  el.append(root);
  if (model.get("closed")?.length) fold();
  follow();
  return () => {
    moving.end();
    end();
    controls?.end();
  };
}

/** @type {Widget<Traits>} */
export default { initialize: keepInNotebook, render };
