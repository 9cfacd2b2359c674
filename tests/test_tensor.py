"""Tensor against finite differences, PyTorch, Value and Network; changes in place that it promises to see."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backproplab import Dense, Network, SoftmaxCrossEntropy, Tanh, Value, check_gradients
from backproplab.differentiation.dual_array import DualArray
from backproplab.differentiation.rules import unbroadcast
from backproplab.tensor import Tensor, gradient, hessian_vector_product, no_grad, operation

# name, shapes of the inputs, a function that Tensors and PyTorch both understand
CASES = [
    ("a + b", [(3, 1), (4,)], lambda a, b: a + b),
    ("a - b", [(2, 3, 4), (3, 1)], lambda a, b: a - b),
    ("a * b", [(3, 4), ()], lambda a, b: a * b),
    ("a / b", [(4,), (2, 3, 1)], lambda a, b: a / b),
    ("2 - a", [(3,)], lambda a: 2 - a),
    ("2 / a", [(3,)], lambda a: 2 / a),
    ("2 ** a", [(3,)], lambda a: 2**a),
    ("a ** 3", [(3, 2)], lambda a: a**3),
    ("a ** -0.5", [(3, 2)], lambda a: a**-0.5),
    ("a ** 0", [(3,)], lambda a: a**0),
    ("a ** b", [(3, 2), (2,)], lambda a, b: a**b),
    ("-a", [(3,)], lambda a: -a),
    ("used twice", [(3,)], lambda a: a * a * 3 + a),
    ("@", [(2, 3), (3, 4)], lambda a, b: a @ b),
    ("batch @ matrix", [(5, 2, 3), (3, 4)], lambda a, b: a @ b),
    ("matrix @ batch", [(2, 3), (5, 3, 4)], lambda a, b: a @ b),
    ("stretched batches", [(5, 1, 2, 3), (6, 3, 4)], lambda a, b: a @ b),
    ("vector @ matrix", [(3,), (3, 4)], lambda a, b: a @ b),
    ("batch @ vector", [(5, 2, 3), (3,)], lambda a, b: a @ b),
    ("vector @ vector", [(3,), (3,)], lambda a, b: a @ b),
    ("sum", [(3, 4)], lambda a: a.sum()),
    ("sum over one", [(3, 4)], lambda a: a.sum(1)),
    ("sum over two", [(3, 4, 2)], lambda a: a.sum((0, -1))),
    ("keepdims", [(3, 4)], lambda a: a / a.sum(1, keepdims=True)),
    ("mean", [(3, 4)], lambda a: a.mean(0)),
    ("mean of all", [(3, 4)], lambda a: a.mean()),
    ("reshape", [(3, 4)], lambda a: a.reshape(2, 6) ** 2),
    ("T", [(3, 4)], lambda a: a.T @ a),
    ("row", [(3, 4)], lambda a: a[1] * 2),
    ("slice", [(3, 4)], lambda a: a[:, 1:] * a[:, :-1]),
    ("repeated", [(3, 4)], lambda a: a[[0, 0, 2]] ** 2),
    ("pairs", [(3, 4)], lambda a: a[[0, 0, 2], [1, 1, 3]]),
    ("exp", [(3,)], lambda a: a.exp()),
    ("log", [(3,)], lambda a: a.log()),
    ("tanh", [(3,)], lambda a: a.tanh()),
    ("sigmoid", [(3,)], lambda a: a.sigmoid()),
    ("relu", [(3, 2)], lambda a: (a - 1).relu()),
]
IDS = [name for name, *_ in CASES]


def drawn(shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.uniform(0.5, 1.5, shape) for shape in shapes]


@pytest.mark.parametrize(("shapes", "f"), [case[1:] for case in CASES], ids=IDS)
def test_values_and_gradients_are_those_of_pytorch(shapes, f):
    torch = pytest.importorskip("torch")
    arrays = drawn(shapes)
    ours = [Tensor(array) for array in arrays]
    theirs = [torch.tensor(array, requires_grad=True) for array in arrays]
    out, expected = f(*ours), f(*theirs)
    upstream = np.random.default_rng(1).normal(size=out.shape)
    out.backward(upstream)
    expected.backward(torch.tensor(upstream))
    np.testing.assert_allclose(out.data, expected.detach().numpy(), rtol=1e-9, atol=1e-12)
    for leaf, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(leaf.grad, other.grad.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("shapes", "f"), [case[1:] for case in CASES], ids=IDS)
def test_gradients_and_their_tangents_are_those_of_nudges(shapes, f):
    arrays = drawn(shapes)
    sizes = np.cumsum([array.size for array in arrays])[:-1]
    weights = np.random.default_rng(2).normal(size=f(*map(Tensor, arrays)).shape)

    def of_one_vector(x):
        ends = [0, *sizes, x.size]
        parts = [x[i:j].reshape(*a.shape) for i, j, a in zip(ends[:-1], ends[1:], arrays, strict=True)]
        return (f(*parts).tanh() * weights).sum()

    x = np.concatenate([array.ravel() for array in arrays])
    v = np.random.default_rng(3).normal(size=x.shape)
    assert check_gradients(of_one_vector, x).passed
    slope, along = hessian_vector_product(of_one_vector, x, v)
    g, h = gradient(of_one_vector), 1e-5
    np.testing.assert_allclose(slope, g(x), rtol=1e-12)
    np.testing.assert_allclose(along, (g(x + h * v) - g(x - h * v)) / (2 * h), rtol=1e-6, atol=1e-7)


@given(st.data())
def test_a_broadcast_is_undone_for_any_shapes(data):
    whole = tuple(data.draw(st.lists(st.integers(1, 3), max_size=4)))
    start = data.draw(st.integers(0, len(whole)))
    shape = tuple(data.draw(st.sampled_from([1, size])) for size in whole[start:])
    message = np.random.default_rng(0).normal(size=whole)
    found = unbroadcast(message, shape)
    assert found.shape == shape
    direction = np.random.default_rng(1).normal(size=shape)  # the adjoint of stretching
    np.testing.assert_allclose((found * direction).sum(), (message * np.broadcast_to(direction, whole)).sum())


def test_a_message_that_fits_no_stretching_is_refused():
    with pytest.raises(ValueError, match=r"shape \(2,\) for an input of shape \(3,\)"):
        unbroadcast(np.ones(2), (3,))
    with pytest.raises(ValueError, match="cannot be stretched"):
        unbroadcast(np.ones(3), (4, 3))


# Ties and corners


def test_equal_entries_share_the_message_of_a_maximum_as_in_pytorch():
    torch = pytest.importorskip("torch")
    a, b = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]]), np.array([1.0, 4.0, 3.0])
    ours = Tensor(a), Tensor(b)
    theirs = torch.tensor(a, requires_grad=True), torch.tensor(b, requires_grad=True)
    (ours[0].max(1, keepdims=True) * 6 + ours[0].maximum(ours[1])).sum().backward()
    (theirs[0].amax(1, keepdim=True) * 6 + torch.maximum(*theirs)).sum().backward()
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one.grad, other.grad.numpy(), rtol=1e-12)


def test_max_over_all_and_its_tangent():
    x = Tensor(DualArray([1.0, 5.0, 2.0], [0.0, 3.0, 0.0]))
    (x.max() ** 2).backward()
    assert x.grad.data.tolist() == [0.0, 10.0, 0.0]
    assert x.grad.tangent.tolist() == [0.0, 6.0, 0.0]


def test_relu_has_slope_0_at_0():
    x = Tensor([-1.0, 0.0, 2.0])
    x.relu().sum().backward()
    assert x.grad.tolist() == [0.0, 0.0, 1.0]


# Alike with Value, and with Network


def program(kind):
    a, b = kind(2.0), kind(-3.0)
    c = (a * b + 10) / 4 - a**2
    d = (c.tanh() * 0.1 + c.exp() - (1 + b * b).log() + c.sigmoid() + (-b).relu()) * c
    d.backward()
    d.backward()
    return [float(each) for each in (d.data, a.grad, b.grad, c.grad, d.grad)]


def test_behaves_as_a_value_does_and_a_second_pass_adds_in_leaves_alone():
    np.testing.assert_allclose(program(Tensor), program(Value), rtol=1e-12)


def test_lesson_5_used_twice():
    a = Tensor(2.0)
    b = a * a
    c = 3 * b
    c.backward()
    c.backward()
    assert (a.grad.item(), b.grad.item(), c.grad.item()) == (24.0, 3.0, 1.0)
    a.zero_grad()
    c.backward()
    assert a.grad.item() == 12.0


def test_gradients_of_a_network_are_those_of_our_layers():
    rng = np.random.default_rng(0)
    x, digits = rng.normal(size=(5, 20)), rng.integers(0, 10, 5)
    network = Network([Dense(20, 8), Tanh(), Dense(8, 10)], seed=0, dtype=np.float64)
    network.loss_and_gradient(SoftmaxCrossEntropy(), x, digits)
    expected = np.concatenate([each.ravel() for each in network.gradient_views.values()])
    w1, b1, w2, b2 = (Tensor(each) for each in network.parameter_views.values())
    logits = (x @ w1 + b1).tanh() @ w2 + b2
    shifted = logits - logits.data.max(axis=1, keepdims=True)
    loss = (shifted.exp().sum(1).log() - shifted[np.arange(5), digits]).mean()
    loss.backward()
    found = np.concatenate([each.grad.ravel() for each in (w1, b1, w2, b2)])
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-14)


def test_a_chain_longer_than_recursion_allows():
    first = last = Tensor(1.0)
    for _ in range(3 * sys.getrecursionlimit()):
        last = last * 1
    last.backward()
    assert first.grad == 1.0


def test_float32_stays_float32():
    w = Tensor(np.ones((2, 3), np.float32))
    loss = ((2 * w + 1) / 3 - w.maximum(0.5)).relu().mean()
    loss.backward()
    assert loss.dtype == w.grad.dtype == np.float32


# Changes in place


def test_a_change_in_place_of_what_was_read_is_an_error_and_leaves_gradients_alone():
    w, v = Tensor([1.0, 2.0]), Tensor([5.0, 5.0])
    loss = (w.exp() * v).sum()
    loss.backward()
    before = v.grad.copy()
    w -= 0.1
    with pytest.raises(
        RuntimeError, match=r"'exp', of shape \(2,\), has been changed in place .* version 0, and is at 1"
    ):
        loss.backward()
    assert np.array_equal(v.grad, before)


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w.__setitem__(0, 9.0),
        lambda w: w.__iadd__(1.0),
        lambda w: w.__isub__(1.0),
        lambda w: w.__imul__(2.0),
        lambda w: w.__itruediv__(2.0),
    ],
)
def test_each_way_to_write_in_place_counts_up_the_version(change):
    w = Tensor([1.0, 2.0])
    loss = (w * w).sum()
    change(w)
    assert w.version == 1
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()
    (w * w).sum().backward()
    assert np.array_equal(w.grad, 2 * w.data)


def test_a_new_array_leaves_what_was_computed_right():
    w = Tensor([1.0, 2.0])
    loss = (w * w).sum()
    w.data = w.data * 10
    loss.backward()
    assert w.grad.tolist() == [2.0, 4.0]


def test_writing_into_data_is_refused():
    numbers = np.array([1.0, 2.0])
    w = Tensor(numbers)
    with pytest.raises(ValueError, match="read-only"):
        w.data[0] = 3.0
    with pytest.raises(ValueError, match="read-only"):
        w.data -= 1.0
    numbers[0] = 7.0
    assert w.data[0] == 1.0


def test_results_share_no_memory_with_what_they_were_made_from():
    w = Tensor(np.ones((2, 3)))
    made = [w.reshape(3, 2), w.T, w[0], w.detach(), w[:]]
    w *= 5.0
    assert all((each.data == 1.0).all() for each in made)


def test_a_node_between_is_not_changed_in_place():
    h = Tensor([1.0, 2.0]) * 2
    with pytest.raises(RuntimeError, match=r"only a leaf .* '\*'"):
        h += 1.0
    w = Tensor([1.0])
    with pytest.raises(TypeError, match=r"pass plain numbers, such as other\.data"):
        w += Tensor([1.0])


# Cutting the graph


def test_nothing_goes_back_through_detach():
    a = Tensor(3.0)
    (a * a.detach()).backward()
    assert a.grad == 3.0


def test_no_grad_keeps_nothing_and_ends_also_by_an_error():
    a = Tensor(3.0)
    with no_grad():
        assert (a * a).parents == ()
    with pytest.raises(ZeroDivisionError), no_grad():
        raise ZeroDivisionError
    assert (a * a).parents == (a, a)


# Custom operations


def test_a_custom_backward_is_taken_at_its_word():
    through = operation("round", np.round, lambda upstream, y, x: upstream)
    x = Tensor([0.2, 0.8])
    (through(x) * [3.0, 5.0]).sum().backward()
    assert x.grad.tolist() == [3.0, 5.0]
    assert not check_gradients(lambda x: through(x).sum(), np.array([0.2, 0.8])).passed


def test_a_custom_backward_owes_one_message_for_each_input():
    wrong = operation("wrong", lambda a, b: a * b, lambda u, y, a, b: u * b)
    with pytest.raises(ValueError, match="'wrong' returned 1 messages for 2 inputs"):
        wrong(Tensor(1.0), Tensor(2.0)).backward()


# Errors and comparisons


def test_backward_starts_from_one_number():
    with pytest.raises(ValueError, match=r"single number, and this has shape \(2,\)"):
        Tensor([1.0, 2.0]).backward()
    with pytest.raises(ValueError, match="upstream has shape"):
        Tensor([1.0, 2.0]).backward([1.0])


def test_comparing_is_refused_as_for_values():
    w = Tensor([1.0])
    for compare in (lambda: w < w, lambda: w == 1.0, lambda: w == np.ones(1), lambda: bool(w)):
        with pytest.raises(TypeError, match=r"a\.data < b\.data"):
            compare()
    assert w == w
    assert w != Tensor([1.0])


@pytest.mark.parametrize("bad", ["ab", [1j], Tensor(1.0)])
def test_what_holds_no_real_numbers_is_refused(bad):
    with pytest.raises(TypeError, match="real numbers"):
        Tensor(bad)


def test_a_power_of_a_tensor_needs_bases_above_0():
    with pytest.raises(ValueError, match="bases above 0"):
        Tensor([-1.0]) ** Tensor([2.0])


def test_repr_shows_data_and_gradient():
    assert repr(Tensor([1, 2])) == "Tensor(data=[1. 2.], grad=[0. 0.])"
