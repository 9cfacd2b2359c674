"""What an installation brings: pinned versions, a wheel that holds the data, and nothing too much."""

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from importlib.metadata import (
    PackageNotFoundError,
    distribution,
    distributions,
    packages_distributions,
    requires,
    version,
)
from pathlib import Path

import pytest
from house import rooms
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from backproplab.course.record import RECORD
from backproplab.course.start_page import whole_copy
from backproplab.grading.source import source_here, source_in_wheel

ROOT = Path(__file__).parent.parent


@cache
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_constraints_are_exact_pins_in_order():
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*==[0-9][0-9a-z.]*", pin) for pin in pins())
    assert pins() == sorted(set(pins()))


def brought_by(extra):
    """The names of all that an installation with this extra brings, on this system."""
    todo, reached = [("backproplab", ("", extra))], set()
    while todo:
        package, extras = wanted = todo.pop()
        if wanted in reached:
            continue
        reached.add(wanted)
        try:
            found = [Requirement(text) for text in requires(package) or []]
        except PackageNotFoundError:
            continue  # a marker that this platform does not meet, left to the others
        needs = [
            need
            for need in found
            if not need.marker or any(need.marker.evaluate({"extra": e}) for e in extras)
        ]
        todo += [(canonicalize_name(need.name), ("", *sorted(need.extras))) for need in needs]
    return {package for package, _ in reached}


def test_everything_installed_is_pinned_at_its_version():
    pinned = dict(pin.split("==") for pin in pins())
    packages = brought_by("test") - {"backproplab"}
    assert {package: pinned.get(package) for package in packages} == {
        package: version(package) for package in packages
    }


def test_reading_a_notebook_compiles_no_grammar():
    code = "import sys, nbformat; print(*sys.modules.keys() & {'lark', 'rfc3987_syntax'})"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []


def test_every_pin_takes_the_oldest_python_that_the_project_takes():
    oldest = project()["requires-python"].removeprefix(">=") + ".0"
    needs = {item.name: item.metadata.get("Requires-Python") for item in distributions()}
    pinned = {pin.split("==")[0] for pin in pins()}
    refused = {
        package: need
        for package, need in needs.items()
        if need and canonicalize_name(package) in pinned and not SpecifierSet(need).contains(oldest)
    }
    assert not refused


@cache
def homes():
    """The distributions that bring each importable name; reading what is installed takes a second."""
    return packages_distributions()


@cache
def declared(*extras):
    """The names of all that an installation with these extras asks for by itself."""
    names, todo = set(), ["", *extras]
    while todo:
        extra = todo.pop()
        needs = project()["optional-dependencies"][extra] if extra else project()["dependencies"]
        for need in map(Requirement, needs):
            if need.name == "backproplab":
                todo += need.extras
            else:
                names.add(canonicalize_name(need.name))
    return names


def undeclared(source, extras):
    """The libraries that a file imports without being asked for by name; another may bring them, today."""
    found = {name.split(".")[0] for _, name in rooms.imported(source, "backproplab.x")}
    allowed = declared(*extras)
    return {
        name
        for name in found - sys.stdlib_module_names - {"backproplab"}
        if not {canonicalize_name(home) for home in homes().get(name, [])} & allowed
    }


def test_every_import_of_the_package_is_declared_in_the_extra_of_its_room():
    missing = {}
    for path in (ROOT / "backproplab").rglob("*.py"):
        room = rooms.ROOMS[rooms.room_of(rooms.module_name(path, ROOT))]
        missing[str(path.relative_to(ROOT))] = undeclared(path.read_text(encoding="utf-8"), room.extras)
    assert not {name: libraries for name, libraries in missing.items() if libraries}


def test_every_import_of_the_tests_is_declared():
    own = {path.stem for path in (ROOT / "tests").iterdir()} | {
        path.stem for path in (ROOT / "benchmarks").iterdir()
    }
    optional = {"nbgrader", "torch"}  # tests that need them are skipped without
    for path in (ROOT / "tests").rglob("*.py"):
        assert not undeclared(path.read_text(encoding="utf-8"), ["test"]) - own - optional, path


