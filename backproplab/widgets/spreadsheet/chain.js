// A network of one unit a layer, read from the formulas of its sheet: which weight carries what, and each way to L.

/** @import { Page } from "./types.js" */

/**
 * @typedef {object} Unit
 * @property {string} sum
 * @property {string} out
 * @property {{ weight: string, from: string }[]} edges
 * @property {string} bias "" where there is none.
 *
 * @typedef {{ inputs: string[], units: Unit[] }} Chain
 */

const DRAWN = 2; // units, and four inputs: what fits on a phone
const BESIDE = /^(dL_d|by_nudge_|gap_|new_)/; // what stands before a name in the other columns

/**
 * The chain of units that a sheet works out, or null where it has another form.
 *
 * @param {Page} page
 * @param {Map<string, string>} at The cells by their addresses.
 * @returns {Chain | null}
 */
export function chainOf(page, at) {
  const names = page.rows.map((row) => row.cells[0]).filter(Boolean);
  /** @type {Unit[]} */
  const units = [];
  for (const sum of names) {
    const terms = termsOf(page, sum).map((term) => namesIn(term, at));
    const edges = terms
      .filter((term) => term.length === 2 && page.parameters.includes(term[0]))
      .map(([weight, from]) => ({ weight, from }));
    if (!edges.length) continue;
    const out = names.find((each) => namesIn(page.cells[each].template ?? "", at).join() === sum);
    if (!out || (units.length && edges.some(({ from }) => from !== units[units.length - 1].out))) return null;
    units.push({ sum, out, edges, bias: terms.find((term) => term.length === 1)?.[0] ?? "" });
  }
  const inputs = units[0]?.edges.map(({ from }) => from) ?? [];
  return units.length === DRAWN && inputs.length <= 4 ? { inputs, units } : null;
}

/**
 * What a name of any column is about, and the way from there to L: ["w1", "z1", "h", "z2", "y", "L"].
 *
 * @param {Chain} chain
 * @param {string} cell
 */
export function wayToLoss({ inputs, units }, cell) {
  const name = cell.replace(BESIDE, "");
  const values = units.flatMap(({ sum, out }) => [sum, out]);
  if (values.includes(name)) return [...values.slice(values.indexOf(name)), "L"];
  if (name === "L" || /^t\d*$/.test(name)) return name === "L" ? ["L"] : [name, "L"];
  if (inputs.includes(name)) return [name, ...values, "L"];
  const unit = units.findIndex(
    ({ edges, bias }) => name === bias || edges.some((one) => one.weight === name),
  );
  return unit < 0 ? [] : [name, ...values.slice(2 * unit), "L"];
}

/**
 * The terms of a cell's formula, as its template has them.
 *
 * @param {Page} page
 * @param {string} name
 */
export function termsOf(page, name) {
  const template = page.cells[name].template ?? "";
  return /[(/]/.test(template) ? [template] : template.split(" + ");
}

/** @type {(template: string, at: Map<string, string>) => string[]} */
function namesIn(template, at) {
  return [...template.matchAll(/\{([^}]*)\}/g)].map(([, address]) => at.get(address) ?? "");
}
