// What a reader has done stays in the browser: answers to quick checks, pages finished. The course map shows it.
{
  /** @typedef {{ chosen: number | null, checked: number[] }} Answer To a question. */
  /** @typedef {{ finished?: boolean, right?: number, asked?: number, answers?: Record<string, Answer> }} Done */
  /** @typedef {{ text: unknown, choices: unknown }} Question */
  /** @typedef {{ asked: Question[], sealed?: string, chosen: (number | null)[], checked: number[][] }} State Of a quiz if sealed. */

  const KEY = "course done ";
  const page = document.querySelector("meta[name=course-page]")?.getAttribute("content") ?? "";

  /**
   * @param {string} name
   * @returns {Done}
   */
  const done = (name) => JSON.parse(localStorage.getItem(KEY + name) ?? "{}");
  /** @param {Done} more */
  const keep = (more) => localStorage.setItem(KEY + page, JSON.stringify({ ...done(page), ...more }));

  /**
   * @param {string} sealed
   * @returns {{ right: boolean }[][]} By question, by choice.
   */
  const replies = (sealed) => JSON.parse(atob(sealed));

  /**
   * What an answer is kept by: once the words change, it is another question, wherever it stands. review.js reads it too.
   *
   * @param {Question} question
   */
  const words = ({ text, choices }) => JSON.stringify([text, choices]);

  document.addEventListener("lesson-widget-waking", (event) => {
    const state = /** @type {CustomEvent<State>} */ (event).detail;
    const { answers } = done(page);
    if (!state.sealed || !answers) return;
    for (const [at, question] of state.asked.entries()) {
      const answer = answers[words(question)];
      if (answer) [state.chosen[at], state.checked[at]] = [answer.chosen, answer.checked];
    }
  });

  document.addEventListener("lesson-widget-saved", (event) => {
    const { asked, sealed, chosen, checked } = /** @type {CustomEvent<State>} */ (event).detail;
    if (!sealed) return;
    const answers = Object.fromEntries(
      asked.map((question, at) => [words(question), { chosen: chosen[at], checked: checked[at] }]),
    );
    const questions = replies(sealed);
    const right = checked.filter((tries, at) => tries.some((choice) => questions[at][choice].right)).length;
    keep({ answers, right, asked: questions.length });
    if (right === questions.length) finish(true);
  });

  /** @type {HTMLButtonElement | null} */
  let button = null;
  /** @param {boolean} finished */
  const finish = (finished) => {
    keep({ finished });
    show();
  };
  const show = () => {
    const finished = Boolean(done(page).finished);
    button?.setAttribute("aria-pressed", String(finished));
    if (button) button.textContent = finished ? "✓ Finished" : "I have finished this page";
  };
  if (/^(notebooks\/\d|exercises\/)/.test(page)) {
    button = document.createElement("button");
    button.className = "course-finish";
    button.addEventListener("click", () => finish(!done(page).finished));
    document.querySelector("article")?.append(button);
    show();
  }

  /** @param {Done} one */
  const standing = ({ finished, right, asked }) =>
    finished ? "✓ finished" : asked ? `${right} of ${asked} questions` : "";
  const links = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("a[data-page]"));
  for (const link of links) {
    const said = standing(done(link.dataset.page ?? ""));
    if (!said) continue;
    const mark = document.createElement("span");
    mark.className = "course-done";
    mark.textContent = said;
    link.after(" ", mark);
  }
  const finished = [...links].filter((link) => done(link.dataset.page ?? "").finished).length;
  const place = document.querySelector(".course-progress");
  if (place) place.textContent = `You have finished ${finished} of ${links.length} pages.`;
}
