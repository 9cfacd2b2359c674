"""Which layer a node belongs to, and in which order the nodes of a layer stand so that few lines cross.

The first two steps of Sugiyama, Tagawa and Toda, "Methods for visual understanding of hierarchical system
structures" (1981): layers by the longest path to the end, then each layer sorted by where its neighbours are,
to and fro (the barycentre heuristic). Written here since no library of this field could be asked of every
learner: the maintained ones need a compiler, the graphviz program, or a licence that is not ours.
"""

from collections.abc import Sequence
from itertools import combinations, pairwise

SWEEPS = 24

Stations = list[list[int]]
"""For each line: its parent, a way-point in each layer that it passes, its child."""


def rank_nodes(count: int, edges: Sequence[tuple[int, int]]) -> tuple[list[list[int]], Stations]:
    """Layers of the nodes 0 … count − 1 and of the way-points after them, and each edge's stations.

    `edges` are (parent, child) of a graph without cycles; layers run from parents to children. An edge that
    occurs twice shares its way-points.

    >>> rank_nodes(3, [(0, 1), (1, 2), (0, 2)])
    ([[0], [1, 3], [2]], [[0, 1], [1, 2], [0, 3, 2]])
    """
    rank = longest_paths(count, edges)
    layers: list[list[int]] = [[] for _ in range(max(rank) + 1)]
    paths: dict[tuple[int, int], list[int]] = {}
    ranks = list(rank)
    for parent, child in dict.fromkeys(edges):
        passed = range(rank[parent] + 1, rank[child])
        paths[parent, child] = [parent, *range(len(ranks), len(ranks) + len(passed)), child]
        ranks += passed
    for node, layer in enumerate(ranks):
        layers[layer].append(node)
    stations = [paths[edge] for edge in edges]
    return fewest_crossings(layers, list(paths.values())), stations


def longest_paths(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """Each node's layer: as late as its children allow, so that lines are short; the end is last."""
    children: list[list[int]] = [[] for _ in range(count)]
    parents: list[list[int]] = [[] for _ in range(count)]
    for parent, child in edges:
        children[parent].append(child)
        parents[child].append(parent)
    to_end = [0] * count
    unsettled = [len(kin) for kin in children]
    ready = [node for node in range(count) if not children[node]]
    while ready:
        node = ready.pop()
        for parent in parents[node]:
            to_end[parent] = max(to_end[parent], to_end[node] + 1)
            unsettled[parent] -= 1
            if not unsettled[parent]:
                ready.append(parent)
    return [max(to_end) - distance for distance in to_end]


def fewest_crossings(layers: list[list[int]], paths: Stations) -> list[list[int]]:
    """The layers in the best order that sweeping to and fro comes across."""
    before: dict[int, list[int]] = {node: [] for nodes in layers for node in nodes}
    after: dict[int, list[int]] = {node: [] for nodes in layers for node in nodes}
    for path in paths:
        for tail, head in pairwise(path):
            after[tail].append(head)
            before[head].append(tail)
    best, least = layers, crossings(layers, after)
    for sweep in range(SWEEPS):
        # Backwards first: the end has one node, so its inputs, and theirs, fall into place as in a tree.
        backwards = sweep % 2 == 0
        neighbours = after if backwards else before
        order = range(len(layers) - 2, -1, -1) if backwards else range(1, len(layers))
        layers = [list(nodes) for nodes in layers]
        for layer in order:
            sort_by_neighbours(layers[layer], layers[layer + 1 if backwards else layer - 1], neighbours)
        now = crossings(layers, after)
        if now < least:
            best, least = layers, now
    return best


def sort_by_neighbours(nodes: list[int], fixed: Sequence[int], neighbours: dict[int, list[int]]) -> None:
    """Sort a layer by the mean place of each node's neighbours in the fixed layer; ties keep their order."""
    place = {node: index for index, node in enumerate(fixed)}
    now = {node: index for index, node in enumerate(nodes)}
    nodes.sort(
        key=lambda node: (
            sum(place[other] for other in neighbours[node]) / len(neighbours[node])
            if neighbours[node]
            else now[node]
        )
    )


def crossings(layers: Sequence[Sequence[int]], after: dict[int, list[int]]) -> int:
    """How many pairs of lines between neighbouring layers change places."""
    place = {node: index for nodes in layers for index, node in enumerate(nodes)}
    return sum(
        (place[one] - place[other]) * (place[end] - place[far]) < 0
        for nodes in layers
        for one, other in combinations(nodes, 2)
        for end in after[one]
        for far in after[other]
    )
