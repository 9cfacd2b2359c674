"""Tensor: an array that knows its own gradient. What `Value` is to a number, this is to an array.

>>> x, w = np.array([[1.0, 2.0], [3.0, -1.0]]), Tensor([[1.0], [2.0]])
>>> loss = ((x @ w) ** 2).sum()
>>> loss.backward()
>>> loss.item(), w.grad.tolist()
(26.0, [[16.0], [18.0]])

An operation is a pair of functions on plain arrays, forward and backward: those in `differentiation.rules`,
and any of your own, by `operation`. Lesson 22 builds this engine.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import deepcopy
from numbers import Number
from typing import Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backproplab.arrays import describe, plain
from backproplab.differentiation.dual_array import DualArray
from backproplab.differentiation.rules import RULES, unbroadcast

Array = NDArray[Any]
_recording: ContextVar[bool] = ContextVar("recording", default=True)


class Operation(NamedTuple):
    """A name, and a function with its backward pass, both on plain arrays."""

    name: str
    forward: Callable[..., Any]
    """`forward(*inputs, **options)` → out"""
    backward: Callable[..., Any]
    """`backward(upstream, out, *inputs, **options)` → ∂L/∂input, a tuple where there are several inputs"""

    def __call__(self, *inputs: "Tensor | ArrayLike", **options: Any) -> "Tensor":
        """A new node, made of the inputs; numbers and arrays among them become leaves of their own."""
        dtype = next((each.dtype for each in inputs if isinstance(each, Tensor)), None)
        parents = tuple(_tensor(each, dtype) for each in inputs)
        arrays = tuple(parent.data for parent in parents)
        node = Tensor(self.forward(*arrays, **options))
        if _recording.get():
            versions = tuple(parent.version for parent in parents)
            node.parents, node.op = parents, self.name
            node._kept = Kept(self.backward, node.data, arrays, versions, options)
        return node


def operation(name: str, forward: Callable[..., Any], backward: Callable[..., Any]) -> Operation:
    """A function of Tensors, with a backward pass of your own.

    forward: of plain arrays, and options by name. backward: `(upstream, out, *inputs, **options)`, returns
    ∂L/∂input for each input, in its shape or in that to which numpy stretched it; `upstream` and the inputs
    are read-only. Nobody asks whether the two belong together: `check_gradients` does. For a
    Hessian–vector product both meet DualArrays, so write them with operators and numpy's functions.

    >>> cube = operation("cube", lambda x: x**3, lambda upstream, y, x: upstream * 3 * x**2)
    >>> x = Tensor(2.0)
    >>> cube(x).backward()
    >>> x.grad.item()
    12.0
    """
    return Operation(name, forward, backward)


class Kept(NamedTuple):
    """What a node keeps for its backward pass."""

    backward: Callable[..., Any]
    out: Any
    inputs: tuple[Any, ...]
    versions: tuple[int, ...]  # of the parents, when the inputs were read
    options: dict[str, Any]


OPERATIONS = {name: Operation(name, *rule) for name, rule in RULES.items()}


class Tensor:
    """An array, the nodes that it was computed from, and after `backward()` its gradient.

    data: float numbers of any shape, copied; integers become float64. It cannot be written into: see below.
    grad: ∂L/∂(this) in the same shape, L being the node whose `backward()` ran. label: a name for pictures.
    parents: the Tensors that it was computed from; a leaf has none. op: the operation, such as "@".
    version: how often the numbers have been changed in place.

    **Arithmetic** is numpy's, broadcasting included: what is not defined gives inf or nan, with its warning.
    Results never share memory with what they were made from, as numpy's views do.

    **Changing numbers.** `w.data = w.data - 0.1 * w.grad` gives the Tensor another array: what was computed
    before keeps the old one, and its backward pass stays right. `w -= 0.1 * w.grad` and `w[0] = 0.0` write
    in place, which saves an array and is never recorded; only a leaf may be changed so. Each such change
    counts up `version`, and a backward pass through an operation that has read the old numbers is a
    RuntimeError, whether its rule needs them or not. Writing into `data` itself, as `w.data[0] = 0.0` or
    `w.data -= 1` do, is numpy's ValueError: the array is read-only. What nobody sees: who makes it writeable
    by `w.data.flags`, and a custom backward that reads an array from elsewhere.

    **Copies** by copy, deepcopy and pickle are leaves with arrays of their own; only a leaf can be copied so.

    **Comparing** is as for Values: a Tensor equals itself alone, and anything else is a TypeError.
    """

    __slots__ = ("_data", "_kept", "grad", "label", "op", "parents", "version")
    __array_ufunc__ = None  # so that `array * tensor` comes to us

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> NoReturn:
        raise TypeError(
            f"numpy's {function.__name__} records nothing of a Tensor: use operators and methods, such as"
            " t.sum(), an `operation` of your own, or t.data for the numbers"
        )

    def __init__(self, data: ArrayLike | DualArray, *, label: str = "") -> None:
        self.version = 0
        self._data = _owned(data)
        self.grad: Any = np.zeros(self.shape, self.dtype)
        self.label = label
        self.parents: tuple[Tensor, ...] = ()
        self.op = ""
        self._kept: Kept | None = None

    @property
    def data(self) -> Any:
        """The numbers, read-only."""
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        self._refuse_inside()
        owned = _owned(data)
        if owned.shape != self.shape:
            raise ValueError(
                f"this Tensor has shape {self.shape}, and its new data {owned.shape}; make a new Tensor for"
                " another shape"
            )
        self._data = owned

    shape = property(lambda self: self._data.shape)
    ndim = property(lambda self: self._data.ndim)
    size = property(lambda self: self._data.size)
    dtype = property(lambda self: self._data.dtype)

    def item(self) -> float:
        """The number of a Tensor that holds one. ValueError for more."""
        if isinstance(self._data, DualArray):
            raise TypeError("within a Hessian–vector product item() would lose the tangent; use the Tensor")
        return float(self._data.item())

    # operations

    def __add__(self, other: Any) -> "Tensor":
        return OPERATIONS["+"](self, other)

    def __radd__(self, other: Any) -> "Tensor":
        return OPERATIONS["+"](other, self)

    def __sub__(self, other: Any) -> "Tensor":
        return OPERATIONS["-"](self, other)

    def __rsub__(self, other: Any) -> "Tensor":
        return OPERATIONS["-"](other, self)

    def __mul__(self, other: Any) -> "Tensor":
        return OPERATIONS["*"](self, other)

    def __rmul__(self, other: Any) -> "Tensor":
        return OPERATIONS["*"](other, self)

    def __truediv__(self, other: Any) -> "Tensor":
        return OPERATIONS["/"](self, other)

    def __rtruediv__(self, other: Any) -> "Tensor":
        return OPERATIONS["/"](other, self)

    def __matmul__(self, other: Any) -> "Tensor":
        return OPERATIONS["@"](self, other)

    def __rmatmul__(self, other: Any) -> "Tensor":
        return OPERATIONS["@"](other, self)

    def __neg__(self) -> "Tensor":
        return OPERATIONS["neg"](self)

    def __pow__(self, exponent: Any) -> "Tensor":
        if isinstance(exponent, Number):
            return OPERATIONS["**"](self, n=exponent.item() if isinstance(exponent, np.generic) else exponent)
        if not (self._data > 0).all():
            raise ValueError("Tensor ** array needs bases above 0; make the exponent a plain number")
        return OPERATIONS["exp"](OPERATIONS["*"](OPERATIONS["log"](self), exponent))

    def __rpow__(self, base: Any) -> "Tensor":
        return _tensor(base, self.dtype) ** self

    def __getitem__(self, index: Any) -> "Tensor":
        """The entries at an index of numpy's; one that is taken twice hears from both."""
        return OPERATIONS["index"](self, index=deepcopy(index))  # the way back reads it, too

    def exp(self) -> "Tensor":
        """e to the power of each entry."""
        return OPERATIONS["exp"](self)

    def log(self) -> "Tensor":
        """Natural logarithm of each entry."""
        return OPERATIONS["log"](self)

    def tanh(self) -> "Tensor":
        """Hyperbolic tangent, between −1 and 1."""
        return OPERATIONS["tanh"](self)

    def sigmoid(self) -> "Tensor":
        """1 / (1 + e⁻ˣ), between 0 and 1."""
        return OPERATIONS["sigmoid"](self)

    def relu(self) -> "Tensor":
        """Each entry that is above 0, else 0. The slope at 0 itself is taken as 0."""
        return OPERATIONS["ReLU"](self)

    def maximum(self, other: Any) -> "Tensor":
        """The larger of two, entry by entry. Where they are equal, each hears half of the message."""
        return OPERATIONS["maximum"](self, other)

    def max(self, axis: int | tuple[int, ...] | None = None, *, keepdims: bool = False) -> "Tensor":
        """The largest over axes, or over all. Entries that are equally large share the message equally."""
        return OPERATIONS["max"](self, axis=axis, keepdims=keepdims)

    def sum(self, axis: int | tuple[int, ...] | None = None, *, keepdims: bool = False) -> "Tensor":
        """The sum over axes, or over all; with `keepdims` an axis stays, with size 1."""
        return OPERATIONS["sum"](self, axis=axis, keepdims=keepdims)

    def mean(self, axis: int | tuple[int, ...] | None = None, *, keepdims: bool = False) -> "Tensor":
        """The mean over axes, or over all."""
        added = self.sum(axis, keepdims=keepdims)
        return added * float(np.float64(added.size) / self.size)  # of nothing: nan, with numpy's warning

    def reshape(self, *shape: Any) -> "Tensor":
        """The same numbers in another shape, in a new array."""
        return OPERATIONS["reshape"](self, shape=_unpacked(shape))

    def transpose(self, *axes: Any) -> "Tensor":
        """The axes in another order, as numpy has it; turned round if none is given.

        (PyTorch's `transpose(0, 1)` swaps two axes; here that order is the one they have.)
        """
        return OPERATIONS["transpose"](self, axes=_unpacked(axes) or tuple(reversed(range(self.ndim))))

    T = property(transpose)

    def detach(self) -> "Tensor":
        """A leaf with the same numbers: nothing goes back through it."""
        return Tensor(self._data)

    # backward

    def backward(self, upstream: ArrayLike | None = None) -> None:
        """Fill `grad` with ∂L/∂(node) in this node and all that it was computed from.

        upstream: ∂L/∂(this), in its shape; 1 if this is a single number, L itself. Leaves add to the gradient
        that they hold: clear it (`leaf.zero_grad()`) before the next pass. What lies between starts afresh.
        So a second call doubles the gradients of the leaves. RuntimeError if numbers that were read on the
        way forward have been changed in place; then no gradient has been touched.
        """
        if upstream is None and self.size != 1:
            raise ValueError(
                f"backward() starts from a single number, and this has shape {self.shape}; add up or take the"
                " mean first, or pass ∂L/∂(this) as upstream"
            )
        start = _owned(np.ones(self.shape) if upstream is None else upstream)
        if start.shape != self.shape:
            raise ValueError(f"upstream has shape {start.shape}, this {self.shape}; they must agree")
        due = self._messages_due()
        for node in due:
            node._refuse_stale()
            if node.grad is None:
                raise TypeError("a gradient is None; to clear it, call zero_grad(), which sets zeros")
        for node in due:
            if node.parents:
                node.zero_grad()
        self.grad = self._summed(start)
        ready = [self]
        for node in ready:  # this list grows while we walk along it
            for parent, message in zip(node.parents, node._messages(), strict=True):
                parent.grad = parent._summed(unbroadcast(message, parent.shape))
                due[parent] -= 1
                if due[parent] == 0:
                    ready.append(parent)

    def zero_grad(self) -> None:
        """Set the gradient to zeros."""
        self.grad = np.zeros(self.shape, self.dtype)

    def _summed(self, message: Any) -> Any:
        """The gradient and a message, in a new array of this Tensor's dtype."""
        both = self.grad + message
        return both if isinstance(both, DualArray) else np.asarray(both, self.dtype)

    def _messages_due(self) -> dict["Tensor", int]:
        """How many messages each node must hear before it may send its own."""
        due, found = {self: 0}, [self]
        for node in found:
            for parent in node.parents:
                if parent not in due:
                    due[parent] = 0
                    found.append(parent)
                due[parent] += 1
        return due

    def _messages(self) -> tuple[Any, ...]:
        """∂L/∂parent for each parent, before broadcasting is undone; nothing for a leaf."""
        if self._kept is None:
            return ()
        backward, out, inputs, _, options = self._kept
        messages = backward(_read_only(self.grad), out, *inputs, **options)
        messages = tuple(messages) if isinstance(messages, tuple | list) else (messages,)
        if len(messages) != len(self.parents):
            raise ValueError(
                f"the backward pass of {self.op!r} returned {len(messages)} messages for {len(self.parents)}"
                " inputs; return a tuple with one for each"
            )
        return tuple(self._message(message, place, inputs) for place, message in enumerate(messages))

    def _message(self, message: Any, place: int, inputs: tuple[Any, ...]) -> Any:
        """One message as an array; an error unless it fits its input."""
        if not isinstance(message, DualArray):
            message = np.asarray(message)
            if message.dtype.kind not in "iubf":
                raise TypeError(
                    f"the backward pass of {self.op!r} returned {describe(message)} for input {place};"
                    " return an array of real numbers for each"
                )
        shape = inputs[place].shape
        if message.shape != shape and message.shape != _stretched(inputs):
            raise ValueError(
                f"the backward pass of {self.op!r} returned a message of shape {message.shape} for input"
                f" {place}, of shape {shape}; return the shape of the input, or that to which numpy stretches"
                " the inputs"
            )
        return message

    def _refuse_stale(self) -> None:
        for parent, version in zip(self.parents, self._kept.versions if self._kept else (), strict=True):
            if parent.version != version:
                raise RuntimeError(
                    f"an input of {self.op!r}, of shape {parent.shape}, has been changed in place since that"
                    f" was computed (it was at version {version}, and is at {parent.version}): go forward"
                    " again, or make a new array, as w.data = w.data - step does"
                )

    # changes in place

    def __setitem__(self, index: Any, numbers: Any) -> None:
        self._refuse_inside()
        if isinstance(self._data, DualArray):
            raise TypeError("within a Hessian–vector product nothing is written in place; make a new Tensor")
        self._data.flags.writeable = True
        try:
            self._data[index] = _numbers(numbers)
        finally:
            self._data.flags.writeable = False
            self.version += 1  # also where a write has failed half-way

    def __iadd__(self, numbers: Any) -> "Tensor":
        self[...] = self._data + _numbers(numbers)
        return self

    def __isub__(self, numbers: Any) -> "Tensor":
        self[...] = self._data - _numbers(numbers)
        return self

    def __imul__(self, numbers: Any) -> "Tensor":
        self[...] = self._data * _numbers(numbers)
        return self

    def __itruediv__(self, numbers: Any) -> "Tensor":
        self[...] = self._data / _numbers(numbers)
        return self

    def __ipow__(self, exponent: Any) -> "Tensor":
        self[...] = self._data ** _numbers(exponent)
        return self

    def __reduce__(self) -> Any:
        if self.parents:
            raise TypeError(
                f"only a leaf can be copied, and this was computed by {self.op!r}; detach() makes a leaf"
            )
        return _restored, (self._data, self.grad, self.label)

    def _refuse_inside(self) -> None:
        if self.parents:
            raise RuntimeError(
                f"only a leaf may be changed in place, and this was computed by {self.op!r}: what is written"
                " there would not be differentiated; make a new node, as h = h + 1 does, or detach() first"
            )

    def _refuse_comparison(self, other: object = None) -> NoReturn:
        raise TypeError(
            "a Tensor is a node, and nodes have neither order nor truth: compare their numbers, as in"
            " a.data < b.data; whether there is one, ask by `is not None`"
        )

    __lt__ = __le__ = __gt__ = __ge__ = __bool__ = _refuse_comparison

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Number | np.ndarray):
            self._refuse_comparison(other)
        return NotImplemented  # Python then asks whether the two are one object

    __hash__ = object.__hash__

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError(
                "a Tensor of no axes is a single number: it has no length, and no entries to walk along"
            )
        return int(self.shape[0])

    def __iter__(self) -> Iterator["Tensor"]:
        return iter([self[place] for place in range(len(self))])

    def __repr__(self) -> str:
        return f"Tensor(data={self._data}, grad={self.grad})"


