"""What is right on the seeds of a run, and what each misconception gives: found in a process of its own.

That process runs the author's code alone. Its values stay on the grader's side.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from backproplab.authoring import proof, trial
from backproplab.authoring.assignment import ExerciseInfo, Solution, load_solution
from backproplab.authoring.errors import TooLongError
from backproplab.authoring.trial import Result, Trial
from backproplab.errors import BackproplabError
from backproplab.grading.grader import Task
from backproplab.grading.kept import NOTEBOOK, Kept, asked, changed
from backproplab.marking.exercise import Exercise, Misconception
from backproplab.sandbox.protocol import Isolation, Limits

EARLIER_DRAWS = (10, 2, 0)
"""Of how many earlier draws of inputs a solution finds the values, too; of fewer if that takes too long.
Where few students share one, to run their code again takes no longer than that."""


class SolutionError(BackproplabError):
    """The solution gives no values to compare with; the message says where."""


def make_task(
    path: Path,
    seeds: Sequence[int],
    *,
    isolation: Isolation,
    limits: Limits,
    public: Sequence[int] = proof.PUBLIC_SEEDS,
    kept: Iterable[Kept] = (),
) -> Task:
    """Read a solution notebook, run it on the seeds, and return all that grading a class takes.

    It is run on the seeds of what is `kept`, too, where that may still hold and most share them. ReleaseError
    if the notebook is not well-formed; SolutionError if its solution fails with a seed.
    """
    solution = load_solution(path)
    assignment = solution.assignment
    now = asked(assignment, public=public, isolation=isolation, limits=limits)
    shared = Counter(each.seeds for each in kept if set(changed(each.asked, now)) <= {NOTEBOOK})
    most_shared = sorted(shared, key=lambda each: (-shared[each], each))
    exercises, earlier = _values_of_earlier(solution, [*seeds, *public], most_shared)
    return Task(
        assignment=assignment,
        exercises=exercises,
        solved="\n".join(each.answer for each in solution.exercises),
        seeds=tuple(seeds),
        public=tuple(public),
        isolation=isolation,
        limits=limits,
        kept_seeds=earlier,
        left_out=frozenset(shared) - earlier,
    )


def _values_of_earlier(
    solution: Solution, seeds: Sequence[int], most_shared: Sequence[tuple[int, ...]]
) -> tuple[tuple[Exercise, ...], frozenset[tuple[int, ...]]]:
    """Return each exercise with its values, of `seeds` and of as many earlier draws as there is time for."""
    counts = sorted({min(count, len(most_shared)) for count in EARLIER_DRAWS}, reverse=True)
    for count in counts:
        earlier = most_shared[:count]
        every = dict.fromkeys([*seeds, *(seed for each in earlier for seed in each)])
        try:
            return expected_values(solution, [*every]), frozenset(earlier)
        except TooLongError:
            if not earlier:
                raise
    raise AssertionError("EARLIER_DRAWS ends with 0")


def expected_values(solution: Solution, seeds: Sequence[int]) -> tuple[Exercise, ...]:
    """Return each exercise with the values of its solution, its misconceptions and its untouched code."""
    checked = [each for each in solution.exercises if each.check]
    tried = [_trials(each, tuple(dict.fromkeys(seeds))) for each in checked]
    flat = [each for trials in tried for each in trials]
    results = iter(trial.run(proof.steps(solution), flat, solution.path.parent) if flat else [])
    found = {
        each.id: _expected(each, [next(results) for _ in trials], seeds)
        for each, trials in zip(checked, tried, strict=True)
    }
    return tuple(
        found.get(each.id)
        or Exercise(each.id, each.points, each.kind, title=each.title, handed_out=each.stub)
        for each in solution.exercises
    )


def _trials(each: ExerciseInfo, seeds: tuple[int, ...]) -> list[Trial]:
    changes = ["", *(wrong.source for wrong in each.misconceptions)]
    tried = [Trial(each.id, each.answer, change, names=each.answers, seeds=seeds) for change in changes]
    return [*tried, Trial(each.id, each.stub, names=each.answers, seeds=seeds)]


def _expected(each: ExerciseInfo, results: list[Result], seeds: Sequence[int]) -> Exercise:
    solution, *wrong, stub = results
    missing = [seed for seed in seeds if seed not in solution.values]
    if solution.error or missing:
        raise SolutionError(f"the solution of {each.id} fails with seed {missing[:1]}: {solution.error}")
    return Exercise(
        id=each.id,
        points=each.points,
        kind=each.kind,
        title=each.title,
        answers=each.answers,
        values=solution.truth or solution.values,
        misconceptions=tuple(
            Misconception(tried.sentence, result.values, tried.slug)
            for tried, result in zip(each.misconceptions, wrong, strict=True)
        ),
        untouched=stub.values,
        replies=each.replies,
        handed_out=each.stub,
        shapes=each.shapes,
        accept=each.accept,
    )
