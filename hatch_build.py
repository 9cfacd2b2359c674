"""What a wheel carries beside the package: the course that `backproplab lab` opens, without solutions."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

INSIDE = "backproplab/course/carried"
CARRIED = (
    "README.md",  # its tables say which lesson comes after which
    "notebooks/[0-9][0-9]-*.ipynb",
    "notebooks/*.md",
    "notebooks/files/*",
    "exercises/[0-9][0-9]-*.ipynb",
    "exercises/capstone-*.ipynb",
    "exercises/expected/*.json",
)


class CarriedCourse(BuildHookInterface):
    """Put lessons, exercises and recorded values into a wheel; an editable install has them around it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name each file, and where it goes."""
        if version == "editable":
            return
        root = Path(self.root)
        for path in (path for pattern in CARRIED for path in sorted(root.glob(pattern))):
            if path.is_file() and not path.name.startswith((".", "~")):
                build_data["force_include"][str(path)] = f"{INSIDE}/{path.relative_to(root).as_posix()}"
