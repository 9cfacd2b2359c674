"""Settings that all tests share."""

import gc

import pytest
from hypothesis import settings

pytest_plugins = ["kinds", "browser.fixtures", "site_kit"]

# A slow machine is not a failing test; and a failure found on one machine is found on every other.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Collect eight thousand tests, which stay until the end, without a look at which of them are garbage."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
