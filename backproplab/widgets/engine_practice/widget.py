"""Be the engine: the learner sends the messages of a backward pass, and each is judged at once."""

from html import escape
from typing import Any

from traitlets import Dict, Int, List, TraitError, validate

from backproplab.display import alt_text, image
from backproplab.plots.graph import computational_graph
from backproplab.plots.nodes import nodes_of
from backproplab.plots.words import short
from backproplab.scalar import Value
from backproplab.widgets.engine_practice.graphs import random_graph
from backproplab.widgets.flow.graph import value_scene
from backproplab.widgets.flow.messages import cleared, right_messages
from backproplab.widgets.flow.words import Entry
from backproplab.widgets.kit.base import Live, Static

GRAPHS = 6
TASK = "Send every message of the backward pass: which box speaks next, and what does it say?"


class EnginePractice(Live, folder="engine_practice"):
    """Send every message of a backward pass yourself.

        EnginePractice(d)           # a Value's own graph first, then random small ones
        EnginePractice(seed=3)      # random graphs alone

    The page shows values and local derivatives, and for each box the messages that it has heard, not added.
    What is sent too early, or with a wrong number, is not delivered, and a sentence says why where the slip
    is a known one. `graph` says which graph is on the page, and `sent` which arrows have carried their
    message, in the learner's order. The right messages are those of `backward_steps()`.

    >>> a = Value(5.0, label="a")
    >>> EnginePractice(a * a).sent
    []
    """

    scenes = List(Dict()).tag(sync=True)
    """The graphs, as the page draws them, with the right message of each arrow."""
    graph = Int(0).tag(sync=True)
    """Which of them is shown."""
    sent = List(Int()).tag(sync=True)
    """The arrows that have carried their message, in order."""

    def __init__(self, root: Value | None = None, *, seed: int = 0) -> None:
        roots = [random_graph(GRAPHS * seed + place) for place in range(GRAPHS - (root is not None))]
        self._roots = roots if root is None else [root, *roots]
        super().__init__(scenes=[practice_scene(each) for each in self._roots])

    @validate("graph")
    def _graph_exists(self, proposal: dict[str, Any]) -> int:
        graph = int(proposal["value"])
        if not 0 <= graph < len(self.scenes):
            raise TraitError(f"there are {len(self.scenes)} graphs, got {graph}; count them from 0")
        # Set alone, it begins anew; the page sets both at once, and its arrows are of the new graph.
        if graph != self.graph or not self._can_carry(self.sent, graph):
            self.sent = []
        return graph

    @validate("sent")
    def _arrows_exist(self, proposal: dict[str, Any]) -> list[int]:
        sent: list[int] = proposal["value"]
        if not self._can_carry(sent, self.graph):
            known = [edge for edge, message in enumerate(self.scenes[self.graph]["messages"]) if message]
            raise TraitError(f"sent cannot be {sent}: name each of the arrows {known} at most once")
        return sent

    def _can_carry(self, sent: list[int], graph: int) -> bool:
        """Whether these are arrows of the graph that carry a message, none of them twice."""
        known = {edge for edge, message in enumerate(self.scenes[graph]["messages"]) if message}
        return set(sent) <= known and len(set(sent)) == len(sent)

    def static(self) -> Static:
        """The graph that is on the page, without gradients, and what is asked."""
        note = f"{TASK} In JupyterLab, run this cell, and each message is judged."
        root = self._roots[self.graph]
        with cleared(node.value for node in nodes_of(root)):
            picture = computational_graph(root)
        return Static(f"<p>{escape(note)}</p>{image(picture)}", f"{note}\n\n{alt_text(picture)}")


def practice_scene(root: Value) -> dict[str, Any]:
    """The scene of Flow, with room in each box for what it hears, and the right message of each arrow.

    A message is [speaker, hearer, upstream, local derivative, contribution, how many the hearer hears]; an
    arrow from a constant has none.
    """
    nodes = nodes_of(root)
    messages: list[list[float] | None] = [None] * sum(len(node.value.parents) for node in nodes)
    heard: list[list[str]] = [[] for _ in nodes]
    for one in right_messages(nodes):
        messages[one.edge] = [
            one.speaker,
            one.hearer,
            one.upstream,
            one.local,
            one.contribution,
            one.due,
        ]
        heard[one.hearer].append(short(one.contribution))
    room = [[Entry(0, ", ".join(texts), "", "")] for texts in heard]
    return {**value_scene(root, room=room), "messages": messages}
