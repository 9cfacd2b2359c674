// The linked panels: a point in each, moved as one, and the ribbon of a change through all. Python computed it.

import { keepInNotebook } from "../kit/kept.js";
import { drag, html, listen, number, restingAnnouncer, saver, scrollBox, slider, svg } from "../kit/kit.js";
import { DIGITS, HEIGHT, inputAt, panel, WIDTH } from "./panel.js";

/** @import { View, Widget } from "../kit/types.js" */
/** @import { End } from "./panel.js" */
/** @import { Traits } from "./types.js" */

/** @param {number} value Three digits after the point, so that points stand in line. */
const fixed = (value) => value.toFixed(3).replace("-", "−");

/** @param {View<Traits>} view */
function render({ model, el }) {
  const names = model.get("names");
  const nudges = model.get("nudges");
  const values = model.get("values");
  const curves = model.get("curves");
  const [first, last] = [names[0], names[names.length - 1]];
  const saying = restingAnnouncer();
  const save = saver(model);

  const pictures = curves.map((curve, step) => {
    const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "panels-picture", role: "img" });
    let before = { place: model.get("place"), nudge: model.get("nudge") };
    let nudged = false; // whether it is the open point that was taken
    /** @param {MouseEvent} event */
    const point = (event) => {
      const { left, width } = picture.getBoundingClientRect();
      const wanted = inputAt(curve, ((event.clientX - left) / width) * WIDTH);
      const place = model.get("place");
      const nudges = model.get("changes").map((each) => each[place]);
      const moved = nudged
        ? { nudge: nearest(nudges, step, wanted - values[place][step]) }
        : { place: nearest(values, step, wanted) };
      if ((moved.place ?? place) !== place || (moved.nudge ?? model.get("nudge")) !== model.get("nudge")) {
        save(moved);
      }
    };
    drag(picture, {
      start: (event) => {
        before = { place: model.get("place"), nudge: model.get("nudge") };
        nudged = event.target instanceof Element && event.target.matches(".panels-then");
        if (event.pointerType !== "touch") point(event); // a finger may be about to scroll: its tap is a click
      },
      move: point,
      cancel: () => save(before),
    });
    picture.addEventListener("click", point);
    return picture;
  });

  const where = slider({
    label: first,
    min: 0,
    max: values.length - 1,
    value: model.get("place"),
    read: (place) => `${first} = ${number(values[place][0], DIGITS)}`,
    oninput: (place) => save({ place }),
  });
  const nudge = slider({
    label: `Nudge Δ${first}`,
    min: 0,
    max: nudges.length - 1,
    value: model.get("nudge"),
    read: (which) => `Δ${first} = ${nudges[which]}`,
    oninput: (which) => save({ nudge: which }),
  });

  const factors = [...curves.map((_, step) => `d${names[step + 1]}/d${names[step]}`), `d${last}/d${first}`];
  const rows = factors.map((factor, step) => {
    const sign = step === curves.length ? "=" : step ? "×" : "";
    const [slope, rate] = [html("td", { class: "panels-slope" }), html("td", { class: "panels-rate" })];
    const row = html("tr", {}, html("td", {}, sign), html("th", { scope: "row" }, factor), slope, rate);
    return { slope, rate, row };
  });
  const heads = [
    html("td"),
    html("td"),
    html("th", { scope: "col" }, "slope, dashed"),
    html("th", { scope: "col" }, "ribbon, Δ/Δ"),
  ];
  const table = html(
    "table",
    { class: "panels-table" },
    html("thead", {}, html("tr", {}, ...heads)),
    html("tbody", {}, ...rows.map(({ row }) => row)),
  );

  function draw() {
    const place = model.get("place");
    const at = values[place];
    const steep = model.get("slopes")[place];
    const change = model.get("changes")[model.get("nudge")][place];
    /** @type {(each: number) => End} */
    const end = (each) => ({ value: at[each], change: change[each], name: names[each] });
    pictures.forEach((picture, step) => {
      picture.replaceChildren(...panel(curves[step], end(step), end(step + 1), steep[step]));
      picture.setAttribute(
        "aria-label",
        `From ${names[step]} = ${number(at[step], DIGITS)} to ${names[step + 1]} = ${number(at[step + 1], DIGITS)}, ` +
          `with the tangent of slope ${fixed(steep[step])} and a ribbon from ` +
          `Δ${names[step]} = ${number(change[step], DIGITS)} to Δ${names[step + 1]} = ${number(change[step + 1], DIGITS)}.`,
      );
    });
    const rates = steep.map((_, step) => (change[step] ? change[step + 1] / change[step] : 0));
    const products = [steep.reduce((a, b) => a * b, 1), change[names.length - 1] / change[0]];
    rows.forEach(({ slope, rate }, step) => {
      slope.textContent = fixed(step < steep.length ? steep[step] : products[0]);
      rate.textContent = fixed(step < rates.length ? rates[step] : products[1]);
    });
    where.show(place);
    nudge.show(model.get("nudge"));
    const all = names.map((name, each) => `${name} = ${number(at[each], DIGITS)}`).join(", ");
    saying.say(
      `${all}. Slopes: ${steep.map(fixed).join(" × ")} = ${fixed(products[0])}. ` +
        `Ribbon: ${rates.map(fixed).join(" × ")} = ${fixed(products[1])}, for Δ${first} = ${change[0]}.`,
    );
  }

  el.append(
    html(
      "div",
      { class: "bpl panels", role: "group", "aria-label": `A chain of steps from ${first} to ${last}` },
      html("p", { class: "panels-task" }, "Drag a point in any panel."),
      html("div", { class: "panels-row" }, ...pictures),
      html(
        "div",
        { class: "panels-below" },
        scrollBox({ role: "region", "aria-label": "Slopes and ribbon, multiplied" }, table),
        html("div", { class: "panels-sliders" }, where.row, nudge.row),
      ),
      saying.node,
    ),
  );
  draw();
  const end = listen(model, { place: draw, nudge: draw });
  return () => {
    saying.end();
    end();
  };
}

/**
 * The row in which the number before a step comes nearest to what is wanted.
 *
 * @param {number[][]} values
 * @param {number} step
 * @param {number} wanted
 */
function nearest(values, step, wanted) {
  let best = 0;
  values.forEach((row, place) => {
    if (Math.abs(row[step] - wanted) < Math.abs(values[best][step] - wanted)) best = place;
  });
  return best;
}

/** @type {Widget<Traits>} */
export default { initialize: keepInNotebook, render };
