"""Every exception class of the package descends from one, and from Python's own where code relies on that."""

import importlib
import inspect
import pkgutil

import pytest

import backproplab
from backproplab.errors import BackproplabError
from backproplab.layers import NotYetError
from backproplab.sandbox import IsolationError, SandboxError


def classes():
    """Every public exception class that a module of the package defines."""
    for module in pkgutil.walk_packages(backproplab.__path__, "backproplab."):
        if module.name.split(".")[-1] != "__main__":
            loaded = importlib.import_module(module.name)
            for name, each in inspect.getmembers(loaded, inspect.isclass):
                is_own = each.__module__ == module.name and not name.startswith("_")
                if is_own and issubclass(each, BaseException) and not issubclass(each, Warning):
                    yield each


def test_the_exceptions_of_the_package_have_one_base():
    found = set(classes())
    assert len(found) >= 10
    assert not [each for each in found if not issubclass(each, BackproplabError)]


@pytest.mark.parametrize(
    ("error", "bases"),
    [
        (NotYetError, (AttributeError, RuntimeError)),
        (IsolationError, (RuntimeError,)),
        (SandboxError, (RuntimeError,)),
    ],
)
def test_what_is_one_of_pythons_own_errors_stays_one(error, bases):
    assert all(issubclass(error, base) for base in bases)


def test_a_hasattr_of_what_is_not_there_yet_is_false():
    class Asked:
        @property
        def gradient(self):
            raise NotYetError("call backward first")

    assert not hasattr(Asked(), "gradient")
