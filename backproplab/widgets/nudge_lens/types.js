// What Python hands to the page of the nudge lens. Types alone: no page loads this file.

/**
 * The traits of NudgeLens, in widget.py.
 *
 * @typedef {object} Traits
 * @property {string[]} names Of what is nudged, and of what answers.
 * @property {string[]} labels At the two axes.
 * @property {number} at
 * @property {number} value Of the function, at the point.
 * @property {number} slope Of the tangent.
 * @property {number[]} nudges Rising.
 * @property {number[]} changes Of the function, for each nudge.
 * @property {number[]} x Of the whole curve.
 * @property {number[]} y Of the whole curve.
 * @property {number[][]} near For each nudge the curve under the lens, its rise counted in nudges.
 * @property {number} place A place among the nudges.
 */

export {};
