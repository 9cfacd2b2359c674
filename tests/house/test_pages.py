"""Links that lead somewhere, no name of a machine or a registry, and a README that promises what exists."""

import doctest
import re
import subprocess
from pathlib import Path

import pytest

from house import pages

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FOLDERS = ("notebooks", "exercises", "solutions", "backproplab", "benchmarks")
PAGES = sorted(
    [*ROOT.glob("*.md")]
    + [page for folder in FOLDERS for kind in ("md", "ipynb") for page in (ROOT / folder).rglob(f"*.{kind}")]
)


def name(path):
    return str(path.relative_to(ROOT))


def tracked_files():
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("needs a git checkout, to know which files are the project's")
    return [ROOT / file for file in listed.stdout.split("\0") if file and (ROOT / file).is_file()]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_local_links_lead_somewhere(page):
    faults = list(pages.broken_links(page))
    assert not faults


def test_a_link_that_leads_nowhere_is_named(tmp_path):
    (tmp_path / "there.md").write_text("# How it is made\n")
    page = tmp_path / "page.md"
    good = "# Top\n[a](there.md) [b](there.md#how-it-is-made) [c](https://a.org) [d](#top) `[e](f.md)`\n"
    page.write_text(good)
    assert not list(pages.broken_links(page))
    page.write_text(good + '[a](gone.md) [b](there.md#gone) <a href="lost.html">c</a> [d](#nowhere)\n')
    assert len(list(pages.broken_links(page))) == 4


def test_no_file_names_a_registry_host_or_a_machine():
    faults = []
    for file in tracked_files():
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # data and pictures hold no prose
        faults += [f"{file.relative_to(ROOT)} {fault}" for fault in pages.private_details(text, ROOT)]
    assert not faults


@pytest.mark.parametrize(
    "text",
    [
        "from https://" + "pypi" + ".org/simple",
        "open('/" + "home/ada/data')",
        "open('/" + "root/.cache')",
        "C:" + r"\Users\ada",
        "cd /somewhere/course && make",
    ],
)
def test_a_host_or_a_machine_is_named(text):
    assert list(pages.private_details(text, Path("/somewhere/course")))


def test_what_looks_like_a_path_of_a_machine_but_is_not_passes():
    text = "notebooks/home/start, /somewhere/course-2, /rooted, a/root/of unity"
    assert not list(pages.private_details(text, Path("/somewhere/course")))


def test_no_lock_file_is_tracked():
    assert not [file for file in tracked_files() if file.suffix == ".lock"]


def test_every_make_command_on_a_page_is_in_the_makefile():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in ROOT.glob("*.md"):
        text = page.read_text(encoding="utf-8")
        commands = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE))
        assert commands <= targets, page.name


def test_the_readme_lists_the_lessons_that_exist():
    listed = re.findall(r"\]\(notebooks/([\w-]+)\.ipynb\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    missing = [lesson.stem for lesson in LESSONS if lesson.stem not in listed]
    rows = [
        f"| {stem[:2]} | [Title](notebooks/{stem}.ipynb) | One idea | [exercises](exercises/{stem}.ipynb) |"
        for stem in missing
    ]
    assert not missing, "\n".join(["add to README.md, in the table of its part:", *rows])
    assert listed == [lesson.stem for lesson in LESSONS], "rows of lessons stand in order, each once"


def test_the_readme_lists_the_capstones_that_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in sorted((ROOT / "exercises").glob("capstone-*.ipynb")):
        row = (
            f"| C{path.stem.removeprefix('capstone-')} | [Title](exercises/{path.stem}.ipynb) | What it makes"
        )
        assert f"](exercises/{path.stem}.ipynb) | " in text, (
            f"add to README.md, in the table of capstones: {row} | 22 |, with the lesson that it comes after"
        )


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")), ids=name)
def test_the_python_on_a_page_does_what_the_page_says(page):
    for block in re.findall(
        r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    ):
        example = doctest.DocTestParser().get_doctest(block, {}, page.name, str(page), 0)
        assert example.examples
        assert doctest.DocTestRunner().run(example).failed == 0
