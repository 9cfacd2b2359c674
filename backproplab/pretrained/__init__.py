"""Networks that come trained, so that a lesson can look at one before it teaches how to train.

>>> network = digit_reader()
>>> network.size
101770
"""

from backproplab.pretrained.digit_reader import digit_reader

__all__ = ["digit_reader"]
