// The playground's settings: each a native control that follows its trait, and sets it.

import { freshId, html, keys, lookUp, menu, OWN_KEYS, slider } from "../kit/kit.js";

/** @import { Model } from "../kit/types.js" */
/** @import { Choice, SetTrait, Traits } from "./types.js" */

/** @type {Traits["lines"][]} */
const LINES = ["weights", "gradients", "both"];
/** @type {[legend: string, settings: [name: Choice, label: string][]][]} */
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

/**
 * One select for a trait: { row, show }. `set(name, value)` is called with one of the values offered.
 *
 * @template {Choice} Name
 * @param {Model<Traits>} model
 * @param {Name} name
 * @param {string} label
 * @param {SetTrait} set
 */
export function choice(model, name, label, set) {
  // By text, as a select has them; what another cell set may not be among those offered, and joins them.
  const values = new Map(model.get("options")[name].map(([value]) => [String(value), value]));
  const { row, input } = menu({
    label,
    options: model.get("options")[name].map(([value, text]) => [String(value), text]),
    value: String(model.get(name)),
    onchange: (text) => set(name, lookUp(values, text)),
  });
  const show = () => {
    const value = model.get(name);
    const text = String(value);
    if (!values.has(text)) {
      values.set(text, value);
      input.append(html("option", { value: text }, text));
    }
    input.value = text;
  };
  show();
  return { row, input, show };
}

/**
 * All settings: { node, shows }; `tell` says why one was refused.
 *
 * @param {Model<Traits>} model
 * @param {SetTrait} set
 * @param {(words: string) => void} tell
 */
export function settingsOf(model, set, tell) {
  /** @type {Partial<Record<keyof Traits, () => void>>} */
  const shows = {};
  const groups = GROUPS.map(([legend, settings]) => {
    const group = html("fieldset", {}, html("legend", {}, legend));
    for (const [name, label] of settings) {
      const made = choice(model, name, label, set);
      shows[name] = made.show;
      group.append(made.row);
    }
    return group;
  });
  const node = html("div", { class: "pg-settings" }, ...groups);
  const [data, , network] = groups;
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
  const showNoise = () => {
    noise.show(model.get("noise"));
    noise.input.disabled = model.get("data") === "xor"; // four cases, exactly where they are
  };
  const showData = shows.data;
  shows.noise = showNoise;
  shows.data = () => {
    showData?.();
    showNoise();
  };
  const seed = seedOf(model, set, tell);
  network.append(seed.row);
  shows.seed = seed.show;
  showNoise();
  return { node, shows };
}

/**
 * @param {Model<Traits>} model
 * @param {SetTrait} set
 * @param {(words: string) => void} tell
 */
function seedOf(model, set, tell) {
  const id = freshId("seed");
  const input = html("input", { id, type: "number", min: 0, max: 999999, step: 1, ...OWN_KEYS });
  const show = () => {
    input.value = String(model.get("seed"));
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

/**
 * Radio buttons for what the lines of the drawing show: { node, show }.
 *
 * @param {Model<Traits>} model
 * @param {SetTrait} set
 */
export function linesOf(model, set) {
  const name = freshId("lines");
  const node = html("fieldset", { class: "pg-lines" }, html("legend", {}, "Lines show"));
  const radios = LINES.map((value) => {
    const input = html("input", { type: "radio", name, value, ...OWN_KEYS });
    input.addEventListener("change", () => input.checked && set("lines", value));
    node.append(html("label", {}, input, ` ${value}`));
    return input;
  });
  const show = () => {
    for (const [index, input] of radios.entries()) input.checked = LINES[index] === model.get("lines");
  };
  show();
  return { node, show };
}
