"""The least that scalar reverse mode can be in pure Python: a tape, and nothing that a learner would miss.

The peer that shows how far `Value` is from the floor. Operations append to one list in the order in which
they run, so going back needs no search for an order; nothing is checked, named or drawn, and no expression
can be used twice or alone: the tape is the whole program's. It has what micrograd's moons step needs.
"""

from operator import mul

TAPE = []  # (result, parent, slope, parent, slope), or (result, left, right) of a dot


class Bare:
    __slots__ = ("data", "grad")

    def __init__(self, data):
        self.data = data
        self.grad = 0.0

    def __add__(self, other):
        other = other if isinstance(other, Bare) else Bare(other)
        made = Bare(self.data + other.data)
        TAPE.append((made, self, 1.0, other, 1.0))
        return made

    def __mul__(self, other):
        other = other if isinstance(other, Bare) else Bare(other)
        made = Bare(self.data * other.data)
        TAPE.append((made, self, other.data, other, self.data))
        return made

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1.0

    def relu(self):
        made = Bare(self.data if self.data > 0.0 else 0.0)
        TAPE.append((made, self, 1.0 if self.data > 0.0 else 0.0, SINK, 0.0))
        return made

    def backward(self):
        self.grad = 1.0
        for entry in reversed(TAPE):
            if len(entry) == 5:
                made, a, to_a, b, to_b = entry
                upstream = made.grad
                a.grad += upstream * to_a
                b.grad += upstream * to_b
            else:
                made, left, right = entry
                upstream = made.grad
                for a, b in zip(left, right):  # noqa: B905 (strict costs time)
                    a.grad += upstream * b.data
                    b.grad += upstream * a.data
        TAPE.clear()


SINK = Bare(0.0)


def dot(left, right):
    made = Bare(sum(map(mul, [a.data for a in left], [b.data for b in right])))
    TAPE.append((made, left, right))
    return made


def total(values):
    result = Bare(0.0)
    for value in values:
        result = result + value
    return result
