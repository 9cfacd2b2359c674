"""The button "Course map" in the toolbar of each notebook, where there is a course map for it to lead to.

JupyterLab opens an address that stands in its settings as it is, so the address has to say where this server
stands: `/course` alone, or `/user/ada/course` behind a JupyterHub. That is known when the server has started.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from backproplab.files import write_text

LAB_SETTINGS = Path(__file__).parents[1] / "widgets" / "lab"
"""The course's own settings: JupyterLab saves the state of widgets with a notebook."""
OVERRIDES = "overrides.json"
PANEL = "@jupyterlab/notebook-extension:panel"


def with_button(settings: dict[str, Any], address: str) -> dict[str, Any]:
    """Return settings of JupyterLab by which each notebook has a button that opens `address`.

    >>> with_button({}, "/user/ada/course")[PANEL]["toolbar"][0]["args"]["url"]
    '/user/ada/course'
    """
    button = {
        "name": "course-map",
        "command": "help:open",
        "args": {"url": address, "text": "Course map", "newBrowserTab": True},
        "label": "Course map",
        "caption": "Open the course map",
        "rank": 200,
    }
    return {**settings, PANEL: {"toolbar": [button]}}


def put_button(lab: Any, address: str) -> TemporaryDirectory[str] | None:
    """Let a JupyterLab that has the course's settings have the button, too; another's settings stay.

    `lab` is its application, before its pages are set up. Returns the folder of the new settings, which
    lasts as long as it is held; None where nothing was done.
    """
    if Path(lab.app_settings_dir) != LAB_SETTINGS:
        return None
    folder = TemporaryDirectory(prefix="backproplab-")
    settings = json.loads((LAB_SETTINGS / OVERRIDES).read_text(encoding="utf-8"))
    write_text(Path(folder.name) / OVERRIDES, json.dumps(with_button(settings, address)))
    lab.app_settings_dir = folder.name
    return folder
