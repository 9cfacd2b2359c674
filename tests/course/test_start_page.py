"""START.html of a copy: every notebook by its name, and links that a folder can follow."""

import re
from pathlib import Path

import course_kit as kit

from backproplab.course.contents import START
from backproplab.course.outline import Entry, Part
from backproplab.course.start_page import start_page, whole_copy

ROOT = Path(__file__).parents[2]


def test_the_page_names_every_notebook_of_the_copy_with_its_time_and_leads_only_into_the_copy():
    copy = whole_copy(ROOT)
    page = copy[START].decode()
    notebooks = {name for name in copy if name.endswith(".ipynb")}
    assert set(re.findall(r"<code>([^<]+\.ipynb)</code>", page)) == notebooks
    links = set(re.findall(r'<a href="([^"]+)"', page))
    assert "INSTALL.txt" in links
    assert links <= copy.keys()
    assert '<span class="door-said"></span>' not in page


def test_the_page_loads_nothing_and_runs_nothing():
    page = whole_copy(ROOT)[START].decode()
    assert "<script" not in page
    assert not re.search(r"""src=|url\(|@import|https?:""", page)


def test_the_commands_are_those_of_the_note():
    copy = whole_copy(ROOT)
    note = copy[kit.NOTE].decode()
    commands = re.findall(r"<pre[^>]*>([^<]+)</pre>", copy[START].decode())
    commands += re.findall(r"<code>([^<]*backproplab [^<]+)</code>", copy[START].decode())
    assert len(commands) == 4
    assert all(command in note for command in commands)


def test_a_command_is_written_with_the_path_at_which_the_install_puts_it():
    copy = whole_copy(ROOT)
    text = (copy[kit.NOTE] + copy[START]).decode().replace("uv run --no-sync backproplab", "")
    text = text.replace("python -m backproplab", "backproplab")  # once the folder was moved
    begins = re.findall(r"(\S*)backproplab (?=lab|progress|course)", text)
    assert len(begins) > 8
    assert {begin.rpartition(">")[2] for begin in begins} == {".venv/bin/", ".venv\\Scripts\\"}


def test_what_a_copy_lacks_is_not_on_its_page_and_titles_are_text(tmp_path):
    contents = whole_copy(kit.made(tmp_path))
    here = Entry("03", "A <b>", "One & all", ("notebooks/03-made-up", "exercises/03-made-up"))
    gone = Entry("05", "Gone", "Two", ("notebooks/05-gone",))
    page = start_page([Part("I", "The idea", [here]), Part("II", "The engine", [gone])], contents)
    assert "A &lt;b&gt;" in page
    assert "One &amp; all" in page
    assert "Gone" not in page
    assert "Part II" not in page


def test_a_course_without_a_readme_has_no_map_to_show(tmp_path):
    course = kit.made(tmp_path)
    assert START in whole_copy(course)
    (course / "README.md").unlink()
    assert START not in whole_copy(course)
