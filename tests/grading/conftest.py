"""What the tests of the grader share."""

import here_kit
import pytest
import standing_kit

from backproplab.grading import classroom


@pytest.fixture(autouse=True, scope="session")
def pictures_once_for_all_classes():
    """Draw each picture of a class page once for all tests: most grade classes that look alike.

    Its data is what a picture is kept by, so a class that did otherwise has pictures of its own.
    """
    drawings = classroom.Drawings()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classroom, "Drawings", lambda: drawings)
        yield


@pytest.fixture(scope="session")
def sandboxes_that_stay():
    """End, after all tests, the sandboxes that were left running."""
    yield
    standing_kit.close_sandboxes()


@pytest.fixture(scope="module")
def graded_here(sandboxes_that_stay):
    """Grade in this process: `pytestmark = pytest.mark.usefixtures("graded_here")`."""
    with here_kit.grading_here():
        yield
