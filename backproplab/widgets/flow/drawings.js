// An array as a small drawing that stands in a box: to be seen at a glance. What it says stands beside it in words.
import { drawingContext, html, svg } from "../kit/kit.js";

/** @import { Bars, Drawing, Pixels, Squares } from "./types.js" */

const SQUARES_A_ROW = 16;
const SQUARE = 8; // pixels, with the gap to the next
const BAR_WIDTH = 14; // pixels, with the gap to the next
const BARS_HEIGHT = 46; // pixels
const DIGITS_HEIGHT = 14; // below the bars

/**
 * @param {Drawing} drawing
 * @param {string} role "value" or "gradient": its colour.
 */
export function drawn(drawing, role) {
  const made =
    drawing.kind === "pixels"
      ? pixels(drawing)
      : drawing.kind === "squares"
        ? squares(drawing)
        : bars(drawing);
  return html("span", { class: `flow-drawn flow-of-${role}`, "aria-hidden": "true" }, made);
}

/** @param {Pixels} drawing */
function pixels({ rows, columns, colours }) {
  const canvas = html("canvas", { class: "flow-pixels", width: columns, height: rows });
  const context = drawingContext(canvas);
  const image = context.createImageData(columns, rows);
  for (let at = 0; at < rows * columns; at += 1) {
    const colour = Number.parseInt(colours.slice(6 * at, 6 * at + 6), 16);
    image.data.set([colour >> 16, (colour >> 8) & 255, colour & 255, 255], 4 * at);
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** @param {Squares} drawing */
function squares({ shares }) {
  const rows = Math.ceil(shares.length / SQUARES_A_ROW);
  const each = shares.map((share, at) =>
    svg("rect", {
      x: SQUARE * (at % SQUARES_A_ROW) + 1,
      y: SQUARE * Math.floor(at / SQUARES_A_ROW) + 1,
      width: SQUARE - 2,
      height: SQUARE - 2,
      class: share ? "flow-mark" : "flow-empty",
      "fill-opacity": share ? 0.3 + 0.7 * share : null,
    }),
  );
  return sized(SQUARE * Math.min(SQUARES_A_ROW, shares.length), SQUARE * rows, ...each);
}

/** @param {Bars} drawing */
function bars({ shares, right }) {
  const up = Math.max(0, ...shares);
  const down = Math.max(0, ...shares.map((share) => -share));
  const unit = BARS_HEIGHT / Math.max(up + down, 1); // a probability is drawn on a scale that ends at 1
  const zero = BARS_HEIGHT - down * unit;
  const marks = shares.flatMap((share, at) => {
    const height = Math.abs(share) * unit;
    const place = {
      x: BAR_WIDTH * at + 2,
      y: share > 0 ? zero - height : zero,
      width: BAR_WIDTH - 4,
      height,
    };
    const digit = { x: BAR_WIDTH * (at + 0.5), y: BARS_HEIGHT + DIGITS_HEIGHT - 2, "text-anchor": "middle" };
    return [
      svg("rect", { ...place, class: "flow-mark" }),
      svg("text", { ...digit, class: at === right ? "flow-right" : "" }, String(at)),
    ];
  });
  const line = svg("path", { d: `M0 ${zero}H${BAR_WIDTH * shares.length}`, class: "flow-zero" });
  return sized(BAR_WIDTH * shares.length, BARS_HEIGHT + DIGITS_HEIGHT, ...marks, line);
}

/**
 * @param {number} width
 * @param {number} height
 * @param {...SVGElement} marks
 */
function sized(width, height, ...marks) {
  return svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` }, ...marks);
}
