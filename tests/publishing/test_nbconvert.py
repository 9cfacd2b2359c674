"""A page that nbconvert makes of a notebook it ran: by one option each widget is its still half there."""

import pytest
from nbconvert import HTMLExporter
from nbconvert.preprocessors import ClearMetadataPreprocessor, ExecutePreprocessor
from nbformat.v4 import new_code_cell, new_notebook

SOURCE = "from backproplab.widgets import quick_check\nquick_check('02')"
STILL = "Pick an answer to each."


@pytest.fixture(scope="module")
def executed():
    """Run a notebook with one widget: executed(keep_widgets)."""

    def run(keep_widgets):
        lesson = new_notebook(cells=[new_code_cell(SOURCE)])
        return ExecutePreprocessor(store_widget_state=keep_widgets).preprocess(lesson)[0]

    return run


def test_without_the_state_of_widgets_a_page_shows_the_still_half(executed):
    assert STILL in HTMLExporter().from_notebook_node(executed(False))[0]


def test_a_notebook_that_kept_it_shows_the_still_half_once_it_is_cleared(executed):
    lesson = executed(True)
    assert STILL not in HTMLExporter().from_notebook_node(lesson)[0]  # what the option is for
    cleared, _ = ClearMetadataPreprocessor(enabled=True).preprocess(lesson, {})
    assert STILL in HTMLExporter().from_notebook_node(cleared)[0]
