// What Python hands to Flow's page. Types alone: no page loads this file.

/**
 * The traits of Flow, in widget.py.
 *
 * @typedef {object} Traits
 * @property {GraphScene | LayersScene} scene
 * @property {number} step How many messages have been told; below 0, how much has yet to be computed.
 * @property {boolean} wrong_order
 */

/**
 * A `Value` graph, as value_scene in graph.py tells it; lengths are pixels.
 *
 * @typedef {object} GraphScene
 * @property {"graph"} kind
 * @property {number} last The number of messages.
 * @property {string} before What is said before the forward pass.
 * @property {Computation[]} forward In the order of the forward pass.
 * @property {[node: number, text: string][]} code A line for each computed node.
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
 * @typedef {Sum & { node: number, edges: number[], said: string }} Computation A node is computed along its arrows.
 *
 * @typedef {object} Pass One order; `said` has an entry more than there are moves, for step 0.
 * @property {string[]} said
 * @property {Entry[][]} held By node; none for a constant.
 * @property {Sum[]} sums By move.
 * @property {Move[]} moves
 * @property {boolean[]} late By move: it comes to a box that has spoken.
 * @property {[step: number, text: string][][]} carried By arrow: what is said of it from a step on.
 *
 * @typedef {[speaker: number, hearer: number, edge: number]} Move Places among the nodes and the edges.
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
 * @property {ForwardStep[]} forward The inputs alone, then the layers, then the loss.
 * @property {[start: Told, ...steps: LayerStep[]]} steps What the loss sends, then the layers, last to first.
 *
 * @typedef {{ name: string, layer: string, formula: string }} Card
 * @typedef {{ title: string, parts: ArrayPart[], said: string }} Told
 * @typedef {Told & { norm: string }} LayerStep
 * @typedef {{ title?: string, parts?: ArrayPart[], said: string, norm: string }} ForwardStep
 * @typedef {{ name: string, formula: string, shape: string, norm: string, rows?: string[][] }} ArrayPart
 */

/**
 * What both kinds of page draw into. A step is shown at once; one that moves departs, flies and lands.
 *
 * @typedef {object} Panel
 * @property {HTMLElement} picture
 * @property {HTMLElement} words
 * @property {(step: number) => void} show
 * @property {(step: number) => void} depart Take back what the step's arrival changes, and start to move.
 * @property {(part: number) => void} fly How far the move is, from 0 to 1.
 * @property {() => void} land
 * @property {(box: number) => void} select
 *
 * @typedef {{ "aria-describedby": string }} Described
 * @typedef {[x: number, y: number]} Point
 */

export {};
