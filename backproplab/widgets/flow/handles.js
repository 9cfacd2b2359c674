// What opens and closes a group: a small button at its output, or above the drawing for a group of groups.
import { button } from "../kit/kit.js";

/** @import { Drawn, Group, Point } from "./types.js" */

/**
 * The buttons of the groups: { nodes, place(scene, onStage), focused(), focus(group) }. A click on one asks to close its group or
 * to open it; while it is pointed at or has the focus, `point` is told which nodes it is about.
 *
 * @param {object} parts
 * @param {Group[]} parts.groups
 * @param {(group: number) => void} parts.toggle
 * @param {(members: number[]) => void} parts.point
 */
export function groupHandles({ groups, toggle, point }) {
  const nodes = groups.map((group, at) => {
    const about = () => point(group.members);
    const away = () => point([]);
    return button("", () => toggle(at), {
      class: "flow-handle",
      onpointerenter: about,
      onpointerleave: away,
      onfocus: about,
      onblur: away,
    });
  });
  /** @type {Point[]} */
  const places = [];
  /**
   * @param {Drawn} scene
   * @param {(point: Point) => Point} onStage In shares of the stage.
   */
  const place = (scene, onStage) => {
    for (const [at, group] of groups.entries()) {
      const closed = !scene.nodes[scene.boxOf.length + at].hidden;
      const holds = groups.some((other) => other.within === at);
      const node = nodes[at];
      node.hidden = group.within >= 0 && !scene.nodes[scene.boxOf.length + group.within].hidden;
      const box = scene.nodes[scene.boxOf[group.outputs[group.outputs.length - 1]]];
      const inside = group.members.map((member) => scene.nodes[scene.boxOf[member]]);
      const left = Math.min(...inside.map((one) => one.x));
      const right = Math.max(...inside.map((one) => one.x + one.width));
      const strip = holds && !closed;
      places[at] = onStage(strip ? [(left + right) / 2, -16] : [box.x + box.width, box.y]);
      const [x, y] = places[at];
      node.style.left = `${100 * x}%`;
      node.style.top = `${100 * y}%`;
      node.textContent = `${closed ? "+" : "−"}${strip ? ` ${group.name}` : ""}`;
      node.setAttribute("aria-expanded", String(!closed));
      node.setAttribute("aria-label", `${closed ? "open" : "close"} ${group.name}`);
      node.title = closed ? `open ${group.name}` : `close ${group.name}: one box for ${group.members.length}`;
    }
  };
  /** The group whose button has the focus; −1: none has. */
  const focused = () => nodes.findIndex((node) => node.matches(":focus"));
  /** Of a group inside a closed one, that one gets it. @param {number} group */
  const focus = (group) => {
    const seen = nodes[group].hidden ? groups[group].within : group;
    nodes[seen].focus({ preventScroll: true });
    return places[seen];
  };
  return { nodes, place, focused, focus };
}
