"""Whatever comes in, nothing but a SubmissionError comes of it, and the sums of the account agree."""

import intake_fuzz
import pytest


@pytest.mark.parametrize("start", range(0, 150, 50))
def test_sums_agree_and_nothing_escapes(tmp_path, start):
    assert intake_fuzz.run(range(start, start + 50), tmp_path) > 25
