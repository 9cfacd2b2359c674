// What Python hands to the sheet's page. Types alone: no page loads this file.

/**
 * The traits of Spreadsheet, in widget.py.
 *
 * @typedef {object} Traits
 * @property {Page} page
 * @property {Record<string, number>} numbers What the reader changed, by name.
 * @property {number} updates
 * @property {string} selected The name of a cell.
 * @property {boolean} formulas_shown
 */

/**
 * @typedef {object} Page
 * @property {string} title
 * @property {string[]} heads Of the columns B to F.
 * @property {string[]} parameters Names of the cells that an update changes.
 * @property {Row[]} rows
 * @property {Record<string, Cell>} cells By name: "dL_dw3".
 *
 * @typedef {"value" | "gradient" | "parameter" | "loss"} Role
 *
 * @typedef {object} Row A heading has no cells.
 * @property {number} number
 * @property {string} title
 * @property {string} meaning
 * @property {Role} role
 * @property {string[]} cells Names, columns B to F; "" where there is none.
 *
 * @typedef {object} Cell
 * @property {string} at "Network!B15".
 * @property {Role} role
 * @property {string} formula "=C20*B19"; "" for a number.
 * @property {string} [title] Of a cell that a page speaks of.
 * @property {string} [template] Of a cell to be seen: its formula, with "{Network!B15}" for a cell.
 * @property {number} [value] Of a number, where the sheet begins.
 * @property {boolean} [editable] Of a number.
 */

/** @typedef {Map<string, number>} Numbers Every cell's number, by name. */

export {};
