// Judges a message that a learner sends: may this box speak yet, and is the number right? If not, which slip is it?

/** @import { Message, PracticeScene, Verdict } from "./types.js" */

const NEAR = 0.006; // numbers on the page are rounded to three digits

/** @type {(one: number, other: number) => boolean} */
const near = (one, other) => Math.abs(one - other) <= Math.max(NEAR * Math.abs(other), 1e-9);

/**
 * A number as the drawing writes it, in the least room.
 *
 * @param {number} value
 */
export function inShort(value) {
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

/** @param {number} value */
const bracketed = (value) => (value < 0 ? `(${inShort(value)})` : inShort(value));

/**
 * The messages to a box so far.
 *
 * @param {PracticeScene} scene
 * @param {number[]} sent
 * @param {number} box
 */
export function heardBy(scene, sent, box) {
  return sent.flatMap((edge) => {
    const message = scene.messages[edge];
    return message?.[1] === box ? [message[4]] : [];
  });
}

/**
 * @param {PracticeScene} scene
 * @param {number[]} sent
 * @param {number} edge
 * @param {number} typed
 * @returns {Verdict}
 */
export function judge(scene, sent, edge, typed) {
  const message = /** @type {Message} */ (scene.messages[edge]);
  const [speaker, hearer, upstream, local, contribution] = message;
  const name = scene.nodes[speaker].name;
  const due = scene.messages.find((one) => one?.[1] === speaker)?.[5] ?? 0;
  const heard = heardBy(scene, sent, speaker);
  if (heard.length < due) {
    const said = `Too early: ${name} has heard ${heard.length} of ${due} messages. Until it has heard all, it does not know its own gradient.`;
    return { right: false, said };
  }
  if (Number.isNaN(typed)) return { right: false, said: "Type a number, such as 12 or −0.5." };
  if (near(typed, contribution)) {
    const to = scene.nodes[hearer].name;
    const said = `Right: ${name} tells ${to}: ${inShort(upstream)} × ${bracketed(local)} = ${inShort(contribution)}.`;
    return { right: true, said };
  }
  const slips = [
    ...new Set(
      slipsOf(scene, message, edge, heard).flatMap(([value, said]) => (near(typed, value) ? [said] : [])),
    ),
  ];
  const said = slips.length
    ? slips.join(" Or: ")
    : `A message is the gradient of ${name} × the number on the arrow between the two boxes.`;
  return { right: false, said: `Not yet. ${said}` };
}

/**
 * Wrong numbers that have a known reason: [number, sentence].
 *
 * @param {PracticeScene} scene
 * @param {Message} message
 * @param {number} edge
 * @param {number[]} heard
 * @returns {[number, string][]}
 */
function slipsOf(scene, [speaker, hearer, upstream, local, contribution], edge, heard) {
  const [name, to] = [scene.nodes[speaker].name, scene.nodes[hearer].name];
  /** @type {[number, string][]} */
  const slips = [];
  if (heard.length > 1) {
    for (const one of heard) {
      const said = `That uses one message of the ${heard.length} that ${name} has heard. A new message does not replace the one before: they add.`;
      slips.push([one * local, said]);
    }
  }
  for (const [other, { ends }] of scene.edges.entries()) {
    if (other === edge || ends[1] !== speaker) continue;
    const label = Number(scene.edges[other].label.replace("−", "-"));
    const said = `That is ${inShort(upstream)} × ${bracketed(label)}, with the local derivative of the other arrow into ${name}. Which number stands on the arrow from ${to}?`;
    slips.push([upstream * label, said]);
  }
  const own = `the gradient of ${name}`;
  slips.push([
    local,
    `That is the local derivative alone. How strongly does the result answer to ${name} itself?`,
  ]);
  slips.push([
    upstream,
    `That is ${own}, passed on as it is. The number on the arrow to ${name} is still missing.`,
  ]);
  slips.push([upstream + local, `That adds ${own} and the local derivative. Along an arrow one multiplies.`]);
  slips.push([-contribution, "The size is right, and the sign is not."]);
  return slips;
}
