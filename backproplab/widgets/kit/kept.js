// What a saved notebook keeps of our widgets: those that an output shows, and no others.

import { passShortcutsOn } from "./shortcuts.js";

/** @import { Model } from "./types.js" */

const VIEW = "application/vnd.jupyter.widget-view+json";
const ASIDE = "application/vnd.backproplab.widget-view+json"; // what no page draws: it takes the HTML beside it
const STILL = "text/html";
const REFERENCE = "IPY_MODEL_";
const KEEPS = Symbol.for("backproplab keeps"); // each widget's module holds a copy of this file

/**
 * As much of JupyterLab's widget manager as is used here. None of it is promised, so it is looked for first.
 *
 * @typedef {object} Manager
 * @property {{ model: Notebook }} context
 * @property {Map<string, SyncedModel>} _modelsSync
 * @property {(...options: unknown[]) => Saved} get_state_sync
 *
 * @typedef {{ cells: Iterable<Cell>, toJSON: () => { cells: { outputs?: Output[] }[] } }} Notebook
 * @typedef {{ length: number, get: (at: number) => Output & { toJSON: () => Output }, set: Setter }} Outputs
 * @typedef {(at: number, output: Output) => void} Setter
 * @typedef {{ outputs?: Outputs }} Cell
 * @typedef {{ data?: Record<string, { model_id?: string } | undefined> }} Output
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
 * The file has our views aside, so that each output is its still half to whoever opens the file without the widget:
 * a JupyterLab that keeps no widgets, as it does unless told, and a page that nbconvert makes. Once the widget is there,
 * from the file or from a kernel that still runs, its view is put back.
 *
 * A widget that has the focus also lets the page have Ctrl+S, from here on.
 *
 * @template {object} T
 * @param {{ model: Model<T> }} made
 */
export function keepInNotebook({ model }) {
  passShortcutsOn();
  const manager = /** @type {Partial<Manager & { [KEEPS]: boolean }> | undefined} */ (model.widget_manager);
  if (!manager?.context || !manager._modelsSync || !manager.get_state_sync) return;
  putBack(manager.context.model.cells, manager._modelsSync);
  if (manager[KEEPS]) return;
  manager[KEEPS] = true;
  saveAside(manager.context.model, manager._modelsSync);
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
 * Let a notebook be saved with our views aside, where a still half stands for them.
 *
 * @param {Notebook} notebook
 * @param {Manager["_modelsSync"]} models
 */
function saveAside(notebook, models) {
  const whole = notebook.toJSON;
  /** @param {Output} output */
  const aside = (output) => {
    const { [VIEW]: view, ...others } = output.data ?? {};
    const ours = view?.model_id && isOurs(models.get(view.model_id)?.get("_anywidget_id"));
    return ours && others[STILL] ? { ...output, data: { ...others, [ASIDE]: view } } : output;
  };
  notebook.toJSON = function () {
    const file = whole.call(this);
    const cells = file.cells.map((cell) =>
      cell.outputs ? { ...cell, outputs: cell.outputs.map(aside) } : cell,
    );
    return { ...file, cells };
  };
}

/**
 * Show the widgets that are there in place of their still halves.
 *
 * @param {Iterable<Cell>} cells
 * @param {Manager["_modelsSync"]} models
 */
function putBack(cells, models) {
  for (const { outputs } of cells) {
    for (let at = 0; at < (outputs?.length ?? 0); at += 1) {
      const output = outputs?.get(at).toJSON();
      const { [ASIDE]: view, ...others } = output?.data ?? {};
      if (view?.model_id && models.has(view.model_id)) {
        outputs?.set(at, { ...output, data: { [VIEW]: view, ...others } });
      }
    }
  }
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
      const { data = {} } = outputs.get(at);
      const id = (data[VIEW] ?? data[ASIDE])?.model_id;
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
