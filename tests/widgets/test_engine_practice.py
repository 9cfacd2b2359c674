"""EnginePractice: its right messages are the engine's, and its random graphs are fit to practise on."""

import pytest
from traitlets import TraitError

from backproplab import Value
from backproplab.plots.nodes import nodes_of
from backproplab.widgets import EnginePractice
from backproplab.widgets.engine_practice.graphs import random_graph
from backproplab.widgets.engine_practice.widget import practice_scene


def diamond():
    a = Value(5.0, label="a")
    b = 4 * a
    c = 3 * b
    d = b * c
    b.label, c.label, d.label = "b", "c", "d"
    return a, d


@pytest.mark.parametrize("seed", range(20))
def test_a_random_graph_has_whole_numbers_names_and_a_box_that_waits(seed):
    root = random_graph(seed)
    nodes = [node.value for node in nodes_of(root)]
    root.backward()
    assert all(node.data.is_integer() and node.grad.is_integer() for node in nodes)
    assert all(node.label for node in nodes if node.parents)
    uses = [parent for node in nodes for parent in node.parents]
    assert any(uses.count(node) > 1 for node in nodes if node.parents)
    again = [(node.value.label, node.value.data) for node in nodes_of(random_graph(seed))]
    assert again == [(node.label, node.data) for node in nodes]


@pytest.mark.parametrize("seed", range(5))
def test_the_right_messages_add_up_to_the_gradients(seed):
    root = random_graph(seed)
    messages = [message for message in practice_scene(root)["messages"] if message]
    root.backward()
    for index, node in enumerate(nodes_of(root)):
        heard = [contribution for _, hearer, _, _, contribution, due in messages if hearer == index]
        if heard:
            assert sum(heard) == node.value.grad


def test_an_arrow_from_a_constant_has_no_message():
    messages = practice_scene(diamond()[1])["messages"]
    assert [message is None for message in messages] == [False, True, False, True, False, False]


def test_ones_own_graph_comes_first_and_another_seed_brings_others():
    _, d = diamond()
    practice = EnginePractice(d)
    names = [node["name"] for node in practice.scenes[0]["nodes"]]
    assert names == ["a", "4", "b", "3", "c", "d"]
    assert len(practice.scenes) == 6
    assert EnginePractice(seed=1).scenes != EnginePractice(seed=2).scenes
    with pytest.raises(TraitError, match="there are 6 graphs, got 6"):
        practice.graph = 6


def test_the_still_half_gives_no_gradient_away_and_leaves_those_of_the_lesson():
    a, d = diamond()
    d.backward()
    still = EnginePractice(d).static()
    assert "480" not in still.html + still.plain
    assert "which box speaks next" in still.plain
    assert a.grad == 480


def test_the_still_half_shows_the_graph_that_is_on_the_page():
    practice = EnginePractice(diamond()[1])
    first = practice.static()
    practice.graph = 2
    assert practice.static() == EnginePractice(practice._roots[2]).static() != first


@pytest.mark.parametrize("sent", [[1], [6], [-1], [4, 4]])
def test_what_is_sent_are_arrows_with_a_message_each_once(sent):
    practice = EnginePractice(diamond()[1])
    practice.sent = [4, 5]
    with pytest.raises(TraitError, match=r"name each of the arrows \[0, 2, 4, 5\] at most once"):
        practice.sent = sent
    assert practice.sent == [4, 5]


def test_another_graph_begins_anew_and_one_that_comes_with_its_arrows_keeps_them():
    practice = EnginePractice(diamond()[1])
    practice.sent = [4, 5, 2]
    practice.graph = 1
    assert practice.sent == []
    arrows = [edge for edge, message in enumerate(practice.scenes[3]["messages"]) if message][-2:]
    practice.set_state({"sent": arrows, "graph": 3})  # as the page does it
    assert (practice.graph, practice.sent) == (3, arrows)
