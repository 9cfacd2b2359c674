"""Tensor against finite differences, PyTorch, Value and Network; changes in place that it promises to see."""

import copy
import pickle
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


# Axes, tails and corners


@pytest.mark.parametrize("axes", [(0, -1), (-1, 0), (1, 0), ((-1, 0),), ((1, 0),)])
def test_a_transpose_goes_back_whichever_way_its_axes_are_counted(axes):
    a = Tensor([[1.0, 2.0], [3.0, 4.0]])
    weights = np.array([[0.0, 1.0], [2.0, 3.0]])
    (a.transpose(*axes) * weights).sum().backward()
    order = axes[0] if isinstance(axes[0], tuple) else axes
    assert a.grad.tolist() == (weights if order[0] == 0 else weights.T).tolist()


@pytest.mark.parametrize("axes", [(-1, 0, 1), (-1, -3, -2), (1, -1, 0)])
def test_a_transpose_of_three_axes_goes_back_to_their_order(axes):
    a = Tensor(np.arange(8.0).reshape(2, 2, 2))
    weights = np.random.default_rng(0).normal(size=(2, 2, 2))
    (a.transpose(*axes) * weights).sum().backward()
    where = [Tensor(np.eye(8)[k].reshape(2, 2, 2)).transpose(*axes).data for k in range(8)]
    assert a.grad.ravel().tolist() == [(each * weights).sum() for each in where]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("x", [-80.0, -38.0, -30.0, 30.0, 38.0, 80.0])
def test_a_sigmoid_keeps_its_precision_in_the_tails(x, dtype):
    a = Tensor(np.array(x, dtype))
    y = a.sigmoid()
    y.backward()
    tail = np.exp(-abs(x)) / (1 + np.exp(-abs(x)))
    tolerance = 1e-5 if dtype is np.float32 else 1e-13
    np.testing.assert_allclose(y.item(), tail if x < 0 else 1 - tail, rtol=tolerance)
    np.testing.assert_allclose(a.grad, tail * (1 - tail), rtol=tolerance)
    assert y.dtype == a.grad.dtype == dtype


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_sigmoid_of_huge_numbers_gives_no_warning(dtype):
    a = Tensor(np.array([-1e4, 1e4], dtype))
    y = a.sigmoid()
    y.sum().backward()
    assert y.data[0] < 1e-35
    assert y.data[1] == 1.0
    assert (a.grad < 1e-35).all()


def test_relu_has_slope_0_at_0_for_the_tangent_too_so_that_the_hessian_is_symmetric():
    def function(x):
        return x[0].relu() * x[1]

    columns = [hessian_vector_product(function, [0.0, 1.0], column)[1] for column in np.eye(2)]
    assert np.array(columns).tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert Tensor([-np.inf]).relu().data.tolist() == [0.0]


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


@pytest.mark.parametrize(
    "f",
    [
        lambda w: w * (w.data > 0),
        lambda w: w * np.ones(3, np.int8),
        lambda w: w + [1.0, 2.0, 3.0],
        lambda w: w ** np.float64(2),
        lambda w: w + np.float64(2),
    ],
)
def test_masks_integers_lists_and_numbers_take_a_tensors_dtype(f):
    w = Tensor(np.ones(3, np.float32))
    y = f(w)
    y.backward(np.ones(3))
    assert y.dtype == w.grad.dtype == np.float32


def test_a_gradient_has_the_dtype_of_its_tensor_though_others_have_more_digits():
    w = Tensor(np.ones(3, np.float32))
    y = (w * np.ones(3)).sum()
    y.backward()
    assert (y.dtype, w.grad.dtype) == (np.float64, np.float32)


def test_the_gradient_of_a_single_number_stays_an_array():
    w = Tensor(2.0)
    (w * w).backward()
    assert isinstance(w.grad, np.ndarray)


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
        lambda w: w.__ipow__(2.0),
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


def test_new_data_has_the_shape_of_the_old_and_belongs_to_a_leaf():
    w = Tensor([1.0, 2.0])
    with pytest.raises(ValueError, match=r"has shape \(2,\), and its new data \(1, 2\)"):
        w.data = np.ones((1, 2))
    h = w * 2
    with pytest.raises(RuntimeError, match="only a leaf"):
        h.data = np.ones(2)


def test_a_write_that_fails_half_way_counts_too():
    w = Tensor([1.0, 2.0])
    loss = (w * w).sum()
    with pytest.raises(ValueError, match="could not convert"):
        w[...] = [100.0, "x"]
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


def test_an_index_that_changes_later_is_the_old_one_on_the_way_back():
    w, index = Tensor([1.0, 2.0, 3.0]), np.array([0, 0])
    y = w[index].sum()
    index[:] = 2
    y.backward()
    assert w.grad.tolist() == [2.0, 0.0, 0.0]


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda w: pickle.loads(pickle.dumps(w))])
def test_a_copy_is_a_leaf_with_arrays_of_its_own(copied):
    w = Tensor([1.0, 2.0], label="w")
    (w * w).sum().backward()
    other = copied(w)
    assert (other.label, other.grad.tolist()) == ("w", [2.0, 4.0])
    other *= 10.0
    assert w.data.tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        other.data[0] = 3.0
    with pytest.raises(TypeError, match="only a leaf can be copied"):
        copied(w * 2)


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
    made = [w.reshape(3, 2), w.reshape((3, 2)), w.T, w[0], w.detach(), w[:]]
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


