"""A pad to draw a digit on, and what a network makes of it: probabilities, loss, gradient on the pixels."""

from collections.abc import Sequence
from functools import cache
from threading import RLock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from traitlets import Bool, Bytes, Dict, Float, Int, List, TraitError, observe, validate

from backproplab.datasets import mnist
from backproplab.datasets.ink import centre, draw_strokes
from backproplab.display import alt_text, image
from backproplab.network import Network
from backproplab.optimizers import at_least_zero
from backproplab.plots.reading import digit_reading
from backproplab.plots.style import SIGNED
from backproplab.plots.words import number
from backproplab.widgets.digit_pad.reader import DIGITS, Picture, Reader, Reading
from backproplab.widgets.kit.base import Live, Static, is_finite

PAPER = 112  # the pad's side in its own units: four to a pixel of MNIST, which so fits on it exactly
PEN = 5.0  # the pen's radius: a digit as tall as most people draw gets lines as thick as MNIST's
STILL = 9  # the digit of the still picture, from MNIST's test set

Action = dict[str, Any]
"""What a reader did: {"stroke": [x₀, y₀, x₁, y₁, …]}, {"sample": 9}, {"clear": True} or
{"steps": 10, "target": 7, "step_size": 0.03}."""


class Sheet(NamedTuple):
    """What is on the pad after some actions."""

    base: NDArray[np.uint8] | None
    """A digit of MNIST that lies on the paper, `(28, 28)`."""
    strokes: tuple[Sequence[float], ...]
    """What was drawn on top of it."""
    picture: Picture
    """What the network sees: the ink, centred; after steps, no longer the ink alone."""
    steps: int
    """Steps down the gradient since the ink last changed."""


BLANK = Sheet(None, (), np.zeros((28, 28), np.float32), 0)


class DigitPad(Live, folder="digit_pad"):
    """Draw a digit by mouse, finger or keyboard and see what a network of ten logits reads in it.

    Beside the drawing: the picture as the network gets it, the probabilities, the cross-entropy for a target
    that the reader chooses, ∂L/∂pixel as a signed map, and buttons that move the pixels against it. The pad
    follows the network: train on, and the next stroke meets the new weights. It leaves the network's own
    gradient and kept arrays alone. In a lesson, on the last line of a cell:

        DigitPad(network)

    In Python, `pad.picture` is what the network sees, `(28, 28)`, and `pad.reading` what it makes of it.
    `pad.target = 3` and `pad.actions = [{"sample": 4}]` move the page; TraitError for an action that it does
    not know. The network takes 784, or 28 × 28, inputs; ValueError otherwise. Its last layer gives logits: no
    sigmoid or softmax after it.
    """

    on_page_alone = Bool(False).tag(sync=True)
    paper = Int(PAPER).tag(sync=True)
    pen = Float(PEN).tag(sync=True)
    palette = Bytes((SIGNED(np.arange(256))[:, :3] * 255).round().astype(np.uint8).tobytes()).tag(sync=True)
    actions: List[Action] = List(Dict()).tag(sync=True)
    target = Int(7, min=0, max=DIGITS - 1).tag(sync=True)
    step_size = Float(0.03).tag(sync=True)
    request = Int(0).tag(sync=True)
    answer = Dict().tag(sync=True)

    def __init__(self, network: Network, *, target: int = 7) -> None:
        self._lock = RLock()  # JupyterLab may hand the page's messages to a thread of their own
        self._reader = Reader(network)
        self._story: list[tuple[Action, Sheet]] = []
        self._answered: object = None
        super().__init__(target=target)
        self._answer()

    @property
    def picture(self) -> Picture:
        """What the network sees, `(28, 28)`, ink from 0 to 1."""
        with self._lock:
            return self._sheet().picture.copy()

    @property
    def reading(self) -> Reading:
        """What the network makes of the picture now."""
        with self._lock:
            return self._reader.read(self._sheet().picture, self.target)

    @observe("request", "actions", "target")
    def _answer(self, _: object = None) -> None:
        # What came in one message is told one by one: the first of these calls sees all of it.
        with self._lock:
            if self._answered != (now := (self.request, self.target, self.actions)):
                self._answered = now
                self.answer = self._for_page(self._sheet())

    @validate("actions")
    def _known(self, proposal: Any) -> list[Action]:
        with self._lock:
            self._follow(proposal["value"])  # raises before an action without a meaning is kept
        return list(proposal["value"])

    @validate("step_size")
    def _finite(self, proposal: Any) -> float:
        return at_least_zero(proposal["value"], "step_size of a DigitPad")

    def _sheet(self) -> Sheet:
        return self._follow(self.actions)

    def _follow(self, actions: list[Action]) -> Sheet:
        """Follow the actions from the first one that is new: while a line grows, only that line is."""
        same = 0
        for (known, _), action in zip(self._story, actions, strict=False):
            if known != action:
                break
            same += 1
        del self._story[same:]
        for action in actions[same:]:
            before = self._story[-1][1] if self._story else BLANK
            self._story.append((dict(action), self._after(before, action)))
        return self._story[-1][1] if self._story else BLANK

    def _after(self, sheet: Sheet, action: Action) -> Sheet:
        match action:
            case {"stroke": [_, _, *_] as points} if len(points) % 2 == 0 and all(map(is_finite, points)):
                return _inked(sheet.base, (*sheet.strokes, tuple(points)))
            case {"sample": int(digit)} if 0 <= digit < DIGITS:
                return _inked(_samples()[digit], ())
            case {"clear": _}:
                return BLANK
            case {"steps": int(steps), "target": int(target), "step_size": size} if (
                steps > 0 and 0 <= target < DIGITS and is_finite(size)
            ):
                moved = self._reader.towards(sheet.picture, target, step_size=size, steps=steps)
                return sheet._replace(picture=moved, steps=sheet.steps + steps)
        raise TraitError(
            f"DigitPad does not know the action {action!r}; it knows a stroke [x₀, y₀, …], a sample from 0 "
            'to 9, clear, and steps, as in {"steps": 1, "target": 7, "step_size": 0.03}'
        )

    def _for_page(self, sheet: Sheet) -> dict[str, Any]:
        """The reading in bytes, shares and words, ready to be put on the page."""
        reading = self._reader.read(sheet.picture, self.target)
        slopes = reading.gradient.ravel()
        reach = float(np.abs(slopes).max())
        readable = 0 < reach < np.inf
        shares = np.nan_to_num(reading.probabilities)
        return {
            "to": self.request,
            "target": self.target,
            "base": b"" if sheet.base is None else sheet.base.tobytes(),
            "seen": (sheet.picture * 255).round().astype(np.uint8).tobytes(),
            "map": _levels(slopes / reach if readable else np.zeros(slopes.shape)),
            "reach": number(reach),
            "marks": [int(slopes.argmax()), int(slopes.argmin())] if readable else [],
            "where": _where(reading.gradient),
            "shares": shares.tolist(),
            "percents": [percent(share) for share in reading.probabilities],
            "best": int(shares.argmax()),
            "loss": number(reading.loss, 3),
            "steps": sheet.steps,
            "said": self._said(sheet, reading),
        }

    def _said(self, sheet: Sheet, reading: Reading) -> str:
        shares = reading.probabilities
        if not np.isfinite(shares).all():
            return "The network is broken: its answers are not numbers. Train it afresh, with a smaller rate."
        best = int(shares.argmax())
        if not sheet.picture.any():
            what = "Blank paper, too, is read as something: "
        elif sheet.steps:
            what = f"After {sheet.steps} step{'s' * (sheet.steps > 1)}, read as "
        else:
            what = "Read as "
        return (
            f"{what}{best}, with {_spoken(shares[best])}. For the target {self.target} the probability is "
            f"{_spoken(shares[self.target])} and the loss {number(reading.loss, 3)}."
        )

    def static(self) -> Static:
        """A digit of MNIST, the probabilities that it gets, and its gradient map."""
        picture = centre(_samples()[STILL] / 255)
        with self._lock:
            reading = self._reader.read(picture, self.target)
        figure = digit_reading(
            picture, reading.probabilities, reading.gradient, target=self.target, label=STILL
        )
        words = "A pad to draw a digit on, live while Python runs. Here a digit of MNIST's test set."
        return Static(f"<p>{words}</p>{image(figure)}", f"{words} {alt_text(figure)}")


