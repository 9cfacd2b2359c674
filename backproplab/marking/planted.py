"""A learner's own test is right when it accepts right code and catches each fault planted in it.

The answer is a judge: a function that takes an implementation and returns True, it may pass, or False. A
check asks it about several, and names what it expects of it: to accept this one, to catch that one.

    >>> def relu_backward(x, upstream): return upstream * (x > 0)
    >>> def no_mask(x, upstream): return upstream
    >>> def judge(backward): return backward(np.array([-1.0, 2.0]), np.ones(2)).tolist() == [0.0, 1.0]
    >>> rng = np.random.default_rng(1)
    >>> found = verdicts(judge, rng, right={"ReLU": relu_backward}, faults={"a missing mask": no_mask})
    >>> list(found)
    ['accepts ReLU', 'catches a missing mask']
    >>> all((found[name] == found.truth[name]).all() for name in found)
    True

A value is the row of verdicts on a *mix*, whose length and order are drawn: it is not known beforehand, so a
constant earns nothing. In the mix for a fault stand the fault, which must be refused, and right code, of
which at least one must be accepted; in that for right code stand it and all the faults, of which at least one
must be refused. So catching counts from whoever accepts something, accepting from whoever catches something,
and neither costs more than its own share.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backproplab.marking.values import Given, Values

ACCEPTS, CATCHES = "accepts ", "catches "
SHORTEST, LONGEST = 4, 7  # verdicts in a mix

Judge = Callable[..., object]


class Verdicts(dict[str, NDArray[np.float64]]):
    """What a judge said, by named value: 1 accepted, 0 refused, nan where it raised, which is no verdict."""

    def __init__(self) -> None:
        super().__init__()
        self.truth: dict[str, NDArray[np.float64]] = {}
        """What a judge without fault says."""
        self.error: Exception | None = None
        """The first exception that the judge raised."""


def verdicts(
    judge: Judge, rng: np.random.Generator, *, right: Mapping[str, Any], faults: Mapping[str, Any]
) -> Verdicts:
    """Ask a judge about right implementations and faulty ones, each under a name that ends "it accepts …".

    An implementation is what the judge is called with; a tuple is several arguments. What is to differ from
    run to run draw from `rng` before, in the check.

    TypeError if the judge returns anything but True or False. What it raises is kept in `error`, and the rest
    is asked all the same; NotImplementedError, which an untouched answer raises, goes on.
    """
    if not right or not faults:
        raise ValueError("verdicts() needs right implementations and faulty ones; give at least one of each")
    found = Verdicts()
    # All is drawn before the judge is asked: nothing that it does changes what it will be asked.
    mixes = {
        **{f"{ACCEPTS}{name}": (case, _draw(rng)) for name, case in right.items()},
        **{f"{CATCHES}{name}": (case, 1 - _draw(rng)) for name, case in faults.items()},
    }

    def ask(case: Any) -> float:
        try:
            answer = judge(*case) if isinstance(case, tuple) else judge(case)
        except NotImplementedError:
            raise
        except Exception as error:
            found.error = found.error or error
            return np.nan
        if not isinstance(answer, (bool, np.bool_)):
            raise TypeError(_no_verdict(judge, answer))
        return float(answer)

    for name, (case, truth) in mixes.items():
        own, others = (1.0, faults) if name.startswith(ACCEPTS) else (0.0, right)
        found.truth[name] = truth
        found[name] = np.array(
            [ask(case) if wanted == own else _first(wanted, map(ask, others.values())) for wanted in truth]
        )
    return found


def _draw(rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw a row of ones and zeros, at least one of each, in any number and order."""
    size = int(rng.integers(SHORTEST, LONGEST + 1))
    return (rng.permutation(size) < rng.integers(1, size)).astype(float)


def _first(wanted: float, answers: Iterable[float]) -> float:
    """Return `wanted` as soon as one answer is that; else what the others are, nan before a verdict."""
    other = 1 - wanted
    for answer in answers:
        if answer == wanted:
            return wanted
        if np.isnan(answer):
            other = answer
    return other


def _no_verdict(judge: Judge, answer: object) -> str:
    name = getattr(judge, "__name__", "the answer")
    match answer:
        case None:
            got, do = "None", "end each of its ways with a return"
        case np.ndarray():
            got, do = f"an array of shape {answer.shape}", "np.all(…) makes one verdict of many"
        case _:
            kind = type(answer).__name__
            got = f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
            do = "a comparison gives one of the two"
    return f"{name} returned {got}, expected True or False; {do}"


class _Said(NamedTuple):
    """What a judge said about one named value, with all seeds in a row."""

    stopped: NDArray[np.bool_]
    wrong: NDArray[np.bool_]
    own: NDArray[np.bool_]
    """Where it was asked about the very code that the value is named after."""


def _said(name: str, expected: Mapping[int, Values], given: Mapping[int, Given]) -> _Said | None:
    """Compare what a judge said with the truth; None where with some seed it said nothing of the kind."""
    wanted, got = [], []
    for seed, values in expected.items():
        mine = given.get(seed, {}).get(name)
        if not isinstance(mine, np.ndarray) or mine.shape != values[name].shape:
            return None
        wanted.append(values[name])
        got.append(mine)
    truth, said = np.concatenate(wanted), np.concatenate(got)
    stopped = np.isnan(said)
    return _Said(stopped, (said != truth) & ~stopped, truth == (0 if name.startswith(CATCHES) else 1))


def is_missed(name: str, expected: Mapping[int, Values], given: Mapping[int, Given]) -> bool:
    """Did a judge let this fault through, or refuse this right code, with any seed?"""
    said = _said(name, expected, given)
    return said is not None and bool(said.wrong[said.own].any())


def what_it_did(name: str, expected: Mapping[int, Values], given: Mapping[int, Given]) -> str:
    """Say in words what a judge did about one named value, over all seeds.

    >>> what_it_did("catches a fault", {1: {"catches a fault": np.array([1, 0, 0])}},
    ...             {1: {"catches a fault": np.array([1, 1, 1])}})
    'let it through'
    """
    said = _said(name, expected, given)
    if said is None:
        return "gave no verdict"
    stopped, wrong, own = said
    is_fault = name.startswith(CATCHES)
    if wrong[own].any():
        return ("let it through" if is_fault else "refused it") + _times(wrong[own])
    if stopped[own].any():
        return f"stopped on it{_times(stopped[own])}, which is no verdict"
    if stopped.any():
        return "stopped on other code, so this does not count yet"
    if wrong.any():
        all_of_it = "refuses all right code" if is_fault else "lets every fault through"
        return f"{all_of_it}, so this does not count yet"
    return "caught it" if is_fault else "accepted it"


def _times(happened: NDArray[np.bool_]) -> str:
    """Say how often, where that is not always."""
    return "" if happened.all() else f" {happened.sum()} of {happened.size} times"
