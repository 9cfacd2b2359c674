"""The level of isolation that is told is the one that is there, whatever the machine lacks."""

import json
import os
import shutil
import subprocess
import sys

import pytest
import setups_kit as kit
from kinds import ELSEWHERE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there is one level elsewhere")

SETUPS = {
    "root, bubblewrap": ("root", "bubblewrap", "namespaces"),
    "root, no bubblewrap": ("root", "-", "namespaces"),
    "root, bubblewrap that does not start": ("root", "refusing", "namespaces"),
    "a user, bubblewrap": ("user", "bubblewrap", "namespaces"),
    "a user, bubblewrap that does not start": ("user", "refusing", "namespaces"),
    "a user, no bubblewrap": ("user", "-", "namespaces"),
    "root, no user namespaces": ("root", "bubblewrap", "-"),
    "a user, bubblewrap, no user namespaces": ("user", "bubblewrap", "-"),
    "a user, bubblewrap that does not start, no user namespaces": ("user", "refusing", "-"),
    "a user, neither": ("user", "-", "-"),
}


@pytest.mark.parametrize("setup", SETUPS)
def test_what_is_told_is_what_is_there(setup):
    who, bubblewrap, namespaces = SETUPS[setup]
    if os.geteuid() and (who == "root" or namespaces == "-"):
        pytest.skip(f"{ELSEWHERE}only root can arrange this")
    if bubblewrap == "bubblewrap" and not shutil.which("bwrap"):
        pytest.skip("bubblewrap is not installed")
    command = [sys.executable, kit.__file__, who, bubblewrap, namespaces]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.stderr.startswith(kit.NO_POWER):
        pytest.skip(ELSEWHERE + done.stderr)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["uid"] == 0) == (who == "root")
    if namespaces == "-":
        assert told["level"].startswith("reduced: ")
        assert "files and network are open to it" in told["level"]
        assert all(told["can"].values()), told
        assert "user namespaces" in told["refused"] or "bubblewrap" in told["refused"]
        assert "user.max_user_namespaces" in told["refused"]
        assert (kit.WORDS in told["refused"]) == (bubblewrap == "refusing")
    else:
        assert told["level"].startswith("full: ")
        assert ("bubblewrap" in told["level"]) == told["has bubblewrap"]
        assert [power for power in kit.POWERS if told["can"][power]] == (
            [] if told["has bubblewrap"] else ["sees a file"]  # as the sandbox's docstring says
        )
        assert not told["refused"]
