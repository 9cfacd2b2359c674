// What Python hands to the film's page. Types alone: no page loads this file.

/**
 * The traits of GradientFilm, in widget.py.
 *
 * @typedef {object} Traits
 * @property {DataView} told Compressed: the Film as JSON.
 * @property {DataView} numbers Compressed; of all maps: (frames, units, pixels), one kind of map after another.
 * @property {DataView} pictures Compressed; of the worst examples, a byte a pixel from 0 to 15.
 * @property {DataView} palette Red, green and blue of each colour, 1 to 255.
 * @property {number} frame
 * @property {number[]} units Places among the film's units.
 * @property {number} weight A place among the film's traces.
 * @property {number[]} picked Of the weight picked in a map: [place of its unit, pixel]; [] for none.
 * @property {keyof Kind["scales"]} scale
 * @property {keyof Film["axes"]} axis
 */

/**
 * @typedef {object} Film
 * @property {string[]} steps Of each frame, as text.
 * @property {{ log: Axis, linear: Axis }} axes
 * @property {Chart[]} charts Top to bottom.
 * @property {Kind[]} maps
 * @property {string[]} units
 * @property {Trace[]} traces
 * @property {[rows: number, columns: number]} image_shape
 * @property {Worst} [worst]
 *
 * @typedef {{ at: number[], ticks: Tick[] }} Axis Where each frame stands, in percent.
 * @typedef {[place: number, text: string]} Tick In percent, from the left or from the top.
 * @typedef {{ label: string, unit: string, pixel: number | null }} Trace Where a traced weight is in a map.
 * @typedef {"loss" | "gradient" | "parameter"} Role
 */

/**
 * One kind of map, as maps.py tells it.
 *
 * @typedef {object} Kind
 * @property {string} title
 * @property {Role} role
 * @property {string} mark
 * @property {string[]} units
 * @property {number} start Where its bytes begin in all numbers.
 * @property {number} digits How many of each number.
 * @property {number} lowest The power of ten of the smallest number that has a place.
 * @property {boolean} differences Whether each frame tells what it adds to the one before.
 * @property {{ map: Scale, row: Scale, shared: Scale }} scales
 * @property {string[]} notes By frame; "" where the map is of the very step.
 *
 * @typedef {object} Scale How far the colours reach, by frame and unit; a single row holds for all frames.
 * @property {number[][]} reach
 * @property {string[][]} texts
 */

/**
 * One chart, as curves.py tells it: SVG paths in a box of 1000 × 1000, places in percent.
 *
 * @typedef {object} Chart
 * @property {string} title
 * @property {Role} role
 * @property {string} mark
 * @property {boolean} single Whether one line of several is shown, the one chosen.
 * @property {Line[]} lines
 * @property {Tick[]} ticks
 *
 * @typedef {object} Line
 * @property {string} name
 * @property {string} dash
 * @property {Paths} paths
 * @property {Paths} [dots] Where the points are, if the line alone would not tell.
 * @property {Paths | null} means
 * @property {(number | null)[]} heights By frame; null where the number has no place.
 * @property {string[]} texts By frame.
 *
 * @typedef {{ log: string, linear: string }} Paths
 */

/**
 * The examples of each frame's batch with the largest loss, worst first, as worst.py tells them.
 *
 * @typedef {object} Worst
 * @property {[picture: number, label: number, read: number, probability: string, loss: string][][]} frames
 * @property {string[]} notes By frame; "" where they are of the very step.
 */

export {};
