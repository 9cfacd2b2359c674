import { html, svg } from "../kit/kit.js";

// The two halves of a film's page. Both are made once; drawing a frame moves, fills and rewrites what is there.

const ZERO = 128; // the byte of a zero, as maps.py makes them

/** The maps: { node, choose(units), draw(frame, scale, weight) }. */
export function mapsPanel(film, pixels, palette) {
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
  let shown = [];

  function choose(units) {
    shown = [];
    const kinds = film.maps.map((kind) => {
      const frames = html("div", { class: "film-frames" });
      for (const unit of units) {
        const place = kind.units.indexOf(film.units[unit]);
        if (place < 0) continue;
        const one = mapFrame(kind, place, rows, columns);
        frames.append(one.node);
        shown.push(one);
      }
      frames.style.setProperty("--film-columns", Math.max(frames.children.length, 2));
      return html("div", { class: `film-role-${kind.role}` }, heading(kind), frames);
    });
    body.replaceChildren(...(units.length ? kinds : [html("p", {}, "Choose a unit above to see its maps.")]));
  }

  function draw(frame, scale, weight) {
    const trace = film.traces[weight];
    ring.hidden = !shown.some(({ unit }) => holds(trace, unit));
    for (const one of shown) {
      const { kind, place } = one;
      const own = kind.scales.map.reach[frame][place];
      const { reach, texts } = kind.scales[scale];
      const at = Math.min(frame, reach.length - 1); // a scale over the whole film has a single row
      const start = kind.start + (frame * kind.units.length + place) * rows * columns;
      fill(one, pixels, start, own && own / reach[at][place], colours);
      const note = kind.notes[frame] && ` (${kind.notes[frame]})`;
      one.caption.textContent = `${texts[at][place]}${note}`;
      const most = `no entry beyond ${kind.scales.map.texts[frame][place]}`;
      one.canvas.setAttribute(
        "aria-label",
        `${kind.title} of ${one.unit} at step ${film.steps[frame]}: ${most}`,
      );
      one.pixel.hidden = !holds(trace, one.unit);
      if (one.pixel.hidden) continue;
      one.pixel.style.left = `${(100 * (trace.pixel % columns)) / columns}%`;
      one.pixel.style.top = `${(100 * Math.floor(trace.pixel / columns)) / rows}%`;
    }
  }
  return { node, choose, draw };
}

function holds(trace, unit) {
  return Boolean(trace) && trace.pixel !== null && trace.unit === unit;
}

function heading({ mark, title }) {
  return html(
    "p",
    { class: "film-title" },
    html("span", { class: "film-mark", "aria-hidden": "true" }, mark),
    ` ${title}`,
  );
}

