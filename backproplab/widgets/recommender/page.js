// The recommender: a plane of people and films; a thumb moves one of each, and the chances of all films change.

import { keepInNotebook } from "../kit/kept.js";
import { announcer, button, html, listen, menu, saver, scrollBox, svg } from "../kit/kit.js";

/** @import { Model, View, Widget } from "../kit/types.js" */
/** @import { Traits } from "./types.js" */

const SIDE = 360;
const MARGIN = 16;
const LETTER = 6.6; // its width, on average, in a name in the plane
const HELP = "Choose a person, a film and a thumb. Each thumb begins from the same place, whoever gives it.";
/** One shape for each genre, around 0, in the order in which genres come up. */
const SHAPES = [
  "M-4.5,0a4.5,4.5 0 1 0 9,0a4.5,4.5 0 1 0 -9,0",
  "M0,-5l5,9h-10z",
  "M-4,-4h8v8h-8z",
  "M0,-6l6,6l-6,6l-6,-6z",
  "M0,5l5,-9h-10z",
];
const CROSS = "M-3.5,-3.5l7,7M-3.5,3.5l7,-7";

/** @param {number} z */
const sigmoid = (z) => 1 / (1 + Math.exp(-z));

/**
 * The two new rows, and all chances of the chosen person before and after the step.
 *
 * @param {Model<Traits>} model
 */
function stepped(model) {
  const person = model.get("person");
  const film = model.get("film");
  const thumb = model.get("thumb");
  const films = model.get("films");
  const biases = model.get("film_bias");
  const u = model.get("people")[person];
  const bias = model.get("person_bias")[person];
  /** @type {(a: number[], b: number[]) => number} */
  const product = (a, b) => a[0] * b[0] + a[1] * b[1];
  const before = films.map((f, place) => sigmoid(product(u, f) + bias + biases[place]));
  const move = thumb === -1 ? 0 : model.get("rate") * (before[film] - thumb);
  const newPerson = u.map((value, axis) => value - move * films[film][axis]);
  const newFilm = films[film].map((value, axis) => value - move * u[axis]);
  const after = films.map((f, place) =>
    place === film
      ? sigmoid(product(newPerson, newFilm) + bias + biases[place] - 2 * move)
      : sigmoid(product(newPerson, f) + bias - move + biases[place]),
  );
  return { newPerson, newFilm, before, after };
}

/** @type {(before: number, after: number) => string} What became of a chance, in the digits that are shown. */
const way = (before, after) =>
  before.toFixed(2) === after.toFixed(2) ? "hardly" : after < before ? "↓ falls" : "↑ rises";

/** @type {(from: number[], to: number[]) => string} */
const far = (from, to) => Math.hypot(to[0] - from[0], to[1] - from[1]).toFixed(2);

/** @type {(model: Model<Traits>, step: ReturnType<typeof stepped>, ways: string[]) => string} */
function wordsOf(model, { newPerson, newFilm, before, after }, ways) {
  const film = model.get("film");
  const title = model.get("titles")[film];
  const person = model.get("person");
  const called = model.get("person_names")[person];
  const name = called.slice(0, 1).toUpperCase() + called.slice(1);
  const chance = before[film].toFixed(2);
  if (model.get("thumb") === -1) return `${name} likes “${title}” with a chance of ${chance}. No thumb yet.`;
  const u = model.get("people")[person];
  const why =
    Math.hypot(u[0], u[1]) < 0.005
      ? ", since its gradient has this person's row as a factor, which is next to 0"
      : "";
  const others = ways.filter((_, place) => place !== film);
  /** @param {string} sort */
  const count = (sort) => others.filter((one) => one === sort).length;
  return [
    `${name} gives “${title}” a thumb ${model.get("thumb") === 1 ? "up" : "down"}:`,
    `the chance goes from ${chance} to ${after[film].toFixed(2)}.`,
    `${name} moves by ${far(u, newPerson)}, the film by ${far(model.get("films")[film], newFilm)}${why}.`,
    `No other film moves, yet of the other ${others.length} chances ${count("↓ falls")} fall,`,
    `${count("↑ rises")} rise and ${count("hardly")} hardly change.`,
  ].join(" ");
}

