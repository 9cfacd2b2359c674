// A sheet of live formulas: select a cell and read its formula, change a number, update the weights.

import { keepInNotebook } from "../kit/kept.js";
import { announcer, button, freshId, html, number } from "../kit/kit.js";
import { calculator } from "./formulas.js";
import { sheetGrid } from "./grid.js";
import { asTyped, inPlaces, inShort, listed, MARKS, typedNumber, whatMoved } from "./words.js";

const DISAGREES = 1e-8; // a gap between gradient and nudge that nine decimals show

function renderSheet({ model, el }) {
  const page = model.get("page");
  const at = new Map(Object.entries(page.cells).map(([name, cell]) => [cell.at, name]));
  const sums = calculator(
    Object.fromEntries([...at].map(([address, name]) => [address, page.cells[name].formula])),
  );
  const precedents = (name) => sums.precedents(page.cells[name].at).map((address) => at.get(address));
  const followers = new Map(Object.keys(page.cells).map((name) => [name, []]));
  for (const name of Object.keys(page.cells)) {
    for (const each of precedents(name))
      if (page.cells[name].template && !name.startsWith("gap_")) followers.get(each).push(name);
  }
  const title = (name) => page.cells[name].title;
  const place = (name) => page.cells[name].at.replace("Network!", "");
  const meaning = new Map(page.rows.map((row) => [row.cells[0], row.meaning]));

  /** Every cell's number, by name, for what the reader has changed. */
  const worked = (numbers) => {
    const given = {};
    for (const [name, cell] of Object.entries(page.cells)) {
      if (!cell.formula) given[cell.at] = numbers[name] ?? cell.value;
    }
    return new Map([...sums.work(given)].map(([address, value]) => [at.get(address), value]));
  };
  let known = { numbers: model.get("numbers"), updates: model.get("updates") }; // what the page shows
  let values = worked(known.numbers);

  // what stands on the page

  const help = freshId("sheet-help");
  const [where, name, letters, digits, code] = ["place", "name", "letters", "digits", "code"].map((part) =>
    html(part === "code" ? "code" : "span", { class: `bpl-sheet-${part}` }),
  );
  const made = html("p", { class: "bpl-sheet-made" });
  const bar = html(
    "div",
    { class: "bpl-sheet-bar", role: "status", "aria-live": "polite", "aria-label": "The selected cell" },
    html("p", {}, where, " ", name, " ", letters),
    html("p", {}, digits, " ", code),
    made,
  );
  const told = announcer();
  const grid = sheetGrid(page, {
    describedby: help,
    onselect: (chosen) => {
      model.set("selected", chosen);
      model.save_changes();
    },
    ontype,
  });
  const one = button("One update", () => update(1));
  const ten = button("Ten updates", () => update(10));
  const again = button("Start again", () => put({}, 0));
  const toggle = button("Show formulas", () => {
    model.set("formulas_shown", !model.get("formulas_shown"));
    model.save_changes();
  });
  const count = html("span", { class: "bpl-sheet-count" });
  el.classList.add("bpl", "bpl-sheet");
  el.append(
    bar,
    html("div", { class: "bpl-scroll bpl-sheet-scroll" }, grid.node),
    html("div", { class: "bpl-row" }, one, ten, again, toggle, count),
    told.node,
    html(
      "p",
      { class: "bpl-sheet-help", id: help },
      "Arrow keys, Home and End select a cell. On a bordered number, type a new one, then Enter; Escape leaves the old one, ",
      "Delete brings back the first. → marks what the selected cell is made of, a bar at the left what has just changed.",
    ),
  );

  // what the reader does: state first, then what follows from it

  function put(numbers, updates) {
    const kept = Object.entries(numbers).filter(([each, value]) => value !== page.cells[each].value);
    model.set({ updates, numbers: Object.fromEntries(kept) }); // together: one change to tell
    model.save_changes();
  }

  function ontype(cell, text) {
    if (text === null || !page.cells[cell].editable) {
      const from = listed(precedents(cell).map(title), "cells");
      told.say(
        `${title(cell)} is worked out${from ? ` from ${from}` : ", and always 1"}. Change a number with a border.`,
      );
      return;
    }
    const typed = text.trim() === "" ? page.cells[cell].value : typedNumber(text);
    if (typed === null) {
      told.say(
        `“${text}” is not a number, so ${title(cell)} stays ${asTyped(values.get(cell))}. Type digits, such as 0.7 or −2e-3.`,
      );
    } else if (cell === "nudge" && typed <= 0) {
      told.say(`A nudge must be above 0, so it stays ${asTyped(values.get(cell))}.`);
    } else {
      put({ ...model.get("numbers"), [cell]: typed }, model.get("updates"));
    }
  }

  function update(times) {
    const numbers = { ...model.get("numbers") };
    for (let [turn, now] = [0, values]; turn < times; turn += 1, now = turn < times && worked(numbers)) {
      for (const each of page.parameters) numbers[each] = now.get(`new_${each}`);
      if (!page.parameters.every((each) => Number.isFinite(numbers[each]))) {
        told.say(
          "The next update would leave the numbers that a computer can hold: choose a smaller learning rate.",
        );
        return;
      }
    }
    put(numbers, model.get("updates") + times);
  }

  // drawing

  const text = (cell) => {
    const value = values.get(cell);
    if (model.get("formulas_shown") && page.cells[cell].formula) return ["", filled(cell, title)];
    if (cell.startsWith("gap_")) {
      return [number(value, 1), Math.abs(value) > DISAGREES ? " ≠" : ""];
    }
    const written = page.cells[cell].editable ? asTyped(value) : inPlaces(value);
    const point = /[.e]/.exec(written)?.index ?? written.length;
    return [written.slice(0, point), written.slice(point)];
  };
  const filled = (cell, write) =>
    page.cells[cell].template.replace(/\{([^}]*)\}/g, (_, address) => write(at.get(address)));

  const drawSelection = () => {
    const cell = model.get("selected");
    const { role, formula, editable } = page.cells[cell];
    const from = precedents(cell);
    grid.select(cell, from);
    where.textContent = place(cell);
    name.textContent = `${MARKS[role]} ${title(cell)}`;
    name.dataset.role = role;
    const called = meaning.get(cell);
    letters.textContent = formula ? `= ${filled(cell, title)}` : called ? `(${called})` : "";
    const result = editable ? asTyped(values.get(cell)) : inPlaces(values.get(cell));
    digits.textContent = formula
      ? `= ${filled(cell, (each) => inShort(values.get(each)))} = ${result}`
      : `= ${result}`;
    code.textContent = formula;
    const into = followers.get(cell).map((each) => `${title(each)} (${place(each)})`);
    const goes = into.length ? ` Goes into ${listed(into, "cells")}.` : "";
    const pieces = from.map((each) =>
      "template" in page.cells[each] ? `${title(each)} (${place(each)})` : title(each),
    );
    made.textContent = formula
      ? `Made from ${listed(pieces, "cells")}.${goes}`
      : `${editable ? "Yours to change." : ""}${goes}`;
  };
  const drawNumbers = ({ all = false } = {}) => {
    grid.show(text, values, all);
    const updates = model.get("updates");
    count.textContent = `${updates} update${updates === 1 ? "" : "s"}, L = ${inPlaces(values.get("L"))}`;
  };
  const follow = () => {
    const [numbers, updates] = [model.get("numbers"), model.get("updates")];
    if (numbers === known.numbers && updates === known.updates) return; // the second of two that came together
    const [before, steps] = [values, updates - known.updates];
    known = { numbers, updates };
    values = worked(numbers);
    const { names, said } = whatMoved(page, before, values);
    const turned = Object.keys(page.cells).filter(
      (each) => page.cells[each].editable && before.get(each) !== values.get(each),
    );
    drawNumbers();
    drawSelection();
    grid.mark(new Set([...names, ...turned]));
    const first = turned.length === 1 ? `${title(turned[0])} is now ${asTyped(values.get(turned[0]))}.` : "";
    const start =
      steps > 0 ? `${steps} update${steps === 1 ? "" : "s"}.` : turned.length ? first : "Nothing changes.";
    told.say(turned.length || steps ? `${start} ${said}`.trim() : start);
  };
  const drawMode = () => {
    const shown = model.get("formulas_shown");
    toggle.setAttribute("aria-pressed", String(shown));
    el.classList.toggle("bpl-sheet-formulas", shown);
    drawNumbers({ all: true });
  };

  drawMode();
  drawSelection();
  const listeners = [
    ["change:numbers", follow],
    ["change:updates", follow],
    ["change:selected", drawSelection],
    ["change:formulas_shown", drawMode],
  ];
  for (const [event, listener] of listeners) model.on(event, listener);
  return () => listeners.forEach(([event, listener]) => model.off(event, listener));
}

export default { initialize: keepInNotebook, render: renderSheet };
