// A graph as it is drawn with some of its groups closed, each to one box. Steps keep their numbers: what happens inside
// a closed box is told by the box, and `stops` are the steps between which something is to be seen.
import { laidOut, pathAlong } from "./layout.js";

/** @import { Computation, Drawn, DrawnPass, Entry, GraphScene, Group, Link, Move, Pass, Sum, Term, Turn } from "./types.js" */

const WRITTEN = 3; // numbers that are written out, of more their count

/**
 * The scene with these groups closed. Boxes and arrows keep their places in its lists, and closed groups come after
 * the boxes: group 0 is box `scene.nodes.length`.
 *
 * @param {GraphScene} scene
 * @param {string[]} closed Names of groups.
 * @returns {Drawn}
 */
export function folded(scene, closed) {
  const { nodes, edges, groups } = scene;
  const count = nodes.length;
  const boxOf = nodes.map((_, node) => node);
  const shut = groups.map((group) => closed.includes(group.name));
  for (const [at, group] of groups.entries()) {
    if (!shut[at] || (group.within >= 0 && shut[group.within])) continue;
    for (const member of group.members) boxOf[member] = count + at;
  }
  const hidden = [
    ...boxOf.map((box, node) => box !== node),
    ...groups.map((_, at) => !boxOf.includes(count + at)),
  ];
  const boxes = [...nodes, ...groups.map(closedBox)].map((box, at) => ({ ...box, hidden: hidden[at] }));
  const lines = edges.map((edge) => {
    const [parent, child] = edge.ends;
    const ends = /** @type {[number, number]} */ ([boxOf[parent], boxOf[child]]);
    const { value } = nodes[parent];
    const into = groups[boxOf[child] - count];
    const label = into ? (into.locals[edges.indexOf(edge)] ?? "") : edge.label;
    return { ...edge, ends, value, label, hidden: ends[0] === ends[1] };
  });
  /** @type {Drawn} */
  const drawn = { ...scene, boxOf, nodes: boxes, edges: lines, forward: [], passes: [], stops: [] };
  drawn.forward = forwardOf(scene, drawn);
  drawn.passes = scene.passes.map((pass) => passOver(scene, pass, drawn));
  return boxOf.some((box, node) => box !== node) ? placed(drawn) : drawn;
}

/**
 * @param {Group} group
 */
function closedBox({ name, heading, value, width, height }) {
  return { x: 0, y: 0, width, height, kind: /** @type {const} */ ("group"), name, heading, value };
}

/**
 * New places for the boxes and arrows that are left.
 *
 * @param {Drawn} drawn
 * @returns {Drawn}
 */
function placed(drawn) {
  const seen = drawn.nodes.flatMap((box, at) => (box.hidden ? [] : [at]));
  const among = new Map(seen.map((box, at) => [box, at]));
  const kept = drawn.edges.filter((edge) => !edge.hidden);
  const links = kept.map(({ ends, room }) => {
    const [parent, child] = ends.map((end) => among.get(end) ?? 0);
    return /** @type {Link} */ ([parent, child, room]);
  });
  const laid = laidOut(
    seen.map((box) => drawn.nodes[box]),
    links,
  );
  const nodes = drawn.nodes.map((box, at) => ({ ...box, ...laid.boxes[among.get(at) ?? -1] }));
  const edges = drawn.edges.map((edge) => {
    if (edge.hidden) return edge;
    const runs = laid.lines[kept.indexOf(edge)];
    const end = runs[runs.length - 1];
    return { ...edge, path: pathAlong(runs), x: end.right - 11, y: end.y - 6 };
  });
  return { ...drawn, nodes, edges, width: laid.width, height: laid.height };
}

/**
 * The steps of the forward pass: computations one after another in one closed box are one of its own.
 *
 * @param {GraphScene} scene
 * @param {Drawn} drawn Gets the stops.
 * @returns {Computation[]}
 */
