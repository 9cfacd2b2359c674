"""What JupyterLab's server learns: the page `course`, which shows the course map of the copy it serves.

It is an extension of the server alone, which `backproplab lab` names on the command line; JupyterLab needs
none, and nothing is installed or written.
"""

from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado.web import authenticated

from backproplab.course.outline import parts
from backproplab.course.source import course_for
from backproplab.door.page import map_page

PAGE = "course"


class MapHandler(JupyterHandler):
    """Shows the course map of the learner's copy, as it is now."""

    @authenticated
    def get(self) -> None:
        """Answer with the page; a browser asks for it anew each time, also on its way back."""
        self.set_header("Cache-Control", "no-store")
        copy = Path(self.settings["server_root_dir"]).expanduser()
        self.finish(map_page(copy, parts(course_for(copy)), self.base_url))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(app: Any) -> None:
    app.web_app.add_handlers(".*$", [(url_path_join(app.base_url, PAGE), MapHandler)])
