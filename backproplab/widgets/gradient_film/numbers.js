// What Python packed: bytes compressed by zlib, and in them numbers as digits.py counts them off.

import { bytes } from "../kit/kit.js";

/** @import { Film } from "./types.js" */

const [NAN, INFINITE] = [32767, 32766]; // places of what is no finite number

/**
 * The bytes again.
 *
 * @param {DataView} packed
 */
export async function unpacked(packed) {
  const stream = new Blob([bytes(packed).slice()]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * The numbers of each kind of map, (frames, units, pixels), true to as many digits as it says.
 *
 * @param {Film} film
 * @param {Uint8Array} all
 */
export function mapNumbers(film, all) {
  const [rows, columns] = film.image_shape;
  return film.maps.map((kind) => {
    const frame = kind.units.length * rows * columns;
    const count = film.steps.length * frame;
    const before = kind.differences ? frame : 0;
    const first = 10 ** (kind.digits - 1);
    return Float64Array.from(whole(all, kind.start, count, before), (place) => {
      if (place === 0 || place === NAN) return place && NaN;
      if (Math.abs(place) === INFINITE) return place * Infinity;
      const counted = Math.abs(place) - 1;
      const digits = Math.sign(place) * (first + (counted % (9 * first)));
      const power = kind.lowest + Math.floor(counted / (9 * first));
      return power < 0 ? digits / 10 ** -power : digits * 10 ** power;
    });
  });
}

/**
 * Whole numbers of two bytes, all low bytes first; with `before`, each adds to the one that is so many before it.
 *
 * @type {(all: Uint8Array, start: number, count: number, before: number) => Int16Array}
 */
function whole(all, start, count, before) {
  const numbers = new Int16Array(count);
  for (let at = 0; at < count; at += 1) {
    const added = all[start + at] | (all[start + count + at] << 8);
    numbers[at] = added + (before && at >= before ? numbers[at - before] : 0); // modulo 2¹⁶, as an Int16Array has it
  }
  return numbers;
}
