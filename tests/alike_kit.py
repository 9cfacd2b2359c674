"""A class that is made up, with known copies: authors with styles of their own answer two sets independently.

Each author draws names, the order of operands and of statements, formulas, intermediate results, loops or
arrays, comments and spaces. The answers are right, or wrong in one of the set's known ways. For other sets,
`mixed_class` draws from what the course itself has of each exercise, and restyles it.
"""

import ast
import io
import random
import re
import tokenize
from dataclasses import dataclass, field

import grading_kit as kit
import numpy as np

from backproplab.authoring import proof, trial
from backproplab.authoring.trial import Trial
from backproplab.grading.alike.answers import Own
from backproplab.grading.alike.score import Work
from backproplab.grading.alike.terms import pieces
from backproplab.grading.alike.words import words

SCHEMES = ["dL_d{}", "d{}", "d_{}", "grad_{}", "g_{}", "{}_grad", "{}_msg", "msg_{}", "delta_{}", "blame_{}"]
REMARKS = """
go backwards|from the loss back|start at the output|chain rule|local derivative times upstream|
derivative of sigmoid|sigmoid slope|same slope as above|this one was tricky|bias just passes it on|
weights get the input|now the hidden layer|sum over the batch|shapes must match|see lesson|
check with nudges|two paths add up here|transpose so that shapes fit|mean because the loss is a mean|
remember the minus|walk from the last to the first|store for backward|as in the spreadsheet|
not sure about this|works!|the door adds one more path|promised change|step against the gradient|
one table per example|average|broadcasting undone|loop over axes|this is the error|times the weight
""".replace("\n", "").split("|")


@dataclass
class Author:
    """A style: everything is drawn from the author's own generator."""

    rng: random.Random
    names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self):
        rng = self.rng
        self.scheme = rng.choice(SCHEMES)
        self.swaps = rng.choice([0.05, 0.2, 0.5])
        self.talks = rng.choice([0, 0, 0.1, 0.25, 0.5])
        self.spaces = rng.choice(["plain", "plain", "plain", "tight", "sloppy"])
        self.steps = rng.choice([0.2, 0.5, 0.8])

    def pick(self, *ways):
        return self.rng.choice(ways)

    def maybe(self, chance):
        return self.rng.random() < chance

    def n(self, role, *others):
        """The author's name for what the field calls `role`."""
        if role not in self.names:
            ways = [self.scheme.format(role)] * 3 if not others else list(others)
            self.names[role] = self.rng.choice(ways)
        return self.names[role]

    def mul(self, *factors):
        factors = list(factors)
        if self.maybe(self.swaps):
            self.rng.shuffle(factors)
        return " * ".join(factors)

    def add(self, one, other):
        return f"{other} + {one}" if self.maybe(self.swaps) else f"{one} + {other}"

    def order(self, *lines):
        """Lines in any order: they do not need each other."""
        lines = list(lines)
        if self.maybe(0.5):
            self.rng.shuffle(lines)
        return lines

    def slope(self, a):
        return self.pick(
            f"{a} * (1 - {a})",
            f"{a} * (1 - {a})",
            f"(1 - {a}) * {a}",
            f"({a} - {a}**2)",
            f"({a} - {a} * {a})",
        )

    def write(self, head, lines):
        """A function of these lines, with comments and spaces as this author sets them."""
        out = [head]
        for line in lines:
            indent = line[: len(line) - len(line.lstrip())]
            text = line.strip()
            if self.maybe(self.talks) and not text.startswith(("else", "elif")):
                out.append(f"    {indent}# {self.rng.choice(REMARKS)}")
            if self.spaces == "tight":
                text = re.sub(r" ([*+/-]) ", r"\1", text)
            elif self.spaces == "sloppy" and self.maybe(0.3) and "==" not in text:
                text = (
                    text.replace(" = ", self.pick("= ", " =", "="), 1)
                    if " = " in text
                    else text.replace(", ", self.pick(",", " , "), 1)
                )
            out.append(f"    {indent}{text}")
        return "\n".join(out)


# Set 03


