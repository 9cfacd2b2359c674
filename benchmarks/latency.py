"""How long from a key to the change on the page, for each widget, beside a redrawn matplotlib picture.

    python benchmarks/latency.py [--json FILE]

One JupyterLab, one Chromium, one notebook with all widgets. A key goes to the element that has the focus, as
from a keyboard; time runs inside the page, from the first moment at which the page knows of the key (a
keydown listener, capture phase) until the widget's own nodes have changed (a MutationObserver, told when the
handler that changed them has ended). So all the page's own work on a key is in, and, for what needs Python,
the way to the kernel and back. What is not in: the key's way from the keyboard to the page, and layout and
paint, which follow with the browser's next frame, at most 17 ms later at 60 frames a second.

The last line of the table is what a notebook without these widgets has: a button and an Output that redraws
`plots.network_diagram` in the kernel. It is measured in turn with the others, key by key, so that a slow
spell of the machine hits all of them.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from playwright.sync_api import TimeoutError, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from browser.lab import ARGUMENTS, Notebook, Watched, chromium, lab_server, notebook_of

KEYS, WARM_UP = 20, 3
PAUSE = 150  # milliseconds before each key: an unhurried hand
PLAYED = 4000  # milliseconds for which pictures are counted
FORTY = "flow-40"
NO_SCREEN = ["--disable-frame-rate-limit", "--disable-gpu-vsync"]  # a picture as soon as the last one is done

CELLS = {
    "flow": """
from backproplab import Value
from backproplab.widgets import Flow
a = Value(5, label="a")
for turn in range(9):  # a node that is used twice, nine times over
    a = 0.5 * a + a
Flow(a)""",
    FORTY: """
a = Value(5, label="a")
for turn in range(13):  # three nodes a turn, and the first
    a = 0.5 * a + a
Flow(a)""",
    "film": """
from backproplab import SGD, Dense, Network, Sigmoid, SoftmaxCrossEntropy, fit
from backproplab.training import BatchLoss, GradientMaps, GradientNorms, Recorder, WeightMaps
from backproplab.datasets import mnist
from backproplab.widgets import GradientFilm
images, labels = mnist("test")
reader = Network([Dense(784, 128), Sigmoid(), Dense(128, 10)], seed=1)
recorder = Recorder(gradient_maps=GradientMaps("dense1.weights", units=[3, 7, 40], at=range(1, 300, 5)),
                    weight_maps=WeightMaps("dense1.weights", units=[3, 7, 40], at=range(1, 300, 5)),
                    norms=GradientNorms(), loss=BatchLoss())
history = fit(reader, SoftmaxCrossEntropy(), images.reshape(-1, 784), labels,
              optimizer=SGD(0.5), epochs=1, batch_size=32, recorder=recorder)
GradientFilm(history)""",
    "sheet": """
import numpy as np
from backproplab import SquaredError
from backproplab.spreadsheet import Sheet
from backproplab.widgets import Spreadsheet
small = Network([Dense(2, 1), Sigmoid(), Dense(1, 1), Sigmoid()], seed=1, dtype=np.float64)
Spreadsheet(Sheet(small, SquaredError(), x=[0.5, 0.3], target=[1.0], learning_rate=0.5))""",
    "quiz": """
from backproplab.widgets import quick_check
quick_check("02")""",
    "playground": """
from backproplab.widgets import Playground
playground = Playground(data="moons", width=6, depth=2)
playground""",
    "pad": """
from backproplab.widgets import DigitPad
pad = DigitPad(reader)
pad""",
    "matplotlib": """
import ipywidgets
from IPython.display import clear_output
from backproplab import SquaredError
from backproplab.datasets import xor
from backproplab.display import show
from backproplab.plots import network_diagram
x, targets = xor()
net, squared = Network([Dense(2, 4), Sigmoid(), Dense(4, 1), Sigmoid()], seed=1), SquaredError()
picture, step = ipywidgets.Output(), ipywidgets.Button(description="one step")
def redraw(_):
    net.loss_and_gradient(squared, x.astype(np.float32), targets)
    net.parameters -= net.gradient
    with picture:
        clear_output(wait=True)
        show(network_diagram(net, x[1], gradients=net.gradient_views))