function forwardOf(scene, drawn) {
  const { boxOf, edges } = drawn;
  const { groups, nodes } = scene;
  const all = scene.forward;
  let begun = 0;
  return all.map((made, at) => {
    const box = boxOf[made.node];
    const group = groups[box - nodes.length];
    if (at && boxOf[all[at - 1].node] !== box) begun = at;
    if (!group) {
      drawn.stops.push(at + 1 - all.length);
      return made;
    }
    if (boxOf[all[at + 1]?.node] !== box) drawn.stops.push(at + 1 - all.length);
    const since = all.slice(begun, at + 1);
    const into = since.flatMap((one) => one.edges).filter((edge) => !edges[edge].hidden);
    const inGroup = (/** @type {{ node: number }} */ one) => boxOf[one.node] === box;
    const due = all.filter(inGroup).length;
    const done = all.slice(0, at + 1).filter(inGroup).length;
    const whole = done === due;
    const count = counted(due, "computation");
    const locals = into.map(
      (edge) => /** @type {Term} */ ([edges[edge].label, `along ${nodeName(drawn, edge, 0)}`]),
    );
    const told = locals.filter(([label]) => label);
    const start = since.length === done ? count : `${counted(since.length, "computation")} more`;
    const said = whole
      ? `${group.name} is computed: ${group.value}. ${foldedIn(since.length, 0, "computation")}`
      : `Inside ${group.name}: ${done} of ${count} ${done === 1 ? "is" : "are"} done.`;
    return {
      node: box,
      edges: into,
      title: whole ? `${group.name} is computed: ${start}` : `Inside ${group.name}: ${done} of ${count}`,
      product: whole
        ? [
            [count, "inside"],
            ["=", ""],
            [group.value, group.name],
          ]
        : [],
      total: whole ? written(told, "local derivatives") : [],
      said: `${said} ${tail(made.said, "All values are known")}`.trim(),
    };
  });
}

/**
 * @param {GraphScene} scene
 * @param {Pass} pass
 * @param {Drawn} drawn
 * @returns {DrawnPass}
 */
function passOver(scene, pass, drawn) {
  const { boxOf, edges } = drawn;
  const { groups, nodes } = scene;
  const count = nodes.length;
  const { moves } = pass;
  /** @type {number[]} */
  const stops = [0];
  let begun = 0;
  const turns = moves.map((move, at) => {
    const speaker = boxOf[move[0]];
    if (at && (speaker < count || boxOf[moves[at - 1][0]] !== speaker)) begun = at;
    if (speaker < count || boxOf[moves[at + 1]?.[0]] !== speaker) stops.push(at + 1);
    return turnOf(scene, pass, drawn, begun, at);
  });
  const heard = [...nodes, ...groups].map(() => /** @type {{ step: number, late: boolean }[]} */ ([]));
  for (const [at, [, hearer, edge]] of moves.entries()) {
    if (!edges[edge].hidden) heard[boxOf[hearer]].push({ step: at + 1, late: pass.late[at] });
  }
  const told = edges.map((_, edge) => moves.findIndex((move) => move[2] === edge) + 1 || Infinity);
  const held = [...pass.held, ...groups.map((group, at) => heldBy(group, pass, heard[count + at]))];
  const said = [pass.said[0], ...turns.map((turn) => turn.said)];
  return {
    ...pass,
    held,
    said,
    sums: turns.map((turn) => turn.sum),
    carried: carriedIn(scene, pass, drawn),
    turns,
    heard,
    told,
    stops,
  };
}

/**
 * What is told at a step: one message, or all that a closed box has sent since it began to speak.
 *
 * @param {GraphScene} scene
 * @param {Pass} pass
 * @param {Drawn} drawn
 * @param {number} begun The place of the first of these moves.
 * @param {number} last
 * @returns {Turn}
 */
