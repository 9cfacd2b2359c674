"""A forward and a backward pass that grows with depth or with the length of a sequence, as a line of JSON.

    python benchmarks/growing.py ours gru 128        # SYSTEM KIND SIZE

SYSTEM: ours or torch. KIND: `depth`, as many dense layers of 64 units with ReLU as SIZE says, 64 examples, as
`fit` passes through them; `rnn`, `gru` or `attention`: sequences of SIZE places, 32 of them, 64 features, and
as many units or one head. Float32, with all gradients but, for depth, the input's. Seconds: a median.
"""

import json
import sys
import time
from statistics import median

import numpy as np
from epoch import torch_here

from backproplab import Dense, Network, ReLU, SquaredError
from backproplab.layers import GRU, RNN, Attention

EXAMPLES, SEQUENCES, UNITS = 64, 32, 64
SECONDS, AT_LEAST = 1.0, 3


def arrays(*shape):
    rng = np.random.default_rng(0)
    return rng.standard_normal(shape, np.float32), rng.standard_normal(shape, np.float32)


def our_depth(count):
    x, targets = arrays(EXAMPLES, UNITS)
    network = Network([each for _ in range(count) for each in (Dense(UNITS, UNITS), ReLU())])
    return lambda: network.training_pass(SquaredError(), x, targets)


def torch_depth(count):
    torch = torch_here()
    x, targets = map(torch.from_numpy, arrays(EXAMPLES, UNITS))
    layers = [each for _ in range(count) for each in (torch.nn.Linear(UNITS, UNITS), torch.nn.ReLU())]
    model, loss = torch.nn.Sequential(*layers), torch.nn.MSELoss()

    def once():
        model.zero_grad()
        loss(model(x), targets).backward()

    return once


def our_sequence(kind, places):
    x, upstream = arrays(SEQUENCES, places, UNITS)
    layer = {"rnn": RNN, "gru": GRU}[kind](UNITS, UNITS) if kind != "attention" else Attention(UNITS)
    network = Network([layer])

    def once():
        network.forward(x)
        network.backward(upstream)

    return once


def torch_sequence(kind, places):
    torch = torch_here()
    x, upstream = map(torch.from_numpy, arrays(SEQUENCES, places, UNITS))
    x.requires_grad_(True)
    if kind == "attention":
        layer = torch.nn.MultiheadAttention(UNITS, 1, bias=False, batch_first=True)
        ahead = torch.nn.Transformer.generate_square_subsequent_mask(places)

        def forward():
            return layer(x, x, x, attn_mask=ahead, is_causal=True, need_weights=False)
    else:
        layer = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU}[kind](UNITS, UNITS, batch_first=True)

        def forward():
            return layer(x)

    def once():
        x.grad = None
        layer.zero_grad()
        forward()[0].backward(upstream)

    return once


def main(system, kind, size):
    if kind == "depth":
        once = {"ours": our_depth, "torch": torch_depth}[system](int(size))
    else:
        once = {"ours": our_sequence, "torch": torch_sequence}[system](kind, int(size))
    once()
    times, until = [], time.process_time() + SECONDS
    while len(times) < AT_LEAST or time.process_time() < until:
        start = time.process_time()
        once()
        times.append(time.process_time() - start)
    print(json.dumps({"seconds": median(times)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
