// What Python hands to the playground's page. Types alone: no page loads this file.

/**
 * The traits of Playground, in widget.py. Views hold little-endian float32 or bytes.
 *
 * @typedef {object} Traits
 * @property {string} data
 * @property {number} noise
 * @property {number} depth
 * @property {number} width
 * @property {string} activation
 * @property {string} initial
 * @property {string} loss
 * @property {string} optimizer
 * @property {number} learning_rate
 * @property {number} seed
 * @property {number} speed
 * @property {"weights" | "gradients" | "both"} lines
 * @property {number} unit A place among the units; −1 is the last.
 * @property {boolean} playing
 * @property {Options} options
 * @property {Record<`${Palette}-${"light" | "dark"}`, DataView>} palette
 * @property {Shape} shape
 * @property {DataView} points Floats: x₁, x₂ and the class of each.
 * @property {DataView} units Bytes: a small map a unit.
 * @property {DataView} plane Bytes: the large map of the chosen unit.
 * @property {DataView} line Floats: pairs from 0 to 1, right and down; NaN between two pieces.
 * @property {DataView} weights Floats: parts of the largest.
 * @property {DataView} gradients Floats: places on a logarithmic scale that is always the same, signed.
 * @property {DataView} curves Floats: steps, loss, each layer's norm, a row each; from 0 to 1.
 * @property {Scales} scales
 * @property {Report} report
 * @property {number} pictures Counts what Python drew; it changes last.
 */

/**
 * @typedef {"data" | "loss" | "optimizer" | "learning_rate" | "depth" | "width" | "activation" | "initial" | "speed"} Choice
 *   The settings that a menu offers.
 */
/** @typedef {{ [Name in Choice]: [value: Traits[Name], text: string][] }} Options */
/** @typedef {"classes" | "values"} Palette */

/**
 * @typedef {object} Shape
 * @property {string[]} names Of all units: inputs, hidden ones, the output.
 * @property {number[]} sizes Of the layers.
 * @property {[left: number, right: number, bottom: number, top: number]} window
 *
 * @typedef {[place: number, text: string]} Tick A part of its axis, from 0 to 1.
 * @typedef {{ steps: Tick[], loss: Tick[], norms: Tick[], names: number[] }} Scales The places of layers' names too.
 *
 * @typedef {object} Report
 * @property {string} progress
 * @property {string} said
 * @property {string} thickest
 * @property {string} unit
 * @property {[low: string, high: string]} range
 * @property {boolean[]} dead Of the hidden units.
 * @property {string} trouble "" while there is none.
 */

/**
 * @typedef {(kind: Palette) => Uint8Array} Theme Red, green and blue of 256 shades, for the page as it is.
 * @typedef {<Name extends keyof Traits>(name: Name, value: Traits[Name]) => void} SetTrait
 */

export {};
