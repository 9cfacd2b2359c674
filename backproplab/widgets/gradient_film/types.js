// What Python hands to the film's page. Types alone: no page loads this file.

/**
 * The traits of GradientFilm, in widget.py.
 *
 * @typedef {object} Traits
 * @property {Film} film
 * @property {DataView} pixels Of all maps: (frames, units, pixels) bytes, one kind of map after another.
 * @property {DataView} palette Red, green and blue of each byte, 1 to 255.
 * @property {number} frame
 * @property {number[]} units Places among the film's units.
 * @property {number} weight A place among the film's traces.
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
 * @property {number} start Where its bytes begin in all pixels.
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
 * @property {Paths | null} means
 * @property {(number | null)[]} heights By frame; null where the number has no place.
 * @property {string[]} texts By frame.
 *
 * @typedef {{ log: string, linear: string }} Paths
 */

export {};
