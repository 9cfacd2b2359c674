"""A forward and a backward pass of one layer, by one system, as a line of JSON.

    python benchmarks/layer_pass.py ours convolution 8        # SYSTEM LAYER SIZE

SYSTEM: ours, torch, or products: the matrix products of the pass and nothing else; for a convolution also
torch-last, PyTorch with the channels in memory last, as ours are. LAYER: `convolution` of `SIZE` channels
into as many, 3 × 3 with padding, on 32 pictures of 28 × 28; `attention` of one head, 64 features, on `SIZE`
sequences of 64 places. Float32, with the gradients of the input and of all parameters. Seconds are the median
of many passes; the norms of output and gradients tell `layers.py` that all sides did the same work.
"""

import json
import sys
import time
from statistics import median

import numpy as np
from epoch import torch_here

from backproplab import Network
from backproplab.layers import Attention, Conv2D

PICTURES, EDGE, FEATURES, PLACES = 32, 28, 64, 64
SECONDS = 2.0


def arrays(*shapes):
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape, np.float32) for shape in shapes]


def norms(*found):
    return [float(np.linalg.norm(np.asarray(array, np.float64))) for array in found]


# Each returns two functions: a pass, which is timed, and the norms of y, ∂L/∂x and the weights' gradients.


def our_convolution(channels):
    x, upstream = arrays(*[(PICTURES, EDGE, EDGE, channels)] * 2)
    layer = Conv2D(channels, channels, size=3, padding=1)
    network = Network([layer])  # in float32
    (layer.weights[:],) = arrays(layer.weights.shape)

    def once():
        return network.forward(x), network.backward(upstream)

    return once, lambda: norms(*once(), layer.weights_gradient, layer.bias_gradient)


def torch_convolution(channels, *, last=False):
    torch = torch_here()
    layer = torch.nn.Conv2d(channels, channels, 3, padding=1)
    order = torch.channels_last if last else torch.contiguous_format
    x, upstream = (
        torch.from_numpy(array).permute(0, 3, 1, 2).contiguous(memory_format=order)
        for array in arrays(*[(PICTURES, EDGE, EDGE, channels)] * 2)
    )
    (weights,) = arrays((3, 3, channels, channels))
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weights).permute(3, 2, 0, 1))
        layer.bias.zero_()
    layer = layer.to(memory_format=order)
    x.requires_grad_(True)

    def once():
        x.grad = None
        layer.zero_grad()
        y = layer(x)
        y.backward(upstream)
        return y.detach(), x.grad

    return once, lambda: norms(*once(), layer.weight.grad, layer.bias.grad)


def convolution_products(channels):
    windows, upstream = arrays((PICTURES * EDGE * EDGE, 9 * channels), (PICTURES * EDGE * EDGE, channels))
    (weights,) = arrays((9 * channels, channels))
    y, below, gradient = np.empty_like(upstream), np.empty_like(windows), np.empty_like(weights)

    def once():
        np.matmul(windows, weights, out=y)
        np.matmul(windows.T, upstream, out=gradient)
        np.matmul(upstream, weights.T, out=below)

    return once, None


def our_attention(sequences):
    x, upstream = arrays(*[(sequences, PLACES, FEATURES)] * 2)
    layer = Attention(FEATURES)
    network = Network([layer])
    layer.query[:], layer.key[:], layer.value[:], layer.output[:] = matrices()

    def once():
        return network.forward(x), network.backward(upstream)

    def ends():
        y, below = once()
        inner = np.hstack([layer.query_gradient, layer.key_gradient, layer.value_gradient])
        return norms(y, below, inner, layer.output_gradient)

    return once, ends


def torch_attention(sequences):
    torch = torch_here()
    x, upstream = (torch.from_numpy(array) for array in arrays(*[(sequences, PLACES, FEATURES)] * 2))
    layer = torch.nn.MultiheadAttention(FEATURES, 1, bias=False, batch_first=True)
    query, key, value, output = matrices()
    with torch.no_grad():
        layer.in_proj_weight.copy_(torch.from_numpy(np.hstack([query, key, value]).T))
        layer.out_proj.weight.copy_(torch.from_numpy(output.T))
    ahead = torch.nn.Transformer.generate_square_subsequent_mask(PLACES)
    x.requires_grad_(True)

    def once():
        x.grad = None
        layer.zero_grad()
        y, _ = layer(x, x, x, attn_mask=ahead, is_causal=True, need_weights=False)
        y.backward(upstream)
        return y.detach(), x.grad

    return once, lambda: norms(*once(), layer.in_proj_weight.grad, layer.out_proj.weight.grad)


def attention_products(sequences):
    x, upstream = arrays(*[(sequences, PLACES, FEATURES)] * 2)
    query, key, value, output = matrices()
    (scores,) = arrays((sequences, PLACES, PLACES))
    flat, sent = x.reshape(-1, FEATURES), upstream.reshape(-1, FEATURES)

    def once():
        q, k, v = x @ query, x @ key, x @ value
        q @ k.swapaxes(1, 2)
        mixed = scores @ v
        mixed @ output
        below = upstream @ output.T
        mixed.reshape(-1, FEATURES).T @ sent
        below @ v.swapaxes(1, 2)
        scores.swapaxes(1, 2) @ below
        scores @ k, scores.swapaxes(1, 2) @ q
        for matrix in (query, key, value):
            flat.T @ sent, below @ matrix.T

    return once, None


def matrices():
    """Query, key, value and output: small, so that attention is spread."""
    return [0.1 * matrix for matrix in arrays(*[(FEATURES, FEATURES)] * 4)]


SYSTEMS = {
    ("ours", "convolution"): our_convolution,
    ("torch", "convolution"): torch_convolution,
    ("torch-last", "convolution"): lambda channels: torch_convolution(channels, last=True),
    ("products", "convolution"): convolution_products,
    ("ours", "attention"): our_attention,
    ("torch", "attention"): torch_attention,
    ("products", "attention"): attention_products,
}


def main(system, layer, size):
    once, ends = SYSTEMS[system, layer](int(size))
    once()
    times = []
    until = time.process_time() + SECONDS
    while time.process_time() < until:
        start = time.process_time()
        once()
        times.append(time.process_time() - start)
    print(json.dumps({"seconds": median(times), "norms": ends() if ends else None}))


if __name__ == "__main__":
    main(*sys.argv[1:])
