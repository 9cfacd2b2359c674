"""Flow over one picture: its counts are those of a training pass, and what a box cannot show is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backproplab import Dense, Network, ReLU, Sigmoid, SoftmaxCrossEntropy, SquaredError, Value
from backproplab.datasets import mnist
from backproplab.layers import Flatten
from backproplab.plots.style import SIGNED
from backproplab.pretrained import digit_reader
from backproplab.widgets import Flow

SHAPE = (3, 4)


def picture(seed=0):
    """A picture of 12 pixels, some of them blank."""
    rng = np.random.default_rng(seed)
    return np.where(rng.random((1, 12)) < 0.4, 0.0, rng.random((1, 12)))


def network(*hidden, activation=ReLU, seed=3):
    layers, inputs = [], 12
    for units in hidden:
        layers += [Dense(inputs, units, initial="he"), activation()]
        inputs = units
    return Network([*layers, Dense(inputs, 3)], seed=seed, dtype=np.float64)


def flow(of, x=None, target=2):
    x = picture() if x is None else x
    return Flow(of, SoftmaxCrossEntropy(), x=x, targets=[target], image_shape=SHAPE)


@given(st.lists(st.integers(1, 8), max_size=3), st.integers(0, 1000))
def test_the_counts_are_those_of_a_training_pass(hidden, seed):
    reader = network(*hidden, seed=seed)
    x = picture(seed)
    scene = flow(reader, x).scene
    reader.loss_and_gradient(SoftmaxCrossEntropy(), x, [2])
    filled = 0
    for place in reversed(range(len(scene["boxes"]))):
        box = scene["boxes"][place]
        parts = [
            view for name, view in reader.gradient_views.items() if name.startswith(f"dense{place + 1}.")
        ]
        knobs = sum(part.size for part in parts)
        nonzero = sum(int(np.count_nonzero(part)) for part in parts)
        filled += knobs
        step = scene["last"] - place
        assert box["size"].split()[0] == f"{knobs:,}"
        assert ("none" if nonzero == knobs else f"{nonzero:,}") in box["holds"]
        assert scene["tally"][step]["filled"] == filled
        assert f"All {box['size']} that lead there" in scene["steps"][step]["said"]
    assert filled == scene["knobs"] == reader.size


def test_what_is_drawn_is_what_was_computed():
    reader = network(5)
    scene = flow(reader).scene
    loss = SoftmaxCrossEntropy()
    outputs = reader.forward(picture())
    value = loss.forward(outputs, [2])
    slopes = loss.backward()
    reader.backward(slopes)
    units, last = scene["boxes"]
    put_out = np.maximum(picture() @ reader.parameter_views["dense1.weights"], 0)[0]  # biases begin at 0
    np.testing.assert_allclose(units["value"]["shares"], put_out / put_out.max(), atol=5e-4)
    np.testing.assert_allclose(last["value"]["shares"], outputs[0] / abs(outputs).max(), atol=5e-4)
    np.testing.assert_allclose(last["gradient"]["shares"], slopes[0] / abs(slopes).max(), atol=5e-4)
    np.testing.assert_allclose(scene["loss"]["drawing"]["shares"], loss.probabilities[0], atol=5e-4)
    assert scene["loss"]["value"] == f"{value:.3g}"
    weights = reader.gradient_views["dense1.weights"]
    strongest = weights[:, abs(weights).max(axis=0).argmax()]
    colours = SIGNED(strongest / abs(strongest).max() / 2 + 0.5)[:, :3]
    drawn = np.frombuffer(bytes.fromhex(units["gradient"]["colours"]), np.uint8).reshape(-1, 3)
    np.testing.assert_allclose(drawn / 255, colours, atol=0.01)


def test_the_picture_is_dark_where_the_ink_is():
    drawing = flow(network(5)).scene["image"]["drawing"]
    drawn = np.frombuffer(bytes.fromhex(drawing["colours"]), np.uint8).reshape(12, 3)
    assert (drawing["rows"], drawing["columns"]) == SHAPE
    assert (drawn.max(axis=1) == drawn.min(axis=1)).all()
    np.testing.assert_allclose(1 - drawn[:, 0] / 255, picture()[0] / picture().max(), atol=0.005)


def test_the_networks_own_gradient_is_as_it_was():
    reader = network(5)
    reader.gradient = 7.0
    flow(reader)
    assert (reader.gradient == 7.0).all()
    with pytest.raises(ValueError, match="class"):
        flow(reader, target=3)
    assert (reader.gradient == 7.0).all()


def test_a_box_is_told_without_a_formula_or_a_norm():
    assert not any(sign in str(flow(network(5, 4)).scene) for sign in ("∂", "δ", "ᵀ", "‖", "norm", "·"))


def test_where_no_unit_puts_out_0_all_put_out_something():
    (units, _) = flow(network(5, activation=Sigmoid)).scene["boxes"]
    assert units["puts_out"] == "all 5 put out something"


def test_the_right_answer_is_named_however_small_its_probability():
    reader = network()
    reader.parameter_views["dense1.bias"][...] = [20.0, 0.0, 0.0]
    scene = flow(reader).scene
    assert scene["loss"]["says"] == "100 % for 0, less than 1 % for 2"
    assert "The right answer is 2" in scene["forward"][-1]["said"]


def test_steps_run_from_the_picture_to_the_last_box_swept():
    stepped = flow(network(5, 4))
    assert (stepped.first, stepped.last) == (-4, 3)
    assert len(stepped.scene["forward"]) == len(stepped.scene["tally"]) + 1 == 5


@pytest.fixture(scope="module")
def seven():
    images, _ = mnist("test")
    x = images[684].reshape(1, 784).astype(np.float64)
    return Flow(digit_reader(), SoftmaxCrossEntropy(), x=x, targets=[7], image_shape=(28, 28))


def test_the_misread_seven_has_the_numbers_that_lesson_00_prints(seven):
    assert seven.scene["loss"]["value"] == "2.57"
    assert seven.scene["loss"]["says"] == "83 % for 3, 8 % for 7"
    assert "+0.08 at 2, +0.83 at 3 and −0.92 at 7" in seven.scene["steps"][1]["said"]
    assert [box["holds"] for box in seven.scene["boxes"]] == [
        "all have a gradient, 9,460 of them not 0",
        "all have a gradient, 560 of them not 0",  # together the 10,020 of the lesson
    ]


def test_without_a_kernel_a_table_is_read_down_and_up(seven):
    still = seven.static()
    assert still.html.count("<tr>") == 5
    assert still.plain.splitlines() == [
        "101,770 of 101,770 knobs have their gradient, after one run and one sweep. "
        "By nudging it takes 203,540 runs.",
        "the picture: 784 pixels, 171 of them not blank; sweep: –",
        "128 units: 55 put out something; sweep: 100,480 knobs: all have a gradient, 9,460 of them not 0",
        "10 outputs: largest: output 3; sweep: 1,290 knobs: all have a gradient, 560 of them not 0",
        "loss: 2.57, from probabilities: 83 % for 3, 8 % for 7; sweep: it starts here",
    ]


def with_layers(*layers):
    return Network(list(layers), dtype=np.float64)


def refused(case):
    many = Network([Dense(12, 257), ReLU(), Dense(257, 3)], dtype=np.float64)
    cross = SoftmaxCrossEntropy()
    return {
        "loss": (
            network(5),
            SquaredError(),
            picture(),
            TypeError,
            r"SoftmaxCrossEntropy\(\), got SquaredError",
        ),
        "batch": (network(5), cross, np.zeros((2, 12)), ValueError, r"got \(2, 12\); choose one row"),
        "size": (
            with_layers(Dense(9, 3)),
            cross,
            np.zeros((1, 9)),
            ValueError,
            r"of shape \(1, 12\), got \(1, 9\)",
        ),
        "units": (
            many,
            cross,
            picture(),
            ValueError,
            "at most 256 units in a box, and 12 outputs, got 257 in dense1",
        ),
        "outputs": (with_layers(Dense(12, 13)), cross, picture(), ValueError, "got 13 in dense1"),
        "layers": (
            with_layers(Flatten(), Dense(12, 3)),
            cross,
            picture(),
            ValueError,
            "got flatten1, Flatten",
        ),
    }[case]


@pytest.mark.parametrize("case", ["loss", "batch", "size", "units", "outputs", "layers"])
def test_what_a_box_cannot_show_is_refused_with_what_to_do(case):
    reader, loss, x, error, says = refused(case)
    with pytest.raises(error, match=says):
        Flow(reader, loss, x=x, targets=[0], image_shape=SHAPE)


def test_the_graph_of_a_value_has_no_picture():
    with pytest.raises(ValueError, match="a Network that reads a picture"):
        Flow(Value(2.0) * 3, image_shape=SHAPE)


def test_what_is_not_a_number_is_told_as_that_and_not_as_small():
    broken = network(4)
    broken.parameters[:] = np.nan
    scene = flow(broken).scene
    told = " ".join(one["said"] for one in [*scene["forward"], *scene["steps"]])
    assert "The 4 numbers go to 3 outputs; these are not numbers." in told
    assert "The outputs become probabilities: not numbers. The right answer is 2" in told
    assert "Their gradients are not numbers." in told
    assert (scene["loss"]["says"], scene["boxes"][-1]["puts_out"]) == ("not numbers", "not numbers")
