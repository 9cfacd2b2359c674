// Where boxes and arrows go, as plots/ranking.py and plots/layered.py place them: for a graph with closed groups.

/** @import { Laid, Link, Run, Size } from "./types.js" */

const INCH = 112; // pixels: PIXELS of graph.py
const PORT = 0.2 * INCH; // between two lines that end at the same box: a label fits in it
const APART = 0.16 * INCH; // least distance between two boxes of a layer
const LANE = 0.14 * INCH; // height kept free for a line that passes through a layer
const CROSSING_SWEEPS = 24;
const HEIGHT_SWEEPS = 60;
const LONG = 6; // layers: from here on a drawing is wider than it is tall by far

/**
 * Boxes and lines in the order given. The graph has no cycle; a link may occur twice.
 *
 * @param {Size[]} sizes In pixels.
 * @param {Link[]} links Parent, child, and the width of the label at the child.
 * @returns {Laid}
 */
export function laidOut(sizes, links) {
  const { layers, stations } = ranked(sizes.length, links);
  const rank = new Map(layers.flatMap((nodes, layer) => nodes.map((node) => [node, layer])));
  const inputs = sizes.map(() => 0);
  for (const [, child] of links) inputs[child] += 1;
  const tall = sizes.map(({ height }, node) => Math.max(height, inputs[node] * PORT + 0.1 * INCH));
  const half = (/** @type {number} */ node) => (tall[node] ?? LANE) / 2;
  const ports = portsOf(layers, stations);
  const middles = heightsOf(layers, stations, ports, half, sizes.length);
  const at = stations.map((line, index) =>
    line.map((node, place) => middles[node] + (place === line.length - 1 ? ports[index] : 0)),
  );
  const columns = columnsOf(layers, sizes, links, stations, at);
  const shift = levels(layers, sizes.length, middles, half);
  const layerOf = (/** @type {number} */ node) => rank.get(node) ?? 0;
  const boxes = sizes.map(({ width }, node) => {
    const { left, right } = columns[layerOf(node)];
    const height = tall[node];
    const y = middles[node] + shift[layerOf(node)] - height / 2;
    return { x: (left + right - width) / 2, y, width, height };
  });
  // A long graph is measured by its boxes, as in graph.py; else lanes that pass above all boxes count.
  const spans = layers.length < LONG ? middles.map((_, node) => node) : sizes.map((_, node) => node);
  const level = (/** @type {number} */ node) => middles[node] + shift[layerOf(node)];
  const top = Math.min(...spans.map((node) => level(node) - half(node)));
  const bottom = Math.max(...spans.map((node) => level(node) + half(node)));
  const lines = stations.map((line, index) => {
    const runs = line.map((node, place) => {
      const { strip, right } = columns[layerOf(node)];
      return { left: strip, right, y: at[index][place] + shift[layerOf(node)] - top };
    });
    const [from, to] = [boxes[line[0]], boxes[line[line.length - 1]]];
    runs[0].left = from.x + from.width;
    runs[runs.length - 1].right = to.x;
    return runs;
  });
  for (const box of boxes) box.y -= top;
  return { boxes, lines, width: columns[columns.length - 1].right, height: bottom - top };
}

/**
 * An SVG path from parent to child: level runs, joined by bends.
 *
 * @param {Run[]} runs
 */
export function pathAlong(runs) {
  const parts = [`M${round(runs[0].left)} ${round(runs[0].y)}H${round(runs[0].right)}`];
  for (const [before, after] of pairs(runs)) {
    const middle = (before.right + after.left) / 2;
    const bend = [middle, before.y, middle, after.y, after.left, after.y].map(round).join(" ");
    parts.push(`C${bend}H${round(after.right)}`);
  }
  return parts.join("");
}

/** @param {number} length */
const round = (length) => Math.round(10 * length) / 10;

/**
 * @template T
 * @param {T[]} list
 * @returns {[T, T][]}
 */
const pairs = (list) => list.slice(1).map((one, at) => [list[at], one]);

/**
 * Layers by the longest path to the end, in the best order that sweeping comes across; and each link's stations:
 * its parent, a way-point in each layer that it passes, its child.
 *
 * @param {number} count
 * @param {Link[]} links
 */
function ranked(count, links) {
  const toEnd = Array.from({ length: count }, () => 0);
  for (let changed = true; changed; ) {
    changed = false;
    for (const [parent, child] of links) {
      if (toEnd[parent] > toEnd[child]) continue;
      toEnd[parent] = toEnd[child] + 1;
      changed = true;
    }
  }
  const last = Math.max(...toEnd);
  const ranks = toEnd.map((distance) => last - distance);
  /** @type {Map<string, number[]>} */
  const paths = new Map();
  const stations = links.map(([parent, child]) => {
    const known = paths.get(`${parent} ${child}`);
    if (known) return known;
    const path = [parent];
    for (let layer = ranks[parent] + 1; layer < ranks[child]; layer += 1) path.push(ranks.push(layer) - 1);
    path.push(child);
    paths.set(`${parent} ${child}`, path);
    return path;
  });
  /** @type {number[][]} */
  const layers = Array.from({ length: last + 1 }, () => []);
  for (const [node, layer] of ranks.entries()) layers[layer].push(node);
  return { layers: firstOnTop(fewestCrossings(layers, [...paths.values()]), stations), stations };
}

