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
 * @property {number} weight A place in the flat vector of parameters.
 * @property {number[]} pair Two units of the last hidden layer.
 * @property {boolean} unfolded
 * @property {number} frame
 * @property {boolean} playing
 * @property {number} turn Counts what the page has set.
 * @property {Options} options
 * @property {Record<`${Palette}-${"light" | "dark"}`, DataView>} palette
 * @property {Shape} shape
 * @property {DataView} points Doubles: x₁, x₂ and the class of each.
 * @property {DataView} parameters Doubles, in the order of the flat vector.
 * @property {DataView} gradient Doubles, likewise.
 * @property {DataView} curves Floats: steps, loss, each layer's norm, a row each; from 0 to 1.
 * @property {Scales} scales
 * @property {Report} report
 * @property {number} pictures Counts what Python said; it changes last.
 * @property {Recorded[]} recording Runs to play where there is no Python.
 */

/**
 * @typedef {"data" | "loss" | "optimizer" | "learning_rate" | "depth" | "width" | "activation" | "initial" | "speed"} Choice
 *   The settings that a menu offers.
 */
/** @typedef {{ [Name in Choice]: [value: Traits[Name], text: string][] }} Options */
/** @typedef {"classes" | "values"} Palette */

/** @typedef {[left: number, right: number, bottom: number, top: number]} Window */

/**
 * @typedef {object} Shape
 * @property {string[]} names Of all units: inputs, hidden ones, the output.
 * @property {number[]} sizes Of the layers.
 * @property {string} activation
 * @property {Window} window
 * @property {boolean} own Whether a reader has changed the points.
 *
 * @typedef {[place: number, text: string]} Tick A part of its axis, from 0 to 1.
 * @typedef {{ steps: Tick[], loss: Tick[], norms: Tick[], names: number[] }} Scales The places of layers' names too.
 *
 * @typedef {object} Report
 * @property {string} progress
 * @property {string} said
 * @property {string} thickest
 * @property {string} unit
 * @property {string} trouble "" while there is none.
 * @property {number} edit The last change by hand that Python has taken.
 *
 * @typedef {object} Recorded A run of recording.py.
 * @property {number} seed
 * @property {number[]} steps
 * @property {string[]} progress
 * @property {string[]} said
 * @property {DataView} frames Floats `(frames, 2, size)`: parameters and gradient.
 * @property {DataView} curves
 * @property {Scales} scales
 */

/** @typedef {{ sizes: number[], activation: string, parameters: Float64Array }} Net */

/**
 * @typedef {object} Unit A unit over the plane, row by row from the top.
 * @property {Float64Array | null} sums Before the activation; an input has none.
 * @property {Float64Array} values
 * @property {[low: number, high: number]} ends Of its palette.
 */

/**
 * What the page shows at a moment, of a live run or a recorded one, with what a hand has changed.
 *
 * @typedef {object} Picture
 * @property {Net} net
 * @property {string[]} names
 * @property {Window} window
 * @property {Unit[]} units
 * @property {boolean[]} dead Which units answer 0 to every point, as ReLU can.
 * @property {number} chosen Which unit the large map shows.
 * @property {Float64Array} gradient
 * @property {boolean} stale Whether that gradient is of other weights or points than these.
 * @property {Float64Array} points
 * @property {number} held Which point is chosen; −1: none.
 */

/** @typedef {{ none: string, one: string, paper: string, ink: string }} Inks Colours of both classes, ground and words. */

/**
 * @typedef {(kind: Palette) => Uint8Array} Theme Red, green and blue of 256 shades, for the page as it is.
 * @typedef {<Name extends keyof Traits>(name: Name, value: Traits[Name]) => void} SetTrait
 */

export {};