def output_messages(s):
    e, z2, lines = s.n("y"), s.n("z2"), []
    error = s.pick("y - t", "y - t", "-(t - y)")
    if s.maybe(s.steps):
        lines.append(f"{e} = {error}")
        error = e
    else:
        error = f"({error})" if error[0] != "-" else error
    slope = s.slope("y")
    if s.maybe(s.steps):
        name = s.n("slope", "slope", "local", "ds", "dy_dz2", "sig_prime", "deriv", "sp")
        lines.append(f"{name} = {slope}")
        slope = name
    lines.append(f"{z2} = {s.mul(error, slope)}")
    w3, h, b2 = s.mul(z2, "h"), s.mul(z2, "w3"), s.pick(z2, z2, f"{z2} * 1")
    if s.maybe(s.steps):
        own = s.n("w3"), s.n("h"), s.n("b2")
        lines += s.order(*(f"{a} = {b}" for a, b in zip(own, (w3, h, b2), strict=True)))
        w3, h, b2 = own
    made = f"{z2}, {w3}, {h}, {b2}"
    lines.append(s.pick(f"return {made}", f"return {made}", f"return ({made})", f"return [{made}]"))
    return lines


def hidden_messages(s):
    z1, lines = s.n("z1"), []
    slope = s.pick(s.slope("h"), s.slope("h"), "sigmoid(z1) * (1 - sigmoid(z1))")
    if s.maybe(s.steps):
        name = s.n("slope1", "slope", "local", "dh", "dh_dz1", "sig_prime", "deriv", "s1")
        lines.append(f"{name} = {slope}")
        slope = name
    lines.append(f"{z1} = {s.mul('dL_dh', slope)}")
    w, x = s.mul(z1, "x"), s.mul(z1, "w")
    if s.maybe(0.2):
        w = s.pick(f"np.array([{z1} * x[0], {z1} * x[1]])", f"[{z1} * v for v in x]", f"np.multiply({z1}, x)")
        x = w.replace(" x", " w").replace("* x", "* w")
    if s.maybe(s.steps):
        own = s.n("w"), s.n("x")
        lines += s.order(f"{own[0]} = {w}", f"{own[1]} = {x}")
        w, x = own
    return [*lines, s.pick(f"return {w}, {z1}, {x}", f"return ({w}, {z1}, {x})")]


def update(s):
    new, promised = (
        s.n("new", "new", "moved", "knobs_new", "result", "updated", "out"),
        s.n("promise", "promise", "promised", "change", "dL", "total", "delta_L"),
    )
    k = s.pick("name", "k", "key", "knob", "n")
    way = s.rng.randrange(5)
    squared = s.pick("{0} ** 2", "{0} * {0}")
    if way == 0:
        return [
            f"{new} = {{{k}: v - {s.mul('rate', f'gradients[{k}]')} for {k}, v in knobs.items()}}",
            f"{promised} = -rate * sum({squared.format(f'gradients[{k}]')} for {k} in knobs)",
            f"return {new}, {promised}",
        ]
    if way == 1:
        return [
            f"{new} = {{}}",
            f"{promised} = 0",
            f"for {k} in knobs:",
            f"    step = -{s.mul('rate', f'gradients[{k}]')}",
            f"    {new}[{k}] = {s.add(f'knobs[{k}]', 'step')}",
            f"    {promised} += {s.mul('step', f'gradients[{k}]')}",
            f"return {new}, {promised}",
        ]
    if way == 2:
        return [
            f"{new} = dict(knobs)",
            f"{promised} = 0.0",
            f"for {k} in knobs:",
            f"    g = gradients[{k}]",
            *(
                f"    {each}"
                for each in s.order(
                    f"{new}[{k}] -= {s.mul('rate', 'g')}", f"{promised} -= {s.mul('rate', 'g ** 2')}"
                )
            ),
            f"return {new}, {promised}",
        ]
    if way == 3:
        return [
            f"{new} = knobs.copy()",
            "squares = 0",
            f"for {k} in {s.pick('knobs', 'knobs.keys()', 'list(knobs)')}:",
            f"    g = gradients[{k}]",
            f"    {new}[{k}] = knobs[{k}] - {s.mul('rate', 'g')}",
            f"    squares = {s.add('squares', s.pick('g**2', 'g * g'))}",
            f"return {new}, -{s.mul('rate', 'squares')}",
        ]
    return [
        f"steps = {{{k}: -rate * gradients[{k}] for {k} in knobs}}",
        f"{new} = {{{k}: {s.add(f'knobs[{k}]', f'steps[{k}]')} for {k} in knobs}}",
        f"{promised} = sum({s.mul(f'steps[{k}]', f'gradients[{k}]')} for {k} in knobs)",
        f"return {new}, {promised}",
    ]