function turnOf(scene, pass, drawn, begun, last) {
  const { boxOf, edges } = drawn;
  const { groups, nodes } = scene;
  const [teller, listener] = pass.moves[last];
  const speaker = boxOf[teller];
  const leaves = (/** @type {number} */ at) => !edges[pass.moves[at][2]].hidden;
  const since = pass.moves.flatMap((_, at) => (at >= begun && at <= last ? [at] : []));
  const out = since.filter(leaves);
  const moves = out.map((at) => {
    const [, hearer, edge] = pass.moves[at];
    return /** @type {Move} */ ([speaker, boxOf[hearer], edge]);
  });
  const late = out.map((at) => pass.late[at]);
  const sent = out.map((at) => pass.sums[at]?.product[4][0] ?? "");
  const group = groups[speaker - nodes.length];
  if (!group) {
    const into = groups[boxOf[listener] - nodes.length];
    const [sum, said] = [pass.sums[last], pass.said[last + 1]];
    if (!into || into.name === nodes[listener].name) return { speaker, moves, late, sent, sum, said };
    const title = `${nodes[teller].name} tells ${into.name}`;
    return { speaker, moves, late, sent, sum: { ...sum, title }, said: `Inside ${into.name}: ${said}` };
  }
  const { name } = group;
  const inside = since.filter((at) => !leaves(at));
  const others = pass.moves.flatMap(([node], at) =>
    boxOf[node] === speaker && leaves(at) && !out.includes(at) ? [at] : [],
  );
  const again = others.some((at) => at < begun) ? " again" : "";
  const toCome = others.filter((at) => at > last).length;
  const messages = counted(out.length, "message");
  const to = moves.map(([, hearer]) => drawn.nodes[hearer].name);
  const list = to.map((hearer, at) => `${sent[at]} to ${hearer}${late[at] ? " (too late)" : ""}`);
  const said = [
    spokeEarly(group, pass, since),
    out.length ? `${name} speaks${again}, ${messages}: ${list.join(", ")}.` : `Nothing leaves ${name} yet.`,
    foldedIn(inside.length, inside.filter((at) => pass.late[at]).length, "message"),
    toCome ? `It has ${counted(toCome, "message")} still to send.` : "",
    tail(pass.said[last + 1], "The pass is over"),
  ];
  /** @type {Sum} */
  const sum = {
    title: out.length ? `${name} speaks${again}: ${messages}` : `Inside ${name}`,
    product: [
      [gradientAt(group, pass, begun), `gradient of ${name}`],
      ["→", ""],
      [out.length ? messages : "nothing", "out"],
    ],
    total: written(
      to.map((hearer, at) => [sent[at], `to ${hearer}`]),
      "contributions",
    ),
  };
  return { speaker, moves, late, sent, sum, said: said.filter(Boolean).join(" ") };
}

/** @type {(group: Group, pass: Pass, since: number[]) => string} */
function spokeEarly({ name, outputs }, pass, since) {
  const early = since
    .map((at) => pass.moves[at][0])
    .filter((node, at) => stateAt(pass, node, since[at] + 1) === "early");
  if (!early.length) return "";
  const whole = early.some((node) => outputs.includes(node));
  return whole ? `${name} has not heard all and speaks too early.` : `Inside ${name} a box speaks too early.`;
}

/** @type {(inside: number, late: number, what: string) => string} */
function foldedIn(inside, late, what) {
  if (!inside) return "";
  const plain = `${counted(inside, what)} inside ${inside === 1 ? "is" : "are"} folded into this step`;
  return late
    ? `${plain}; ${late} of them came too late and ${late === 1 ? "goes" : "go"} no further.`
    : `${plain}.`;
}

/** @type {(pass: Pass, node: number, step: number) => Entry | undefined} */
const entryAt = (pass, node, step) => pass.held[node].findLast((one) => one[0] <= step);

/** @type {(pass: Pass, node: number, step: number) => string} */
const stateAt = (pass, node, step) => entryAt(pass, node, step)?.[3] ?? "";

