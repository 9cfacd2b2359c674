"""The network of lesson 00: 784-128-10, reads handwritten digits, and takes one 7 for a 3.

Its weights lie in one file beside this module, which `backproplab train-digit-reader` makes
from MNIST (Y. LeCun and C. Cortes, CC BY-SA 3.0).
"""

import zipfile
from pathlib import Path

import numpy as np

from backproplab.layers import Dense, ReLU
from backproplab.network import Network

FILE = Path(__file__).with_name("digit_reader.npz")


def digit_reader() -> Network:
    """A trained Network of your own; takes ink from 0 to 1, `(batch, 784)`, and gives logits `(batch, 10)`.

    It reads 9,728 of the 10,000 test digits rightly. Test picture 684, a 7 with a bar, it reads as a 3, and
    is 83 % sure of it. The file holds the weights as float16; the network computes in float64, where no BLAS
    changes a printed digit. OSError, naming the file, if it is missing or damaged.

    >>> from backproplab.datasets import mnist
    >>> images, labels = mnist("test")
    >>> seven = images[684].reshape(1, 784).astype(np.float64)
    >>> labels[684], digit_reader().predict(seven).argmax()
    (np.int64(7), np.int64(3))
    """
    network = untrained()
    remedy = (
        "Bring it back with `git checkout -- backproplab/pretrained/digit_reader.npz`, "
        "or reinstall backproplab."
    )
    try:
        with FILE.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            for name, view in network.parameter_views.items():
                view[...] = arrays[name]
    except FileNotFoundError:
        raise FileNotFoundError(f"The weights of the digit reader are missing: {FILE}. {remedy}") from None
    except (zipfile.BadZipFile, ValueError, KeyError, EOFError) as error:
        raise OSError(f"The weights of the digit reader are damaged: {FILE} ({error}). {remedy}") from error
    return network


def untrained() -> Network:
    """The same network before training: weights drawn from seed 0, He for the ReLU and Xavier at the end."""
    layers = [Dense(784, 128, initial="he"), ReLU(), Dense(128, 10, initial="xavier")]
    return Network(layers, seed=0, dtype=np.float64)
