"""First names: what is promised of the list, and what is said where it is missing."""

import hashlib
import re
import sys

import pytest

from backproplab.datasets import first_names

module = sys.modules["backproplab.datasets.first_names"]  # its name in the package is the function's


def test_small_letters_and_no_name_twice():
    names = first_names()
    assert len(names) == len(set(names)) == 5163
    assert all(re.fullmatch("[a-z]{2,11}", name) for name in names)
    assert {len(name) for name in names} == set(range(2, 12))


def test_the_file_is_the_one_that_was_made_of_the_lists_of_the_census():
    found = hashlib.sha256("\n".join([*first_names(), ""]).encode()).hexdigest()
    assert found == "a91e176a9231dcda99b0c55b178e74301cf3add64e1474691b4138127613d69b"


def test_a_missing_file_is_named_with_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "FILE", tmp_path / "first_names.txt")
    with pytest.raises(FileNotFoundError, match=r"missing: .*first_names\.txt.*git checkout.*reinstall"):
        first_names()
