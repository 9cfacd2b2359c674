"""One pass over each widget in Firefox, on an exported page: keys, mouse, a quiet console, nothing cut.

All are on the page, and none may be cut. DigitPad is drawn on, though no Python answers it here.

Node of the environment drives Firefox through puppeteer-core, which `make firefox` fetches.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from browser.every_widget import CUT, every_widget, notebook_with
from browser.lab import SCREENSHOTS

from backproplab.publishing.export import export

NODE = Path(sys.prefix) / "bin/node"
DRIVER = Path(__file__).with_name("firefox.mjs")
MODULES = Path(sys.prefix) / "node_modules"
WIDGETS = (
    *(
        "quiz",
        "graph",
        "group",
        "layers",
        "picture",
        "practice",
        "sheet",
        "film",
        "pad",
        "pixel",
        "curves",
        "dial",
    ),
    *("chain", "lens", "playground", "descent", "ratings"),
)
PASSES = [f"{widget} by {way}" for widget in WIDGETS for way in ("keyboard", "mouse")]


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """What Firefox showed."""
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    if firefox is None:
        pytest.skip("no Firefox on this machine (Debian: apt-get install firefox-esr)")
    if not (MODULES / "puppeteer-core").exists():
        pytest.skip("puppeteer-core is not installed: run `make firefox`, which fetches it")
    folder = tmp_path_factory.mktemp("firefox")
    widgets = every_widget()
    widgets["pad"].on_page_alone = True  # else an exported page has its picture alone
    page = export(notebook_with(widgets), folder / "every.ipynb", folder)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, NODE, DRIVER, firefox, page, SCREENSHOTS],
        env={**os.environ, "HOME": str(folder), "PUPPETEER": str(MODULES), "CUT": CUT},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_console_stays_quiet(seen):
    assert seen["troubles"] == []


def test_every_pass_was_made(seen):
    assert list(seen["said"]) == PASSES
    assert set(every_widget()) <= set(WIDGETS)


@pytest.mark.parametrize("name", PASSES)
def test_the_page_answers(seen, name):
    before, after = seen["said"][name]
    assert after
    assert after != before


@pytest.mark.parametrize("width", ["390", "1024", "1440"])
def test_no_number_is_cut(seen, width):
    assert seen["cut"][width] == []
