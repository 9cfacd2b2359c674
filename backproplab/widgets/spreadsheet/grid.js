// The grid of the sheet: a table that a reader walks through with the arrow keys and types into.

import { html, OWN_KEYS } from "../kit/kit.js";
import { asTyped, MARKS } from "./words.js";

/**
 * A grid for the rows of a page: { node, show(texts), select(name, precedents), mark(moved), focus() }.
 *
 * `onselect(name)` and `ontype(name, text)` tell what the reader did; `ontype` answers whether the text was taken.
 */
export function sheetGrid(page, { onselect, ontype, describedby }) {
  const cells = new Map(); // name → { node, whole, rest, row, column }
  let selected = null;
  let near = [];
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

  page.rows.forEach((row, index) => {
    const place = html("span", { class: "bpl-sheet-place" }, row.number);
    if (!row.cells.length) {
      body.append(
        html(
          "tr",
          { class: "bpl-sheet-heading" },
          html("th", { colspan: 6, scope: "colgroup" }, html("span", {}, place, row.title)),
        ),
      );
      return;
    }
    const mark = html("span", { class: "bpl-sheet-mark", "aria-hidden": "true" }, MARKS[row.role]);
    const line = html(
      "tr",
      { dataset: { role: row.role } },
      html("th", { scope: "row", title: row.meaning }, place, mark, row.title),
    );
    row.cells.forEach((name, column) =>
      line.append(name ? made(name, index, column) : html("td", { "aria-readonly": "true" })),
    );
    body.append(line);
  });

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

  const nameOf = (target) => target.closest?.("td[data-name]")?.dataset.name;

  /** The nearest cell from here, some rows and columns away; the same one where there is none. */
  const beside = (name, down, right) => {
    let { row, column } = cells.get(name);
    do {
      row += down;
      column += right;
      const found = page.rows[row]?.cells[column];
      if (found) return found;
    } while (page.rows[row] && column >= 0 && column < 5);
    return name;
  };
  const edge = (name, from) => page.rows[cells.get(name).row].cells[from > 0 ? "findLast" : "find"](Boolean);
  const column = (name, way) => {
    const found = page.rows.map((row) => row.cells[cells.get(name).column]).filter(Boolean);
    return found.at(way);
  };
  const steps = {
    ArrowUp: (name) => beside(name, -1, 0),
    ArrowDown: (name) => beside(name, 1, 0),
    ArrowLeft: (name) => beside(name, 0, -1),
    ArrowRight: (name) => beside(name, 0, 1),
    Home: (name) => edge(name, -1),
    End: (name) => edge(name, 1),
    PageUp: (name) => column(name, 0),
    PageDown: (name) => column(name, -1),
  };

  const walk = (name) => {
    onselect(name);
    const { node: cell } = cells.get(name);
    cell.focus();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" }); // clear of the names, which stay in place
  };

  /** Put a text field into a cell; Enter takes its number, Escape leaves the old one. */
  const edit = (name, text) => {
    const { node: cell, whole, rest } = cells.get(name);
    if (cell.querySelector("input")) return;
    const label = `New number for ${page.cells[name].title}`;
    const input = html("input", { type: "text", inputmode: "decimal", "aria-label": label, ...OWN_KEYS });
    input.value = text;
    let open = true;
    const close = (keep) => {
      if (!open) return; // taking the field away takes its focus, which would close it again
      open = false;
      const inside = cell.contains(document.activeElement);
      const typed = input.value;
      cell.replaceChildren(whole, rest);
      if (keep && typed !== text) ontype(name, typed);
      // Once the new numbers stand, for focus makes the browser lay out the whole page; unless another cell has it.
      if (inside) queueMicrotask(() => document.activeElement === document.body && cell.focus());
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      const answers = { Enter: 0, Escape: 0, ArrowUp: -1, ArrowDown: 1 };
      if (!(event.key in answers) || event.isComposing) return;
      event.preventDefault();
      close(event.key !== "Escape");
      if (answers[event.key]) walk(beside(name, answers[event.key], 0));
    });
    input.addEventListener("blur", () => close(true));
    cell.replaceChildren(input);
    input.focus();
    input.setSelectionRange(text.length, text.length);
    return input;
  };

  const begin = (name, first) => {
    if (!page.cells[name].editable) return ontype(name, null);
    if (first === undefined) return edit(name, cells.get(name).typed ?? "");
    const input = edit(name, "");
    if (input) input.value = first; // typing replaces
    return input;
  };

  node.addEventListener("keydown", (event) => {
    const name = nameOf(event.target);
    if (!name || event.target.tagName === "INPUT" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (steps[event.key]) walk(steps[event.key](name));
    else if (event.key === "Enter" || event.key === "F2") begin(name);
    else if (event.key === "Delete" || event.key === "Backspace") ontype(name, "");
    else if (event.key.length === 1 && event.key !== " ") begin(name, event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  node.addEventListener("click", (event) => {
    const name = nameOf(event.target);
    if (name && event.target.tagName !== "INPUT") walk(name);
  });
  node.addEventListener("dblclick", (event) => {
    const name = nameOf(event.target);
    if (name && page.cells[name].editable) begin(name);
  });

  /** Write a number or a formula into each cell that changed, or into all: [before the point, after it]. */
  const show = (texts, numbers, all) => {
    for (const [name, cell] of cells) {
      if (!all && cell.number === numbers.get(name)) continue;
      cell.number = numbers.get(name);
      const [whole, rest] = texts(name);
      if (cell.whole.textContent !== whole) cell.whole.textContent = whole;
      if (cell.rest.textContent !== rest) cell.rest.textContent = rest;
      cell.node.dataset.number = cell.number;
      cell.typed = asTyped(cell.number);
    }
  };

  const select = (name, precedents) => {
    if (selected) {
      cells.get(selected).node.tabIndex = -1;
      cells.get(selected).node.removeAttribute("aria-selected");
    }
    for (const old of near) cells.get(old).node.classList.remove("bpl-sheet-near");
    near = precedents.filter((each) => cells.has(each));
    for (const each of near) cells.get(each).node.classList.add("bpl-sheet-near");
    selected = name;
    cells.get(name).node.tabIndex = 0;
    cells.get(name).node.setAttribute("aria-selected", "true");
  };

  const mark = (moved) => {
    for (const [name, cell] of cells) cell.node.classList.toggle("bpl-sheet-moved", moved.has(name));
  };

  return { node, show, select, mark };
}