def percent(share: float) -> str:
    """Write a probability as the pad does.

    >>> percent(0.9721), percent(0.0001), percent(0.99999)
    ('97.2 %', '< 0.1 %', '> 99.9 %')
    """
    if not np.isfinite(share):
        return "not a number"
    if 0 < share < 0.001:
        return "< 0.1 %"
    return "> 99.9 %" if share > 0.999 else f"{100 * share:.1f} %"


def _levels(shares: NDArray[np.float64]) -> bytes:
    """Places in the palette for numbers from −1 to 1."""
    return (127.5 + 127.5 * shares).round().astype(np.uint8).tobytes()


def _where(gradient: NDArray[np.float64]) -> str:
    if not np.isfinite(gradient).all():
        return "It is not a number: the network is broken."
    if not gradient.any():
        return "It is zero everywhere."
    (up, across), (down, along) = (
        np.unravel_index(int(place), gradient.shape) for place in (gradient.argmax(), gradient.argmin())
    )
    return (
        f"More ink raises the loss most at row {up + 1}, column {across + 1}, "
        f"and lowers it most at row {down + 1}, column {along + 1}."
    )


def _spoken(share: float) -> str:
    return percent(share).replace("< ", "under ").replace("> ", "over ").replace(" %", "\u00a0%")


def _inked(base: NDArray[np.uint8] | None, strokes: tuple[Sequence[float], ...]) -> Sheet:
    ink = draw_strokes(strokes, size=PAPER, radius=PEN)
    if base is not None:
        ink = np.maximum(ink, np.kron(base / 255, np.ones((PAPER // 28, PAPER // 28))))
    return Sheet(base, strokes, centre(ink), 0)


@cache
def _samples() -> NDArray[np.uint8]:
    """The first 0, 1, … 9 of MNIST's test set, `(10, 28, 28)`."""
    images, labels = mnist("test", dtype=np.uint8)
    return images[[int((labels == digit).argmax()) for digit in range(DIGITS)]]
