"""The ring: every worker gets the sum, and sends what the formula says. Its steps need no process."""

from multiprocessing import Pipe
from threading import Thread

import numpy as np
import pytest

from backproplab.parallel import LostWorkerError, Ring, ring_bytes, split


def around(vectors, patience=60.0):
    """Let a thread for each vector reduce it; returns the rings, and what went wrong by rank."""
    workers = len(vectors)
    pipes = [Pipe(duplex=False) for _ in range(workers)]
    rings = [
        Ring(rank, workers, left=pipes[rank][0], right=pipes[(rank + 1) % workers][1], patience=patience)
        for rank in range(workers)
    ]
    wrong = {}

    def reduce(rank):
        try:
            rings[rank].all_reduce(vectors[rank])
        except (ValueError, LostWorkerError) as error:
            wrong[rank] = error

    threads = [Thread(target=reduce, args=(rank,)) for rank in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ends in pipes:
        for end in ends:
            end.close()
    return rings, wrong


@pytest.mark.parametrize("length", [0, 1, 6, 7, 100_001])  # the last fills a pipe
@pytest.mark.parametrize("workers", [1, 2, 3, 4])
def test_every_worker_gets_the_same_bits_and_they_are_the_sum(workers, length):
    rng = np.random.default_rng(length)
    vectors = [rng.normal(size=length).astype(np.float32) for _ in range(workers)]
    total = np.sum(vectors, axis=0, dtype=float)
    rings, wrong = around(vectors)
    assert not wrong
    for vector in vectors:
        np.testing.assert_allclose(vector, total, atol=1e-5)
        assert vector.tobytes() == vectors[0].tobytes()
    assert sum(ring.sent for ring in rings) == pytest.approx(workers * ring_bytes(4 * length, workers))
    longest = 4 * len(split(vectors[0], workers)[0])
    assert all(ring.sent <= 2 * (workers - 1) * longest for ring in rings)


def test_where_parts_are_equal_each_worker_sends_what_the_formula_says():
    rings, _ = around([np.ones(12), np.ones(12), np.ones(12)])
    assert [ring.sent for ring in rings] == [ring_bytes(96, 3)] * 3 == [128] * 3


def test_vectors_of_two_lengths_are_refused():
    _, wrong = around([np.ones(4), np.ones(8)], patience=0.5)
    assert any("same length" in str(error) for error in wrong.values())


@pytest.mark.parametrize("vector", [np.ones((2, 2)), np.ones(3, int)])
def test_what_is_no_flat_vector_of_floats_is_refused(vector):
    ring = Ring(0, 2, left=None, right=None)
    with pytest.raises(ValueError, match=r"flat vectors of floats.*network\.gradient"):
        ring.all_reduce(vector)


def test_a_neighbour_that_is_silent_is_given_up():
    (left, _silent), (_, right) = Pipe(duplex=False), Pipe(duplex=False)
    with pytest.raises(LostWorkerError, match=r"worker 0 heard nothing .* for 0\.01 s"):
        Ring(0, 2, left=left, right=right, patience=0.01).exchange(np.ones(2))


def test_a_neighbour_that_has_ended_is_noticed():
    (left, ended), (_, right) = Pipe(duplex=False), Pipe(duplex=False)
    ended.close()
    with pytest.raises(LostWorkerError, match="has ended"):
        Ring(0, 2, left=left, right=right).exchange(np.ones(2))
