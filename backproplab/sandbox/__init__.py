"""Runs untrusted notebooks. Knows no answer."""

from backproplab.sandbox.host import Sandbox, SandboxError
from backproplab.sandbox.protocol import Assignment, Cell, Check, Checkpoint, Job, Limits, Outcome
from backproplab.sandbox.requirements import IsolationError

__all__ = [
    "Assignment",
    "Cell",
    "Check",
    "Checkpoint",
    "IsolationError",
    "Job",
    "Limits",
    "Outcome",
    "Sandbox",
    "SandboxError",
]
