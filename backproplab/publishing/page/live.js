// Widgets without Python: each gets a model that keeps its state in the page, and is drawn by its own module.

/**
 * What export.py puts into the page: texts of modules and of style sheets, and models by their ids.
 *
 * @typedef {{ modules: string[], styles: string[], models: Record<string, Parts> }} Live
 * @typedef {{ module: number, state: State, buffers: Binary[] }} Parts
 * @typedef {Record<string, unknown>} State
 * @typedef {{ path: string[], data: string }} Binary Where a binary value belongs in the state, and it in base64.
 *
 * @typedef {(model: Model, value: unknown) => void} Listener
 * @typedef {object} Widget The default export of a module.
 * @property {(made: { model: Model }) => unknown} [initialize]
 * @property {(view: { model: Model, el: HTMLElement }) => unknown} render
 */

const held = /** @type {HTMLElement} */ (document.getElementById("lesson-widgets"));
/** @type {Live} */
const { modules, styles, models } = JSON.parse(held.textContent);

/** As much of a Jupyter widget model as a module may ask for. There is no Python to save to or to send to. */
class Model {
  alone = true;
  /** @type {State} */
  #state;
  /** @type {{ event: string, listener: Listener }[]} */
  #listeners = [];

  /** @param {State} state */
  constructor(state) {
    this.#state = state;
  }

  /** @param {string} name */
  get(name) {
    return this.#state[name];
  }

  /**
   * @param {string | State} name
   * @param {unknown} [value]
   */
  set(name, value) {
    const changes = typeof name === "string" ? { [name]: value } : name;
    const changed = Object.keys(changes).filter((each) => !same(this.#state[each], changes[each]));
    Object.assign(this.#state, changes);
    for (const each of changed) this.#tell(`change:${each}`, changes[each]);
    if (changed.length) this.#tell("change");
  }

  /**
   * @param {string} events
   * @param {Listener} listener
   */
  on(events, listener) {
    for (const event of events.split(" ")) this.#listeners.push({ event, listener });
  }

  /**
   * @param {string} [events] All, if none is named.
   * @param {Listener} [listener] Any, if none is named.
   */
  off(events, listener) {
    const gone = events ? events.split(" ") : null;
    this.#listeners = this.#listeners.filter(
      (each) => (gone && !gone.includes(each.event)) || (listener && each.listener !== listener),
    );
  }

  /** Tell the page: a site keeps some of what a reader did. */
  save_changes() {
    document.dispatchEvent(new CustomEvent("lesson-widget-saved", { detail: this.#state }));
  }

  send() {}

  /**
   * @param {string} event
   * @param {unknown} [value]
   */
  #tell(event, value) {
    for (const each of [...this.#listeners]) if (each.event === event) each.listener(this, value);
  }
}

/**
 * @param {unknown} one
 * @param {unknown} other
 */
function same(one, other) {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/**
 * Put the binary values of a state in their places, as the views that Jupyter would hand over.
 *
 * @param {Omit<Parts, "module">} parts
 */
function whole({ state, buffers }) {
  for (const { path, data } of buffers) {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    let holder = state;
    for (const name of path.slice(0, -1)) holder = /** @type {State} */ (holder[name]);
    holder[path.slice(-1)[0]] = new DataView(bytes.buffer);
  }
  return state;
}

/**
 * @param {string} text
 * @returns {Promise<Widget>}
 */
function loaded(text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  return import(address).then(async ({ default: made }) => (typeof made === "function" ? made() : made));
}

for (const text of styles) {
  const sheet = document.createElement("style");
  sheet.textContent = text;
  document.head.append(sheet);
}
const widgets = modules.map(loaded);
/** @type {Map<string, Model>} */
const made = new Map();

/**
 * Draw a widget in its place. Its still half is for paper alone once it is drawn: where that fails, it stays.
 *
 * @param {HTMLElement} place
 */
async function put(place) {
  const id = place.dataset.live ?? "";
  const { module, ...parts } = models[id];
  const widget = await widgets[module];
  let model = made.get(id);
  if (!model) {
    const state = whole(parts);
    document.dispatchEvent(new CustomEvent("lesson-widget-waking", { detail: state }));
    model = new Model(state);
    made.set(id, model);
    await widget.initialize?.({ model });
  }
  const still = document.createElement("div");
  still.append(...place.childNodes);
  const el = document.createElement("div");
  el.className = "lesson-live";
  place.append(still, el); // in the page first: a module may measure itself
  try {
    await widget.render({ model, el });
    still.className = "lesson-still";
  } catch (error) {
    el.remove();
    throw error;
  }
}

for (const place of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-live]"))) {
  await put(place).catch(console.error);
}
document.documentElement.dataset.lessonLive = "true"; // all that can be are in their places