/**
 * @param {number[][]} start
 * @param {number[][]} paths
 */
function fewestCrossings(start, paths) {
  const count = start.flat().length;
  /** @type {number[][]} */
  const before = Array.from({ length: count }, () => []);
  /** @type {number[][]} */
  const after = Array.from({ length: count }, () => []);
  for (const path of paths) {
    for (const [tail, head] of pairs(path)) {
      after[tail].push(head);
      before[head].push(tail);
    }
  }
  let [best, least, layers] = [start, crossings(start, after), start];
  for (let sweep = 0; sweep < CROSSING_SWEEPS; sweep += 1) {
    const backwards = sweep % 2 === 0;
    layers = [...layers];
    for (let turn = 1; turn < layers.length; turn += 1) {
      const layer = backwards ? layers.length - 1 - turn : turn;
      const fixed = placesIn(layers[backwards ? layer + 1 : layer - 1]);
      const now = placesIn(layers[layer]);
      const kin = backwards ? after : before;
      const wanted = (/** @type {number} */ node) =>
        kin[node].length
          ? kin[node].reduce((sum, other) => sum + (fixed.get(other) ?? 0), 0) / kin[node].length
          : (now.get(node) ?? 0);
      layers[layer] = layers[layer].toSorted((one, other) => wanted(one) - wanted(other));
    }
    const found = crossings(layers, after);
    if (found < least) [best, least] = [layers, found];
  }
  return best;
}

/** @param {number[]} nodes */
const placesIn = (nodes) => new Map(nodes.map((node, place) => [node, place]));

/**
 * @param {number[][]} layers
 * @param {number[][]} after
 */
function crossings(layers, after) {
  const place = placesOf(layers);
  let found = 0;
  for (const nodes of layers) {
    const ends = nodes.map((node) => after[node].map((end) => place[end]));
    for (let one = 0; one < ends.length; one += 1) {
      for (let other = one + 1; other < ends.length; other += 1) {
        for (const end of ends[one]) for (const far of ends[other]) found += end > far ? 1 : 0;
      }
    }
  }
  return found;
}

/** @param {number[][]} layers */
function placesOf(layers) {
  /** @type {number[]} */
  const place = [];
  for (const nodes of layers) for (const [at, node] of nodes.entries()) place[node] = at;
  return place;
}

/**
 * The layers, or their mirror image if more boxes then have their first operand on top.
 *
 * @param {number[][]} layers
 * @param {number[][]} stations
 */
function firstOnTop(layers, stations) {
  const place = placesOf(layers);
  let falls = 0;
  for (const [at, line] of stations.entries()) {
    for (const later of stations.slice(at + 1)) {
      const [first, second] = [line, later].map((one) => place[one[one.length - 2]]);
      if (line[line.length - 1] === later[later.length - 1]) falls += Math.sign(first - second);
    }
  }
  return falls < 0 ? layers.map((nodes) => nodes.toReversed()) : layers;
}

/**
 * How far below its child's middle each line arrives: in the order that they have in the layer before.
 *
 * @param {number[][]} layers The last of a layer is its topmost.
 * @param {number[][]} stations
 */
function portsOf(layers, stations) {
  const place = placesOf(layers);
  const ports = stations.map(() => 0);
  /** @type {Map<number, number[]>} */
  const into = new Map();
  for (const [index, line] of stations.entries()) {
    const child = line[line.length - 1];
    into.set(child, [...(into.get(child) ?? []), index]);
  }
  for (const lines of into.values()) {
    const from = (/** @type {number} */ index) => place[stations[index][stations[index].length - 2]];
    const sorted = lines.toSorted((one, other) => from(other) - from(one) || one - other);
    for (const [at, index] of sorted.entries()) ports[index] = PORT * (at - (sorted.length - 1) / 2);
  }
  return ports;
}

/**
 * The heights at which lines climb least (in squares) while each layer keeps its order and its gaps; y falls.
 *
 * @param {number[][]} layers
 * @param {number[][]} stations
 * @param {number[]} ports
 * @param {(node: number) => number} half
 * @param {number} count Of boxes; what comes after them are way-points.
 */
