// The maps of a film: three digits a pixel, drawn as colours, and the hands that pick a pixel.

import { drawingContext, freshId, html, keys, OWN_KEYS, scrollBox } from "../kit/kit.js";
import { heading } from "./charts.js";
import { follow } from "./pointer.js";

/** @import { Film, Kind, Trace, Traits } from "./types.js" */

const ZERO = 128; // the colour of a zero; 127 more to either side of it
const HINT =
  "Click a pixel to chart its weight and the gradient of that. Then arrow keys move on, Esc or a click there lets go.";

/**
 * The maps: { node, choose(units), draw(frame, scale), mark(weight, picked) }; onpick gets what was picked, [] for
 * nothing.
 *
 * @param {Film} film
 * @param {Float64Array[]} numbers Of each kind of map: (frames, units, pixels).
 * @param {Uint8Array} palette
 * @param {(picked: number[]) => void} onpick
 */
export function mapsPanel(film, numbers, palette, onpick) {
  const colours = new Uint32Array(256);
  for (let at = 0; at < 256; at += 1) {
    const [red, green, blue] = palette.subarray(3 * at, 3 * at + 3);
    colours[at] = (255 << 24) | (blue << 16) | (green << 8) | red;
  }
  const [rows, columns] = film.image_shape;
  const body = html("div", {});
  const ring = html(
    "span",
    { class: "film-ring" },
    html("span", { "aria-hidden": "true" }),
    "the weight charted",
  );
  const node = html(
    "div",
    { class: "film-maps" },
    body,
    html("p", { class: "film-key" }, ...colourBar(palette), ring),
  );
  const help = html("p", { class: "film-help", id: freshId("help") }, HINT);
  node.append(help);
  /** @type {MapFrame[]} */
  let shown = [];
  /** @type {number[]} */
  let now = []; // what is picked
  let [wasAt, cursor] = [-1, (rows >> 1) * columns + (columns >> 1)]; // under the pointer; for the keys

  /** @type {(unit: number, pixel: number) => boolean} */
  const isPicked = (unit, pixel) => now[0] === unit && now[1] === pixel;
  /** @type {(unit: number, pixel: number) => void} */
  const toggle = (unit, pixel) => onpick(isPicked(unit, pixel) ? [] : [unit, pixel]);

  /**
   * Let a pointer and keys pick a pixel of a map.
   *
   * @param {HTMLElement} picture
   * @param {number} unit
   */
  function answer(picture, unit) {
    follow(picture, (event, isTap) => {
      const box = picture.getBoundingClientRect();
      const column = place(event.clientX - box.left, box.width, columns);
      const pixel = place(event.clientY - box.top, box.height, rows) * columns + column;
      if (isTap) toggle(unit, pixel);
      else if (pixel !== wasAt) onpick([unit, pixel]);
      wasAt = pixel;
    });
    /** @type {(right: number, down: number) => () => void} */
    const move = (right, down) => () => {
      const [row, column] = [Math.floor(cursor / columns), cursor % columns];
      const there = inside(row + down, rows) * columns + inside(column + right, columns);
      onpick([unit, now[0] === unit ? there : cursor]); // the first key picks, the next ones move
    };
    keys(picture, {
      ArrowLeft: move(-1, 0),
      ArrowRight: move(1, 0),
      ArrowUp: move(0, -1),
      ArrowDown: move(0, 1),
      Enter: () => toggle(unit, cursor),
      " ": () => toggle(unit, cursor),
      Escape: () => (now.length ? onpick([]) : false),
    });
  }

  /** @param {number[]} units */
  function choose(units) {
    shown = [];
    const kinds = film.maps.map((kind, at) => {
      /** @type {MapFrame[]} */
      const ours = [];
      for (const unit of units) {
        const place = kind.units.indexOf(film.units[unit]);
        if (place < 0) continue;
        const one = mapFrame(kind, numbers[at], place, rows, columns);
        one.picture.setAttribute("aria-describedby", help.id);
        answer(one.picture, unit);
        ours.push(one);
      }
      shown.push(...ours);
      const name = { role: "group", "aria-label": `Maps of ${kind.title}` };
      const frames = scrollBox({ class: "film-frames", ...name }, ...ours.map(({ node }) => node));
      frames.style.setProperty("--film-columns", String(Math.max(frames.children.length, 2)));
      return html("div", { class: `film-role-${kind.role}` }, heading(kind), frames);
    });
    body.replaceChildren(...(units.length ? kinds : [html("p", {}, "Choose a unit above to see its maps.")]));
  }

  /** @type {(frame: number, scale: Traits["scale"]) => void} */
  function draw(frame, scale) {
    for (const one of shown) {
      const { kind, place } = one;
      const { reach, texts } = kind.scales[scale];
      const at = Math.min(frame, reach.length - 1); // a scale over the whole film has a single row
      const start = (frame * kind.units.length + place) * rows * columns;
      fill(one, start, reach[at][place], colours);
      const note = kind.notes[frame] && ` (${kind.notes[frame]})`;
      one.caption.textContent = `${texts[at][place]}${note}`;
      const most = `no entry beyond ${kind.scales.map.texts[frame][place]}`;
      one.canvas.setAttribute(
        "aria-label",
        `${kind.title} of ${one.unit} at step ${film.steps[frame]}: ${most}`,
      );
    }
  }

  /**
   * Ring the weight that is charted: the one picked, else that of the menu.
   *
   * @type {(weight: number, picked: number[]) => void}
   */
  function mark(weight, picked) {
    now = picked;
    if (picked.length) cursor = picked[1];
    const trace = picked.length ? { unit: film.units[picked[0]], pixel: picked[1] } : film.traces.at(weight);
    ring.hidden = !shown.some(({ unit }) => pixelOf(trace, unit) !== null);
    for (const one of shown) {
      const pixel = pixelOf(trace, one.unit);
      one.pixel.hidden = pixel === null;
      if (pixel === null) continue;
      one.pixel.style.left = `${(100 * (pixel % columns)) / columns}%`;
      one.pixel.style.top = `${(100 * Math.floor(pixel / columns)) / rows}%`;
    }
  }
  return { node, choose, draw, mark };
}

