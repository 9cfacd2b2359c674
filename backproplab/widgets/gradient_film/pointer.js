// A pointer at work on a picture that lies in a page which scrolls.

const SLOP = 8; // pixels that a finger may slip while it taps

/**
 * Calls `pick` while a pressed mouse or pen, or a finger, works on a node. A finger that goes up or down wants to
 * scroll the page: it picks only where it taps, or goes across. The node's style must say `touch-action: pan-y`.
 *
 * @param {HTMLElement} node
 * @param {(event: PointerEvent, isTap: boolean) => void} pick A tap is a press of the mouse, too.
 */
export function follow(node, pick) {
  /** @type {{ x: number, y: number, picks: boolean } | null} */
  let finger = null; // where it came down, and whether it is known to be at work here

  /** @param {PointerEvent} event */
  function heed(event) {
    if (event.pointerType !== "touch") {
      if (event.type !== "pointerup" && event.buttons & 1) pick(event, event.type === "pointerdown");
      return;
    }
    if (event.type === "pointerdown") finger = { x: event.clientX, y: event.clientY, picks: false };
    if (!finger) return;
    const across = Math.abs(event.clientX - finger.x);
    const along = Math.abs(event.clientY - finger.y);
    finger.picks ||= across > SLOP && across > along;
    const tapped = event.type === "pointerup" && across <= SLOP && along <= SLOP;
    if (finger.picks || tapped) pick(event, tapped && !finger.picks);
    if (event.type === "pointerup" || event.type === "pointercancel") finger = null;
  }
  for (const type of /** @type {const} */ (["pointerdown", "pointermove", "pointerup", "pointercancel"])) {
    node.addEventListener(type, heed);
  }
}
