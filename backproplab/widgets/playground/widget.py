"""A small network that trains while you watch: its boundary, its units, its weights and its gradients."""

from threading import RLock
from time import monotonic
from typing import Any

import numpy as np
from traitlets import Bool, Bytes, CFloat, CInt, Dict, Enum, Int, List, observe, validate

from backproplab.network import Network
from backproplab.optimizers import at_least_zero
from backproplab.widgets.kit.base import Live, Static
from backproplab.widgets.playground import run as kinds
from backproplab.widgets.playground.curves import curves
from backproplab.widgets.playground.picture import palettes, window
from backproplab.widgets.playground.recording import recording
from backproplab.widgets.playground.run import Floats, Run, Settings, examples, offered, points_of
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

    On the page a weight and a point can be taken by hand: training goes on from there. Where a page has no
    Python, it plays two recorded runs, that of `seed` and that of the next.

    `network`, `x`, `targets` and `steps` are those of the run on the page, as it stands.

    >>> playground = Playground(width=2)
    >>> playground.train(100)
    >>> playground.steps, playground.network.predict(playground.x).shape
    (100, (4, 1))
    """

    data = Enum(kinds.DATA, "xor").tag(sync=True)
    noise = CFloat(0.05, min=0.0, max=0.5).tag(sync=True)
    depth = CInt(1, min=0, max=3).tag(sync=True)
    width = CInt(4, min=1, max=8).tag(sync=True)
    activation = Enum(tuple(kinds.ACTIVATIONS), "sigmoid").tag(sync=True)
    initial = Enum(tuple(kinds.INITIALS), "he").tag(sync=True)
    loss = Enum(tuple(kinds.LOSSES), "squared error").tag(sync=True)
    optimizer = Enum(tuple(kinds.OPTIMIZERS), "SGD").tag(sync=True)
    learning_rate = CFloat(4.0, min=0.0).tag(sync=True)
    seed = CInt(1, min=0, max=kinds.LAST_SEED).tag(sync=True)
    speed = CInt(10, min=1, max=10_000).tag(sync=True)
    """Steps a picture; fewer where they take longer than 20 ms."""

    lines = Enum(("weights", "gradients", "both"), "both").tag(sync=True)
    """What the drawing's lines show."""
    unit = CInt(-1).tag(sync=True)
    """Which unit the large map shows, counted from the first input; −1: the output."""
    weight = CInt(0, min=0).tag(sync=True)
    """Which parameter the page's slider moves: its place in the flat vector."""
    pair = List(CInt(min=0), [0, 1], minlen=2, maxlen=2).tag(sync=True)
    """Which two units of the last hidden layer the hidden space shows, from 0."""
    unfolded = Bool(False).tag(sync=True)
    """Whether the strip of settings is open."""
    frame = CInt(0, min=0).tag(sync=True)
    """Of a recorded run, which one the page shows."""
    playing = Bool(False).tag(sync=True)
    turn = CInt(0).tag(sync=True)
    """Counts what the page has set: what it asks says how many of these come before."""

    # What Python says to the page; `pictures` counts it and changes last.
    options = Dict().tag(sync=True)
    palette = Dict().tag(sync=True)
    shape = Dict().tag(sync=True)
    points = Bytes().tag(sync=True)
    parameters = Bytes().tag(sync=True)
    gradient = Bytes().tag(sync=True)
    curves = Bytes().tag(sync=True)
    scales = Dict().tag(sync=True)
    report = Dict().tag(sync=True)
    pictures = Int(0).tag(sync=True)
    recording = List(Dict()).tag(sync=True)
    """What plays where there is no Python; made when the widget is shown."""

    def __init__(self, **settings: Any) -> None:
        unknown = sorted(set(settings) - set(CHOICES))
        if unknown:
            raise TypeError(f"Playground has no setting {unknown[0]!r}; it has {', '.join(CHOICES)}")
        self._lock = RLock()  # JupyterLab may hand the page's messages to a thread of their own
        self._note, self._shown_at = "", 0.0
        self._points: tuple[Floats, Floats] | None = None  # a reader's own
        self._edit = 0  # the last change by hand that was taken
        self._early: list[dict[str, Any]] = []  # what the page asked before its settings arrived
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
        self._points = None
        self._start_afresh()

    def _start_afresh(self) -> None:
        """As `reset`, on the points as a reader left them."""
        with self._lock:
            self.playing = False
            settings = self._settings()
            self._window = window(examples(settings)[0])
            self._run = Run(settings, self._points)
            self._show(anew=True)

    def _settings(self) -> Settings:
        return Settings(**{name: getattr(self, name) for name in Settings._fields})

    @validate("learning_rate", "noise")
    def _finite(self, proposal: Any) -> float:
        return at_least_zero(proposal["value"], f"{proposal['trait'].name} of a Playground")

    # what the page does

    def _answer(self, _: Any, content: dict[str, Any], buffers: Any) -> None:
        """Do what the page asks, after what it has set before.

        A page keeps a setting back until Python has taken the one before; what it asks goes out at once,
        and would overtake it.
        """
        with self._lock:
            match content:
                case {"turn": int(turn)} if turn > self.turn:
                    self._early.append(content)
                case _:
                    self._do(content)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the page has set, then do what it asked meanwhile."""
        try:
            super().set_state(sync_data)
        finally:
            with self._lock:
                early, self._early = self._early, []
                for content in early:
                    self._do(content)

    def _do(self, content: dict[str, Any]) -> None:
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
                    self._start_afresh()
                case {"ask": "data"}:
                    self.reset()
                case {"ask": "weight", "at": int(at), "value": float() | int() as value, "edit": int(edit)}:
                    self._take_weight(at, value, edit)
                case {"ask": "points", "points": list(rows), "edit": int(edit)}:
                    self._take_points(rows, edit)
                case {"ask": "weight" | "points", "edit": int(edit)}:  # JSON writes nan as null
                    self._edit = edit
                    self._note = "All stays as it is: what the page sent is not a finite number."
                    self._show()

    def _take_weight(self, at: int, value: float, edit: int) -> None:
        if 0 <= at < self._run.network.size:
            if abs(value) <= kinds.FARTHEST:
                self._run.set_parameter(at, float(value))
            else:
                self._note = f"The weight stays as it is: it can be moved to ±{kinds.FARTHEST:,g} at most."
        self._edit = edit
        self._show()

    def _take_points(self, rows: list[Any], edit: int) -> None:
        try:
            self._points = points_of(rows)
        except ValueError as error:
            self._note = f"The points stay as they are: {error}."
        else:
            self._run.set_points(*self._points)
        self._edit = edit
        self._show(anew=True)

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
        if change.name in ("data", "noise"):
            self._points = None
        self._start_afresh()

    # what the page shows

    def _show(self, *, anew: bool = False) -> None:
        run = self._run
        with self.hold_sync(), np.errstate(all="ignore"):  # one message, also of numbers that broke
            if anew:
                self.shape = self._shape()
                labels = np.column_stack([run.x, run.targets])
                self.points = labels.astype("<f8").tobytes()
            if run.trouble:
                self.playing = False
            self.parameters = run.network.parameters.astype("<f8").tobytes()
            self.gradient = run.network.gradient.astype("<f8").tobytes()
            self.curves, self.scales = curves(run)
            self.report = self._report()
            self.pictures += 1
        self._note, self._shown_at = "", monotonic()

    def _shape(self) -> dict[str, Any]:
        settings = self._run.settings
        return {
            "names": unit_names(settings),
            "sizes": [2, *[settings.width] * settings.depth, 1],
            "activation": settings.activation,
            "window": self._window,
            "own": self._points is not None,
        }

    def _report(self) -> dict[str, Any]:
        run = self._run
        return {
            "progress": progress(run),
            "said": self._note or sentence(run),
            "thickest": thickest(run),
            "unit": unit_words(run, self.unit),
            "trouble": run.trouble,
            "edit": self._edit,
        }

    def static(self) -> Static:
        """Where these settings lead: the network after a thousand steps, drawn and told."""
        self.recording = recording(self._settings())
        return still(self._settings())


CHOICES = (*Settings._fields, "speed")
RESTARTING = tuple(name for name in Settings._fields if name != "learning_rate")
