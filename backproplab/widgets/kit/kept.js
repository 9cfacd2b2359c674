// What a saved notebook keeps of our widgets: those that an output shows, and no others.

/** @import { Model } from "./types.js" */

const VIEW = "application/vnd.jupyter.widget-view+json";
const REFERENCE = "IPY_MODEL_";
const KEEPS = Symbol.for("backproplab keeps"); // each widget's module holds a copy of this file

/**
 * As much of JupyterLab's widget manager as is used here. None of it is promised, so it is looked for first.
 *
 * @typedef {object} Manager
 * @property {{ model: { cells: Iterable<Cell> } }} context The notebook.
 * @property {Map<string, SyncedModel>} _modelsSync
 * @property {(...options: unknown[]) => Saved} get_state_sync
 *
 * @typedef {{ outputs?: { length: number, get: (at: number) => Output } }} Cell
 * @typedef {{ data: Record<string, { model_id?: string } | undefined> }} Output
 * @typedef {{ get: Getter, _comm_live?: boolean }} SyncedModel
 * @typedef {{ (trait: "_anywidget_id"): string | undefined, (trait: "layout"): SyncedModel | null }} Getter
 * @typedef {{ state: Record<string, { state: SavedState }> }} Saved
 * @typedef {{ _anywidget_id?: string, layout?: string }} SavedState
 */

/**
 * anywidget's `initialize`: keep in the notebook what stands on the page, with or without Python.
 *
 * JupyterLab saves with a notebook the widgets whose Python runs. Opened to be read, or saved after its kernel was
 * restarted, a notebook would lose the others, and show "model not found" in their places from then on; and each time
 * that a cell is run again, its old widget would stay in the file beside the new one. It has no door for this, so the
 * answer of its manager is mended; if that changes inside, all is as without this file.
 *
 * @template {object} T
 * @param {{ model: Model<T> }} made
 */
export function keepInNotebook({ model }) {
  const manager = /** @type {Partial<Manager & { [KEEPS]: boolean }> | undefined} */ (model.widget_manager);
  if (!manager?.context || !manager._modelsSync || !manager.get_state_sync || manager[KEEPS]) return;
  manager[KEEPS] = true;
  const ofPython = manager.get_state_sync;
  /** @this {Manager} */
  manager.get_state_sync = function (...options) {
    const asked = () => ofPython.apply(this, options);
    try {
      return mended(this, asked);
    } catch {
      return asked(); // come what may, a notebook must be saved
    }
  };
}

/**
 * @param {Manager} manager
 * @param {() => Saved} asked
 */
function mended({ context, _modelsSync: models }, asked) {
  const ids = shown(context.model.cells);
  const asleep = [...ids]
    .map((id) => models.get(id))
    .filter((one) => isOurs(one?.get("_anywidget_id")))
    .flatMap((one) => [one, one?.get("layout")]) // a model is nothing without its layout
    .filter((one) => one !== undefined && one !== null)
    .filter((one) => one._comm_live === false);
  for (const one of asleep) one._comm_live = true;
  try {
    return withoutReplaced(asked(), ids);
  } finally {
    for (const one of asleep) one._comm_live = false;
  }
}

/** @param {string | undefined} id */
function isOurs(id) {
  return Boolean(id?.startsWith("backproplab."));
}

/**
 * The models that outputs of a notebook show, by their ids.
 *
 * @param {Iterable<Cell>} cells
 */
function shown(cells) {
  /** @type {Set<string>} */
  const ids = new Set();
  for (const { outputs } of cells) {
    if (!outputs) continue; // a cell of text
    for (let at = 0; at < outputs.length; at += 1) {
      const id = outputs.get(at).data[VIEW]?.model_id;
      if (id) ids.add(id);
    }
  }
  return ids;
}

/**
 * Takes out those of ours that no output shows and no other widget, such as a VBox or an Output, holds.
 *
 * @param {Saved} saved
 * @param {Set<string>} ids
 */
function withoutReplaced(saved, ids) {
  const entries = Object.entries(saved.state);
  const ours = entries.filter(([, { state }]) => isOurs(state._anywidget_id));
  const others = JSON.stringify(
    entries.filter(([, { state }]) => !isOurs(state._anywidget_id)).map(([, one]) => one),
  );
  for (const [id, { state }] of ours) {
    if (ids.has(id) || others.includes(id)) continue;
    delete saved.state[id];
    if (state.layout) delete saved.state[state.layout.replace(REFERENCE, "")];
  }
  return saved;
}