/**
 * The pixel of a traced weight in the map of a unit; null where it is none of this unit's.
 *
 * @param {Pick<Trace, "unit" | "pixel"> | undefined} trace
 * @param {string} unit
 */
function pixelOf(trace, unit) {
  return trace?.unit === unit ? trace.pixel : null;
}

/** @typedef {ReturnType<typeof mapFrame>} MapFrame */

/**
 * @param {Kind} kind
 * @param {Float64Array} numbers
 * @param {number} place Of the unit, among those of this kind.
 * @param {number} rows
 * @param {number} columns
 */
function mapFrame(kind, numbers, place, rows, columns) {
  const canvas = html("canvas", { width: columns, height: rows, role: "img" });
  const pixel = html("span", { class: "film-pixel", hidden: true });
  pixel.style.width = `${100 / columns}%`;
  pixel.style.height = `${100 / rows}%`;
  const caption = html("span", { class: "film-reach" });
  const unit = kind.units[place];
  const name = { role: "application", "aria-label": `Pixels of ${kind.title} of ${unit}` };
  const picture = html("div", { class: "film-picture", tabindex: 0, ...name, ...OWN_KEYS }, canvas, pixel);
  const node = html("figure", {}, picture, html("figcaption", {}, `${unit} `, caption));
  const context = drawingContext(canvas);
  const image = context.createImageData(columns, rows);
  return {
    node,
    picture,
    canvas,
    numbers,
    context,
    image,
    words: new Uint32Array(image.data.buffer),
    pixel,
    caption,
    kind,
    place,
    unit,
  };
}

/**
 * Colour the pixels of a map, whose numbers begin at `start`, on a scale that reaches to ±`reach`. What is no number
 * is white, as a zero is.
 *
 * @param {MapFrame} frame
 * @param {number} start
 * @param {number} reach
 * @param {Uint32Array} colours
 */
function fill({ context, image, words, numbers }, start, reach, colours) {
  for (let at = 0; at < words.length; at += 1) {
    const share = Math.min(Math.max(numbers[start + at] / reach, -1), 1) || 0; // 0 / 0 is no number
    words[at] = colours[ZERO + Math.round(127 * share)];
  }
  context.putImageData(image, 0, 0);
}

/**
 * Which of so many equal parts of a length a place is in.
 *
 * @type {(at: number, length: number, parts: number) => number}
 */
const place = (at, length, parts) => inside(Math.floor((parts * at) / length), parts);

/** @type {(at: number, count: number) => number} */
const inside = (at, count) => Math.min(Math.max(at, 0), count - 1);

/** @param {Uint8Array} palette */
function colourBar(palette) {
  const stops = [];
  for (let at = 1; at < 256; at += 14) stops.push(`rgb(${palette.subarray(3 * at, 3 * at + 3).join(" ")})`);
  const bar = html("span", { class: "film-bar", "aria-hidden": "true" });
  bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  return [html("span", {}, "− blue"), bar, html("span", {}, "vermillion +")];
}
