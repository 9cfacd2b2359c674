// The quiz of a lesson: native radios, a Check button, and below each checked choice its reply, which stays.

import { keepInNotebook } from "../kit/kept.js";
import { announcer, button, freshId, html, OWN_KEYS } from "../kit/kit.js";

export default {
  initialize: keepInNotebook,
  render({ model, el }) {
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

    const drawChosen = () => cards.forEach((one, place) => one.mark(model.get("chosen")[place]));
    const drawChecked = () => {
      const checked = model.get("checked");
      cards.forEach((one, place) => one.tell(checked[place]));
      progress.say(standing(checked, replies));
    };
    drawChosen();
    drawChecked();
    model.on("change:chosen", drawChosen);
    model.on("change:checked", drawChecked);
    return () => {
      model.off("change:chosen", drawChosen);
      model.off("change:checked", drawChecked);
    };
  },
};

/** One question: { node, mark(choice), tell(checked) }. */
function card(model, question, replies, place) {
  const name = freshId("question");
  const hint = announcer();
  const rows = question.choices.map((text, index) => row(text, { name, onchange: () => choose(index) }));

  const keep = (trait, value) => {
    model.set(
      trait,
      model.get(trait).map((old, at) => (at === place ? value : old)),
    ); // this draws
    model.save_changes();
  };
  const choose = (index) => {
    hint.say("");
    keep("chosen", index);
  };
  const check = (event) => {
    event.preventDefault();
    const index = rows.findIndex((one) => one.input.checked);
    const before = model.get("checked")[place];
    if (index < 0) hint.say("Choose an answer first.");
    else if (before.at(-1) !== index) keep("checked", [...before, index]);
  };

  const legend = html(
    "legend",
    {},
    html("span", { class: "bpl-quiz-number" }, `${place + 1}. `),
    ...inline(question.text),
  );
  const submit = button("Check", null, { type: "submit", "aria-label": `Check question ${place + 1}` });
  const foot = html("div", { class: "bpl-row" }, submit, hint.node);
  const node = html(
    "form",
    { onsubmit: check },
    html("fieldset", {}, legend, ...rows.map((one) => one.node), foot),
  );
  return {
    node,
    mark: (chosen) => rows.forEach((one, index) => one.mark(index === chosen)),
    tell: (checked) =>
      rows.forEach((one, index) => one.tell(checked.includes(index) ? replies[index] : null)),
  };
}

/** One choice with the place of its reply, which is read out when it is filled. */
function row(text, { name, onchange }) {
  const input = html("input", { type: "radio", name, onchange, ...OWN_KEYS });
  const label = html("label", {}, input, html("span", {}, ...inline(text)));
  const reply = html("p", { class: "bpl-quiz-reply", role: "status", "aria-live": "polite" });
  const node = html("div", { class: "bpl-quiz-choice" }, label, reply);
  let told = null;
  return {
    node,
    input,
    mark(chosen) {
      if (input.checked !== chosen) input.checked = chosen;
      node.classList.toggle("bpl-quiz-chosen", chosen);
    },
    tell(verdict) {
      if (verdict === told) return;
      told = verdict;
      reply.replaceChildren(...(verdict ? worded(verdict) : []));
      node.classList.toggle("bpl-quiz-right", Boolean(verdict && verdict.right));
      node.classList.toggle("bpl-quiz-wrong", Boolean(verdict && !verdict.right));
    },
  };
}

function worded({ right, reply }) {
  const sign = html("span", { class: "bpl-quiz-sign", "aria-hidden": "true" }, right ? "✓ " : "✗ ");
  return [sign, html("strong", {}, right ? "Right." : "Not yet."), " ", ...inline(reply)];
}

/** What a marked text becomes: runs of [tag, text], where "" is no tag. */
function inline(runs) {
  return runs.map(([tag, text]) => (tag ? html(tag, {}, text) : text));
}

function standing(checked, replies) {
  const right = checked.filter((places, at) => places.some((place) => replies[at][place].right)).length;
  const tries = checked.reduce((sum, places) => sum + places.length, 0);
  const after = tries ? ` after ${tries} ${tries === 1 ? "try" : "tries"}` : "";
  return `${right} of ${checked.length} answered rightly${after}.`;
}
