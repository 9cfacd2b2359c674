"""Attention: each place of a sequence takes a weighted average of what the places before it have to say."""

import math
from typing import Any

import numpy as np

from backproplab.layers.contract import Array, Cost, Formulas, Layer, Shape, is_count
from backproplab.layers.dense import rows
from backproplab.layers.initial import standard_deviation


class Attention(Layer):
    """y = A V W_o, where A = softmax(Q Kᵀ / √d) without the future. Lesson 18.

    Each place asks with its query, Q = x W_q, and is found by its key, K = x W_k; what it has to say is its
    value, V = x W_v. A row of A is a place's attention: weights of the places up to itself, which add up to
    1. (A causal mask: a place sees nothing after itself, so that padding at the end of a short sequence
    changes nothing before it.) Several `heads` divide the features among them, each with an A of its own;
    d is the number of features of a head.

    Shapes: x and y `(batch, ..., time, features)`; the parameters `query`, `key`, `value` and `output` are
    the four W, `(features, features)`; `attention`, which forward keeps, is A,
    `(batch, ..., heads, time, time)`. ValueError where heads cannot divide the features, or a sequence has no
    place. Source: Vaswani and others, *Attention Is All You Need*, 2017.

    >>> head = Attention(2)
    >>> head.query, head.key, head.value, head.output = np.eye(2), np.eye(2), np.eye(2), np.eye(2)
    >>> head.forward(np.array([[[1.0, 0.0], [0.0, 1.0]]])).round(3)
    array([[[1.  , 0.  ],
            [0.33, 0.67]]])
    >>> head.attention.round(3)
    array([[[[1.  , 0.  ],
             [0.33, 0.67]]]])
    """

    query: Array
    key: Array
    value: Array
    output: Array
    query_gradient: Array
    key_gradient: Array
    value_gradient: Array
    output_gradient: Array

    keeps = {"x": "input", "q": "own", "k": "own", "v": "own", "attention": "own", "mixed": "own"}
    leading_axes = True
    formulas = Formulas(
        "y = A V W_o, A = softmax(Q Kᵀ / √d) of the places so far",
        "∂L/∂y",
        "∂L/∂x = ∂L/∂Q · W_qᵀ + ∂L/∂K · W_kᵀ + ∂L/∂V · W_vᵀ",
        {
            "query": "∂L/∂W_q = xᵀ · ∂L/∂Q",
            "key": "∂L/∂W_k = xᵀ · ∂L/∂K",
            "value": "∂L/∂W_v = xᵀ · ∂L/∂V",
            "output": "∂L/∂W_o = (A V)ᵀ · ∂L/∂y",
        },
    )

    def __init__(self, features: int, *, heads: int = 1) -> None:
        if not (is_count(features) and is_count(heads)) or features % heads:
            raise ValueError(
                "Attention divides its features among its heads, the same whole number to each; "
                f"got {features!r} features and {heads!r} heads"
            )
        self.features = features
        self.heads = heads
        self.scale = 1 / math.sqrt(features // heads)
        self.input_shape = (features,)
        super().__init__(**self.draw(np.random.default_rng(0)))

    # forward and backward, side by side

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Y for x `(batch, ..., time, features)`; keeps x, Q, K, V, A and A V."""
        self.check_input(x)
        self.x = x
        self.q, self.k, self.v = (self.split(x @ w) for w in (self.query, self.key, self.value))
        scores = self.q @ transpose(self.k)
        scores *= self.scale
        scores += future(x.shape[-2], x.dtype)
        self.attention = softmax(scores)
        self.mixed = self.join(self.attention @ self.v)
        y: Array = np.matmul(self.mixed, self.output, out=out)
        return y

    def backward(
        self, upstream: Array, out: Array | None = None, *, needs_input_gradient: bool = True
    ) -> Array | None:
        """∂L/∂W of the four matrices; returns ∂L/∂x, in which the three paths of x are added."""
        self.check_upstream(upstream, self.x)
        np.matmul(rows(self.mixed).T, rows(upstream), out=self.output_gradient)
        blame = self.split(upstream @ self.output.T)  # ∂L/∂(A V)
        blame_v = transpose(self.attention) @ blame
        blame_scores = softmax_backward(self.attention, blame @ transpose(self.v))
        blame_scores *= self.scale
        blame_q = blame_scores @ self.k
        blame_k = transpose(blame_scores) @ self.q

        paths = [
            (self.query, self.query_gradient, self.join(blame_q)),
            (self.key, self.key_gradient, self.join(blame_k)),
            (self.value, self.value_gradient, self.join(blame_v)),
        ]
        for _, gradient, message in paths:
            np.matmul(rows(self.x).T, rows(message), out=gradient)
        if not needs_input_gradient:
            return None
        by_query, by_key, by_value = (message @ weights.T for weights, _, message in paths)
        by_key += by_query
        return np.add(by_key, by_value, out=by_value if out is None else out)

    def split(self, array: Array) -> Array:
        """`(..., time, features)` as a view `(..., heads, time, features of a head)`."""
        each = self.features // self.heads
        return array.reshape(*array.shape[:-1], self.heads, each).swapaxes(-3, -2)

    def join(self, array: Array) -> Array:
        """`(..., heads, time, features of a head)` as `(..., time, features)`."""
        beside = array.swapaxes(-3, -2)
        return beside.reshape(*beside.shape[:-2], self.features)

    # what goes in, what comes out, what it costs

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape that goes in, `(..., time, features)`."""
        if len(input_shape) < 2 or input_shape[-1] != self.features or not input_shape[-2]:
            raise self.wrong_input(("batch", *input_shape))
        return input_shape

    def cost(self, input_shape: Shape) -> Cost:
        """Four products with matrices, and two of each place with each: those grow with the square of time.

        Of a score, forward scales, masks and exponentiates, which takes seven operations; backward five.
        """
        time = input_shape[-2]
        count = int(np.prod(input_shape[:-1]))
        product, pairs = 2 * count * self.features**2, 2 * count * time * self.features
        scores = count * time * self.heads
        parameters = 4 * product + 4 * pairs + product + 5 * scores
        return Cost(4 * product + 2 * pairs + 7 * scores, parameters, 3 * product + 3 * count * self.features)

    def kept_bytes(
        self, input_shape: Shape, dtype: np.dtype[Any], *, input_is_kept: bool = False
    ) -> tuple[int, bool]:
        """X, Q, K, V and A V; and A, which grows with the square of time."""
        size, time = int(np.prod(input_shape)), input_shape[-2]
        weights = int(np.prod(input_shape[:-1])) * time * self.heads
        return ((4 if input_is_kept else 5) * size + weights) * dtype.itemsize, False

    def draw(self, rng: np.random.Generator) -> dict[str, Array]:
        """All four matrices by Xavier's rule."""
        spread = standard_deviation("xavier", self.features, self.features)
        names = ("query", "key", "value", "output")
        return {name: spread * rng.standard_normal((self.features, self.features)) for name in names}

    def check_input(self, x: Array) -> None:
        """Raise unless x is a plain array `(batch, ..., time, features)` in the dtype of the parameters."""
        self.check_floats(x)
        if x.ndim < 3 or x.shape[-1] != self.features or not x.shape[-2]:
            raise self.wrong_input(x.shape)
        if x.dtype != self.query.dtype:
            raise self.wrong_dtype(x.dtype, self.query.dtype)

    def wrong_input(self, shape: tuple[int | str, ...]) -> ValueError:
        """The error for a whole input array of this shape: what was expected, and what to do."""
        if shape[-1] != self.features:
            advice = f"what comes before it must give {self.features} features a place"
        elif len(shape) < 3:
            advice = "pass a batch of sequences: x[np.newaxis] of a single one"
        else:
            advice = "a sequence has at least one place"
        return ValueError(
            f"Attention expected inputs of shape (batch, time, {self.features}), got {shape}; {advice}"
        )

    def __repr__(self) -> str:
        return f"Attention({self.features}{f', heads={self.heads}' if self.heads > 1 else ''})"


def future(time: int, dtype: np.dtype) -> Array:
    """What the causal mask adds to scores `(time, time)`: −∞ where a place would look ahead, else 0.

    >>> future(3, np.dtype(float))
    array([[  0., -inf, -inf],
           [  0.,   0., -inf],
           [  0.,   0.,   0.]])
    """
    return np.triu(np.full((time, time), -np.inf, dtype), 1)


def softmax(scores: Array) -> Array:
    """Softmax of each row, written over the scores; a score of −∞ gets a weight of exactly 0."""
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    return scores


def softmax_backward(weights: Array, upstream: Array) -> Array:
    """∂L/∂scores = a (g − Σ a g) of each row, from its weights a and g = ∂L/∂a. Lesson 18.

    >>> softmax_backward(np.array([0.5, 0.5, 0.0]), np.array([1.0, 3.0, 7.0]))
    array([-0.5,  0.5,  0. ])
    """
    average = (weights * upstream).sum(axis=-1, keepdims=True)
    blame: Array = upstream - average
    blame *= weights
    return blame


def transpose(array: Array) -> Array:
    """The transpose of the last two axes, a view."""
    return array.swapaxes(-1, -2)