function mapFrame(kind, place, rows, columns) {
  const canvas = html("canvas", { width: columns, height: rows, role: "img" });
  const pixel = html("span", { class: "film-pixel", hidden: true });
  pixel.style.width = `${100 / columns}%`;
  pixel.style.height = `${100 / rows}%`;
  const caption = html("span", { class: "film-reach" });
  const unit = kind.units[place];
  const picture = html("div", { class: "film-picture" }, canvas, pixel);
  const node = html("figure", {}, picture, html("figcaption", {}, `${unit} `, caption));
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  return {
    node,
    canvas,
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

function fill({ context, image, words }, pixels, start, share, colours) {
  for (let at = 0; at < words.length; at += 1) {
    words[at] = colours[ZERO + Math.round((pixels[start + at] - ZERO) * share)];
  }
  context.putImageData(image, 0, 0);
}

function colourBar(palette) {
  const stops = [];
  for (let at = 1; at < 256; at += 14) stops.push(`rgb(${palette.subarray(3 * at, 3 * at + 3).join(" ")})`);
  const bar = html("span", { class: "film-bar", "aria-hidden": "true" });
  bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  return [html("span", {}, "− blue"), bar, html("span", {}, "vermillion +")];
}

/** The charts on one axis of steps: { node, arrange(axis, weight), draw(frame) }; onpick(frame) at a click. */
export function chartsPanel(film, onpick) {
  const charts = film.charts.map((chart) => oneChart(chart));
  const steps = html("div", { class: "film-steps", "aria-hidden": "true" });
  const node = html("div", { class: "film-charts" }, ...charts.map((chart) => chart.node), steps);
  let across = [];

  function arrange(axis, weight) {
    const { at, ticks } = film.axes[axis];
    across = at;
    for (const chart of charts) chart.arrange(axis, weight, ticks);
    steps.replaceChildren(...ticks.map(([left, text]) => placed({ left }, text)), html("span", {}, "step"));
  }

  function pick(event) {
    if (event.type === "pointermove" && !(event.buttons & 1)) return;
    const box = event.currentTarget.getBoundingClientRect();
    const wanted = (100 * (event.clientX - box.left)) / box.width;
    let best = 0;
    across.forEach((left, frame) => {
      if (Math.abs(left - wanted) < Math.abs(across[best] - wanted)) best = frame;
    });
    onpick(best);
    event.preventDefault();
  }
  for (const { plot } of charts) {
    plot.addEventListener("pointerdown", pick);
    plot.addEventListener("pointermove", pick);
  }
  return { node, arrange, draw: (frame) => charts.forEach((chart) => chart.draw(frame, across[frame])) };
}

function oneChart(chart) {
  const curves = svg("svg", { viewBox: "0 0 1000 1000", preserveAspectRatio: "none", "aria-hidden": "true" });
  for (const [top] of chart.ticks) curves.append(straight(0, 10 * top, 1000, 10 * top));
  const upright = svg("g", {});
  curves.append(upright);
  const cursor = html("span", { class: "film-cursor" });
  const ticks = chart.ticks.map(([top, text]) => placed({ top }, text));
  const plot = html("div", { class: "film-plot" }, curves, ...ticks, cursor);
  const title = heading(chart);
  const lines = (chart.single ? chart.lines.slice(0, 1) : chart.lines).map((line, index) => {
    const shade =
      chart.single || chart.lines.length === 1 ? 100 : 45 + (55 * index) / (chart.lines.length - 1);
    return oneLine(chart, line, `--film-shade: ${shade}%`, { curves, plot, title });
  });
  const node = html("div", { class: `film-chart film-role-${chart.role}` }, title, plot);

  function arrange(axis, weight, times) {
    upright.replaceChildren(...times.map(([left]) => straight(10 * left, 0, 10 * left, 1000)));
    lines.forEach((line, index) => line.arrange(chart.lines[chart.single ? weight : index], axis));
  }
  function draw(frame, left) {
    cursor.style.left = `${left}%`;
    for (const line of lines) line.draw(frame, left);
  }
  return { node, plot, arrange, draw };
}

function oneLine(chart, { dash, means }, style, { curves, plot, title }) {
  const attributes = { class: "film-line", style, "vector-effect": "non-scaling-stroke" };
  const recorded = svg("path", { ...attributes, class: means ? "film-line film-pale" : "film-line" });
  const mean =
    means && svg("path", { ...attributes, class: "film-line film-mean", "stroke-dasharray": dash || false });
  curves.append(...[recorded, mean].filter(Boolean));
  const sample =
    chart.lines.length > 1 &&
    !chart.single &&
    svg(
      "svg",
      { class: "film-sample", viewBox: "0 0 20 8", "aria-hidden": "true" },
      svg("path", {
        ...attributes,
        class: "film-line film-mean",
        d: "M0 4H20",
        "stroke-dasharray": dash || false,
      }),
    );
  const name = html("span", { class: "film-name" });
  const value = html("span", { class: "film-value" });
  title.append(html("span", { class: "film-reading" }, sample || null, name, value));
  const mark = html("span", { class: "film-point", style, "aria-hidden": "true" }, chart.mark);
  plot.append(mark);
  let line = null;

  function arrange(now, axis) {
    line = now;
    recorded.setAttribute("d", line.paths[axis]);
    if (mean) mean.setAttribute("d", line.means[axis]);
    name.textContent = line.name;
  }
  function draw(frame, left) {
    value.textContent = line.texts[frame];
    const top = line.heights[frame];
    mark.hidden = top === null;
    mark.style.left = `${left}%`;
    mark.style.top = `${top}%`;
  }
  return { arrange, draw };
}

function straight(x1, y1, x2, y2) {
  return svg("line", { class: "film-grid", x1, y1, x2, y2, "vector-effect": "non-scaling-stroke" });
}

function placed(where, text) {
  const node = html("span", { class: "film-tick", "aria-hidden": "true" }, text);
  for (const [side, place] of Object.entries(where)) node.style[side] = `${place}%`;
  return node;
}

/** What stands at a frame, in sentences. */
export function told(film, frame, weight) {
  const charts = film.charts.map(({ title, single, lines }) => {
    const read = (single ? [lines[weight]] : lines).map(({ name, texts }) =>
      `${name} ${texts[frame]}`.trim(),
    );
    return `${title}: ${read.join(", ")}.`;
  });
  return [`Step ${film.steps[frame]}.`, ...charts].join(" ");
}
