// How a step of a graph moves: values to the box that they make, a message back along its arrow.
import { computed } from "./arithmetic.js";
import { along, eased, pulse } from "./motion.js";

/** @import { Drawn, DrawnPass, Point } from "./types.js" */

const POINTS = 40; // of a way
const SHORT_OF = 10; // pixels from a box at which a message is seen to arrive
const MEETS = 18; // pixels before the end of the local derivative's number
const FORWARD = { leaves: 0.12, arrives: 0.72 };
const BACK = { leaves: 0.12, meets: 0.3, becomes: 0.5, goes: 0.58, arrives: 0.86 };

/**
 * { nodes, depart(step), fly(part), rest(step) }; `fly` answers with the stage that is reached: 0 to 3 of a
 * message, whose last is its arrival, and 0 or 3 of a computation.
 *
 * @param {Drawn} scene
 * @param {DrawnPass} pass
 * @param {SVGPathElement[]} lines The arrows, from parent to child.
 * @param {(point: Point) => Point} onPage Where a point of the drawing is on the page, in pixels.
 */
export function travel(scene, pass, lines, onPage) {
  const together = Math.max(1, ...pass.turns.map((turn) => turn.moves.length));
  const messages = Array.from({ length: together }, () => pulse("flow-message"));
  const most = Math.max(0, ...scene.forward.map((one) => one.edges.length));
  const values = Array.from({ length: most }, () => pulse("flow-value"));
  /** @type {Map<number, Point[]>} */
  const ways = new Map();
  /** @param {number} edge From parent to child. */
  const wayOf = (edge) => {
    const known = ways.get(edge);
    if (known) return known;
    const line = lines[edge];
    const length = line.getTotalLength();
    const way = Array.from({ length: POINTS + 1 }, (_, at) => {
      const { x, y } = line.getPointAtLength((length * at) / POINTS);
      return /** @type {Point} */ ([x, y]);
    });
    ways.set(edge, way);
    return way;
  };

  /** @type {(part: number) => number} */
  let fly = () => 3;

  const clear = () => {
    for (const each of messages) {
      each.hide();
      each.late(false);
    }
    for (const each of values) each.hide();
    fly = () => 3;
  };

  /** @param {number} step Up to 0: what is computed. */
  const forward = (step) => {
    const { edges } = computed(scene, step);
    const flights = edges.map((edge, at) => {
      const one = values[at];
      const way = wayOf(edge).map(onPage);
      one.write(scene.edges[edge].value);
      one.place(way[0]);
      return { one, way };
    });
    return (/** @type {number} */ part) => {
      const there = part >= FORWARD.arrives;
      for (const { one, way } of flights) {
        if (there) one.hide();
        else one.place(along(way, eased(part, FORWARD.leaves, FORWARD.arrives)));
      }
      return there ? 3 : 0;
    };
  };

  /** @param {number} edge */
  const back = (edge) => {
    const way = wayOf(edge).toReversed();
    const { x } = scene.edges[edge];
    const met = way.findIndex((point) => point[0] <= x - MEETS);
    const [end, ...rest] = way.toReversed();
    const near = rest.findIndex((point) => point[0] >= end[0] + SHORT_OF) + 1;
    return { way: way.map(onPage), meeting: Math.max(0, met) / POINTS, end: 1 - Math.max(0, near) / POINTS };
  };

  /** A message that meets the number on its arrow. @param {number} step */
  const single = (step) => {
    const { moves, late } = pass.turns[step - 1];
    const { way, meeting, end } = back(moves[0][2]);
    const [message] = messages;
    const { product } = pass.sums[step - 1];
    const [upstream, local, contribution] = [product[0][0], product[2][0], product[4][0]];
    const texts = [upstream, `${upstream} × ${local}`, contribution];
    message.late(late[0]);
    message.write(upstream);
    message.place(way[0]);
    return (/** @type {number} */ part) => {
      const first = eased(part, BACK.leaves, BACK.meets) * Math.min(meeting, end);
      const second = eased(part, BACK.goes, BACK.arrives) * Math.max(0, end - meeting);
      message.place(along(way, first + second));
      if (part >= BACK.arrives) {
        if (late[0]) message.write(`${contribution} ✗ too late`);
        else message.hide();
        return 3;
      }
      const stage = part < BACK.meets ? 0 : part < BACK.becomes ? 1 : 2;
      message.write(texts[stage]);
      return stage;
    };
  };

  /** All that a closed box sends, at once: what happened to the numbers, happened inside. @param {number} step */
  const several = (step) => {
    const { moves, late, sent } = pass.turns[step - 1];
    const flights = moves.map(([, , edge], at) => {
      const one = messages[at];
      one.late(late[at]);
      one.write(sent[at]);
      const { way, end } = back(edge);
      one.place(way[0]);
      return { one, way, end };
    });
    return (/** @type {number} */ part) => {
      const there = part >= BACK.arrives;
      for (const [at, { one, way, end }] of flights.entries()) {
        one.place(along(way, eased(part, BACK.leaves, BACK.arrives) * end));
        if (there && late[at]) one.write(`${sent[at]} ✗ too late`);
        else if (there) one.hide();
      }
      return there ? 3 : 0;
    };
  };

  /** @param {number} step */
  const depart = (step) => {
    clear();
    if (step <= 0) fly = forward(step);
    else fly = pass.turns[step - 1].speaker < scene.boxOf.length ? single(step) : several(step);
  };
  /** A message that came too late stays where it arrived, for whoever looks. @param {number} step */
  const rest = (step) => {
    clear();
    if (step < 1) return;
    const { moves, late, sent } = pass.turns[step - 1];
    for (const [at, [, , edge]] of moves.entries()) {
      if (!late[at]) continue;
      const { way, end } = back(edge);
      messages[at].late(true);
      messages[at].write(`${sent[at]} ✗ too late`);
      messages[at].place(along(way, end));
    }
  };
  return {
    nodes: [...values, ...messages].map((one) => one.node),
    depart,
    fly: (/** @type {number} */ part) => fly(part),
    rest,
  };
}
