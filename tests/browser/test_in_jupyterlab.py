"""All widgets in JupyterLab: narrow, dark, run again, opened again, with a new kernel or a busy one.

What a widget does on a page, with any Python behind it, stands in the file of that widget.
"""

import nbformat
import pytest
from nbconvert import HTMLExporter

from browser.lab import notebook_of
from browser.quick_check import check
from browser.test_saved import STILL
from browser.test_widgets_digit_pad import HOLD

CELLS = {
    "quiz": """
from backproplab.widgets import quick_check
quiz = quick_check("02")
quiz""",
    "graph": """
from backproplab import Value
from backproplab.widgets import Flow
a = Value(5, label="a")
b = 4 * a
c = 3 * b
graph = Flow(b * c, wrong_order=True)
graph""",
    "layers": """
from backproplab import Dense, Network, Sigmoid, SquaredError
from backproplab.datasets import xor
x, targets = xor()
layers = Flow(Network([Dense(2, 4), Sigmoid(), Dense(4, 1)], seed=1), SquaredError(), x=x, targets=targets)
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
import threading, time
from backproplab.widgets import DigitPad
pad = DigitPad(reader)
"""
    + HOLD
    + "pad",
}


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
        colours_seen = () if width == 1280 else ["color-contrast"]  # no colour depends on the width
        assert notebook.violations(without=colours_seen) == []
        if width != 1024:
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
    all_there(notebook)
    assert notebook.ask("[graph.step, playground.steps, sheet.updates]") == [0, 0, 0]
    assert len(widgets_saved(notebook, lab)) == 2 * len(CELLS)  # each and its layout; none of those replaced


def test_keys_of_a_widget_are_not_those_of_jupyterlab(notebook):
    count = "jupyterapp.shell.currentWidget.content.widgets.length"
    before = notebook.page.evaluate(count)
    choice = question(notebook, 0).get_by_role("radio")
    choice.first.focus()
    for key in ("a", "b", "d", "d", "x", "Shift+Enter", "ArrowDown", "Enter"):
        notebook.page.keyboard.press(key)
    slider = notebook.output("graph").get_by_role("slider")
    slider.press("ArrowRight")
    notebook.becomes("graph.step", 1)
    assert notebook.page.evaluate(count) == before
    assert question(notebook, 0).get_by_role("radio", checked=True).count() == 1
    notebook.run("quiz")


def question(notebook, place):
    return notebook.output("quiz").locator("fieldset").nth(place)


def told(notebook, cell, text):
    notebook.output(cell).get_by_role("status").filter(has_text=text).first.wait_for()


def test_another_cell_runs_while_a_playground_trains_and_a_closed_page_stops_it(notebook):
    root = notebook.output("playground")
    root.get_by_role("button", name="Start", exact=True).press("Enter")
    notebook.page.wait_for_function(
        "root => !root.querySelector('.pg-progress').textContent.startsWith('0')", arg=root.element_handle()
    )
    notebook.ask("setattr(playground, 'learning_rate', 0.7)")
    rate = root.get_by_label("learning rate", exact=True).element_handle()
    notebook.page.wait_for_function("select => select.value === '0.7'", arg=rate)
    assert notebook.ask("playground.playing")
    root.locator(".bpl-playground").evaluate("root => root.remove()")
    notebook.becomes("(time.sleep(0.2), playground.steps)[1] == (time.sleep(0.4), playground.steps)[1]", True)
    notebook.run("playground")


def test_what_is_done_before_python_has_answered_is_kept(notebook):
    notebook.ask("setattr(pad, 'actions', [{'sample': digit} for digit in (9, 3, 4, 7, 8)])")
    told(notebook, "pad", "ead as ")
    notebook.becomes("len(pad.actions)", 5)
    notebook.ask("hold(pad, 1.5)")
    undo = notebook.output("pad").get_by_role("button", name="Undo")
    undo.evaluate("button => { button.click(); button.click(); }")  # the second while the first is on its way
    notebook.page.wait_for_timeout(500)  # JupyterLab hears that the first has come, not yet what it does
    undo.click()
    notebook.becomes("pad.actions", [{"sample": 9}, {"sample": 3}])
    notebook.page.wait_for_timeout(1500)  # until the last echo has come
    assert notebook.ask("pad.actions") == [{"sample": 9}, {"sample": 3}]


