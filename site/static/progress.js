// What a reader has done stays in the browser: answers to quick checks, pages finished. The course map shows it.
{
  /** @typedef {{ finished?: boolean, right?: number, asked?: number, chosen?: unknown[], checked?: number[][] }} Done */
  /** @typedef {{ sealed?: string, chosen?: unknown[], checked?: number[][] }} State Of a widget; of a quiz if sealed. */

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

  document.addEventListener("lesson-widget-waking", (event) => {
    const state = /** @type {CustomEvent<State>} */ (event).detail;
    const { chosen, checked } = done(page);
    if (!state.sealed || !chosen || !checked) return;
    const questions = replies(state.sealed);
    const fits = checked.every((tries, at) => tries.every((choice) => questions[at]?.[choice]));
    if (fits && checked.length === questions.length) Object.assign(state, { chosen, checked });
  });

  document.addEventListener("lesson-widget-saved", (event) => {
    const { sealed, chosen, checked } = /** @type {CustomEvent<State>} */ (event).detail;
    if (!sealed || !chosen || !checked) return;
    const questions = replies(sealed);
    const right = checked.filter((tries, at) => tries.some((choice) => questions[at][choice].right)).length;
    keep({ chosen, checked, right, asked: questions.length });
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
  const words = ({ finished, right, asked }) =>
    finished ? "✓ finished" : asked ? `${right} of ${asked} questions` : "";
  const links = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("a[data-page]"));
  for (const link of links) {
    const said = words(done(link.dataset.page ?? ""));
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
