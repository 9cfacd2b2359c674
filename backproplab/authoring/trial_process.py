"""The process in which answers are tried: `trial.run` starts it, once for each notebook.

It takes steps and trials, pickled, on its standard input, and leaves the results in the file that its first
argument names; the second names a file that says what is running. What the cells print is dropped.
"""

import os
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from backproplab.check import Posed, call_with_seed, collecting
from backproplab.check.errors import trouble
from backproplab.check.expected import Values
from backproplab.compare import as_array
from backproplab.files import atomic_write

from .bends import Bender
from .trial import Given, Result, Step, Trial

Namespace = dict[str, Any]


def main(out: Path, where: Path) -> None:
    """Run what standard input holds."""
    steps, trials = pickle.loads(sys.stdin.buffer.read())
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nothing, descriptor)
    outcome = outcome_of(steps, trials, where)
    with atomic_write(out) as file:
        pickle.dump(outcome, file)


def outcome_of(steps: Sequence[Step], trials: Sequence[Trial], where: Path) -> list[Result] | Given:
    """Run the given cells, then the trials; a given cell that raises ends it."""
    namespace: Namespace = {"__name__": "__main__"}
    checks, places = {}, {}
    posed: list[Posed] = []
    with collecting(posed.append):
        for step in steps:
            where.write_text(f"cell '{step.cell}'", encoding="utf-8")
            if step.exercise:
                checks[step.exercise], places[step.exercise] = step, dict(namespace)
                continue
            if error := _executed(step.source, step.cell, namespace):
                return Given(step.cell, error)
        results = []
        for trial in trials:
            what = trial.change or trial.bend or trial.answer
            where.write_text(f"exercise {trial.exercise}, with this answer:\n{what}\n", encoding="utf-8")
            start = places[trial.exercise] if trial.at_its_place else namespace
            posed.clear()
            results.append(_tried(trial, checks[trial.exercise], dict(start), posed))
    return results


def _executed(source: str, name: str, namespace: Namespace) -> str:
    """Run source, and return its exception in one line, or "" ."""
    try:
        exec(compile(source, f"<{name}>", "exec"), namespace)
    except (Exception, SystemExit) as error:
        return trouble(error).line
    return ""


def _tried(trial: Trial, check: Step, space: Namespace, posed: list[Posed]) -> Result:
    result = Result(broken=_executed(trial.answer, "answer", space))
    result.broken = result.broken or _executed(trial.change, "change", space)
    bender = Bender(trial.bend) if trial.bend else None
    if bender and not result.broken:
        space.update({name: bender.bent(space[name]) for name in trial.names if name in space})
    result.broken = result.broken or _executed(check.source, check.cell, space)
    if not result.broken and len(posed) != 1:
        result.broken = f"the cell poses {len(posed)} checks, expected 1"
    if result.broken:
        return result
    for seed in trial.seeds:
        if bender:
            bender.begin()
        try:
            returned = call_with_seed(posed[0].function, seed)
            values = {name: as_array(value) for name, value in returned.items()}
            result.values[seed] = values
            if posed[0].accept:
                result.verdicts[seed] = _verdict(posed[0], values, seed)
        except (Exception, SystemExit) as error:
            result.errors[seed] = trouble(error).line
        if bender and bender.made_a_difference():
            result.bent.add(seed)
    return result


def _verdict(posed: Posed, values: Values, seed: int) -> bool | str:
    """Judge trained numbers as a learner's check does: a judge only ever sees finite arrays of its shapes."""
    if posed.accept is None or {name: value.shape for name, value in values.items()} != posed.shapes:
        return f"their shapes are not {posed.shapes}"
    if not all(np.isfinite(value).all() for value in values.values()):
        return "they are not finite"
    said = posed.accept({name: value.copy() for name, value in values.items()}, np.random.default_rng(seed))
    return said if isinstance(said, str) else bool(said)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