function heightsOf(layers, stations, ports, half, count) {
  const all = layers.flat().length;
  /** @type {{ other: number, shift: number, weight: number }[][]} */
  const pulls = Array.from({ length: all }, () => []);
  for (const [index, line] of stations.entries()) {
    for (const [tail, head] of pairs(line)) {
      const shift = head === line[line.length - 1] ? ports[index] : 0;
      const weight = 1 + (tail >= count ? 3 : 0) + (head >= count ? 3 : 0); // a long line should run straight
      pulls[tail].push({ other: head, shift, weight });
      pulls[head].push({ other: tail, shift: -shift, weight });
    }
  }
  /** @type {number[]} */
  const y = [];
  const down = layers.map((nodes) => nodes.toReversed()); // the last is on top
  for (const nodes of layers) for (const [place, node] of nodes.entries()) y[node] = -INCH * place;
  const thereAndBack = [...down, ...down.toReversed()];
  for (let sweep = 0; sweep < HEIGHT_SWEEPS; sweep += 1) {
    for (const nodes of thereAndBack) {
      const weights = nodes.map((node) => pulls[node].reduce((sum, pull) => sum + pull.weight, 0) || 1);
      const wanted = nodes.map((node, at) => {
        const pulled = pulls[node].reduce((sum, pull) => sum + pull.weight * (y[pull.other] + pull.shift), 0);
        return pulled / weights[at];
      });
      for (const [at, height] of keptApart(wanted, weights, nodes.map(half)).entries()) y[nodes[at]] = height;
    }
  }
  return y;
}

/**
 * The nearest heights to `wanted` that keep order and gaps: pool adjacent violators (Ayer, 1955).
 *
 * @param {number[]} wanted
 * @param {number[]} weights
 * @param {number[]} halves
 */
function keptApart(wanted, weights, halves) {
  const offsets = [0];
  for (const [above, below] of pairs(halves)) {
    const gap = Math.min(above, below) > LANE / 2 ? APART : APART / 2;
    offsets.push(offsets[offsets.length - 1] + above + below + gap);
  }
  /** @type {{ mean: number, weight: number, members: number }[]} */
  const pools = [];
  for (const [at, height] of wanted.entries()) {
    let pool = { mean: height - offsets[at], weight: weights[at], members: 1 };
    for (let last = pools.at(-1); last && last.mean > pool.mean; last = pools.at(-1)) {
      const weight = pool.weight + last.weight;
      const mean = (pool.mean * pool.weight + last.mean * last.weight) / weight;
      pool = { mean, weight, members: pool.members + last.members };
      pools.pop();
    }
    pools.push(pool);
  }
  const means = pools.flatMap(({ mean, members }) => Array.from({ length: members }, () => mean));
  return means.map((mean, at) => mean + offsets[at]);
}

/**
 * The reach of each layer: after room for bends, room for its labels, then for its widest box.
 *
 * @param {number[][]} layers
 * @param {Size[]} sizes
 * @param {Link[]} links
 * @param {number[][]} stations
 * @param {number[][]} at
 */
function columnsOf(layers, sizes, links, stations, at) {
  /** @type {{ strip: number, left: number, right: number }[]} */
  const columns = [];
  for (const nodes of layers) {
    let climb = -1;
    for (const [index, line] of stations.entries()) {
      for (let place = 1; place < line.length; place += 1) {
        if (nodes.includes(line[place])) {
          climb = Math.max(climb, Math.abs(at[index][place] - at[index][place - 1]));
        }
      }
    }
    const bend = climb < 0 ? 0 : Math.min(0.06 * INCH + 0.5 * climb, 0.2 * INCH + 0.1 * climb, 0.5 * INCH);
    const strip = (columns.at(-1)?.right ?? 0) + bend;
    const labels = links.filter(([, child]) => nodes.includes(child)).map(([, , room]) => room);
    const left = strip + Math.max(0, ...labels);
    const widths = nodes.filter((node) => node < sizes.length).map((node) => sizes[node].width);
    columns.push({ strip, left, right: left + Math.max(0, ...widths) });
  }
  return columns;
}

/**
 * By how much each layer of a long graph is shifted, so that it does not fall from left to right.
 *
 * @param {number[][]} layers
 * @param {number} count
 * @param {number[]} middles
 * @param {(node: number) => number} half
 */
function levels(layers, count, middles, half) {
  if (layers.length < LONG) return layers.map(() => 0);
  const centres = layers.map((nodes) => {
    const boxes = nodes.filter((node) => node < count);
    const top = Math.min(...boxes.map((node) => middles[node] - half(node)));
    return (top + Math.max(...boxes.map((node) => middles[node] + half(node)))) / 2;
  });
  const place = (centres.length - 1) / 2;
  const mean = centres.reduce((sum, one) => sum + one, 0) / centres.length;
  const spread = centres.reduce((sum, _, at) => sum + (at - place) ** 2, 0);
  const slope = centres.reduce((sum, one, at) => sum + (at - place) * (one - mean), 0) / spread;
  return centres.map((_, at) => -(mean + slope * (at - place)));
}
