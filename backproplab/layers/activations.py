"""Activations: a nonlinearity for each element, with its derivative beside it. Lesson 12.

`forward` takes and returns arrays of any shape; `backward` multiplies the upstream gradient by the local
derivative, element by element. Five of the six write their derivative in terms of their own *output* a,
so a is all that they keep; GELU keeps its input z.
"""

from typing import ClassVar

import numpy as np

from backproplab.layers.contract import Array, Cost, Formulas, Layer, Shape


class Activation(Layer):
    """A layer that treats each element by itself."""

    leading_axes = True
    caption: ClassVar[str]
    """What menus and pictures call it."""

    value: str
    """a as a formula of z, as Python would read it; sigmoid, tanh, max, ln, exp, abs and
    positive(a, 0) are known."""

    derivative: str
    """da/dz as a formula of z and a."""

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape that goes in."""
        return input_shape

    def cost(self, input_shape: Shape) -> Cost:
        """One operation an element forward; two backward, the derivative and the product."""
        size = int(np.prod(input_shape))
        return Cost(size, 0, 2 * size)


class Sigmoid(Activation):
    """a = 1 / (1 + e⁻ᶻ), with da/dz = a (1 − a).

    >>> sigmoid = Sigmoid()
    >>> sigmoid.forward(np.array([0.24])).round(9)
    array([0.55971365])
    >>> sigmoid.backward(np.array([1.0])).round(9)
    array([0.24643428])
    """

    keeps = {"a": "output"}
    in_place = True
    caption = "sigmoid"
    value, derivative = "sigmoid(z)", "a*(1 - a)"
    formulas = Formulas("a = 1 / (1 + e⁻ᶻ)", "∂L/∂a", "∂L/∂z = ∂L/∂a × a (1 − a)")

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Sigmoid of each element; keeps the output a."""
        self.check_floats(x)
        self.a = sigmoid(x, out)
        return self.a

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """Upstream times a (1 − a)."""
        self.check_upstream(upstream, self.a)
        return np.multiply(upstream, self.a * (1 - self.a), out=out)


