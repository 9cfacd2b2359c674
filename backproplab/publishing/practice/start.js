// "Where should I start?": eight questions, in the order of the lessons, and the first that is not answered rightly.

import { card, element, given, replies } from "./card.js";

/** @import { Lesson, Question } from "./card.js" */

const place = /** @type {HTMLElement} */ (document.getElementById("practice"));
const data = /** @type {{ lessons: Lesson[], questions: Question[] }} */ (given());
const cards = data.questions.map((one, at) => card(one, `Question ${at + 1} of ${data.questions.length}`));
const answer = element("div", { class: "practice-answer", tabindex: "-1" });

/**
 * The lesson to start with, if there is one, and why. A copy of the course may lack lessons.
 *
 * @param {number} missed The first question that was not answered rightly, -1 if all were.
 * @returns {{ lesson: Lesson | undefined, why: string }}
 */
function advice(missed) {
  if (missed < 0) {
    const last = data.questions[data.questions.length - 1].lesson;
    const lesson = data.lessons.find((one) => one.number > last);
    const then = lesson
      ? "so begin with the first lesson that they do not ask about."
      : "and there is no later lesson here.";
    return { lesson, why: `You could answer all eight, ${then}` };
  }
  const wanted = data.questions[missed].lesson;
  const first = `Question ${missed + 1} is the first that was not answered rightly.`;
  const lesson = data.lessons.findLast((one) => one.number <= wanted) ?? data.lessons[0];
  if (lesson?.number === wanted) {
    return { lesson, why: `${first} From this lesson on, the course teaches what it asks.` };
  }
  const missing = `Lesson ${wanted} teaches what it asks, and is not here`;
  return { lesson, why: `${first} ${missing}${lesson ? "; this is the nearest that is." : "."}` };
}

/** @param {number} missed */
function advised(missed) {
  const { lesson, why } = advice(missed);
  const reason = element("p", {}, why);
  if (!lesson) return [reason];
  const link = element("a", { href: lesson.href }, `Start with lesson ${lesson.number}: ${lesson.title}`);
  return [element("p", {}, element("strong", {}, link)), reason];
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
  answer.replaceChildren(...advised(right.indexOf(false)));
  answer.focus();
});
place.replaceChildren(form);
