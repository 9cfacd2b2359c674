"""The picture at the front door: one small pass, forward and back, in numbers that the engine computed."""

from collections.abc import Iterator

from backproplab.scalar import Value

WIDE, HIGH, STEP, TOP = 720, 190, 180, 95
BOX = 104


def title_picture() -> str:
    """Return an SVG of y = w · x, then the error y − t, then the loss, with values and gradients.

    Its colours are classes of the site's style sheet, so that it goes from light to dark with the page.
    """
    steps = _steps()
    parts = "".join(part for place in range(len(steps)) for part in _step(place, steps))
    return (
        f'<svg class="course-picture" viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="{_words(steps)}">'
        f"{_markers()}{parts}</svg>"
    )


def _steps() -> list[tuple[str, float, float]]:
    """Return (name, value, gradient of the loss with respect to it), from the weight to the loss."""
    w = Value(2.0)
    y = w * 3.0
    error = y - 5.0
    loss = error * error
    loss.backward()
    return [(name, each.data, each.grad) for name, each in zip(NAMES, (w, y, error, loss), strict=True)]


NAMES = ("w", "y = w · 3", "e = y − 5", "L = e²")


def _step(place: int, steps: list[tuple[str, float, float]]) -> Iterator[str]:
    name, value, gradient = steps[place]
    x = WIDE / 2 + (place - (len(steps) - 1) / 2) * STEP
    yield f'<rect class="course-box" x="{x - BOX / 2}" y="{TOP - 26}" width="{BOX}" height="52" rx="8"/>'
    yield f'<text class="course-name" x="{x}" y="{TOP + 6}">{name}</text>'
    yield f'<text class="course-value" x="{x}" y="{TOP - 44}">● {value:g}</text>'
    yield f'<text class="course-gradient" x="{x}" y="{TOP + 58}">▲ {gradient:g}</text>'
    if place + 1 < len(steps):
        left, right = x + BOX / 2 + 6, x + STEP - BOX / 2 - 6
        yield f'<path class="course-forward" d="M{left} {TOP - 11}H{right}" marker-end="url(#course-ahead)"/>'
        yield f'<path class="course-backward" d="M{right} {TOP + 11}H{left}" marker-end="url(#course-back)"/>'


def _markers() -> str:
    return (
        "<defs>"
        + "".join(
            f'<marker id="{name}" class="{name}" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="7" '
            f'markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10Z"/></marker>'
            for name in ("course-ahead", "course-back")
        )
        + "</defs>"
    )


def title_words() -> str:
    """Return what the picture shows, as its alt text."""
    return _words(_steps())


def _words(steps: list[tuple[str, float, float]]) -> str:
    values = ", ".join(f"{name} is {value:g}" for name, value, _ in steps)
    gradients = ", ".join(f"{gradient:g}" for _, _, gradient in reversed(steps))
    return f"Values go forward: {values}. Gradients come back, from the loss to the weight: {gradients}."
