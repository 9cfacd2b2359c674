// A sheet of live formulas: select a cell and read its formula, change a number, update the weights.

import { keepInNotebook } from "../kit/kept.js";
import { announcer, button, freshId, html, listen, lookUp, number, OWN_KEYS, scrollBox } from "../kit/kit.js";
import { chainOf, termsOf, wayToLoss } from "./chain.js";
import { calculator } from "./formulas.js";
import { sheetGrid } from "./grid.js";
import { networkPicture } from "./network.js";
import { asTyped, inPlaces, inShort, listed, MARKS, titleOf, typedNumber, whatMoved } from "./words.js";

/** @import { View, Widget } from "../kit/types.js" */
/** @import { Numbers, Traits } from "./types.js" */

const DISAGREES = 1e-8; // a gap between gradient and nudge that nine decimals show

/** @param {View<Traits>} view */
function renderSheet({ model, el }) {
  const page = model.get("page");
  const at = new Map(Object.entries(page.cells).map(([name, cell]) => [cell.at, name]));
  const sums = calculator(
    Object.fromEntries([...at].map(([address, name]) => [address, page.cells[name].formula])),
  );
  /** @param {string} name */
  const precedents = (name) => sums.precedents(page.cells[name].at).map((address) => lookUp(at, address));
  /** @param {string} name */
  const followers = (name) =>
    Object.keys(page.cells).filter(
      (each) => page.cells[each].template && !each.startsWith("gap_") && precedents(each).includes(name),
    );
  /** @param {string} name */
  const title = (name) => titleOf(page, name);
  /** @param {string} name */
  const place = (name) => page.cells[name].at.replace("Network!", "");
  const meaning = new Map(page.rows.map((row) => [row.cells[0], row.meaning]));

  /**
   * Every cell's number, by name, for what the reader has changed.
   *
   * @param {Traits["numbers"]} numbers
   * @returns {Numbers}
   */
  const worked = (numbers) => {
    /** @type {Record<string, number>} */
    const given = {};
    for (const [name, { at, value }] of Object.entries(page.cells)) {
      if (value !== undefined) given[at] = numbers[name] ?? value;
    }
    return new Map([...sums.work(given)].map(([address, value]) => [lookUp(at, address), value]));
  };
  let known = { numbers: model.get("numbers"), updates: model.get("updates") }; // what the page shows
  let values = worked(known.numbers);

  // what stands on the page

  /** @type {{ numbers: Traits["numbers"], updates: number }[]} */
  const past = [];
  let isOurs = false; // the change that is heard of; Undo would take one from elsewhere back as well
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
  const chain = chainOf(page, at);
  const picture =
    chain &&
    networkPicture(page, chain, {
      onselect: (chosen) => {
        model.set("selected", chosen);
        model.save_changes();
      },
      onhold: remember,
      onlift: forget,
      onturn: (cell, value) => put({ ...model.get("numbers"), [cell]: value }, model.get("updates")),
    });
  const way = html("p", { class: "bpl-sheet-way" });
  const one = button("One update", () => update(1));
  const ten = button("Ten updates", () => update(10));
  const again = button("Start again", () => change({}, 0));
  const undo = button("Undo", () => {
    const before = past.pop();
    if (before) put(before.numbers, before.updates);
    undo.off(!past.length);
  });
  undo.off(true);
  const toggle = button("Show formulas", () => {
    model.set("formulas_shown", !model.get("formulas_shown"));
    model.save_changes();
  });
  const count = html("span", { class: "bpl-sheet-count" });
  el.classList.add("bpl", "bpl-sheet");
  if (picture) {
    el.append(
      html("p", { class: "bpl-sheet-task" }, "Drag a weight; point at cells."),
      scrollBox({ class: "bpl-sheet-drawing" }, picture.node),
      way,
    );
  }
  el.append(
    bar,
    scrollBox({ class: "bpl-sheet-scroll" }, grid.node),
    html("div", { class: "bpl-row" }, one, ten, undo, again, toggle, count),
    told.node,
    html(
      "details",
      { class: "bpl-sheet-help" },
      html("summary", OWN_KEYS, "Keys and marks"),
      html(
        "p",
        { id: help },
        "Arrow keys, Home and End select a cell. On a bordered number, type a new one, then Enter; Escape leaves the ",
        "old one, Delete brings back the first. By touch, tap a bordered number and type. ",
        "→ marks what the selected cell is made of, a bar at the left what has just changed.",
      ),
    ),
  );

  // what the reader does: state first, then what follows from it

  /** What Undo goes back to, before the next change is made. */
  function remember() {
    past.push({ numbers: model.get("numbers"), updates: model.get("updates") });
    undo.off(false);
  }

  /** Of a drag that ended where it began, Undo has nothing to take back. */
  function forget() {
    const before = past.at(-1);
    if (before && !differs(before.numbers, before.updates)) past.pop();
    undo.off(!past.length);
  }

  /** @type {(numbers: Traits["numbers"], updates: number) => boolean} */
  function differs(numbers, updates) {
    const now = model.get("numbers");
    const isOther = Object.entries(page.cells).some(
      ([each, { value }]) => (numbers[each] ?? value) !== (now[each] ?? value),
    );
    return isOther || updates !== model.get("updates");
  }

  /** @type {(numbers: Traits["numbers"], updates: number) => void} Undo takes it back, if it is a change. */
  function change(numbers, updates) {
    if (!differs(numbers, updates)) return;
    remember();
    put(numbers, updates);
  }

  /** @type {(numbers: Traits["numbers"], updates: number) => void} */
  function put(numbers, updates) {
    const kept = Object.entries(numbers).filter(([each, value]) => value !== page.cells[each].value);
    isOurs = true;
    model.set({ updates, numbers: Object.fromEntries(kept) }); // together: one change to tell
    isOurs = false;
    model.save_changes();
  }

  /** @type {(cell: string, text: string | null) => void} */
  function ontype(cell, text) {
    const { value: first, editable } = page.cells[cell];
    if (text === null || !editable || first === undefined) {
      const from = listed(precedents(cell).map(title), "cells");
      told.say(
        `${title(cell)} is worked out${from ? ` from ${from}` : ", and always 1"}. Change a number with a border.`,
      );
      return;
    }
    const typed = text.trim() === "" ? first : typedNumber(text);
    const now = asTyped(lookUp(values, cell));
    if (typed === null) {
      const why = `“${text}” is not a number, so ${title(cell)} stays ${now}.`;
      told.say(`${why} Type digits, such as 0.7 or −2e-3.`);
    } else if (cell === "nudge" && typed <= 0) {
      told.say(`A nudge must be above 0, so it stays ${now}.`);
    } else {
      change({ ...model.get("numbers"), [cell]: typed }, model.get("updates"));
    }
  }

  /** @param {number} times */
  function update(times) {
    const numbers = { ...model.get("numbers") };
    for (let turn = 0; turn < times; turn += 1) {
      const now = turn === 0 ? values : worked(numbers);
      for (const each of page.parameters) numbers[each] = lookUp(now, `new_${each}`);
      if (!page.parameters.every((each) => Number.isFinite(numbers[each]))) {
        told.say(
          "The next update would leave the numbers that a computer can hold: choose a smaller learning rate.",
        );
        return;
      }
    }
    change(numbers, model.get("updates") + times);
  }

  // drawing

  /** @type {(cell: string) => [whole: string, rest: string]} */
  const text = (cell) => {
    const value = lookUp(values, cell);
    if (model.get("formulas_shown") && page.cells[cell].formula) return ["", filled(cell, title)];
    if (cell.startsWith("gap_")) {
      return [number(value, 1), Math.abs(value) > DISAGREES ? " ≠" : ""];
    }
    const written = page.cells[cell].editable ? asTyped(value) : inPlaces(value);
    const point = /[.e]/.exec(written)?.index ?? written.length;
    return [written.slice(0, point), written.slice(point)];
  };
  /**
   * A cell's formula, with each cell in it as `write` has it.
   *
   * @type {(cell: string, write: (cell: string) => string) => string}
   */
  const filled = (cell, write) =>
    (page.cells[cell].template ?? "").replace(/\{([^}]*)\}/g, (_, address) => write(lookUp(at, address)));

  /** @param {string} cell Lights its edge and its way to L, and marks its term in the next formula of that way. */
  const drawWay = (cell) => {
    if (!chain || !picture) return;
    picture.light(cell);
    const [from, next, ...others] = wayToLoss(chain, cell);
    if (!next) {
      way.replaceChildren(
        from ? `${title(from)} is what all the others lead to.` : "No way leads from this cell to L.",
      );
      return;
    }
    const home = `{${page.cells[from].at}}`;
    const terms = termsOf(page, next).map((term) => {
      const written = term.replace(/\{([^}]*)\}/g, (_, address) => title(lookUp(at, address)));
      return html(term.includes(home) ? "mark" : "span", {}, written);
    });
    way.replaceChildren(
      `${[from, next, ...others].map(title).join(" → ")}: ${title(next)} = `,
      ...terms.flatMap((term, place) => (place ? [" + ", term] : [term])),
    );
  };
  grid.node.addEventListener("pointerover", (event) => {
    const cell = event.target instanceof Element && event.target.closest("td[data-name]");
    if (cell && event.pointerType === "mouse") drawWay(cell.getAttribute("data-name") ?? "");
  });
  grid.node.addEventListener("pointerleave", () => drawWay(model.get("selected")));

  const drawSelection = () => {
    const cell = model.get("selected");
    drawWay(cell);
    const { role, formula, editable } = page.cells[cell];
    const from = precedents(cell);
    grid.select(cell, from);
    where.textContent = place(cell);
    name.textContent = `${MARKS[role]} ${title(cell)}`;
    name.dataset.role = role;
    const called = meaning.get(cell);
    letters.textContent = formula ? `= ${filled(cell, title)}` : called ? `(${called})` : "";
    const value = lookUp(values, cell);
    const result = editable ? asTyped(value) : inPlaces(value);
    digits.textContent = formula
      ? `= ${filled(cell, (each) => inShort(lookUp(values, each)))} = ${result}`
      : `= ${result}`;
    code.textContent = formula;
    const into = followers(cell).map((each) => `${title(each)} (${place(each)})`);
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
    picture?.show(values);
    const updates = model.get("updates");
    count.textContent = `${updates} update${updates === 1 ? "" : "s"}, L = ${inPlaces(lookUp(values, "L"))}`;
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
    if (!isOurs && (turned.length || steps)) {
      past.length = 0;
      undo.off(true);
    }
    drawNumbers();
    drawSelection();
    grid.mark(new Set([...names, ...turned]));
    const first =
      turned.length === 1 ? `${title(turned[0])} is now ${asTyped(lookUp(values, turned[0]))}.` : "";
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
  return listen(model, {
    numbers: follow,
    updates: follow,
    selected: drawSelection,
    formulas_shown: drawMode,
  });
}

/** @type {Widget<Traits>} */
export default { initialize: keepInNotebook, render: renderSheet };
