"""A program in the manner of micrograd: the same names, used as its own tests and demo use them."""

import itertools
import random

import pytest

from backproplab.scalar import Value


class Module:
    def parameters(self):
        return []

    def zero_grad(self):
        for p in self.parameters():
            p.grad = 0


class Unit(Module):
    def __init__(self, inputs, rng, bend):
        self.weights = [Value(rng.uniform(-1, 1)) for _ in range(inputs)]
        self.bias = Value(0)
        self.bend = bend

    def __call__(self, x):
        z = sum((w * v for w, v in zip(self.weights, x, strict=True)), self.bias)
        return z.relu() if self.bend else z

    def parameters(self):
        return [*self.weights, self.bias]


class Perceptron(Module):
    def __init__(self, widths, rng):
        pairs = list(itertools.pairwise(widths))
        self.rows = [[Unit(i, rng, k < len(pairs) - 1) for _ in range(o)] for k, (i, o) in enumerate(pairs)]

    def __call__(self, x):
        for row in self.rows:
            x = [unit(x) for unit in row]
        return x[0] if len(x) == 1 else x

    def parameters(self):
        return [p for row in self.rows for unit in row for p in unit.parameters()]


def trace(root):
    """Nodes and edges as a drawing program collects them."""
    nodes, edges = set(), set()

    def visit(v):
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                visit(child)

    visit(root)
    return nodes, edges


def loss_of(model, points, labels):
    scores = [model(list(map(Value, point))) for point in points]
    losses = [(1 + -label * score).relu() for label, score in zip(labels, scores, strict=True)]
    return sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in model.parameters())


def test_a_small_network_learns_xor_by_stepping_against_its_gradient():
    points, labels = [(0, 0), (0, 1), (1, 0), (1, 1)], [-1, 1, 1, -1]
    model = Perceptron([2, 8, 1], random.Random(3))
    first = loss_of(model, points, labels)
    for _ in range(200):
        loss = loss_of(model, points, labels)
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= 0.1 * p.grad
    assert loss.data < 0.05 < first.data
    assert [model(point).data > 0 for point in points] == [label > 0 for label in labels]


def mixed(a, b):
    """Each operator at least once, nodes used again, numbers on both sides."""
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    g = e**2 / 2.0
    return g + 10.0 / (1 + e**2) - 4 / a + (2 - b) * sum([a, b, c]) - -d


def test_operators_mixed_agree_with_pytorch():
    torch = pytest.importorskip("torch")
    ours = [Value(-4.0), Value(2.0)]
    theirs = [torch.tensor([x.data], dtype=torch.float64, requires_grad=True) for x in ours]
    out, expected = mixed(*ours), mixed(*theirs)
    out.backward()
    expected.backward()
    assert out.data == pytest.approx(expected.item(), rel=1e-12)
    assert [x.grad for x in ours] == pytest.approx([x.grad.item() for x in theirs], rel=1e-12)


def test_a_drawing_program_finds_nodes_edges_and_operations():
    a, b = Value(2.0), Value(-3.0)
    product = a * b
    out = (product + a).relu()
    nodes, edges = trace(out)
    assert {a, b, product, out} <= nodes
    assert len(nodes) == 5
    (joined,) = out._prev
    assert edges == {(a, product), (b, product), (product, joined), (a, joined), (joined, out)}
    assert sorted(v._op for v in nodes) == ["", "", "*", "+", "ReLU"]
    assert (a * a)._prev == {a}


def test_the_constructor_takes_children_and_operation_in_place():
    a, b = Value(2.0), Value(-3.0)
    node = Value(-1.0, (a, b), "+", label="c")
    assert node._prev == {a, b}
    assert node._op == "+"


def test_the_text_of_a_value_shows_data_and_gradient():
    a = Value(2.0)
    (a**2).backward()
    assert repr(a) == "Value(data=2.0, grad=4.0)"
