"""Build the site: the course's folder in, a folder that any web server can show out."""

import re
import shutil
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.docutils import docutils_namespace

from backproplab.errors import BackproplabError
from backproplab.publishing.site.downloads import write_downloads
from backproplab.publishing.site.place import put_in_place
from backproplab.publishing.site.sources import write_sources
from backproplab.publishing.site.widgets import Held

COLOURS = re.compile(r"\x1b\[[0-9;]*m")  # of a terminal


class SiteError(BackproplabError):
    """The site has faults. The message is what Sphinx says of each, with the file and the line."""


def build_site(course: Path, out: Path, work: Path, widgets: Mapping[str, Held], *, url: str = "") -> None:
    """Write the site of the course in the folder `course` into the folder `out`.

    What an earlier site had there and this one has not is removed; what others put there stays.
    `work` keeps what makes the next build short. `widgets` holds, by the stem of a lesson, what its widgets
    hold. `url` is where the site will stand, if that is known. Raises `SiteError` if anything on a page is
    amiss: a link that leads nowhere, a formula that has no MathML; or if `course` is not the course's folder.
    """
    if not (course / "site" / "conf.py").is_file():
        raise SiteError(
            "The site is made in the course's folder, the one with README.md and site/: go there first"
        )
    sources, downloads, made = work / "sources", work / "downloads", work / "made"
    write_downloads(course, downloads)
    write_sources(course, sources, widgets, downloads)
    if made.exists():  # or a page that is no longer made would stay
        shutil.rmtree(made)
    made.mkdir(parents=True)
    faults = StringIO()
    with docutils_namespace():  # what Sphinx registers for one site is not there twice for the next
        app = Sphinx(
            srcdir=sources,
            confdir=course / "site",
            outdir=made,
            doctreedir=work / "doctrees",
            buildername="html",
            confoverrides={
                "html_extra_path": [str(downloads.absolute())],
                **({"html_baseurl": url} if url else {}),
            },
            status=None,
            warning=faults,
            warningiserror=True,
        )
        try:
            app.build()
        except SphinxError as error:
            raise SiteError(f"The site could not be made: {error}") from error
        if app.statuscode:
            raise SiteError(f"The site has faults:\n{COLOURS.sub('', faults.getvalue())}")
    put_in_place(made, out)