def side_door(s):
    z2, z1, h, lines = s.n("z2"), s.n("z1"), s.n("h"), []
    lines.append(f"{z2} = {s.mul('dL_dy', s.slope('y'))}")
    through = s.mul(z2, "w3")
    if s.maybe(s.steps):
        lines.append(f"{h} = {through}")
        through = h
    lines.append(f"{z1} = {s.mul(through, s.slope('h'))}")
    both = s.add(s.mul(z1, "w1"), s.mul(z2, "w4"))
    values = {
        "z2": z2,
        "w3": s.mul(z2, "h"),
        "w4": s.mul(z2, "x1"),
        "h": through if through == h else s.mul(z2, "w3"),
        "b2": s.pick(z2, z2, f"{z2} * 1"),
        "z1": z1,
        "w1": s.mul(z1, "x1"),
        "w2": s.mul(z1, "x2"),
        "b1": z1,
        "x1": both,
        "x2": s.mul(z1, "w2"),
    }
    defined = {z1, z2} | ({h} if through == h else set())
    way = s.rng.randrange(4)
    keys = list(values) if s.maybe(0.6) else s.rng.sample(list(values), len(values))
    if way == 0:
        return [*lines, "return {" + ", ".join(f'"{key}": {values[key]}' for key in keys) + "}"]
    if way == 1:
        d = s.n("dict", "grads", "g", "out", "result", "found", "gradients")
        return [*lines, f"{d} = {{}}", *(f'{d}["{key}"] = {values[key]}' for key in keys), f"return {d}"]
    if way == 2:
        later = [key for key in keys if values[key] not in defined]
        lines += [f"{s.n(key)} = {values[key]}" for key in later if s.n(key) not in defined]
        return [
            *lines,
            "return {"
            + ", ".join(f'"{key}": {s.n(key) if key in later else values[key]}' for key in keys)
            + "}",
        ]
    return [*lines, "return dict(" + ", ".join(f"{key}={values[key]}" for key in keys) + ")"]


def forward_row(s):
    h, way = s.n("hs", "h", "hs", "values", "out", "acts", "row"), s.rng.randrange(4)
    if way == 0:
        return [
            f"{h} = [x]",
            f"for {s.pick('k', 'i', 'j')} in range(len(w)):".replace("j", "i").replace("k", "i"),
            f"    {h}.append(sigmoid({s.add(s.mul('w[i]', f'{h}[-1]'), 'b[i]')}))",
            f"return {h}",
        ]
    if way == 1:
        return [
            f"{h} = [x]",
            "for wk, bk in zip(w, b):",
            f"    z = {s.add(s.mul('wk', f'{h}[-1]'), 'bk')}",
            f"    {h}.append(sigmoid(z))",
            f"return {s.pick(h, f'tuple({h})', f'np.array({h})')}",
        ]
    if way == 2:
        return [
            "n = len(w)",
            f"{h} = np.zeros(n + 1)",
            f"{h}[0] = x",
            "for k in range(n):",
            f"    {h}[k + 1] = sigmoid({s.add(f'w[k] * {h}[k]', 'b[k]')})",
            f"return {h}",
        ]
    return [
        f"{h} = [x]",
        "a = x",
        "for k in range(len(w)):",
        f"    a = sigmoid({s.mul('w[k]', 'a')} + b[k])",
        f"    {h} += [a]" if s.maybe(0.3) else f"    {h}.append(a)",
        f"return {h}",
    ]


