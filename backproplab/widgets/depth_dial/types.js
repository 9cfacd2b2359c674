// What Python hands to the dial's page. Types alone: no page loads this file.

/**
 * The traits of DepthDial, in widget.py.
 *
 * @typedef {object} Traits
 * @property {Cases} cases
 * @property {string} activation
 * @property {string} start The standard deviation of the first weights, as a key of the frames.
 * @property {number} depth
 */

/**
 * @typedef {object} Cases
 * @property {string[]} activations
 * @property {string[]} starts
 * @property {number[]} depths Rising.
 * @property {Record<string, Record<string, Record<string, Frame>>>} frames By activation, start and depth.
 *
 * @typedef {object} Frame
 * @property {number[]} signal Powers of ten, the input first.
 * @property {number[]} message Likewise.
 * @property {number} low The vertical axis, in powers of ten.
 * @property {number} high
 * @property {number[]} ticks
 * @property {string} words
 */

export {};
