"""Operations on arrays, each with its backward pass beside it: lesson 07's table, in code.

A rule is a pair of functions. `forward(*inputs, **options)` computes out; `backward(upstream, out, *inputs,
**options)` makes of what arrives the messages to the inputs, one, or a tuple with one for each. Where numpy
stretches an input (broadcasting), its message has the stretched shape: `unbroadcast` takes it back.

>>> forward, backward = RULES["*"]
>>> backward(10.0, forward(2.0, 3.0), 2.0, 3.0)
(30.0, 20.0)

Rules use nothing but operators, methods and functions that a `DualArray` has, too.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from backproplab.differentiation.dual_array import DualArray

Rule = tuple[Callable[..., Any], Callable[..., Any]]


def unbroadcast(message: Any, shape: tuple[int, ...]) -> Any:
    """The sum of a message over the axes along which an array of this shape was stretched, in its shape.

    Broadcast forward is sum backward. ValueError if `shape` could not be stretched to that of the message.

    >>> unbroadcast(np.ones((4, 3)), (3,))
    array([4., 4., 4.])
    """
    if np.shape(message) == shape:
        return message
    new = message.ndim - len(shape)
    if new < 0 or any(s not in (1, m) for s, m in zip(shape, message.shape[new:], strict=True)):
        raise ValueError(
            f"a message of shape {message.shape} for an input of shape {shape}, which cannot be stretched to "
            "it; backward returns one message for each input, in its order"
        )
    stretched = tuple(axis for axis, size in enumerate(shape, start=new) if size == 1)
    return message.sum(axis=tuple(range(new)) + stretched).reshape(shape)


def stretch(u: Any, a: Any, axis: Any) -> Any:
    """Give every entry of `a` the message of the sum that it went into."""
    axes = range(a.ndim) if axis is None else np.atleast_1d(axis) % a.ndim
    kept = tuple(1 if place in axes else size for place, size in enumerate(a.shape))
    return u.reshape(kept) + np.zeros(a.shape, a.dtype)


def share(u: Any, y: Any, a: Any, axis: Any) -> Any:
    """The message of each maximum to the entries that are largest, in equal shares."""
    largest = a == stretch(y, a, axis)
    return stretch(u, a, axis) * largest / largest.sum(axis=axis, keepdims=True).astype(u.dtype)


def larger(u: Any, a: Any, b: Any) -> Any:
    """The message where `a` is the larger of two, and half of it where they are equal."""
    return u * (a > b) + u * (a == b) / 2


def back_to_order(axes: tuple[int, ...]) -> Any:
    """The order of axes that undoes this one; negative axes count from the end."""
    return np.argsort([axis % len(axes) for axis in axes])


def positive_part(a: Any) -> Any:
    """Each entry that is above 0, else 0; at 0 itself it has slope 0, forward as on the way back."""
    if isinstance(a, DualArray):
        return DualArray(positive_part(a.data), (a.data > 0) * a.tangent)
    return np.maximum(a, 0)


def sigmoid(a: Any) -> Any:
    """1 / (1 + e⁻ᵃ), to full precision in both tails; where e⁻ᵃ would overflow, a is held at that limit."""
    return 1 / (1 + np.exp(-np.maximum(a, 1 - np.log(np.finfo(a.dtype).max))))


def scatter(u: Any, a: Any, index: Any) -> Any:
    """Zeros, with the message added wherever it was taken from: twice where that was twice."""
    if isinstance(u, DualArray):
        return u.both(lambda part: scatter(part, a, index))
    zeros = np.zeros(a.shape, u.dtype)
    np.add.at(zeros, index, u)
    return zeros


def product_back(u: Any, y: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """`u @ Bᵀ` and `Aᵀ @ u`; a vector on the left counts as a row, one on the right as a column."""
    rows = a if a.ndim > 1 else a.reshape(1, -1)
    columns = b if b.ndim > 1 else b.reshape(-1, 1)
    batch = np.broadcast_shapes(rows.shape[:-2], columns.shape[:-2])
    u = u.reshape(*batch, rows.shape[-2], columns.shape[-1])
    to_rows = unbroadcast(u @ columns.swapaxes(-1, -2), rows.shape)
    return to_rows.reshape(a.shape), unbroadcast(rows.swapaxes(-1, -2) @ u, columns.shape).reshape(b.shape)


# u is what arrives, y what came out.
# fmt: off
RULES: dict[str, Rule] = {
    "+": (lambda a, b: a + b, lambda u, y, a, b: (u, u)),
    "-": (lambda a, b: a - b, lambda u, y, a, b: (u, -u)),
    "*": (lambda a, b: a * b, lambda u, y, a, b: (u * b, u * a)),
    "/": (lambda a, b: a / b, lambda u, y, a, b: (u / b, -u * y / b)),
    "@": (lambda a, b: a @ b, product_back),
    "neg": (lambda a: -a, lambda u, y, a: -u),
    "**": (lambda a, n: a**n, lambda u, y, a, n: u * n * a ** (n - 1) if n else u * 0),
    "exp": (np.exp, lambda u, y, a: u * y),
    "log": (np.log, lambda u, y, a: u / a),
    "tanh": (np.tanh, lambda u, y, a: u * (1 - y * y)),
    "sigmoid": (sigmoid, lambda u, y, a: u * y * sigmoid(-a)),
    "ReLU": (positive_part, lambda u, y, a: u * (a > 0)),
    "maximum": (np.maximum, lambda u, y, a, b: (larger(u, a, b), larger(u, b, a))),
    "sum": (lambda a, **over: a.sum(**over), lambda u, y, a, axis, keepdims: stretch(u, a, axis)),
    "max": (lambda a, **over: a.max(**over), lambda u, y, a, axis, keepdims: share(u, y, a, axis)),
    "reshape": (lambda a, shape: a.reshape(shape), lambda u, y, a, shape: u.reshape(a.shape)),
    "transpose": (lambda a, axes: a.transpose(axes), lambda u, y, a, axes: u.transpose(back_to_order(axes))),
    "index": (lambda a, index: a[index], lambda u, y, a, index: scatter(u, a, index)),
}
# fmt: on
