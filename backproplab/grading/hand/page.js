// The page on which people mark: one answer after another, by keyboard alone if one likes.
//
// What students wrote arrives as text and is put into the page as text. A mark is a draft in this browser from
// the first key on, and stays one until the server has said that it is saved.

/**
 * @typedef {{ id: string, kind: string, author: string, time: string, points: number | null, comment: string }}
 *   Mark
 * @typedef {{ name: string, type: string, data: string }} Picture
 * @typedef {{ type: string, text: string, pictures: Picture[] }} Cell
 * @typedef {{ key: string, label: string, cells: Cell[], notes: string[], answer: string, automatic: string,
 *   waiting: boolean, stale: string, mark: Mark | null, version: string, conflicts: Mark[], history: Mark[] }}
 *   View
 * @typedef {{ id: string, title: string, points: number, by_hand: boolean, prompt: string, model: string,
 *   given: number, waiting: number, stale: number, answers: number }} Question
 * @typedef {{ key: string, label: string, waiting: boolean, conflict: boolean }} Sheet
 * @typedef {{ question: Question, sheets: Sheet[], comments: string[], version: string }} Listed
 * @typedef {{ set: string, anonymous: boolean, questions: Question[], faults: string[] }} Overview
 * @typedef {{ points: string, comment: string, replaces: string, answer: string, id: string, send: boolean,
 *   author: string }} Draft
 * @typedef {{ question: string, key: string, points: number | null, comment: string }} Step
 */

const RETRY = 2000; // milliseconds until a mark that did not reach the server is sent again
const TOKEN = new URLSearchParams(location.search).get("token") ?? "";
const AUTHOR = "backproplab-mark-author";
const LETTERS = "backproplab-mark-letters";

class Lost extends Error {}

/** An answer of the server's that is no yes. */
class Refused extends Error {
  /** @param {number} status @param {any} content */
  constructor(status, content) {
    super(content?.error ?? "");
    this.status = status;
    this.content = content;
  }
}

/** @template {HTMLElement} T @param {string} id @param {new () => T} kind @returns {T} */
function element(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`no ${id}`);
  return found;
}

const page = {
  title: element("title", HTMLElement),
  question: element("question", HTMLSelectElement),
  author: element("author", HTMLInputElement),
  progress: element("progress", HTMLElement),
  faults: element("faults", HTMLElement),
  prompt: element("prompt", HTMLElement),
  model: element("model", HTMLElement),
  label: element("label", HTMLElement),
  standing: element("standing", HTMLElement),
  notes: element("notes", HTMLElement),
  answer: element("answer", HTMLElement),
  conflict: element("conflict", HTMLElement),
  form: element("form", HTMLFormElement),
  range: element("range", HTMLElement),
  points: element("points", HTMLInputElement),
  commentLabel: element("comment-label", HTMLElement),
  comment: element("comment", HTMLTextAreaElement),
  status: element("status", HTMLElement),
  drafts: element("drafts", HTMLElement),
  comments: element("comments", HTMLOListElement),
  commentsText: element("comments-text", HTMLTextAreaElement),
  history: element("history", HTMLOListElement),
  keys: element("keys", HTMLDetailsElement),
  letters: element("letters", HTMLInputElement),
};

/** @type {Overview | undefined} */
let overview;
/** @type {Listed | undefined} */
let listed;
/** @type {View | undefined} */
let view;
/** @type {Step[]} */
const done = [];
let saving = false;

/**
 * Ask the server. Lost if it is not reached, Refused if it says no.
 * @param {string} path
 * @param {object} [body] with one, something is sent
 * @returns {Promise<any>}
 */
async function ask(path, body) {
  /** @type {RequestInit} */
  const request = { headers: { "X-Token": TOKEN }, cache: "no-store" };
  if (body) {
    request.method = "POST";
    request.headers = { "X-Token": TOKEN, "Content-Type": "application/json" };
    request.body = JSON.stringify(body);
  }
  let response;
  let content;
  try {
    response = await fetch(path, request);
    content = await response.json();
  } catch {
    throw new Lost();
  }
  if (!response.ok) throw new Refused(response.status, content);
  return content;
}

/** @param {string} text */
function say(text) {
  page.status.textContent = text;
}

/** @param {unknown} error */
function sayWhy(error) {
  if (error instanceof Lost) {
    say(
      "The server is not reached: is `backproplab mark` still running? What you typed is kept in this browser.",
    );
  } else if (error instanceof Refused) say(error.message);
  else throw error;
}

/** @param {string} name @param {string} text @param {string} [kind] */
function made(name, text, kind = "") {
  const node = document.createElement(name);
  node.textContent = text;
  if (kind) node.className = kind;
  return node;
}

/** @param {number} points */
function inWords(points) {
  return points === 1 ? "1 point" : `${points} points`;
}

/** @param {Mark} mark */
function told(mark) {
  const when = new Date(mark.time).toLocaleString();
  const given = mark.points === null ? "took the mark back" : `gave ${inWords(mark.points)}`;
  const what = mark.kind === "settled" ? "left it as it was" : given;
  const besides = mark.kind === "conflict" ? ", which did not come to count" : "";
  return `${mark.author} ${what}${besides}, ${when}${mark.comment ? `: ${mark.comment}` : ""}`;
}

// ---- drafts ----

/** @param {string} question @param {string} key */
function place(question, key) {
  return `backproplab-mark:${overview?.set}:${question}:${key}`;
}

/** @param {string} name @returns {Draft | null} */
function draftAt(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? "null");
  } catch {
    return null;
  }
}

/** @returns {[string, string, Draft][]} question, key and draft of each that this browser has */
function drafts() {
  const begin = `backproplab-mark:${overview?.set}:`;
  /** @type {[string, string, Draft][]} */
  const found = [];
  for (const name of Object.keys(localStorage)) {
    const draft = name.startsWith(begin) ? draftAt(name) : null;
    const cut = name.lastIndexOf(":");
    if (draft) found.push([name.slice(begin.length, cut), name.slice(cut + 1), draft]);
  }
  return found;
}

function newId() {
  return crypto.randomUUID().replaceAll("-", "");
}

/** Keep what stands in the fields. @param {boolean} send is it to be saved as soon as the server is there? */
function keepDraft(send = false) {
  if (!view || !listed) return;
  const name = place(listed.question.id, view.key);
  const before = draftAt(name);
  const points = page.points.value.trim();
  const comment = page.comment.value;
  /** @type {Draft} */
  const draft = {
    points,
    comment,
    replaces: before?.replaces ?? view.version,
    answer: before?.answer ?? view.answer,
    // The same mark sent twice is saved once, so another one needs another id.
    id: before && before.points === points && before.comment === comment ? before.id : newId(),
    send,
    author: page.author.value.trim(),
  };
  try {
    localStorage.setItem(name, JSON.stringify(draft));
  } catch {
    say("This browser keeps no drafts: save before you leave this answer.");
  }
  showDrafts();
}

/** @param {string} question @param {string} key */
function dropDraft(question, key) {
  localStorage.removeItem(place(question, key));
  showDrafts();
}

function showDrafts() {
  const count = drafts().length;
  page.drafts.textContent = count
    ? `Not saved yet, and kept in this browser: ${count} ${count === 1 ? "mark" : "marks"}.`
    : "";
}

// ---- showing ----

/** @param {Question} question */
function named(question) {
  const waiting = question.waiting ? `, ${question.waiting} to mark` : "";
  return `${question.id} ${question.title}`.trim() + waiting;
}

function showProgress() {
  if (!listed) return;
  const { question } = listed;
  const parts = question.by_hand
    ? [`${question.given} of ${question.given + question.waiting} marked`]
    : [`${question.answers} answers, ${question.given} overridden`];
  if (question.stale) parts.push(`${question.stale} to look at again`);
  const untouched = question.answers - question.given - question.waiting;
  if (question.by_hand && untouched) parts.push(`${untouched} as handed out`);
  const at = listed.sheets.findIndex((sheet) => sheet.key === view?.key);
  if (at >= 0) parts.push(`this is ${at + 1} of ${listed.sheets.length}`);
  page.progress.textContent = `${parts.join(", ")}.`;
}

function showComments() {
  if (!listed) return;
  page.comments.replaceChildren(
    ...listed.comments.map((comment, at) => {
      const item = document.createElement("li");
      const button = made("button", comment);
      button.setAttribute("type", "button");
      if (at < 9) button.setAttribute("aria-keyshortcuts", `${at + 1}`);
      button.addEventListener("click", () => reuse(at));
      item.append(button);
      return item;
    }),
  );
  if (document.activeElement !== page.commentsText) page.commentsText.value = listed.comments.join("\n");
}

/** @param {Cell} cell */
function shownCell(cell) {
  const node = made("div", cell.text, cell.type === "code" ? "cell code" : "cell");
  for (const picture of cell.pictures) {
    const image = document.createElement("img");
    image.src = `data:${picture.type};base64,${picture.data}`;
    image.alt = `A picture that the student put in: ${picture.name}`;
    node.append(image);
  }
  return node;
}

function showView() {
  if (!view || !listed) return;
  const { question } = listed;
  page.label.textContent = view.label;
  const standing = [];
  if (view.mark) standing.push(told(view.mark));
  else if (view.waiting) standing.push("Not marked yet");
  if (view.stale) standing.push(`This mark does not count any more: ${view.stale}. Look again`);
  if (view.automatic) standing.push(`The grader says: ${view.automatic}`);
  page.standing.textContent = `${standing.join(". ")}.`;
  page.notes.replaceChildren(...view.notes.map((note) => made("p", note, "note")));
  page.answer.replaceChildren(...view.cells.map(shownCell));
  page.history.replaceChildren(...view.history.map((mark) => made("li", told(mark))));
  page.range.textContent = `0 to ${question.points}, halves too`;
  page.commentLabel.textContent = question.by_hand ? "Comment, for the student" : "Reason, for the student";
  const draft = draftAt(place(question.id, view.key));
  page.points.value = draft?.points ?? `${view.mark?.points ?? ""}`;
  page.comment.value = draft?.comment ?? view.mark?.comment ?? "";
  showConflict(draft);
  if (draft) say("A draft of yours, which is not saved yet, stands in the fields.");
  showProgress();
  showDrafts();
}

/** @param {Draft | null} draft */
function showConflict(draft) {
  page.conflict.hidden = true;
  if (!view) return;
  const behind = draft !== null && draft.replaces !== view.version;
  const lines = view.conflicts.map((mark) => made("p", `In conflict with it: ${told(mark)}.`));
  if (!behind && !lines.length) return;
  const counts = view.mark ? `What counts: ${told(view.mark)}.` : "What counts: no mark.";
  const mine =
    behind && draft ? `${draft.points || "no"} points${draft.comment ? `: ${draft.comment}` : ""}` : "";
  page.conflict.replaceChildren(
    made("p", "Somebody else has marked this answer since you looked at it. Both marks are kept; decide."),
    made("p", counts),
    ...lines,
    ...(behind ? [made("p", `In your fields: ${mine}.`)] : []),
    choice("Keep what counts", settle),
    choice("Let my fields count instead", () => save({ knowingly: true })),
  );
  page.conflict.hidden = false;
}

/** @param {string} text @param {() => unknown} act */
function choice(text, act) {
  const button = made("button", text);
  button.setAttribute("type", "button");
  button.addEventListener("click", () => guarded(act));
  return button;
}

// ---- going about ----

/** @param {string} [question] */
async function list(question = page.question.value) {
  listed = /** @type {Listed} */ (await ask(`api/answers?question=${encodeURIComponent(question)}`));
  const option = page.question.selectedOptions[0];
  if (option?.value === listed.question.id) option.textContent = named(listed.question);
  page.prompt.textContent = listed.question.prompt || listed.question.title || listed.question.id;
  page.model.textContent = listed.question.model;
  showComments();
}

/** @param {string} key @param {boolean} [focus] */
async function go(key, focus = true) {
  if (!listed) return;
  const { id } = listed.question;
  view = /** @type {View} */ (
    await ask(`api/answer?question=${encodeURIComponent(id)}&key=${encodeURIComponent(key)}`)
  );
  history.replaceState(null, "", `?token=${TOKEN}#${encodeURIComponent(id)}/${key}`);
  showView();
  if (focus) page.label.focus();
}

/** @param {number} step */
async function move(step) {
  if (!listed?.sheets.length) return;
  const at = listed.sheets.findIndex((sheet) => sheet.key === view?.key);
  const to = listed.sheets[at + step];
  say("");
  if (to) await go(to.key);
  else say(step > 0 ? "This is the last answer." : "This is the first answer.");
}

/** Go to the next answer that waits for a mark, from the beginning again behind the last. */
async function moveOn() {
  if (!listed) return;
  await list(listed.question.id);
  const at = listed.sheets.findIndex((sheet) => sheet.key === view?.key);
  const around = [...listed.sheets.slice(at + 1), ...listed.sheets.slice(0, at + 1)];
  const to = around.find((sheet) => sheet.waiting || sheet.conflict);
  if (to) return go(to.key);
  const said = page.status.textContent ?? "";
  if (view) await go(view.key); // as it is now, and out of the field in which it was saved
  say(`${said} No answer to this question waits for a mark.`.trim());
}

/** @param {string} question @param {string} [key] */
async function choose(question, key = "") {
  page.question.value = question;
  view = undefined;
  await list(question);
  const there = listed?.sheets.find((sheet) => sheet.key === key);
  const first = there ?? listed?.sheets.find((sheet) => sheet.waiting) ?? listed?.sheets[0];
  if (first) return go(first.key, false);
  page.label.textContent = "No answer yet";
  page.answer.replaceChildren();
  showProgress();
}

// ---- marking ----

