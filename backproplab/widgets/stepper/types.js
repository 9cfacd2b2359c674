// What Python hands to the stepper's page. Types alone: no page loads this file.

/**
 * The traits of Stepper, in widget.py.
 *
 * @typedef {object} Traits
 * @property {GraphScene | LayersScene} scene
 * @property {number} step How many steps have been told.
 * @property {boolean} wrong_order
 */

/**
 * A `Value` graph, as value_scene in graph.py tells it; lengths are pixels.
 *
 * @typedef {object} GraphScene
 * @property {"graph"} kind
 * @property {number} last The number of steps.
 * @property {number} width
 * @property {number} height
 * @property {number} row The height of a line of text in a box.
 * @property {GraphNode[]} nodes
 * @property {GraphEdge[]} edges
 * @property {Pass[]} passes The right order, then the wrong one.
 *
 * @typedef {object} GraphNode
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {"computed" | "leaf" | "constant"} kind
 * @property {string} name
 * @property {[text: string, weight: string][]} heading
 * @property {string} value
 *
 * @typedef {object} GraphEdge
 * @property {[parent: number, child: number]} ends Places among the nodes.
 * @property {string} path As SVG writes it, from parent to child.
 * @property {string} label The local derivative.
 * @property {number} x
 * @property {number} y
 *
 * @typedef {object} Pass One order; `said` has an entry more than there are moves, for step 0.
 * @property {string[]} said
 * @property {Entry[][]} held By node; none for a constant.
 * @property {Sum[]} sums By move.
 * @property {[speaker: number, hearer: number, edge: number][]} moves Places among the nodes and the edges.
 *
 * @typedef {[step: number, gradient: string, note: string, state: string]} Entry What a box shows from a step on.
 * @typedef {[text: string, words: string]} Term
 * @typedef {{ title: string, product: Term[], total: Term[] }} Sum
 */

/**
 * A network's layers, as layer_scene in layers.py tells them.
 *
 * @typedef {object} LayersScene
 * @property {"layers"} kind
 * @property {number} last
 * @property {[name: string, value: string]} loss
 * @property {string} inputs
 * @property {Card[]} cards The layers, first to last.
 * @property {[start: Told, ...steps: LayerStep[]]} steps What the loss sends, then the layers, last to first.
 *
 * @typedef {{ name: string, layer: string, formula: string }} Card
 * @typedef {{ title: string, parts: ArrayPart[], said: string }} Told
 * @typedef {Told & { norm: string }} LayerStep
 * @typedef {{ name: string, formula: string, shape: string, norm: string, rows?: string[][] }} ArrayPart
 */

/**
 * What both kinds of page draw into.
 *
 * @typedef {{ node: HTMLElement, show: (step: number) => void }} Panel
 * @typedef {{ "aria-describedby": string }} Described
 */

export {};
