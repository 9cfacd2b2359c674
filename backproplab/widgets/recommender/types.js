// What Python hands to the page of the recommender. Types alone: no page loads this file.

/**
 * The traits of Recommender, in widget.py.
 *
 * @typedef {object} Traits
 * @property {number[][]} people A row of two numbers for each.
 * @property {number[][]} films
 * @property {number[]} person_bias
 * @property {number[]} film_bias
 * @property {string[]} titles
 * @property {string[]} genres
 * @property {string[]} person_names
 * @property {number} rate
 * @property {number} person A place among the people.
 * @property {number} film A place among the films.
 * @property {number} thumb 1 up, 0 down, −1 none yet.
 */

export {};
