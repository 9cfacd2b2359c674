"""A notebook that was saved and is opened where its widgets are not: each output shows its still half."""

import nbformat
import pytest
from nbconvert import HTMLExporter

from browser.lab import Notebook, lab_server, notebook_of

CELLS = {
    "graph": """
from backproplab import Value
from backproplab.widgets import Playground, Flow
a = Value(5, label="a")
Flow(a * (3 * a))""",
    "playground": "Playground(width=2)",
}
STILL = {
    "graph": "upstream × local = contribution",
    "playground": "A playground needs Python: run this cell.",
}


@pytest.fixture(scope="module")
def plain(new_page, tmp_path_factory):
    """A notebook in a JupyterLab without settings of ours, run and saved."""
    folder = tmp_path_factory.mktemp("plain")
    notebook_of(CELLS, folder / "plain.ipynb")
    with lab_server(folder, settings=None) as address:
        notebook = Notebook(new_page(address=address).page, "plain.ipynb", address).open()
        notebook.run()
        for cell in CELLS:
            notebook.output(cell).locator(".bpl").wait_for()
        notebook.save()
        yield notebook
        notebook.page.close()  # before its server goes


def test_opened_while_its_kernel_runs_each_widget_is_live(plain):
    plain.open()
    for cell in CELLS:
        plain.output(cell).locator(".bpl").wait_for()


def test_ctrl_s_saves_while_a_widget_has_the_focus(plain):
    slider = plain.output("graph").get_by_role("slider")
    slider.focus()
    plain.page.evaluate("() => { jupyterapp.shell.currentWidget.context.model.dirty = true; }")
    slider.press("Control+s")
    plain.page.wait_for_function("() => !jupyterapp.shell.currentWidget.context.model.dirty")


def test_opened_with_a_new_kernel_each_output_is_its_still_half(plain):
    plain.save()
    plain.restart()
    plain.open()
    plain.page.wait_for_timeout(3000)  # a widget that is missed is waited for two seconds
    for cell, words in STILL.items():
        plain.output(cell).get_by_text(words).wait_for()
    assert plain.page.get_by_text("model not found").count() == 0


def test_nbconvert_shows_the_still_half_of_a_notebook_that_kept_its_widgets(open_notebook, lab):
    path = notebook_of(CELLS, lab[1] / "kept.ipynb")
    notebook = open_notebook("kept.ipynb")
    notebook.run()
    for cell in CELLS:
        notebook.output(cell).locator(".bpl").wait_for()
    notebook.save()
    assert nbformat.read(path, as_version=4).metadata.widgets
    html, _ = HTMLExporter().from_filename(path)
    for words in STILL.values():
        assert words in html
    notebook.restart()
    notebook.open()
    for cell in CELLS:
        notebook.output(cell).locator(".bpl").wait_for()
