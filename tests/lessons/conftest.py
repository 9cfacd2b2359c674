"""Pages that stay quiet, and are closed when the file that opened them is done."""

import pytest


@pytest.fixture(autouse=True)
def _pages(quiet, closed):
    pass
