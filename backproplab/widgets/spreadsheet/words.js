// What the sheet says of its cells, in words and numbers.

import { number } from "../kit/kit.js";

export const MARKS = { value: "●", gradient: "▲", parameter: "■", loss: "◆" };
const ONE_BY_ONE = 8; // names; more are counted

/** A cell's number as lesson 03 writes it: up to nine decimals. */
export function inPlaces(value) {
  if (!Number.isFinite(value)) return number(value);
  const text = value.toFixed(9).replace(/\.?0+$/, "");
  const plain = (text === "0" || text === "-0") && value !== 0 ? number(value, 3) : text;
  return (Math.abs(value) >= 1e9 ? value.toExponential(4) : plain).replaceAll("-", "−");
}

/** A number that somebody typed, as short as it is. */
export function asTyped(value) {
  const text = String(value).replaceAll("-", "−");
  return text.length > 12 ? inPlaces(value) : text;
}

/** Five significant digits, for a formula with its numbers. */
export function inShort(value) {
  return Number.isFinite(value) ? String(Number(value.toPrecision(5))).replaceAll("-", "−") : number(value);
}

/** "a, b and c", or how many where there are too many to say. */
export function listed(names, noun) {
  if (names.length > ONE_BY_ONE) return `${names.length} ${noun}`;
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** The number in a text, or null: a point or a comma, any minus, an exponent. */
export function typedNumber(text) {
  const plain = text
    .trim()
    .replace(/[−–]/g, "-")
    .replace(/^([^.,]*),([^.,]*)$/, "$1.$2");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) && Number.isFinite(Number(plain))
    ? Number(plain)
    : null;
}

/** What followed from a change, by name of cell: which values and gradients moved, which are now 0, and L. */
export function whatMoved(page, before, now) {
  const moved = (column) =>
    page.rows
      .map((row) => row.cells[column])
      .filter((name) => name && before.get(name) !== now.get(name) && page.cells[name].formula);
  const title = (name) => page.cells[name].title;
  const values = moved(0).filter((name) => name !== "L");
  const gradients = moved(1);
  const gone = gradients.filter((name) => now.get(name) === 0);
  const all = page.rows.filter((row) => page.cells[row.cells[1]]?.formula).length;
  const said = [
    `L ${before.get("L") === now.get("L") ? "stays at" : `goes from ${inPlaces(before.get("L"))} to`} ${inPlaces(now.get("L"))}.`,
  ];
  if (values.length)
    said.push(`With it ${listed(values.map(title), "values")} ${values.length > 1 ? "move" : "moves"}.`);
  const named = gradients.length < 4 ? `: ${listed(gradients.map(title), "of them")}` : "";
  if (gradients.length)
    said.push(
      `${gradients.length} of ${all} gradients ${gradients.length > 1 ? "change" : "changes"}${named}.`,
    );
  if (gone.length) said.push(`Now 0: ${listed(gone.map(title), "of them")}.`);
  if (![...now.values()].every(Number.isFinite)) {
    said.push("Some numbers are beyond what a computer can hold: reset, or choose a smaller learning rate.");
  }
  return {
    names: new Set([...values, "L", ...gradients].filter((name) => before.get(name) !== now.get(name))),
    said: said.join(" "),
  };
}