@pytest.mark.parametrize(
    ("source", "extras", "missing"),
    [
        ("import PIL.Image", [], set()),  # by the name of its distribution
        ("def draw():\n    from jinja2 import Template", [], {"jinja2"}),
        ("def draw():\n    from jinja2 import Template", ["lab"], set()),
        ("import nbformat", ["sheet"], {"nbformat"}),
        ("import nbformat", ["lab"], set()),  # by way of grade
        ("import mistune", ["test"], {"mistune"}),  # nbconvert brings it
        ("import no_such_library", ["test"], {"no_such_library"}),
    ],
)
def test_a_library_that_only_another_one_brings_is_found(source, extras, missing):
    assert undeclared(source, extras) == missing


def test_pytorch_is_in_no_extra():
    lists = [project()["dependencies"], *project()["optional-dependencies"].values()]
    assert not [text for needs in lists for text in needs if text.startswith("torch")]


def test_windows_gets_the_time_zones_that_other_systems_have():
    (zones,) = (
        need
        for need in map(Requirement, project()["optional-dependencies"]["grade"])
        if need.name == "tzdata"
    )
    assert zones.marker.evaluate({"sys_platform": "win32"})
    assert not zones.marker.evaluate({"sys_platform": "linux"})


LONGEST_ON_WINDOWS = 259  # characters of a path
ROOM = 95  # for the folder around it, as README and the copy's INSTALL.txt have it


def test_what_is_installed_fits_below_a_folder_on_windows():
    longest = ""
    for package in brought_by("lab"):
        for path in map(str, distribution(package).files or []):
            outside = path.removeprefix("../../../")
            there = rf".venv\{outside}" if outside != path else rf".venv\Lib\site-packages\{path}"
            longest = max(longest, there, key=len)
    assert len(longest) > 100, "nothing is installed here"
    assert ROOM + 1 + len(longest) <= LONGEST_ON_WINDOWS, longest
    for page in ("README.md", "backproplab/course/INSTALL.txt"):
        assert f"have {ROOM}" in " ".join((ROOT / page).read_text(encoding="utf-8").split()), page


def test_the_citation_names_the_version_of_the_project():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {project()['version']}\n" in citation


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from this folder."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_a_wheel_alone_in_an_empty_folder_makes_the_whole_course_and_knows_what_is_done(wheel, tmp_path):
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    subprocess.run([*install, "--target", str(tmp_path / "site"), str(wheel)], check=True)
    empty = tmp_path / "it's empty"
    empty.mkdir()

    def said(verb):
        command = [sys.executable, "-m", "backproplab", verb]
        environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
        done = subprocess.run(command, cwd=empty, env=environment, check=True, capture_output=True, text=True)
        return done.stdout

    assert said("course").startswith("mycourse: made")
    made = {
        path.relative_to(empty / "mycourse").as_posix(): path.read_bytes()
        for path in (empty / "mycourse").rglob("*")
        if path.is_file() and path.name != RECORD
    }
    assert made == whole_copy(ROOT)
    assert said("progress").startswith("0 of ")


def test_a_wheel_is_known_for_one_of_the_source_that_it_was_made_of(wheel):
    """Also by what is beside the package here, and inside it there: the course, with a program of its own."""
    assert source_in_wheel(wheel) == source_here()


def test_the_wheel_carries_no_solution_and_no_more_than_30_megabytes(wheel):
    assert wheel.stat().st_size <= 30e6
    with zipfile.ZipFile(wheel) as archive:
        carried = [name for name in archive.namelist() if name.startswith("backproplab/course/carried/")]
        assert len(carried) > 30
        for name in carried:
            assert not re.search(rb"BEGIN SOLUTION|@misconception|solutions/", archive.read(name)), name


def test_the_wheel_holds_the_package_the_data_and_the_licence_and_no_more(wheel):
    with zipfile.ZipFile(wheel) as archive:
        files = {item.filename: item.file_size for item in archive.infolist()}
    package = {path for path in files if path.startswith("backproplab/")}
    folder = "backproplab/datasets/"
    data = {
        path.removeprefix(folder): size
        for path, size in files.items()
        if path.startswith(folder) and not path.endswith((".py", ".md"))
    }
    sources = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "backproplab").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    assert sources <= package
    assert data.keys() == {"mnist.npz", "first_names.txt"}, "MNIST comes as one file"
    assert data["mnist.npz"] <= 12e6
    assert all(
        path.startswith(f"backproplab-{project()['version']}.dist-info/")
        for path in files
        if path not in package
    )
    assert any(path.endswith("licenses/LICENSE") for path in files)
