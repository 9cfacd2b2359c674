// The charts of a weight that was picked in a map: from the numbers of the maps, a point a frame.

import { number } from "../kit/kit.js";

/** @import { Chart, Film, Kind, Paths, Tick } from "./types.js" */

const AXES = /** @type {const} */ (["log", "linear"]);

/**
 * The weight's chart and that of its gradient, of whichever there are maps; none if nothing is picked.
 *
 * @param {Film} film
 * @param {Float64Array[]} numbers Of each kind of map: (frames, units, pixels).
 * @param {number[]} picked [place of the unit, pixel], or [].
 * @returns {Chart[]}
 */
export function pickedCharts(film, numbers, [unit, pixel]) {
  if (unit === undefined) return [];
  const [rows, columns] = film.image_shape;
  const name = film.units[unit];
  const address = `${name}, row ${Math.floor(pixel / columns) + 1}, column ${(pixel % columns) + 1}`;
  /** @type {Chart[]} */
  const charts = [];
  for (const [at, kind] of film.maps.entries()) {
    const place = kind.units.indexOf(name);
    if (place < 0) continue;
    const values = film.steps.map(
      (_, frame) => numbers[at][(frame * kind.units.length + place) * rows * columns + pixel],
    );
    charts.push(oneOf(film, kind, values, address));
  }
  charts.sort((one, other) => Number(one.role === "gradient") - Number(other.role === "gradient"));
  for (const { lines } of charts.slice(1)) lines[0].name = ""; // it stands above
  return charts;
}

/** @type {(film: Film, kind: Kind, values: number[], address: string) => Chart} */
function oneOf(film, kind, values, address) {
  const finite = values.filter(Number.isFinite);
  const [low, high] = kind.role === "gradient" ? around(finite) : between(finite);
  /** @param {number} value */
  const height = (value) => (100 * (high - value)) / (high - low);
  const heights = values.map((value) => (Number.isFinite(value) ? height(value) : null));
  /** @type {(draw: (points: [x: number, y: number][]) => string) => Paths} */
  const paths = (draw) => {
    const drawn = AXES.map((axis) => [axis, draw(points(film.axes[axis].at, heights, kind.notes))]);
    return Object.fromEntries(drawn);
  };
  const line = {
    name: address,
    dash: "",
    paths: paths((all) => all.map(([x, y], index) => `${index ? "L" : "M"}${x} ${y}`).join("")),
    dots: paths((all) => all.map(([x, y]) => `M${x} ${y}h0`).join("")),
    means: null,
    heights,
    texts: values.map((value, frame) => {
      const note = kind.notes[frame] && ` (${kind.notes[frame]})`;
      return number(value, kind.digits) + note;
    }),
  };
  const title = kind.role === "gradient" ? "Its gradient" : "Weight";
  const ticks = roundNumbers(low, high).map((value) => /** @type {Tick} */ ([height(value), short(value)]));
  return { title, role: kind.role, mark: kind.mark, single: true, lines: [line], ticks };
}

/**
 * Where each frame's number stands in the box of the curves; not where the number is that of another step.
 *
 * @type {(across: number[], heights: (number | null)[], notes: string[]) => [x: number, y: number][]}
 */
function points(across, heights, notes) {
  return heights.flatMap((height, frame) =>
    height === null || notes[frame]
      ? []
      : [/** @type {[number, number]} */ ([Math.round(10 * across[frame]), Math.round(10 * height)])],
  );
}

/**
 * An axis with its zero in the middle.
 *
 * @param {number[]} values
 */
function around(values) {
  const most = 1.05 * Math.max(...values.map(Math.abs), 0) || 1;
  return [-most, most];
}

/**
 * An axis from the lowest to the highest, with room.
 *
 * @param {number[]} values
 */
function between(values) {
  const [low, high] = values.length ? [Math.min(...values), Math.max(...values)] : [0, 1];
  const room = 0.06 * (high - low) || 0.1 * Math.abs(high) || 1;
  return [low - room, high + room];
}

/**
 * A round number in the least room.
 *
 * @param {number} value
 */
function short(value) {
  return String(Number(value.toPrecision(6))).replaceAll("-", "−");
}

/**
 * At most four round numbers on an axis: steps of 1, 2 or 5 times a power of ten.
 *
 * @type {(low: number, high: number) => number[]}
 */
function roundNumbers(low, high) {
  const rough = (high - low) / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((times) => times * power >= rough) ?? 10);
  const found = [];
  for (let at = Math.ceil(low / step); at <= high / step; at += 1) found.push(at * step);
  return found;
}
