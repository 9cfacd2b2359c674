// The gradient film: one scrubber for maps, charts, digits and words; the panels draw.

import { keepInNotebook } from "../kit/kept.js";
import {
  announcer,
  button,
  bytes,
  freshId,
  html,
  keys,
  listen,
  menu,
  OWN_KEYS,
  player,
  saver,
  slider,
} from "../kit/kit.js";
import { chartsPanel, describe } from "./charts.js";
import { mapsPanel } from "./maps.js";
import { mapNumbers, unpacked } from "./numbers.js";
import { pickedCharts } from "./picked.js";
import { describeWorst, worstPanel } from "./worst.js";

/** @import { View, Widget } from "../kit/types.js" */
/** @import { Chart, Film, Traits } from "./types.js" */

const A_FRAME = 120; // milliseconds
const LEAP = 10; // frames, for the Page keys
const HELP =
  "Keys on the slider: ← → a frame, Page Up and Down ten, Home, End, space to play. Or click in a chart.";
/** @type {[scale: Traits["scale"], text: string][]} */
const SCALES = [
  ["map", "each map its own"],
  ["row", "each unit its own"],
  ["shared", "one for all"],
];

/** @param {View<Traits>} view */
async function render({ model, el }) {
  /** @type {Film} */
  const film = JSON.parse(new TextDecoder().decode(await unpacked(model.get("told"))));
  const numbers = mapNumbers(film, await unpacked(model.get("numbers")));
  const worst = worstPanel(film, await unpacked(model.get("pictures")));
  const last = film.steps.length - 1;
  /** @param {number} frame */
  const within = (frame) => Math.min(Math.max(frame, 0), last);
  const save = saver(model);

  let shown = 0;
  const saying = announcer({ class: "bpl-hidden" });
  const maps = film.maps.length
    ? mapsPanel(film, numbers, bytes(model.get("palette")), (picked) => save({ picked }))
    : null;
  /** @type {Chart[]} */
  let traced = []; // of the weight that is picked
  const charts = chartsPanel(film, (frame) => {
    visit(frame);
    scrubber.input.focus({ preventScroll: true });
  });

  /** @param {number} frame */
  function draw(frame) {
    shown = within(frame);
    scrubber.show(shown);
    maps?.draw(shown, model.get("scale"));
    charts.draw(shown);
    worst?.draw(shown);
    back.off(shown === 0);
    forth.off(shown === last);
  }
  function tell() {
    if (playing.playing()) return;
    saying.say(`${describe(film, shown, model.get("weight"), traced)} ${describeWorst(film, shown)}`.trim());
  }
  /** @param {number} frame */
  function go(frame) {
    draw(frame);
    tell();
    save({ frame: shown });
  }
  /** @param {number} frame */
  function visit(frame) {
    playing.stop();
    if (within(frame) !== shown) go(frame);
  }

  const playing = player(
    () => {
      go(shown + 1);
      return shown < last;
    },
    A_FRAME,
    (now) => {
      play.textContent = now ? "Pause" : "Play";
      tell();
    },
  );
  function toggle() {
    if (!playing.playing() && shown === last) go(0);
    playing.toggle();
  }

  /** @param {number} by */
  const step = (by) => () => visit(shown + by);
  const back = button("◀", step(-1), { "aria-label": "One frame back" });
  const play = button("Play", toggle, { class: "film-play" });
  const forth = button("▶", step(1), { "aria-label": "One frame forward" });
  const scrubber = slider({
    label: "Moment",
    min: 0,
    max: last,
    value: 0,
    read: (frame) => `step ${film.steps[frame]} (${frame + 1} of ${last + 1})`,
    oninput: visit,
  });
  keys(scrubber.input, {
    ArrowLeft: step(-1),
    ArrowDown: step(-1),
    ArrowRight: step(1),
    ArrowUp: step(1),
    PageDown: step(-LEAP),
    PageUp: step(LEAP),
    Home: () => visit(0),
    End: () => visit(last),
    " ": toggle,
  });
  scrubber.row.classList.add("film-scrubber");
  const help = html("p", { class: "film-help", id: freshId("help") }, HELP);
  scrubber.input.setAttribute("aria-describedby", help.id);

  const units = unitBoxes(film, (chosen) => save({ units: chosen }));
  const scale = menu({
    label: "Colour scale",
    options: SCALES,
    value: model.get("scale"),
    onchange: (value) => save({ scale: value }),
  });
  /** @type {[place: string, label: string][]} */
  const traces = film.traces.map(({ label }, index) => [String(index), label]);
  const weight = menu({
    label: "Weight",
    options: traces,
    value: String(model.get("weight")),
    onchange: (value) => save({ weight: Number(value), picked: [] }),
  });
  const axis = checkbox("steps on a log scale", (checked) => save({ axis: checked ? "log" : "linear" }));
  const choices = [...(maps ? [units.node, scale.row] : []), traces.length ? weight.row : null, axis.node];

  function arrange() {
    if (maps) maps.choose(model.get("units"));
    units.show(model.get("units"));
    scale.input.value = model.get("scale");
    weight.input.value = String(model.get("weight"));
    axis.input.checked = model.get("axis") === "log";
    charts.arrange(model.get("axis"), model.get("weight"));
    draw(model.get("frame"));
    trace();
  }
  function trace() {
    traced = pickedCharts(film, numbers, model.get("picked"));
    charts.trace(traced);
    charts.draw(shown);
    maps?.mark(model.get("weight"), model.get("picked"));
    tell();
  }
  /** @type {number | undefined} */
  let quiet; // another view may be playing: words once it rests, not at each frame
  const follow = () => {
    if (model.get("frame") === shown) return;
    draw(model.get("frame"));
    clearTimeout(quiet);
    quiet = setTimeout(tell, 3 * A_FRAME);
  };
  const end = listen(model, {
    frame: follow,
    units: arrange,
    scale: arrange,
    weight: arrange,
    picked: trace,
    axis: arrange,
  });

  el.append(
    html(
      "div",
      { class: "bpl film", role: "group", "aria-label": "Gradient film" },
      html("div", { class: "bpl-row film-controls" }, back, play, forth, scrubber.row),
      help,
      html("div", { class: "bpl-row film-choices" }, ...choices),
      html("div", { class: "film-stage" }, maps?.node, charts.node),
      worst?.node,
      saying.node,
    ),
  );
  arrange();
  return () => {
    playing.stop();
    clearTimeout(quiet);
    end();
  };
}

/**
 * Check boxes for the units: { node, show(units) }; onchange gets the places of those that are checked.
 *
 * @param {Film} film
 * @param {(units: number[]) => void} onchange
 */
function unitBoxes(film, onchange) {
  const boxes = film.units.map((unit) => checkbox(unit, () => onchange(chosen())));
  const chosen = () => [...boxes.keys()].filter((place) => boxes[place].input.checked);
  const node = html(
    "fieldset",
    { class: "film-units" },
    html("legend", {}, "Maps of"),
    ...boxes.map((box) => box.node),
  );
  /** @param {number[]} units */
  const show = (units) => {
    for (const [place, { input }] of boxes.entries()) input.checked = units.includes(place);
  };
  return { node, show };
}

/**
 * @param {string} text
 * @param {(checked: boolean) => void} onchange
 */
function checkbox(text, onchange) {
  const input = html("input", { type: "checkbox", ...OWN_KEYS });
  input.addEventListener("change", () => onchange(input.checked));
  return { node: html("label", { class: "film-check" }, input, ` ${text}`), input };
}

/** @type {Widget<Traits>} */
export default { initialize: keepInNotebook, render };