@contextmanager
def no_grad() -> Iterator[None]:
    """Within this block operations keep nothing, and their results are leaves: for predictions, say.

    >>> w = Tensor(3.0)
    >>> with no_grad():
    ...     y = w * w
    >>> y.parents
    ()
    """
    before = _recording.set(False)  # of this thread; one that is started inside records
    try:
        yield
    finally:
        _recording.reset(before)


def gradient(function: Callable[[Tensor], Tensor]) -> Callable[[ArrayLike], Array]:
    """The function that gives ∂function/∂x at an array x. `function`: a Tensor to a Tensor of one number.

    >>> gradient(lambda x: (x**3).sum())([1.0, 2.0])
    array([ 3., 12.])
    """

    def gradient_at(x: ArrayLike) -> Array:
        return np.asarray(_gradient_alone(function, Tensor(x)))

    return gradient_at


def hessian_vector_product(
    function: Callable[[Tensor], Tensor], x: ArrayLike, direction: ArrayLike
) -> tuple[Array, Array]:
    """∂function/∂x at x, and how fast that changes in a direction: H · direction. Forward over reverse.

    function: a Tensor to a Tensor of one number. x, direction: arrays of one shape. Both results have that
    shape. H, which has a row and a column for each entry of x, is never formed: the same program runs with a
    DualArray in the place of x, forward and back, in which each product becomes three.
    (B. A. Pearlmutter, *Fast exact multiplication by the Hessian*, 1994.)

    >>> hessian_vector_product(lambda x: (x**3).sum(), [1.0, 2.0], [1.0, 0.0])
    (array([ 3., 12.]), array([6., 0.]))
    """
    leaf = Tensor(DualArray(np.array(x, float), np.array(direction, float)))
    moved = _gradient_alone(function, leaf) + DualArray(np.zeros(leaf.shape))  # also where nothing moves
    return moved.data, moved.tangent


