// The quiz of a lesson: native radios, a Check button, and below each checked choice its reply, which stays.

import { keepInNotebook } from "../kit/kept.js";
import { announcer, button, freshId, html, listen, OWN_KEYS } from "../kit/kit.js";

/** @import { View, Widget } from "../kit/types.js" */
/** @import { Question, Reply, Runs, Traits } from "./types.js" */

const BLINK = 100; // milliseconds for which a sentence is away before it is said again

/** @type {Widget<Traits>} */
export default {
  initialize: keepInNotebook,
  render({ model, el }) {
    /** @type {Reply[][]} */
    const replies = JSON.parse(atob(model.get("sealed")));
    const cards = model.get("asked").map((question, place) => card(model, question, replies[place], place));
    const progress = announcer({ class: "bpl-said bpl-quiz-progress" });
    const help = html("p", { class: "bpl-quiz-help" }, "Arrow keys choose, Enter checks. You may try again.");
    el.append(
      html(
        "div",
        { class: "bpl bpl-quiz", role: "group", "aria-label": "Quick check" },
        ...cards.map((one) => one.node),
        html("div", { class: "bpl-quiz-foot" }, progress.node, help),
      ),
    );

    const drawChosen = () => {
      for (const [place, one] of cards.entries()) one.mark(model.get("chosen")[place]);
    };
    const drawChecked = () => {
      const checked = model.get("checked");
      for (const [place, one] of cards.entries()) one.tell(checked[place]);
      progress.say(standing(checked, replies));
    };
    drawChosen();
    drawChecked();
    return listen(model, { chosen: drawChosen, checked: drawChecked });
  },
};

/**
 * One question: { node, mark(choice), tell(checked) }.
 *
 * @param {View<Traits>["model"]} model
 * @param {Question} question
 * @param {Reply[]} replies By choice.
 * @param {number} place
 */
function card(model, question, replies, place) {
  const name = freshId("question");
  const hint = announcer();
  const rows = question.choices.map((text, index) => row(text, { name, onchange: () => choose(index) }));

  /** @param {number} index */
  const choose = (index) => {
    hint.say("");
    const chosen = model.get("chosen").map((old, at) => (at === place ? index : old));
    model.set("chosen", chosen); // this draws
    model.save_changes();
  };
  /** @param {Event} event */
  const check = (event) => {
    event.preventDefault();
    const index = rows.findIndex((one) => one.input.checked);
    if (index < 0) {
      hint.say(""); // what stands there already, nobody would see or hear again
      setTimeout(() => rows.some((one) => one.input.checked) || hint.say("Choose an answer first."), BLINK);
      return;
    }
    const before = model.get("checked");
    if (before[place].at(-1) === index) return;
    const checked = before.map((tries, at) => (at === place ? [...tries, index] : tries));
    model.set("checked", checked);
    model.save_changes();
  };

  const legend = html(
    "legend",
    {},
    html("span", { class: "bpl-quiz-number" }, `${place + 1}. `),
    ...inline(question.text),
  );
  const submit = button("Check", undefined, { type: "submit", "aria-label": `Check question ${place + 1}` });
  const foot = html("div", { class: "bpl-row" }, submit, hint.node);
  const node = html(
    "form",
    { onsubmit: check },
    html("fieldset", {}, legend, ...rows.map((one) => one.node), foot),
  );
  return {
    node,
    /** @param {number | null} chosen */
    mark(chosen) {
      for (const [index, one] of rows.entries()) one.mark(index === chosen);
    },
    /** @param {number[]} checked */
    tell(checked) {
      for (const [index, one] of rows.entries()) one.tell(checked.includes(index) ? replies[index] : null);
    },
  };
}

/**
 * One choice with the place of its reply, which is read out when it is filled.
 *
 * @param {Runs} text
 * @param {{ name: string, onchange: () => void }} radio
 */
function row(text, { name, onchange }) {
  const input = html("input", { type: "radio", name, onchange, ...OWN_KEYS });
  const label = html("label", {}, input, html("span", {}, ...inline(text)));
  const reply = html("p", { class: "bpl-quiz-reply", role: "status", "aria-live": "polite" });
  const node = html("div", { class: "bpl-quiz-choice" }, label, reply);
  /** @type {Reply | null} */
  let told = null;
  return {
    node,
    input,
    /** @param {boolean} chosen */
    mark(chosen) {
      if (input.checked !== chosen) input.checked = chosen;
      node.classList.toggle("bpl-quiz-chosen", chosen);
    },
    /** @param {Reply | null} verdict */
    tell(verdict) {
      if (verdict === told) return;
      told = verdict;
      reply.replaceChildren(...(verdict ? worded(verdict) : []));
      node.classList.toggle("bpl-quiz-right", verdict?.right === true);
      node.classList.toggle("bpl-quiz-wrong", verdict?.right === false);
    },
  };
}

/** @param {Reply} verdict */
function worded({ right, reply }) {
  const sign = html("span", { class: "bpl-quiz-sign", "aria-hidden": "true" }, right ? "✓ " : "✗ ");
  return [sign, html("strong", {}, right ? "Right." : "Not yet."), " ", ...inline(reply)];
}

/** @param {Runs} runs */
function inline(runs) {
  return runs.map(([tag, text]) => (tag ? html(tag, {}, text) : text));
}

/**
 * @param {number[][]} checked
 * @param {Reply[][]} replies
 */
function standing(checked, replies) {
  const right = checked.filter((places, at) => places.some((place) => replies[at][place].right)).length;
  const tries = checked.reduce((sum, places) => sum + places.length, 0);
  const after = tries ? ` after ${tries} ${tries === 1 ? "try" : "tries"}` : "";
  return `${right} of ${checked.length} answered rightly${after}.`;
}
