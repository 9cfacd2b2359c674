// The playground: Python trains and draws up pictures; the page shows each, and asks for the next.

import { keepInNotebook } from "../kit/kept.js";
import { announcer, button, bytes, html, keys, listen } from "../kit/kit.js";
import { choice, linesOf, settingsOf } from "./controls.js";
import { curvesDrawing } from "./curves.js";
import { gradientScale, networkDrawing } from "./network.js";
import { planeDrawing } from "./plane.js";

/** @import { View, Widget } from "../kit/types.js" */
/** @import { SetTrait, Theme, Traits } from "./types.js" */

const EVERY = 25; // milliseconds from one picture to the next, at least
const READABLE = 120; // between two writings of words and curves: nobody reads faster
const PATIENCE = 5000; // without an answer from Python: a far-away one may take two seconds each time
/** @type {Set<keyof Traits>} Settings that Python takes without a new picture. */
const UNANSWERED = new Set(["lines", "speed", "learning_rate"]);
const PAUSED = "Paused: Python did not answer for 5 seconds.";
const SILENT =
  "Python has not answered for 5 seconds. If another cell is running, wait for it; otherwise run this cell again.";

/** @param {View<Traits>} view */
function render({ model, el }) {
  /** @type {SetTrait} */
  const set = (name, value) => {
    model.set(name, value);
    show[name]?.();
    model.save_changes();
    if (!UNANSWERED.has(name)) expect();
  };
  /** @type {Theme} */
  const theme = (kind) => bytes(model.get("palette")[`${kind}-${isDark() ? "dark" : "light"}`]);
  const isDark = () => el.closest('[data-jp-theme-light="false"]') !== null;

  const start = button("Start", () => play(!model.get("playing")), { class: "pg-start" });
  const step = button("One step", () => ask("step"));
  const reset = button("Start afresh", () => ask("reset"));
  const speed = choice(model, "speed", "steps a picture", set);
  const progress = html("p", { class: "pg-progress" });
  const said = announcer();
  const settings = settingsOf(model, set, said.say);
  const lines = linesOf(model, set);
  settings.node.append(lines.node);
  const network = networkDrawing(model, (index) => pick(index), theme);
  const plane = planeDrawing(model, theme);
  const curves = curvesDrawing(model);
  const [unit, thickest, caption] = ["pg-words", "pg-key", "pg-key"].map((name) =>
    html("p", { class: name }),
  );
  const thickestText = html("span");
  /** @type {(kind: string, shape: string, text: string) => HTMLElement} */
  const mark = (kind, shape, text) => html("span", { class: `pg-is-${kind}` }, `${shape} ${text}`);
  thickest.append(
    mark("weight", "■", "weight"),
    " ",
    mark("gradient", "▲", "gradient"),
    " ",
    gradientScale(),
    " dashed: negative. ",
    thickestText,
  );
  const key = html("p", { class: "pg-key" }, mark("none", "●", "class 0"), " ", mark("one", "▲", "class 1"));
  const root = html(
    "div",
    { class: "bpl bpl-playground", role: "group", "aria-label": "Playground" },
    html("div", { class: "bpl-row pg-bar" }, start, step, reset, speed.row),
    settings.node,
    progress,
    html(
      "div",
      { class: "pg-main" },
      html("div", {}, network.node, thickest),
      html("div", {}, caption, plane.node, key),
    ),
    unit,
    curves.node,
    said.node,
    html(
      "p",
      { class: "pg-help" },
      "Keys on the drawing of the network: arrows choose a unit for the large map, Home and End the first input and the output, Space starts and pauses.",
    ),
  );
  el.append(root);

  let reason = ""; // why training paused without being asked to, until the reader does something
  const showPlaying = () => {
    const playing = model.get("playing");
    start.textContent = playing ? "Pause" : "Start";
    root.dataset.playing = String(playing);
    if (playing) reason = "";
    if (model.get("pictures")) say(playing ? "Training." : model.get("report").said);
  };
  /** @type {Partial<Record<keyof Traits, () => void>>} */
  const show = {
    ...settings.shows,
    speed: speed.show,
    lines: () => {
      lines.show();
      network.mark();
    },
    playing: showPlaying,
    unit: () => {
      network.mark();
      write();
    },
  };

  let built = "";
  let drawn = 0;
  /** @type {DataView | null} */
  let drawnPoints = null;
  /** @type {number | undefined} */
  let waiting;
  /** @type {number | undefined} */
  let patience;
  let asked = 0;
  let written = 0;
  let unitAsked = false;

  function picture() {
    clearTimeout(patience);
    if (model.get("playing")) next(); // first: Python works on the next one while this one is drawn
    const shape = JSON.stringify(model.get("shape"));
    const points = model.get("points");
    if (shape !== built || points !== drawnPoints) {
      if (shape !== built) network.build();
      built = shape;
      drawnPoints = points;
      plane.drawPoints();
    }
    network.draw();
    plane.draw(isOutput());
    const now = performance.now();
    if (!model.get("playing") || now - written > READABLE) {
      written = now;
      curves.draw();
      write();
    }
    drawn += 1;
    root.dataset.pictures = String(drawn);
    root.dataset.trouble = String(model.get("report").trouble !== "");
    if (!model.get("playing")) say(unitAsked ? model.get("report").unit : model.get("report").said);
    unitAsked = false;
  }

  /** @param {string} words What Python says, after the reason why nothing moves. */
  function say(words) {
    said.say(reason ? `${reason} ${words}` : words);
  }

  function isOutput() {
    const { names } = model.get("shape");
    return (model.get("unit") + 1) % names.length === 0;
  }

  function write() {
    const { range, ...report } = model.get("report");
    const name = network.name();
    put(progress, report.progress);
    put(thickestText, report.thickest);
    put(unit, report.unit);
    const scale = `pale ${range[0]} to deep ${range[1]}`;
    const line = name.startsWith("x") ? "" : "; on the line its sum is 0"; // an input has no sum
    put(
      caption,
      isOutput() ? "y over the plane; on the line it is ½" : `${name} over the plane, ${scale}${line}`,
    );
    plane.canvas.setAttribute("aria-label", `${caption.textContent}. ${report.said}`);
  }

  // A picture is asked for only while somebody can see it: silence stops Python.
  function next() {
    clearTimeout(waiting);
    const early = EVERY - (performance.now() - asked);
    if (early > 0) waiting = setTimeout(pull, early);
    else pull();
  }

  function pull() {
    if (!model.get("playing") || document.hidden || !root.isConnected) return;
    asked = performance.now();
    send({ ask: "next", seen: model.get("pictures") });
  }

  /** @param {{ ask: string, seen?: number }} question */
  function send(question) {
    expect();
    try {
      model.send(question);
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

  /** @param {number} index */
  function pick(index) {
    unitAsked = true;
    set("unit", index === model.get("shape").names.length - 1 ? -1 : index);
  }

  keys(network.node, { " ": () => play(!model.get("playing")) });

  const seen = () => !document.hidden && model.get("playing") && next();
  const repaint = () => {
    plane.drawPoints();
    network.draw();
    plane.draw(isOutput());
  };
  const restyled = new MutationObserver(repaint);
  restyled.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  let painted = false;
  const shown = new ResizeObserver(() => {
    if (!root.isConnected) return;
    if (!painted) repaint(); // on the page only now: the style sheet's colours hold from here on
    painted = true;
    seen(); // a notebook opened again, or scrolled back to: training goes on, or Python says that it paused
  });
  shown.observe(root);
  document.addEventListener("visibilitychange", seen);
  const end = listen(model, { ...show, pictures: picture });
  if (model.get("pictures")) picture();
  showPlaying();

  return () => {
    clearTimeout(waiting);
    clearTimeout(patience);
    restyled.disconnect();
    shown.disconnect();
    document.removeEventListener("visibilitychange", seen);
    end();
  };
}

/** @type {(node: HTMLElement, text: string) => void} */
function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** @type {Widget<Traits>} */
export default { initialize: keepInNotebook, render };
