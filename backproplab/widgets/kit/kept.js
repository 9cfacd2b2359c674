// What a saved notebook keeps of our widgets: those that an output shows, and no others.

const VIEW = "application/vnd.jupyter.widget-view+json";
const REFERENCE = "IPY_MODEL_";
const KEEPS = Symbol.for("backproplab keeps"); // each widget's module holds a copy of this file

/**
 * anywidget's `initialize`: keep in the notebook what stands on the page, with or without Python.
 *
 * JupyterLab saves with a notebook the widgets whose Python runs. Opened to be read, or saved after its kernel was
 * restarted, a notebook would lose the others, and show "model not found" in their places from then on; and each time
 * that a cell is run again, its old widget would stay in the file beside the new one. It has no door for this, so the
 * answer of its manager is mended; if that changes inside, all is as without this file.
 */
export function keepInNotebook({ model }) {
  const manager = model.widget_manager;
  if (!manager?.context || !manager._modelsSync || !manager.get_state_sync || manager[KEEPS]) return;
  manager[KEEPS] = true;
  const ofPython = manager.get_state_sync;
  manager.get_state_sync = function (...options) {
    const asked = () => ofPython.apply(this, options);
    try {
      return mended(this, asked);
    } catch {
      return asked(); // come what may, a notebook must be saved
    }
  };
}

function mended({ context, _modelsSync: models }, asked) {
  const ids = shown(context.model.cells);
  const asleep = [...ids]
    .map((id) => models.get(id))
    .filter((one) => isOurs(one?.get("_anywidget_id")))
    .flatMap((one) => [one, one.get("layout")]) // a model is nothing without its layout
    .filter((one) => one._comm_live === false);
  for (const one of asleep) one._comm_live = true;
  try {
    return withoutReplaced(asked(), ids);
  } finally {
    for (const one of asleep) one._comm_live = false;
  }
}

function isOurs(id) {
  return id?.startsWith("backproplab.");
}

/** The models that outputs of a notebook show, by their ids. */
function shown(cells) {
  const ids = new Set();
  for (const { outputs } of cells) {
    for (let at = 0; at < (outputs?.length ?? 0); at += 1) {
      const id = outputs.get(at).data[VIEW]?.model_id;
      if (id) ids.add(id);
    }
  }
  return ids;
}

/** Takes out those of ours that no output shows and no other widget, such as a VBox or an Output, holds. */
function withoutReplaced(saved, ids) {
  const entries = Object.entries(saved.state);
  const ours = entries.filter(([, { state }]) => isOurs(state._anywidget_id));
  const others = JSON.stringify(
    entries.filter(([, { state }]) => !isOurs(state._anywidget_id)).map(([, one]) => one),
  );
  for (const [id, { state }] of ours) {
    if (ids.has(id) || others.includes(id)) continue;
    delete saved.state[id];
    delete saved.state[state.layout?.replace(REFERENCE, "")];
  }
  return saved;
}
