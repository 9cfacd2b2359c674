// The playground: Python trains and says where that led; the page draws each picture, and asks for the next.
//
// What a hand moves is drawn at once and told to Python, whose next picture takes its place. On a page that has no
// Python a recorded run stands in: it cannot train, but the plane answers to a hand there as well.

import { keepInNotebook } from "../kit/kept.js";
import { announcer, button, bytes, html, keys, listen, number } from "../kit/kit.js";
import { linesOf, seedOf, settingsOf, weightOf } from "./controls.js";
import { curvesDrawing } from "./curves.js";
import { forward, parameterNames, unitsOver } from "./forward.js";
import { hiddenDrawing, put } from "./hidden.js";
import { gradientScale, networkDrawing } from "./network.js";
import { planeDrawing } from "./plane.js";
import { recordedRun } from "./recorded.js";

/** @import { View, Widget } from "../kit/types.js" */
/** @import { Inks, Picture, SetTrait, Theme, Traits } from "./types.js" */

const INTERVAL = 25; // milliseconds from one picture to the next, at least
const READABLE = 120; // between two writings of words and curves: nobody reads faster
const PATIENCE = 5000; // without an answer from Python: a far-away one may take two seconds each time
/** @type {Set<keyof Traits>} Traits that Python takes without a new picture. */
const UNANSWERED = new Set(["lines", "speed", "learning_rate", "weight", "pair", "unfolded", "frame"]);
const PAUSED = "Paused: Python did not answer for 5 seconds.";
const SILENT =
  "Python has not answered for 5 seconds. If another cell is running, wait for it; otherwise run this cell again.";
const HINT = "Press Start, then touch anything.";
const PLANE_KEYS =
  "Keys: N and P choose a point, arrows move it, Enter changes its class, plus adds one, Delete removes it.";

