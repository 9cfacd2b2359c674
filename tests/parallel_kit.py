"""Jobs that workers do in tests/parallel: another process imports them from here."""

import os

import numpy as np


def add_up(ring, vector):
    """The sum of all workers' vectors, and the bytes that this one sent."""
    ring.all_reduce(vector)
    return vector, ring.sent


def fail_in_one(ring, who):
    """Worker `who` raises; the others wait for it."""
    if ring.rank == who:
        raise RuntimeError("no more paper")
    ring.all_reduce(np.ones(5))


def die_in_one(ring, who):
    """Worker `who` ends without a word; the others wait for it."""
    if ring.rank == who:
        os._exit(7)
    ring.all_reduce(np.ones(5))


def where(ring):
    """The number of this process."""
    return os.getpid()


def wait_for_ever(ring):
    """Wait for what nobody sends."""
    ring.left.poll(None)
