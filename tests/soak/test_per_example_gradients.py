"""What lesson 23 says of PyTorch's vmap, which takes ten seconds to load."""

import numpy as np
import pytest

from backproplab import Dense, Network, ReLU
from backproplab.frameworks import load_record


def test_pytorch_gives_each_example_the_recorded_length():
    torch = pytest.importorskip("torch")
    points, labels = np.random.default_rng(0).normal(size=(6, 4)), np.array([0, 1, 2, 0, 1, 2])
    network = Network([Dense(4, 5), ReLU(), Dense(5, 3)], seed=0, dtype=np.float64)
    knobs = [torch.tensor(view.copy()) for view in network.parameter_views.values()]

    def loss(knobs, point, label):
        W1, b1, W2, b2 = knobs
        return torch.nn.functional.cross_entropy(torch.relu(point @ W1 + b1) @ W2 + b2, label)

    each = torch.func.vmap(torch.func.grad(loss), (None, 0, 0))
    squares = [(g.flatten(1) ** 2).sum(1) for g in each(knobs, torch.tensor(points), torch.tensor(labels))]
    lengths = sum(squares).sqrt().numpy()
    np.testing.assert_allclose(lengths, load_record().answers["jax_each"]["lengths"], rtol=1e-12)
