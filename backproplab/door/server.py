"""What JupyterLab's server learns: `course`, the course map of the copy that it serves, and what it leads to.

It is an extension of the server alone, which `backproplab lab` names on the command line; JupyterLab needs
none, and nothing is installed, or written but the settings that a run of JupyterLab has.
"""

from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado.web import authenticated

from backproplab.course.outline import parts
from backproplab.course.source import course_for
from backproplab.door.page import map_page, practice_page
from backproplab.door.toolbar import put_button
from backproplab.publishing.practice.data import PAGES

PAGE = "course"
SETTINGS = "backproplab_lab_settings"
"""Holds the folders of settings, which go when the server does."""


class DoorHandler(JupyterHandler):
    """Shows the course map of the learner's copy, as it is now, or one of the pages of questions."""

    @authenticated
    def get(self, page: str | None = None) -> None:
        """Answer with the page; a browser asks for it anew each time, also on its way back."""
        self.set_header("Cache-Control", "no-store")
        copy = Path(self.settings["server_root_dir"]).expanduser()
        outline = parts(course_for(copy))
        if page:
            self.finish(practice_page(page, copy, outline, self.base_url))
        else:
            self.finish(map_page(copy, outline, self.base_url))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(app: Any) -> None:
    pattern = rf"{PAGE}(?:/({'|'.join(PAGES)}))?/?"
    app.web_app.add_handlers(".*$", [(url_path_join(app.base_url, pattern), DoorHandler)])
    # Extensions load in the order of their names: JupyterLab, after this one, has not looked at its settings.
    labs = app.extension_manager.extension_apps.get("jupyterlab", ())
    app.web_app.settings[SETTINGS] = [put_button(lab, url_path_join(app.base_url, PAGE)) for lab in labs]
