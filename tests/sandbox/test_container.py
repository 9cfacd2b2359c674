"""Isolation in a container, as whoever grades there has it: bubblewrap is installed, and does not start."""

import json

import container_kit
import pytest
from attacks.reading import READING

from backproplab.sandbox.requirements import REMEDIES

ROOT, NOBODY = 0, 65534
PROBE = """
import json, os, sys
user = int(sys.argv[1])
os.setgroups([])
os.setresgid(user, user, user)
os.setresuid(user, user, user)
import setups_kit
print(json.dumps(setups_kit.probe()))
"""
ATTACKS = """
import os, subprocess, sys
import pytest
class OpenToAll:
    def pytest_runtest_call(self):
        subprocess.run(["chmod", "-R", "a+rX", "/tmp/attacked"], check=True)  # walls alone are in the way
os.environ["HOME"] = "/course"
os.chdir(sys.argv[1])
test = "tests/sandbox/test_attacks.py::test_an_attack_earns_what_its_answers_earn"
attacks = [f"{test}[{name}]" for name in sys.argv[2:]]
options = ["-q", "-p", "no:cacheprovider", "--basetemp=/tmp/attacked"]
sys.exit(pytest.main([*options, *attacks], plugins=[OpenToAll()]))
"""


def told(folder, *, user, namespaces):
    """What `setups_kit.probe` finds in a container, and what bubblewrap said there."""
    container_kit.skip_without_root()
    return json.loads(
        container_kit.inside(["-c", PROBE, str(user)], folder, place="/course", namespaces=namespaces)
    )


WORDS = {ROOT: "Creating new namespace failed", NOBODY: "Can't mount proc"}


@pytest.mark.parametrize("user", WORDS)
def test_where_namespaces_are_to_be_had_isolation_is_full_without_bubblewrap(user, tmp_path):
    found = told(tmp_path, user=user, namespaces=True)
    assert WORDS[user] in found["bubblewrap said"]
    assert found["level"].startswith("full: user, PID,")
    assert [power for power, has in found["can"].items() if has] == ["sees a file"]
    assert not found["refused"]


@pytest.mark.parametrize("user", WORDS)
def test_where_namespaces_are_refused_it_is_told_what_a_container_needs(user, tmp_path):
    found = told(tmp_path, user=user, namespaces=False)
    assert found["level"].startswith("reduced: ")
    for part in (
        found["bubblewrap said"],
        "user namespaces",
        REMEDIES["user namespaces"],
        "--isolation reduced",
    ):
        assert part in found["refused"]
    for part in ("seccomp=unconfined", "apparmor=unconfined", "seccompProfile", "apparmor_restrict"):
        assert part in REMEDIES["user namespaces"]


def test_landlock_alone_keeps_from_attacks_all_that_they_want_to_read(tmp_path):
    container_kit.skip_without_root()
    names = [attack.name for attack in READING]
    arguments = ["-c", ATTACKS, str(container_kit.TESTS.parent), *names]
    assert f"{len(names)} passed" in container_kit.inside(arguments, tmp_path, place="/course")
