"""How a result reaches a page: pictures with alt text, tables beside plain text, a progress bar.

A picture is described where it is drawn, with `describe(axes, "…")`, and shown with `show(figure)`. The page
then holds `<img alt="…">` rather than a bare image: JupyterLab, exported HTML and a screen reader all get the
words.

    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> axes = figure.subplots()
    >>> describe(axes, "The loss falls from 2.3 to 0.1 in 5 epochs.")
    >>> alt_text(figure)
    'The loss falls from 2.3 to 0.1 in 5 epochs.'
"""

import base64
import html as _html
import io
import re
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PAGE_PIXELS_PER_INCH = 110  # 8 inches fill a JupyterLab cell, and 10-point type reads as 15 pixels
DOTS_PER_INCH = 2 * PAGE_PIXELS_PER_INCH  # sharp where a page's pixel is two of the screen's
LEAST_WIDTH = (
    640  # pixels, below which a wide picture scrolls: its type would be too small to read on a phone
)
DARK = (
    "<style>@media screen{[data-jp-theme-light=false] .bpl-figure"
    "{filter:invert(1) hue-rotate(180deg);mix-blend-mode:screen}}</style>"
)
"""On a dark page a picture is light on dark, each colour in its own hue; without the style it is on white."""

MARKED = re.compile(r"`(?P<code>[^`]+)`|(?<!\w)\*(?P<em>[^\s*](?:[^*]*[^\s*])?)\*(?!\w)")
"""What a sentence marks: `code` in backticks, *emphasis* between stars; the star of a product is neither."""

_alt_texts: "WeakKeyDictionary[Artist, str]" = WeakKeyDictionary()


