"""How long from a key to the change on the site's own pages, for each widget that lives there without Python.

    python benchmarks/site_latency.py [--site build/site] [--json FILE]

The built site is served on loopback and opened in Chromium, a lesson at a time; what a cover hides is shown
first. `key_to_page` is what latency.py measures in JupyterLab: milliseconds of the clock from the page's
first knowledge of a key (a keydown listener, capture phase) until the widget's own nodes have changed.
`script` is what all scripts of the page took for that key, with the frames and timers that it set off, in
milliseconds of CPU of the page's main thread: other work on the machine does not count.
Widgets that need Python are still pictures on these pages, and not here.

Prints one JSON object, widget → {"key_to_page": [median, least, most], "script": [median, least, most]}.
"""

import argparse
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from playwright.sync_api import CDPSession, Locator, Page, TimeoutError, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from browser.lab import ARGUMENTS, ROOT, chromium
from latency import PROBE

KEYS, WARM_UP = 15, 3
PAUSE = 150  # milliseconds before and after each key: an unhurried hand, and frames have been drawn


class Measured(NamedTuple):
    """A widget on its page, and the keys that it gets."""

    what: str
    page: str
    cell: str
    focus: str
    """The element that gets the keys."""
    keys: str
    """One after the other, again and again: there and back, where a slider has few steps."""
    before: tuple[str, ...] = ()
    """Keys that come first and are not measured; {} becomes the number of the turn."""


BACK, ON = "ArrowLeft ArrowRight", "ArrowRight ArrowLeft"
SLIDER = "[type=range]"
LINES = (
    Measured("nudge lens: another nudge", "01-nudges-and-slopes", "see-the-slope", SLIDER, BACK),
    Measured("linked panels: another point", "02-chain-rule", "the-friend", SLIDER, BACK),
    Measured("Flow: another step", "05-scalar-engine", "step-right-beside-wrong", SLIDER, ON),
    Measured(
        "sheet: a new number", "03-spreadsheet", "live-sheet", "td[data-name='w1']", "Enter", ("0", ".", "{}")
    ),
    Measured("sheet: one update", "03-spreadsheet", "live-sheet", "button:text-is('One update')", "Enter"),
    Measured(
        "quick check: a reply",
        "02-chain-rule",
        "quick-check-cards",
        "[type=radio]:not(:checked)",
        "Enter",
        ("Space",),
    ),
    Measured(
        "Playground: a recorded step", "08-xor", "playground", "label:text-is('recorded step') + input", ON
    ),
    Measured("Playground: a weight", "08-xor", "playground", "label:text-is('its value') + input", ON),
    Measured("film: another frame", "10-mnist-gradients", "gradient-film", SLIDER, ON),
    Measured("activation curves: the point", "12-activations", "moving-point", SLIDER, ON),
    Measured("depth dial: another start", "13-vanishing-exploding", "turn-the-start", SLIDER, BACK),
    Measured("descent: another rate", "15-optimizers", "landscape", SLIDER, ON),
    Measured("recommender: a thumb", "19-recommender", "your-thumb", "[aria-pressed='false']", "Enter"),
)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of each request."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The address of the site on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def opened(page: Page, address: str, line: Measured) -> Locator:
    """The widget of a line, live and uncovered."""
    page.goto(f"{address}/notebooks/{line.page}.html")
    page.wait_for_function("() => document.documentElement.dataset.lessonLive === 'true'")
    cell = page.locator(f"[id='cell-id={line.cell}']")
    cover = cell.locator(".course-cover button")
    if cover.count() and cover.is_visible():
        cover.click()
    page.evaluate(PROBE)
    widget = cell.locator(".lesson-live").first
    widget.scroll_into_view_if_needed()
    return widget


def scripted(session: CDPSession) -> float:
    """Milliseconds of CPU that scripts of the page have taken so far."""
    found: dict[str, Any] = session.send("Performance.getMetrics")
    return 1000 * next(one["value"] for one in found["metrics"] if one["name"] == "ScriptDuration")


def pressed(session: CDPSession, widget: Locator, line: Measured, turn: int) -> tuple[float, float]:
    """One key: milliseconds until the page had changed, and those of its scripts."""
    page = widget.page
    focused = widget.locator(line.focus).first
    focused.focus()
    for key in line.before:
        page.keyboard.press(key.format(1 + turn % 9))
    widget.evaluate("node => window.probe.arm(node)")
    page.wait_for_timeout(PAUSE)
    before = scripted(session)
    keys = line.keys.split()
    page.keyboard.press(keys[turn % len(keys)])
    page.wait_for_timeout(PAUSE)
    took = scripted(session) - before
    try:
        page.wait_for_function("() => window.probe.took !== null", timeout=10_000)
    except TimeoutError:
        sys.exit(f"{line.what}: key {turn + 1} changed nothing within 10 s")
    return page.evaluate("() => window.probe.took"), took


def summary(times: list[float]) -> list[float]:
    """Median, least and most, in hundredths of a millisecond."""
    return [round(one, 2) for one in (median(times), min(times), max(times))]


def measure(site: Path) -> dict[str, dict[str, list[float]]]:
    """By line: the median, least and most of both times."""
    result = {}
    with served(site) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for line in LINES:
            page = browser.new_page()
            session = page.context.new_cdp_session(page)
            session.send("Performance.enable", {"timeDomain": "threadTicks"})
            widget = opened(page, address, line)
            turns = [pressed(session, widget, line, turn) for turn in range(WARM_UP + KEYS)][WARM_UP:]
            clock, script = zip(*turns, strict=True)
            result[line.what] = {"key_to_page": summary([*clock]), "script": summary([*script])}
            page.close()
        browser.close()
    return result


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--site", type=Path, default=ROOT / "build/site", help="the built site: make site")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to this file, too")
    arguments = parser.parse_args()
    if chromium() is None:
        sys.exit("no chromium on this machine (Debian: apt-get install chromium)")
    if not (arguments.site / "index.html").is_file():
        sys.exit(f"no site in {arguments.site}; build it first: make site")
    text = json.dumps(measure(arguments.site), indent=1, ensure_ascii=False)
    print(text)
    if arguments.json:
        arguments.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
