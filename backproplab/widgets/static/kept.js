// What a saved notebook keeps of our widgets.

const VIEW = "application/vnd.jupyter.widget-view+json";
const KEEPS = Symbol.for("backproplab keeps"); // each widget's module holds a copy of this file

/**
 * anywidget's `initialize`: keep in the notebook what stands on the page, with or without Python.
 *
 * JupyterLab saves with a notebook only the widgets whose Python runs. Opened to be read, or saved after its kernel
 * was restarted, a notebook would lose the others, and show "model not found" in their places from then on. It has no
 * door for this, so ours are called live while it looks; if its insides change, all is as without this file.
 */
export function keepInNotebook({ model }) {
  const manager = model.widget_manager;
  if (!manager?.context || !manager._modelsSync || !manager.get_state_sync || manager[KEEPS]) return;
  manager[KEEPS] = true;
  const liveOnly = manager.get_state_sync;
  manager.get_state_sync = function (...options) {
    const asleep = shown(this).filter((one) => one._comm_live === false);
    for (const one of asleep) one._comm_live = true;
    try {
      return liveOnly.apply(this, options);
    } finally {
      for (const one of asleep) one._comm_live = false;
    }
  };
}

/** Our models that an output of the notebook shows, each with its layout. */
function shown({ context, _modelsSync: models }) {
  const ours = [];
  for (const { outputs } of context.model.cells) {
    for (let at = 0; at < (outputs?.length ?? 0); at += 1) {
      const one = models.get(outputs.get(at).data[VIEW]?.model_id);
      if (one?.get("_anywidget_id")?.startsWith("backproplab.")) ours.push(one, one.get("layout"));
    }
  }
  return ours;
}
