"""Data sets as arrays, ready to use: toys, made-up scans, sentences of a small grammar, all of MNIST.

>>> x, targets = xor()
>>> x.shape, targets.shape
((4, 2), (4, 1))

MNIST is by Y. LeCun and C. Cortes, CC BY-SA 3.0; README.md in this folder says how its file was made.
"""

from backproplab.datasets.mnist import mnist
from backproplab.datasets.scans import load_scans
from backproplab.datasets.sentences import sentences
from backproplab.datasets.toy import circles, moons, noisy_xor, spirals, xor

__all__ = ["circles", "load_scans", "mnist", "moons", "noisy_xor", "sentences", "spirals", "xor"]
