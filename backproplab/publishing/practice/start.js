// "Where should I start?": eight questions, in the order of the lessons, and the first that is not answered rightly.

import { card, element, given, replies } from "./card.js";

/** @import { Lesson, Question } from "./card.js" */

const place = /** @type {HTMLElement} */ (document.getElementById("practice"));
const data = /** @type {{ lessons: Lesson[], questions: Question[] }} */ (given());
const cards = data.questions.map((one, at) => card(one, `Question ${at + 1} of ${data.questions.length}`));
const answer = element("div", { class: "practice-answer", tabindex: "-1" });

/** @param {number} missed The first question that was not answered rightly, -1 if all were. */
function advice(missed) {
  const last = data.questions[data.questions.length - 1].lesson;
  const lesson =
    missed < 0
      ? data.lessons.find((one) => one.number > last)
      : data.lessons.find((one) => one.number === data.questions[missed].lesson);
  const why =
    missed < 0
      ? "You could answer all eight, so begin with the first lesson that they do not ask about."
      : `Question ${missed + 1} is the first that was not answered rightly. From this lesson on, the course teaches what it asks.`;
  const link = element(
    "a",
    { href: lesson?.href ?? "" },
    `Start with lesson ${lesson?.number}: ${lesson?.title}`,
  );
  return [element("p", {}, element("strong", {}, link)), element("p", {}, why)];
}

const form = element("form", {}, ...cards.map((one) => one.node));
form.append(
  element("p", {}, element("button", { type: "submit" }, "Where should I start?")),
  element("p", {}, "A question that you leave open counts as one that you cannot answer yet."),
  answer,
);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const right = data.questions.map((one, at) => replies(one)[cards[at].chosen()]?.right ?? false);
  for (const one of cards) if (one.chosen() >= 0) one.tell(one.chosen());
  answer.replaceChildren(...advice(right.indexOf(false)));
  answer.focus();
});
place.replaceChildren(form);