def backward_row(s):
    dw, db, d = s.n("w"), s.n("b"), s.n("up", "upstream", "upstream", "g", "msg", "dL_dh", "delta", "blame")
    lines = [] if d == "upstream" else [f"{d} = upstream"]
    z, way = s.n("z"), s.rng.randrange(3)
    if way == 0:
        lines += s.order(f"{dw} = np.zeros(len(w))", f"{db} = np.zeros(len(w))")
        lines += [
            s.pick(
                "for k in reversed(range(len(w))):",
                "for k in range(len(w) - 1, -1, -1):",
                "for k in range(len(w))[::-1]:",
            ),
            f"    {z} = {s.mul(d, s.slope('h[k + 1]'))}",
        ]
        lines += [
            f"    {each}"
            for each in s.order(
                f"{dw}[k] = {s.mul(z, 'h[k]')}", f"{db}[k] = {z}", f"{d} = {s.mul(z, 'w[k]')}"
            )
        ]
        return [*lines, f"return {dw}, {db}, {d}"]
    if way == 1:
        lines += [
            f"{dw}, {db} = [], []",
            "for k in range(len(w) - 1, -1, -1):",
            "    a = h[k + 1]",
            f"    {z} = {s.mul(d, s.slope('a'))}",
        ]
        lines += [
            f"    {each}"
            for each in s.order(
                f"{dw}.append({s.mul(z, 'h[k]')})", f"{db}.append({z})", f"{d} = {s.mul(z, 'w[k]')}"
            )
        ]
        return [*lines, f"return {dw}[::-1], {db}[::-1], {d}"]
    lines += [
        "k = len(w)",
        f"{dw}, {db} = np.zeros(k), np.zeros(k)",
        "while k > 0:",
        "    k -= 1",
        f"    {db}[k] = {s.mul(d, s.slope('h[k + 1]'))}",
        f"    {dw}[k] = {s.mul(f'{db}[k]', 'h[k]')}",
        f"    {d} = {s.mul(f'{db}[k]', 'w[k]')}",
    ]
    return [*lines, f"return {dw}, {db}, {d}"]


# Set 07


def one_by_one(s):
    t, w, way = (
        s.n("tables", "tables", "all_tables", "T", "parts", "ts", "per_example"),
        s.n("W"),
        s.rng.randrange(6),
    )
    b = s.pick(
        "blame.mean(axis=0)",
        "np.mean(blame, axis=0)",
        "blame.sum(axis=0) / len(x)",
        "blame.sum(0) / n",
        "np.ones(n) @ blame / n",
    )
    cube = s.pick(
        "np.einsum('ni,nj->nij', x, blame)",
        "x[:, :, None] * blame[:, None, :]",
        "np.einsum('ki,kj->kij', x, blame)",
    )
    tables = [
        [f"{t} = [np.outer(x[k], blame[k]) for k in range(n)]"],
        [
            f"{t} = []",
            "for row, g in zip(x, blame):",
            f"    {t}.append("
            + s.pick("np.outer(row, g))", "row[:, None] * g[None])", "row[:, None] @ g[None])"),
        ],
        [f"{t} = list({cube})"],
        [
            f"{t} = [np.zeros((x.shape[1], blame.shape[1])) for _ in x]",
            "for k in range(n):",
            "    for i in range(x.shape[1]):",
            "        for j in range(blame.shape[1]):",
            f"            {t}[k][i, j] = {s.mul('x[k, i]', 'blame[k, j]')}",
        ],
        [f"{t} = [xi[:, np.newaxis] * bi for xi, bi in zip(x, blame)]"],
        [
            f"{t} = []",
            "for k in range(n):",
            "    table = "
            + s.pick("np.outer(x[k], blame[k])", "x[k:k+1].T @ blame[k:k+1]", "np.dot(x[[k]].T, blame[[k]])"),
            f"    {t}.append(table)",
        ],
    ][way]
    total = s.pick(
        f"sum({t}) / n",
        "x.T @ blame / n",
        f"np.mean({t}, axis=0)",
        f"np.sum({t}, axis=0) / n",
        "np.dot(x.T, blame) / n",
        "np.einsum('ni,nj->ij', x, blame) / n",
    )
    lines = [f"n = {s.pick('len(x)', 'x.shape[0]', 'blame.shape[0]')}", *tables]
    if s.maybe(s.steps):
        lines += s.order(f"{w} = {total}", f"{s.n('b')} = {b}")
        return [*lines, f"return {t}, {w}, {s.n('b')}"]
    return [*lines, f"return {t}, {total}, {b}"]


