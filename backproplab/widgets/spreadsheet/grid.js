// The grid of the sheet: a table that a reader walks through with the arrow keys and types into.

import { html, lookUp, OWN_KEYS } from "../kit/kit.js";
import { asTyped, MARKS, titleOf } from "./words.js";

/** @import { Numbers, Page } from "./types.js" */

/** The keys that end the typing of a number, and how many rows down each leads. */
const LEAVING = new Map([
  ["Enter", 0],
  ["Escape", 0],
  ["ArrowUp", -1],
  ["ArrowDown", 1],
]);

/**
 * A cell of the grid: its element, with the parts of its text before the point and after it; its place among the
 * rows and columns; and what it shows.
 *
 * @typedef {object} GridCell
 * @property {HTMLTableCellElement} node
 * @property {HTMLSpanElement} whole
 * @property {HTMLSpanElement} rest
 * @property {number} row
 * @property {number} column
 * @property {number} [number]
 */

/**
 * A grid for the rows of a page: { node, show(texts, numbers, all), select(name, precedents), mark(moved) }.
 *
 * @param {Page} page
 * @param {object} reader What the reader did is told to these.
 * @param {(name: string) => void} reader.onselect
 * @param {(name: string, text: string | null) => void} reader.ontype Null for a key on a cell that takes no text.
 * @param {string} reader.describedby
 */
export function sheetGrid(page, { onselect, ontype, describedby }) {
  /** @type {Map<string, GridCell>} */
  const cells = new Map();
  /** @type {HTMLElement | null} */
  let selected = null;
  const node = html("table", {
    role: "grid",
    class: "bpl-sheet-grid",
    "aria-label": `A ${page.title} network as a spreadsheet`,
    "aria-describedby": describedby,
  });
  const head = page.heads.map((text, index) =>
    html("th", { scope: "col" }, html("span", { class: "bpl-sheet-place" }, "BCDEF"[index]), " ", text),
  );
  const corner = html("th", { scope: "col" }, html("span", { class: "bpl-sheet-place" }, "A"), " ", "number");
  node.append(html("thead", {}, html("tr", {}, corner, ...head)));
  const body = node.appendChild(html("tbody"));

  for (const [index, row] of page.rows.entries()) {
    const place = html("span", { class: "bpl-sheet-place" }, String(row.number));
    if (!row.cells.length) {
      body.append(
        html(
          "tr",
          { class: "bpl-sheet-heading" },
          html("th", { colspan: 6, scope: "colgroup" }, html("span", {}, place, row.title)),
        ),
      );
      continue;
    }
    const mark = html("span", { class: "bpl-sheet-mark", "aria-hidden": "true" }, MARKS[row.role]);
    const line = html(
      "tr",
      { dataset: { role: row.role } },
      html("th", { scope: "row", title: row.meaning }, place, mark, row.title),
    );
    for (const [column, name] of row.cells.entries()) {
      line.append(name ? made(name, index, column) : html("td", { "aria-readonly": "true" }));
    }
    body.append(line);
  }

  /** @type {(name: string, row: number, column: number) => HTMLTableCellElement} */
  function made(name, row, column) {
    const { role, editable } = page.cells[name];
    const [whole, rest] = [html("span", { class: "bpl-sheet-whole" }), html("span")];
    const cell = html(
      "td",
      {
        tabindex: -1,
        class: editable ? "bpl-sheet-editable" : null,
        "aria-readonly": String(!editable),
        dataset: { role, name },
        ...OWN_KEYS,
      },
      whole,
      rest,
    );
    cells.set(name, { node: cell, whole, rest, row, column });
    return cell;
  }

  /** @param {EventTarget | null} target */
  const nameOf = (target) =>
    target instanceof Element ? target.closest("td[data-name]")?.getAttribute("data-name") : null;
  /** @param {EventTarget | null} target */
  const isField = (target) => target instanceof HTMLInputElement;

  /**
   * The nearest cell from here, some rows and columns away; the same one where there is none.
   *
   * @type {(name: string, down: number, right: number) => string}
   */
  const beside = (name, down, right) => {
    let { row, column } = lookUp(cells, name);
    do {
      row += down;
      column += right;
      const found = page.rows[row]?.cells[column];
      if (found) return found;
    } while (page.rows[row] && column >= 0 && column < 5);
    return name;
  };
  /** @param {string} name */
  const inRow = (name) => page.rows[lookUp(cells, name).row].cells.filter(Boolean);
  /** @param {string} name */
  const inColumn = (name) => {
    const { column } = lookUp(cells, name);
    return page.rows.map((row) => row.cells[column]).filter(Boolean);
  };
  /** @type {Record<string, (name: string) => string | undefined>} */
  const steps = {
    ArrowUp: (name) => beside(name, -1, 0),
    ArrowDown: (name) => beside(name, 1, 0),
    ArrowLeft: (name) => beside(name, 0, -1),
    ArrowRight: (name) => beside(name, 0, 1),
    Home: (name) => inRow(name).at(0),
    End: (name) => inRow(name).at(-1),
    PageUp: (name) => inColumn(name).at(0),
    PageDown: (name) => inColumn(name).at(-1),
  };

  /** @param {string} name */
  const walk = (name) => {
    onselect(name);
    const { node: cell } = lookUp(cells, name);
    cell.focus();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" }); // clear of the names, which stay in place
  };

  /**
   * Put a text field into a cell; Enter takes its number, Escape leaves the old one.
   *
   * @param {string} name
   * @param {string} text What stands in the cell: taking it changes nothing.
   * @param {string} [typed] What stands in the field at first, if something else.
   */
  const edit = (name, text, typed = text) => {
    const { node: cell, whole, rest } = lookUp(cells, name);
    if (cell.querySelector("input")) return;
    const label = `New number for ${titleOf(page, name)}`;
    const input = html("input", { type: "text", inputmode: "decimal", "aria-label": label, ...OWN_KEYS });
    input.value = typed;
    let open = true;
    /** @param {boolean} keep */
    const close = (keep) => {
      if (!open) return; // taking the field away takes its focus, which would close it again
      open = false;
      const inside = cell.contains(document.activeElement);
      cell.replaceChildren(whole, rest);
      if (keep && input.value !== text) ontype(name, input.value);
      // Once the new numbers stand, for focus makes the browser lay out the whole page; unless another cell has it.
      if (inside) queueMicrotask(() => document.activeElement === document.body && cell.focus());
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      const down = LEAVING.get(event.key);
      if (down === undefined || event.isComposing) return;
      event.preventDefault();
      close(event.key !== "Escape");
      if (down) walk(beside(name, down, 0));
    });
    input.addEventListener("blur", () => close(true));
    cell.replaceChildren(input);
    input.focus();
    input.setSelectionRange(typed.length, typed.length);
  };

  /**
   * @param {string} name
   * @param {string} [first] The character that began it: typing replaces.
   */
  const begin = (name, first) => {
    const { number } = lookUp(cells, name);
    if (!page.cells[name].editable) ontype(name, null);
    else if (first !== undefined) edit(name, "", first);
    else edit(name, number === undefined ? "" : asTyped(number));
  };

  node.addEventListener("keydown", (event) => {
    const name = nameOf(event.target);
    if (!name || isField(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = steps[event.key]?.(name);
    if (next) walk(next);
    else if (event.key === "Enter" || event.key === "F2") begin(name);
    else if (event.key === "Delete" || event.key === "Backspace") ontype(name, "");
    else if (event.key.length === 1 && event.key !== " ") begin(name, event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  node.addEventListener("click", (event) => {
    const name = nameOf(event.target);
    if (!name || isField(event.target)) return;
    walk(name);
    const byTouch = /** @type {PointerEvent} */ (event).pointerType === "touch";
    if (!byTouch || !page.cells[name].editable) return;
    begin(name);
    lookUp(cells, name).node.querySelector("input")?.select(); // typing replaces, as it does by keys
  });
  node.addEventListener("dblclick", (event) => {
    const name = nameOf(event.target);
    if (name && page.cells[name].editable) begin(name);
  });

  /**
   * Write a number or a formula into each cell that changed, or into all: [before the point, after it].
   *
   * @param {(name: string) => [whole: string, rest: string]} texts
   * @param {Numbers} numbers
   * @param {boolean} all
   */
  const show = (texts, numbers, all) => {
    for (const [name, cell] of cells) {
      const number = lookUp(numbers, name);
      if (!all && cell.number === number) continue;
      cell.number = number;
      const [whole, rest] = texts(name);
      if (cell.whole.textContent !== whole) cell.whole.textContent = whole;
      if (cell.rest.textContent !== rest) cell.rest.textContent = rest;
      cell.node.dataset.number = String(number);
      cell.node.setAttribute("aria-label", whole + rest); // read from two boxes, it would have a gap
    }
  };

  /** @type {(name: string, precedents: string[]) => void} */
  const select = (name, precedents) => {
    if (selected) {
      selected.tabIndex = -1;
      selected.removeAttribute("aria-selected");
    }
    const marked = new Set(precedents);
    for (const [each, { node: cell }] of cells) cell.classList.toggle("bpl-sheet-near", marked.has(each));
    selected = lookUp(cells, name).node;
    selected.tabIndex = 0;
    selected.setAttribute("aria-selected", "true");
  };

  /** @param {Set<string>} moved */
  const mark = (moved) => {
    for (const [name, cell] of cells) cell.node.classList.toggle("bpl-sheet-moved", moved.has(name));
  };

  return { node, show, select, mark };
}
