"""Activations: a nonlinearity for each element, with its derivative beside it. Lesson 11.

`forward` takes and returns arrays of any shape; `backward` multiplies the upstream gradient by the local
derivative, element by element. Four of the five write their derivative in terms of their own *output* a,
so a is all that they keep; GELU keeps its input z.
"""

import numpy as np

from backproplab.layers.base import Array, Layer


class Sigmoid(Layer):
    """a = 1 / (1 + e⁻ᶻ), with da/dz = a (1 − a).

    >>> sigmoid = Sigmoid()
    >>> sigmoid.forward(np.array([0.24])).round(9)
    array([0.55971365])
    >>> sigmoid.backward(np.array([1.0])).round(9)
    array([0.24643428])
    """

    kept = ("a",)
    needs = "output"

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Sigmoid of each element; keeps the output a."""
        self.check_floats(x)
        a: Array = np.negative(x, out=out)
        with np.errstate(over="ignore"):  # e⁻ᶻ = ∞ for very negative z, and 1 / (1 + ∞) = 0 is right
            np.exp(a, out=a)
        a += 1
        self.a: Array = np.reciprocal(a, out=a)
        return self.a

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """Upstream times a (1 − a)."""
        self.check_upstream(upstream, self.a)
        return np.multiply(upstream, self.a * (1 - self.a), out=out)


class Tanh(Layer):
    """a = tanh z, with da/dz = 1 − a²."""

    kept = ("a",)
    needs = "output"

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """Hyperbolic tangent of each element; keeps the output a."""
        self.check_floats(x)
        self.a: Array = np.tanh(x, out=out)
        return self.a

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """Upstream times 1 − a²."""
        self.check_upstream(upstream, self.a)
        return np.multiply(upstream, 1 - self.a * self.a, out=out)


class ReLU(Layer):
    """a = max(0, z), with da/dz = 1 where a > 0 and 0 elsewhere (at z = 0 too, by convention).

    >>> relu = ReLU()
    >>> relu.forward(np.array([-2.0, 3.0]))
    array([0., 3.])
    >>> relu.backward(np.array([10.0, 10.0]))
    array([ 0., 10.])
    """

    kept = ("a",)
    needs = "output"

    def forward(self, x: Array, out: Array | None = None) -> Array:
        """The positive part of each element; keeps the output a."""
        self.check_floats(x)
        self.a: Array = np.maximum(x, 0, out=out)
        return self.a

    def backward(self, upstream: Array, out: Array | None = None) -> Array:
        """Upstream where the unit was active, 0 elsewhere."""
        self.check_upstream(upstream, self.a)
        return np.multiply(upstream, self.a > 0, out=out)


class LeakyReLU(Layer):
    """a = z where z > 0 and slope · z elsewhere; da/dz is 1 or slope. Source: Maas, Hannun and Ng 2013."""

    kept = ("a",)
    needs = "output"

    def __init__(self, slope: float = 0.01) -> None:
        if not 0 < slope < 1:
            raise ValueError(f"LeakyReLU's slope must lie between 0 and 1, got {slope}; ReLU has slope 0")
        self.slope = float(slope)  # a numpy float64 would turn float32 arrays into float64

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


class GELU(Layer):
    """a = ½ z (1 + tanh u), u = √(2/π) (z + 0.044715 z³): z times the chance that a normal draw is below z.

    The tanh form of Hendrycks and Gimpel 2016; it differs from the exact one, with the error function, by
    less than 0.0005.
    """

    kept = ("z",)
    needs = "input"
    scale = float(np.sqrt(2 / np.pi))
    cubic = 0.044715

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
