// The forward pass in the browser, so that the plane answers while a weight is still under the finger.
//
// Training is Python's alone, and so are gradient and loss. A test holds these numbers to those of the layers.

/** @import { Net, Unit } from "./types.js" */

export const SIDE = 43; // points of the plane along each axis, its edges among them

/** @param {number} z */
export function sigmoid(z) {
  return 1 / (1 + Math.exp(-z));
}

/** @type {Record<string, (z: number) => number>} */
const FUNCTIONS = {
  sigmoid,
  tanh: Math.tanh,
  ReLU: (z) => Math.max(z, 0),
  "leaky ReLU": (z) => Math.max(z, 0.01 * z),
  GELU: (z) => 0.5 * z * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3))),
  softplus: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))),
  none: (z) => z,
};

/**
 * Where each layer's numbers begin in the flat vector: its weights `(inputs, outputs)`, then its biases.
 *
 * @param {number[]} sizes
 */
export function offsets(sizes) {
  const found = [0];
  for (let layer = 1; layer < sizes.length; layer += 1)
    found.push(found[layer - 1] + (sizes[layer - 1] + 1) * sizes[layer]);
  return found;
}

/**
 * Sums and values of every layer for points x₁, x₂ in turn: an array `(points, units)` a layer. The output's value is y.
 *
 * @param {Net} net
 * @param {Float64Array} x
 */
export function forward({ sizes, activation, parameters }, x) {
  const begins = offsets(sizes);
  const count = x.length / 2;
  const sums = [];
  const values = [x];
  for (let layer = 1; layer < sizes.length; layer += 1) {
    const [inputs, outputs] = [sizes[layer - 1], sizes[layer]];
    const bias = begins[layer - 1] + inputs * outputs;
    const f = layer === sizes.length - 1 ? sigmoid : FUNCTIONS[activation];
    const before = values[layer - 1];
    const z = new Float64Array(count * outputs);
    const a = new Float64Array(count * outputs);
    for (let point = 0; point < count; point += 1) {
      for (let unit = 0; unit < outputs; unit += 1) {
        let sum = parameters[bias + unit];
        for (let input = 0; input < inputs; input += 1)
          sum += before[point * inputs + input] * parameters[begins[layer - 1] + input * outputs + unit];
        z[point * outputs + unit] = sum;
        a[point * outputs + unit] = f(sum);
      }
    }
    sums.push(z);
    values.push(a);
  }
  return { sums, values };
}

/**
 * The points of a part of the plane, row by row from the top.
 *
 * @param {[left: number, right: number, bottom: number, top: number]} window
 */
export function grid([left, right, bottom, top]) {
  const points = new Float64Array(2 * SIDE * SIDE);
  for (let row = 0; row < SIDE; row += 1) {
    for (let column = 0; column < SIDE; column += 1) {
      points[2 * (row * SIDE + column)] = left + ((right - left) * column) / (SIDE - 1);
      points[2 * (row * SIDE + column) + 1] = top - ((top - bottom) * row) / (SIDE - 1);
    }
  }
  return points;
}

/**
 * What each unit answers over the plane: both inputs, the hidden units layer by layer, the output last.
 *
 * @param {Net} net
 * @param {[left: number, right: number, bottom: number, top: number]} window
 * @returns {Unit[]}
 */
export function unitsOver(net, window) {
  const { sums, values } = forward(net, grid(window));
  return values.flatMap((ofLayer, layer) => {
    const width = net.sizes[layer];
    const output = layer === net.sizes.length - 1;
    const layerEnds = ends(output ? "sigmoid" : net.activation, ofLayer);
    return Array.from({ length: width }, (_, unit) => ({
      sums: layer ? every(sums[layer - 1], width, unit) : null,
      values: every(ofLayer, width, unit),
      ends: layer ? layerEnds : [window[2 * unit], window[2 * unit + 1]],
    }));
  });
}

