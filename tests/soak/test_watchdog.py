"""Each way to blind the reader with each overuse; tests/sandbox/test_watchdog.py has some of them."""

import blinding_kit
import pytest
from blinding_kit import BLINDING, OVERUSE


@pytest.fixture(scope="module")
def run():
    with blinding_kit.running() as run:
        yield run


@pytest.mark.parametrize("level", ["full", "reduced"])
@pytest.mark.parametrize("overuse", OVERUSE)
@pytest.mark.parametrize("blinding", BLINDING)
def test_what_is_used_is_watched_whatever_the_reader_gets(run, blinding, overuse, level):
    blinding_kit.assert_watched(run, blinding, overuse, level)
