"""What Flow says at each message of a `Value` graph, and what it writes into each box."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from backproplab.plots.nodes import Node, sign_of
from backproplab.plots.words import join, short
from backproplab.scalar import Value
from backproplab.widgets.flow.messages import Message

UNKNOWN = "?"
LONGEST = 14  # characters of a formula that is still a name


class Entry(NamedTuple):
    """What a box shows from a step on, until its next entry."""

    step: int
    gradient: str
    note: str
    state: str
    """"unheard", "waiting" or "complete"; in the wrong order also "early" and "wrong"."""


def name_of(node: Node) -> str:
    """Its label; else what it was computed from, if that is short; else its sign and its value.

    >>> from backproplab.plots.nodes import nodes_of
    >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
    >>> [name_of(nodes_of(root)[-1]) for root in (a * b, (a - 1) ** 2, (a * b).tanh() + (b * a).tanh())]
    ['a × b', '(a − 1)²', '+, value 2']
    """
    text = expression(node.value)
    if len(text) <= LONGEST:
        return text
    return f"{sign_of(node.value)}, value {node.rows[0][1]}"


def expression(value: Value) -> str:
    """A value's label, or the formula that made it from labels and numbers; as far down as LONGEST needs.

    It is built from the bottom, and ends as soon as it is too long to be a name: a graph may be deep.
    """
    if value.label:
        return value.label
    if not value.parents:
        return short(value.data)
    sign = sign_of(value)
    parts: list[str] = []
    for parent in value.parents:
        part = expression(parent)
        if len(part) > LONGEST:
            return part
        compound = not parent.label and bool(parent.parents) and " " in part
        parts.append(f"({part})" if compound or part.startswith("−") else part)
    if "(·)" in sign:
        return sign.replace("(·)", parts[0])
    if len(parts) == 1:
        return f"{sign}({parts[0].removeprefix('(').removesuffix(')')})"
    return f" {sign} ".join(parts)


def sums(
    nodes: Sequence[Node], messages: Sequence[Message], right: Sequence[Message]
) -> list[dict[str, Any]]:
    """For each message its two lines of arithmetic: (number or sign, words below it)."""
    result = []
    missed = _missed(messages, right)
    for message in messages:
        speaker, hearer = nodes[message.speaker], nodes[message.hearer]
        root, complete = nodes[-1], message.heard == message.due and message.hearer not in missed
        so_far = f"{name_of(hearer)} so far"
        whole = derivative(root, hearer) or f"gradient of {name_of(hearer)}"
        parts = [
            (short(message.upstream), f"upstream {derivative(root, speaker)}"),
            ("×", ""),
            (bracketed(short(message.local)), f"local {derivative(speaker, hearer)}"),
            ("=", ""),
            (short(message.contribution), "contribution"),
        ]
        total = [
            (short(message.before), so_far),
            ("+", ""),
            (bracketed(short(message.contribution)), "contribution"),
            ("=", ""),
            (short(message.total), whole if complete else so_far),
        ]
        result.append(
            {
                "title": f"{name_of(speaker)} tells {name_of(hearer)}",
                "product": [[text, words.strip()] for text, words in parts],
                "total": [[text, words] for text, words in total],
            }
        )
    return result


def sentences(
    nodes: Sequence[Node], messages: Sequence[Message], right: Sequence[Message] | None = None
) -> list[str]:
    """What is said before the first message and after each. `right` for the messages of a wrong order."""
    root = nodes[-1]
    own = derivative(root, root)
    seed = f"{own} = 1" if own else "the result's own gradient is 1"
    said = [f"Before the first message: {seed}, and no other box has heard anything."]
    said += [_sentence(nodes, message) for message in messages]
    said[-1] += f" The pass is over{_verdict(nodes, messages, right)}"
    return said


def entries(
    nodes: Sequence[Node], messages: Sequence[Message], right: Sequence[Message] | None = None
) -> list[list[Entry]]:
    """For each node what its box shows, from step 0 on; nothing for a constant."""
    due = {message.hearer: message.due for message in messages}
    held = [
        [Entry(0, UNKNOWN, f"heard 0 of {due[index]}", "unheard")] if index in due else []
        for index in range(len(nodes))
    ]
    held[-1] = [Entry(0, "1", "✓ starts", "complete")]
    for step, message in enumerate(messages, start=1):
        speaker, hearer = held[message.speaker], held[message.hearer]
        if message.early and speaker[-1].state != "early":
            speaker.append(Entry(step, speaker[-1].gradient, f"✗ spoke at {message.early}", "early"))
        note, state = f"heard {message.heard} of {message.due}", "waiting"
        if message.heard == message.due:
            note, state = f"✓ {message.heard} of {message.due}", "complete"
        if hearer[-1].state == "early":
            note, state = hearer[-1].note, "early"
        hearer.append(Entry(step, short(message.total), note, state))
    for index, total in _missed(messages, right).items():
        held[index].append(
            Entry(len(messages), held[index][-1].gradient, f"✗ right: {short(total)}", "wrong")
        )
    return held


def _sentence(nodes: Sequence[Node], message: Message) -> str:
    speaker, hearer = name_of(nodes[message.speaker]), name_of(nodes[message.hearer])
    early = f"{speaker} has heard {message.early} and speaks too early. " if message.early else ""
    product = f"{short(message.upstream)} × {bracketed(short(message.local))} = {short(message.contribution)}"
    change = f"held {short(message.before)} and now holds" if message.heard > 1 else "holds"
    holds = f"{hearer} {change} {short(message.total)}"
    return f"{early}{speaker} tells {hearer}: {product}. {holds}; {_next(nodes, message)}"


def _next(nodes: Sequence[Node], message: Message) -> str:
    """What the hearer does with it."""
    if message.late:
        return "too late, for it has spoken."
    if message.heard < message.due:
        return f"it has heard {message.heard} of {message.due} and waits."
    heard = "its only message" if message.due == 1 else f"all its {message.due} messages"
    then = "may speak" if nodes[message.hearer].value.parents else "is finished"
    return f"it has heard {heard} and {then}."


def _verdict(nodes: Sequence[Node], messages: Sequence[Message], right: Sequence[Message] | None) -> str:
    if right is None:
        return ": every gradient is complete."
    missed = _missed(messages, right)
    if not missed:
        return ": by luck of the order, every gradient is right."
    wrong = [index for index in missed if not nodes[index].value.parents] or list(missed)
    got = {message.hearer: message.total for message in messages}
    faults = [
        f"{name_of(nodes[index])} got {short(got[index])}, not {short(missed[index])}" for index in wrong
    ]
    return (
        f", and wrong: {join(faults)}." if len(faults) <= 4 else f", and {len(missed)} gradients are wrong."
    )


def _missed(messages: Sequence[Message], right: Sequence[Message] | None) -> dict[int, float]:
    """The right gradients of the nodes that ended with another one."""
    wanted = {message.hearer: message.total for message in right or ()}
    got = {message.hearer: message.total for message in messages}
    return {
        index: total
        for index, total in wanted.items()
        if not np.isclose(got[index], total, rtol=1e-9, atol=1e-12, equal_nan=True)
    }


def derivative(of: Node, by: Node) -> str:
    """The derivative of one node with respect to another, if both have labels; else nothing."""
    return f"∂{of.value.label}/∂{by.value.label}" if of.value.label and by.value.label else ""


def bracketed(text: str) -> str:
    """Return a number as it stands behind a sign: a negative one in brackets."""
    return f"({text})" if text.startswith("−") else text
