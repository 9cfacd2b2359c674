// One panel of the chain as SVG: a curve, its tangent at the point, and the ribbon that a change makes on its way.

import { number, svg } from "../kit/kit.js";

/** @import { Curve } from "./types.js" */

export const WIDTH = 250;
export const HEIGHT = 178;
export const BOX = { left: 12, right: 242, top: 22, bottom: 146 };
export const DIGITS = 4; // of a value
const CHARACTER = 7.4; // the width of one, at most
const ROOM = 0.06; // of a scale, left free at either end

/** @typedef {{ value: number, change: number, name: string }} End What stands on an axis: a value, and its change. */

/**
 * @param {number[]} values
 * @param {number} from
 * @param {number} to
 */
export function scale(values, from, to) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = ROOM * (high - low || 1);
  const span = high - low + 2 * room;
  return {
    /** @param {number} value */
    to: (value) => from + ((value - low + room) / span) * (to - from),
    /** @param {number} pixel */
    back: (pixel) => low - room + ((pixel - from) / (to - from)) * span,
  };
}

/**
 * The input of a step at a place of its panel, in units of the picture.
 *
 * @param {Curve} curve
 * @param {number} x
 */
export function inputAt(curve, x) {
  return scale(curve.x, BOX.left, BOX.right).back(x);
}

/**
 * @param {Curve} curve
 * @param {End} input
 * @param {End} output
 * @param {number} slope
 */
export function panel(curve, input, output, slope) {
  const across = scale(curve.x, BOX.left, BOX.right).to;
  const up = scale(curve.y, BOX.bottom, BOX.top).to;
  const [x, y] = [across(input.value), up(output.value)];
  const [xThen, yThen] = [across(input.value + input.change), up(output.value + output.change)];
  const points = curve.x.map((each, at) => `${across(each).toFixed(1)},${up(curve.y[at]).toFixed(1)}`);
  // The ribbon: up from the axis below to the curve, then across to the axis at the left.
  const ribbon = `M${x},${BOX.bottom}V${y}H${BOX.left}V${yThen}H${xThen}V${BOX.bottom}Z`;
  const says = `${input.name} = ${number(input.value, DIGITS)}`;
  const half = (says.length * CHARACTER) / 2;
  const middle = Math.min(Math.max(x, half), WIDTH - half);
  return [
    svg("path", { d: ribbon, class: "panels-ribbon" }),
    svg("path", { d: `M${BOX.left},${BOX.top}V${BOX.bottom}H${BOX.right}`, class: "panels-axis" }),
    svg("polyline", { points: points.join(" "), class: "panels-curve" }),
    svg("path", { d: touching(x, y, slope, across, up), class: "panels-tangent" }),
    svg("circle", { cx: xThen, cy: yThen, r: 5, class: "panels-then" }),
    svg("circle", { cx: x, cy: y, r: 7, class: "panels-point" }),
    svg("text", { x: BOX.left, y: 14 }, `${output.name} = ${number(output.value, DIGITS)}`),
    svg("text", { x: middle, y: BOX.bottom + 15, "text-anchor": "middle" }, says),
  ];
}

/**
 * A piece of the tangent, as far as it stays in the box.
 *
 * @param {number} x
 * @param {number} y
 * @param {number} slope
 * @param {(value: number) => number} across
 * @param {(value: number) => number} up
 */
export function touching(x, y, slope, across, up) {
  const steep = (slope * (up(1) - up(0))) / (across(1) - across(0));
  /** @param {number} edge */
  const reach = (edge) => {
    const wanted = edge - x;
    const most = steep * wanted < 0 ? (BOX.top - y) / steep : (BOX.bottom - y) / steep;
    return steep === 0 || Math.abs(wanted) < Math.abs(most) ? wanted : most;
  };
  const [back, on] = [reach(BOX.left), reach(BOX.right)];
  return `M${x + back},${y + steep * back}L${x + on},${y + steep * on}`;
}
