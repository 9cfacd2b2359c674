"""What all widgets owe to the page: to come back when a notebook is opened anew."""

import pytest

from browser.lab import notebook_of

SOURCE = """
import traitlets
from backproplab.widgets.kit.base import Live, Static

class Counter(Live):
    _esm = '''export default { render({ model, el }) {
      const button = document.createElement("button");
      const show = () => { button.textContent = `count ${model.get("count")}`; };
      button.onclick = () => { model.set("count", model.get("count") + 1); model.save_changes(); };
      model.on("change:count", show);
      el.append(button);
      show();
    } };'''
    count = traitlets.Int(0).tag(sync=True)
    def static(self):
        return Static("<p>a still picture</p>", "a still picture")

counter = Counter()
counter
"""


@pytest.fixture(scope="module")
def notebook(open_notebook, lab):
    notebook_of({"counter": SOURCE}, lab[1] / "counter.ipynb")
    notebook = open_notebook("counter.ipynb")
    notebook.run()
    return notebook


def counts(notebook, text):
    notebook.output("counter").get_by_role("button", name=text, exact=True).wait_for()


def test_a_click_reaches_python(notebook):
    counts(notebook, "count 0")
    notebook.output("counter").get_by_role("button").click()
    counts(notebook, "count 1")
    assert notebook.ask("counter.count") == 1


def test_running_the_cell_again_starts_afresh(notebook):
    notebook.run("counter")
    notebook.run("counter")
    counts(notebook, "count 0")
    assert notebook.output("counter").get_by_role("button").count() == 1


def test_closed_and_opened_again_it_is_where_it_was(notebook):
    notebook.output("counter").get_by_role("button").click()
    counts(notebook, "count 1")
    notebook.save()
    notebook.open()
    counts(notebook, "count 1")


def test_with_a_new_kernel_it_comes_back_from_the_saved_notebook(notebook):
    notebook.restart()
    counts(notebook, "count 1")
    notebook.open()
    counts(notebook, "count 1")
    notebook.output("counter").get_by_role("button").click()
    counts(notebook, "count 2")