def again_and_again(s):
    w, b, d, lines = s.n("W"), s.n("b"), s.n("up", "upstream", "upstream", "g", "msg", "delta", "back"), []
    lines += s.order(
        f"{w} = {s.pick('np.zeros_like(W)', 'np.zeros(W.shape)', '0 * W')}",
        f"{b} = {s.pick('np.zeros(W.shape[1])', 'np.zeros(len(W))', '0')}",
    )
    lines += [] if d == "upstream" else [f"{d} = upstream"]
    z = s.n("z")
    way = s.rng.randrange(3)
    if way == 0:
        a, before = "values[k]", "values[k - 1]"
        lines.append(
            f"for k in {s.pick('range(len(values) - 1, 0, -1)', 'reversed(range(1, len(values)))')}:"
        )
    elif way == 1:
        a, before = "after", "before"
        lines.append(
            "for before, after in "
            + s.pick("zip(values[-2::-1], values[:0:-1]):", "reversed(list(zip(values[:-1], values[1:]))):")
        )
    else:
        a, before = "values[i + 1]", "values[i]"
        lines.append(
            f"for i in {s.pick('range(len(values) - 2, -1, -1)', 'reversed(range(len(values) - 1))')}:"
        )
    if a.startswith("values") and s.maybe(s.steps):
        lines.append(f"    a = {a}")
        a = "a"
    lines.append(f"    {z} = {s.mul(d, s.slope(a))}")
    of_w = s.pick(
        f"{before}.T @ {z}",
        f"{before}.T @ {z}",
        f"np.dot({before}.T, {z})",
        f"np.einsum('ni,nj->ij', {before}, {z})",
    )
    of_b = s.pick(f"{z}.sum(axis=0)", f"np.sum({z}, axis=0)", f"{z}.sum(0)", f"sum({z})")
    plus = s.pick("{0} += {1}", "{0} = {0} + {1}", "{0} += {1}")
    rest = s.order(
        plus.format(w, of_w),
        plus.format(b, of_b),
        f"{d} = {s.pick(f'{z} @ W.T', f'np.dot({z}, W.T)', f'(W @ {z}.T).T')}",
    )
    return [*lines, *(f"    {each}" for each in rest), f"return {w}, {b}, {d}"]


def unbroadcast(s):
    g, way = s.n("g", "upstream", "upstream", "g", "grad", "out", "total"), s.rng.randrange(5)
    lines = [] if g == "upstream" else [f"{g} = upstream"]
    sums = s.pick("{0}.sum(axis={1}, keepdims=True)", "np.sum({0}, axis={1}, keepdims=True)")
    if way == 0:
        return [
            *lines,
            f"while {g}.ndim > len(shape):",
            f"    {g} = {g}.sum({s.pick('axis=0', '0')})",
            f"for {s.pick('i', 'axis')}, size in enumerate(shape):".replace("axis,", "i,"),
            f"    if size == 1{s.pick('', f' and {g}.shape[i] != 1', f' and {g}.shape[i] > 1')}:",
            f"        {g} = {sums.format(g, 'i')}",
            f"return {g}",
        ]
    if way == 1:
        return [
            "extra = upstream.ndim - len(shape)",
            f"ones = tuple(i + extra for i, n in enumerate(shape) if {s.pick('n == 1', 'shape[i] == 1')})",
            s.pick("axes = tuple(range(extra)) + ones", "axes = (*range(extra), *ones)"),
            s.pick(
                "return upstream.sum(axis=axes, keepdims=True).reshape(shape)",
                "return np.sum(upstream, axis=axes).reshape(shape)",
            ),
        ]
    if way == 2:
        return [
            "if shape == ():",
            f"    return {s.pick('upstream.sum()', 'np.sum(upstream)')}",
            "if len(shape) == 1:",
            f"    return {s.pick('upstream.sum(axis=0)', 'upstream.sum(0)')}",
            *lines,
            *(
                line
                for axis in (0, 1)
                for line in (f"if shape[{axis}] == 1:", f"    {g} = {sums.format(g, axis)}")
            ),
            f"return {g}",
        ]
    if way == 3:
        return [
            *lines,
            f"for _ in range({s.pick('upstream.ndim - len(shape)', 'np.ndim(upstream) - len(shape)')}):",
            f"    {g} = {g}.sum(axis=0)",
            "axes = [a for a in range(len(shape)) if shape[a] == 1]",
            "for a in axes:",
            f"    {g} = {sums.format(g, 'a')}",
            f"return {g}",
        ]
    return [
        "full = (1,) * (upstream.ndim - len(shape)) + tuple(shape)",
        "axes = tuple(k for k, size in enumerate(full) if size == 1)",
        s.pick(
            "return upstream.sum(axis=axes, keepdims=True).reshape(shape)",
            "return np.reshape(upstream.sum(axis=axes), shape)",
        ),
    ]


