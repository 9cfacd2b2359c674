// What Python hands to the page of EnginePractice. Types alone: no page loads this file.

/** @import { GraphScene } from "../flow/types.js" */

/**
 * The traits of EnginePractice, in widget.py.
 *
 * @typedef {object} Traits
 * @property {PracticeScene[]} scenes
 * @property {number} graph Which of them is shown.
 * @property {number[]} sent The arrows that have carried their message, in the learner's order.
 */

/** @typedef {GraphScene & { messages: (Message | null)[] }} PracticeScene The right message of each arrow. */

/** @typedef {[speaker: number, hearer: number, upstream: number, local: number, contribution: number, due: number]} Message */

/** @typedef {{ right: boolean, said: string }} Verdict */

export {};
