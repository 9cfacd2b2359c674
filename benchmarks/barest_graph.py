"""Reverse mode over a graph with as little as we could: nodes that know their parents, and no more.

The peer that shows how far `Value` is from the floor of its own design. As in `Value`, an expression can be
used twice or alone, a node keeps its local derivatives, and going back finds its order from any node. But two
parents are written out, the order is found by counting, and nothing is checked, named, drawn or told step by
step. It has what micrograd's moons step needs.
"""


class Bare:
    __slots__ = ("data", "grad", "left", "right", "to_left", "to_right", "waiting")

    def __init__(self, data, left=None, right=None, to_left=0.0, to_right=0.0):
        self.data = data
        self.grad = 0.0
        self.left, self.right = left, right
        self.to_left, self.to_right = to_left, to_right
        self.waiting = 0  # children that have still to send; 0 for a leaf, which sends to nobody

    def __add__(self, other):
        other = other if isinstance(other, Bare) else Bare(other)
        return Bare(self.data + other.data, self, other, 1.0, 1.0)

    def __mul__(self, other):
        other = other if isinstance(other, Bare) else Bare(other)
        return Bare(self.data * other.data, self, other, other.data, self.data)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1.0

    def relu(self):
        return Bare(self.data if self.data > 0.0 else 0.0, self, NOBODY, 1.0 if self.data > 0.0 else 0.0)

    def backward(self):
        reached = [self]
        pop, push = reached.pop, reached.append
        while reached:
            node = pop()
            for parent in (node.left, node.right):
                if parent.waiting:
                    parent.waiting += 1
                elif parent.left is not None:
                    parent.waiting = 1
                    push(parent)
        self.grad = 1.0
        push(self)
        while reached:
            node = pop()
            upstream = node.grad
            # The same for left and right, written out: a loop over the two would take longer.
            parent = node.left
            parent.grad += upstream * node.to_left
            if parent.waiting:
                if parent.waiting == 1:
                    push(parent)
                parent.waiting -= 1
            parent = node.right
            parent.grad += upstream * node.to_right
            if parent.waiting:
                if parent.waiting == 1:
                    push(parent)
                parent.waiting -= 1


NOBODY = Bare(0.0)
