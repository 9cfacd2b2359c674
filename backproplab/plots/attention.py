"""Who looks at what: attention as maps with words on both axes, or along lines of text. After lesson 18."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from backproplab.display import describe
from backproplab.plots.style import AMOUNT, INK, WIDTH, house_style, panels
from backproplab.plots.words import join

Floats = NDArray[np.float64]


@house_style()
def attention_maps(maps: Mapping[str, ArrayLike], words: Sequence[str]) -> Figure:
    """Draw attention `(time, time)` as a map for each name: a row looks, and its columns are looked at.

    `words` are those of the sentence, one for each place. Each weight stands in its cell, and the future
    stays empty. The alt text tells the last row of each map. ValueError if shapes do not fit, or a row does
    not add up to 1.
    """
    if not maps:
        raise ValueError("attention_maps() draws one map or more, got none")
    weights = {name: _weights(name, array, (len(words), len(words))) for name, array in maps.items()}
    size = min(0.62 * len(words), (WIDTH - 1.0) / len(weights))
    figure, axes = panels(1, len(weights), width=size * len(weights) + 1.0, height=size + 0.95)
    for place, (ax, (name, array)) in enumerate(zip(axes[0], weights.items(), strict=True)):
        _cells(ax, array)
        ax.set_title(name, fontsize=10)
        ax.set_xlabel("is looked at")
        ax.set_xticks(range(len(words)), words, rotation=45, ha="right", rotation_mode="anchor")
        ax.set_yticks(range(len(words)), words if place == 0 else [])
        for row in range(len(words)):
            for column in range(row + 1):
                _write(ax, column, row, f"{array[row, column]:.2f}", array[row, column])
    axes[0, 0].set_ylabel("looks")
    sentences = [f"{name}: {_shares(words, array[-1])}" for name, array in weights.items()]
    describe(
        figure,
        f"Attention in “{' '.join(words)}”, a row for each word that looks. The last word's row, "
        f"{'; '.join(sentences)}.",
    )
    return figure


@house_style()
def attention_rows(rows: Mapping[str, tuple[str, ArrayLike]]) -> Figure:
    """Draw what the last word of each text looks at: a line for each, the words in cells, darker for more.

    `rows` holds, by name, a text of words and the weights of its last word `(words,)`. Texts end at the same
    place, the shorter ones begin later. Each weight stands below its word. ValueError as for the maps.
    """
    if not rows:
        raise ValueError("attention_rows() draws one row or more, got none")
    lines = {}
    for name, (text, given) in rows.items():
        words = text.split()
        lines[name] = words, _weights(name, np.asarray(given, float)[np.newaxis], (1, len(words)))[0]
    longest = max(len(words) for words, _ in lines.values())
    figure, ((ax,),) = panels(width=WIDTH, height=0.52 * len(lines) + 0.25)
    grid = np.full((len(lines), longest), np.nan)
    for row, (words, weights) in enumerate(lines.values()):
        grid[row, longest - len(words) :] = weights
    _cells(ax, grid)
    ax.set_aspect("auto")
    for row, (words, weights) in enumerate(lines.values()):
        for column, (word, weight) in enumerate(zip(words, weights, strict=True), longest - len(words)):
            _write(ax, column, row, f"{word}\n{weight:.2f}", weight)
    ax.set_xticks([])
    ax.set_yticks(range(len(lines)), list(lines))
    sentences = [
        f"{name}, “{' '.join(words)}”: {_shares(words, weights)}" for name, (words, weights) in lines.items()
    ]
    describe(figure, f"What the last word of each text looks at. {'; '.join(sentences)}.")
    return figure


def _cells(ax: Axes, weights: Floats) -> None:
    """Cells from white, 0, to dark, 1, with thin lines between them."""
    ax.imshow(weights, cmap=AMOUNT, vmin=0, vmax=1)
    ax.grid(visible=False)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_xticks(np.arange(weights.shape[1] + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(weights.shape[0] + 1) - 0.5, minor=True)
    ax.grid(visible=True, which="minor", axis="both", color="white", linewidth=2)
    ax.tick_params(which="minor", length=0)


def _write(ax: Axes, column: float, row: float, text: str, weight: float) -> None:
    """A text in its cell, white on dark."""
    colour = "white" if weight > 0.67 else INK
    ax.text(column, row, text, ha="center", va="center", fontsize=8.5, color=colour)


def _shares(words: Sequence[str], weights: Floats) -> str:
    """The two largest weights and whose they are, with the number of a word's place where it comes twice."""
    order = np.argsort(-weights, kind="stable")[:2]
    shares = []
    for place in order:
        word = words[place]
        again = list(words).count(word) > 1
        shares.append(f"{weights[place]:.2f} to {word}{f' (word {place + 1})' if again else ''}")
    return join(shares)


def _weights(name: str, given: ArrayLike, shape: tuple[int, int]) -> Floats:
    """Weights as an array of this shape, none negative, each row of which adds up to 1 and has no future."""
    array = np.asarray(given, float)
    if array.shape != shape:
        raise ValueError(f"{name!r} expected weights of shape {shape}, one for each word, got {array.shape}")
    if not np.allclose(array.sum(axis=1), 1, atol=1e-4):
        raise ValueError(f"{name!r}: attention adds up to 1 in each row, got {array.sum(axis=1).round(3)}")
    if (array < 0).any():
        raise ValueError(f"{name!r}: attention is never negative, got {array.min():.3g}")
    if len(array) > 1 and np.triu(array, 1).any():
        raise ValueError(
            f"{name!r}: a word looks at no later one, but there are weights right of the diagonal"
        )
    return array
