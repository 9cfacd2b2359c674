"""The digit reader is the network that lesson 00 tells of, and its file is small, whole and reproducible."""

import sys
import zipfile

import numpy as np
import pytest

from backproplab import cli
from backproplab.datasets import mnist
from backproplab.losses import SoftmaxCrossEntropy
from backproplab.pretrained import digit_reader, train_digit_reader

reader_module = sys.modules[
    "backproplab.pretrained.digit_reader"
]  # its name in the package is the function's
REAL = reader_module.FILE
SEVEN = 684


@pytest.fixture(scope="module")
def held_out():
    images, labels = mnist("test")
    return images.reshape(-1, 784).astype(np.float64), labels


def right(network, digits):
    x, labels = digits
    return network.predict(x).argmax(axis=1) == labels


def test_the_file_is_at_most_0_3_mb():
    assert REAL.stat().st_size <= 300_000


def test_it_is_784_128_10_in_float64_and_reads_9728_of_10000(held_out):
    network = digit_reader()
    assert [(layer.inputs, layer.outputs) for layer in network.layers[::2]] == [(784, 128), (128, 10)]
    assert network.parameters.dtype == np.float64
    assert right(network, held_out).sum() == 9728


def test_the_7_is_a_3_to_it_and_its_gradient_touches_a_tenth_of_the_knobs(held_out):
    (x, labels), network, loss = held_out, digit_reader(), SoftmaxCrossEntropy()
    assert labels[SEVEN] == 7
    value = network.loss_and_gradient(loss, x[[SEVEN]], [7])
    np.testing.assert_allclose(loss.probabilities[0, [2, 3, 7]], [0.0828, 0.8296, 0.0764], atol=5e-5)
    assert value == pytest.approx(2.5724, abs=5e-5)
    assert np.sum(network.gradient != 0) == 10_020


@pytest.mark.parametrize(
    ("rate", "answer", "fell", "rose"), [(0.003, 3, 8, 11), (0.01, 7, 42, 32), (0.1, 7, 5547, 31)]
)
def test_one_step_on_the_7_and_what_becomes_of_the_others(held_out, rate, answer, fell, rose):
    network = digit_reader()
    before = right(network, held_out)
    network.loss_and_gradient(SoftmaxCrossEntropy(), held_out[0][[SEVEN]], [7])
    network.parameters -= rate * network.gradient
    after = right(network, held_out)
    assert network.predict(held_out[0][[SEVEN]]).argmax() == answer
    assert (np.sum(before & ~after), np.sum(~before & after)) == (fell, rose)


def test_each_caller_gets_a_network_of_their_own():
    digit_reader().parameters[:] = 0
    assert digit_reader().parameters.any()


@pytest.fixture
def file(tmp_path, monkeypatch):
    """A place for another digit_reader.npz."""
    for module in (reader_module, train_digit_reader):
        monkeypatch.setattr(module, "FILE", tmp_path / "digit_reader.npz")
    return tmp_path / "digit_reader.npz"


def test_a_missing_file_is_named_with_a_remedy(file):
    with pytest.raises(FileNotFoundError, match=r"missing: .*digit_reader\.npz.*git checkout.*reinstall"):
        digit_reader()


def cut(data):
    return data[:1000]


def overwritten(data):
    return data[:5000] + b"\0" * 100 + data[5100:]


def nothing(data):
    return b""


@pytest.mark.parametrize("damage", [cut, overwritten, nothing])
def test_a_damaged_file_is_named_with_a_remedy(file, damage):
    file.write_bytes(damage(REAL.read_bytes()))
    with pytest.raises(OSError, match=r"damaged: .*digit_reader\.npz.*git checkout.*reinstall"):
        digit_reader()


def test_weights_of_another_network_are_refused(file):
    np.savez(file, **{"dense1.weights": np.zeros((784, 64))})
    with pytest.raises(OSError, match=r"damaged: .*digit_reader\.npz"):
        digit_reader()


def test_its_verb_writes_the_shipped_file_from_the_shipped_weights(file, monkeypatch, capsys):
    monkeypatch.setattr(reader_module, "FILE", REAL)
    trained = digit_reader()
    monkeypatch.setattr(reader_module, "FILE", file)
    monkeypatch.setattr(train_digit_reader, "train", lambda: trained)
    assert cli.main(["train-digit-reader"]) == 0
    with zipfile.ZipFile(file) as ours, zipfile.ZipFile(REAL) as shipped:
        assert {item.filename: item.CRC for item in ours.infolist()} == {
            item.filename: item.CRC for item in shipped.infolist()
        }
    assert "97.28% of the test digits read rightly" in capsys.readouterr().out
    assert cli.main(["train-digit-reader"]) == 0
    assert "the same weights as before" in capsys.readouterr().out


def test_the_recipe_goes_three_times_through_all_digits_in_batches_of_32(monkeypatch):
    """Training itself takes some seconds; here it is done on 200 digits, and by a loop of its own."""
    images, labels = mnist("train")
    monkeypatch.setattr(train_digit_reader, "mnist", lambda split: (images[:200], labels[:200]))
    x, loss = images[:200].reshape(-1, 784).astype(np.float64), SoftmaxCrossEntropy()
    network, rng = reader_module.untrained(), np.random.default_rng(0)
    for _ in range(3):
        order = rng.permutation(200)
        for first in range(0, 200, 32):
            rows = order[first : first + 32]
            network.loss_and_gradient(loss, x[rows], labels[:200][rows])
            network.parameters -= 0.1 * network.gradient
    np.testing.assert_allclose(train_digit_reader.train().parameters, network.parameters, atol=1e-12)
