"""What full isolation needs of a machine, and what to do where it is missing."""

from backproplab.errors import BackproplabError
from backproplab.sandbox.limits import HAS_LIMITS

REMEDIES = {
    "Linux": "grade on Linux",
    "user namespaces": "allow them (in Docker: --security-opt seccomp=unconfined --security-opt "
    "apparmor=unconfined; in Kubernetes: seccompProfile and appArmorProfile of type Unconfined; "
    "on Ubuntu, from 24.04 on: sysctl kernel.apparmor_restrict_unprivileged_userns=0; "
    "where user.max_user_namespaces is 0, more)",
    "Landlock": "use Linux 5.13 or newer with landlock among its security modules (/sys/kernel/security/lsm)",
    "a dropped user": "grade as an ordinary user, or install Python where every user may read it, not in "
    "/root; root with a bubblewrap that starts needs neither",
}
for _name in ("PID, network and IPC namespaces", "mount namespaces", "a view by bubblewrap"):
    REMEDIES[_name] = REMEDIES["user namespaces"]


class IsolationError(BackproplabError, RuntimeError):
    """This machine lacks a mechanism of the full level of isolation; says which, and what to do."""

    def __init__(self, mechanism: str, why: str) -> None:
        remedy = REMEDIES.get(mechanism, "use a recent Linux on x86_64 or aarch64")
        bounds = "time and memory but" if HAS_LIMITS else "time by the clock, here not memory, and"
        super().__init__(
            f"Full isolation needs {mechanism}, and this machine refuses it ({why}). To have it, {remedy}. "
            f"Or ask for less with --isolation reduced (in Python, isolation='reduced'), which bounds "
            f"{bounds} hides no files."
        )
        self.mechanism = mechanism


class SandboxError(BackproplabError, RuntimeError):
    """An assignment cannot be run, whatever is handed in: its given cells fail, say."""


class MachineError(BackproplabError, RuntimeError):
    """The machine ended a submission's run, by no fault of the submission; the message says how."""


class LeftRunningError(MachineError):
    """What a submission started goes on: it would meet all that follows, so nothing may follow."""
