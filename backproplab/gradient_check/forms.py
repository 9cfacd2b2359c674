"""The five forms of a gradient check: what is nudged, and what backward claims of it.

All that touches the interfaces of layers, losses and networks is here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import singledispatch
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backproplab import tensor
from backproplab.arrays import plain
from backproplab.gradient_check.comparison import compare
from backproplab.gradient_check.copies import in_float64
from backproplab.gradient_check.report import Report
from backproplab.gradient_check.second_opinion import SecondOpinion
from backproplab.gradient_check.slope import PRECISIONS
from backproplab.gradient_check.subject import Subject
from backproplab.layers.contract import Array, Layer
from backproplab.losses import Loss
from backproplab.network import Network
from backproplab.tensor import Tensor

ONE = np.ones(1)
"""The upstream gradient of a function that gives a single number."""


@singledispatch
def check_gradients(subject: Any, *inputs: Any, seed: int = 0) -> Report:
    """Compare a subject's own gradients with finite differences; see the module for the five forms.

    Returns a Report with, for each parameter and input: the worst relative error, where it is, and a verdict.
    Relative errors are measured against the larger of the two numbers, or against what the nudge can resolve
    where both are smaller than that. `seed` draws the entries to nudge where there are more than 200, the
    directions, and the upstream gradient that turns a layer's outputs into one number. Parameters are nudged
    in place; they and their gradients are put back.
    """
    if callable(subject) and len(inputs) == 1 and not callable(inputs[0]):

        def of_numbers(x: Array) -> Any:
            return subject(Tensor(x)).data

        return check_gradients(of_numbers, tensor.gradient(subject), inputs[0], seed=seed)
    if not callable(subject) or len(inputs) != 2 or not callable(inputs[0]):
        raise wrong_call(subject, inputs)
    gradient, x = inputs

    def function_at(point: Array) -> Subject:
        def claims() -> dict[str, Any]:
            claimed = gradient(point.copy())
            if np.shape(claimed) != point.shape:
                raise ValueError(
                    f"the gradient has shape {np.shape(claimed)}, its function's input {point.shape}; "
                    "they must agree"
                )
            return {"x": claimed}

        return Subject({"x": point}, lambda: one_number(subject(point.copy())), claims, ONE, seed)

    point = as_floats(x)
    return report(best(function_at(point.copy()), lambda: function_at(point.astype(np.float64))))


@check_gradients.register
def _(subject: Layer, *inputs: Any, seed: int = 0) -> Report:
    if len(inputs) != 1:
        raise wrong_call(subject, inputs)
    takes_integers = subject.integers
    x = np.asarray(inputs[0]) if takes_integers else as_floats(inputs[0])
    for parameter in () if takes_integers else subject.parameter_views().values():
        x = x.astype(parameter.dtype)

    def layer_at(layer: Layer, point: NDArray[Any]) -> Subject:
        inputs: dict[str, Array] = {} if takes_integers else {"x": point}
        parameters, gradients = layer.parameter_views(), layer.gradient_views()
        upstream = np.random.default_rng(seed).standard_normal(layer.forward(point.copy()).shape)

        def claims() -> Mapping[str, Any]:
            outputs = layer.forward(point.copy())
            forget(gradients.values())
            downstream = layer.backward(upstream.astype(outputs.dtype))
            return dict.fromkeys(inputs, downstream) | gradients

        return Subject(
            inputs | parameters, lambda: layer.forward(point.copy()), claims, upstream.ravel(), seed
        )

    moved = subject.parameter_views(), subject.gradient_views(), subject.state_views()
    with put_back([array for views in moved for array in views.values()]):
        own = layer_at(subject, x.copy())
        return report(best(own, lambda: layer_at(in_float64(subject), in_float64(x))))


@check_gradients.register
def _(subject: Loss, *inputs: Any, seed: int = 0) -> Report:
    if len(inputs) != 2:
        raise wrong_call(subject, inputs)
    outputs, targets = as_floats(inputs[0]), inputs[1]

    def loss_at(loss: Loss, point: Array) -> Subject:
        def claims() -> Mapping[str, Any]:
            loss.forward(point.copy(), targets)
            return {"outputs": loss.backward()}

        return Subject({"outputs": point}, lambda: loss.forward(point.copy(), targets), claims, ONE, seed)

    own = loss_at(subject, outputs.copy())
    return report(best(own, lambda: loss_at(in_float64(subject), in_float64(outputs))))


@check_gradients.register
def _(subject: Network, *inputs: Any, seed: int = 0) -> Report:
    if len(inputs) != 3:
        raise wrong_call(subject, inputs)
    loss, x, targets = inputs[0], subject.checked(inputs[1]), inputs[2]

    def network_at(network: Network, loss: Loss, point: NDArray[Any]) -> Subject:
        inputs: dict[str, Array] = {"x": point} if point.dtype.kind == "f" else {}
        loss.forward(network.forward(point.copy()), targets)
        upstream = loss.backward().copy()

        def claims() -> Mapping[str, Any]:
            network.forward(point.copy())
            forget(network.gradient_views.values())
            downstream = network.backward(upstream.copy())
            return dict.fromkeys(inputs, downstream) | network.gradient_views

        def claims_in_training() -> Mapping[str, Any]:
            forget(network.gradient_views.values())
            network.loss_and_gradient(loss, point.copy(), targets)
            return network.gradient_views

        return Subject(
            inputs | network.parameter_views,
            lambda: network.forward(point.copy()),
            claims,
            upstream.astype(np.float64).ravel(),
            seed,
            claims_in_training,
        )

    moved = subject.parameter_views, subject.gradient_views, subject.chain.state_views()
    with put_back([array for views in moved for array in views.values()]):
        own = network_at(subject, loss, x.copy())
        chosen = best(own, lambda: network_at(in_float64(subject), in_float64(loss), in_float64(x)))
        of_loss = check_gradients(loss, subject.forward(x.copy()), targets, seed=seed)
        return Report(report(chosen).entries + of_loss.entries)


def report(subject: Subject) -> Report:
    """The verdicts on all that can be nudged."""
    second_opinion = SecondOpinion(subject)
    with np.errstate(all="ignore"):  # a wide nudge may leave the range of a function
        return Report(tuple(compare(subject, name, second_opinion) for name in subject.variables))


def best(own: Subject, in_float64: Callable[[], Subject]) -> Subject:
    """The subject in float64 if it can be had, where float32 would hide much; otherwise as it is."""
    if own.precision is PRECISIONS[np.dtype(np.float64)]:
        return own
    try:
        copy = in_float64()
        is_faithful = all(is_alike(own, copy, name) for name in own.variables)
    except Exception:  # whatever somebody else's code does when it meets another dtype
        return own
    return copy if is_faithful else own


def is_alike(own: Subject, copy: Subject, name: str) -> bool:
    """Whether a copy answers to a variable, and backward gives numbers for it, wherever the original does."""
    lost_answer = own.answers_to(name) and not copy.answers_to(name)
    finite, finite_in_copy = (np.isfinite(s.claims[name]).all() for s in (own, copy))
    return not lost_answer and bool(finite == finite_in_copy)


def forget(gradients: Iterable[Array]) -> None:
    """Fill gradients with nan: those that backward does not fill again then show."""
    for gradient in gradients:
        gradient.fill(np.nan)


@contextmanager
def put_back(arrays: Iterable[Array]) -> Iterator[None]:
    """Whatever happens to the arrays meanwhile, they hold the same numbers afterwards."""
    before = [(array, array.copy()) for array in arrays]
    try:
        yield
    finally:
        for array, numbers in before:
            array[...] = numbers


def one_number(value: Any) -> NDArray[Any]:
    """What a function returned, if it is a single number."""
    number = np.asarray(value)
    if number.size != 1 or number.dtype.kind not in "iubf":
        raise ValueError(
            f"the function must return one number, got {type(value).__name__} of shape {number.shape} and "
            f"dtype {number.dtype}; add its values up, for instance"
        )
    return number


def as_floats(x: ArrayLike) -> Array:
    """X as a float array: float32 and float64 stay, everything else becomes float64."""
    array = plain(x)
    if array.size == 0:
        raise ValueError("nothing to check: the array is empty")
    return array if array.dtype in PRECISIONS else array.astype(np.float64)


def wrong_call(subject: Any, inputs: tuple[Any, ...]) -> TypeError:
    """The error for a call that takes none of the five forms."""
    return TypeError(
        "check_gradients takes (function, gradient, x), (function of a Tensor, x), (layer, x), "
        "(loss, outputs, targets) or (network, loss, x, targets); got "
        f"{type(subject).__name__} and {len(inputs)} more"
    )