@pytest.mark.parametrize("message", [None, "ab", 1j])
def test_a_custom_backward_returns_real_numbers(message):
    wrong = operation("wrong", lambda a: a * 1, lambda u, y, a: message)
    with pytest.raises(TypeError, match=r"'wrong' returned .* for input 0"):
        wrong(Tensor(1.0)).backward()


def test_a_custom_backward_may_return_a_plain_number_and_a_list():
    x = Tensor(1.0)
    operation("number", lambda a: a * 1, lambda u, y, a: 2.0)(x).backward()
    operation("list", lambda a: a * 1, lambda u, y, a: [u * 3])(x).backward()
    assert x.grad == 5.0


def test_a_message_with_axes_that_nothing_stretched_is_refused():
    wrong = operation("wrong", lambda a: a.sum(), lambda u, y, a: u * np.ones((3, 3)))
    with pytest.raises(ValueError, match=r"shape \(3, 3\) for input 0, of shape \(3,\)"):
        wrong(Tensor(np.ones(3))).backward()


def test_a_custom_backward_cannot_write_into_what_arrives():
    def doubled(u, y, a):
        u *= 2
        return u

    h = operation("doubled", lambda a: 2 * a, doubled)(Tensor([1.0]))
    with pytest.raises(ValueError, match="read-only"):
        h.sum().backward()


# Functions of a Tensor


@pytest.mark.parametrize("ask", [gradient, lambda f: lambda x: hessian_vector_product(f, x, [1.0, 0.0])])
def test_other_tensors_keep_the_gradients_that_they_had(ask):
    w = Tensor([3.0, 4.0])
    (w * w).sum().backward()
    ask(lambda x: (x * w).sum())([1.0, 2.0])
    assert isinstance(w.grad, np.ndarray)
    assert w.grad.tolist() == [6.0, 8.0]


@pytest.mark.parametrize(
    "function", [np.sum, lambda t: np.stack([t, t]), lambda t: np.where([True, False], t, 0)]
)
def test_functions_of_numpy_that_would_record_nothing_are_refused(function):
    with pytest.raises(TypeError, match="records nothing of a Tensor"):
        function(Tensor([1.0, 2.0]))


def test_a_function_that_gives_no_tensor_is_refused():
    with pytest.raises(TypeError, match=r"a Tensor of one number, got float 3\.0"):
        check_gradients(lambda x: 3.0, np.ones(1))
    with pytest.raises(TypeError, match=r"a Tensor of one number, got float 3\.0"):
        gradient(lambda x: 3.0)([1.0])


@pytest.mark.parametrize(
    "function",
    [
        lambda d: np.where(d > 0, d, 0),
        lambda d: np.dot(d, d),
        lambda d: np.zeros_like(d),
        lambda d: d ** np.array([2.0, 3.0]),
    ],
)
def test_what_would_lose_a_tangent_is_refused(function):
    with pytest.raises(
        TypeError, match=r"lose the tangent of a DualArray|a DualArray takes one plain number"
    ):
        function(DualArray([1.0, 2.0], [1.0, 0.0]))


def test_what_would_lose_a_tangent_is_refused_by_a_tensor():
    def written(x):
        x[0] = 1.0
        return x.sum()

    for function in (lambda x: x * x[0].item(), written):
        with pytest.raises(TypeError, match="within a Hessian–vector product"):
            hessian_vector_product(function, [1.0, 2.0], [1.0, 0.0])


# Errors and comparisons


def test_backward_starts_from_one_number():
    with pytest.raises(ValueError, match=r"single number, and this has shape \(2,\)"):
        Tensor([1.0, 2.0]).backward()
    with pytest.raises(ValueError, match="upstream has shape"):
        Tensor([1.0, 2.0]).backward([1.0])
    for bad in ([1j, 1j], Tensor([1.0, 1.0])):
        with pytest.raises(TypeError, match="real numbers"):
            Tensor([1.0, 2.0]).backward(bad)


def test_a_single_number_has_no_entries():
    for ask in (list, len, sum):
        with pytest.raises(TypeError, match="single number"):
            ask(Tensor(5.0))
    assert [each.item() for each in Tensor([1.0, 2.0])] == [1.0, 2.0]


def test_the_mean_of_nothing_is_no_number():
    with pytest.warns(RuntimeWarning):
        assert np.isnan(Tensor(np.ones(0)).mean().item())


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


def test_who_asks_for_a_gradient_has_one_inside_no_grad_and_nothing_else_is_recorded_there():
    def cubes(x):
        return (x**3).sum()

    with no_grad():
        assert gradient(cubes)([1.0, 2.0]).tolist() == [3.0, 12.0]
        _, curved = hessian_vector_product(cubes, [1.0, 2.0], [1.0, 0.0])
        assert curved.tolist() == [6.0, 0.0]
        assert not (Tensor(1.0) * 2.0).parents
    assert (Tensor(1.0) * 2.0).parents


def test_whole_numbers_become_floats_in_a_dual_array():
    many = DualArray([10], [1]) ** 19
    assert (many.data[0], many.tangent[0]) == (1e19, 1.9e19)
    assert (DualArray(np.uint8([200]), np.uint8([1])) * 2).data[0] == 400.0
    assert (DualArray([2], [1]) ** -1).tangent[0] == -0.25


def test_a_gradient_that_was_set_to_none_is_refused_before_any_is_touched():
    a, b = Tensor(2.0), Tensor(3.0)
    product = a * b
    b.grad = None
    with pytest.raises(TypeError, match=r"to clear it, call zero_grad\(\)"):
        product.backward()
    assert a.grad == 0.0
    b.zero_grad()
    product.backward()
    assert (a.grad, b.grad) == (3.0, 2.0)
