"""What the tests of authoring share."""

import here_kit
import pytest
import standing_kit


@pytest.fixture(scope="module")
def tried_here():
    """Try answers in this process: test_trial.py tests the one of their own, whose start takes longest."""
    with here_kit.trying_here():
        yield


@pytest.fixture
def graded_here():
    """Grade in this process."""
    with here_kit.grading_here():
        yield
    standing_kit.close_sandboxes()