def _tensor(each: Any, dtype: Any) -> Tensor:
    """A node as it is; a plain number, in this dtype, or an array as a leaf."""
    if isinstance(each, Tensor):
        return each
    if isinstance(each, DualArray):
        return Tensor(each)
    array = plain(each)
    exact = isinstance(each, np.ndarray) and array.dtype.kind == "f"  # an array of floats keeps its own dtype
    return Tensor(array if exact or array.dtype.kind not in "iubf" else array.astype(dtype))


def _owned(data: Any) -> Any:
    """A read-only copy of real numbers, as floats; a DualArray as it is. TypeError for anything else."""
    if isinstance(data, DualArray):
        return data
    data = plain(data)
    if data.dtype.kind not in "iubf":
        raise TypeError(f"a Tensor holds real numbers, got {describe(data)}; of a Tensor pass its data")
    data = np.array(data, data.dtype if data.dtype.kind == "f" else np.float64)
    data.flags.writeable = False
    return data


def _read_only(data: Any) -> Any:
    """A view that cannot be written into; a DualArray as it is."""
    if isinstance(data, DualArray):
        return data
    view = data.view()
    view.flags.writeable = False
    return view


def _stretched(inputs: tuple[Any, ...]) -> tuple[int, ...] | None:
    """The shape to which numpy stretches arrays; None if they cannot be."""
    try:
        return np.broadcast_shapes(*(each.shape for each in inputs))
    except ValueError:
        return None


