// What the sheet says of its cells, in words and numbers.

import { lookUp, number } from "../kit/kit.js";

/** @import { Numbers, Page, Role } from "./types.js" */

/** @type {Record<Role, string>} */
export const MARKS = { value: "●", gradient: "▲", parameter: "■", loss: "◆" };
const ONE_BY_ONE = 8; // names; more are counted

/**
 * A cell's number as lesson 03 writes it: up to nine decimals.
 *
 * @param {number} value
 */
export function inPlaces(value) {
  if (!Number.isFinite(value)) return number(value);
  const text = value.toFixed(9).replace(/\.?0+$/, "");
  const plain = (text === "0" || text === "-0") && value !== 0 ? number(value, 3) : text;
  return (Math.abs(value) >= 1e9 ? value.toExponential(4) : plain).replaceAll("-", "−");
}

/**
 * A number that somebody typed, as short as it is.
 *
 * @param {number} value
 */
export function asTyped(value) {
  const text = String(value).replaceAll("-", "−");
  return text.length > 12 ? inPlaces(value) : text;
}

/**
 * Five significant digits, for a formula with its numbers.
 *
 * @param {number} value
 */
export function inShort(value) {
  return Number.isFinite(value) ? String(Number(value.toPrecision(5))).replaceAll("-", "−") : number(value);
}

/**
 * "a, b and c", or how many where there are too many to say.
 *
 * @param {string[]} names
 * @param {string} noun
 */
export function listed(names, noun) {
  if (names.length > ONE_BY_ONE) return `${names.length} ${noun}`;
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/**
 * The number in a text, or null: a point or a comma, any minus, an exponent.
 *
 * @param {string} text
 */
export function typedNumber(text) {
  const plain = text
    .trim()
    .replace(/[−–]/g, "-")
    .replace(/^([^.,]*),([^.,]*)$/, "$1.$2");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) && Number.isFinite(Number(plain))
    ? Number(plain)
    : null;
}

/**
 * What a page calls a cell.
 *
 * @param {Page} page
 * @param {string} name
 */
export function titleOf(page, name) {
  return page.cells[name].title ?? name;
}

/**
 * What followed from a change, by name of cell: which values and gradients moved, which are now 0, and L.
 *
 * @param {Page} page
 * @param {Numbers} before
 * @param {Numbers} now
 */
export function whatMoved(page, before, now) {
  /** @param {number} column */
  const moved = (column) =>
    page.rows
      .map((row) => row.cells[column])
      .filter((name) => name && before.get(name) !== now.get(name) && page.cells[name].formula);
  /** @param {string} name */
  const title = (name) => titleOf(page, name);
  const values = moved(0).filter((name) => name !== "L");
  const gradients = moved(1);
  const gone = gradients.filter((name) => now.get(name) === 0);
  const all = page.rows.filter((row) => page.cells[row.cells[1]]?.formula).length;
  const [first, loss] = [lookUp(before, "L"), lookUp(now, "L")];
  const said = [`L ${first === loss ? "stays at" : `goes from ${inPlaces(first)} to`} ${inPlaces(loss)}.`];
  if (values.length) {
    said.push(`With it ${listed(values.map(title), "values")} ${values.length > 1 ? "move" : "moves"}.`);
  }
  if (gradients.length) {
    const named = gradients.length < 4 ? `: ${listed(gradients.map(title), "of them")}` : "";
    const change = gradients.length > 1 ? "change" : "changes";
    said.push(`${gradients.length} of ${all} gradients ${change}${named}.`);
  }
  if (gone.length) said.push(`Now 0: ${listed(gone.map(title), "of them")}.`);
  if (![...now.values()].every(Number.isFinite)) {
    said.push("Some numbers are beyond what a computer can hold: reset, or choose a smaller learning rate.");
  }
  return {
    names: new Set([...values, "L", ...gradients].filter((name) => before.get(name) !== now.get(name))),
    said: said.join(" "),
  };
}
