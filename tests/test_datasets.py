"""The toys are what they say; MNIST is the published MNIST, and says so when it is not."""

import gzip
import hashlib
import io
import os
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backproplab import cli
from backproplab.datasets import circles, mnist, moons, noisy_xor, pack_mnist, spirals, xor

mnist_module = sys.modules["backproplab.datasets.mnist"]  # its name in the package is the function's
REAL = mnist_module.FILE


def test_xor_is_one_where_the_inputs_differ():
    x, targets = xor()
    assert x.dtype == targets.dtype == np.float32
    assert x.shape == (4, 2)
    assert targets.tolist() == [[0.0], [1.0], [1.0], [0.0]]
    assert len({tuple(case) for case in x.tolist()}) == 4


@given(n=st.integers(2, 300), seed=st.integers(0, 2**32))
def test_moons_without_noise_lie_on_their_half_circles(n, seed):
    x, labels = moons(n, noise=0.0, seed=seed)
    assert (x.shape, x.dtype, labels.shape, labels.dtype) == ((n, 2), np.float32, (n,), np.int64)
    centres = np.array([[0.0, 0.0], [1.0, 0.5]])[labels]
    np.testing.assert_allclose(np.linalg.norm(x - centres, axis=1), 1.0, rtol=1e-6)
    assert np.all((x - centres)[labels == 0, 1] >= -1e-6)
    assert np.all((x - centres)[labels == 1, 1] <= 1e-6)
    assert np.bincount(labels).tolist() == [n // 2, n - n // 2]


def test_noise_of_moons_is_the_standard_deviation():
    x, labels = moons(20_000, noise=0.05, seed=0)
    radii = np.linalg.norm(x - np.array([[0.0, 0.0], [1.0, 0.5]])[labels], axis=1)
    assert radii.std() == pytest.approx(0.05, rel=0.05)


@given(n=st.integers(4, 300), seed=st.integers(0, 2**32))
def test_noisy_xor_without_noise_is_xor_over_and_over(n, seed):
    x, labels = noisy_xor(n, noise=0.0, seed=seed)
    truth = {tuple(case): target for case, (target,) in zip(*(a.tolist() for a in xor()), strict=True)}
    assert all(truth[tuple(case)] == label for case, label in zip(x.tolist(), labels.tolist(), strict=True))
    counts = [x.tolist().count(list(case)) for case in truth]
    assert max(counts) - min(counts) <= 1


@given(n=st.integers(2, 300), seed=st.integers(0, 2**32))
def test_circles_without_noise_have_radius_one_and_one_half(n, seed):
    x, labels = circles(n, noise=0.0, seed=seed)
    np.testing.assert_allclose(np.linalg.norm(x, axis=1), np.where(labels, 0.5, 1.0), rtol=1e-6)
    assert np.bincount(labels).tolist() == [n // 2, n - n // 2]


@given(n=st.integers(1, 100).map(lambda half: 2 * half), seed=st.integers(0, 2**32))
def test_one_spiral_is_the_other_turned_by_half_a_turn(n, seed):
    x, labels = spirals(n, noise=0.0, seed=seed)
    by_radius = [part[np.linalg.norm(part, axis=1).argsort()] for part in (x[labels == 0], x[labels == 1])]
    np.testing.assert_allclose(by_radius[0], -by_radius[1], atol=1e-6)
    radius, angle = np.linalg.norm(by_radius[0], axis=1), np.unwrap(np.arctan2(*by_radius[0].T[::-1]))
    assert radius[0] == pytest.approx(0.1)
    if n >= 20:  # close enough together for the angle to be followed
        assert radius[-1] == pytest.approx(1)
        assert angle[-1] - angle[0] == pytest.approx(3 * np.pi)


NOISY = [moons, noisy_xor, circles, spirals]


@pytest.mark.parametrize("make", NOISY)
def test_noisy_sets_are_balanced_shuffled_and_repeat_with_their_seed(make):
    x, labels = make(200, noise=0.1, seed=3)
    assert (x.shape, x.dtype, labels.shape, labels.dtype) == ((200, 2), np.float32, (200,), np.int64)
    assert labels.sum() == 100
    assert 20 < labels[:100].sum() < 80
    assert np.array_equal(x, make(200, noise=0.1, seed=3)[0])
    assert not np.array_equal(x, make(200, noise=0.1, seed=4)[0])


@pytest.mark.parametrize("make", NOISY)
def test_noisy_sets_that_cannot_be(make):
    with pytest.raises(ValueError, match=f"{make.__name__} needs n of at least ., one point.*got 1"):
        make(1, noise=0.1, seed=0)
    with pytest.raises(ValueError, match=r"0 or more.*got -0\.1"):
        make(9, noise=-0.1, seed=0)


@pytest.mark.parametrize("name", pack_mnist.PUBLISHED)
def test_the_shipped_file_holds_the_published_bytes(name):
    split, kind = name.split("_")
    images, labels = mnist(split, dtype=np.uint8)
    idx = pack_mnist.to_idx(images if kind == "images" else labels.astype(np.uint8))
    assert hashlib.md5(idx, usedforsecurity=False).hexdigest() == pack_mnist.PUBLISHED[name][1]


@pytest.mark.parametrize(
    ("split", "count", "first"), [("train", 60_000, [5, 0, 4]), ("test", 10_000, [7, 2, 1])]
)
def test_mnist_as_float32_is_ink_from_0_to_1(split, count, first):
    images, labels = mnist(split)
    raw, _ = mnist(split, dtype=np.uint8)
    assert (images.shape, images.dtype) == ((count, 28, 28), np.float32)
    assert (labels.shape, labels.dtype) == ((count,), np.int64)
    assert labels[:3].tolist() == first
    assert (images.min(), images.max()) == (0.0, 1.0)
    assert np.array_equal(np.rint(images[:500] * 255), raw[:500])


def test_raw_mnist_is_shared_and_read_only_and_floats_are_your_own():
    raw, _ = mnist("test", dtype=np.uint8)
    assert mnist("test", dtype=np.uint8)[0] is raw
    with pytest.raises(ValueError, match="read-only"):
        raw[0] = 0
    images, labels = mnist("test")
    images[0], labels[0] = 9.0, 9
    assert mnist("test")[0].max() == 1.0
    assert mnist("test")[1][0] == 7


def test_the_file_is_small_enough_to_ship():
    assert mnist_module.FILE.stat().st_size <= 12_000_000


@pytest.mark.parametrize(
    ("split", "dtype", "message"),
    [
        ("validation", np.float32, '"train" and "test", got \'validation\''),
        ("test", np.float64, r"float64.*astype"),
    ],
)
def test_mnist_names_a_split_or_dtype_that_it_has_not(split, dtype, message):
    with pytest.raises(ValueError, match=message):
        mnist(split, dtype=dtype)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A place for another mnist.npz, with nothing remembered from the real one."""
    mnist_module._load.cache_clear()
    monkeypatch.setattr(mnist_module, "FILE", tmp_path / "mnist.npz")
    yield tmp_path / "mnist.npz"
    mnist_module._load.cache_clear()


def test_a_missing_file_is_named_with_what_to_do(elsewhere):
    with pytest.raises(FileNotFoundError, match=r"missing: .*mnist\.npz.*git checkout.*reinstall"):
        mnist("test")


def test_a_damaged_file_is_named_with_what_to_do(elsewhere):
    real = REAL.read_bytes()
    elsewhere.write_bytes(real[:5000] + bytes([real[5000] ^ 1]) + real[5001:])
    with pytest.raises(OSError, match=r"damaged: .*mnist\.npz has sha256.*git checkout.*reinstall"):
        mnist("test")
    elsewhere.write_bytes(real)  # mended in the same session, it loads
    assert len(mnist("test")[0]) == 10_000


# The packer


@given(shape=st.lists(st.integers(1, 5), min_size=1, max_size=3), seed=st.integers(0, 99))
def test_idx_there_and_back(shape, seed):
    array = np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)
    assert np.array_equal(pack_mnist.from_idx(pack_mnist.to_idx(array)), array)


def test_idx_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="starts with 00 00 08, got 00 00 0d"):
        pack_mnist.from_idx(bytes([0, 0, 13, 1]))


def test_packing_twice_gives_the_same_bytes():
    arrays = {"a": np.arange(6, dtype=np.uint8).reshape(2, 3), "b": np.zeros(1000, np.uint8)}
    packed = pack_mnist.pack(arrays)
    assert packed == pack_mnist.pack(arrays)
    with np.load(io.BytesIO(packed), allow_pickle=False) as loaded:
        assert {name: loaded[name].tolist() for name in loaded} == {
            name: a.tolist() for name, a in arrays.items()
        }


def test_the_packer_rebuilds_the_archive_from_published_files(tmp_path, monkeypatch, capsys):
    """On four small files in place of the real ones, which are not shipped twice."""
    arrays = {
        name: np.arange(24, dtype=np.uint8).reshape(2, 3, 4) + i
        for i, name in enumerate(pack_mnist.PUBLISHED)
    }
    published = {}
    for name, (stem, _) in pack_mnist.PUBLISHED.items():
        idx = pack_mnist.to_idx(arrays[name])
        published[name] = (stem, hashlib.md5(idx, usedforsecurity=False).hexdigest())
        (tmp_path / f"{stem}.gz").write_bytes(gzip.compress(idx))
    monkeypatch.setattr(pack_mnist, "PUBLISHED", published)
    (tmp_path / "packed").mkdir()
    monkeypatch.setattr(pack_mnist, "FILE", tmp_path / "packed" / "mnist.npz")
    monkeypatch.setattr(pack_mnist, "SHA256", hashlib.sha256(pack_mnist.pack(arrays)).hexdigest())
    assert cli.main(["pack-mnist", str(tmp_path)]) == 0
    assert "as mnist.py expects" in capsys.readouterr().out
    assert (tmp_path / "packed" / "mnist.npz").read_bytes() == pack_mnist.pack(arrays)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(b"something else"))
    assert cli.main(["pack-mnist", str(tmp_path)]) == 1
    assert "t10k-labels-idx1-ubyte.gz is not the published file; get it again" in capsys.readouterr().err
    assert os.listdir(tmp_path / "packed") == ["mnist.npz"]
