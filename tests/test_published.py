"""Published numbers, digit for digit: the 2-1-1 network, the classic 2-2-2 network, XOR."""

import numpy as np
import pytest

from backproplab import SGD, Dense, Network, Sigmoid, SquaredError, fit
from backproplab.datasets import xor


def nine(value):
    """Equal to nine decimals."""
    return pytest.approx(value, abs=5.1e-10)


def network_211():
    network = Network([Dense(2, 1), Sigmoid(), Dense(1, 1), Sigmoid()], dtype=np.float64)
    network.parameters[:] = [0.4, -0.2, 0.1, 0.7, -0.3]
    return network


X_211, T_211 = np.array([[0.5, 0.3]]), np.array([[1.0]])


def test_the_2_1_1_network_cell_by_cell():
    network, loss = network_211(), SquaredError()
    y = network.forward(X_211)
    dense1, sigmoid1, dense2, _ = network.layers
    assert dense1.forward(X_211)[0, 0] == nine(0.24)
    assert sigmoid1.a[0, 0] == nine(0.559713649)
    assert dense2.forward(sigmoid1.a)[0, 0] == nine(0.091799554)
    assert y[0, 0] == nine(0.522933785)
    assert loss.forward(network.forward(X_211), T_211) == nine(0.113796087)

    upstream = loss.backward()
    assert upstream[0, 0] == nine(-0.477066215)
    downstream = {step.name: step.downstream.ravel() for step in network.backward_steps(upstream)}
    assert downstream["sigmoid2"][0] == nine(-0.119015637)  # ∂L/∂z₂
    assert downstream["dense2"][0] == nine(-0.083310946)  # ∂L/∂h
    assert downstream["sigmoid1"][0] == nine(-0.020530673)  # ∂L/∂z₁
    assert downstream["dense1"] == nine([-0.008212269, 0.004106135])  # ∂L/∂x
    # ∂L/∂ w₁, w₂, b₁, w₃, b₂
    assert network.gradient == nine([-0.010265336, -0.006159202, -0.020530673, -0.066614676, -0.119015637])


@pytest.mark.parametrize(("rate", "after"), [(0.1, 0.111887671), (1, 0.095490687), (10, 0.011045764)])
def test_the_2_1_1_network_after_one_step(rate, after):
    network, loss = network_211(), SquaredError()
    network.loss_and_gradient(loss, X_211, T_211)
    SGD(rate).step(network.parameters, network.gradient)
    assert loss.forward(network.forward(X_211), T_211) == nine(after)


W1, W2 = np.array([[0.15, 0.25], [0.20, 0.30]]), np.array([[0.40, 0.50], [0.45, 0.55]])
X_222, T_222 = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])


def network_222():
    network = Network([Dense(2, 2), Sigmoid(), Dense(2, 2), Sigmoid()], dtype=np.float64)
    views = network.parameter_views
    views["dense1.weights"][:], views["dense1.bias"][:] = W1, 0.35
    views["dense2.weights"][:], views["dense2.bias"][:] = W2, 0.60
    return network, views


def loss_of(network):
    return SquaredError().forward(network.forward(X_222), T_222)


def test_the_classic_2_2_2_network():
    network, views = network_222()
    assert network.loss_and_gradient(SquaredError(), X_222, T_222) == nine(0.298371109)
    for name in ("dense1.weights", "dense2.weights"):
        views[name] -= 0.5 * network.gradient_views[name]
    assert views["dense2.weights"][0, 0] == nine(0.358916480)
    assert views["dense1.weights"][0, 0] == nine(0.149780716)
    assert loss_of(network) == nine(0.291027774)


def test_the_number_copied_all_over_the_web_comes_from_a_bug():
    network, views = network_222()
    loss = SquaredError()
    loss.forward(network.forward(X_222), T_222)
    dense1, sigmoid1, dense2, sigmoid2 = network.layers
    upstream = sigmoid2.backward(loss.backward())
    dense2.backward(upstream)
    views["dense2.weights"] -= 0.5 * dense2.weights_gradient  # too early: the next line needs the old weights
    dense1.backward(sigmoid1.backward(upstream @ dense2.weights.T))
    views["dense1.weights"] -= 0.5 * dense1.weights_gradient
    assert views["dense1.weights"][0, 0] == nine(0.149817639)
    assert loss_of(network) == nine(0.291027924)


@pytest.mark.parametrize(("shared", "after"), [(False, 0.280471447), (True, 0.285750887)])
def test_the_classic_network_with_its_biases_updated(shared, after):
    network, _ = network_222()
    network.loss_and_gradient(SquaredError(), X_222, T_222)
    gradient = network.gradient_views
    if shared:
        # One bias feeds both units of a layer, so its gradient adds up over them.
        for name in ("dense1.bias", "dense2.bias"):
            gradient[name][:] = gradient[name].sum()
    network.parameters -= 0.5 * network.gradient
    assert loss_of(network) == nine(after)


def test_xor_ends_where_running_it_ends():
    random = np.random.RandomState(1)
    network = Network([Dense(2, 4), Sigmoid(), Dense(4, 1), Sigmoid()], dtype=np.float64)
    network.parameter_views["dense1.weights"][:] = random.randn(2, 4) * 0.5
    network.parameter_views["dense1.bias"][:] = 0
    network.parameter_views["dense2.weights"][:] = random.randn(4, 1) * 0.5
    network.parameter_views["dense2.bias"][:] = 0
    x, targets = (array.astype(np.float64) for array in xor())
    fit(network, SquaredError("sum"), x, targets, optimizer=SGD(1.0), epochs=5000, batch_size=4)
    assert network.predict(x).ravel().round(4).tolist() == [0.0144, 0.9891, 0.9823, 0.0159]


def test_xor_from_zero_weights_stays_at_one_half():
    layers = [Dense(2, 4, initial="zeros"), Sigmoid(), Dense(4, 1, initial="zeros"), Sigmoid()]
    network = Network(layers, dtype=np.float64)
    x, targets = (array.astype(np.float64) for array in xor())
    fit(network, SquaredError("sum"), x, targets, optimizer=SGD(1.0), epochs=200, batch_size=4)
    np.testing.assert_allclose(network.predict(x), 0.5, atol=1e-12)
