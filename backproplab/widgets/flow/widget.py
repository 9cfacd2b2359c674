"""Both passes in motion and in steps: a `Value` graph message by message, a `Network` layer by layer."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import ArrayLike
from traitlets import Bool, Dict, Int, List, TraitError, Unicode, validate

from backproplab.display import alt_text, image
from backproplab.losses import Loss
from backproplab.network import Network
from backproplab.plots.graph import computational_graph
from backproplab.plots.nodes import nodes_of
from backproplab.scalar import Value
from backproplab.widgets.flow.graph import value_scene
from backproplab.widgets.flow.groups import Groups
from backproplab.widgets.flow.layers import layer_scene
from backproplab.widgets.flow.messages import cleared
from backproplab.widgets.flow.picture import picture_scene
from backproplab.widgets.flow.still import ORDERS, layers_table, messages_table, picture_table
from backproplab.widgets.kit.base import Live, Static

TOLD_ONE_BY_ONE = 12  # messages; the table of a longer pass would be longer than its picture


class Flow(Live, folder="flow"):
    """Watch values run forward and gradients run back, or step through both.

        Flow(loss_value)                                  # a Value: its graph, message by message
        Flow(network, SquaredError(), x=x, targets=t)     # a Network: layer by layer
        Flow(loss_value, groups={"h": [z, h]})            # a unit that opens and closes
        Flow(network, SoftmaxCrossEntropy(), x=x[[0]], targets=t[[0]], image_shape=(28, 28))

    `step` counts what has been told on the way back, from 0 to `last`; below 0, down to `first`, it counts
    what has yet to be computed on the way forward. Set it, and the page follows. `wrong_order` puts a
    depth-first pass beside the right one (Value graphs only). The steps are those of `backward_steps()`,
    taken when the widget is made; leaves start from 0, and every gradient is afterwards as it was before.
    ValueError for a graph of more than 60 nodes.

    `groups` names what a reader can close to one box, and open again: {"h₁": [z₁, h₁]}, a unit's sum and its
    output; the unnamed nodes that serve them alone come along. {"hidden": {"h₁": …, "h₂": …}} is a layer of
    units. `closed` has the names of those that are closed. Steps are counted as before.

    `image_shape` (rows, columns) says that `x` is one picture, `(1, rows × columns)`, that a Network of Dense
    layers reads. It is then told in pictures and counts, a box for each Dense layer with the activations
    behind it, in words that need no formula (lesson 00). Its loss is SoftmaxCrossEntropy, TypeError for
    another; ValueError for other layers, for several pictures, and for more than 256 units or 12 outputs.

    >>> a = Value(5.0, label="a")
    >>> flow = Flow(a * a)
    >>> flow.first, flow.last
    (-1, 2)
    """

    scene = Dict().tag(sync=True)
    """What the page draws, worked out here."""
    step = Int(0).tag(sync=True)
    """How many messages have been told; below 0, how much has yet to be computed. Page and Python set it."""
    wrong_order = Bool(False).tag(sync=True)
    """Whether a depth-first pass stands beside the right one."""
    closed = List(Unicode()).tag(sync=True)
    """The names of the groups that are one box each. Page and Python set it."""

    def __init__(
        self,
        shown: Value | Network,
        loss: Loss | None = None,
        *,
        x: ArrayLike | None = None,
        targets: ArrayLike | None = None,
        wrong_order: bool = False,
        groups: Groups | None = None,
        closed: Sequence[str] = (),
        image_shape: tuple[int, int] | None = None,
    ) -> None:
        if isinstance(shown, Network):
            if loss is None or x is None or targets is None:
                raise TypeError(
                    "to go through a Network, Flow needs a loss and a batch to go back from: "
                    "Flow(network, SquaredError(), x=x, targets=targets)"
                )
            if wrong_order:
                raise ValueError("layers in a row have one order; wrong_order is for the graph of a Value")
            if groups is not None:
                raise ValueError("a Network's layers are closed already; groups are for the graph of a Value")
            if image_shape is None:
                scene = layer_scene(network=shown, loss=loss, x=x, targets=targets)
            else:
                scene = picture_scene(shown, loss, x, targets, image_shape)
        elif isinstance(shown, Value):
            if image_shape is not None:
                raise ValueError(
                    "image_shape is for a Network that reads a picture; the graph of a Value has none"
                )
            scene = value_scene(shown, groups=groups)
        else:
            raise TypeError(
                "Flow goes through the graph of a Value or through a Network, "
                f"got {type(shown).__name__} {shown!r:.60}"
            )
        self._shown = shown
        super().__init__(scene=scene, wrong_order=wrong_order, closed=list(closed))

    @property
    def first(self) -> int:
        """The step before the forward pass: 0 less the number of its computations."""
        steps = self.scene["forward"]
        return -len(steps) if self.scene["kind"] == "graph" else 1 - len(steps)

    @property
    def last(self) -> int:
        """The number of messages, of layers or of boxes of the backward pass."""
        return int(self.scene["last"])

    @validate("step")
    def _step_exists(self, proposal: dict[str, Any]) -> int:
        step = int(proposal["value"])
        if not self.first <= step <= self.last:
            raise TraitError(
                f"this pass has {self.last} steps back and {-self.first} forward, got {step}; "
                f"set step between {self.first} and {self.last}"
            )
        return step

    @validate("closed")
    def _groups_exist(self, proposal: dict[str, Any]) -> list[str]:
        names = [group["name"] for group in self.scene.get("groups", ())]
        for name in proposal["value"]:
            if name not in names:
                known = ", ".join(map(repr, names)) or "none: name some with groups="
                raise TraitError(f"no group is called {name!r}; the groups are {known}")
        return list(proposal["value"])

    def static(self) -> Static:
        """A picture of the graph after the pass and a table of its messages, or a table of the layers."""
        if isinstance(self._shown, Network):
            return (picture_table if self.scene["kind"] == "picture" else layers_table)(self.scene)
        with cleared(node.value for node in nodes_of(self._shown)):
            self._shown.backward()
            picture = computational_graph(self._shown)
        passes = self.scene["passes"][: 1 + self.wrong_order]
        if self.last > TOLD_ONE_BY_ONE:
            return Static(image(picture), alt_text(picture))
        tables = [messages_table(one, name) for one, name in zip(passes, ORDERS, strict=False)]
        return Static(
            image(picture) + "".join(table.html for table in tables),
            "\n\n".join(table.plain for table in tables),
        )
