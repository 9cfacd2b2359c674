"""Evolution strategies: an estimate of the gradient from losses alone, by nudging all parameters at once."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray


def evolution_gradient(
    loss_of: Callable[[NDArray[np.float64]], float],
    parameters: ArrayLike,
    *,
    spread: float,
    pairs: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Estimate ∂L/∂parameters from 2 · `pairs` values of the loss.

    For each pair a direction ε is drawn, standard normal in every entry, and the loss taken at parameters
    ± spread · ε. The slope between the two, times ε, is one estimate, and the mean over the pairs is
    returned, in the shape of the parameters. On average that is the gradient of a loss that is blurred over
    `spread`. Of many parameters, d, the cosine between one estimate and the gradient is about
    √(pairs / (pairs + d)).

    ValueError unless `spread` is above 0, `pairs` at least 1 and the loss one number. Source: T. Salimans,
    J. Ho, X. Chen, S. Sidor and I. Sutskever, *Evolution Strategies as a Scalable Alternative to
    Reinforcement Learning*, 2017.

    >>> rng = np.random.default_rng(0)
    >>> evolution_gradient(lambda w: 3 * w[0] + 2 * w[1], [1, 1], spread=0.1, pairs=9999, rng=rng).round()
    array([3., 2.])
    """
    if not spread > 0 or pairs < 1:
        raise ValueError(
            f"evolution_gradient() needs a spread above 0 and at least one pair, got {spread} and {pairs}"
        )
    # A copy: the loss may well write what it is given into the array that the parameters came from.
    centre = np.array(parameters, np.float64)
    total = np.zeros_like(centre)
    for _ in range(pairs):
        direction = rng.standard_normal(centre.shape)
        rise = one_number(loss_of(centre + spread * direction))
        rise -= one_number(loss_of(centre - spread * direction))
        total += rise / (2 * spread) * direction
    return total / pairs


def one_number(loss: ArrayLike) -> float:
    """A loss as a float; ValueError if it is an array of several."""
    if np.size(loss) != 1:
        raise ValueError(
            f"evolution_gradient() needs a loss that is one number, got shape {np.shape(loss)}; add it up or "
            "take its mean"
        )
    return float(np.reshape(np.asarray(loss, np.float64), ()))