/** @type {(all: Float64Array, width: number, unit: number) => Float64Array} */
function every(all, width, unit) {
  if (width === 1) return all;
  const found = new Float64Array(all.length / width);
  for (let at = 0; at < found.length; at += 1) found[at] = all[at * width + unit];
  return found;
}

/**
 * The values at the ends of the palette: one scale for a layer, so that its units can be compared.
 *
 * @param {string} activation
 * @param {Float64Array} values
 * @returns {[low: number, high: number]}
 */
export function ends(activation, values) {
  if (activation === "sigmoid") return [0, 1];
  if (activation === "tanh") return [-1, 1];
  let top = 0;
  for (const value of values) if (Number.isFinite(value)) top = Math.max(top, Math.abs(value));
  return [activation === "ReLU" ? 0 : -(top || 1), top || 1];
}

/**
 * Values as places in a palette of 256; every second point of a row and of a column for a small map.
 *
 * @param {Float64Array} values
 * @param {[low: number, high: number]} ends
 * @param {number} [step]
 */
export function shades(values, [low, high], step = 1) {
  const side = Math.ceil(SIDE / step);
  const found = new Uint8Array(side * side);
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      const part = (values[row * step * SIDE + column * step] - low) / (high - low);
      found[row * side + column] = Math.round(255 * Math.min(1, Math.max(0, part)));
    }
  }
  return found;
}

/**
 * Where values over the plane are 0: an SVG path from 0 to 1, right and down, a piece for each cell of the grid.
 *
 * @param {Float64Array | null} values
 */
export function zeroLine(values) {
  if (!values) return "";
  let path = "";
  for (let row = 0; row + 1 < SIDE; row += 1) {
    for (let column = 0; column + 1 < SIDE; column += 1) {
      const at = row * SIDE + column;
      const first = values[at] > 0;
      const right = values[at + 1] > 0;
      const below = values[at + SIDE] > 0;
      if (first === right && first === below && first === values[at + SIDE + 1] > 0) continue;
      /** @type {[x: number, y: number, value: number][]} */
      const corners = [
        [column, row, values[at]],
        [column + 1, row, values[at + 1]],
        [column + 1, row + 1, values[at + SIDE + 1]],
        [column, row + 1, values[at + SIDE]],
      ];
      const crossed = corners.flatMap(([x, y, value], corner) => {
        const [nextX, nextY, next] = corners[(corner + 1) % 4];
        if (value > 0 === next > 0) return [];
        const part = value / (value - next);
        return [
          `${((x + part * (nextX - x)) / (SIDE - 1)).toFixed(4)} ${((y + part * (nextY - y)) / (SIDE - 1)).toFixed(4)}`,
        ];
      });
      for (let piece = 0; piece + 1 < crossed.length; piece += 2)
        path += `M${crossed[piece]}L${crossed[piece + 1]}`;
    }
  }
  return path;
}

/**
 * A gradient's place on the scale that its lines have, signed: from 1e−6 to 1, the same for every network at every step,
 * so that lines fade as training stalls; 0 for one of 0, and what lies below keeps its sign.
 *
 * @param {number} gradient
 */
export function onScale(gradient) {
  if (gradient === 0 || !Number.isFinite(gradient)) return 0;
  const place = (Math.log10(Math.abs(gradient)) + 6) / 6;
  return Math.sign(gradient) * Math.min(1, Math.max(0.001, place));
}

/**
 * The names of all parameters in their order: "x₁ → h1", "bias of h1".
 *
 * @param {number[]} sizes
 * @param {string[]} names
 */
export function parameterNames(sizes, names) {
  /** @type {string[]} */
  const found = [];
  let first = 0;
  for (let layer = 1; layer < sizes.length; layer += 1) {
    const sources = names.slice(first, first + sizes[layer - 1]);
    first += sizes[layer - 1];
    const targets = names.slice(first, first + sizes[layer]);
    for (const source of sources) for (const target of targets) found.push(`${source} → ${target}`);
    for (const target of targets) found.push(`bias of ${target}`);
  }
  return found;
}
