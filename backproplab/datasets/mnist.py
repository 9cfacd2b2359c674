"""MNIST: 70 000 handwritten digits, as published by Y. LeCun and C. Cortes under CC BY-SA 3.0.

All of it lies in one file beside this module, which `backproplab pack-mnist` builds.
"""

import hashlib
import io
from functools import cache
from pathlib import Path
from typing import Literal, overload

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).with_name("mnist.npz")
SHA256 = "c8ca71ad62d22263ab46d0b5a815db8a64618c94fa6e7bc9f48a2c68964b1f12"


@overload
def mnist(
    split: Literal["train", "test"], *, dtype: type[np.float32] = ...
) -> tuple[NDArray[np.float32], NDArray[np.int64]]: ...
@overload
def mnist(
    split: Literal["train", "test"], *, dtype: type[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]: ...
def mnist(
    split: Literal["train", "test"], *, dtype: type[np.float32] | type[np.uint8] = np.float32
) -> tuple[NDArray[np.float32] | NDArray[np.uint8], NDArray[np.int64]]:
    """Images (n, 28, 28) and labels (n,) int64: n is 60 000 for split "train", 10 000 for "test".

    dtype: np.float32 gives ink from 0 to 1 in an array of your own; np.uint8 gives the published bytes, 0 to
    255, in one read-only array that all callers share. ValueError for any other split or dtype; OSError,
    naming the file, if it is missing or damaged. The first load of a split takes about a third of a second.
    """
    if split not in ("train", "test"):
        raise ValueError(f'mnist has the splits "train" and "test", got {split!r}')
    if np.dtype(dtype) not in (np.float32, np.uint8):
        raise ValueError(
            f"mnist gives np.float32 or np.uint8, got {dtype!r}; convert with images.astype(...)"
        )
    pixels, labels = _load(split)
    if np.dtype(dtype) == np.uint8:
        return pixels, labels.astype(np.int64)
    # divided as float32 on the way: a whole temporary copy would cost more than the division
    return np.divide(pixels, np.float32(255), dtype=np.float32), labels.astype(np.int64)


@cache
def _load(split: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    with np.load(io.BytesIO(_read()), allow_pickle=False) as arrays:
        pixels, labels = arrays[f"{split}_images"], arrays[f"{split}_labels"]
    pixels.flags.writeable = labels.flags.writeable = False
    return pixels, labels


def _read() -> bytes:
    """The bytes of the file, once their checksum is found right."""
    remedy = "Bring it back with `git checkout -- backproplab/datasets/mnist.npz`, or reinstall backproplab."
    try:
        data = FILE.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"The MNIST file is missing: {FILE}. {remedy}") from None
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256:
        raise OSError(
            f"The MNIST file is damaged: {FILE} has sha256 {found[:12]}…, not {SHA256[:12]}…. {remedy}"
        )
    return data
