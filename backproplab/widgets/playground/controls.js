// The playground's settings: each a native control that follows its trait, and sets it.

import { freshId, html, keys, menu, OWN_KEYS, slider } from "../kit/kit.js";

const GROUPS = [
  ["Data", [["data", "points"]]],
  [
    "Training",
    [
      ["loss", "loss"],
      ["optimizer", "optimiser"],
      ["learning_rate", "learning rate"],
    ],
  ],
  [
    "Network",
    [
      ["depth", "hidden layers"],
      ["width", "units in each"],
      ["activation", "activation"],
      ["initial", "first weights"],
    ],
  ],
];

/** One select for a trait: { row, show }. `set(name, value)` is called with one of the values offered. */
export function choice(model, name, label, set) {
  const offered = () => model.get("options")[name] ?? [];
  const { row, input } = menu({
    label,
    options: offered().map(([value, text]) => [String(value), text]),
    value: String(model.get(name)),
    onchange: (text) => set(name, offered().find(([value]) => String(value) === text)?.[0] ?? Number(text)),
  });
  const show = () => {
    const value = String(model.get(name));
    if (![...input.options].some((option) => option.value === value)) {
      input.append(html("option", { value }, value)); // set from another cell
    }
    input.value = value;
  };
  show();
  return { row, input, show };
}

/** All settings: { node, shows }; `tell` says why one was refused. */
export function settingsOf(model, set, tell) {
  const shows = {};
  const node = html("div", { class: "pg-settings" });
  for (const [legend, names] of GROUPS) {
    const group = html("fieldset", {}, html("legend", {}, legend));
    for (const [name, label] of names) {
      const made = choice(model, name, label, set);
      shows[name] = made.show;
      group.append(made.row);
    }
    node.append(group);
  }
  const [data, , network] = node.children;
  const noise = slider({
    label: "noise",
    min: 0,
    max: 0.5,
    step: 0.05,
    value: model.get("noise"),
    read: (value) => value.toFixed(2),
    oninput: (value) => set("noise", value),
  });
  data.append(noise.row);
  shows.noise = () => {
    noise.show(model.get("noise"));
    noise.input.disabled = model.get("data") === "xor"; // four cases, exactly where they are
  };
  const seed = seedOf(model, set, tell);
  network.append(seed.row);
  shows.seed = seed.show;
  shows.noise();
  const dataAlone = shows.data;
  shows.data = () => {
    dataAlone();
    shows.noise();
  };
  return { node, shows };
}

function seedOf(model, set, tell) {
  const id = freshId("seed");
  const input = html("input", { id, type: "number", min: 0, max: 999999, step: 1, ...OWN_KEYS });
  const show = () => {
    input.value = model.get("seed");
  };
  const take = () => {
    if (input.value === "" || !input.checkValidity()) {
      show();
      tell(`A seed is a whole number from 0 to 999,999; it stays ${input.value}.`);
    } else if (Number(input.value) !== model.get("seed")) set("seed", Number(input.value));
  };
  input.addEventListener("change", take);
  keys(input, { Enter: take }); // outside a form it changes nothing by itself
  show();
  return { row: html("div", { class: "bpl-row" }, html("label", { for: id }, "seed"), input), show };
}

/** Radio buttons for what the lines of the drawing show: { node, show }. */
export function linesOf(model, set) {
  const name = freshId("lines");
  const inputs = {};
  const node = html("fieldset", { class: "pg-lines" }, html("legend", {}, "Lines show"));
  for (const value of ["weights", "gradients", "both"]) {
    const input = html("input", { type: "radio", name, value, ...OWN_KEYS });
    input.addEventListener("change", () => input.checked && set("lines", value));
    inputs[value] = input;
    node.append(html("label", {}, input, ` ${value}`));
  }
  const show = () => {
    inputs[model.get("lines")].checked = true;
  };
  show();
  return { node, show };
}
