// What Python hands to the page of the activation curves. Types alone: no page loads this file.

/**
 * The traits of ActivationCurves, in widget.py.
 *
 * @typedef {object} Traits
 * @property {number[]} z
 * @property {Curve[]} curves
 * @property {number} which A place among the curves.
 * @property {number} place A place among z.
 */

/**
 * @typedef {object} Curve
 * @property {string} caption
 * @property {number[]} a At each z.
 * @property {number[]} slope At each z.
 * @property {number} low The scale of a, from low to high.
 * @property {number} high
 * @property {number[]} ticks
 * @property {string[]} said What holds at each z, in words.
 */

export {};
