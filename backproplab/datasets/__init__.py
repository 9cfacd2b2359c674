"""Data sets, ready to use: toys, made-up scans, sentences of a small grammar, ratings, first names, MNIST.

>>> x, targets = xor()
>>> x.shape, targets.shape
((4, 2), (4, 1))

MNIST is by Y. LeCun and C. Cortes, CC BY-SA 3.0, and the first names by the U.S. Census Bureau, in the public
domain; README.md in this folder says how their files were made.
"""

from backproplab.datasets.first_names import first_names
from backproplab.datasets.mnist import mnist
from backproplab.datasets.ratings import ratings
from backproplab.datasets.scans import load_scans
from backproplab.datasets.sentences import sentences
from backproplab.datasets.toy import circles, moons, noisy_xor, spirals, xor

__all__ = [
    "circles",
    "first_names",
    "load_scans",
    "mnist",
    "moons",
    "noisy_xor",
    "ratings",
    "sentences",
    "spirals",
    "xor",
]
