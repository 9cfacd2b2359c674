"""A picture reaches every kind of page with its alt text; a progress bar leaves no trace in a notebook."""

import base64
import html
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient
from PIL import Image

from backproplab import display
from backproplab.display import marked, runs
from backproplab.plots.style import panels

ROOT = Path(display.__file__).parents[1]
TRAIN = """
from backproplab.display import progress_bar
report = progress_bar()
for step in range(1, 501):
    report(step, 500, 1 / step)
"""


@pytest.fixture
def drawn():
    figure, axes = panels(1, 2, width=4, height=2)
    for ax, slope in zip(axes[0], (1, -1), strict=True):
        ax.plot([0, 1], [0, slope])
        display.describe(ax, f"A line of slope {slope}.")
    return figure


@pytest.fixture
def kernel_path(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))


def notebook(*sources):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


class TestAltText:
    def test_a_figure_speaks_for_its_axes_in_order(self, drawn):
        assert display.alt_text(drawn) == "A line of slope 1. A line of slope -1."

    def test_a_figures_own_text_comes_before_that_of_its_axes(self, drawn):
        display.describe(drawn, "Two lines,\n   mirrored.")
        assert display.alt_text(drawn) == "Two lines, mirrored."

    def test_a_second_text_replaces_the_first(self, drawn):
        display.describe(drawn.axes[0], "Up.")
        assert display.alt_text(drawn.axes[0]) == "Up."

    def test_a_blank_text_is_refused(self, drawn):
        with pytest.raises(ValueError, match="say in a sentence"):
            display.describe(drawn, " \n")

    def test_a_picture_without_text_is_refused_with_advice(self):
        with pytest.raises(ValueError, match=r"describe\(ax"):
            display.show(panels()[0])


class TestImage:
    def test_it_is_the_markup_of_a_picture_with_its_words_escaped(self, drawn):
        markup = display.image(drawn, alt='It is "large" & < 3.')
        pixels = re.search(r'src="data:image/png;base64,([^"]*)"', markup)[1]
        assert Image.open(io.BytesIO(base64.b64decode(pixels))).format == "PNG"
        assert html.unescape(re.search(r'alt="([^"]*)"', markup)[1]) == 'It is "large" & < 3.'


class TestInATerminal:
    def test_show_prints_the_alt_text(self, drawn, capsys):
        display.show(drawn)
        assert capsys.readouterr().out == "A line of slope 1. A line of slope -1.\n"

    def test_axes_show_their_figure(self, drawn, capsys):
        display.show(drawn.axes[1], alt="Both.")
        assert capsys.readouterr().out == "Both.\n"

    def test_html_prints_its_plain_form(self, capsys):
        display.html("<b>3</b>", "3")
        assert capsys.readouterr().out == "3\n"

    def test_html_without_a_plain_form_is_refused(self):
        with pytest.raises(ValueError, match="without markup"):
            display.html("<b>3</b>", "")

    def test_the_bar_is_drawn_and_wiped(self, monkeypatch):
        screen = io.StringIO()
        screen.isatty = lambda: True
        monkeypatch.setattr(sys, "stdout", screen)
        exec(TRAIN, {})
        assert "/500" in screen.getvalue()
        assert screen.getvalue().endswith("\r")
        assert screen.getvalue().split("\r")[-2].strip() == ""

    def test_output_that_goes_to_a_file_gets_no_bar(self, monkeypatch):
        monkeypatch.setattr(sys, "stdout", io.StringIO())
        exec(TRAIN, {})
        assert sys.stdout.getvalue() == ""

    def test_a_training_after_one_that_stopped_early_starts_again(self, monkeypatch):
        screen = io.StringIO()
        screen.isatty = lambda: True
        monkeypatch.setattr(sys, "stdout", screen)
        report = display.progress_bar()
        report(7, 10, 1.0)
        report(1, 3, 1.0)
        assert "/3" in screen.getvalue()


