"""Layers and their order: every line leads on, way-points fill the gaps, and few lines cross."""

from itertools import pairwise, permutations, product
from random import Random

import pytest

from backproplab.plots.ranking import crossings, longest_paths, rank_nodes


def random_edges(seed, count):
    """A connected graph without cycles: each node but the last leads on to a later one, some to more."""
    random = Random(seed)
    edges = [(node, random.randint(node + 1, count - 1)) for node in range(count - 1)]
    return edges + [tuple(sorted(random.sample(range(count), 2))) for _ in range(count // 2)]


def lines_between(stations):
    after = {}
    for line in {tuple(line) for line in stations}:
        for tail, head in pairwise(line):
            after.setdefault(tail, []).append(head)
            after.setdefault(head, [])
    return after


@pytest.mark.parametrize("seed", range(20))
def test_lines_take_one_layer_at_a_time(seed):
    edges = random_edges(seed, 25)
    layers, stations = rank_nodes(25, edges)
    rank = {node: layer for layer, nodes in enumerate(layers) for node in nodes}
    assert sorted(node for node in rank if node < 25) == list(range(25))
    for (parent, child), line in zip(edges, stations, strict=True):
        assert (line[0], line[-1]) == (parent, child)
        assert all(rank[head] == rank[tail] + 1 for tail, head in pairwise(line))
        assert all(node >= 25 for node in line[1:-1])


def test_a_leaf_stands_right_before_the_one_that_needs_it():
    # 0 → 1 → 2 → 4 and 3 → 4: the leaf 3 is late, beside 2, not early, beside 0.
    assert longest_paths(5, [(0, 1), (1, 2), (2, 4), (3, 4)]) == [0, 1, 2, 2, 3]


@pytest.mark.parametrize("seed", range(12))
def test_small_graphs_come_close_to_the_fewest_crossings_possible(seed):
    layers, stations = rank_nodes(7, random_edges(seed, 7))
    after = lines_between(stations)
    orders = product(*([list(order) for order in permutations(nodes)] for nodes in layers))
    fewest = min(crossings(order, after) for order in orders)
    assert crossings(layers, after) <= fewest + 1


def test_crossings_are_counted():
    after = {0: [3], 1: [2], 2: [], 3: []}
    assert crossings([[0, 1], [2, 3]], after) == 1
    assert crossings([[1, 0], [2, 3]], after) == 0


def test_a_binary_tree_has_none():
    edges = [
        (0, 8),
        (1, 8),
        (2, 9),
        (3, 9),
        (4, 10),
        (5, 10),
        (6, 11),
        (7, 11),
        (8, 12),
        (9, 12),
        (10, 13),
        (11, 13),
    ]
    edges += [(12, 14), (13, 14)]
    Random(0).shuffle(edges)
    layers, stations = rank_nodes(15, edges)
    assert crossings(layers, lines_between(stations)) == 0