step.on_click(redraw)
ipywidgets.VBox([step, picture])""",
}


class Measured(NamedTuple):
    """One line of the table."""

    what: str
    cell: str
    focus: str
    """The element that gets the keys."""
    watched: str
    """What has to change."""
    key: str
    goal: float | None = None
    before: tuple[str, ...] = ()
    """Keys that come first and are not measured; {} becomes the number of the turn."""
    start: tuple[str, ...] = ()
    """Keys at the very start."""


LINES = (
    Measured("Flow: next step", "flow", "input[type=range]", ".bpl", "ArrowRight", 5),
    Measured("film: next frame", "film", "input[type=range]", ".bpl", "ArrowRight", 5),
    Measured(
        "sheet: a new number", "sheet", "td[data-name='w1']", ".bpl-sheet", "Enter", 5, ("0", ".", "{}")
    ),
    Measured(
        "quick check: a reply", "quiz", "input[type=radio]", ".bpl", "Enter", 5, ("ArrowDown",), ("Space",)
    ),
    Measured("Playground: one step", "playground", "button:text-is('One step')", ".pg-progress", "Enter", 33),
    Measured("digit pad: ink", "pad", ".bpl-pad-surface", ".bpl-pad-ink", "ArrowRight", 5, ("Space",)),
    Measured("digit pad: answer", "pad", ".bpl-pad-surface", ".bpl-pad-answer", "ArrowLeft", 33),
    Measured("matplotlib in an Output", "matplotlib", "button", ".widget-output", "Enter"),
)

PICTURES = {"Playground: pictures": 20, "Flow: pictures, 40 nodes": 60}

PROBE = """() => {
  const probe = { begun: 0, took: null };
  const observer = new MutationObserver(() => {
    if (probe.took === null && probe.begun) probe.took = performance.now() - probe.begun;
  });
  window.addEventListener("keydown", () => { probe.begun = performance.now(); }, { capture: true });
  probe.arm = (node) => {
    observer.disconnect();
    [probe.begun, probe.took] = [0, null];
    observer.observe(node, { subtree: true, childList: true, characterData: true, attributes: true });
  };
  window.probe = probe;
}"""


def press(notebook: Notebook, line: Measured, turn: int) -> float:
    """One key and the milliseconds until the page had changed."""
    page = notebook.page
    notebook.output(line.cell)  # in view
    output = page.locator(f".jp-Cell[data-cell='{line.cell}'] .jp-OutputArea").first
    focused = output.locator(line.focus).first
    if line.cell != "quiz":
        focused.focus()
    elif turn == 0:
        focused.focus()  # arrows go on from the choice that has the focus
    else:
        output.locator("input[type=radio]:checked").first.focus()
    for key in (*(line.start if turn == 0 else ()), *line.before):
        page.keyboard.press(key.format(1 + turn % 9))
    page.wait_for_timeout(PAUSE)
    output.locator(line.watched).first.evaluate("node => window.probe.arm(node)")
    page.keyboard.press(line.key)
    try:
        page.wait_for_function("() => window.probe.took !== null", timeout=10_000, polling=20)
    except TimeoutError:
        sys.exit(f"{line.what}: key {turn + 1} changed nothing within 10 s")
    took: float = page.evaluate("() => window.probe.took")
    return took


def pictures_a_second(notebook: Notebook) -> float:
    """How many pictures of training reach the screen a second: frames in which there is a new one."""
    notebook.output("playground").locator("button:text-is('Start')").press("Enter")
    notebook.page.wait_for_timeout(1000)
    rate: float = notebook.page.evaluate(
        """milliseconds => new Promise((done) => {
             const node = document.querySelector("[data-pictures]");
             const times = [];
             let last = ""; const start = performance.now();
             requestAnimationFrame(function frame(now) {
               if (node.dataset.pictures !== last) times.push(now);
               last = node.dataset.pictures;
               if (now - start < milliseconds) requestAnimationFrame(frame);
               else done(1000 * (times.length - 1) / (times.at(-1) - times[0]));
             });
           })""",
        PLAYED,
    )
    notebook.output("playground").locator("button:text-is('Pause')").press("Enter")
    return rate


def flow_pictures_a_second(driver, address: str) -> float:
    """How many pictures of a played graph of forty nodes a browser makes a second, if no screen holds it.

    A picture is a frame in which the graph is another than in the frame before.
    """
    browser = driver.chromium.launch(executable_path=chromium(), args=[*ARGUMENTS, *NO_SCREEN])
    watched = Watched(browser, address)
    notebook = Notebook(watched.page, "latency.ipynb", address).open()
    notebook.run("flow", FORTY)
    notebook.output(FORTY).locator("input[type=range]").first.press("Space")
    notebook.page.wait_for_timeout(500)
    rate: float = notebook.page.evaluate(
        """([cell, milliseconds]) => new Promise((done) => {
             const node = document.querySelector(`.jp-Cell[data-cell='${cell}'] .bpl-flow`);
             let [changed, pictures] = [false, 0];
             new MutationObserver(() => { changed = true; })
               .observe(node, { subtree: true, childList: true, characterData: true, attributes: true });
             const start = performance.now();
             requestAnimationFrame(function frame(now) {
               pictures += changed;
               changed = false;
               if (now - start < milliseconds) requestAnimationFrame(frame);
               else done((1000 * pictures) / (now - start));
             });
           })""",
        [FORTY, PLAYED],
    )
    browser.close()
    assert not watched.troubles, watched.troubles
    return rate


def measure() -> tuple[dict[str, list[float]], dict[str, float]]:
    """Milliseconds of each line of the table, and pictures a second."""
    times: dict[str, list[float]] = {line.what: [] for line in LINES}
    with tempfile.TemporaryDirectory() as folder, lab_server(Path(folder)) as address:
        notebook_of(CELLS, Path(folder) / "latency.ipynb")
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            watched = Watched(browser, address)
            notebook = Notebook(watched.page, "latency.ipynb", address).open()
            notebook.run()
            watched.page.evaluate(PROBE)
            watched.page.set_default_timeout(20_000)
            for turn in range(WARM_UP + KEYS):
                for line in LINES:
                    took = press(notebook, line, turn)
                    if turn >= WARM_UP:
                        times[line.what].append(took)
            rates = {"Playground: pictures": pictures_a_second(notebook)}
            browser.close()
            assert not watched.troubles, watched.troubles
            rates["Flow: pictures, 40 nodes"] = flow_pictures_a_second(driver, address)
    return times, rates


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers to this file, too")
    arguments = parser.parse_args()
    if chromium() is None:
        sys.exit("no chromium on this machine (Debian: apt-get install chromium)")
    times, rates = measure()
    peer = median(times[LINES[-1].what])
    print(f"{KEYS} keys each; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'key to change on the page, ms':30}{'median':>8}{'95 %':>8}{'goal':>8}{'matplotlib ÷ this':>20}")
    for line in LINES:
        middle, most = median(times[line.what]), quantiles(times[line.what], n=20)[-1]
        goal = "" if line.goal is None else f"{line.goal:g} {'✓' if middle <= line.goal else '✗'}"
        print(f"{line.what:30}{middle:8.1f}{most:8.1f}{goal:>8}{peer / middle:20.1f}")
    for line, rate in rates.items():
        goal = PICTURES[line]
        print(f"{line}: {rate:.0f} a second (goal {goal} {'✓' if rate >= goal else '✗'})")
    if arguments.json:
        document = {
            "milliseconds": times,
            "pictures_a_second": rates,
            "seconds": PLAYED / 1000,
        }
        arguments.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
