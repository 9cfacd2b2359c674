// What Python hands to the page of the descent. Types alone: no page loads this file.

/**
 * The traits of Descent, in widget.py.
 *
 * @typedef {object} Traits
 * @property {Surface[]} surfaces
 * @property {string[]} optimizers
 * @property {number[]} rates
 * @property {number} surface A place among the surfaces.
 * @property {number} rate A place among the rates.
 * @property {number} shown A place among the optimizers, or their number: all.
 * @property {number} step
 * @property {number} turn In degrees.
 * @property {number} tilt In degrees; 90 is from above.
 */

/**
 * @typedef {object} Surface
 * @property {string} caption
 * @property {number} reach How far both axes go from 0.
 * @property {number} ceiling The loss of height 1.
 * @property {number[][]} heights By rows of w₂, both axes rising.
 * @property {Run[][]} runs By optimizer, then by rate.
 */

/**
 * Each a list over the steps; null outside of the picture, and for the loss of what has run away.
 *
 * @typedef {object} Run
 * @property {(number | null)[]} w1
 * @property {(number | null)[]} w2
 * @property {(number | null)[]} loss
 */

export {};
