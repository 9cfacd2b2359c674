"""Schedules: nothing runs before what it needs, and what is idle is what the formula says."""

from itertools import pairwise

import pytest

from backproplab.parallel import bubble, gpipe, idle_share, most_kept, one_forward_one_backward

SIZES = [(1, 1), (2, 1), (3, 5), (4, 8), (5, 2)]


@pytest.mark.parametrize(("stages", "count"), SIZES)
@pytest.mark.parametrize("make", [gpipe, one_forward_one_backward])
def test_a_schedule_is_possible_and_complete(make, stages, count):
    schedule = make(stages, count)
    ends = {(task.stage, task.micro_batch, task.backward): task.end for task in schedule}
    assert len(ends) == len(schedule) == 2 * stages * count
    for stage, batch, backward, start, _ in schedule:
        if backward:
            assert start >= ends[stage, batch, False]
            assert start >= ends.get((stage + 1, batch, True), 0)
        else:
            assert start >= ends.get((stage - 1, batch, False), 0)
    for stage in range(stages):
        mine = sorted((task.start, task.end) for task in schedule if task.stage == stage)
        assert all(end <= start for (_, end), (start, _) in pairwise(mine))
    assert idle_share(schedule) == pytest.approx(bubble(stages, count))


@pytest.mark.parametrize(("stages", "count"), SIZES)
def test_the_second_keeps_no_more_than_there_are_stages(stages, count):
    schedules = gpipe(stages, count), one_forward_one_backward(stages, count)
    for stage in range(stages):
        kept = [most_kept(schedule, stage) for schedule in schedules]
        assert kept == [count, min(stages - stage, count)]
