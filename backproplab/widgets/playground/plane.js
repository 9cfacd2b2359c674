// Maps over the plane: shades from Python looked up in a palette from Python, the data, a unit's line.

import { bytes, drawingContext, floats, html, svg } from "../kit/kit.js";

/** @import { Model } from "../kit/types.js" */
/** @import { Theme, Traits } from "./types.js" */

export const SMALL = 22; // points along a side of a unit's small map
const LARGE = 64; // and of the large one
const PIXELS = 640; // of the data's canvas

/**
 * A map of side × side shades: { node, paint(shades, palette) }. Its outermost points lie on its edges.
 *
 * @param {number} side
 * @param {{ role?: string }} [attributes]
 */
export function shadedMap(side, attributes = {}) {
  const canvas = html("canvas", { width: side, height: side, ...attributes });
  const context = drawingContext(canvas, { willReadFrequently: true });
  const image = context.createImageData(side, side);
  image.data.fill(255);
  // The browser smooths what it enlarges; half a point hangs over at each edge.
  canvas.style.width = canvas.style.height = `${(100 * side) / (side - 1)}%`;
  canvas.style.left = canvas.style.top = `${-50 / (side - 1)}%`;
  /** @type {(shades: Uint8Array, palette: Uint8Array) => void} */
  const paint = (shades, palette) => {
    for (let index = 0; index < side * side; index += 1) {
      const colour = 3 * shades[index];
      for (let part = 0; part < 3; part += 1) image.data[4 * index + part] = palette[colour + part];
    }
    context.putImageData(image, 0, 0);
  };
  return { node: html("div", { class: "pg-map" }, canvas), canvas, paint };
}

/**
 * The large map of the chosen unit, with the data: { node, canvas, draw(), drawPoints() }.
 *
 * @param {Model<Traits>} model
 * @param {Theme} theme
 */
export function planeDrawing(model, theme) {
  const map = shadedMap(LARGE, { role: "img" });
  const line = svg("path", { class: "pg-line" });
  const lines = svg("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" }, line);
  const over = html("canvas", { width: PIXELS, height: PIXELS, "aria-hidden": "true" });
  const ends = ["left", "right", "bottom", "top"].map((name) => html("span", { class: `pg-${name}` }));
  const axes = [html("span", { class: "pg-x" }, "x₁"), html("span", { class: "pg-y" }, "x₂")];
  const node = html("div", { class: "pg-plane" }, map.node, lines, over, ...ends, ...axes);

  /** @param {boolean} isOutput */
  function draw(isOutput) {
    map.paint(bytes(model.get("plane")), theme(isOutput ? "classes" : "values"));
    const places = floats(model.get("line"));
    let path = "";
    let command = "M";
    for (let index = 0; index < places.length; index += 2) {
      const isGap = Number.isNaN(places[index]);
      if (!isGap) path += `${command}${places[index].toFixed(4)} ${places[index + 1].toFixed(4)}`;
      command = isGap ? "M" : "L";
    }
    line.setAttribute("d", path);
  }

  function drawPoints() {
    const { window } = model.get("shape");
    const numbers = floats(model.get("points"));
    const context = drawingContext(over);
    const radius = numbers.length / 3 < 20 ? 17 : 8;
    const style = getComputedStyle(node);
    context.clearRect(0, 0, PIXELS, PIXELS);
    for (let index = 0; index < numbers.length; index += 3) {
      const x = (PIXELS * (numbers[index] - window[0])) / (window[1] - window[0]);
      const y = (PIXELS * (window[3] - numbers[index + 1])) / (window[3] - window[2]);
      const one = numbers[index + 2] > 0.5;
      context.beginPath();
      if (one) triangle(context, x, y, 1.25 * radius);
      else context.arc(x, y, radius, 0, 2 * Math.PI);
      context.closePath();
      context.fillStyle = style.getPropertyValue(one ? "--pg-one" : "--pg-none");
      context.fill();
      context.lineWidth = radius < 10 ? 2 : 4;
      context.strokeStyle = style.getPropertyValue("--bpl-paper");
      context.stroke();
    }
    for (const [index, end] of ends.entries()) {
      end.textContent = Number(window[index].toFixed(1)).toString().replace("-", "−");
    }
  }

  return { node, canvas: map.canvas, draw, drawPoints };
}

/** @type {(context: CanvasRenderingContext2D, x: number, y: number, radius: number) => void} */
function triangle(context, x, y, radius) {
  for (const turn of [-90, 30, 150]) {
    const angle = (turn * Math.PI) / 180;
    context.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
}
