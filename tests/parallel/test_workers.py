"""Real processes: they do their job, what goes wrong is said, and none is left over."""

import multiprocessing
import os

import numpy as np
import pytest
import windows_kit
from parallel_kit import add_up, die_in_one, fail_in_one, wait_for_ever, where

from backproplab.parallel import LostWorkerError, run_in_ring


@pytest.fixture(autouse=True)
def nobody_is_left():
    yield
    assert multiprocessing.active_children() == []


def test_workers_add_up_what_each_of_them_has():
    found = run_in_ring(add_up, [(np.full(50_001, float(rank)),) for rank in range(3)])
    for vector, sent in found:
        assert (vector == 3).all()
        assert sent in (4 * 16667 * 8, 4 * 16667 * 8 + 8)


def test_results_come_through_the_pipes_that_windows_has(monkeypatch):
    windows_kit.make_pipes_of_windows(monkeypatch)
    found = run_in_ring(add_up, [(np.ones(5),), (np.ones(5),)])
    assert [vector.tolist() for vector, _ in found] == [[2.0] * 5] * 2


def test_each_worker_is_a_process_of_its_own():
    found = run_in_ring(where, [(), ()])
    assert len({os.getpid(), *found}) == 3


def test_an_error_in_a_worker_is_told_with_its_place():
    with pytest.raises(LostWorkerError, match=r"(?s)worker 1 failed:.*fail_in_one.*no more paper"):
        run_in_ring(fail_in_one, [(1,), (1,)])


def test_a_worker_that_ends_without_a_word_is_named():
    with pytest.raises(LostWorkerError, match=r"worker [01] (ended without an answer \(exit code 7\)|lost)"):
        run_in_ring(die_in_one, [(1,), (1,)])


def test_a_worker_that_ends_before_it_has_taken_its_pipes_is_missed_on_windows_too(monkeypatch):
    close = windows_kit.leave_pipes_open(monkeypatch)
    with pytest.raises(LostWorkerError, match=r"worker [01] ended without an answer \(exit code 3\)"):
        run_in_ring(fail_in_one, [(windows_kit.EndsWhoeverReadsIt(),)] * 2, timeout=20)
    close()


def test_who_takes_too_long_is_ended():
    with pytest.raises(LostWorkerError, match="no answer from worker 0, 1 within 0"):
        run_in_ring(wait_for_ever, [(), ()], timeout=0.0)


def test_a_function_that_no_other_process_can_import_is_refused_before_anything_starts():
    def at_home(ring):
        return ring.rank

    with pytest.raises(ValueError, match=r"'at_home' is defined in this notebook or program.*into a file"):
        run_in_ring(at_home, [()])
    with pytest.raises(ValueError, match="one tuple of arguments for each worker"):
        run_in_ring(where, [])
