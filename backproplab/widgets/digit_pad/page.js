// A pad to draw a digit on, beside what a network makes of it. All numbers come from Python.

import { keepInNotebook } from "../kit/kept.js";
import { announcer, button, bytes, html, listen, menu } from "../kit/kit.js";
import { digitBars, legendOfSigns, pixelMap, signs } from "./answer.js";
import { lastGround, padPaper } from "./paper.js";

/** @import { Model, Widget } from "../kit/types.js" */
/** @import { Action, Answer, Traits } from "./types.js" */

const PATIENCE = 5000; // milliseconds: a Python far away may take two seconds
const SIZES = [0.01, 0.03, 0.1, 0.3];
/** @type {[value: string, text: string][]} */
const DIGITS = Array.from("0123456789", (digit) => [digit, digit]);

/** @type {Widget<Traits>} */
export default {
  initialize: keepInNotebook,
  render({ model, el }) {
    const said = announcer();
    const actions = () => model.get("actions");
    /** @param {Action[]} next */
    const act = (next) => {
      model.set("actions", next); // every view of the model draws this at once
      line.ask();
    };

    const undo = () => {
      paper.lift();
      if (actions().length) act(actions().slice(0, -1));
    };
    const paper = padPaper({
      size: model.get("paper"),
      pen: model.get("pen"),
      onstroke: (points, isNew) => act([...(isNew ? actions() : actions().slice(0, -1)), { stroke: points }]),
      onlift: () => line.idle() && said.say(model.get("answer").said),
      onpen: said.say,
      onundo: undo,
    });
    const line = questions(model, () => {
      said.say(
        "Python has not answered for 5 seconds. It may be busy with another cell; if not, run this cell again.",
      );
    });

    // Of what came before, as much stays as Undo brings back: every message holds all actions.
    /** @param {{ clear: true } | { sample: number }} action */
    const instead = (action) => {
      paper.lift();
      const kept = Object.keys(action)[0] in (actions().at(-1) ?? {}) ? actions().slice(0, -1) : actions();
      act([...kept.slice(Math.max(0, lastGround(kept))), action]);
    };
    const back = button("Undo", undo);
    const clear = button("Clear", () => instead({ clear: true }));
    const samples = menu({
      label: "or take a real digit",
      options: [["", "–"], ...DIGITS],
      value: "",
      onchange: (digit) => (digit === "" ? null : instead({ sample: Number(digit) })),
    });

    /** @param {number} steps */
    const step = (steps) => () => {
      const size = model.get("step_size");
      act([...actions(), { steps, target: model.get("target"), step_size: size }]);
    };
    const one = button("", step(1));
    const ten = button("10 steps", step(10));
    const sizes = menu({
      label: "step size",
      options: SIZES.map((size) => [String(size), String(size)]),
      value: String(model.get("step_size")),
      onchange: (size) => {
        model.set("step_size", Number(size));
        model.save_changes();
      },
    });

    const seen = pixelMap("bpl-pad-seen", null);
    const strongest = signs();
    const slopes = pixelMap("bpl-pad-map", strongest.node);
    const bars = digitBars((digit) => {
      model.set("target", digit);
      line.ask();
    });
    const loss = html("p", { class: "bpl-pad-loss" });

    const showActions = () => {
      paper.show(actions());
      back.setAttribute("aria-disabled", String(actions().length === 0));
      const last = actions().findLast((action) => !action.stroke && !action.steps);
      samples.input.value = last && "sample" in last ? String(last.sample) : "";
    };
    const showSize = () => {
      const size = String(model.get("step_size"));
      if (![...sizes.input.options].some((option) => option.value === size)) {
        sizes.input.append(html("option", { value: size }, size)); // set from another cell
      }
      sizes.input.value = size;
    };
    const showTarget = () => {
      const target = model.get("target");
      bars.choose(target);
      one.textContent = `1 step towards ${target}`;
    };
    const showAnswer = () => {
      const answer = model.get("answer");
      const { target } = answer; // of the question; the reader may have chosen another one meanwhile
      bars.show(answer);
      loss.replaceChildren(`Loss for the target ${target}: `, html("strong", {}, `◆ ${answer.loss}`));
      paper.lay(bytes(answer.base));
      seen.paint(bytes(answer.seen), (amount) => [255 - amount, 255 - amount, 255 - amount]);
      seen.tell("The network sees", answer.steps ? stepsTaken(answer.steps) : "your ink, centred, 28 × 28");
      const palette = bytes(model.get("palette"));
      slopes.paint(bytes(answer.map), (index) => palette.subarray(3 * index, 3 * index + 3));
      strongest.show(answer.marks);
      slopes.tell(`∂L/∂pixel for a ${target}`, `darkest: ±${answer.reach}`, answer.where);
      if (line.heard(answer) && !paper.drawing()) said.say(answer.said);
    };

    el.append(
      html(
        "div",
        { class: "bpl bpl-pad", role: "group", "aria-label": "Digit pad" },
        html(
          "div",
          { class: "bpl-pad-parts" },
          html(
            "div",
            { class: "bpl-pad-draw" },
            paper.node,
            html("div", { class: "bpl-row" }, back, clear),
            samples.row,
          ),
          html("div", { class: "bpl-pad-maps" }, seen.node, slopes.node, legendOfSigns()),
          html(
            "div",
            { class: "bpl-pad-answer" },
            bars.node,
            loss,
            html("div", { class: "bpl-row" }, one, ten),
            sizes.row,
            html(
              "p",
              { class: "bpl-pad-help" },
              "A step takes step size × ∂L/∂pixel off each pixel, within 0 and 1. A new line starts from your ink again.",
            ),
          ),
        ),
        said.node,
      ),
    );
    const end = listen(model, {
      actions: showActions,
      target: showTarget,
      answer: showAnswer,
      step_size: showSize,
    });
    showActions();
    showTarget();
    showSize();
    showAnswer();
    return () => {
      end();
      line.end();
    };
  },
};

/**
 * Questions to Python. Each is saved as it is asked: ipywidgets then keeps what was done since the last message,
 * sends it when Python is ready, and lets no echo of an older message take it back.
 *
 * @param {Model<Traits>} model
 * @param {() => void} onsilence
 */
function questions(model, onsilence) {
  /** @type {number | null} */
  let timer = null;
  const wait = () => {
    timer ??= setTimeout(() => {
      timer = null; // the next thing that the reader does is waited for again
      onsilence();
    }, PATIENCE);
  };
  const ended = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const ask = () => {
    model.set("request", model.get("request") + 1);
    model.save_changes();
    wait();
  };
  /**
   * Is this the last word on all that was asked?
   *
   * @param {Answer} answer
   */
  const heard = (answer) => {
    ended();
    if (answer.to === model.get("request")) return true;
    wait();
    return false;
  };
  return { ask, heard, idle: () => timer === null, end: ended };
}

/** @param {number} steps */
function stepsTaken(steps) {
  return steps === 1 ? "after 1 step from your ink" : `after ${steps} steps from your ink`;
}