/** @type {(group: Group, pass: Pass, step: number) => string} */
const gradientAt = (group, pass, step) => {
  const texts = group.outputs.map((node) => entryAt(pass, node, step)?.[1] ?? "?");
  if (texts.length <= WRITTEN) return texts.join(", ");
  const known = texts.filter((text) => text !== "?").length;
  return known ? `${known} of ${texts.length}` : "?";
};

/**
 * What a closed box shows, from step to step: the gradients of its outputs, and what has come to it from outside.
 *
 * @param {Group} group
 * @param {Pass} pass
 * @param {{ step: number }[]} heard
 * @returns {Entry[]}
 */
function heldBy(group, pass, heard) {
  const steps = new Set(group.members.flatMap((node) => pass.held[node].map((entry) => entry[0])));
  const alone = group.outputs.length === 1 ? group.outputs[0] : -1;
  return [...steps]
    .toSorted((one, other) => one - other)
    .map((step) => {
      const states = group.members.map((node) => stateAt(pass, node, step));
      const outer = group.outputs.map((node) => stateAt(pass, node, step));
      const come = heard.filter((one) => one.step <= step).length;
      const gradient = gradientAt(group, pass, step);
      for (const fault of ["wrong", "early"]) {
        if (!states.includes(fault)) continue;
        const own = alone >= 0 && outer[0] === fault ? entryAt(pass, alone, step)?.[2] : undefined;
        return [step, gradient, own ?? `✗ ${fault === "wrong" ? "wrong" : "too early"} inside`, fault];
      }
      const whole = outer.every((state) => state === "complete");
      const note = heard.length ? `${whole ? "✓" : "heard"} ${come} of ${heard.length}` : "✓ starts";
      return [step, gradient, note, whole ? "complete" : come ? "waiting" : "unheard"];
    });
}

/**
 * What is said of each arrow. Where an end of it is inside a closed box, the box is named first.
 *
 * @param {GraphScene} scene
 * @param {Pass} pass
 * @param {Drawn} drawn
 */
function carriedIn(scene, pass, drawn) {
  const { nodes } = scene;
  return pass.carried.map((entries, edge) => {
    const [parent, child] = scene.edges[edge].ends;
    const ends = drawn.edges[edge].ends;
    const [source, target] = ends.map((box) => drawn.nodes[box].name);
    if (ends[0] === parent && ends[1] === child) return entries;
    return entries.map(([step, text]) => {
      const back = text.startsWith(`${nodes[child].name} → ${nodes[parent].name}: `);
      const inner = back ? [nodes[child].name, nodes[parent].name] : [nodes[parent].name, nodes[child].name];
      const outer = back ? [target, source] : [source, target];
      const rest = text.slice(`${inner.join(" → ")}: `.length);
      const named = inner.join(" → ") === outer.join(" → ") ? "" : ` (inside: ${inner.join(" → ")})`;
      return /** @type {[number, string]} */ ([step, `${outer.join(" → ")}${named}: ${rest}`]);
    });
  });
}

/** @type {(drawn: Drawn, edge: number, end: 0 | 1) => string} */
const nodeName = (drawn, edge, end) => drawn.nodes[drawn.edges[edge].ends[end]].name;

/** @type {(count: number, what: string) => string} */
const counted = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;

/** The rest of a sentence, from these words on. @type {(said: string, words: string) => string} */
const tail = (said, words) => (said.includes(words) ? said.slice(said.indexOf(words)) : "");

/** Numbers as terms between commas; of many, how many they are. @type {(terms: Term[], many: string) => Term[]} */
const written = (terms, many) =>
  terms.length > WRITTEN
    ? [[`${terms.length} ${many}`, "on its arrows"]]
    : terms.flatMap((term, at) => (at ? [/** @type {Term} */ ([",", ""]), term] : [term]));
