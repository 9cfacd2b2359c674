"""All widgets on one page: narrow, magnified, dark, run again, closed and opened, with a new kernel."""

import nbformat
import pytest

from browser.lab import notebook_of

CELLS = {
    "quiz": """
from backproplab.widgets import quick_check
quiz = quick_check("02")
quiz""",
    "graph": """
from backproplab import Value
from backproplab.widgets import Stepper
a = Value(5, label="a")
b = 4 * a
c = 3 * b
graph = Stepper(b * c, wrong_order=True)
graph""",
    "layers": """
from backproplab import Dense, Network, Sigmoid, SquaredError
from backproplab.datasets import xor
x, targets = xor()
layers = Stepper(Network([Dense(2, 4), Sigmoid(), Dense(4, 1)], seed=1), SquaredError(), x=x, targets=targets)
layers""",
    "sheet": """
import numpy as np
from backproplab.spreadsheet import Sheet
from backproplab.widgets import Spreadsheet
network = Network([Dense(2, 1), Sigmoid(), Dense(1, 1), Sigmoid()], seed=1, dtype=np.float64)
sheet = Spreadsheet(Sheet(network, SquaredError(), x=[0.5, 0.3], target=[1.0], learning_rate=0.5))
sheet""",
    "film": """
from backproplab import SGD, SoftmaxCrossEntropy, fit
from backproplab.training import BatchLoss, GradientMaps, GradientNorms, Recorder
from backproplab.datasets import mnist
from backproplab.widgets import GradientFilm
images, labels = mnist("test")
reader = Network([Dense(784, 8), Sigmoid(), Dense(8, 10)], seed=1)
recorder = Recorder(gradient_maps=GradientMaps("dense1.weights", units=[0, 1], at=[1, 5, 10]),
                    norms=GradientNorms(), loss=BatchLoss())
history = fit(reader, SoftmaxCrossEntropy(), images[:640].reshape(-1, 784), labels[:640],
              optimizer=SGD(0.5), epochs=1, batch_size=32, recorder=recorder)
film = GradientFilm(history)
film""",
    "playground": """
from backproplab.widgets import Playground
playground = Playground(data="moons")
playground""",
    "pad": """
from backproplab.widgets import DigitPad
pad = DigitPad(reader)
pad""",
}
STAY_ALIVE = ("quiz", "graph", "layers", "sheet", "film")


@pytest.fixture(scope="module")
def notebook(open_notebook, lab):
    notebook_of(CELLS, lab[1] / "together.ipynb")
    notebook = open_notebook("together.ipynb")
    notebook.run()
    return notebook


def all_there(notebook):
    """Every widget stands in its place, once."""
    for cell in CELLS:
        notebook.output(cell).locator(".bpl").first.wait_for()
        assert notebook.output(cell).locator(".bpl").count() == 1, cell


def wider_than_the_page(notebook):
    """The cells whose widget is wider than its place: it would push the page aside or be cut off."""
    return notebook.page.evaluate(
        """() => [...document.querySelectorAll(".bpl")]
                   .filter((root) => root.scrollWidth > root.clientWidth + 1
                      || root.getBoundingClientRect().right
                         > root.closest(".jp-OutputArea-output").getBoundingClientRect().right + 1)
                   .map((root) => root.closest(".jp-Cell").innerText.slice(0, 80))"""
    )


@pytest.mark.parametrize("width", [1280, 1024, 640])  # 640 is what 200 % leaves of 1280
def test_nothing_is_cut_off(notebook, width):
    all_there(notebook)
    notebook.page.set_viewport_size({"width": width, "height": 800})
    try:
        assert wider_than_the_page(notebook) == []
        assert notebook.violations() == []
        for cell in CELLS:
            notebook.screenshot(cell, f"together-{cell}-{width}")
    finally:
        notebook.page.set_viewport_size({"width": 1280, "height": 900})


def test_the_dark_theme_fits_all(notebook):
    notebook.dark()
    assert notebook.violations() == []
    for cell in CELLS:
        notebook.screenshot(cell, f"together-{cell}-dark")


def test_run_again_each_stands_once_and_at_its_start(notebook, lab):
    notebook.run()
    notebook.run()
    all_there(notebook)
    assert notebook.ask("[graph.step, playground.steps, sheet.updates]") == [0, 0, 0]
    assert len(widgets_saved(notebook, lab)) == 2 * len(CELLS)  # each and its layout; none of those replaced


def test_closed_and_opened_each_is_where_it_was(notebook):
    notebook.ask("setattr(graph, 'step', 3)")
    notebook.save()
    notebook.open()
    all_there(notebook)
    assert notebook.output("graph").get_by_role("slider").input_value() == "3"
    assert wider_than_the_page(notebook) == []


def test_with_a_new_kernel_what_needs_no_python_goes_on(notebook):
    notebook.restart()
    notebook.save()
    notebook.open()
    all_there(notebook)
    slider = notebook.output("graph").get_by_role("slider")
    assert slider.input_value() == "3"
    slider.press("ArrowRight")
    assert slider.input_value() == "4"
    assert notebook.violations() == []


def test_read_and_saved_without_python_each_is_there_the_next_time(notebook):
    notebook.save()
    notebook.open()
    all_there(notebook)
    assert notebook.output("graph").get_by_role("slider").input_value() == "4"


def test_a_widget_that_no_output_shows_any_more_leaves_the_notebook(notebook, lab):
    kept = widgets_saved(notebook, lab)
    assert len(kept) == 2 * len(CELLS)
    notebook.run()  # a new kernel's, in the places of those
    now = widgets_saved(notebook, lab)
    assert len(now) == len(kept)
    assert now.isdisjoint(kept)


def test_a_widget_inside_another_library_s_is_saved_with_it(notebook, lab):
    notebook.ask("exec('import ipywidgets; inner = Stepper(b * c); row = ipywidgets.HBox([inner])')")
    saved = widgets_saved(notebook, lab)
    assert {notebook.ask(f"{name}.model_id") for name in ("row", "inner", "inner.layout")} <= saved


def widgets_saved(notebook, lab):
    notebook.save()
    saved = nbformat.read(lab[1] / "together.ipynb", as_version=4)
    return set(saved.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"])
