"""A notebook that was saved and is opened where its widgets are not: each output shows its still half."""

import pytest

from browser.lab import Notebook, Watched, lab_server, notebook_of

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
def plain(browser, watched, tmp_path_factory):
    """A notebook in a JupyterLab without settings of ours, run and saved."""
    folder = tmp_path_factory.mktemp("plain")
    notebook_of(CELLS, folder / "plain.ipynb")
    with lab_server(folder, settings=None) as address:
        watched.append(Watched(browser, address))
        notebook = Notebook(watched[-1].page, "plain.ipynb", address).open()
        notebook.run()
        for cell in CELLS:
            notebook.output(cell).locator(".bpl").wait_for()
        notebook.save()
        yield notebook
        notebook.page.close()  # before its server goes


def test_opened_while_its_kernel_runs_each_widget_is_live(plain):
    plain.open_here()
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
