// Shortcuts of the page around a widget, such as Ctrl+S, which work while the widget has the focus.

const SUPPRESSED = "data-lm-suppress-shortcuts";
const PASSES = Symbol.for("backproplab passes shortcuts on"); // each widget's module holds a copy of this file
const EDITING = "acvxyz"; // these belong to a text field, or to what is selected

/**
 * Let JupyterLab have a key that is pressed with Ctrl or Cmd, which no widget answers.
 *
 * It leaves alone all keys of an element that says so, and looks before any listener of ours on the way down; so the
 * window, which is above, takes the word back while that one key goes by.
 */
export function passShortcutsOn() {
  const page = /** @type {Window & { [PASSES]?: boolean }} */ (window);
  if (page[PASSES]) return;
  page[PASSES] = true;
  page.addEventListener("keydown", passOn, true);
}

/** @type {Map<Element, string>} */
const silenced = new Map(); // what has lost its word while a key goes by

/** @param {KeyboardEvent} event */
function passOn(event) {
  giveBack(); // the next key may come before a timer does
  const wanted = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.length === 1;
  if (!wanted || EDITING.includes(event.key.toLowerCase())) return;
  const silent = event
    .composedPath()
    .filter((node) => node instanceof Element && node.hasAttribute(SUPPRESSED));
  for (const node of /** @type {Element[]} */ (silent)) {
    if (!node.closest(".bpl")) continue;
    silenced.set(node, node.getAttribute(SUPPRESSED) ?? "");
    node.removeAttribute(SUPPRESSED);
  }
  setTimeout(giveBack); // once all listeners have had the key
}

function giveBack() {
  for (const [node, word] of silenced) node.setAttribute(SUPPRESSED, word);
  silenced.clear();
}
