"""The process in which answers are tried: `trial.run` starts it, once for each notebook.

It takes steps and trials, pickled, on its standard input, and leaves the results in the file that its first
argument names; the second names a file that says what is running, and the third says how many seconds it may
compute. What the cells print is dropped.
"""

import os
import pickle
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from backproplab.check import collect
from backproplab.check.error_report import error_report
from backproplab.files import atomic_write
from backproplab.marking import trained
from backproplab.marking.compare import as_array
from backproplab.marking.exercise import CheckSpec, call_with_seed
from backproplab.marking.planted import Verdicts
from backproplab.marking.values import Values

from .effortless import EFFORTLESS, Idler
from .mutants import NUMBERED, Mutator
from .trial import FailedCell, Result, Step, Trial

Namespace = dict[str, Any]


def main(out: Path, where: Path, seconds: int) -> None:
    """Run what standard input holds; the system ends who computes for longer."""
    with suppress(ImportError):  # on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    steps, trials = pickle.loads(sys.stdin.buffer.read())
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nothing, descriptor)
    outcome = run_trials(steps, trials, where)
    with atomic_write(out) as file:
        pickle.dump(outcome, file)


def run_trials(steps: Sequence[Step], trials: Sequence[Trial], where: Path) -> list[Result] | FailedCell:
    """Run the given cells, then the trials; a given cell that raises ends it."""
    namespace: Namespace = {"__name__": "__main__"}
    checks, places = {}, {}
    collected: list[CheckSpec] = []
    with collect(collected.append):
        for step in steps:
            where.write_text(f"cell '{step.cell}'", encoding="utf-8")
            if step.exercise:
                checks[step.exercise], places[step.exercise] = step, dict(namespace)
                continue
            if error := _execute(step.source, step.cell, namespace):
                return FailedCell(step.cell, error)
        results = []
        for trial in trials:
            what = trial.change or trial.mutation or trial.answer
            where.write_text(f"exercise {trial.exercise}, with this answer:\n{what}\n", encoding="utf-8")
            start = places[trial.exercise] if trial.at_its_place else namespace
            collected.clear()
            results.append(_run_trial(trial, checks[trial.exercise], dict(start), collected))
    return results


def _execute(source: str, name: str, namespace: Namespace) -> str:
    """Run source, and return its exception in one line, or "" ."""
    try:
        exec(compile(source, f"<{name}>", "exec"), namespace)
    except (Exception, SystemExit) as error:
        return error_report(error).line
    return ""


def _run_trial(trial: Trial, check: Step, space: Namespace, collected: list[CheckSpec]) -> Result:
    result = Result(broken=_execute(trial.answer, "answer", space))
    result.broken = result.broken or _execute(trial.change, "change", space)
    mutator = _mutator(trial.mutation) if trial.mutation else None
    if mutator and not result.broken:
        space.update({name: mutator.mutate(space[name]) for name in trial.names if name in space})
    result.broken = result.broken or _execute(check.source, check.cell, space)
    if not result.broken and len(collected) != 1:
        result.broken = f"the cell declares {len(collected)} checks, expected 1"
    if result.broken:
        return result
    for seed in trial.seeds:
        if mutator:
            mutator.begin()
        try:
            returned = call_with_seed(collected[0].function, seed)
            values = {name: as_array(value) for name, value in returned.items()}
            result.values[seed] = values
            if isinstance(returned, Verdicts):
                result.truth[seed] = returned.truth
            if collected[0].accept:
                result.values[seed] = {name: trained.sample(value) for name, value in values.items()}
                if trial.mutation == NUMBERED and _are_worked_out(values, mutator):
                    result.worked_out.add(seed)
                result.objections[seed] = _objection(collected[0], values, seed)
        except (Exception, SystemExit) as error:
            result.errors[seed] = error_report(error).line
        if mutator and mutator.had_an_effect():
            result.mutated.add(seed)
    return result


def _mutator(mutation: str) -> Mutator | Idler:
    return Idler(mutation) if mutation in EFFORTLESS else Mutator(mutation)


def _are_worked_out(values: Values, mutator: Mutator | Idler | None) -> bool:
    """Are these others than the numbers that stand in place of the answer's, all of them, each once?"""
    if not isinstance(mutator, Mutator) or not mutator.count:  # of a class nobody can tell
        return False
    numbers = np.concatenate([np.ravel(each) for each in values.values()])
    return not np.array_equal(np.sort(numbers), np.arange(1, mutator.count + 1))


def _objection(spec: CheckSpec, values: Values, seed: int) -> str:
    """Judge trained numbers as a learner's check does: a judge only ever sees finite arrays of its shapes."""
    shapes = spec.shapes or {}
    if words := trained.fault(values, shapes):
        return words
    assert spec.accept is not None
    return trained.objection(
        spec.accept, {name: values[name] for name in shapes}, np.random.default_rng(seed)
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