def window_back(s):
    x, lines = s.n("x"), []
    part = s.pick("first : first + 3", "first:first+3", "window_cols")
    if part == "window_cols":
        lines.append(
            "window_cols = "
            + s.pick(
                "slice(first, first + 3)", "[first, first + 1, first + 2]", "np.arange(first, first + 3)"
            )
        )
    window = f"x[:, {part}]"
    if s.maybe(s.steps):
        lines.append(f"window = {window}")
        window = "window"
    lines += [
        f"{x} = {s.pick('np.zeros_like(x)', 'np.zeros(x.shape)', '0 * x', 'np.zeros(x.shape, dtype=float)')}",
        f"{x}[:, {part}] {s.pick('=', '=', '+=')} "
        + s.pick("upstream @ W.T", "np.dot(upstream, W.T)", "upstream.dot(W.T)"),
    ]
    w, b = (
        s.pick(f"{window}.T @ upstream", f"np.dot({window}.T, upstream)", f"(upstream.T @ {window}).T"),
        s.pick("upstream.sum(axis=0)", "np.sum(upstream, axis=0)", "upstream.sum(0)"),
    )
    if s.maybe(s.steps):
        own = s.n("W"), s.n("b")
        lines += s.order(f"{own[0]} = {w}", f"{own[1]} = {b}")
        w, b = own
    return [*lines, f"return {x}, {w}, {b}"]


def shift_scale(s):
    kept = s.n("kept", "shifted", "x", "inp", "xs", "moved", "u", "z")
    start = s.pick(
        "shift=np.zeros(features), scale=np.ones(features)",
        "scale=np.ones(features), shift=np.zeros(features)",
        "shift=np.zeros((features,)), scale=np.ones((features,))",
    )
    shifted = s.add("x", "self.shift")
    f = (
        [f"self.{kept} = {shifted}", f"return {s.mul(f'self.{kept}', 'self.scale')}"]
        if kept != "x"
        else ["self.x = x", f"return {s.mul(f'({shifted})', 'self.scale')}"]
    )
    other = f"self.{kept}" if kept != "x" else f"({s.add('self.x', 'self.shift')})"
    total = s.pick("({}).sum(axis=0)", "np.sum({}, axis=0)", "({}).sum(0)")
    down = s.mul("upstream", "self.scale")
    d = s.n("down", "down", "dx", "downstream", "result", "g", "back")
    back = s.order(
        f"self.scale_gradient = {total.format(s.mul('upstream', other))}",
        "self.shift_gradient = "
        + s.pick(total.format(down), "self.scale * " + total.format("upstream"), total.format(down)),
    )
    back = [f"{d} = {down}", *back, f"return {d}"] if s.maybe(s.steps) else [*back, f"return {down}"]
    body = []
    for head, lines in (
        ("def __init__(self, features):", [f"super().__init__({start})"]),
        ("def forward(self, x):", f),
        ("def backward(self, upstream):", back),
    ):
        body += [head, *(f"    {line}" for line in lines), ""]
    return body[:-1]


SETS = {
    "03-spreadsheet": {
        "3.2": [("def output_messages(y, t, h, w3):", output_messages)],
        "3.3": [("def hidden_messages(dL_dh, z1, h, x, w):", hidden_messages)],
        "3.5": [("def update(knobs, gradients, rate):", update)],
        "3.6": [("def side_door(dL_dy, x1, x2, w1, w2, w3, w4, h, y):", side_door)],
        "3.7": [
            ("def forward_row(x, w, b):", forward_row),
            ("def backward_row(upstream, h, w):", backward_row),
        ],
    },
    "07-layers": {
        "7.2": [("def one_by_one(x, blame):", one_by_one)],
        "7.3": [("def again_and_again(upstream, values, W):", again_and_again)],
        "7.4": [("def window_back(upstream, x, W, first):", window_back)],
        "7.5": [("def unbroadcast(upstream, shape):", unbroadcast)],
        "7.6": [("class ShiftScale(Layer):", shift_scale)],
    },
}


