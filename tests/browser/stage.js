// A page that shows widgets as JupyterLab does, for tests: each model's other half is in Python, in the test's process.
//
// `toPython(message)` hands a message over; `fromPython()` takes those that wait. Both are bound by stage.py, in the
// words of ipywidgets' protocol: comm_open, update, custom. Python says something while it hears a message or runs a
// cell: after the one this page asks what waits, after the other stage.py calls `listen()`. Nothing asks in between,
// which would keep a core busy all the time that a test waits.

const models = new Map();
const loaded = new Map(); // modules by their text: what a module holds, its widgets share

class Model {
  #listeners = [];
  #unsaved = {};

  constructor(id, state) {
    this.id = id;
    this.state = state;
  }

  get(name) {
    return this.state[name];
  }

  set(name, value) {
    const changes = typeof name === "string" ? { [name]: value } : name;
    Object.assign(this.#unsaved, changes);
    this.take(changes);
  }

  take(changes) {
    const changed = Object.keys(changes).filter((each) => !same(this.state[each], changes[each]));
    Object.assign(this.state, changes);
    for (const each of changed) this.tell(`change:${each}`, changes[each]);
    if (changed.length) this.tell("change");
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

  save_changes() {
    const state = this.#unsaved;
    this.#unsaved = {};
    if (Object.keys(state).length) tellPython({ id: this.id, data: { method: "update", state, buffer_paths: [] } });
  }

  send(content) {
    tellPython({ id: this.id, data: { method: "custom", content } });
  }

  tell(event, ...values) {
    for (const each of [...this.#listeners]) {
      if (each.event === event) each.listener(...(event === "msg:custom" ? values : [this, ...values]));
    }
  }
}

function same(one, other) {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function whole({ state, buffer_paths: paths = [] }, buffers) {
  paths.forEach((path, index) => {
    const bytes = Uint8Array.from(atob(buffers[index]), (character) => character.charCodeAt(0));
    let holder = state;
    for (const name of path.slice(0, -1)) holder = holder[name];
    holder[path.at(-1)] = new DataView(bytes.buffer);
  });
  return state;
}

async function tellPython(message) {
  await toPython(message);
  await listen();
}

window.listen = async () => {
  for (const { type, id, data, buffers } of await fromPython()) {
    if (type === "comm_open") models.set(id, new Model(id, whole(data, buffers)));
    else if (data.method === "update") models.get(id).take(whole(data, buffers));
    else if (data.method === "custom") models.get(id).tell("msg:custom", data.content, []);
  }
};

async function definition(model) {
  const text = model.get("_esm");
  if (!loaded.has(text)) {
    const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    loaded.set(text, import(address).then(({ default: made }) => (typeof made === "function" ? made() : made)));
  }
  const widget = await loaded.get(text);
  if (!model.begun) {
    model.begun = true;
    await widget.initialize?.({ model });
  }
  return widget;
}

/** Show a widget in the output of a cell, in place of what was there. */
window.show = async (cell, id) => {
  await listen();
  let output = document.querySelector(`[data-cell="${cell}"] .jp-OutputArea-output`);
  if (!output) {
    document.querySelector("main").insertAdjacentHTML(
      "beforeend",
      `<section class="jp-Cell" data-cell="${cell}"><div class="jp-OutputArea-output"></div></section>`,
    );
    output = document.querySelector(`[data-cell="${cell}"] .jp-OutputArea-output`);
  }
  output.cleanUp?.();
  output.replaceChildren();
  const model = models.get(id);
  const style = document.createElement("style");
  style.textContent = model.get("_css");
  const el = document.createElement("div");
  output.append(style, el);
  const widget = await definition(model);
  output.cleanUp = await widget.render({ model, el });
};

/** Resolves when the page has taken, and drawn, all that Python had said. */
window.settled = async () => {
  await listen();
  await Promise.race([new Promise(requestAnimationFrame), new Promise((done) => setTimeout(done, 100))]);
};
