"""Seconds until a lesson on the site shows its first text, and until it is loaded as a whole, from disk.

    python benchmarks/reading.py [--rounds 4] [--json FILE]

Chromium's own clock, from the moment at which it is asked for the page: its first paint with something on it,
and the end of its load event, when all pictures, styles and scripts have come. Each time in a new context,
which has nothing in its cache. Files are in the system's cache. Beside it stands a page that holds one word.
"""

import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from website import PEER

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from browser.lab import ARGUMENTS, chromium
from in_rounds import in_rounds

ROOT = Path(__file__).parents[1]
SEEN = """() => new Promise((done) => {
  const told = () => {
    const [text] = performance.getEntriesByName("first-contentful-paint");
    const [page] = performance.getEntriesByType("navigation");
    if (text && page.loadEventEnd) done({ text: text.startTime / 1000, whole: page.loadEventEnd / 1000 });
    else setTimeout(told, 20);
  };
  told();
})"""


def lessons() -> dict[str, Path]:
    """The pages of the lessons by name, in a site that is built now."""
    one_thread = os.environ | {"OPENBLAS_NUM_THREADS": "1"}  # lessons run for it, as `make site` lets them
    command = [sys.executable, "-m", "backproplab", "site"]
    subprocess.run(command, cwd=ROOT, env=one_thread, check=True, stdout=subprocess.DEVNULL)
    names = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    pages = {name: ROOT / f"build/site/notebooks/{name}.html" for name in names}
    assert all(page.exists() for page in pages.values()), pages
    return pages


def measure(rounds: int) -> dict[str, list[dict[str, float]]]:
    pages = lessons()
    found: dict[str, list[dict[str, float]]] = {name: [] for name in (*pages, PEER)}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        pages[PEER] = Path(folder) / "word.html"
        pages[PEER].write_text("<!doctype html><title>Word</title><p>word</p>", encoding="utf-8")
        browser = driver.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for turn in range(rounds + 1):  # the first one wakes the browser and the files
            for name in random.sample(list(pages), len(pages)):
                context = browser.new_context(viewport={"width": 1280, "height": 900})
                page = context.new_page()
                page.goto(pages[name].as_uri())
                seen = page.evaluate(SEEN)
                if turn:
                    found[name].append(seen)
                context.close()
        browser.close()
    return found


if __name__ == "__main__":
    in_rounds(measure, __doc__)
