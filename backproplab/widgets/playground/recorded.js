// A recorded run in the place of Python: frames that a slider, a key and Start go through.

import { floats, html, lookUp, player, slider } from "../kit/kit.js";

/** @import { Model } from "../kit/types.js" */
/** @import { SetTrait, Traits } from "./types.js" */

const PACE = 60; // milliseconds a frame: a run takes six seconds

/**
 * The run of the seed chosen: { node, at(), toggle(), go(frame), playing(), seeds, stop() }.
 *
 * @param {Model<Traits>} model
 * @param {SetTrait} set
 * @param {(playing: boolean) => void} changed
 */
export function recordedRun(model, set, changed) {
  const runs = model.get("recording");
  const seeds = runs.map((run) => run.seed);
  const numbersOf = new Map(runs.map((run) => [run.seed, floats(run.frames)]));
  const run = () => runs.find((one) => one.seed === model.get("seed")) ?? runs[0];
  const last = () => run().steps.length - 1;
  const frame = () => Math.min(model.get("frame"), last());
  const moved = slider({
    label: "recorded step",
    min: 0,
    max: last(),
    value: frame(),
    read: (at) => (run().steps[at] ?? 0).toLocaleString("en"),
    oninput: (at) => {
      play.stop();
      set("frame", at);
    },
  });
  const play = player(
    () => {
      set("frame", frame() + 1);
      return frame() < last();
    },
    PACE,
    changed,
  );
  const note = `A recording: this page has no Python. It holds seeds ${seeds.join(" and ")}.`;
  const node = html("div", { class: "pg-recorded" }, moved.row, html("p", { class: "pg-key" }, note));

  /** What the run holds at its frame. */
  function at() {
    const one = run();
    const all = lookUp(numbersOf, one.seed);
    const size = all.length / one.steps.length / 2;
    const numbers = all.subarray(2 * size * frame(), 2 * size * (frame() + 1));
    moved.input.max = String(last());
    moved.show(frame());
    return {
      parameters: Float64Array.from(numbers.subarray(0, size)),
      gradient: Float64Array.from(numbers.subarray(size)),
      curves: one.curves,
      scales: one.scales,
      now: one.steps[frame()] / (one.steps[last()] || 1),
      progress: one.progress[frame()],
      said: one.said[frame()],
    };
  }

  /** @param {number} to */
  function go(to) {
    play.stop();
    set("frame", Math.max(0, Math.min(to, last())));
  }

  function toggle() {
    if (!play.playing() && frame() === last()) set("frame", 0);
    play.toggle();
  }

  return { node, at, toggle, go, frame, playing: play.playing, stop: play.stop, seeds };
}