class TestInANotebook:
    SHOWN = """
from backproplab.display import describe, html, show
from backproplab.plots.style import panels
figure, axes = panels(width=4, height=2)
axes[0, 0].plot([1, 2], [3, 4])
describe(axes[0, 0], 'It is "large" & < 3.')
show(figure)
"""

    def test_a_picture_is_one_output_with_alt_text_image_and_words(self, kernel_path):
        book = notebook(self.SHOWN)
        NotebookClient(book, kernel_name="python3").execute()
        (output,) = book.cells[0].outputs
        assert set(output.data) == {"text/html", "image/png", "text/plain"}
        markup, words = output.data["text/html"], output.data["text/plain"]
        assert html.unescape(re.search(r'alt="([^"]*)"', markup)[1]) == words == 'It is "large" & < 3.'
        assert 'width="440"' in markup  # 4 inches
        assert "max-width:100%;min-width:440px" in markup

    def test_a_picture_is_sharp_where_a_page_has_two_pixels_for_one_and_its_type_stays_legible(self):
        figure, _ = panels(width=8, height=2)
        markup = display.image(figure, "Nothing.")
        encoded = re.search(r"base64,([^\"]+)", markup)[1]
        drawn = Image.open(io.BytesIO(base64.b64decode(encoded)))
        assert 'width="880"' in markup
        assert drawn.width == 2 * 880
        assert "min-width:640px" in markup  # a narrower page scrolls

    def test_nbval_strict_sees_the_same_twice_and_no_bar(self, kernel_path, tmp_path):
        book = notebook(self.SHOWN, TRAIN, "html('<b>3</b>', '3')\nprint('done')")
        NotebookClient(book, kernel_name="python3").execute()
        assert book.cells[1].outputs == []
        nbformat.write(book, tmp_path / "lesson.ipynb")
        sanitize = f"--nbval-sanitize-with={ROOT / 'tests' / 'nbval_sanitize.cfg'}"
        options = ["--nbval", "--nbval-current-env", sanitize, "-p", "no:cacheprovider", "-q", "lesson.ipynb"]
        command = [sys.executable, "-m", "pytest", *options]
        run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
        assert run.returncode == 0, run.stdout
        assert "3 passed" in run.stdout

    def test_a_person_at_the_notebook_does_see_the_bar(self, kernel_path):
        manager, client = start_new_kernel()
        try:
            heard = []
            client.execute_interactive(TRAIN, allow_stdin=True, timeout=60, output_hook=heard.append)
            text = "".join(m["content"]["text"] for m in heard if m["msg_type"] == "stream")
            assert "/500" in text
            assert text.split("\r")[-2].strip() == ""
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


class TestPng:
    def test_the_small_picture_looks_like_the_large_one(self, drawn):
        display.png(drawn)
        drawn.set_layout_engine("none")  # the layout may still settle by a pixel from one drawing to the next
        plain = io.BytesIO()
        drawn.savefig(plain, format="png", dpi=display.DOTS_PER_INCH)
        small = display.png(drawn)
        before, after = (
            np.asarray(Image.open(data).convert("RGB"), int) for data in (plain, io.BytesIO(small))
        )
        assert abs(before - after).max() <= 16
        assert len(small) < 0.7 * len(plain.getvalue())

    def test_a_picture_with_too_many_colours_keeps_them(self):
        figure, axes = panels(width=2, height=2)
        axes[0, 0].imshow(np.random.default_rng(0).random((60, 60, 3)))
        assert Image.open(io.BytesIO(display.png(figure))).mode == "RGB"


def test_importing_display_loads_no_picture_and_no_notebook():
    code = (
        "import sys, backproplab.display\n"
        "assert not {'matplotlib', 'IPython', 'PIL', 'tqdm'} & set(sys.modules), sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


@pytest.mark.parametrize("text", ["a `b` c", "*a* b", "plain", "`a * b` and *c*", "2 · 3 < 7"])
def test_the_runs_of_a_text_say_all_of_it(text):
    assert "".join({"code": f"`{t}`", "em": f"*{t}*"}.get(tag, t) for tag, t in runs(text)) == text


def test_a_star_within_code_marks_nothing():
    assert list(runs("`a * b * c`")) == [("code", "a * b * c")]


@pytest.mark.parametrize("text", ["2 * 3 * 4", "`up * w` and 2*w*x", "a * b, or a*b", "**kwargs, * and *"])
def test_the_star_of_a_product_is_no_emphasis(text):
    assert "<em>" not in marked(text)


def test_a_marked_sentence_is_escaped():
    assert marked("*a<b* and `x<y`") == "<em>a&lt;b</em> and <code>x&lt;y</code>"
