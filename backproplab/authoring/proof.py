"""Prove each check of a solution notebook: it accepts what is right, and rejects what is not."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from backproplab.marking.compare import agrees
from backproplab.marking.exercise import DRAWN
from backproplab.marking.planted import what_it_did
from backproplab.marking.values import same

from . import trial
from .assignment import ExerciseInfo, Solution
from .cells import Role
from .effortless import EFFORTLESS
from .errors import ReleaseError
from .mutants import JUDGES, MUTATIONS, NUMBERED
from .trial import Result, Step, Trial

PUBLIC_SEEDS = (101, 102, 103)
FIRST_OTHER = 1001
OTHER_SEEDS = 20  # how many more a release is proven with
MUTATIONS_BY_KIND = {  # a choice is not a number, and trained numbers may be right in more than one way
    "function": (*MUTATIONS, *EFFORTLESS),
    "fix": (*MUTATIONS, *EFFORTLESS),
    "tests": tuple(JUDGES),
    "hand": tuple(MUTATIONS),
    "trained": ("zeros", "ones", NUMBERED),  # of True and False they make the same numbers
    "choice": (),
}


@dataclass(frozen=True)
class Proof:
    """The results of one exercise's trials."""

    solution: Result
    at_its_place: Result | None
    """None of trained numbers, which are judged: they may differ from run to run."""
    stub: Result
    misconceptions: tuple[Result, ...]
    alternatives: tuple[Result, ...]
    mutants: Mapping[str, Result]


def steps(solution: Solution) -> list[Step]:
    """Return the cells that a process runs before any answer is tried."""
    wanted = (Role.GIVEN, Role.CHECK)
    return [Step(cell.id, cell.source, cell.exercise) for cell in solution.cells if cell.role in wanted]


def prove(solution: Solution, others: int = OTHER_SEEDS) -> dict[str, Proof]:
    """Try everything against every check. ReleaseError, with every reason, where a check proves nothing.

    Each is tried with the seeds that learners meet and with so many `others`.
    """
    seeds = (*PUBLIC_SEEDS, *range(FIRST_OTHER, FIRST_OTHER + others))
    exercises = [each for each in solution.exercises if each.check]
    tried = [_trials(each, seeds) for each in exercises]
    flat = [each for trials in tried for each in trials]
    results = iter(trial.run(steps(solution), flat, solution.path.parent))
    found = {each.id: _proof(each, results) for each in exercises}
    owners = {name: each.id for each in exercises for name in each.answers}
    reasons = [
        f"cell '{each.check_cell}' (exercise {each.id}): {fault}"
        for each in exercises
        for fault in _faults(each, found[each.id], owners)
    ]
    if reasons:
        raise ReleaseError(*reasons)
    return found


def _trials(each: ExerciseInfo, seeds: tuple[int, ...]) -> list[Trial]:
    """Return the trials of one exercise, in the order in which `_proof` takes their results.

    The trial at its place is of the cell as it is written, and is held to the values of the others.
    """
    answer = each.answer if each.kind == "trained" else without_demonstrations(each.answer)

    def attempt(change: str = "", *, mutation: str = "", seeds: tuple[int, ...] = seeds) -> Trial:
        return Trial(each.id, answer, change, mutation, each.answers, seeds)

    at_its_place = Trial(each.id, each.answer, names=each.answers, seeds=PUBLIC_SEEDS, at_its_place=True)
    return [
        attempt(),
        *([] if each.kind == "trained" else [at_its_place]),
        Trial(each.id, each.stub, names=each.answers, seeds=PUBLIC_SEEDS),
        *(attempt(wrong.source) for wrong in each.misconceptions),
        *(attempt(other.source) for other in each.alternatives),
        *(attempt(mutation=mutation, seeds=PUBLIC_SEEDS) for mutation in MUTATIONS_BY_KIND[each.kind]),
    ]


