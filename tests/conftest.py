"""Settings that all tests share."""

from hypothesis import settings

pytest_plugins = ["kinds", "browser.fixtures", "site_kit"]

# A slow machine is not a failing test; and a failure found on one machine is found on every other.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")