def runs(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a sentence with the tag of each: "code", "em", or "" where nothing is marked.

    >>> list(runs("call `send`, *once*"))
    [('', 'call '), ('code', 'send'), ('', ', '), ('em', 'once')]
    """
    end = 0
    for found in MARKED.finditer(text):
        if found.start() > end:
            yield "", text[end : found.start()]
        kind = found.lastgroup or ""
        yield kind, found[kind]
        end = found.end()
    if end < len(text):
        yield "", text[end:]


def marked(text: str) -> str:
    """Return a sentence as HTML, what it marks inside `<code>` and `<em>`.

    >>> marked("2 * 3 * 4 < `a*b*c`, *not* twice")
    '2 * 3 * 4 &lt; <code>a*b*c</code>, <em>not</em> twice'
    """
    pieces = ((kind, _html.escape(piece, quote=False)) for kind, piece in runs(text))
    return "".join(f"<{kind}>{piece}</{kind}>" if kind else piece for kind, piece in pieces)


def describe(artist: "Artist", text: str) -> None:
    """Attach alt text to an Axes or a Figure: one to three sentences on what the picture shows.

    A second call replaces the first. ValueError if the text is blank.
    """
    if not text.strip():
        raise ValueError("describe() got an empty text; say in a sentence what the picture shows")
    _alt_texts[artist] = " ".join(text.split())


def alt_text(artist: "Figure | Axes") -> str:
    """Return the text attached to a picture: its own, or that of its axes in order; "" if there is none."""
    if artist in _alt_texts:
        return _alt_texts[artist]
    return " ".join(_alt_texts[ax] for ax in getattr(artist, "axes", None) or () if ax in _alt_texts)


def show(picture: "Figure | Axes", alt: str | None = None) -> None:
    """Put a picture on the page, with its alt text; in a plain terminal, print the alt text.

    `picture` is a Figure, or any Axes of it. `alt` replaces the text given by `describe`.
    ValueError if the picture has neither.
    """
    figure, text = _figure_and_text(picture, alt)
    encoded = base64.b64encode(png(figure)).decode("ascii")
    _emit({"text/html": _img(figure, encoded, text), "image/png": encoded, "text/plain": text})


def image(picture: "Figure | Axes", alt: str | None = None) -> str:
    """Return the markup that `show` puts on the page: `<img alt="…">`, the pixels in it."""
    figure, text = _figure_and_text(picture, alt)
    return _img(figure, base64.b64encode(png(figure)).decode("ascii"), text)


def _figure_and_text(picture: "Figure | Axes", alt: str | None) -> tuple["Figure", str]:
    figure = picture.get_figure(root=True)
    if figure is None:
        raise ValueError(
            "show() got axes that belong to no figure; draw on axes made by plots.style.panels()"
        )
    text = alt or alt_text(figure)
    if not text:
        raise ValueError(
            "This figure has no alt text, so some readers would get nothing. "
            'Call describe(ax, "what the picture shows") first, or show(figure, alt="…").'
        )
    return figure, text


def _img(figure: "Figure", encoded: str, text: str) -> str:
    width = round(figure.get_figwidth() * PAGE_PIXELS_PER_INCH)
    return (
        f'<img alt="{_html.escape(text)}" class="bpl-figure" width="{width}" '
        f'style="max-width:100%;min-width:{min(width, LEAST_WIDTH)}px" '
        f'src="data:image/png;base64,{encoded}">{DARK}'
    )


def html(markup: str, plain: str) -> None:
    """Put HTML on the page, and `plain` wherever HTML is not read: a terminal, a diff, a search.

    ValueError if `plain` is blank.
    """
    if not plain.strip():
        raise ValueError("html() got an empty plain text; give the same content without markup")
    _emit({"text/html": markup, "text/plain": plain})


def png(figure: "Figure") -> bytes:
    """Render a figure as a small PNG: in 128 or 256 colours where nobody would see the difference."""
    from PIL import Image, ImageChops

    buffer = io.BytesIO()
    # Not compressed, for it is read again at once.
    unpacked = {"compress_level": 0}
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, facecolor="white", pil_kwargs=unpacked)
    image = Image.open(buffer).convert("RGB")
    smallest = image
    for colours in (128, 256):
        reduced = image.quantize(colours, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        apart = ImageChops.difference(image, reduced.convert("RGB")).getextrema()  # (least, most) a band
        if max(most for _, most in cast("tuple[tuple[int, int], ...]", apart)) <= 16:
            smallest = reduced
            break
    small = io.BytesIO()
    smallest.save(small, format="PNG", optimize=True)
    return small.getvalue()


def progress_bar() -> Callable[[int, int, float], None]:
    """Return a `progress(step, steps, loss)` callback for `fit` that draws a bar while somebody watches.

    The bar wipes itself when training ends. Where nobody watches (a notebook run by nbclient or nbval, output
    sent to a file) it writes nothing at all, so a committed notebook holds no trace of it.
    """
    from tqdm import tqdm

    bar: Any = None

    def report(step: int, steps: int, loss: float) -> None:
        nonlocal bar
        if bar is not None and step <= bar.n:  # an earlier training stopped before its last step
            bar.close()
            bar = None
        if bar is None:
            bar = tqdm(
                total=steps,
                disable=not _is_watched(),
                leave=False,
                file=sys.stdout,
                unit=" steps",
                mininterval=0.2,
                ncols=90 if _shell_kernel() else None,
            )
        bar.set_postfix_str(f"loss {loss:.3f}", refresh=False)
        bar.update(step - bar.n)
        if step >= steps:
            bar.close()
            bar = None

    return report


def _is_watched() -> bool:
    """Is a person there? A kernel's front end says so by allowing prompts; a terminal by being one."""
    kernel = _shell_kernel()
    if kernel is None:
        return sys.stdout.isatty()
    return bool(kernel.get_parent("shell").get("content", {}).get("allow_stdin", False))


def _shell_kernel() -> Any:
    """Return the running Jupyter kernel, or None in a terminal or a plain program."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None)


def _emit(bundle: dict[str, str]) -> None:
    """Send one mimebundle to the front end, or print its plain text where there is none."""
    kernel = _shell_kernel()
    if kernel is None:
        # On Windows, a pipe or a file has 256 letters at most, and ∂ is none of them.
        encoding = sys.stdout.encoding or "utf-8"
        print(bundle["text/plain"].encode(encoding, "replace").decode(encoding))
    else:
        kernel.shell.display_pub.publish(bundle)