def without_demonstrations(source: str) -> str:
    """Return an answer cell without its calls that keep nothing, such as one that trains and prints.

    A learner sees what they show; a check does not, and an exercise has fifty trials. A call of a method, as
    `layers.append(…)` is, stays: it may make an answer what it is.

    >>> print(without_demonstrations("layers = [1]; layers.append(2); print(layers)"))
    layers = [1]
    layers.append(2)
    """
    cell = ast.parse(source)
    cell.body = [each for each in cell.body if not _is_demonstration(each)]
    return ast.unparse(cell)


def _is_demonstration(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name)


def _proof(each: ExerciseInfo, results: Iterator[Result]) -> Proof:
    return Proof(
        solution=next(results),
        at_its_place=None if each.kind == "trained" else next(results),
        stub=next(results),
        misconceptions=tuple(next(results) for _ in each.misconceptions),
        alternatives=tuple(next(results) for _ in each.alternatives),
        mutants={mutation: next(results) for mutation in MUTATIONS_BY_KIND[each.kind]},
    )


def _faults(each: ExerciseInfo, found: Proof, owners: Mapping[str, str]) -> Iterator[str]:
    right = found.solution
    if right.error or not all(right.values.values()):
        yield _no_values(each, right.error, owners)
        return
    if each.kind == "trained":
        yield from _trained_faults(each, right)
    else:
        yield from _value_faults(each, found)
    if each.kind == "tests":
        yield from _tests_faults(each, right)
    if found.stub.broken:
        yield f"the released answer cell stops with {found.stub.broken}; keep what uses the answer out of it"
    elif any(_passes(each, right, found.stub, seed) for seed in PUBLIC_SEEDS):
        yield "the stub passes; let the check return what only an answer can give"
    yield from _misconception_faults(each, found)
    for tried, result in zip(each.alternatives, found.alternatives, strict=True):
        seed = next((seed for seed in right.values if not _passes(each, right, result, seed)), None)
        if seed is not None:
            why = result.broken or result.errors.get(seed) or "other values than the solution"
            yield f"alternative in cell '{tried.cell}' fails with seed {seed} ({why}); mend it or the check"
    for mutation, result in found.mutants.items():
        if mutation in EFFORTLESS:
            yield from _effortless_faults(mutation, right, result)
        elif mutation == NUMBERED:
            yield from _worked_out_faults(result)
        elif any(_passes(each, right, result, seed) for seed in result.mutated):
            how = "draw inputs, or return values, for which it is wrong"
            yield f"{mutation} instead of the answer passes; {how}"


def _effortless_faults(mutation: str, right: Result, result: Result) -> Iterator[str]:
    """Yield the named values that an answer earns without any understanding."""
    earned = [
        name
        for name in right.values[PUBLIC_SEEDS[0]]
        if result.mutated
        and all(
            name in result.values.get(seed, {})
            and agrees(right.values[seed][name], result.values[seed][name])
            for seed in result.mutated
        )
    ]
    if earned:
        names = ", ".join(f"“{name}”" for name in earned)
        yield (
            f"{mutation} instead of the answer earns {names}; return it with a value that takes work, "
            "and keep what is right out of the check's variables"
        )


def _no_values(each: ExerciseInfo, error: str, owners: Mapping[str, str]) -> str:
    missing = error.removeprefix("NameError: name '").split("'")[0]
    if error.startswith("NameError: name '") and owners.get(missing, each.id) != each.id:
        return (
            f"needs '{missing}', the answer of {owners[missing]}, so one mistake would count twice; draw it "
            "from rng in the check, or take it from the package"
        )
    if not error:
        return "the solution gives no values; return a dict of named values"
    return f"the solution gives no values ({error}); return a dict of named numbers or arrays"