def written(name, seed):
    """One author's answers to a set, by exercise."""
    author = Author(random.Random(f"{name} {seed}"))
    found = {}
    for exercise, functions in SETS[name].items():
        author.names = {role: own for role, own in author.names.items() if author.maybe(0.8)}
        found[exercise] = "\n\n\n".join(author.write(head, way(author)) for head, way in functions)
    return found


# Copies: what somebody makes of another's answers


def without_comments(source):
    lines = (re.sub(r"\s*#.*", "", line) for line in source.split("\n"))
    return "\n".join(line for line in lines if line.strip())


FRESH = [
    "alpha",
    "beta",
    "gamma",
    "kappa",
    "omega",
    "first_one",
    "second_one",
    "part",
    "whole",
    "piece",
    "thing",
    "stuff",
    "val",
    "res",
    "tmp",
    "aux",
    "cur",
    "acc",
    "nxt",
    "prv",
]


def renamed(source, rng, keep=()):
    """The same code under other names of variables, and without comments."""
    tree = ast.parse(source)
    own = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    given = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    wanted = sorted(own - given - set(keep))
    fresh = dict(zip(wanted, rng.sample(FRESH, len(FRESH)), strict=False))
    tokens = tokenize.generate_tokens(io.StringIO(without_comments(source)).readline)
    out = [(token.type, fresh.get(token.string, token.string)) for token in tokens]
    return tokenize.untokenize(out).strip()


class _Swap(ast.NodeTransformer):
    def visit_BinOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, ast.Mult | ast.Add):
            return ast.BinOp(node.right, node.op, node.left)
        return node


def swapped(source):
    """The same code with the operands of each sum and product turned round."""
    return ast.unparse(ast.fix_missing_locations(_Swap().visit(ast.parse(source))))


def reordered(source, rng):
    """The same code with neighbouring assignments exchanged where neither needs the other."""
    tree = ast.parse(source)
    for function in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.For)]:
        body = function.body
        for _ in range(3):
            for k in range(len(body) - 1):
                one, other = body[k : k + 2]
                if _is_free(one, other) and rng.random() < 0.7:
                    body[k : k + 2] = [other, one]
    return ast.unparse(tree)


def _is_free(one, other):
    if not (isinstance(one, ast.Assign) and isinstance(other, ast.Assign)):
        return False
    used = [{n.id for n in ast.walk(each) if isinstance(n, ast.Name)} for each in (one, other)]
    bound = [
        {n.id for t in each.targets for n in ast.walk(t) if isinstance(n, ast.Name)} for each in (one, other)
    ]
    return not (bound[0] & used[1] or bound[1] & used[0])


DEAD = ["unused = 0", "debug = None", "pass", "checked = [1, 2]", "assert True"]


def padded(source, rng):
    """The same code with dead lines in it."""
    out = []
    for line in source.split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        if (
            line.strip()
            and not line.strip().startswith(("def", "class", "else", "elif", "#"))
            and rng.random() < 0.5
        ):
            out.append(indent + rng.choice(DEAD))
        out.append(line)
    return "\n".join(out)


KINDS = ("exact", "renamed", "reordered", "swapped", "padded", "no comments", "half")