/** @param {View<Traits>} view */
function render({ model, el }) {
  const save = saver(model);
  const titles = model.get("titles");
  const kinds = [...new Set(model.get("genres"))];
  const picture = svg("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, class: "recommender-plane", role: "img" });
  const words = html("p", { class: "recommender-words" });
  const body = html("tbody");
  const saying = announcer({ class: "bpl-hidden" });

  /** @type {(count: number, name: (place: number) => string) => [string, string][]} */
  const options = (count, name) => Array.from({ length: count }, (_, place) => [String(place), name(place)]);
  const who = menu({
    label: "Person",
    options: options(model.get("people").length, (place) => model.get("person_names")[place]),
    value: String(model.get("person")),
    onchange: (value) => save({ person: Number(value) }),
  });
  const which = menu({
    label: "Film",
    options: options(titles.length, (place) => `${titles[place]} (${model.get("genres")[place]})`),
    value: String(model.get("film")),
    onchange: (value) => save({ film: Number(value) }),
  });
  const thumbs = [1, 0, -1].map((thumb) =>
    button(["No thumb", "Thumb down", "Thumb up"][thumb + 1], () => save({ thumb }), {
      "aria-pressed": "false",
    }),
  );

  function draw() {
    const film = model.get("film");
    const thumb = model.get("thumb");
    const { newPerson, newFilm, before, after } = stepped(model);
    who.input.value = String(model.get("person"));
    which.input.value = String(film);
    thumbs.forEach((one, place) => {
      one.setAttribute("aria-pressed", String(thumb === 1 - place));
    });
    picture.replaceChildren(...drawing(model, kinds, newPerson, newFilm));
    const ways = after.map((chance, place) => way(before[place], chance));
    const text = wordsOf(model, { newPerson, newFilm, before, after }, ways);
    words.textContent = text;
    saying.say(text);
    picture.setAttribute("aria-label", `People and films in a plane. ${text}`);
    const order = before.map((_, place) => place).sort((a, b) => before[b] - before[a]);
    body.replaceChildren(
      ...order.map((place) =>
        html(
          "tr",
          { class: place === film ? "recommender-chosen" : "" },
          html("th", { scope: "row" }, titles[place]),
          html("td", {}, before[place].toFixed(2)),
          html("td", {}, thumb === -1 ? "" : after[place].toFixed(2)),
          html("td", {}, thumb === -1 ? "" : ways[place]),
        ),
      ),
    );
  }

  const legend = html(
    "p",
    { class: "recommender-legend" },
    ...kinds.map((kind, place) =>
      html(
        "span",
        {},
        svg(
          "svg",
          { viewBox: "-7 -7 14 14", "aria-hidden": "true" },
          svg("path", { d: SHAPES[place], class: "recommender-film" }),
        ),
        kind,
      ),
    ),
    html(
      "span",
      {},
      svg(
        "svg",
        { viewBox: "-7 -7 14 14", "aria-hidden": "true" },
        svg("path", { d: CROSS, class: "recommender-person" }),
      ),
      "a person",
    ),
  );
  const heads = ["Film", "before", "after", ""].map((text) =>
    text ? html("th", { scope: "col" }, text) : html("td"),
  );
  const table = html(
    "table",
    {},
    html("caption", {}, "Chances of this person"),
    html("thead", {}, html("tr", {}, ...heads)),
    body,
  );
  el.append(
    html(
      "div",
      { class: "bpl recommender", role: "group", "aria-label": "Recommender" },
      html("div", { class: "bpl-row" }, who.row, which.row),
      html("div", { class: "bpl-row" }, ...thumbs),
      html("p", { class: "recommender-help" }, HELP),
      words,
      html(
        "div",
        { class: "recommender-halves" },
        html("div", {}, picture, legend),
        scrollBox({ class: "recommender-list", role: "region", "aria-label": "Chances of all films" }, table),
      ),
      saying.node,
    ),
  );
  draw();
  return listen(model, { person: draw, film: draw, thumb: draw });
}

/**
 * @param {Model<Traits>} model
 * @param {string[]} kinds
 * @param {number[]} newPerson
 * @param {number[]} newFilm
 */
function drawing(model, kinds, newPerson, newFilm) {
  const people = model.get("people");
  const films = model.get("films");
  const person = model.get("person");
  const film = model.get("film");
  const reach = 1.1 * Math.max(...[...people, ...films].flat().map(Math.abs), 1);
  /** @param {number[]} point */
  const at = ([x, y]) => [
    SIDE / 2 + (x / reach) * (SIDE / 2 - MARGIN),
    SIDE / 2 - (y / reach) * (SIDE / 2 - MARGIN),
  ];
  /** @type {(point: number[], d: string, look: string) => SVGElement} */
  const mark = (point, d, look) => {
    const [x, y] = at(point);
    return svg("path", { d, transform: `translate(${x.toFixed(1)},${y.toFixed(1)})`, class: look });
  };
  /** @type {(from: number[], to: number[]) => SVGElement[]} */
  const arrow = (from, to) => {
    const [x, y] = at(from);
    const [u, v] = at(to);
    const length = Math.hypot(u - x, v - y);
    if (length < 0.5) return [];
    const size = Math.min(8, 0.6 * length); // a short arrow keeps a piece of its shaft
    const [a, b] = [((u - x) / length) * size, ((v - y) / length) * size];
    const head = `M${u},${v}L${u - a - b / 2},${v - b + a / 2}L${u - a + b / 2},${v - b - a / 2}Z`;
    return [
      svg("path", { d: `M${x},${y}L${u},${v}`, class: "recommender-arrow" }),
      svg("path", { d: head, class: "recommender-head" }),
    ];
  };
  /** @type {(point: number[], text: string, other: number[]) => SVGElement} */
  const label = (point, text, other) => {
    const [x, y] = at(point);
    const away = x < at(other)[0]; // the two names go to opposite sides
    const room = (away ? x : SIDE - x) - 12;
    const fits = room > LETTER * text.length;
    const left = away === fits;
    const place = {
      x: x + (left ? -12 : 12),
      y: y + (fits ? -6 : 22),
      "text-anchor": left ? "end" : "start",
    };
    const node = svg("text", { ...place, class: "recommender-label" });
    node.textContent = text;
    return node;
  };
  const middle = SIDE / 2;
  return [
    svg("path", { d: `M0,${middle}H${SIDE}M${middle},0V${SIDE}`, class: "recommender-axes" }),
    ...people.map((point) => mark(point, CROSS, "recommender-person")),
    ...films.map((point, place) => {
      const kind = kinds.indexOf(model.get("genres")[place]);
      return mark(point, SHAPES[kind], "recommender-film");
    }),
    ...[people[person], films[film]].map((point) =>
      mark(point, "M-9,0a9,9 0 1 0 18,0a9,9 0 1 0 -18,0", "recommender-ring"),
    ),
    ...arrow(people[person], newPerson),
    ...arrow(films[film], newFilm),
    label(people[person], model.get("person_names")[person], films[film]),
    label(films[film], model.get("titles")[film], people[person]),
  ];
}

/** @type {Widget<Traits>} */
export default { initialize: keepInNotebook, render };
