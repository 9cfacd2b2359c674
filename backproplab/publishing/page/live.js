// Widgets without Python: each gets a model that keeps its state in the page, and is drawn by its own module.

const { modules, styles, models } = JSON.parse(document.getElementById("lesson-widgets").textContent);

/** As much of a Jupyter widget model as a module may ask for. There is no Python to save to or to send to. */
class Model {
  #state;
  #listeners = [];

  constructor(state) {
    this.#state = state;
  }

  get(name) {
    return this.#state[name];
  }

  set(name, value) {
    const changes = typeof name === "string" ? { [name]: value } : name;
    const changed = Object.keys(changes).filter((each) => !same(this.#state[each], changes[each]));
    Object.assign(this.#state, changes);
    for (const each of changed) this.#tell(`change:${each}`, changes[each]);
    if (changed.length) this.#tell("change");
  }

  on(events, listener) {
    for (const event of events.split(" ")) this.#listeners.push({ event, listener });
  }

  off(events, listener) {
    const gone = events ? events.split(" ") : null;
    this.#listeners = this.#listeners.filter(
      (each) => (gone && !gone.includes(each.event)) || (listener && each.listener !== listener),
    );
  }

  save_changes() {}

  send() {}

  #tell(event, value) {
    for (const each of [...this.#listeners]) if (each.event === event) each.listener(this, value);
  }
}

function same(one, other) {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** Put the binary values of a state in their places, as the views that Jupyter would hand over. */
function whole({ state, buffers }) {
  for (const { path, data } of buffers) {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    const holder = path.slice(0, -1).reduce((part, name) => part[name], state);
    holder[path.at(-1)] = new DataView(bytes.buffer);
  }
  return state;
}

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
const made = new Map();

/** Draw a widget in its place. Its still half goes once it is drawn: where that fails, it stays. */
async function put(place) {
  const { module, ...parts } = models[place.dataset.live];
  const widget = await widgets[module];
  if (!made.has(place.dataset.live)) {
    const model = new Model(whole(parts));
    made.set(place.dataset.live, model);
    await widget.initialize?.({ model });
  }
  const still = [...place.childNodes];
  const el = document.createElement("div");
  place.append(el); // in the page first: a module may measure itself
  try {
    await widget.render({ model: made.get(place.dataset.live), el });
    for (const node of still) node.remove();
  } catch (error) {
    el.remove();
    throw error;
  }
}

for (const place of document.querySelectorAll("[data-live]")) await put(place).catch(console.error);
document.documentElement.dataset.lessonLive = "true"; // all that can be are in their places
