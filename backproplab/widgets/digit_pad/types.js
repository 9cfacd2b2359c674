// What the digit pad's page and Python hand each other. Types alone: no page loads this file.

/**
 * The traits of DigitPad, in widget.py.
 *
 * @typedef {object} Traits
 * @property {number} paper The side of the paper, in its own units.
 * @property {number} pen Its radius.
 * @property {DataView} palette Red, green and blue of 256 colours.
 * @property {Action[]} actions What the reader did.
 * @property {number} target A digit.
 * @property {number} step_size
 * @property {number} request Counts the questions to Python.
 * @property {Answer} answer
 */

/**
 * What a reader did: a line drawn, a digit of MNIST put on the paper, the paper cleared, steps down the gradient.
 *
 * @typedef {object} Action
 * @property {number[]} [stroke] x₀, y₀, x₁, y₁ …
 * @property {number} [sample]
 * @property {boolean} [clear]
 * @property {number} [steps]
 * @property {number} [target] With steps.
 * @property {number} [step_size] With steps.
 */

/**
 * What a network makes of the picture.
 *
 * @typedef {object} Answer
 * @property {number} to The request that is answered.
 * @property {number} target The digit that loss and gradient are for.
 * @property {DataView} base A digit that lies under the ink, or nothing.
 * @property {DataView} seen What the network sees: 28 × 28 amounts of ink.
 * @property {DataView} map ∂L/∂pixel, as places in the palette.
 * @property {string} reach How far the palette goes.
 * @property {number[]} marks The pixels of the largest and of the smallest entry; none if there is no such.
 * @property {string} where The same in words.
 * @property {number[]} shares Ten probabilities.
 * @property {string[]} percents
 * @property {number} best A digit.
 * @property {string} loss
 * @property {number} steps
 * @property {string} said
 */

export {};