def _value_faults(each: ExerciseInfo, found: Proof) -> Iterator[str]:
    right = found.solution
    names = list(right.values[PUBLIC_SEEDS[0]])
    if any(list(values) != names for values in right.values.values()):
        yield "returns other names with another seed; return the same names always"
        return
    again = found.at_its_place
    assert again is not None
    if again.error or not all(same(right.values[seed], again.values[seed]) for seed in PUBLIC_SEEDS):
        yield (
            "the same seed gives other values at its place than at the notebook's end; draw everything from "
            "rng, let no given cell below change what the check uses, and no call below an answer the answer"
        )
    if each.kind not in DRAWN:
        return
    for name in names:
        first = right.values[PUBLIC_SEEDS[0]][name]
        if all(agrees(first, right.values[seed][name]) for seed in right.values):
            yield f"“{name}” is the same with every seed, so one can write it down; draw its inputs from rng"


def _tests_faults(each: ExerciseInfo, right: Result) -> Iterator[str]:
    """Yield what is wrong where a learner's own test is asked for; `verdicts` lets no constant earn."""
    if right.truth.keys() != right.values.keys():
        yield (
            "kind='tests' needs to know what is right: return verdicts(judge, rng, right={…}, faults={…}) of "
            "backproplab.check as it is"
        )
        return
    names = list(right.truth[PUBLIC_SEEDS[0]])
    for name in names:
        wrong = (s for s in right.values if not agrees(right.truth[s][name], right.values[s][name]))
        seed = next(wrong, None)
        if seed is not None:
            did = what_it_did(name, {seed: right.truth[seed]}, {seed: right.values[seed]})
            yield f"the solution fails “{name}” with seed {seed} ({did}); mend it, or what it is asked about"
    for name in names:
        if name not in each.replies:
            yield f"a test that fails “{name}” is told nothing; write reply({each.id!r}, {name!r}, …)"
    for name in each.replies:
        if name not in names:
            yield f"there is a reply to “{name}”, which its check does not name; it names {', '.join(names)}"


def _trained_faults(each: ExerciseInfo, right: Result) -> Iterator[str]:
    names = next(
        (list(values) for values in right.values.values() if values.keys() != each.shapes.keys()), None
    )
    if names is not None:
        yield f"returns {names}, and shapes= names {list(each.shapes)}; name the same values in both"
    seed, words = next(((seed, words) for seed, words in right.objections.items() if words), (None, ""))
    if seed is not None:
        yield f"the solution is not accepted with seed {seed} ({words}); mend it or the judge"


def _worked_out_faults(result: Result) -> Iterator[str]:
    """Yield what is wrong where a judge would trust what was worked out beside the student's code."""
    if result.worked_out:
        yield (
            "returns numbers that it works out of the answer, and a notebook that patches numpy works out "
            "others; return all numbers of the answer, and nothing else, and let accept= count what they do"
        )


def _misconception_faults(each: ExerciseInfo, found: Proof) -> Iterator[str]:
    wrong = list(zip(each.misconceptions, found.misconceptions, strict=True))
    for tried, result in wrong:
        seed = next(
            (seed for seed in found.solution.values if _passes(each, found.solution, result, seed)), None
        )
        if result.error:
            fault = f"gives no values ({result.error}), so nobody would read it; make it run"
            yield f"misconception “{tried.sentence}” {fault}"
        elif seed is not None:
            fault = f"passes with seed {seed}; draw inputs, or return values, for which it is always wrong"
            yield f"misconception “{tried.sentence}” {fault}"
    for (one, first), (other, second) in combinations(wrong, 2):
        if all(same(first.values.get(seed), second.values.get(seed)) for seed in PUBLIC_SEEDS):
            yield (
                f"misconceptions “{one.sentence}” and “{other.sentence}” give the same values; drop one, or "
                "return a value that tells them apart"
            )


def _passes(each: ExerciseInfo, right: Result, result: Result, seed: int) -> bool:
    if each.kind == "trained":
        return result.objections.get(seed) == ""
    return same(right.values[seed], result.values.get(seed))
