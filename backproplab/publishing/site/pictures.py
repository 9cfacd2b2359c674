"""The files of pictures that README shows: the title picture and the moving one, light and dark."""

from importlib.resources import files
from pathlib import Path

from backproplab.files import write_text
from backproplab.publishing.site.moving_picture import COLOURS, Colours, both_passes, in_words, moving_picture
from backproplab.publishing.site.title_picture import title_picture, title_words

FOLDER = Path("site/pictures")


def pictures() -> dict[str, str]:
    """Return each picture by the name of its file."""
    made = {f"title-{theme}.svg": _title(colours) for theme, colours in COLOURS.items()}
    return made | {f"backward-pass-{theme}.svg": moving_picture(theme) for theme in COLOURS}


def alt_texts() -> dict[str, str]:
    """Return what README has to say of each picture, by the start of its file's name."""
    return {"title": title_words(), "backward-pass": in_words(both_passes())}


def write_pictures(course: Path) -> list[Path]:
    """Write the pictures into the course's folder; return their files."""
    written = []
    for name, text in pictures().items():
        written.append(course / FOLDER / name)
        written[-1].parent.mkdir(parents=True, exist_ok=True)
        write_text(written[-1], text)
    return written


def _title(colours: Colours) -> str:
    """Return the title picture with its style sheet in it, each variable of the site as the colour it has."""
    style = (files("backproplab.publishing") / "page" / "picture.css").read_text(encoding="utf-8")
    variables = {
        "color-foreground-primary": colours.ink,
        "color-background-secondary": colours.paper,
        "color-foreground-muted": colours.line,
        "course-value": colours.value,
        "course-gradient-text": colours.words,
        "course-gradient": colours.gradient,
    }
    for name, colour in variables.items():
        style = style.replace(f"var(--{name})", colour)
    font = 'text { font-family: "DejaVu Sans", "Segoe UI", Roboto, Arial, sans-serif }'
    head, body = title_picture().split(">", 1)
    head = head.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    return f"{head}>\n<style>\n{style}{font}\n</style>\n{body}\n"