/** @param {View<Traits>} view */
function render({ model, el }) {
  const alone = Boolean(model.alone) && model.get("recording").length > 0;
  /** @type {SetTrait} */
  const set = (name, value) => {
    const known = model.get(name);
    model.set(name, value);
    model.set("turn", model.get("turn") + 1);
    if (model.get(name) === known) show[name]?.(); // else the event of the change has done so, and once is enough
    model.save_changes();
    if (value !== known && !UNANSWERED.has(name) && !alone) expect(); // to no change Python answers nothing
  };
  /** @type {Theme} */
  const theme = (kind) => bytes(model.get("palette")[`${kind}-${isDark() ? "dark" : "light"}`]);
  const isDark = () => el.closest('[data-jp-theme-light="false"]') !== null;

  /** @type {Inks | null} */
  let known = null; // to ask for them makes the browser work out all styles: once, until the theme changes
  const inks = () => {
    if (known) return known;
    const style = getComputedStyle(root);
    const [none, one, paper, ink] = ["--pg-none", "--pg-one", "--bpl-paper", "--bpl-ink"].map((name) =>
      style.getPropertyValue(name),
    );
    known = { none, one, paper, ink };
    return known;
  };
  const restyle = () => {
    known = null;
    redraw();
  };

  // what a hand has changed and Python has not yet answered

  let edit = 0;
  /** @type {Map<number, { value: number, edit: number }>} */
  const moved = new Map();
  /** @type {{ values: Float64Array, edit: number } | null} */
  let ownPoints = null;
  let held = -1;
  let pulledFrom = 0;

  const start = button("Start", () => (recorded ? recorded.toggle() : play(!model.get("playing"))), {
    class: "pg-start",
  });
  const step = button("One step", () => (recorded ? recorded.go(recorded.frame() + 1) : ask("step")));
  const reset = button("Start afresh", () => (recorded ? rewind() : ask("reset")));
  const given = button("Data as given", () => {
    ownPoints = null;
    held = -1;
    if (recorded) redraw();
    else ask("data");
  });
  const progress = html("p", { class: "pg-progress" });
  const said = announcer();
  const settings = settingsOf(model, set);
  const seed = seedOf(model, set, said.say);
  const lines = linesOf(model, set);
  settings.body.append(lines.node);
  const recorded = alone ? recordedRun(model, set, () => showPlaying()) : null;
  const network = networkDrawing(
    model,
    {
      choose: (index) => pick(index),
      take: (at) => {
        pulledFrom = Number.isFinite(numbers()[at]) ? numbers()[at] : 0;
        set("weight", at);
      },
      pull: (at, by) => move(at, pulledFrom + by),
    },
    theme,
  );
  const weigh = weightOf(set, (value) => move(chosenWeight(), value));
  const plane = planeDrawing(movePoints, theme, inks);
  const hidden = hiddenDrawing(model, set, theme, inks);
  const curves = curvesDrawing();
  const [thickest, caption] = ["pg-key", "pg-key"].map((name) => html("p", { class: name }));
  const thickestText = html("span");
  /** @type {(kind: string, shape: string, text: string) => HTMLElement} */
  const mark = (kind, shape, text) => html("span", { class: `pg-is-${kind}` }, `${shape} ${text}`);
  thickest.append(
    mark("weight", "■", "weight"),
    " ",
    mark("gradient", "▲", "gradient"),
    " ",
    gradientScale(),
    "dashed: negative. ",
    thickestText,
  );
  const key = html(
    "p",
    { class: "pg-key" },
    mark("none", "●", "class 0"),
    " ",
    mark("one", "▲", "class 1"),
    " ",
    given,
  );
  const root = html(
    "div",
    { class: "bpl bpl-playground", role: "group", "aria-label": "Playground" },
    html("div", { class: "bpl-row pg-bar" }, start, step, reset, seed.row, progress),
    recorded?.node,
    settings.node,
    html(
      "div",
      { class: "pg-main" },
      html(
        "div",
        { class: "pg-of-network" },
        html("p", { class: "pg-hint" }, HINT),
        network.node,
        weigh.node,
        thickest,
      ),
      html("div", { class: "pg-of-plane" }, caption, plane.node, key),
      html("div", { class: "pg-of-hidden" }, hidden.node),
      html("div", { class: "pg-of-curves" }, curves.node),
    ),
    said.node,
  );
  el.append(root);
  if (recorded) {
    settings.shut("Of these settings runs were recorded; in JupyterLab (make lab) all can be changed.");
    Object.assign(seed.input, {
      min: String(Math.min(...recorded.seeds)),
      max: String(Math.max(...recorded.seeds)),
    });
  }

  let reason = ""; // why training paused without being asked to, until the reader does something
  const isPlaying = () => (recorded ? recorded.playing() : model.get("playing"));
  const showPlaying = () => {
    const playing = isPlaying();
    start.textContent = playing ? "Pause" : "Start";
    root.dataset.playing = String(playing);
    if (playing) reason = "";
    if (!model.get("pictures")) return;
    if (!playing) write(pictureNow());
    say(playing ? (recorded ? "Playing the recorded run." : "Training.") : words().said);
  };
  /** @type {Partial<Record<keyof Traits, () => void>>} */
  const show = {
    ...settings.shows,
    lines: () => {
      lines.show();
      network.mark();
    },
    playing: showPlaying,
    unit: () => redraw(),
    weight: () => {
      network.mark();
      showWeight();
    },
    pair: () => redraw(),
    seed: () => {
      seed.show();
      if (recorded) rewind();
    },
    frame: () => {
      if (!recorded) return;
      moved.clear();
      redraw();
      if (!isPlaying()) say(words().said);
    },
  };

  let built = "";
  /** @type {DataView | null} */
  let drawnCourse = null;
  let drawn = 0;
  /** @type {number | undefined} */
  let waiting;
  /** @type {number | undefined} */
  let patience;
  let asked = 0;
  let written = 0;
  let unitAsked = false;

  const source = () =>
    recorded?.at() ?? {
      parameters: doubles(model.get("parameters")),
      gradient: doubles(model.get("gradient")),
      curves: model.get("curves"),
      scales: model.get("scales"),
      now: null,
      progress: model.get("report").progress,
      said: model.get("report").said,
    };

  /** The parameters as Python has them, and those that a hand has moved since. */
  function numbers() {
    const found = source().parameters;
    for (const [at, { value }] of moved) if (at < found.length) found[at] = value;
    return found;
  }

  const isTouched = () => recorded !== null && (moved.size > 0 || ownPoints !== null);

  /** What is said of the picture: of a recorded one that a hand has changed, the page counts what is right. */
  function words() {
    const { progress, said } = source();
    if (!isTouched()) return { progress, said };
    const [net, points] = [networkNow(), pointsNow()];
    const y = forward(net, placesOf(points)).values[net.sizes.length - 1];
    const right = y.filter((value, at) => value > 0.5 === points[3 * at + 2] > 0.5).length;
    const counted = `${right} of ${y.length} points right`;
    return {
      progress: `By hand · ${counted}`,
      said: `Changed by hand: ${counted}. Another recorded step undoes a weight.`,
    };
  }

  function networkNow() {
    const { sizes, activation } = model.get("shape");
    return { sizes, activation, parameters: numbers() };
  }

  const pointsNow = () => ownPoints?.values ?? doubles(model.get("points"));

  /** @returns {Picture} */
  function pictureNow() {
    const { names, sizes, window } = model.get("shape");
    const [net, points] = [networkNow(), pointsNow()];
    const { values } = forward(net, placesOf(points));
    const relu = net.activation === "ReLU";
    return {
      net,
      names,
      window,
      units: unitsOver(net, window),
      dead: values.flatMap((layer, at) =>
        Array.from(
          { length: sizes[at] },
          (_, unit) =>
            relu &&
            at > 0 &&
            at < sizes.length - 1 &&
            !layer.some((a, each) => each % sizes[at] === unit && a !== 0),
        ),
      ),
      chosen: ((model.get("unit") % names.length) + names.length) % names.length, // as Python takes it
      gradient: source().gradient,
      stale: isTouched(),
      points,
      held,
    };
  }

  function redraw() {
    const { names, sizes } = model.get("shape");
    const shape = JSON.stringify([names, sizes]);
    if (shape !== built) {
      network.build();
      weigh.build(parameterNames(sizes, names));
    }
    built = shape;
    const picture = pictureNow();
    network.draw(picture);
    plane.draw(picture);
    hidden.draw(picture);
    showWeight();
    hideGiven(!(model.get("shape").own || ownPoints));
    const now = performance.now();
    if (recorded || !isPlaying() || now - written > READABLE) {
      written = now;
      const { curves: course, scales, now: at } = source();
      if (course !== drawnCourse) curves.draw(course, scales, sizes.length - 1);
      drawnCourse = course; // the same while a hand moves, and at each step of a recorded run
      curves.stand(at);
      write(picture);
    }
  }

  /** @param {boolean} hidden A button that goes would take the focus along. */
  function hideGiven(hidden) {
    if (hidden && document.activeElement === given) plane.node.focus({ preventScroll: true });
    given.hidden = hidden;
  }

  function picture() {
    clearTimeout(patience);
    if (model.get("playing")) next(); // first: Python works on the next one while this one is drawn
    const { edit: taken, trouble } = model.get("report");
    for (const [at, each] of moved) if (each.edit <= taken) moved.delete(at);
    if (ownPoints && ownPoints.edit <= taken) ownPoints = null;
    if (held >= doubles(model.get("points")).length / 3 && !ownPoints) held = -1;
    redraw();
    drawn += 1;
    root.dataset.pictures = String(drawn);
    root.dataset.trouble = String(trouble !== "");
    if (!model.get("playing")) say(unitAsked ? model.get("report").unit : model.get("report").said);
    unitAsked = false;
  }

  /** @param {string} words What Python says, after the reason why nothing moves. */
  function say(words) {
    said.say(reason ? `${reason} ${words}` : words);
  }

  /** @param {Picture} picture */
  function write(picture) {
    const { progress: far, said: told } = words();
    put(progress, far);
    put(thickestText, recorded ? "" : model.get("report").thickest);
    put(caption, captionOf(picture));
    // A name that changes while its node has the focus is read out each time: in training it has no numbers.
    const shown = isPlaying()
      ? `${picture.names[picture.chosen]} over the plane.`
      : `${caption.textContent}. ${told}`;
    const label = `${shown} ${PLANE_KEYS}`;
    if (plane.node.getAttribute("aria-label") !== label) plane.node.setAttribute("aria-label", label);
  }

  /** @param {Picture} picture */
  function captionOf({ units, names, chosen }) {
    if (chosen === names.length - 1) return "y over the plane; on the line it is ½";
    const [low, high] = units[chosen].ends.map((end) => number(end));
    const line = units[chosen].sums ? "; on the line its sum is 0" : ""; // an input has no sum
    return `${names[chosen]} over the plane, pale ${low} to deep ${high}${line}`;
  }

  // by hand

  function chosenWeight() {
    return Math.min(model.get("weight"), numbers().length - 1);
  }

  function showWeight() {
    weigh.show(chosenWeight(), numbers()[chosenWeight()]);
  }

  /** @type {(at: number, value: number) => void} */
  function move(at, value) {
    edit = Math.max(edit, model.get("report").edit) + 1;
    moved.set(at, { value, edit });
    recorded?.stop();
    redraw();
    if (recorded) say(words().said);
    else tell("weight", () => ({ ask: "weight", at, value, edit }));
  }

  /** @type {(values: Float64Array, chosen: number) => void} */
  function movePoints(values, chosen) {
    const before = pointsNow();
    held = chosen;
    const isNew = values.length !== before.length || values.some((value, at) => value !== before[at]);
    if (isNew) {
      edit = Math.max(edit, model.get("report").edit) + 1;
      ownPoints = { values, edit };
      recorded?.stop();
    }
    redraw();
    if (!isNew) {
      if (held >= 0) said.say(pointWords(values, held));
      return;
    }
    if (recorded) say(words().said);
    else tell("points", () => ({ ask: "points", points: rows(values), edit }));
  }

  /** @type {Map<string, () => { ask: string }>} */
  const untold = new Map();

  /**
   * Once a picture of the screen, however fast a hand moves: the latest of each kind.
   *
   * @type {(kind: string, message: () => { ask: string }) => void}
   */
  function tell(kind, message) {
    if (!untold.size) {
      requestAnimationFrame(tellAll);
    }
    untold.set(kind, message);
  }

  function tellAll() {
    for (const latest of untold.values()) send(latest());
    untold.clear();
  }

  // A picture is asked for only while somebody can see it: silence stops Python.
  function next() {
    clearTimeout(waiting);
    const early = INTERVAL - (performance.now() - asked);
    if (early > 0) waiting = setTimeout(pull, early);
    else pull();
  }

  function pull() {
    if (recorded || !model.get("playing") || document.hidden || !root.isConnected) return;
    asked = performance.now();
    send({ ask: "next", seen: model.get("pictures") });
  }

  /** @param {{ ask: string, seen?: number }} question */
  function send(question) {
    expect();
    try {
      model.send({ ...question, turn: model.get("turn") }); // it may overtake what was set before
    } catch {
      // the kernel is gone; after a while its silence is told
    }
  }

  function expect() {
    clearTimeout(patience);
    patience = setTimeout(() => {
      if (model.get("playing")) {
        set("playing", false);
        reason = PAUSED;
      }
      clearTimeout(patience);
      said.say(SILENT);
    }, PATIENCE);
  }

  /** @param {boolean} playing */
  function play(playing) {
    reason = "";
    set("playing", playing);
    if (!playing) for (const timer of [waiting, patience]) clearTimeout(timer);
  }

  /** @param {string} what */
  function ask(what) {
    reason = "";
    set("playing", false);
    clearTimeout(waiting);
    send({ ask: what });
  }

  function rewind() {
    moved.clear();
    recorded?.go(0);
    redraw();
    say(words().said);
  }

  /** @param {number} index */
  function pick(index) {
    const unit = index === model.get("shape").names.length - 1 ? -1 : index;
    if (unit === model.get("unit")) return;
    unitAsked = true;
    set("unit", unit);
    // Its weights are read out when Python has sent them; a recording has no such words, and training has other ones.
    if (recorded || isPlaying()) said.say(captionOf(pictureNow()));
  }

  keys(network.node, { " ": () => start.click() });

  const seen = () => !document.hidden && model.get("playing") && next();
  const restyled = new MutationObserver(restyle);
  restyled.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  let painted = false;
  const shown = new ResizeObserver(() => {
    if (!root.isConnected) return;
    if (!painted && model.get("pictures")) restyle(); // on the page only now: the style sheet's colours hold from here on
    painted = true;
    seen(); // a notebook opened again, or scrolled back to: training goes on, or Python says that it paused
  });
  shown.observe(root);
  document.addEventListener("visibilitychange", seen);
  if (recorded && model.get("playing")) model.set("playing", false); // it was, where Python was
  const end = listen(model, { ...show, pictures: picture });
  if (model.get("pictures")) picture();
  showPlaying();

  return () => {
    tellAll(); // now: in a frame's time nobody is here to hear the answer
    clearTimeout(waiting);
    clearTimeout(patience);
    recorded?.stop();
    restyled.disconnect();
    shown.disconnect();
    document.removeEventListener("visibilitychange", seen);
    end();
  };
}

/**
 * Doubles from the little-endian bytes that a Bytes trait holds.
 *
 * @param {DataView} view
 */
function doubles(view) {
  return new Float64Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

/** @param {Float64Array} points */
function placesOf(points) {
  return points.filter((_, at) => at % 3 < 2);
}

/** @param {Float64Array} points */
function rows(points) {
  return Array.from({ length: points.length / 3 }, (_, at) => [...points.subarray(3 * at, 3 * at + 3)]);
}

/** @type {(points: Float64Array, at: number) => string} */
function pointWords(points, at) {
  const [x1, x2, one] = points.subarray(3 * at, 3 * at + 3);
  return `Point ${at + 1} of ${points.length / 3}: x₁ ${number(x1)}, x₂ ${number(x2)}, class ${one}. ${PLANE_KEYS}`;
}

/** @type {Widget<Traits>} */
export default { initialize: keepInNotebook, render };
