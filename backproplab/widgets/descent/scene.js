// A landscape and paths on it as SVG, seen from one side and from above; what is behind is drawn first.

import { svg } from "../kit/kit.js";

/** @import { Run, Surface } from "./types.js" */

export const WIDTH = 360;
export const HEIGHT = 300;
const MIDDLE = { x: WIDTH / 2, y: 150 };
const SIZE = 118; // of half an axis, in units of the picture
const TALL = 110; // of the ceiling

/** @typedef {(w1: number, w2: number, height: number) => { x: number, y: number, depth: number }} Projection */

/**
 * Where a place of the landscape is in the picture; the larger its depth, the nearer.
 *
 * @param {number} reach
 * @param {number} turn
 * @param {number} tilt
 * @returns {Projection}
 */
export function projection(reach, turn, tilt) {
  const [sine, cosine] = [Math.sin((turn * Math.PI) / 180), Math.cos((turn * Math.PI) / 180)];
  const [down, up] = [Math.sin((tilt * Math.PI) / 180), Math.cos((tilt * Math.PI) / 180)];
  return (w1, w2, height) => {
    const [u, v] = [w1 / reach, w2 / reach];
    const depth = sine * u - cosine * v;
    return {
      x: MIDDLE.x + SIZE * (cosine * u + sine * v),
      y: MIDDLE.y + SIZE * down * depth - TALL * up * (height - 0.4),
      depth,
    };
  };
}

/**
 * Both axes on the floor, where the loss is 0, and their names.
 *
 * @param {number} reach
 * @param {Projection} project
 */
export function axes(reach, project) {
  /** @type {[string, number, number][]} */
  const ends = [
    ["w₁", 1, 0],
    ["w₂", 0, 1],
  ];
  const lines = ends.map(([, along, across]) => {
    const [from, to] = [-reach, reach].map((far) => project(far * along, far * across, 0));
    return svg("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y, class: "descent-axis" });
  });
  const names = ends.map(([name, along, across]) => {
    const { x, y } = project(1.13 * reach * along, 1.13 * reach * across, 0);
    return svg("text", { x, y: y + 4, "text-anchor": "middle" }, name);
  });
  return { lines, names };
}

/**
 * The landscape: a quadrangle for each cell that is not cut off, darker where the loss is higher.
 *
 * @param {Surface} surface
 * @param {Projection} project
 */
export function ground(surface, project) {
  const { heights, reach } = surface;
  const last = heights.length - 1;
  /** @param {number} place */
  const along = (place) => reach * ((2 * place) / last - 1);
  const cells = [];
  for (let row = 0; row < last; row += 1) {
    for (let column = 0; column < last; column += 1) {
      const corners = [
        [row, column],
        [row, column + 1],
        [row + 1, column + 1],
        [row + 1, column],
      ];
      const tall = corners.map(([r, c]) => heights[r][c]);
      if (Math.min(...tall) >= 1) continue;
      const seen = corners.map(([r, c], each) => project(along(c), along(r), Math.min(tall[each], 1)));
      const mean = tall.reduce((sum, one) => sum + Math.min(one, 1), 0) / 4;
      const depth = seen.reduce((sum, one) => sum + one.depth, 0);
      cells.push({
        depth,
        mean,
        points: seen.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "),
      });
    }
  }
  cells.sort((one, other) => one.depth - other.depth);
  return cells.map(({ points, mean }) =>
    svg("polygon", { points, class: "descent-cell", style: `--height: ${(8 + 62 * mean).toFixed(0)}%` }),
  );
}

/**
 * One path up to a step, broken where it is outside, and a mark at its last place, if that is inside.
 *
 * @param {Run} run
 * @param {number} step
 * @param {number} which Of the optimizers.
 * @param {(w1: number, w2: number, loss: number) => { x: number, y: number }} place
 */
export function trail(run, step, which, place) {
  let drawn = "";
  let pen = "M";
  let end = null;
  for (let at = 0; at <= step; at += 1) {
    const [w1, w2, loss] = [run.w1[at], run.w2[at], run.loss[at]];
    end = w1 === null || w2 === null || loss === null ? null : place(w1, w2, loss);
    if (end) drawn += `${pen}${end.x.toFixed(1)},${end.y.toFixed(1)}`;
    pen = end ? "L" : "M";
  }
  const line = svg("path", { d: drawn, class: `descent-path descent-${which}` });
  return end ? [line, mark(which, end.x, end.y)] : [line];
}

const SHAPES = [
  "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0z",
  "M0,-6.5L6,4.5H-6z",
  "M-5,-5H5V5H-5z",
  "M0,-7L6,0L0,7L-6,0z",
  "M-2,-6H2V-2H6V2H2V6H-2V2H-6V-2H-2z",
];

/**
 * The mark of an optimizer: a shape and a colour of its own.
 *
 * @param {number} which
 * @param {number} x
 * @param {number} y
 */
export function mark(which, x, y) {
  const transform = `translate(${x.toFixed(1)},${y.toFixed(1)})`;
  return svg("path", { d: SHAPES[which], transform, class: `descent-mark descent-${which}` });
}