/** @returns {number | null} NaN if it is no number, null if the field is empty */
function pointsInField() {
  const text = page.points.value.trim().replace(",", ".");
  return text === "" ? null : /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

/**
 * Save what stands in the fields, and go on.
 * @param {{ knowingly?: boolean }} [options] knowingly: in place of the mark that has come between
 */
async function save({ knowingly = false } = {}) {
  if (!view || !listed || saving) return;
  const points = pointsInField();
  if (!page.author.value.trim()) {
    page.author.focus();
    return say("Say who you are first: each mark has a name.");
  }
  if (points === null || Number.isNaN(points)) {
    page.points.focus();
    return say(`Give points first, from 0 to ${listed.question.points}; halves too.`);
  }
  keepDraft(true);
  const question = listed.question.id;
  const { key } = view;
  if (knowingly) {
    const draft = draftAt(place(question, key));
    if (draft) {
      draft.replaces = view.version;
      draft.id = newId(); // that of the conflict is taken
      localStorage.setItem(place(question, key), JSON.stringify(draft));
    }
  }
  const before = { points: view.mark?.points ?? null, comment: view.mark?.comment ?? "" };
  if (await send(question, key, draftAt(place(question, key)))) {
    done.push({ question, key, ...before });
    try {
      await moveOn();
    } catch (error) {
      sayWhy(error);
    }
  }
}

/**
 * Send a draft; it is dropped once the server has it. True if it counts now.
 * @param {string} question @param {string} key @param {Draft | null} draft
 */
async function send(question, key, draft) {
  if (!draft) return false;
  saving = true;
  const points = Number(draft.points.replace(",", "."));
  try {
    await ask("api/mark", { question, key, ...draft, points });
    dropDraft(question, key);
    say("Saved.");
    return true;
  } catch (error) {
    if (error instanceof Refused && error.status === 409) await differ(error, question, key, draft);
    else if (error instanceof Lost) {
      say("Not saved: the server is not reached. Your mark is kept in this browser, and sent again.");
      setTimeout(sendAgain, RETRY);
    } else {
      if (error instanceof Refused && error.status === 400) {
        localStorage.setItem(place(question, key), JSON.stringify({ ...draft, send: false }));
      }
      sayWhy(error);
    }
    return false;
  } finally {
    saving = false;
  }
}

/**
 * Somebody has come between, or the answer is another one: the fields stay, and a person decides.
 * @param {Refused} error @param {string} question @param {string} key @param {Draft} draft
 */
async function differ(error, question, key, draft) {
  const changed = error.content.changed === true;
  /** @type {Draft} */
  const kept = { ...draft, send: false };
  if (changed) delete (/** @type {Partial<Draft>} */ (kept).answer); // the next look at it is what counts
  localStorage.setItem(place(question, key), JSON.stringify(kept));
  if (listed?.question.id !== question || view?.key !== key) return;
  await go(key, false);
  say(
    changed
      ? error.message
      : "Not counted: somebody else has marked this answer since. Both marks are kept; decide above.",
  );
  if (!changed) page.conflict.querySelector("button")?.focus();
}

/** Send what could not be sent. */
async function sendAgain() {
  for (const [question, key, draft] of drafts()) {
    if (!draft.send || saving) continue;
    const saved = await send(question, key, draft);
    if (!saved && draftAt(place(question, key))?.send) return; // the server is still not reached
  }
  if (listed && !drafts().some(([, , draft]) => draft.send)) {
    try {
      await list(listed.question.id);
      if (view) await go(view.key, false);
    } catch (error) {
      sayWhy(error);
    }
  }
}

async function settle() {
  if (!view || !listed) return;
  const question = listed.question.id;
  const { key } = view;
  view = await ask("api/settle", { question, key, author: page.author.value, id: newId() });
  dropDraft(question, key);
  showView();
  say("What counted goes on counting.");
  page.label.focus();
}

/** Put a mark back as it was before what was saved last. */
async function undo() {
  const last = done.pop();
  if (!last) return say("There is nothing to undo since this page was opened.");
  if (listed?.question.id !== last.question) {
    page.question.value = last.question;
    await list(last.question);
  }
  await go(last.key);
  await put(last.points, last.comment, "Undone.");
}

async function takeBack() {
  if (!view?.mark) return say("There is no mark to take back.");
  if (listed) {
    done.push({
      question: listed.question.id,
      key: view.key,
      points: view.mark.points,
      comment: view.mark.comment,
    });
  }
  await put(null, "", "Taken back.");
}

/** @param {number | null} points @param {string} comment @param {string} said */
async function put(points, comment, said) {
  if (!view || !listed) return;
  const question = listed.question.id;
  const { key, version, answer } = view;
  const author = page.author.value;
  try {
    await ask("api/mark", { question, key, points, comment, author, replaces: version, answer, id: newId() });
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 409) throw error;
    await go(key);
    return say("Not counted: somebody else has marked this answer since. Decide above.");
  }
  dropDraft(question, key);
  await list(question);
  await go(key);
  say(said);
}

/** @param {number} at */
function reuse(at) {
  const comment = listed?.comments[at];
  if (!comment) return;
  const found = /^\s*(\d+(?:[.,]5)?)\s*\|\s*/.exec(comment);
  const text = found ? comment.slice(found[0].length) : comment;
  if (found?.[1]) page.points.value = found[1];
  const before = page.comment.value.trimEnd();
  page.comment.value = before ? `${before}\n${text}` : text;
  keepDraft();
  say(`Used: ${comment}`);
}

/** @param {number} points */
function setPoints(points) {
  if (!listed) return;
  page.points.value = `${Math.min(Math.max(points, 0), listed.question.points)}`;
  keepDraft();
  say(`${page.points.value} of ${inWords(listed.question.points)}, not saved yet.`);
}

async function keepComments() {
  if (!listed) return;
  const comments = page.commentsText.value.split("\n").filter((line) => line.trim());
  const question = listed.question.id;
  const author = page.author.value;
  listed = await ask("api/comments", { question, comments, author, replaces: listed.version });
  page.commentsText.blur();
  showComments();
  say("The comments are kept.");
}

// ---- keys ----

/** @type {Record<string, () => unknown>} */
const KEYS = {
  p: () => page.points.select(),
  c: () => page.comment.focus(),
  f: () => setPoints(listed?.question.points ?? 0),
  0: () => setPoints(0),
  "+": () => setPoints((pointsInField() || 0) + 0.5),
  "-": () => setPoints((pointsInField() || 0) - 0.5),
  s: () => save(),
  j: () => move(1),
  k: () => move(-1),
  n: () => moveOn(),
  u: () => undo(),
  "?": () => {
    page.keys.open = true;
    page.keys.querySelector("summary")?.focus();
  },
};

/** @param {() => unknown} act */
async function guarded(act) {
  try {
    await act();
  } catch (error) {
    sayWhy(error);
  }
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const { target } = event;
  const inField =
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && target.type !== "checkbox");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    if (target === page.commentsText) guarded(keepComments);
    else guarded(save);
  } else if (event.key === "Escape" && inField) page.label.focus();
  else if (!inField && page.letters.checked && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const act = /^[1-9]$/.test(event.key) ? () => reuse(Number(event.key) - 1) : KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    guarded(act);
  }
}

/** @param {string} id @param {() => unknown} act */
function onClick(id, act) {
  element(id, HTMLButtonElement).addEventListener("click", () => guarded(act));
}

async function begin() {
  page.author.value = localStorage.getItem(AUTHOR) ?? "";
  page.letters.checked = localStorage.getItem(LETTERS) !== "no";
  document.addEventListener("keydown", onKey);
  page.form.addEventListener("submit", (event) => {
    event.preventDefault();
    guarded(save);
  });
  for (const field of [page.points, page.comment]) field.addEventListener("input", () => keepDraft());
  page.author.addEventListener("input", () => localStorage.setItem(AUTHOR, page.author.value));
  page.letters.addEventListener("change", () =>
    localStorage.setItem(LETTERS, page.letters.checked ? "yes" : "no"),
  );
  page.question.addEventListener("change", () => guarded(() => choose(page.question.value)));
  onClick("full", () => setPoints(listed?.question.points ?? 0));
  onClick("previous", () => move(-1));
  onClick("next", () => move(1));
  onClick("unmarked", moveOn);
  onClick("undo", undo);
  onClick("take-back", takeBack);
  onClick("comments-save", keepComments);
  overview = /** @type {Overview} */ (await ask("api/questions"));
  page.title.textContent = `Marks by hand: ${overview.set}${overview.anonymous ? ", without names" : ""}`;
  document.title = page.title.textContent;
  page.faults.replaceChildren(...overview.faults.map((fault) => made("p", `${fault}.`)));
  page.faults.hidden = !overview.faults.length;
  page.question.replaceChildren(
    ...overview.questions.map((question) => {
      return new Option(named(question), question.id);
    }),
  );
  const [asked = "", key = ""] = location.hash.slice(1).split("/");
  const wanted = decodeURIComponent(asked);
  const known = overview.questions.some((question) => question.id === wanted);
  const first = known ? wanted : overview.questions[0]?.id;
  if (first) await choose(first, key);
  if (!page.author.value) page.author.focus();
  if (drafts().some(([, , draft]) => draft.send)) await sendAgain();
}

guarded(begin);
