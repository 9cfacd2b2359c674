// What Python hands to the quiz's page. Types alone: no page loads this file.

/**
 * The traits of QuickCheck, in widget.py.
 *
 * @typedef {object} Traits
 * @property {Question[]} asked
 * @property {string} sealed Replies as base64 of JSON: by question, by choice.
 * @property {(number | null)[]} chosen By question; null before the first.
 * @property {number[][]} checked By question, in the order of the tries.
 *
 * @typedef {{ text: Runs, choices: Runs[] }} Question
 * @typedef {{ right: boolean, reply: Runs }} Reply
 * @typedef {[tag: "code" | "em" | "", text: string][]} Runs A marked text in pieces; "" is no tag.
 */

export {};
