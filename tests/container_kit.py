"""A container as others have them: root in it, Python open to every user, and namespaces as it pleases."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from kinds import ELSEWHERE

from backproplab.sandbox.launch import bubblewrap

TESTS = Path(__file__).parent
CAPABILITIES = ("CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL")
"""Of those that containers leave to root, what grading takes; bubblewrap adds two for changing users."""
NO_NAMESPACES = (
    "#!/bin/sh\necho 'bwrap: Creating new namespace failed: Operation not permitted' >&2\nexit 1\n"
)


def skip_without_root():
    """Skip the test where no such container can be made."""
    if sys.platform != "linux" or os.geteuid() or not shutil.which("bwrap"):
        pytest.skip(f"{ELSEWHERE}root on Linux, with bubblewrap, makes the container of this test")


def inside(arguments, folder, *, place, namespaces=True):
    """Run Python in a container that has `folder` at `place`; returns what it said. Fails if it fails."""
    command = bubblewrap("/scratch")
    options = ["--perms", "1777", "--tmpfs", "/tmp", "--bind", str(folder), place]
    options += ["--ro-bind", str(TESTS), "/tests"]
    for needed in {str(TESTS.parent), sys.prefix}:  # which may be in /tmp themselves
        options += ["--ro-bind", needed, needed]
    for capability in CAPABILITIES:
        options += ["--cap-add", capability]
    path = "/usr/bin:/bin"
    if not namespaces:
        refusing = Path(folder).parent / "refusing" / "bwrap"
        refusing.parent.mkdir(exist_ok=True)
        refusing.write_text(NO_NAMESPACES, encoding="utf-8")
        refusing.chmod(0o755)
        options += ["--ro-bind", str(refusing.parent), "/refusing"]
        path = f"/refusing:{path}"
    command[command.index("--remount-ro") : command.index("--remount-ro")] = options
    environment = {"PATH": path, "PYTHONPATH": f"{TESTS.parent}:/tests", "LANG": "C.UTF-8"}
    done = subprocess.run(
        [*command, os.path.abspath(sys.executable), *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=600,
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout
