// A graph's own controls: which box to go to next, and the wrong order.
import { button, freshId, html, listen, menu, OWN_KEYS } from "../kit/kit.js";

/** @import { View } from "../kit/types.js" */
/** @import { GraphScene, Traits } from "./types.js" */

/**
 * A graph's own controls, which box to go to next and the wrong order: { node, choose(nodes), end() }.
 *
 * @param {object} parts
 * @param {View<Traits>["model"]} parts.model
 * @param {GraphScene} parts.scene
 * @param {() => number} parts.shown
 * @param {(step: number) => void} parts.stepTo
 * @param {(both: boolean) => void} parts.compare
 */
export function graphControls({ model, scene, shown, stepTo, compare }) {
  const moves = scene.passes[0].moves;
  const reached = [...new Set(moves.map((move) => move[1]))];
  /** @param {number} box */
  const labelled = (box) => scene.nodes[box].heading[0]?.[1] === "bold";
  /**
   * What the menu calls a box. Whoever types "w₃" there means that one, and not "w₃ × h".
   *
   * @param {number} box
   */
  const called = (box) => (labelled(box) ? "" : "box ") + scene.nodes[box].name;
  const boxes = menu({
    label: "next message to",
    options: reached.map((box) => [String(box), called(box)]),
    value: String(reached[0]),
    onchange: () => {},
  });

  const goThere = () => {
    const box = Number(boxes.input.value);
    let found = moves.findIndex((move, at) => move[1] === box && at >= shown());
    if (found < 0) found = moves.findIndex((move) => move[1] === box);
    stepTo(found + 1);
  };
  boxes.row.append(button("go there", goThere));

  /**
   * A click on a box chooses it, and no more: whoever clicks the picture to step on has asked for no answer.
   *
   * @param {number[]} nodes What it stands for; of a closed group the last is chosen.
   */
  function choose(nodes) {
    const box = nodes.findLast((node) => reached.includes(node));
    if (box !== undefined) boxes.input.value = String(box);
  }

  const id = freshId("wrong");
  const tick = html("input", { type: "checkbox", id, ...OWN_KEYS });
  tick.addEventListener("change", () => {
    model.set("wrong_order", tick.checked);
    model.save_changes();
  });
  const follow = () => {
    tick.checked = model.get("wrong_order");
    compare(tick.checked);
  };
  follow();
  const label = html("label", { for: id }, "also a wrong order, depth first");
  const node = html(
    "div",
    { class: "bpl-row flow-choices" },
    boxes.row,
    html("div", { class: "bpl-row" }, tick, label),
  );
  return { node, choose, end: listen(model, { wrong_order: follow }) };
}
