// The review: questions of all lessons that were done, mixed. What was answered wrong comes again soon, what was
// answered rightly later and later; and what touches a mistake that the reader has made comes first.

import { card, element, given, replies } from "./card.js";

/**
 * @import { Lesson, Question } from "./card.js"
 * @typedef {{ box: number, due: number, wrong: number }} Known Of a question: how often right in a row, when it is due.
 */

const KEY = "course review";
const EVERYTHING = "course review everything";
const SLIPS = "course review slips";
const MINUTE = 60_000;
const AGAIN = 10 * MINUTE; // after a wrong answer
const DAYS = [1, 3, 7, 16, 35]; // after the first right answer, the second, and so on

const place = /** @type {HTMLElement} */ (document.getElementById("practice"));
const data =
  /** @type {{ lessons: Lesson[], questions: Question[], slips: Record<string, string>, made: Record<string, string[]> }} */ (
    given()
  );

/**
 * @template T
 * @param {string} key
 * @param {T} otherwise
 * @returns {T}
 */
const read = (key, otherwise) => JSON.parse(localStorage.getItem(key) ?? "null") ?? otherwise;
/** @param {string} page */
const onSite = (page) =>
  /** @type {{ finished?: boolean, answers?: Record<string, { checked: number[] }> }} */ (
    read(`course done ${page}`, {})
  );

/** @param {Lesson} lesson */
const isDone = (lesson) => lesson.done ?? Boolean(onSite(lesson.page).finished);
/** @returns {Record<string, Known>} */
const known = () => read(KEY, {});

/**
 * How often each mistake was made: in exercises, in the quick checks of the site, and here.
 *
 * @returns {Record<string, number>}
 */
function mistakes() {
  /** @type {Record<string, number>} */
  const times = { ...read(SLIPS, {}) };
  for (const [slug, where] of Object.entries(data.made)) times[slug] = (times[slug] ?? 0) + where.length;
  for (const question of data.questions) {
    const lesson = data.lessons.find((one) => one.number === question.lesson);
    const { text, choices } = question;
    const answers = (lesson && onSite(lesson.page).answers) ?? {};
    for (const choice of answers[JSON.stringify([text, choices])]?.checked ?? []) {
      const slip = replies(question)[choice]?.slip;
      if (slip) times[slip] = (times[slip] ?? 0) + 1;
    }
  }
  return times;
}

/**
 * The questions in the order in which to ask them, those that are not due left out.
 *
 * @param {Question[]} questions
 * @param {number} now
 */
function queue(questions, now) {
  const before = known();
  const made = mistakes();
  /** @param {Question} one */
  const slips = (one) => Math.max(0, ...one.slips.map((slug) => made[slug] ?? 0));
  /** @param {Question} one */
  const rank = (one) => [slips(one), before[one.id]?.wrong ?? 0, before[one.id] ? 1 : 0];
  return questions
    .filter((one) => (before[one.id]?.due ?? 0) <= now)
    .map((one) => ({ one, rank: rank(one), mixed: one.id })) // an id is a hash: lessons are mixed, the same each time
    .sort((a, b) => {
      const at = a.rank.findIndex((value, index) => value !== b.rank[index]);
      return at >= 0 ? b.rank[at] - a.rank[at] : a.mixed.localeCompare(b.mixed);
    })
    .map(({ one }) => one);
}

/**
 * Remember a first answer, and when to ask again.
 *
 * @param {Question} question
 * @param {boolean} right
 * @param {string} slip
 */
function remember(question, right, slip) {
  const now = Date.now();
  const { box, wrong } = known()[question.id] ?? { box: 0, wrong: 0 };
  const days = DAYS[Math.min(box, DAYS.length - 1)];
  const next = right
    ? { box: box + 1, due: now + days * 24 * 60 * MINUTE, wrong }
    : { box: 0, due: now + AGAIN, wrong: wrong + 1 };
  localStorage.setItem(KEY, JSON.stringify({ ...known(), [question.id]: next }));
  if (slip) {
    const made = read(SLIPS, /** @type {Record<string, number>} */ ({}));
    localStorage.setItem(SLIPS, JSON.stringify({ ...made, [slip]: (made[slip] ?? 0) + 1 }));
  }
  return right ? `Asked again in ${days} ${days === 1 ? "day" : "days"}.` : "Asked again in ten minutes.";
}

/**
 * The mistake that brought a question up, and where it was made; not before the answer, which it would give away.
 *
 * @param {Question} question
 * @param {Record<string, number>} made Before this answer.
 */
function reminder(question, made) {
  const slug = question.slips.find((one) => made[one]);
  if (!slug) return [];
  const where = data.made[slug]?.length ? `, in ${data.made[slug].join(", ")}` : "";
  const text = `This question came early because of a mistake that you have made before${where}: ${data.slips[slug]}`;
  return [element("p", { class: "practice-slip" }, text)];
}

/** @param {boolean} [focus] */
function show(focus = false) {
  const everything = read(EVERYTHING, false);
  const lessons = data.lessons.filter((one) => everything || isDone(one));
  const asked = data.questions.filter((one) => lessons.some(({ number }) => number === one.lesson));
  const due = queue(asked, Date.now());
  const scope = element("button", { type: "button" });
  scope.textContent = everything ? "Ask about finished lessons alone" : "Ask about all lessons";
  scope.addEventListener("click", () => {
    localStorage.setItem(EVERYTHING, JSON.stringify(!everything));
    show(true);
  });
  const standing = element("p", { role: "status", class: "practice-standing" });
  const count = `${due.length} of ${asked.length} questions are due, from ${lessons.length} ${lessons.length === 1 ? "lesson" : "lessons"}.`;
  standing.textContent = lessons.length
    ? count
    : "You have not finished a lesson yet, so there is nothing to review.";
  place.replaceChildren(standing, ...(due.length ? [ask(due[0], focus)] : [rest(asked)]), scope);
}

/** @param {Question[]} asked */
function rest(asked) {
  const before = known();
  const next = Math.min(...asked.map((one) => before[one.id]?.due ?? Number.POSITIVE_INFINITY));
  const when = new Date(next).toLocaleString("en", { dateStyle: "long", timeStyle: "short" });
  return element(
    "p",
    {},
    Number.isFinite(next) ? `Nothing is due now. The next question is due on ${when}.` : "",
  );
}

/**
 * @param {Question} question
 * @param {boolean} focus
 */
function ask(question, focus) {
  const lesson = data.lessons.find((one) => one.number === question.lesson);
  const one = card(question, `Lesson ${question.lesson}: ${lesson?.title}`);
  const check = element("button", { type: "submit" }, "Check");
  const said = element("p", { role: "status" });
  const form = element("form", {}, one.node, element("p", {}, check), said);
  const made = mistakes();
  let first = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const choice = one.chosen();
    if (choice < 0) {
      said.textContent = "Choose an answer first.";
      return;
    }
    one.tell(choice);
    const { right, slip } = replies(question)[choice];
    if (!first) return;
    first = false;
    said.replaceChildren(remember(question, right, slip), " ");
    if (lesson) said.append(element("a", { href: lesson.href }, `Read lesson ${lesson.number} again`));
    said.after(...reminder(question, made));
    check.after(" ", next);
  });
  const next = element("button", { type: "button" }, "Next question");
  next.addEventListener("click", () => show(true));
  if (focus) queueMicrotask(() => one.legend.focus());
  return form;
}

show();