class Tanh(Activation):
    """a = tanh z, with da/dz = 1 − a²."""

    keeps = {"a": "output"}
    in_place = True
    caption = "tanh"
    value, derivative = "tanh(z)", "(1 - a**2)"
    formulas = Formulas("a = tanh z", "∂L/∂a", "∂L/∂z = ∂L/∂a × (1 − a²)")

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Hyperbolic tangent of each element; keeps the output a."""
        self.check_floats(x)
        self.a: Array = np.tanh(x, out=out)
        return self.a

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """Upstream times 1 − a²."""
        self.check_upstream(upstream, self.a)
        return np.multiply(upstream, 1 - self.a * self.a, out=out)


class ReLU(Activation):
    """a = max(0, z), with da/dz = 1 where a > 0 and 0 elsewhere (at z = 0 too, by convention).

    >>> relu = ReLU()
    >>> relu.forward(np.array([-2.0, 3.0]))
    array([0., 3.])
    >>> relu.backward(np.array([10.0, 10.0]))
    array([ 0., 10.])
    """

    keeps = {"a": "output"}
    in_place = True
    caption = "ReLU"
    value, derivative = "max(0, z)", "positive(a, 0)"
    formulas = Formulas("a = max(z, 0)", "∂L/∂a", "∂L/∂z = ∂L/∂a where z > 0, else 0")

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """The positive part of each element; keeps the output a."""
        self.check_floats(x)
        self.a: Array = np.maximum(x, 0, out=out)
        return self.a

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """Upstream where the unit was active, 0 elsewhere."""
        self.check_upstream(upstream, self.a)
        return np.multiply(upstream, self.a > 0, out=out)


class LeakyReLU(Activation):
    """a = z where z > 0 and slope · z elsewhere; da/dz is 1 or slope. Source: Maas, Hannun and Ng 2013."""

    keeps = {"a": "output"}
    in_place = True
    caption = "leaky ReLU"
    formulas = Formulas("a = z or slope · z", "∂L/∂a", "∂L/∂z = ∂L/∂a × 1 or slope")

    def __init__(self, slope: float = 0.01) -> None:
        super().__init__()
        if not 0 < slope < 1:
            raise ValueError(f"LeakyReLU's slope must lie between 0 and 1, got {slope}; ReLU has slope 0")
        self.slope = float(slope)  # a numpy float64 would turn float32 arrays into float64
        self.value, self.derivative = f"max(z, {self.slope!r}*z)", f"positive(a, {self.slope!r})"

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """The larger of z and slope · z; keeps the output a."""
        self.check_floats(x)
        a: Array = np.maximum(x, self.slope * x, out=out)
        self.a = a
        return a

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """Upstream times 1 where the unit was active, times slope elsewhere."""
        self.check_upstream(upstream, self.a)
        local = np.where(self.a > 0, 1, self.slope).astype(self.a.dtype)
        return np.multiply(upstream, local, out=out)

    def __repr__(self) -> str:
        return f"LeakyReLU({self.slope})"


class GELU(Activation):
    """a = ½ z (1 + tanh u), u = √(2/π) (z + 0.044715 z³): z times the chance that a normal draw is below z.

    The tanh form of Hendrycks and Gimpel 2016; it differs from the exact one, with the error function, by
    less than 0.0005.
    """

    keeps = {"z": "input"}
    caption = "GELU"
    scale = float(np.sqrt(2 / np.pi))
    cubic = 0.044715
    _tanh_u = f"tanh({scale!r}*(z + {cubic!r}*z**3))"
    value = f"z/2 * (1 + {_tanh_u})"
    derivative = f"((1 + {_tanh_u})/2 + z/2*(1 - {_tanh_u}**2)*{scale!r}*(1 + {3 * cubic!r}*z**2))"
    formulas = Formulas("a = GELU(z)", "∂L/∂a", "∂L/∂z = ∂L/∂a × da/dz")

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """GELU of each element; keeps the input z."""
        self.check_floats(x)
        self.z = z = x
        t: Array = np.tanh(self.scale * (z + self.cubic * z * z * z))
        a: Array = np.multiply(0.5 * z, 1 + t, out=out)
        return a

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """Upstream times ½ (1 + t) + ½ z (1 − t²) du/dz, where t = tanh u."""
        z = self.z
        self.check_upstream(upstream, z)
        t: Array = np.tanh(self.scale * (z + self.cubic * z * z * z))
        du_dz: Array = self.scale * (1 + 3 * self.cubic * z * z)
        return np.multiply(upstream, 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * du_dz, out=out)


class Softplus(Activation):
    """a = ln(1 + eᶻ), a ReLU without its corner; da/dz = sigmoid(z), which is 1 − e⁻ᵃ.

    Written as max(z, 0) + ln(1 + e^−|z|), so that no exponential overflows. Source: Dugas et al. 2001.

    >>> softplus = Softplus()
    >>> softplus.forward(np.array([0.0, 2.0])).round(6)
    array([0.693147, 2.126928])
    >>> softplus.backward(np.array([1.0, 1.0])).round(6)
    array([0.5     , 0.880797])
    """

    keeps = {"a": "output"}
    in_place = True
    caption = "softplus"
    value, derivative = "(max(z, 0) + ln(1 + exp(-abs(z))))", "(1 - exp(-a))"
    formulas = Formulas("a = ln(1 + eᶻ)", "∂L/∂a", "∂L/∂z = ∂L/∂a × (1 − e⁻ᵃ)")

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Softplus of each element; keeps the output a."""
        self.check_floats(x)
        tail: Array = np.log1p(np.exp(-np.abs(x)))
        a: Array = np.maximum(x, 0, out=out)
        self.a: Array = np.add(a, tail, out=a)
        return self.a

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """Upstream times 1 − e⁻ᵃ, with the digits that a small slope has."""
        self.check_upstream(upstream, self.a)
        return np.multiply(upstream, -np.expm1(-self.a), out=out)


ACTIVATIONS: tuple[type[Activation], ...] = (Sigmoid, Tanh, ReLU, LeakyReLU, GELU, Softplus)
"""Every activation of the package, in the order in which menus offer them."""


def sigmoid(z: Array, out: Array | None = None) -> Array:
    """1 / (1 + e⁻ᶻ) of each element; `out` may be z itself.

    >>> sigmoid(np.array([-1000.0, 0.0]))
    array([0. , 0.5])
    """
    a: Array = np.negative(z, out=out)
    with np.errstate(over="ignore"):  # e⁻ᶻ = ∞ for very negative z, and 1 / (1 + ∞) = 0 is right
        np.exp(a, out=a)
    a += 1
    return np.reciprocal(a, out=a)
