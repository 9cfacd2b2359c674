"""How Sphinx makes the site. What it reads is made by `backproplab site`; see site/README.md."""

from importlib.resources import files

PUBLISHING = files("backproplab.publishing")

project = "backproplab"
author = "The backproplab authors"
project_copyright = "The backproplab authors; text and figures under CC BY 4.0"
html_title = "Backpropagation, step by step"
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "backproplab.publishing.site.extension",
]
exclude_patterns = ["**/files/**"]
smartquotes = False  # the lessons are set as they are to be read

nb_execution_mode = "off"  # pages show the committed outputs
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # widgets come from the lesson itself, not from elsewhere
nb_mime_priority_overrides = [("html", "text/html", 0)]
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence"]
myst_heading_anchors = 3
myst_heading_slug_func = "backproplab.publishing.site.sources.slug"
myst_update_mathjax = False
html_math_renderer = "mathml"

default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_default_options = {"members": True}

html_theme = "furo"
templates_path = ["templates"]
html_static_path = [
    "static",
    *(str(PUBLISHING / "page" / name) for name in ("formulas.css", "live.css", "picture.css")),
    *(str(PUBLISHING / "practice" / name) for name in ("practice.css", "store.js")),
]
html_css_files = ["formulas.css", "live.css", "picture.css", "course.css", "practice.css"]
html_js_files = [(name, {"defer": "defer"}) for name in ("theme.js", "guesses.js", "progress.js")]
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0067a1",
        "color-brand-content": "#0067a1",
        "color-brand-visited": "#5b0e62",
        "course-value": "#0072b2",
        "course-gradient": "#d55e00",
        "course-gradient-text": "#a84a00",
        "course-right": "#00704f",
    },
    "dark_css_variables": {
        "color-brand-primary": "#5cb3e6",
        "color-brand-content": "#5cb3e6",
        "color-brand-visited": "#d79be0",
        "course-value": "#5cb3e6",
        "course-gradient": "#f08a3c",
        "course-gradient-text": "#f08a3c",
        "course-right": "#4fc99d",
    },
}
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
