// What Python hands to the page of the linked panels. Types alone: no page loads this file.

/**
 * The traits of LinkedPanels, in widget.py.
 *
 * @typedef {object} Traits
 * @property {string[]} names Of the values, the input first.
 * @property {number[]} nudges
 * @property {number[][]} values At each place all values of the chain.
 * @property {number[][]} slopes At each place the slope of each step.
 * @property {number[][][]} changes For each nudge, at each place, the change of each value.
 * @property {Curve[]} curves Of each step.
 * @property {number} place A place among the values.
 * @property {number} nudge A place among the nudges.
 */

/**
 * A step from its input x to its output y, sampled.
 *
 * @typedef {object} Curve
 * @property {number[]} x
 * @property {number[]} y
 */

export {};
