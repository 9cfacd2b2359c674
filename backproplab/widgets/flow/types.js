// What Python hands to Flow's page. Types alone: no page loads this file.

/**
 * The traits of Flow, in widget.py.
 *
 * @typedef {object} Traits
 * @property {GraphScene | LayersScene | PictureScene} scene
 * @property {number} step How many messages have been told; below 0, how much has yet to be computed.
 * @property {boolean} wrong_order
 * @property {string[]} closed The names of the groups that are one box each.
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
 * @property {Group[]} groups What can be closed; a group stands before those that it holds.
 *
 * @typedef {object} GraphNode
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {"computed" | "leaf" | "constant" | "group"} kind
 * @property {string} name
 * @property {[text: string, weight: string][]} heading
 * @property {string} value
 *
 * @typedef {object} GraphEdge
 * @property {[parent: number, child: number]} ends Places among the nodes.
 * @property {string} path As SVG writes it, from parent to child.
 * @property {string} label The local derivative.
 * @property {number} room What the label takes, with an arrowhead.
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
 * @typedef {object} Group Boxes that may be drawn as one, whose size, heading and value stand here.
 * @property {string} name
 * @property {number[]} members
 * @property {number} within The group that holds it; −1 for none.
 * @property {number[]} outputs The members that something outside uses.
 * @property {number} width
 * @property {number} height
 * @property {[text: string, weight: string][]} heading
 * @property {string} value
 * @property {Record<number, string>} locals By arrow into it: the derivative of its one output along it.
 *
 * @typedef {[speaker: number, hearer: number, edge: number]} Move Places among the nodes and the edges.
 * @typedef {[step: number, gradient: string, note: string, state: string]} Entry What a box shows from a step on.
 * @typedef {[text: string, words: string]} Term
 * @typedef {{ title: string, product: Term[], total: Term[] }} Sum
 */

/**
 * A graph with some of its groups closed, as fold.js makes it. Boxes and arrows keep their places; closed groups come
 * after the boxes, and what is inside one is hidden.
 *
 * @typedef {Omit<GraphScene, "nodes" | "edges" | "passes"> & DrawnParts} Drawn
 *
 * @typedef {object} DrawnParts
 * @property {number[]} boxOf Which box stands for a node.
 * @property {(GraphNode & { hidden: boolean })[]} nodes
 * @property {(GraphEdge & { hidden: boolean, value: string })[]} edges With the value that each carries.
 * @property {DrawnPass[]} passes
 * @property {number[]} stops Of the forward pass: steps at which something is over.
 *
 * @typedef {Pass & DrawnPassParts} DrawnPass
 *
 * @typedef {object} DrawnPassParts
 * @property {Turn[]} turns By move.
 * @property {{ step: number, late: boolean }[][]} heard By box.
 * @property {number[]} told By arrow, the step of its message.
 * @property {number[]} stops Steps at which a box has said all that it says in one go.
 *
 * @typedef {object} Turn What is seen at a step: a message, or those of a closed box that speaks.
 * @property {number} speaker
 * @property {Move[]} moves
 * @property {boolean[]} late By message.
 * @property {string[]} sent Contributions, by message.
 * @property {Sum} sum
 * @property {string} said
 */

/**
 * Where a graph's boxes and lines go.
 *
 * @typedef {{ width: number, height: number }} Size
 * @typedef {[parent: number, child: number, room: number]} Link
 * @typedef {{ left: number, right: number, y: number }} Run A level stretch of a line.
 * @typedef {Size & { boxes: (Size & { x: number, y: number })[], lines: Run[][] }} Laid
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
 * One picture's way through a network, as picture_scene in picture.py tells it.
 *
 * @typedef {object} PictureScene
 * @property {"picture"} kind
 * @property {number} last The number of boxes.
 * @property {number} knobs How many parameters the network has.
 * @property {{ name: string, says: string, drawing: Drawing }} image
 * @property {PictureBox[]} boxes First to last.
 * @property {{ name: string, says: string, drawing: Drawing, value: string }} loss Probabilities, and the loss itself.
 * @property {Leg[]} forward The picture alone, then the boxes, then the loss.
 * @property {Leg[]} steps Before the sweep, then the boxes, last to first.
 * @property {{ filled: number, text: string }[]} tally By step of the sweep: how many knobs have their gradient.
 *
 * @typedef {object} PictureBox
 * @property {string} name
 * @property {string} size How many knobs.
 * @property {Drawing} value What it puts out.
 * @property {string} puts_out
 * @property {Drawing} [gradient] None for a box between two others.
 * @property {string} [caption] Which gradients are drawn.
 * @property {string} holds What the sweep leaves there.
 *
 * @typedef {{ said: string, sent: string }} Leg What is said; what goes on from here, or has come here on the way back.
 * @typedef {Pixels | Squares | Bars} Drawing
 * @typedef {{ kind: "pixels", rows: number, columns: number, colours: string }} Pixels Six hexadecimal digits a pixel.
 * @typedef {{ kind: "squares", shares: number[] }} Squares
 * @typedef {{ kind: "bars", shares: number[], right: number }} Bars From −1 to 1; `right` is the place of an answer.
 */

/**
 * What all kinds of page draw into. A step is shown at once; one that moves departs, flies and lands.
 *
 * @typedef {object} Panel
 * @property {HTMLElement} picture
 * @property {HTMLElement} words
 * @property {(step: number) => void} show
 * @property {(step: number, from: number) => void} depart Take back what the step's arrival changes, and start to move.
 * @property {(part: number) => void} fly How far the move is, from 0 to 1.
 * @property {() => void} land
 * @property {(boxes: number[]) => void} select
 * @property {() => number[]} stops The steps between which something is to be seen.
 * @property {(closed: string[], selected: number[]) => void} fold Draw the graph with these groups closed.
 * @property {(group: number) => void} focus Put the focus on what opens and closes a group, and bring it into view.
 *
 * @typedef {{ "aria-describedby": string }} Described
 * @typedef {[x: number, y: number]} Point
 */

export {};
