"""A small network that trains while you watch: its boundary, its units, its weights and its gradients."""

from threading import RLock
from time import monotonic
from typing import Any

import numpy as np
from traitlets import Bool, Bytes, CFloat, CInt, Dict, Enum, Int, observe, validate

from backproplab.network import Network
from backproplab.optimizers import at_least_zero
from backproplab.plots.words import number
from backproplab.widgets.kit.base import Live, Static
from backproplab.widgets.playground import run as kinds
from backproplab.widgets.playground.curves import curves
from backproplab.widgets.playground.picture import (
    EVERY,
    Plane,
    Unit,
    gradient_sizes,
    palettes,
    shades,
    weight_sizes,
)
from backproplab.widgets.playground.run import Floats, Run, Settings, offered
from backproplab.widgets.playground.still import still
from backproplab.widgets.playground.words import progress, sentence, thickest, unit_names, unit_words

SLICE = 0.02  # seconds of training a picture, at most
AHEAD = 2  # pictures on their way, at most: a message takes longer to the page than a picture to make
PATIENCE = 5.0  # seconds without an answer from the page after which work stops


class Playground(Live, folder="playground"):
    """A small dense network on points of the plane, trained live by the package's own code.

        Playground(data="moons", noise=0.1, depth=2, width=6, activation="tanh", learning_rate=0.3)

    Every setting can be changed on the page or from another cell: `data` ("xor", "noisy xor", "moons",
    "circles", "spirals"), `noise` (a standard deviation), `depth` (hidden layers, 0 to 3), `width` (units in
    each, 1 to 8), `activation` ("sigmoid", "tanh", "ReLU", "leaky ReLU", "GELU", "softplus", "none"),
    `initial` (as Dense takes it), `loss` ("squared error", "cross-entropy"; both a mean), `optimizer`
    ("SGD", "momentum", "Adam"), `learning_rate`, `seed` (of the first weights), `speed` (steps a picture).
    A new learning rate holds from the next step on; any other change starts afresh.

    `network`, `x`, `targets` and `steps` are those of the run on the page, as it stands.

    >>> playground = Playground(width=2)
    >>> playground.train(100)
    >>> playground.steps, playground.network.predict(playground.x).shape
    (100, (4, 1))
    """

    on_page_alone = Bool(False).tag(sync=True)
    data = Enum(kinds.DATA, "xor").tag(sync=True)
    noise = CFloat(0.05, min=0.0, max=0.5).tag(sync=True)
    depth = CInt(1, min=0, max=3).tag(sync=True)
    width = CInt(4, min=1, max=8).tag(sync=True)
    activation = Enum(tuple(kinds.ACTIVATIONS), "sigmoid").tag(sync=True)
    initial = Enum(tuple(kinds.INITIALS), "he").tag(sync=True)
    loss = Enum(tuple(kinds.LOSSES), "squared error").tag(sync=True)
    optimizer = Enum(tuple(kinds.OPTIMIZERS), "SGD").tag(sync=True)
    learning_rate = CFloat(4.0, min=0.0).tag(sync=True)
    seed = CInt(1, min=0, max=999_999).tag(sync=True)
    speed = CInt(10, min=1, max=10_000).tag(sync=True)
    """Steps a picture; fewer where they take longer than 20 ms."""

    lines = Enum(("weights", "gradients", "both"), "both").tag(sync=True)
    """What the drawing's lines show."""
    unit = CInt(-1).tag(sync=True)
    """Which unit the large map shows, counted from the first input; −1: the output."""
    playing = Bool(False).tag(sync=True)

    # What Python draws for the page; `pictures` counts them and changes last.
    options = Dict().tag(sync=True)
    palette = Dict().tag(sync=True)
    shape = Dict().tag(sync=True)
    points = Bytes().tag(sync=True)
    units = Bytes().tag(sync=True)
    plane = Bytes().tag(sync=True)
    line = Bytes().tag(sync=True)
    weights = Bytes().tag(sync=True)
    gradients = Bytes().tag(sync=True)
    curves = Bytes().tag(sync=True)
    scales = Dict().tag(sync=True)
    report = Dict().tag(sync=True)
    pictures = Int(0).tag(sync=True)

    def __init__(self, **settings: Any) -> None:
        unknown = sorted(set(settings) - set(CHOICES))
        if unknown:
            raise TypeError(f"Playground has no setting {unknown[0]!r}; it has {', '.join(CHOICES)}")
        self._lock = RLock()  # JupyterLab may hand the page's messages to a thread of their own
        self._note, self._shown_at = "", 0.0
        super().__init__(**settings)
        self.options, self.palette = offered(), palettes()
        self.reset()
        self.observe(self._restart, list(RESTARTING))
        self.on_msg(self._answer)

    @property
    def network(self) -> Network:
        """The network in training; another object after each fresh start."""
        return self._run.network

    @property
    def x(self) -> Floats:
        """The points, `(n, 2)` float64."""
        return self._run.x

    @property
    def targets(self) -> Floats:
        """Their targets, `(n, 1)`: 0 or 1."""
        return self._run.targets

    @property
    def steps(self) -> int:
        """How many steps have been made since the start."""
        return self._run.steps

    def train(self, steps: int) -> None:
        """Make so many steps now, and show where they led."""
        with self._lock:
            self._run.train(steps)
            self._show()

    def reset(self) -> None:
        """Start afresh from the settings: their data, first weights drawn from their seed, no steps made."""
        with self._lock:
            self.playing = False
            self._run = Run(self._settings())
            self._plane = Plane(self._run)
            self._show(anew=True)

    def _settings(self) -> Settings:
        return Settings(**{name: getattr(self, name) for name in Settings._fields})

    @validate("learning_rate", "noise")
    def _finite(self, proposal: Any) -> float:
        return at_least_zero(proposal["value"], f"{proposal['trait'].name} of a Playground")

    # what the page does

    def _answer(self, _: Any, content: dict[str, Any], buffers: Any) -> None:
        """While playing, the page answers each picture with its number; that alone makes more of them.

        So a page that is closed, hidden or frozen stops the work by its silence, and two views of one
        playground pull no faster than one.
        """
        with self._lock:
            match content:
                case {"ask": "next", "seen": int(seen)} if self.playing and seen <= self.pictures:
                    self._go_on(seen)
                case {"ask": "step"}:
                    self.playing = False
                    self.train(1)
                case {"ask": "reset"}:
                    self.reset()

    def _go_on(self, seen: int) -> None:
        if monotonic() - self._shown_at > PATIENCE:
            self._pause("Paused: the page and Python did not reach each other for 5 seconds.")
        while self.playing and self.pictures < seen + AHEAD:
            self._run.train(self.speed, seconds=SLICE)
            self._show()

    def _pause(self, note: str) -> None:
        self.playing = False
        self._note = note
        self._show()

    @observe("playing")
    def _start(self, change: Any) -> None:
        if change.new:  # the picture that the page answers first
            with self._lock:
                self._show()

    @observe("unit")
    def _look(self, change: Any) -> None:
        with self._lock:
            if self.pictures:
                self._show()

    @observe("learning_rate")
    def _change_rate(self, change: Any) -> None:
        with self._lock:
            if self.pictures:
                self._run.set_rate(change.new)

    def _restart(self, change: Any) -> None:
        self.reset()

    # what the page shows

    def _show(self, *, anew: bool = False) -> None:
        run, plane = self._run, self._plane
        units = plane.units()
        chosen = units[self.unit % len(units)]
        with self.hold_sync(), np.errstate(all="ignore"):  # one message, also of numbers that broke
            if anew:
                self.shape = self._shape()
                labels = np.column_stack([run.x, run.targets])
                self.points = labels.astype("<f4").tobytes()
            if run.trouble:
                self.playing = False
            self.units = b"".join(shades(unit, EVERY) for unit in units)
            self.plane, self.line = shades(chosen), plane.line(chosen)
            self.weights = weight_sizes(run.network.parameter_views)
            self.gradients = gradient_sizes(run.network.gradient_views)
            self.curves, self.scales = curves(run)
            self.report = self._report(chosen)
            self.pictures += 1
        self._note, self._shown_at = "", monotonic()

    def _shape(self) -> dict[str, Any]:
        settings = self._run.settings
        return {
            "names": unit_names(settings),
            "sizes": [2, *[settings.width] * settings.depth, 1],
            "window": self._plane.window,
        }

    def _report(self, chosen: Unit) -> dict[str, Any]:
        run = self._run
        return {
            "progress": progress(run),
            "said": self._note or sentence(run),
            "thickest": thickest(run),
            "unit": unit_words(run, self.unit, chosen),
            "range": [number(chosen.low), number(chosen.high)],
            "dead": [flag for layer in run.dead() for flag in layer],
            "trouble": run.trouble,
        }

    def static(self) -> Static:
        """Where these settings lead: the network after a thousand steps, drawn and told."""
        return still(self._settings())


CHOICES = (*Settings._fields, "speed")
RESTARTING = tuple(name for name in Settings._fields if name != "learning_rate")
