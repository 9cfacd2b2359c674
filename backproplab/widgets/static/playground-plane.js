// Maps over the plane: shades from Python looked up in a palette from Python, the data, a unit's line.

import { html, bytes, floats } from "./kit.js";

export const SMALL = 22; // points along a side of a unit's small map
const LARGE = 64; // and of the large one
const PIXELS = 640; // of the large canvas

/** painter(canvas, side)(shades, palette): the outermost points of the map lie on the canvas's edges. */
export function painter(canvas, side) {
  const small = html("canvas", { width: side, height: side });
  const image = small.getContext("2d").createImageData(side, side);
  image.data.fill(255);
  return (shades, palette) => {
    for (let index = 0; index < side * side; index += 1) {
      const colour = 3 * shades[index];
      for (let part = 0; part < 3; part += 1) image.data[4 * index + part] = palette[colour + part];
    }
    small.getContext("2d").putImageData(image, 0, 0);
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = true;
    context.drawImage(small, 0.5, 0.5, side - 1, side - 1, 0, 0, canvas.width, canvas.height);
  };
}

/** The large map of the chosen unit, with the data: { node, draw(), drawPoints() }. */
export function planeDrawing(model, theme) {
  const map = html("canvas", { width: PIXELS, height: PIXELS, role: "img" });
  const over = html("canvas", { width: PIXELS, height: PIXELS, "aria-hidden": "true" });
  const corner = (kind) => html("span", { class: `pg-${kind}` });
  const [left, right, bottom, top] = ["left", "right", "bottom", "top"].map(corner);
  const node = html("div", { class: "pg-plane" }, map, over, left, right, bottom, top);
  const paint = painter(map, LARGE);

  function draw(isOutput) {
    paint(bytes(model.get("plane")), theme(isOutput ? "classes" : "values"));
    const places = floats(model.get("line"));
    const context = map.getContext("2d");
    context.beginPath();
    let joined = false;
    for (let index = 0; index < places.length; index += 2) {
      const [x, y] = [places[index] * PIXELS, places[index + 1] * PIXELS];
      if (Number.isNaN(x)) joined = false;
      else if (joined) context.lineTo(x, y);
      else {
        context.moveTo(x, y);
        joined = true;
      }
    }
    context.lineWidth = 4;
    context.lineJoin = "round";
    context.strokeStyle = getComputedStyle(node).color;
    context.stroke();
  }

  function drawPoints() {
    const { window } = model.get("shape");
    const numbers = floats(model.get("points"));
    const context = over.getContext("2d");
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
    const ends = { left: window[0], right: window[1], bottom: window[2], top: window[3] };
    for (const span of [left, right, bottom, top]) {
      const end = ends[span.className.slice(3)];
      span.textContent = Number(end.toFixed(1)).toString().replace("-", "−");
    }
  }

  return { node, map, draw, drawPoints };
}

function triangle(context, x, y, radius) {
  for (const turn of [-90, 30, 150]) {
    const angle = (turn * Math.PI) / 180;
    context.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
}