def test_a_button_does_not_overtake_the_settings_before_it(notebook):
    # JupyterLab keeps a change back until Python has taken the one before; what a button sends it does not.
    root = notebook.output("playground")
    root.locator("summary").press("Enter")
    notebook.becomes("playground.unfolded", True)
    notebook.ask("hold(playground, 1.5)")
    root.get_by_label("learning rate", exact=True).select_option("0.1")
    root.get_by_label("units in each", exact=True).select_option("5")
    root.get_by_role("button", name="One step", exact=True).press("Enter")
    told(notebook, "playground", "After 1 step the loss is")
    notebook.page.wait_for_timeout(1000)  # until the last echo has come
    assert notebook.ask("[playground.learning_rate, playground.width, playground.steps]") == [0.1, 5, 1]
    notebook.run("playground")


def test_closed_and_opened_each_is_where_it_was(notebook):
    notebook.ask("setattr(graph, 'step', 3)")
    notebook.ask("[setattr(sheet, 'numbers', {'w3': 0.5}), setattr(sheet, 'selected', 'dL_dh')]")
    notebook.ask("[setattr(film, 'frame', 1), setattr(film, 'units', [1]), setattr(film, 'scale', 'row')]")
    check(notebook.page, question(notebook, 0), 0)
    check(notebook.page, question(notebook, 0), 1)
    notebook.output("quiz").get_by_text("1 of 3 answered rightly after 2 tries.").wait_for()
    playground = notebook.output("playground")
    playground.locator("summary").press("Enter")
    playground.get_by_label("units in each", exact=True).press("5")
    told(notebook, "playground", "Before the first step")
    playground.get_by_role("button", name="One step", exact=True).press("Enter")
    told(notebook, "playground", "After 1 step the loss is")
    notebook.save()
    notebook.open_here()
    all_there(notebook)
    assert notebook.output("graph").get_by_role("slider").input_value() == "3"
    cell = notebook.output("sheet").locator("td[data-name='w3']")
    assert float(cell.get_attribute("data-number")) == 0.5
    assert "∂L/∂h = " in notebook.output("sheet").locator(".bpl-sheet-bar").inner_text().replace("\u2060", "")
    film = notebook.output("film")
    film.locator("output", has_text="step 5 (2 of 3)").first.wait_for()
    assert film.get_by_role("img", name="unit 0").count() == 0
    assert film.get_by_label("Colour scale").input_value() == "row"
    notebook.output("quiz").get_by_text("1 of 3 answered rightly after 2 tries.").wait_for()
    assert question(notebook, 0).get_by_role("radio").nth(1).is_checked()
    playground = notebook.output("playground")
    playground.get_by_text("1 step · loss").wait_for()
    assert playground.get_by_label("units in each", exact=True).input_value() == "5"  # the strip is open
    playground.get_by_role("button", name="One step", exact=True).press("Enter")
    told(notebook, "playground", "After 2 steps the loss is")
    assert wider_than_the_page(notebook) == []


def test_nbconvert_shows_the_still_half_of_a_notebook_that_kept_its_widgets(notebook, lab):
    assert widgets_saved(notebook, lab)
    html, _ = HTMLExporter().from_filename(lab[1] / "together.ipynb")
    for words in STILL.values():
        assert words in html


def test_on_a_page_whose_kernel_went_away_python_is_missed(notebook):
    notebook.save()
    notebook.restart()
    notebook.output("playground").get_by_role("button", name="One step", exact=True).press("Enter")
    told(notebook, "playground", "Python has not answered for 5 seconds")


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


def test_with_a_new_kernel_what_needs_python_keeps_its_picture_and_says_so(notebook):
    root = notebook.output("playground")
    root.get_by_text("2 steps · loss").wait_for()
    root.get_by_role("button", name="Start", exact=True).press("Enter")
    told(notebook, "playground", "Python has not answered for 5 seconds")
    root.get_by_role("button", name="Start", exact=True).wait_for()
    notebook.output("pad").get_by_role("button", name="Undo").click()
    told(notebook, "pad", "Python has not answered for 5 seconds.")


def test_read_and_saved_without_python_each_is_there_the_next_time(notebook):
    notebook.save()
    notebook.open_here()
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
    notebook.ask("exec('import ipywidgets; inner = Flow(b * c); row = ipywidgets.HBox([inner])')")
    saved = widgets_saved(notebook, lab)
    assert {notebook.ask(f"{name}.model_id") for name in ("row", "inner", "inner.layout")} <= saved


def widgets_saved(notebook, lab):
    notebook.save()
    saved = nbformat.read(lab[1] / "together.ipynb", as_version=4)
    return set(saved.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"])
