// A pointer at work on a picture that lies in a page which scrolls.

import { drag } from "../kit/kit.js";

const SLOP = 8; // pixels that a finger may slip while it taps

/**
 * Calls `pick` while a pressed mouse or pen, or a finger, works on a node. A finger that goes up or down wants to
 * scroll the page: it picks only where it taps, or goes across. The node's style must say `touch-action: pan-y`.
 *
 * @param {HTMLElement} node
 * @param {(event: PointerEvent, isTap: boolean) => void} pick A tap is a press of the mouse, too.
 */
export function follow(node, pick) {
  let from = { x: 0, y: 0 }; // where it came down
  let picks = false; // whether it is known to be at work here
  /** @param {PointerEvent} event */
  const gone = (event) => ({
    across: Math.abs(event.clientX - from.x),
    along: Math.abs(event.clientY - from.y),
  });
  drag(node, {
    start: (event) => {
      from = { x: event.clientX, y: event.clientY };
      picks = event.pointerType !== "touch";
      if (picks) pick(event, true);
    },
    move: (event) => {
      const { across, along } = gone(event);
      picks ||= across > SLOP && across > along;
      if (picks) pick(event, false);
    },
    end: (event) => {
      const { across, along } = gone(event);
      if (!picks && across <= SLOP && along <= SLOP) pick(event, true);
    },
  });
}
