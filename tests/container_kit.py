"""A container as others have them: root in it without power over the machine, Python open to every user.

Bubblewrap is installed in it and does not start. Namespaces are to be had without it, or not at all.
"""

import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

import pytest
from kinds import ELSEWHERE
from setups_kit import has_bubblewrap

from backproplab.sandbox import seccomp
from backproplab.sandbox.launch import bubblewrap

TESTS = Path(__file__).parent
CAPABILITIES = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETUID", "SETGID")
"""Of those that containers leave to root, what grading takes."""
FOR_ADMINISTRATORS = (
    *("unshare", "setns", "mount", "umount2", "mount_setattr", "move_mount", "open_tree"),
    *("fsopen", "fsconfig", "fsmount", "fspick"),
)
"""Docker's own filter refuses them without CAP_SYS_ADMIN, and clone with flags of namespaces, and clone3."""


def skip_without_root():
    """Skip the test where no such container can be made."""
    if sys.platform != "linux" or os.geteuid() or not has_bubblewrap():
        pytest.skip(f"{ELSEWHERE}root on Linux, with a bubblewrap that starts, makes this test's container")


def without_namespaces():
    """Return a filter, in the kernel's form, that refuses namespaces and mounts as Docker's does."""
    denied = {name: seccomp.DENIED[name] for name in FOR_ADMINISTRATORS}
    refused = {"clone": seccomp.REFUSED["clone"]}
    with mock.patch.multiple(seccomp, DENIED=denied, REFUSED=refused):
        return seccomp.program.__wrapped__(platform.machine())


def inside(arguments, folder, *, place, namespaces=True):
    """Run Python in a container that has `folder` at `place`; returns what it said. Fails if it fails."""
    command = bubblewrap("/scratch")
    options = ["--perms", "1777", "--tmpfs", "/tmp", "--bind", str(folder), place]
    options += ["--ro-bind", str(TESTS), "/tests"]
    for needed in {str(TESTS.parent), sys.prefix}:  # which may be in /tmp themselves
        options += ["--ro-bind", needed, needed]
    # As containers do: where a part of /proc is covered, the kernel lets no user mount another one.
    options += ["--ro-bind", "/proc/sys", "/proc/sys"]
    options += ["--cap-drop", "ALL"]
    for capability in CAPABILITIES:
        options += ["--cap-add", f"CAP_{capability}"]
    command[command.index("--remount-ro") : command.index("--remount-ro")] = options
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{TESTS.parent}:/tests", "LANG": "C.UTF-8"}
    with tempfile.TemporaryFile() as filtered:
        filtered.write(b"" if namespaces else without_namespaces())
        filtered.seek(0)
        seccomp_options = [] if namespaces else ["--seccomp", str(filtered.fileno())]
        done = subprocess.run(
            [*command[:-1], *seccomp_options, "--", os.path.abspath(sys.executable), *arguments],
            capture_output=True,
            text=True,
            env=environment,
            pass_fds=[filtered.fileno()],
            timeout=600,
        )
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout
