// The page on which people mark: one answer after another, by keyboard alone if one likes.
//
// What students wrote arrives as text and is put into the page as text. A mark is a draft in this browser from
// the first key on, and stays one until the server has said that this very text is saved, or it is thrown away.

/**
 * @typedef {{ id: string, kind: string, author: string, time: string, points: number | null, comment: string,
 *   chosen: string }} Mark
 * @typedef {{ name: string, type: string, data: string }} Picture
 * @typedef {{ type: string, text: string, pictures: Picture[] }} Cell
 * @typedef {{ question: string, key: string, label: string, out_of: number, cells: Cell[], notes: string[], answer: string, automatic: string,
 *   waiting: boolean, stale: string, mark: Mark | null, version: string, conflicts: Mark[], history: Mark[] }}
 *   View
 * @typedef {{ id: string, title: string, points: number, by_hand: boolean, prompt: string, model: string,
 *   given: number, waiting: number, stale: number, conflicts: number, answers: number }} Question
 * @typedef {{ key: string, label: string, waiting: boolean, conflict: boolean }} Sheet
 * @typedef {{ question: Question, sheets: Sheet[], comments: string[], version: string }} Listed
 * @typedef {{ set: string, place: string, anonymous: boolean, questions: Question[], faults: string[] }} Overview
 * @typedef {{ points: string, comment: string, replaces: string, answer: string, out_of: number, id: string,
 *   send: boolean, author: string }} Draft
 * @typedef {{ question: string, key: string, mark: string }} Step what was saved, by its id
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
  discard: element("discard", HTMLButtonElement),
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
/** Drafts for which this browser has no room, by place. @type {Map<string, Draft>} */
const unkept = new Map();
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
      `The server is not reached: is \`backproplab mark\` still running? What stands in the fields is kept ${whereKept()}.`,
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
  const decided = mark.chosen ? "decided that the mark in conflict counts" : "left it as it was";
  const undone = "undid what they had saved";
  const what = mark.kind === "settled" ? decided : mark.kind === "undone" ? undone : given;
  const besides = mark.kind === "conflict" ? ", which did not come to count" : "";
  return `${mark.author} ${what}${besides}, ${when}${mark.comment ? `: ${mark.comment}` : ""}`;
}

// ---- drafts ----

/** What this browser keeps; null where a reader has blocked what sites keep. */
const kept = (() => {
  try {
    return localStorage;
  } catch {
    return null;
  }
})();

/** Keep a setting for the next visit, where there is room. @param {string} name @param {string} text */
function keepSetting(name, text) {
  try {
    kept?.setItem(name, text);
  } catch {} // full: it holds for this visit
}

/** @param {string} question @param {string} key */
function place(question, key) {
  return `backproplab-mark:${overview?.place}:${question}:${key}`;
}

/** @param {string} name @param {Draft} draft */
function putDraft(name, draft) {
  unkept.delete(name);
  try {
    localStorage.setItem(name, JSON.stringify(draft));
  } catch {
    unkept.set(name, { ...draft });
    say("This browser keeps no drafts: save before you leave this page.");
  }
}

/** Where is what was not saved? */
function whereKept() {
  return unkept.size ? "on this page alone" : "in this browser";
}

/** @param {string} name @returns {Draft | null} */
function draftAt(name) {
  const here = unkept.get(name);
  if (here) return { ...here };
  try {
    return JSON.parse(localStorage.getItem(name) ?? "null");
  } catch {
    return null;
  }
}

/** @returns {[string, string, Draft][]} question, key and draft of each that this browser has */
function drafts() {
  const begin = `backproplab-mark:${overview?.place}:`;
  /** @type {[string, string, Draft][]} */
  const found = [];
  for (const name of new Set([...unkept.keys(), ...Object.keys(kept ?? {})])) {
    const draft = name.startsWith(begin) ? draftAt(name) : null;
    const cut = name.lastIndexOf(":");
    if (draft) found.push([name.slice(begin.length, cut), name.slice(cut + 1), draft]);
  }
  return found;
}

function newId() {
  return crypto.randomUUID().replaceAll("-", "");
}

/** Do the fields say what the answer has already? @param {string} points @param {string} comment */
function isAsItWas(points, comment) {
  return points === `${view?.mark?.points ?? ""}` && comment === (view?.mark?.comment ?? "");
}

/** Keep what stands in the fields. @param {boolean} send is it to be saved as soon as the server is there? */
function keepDraft(send = false) {
  if (!view) return;
  const name = place(view.question, view.key);
  const before = draftAt(name);
  const points = page.points.value.trim();
  const comment = page.comment.value;
  const behind = before !== null && before.replaces !== view.version;
  if (!send && !behind && isAsItWas(points, comment)) return dropDraft(view.question, view.key);
  /** @type {Draft} */
  const draft = {
    points,
    comment,
    replaces: before?.replaces ?? view.version,
    answer: before?.answer ?? view.answer,
    out_of: before?.out_of ?? view.out_of,
    // The same mark sent twice is saved once, so another one needs another id.
    id: before && before.points === points && before.comment === comment ? before.id : newId(),
    send,
    author: page.author.value.trim(),
  };
  putDraft(name, draft);
  showDrafts();
}

/**
 * Change what is said of a draft beside its text: that may be further than what was sent, and stays as it is.
 * @param {string} question @param {string} key @param {(draft: Draft) => void} change
 */
function amend(question, key, change) {
  const draft = draftAt(place(question, key));
  if (!draft) return;
  change(draft);
  putDraft(place(question, key), draft);
}

/** @param {string} question @param {string} key */
function dropDraft(question, key) {
  unkept.delete(place(question, key));
  kept?.removeItem(place(question, key));
  showDrafts();
}

function showDrafts() {
  const found = drafts();
  page.drafts.replaceChildren();
  page.discard.hidden = !view || !draftAt(place(view.question, view.key));
  if (!found.length) return;
  const count = `${found.length} ${found.length === 1 ? "mark" : "marks"}`;
  page.drafts.append(`Not saved yet, and kept ${whereKept()}: ${count}. `);
  for (const [question, key] of found) {
    const sheet = listed?.question.id === question ? listed.sheets.find((each) => each.key === key) : null;
    page.drafts.append(
      choice(`${question}, ${sheet?.label ?? key}`, () => choose(question, key)),
      " ",
    );
  }
}

/** Throw away what was typed about this answer, and show what is saved. */
function discard() {
  if (!view) return;
  dropDraft(view.question, view.key);
  showView();
  say("Thrown away.");
  page.label.focus();
}

// ---- showing ----

/** @param {Question} question */
function named(question) {
  const waiting = question.waiting ? `, ${question.waiting} to mark` : "";
  const conflicts = question.conflicts ? `, ${question.conflicts} in conflict` : "";
  return `${question.id} ${question.title}`.trim() + waiting + conflicts;
}

function showProgress() {
  if (!listed) return;
  const { question } = listed;
  const parts = question.by_hand
    ? [`${question.given} of ${question.given + question.waiting} marked`]
    : [`${question.answers} answers, ${question.given} overridden`];
  if (question.stale) parts.push(`${question.stale} to look at again`);
  if (question.conflicts) parts.push(`${question.conflicts} in conflict, to be decided`);
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
  page.range.textContent = `0 to ${view.out_of}, halves too`;
  page.commentLabel.textContent = question.by_hand ? "Comment, for the student" : "Reason, for the student";
  const draft = draftAt(place(view.question, view.key));
  fill(page.points, draft?.points ?? `${view.mark?.points ?? ""}`);
  fill(page.comment, draft?.comment ?? view.mark?.comment ?? "");
  page.points.disabled = page.comment.disabled = false;
  showConflict(draft);
  if (draft) say("A draft of yours, which is not saved yet, stands in the fields.");
  showProgress();
  showDrafts();
}

/**
 * Put a text into a field, in which somebody may be typing.
 * @param {HTMLInputElement | HTMLTextAreaElement} field @param {string} text
 */
function fill(field, text) {
  if (field.value !== text) field.value = text;
}

/** Show that there is no answer: nothing can be typed that would belong to none. */
function showNothing() {
  page.label.textContent = "No answer yet";
  for (const part of [page.standing, page.notes, page.answer, page.history, page.range])
    part.replaceChildren();
  page.points.value = page.comment.value = "";
  page.points.disabled = page.comment.disabled = true;
  page.conflict.hidden = true;
  showProgress();
  showDrafts();
}

/** @param {Draft | null} draft */
function showConflict(draft) {
  page.conflict.hidden = true;
  if (!view) return;
  const behind = draft !== null && draft.replaces !== view.version;
  const others = view.conflicts.filter((mark) => mark.id !== draft?.id); // that one stands in the fields
  const lines = view.conflicts.map((mark) => made("p", `In conflict with it: ${told(mark)}.`));
  if (!behind && !lines.length) return;
  const counts = view.mark ? `What counts: ${told(view.mark)}.` : "What counts: no mark.";
  const mine =
    behind && draft ? `${draft.points || "no"} points${draft.comment ? `: ${draft.comment}` : ""}` : "";
  page.conflict.replaceChildren(
    made(
      "p",
      behind
        ? "Somebody else has marked this answer since you looked at it. Both marks are kept; decide."
        : "People have marked this answer without having seen each other's marks. All are kept; decide.",
    ),
    made("p", counts),
    ...lines,
    ...(behind ? [made("p", `In your fields: ${mine}.`)] : []),
    choice("Keep what counts", () => settle()),
    ...others.map((mark) =>
      choice(`Let ${mark.author}'s ${inWords(mark.points ?? 0)} count`, () => settle(mark.id)),
    ),
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

/** @param {string} question @returns {Promise<Listed>} */
function askList(question) {
  return ask(`api/answers?question=${encodeURIComponent(question)}`);
}

/** @param {string} question @param {string} key @returns {Promise<View>} */
function askView(question, key) {
  return ask(`api/answer?question=${encodeURIComponent(question)}&key=${encodeURIComponent(key)}`);
}

/** Bring the list of the question in view up to date. */
async function list() {
  if (listed) showList(await askList(listed.question.id));
}

/** @param {Listed} found */
function showList(found) {
  listed = found;
  page.question.value = found.question.id;
  const option = page.question.selectedOptions[0];
  if (option) option.textContent = named(found.question);
  page.prompt.textContent = found.question.prompt || found.question.title || found.question.id;
  page.model.textContent = found.question.model;
  showComments();
}

/** @param {string} key @param {boolean} [focus] */
async function go(key, focus = true) {
  if (!listed) return;
  show(await askView(listed.question.id, key));
  if (focus) page.label.focus();
}

/** @param {View} found */
function show(found) {
  view = found;
  history.replaceState(null, "", `?token=${TOKEN}#${encodeURIComponent(found.question)}/${found.key}`);
  showView();
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
  await list();
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
  // What is in view stays, and what is typed belongs to it, until all of the other has come.
  page.question.value = listed?.question.id ?? question;
  const found = await askList(question);
  const there = found.sheets.find((sheet) => sheet.key === key);
  const first = there ?? found.sheets.find((sheet) => sheet.waiting || sheet.conflict) ?? found.sheets[0];
  const answer = first ? await askView(question, first.key) : undefined;
  say("");
  showList(found);
  if (answer) return show(answer);
  view = undefined;
  showNothing();
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
  if (!view || saving) return;
  const points = pointsInField();
  if (!page.author.value.trim()) {
    page.author.focus();
    return say("Say who you are first: each mark has a name.");
  }
  if (points === null || Number.isNaN(points)) {
    page.points.focus();
    return say(`Give points first, from 0 to ${view.out_of}; halves too.`);
  }
  const { question, key, version } = view;
  keepDraft(true);
  if (knowingly) {
    amend(question, key, (draft) => {
      draft.replaces = version;
      draft.id = newId(); // that of the conflict is taken
    });
  }
  if (await send(question, key, draftAt(place(question, key)))) {
    if (view?.question !== question || view.key !== key) return; // gone on meanwhile
    if (draftAt(place(question, key))) {
      showView();
      return say("Saved, but for what you have typed since.");
    }
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
    const answer = /** @type {View} */ (await ask("api/mark", { question, key, ...draft, points }));
    done.push({ question, key, mark: draft.id });
    // Whoever went on typing meanwhile has seen this mark; what they typed is kept.
    if (draftAt(place(question, key))?.id === draft.id) dropDraft(question, key);
    else amend(question, key, (newer) => seen(newer, answer));
    if (view?.question === question && view.key === key) view = answer;
    say("Saved.");
    return true;
  } catch (error) {
    if (error instanceof Refused && error.status === 409) await differ(error, question, key);
    else if (error instanceof Lost) {
      say(`Not saved: the server is not reached. Your mark is kept ${whereKept()}, and sent again.`);
      setTimeout(() => guarded(sendAgain), RETRY);
    } else {
      if (error instanceof Refused && error.status === 400) {
        amend(question, key, (kept) => {
          kept.send = false;
        });
      }
      sayWhy(error);
    }
    return false;
  } finally {
    saving = false;
  }
}

/** Let a draft be of the answer as it is in view now. @param {Draft} draft @param {View} answer */
function seen(draft, answer) {
  draft.replaces = answer.version;
  draft.answer = answer.answer;
  draft.out_of = answer.out_of;
}

/**
 * Somebody has come between, or the answer is another one: the fields stay, and a person decides.
 * @param {Refused} error @param {string} question @param {string} key
 */
async function differ(error, question, key) {
  const changed = error.content.changed === true;
  amend(question, key, (draft) => {
    draft.send = false;
    if (!changed) return;
    // The next look at it is what counts.
    delete (/** @type {Partial<Draft>} */ (draft).answer);
    delete (/** @type {Partial<Draft>} */ (draft).out_of);
  });
  if (view?.question !== question || view.key !== key) {
    return say("A mark of yours was not taken, since something has changed: it is among those not saved.");
  }
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
  if (saving) return void setTimeout(() => guarded(sendAgain), RETRY);
  for (const [question, key, draft] of drafts()) {
    if (!draft.send) continue;
    const saved = await send(question, key, draft);
    if (!saved && draftAt(place(question, key))?.send) return; // the server is still not reached
  }
  if (listed && !drafts().some(([, , draft]) => draft.send)) {
    await list();
    if (view) await go(view.key, false);
  }
}

/** Decide which mark counts. @param {string} [chosen] the id of one in conflict; else what counts does */
async function settle(chosen = "") {
  if (!view) return;
  const { question, key, version } = view;
  const author = page.author.value;
  try {
    const sent = { question, key, author, replaces: version, chosen, id: newId() };
    const answer = await ask("api/settle", sent);
    dropDraft(question, key);
    await list();
    show(answer);
    say(chosen ? "That mark counts now." : "What counted goes on counting.");
    page.label.focus();
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 409) throw error;
    await go(key);
    say(error.message);
  }
}

/** Let what was there before count again, unless anybody has said something since. */
async function undo() {
  const last = done.at(-1);
  if (!last) return say("There is nothing to undo since this page was opened.");
  const { question, key, mark } = last;
  const author = page.author.value;
  try {
    await ask("api/undo", { question, key, author, mark, id: newId() });
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 409) throw error;
    done.pop();
    await choose(question, key);
    return say(`Not undone. ${error.message}`);
  }
  done.pop();
  await rebased(question, key, mark);
  say("Undone.");
}

/**
 * Show an answer after a change of one's own, of which a draft need not be told as somebody else's.
 * @param {string} question @param {string} key @param {string} before the version until then
 */
async function rebased(question, key, before) {
  const answer = await askView(question, key);
  amend(question, key, (draft) => {
    if (draft.replaces === before && draft.answer === answer.answer) seen(draft, answer);
  });
  await choose(question, key);
  page.label.focus();
}

async function takeBack() {
  if (!view?.mark) return say("There is no mark to take back.");
  const { question, key, version, answer, out_of } = view;
  const id = newId();
  const author = page.author.value;
  const sent = { question, key, points: null, comment: "", author, replaces: version, answer, out_of, id };
  try {
    await ask("api/mark", sent);
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 409) throw error;
    await go(key);
    return say(error.message || "Not counted: somebody else has marked this answer since. Decide above.");
  }
  done.push({ question, key, mark: id });
  await rebased(question, key, version);
  say("Taken back.");
}

/** @param {number} at */
function reuse(at) {
  const comment = listed?.comments[at];
  if (!comment || !view) return;
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
  if (!view) return;
  page.points.value = `${Math.min(Math.max(points, 0), view.out_of)}`;
  keepDraft();
  say(`${page.points.value} of ${inWords(view.out_of)}, not saved yet.`);
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
  f: () => setPoints(view?.out_of ?? 0),
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
  page.author.value = kept?.getItem(AUTHOR) ?? "";
  page.letters.checked = kept?.getItem(LETTERS) !== "no";
  document.addEventListener("keydown", onKey);
  window.addEventListener("beforeunload", (event) => {
    if (unkept.size) event.preventDefault();
  });
  page.form.addEventListener("submit", (event) => {
    event.preventDefault();
    guarded(save);
  });
  for (const field of [page.points, page.comment]) field.addEventListener("input", () => keepDraft());
  page.author.addEventListener("input", () => keepSetting(AUTHOR, page.author.value));
  page.letters.addEventListener("change", () => keepSetting(LETTERS, page.letters.checked ? "yes" : "no"));
  page.question.addEventListener("change", () => guarded(() => choose(page.question.value)));
  onClick("full", () => setPoints(view?.out_of ?? 0));
  onClick("previous", () => move(-1));
  onClick("next", () => move(1));
  onClick("unmarked", moveOn);
  onClick("undo", undo);
  onClick("take-back", takeBack);
  onClick("discard", discard);
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
