"""The groups of a graph that Flow closes to one box each: a unit, a layer of units."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from backproplab.plots.layered import Edge
from backproplab.plots.nodes import Node
from backproplab.plots.words import short
from backproplab.scalar import Value

Members = Value | Sequence[Value]
Groups = Mapping[str, Members | Mapping[str, Members]]

FEW = 3  # outputs whose numbers are written out


class Group(NamedTuple):
    """Nodes that may be drawn as one box; nodes by their place in `nodes_of`."""

    name: str
    members: list[int]
    """Parents first."""
    within: int
    """The place of the group that holds it; −1 for none."""
    outputs: list[int]
    """The members that something outside uses, and the result."""


def groups_of(nodes: Sequence[Node], edges: Sequence[Edge], named: Groups) -> list[Group]:
    """The groups that a reader of these nodes can close, a group before those that it holds.

    `named` gives each group its computed Values, or the groups that it holds. What has no label and is used
    in one group alone belongs to it as well: its products, its sums, its constants. ValueError for a name
    that occurs twice, a Value in two groups or not in the graph, a leaf, a group of one node, and for one
    that would have to speak before and after another box.
    """
    found: list[Group] = []
    given = [(name, within, _places(name, members, nodes)) for name, within, members in _flat(named)]
    taken = {place for _, _, places in given for place in places}
    for name, within, places in given:
        members = _with_unnamed(nodes, edges, places, taken - places)
        found.append(Group(name, members, within, []))
    for place, group in enumerate(found):
        inner = {node for each in found if each.within == place for node in each.members}
        members = _with_unnamed(nodes, edges, inner, taken - inner) if inner else group.members
        found[place] = group._replace(members=members, outputs=_outputs(edges, members, len(nodes)))
    _check(nodes, edges, found)
    return found


def derivatives(nodes: Sequence[Node], edges: Sequence[Edge], group: Group) -> dict[int, str]:
    """For each arrow into a group of one output, the derivative of that output along it."""
    if len(group.outputs) > 1:
        return {}
    slope = dict.fromkeys(group.members, 0.0)
    slope[group.outputs[0]] = 1.0
    along: dict[int, str] = {}
    operands = [iter(node.value.local_derivatives()) for node in nodes]
    local = [next(operands[edge.child]) for edge in edges]
    for place in range(len(edges) - 1, -1, -1):  # children first
        parent, child, _ = edges[place]
        if child in slope:
            if parent in slope:
                slope[parent] += slope[child] * local[place]
            else:
                along[place] = short(slope[child] * local[place])
    return along


def joined(texts: Sequence[str]) -> str:
    """The numbers of a group's outputs; of many, how many they are."""
    return ", ".join(texts) if len(texts) <= FEW else f"{len(texts)} values"


def _flat(named: Groups) -> Iterator[tuple[str, int, Members]]:
    """Each group with the place of the one that holds it, and with what it was given itself."""
    place = 0
    for name, members in named.items():
        if isinstance(members, Mapping):
            yield name, -1, ()
            for inner, own in members.items():
                yield inner, place, own
            place += len(members)
        else:
            yield name, -1, members
        place += 1


def _places(name: str, members: Members, nodes: Sequence[Node]) -> set[int]:
    place = {node.value: index for index, node in enumerate(nodes)}
    values = [members] if isinstance(members, Value) else list(members)
    for value in values:
        if not isinstance(value, Value):
            raise TypeError(f"the group {name!r} takes Values, or groups by name, got {value!r:.60}")
        if value not in place:
            raise ValueError(f"the graph has no node {value.label or value!r} for the group {name!r}")
        if not value.parents:
            raise ValueError(
                f"{value.label or value!r} is a leaf, and the group {name!r} takes what is computed: the"
                " sums and the output of a unit, say"
            )
    return {place[value] for value in values}


def _with_unnamed(
    nodes: Sequence[Node], edges: Sequence[Edge], places: set[int], others: set[int]
) -> list[int]:
    """These nodes, and those without a label of which each use is among them."""
    uses: list[list[int]] = [[] for _ in nodes]
    for edge in edges:
        uses[edge.parent].append(edge.child)
    members = set(places)
    for place in range(len(nodes) - 1, -1, -1):
        node = nodes[place]
        unnamed = node.kind != "leaf" and not node.value.label and place not in others
        if unnamed and uses[place] and members.issuperset(uses[place]):
            members.add(place)
    return sorted(members)


def _outputs(edges: Sequence[Edge], members: Sequence[int], count: int) -> list[int]:
    inside = set(members)
    used = {edge.parent for edge in edges if edge.parent in inside and edge.child not in inside}
    return sorted(used | ({count - 1} & inside))


def _check(nodes: Sequence[Node], edges: Sequence[Edge], groups: Sequence[Group]) -> None:
    names = [group.name for group in groups]
    holders = {group.within for group in groups}
    for place, group in enumerate(groups):
        if names.count(group.name) > 1:
            raise ValueError(f"two groups are called {group.name!r}; give each a name of its own")
        if len(group.members) < 2:
            raise ValueError(
                f"the group {group.name!r} has {len(group.members)} nodes; one that can close needs two"
            )
        for other in groups[place + 1 :]:
            shared = set(group.members) & set(other.members)
            if shared and other.within != place:
                labels = [nodes[node].value.label for node in sorted(shared)]
                name = next(filter(None, labels), "a node")
                raise ValueError(f"{name} is in both {group.name!r} and {other.name!r}")
    leaves = [place not in holders for place in range(len(groups))]
    tops = [group.within < 0 for group in groups]
    for kept in (leaves, tops):
        closed = [group for group, yes in zip(groups, kept, strict=True) if yes]
        _speaks_once(len(nodes), edges, closed)


def _speaks_once(count: int, edges: Sequence[Edge], closed: Sequence[Group]) -> None:
    """Refuse groups that leave no order: with each closed, some box would wait for itself."""
    box = list(range(count))
    for place, group in enumerate(closed):
        for member in group.members:
            box[member] = count + place
    links = {(box[edge.parent], box[edge.child]) for edge in edges if box[edge.parent] != box[edge.child]}
    left = set(box)
    while left:
        waiting = {parent for parent, child in links if child in left}
        free = left - waiting
        if not free:
            names = [group.name for place, group in enumerate(closed) if count + place in left]
            raise ValueError(
                f"closed, {' and '.join(map(repr, names))} would wait for what waits for them: a path leaves"
                " a group and comes back; put what lies between into the group"
            )
        left -= free


def scene_of(
    nodes: Sequence[Node], edges: Sequence[Edge], groups: Sequence[Group], sizes: Sequence[dict[str, float]]
) -> list[dict[str, Any]]:
    """The groups as Flow's page takes them; `sizes` are those of their closed boxes, in pixels."""
    return [
        {
            **group._asdict(),
            **size,
            "heading": [[group.name, "bold"], [f"{len(group.members)} nodes", "normal"]],
            "value": joined([nodes[place].rows[0][1] for place in group.outputs]),
            "locals": {str(edge): text for edge, text in derivatives(nodes, edges, group).items()},
        }
        for group, size in zip(groups, sizes, strict=True)
    ]