def _unpacked(numbers: tuple[Any, ...]) -> tuple[int, ...]:
    """Sizes or axes, given one by one or in one tuple, as numpy takes them."""
    return tuple(numbers[0]) if len(numbers) == 1 and isinstance(numbers[0], tuple | list) else numbers


def _restored(data: Any, grad: Any, label: str) -> Tensor:
    """A leaf again, from what a copy or a pickle holds."""
    leaf = Tensor(data, label=label)
    leaf.grad = grad if isinstance(grad, DualArray) else np.array(grad)
    return leaf


def _gradient_alone(function: Callable[[Tensor], Tensor], leaf: Tensor) -> Any:
    """∂function/∂leaf; Tensors from elsewhere that the function reads keep the gradients that they had."""
    recording = _recording.set(True)  # whoever asks for a gradient has one, inside `no_grad()` too
    try:
        loss = function(leaf)
    finally:
        _recording.reset(recording)
    if not isinstance(loss, Tensor):
        raise TypeError(f"the function must give a Tensor of one number, got {describe(loss)}")
    before = {node: node.grad for node in loss._messages_due()}
    try:
        loss.backward()
        return leaf.grad
    finally:
        for node, grad in before.items():
            node.grad = grad


def _numbers(given: Any) -> Any:
    """What may be written in place: plain numbers, since that is not recorded."""
    if isinstance(given, Tensor):
        raise TypeError(
            "what is written in place is not differentiated: pass plain numbers, such as other.data"
        )
    return given
