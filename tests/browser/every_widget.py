"""Every widget, on a page that was exported as lessons are: for what all of them must do."""

from collections.abc import Mapping
from pathlib import Path

import nbformat
import numpy as np
from ipywidgets import Widget
from ipywidgets.embed import dependency_state
from nbformat import NotebookNode

from backproplab import SGD, Dense, Network, Sigmoid, SoftmaxCrossEntropy, SquaredError, Value, fit
from backproplab.datasets import mnist, xor
from backproplab.publishing.export import WIDGET_STATE, export
from backproplab.spreadsheet import Sheet
from backproplab.training import BatchLoss, GradientMaps, GradientNorms, Recorder, WorstExamples
from backproplab.widgets import (
    ActivationCurves,
    DepthDial,
    Descent,
    DigitPad,
    EnginePractice,
    Flow,
    GradientFilm,
    LinkedPanels,
    NudgeLens,
    Playground,
    Recommender,
    Spreadsheet,
    quick_check,
)
from browser.exported import Page
from browser.lab import Watched

# A number that is cut: its digits reach beyond the cell, or the box, that holds them and does not scroll.
CUT = """() => {
  const found = [];
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (!/\\d/.test(text.data) || !text.parentElement.checkVisibility({ visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const words = [...range.getClientRects()].filter((one) => one.width > 0);
    for (let box = text.parentElement; box && words.length; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.overflowX === "auto" || style.overflowX === "scroll") break; // it can be scrolled to
      if (box.matches(".bpl-hidden")) break;
      const holds = box.matches("td, th, button, svg") || style.overflowX !== "visible";
      const { left, right } = box.getBoundingClientRect();
      if (holds && words.some((one) => one.right > right + 1 || one.left < left - 1)) {
        found.push(`${box.closest("[id^='cell-id=']").id}: ${text.data.trim()} in <${box.localName} class="${
          box.getAttribute("class")}">`);
        break;
      }
    }
  }
  return found;
}"""


def cut_numbers(page) -> list[str]:
    """What no reader can see whole, though nothing says so: a line each."""
    return page.evaluate(CUT)


def every_widget() -> dict[str, Widget]:
    """One of each, by name, with the long numbers that lessons have."""
    x, targets = xor()
    sheet = Network([Dense(2, 2), Sigmoid(), Dense(2, 1), Sigmoid()], seed=1, dtype=np.float64)
    layers = Network([Dense(2, 4), Sigmoid(), Dense(4, 1), Sigmoid()], seed=1)
    a = Value(-0.0666146763, label="a")
    b = 4 * a
    c = 3 * b
    images, labels = mnist("test")
    reader = Network([Dense(784, 8), Sigmoid(), Dense(8, 10)], seed=1)
    maps = GradientMaps("dense1.weights", units=[0, 1], at=[1, 5, 10])
    history = fit(
        reader,
        SoftmaxCrossEntropy(),
        images[:320].reshape(-1, 784),
        labels[:320],
        optimizer=SGD(0.5),
        epochs=1,
        batch_size=32,
        recorder=Recorder(
            gradient_maps=maps, norms=GradientNorms(), loss=BatchLoss(), worst=WorstExamples(at=[1, 5, 10])
        ),
    )
    return {
        "quiz": quick_check("02"),
        "graph": Flow(b * c, wrong_order=True, groups={"tripled": [c]}),
        "practice": EnginePractice(b * (3 * b)),
        "layers": Flow(layers, SquaredError(), x=x, targets=targets),
        "picture": Flow(
            reader,
            SoftmaxCrossEntropy(),
            x=images[:1].reshape(1, -1),
            targets=labels[:1],
            image_shape=(28, 28),
        ),
        "sheet": Spreadsheet(Sheet(sheet, SquaredError(), x=[0.5, 0.3], target=[1.0], learning_rate=1.0)),
        "film": GradientFilm(history, pictures=images[:320]),
        "playground": Playground(data="moons"),
        "pad": DigitPad(reader),
        "curves": ActivationCurves(shown="GELU", z=-1.0),
        "dial": DepthDial(),
        "chain": LinkedPanels(
            [lambda x: 900 * x, lambda y: -(y**2)], names="xyz", at=12.34567, between=(-1, 20)
        ),
        "lens": NudgeLens(
            lambda x: -1234.5678 * x**3,
            1,
            derivative=-3703.7034,
            nudge=3,
            names=("x", "y"),
            labels=("x", "y"),
        ),
        "descent": Descent("turned ravine", rate=0.03),
        "ratings": Recommender(
            [[1.0, 0.5], [-1.0, 0.2]],
            [[0.4, 1.2], [-3.0, 0.0]],
            [0.2, 0.0],
            [0.4, 0.0],
            ["Moth", "Waltz"],
            ["horror", "comedy"],
        ),
    }


def notebook_with(widgets: Mapping[str, Widget], *, plain: bool = False) -> NotebookNode:
    """A notebook that was run and saved, each widget in the output of the cell of its name.

    With `plain`, as a JupyterLab without our settings saves it: without the state of its widgets.
    """
    state = {"version_major": 2, "version_minor": 0, "state": {}}
    cells = []
    for name, widget in widgets.items():
        data, metadata = widget._repr_mimebundle_()  # first: a widget may get ready here to be kept
        state["state"] |= dependency_state([widget], drop_defaults=False)
        output = nbformat.v4.new_output("display_data", data, metadata=metadata)
        cells.append(
            nbformat.v4.new_code_cell(
                f"{name}  # 1234567890" + " + 1234567890" * 12, id=name, outputs=[output]
            )
        )
    kept = {} if plain else {"widgets": {WIDGET_STATE: state}}
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, **kept})


def exported(browser, widgets: Mapping[str, Widget], folder: Path, **options) -> Page:
    """A page of these widgets, open without a network."""
    page = export(notebook_with(widgets), folder / "every.ipynb", folder)
    return Page(Watched(browser, "file://", offline=True, **options), page)
