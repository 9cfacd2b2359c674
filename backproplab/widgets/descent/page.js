// The descent: a landscape that turns under the paths of optimizers. All was recorded; here it is drawn.

import { keepInNotebook } from "../kit/kept.js";
import {
  drag,
  freshId,
  html,
  keys,
  listen,
  menu,
  number,
  restingAnnouncer,
  saver,
  slider,
  svg,
} from "../kit/kit.js";
import { axes, ground, HEIGHT, mark, projection, trail, WIDTH } from "./scene.js";

/** @import { View, Widget } from "../kit/types.js" */
/** @import { Run, Traits } from "./types.js" */

const GRAIN = 5; // degrees
const HELP = "Drag across the landscape to turn it, or use the sliders: ← → by one, Home and End.";

/** @param {View<Traits>} view */
function render({ model, el }) {
  const surfaces = model.get("surfaces");
  const optimizers = model.get("optimizers");
  const rates = model.get("rates");
  const last = surfaces[0].runs[0][0].loss.length - 1;
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "descent-picture", role: "img" });
  const words = html("p", { class: "descent-words" });
  const list = html("ul", { class: "descent-list" });
  const saying = restingAnnouncer();

  const save = saver(model);
  // The land is most of the work, and only another surface or a turn changes it.
  /** @type {SVGElement[]} */
  let land = [];
  let drawnFrom = "";

  function draw() {
    const surface = surfaces[model.get("surface")];
    const [rate, step, shown] = [model.get("rate"), model.get("step"), model.get("shown")];
    const project = projection(surface.reach, model.get("turn"), model.get("tilt"));
    const seen = optimizers
      .map((_, which) => which)
      .filter((which) => shown === optimizers.length || which === shown);
    const from = [model.get("surface"), model.get("turn"), model.get("tilt")].join();
    if (from !== drawnFrom) [land, drawnFrom] = [ground(surface, project), from];
    const floor = axes(surface.reach, project);
    picture.replaceChildren(
      ...floor.lines,
      ...land,
      ...floor.names,
      ...seen.flatMap((which) =>
        trail(surface.runs[which][rate], step, which, (w1, w2, loss) =>
          project(w1, w2, loss / surface.ceiling),
        ),
      ),
    );
    const start = number(surface.runs[0][rate].loss[0] ?? 0, 3);
    const text = `${surface.caption}, rate ${rates[rate]}, after ${step} of ${last} steps. The loss was ${start} at the start.`;
    const said = seen.map((which) => `${optimizers[which]}: ${result(surface.runs[which][rate], step)}`);
    words.textContent = text;
    list.replaceChildren(
      ...seen.map((which, place) => {
        const symbol = svg("svg", { viewBox: "-9 -9 18 18", class: "descent-symbol", "aria-hidden": "true" });
        symbol.append(mark(which, 0, 0));
        return html("li", {}, symbol, said[place]);
      }),
    );
    const side = `Turned by ${model.get("turn")} degrees, seen from ${model.get("tilt")} degrees above.`;
    picture.setAttribute("aria-label", `A landscape of the loss over w₁ and w₂ with paths. ${side}`);
    which.input.value = String(model.get("surface"));
    path.input.value = String(shown);
    for (const [name, one] of each) one.show(model.get(name));
    saying.say(`${text} ${said.join("; ")}.`);
  }

  const which = menu({
    label: "Landscape",
    options: surfaces.map(({ caption }, place) => /** @type {[string, string]} */ ([String(place), caption])),
    value: String(model.get("surface")),
    onchange: (value) => save({ surface: Number(value) }),
  });
  const path = menu({
    label: "Path of",
    options: [...optimizers, "all of them"].map(
      (name, place) => /** @type {[string, string]} */ ([String(place), name]),
    ),
    value: String(model.get("shown")),
    onchange: (value) => save({ shown: Number(value) }),
  });
  /** @type {(name: "rate" | "step" | "turn" | "tilt", label: string, span: number[], read: (value: number) => string) => ReturnType<typeof slider>} */
  const control = (name, label, [min, max, grain], read) =>
    slider({
      label,
      min,
      max,
      step: grain,
      value: model.get(name),
      read,
      oninput: (value) => save({ [name]: value }),
    });
  const rate = control("rate", "Rate", [0, rates.length - 1, 1], (place) => String(rates[place]));
  const step = control("step", "Step", [0, last, 1], (place) => `${place} of ${last}`);
  const turn = control("turn", "Turn", [0, 360 - GRAIN, GRAIN], (degrees) => `${degrees}°`);
  const tilt = control("tilt", "From above", [15, 90, GRAIN], (degrees) => `${degrees}°`);
  /** @type {["rate" | "step" | "turn" | "tilt", ReturnType<typeof slider>][]} */
  const each = [
    ["rate", rate],
    ["step", step],
    ["turn", turn],
    ["tilt", tilt],
  ];
  /** @param {number} degrees */
  const round = (degrees) => (((Math.round(degrees / GRAIN) * GRAIN) % 360) + 360) % 360;
  keys(turn.input, {
    // A landscape has no end where turning stops.
    ArrowRight: () => save({ turn: round(model.get("turn") + GRAIN) }),
    ArrowLeft: () => save({ turn: round(model.get("turn") - GRAIN) }),
  });

  const help = html("p", { class: "descent-help", id: freshId("help") }, HELP);
  turn.input.setAttribute("aria-describedby", help.id);
  let before = { x: 0, turn: 0 };
  drag(picture, {
    start: (event) => {
      before = { x: event.clientX, turn: model.get("turn") };
    },
    move: (event) => {
      const turned = round(before.turn + (event.clientX - before.x) / 2);
      if (turned !== model.get("turn")) save({ turn: turned });
    },
    cancel: () => save({ turn: before.turn }),
  });

  el.append(
    html(
      "div",
      { class: "bpl descent", role: "group", "aria-label": "Optimizers on a landscape" },
      html("div", { class: "bpl-row" }, which.row, path.row),
      html("div", { class: "bpl-row descent-sliders" }, ...each.map(([, one]) => one.row)),
      help,
      picture,
      words,
      list,
      saying.node,
    ),
  );
  draw();
  const end = listen(model, { surface: draw, shown: draw, rate: draw, step: draw, turn: draw, tilt: draw });
  return () => {
    saying.end();
    end();
  };
}

/**
 * The loss of a run at a step, in words.
 *
 * @param {Run} run
 * @param {number} step
 */
function result(run, step) {
  const loss = run.loss[step];
  if (loss === null) return "run away";
  return number(loss) + (run.w1[step] === null ? ", outside of the picture" : "");
}

/** @type {Widget<Traits>} */
export default { initialize: keepInNotebook, render };
