// The playground's settings: each a native control that follows its trait, and sets it; and a weight to take by hand.

import { freshId, html, keys, lookUp, menu, number, OWN_KEYS, slider } from "../kit/kit.js";

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
      ["speed", "steps a picture"],
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
 * All settings, in a strip that folds: { node, shows, shut(why) }. Folded, it says what they are.
 *
 * @param {Model<Traits>} model
 * @param {SetTrait} set
 */
export function settingsOf(model, set) {
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
  const why = html("p", { class: "pg-key" });
  const inShort = html("span", { class: "pg-short" });
  const summary = html("summary", { ...OWN_KEYS }, "Settings ", inShort);
  const body = html("div", { class: "pg-settings" }, ...groups);
  const node = html("details", { class: "pg-strip" }, summary, why, body);
  node.addEventListener("toggle", () => {
    if (node.open !== model.get("unfolded")) set("unfolded", node.open);
  });
  shows.unfolded = () => {
    node.open = model.get("unfolded");
  };
  shows.unfolded();
  const [data] = groups;
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
  showNoise();
  const write = () => {
    const hidden = model.get("depth")
      ? `${model.get("depth")} × ${model.get("width")} hidden`
      : "no hidden unit";
    inShort.textContent = [
      model.get("data"),
      `${hidden}, ${model.get("activation")}`,
      `${model.get("optimizer")}, rate ${model.get("learning_rate")}`,
    ].join(" · ");
  };
  for (const name of /** @type {(keyof Traits)[]} */ (Object.keys(shows))) {
    const show = shows[name];
    shows[name] = () => {
      show?.();
      write();
    };
  }
  write();
  /** @param {string} reason */
  const shut = (reason) => {
    why.textContent = reason;
    for (const group of groups) group.disabled = true;
  };
  return { node, body, shows, shut };
}

/**
 * A seed to start from: { row, show, input }; `tell` says why one was refused.
 *
 * @param {Model<Traits>} model
 * @param {SetTrait} set
 * @param {(words: string) => void} tell
 */
export function seedOf(model, set, tell) {
  const id = freshId("seed");
  const input = html("input", { id, type: "number", min: 0, max: 999999, step: 1, ...OWN_KEYS });
  const show = () => {
    input.value = String(model.get("seed"));
  };
  const take = () => {
    if (input.value === "" || !input.checkValidity()) {
      show();
      const [least, most] = [input.min, input.max].map((end) => Number(end).toLocaleString("en"));
      tell(`A seed is a whole number from ${least} to ${most}; it stays ${input.value}.`);
    } else if (Number(input.value) !== model.get("seed")) set("seed", Number(input.value));
  };
  input.addEventListener("change", take);
  keys(input, { Enter: take }); // outside a form it changes nothing by itself
  show();
  return { row: html("div", { class: "bpl-row" }, html("label", { for: id }, "seed"), input), input, show };
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

const FARTHEST = 20; // that the slider of a weight reaches, unless the weight is farther

/**
 * A parameter to choose and a slider that moves it: { node, build(names), show(value) }.
 *
 * @param {SetTrait} set
 * @param {(value: number) => void} move
 */
export function weightOf(set, move) {
  const which = freshId("weight");
  const select = html("select", { id: which, ...OWN_KEYS });
  select.addEventListener("change", () => set("weight", Number(select.value)));
  const moved = slider({
    label: "its value",
    min: -FARTHEST,
    max: FARTHEST,
    step: 0.1,
    value: 0,
    read: (value) => number(value),
    oninput: move,
  });
  const label = moved.row.querySelector("label");
  label?.classList.add("bpl-hidden");
  const node = html(
    "div",
    { class: "bpl-row pg-weigh" },
    html("label", { for: which }, "weight"),
    select,
    moved.row,
  );
  let reach = FARTHEST;
  /** @param {number} value Where a hand is on the slider, its ends do not come nearer. */
  const widen = (value) => {
    const needed = Number.isFinite(value) ? Math.max(FARTHEST, Math.ceil(Math.abs(value))) : FARTHEST;
    const now = document.activeElement === moved.input ? Math.max(reach, needed) : needed;
    if (now !== reach) Object.assign(moved.input, { min: String(-now), max: String(now) });
    reach = now;
  };
  /** @param {string[]} names */
  const build = (names) =>
    select.replaceChildren(...names.map((name, at) => html("option", { value: at }, name)));
  /** @type {(at: number, value: number) => void} */
  const show = (at, value) => {
    if (select.value !== String(at)) select.value = String(at);
    widen(value);
    if (document.activeElement !== moved.input || Math.abs(Number(moved.input.value) - value) > 0.051)
      moved.show(value);
  };
  return { node, build, show };
}
