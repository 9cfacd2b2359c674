"""Whatever a submission writes for values, what is kept are numbers that were asked for."""

import frames_fuzz


def test_what_is_well_is_heard_to_the_end():
    assert frames_fuzz.run(range(300)) > 60