def copy_of(answers, kind, rng, own):
    """What a copier hands in: `answers` changed as `kind` says; `own` is what they would have written."""
    change = {
        "exact": lambda text: text,
        "renamed": lambda text: renamed(text, rng),
        "reordered": lambda text: reordered(text, rng),
        "swapped": swapped,
        "padded": lambda text: padded(text, rng),
        "no comments": without_comments,
        "half": lambda text: text,
    }[kind]
    taken = list(answers) if kind != "half" else rng.sample(list(answers), len(answers) // 2)
    return {each: change(answers[each]) if each in taken else own[each] for each in answers}


@dataclass
class Classroom:
    """A class: each student's answers by exercise, and which pairs are copies, of which kind."""

    name: str
    answers: dict[str, dict[str, str]]
    copies: dict[frozenset[str], str]


def make_class(name, size, seed, kinds=KINDS, solution=None):
    """A class of `size`, of whom one for each of `kinds` has copied; `solution`, to add those below.

    Two have copied the course's own answers, and two are wrong in the same known way in each exercise.
    """
    rng = random.Random(f"class {name} {seed}")
    students = [f"s{number:03}" for number in range(size)]
    answers = {each: written(name, f"{seed} {each}") for each in students}
    victims = rng.sample(students, 2 * len(kinds) + 4)
    copies = {}
    for kind, one, other in zip(kinds, victims[::2], victims[1::2], strict=False):
        answers[other] = copy_of(answers[one], kind, rng, answers[other])
        copies[frozenset((one, other))] = kind
    if solution:
        infos = {each.id: each for each in solution.exercises}
        for one in victims[-4:-2]:
            answers[one] = {each: _clean(infos[each]) for each in answers[one]}
        for each in answers[victims[-1]]:
            wrong = [
                m.source for m in infos[each].misconceptions if "def " in m.source or "class " in m.source
            ]
            for one in victims[-2:]:
                answers[one] = answers[one] | {each: wrong[0]}
    return Classroom(name, answers, copies)


def _clean(info):
    text = "\n".join(line for line in info.answer.split("\n") if "### " not in line)
    return text


def restyled(source, rng):
    """What an author's own names, order and signs make of an answer that the course has."""
    for change in (swapped, lambda text: reordered(text, rng), lambda text: renamed(text, rng)):
        source = change(source) if rng.random() < 0.6 else source
    return source


def mixed_class(solution, size, seed, kinds=KINDS):
    """A class of any set: each answer is one that the course has, right or wrong, in a style of its own."""
    rng = random.Random(f"mixed {solution.name} {seed}")
    asked = [each for each in solution.exercises if each.kind in ("function", "fix", "tests")]
    students = [f"s{number:03}" for number in range(size)]
    answers = {student: {} for student in students}
    for of_student in answers.values():
        for each in asked:
            wrong = [one.source for one in each.misconceptions if one.source.startswith(("def ", "class "))]
            ways = [_clean(each)] * 5 + [one.source for one in each.alternatives] * 5 + wrong[:5]
            of_student[each.id] = restyled(rng.choice(ways), rng)
    copies = {}
    chosen = rng.sample(students, 2 * len(kinds))
    for kind, one, other in zip(kinds, chosen[::2], chosen[1::2], strict=True):
        answers[other] = copy_of(answers[one], kind, rng, answers[other])
        copies[frozenset((one, other))] = kind
    return Classroom(solution.name, answers, copies)


def hand_in_all(room, path, folder):
    """Write the class as notebooks of the handout at `path`'s solution, a file a student."""
    for student, answers in room.answers.items():
        kit.hand_in(kit.student(path, answers), folder / f"{student}.ipynb")
    return folder


def works_of(room):
    """The class as the comparison takes it, without files in between."""
    return [
        Work(student, [Own(exercise, text, pieces(text), words(text)) for exercise, text in answers.items()])
        for student, answers in room.answers.items()
    ]


def found_in(room, likeness):
    """Which kinds of copies are among the pairs that are shown, and how many other pairs."""
    shown = [
        frozenset((likeness.works[pair.one].student, likeness.works[pair.other].student))
        for pair in likeness.pairs
    ]
    return [room.copies[pair] for pair in shown if pair in room.copies], [
        pair for pair in shown if pair not in room.copies
    ]


def wrong_ones(name, solution, seeds):
    """Return which answers of these authors do not return what the solution returns."""
    infos = {each.id: each for each in solution.exercises}
    asked = [(seed, exercise, text) for seed in seeds for exercise, text in written(name, seed).items()]
    tried = [Trial(each, infos[each].answer, names=infos[each].answers, seeds=(5,)) for each in SETS[name]]
    tried += [Trial(each, text, names=infos[each].answers, seeds=(5,)) for _, each, text in asked]
    results = trial.run(proof.steps(solution), tried, solution.path.parent)
    truth = dict(zip(SETS[name], results, strict=False))
    return [
        (seed, each, found.error)
        for (seed, each, _), found in zip(asked, results[len(truth) :], strict=True)
        if found.error or not _same(truth[each].values[5], found.values[5])
    ]


def _same(one, other):
    return all(
        np.shape(one[each]) == np.shape(other[each]) and np.allclose(one[each], other[each]) for each in one
    )
